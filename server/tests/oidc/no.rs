//! From every page of a sign-in a citizen can say no, and the site is told; each window says it, or goes on, for itself.

use aldaba_server::testing::{ANA, Answer, TestBrowser, TestDevice};
use aldaba_store::Backend;

use super::stage::{HOME, Stage, location, parameter, screen};
use crate::certificates::pki::{Authority, Files};
use crate::password::{WORDS, create};

on_both!(
    no_can_be_said_on_every_page,
    two_windows_of_a_site_each_answer_their_own,
    a_page_that_lost_its_procedure_answers_what_is_open,
);

/// The names and values of what a piece of a page sends.
fn sent<'p>(piece: &'p str, tag: &str) -> Vec<(&'p str, &'p str)> {
    let value = |text: &'p str| text.split_once('"').unwrap();
    let each = |input: &'p str| {
        let (name, rest) = value(input);
        let (_, rest) = rest.split_once("value=\"").unwrap();
        (name, value(rest).0)
    };
    piece.split(tag).skip(1).map(each).collect()
}

/// Presses the "no" of a page, which sends its form elsewhere: where the browser ends up.
async fn no(stage: &Stage, browser: &mut TestBrowser, page: &str) -> String {
    let button = page
        .find("formaction=\"/oidc/cancel\"")
        .unwrap_or_else(|| panic!("no \"no\": {page}"));
    let (form, button) = page[..button].rsplit_once("<button").unwrap();
    let (_, form) = form.rsplit_once("<form").unwrap();
    let mut fields = sent(form, "<input type=\"hidden\" name=\"");
    fields.extend(sent(button, " name=\""));
    let answer = browser.post(&stage.server, "/oidc/cancel", &fields).await;
    location(&answer.expect(303))
}

// REQ-OIDC-09, REQ-OIDC-33
async fn no_can_be_said_on_every_page(backend: Backend) {
    let authority = Authority::root("AC Personas de Prueba");
    let files = Files::new(&[&authority]);
    let stage = Stage::with(backend, |config| config.certificates = Some(files.settings())).await;
    let server = &stage.server;
    let mut device = TestDevice::activate(server, &ANA).await;
    create(server, &ANA, WORDS).await;
    let denied = format!(
        "{HOME}?error=access_denied&error_description=the+citizen+said+no&state=the+state&iss=https%3A%2F%2Fpin.example"
    );
    let come = async || {
        let mut browser = TestBrowser::default();
        let came = stage.come(&mut browser, "sede", &[("procedure", Some("padron"))]).await;
        stage.follow(&mut browser, came).await.expect(200);
        browser
    };
    let at = |path: &str| format!("{path}?site=sede&procedure=padron");
    // The pages on which a way to sign in begins.
    for path in [
        "/signin",
        "/signin/qr",
        "/signin/bound",
        "/signin/password",
        "/signin/certificate",
        "/signin/sms",
        "/signin/key",
    ] {
        let mut browser = come().await;
        let page = browser.get(server, &at(path)).await.expect(200).text();
        assert_eq!(no(&stage, &mut browser, &page).await, denied, "{path}");
    }
    // Those on which it goes on.
    let person = [("document", ANA.document), ("contrast", ANA.contrast)];
    let by_sms = [("document", ANA.document), ("password", WORDS), ("step", "sms")];
    for (path, fields, next, shown) in [
        ("/signin", &person[..], "/signin/pin", "pin"),
        ("/signin/bound", &person[..], "/signin/pin", "pin"),
        ("/signin/qr", &[][..], "/signin/qr/page", "qr"),
        (
            "/signin/password",
            &by_sms[..],
            "/signin/password/code",
            "password-code",
        ),
    ] {
        server.wait(1);
        let mut browser = come().await;
        browser.get(server, &at(path)).await.expect(200);
        let asked = browser.post(server, path, fields).await.expect(303);
        assert_eq!(location(&asked), next);
        let page = browser.get(server, next).await.expect(200);
        assert_eq!(screen(&page), shown);
        assert_eq!(no(&stage, &mut browser, &page.text()).await, denied, "{next}");
    }
    // Those of an end: a request that was rejected, a code that is over, a ticket that is of no use.
    let mut browser = come().await;
    browser.start(server, &ANA, &[]).await.expect(303);
    device
        .reject(server, &browser.request(), "changed_mind")
        .await
        .expect(200);
    let page = browser
        .get(server, "/signin/pin")
        .await
        .expect_problem("request_rejected");
    assert_eq!(no(&stage, &mut browser, &page.text()).await, denied);

    let mut browser = come().await;
    browser.get(server, &at("/signin/password")).await.expect(200);
    browser.post(server, "/signin/password", &by_sms).await.expect(303);
    server.wait(600);
    let page = browser
        .get(server, "/signin/password/code")
        .await
        .expect_problem("request_expired");
    assert_eq!(no(&stage, &mut browser, &page.text()).await, denied);

    let mut browser = come().await;
    let page = browser
        .get(server, "/signin/certificate/return?ticket=1")
        .await
        .expect(410)
        .text();
    assert!(
        page.contains("/signin/certificate?site=sede&#38;procedure=padron"),
        "{page}"
    );
    assert_eq!(no(&stage, &mut browser, &page).await, denied);

    // Where no site waits for an answer there is nothing to refuse.
    let mut browser = TestBrowser::default();
    let page = browser.get(server, &at("/signin/password")).await.expect(200).text();
    assert!(!page.contains("/oidc/cancel"));
}

/// Agrees where that is asked; the state that the site gets back.
async fn ends_with(stage: &Stage, browser: &mut TestBrowser, answer: Answer) -> Option<String> {
    let answer = match answer.status.as_u16() {
        200 => stage.agree(browser).await,
        _ => answer,
    };
    assert!(parameter(&location(&answer), "code").is_some(), "{}", location(&answer));
    parameter(&location(&answer), "state")
}

// REQ-OIDC-34
async fn two_windows_of_a_site_each_answer_their_own(backend: Backend) {
    let stage = Stage::new(backend).await;
    let server = &stage.server;
    let mut device = TestDevice::activate(server, &ANA).await;
    let mut browser = TestBrowser::default();
    let mut first = None;
    for (state, procedure) in [("one", Some("padron")), ("two", Some("tributos")), ("three", None)] {
        server.wait(1);
        let changes = [("state", Some(state)), ("procedure", procedure)];
        let came = stage.come(&mut browser, "sede", &changes).await.expect(303);
        first.get_or_insert(came);
    }
    // The oldest window, while newer ones wait.
    stage.follow(&mut browser, first.unwrap()).await.expect(200);
    let answer = stage.identify(&mut browser, &mut device, &ANA).await;
    assert_eq!(ends_with(&stage, &mut browser, answer).await.as_deref(), Some("one"));
    for (which, state) in [("&procedure=tributos", "two"), ("", "three")] {
        let path = format!("/oidc/continue?site=sede{which}");
        let answer = browser.get(server, &path).await;
        assert_eq!(ends_with(&stage, &mut browser, answer).await.as_deref(), Some(state));
    }
    // A no is one window's, too.
    let mut browser = TestBrowser::default();
    let mut last = None;
    for (state, procedure) in [("one", "padron"), ("two", "tributos")] {
        server.wait(1);
        let changes = [("state", Some(state)), ("procedure", Some(procedure))];
        last = Some(stage.come(&mut browser, "sede", &changes).await);
    }
    stage.follow(&mut browser, last.unwrap()).await.expect(200);
    let old = browser
        .get(server, "/signin?site=sede&procedure=padron")
        .await
        .expect(200)
        .text();
    let ended = no(&stage, &mut browser, &old).await;
    assert_eq!(parameter(&ended, "state").as_deref(), Some("one"));
    browser
        .get(server, "/oidc/continue?site=sede&procedure=padron")
        .await
        .expect(404);
    browser
        .get(server, "/oidc/continue?site=sede&procedure=tributos")
        .await
        .expect(303);
}

// REQ-OIDC-34
async fn a_page_that_lost_its_procedure_answers_what_is_open(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let changes = [("procedure", Some("tributos"))];
    stage.come(&mut browser, "sede", &changes).await.expect(303);
    let page = browser.get(&stage.server, "/signin?site=sede").await.expect(200).text();
    let mut other = browser.clone();
    let ended = no(&stage, &mut other, &page).await;
    assert_eq!(parameter(&ended, "error").as_deref(), Some("access_denied"));
    stage.come(&mut browser, "sede", &changes).await.expect(303);
    browser.get(&stage.server, "/signin?site=sede").await.expect(200);
    let asked = stage.identify(&mut browser, &mut device, &ANA).await.expect(200);
    assert_eq!(screen(&asked), "consent");
}
