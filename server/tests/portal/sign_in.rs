//! From the form to a session, and what may not go along.

use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::Backend;

/// Nobody of this document is registered.
const NOBODY: TestPerson = TestPerson {
    document: "00000000T",
    contrast: "2031-05-17",
    name: "Nadie",
    phone: "+34600000099",
};

/// Cuts out what is random: tokens, ids, codes, the QR of the code, the two words.
fn without_random_values(text: &str) -> String {
    let mut text = text.to_owned();
    for (before, after) in [
        ("name=\"csrf\" value=\"", "\""),
        ("name=\"request\" value=\"", "\""),
        ("class=\"p-phrase\" translate=\"no\">", "<"),
        ("aria-hidden=\"true\">", "<"),
        ("Código, carácter a carácter: ", "<"),
        ("href=\"aldaba://request?c=", "\""),
        ("<path fill=\"#000\" d=\"", "\""),
        ("aldaba_request=", ";"),
        ("aldaba_browser=", ";"),
    ] {
        let mut rest = text.as_str();
        let mut kept = String::new();
        while let Some((head, tail)) = rest.split_once(before) {
            let end = tail.find(after).unwrap();
            // Of the code and the words the length may differ; of tokens and ids it may not.
            let length = if before.contains("value") || before.contains("aldaba") {
                end
            } else {
                0
            };
            kept.push_str(&format!("{head}{before}[{length}]"));
            rest = &tail[end..];
        }
        kept.push_str(rest);
        text = kept;
    }
    text
}

// REQ-ACC-05
#[tokio::test]
async fn a_way_that_is_asked_for_by_name_is_shown() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    for (way, path) in [
        ("qr", "/signin/qr"),
        ("password", "/signin/password"),
        ("sms", "/signin/sms"),
    ] {
        let first = format!("/signin?site=sede&procedure=padron&way={way}");
        let expected = format!("{path}?site=sede&procedure=padron");
        let shown = browser.get(&server, &first).await.expect(303);
        assert_eq!(shown.headers["location"].to_str().unwrap(), expected);
        for (address, fields) in [(first.as_str(), &[][..]), ("/signin", &[("way", way)][..])] {
            let posted = browser.post(&server, address, fields).await.expect(303);
            assert_eq!(posted.headers["location"].to_str().unwrap(), expected);
        }
        assert!(!browser.cookies.contains_key("__Host-aldaba_request"));
    }
    for way in ["incoming", "self_generated", "certificate", "pigeon", ""] {
        let address = format!("/signin?site=sede&procedure=padron&way={way}");
        browser.get(&server, &address).await.expect(200);
    }
}

// REQ-WEB-01, REQ-WEB-05, REQ-PIN-12
#[tokio::test]
async fn a_citizen_signs_in_without_scripts() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    let asked = browser.start(&server, &ANA, &[]).await.expect(303);
    assert_eq!(asked.headers["location"], "/signin/pin");
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    let request = device.requests(&server).await.remove(0);
    assert!(page.contains(&request.phrase), "both screens show the same two words");
    assert_eq!(request.procedure, "Volante de empadronamiento");

    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    let pin = device.pin(&id, "sede");
    let entered = browser
        .type_pin(&server, &format!(" {} {} ", &pin[..3], &pin[3..]))
        .await
        .expect(303);
    assert_eq!(entered.headers["location"], "https://sede.example/entrar");
    let cookies: Vec<_> = entered
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap())
        .collect();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Host-aldaba_session="))
        .unwrap();
    assert!(
        session.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "it ends with the browser: {session}"
    );
    assert!(browser.has_session());
    assert!(
        !browser.cookies.contains_key("__Host-aldaba_request"),
        "the request is done with"
    );
}

// REQ-WEB-02
#[tokio::test]
async fn pages_for_unknown_people_are_the_same() {
    let server = TestServer::new(Backend::Sqlite).await;
    TestDevice::activate(&server, &ANA).await;
    let wrong_datum = TestPerson {
        contrast: "2031-05-18",
        ..ANA
    };
    for method in ["incoming", "self_generated"] {
        let mut seen: Vec<Vec<String>> = Vec::new();
        for person in [ANA, LUIS, wrong_datum, NOBODY] {
            let mut browser = TestBrowser::open(&server, "sede").await;
            let answers = [
                browser.start(&server, &person, &[("method", method)]).await.expect(303),
                browser.get(&server, "/signin/pin").await.expect(200),
                browser.type_pin(&server, "000000").await,
                browser.get(&server, "/signin/pin").await,
            ];
            let told = answers.map(|mut answer| {
                // The two words and the drawing of the code are of random lengths, and so is the page.
                answer.headers.remove("content-length");
                without_random_values(&format!("{} {:?}\n{}", answer.status, answer.headers, answer.text()))
            });
            seen.push(told.into());
        }
        for (person, told) in seen.iter().enumerate() {
            for (step, text) in told.iter().enumerate() {
                assert!(text == &seen[0][step], "{method}, person {person}, step {step}: {text}");
            }
        }
    }
}

// REQ-WEB-03
#[tokio::test]
async fn forms_that_this_browser_was_not_shown_are_refused() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    let stranger = TestBrowser::open(&server, "sede").await;
    let theirs = stranger.hidden["csrf"].clone();
    let fields = [("document", ANA.document), ("contrast", ANA.contrast)];
    for token in ["", "AAAA", theirs.as_str()] {
        let mut fields = fields.to_vec();
        fields.push(("csrf", token));
        let answer = browser.post(&server, "/signin", &fields).await.expect(403);
        assert_eq!(answer.code(), "csrf");
        assert!(answer.headers.get("location").is_none());
    }
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let mut request = browser.form("/signin", &fields);
        request.headers_mut().insert(name, value.parse().unwrap());
        server.send(request).await.expect(403);
    }
    let mut request = browser.form("/signin", &fields);
    request
        .headers_mut()
        .insert("origin", "https://pin.example".parse().unwrap());
    request
        .headers_mut()
        .insert("sec-fetch-site", "same-origin".parse().unwrap());
    server.send(request).await.expect(303);

    // The same for the other forms.
    for path in ["/signin/pin", "/signout"] {
        browser
            .post(&server, path, &[("csrf", theirs.as_str()), ("pin", "123456")])
            .await
            .expect(403);
    }
    // Without cookies there is nothing that a token could belong to.
    let mut bare = browser.clone();
    bare.cookies.clear();
    bare.post(&server, "/signin", &fields).await.expect(403);
}

// REQ-PIN-12
#[tokio::test]
async fn a_pin_is_of_its_browser_and_its_site() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    let pin = device.pin(&id, "sede");

    let mut other = TestBrowser::open(&server, "sede").await;
    other.cookies.insert("__Host-aldaba_request".to_owned(), id.to_string());
    other
        .get(&server, "/signin/pin")
        .await
        .expect_problem("request_mismatch");
    let stolen = [
        ("pin", pin.as_str()),
        ("request", browser.hidden["request"].as_str()),
        ("method", "incoming"),
    ];
    other
        .post(&server, "/signin/pin", &stolen)
        .await
        .expect_problem("request_mismatch");
    assert!(!other.has_session());

    let elsewhere = [("pin", pin.as_str()), ("site", "otra")];
    let answer = browser
        .clone()
        .post(&server, "/signin/pin", &elsewhere)
        .await
        .expect_problem("request_mismatch");
    assert!(
        answer.text().contains("href=\"/signin?site=otra\""),
        "the way out begins anew there"
    );

    browser.type_pin(&server, &pin).await.expect(303);
}

// REQ-PIN-12: two windows of one browser do not mix up their requests.
#[tokio::test]
async fn each_window_types_the_pin_of_its_own_request() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let (first_id, first_window) = (browser.request(), browser.hidden.clone());
    browser.get(&server, "/signin?site=otra").await.expect(200);
    browser.start(&server, &ANA, &[]).await.expect(303);
    browser.get(&server, "/signin/pin").await.expect(200);
    assert_ne!(browser.request(), first_id);

    device.reveal(&server, &first_id).await.expect(200);
    let pin = device.pin(&first_id, "sede");
    browser.type_pin(&server, &pin).await.expect_problem("pin_not_revealed");
    browser.hidden = first_window;
    let entered = browser.type_pin(&server, &pin).await.expect(303);
    assert_eq!(entered.headers["location"], "https://sede.example/entrar");
}

// REQ-PIN-13
#[tokio::test]
async fn the_own_key_is_asked_for_again_and_a_wrong_one_counts() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    browser
        .start(&server, &ANA, &[("own_key", "ab12"), ("own_key_again", "AB12")])
        .await
        .expect(303);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(page.contains("name=\"own_key\""));
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    let pin = device.pin(&id, "sede");

    let missing = browser
        .type_pin(&server, &pin)
        .await
        .expect_problem("request_invalid")
        .text();
    assert!(missing.contains("id=\"own_key-error\""));
    for left in ["Le quedan 2 intentos", "Le queda un intento"] {
        let wrong = [("pin", pin.as_str()), ("own_key", "zz99")];
        let told = browser
            .post(&server, "/signin/pin", &wrong)
            .await
            .expect_problem("pin_wrong")
            .text();
        assert!(told.contains(left) && !told.contains("zz99"), "{told}");
    }
    browser
        .post(&server, "/signin/pin", &[("pin", pin.as_str()), ("own_key", " Ab12")])
        .await
        .expect(303);
}

#[tokio::test]
async fn without_a_procedure_both_screens_say_that_it_is_for_the_site_itself() {
    let server = TestServer::new(Backend::Sqlite).await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    let form = browser.get(&server, "/signin?site=sede").await.expect(200).text();
    browser.start(&server, &ANA, &[]).await.expect(303);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(form.contains("Entrar en el sitio") && page.contains("Entrar en el sitio"));
    assert_eq!(device.requests(&server).await[0].procedure, "Entrar en el sitio");
    assert!(page.contains("href=\"/signin?site=sede\""));
}

#[tokio::test]
async fn a_page_without_an_own_key_asks_for_none() {
    let server = TestServer::new(Backend::Sqlite).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(!page.contains("own_key"));
}
