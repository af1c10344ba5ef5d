//! A PIN by SMS, and an own key with a code by SMS: from the page to the phone and back.

use std::collections::BTreeMap;

use aldaba_core::ids::SessionId;
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::policy::seconds;
use aldaba_server::testing::{ANA, Answer, LUIS, TestBrowser, TestDevice, TestPerson, TestServer, other_pin};
use aldaba_store::outbox::MessageKind;
use aldaba_store::{Backend, requests, sessions};
use sea_orm::{ConnectionTrait, Statement};

on_both!(
    a_pin_by_sms_signs_in,
    an_own_key_and_a_code_sign_in,
    the_own_key_is_invented_and_asked_again,
    three_wrong_tries_burn_the_request_only,
    a_pin_lives_as_long_as_its_request_to_the_second,
    another_browser_or_site_or_method_is_a_mismatch,
    of_sixty_four_right_pins_one_wins_each_time,
    everybody_is_answered_alike_to_the_byte,
    who_has_a_device_waits_a_minute,
    an_sms_takes_the_place_of_a_device_that_does_not_answer,
    what_a_device_revealed_does_not_go_on_by_sms,
    an_own_key_stays_when_a_request_goes_on_by_sms,
    forms_that_this_browser_was_not_shown_are_refused,
);

/// Registered, and without a phone.
const PILAR: TestPerson = TestPerson {
    document: "00000001R",
    contrast: "2032-08-30",
    name: "Pilar Sanz Mora",
    phone: "",
};
/// Nobody of this document is registered.
const NOBODY: TestPerson = TestPerson {
    document: "00000000T",
    contrast: "2031-05-17",
    name: "Nadie",
    phone: "+34600000099",
};
const WRONG_DATE: TestPerson = TestPerson {
    contrast: "2031-05-18",
    ..ANA
};
const KEY: [(&str, &str); 2] = [("own_key", "ab12"), ("own_key_again", "AB12")];

/// Asks in that browser, and looks at the page with the field.
async fn ask_in(server: &TestServer, browser: &mut TestBrowser, person: &TestPerson, method: Method) -> Answer {
    let (path, more) = match method {
        Method::Sms => ("/signin/sms", &[][..]),
        Method::OwnKeySms => ("/signin/key", &KEY[..]),
        other => panic!("{other:?}"),
    };
    browser
        .get(server, &format!("{path}?site=sede&procedure=padron"))
        .await
        .expect(200);
    let mut fields = vec![("document", person.document), ("contrast", person.contrast)];
    fields.extend_from_slice(more);
    // Messages are listed in the order of their times.
    server.wait(1);
    let started = browser.post(server, path, &fields).await.expect(303);
    assert_eq!(started.headers["location"], "/signin/pin");
    browser.get(server, "/signin/pin").await.expect(200);
    started
}

async fn ask(server: &TestServer, person: &TestPerson, method: Method) -> TestBrowser {
    let mut browser = TestBrowser::default();
    ask_in(server, &mut browser, person, method).await;
    browser
}

/// The session that the browser is in.
async fn session(server: &TestServer, browser: &TestBrowser) -> sessions::Session {
    let id: SessionId = browser.cookies["__Host-aldaba_session"].parse().unwrap();
    let (now, idle) = (server.app.now(), seconds(server.app.policy().session_idle));
    let found = server
        .app
        .store()
        .write(move |tx| Box::pin(async move { sessions::use_session(tx, &id, now, idle).await }));
    found.await.unwrap().unwrap()
}

// REQ-SMS-01
async fn a_pin_by_sms_signs_in(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    let form = browser
        .get(&server, "/signin?site=sede&procedure=padron")
        .await
        .expect(200)
        .text();
    assert!(
        form.contains("href=\"/signin/sms?site=sede&#38;procedure=padron\""),
        "the first page offers it"
    );
    ask_in(&server, &mut browser, &ANA, Method::Sms).await;
    let messages = server.messages().await;
    let [message] = messages.as_slice() else {
        panic!("{messages:?}")
    };
    assert_eq!((message.kind, message.to.e164()), (MessageKind::SignInPin, ANA.phone));
    assert_eq!(message.due_at, server.app.now(), "who has no device waits for nothing");
    let pin = server.last_code(ANA.phone).await;
    assert_eq!(pin.len(), 6);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(page.contains("autocomplete=\"one-time-code\"") && page.contains("sede.example"));
    assert!(
        page.contains("El SMS protege menos que la app"),
        "a restricted channel says so"
    );
    assert!(!page.contains("p-code") && !page.contains("p-phrase") && !page.contains("/signin/pin/sms"));

    let entered = browser
        .type_pin(&server, &format!("{} {}", &pin[..3], &pin[3..]))
        .await
        .expect(303);
    assert_eq!(entered.headers["location"], "https://sede.example/entrar");
    let session = session(&server, &browser).await;
    assert_eq!(
        (session.method, session.level, session.device),
        (Method::Sms, Level::Low, None)
    );
    aldaba_store::audit::verify(server.app.store()).await.unwrap();
}

// REQ-KEY4-01
async fn an_own_key_and_a_code_sign_in(backend: Backend) {
    let server = TestServer::new(backend).await;
    // An active device does not delay it: this way knows none.
    TestDevice::activate(&server, &ANA).await;
    let mut browser = ask(&server, &ANA, Method::OwnKeySms).await;
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(page.contains("name=\"own_key\"") && page.contains("name=\"pin\""));
    let last = server.messages().await.pop().unwrap();
    assert_eq!((last.kind, last.due_at), (MessageKind::SignInPin, server.app.now()));
    let code = server.last_code(ANA.phone).await;
    let fields = [("pin", code.as_str()), ("own_key", " Ab12 ")];
    browser.post(&server, "/signin/pin", &fields).await.expect(303);
    let session = session(&server, &browser).await;
    assert_eq!((session.method, session.level), (Method::OwnKeySms, Level::Low));
}

// REQ-KEY4-02
async fn the_own_key_is_invented_and_asked_again(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = TestBrowser::default();
    browser.get(&server, "/signin/key?site=sede").await.expect(200);
    let person = [("document", ANA.document), ("contrast", ANA.contrast)];
    for (typed, again, field) in [
        ("", "", "own_key"),
        ("ab1", "ab1", "own_key"),
        ("ab12", "", "own_key_again"),
        ("ab12", "ab13", "own_key_again"),
    ] {
        let mut fields = person.to_vec();
        fields.extend([("own_key", typed), ("own_key_again", again)]);
        let told = browser
            .post(&server, "/signin/key", &fields)
            .await
            .expect_problem("request_invalid")
            .text();
        assert!(told.contains(&format!("id=\"{field}-error\"")), "{typed} {again}");
        assert!(
            typed.is_empty() || !told.contains(&format!("\"{typed}\"")),
            "the key is not repeated"
        );
    }
    // The contrast datum is asked for here as everywhere.
    let fields = [
        ("document", ANA.document),
        ("own_key", "ab12"),
        ("own_key_again", "ab12"),
    ];
    browser
        .post(&server, "/signin/key", &fields)
        .await
        .expect_problem("contrast_invalid");
    assert!(server.messages().await.is_empty());

    ask_in(&server, &mut browser, &ANA, Method::OwnKeySms).await;
    let code = server.last_code(ANA.phone).await;
    let missing = browser
        .type_pin(&server, &code)
        .await
        .expect_problem("request_invalid")
        .text();
    assert!(
        missing.contains("id=\"own_key-error\""),
        "neither evaluated nor counted"
    );
    for _ in 0..2 {
        let wrong = [("pin", code.as_str()), ("own_key", "zz99")];
        browser
            .post(&server, "/signin/pin", &wrong)
            .await
            .expect_problem("pin_wrong");
    }
    let right = [("pin", code.as_str()), ("own_key", "AB12")];
    browser.post(&server, "/signin/pin", &right).await.expect(303);
}

// REQ-SMS-01
async fn three_wrong_tries_burn_the_request_only(backend: Backend) {
    let server = TestServer::new(backend).await;
    for method in [Method::Sms, Method::OwnKeySms] {
        let mut browser = ask(&server, &ANA, method).await;
        let code = server.last_code(ANA.phone).await;
        for nonsense in ["", "12345", "abcdef", "1234567"] {
            browser
                .type_pin(&server, nonsense)
                .await
                .expect_problem("request_invalid");
        }
        let wrong = other_pin(&code, 1);
        for expected in ["pin_wrong", "pin_wrong", "request_burnt"] {
            let fields = [("pin", wrong.as_str()), ("own_key", "ab12")];
            browser
                .post(&server, "/signin/pin", &fields)
                .await
                .expect_problem(expected);
        }
        let fields = [("pin", code.as_str()), ("own_key", "ab12")];
        let burnt = browser
            .post(&server, "/signin/pin", &fields)
            .await
            .expect_problem("request_burnt")
            .text();
        assert!(!burnt.contains("app"), "who waits for an SMS need not have one");
        let way = if method == Method::Sms { "sms" } else { "key" };
        assert!(burnt.contains(&format!("href=\"/signin/{way}?site=sede")), "{burnt}");
        assert!(!browser.has_session());
        server.wait(3600);
    }
    let mut next = ask(&server, &ANA, Method::Sms).await;
    let pin = server.last_code(ANA.phone).await;
    next.type_pin(&server, &pin).await.expect(303);
    next.type_pin(&server, &pin).await.expect_problem("pin_used");
}

// REQ-SMS-01
async fn a_pin_lives_as_long_as_its_request_to_the_second(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut just = ask(&server, &ANA, Method::Sms).await;
    let pin = server.last_code(ANA.phone).await;
    server.wait(599);
    just.type_pin(&server, &pin).await.expect(303);
    let mut late = ask(&server, &ANA, Method::Sms).await;
    let pin = server.last_code(ANA.phone).await;
    server.wait(600);
    late.type_pin(&server, &pin).await.expect_problem("request_expired");
    let page = late
        .get(&server, "/signin/pin")
        .await
        .expect_problem("request_expired")
        .text();
    assert!(page.contains("El PIN ha caducado") && page.contains("href=\"/signin/sms?site=sede"));
}

// REQ-SMS-03
async fn another_browser_or_site_or_method_is_a_mismatch(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = ask(&server, &ANA, Method::Sms).await;
    let pin = server.last_code(ANA.phone).await;
    let id = browser.request();
    let mut other = TestBrowser::open(&server, "sede").await;
    other.cookies.insert("__Host-aldaba_request".to_owned(), id.to_string());
    other
        .get(&server, "/signin/pin")
        .await
        .expect_problem("request_mismatch");
    let request = id.to_string();
    let stolen = [
        ("pin", pin.as_str()),
        ("request", &request),
        ("method", "sms"),
        ("site", "sede"),
    ];
    other
        .post(&server, "/signin/pin", &stolen)
        .await
        .expect_problem("request_mismatch");
    assert!(!other.has_session());
    for (name, value) in [
        ("site", "otra"),
        ("method", "own_key_sms"),
        ("method", "incoming"),
        ("method", "self_generated"),
    ] {
        let fields = [("pin", pin.as_str()), ("own_key", "ab12"), (name, value)];
        browser
            .clone()
            .post(&server, "/signin/pin", &fields)
            .await
            .expect_problem("request_mismatch");
    }
    // Of another request of the same person: wrong.
    let mut second = ask(&server, &ANA, Method::Sms).await;
    assert_ne!(server.last_code(ANA.phone).await, pin);
    second.type_pin(&server, &pin).await.expect_problem("pin_wrong");
    browser.type_pin(&server, &pin).await.expect(303);
}

// REQ-SMS-01, REQ-PIN-09
async fn of_sixty_four_right_pins_one_wins_each_time(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.policy.sms_per_hour = 1000;
        config.policy.sms_per_day = 1000;
    })
    .await;
    for round in 0..20 {
        let browser = ask(&server, &ANA, Method::Sms).await;
        let pin = server.last_code(ANA.phone).await;
        let forms = (0..64).map(|_| browser.pin_form(&pin, &[])).collect();
        let mut tally: BTreeMap<String, usize> = BTreeMap::new();
        for answer in server.send_all(forms).await {
            let what = if answer.status == 303 {
                "signed in".to_owned()
            } else {
                answer.code()
            };
            *tally.entry(what).or_default() += 1;
        }
        assert_eq!(tally.get("signed in"), Some(&1), "round {round}: {tally:?}");
        assert_eq!(tally.get("pin_used"), Some(&63), "round {round}: {tally:?}");
    }
}

/// A page without what is random in every page.
fn blank(answer: &Answer, browser: &TestBrowser) -> String {
    let mut headers = answer.headers.clone();
    headers.remove("content-length");
    let mut text = format!("{} {headers:?}\n{}", answer.status, answer.text());
    for value in browser
        .cookies
        .values()
        .chain(browser.hidden.values())
        .filter(|value| value.len() > 20)
    {
        text = text.replace(value.as_str(), "X");
    }
    for (open, close) in [
        ("name=\"csrf\" value=\"", "\""),
        ("p-phrase\"", "</"),
        ("p-code__value\"", "</p>"),
        ("href=\"aldaba://", "\""),
    ] {
        let mut kept = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(open) {
            kept.push_str(before);
            rest = after.split_once(close).unwrap().1;
        }
        text = kept + rest;
    }
    text
}

/// How many rows each table has that a sign-in writes to.
async fn rows(server: &TestServer) -> Vec<i64> {
    let database = server.database.connect().await.unwrap();
    let mut rows = Vec::new();
    for table in ["requests", "sms_pins", "outbox", "audit"] {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let statement = Statement::from_string(database.get_database_backend(), sql);
        let row = database.query_one_raw(statement).await.unwrap().unwrap();
        rows.push(row.try_get_by_index(0).unwrap());
    }
    rows
}

// REQ-SMS-03, REQ-WEB-02: whether there is such a person, a device, a phone, an SMS left or a budget, no page tells, and no row
// is missing.
async fn everybody_is_answered_alike_to_the_byte(backend: Backend) {
    let server = TestServer::with(backend, |config| config.relying_parties[0].sms_per_month = 8).await;
    server.register(&[PILAR]).await;
    TestDevice::activate(&server, &LUIS).await;
    for method in [Method::Sms, Method::OwnKeySms, Method::Incoming] {
        let mut seen: Vec<Vec<String>> = Vec::new();
        // The last ones ask when nothing is left for them.
        let exhausted = [ANA; 4];
        for person in [ANA, LUIS, PILAR, WRONG_DATE, NOBODY].iter().chain(&exhausted) {
            let mut browser = TestBrowser::default();
            let before = rows(&server).await;
            let mut answers = Vec::new();
            if method == Method::Incoming {
                browser
                    .get(&server, "/signin?site=sede&procedure=padron")
                    .await
                    .expect(200);
                answers.push(browser.start(&server, person, &[]).await.expect(303));
                server.wait(60);
                answers.push(browser.get(&server, "/signin/pin").await.expect(200));
                answers.push(browser.post(&server, "/signin/pin/sms", &[]).await.expect(303));
            } else {
                answers.push(ask_in(&server, &mut browser, person, method).await);
                server.wait(60);
            }
            answers.push(browser.get(&server, "/signin/pin").await.expect(200));
            let after = rows(&server).await;
            let written: Vec<i64> = after
                .iter()
                .zip(&before)
                .map(|(after, before)| after - before)
                .collect();
            let entries = if method == Method::Incoming { 2 } else { 1 };
            assert_eq!(written, [1, 1, 1, entries], "{method:?} {}", person.document);
            let fields = [("pin", "000000"), ("own_key", "ab12")];
            answers.push(
                browser
                    .post(&server, "/signin/pin", &fields)
                    .await
                    .expect_problem("pin_wrong"),
            );
            server.wait(600);
            answers.push(
                browser
                    .get(&server, "/signin/pin")
                    .await
                    .expect_problem("request_expired"),
            );
            // The same minute of the hour for everybody: pages say what time it is.
            let passed = if method == Method::Incoming { 660 } else { 661 };
            server.wait(24 * 3600 - passed);
            let told = answers.iter().map(|answer| blank(answer, &browser)).collect();
            seen.push(told);
        }
        for (person, told) in seen.iter().enumerate() {
            for (step, text) in told.iter().enumerate() {
                assert!(
                    text == &seen[0][step],
                    "{method:?}, person {person}, step {step}: {text}\n{}",
                    seen[0][step]
                );
            }
        }
    }
    // Eight went in January, which is what the site pays for, to those who had one left; February's were seven.
    let february = aldaba_core::time::Timestamp::from_secs(1_801_440_000);
    let messages = server.messages().await;
    let pins = messages.iter().filter(|message| message.kind == MessageKind::SignInPin);
    let (first, second): (Vec<_>, Vec<_>) = pins.partition(|message| message.created_at < february);
    assert_eq!((first.len(), second.len()), (8, 7));
}

// REQ-SMS-02
async fn who_has_a_device_waits_a_minute(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    ask(&server, &ANA, Method::Sms).await;
    let last = server.messages().await.pop().unwrap();
    assert_eq!(last.due_at.since(server.app.now()), seconds(60));
    assert!(device.requests(&server).await.is_empty(), "no device is asked");
    device.end(&server).await.expect(200);
    ask(&server, &ANA, Method::Sms).await;
    let last = server.messages().await.pop().unwrap();
    assert_eq!(last.due_at, server.app.now(), "without one, nothing");
}

// REQ-SMS-02
async fn an_sms_takes_the_place_of_a_device_that_does_not_answer(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut events = device.events(&server, None).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    assert!(events.next().await.unwrap().data.contains("pending"));
    server.wait(59);
    let early = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(early.contains("hidden data-appears=\"1\"") && early.contains("<noscript>"));
    browser.post(&server, "/signin/pin/sms", &[]).await.expect(303);
    let still = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(still.contains("value=\"incoming\""), "its devices still have a second");
    assert_eq!(device.requests(&server).await.len(), 1);

    server.wait(1);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(!page.contains("data-appears") && !page.contains("<noscript>"));
    assert!(
        page.contains("action=\"/signin/pin/sms\""),
        "without scripts the reloaded page has the button"
    );
    browser.post(&server, "/signin/pin/sms", &[]).await.expect(303);
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(page.contains("value=\"sms\"") && !page.contains("/signin/pin/sms"));
    assert_eq!(browser.request(), id, "it is the same request");
    let last = server.messages().await.pop().unwrap();
    assert_eq!(
        (last.kind, last.due_at),
        (MessageKind::SignInPin, server.app.now()),
        "at once"
    );
    // Its devices are told, and cannot show a PIN for it any more.
    assert!(events.next().await.unwrap().data.contains("expired"));
    assert!(device.requests(&server).await.is_empty());
    device.reveal(&server, &id).await.expect_problem("request_unknown");
    let apps = device.pin(&id, "sede");
    let pin = server.last_code(ANA.phone).await;
    if apps != pin {
        browser.type_pin(&server, &apps).await.expect_problem("pin_wrong");
    }
    // Pressing again sends nothing more.
    let sent = server.messages().await.len();
    let mut again = browser.clone();
    again.post(&server, "/signin/pin/sms", &[]).await.expect(303);
    assert_eq!(server.messages().await.len(), sent);
    browser.type_pin(&server, &pin).await.expect(303);
    let session = session(&server, &browser).await;
    assert_eq!((session.method, session.level), (Method::Sms, Level::Low));
    aldaba_store::audit::verify(server.app.store()).await.unwrap();
}

// REQ-SMS-02
async fn what_a_device_revealed_does_not_go_on_by_sms(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let id = browser.request();
    device.reveal(&server, &id).await.expect(200);
    server.wait(61);
    let sent = server.messages().await.len();
    let page = browser.get(&server, "/signin/pin").await.expect(200).text();
    assert!(!page.contains("/signin/pin/sms"));
    browser.post(&server, "/signin/pin/sms", &[]).await.expect(303);
    assert_eq!(server.messages().await.len(), sent);
    let pin = device.pin(&id, "sede");
    browser.type_pin(&server, &pin).await.expect(303);
    // Nor does what is over, or is another browser's.
    let mut over = TestBrowser::ask(&server, &ANA).await;
    let mut stranger = TestBrowser::open(&server, "sede").await;
    server.wait(60);
    let request = over.request().to_string();
    stranger
        .post(&server, "/signin/pin/sms", &[("request", &request)])
        .await
        .expect_problem("request_mismatch");
    over.clone()
        .post(&server, "/signin/pin/sms", &[("site", "otra")])
        .await
        .expect_problem("request_mismatch");
    over.clone()
        .post(&server, "/signin/pin/sms", &[("request", "zz")])
        .await
        .expect_problem("request_unknown");
    server.wait(540);
    over.post(&server, "/signin/pin/sms", &[]).await.expect(303);
    over.get(&server, "/signin/pin").await.expect_problem("request_expired");
    assert_eq!(server.messages().await.len(), sent);
    let found = server
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
        .await;
    assert_eq!(found.unwrap().method, Method::Incoming);
}

// REQ-SMS-02, REQ-PIN-13
async fn an_own_key_stays_when_a_request_goes_on_by_sms(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    browser.start(&server, &ANA, &KEY).await.expect(303);
    server.wait(60);
    browser.get(&server, "/signin/pin").await.expect(200);
    browser.post(&server, "/signin/pin/sms", &[]).await.expect(303);
    browser.get(&server, "/signin/pin").await.expect(200);
    let pin = server.last_code(ANA.phone).await;
    browser.type_pin(&server, &pin).await.expect_problem("request_invalid");
    let wrong = [("pin", pin.as_str()), ("own_key", "zz99")];
    browser
        .post(&server, "/signin/pin", &wrong)
        .await
        .expect_problem("pin_wrong");
    let right = [("pin", pin.as_str()), ("own_key", "ab12")];
    browser.post(&server, "/signin/pin", &right).await.expect(303);
}

// REQ-WEB-03
async fn forms_that_this_browser_was_not_shown_are_refused(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let stranger = TestBrowser::open(&server, "sede").await;
    server.wait(60);
    for path in ["/signin/sms", "/signin/key", "/signin/pin/sms"] {
        for token in ["", "AAAA", stranger.hidden["csrf"].as_str()] {
            let fields = [
                ("document", ANA.document),
                ("contrast", ANA.contrast),
                ("own_key", "ab12"),
                ("own_key_again", "ab12"),
                ("csrf", token),
            ];
            let answer = browser.post(&server, path, &fields).await.expect(403);
            assert_eq!(answer.code(), "csrf");
        }
    }
    assert!(server.messages().await.is_empty());
}
