//! Changing and cancelling.

use aldaba_core::document::Document;
use aldaba_server::passwords::cancel_of_staff;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestServer};
use aldaba_store::{Backend, audit};

use super::{NOBODY, OTHER, WORDS, create, has_password, page, session, sign_in, texts};

on_both!(
    the_old_password_makes_way_for_the_new_one,
    a_change_is_refused_with_its_reason,
    of_parallel_changes_one_wins,
    a_password_is_cancelled_with_itself,
    who_is_signed_in_cancels_without_it,
    staff_cancel_a_password,
);

async fn change(
    server: &TestServer,
    document: &str,
    old: &str,
    new: &str,
) -> (TestBrowser, aldaba_server::testing::Answer) {
    let mut browser = TestBrowser::default();
    browser.get(server, "/password/change").await.expect(200);
    let fields = [
        ("document", document),
        ("password", old),
        ("new_password", new),
        ("new_password_again", new),
    ];
    let answer = browser.post(server, "/password/change", &fields).await;
    (browser, answer)
}

// REQ-PWD-09
async fn the_old_password_makes_way_for_the_new_one(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let (browser, _) = sign_in(&server, &ANA, WORDS).await;
    let before = texts(&server, ANA.phone).await.len();
    let (mut changer, answer) = change(&server, ANA.document, WORDS, OTHER).await;
    let done = answer.expect(303).headers["location"].to_str().unwrap().to_owned();
    assert_eq!(done, "/password/done?what=changed");
    changer.get(&server, &done).await.expect(200);
    assert!(session(&server, &browser).await.is_none());
    let told = texts(&server, ANA.phone).await;
    assert_eq!(told.len(), before + 1);
    sign_in(&server, &ANA, WORDS).await.1.expect_problem("password_wrong");
    sign_in(&server, &ANA, OTHER).await.1.expect(303);
}

// REQ-PWD-09
async fn a_change_is_refused_with_its_reason(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let personal = "cactus garcia violeta zurdo";
    for (old, new, code) in [
        (OTHER, "cactus grapadora violeta", "password_wrong"),
        (OTHER, personal, "password_wrong"),
        (OTHER, OTHER, "password_wrong"),
        (WORDS, personal, "password_refused"),
        (WORDS, WORDS, "password_refused"),
        (WORDS, "12345678", "password_refused"),
        (WORDS, "corta", "password_refused"),
        ("", OTHER, "request_invalid"),
    ] {
        let (_, answer) = change(&server, ANA.document, old, new).await;
        assert_eq!(answer.code(), code, "{old} {new}");
    }
    change(&server, "12345678A", WORDS, OTHER)
        .await
        .1
        .expect_problem("document_invalid");
    change(&server, NOBODY.document, WORDS, OTHER)
        .await
        .1
        .expect_problem("password_wrong");
    change(&server, LUIS.document, WORDS, OTHER)
        .await
        .1
        .expect_problem("password_wrong");
    sign_in(&server, &ANA, WORDS).await.1.expect(303);
}

// REQ-PWD-09
async fn of_parallel_changes_one_wins(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let mut browser = TestBrowser::default();
    browser.get(&server, "/password/change").await.expect(200);
    let new = |number: usize| format!("cactus grapadora {number} violeta");
    let forms = (0..4)
        .map(|number| {
            let new = new(number);
            let fields = [
                ("document", ANA.document),
                ("password", WORDS),
                ("new_password", new.as_str()),
                ("new_password_again", new.as_str()),
            ];
            browser.form("/password/change", &fields)
        })
        .collect();
    let answers = server.send_all(forms).await;
    let won: Vec<_> = (0..4).filter(|number| answers[*number].status == 303).collect();
    assert_eq!(
        won.len(),
        1,
        "{:?}",
        answers.iter().map(|answer| answer.code()).collect::<Vec<_>>()
    );
    sign_in(&server, &ANA, &new(won[0])).await.1.expect(303);
}

// REQ-PWD-13
async fn a_password_is_cancelled_with_itself(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let (signed_in, _) = sign_in(&server, &ANA, WORDS).await;
    let mut browser = TestBrowser::default();
    browser.get(&server, "/password/cancel").await.expect(200);
    let wrong = [("document", ANA.document), ("password", OTHER)];
    browser
        .post(&server, "/password/cancel", &wrong)
        .await
        .expect_problem("password_wrong");
    assert!(has_password(&server, &ANA).await);
    let right = [("document", ANA.document), ("password", WORDS)];
    let done = browser.post(&server, "/password/cancel", &right).await.expect(303);
    assert_eq!(done.headers["location"], "/password/done?what=cancelled");
    assert!(!has_password(&server, &ANA).await);
    assert!(session(&server, &signed_in).await.is_none());
    assert!(texts(&server, ANA.phone).await.last().unwrap().contains("dado de baja"));
    sign_in(&server, &ANA, WORDS).await.1.expect_problem("password_wrong");
    // Another can be made at once, and an old version means nothing to it.
    create(&server, &ANA, OTHER).await;
    sign_in(&server, &ANA, OTHER).await.1.expect(303);
}

// REQ-PWD-13
async fn who_is_signed_in_cancels_without_it(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    create(&server, &LUIS, OTHER).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &browser.request()).await.expect(200);
    let pin = device.pin(&browser.request(), "sede");
    browser.type_pin(&server, &pin).await.expect(303);
    let asked = browser.get(&server, "/password/cancel").await.expect(200).text();
    assert!(!asked.contains("name=\"password\""));
    // The form's token is needed as everywhere, and nobody else's password goes.
    let stolen = [("csrf", "AAAA"), ("document", LUIS.document)];
    browser
        .clone()
        .post(&server, "/password/cancel", &stolen)
        .await
        .expect(403);
    browser
        .post(&server, "/password/cancel", &[("document", LUIS.document)])
        .await
        .expect(303);
    assert!(!has_password(&server, &ANA).await && has_password(&server, &LUIS).await);
    assert!(session(&server, &browser).await.is_some(), "a session by PIN goes on");
}

// REQ-PWD-13
async fn staff_cancel_a_password(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let (browser, _) = sign_in(&server, &ANA, WORDS).await;
    let document = |text: &str| Document::parse(text).unwrap();
    assert_eq!(
        cancel_of_staff(&server.app, document(NOBODY.document)).await.unwrap(),
        None
    );
    assert_eq!(
        cancel_of_staff(&server.app, document(LUIS.document)).await.unwrap(),
        Some(false)
    );
    assert_eq!(
        cancel_of_staff(&server.app, document(ANA.document)).await.unwrap(),
        Some(true)
    );
    assert!(session(&server, &browser).await.is_none());
    let mut page = page(&server, "padron").await;
    let fields = [("document", ANA.document), ("password", WORDS)];
    page.post(&server, "/signin/password", &fields)
        .await
        .expect_problem("password_wrong");
    audit::verify(server.app.store()).await.unwrap();
}
