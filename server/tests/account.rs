//! The citizen's own pages: open sessions, and the ways to sign in.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_server::account::SITE;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::{Backend, audit, requests};

use crate::password;

on_both!(
    who_is_not_signed_in_signs_in_and_comes_back,
    sessions_are_seen_and_closed_by_their_owner_only,
    closing_all_leaves_none,
    a_method_that_is_off_is_nobodys,
    a_password_that_is_off_is_told_as_a_wrong_one_and_is_there_when_it_is_on_again,
    forms_without_the_browsers_token_change_nothing,
    what_does_not_reach_the_level_is_not_offered_and_is_refused,
    a_browser_remembers_its_last_method,
    the_other_ways_come_in_the_order_that_was_chosen,
    what_is_missing_says_why_and_what_to_do,
    the_first_page_is_there_for_either_of_its_methods,
    what_the_operator_switched_off_is_neither_offered_nor_missed,
    a_first_sign_in_by_qr_comes_first_the_next_time,
);

/// Signs in at that site; returns where the browser is sent.
async fn sign_in(
    server: &TestServer,
    person: &TestPerson,
    device: &mut TestDevice,
    site: &str,
) -> (TestBrowser, String) {
    let mut browser = TestBrowser::default();
    browser.get(server, &format!("/signin?site={site}")).await.expect(200);
    browser.start(server, person, &[]).await.expect(303);
    browser.get(server, "/signin/pin").await.expect(200);
    let id = browser.request();
    device.reveal(server, &id).await.expect(200);
    let entered = browser.type_pin(server, &device.pin(&id, site)).await.expect(303);
    let to = entered.headers["location"].to_str().unwrap().to_owned();
    (browser, to)
}

async fn account(server: &TestServer, browser: &mut TestBrowser) -> String {
    browser.get(server, "/account").await.expect(200).text()
}

/// The value of the last CSRF token of a page.
fn token(page: &str) -> String {
    let (_, rest) = page.rsplit_once("name=\"csrf\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

fn handles(page: &str) -> Vec<String> {
    page.split("name=\"session\" value=\"")
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0.to_owned())
        .collect()
}

async fn who_is_not_signed_in_signs_in_and_comes_back(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = TestBrowser::default();
    let answer = browser.get(&server, "/account").await.expect(303);
    assert_eq!(answer.headers["location"], format!("/signin?site={SITE}"));
    let mut device = TestDevice::activate(&server, &ANA).await;
    let (mut browser, to) = sign_in(&server, &ANA, &mut device, SITE).await;
    assert_eq!(to, "/account");
    let page = account(&server, &mut browser).await;
    assert!(page.contains(ANA.name) && page.contains("Esta sesión"), "{page}");
}

// REQ-ACC-01 REQ-ACC-02
async fn sessions_are_seen_and_closed_by_their_owner_only(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut other = TestDevice::activate(&server, &LUIS).await;
    let (mut here, _) = sign_in(&server, &ANA, &mut device, "sede").await;
    let (mut there, _) = sign_in(&server, &ANA, &mut device, "otra").await;
    let (mut luis, _) = sign_in(&server, &LUIS, &mut other, "sede").await;
    let page = account(&server, &mut here).await;
    assert_eq!(handles(&page).len(), 2);
    assert!(page.contains("Sede sede") && page.contains("Sede otra"));
    assert_eq!(page.matches("Esta sesión</span>").count(), 1);
    assert_eq!(handles(&account(&server, &mut luis).await).len(), 1);

    // Somebody else's handle closes nothing.
    let theirs = handles(&account(&server, &mut there).await);
    let csrf = token(&account(&server, &mut luis).await);
    for handle in &theirs {
        let form = [("csrf", csrf.as_str()), ("session", handle.as_str())];
        luis.post(&server, "/account/sessions", &form).await.expect(303);
    }
    assert_eq!(handles(&account(&server, &mut here).await).len(), 2);

    let that = theirs
        .into_iter()
        .find(|handle| {
            let (before, _) = page.split_once(handle.as_str()).unwrap();
            before
                .rsplit("<li class=\"a-item\">")
                .next()
                .unwrap()
                .contains("Sede otra")
        })
        .unwrap();
    let csrf = token(&page);
    let closed = here
        .post(&server, "/account/sessions", &[("csrf", &csrf), ("session", &that)])
        .await
        .expect(303);
    assert_eq!(closed.headers["location"], "/account?done=closed");
    there.get(&server, "/account").await.expect(303);
    assert_eq!(handles(&account(&server, &mut here).await).len(), 1);
    audit::verify(server.app.store()).await.unwrap();
}

// REQ-ACC-01 REQ-ACC-02
async fn closing_all_leaves_none(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let (mut here, _) = sign_in(&server, &ANA, &mut device, "sede").await;
    let (mut there, _) = sign_in(&server, &ANA, &mut device, "otra").await;
    let csrf = token(&account(&server, &mut here).await);
    here.post(&server, "/account/sessions", &[("csrf", &csrf), ("session", "")])
        .await
        .expect(303);
    assert!(!here.has_session());
    there.get(&server, "/account").await.expect(303);
    // A device that ends takes the sessions it proved with it.
    let (mut again, _) = sign_in(&server, &ANA, &mut device, "sede").await;
    account(&server, &mut again).await;
    device.end(&server).await.expect(200);
    again.get(&server, "/account").await.expect(303);
}

// REQ-ACC-03
async fn a_method_that_is_off_is_nobodys(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let (mut browser, _) = sign_in(&server, &ANA, &mut device, SITE).await;
    let csrf = token(&account(&server, &mut browser).await);
    let form = [
        ("csrf", csrf.as_str()),
        ("position_self_generated", "1"),
        ("position_incoming", "2"),
    ];
    browser.post(&server, "/account/methods", &form).await.expect(303);
    let page = account(&server, &mut browser).await;
    assert!(
        !page.contains("name=\"on_incoming\""),
        "the incoming PIN cannot be switched off"
    );
    assert!(
        page.contains("name=\"on_self_generated\" aria-describedby"),
        "unticked: {page}"
    );

    let apps = device.copy();
    let typed = async |person: &TestPerson| {
        let mut stranger = TestBrowser::ask_self_generated(&server, person).await;
        let id = stranger.request();
        let owner = server
            .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
            .await
            .unwrap()
            .person;
        let answer = stranger.type_pin(&server, &apps.self_generated(server.app.now())).await;
        (owner, answer.status.as_u16())
    };
    assert_eq!(typed(&ANA).await, (None, 403), "the right PIN is nobody's");
    let (mut again, _) = sign_in(&server, &ANA, &mut device, SITE).await;
    let csrf = token(&account(&server, &mut again).await);
    let form = [("csrf", csrf.as_str()), ("on_self_generated", "on")];
    again.post(&server, "/account/methods", &form).await.expect(303);
    let (owner, status) = typed(&ANA).await;
    assert!(owner.is_some());
    assert_eq!(status, 303);
}

// REQ-ACC-03
async fn a_password_that_is_off_is_told_as_a_wrong_one_and_is_there_when_it_is_on_again(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    password::create(&server, &ANA, password::WORDS).await;
    for (field, code) in [("on_self_generated", Some("password_wrong")), ("on_password", None)] {
        let (mut browser, _) = sign_in(&server, &ANA, &mut device, SITE).await;
        let csrf = token(&account(&server, &mut browser).await);
        let form = [("csrf", csrf.as_str()), (field, "on")];
        browser.post(&server, "/account/methods", &form).await.expect(303);
        let (typed, answer) = password::sign_in(&server, &ANA, password::WORDS).await;
        assert_eq!(typed.has_session(), code.is_none());
        match code {
            Some(code) => drop(answer.expect_problem(code)),
            None => drop(answer.expect(303)),
        }
        server.wait(60);
    }
}

// REQ-WEB-03
async fn forms_without_the_browsers_token_change_nothing(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let (mut browser, _) = sign_in(&server, &ANA, &mut device, SITE).await;
    browser.hidden.clear();
    for path in ["/account/sessions", "/account/methods"] {
        browser.post(&server, path, &[("csrf", "x")]).await.expect(403);
    }
    let page = account(&server, &mut browser).await;
    assert_eq!(handles(&page).len(), 1);
    assert!(page.contains("name=\"on_self_generated\" checked"));
}

// REQ-ACC-05
async fn what_does_not_reach_the_level_is_not_offered_and_is_refused(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.relying_parties[0].procedures[0].level = Some(Level::Substantial);
        config.relying_parties[1].methods = vec![Method::SelfGenerated];
    })
    .await;
    let mut browser = TestBrowser::open(&server, "sede").await;
    let page = browser
        .get(&server, "/signin?site=sede&procedure=padron")
        .await
        .expect(200)
        .text();
    assert!(page.contains("value=\"incoming\"") && !page.contains("value=\"self_generated\""));
    assert!(page.contains("Nivel que pide") && page.contains("Avanzado"));
    browser
        .start(&server, &ANA, &[("method", "self_generated")])
        .await
        .expect(403);
    browser.start(&server, &ANA, &[]).await.expect(303);

    let mut browser = TestBrowser::open(&server, "otra").await;
    browser
        .start(&server, &ANA, &[("method", "incoming")])
        .await
        .expect(403);
    browser
        .start(&server, &ANA, &[("method", "self_generated")])
        .await
        .expect(303);
}

// REQ-ACC-04
async fn a_browser_remembers_its_last_method(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let (mut browser, _) = sign_in(&server, &ANA, &mut device, "sede").await;
    assert_eq!(browser.cookies["__Host-aldaba_method"], "incoming");
    let opened = async |browser: &mut TestBrowser, value: &str| {
        browser
            .cookies
            .insert("__Host-aldaba_method".to_owned(), value.to_owned());
        let answer = browser.get(&server, "/signin?site=sede").await;
        let to = answer.headers.get("location").map(|to| to.to_str().unwrap().to_owned());
        to.unwrap_or_else(|| answer.expect(200).status.to_string())
    };
    // Its page comes first.
    for (method, page) in [
        ("qr", "/signin/qr?site=sede"),
        ("page_bound", "/signin/bound?site=sede"),
        ("password", "/signin/password?site=sede"),
        ("incoming", "200 OK"),
    ] {
        assert_eq!(opened(&mut browser, method).await, page, "{method}");
    }
    // One that does not serve here, and what nobody can have written, is not believed.
    for value in ["certificate", "nonsense", "", "self_generated"] {
        assert_eq!(opened(&mut browser, value).await, "200 OK", "{value}");
    }
    // The first page is still there for who asks for it.
    opened(&mut browser, "qr").await;
    browser.get(&server, "/signin?site=sede&way=incoming").await.expect(200);
}

/// The pages that a page links to as other ways, in order.
fn others(page: &str) -> Vec<&str> {
    let links = page.split("href=\"/signin/").skip(1);
    let paths = links.map(|rest| rest.split_once(['?', '"']).unwrap().0);
    paths.collect()
}

// REQ-ACC-04
async fn the_other_ways_come_in_the_order_that_was_chosen(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = TestBrowser::default();
    let page = async |browser: &mut TestBrowser| browser.get(&server, "/signin?site=sede").await.expect(200).text();
    let ours = page(&mut browser).await;
    assert_eq!(others(&ours)[..3], ["qr", "bound", "password"], "{:?}", others(&ours));
    for (order, first) in [
        ("password-page_bound", ["password", "bound", "qr"]),
        ("sms-nonsense-qr", ["sms", "qr", "bound"]),
        ("-", ["qr", "bound", "password"]),
    ] {
        browser
            .cookies
            .insert("__Host-aldaba_order".to_owned(), order.to_owned());
        let page = page(&mut browser).await;
        assert_eq!(others(&page)[..3], first, "{order}");
    }
}

// REQ-ACC-05
async fn what_is_missing_says_why_and_what_to_do(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.relying_parties[0].level = Level::Substantial;
        config.relying_parties[1].methods = vec![Method::Incoming, Method::SelfGenerated];
    })
    .await;
    let page = async |address: &str| {
        let page = TestBrowser::default().get(&server, address).await.expect(200).text();
        let (_, missing) = page.split_once("<details").unwrap();
        missing.replace("&#34;", "\"")
    };
    let spanish = page("/signin?site=sede&lang=es").await;
    for said in [
        "¿Por qué no aparecen otras formas?",
        "PIN sin conexión",
        "El «PIN para esta página» sí puede",
        "PIN por SMS",
        "No alcanza el nivel «Avanzado» que pide este trámite. Si su registro lo permite",
    ] {
        assert!(spanish.contains(said), "{said}: {spanish}");
    }
    assert!(!spanish.contains("no admite esta forma"));
    let english = page("/signin?site=sede&lang=en").await;
    assert!(english.contains("Offline PIN"), "{english}");
    let otra = page("/signin?site=otra&lang=es").await;
    assert!(otra.contains("Sede otra no admite esta forma."), "{otra}");
    assert!(!otra.contains("<strong>PIN sin conexión</strong>"), "it serves there");
}

// REQ-ACC-04, REQ-ACC-05
async fn the_first_page_is_there_for_either_of_its_methods(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.relying_parties[0].methods = vec![Method::SelfGenerated, Method::PageBound];
        config.relying_parties[1].methods = vec![Method::PageBound];
    })
    .await;
    let device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    let first = browser
        .get(&server, "/signin?site=sede&lang=es")
        .await
        .expect(200)
        .text();
    assert!(first.contains("value=\"self_generated\"") && !first.contains("value=\"incoming\""));
    assert_eq!(others(&first), ["bound"]);
    let (_, missing) = first
        .split_once("<details class=\"p-details\">\n<summary>¿Por qué")
        .unwrap();
    assert!(missing.contains("<strong>PIN</strong>"), "{missing}");
    assert!(!missing.contains("PIN sin conexión"), "{missing}");
    // Its page is found from the others, by the name of what serves there.
    let bound = browser
        .get(&server, "/signin/bound?site=sede&lang=es")
        .await
        .expect(200)
        .text();
    assert!(bound.contains("/signin?site=sede&#38;way=self_generated"), "{bound}");
    assert!(bound.contains("escriba en esta página las seis cifras"), "{bound}");
    browser
        .get(&server, "/signin?site=sede&way=self_generated")
        .await
        .expect(200);
    browser
        .start(&server, &ANA, &[("method", "self_generated")])
        .await
        .expect(303);
    browser.get(&server, "/signin/pin").await.expect(200);
    let pin = device.self_generated(server.app.now());
    browser.type_pin(&server, &pin).await.expect(303);
    // Where neither serves, the first that does is shown.
    let answer = TestBrowser::default()
        .get(&server, "/signin?site=otra")
        .await
        .expect(303);
    assert_eq!(answer.headers["location"], "/signin/bound?site=otra");
}

// REQ-ACC-05
async fn what_the_operator_switched_off_is_neither_offered_nor_missed(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.methods.disabled = vec![Method::SelfGenerated, Method::Sms];
    })
    .await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::default();
    let first = browser
        .get(&server, "/signin?site=sede&lang=es")
        .await
        .expect(200)
        .text();
    for name in ["PIN sin conexión", ">PIN por SMS<", "value=\"self_generated\""] {
        assert!(!first.contains(name), "{name}: {first}");
    }
    let (mut browser, _) = sign_in(&server, &ANA, &mut device, "sede").await;
    let account = browser.get(&server, "/account").await.expect(200).text();
    assert!(account.contains("name=\"on_page_bound\""), "{account}");
    assert!(!account.contains("name=\"on_self_generated\"") && !account.contains("name=\"on_sms\""));
}

// REQ-ACC-04
async fn a_first_sign_in_by_qr_comes_first_the_next_time(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask_qr(&server).await;
    let page = browser.get(&server, "/signin/qr/page").await.expect(200).text();
    let found = device.lookup(&server, &TestBrowser::code_of(&page)).await.expect(200);
    let request: aldaba_protocol::wire::DeviceRequest = found.json();
    let id = browser.request();
    device.approve(&server, &id, &request.phrase, false).await.expect(200);
    browser.post(&server, "/signin/qr/page", &[]).await.expect(303);
    let answer = browser.get(&server, "/signin?site=otra").await.expect(303);
    assert_eq!(answer.headers["location"], "/signin/qr?site=otra");
}
