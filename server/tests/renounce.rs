//! A citizen leaves, and comes back at their own wish.

use aldaba_server::account::SITE;
use aldaba_server::citizens::{import, renounce};
use aldaba_server::testing::{ANA, LUIS, PendingActivation, TestBrowser, TestDevice, TestServer};
use aldaba_store::outbox::MessageKind;
use aldaba_store::{Backend, audit, devices};

on_both!(
    who_renounces_is_nobody_from_then_on,
    without_the_tick_or_the_browsers_token_nothing_happens,
    an_import_leaves_them_out_and_their_wish_brings_them_back,
);

const ROW: &str = "document,contrast,name,phone\n12345678Z,2031-05-17,Ana García Ruiz,600000001\n";

/// Signs in at the account's pages.
async fn sign_in(server: &TestServer, device: &mut TestDevice) -> TestBrowser {
    let mut browser = TestBrowser::default();
    browser.get(server, &format!("/signin?site={SITE}")).await.expect(200);
    browser.start(server, &ANA, &[]).await.expect(303);
    browser.get(server, "/signin/pin").await.expect(200);
    let id = browser.request();
    device.reveal(server, &id).await.expect(200);
    browser.type_pin(server, &device.pin(&id, SITE)).await.expect(303);
    browser
}

// REQ-ACC-06
async fn who_renounces_is_nobody_from_then_on(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut here = sign_in(&server, &mut device).await;
    let mut there = sign_in(&server, &mut device).await;
    let mut events = device.events(&server, None).await;
    let pending = PendingActivation::start(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let mut waiting = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &waiting.request()).await.expect(200);
    let pin = device.pin(&waiting.request(), "sede");
    let before = server.messages().await.len();

    here.get(&server, "/account/renounce").await.expect(200);
    let done = here
        .post(&server, "/account/renounce", &[("sure", "yes")])
        .await
        .expect(303);
    assert_eq!(done.headers["location"], "/account/renounced");
    assert!(!here.has_session());
    here.get(&server, "/account/renounced").await.expect(200);

    for browser in [&mut here, &mut there] {
        browser.get(&server, "/account").await.expect(303);
    }
    device.info(&server).await.expect_problem("device_revoked");
    // After what the stream told before, of requests.
    while let Some(event) = events.next().await
        && event.kind != "device"
    {}
    assert!(events.ends().await);
    pending
        .confirm(&server, &code)
        .await
        .expect_problem("activation_failed");
    waiting.type_pin(&server, &pin).await.expect_problem("pin_expired");
    let messages = server.messages().await;
    assert_eq!(messages.len(), before + 1);
    let told = messages.iter().filter(|message| message.kind == MessageKind::Renounced);
    let phones: Vec<&str> = told.map(|message| message.to.e164()).collect();
    assert_eq!(phones, [ANA.phone]);

    // Whoever asks in their name is answered as for anybody unknown, and nothing goes anywhere.
    TestBrowser::ask(&server, &ANA).await;
    PendingActivation::start(&server, &ANA).await;
    assert_eq!(server.messages().await.len(), before + 1);
    let person = server.person(&ANA).await;
    assert!(!renounce::renounce(&server.app, person).await.unwrap());
    audit::verify(server.app.store()).await.unwrap();
}

// REQ-ACC-06
async fn without_the_tick_or_the_browsers_token_nothing_happens(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = sign_in(&server, &mut device).await;
    let page = browser.get(&server, "/account/renounce").await.expect(200).text();
    assert!(page.contains("name=\"sure\""), "{page}");
    let unsure = browser.post(&server, "/account/renounce", &[]).await.expect(422).text();
    assert!(unsure.contains("id=\"sure-missing\""), "{unsure}");
    let forged = [("csrf", "forged"), ("sure", "yes")];
    browser.post(&server, "/account/renounce", &forged).await.expect(403);
    browser.get(&server, "/account").await.expect(200);
    device.info(&server).await.expect(200);
    // Nobody is signed in: to the sign-in page.
    let answer = TestBrowser::default()
        .get(&server, "/account/renounce")
        .await
        .expect(303);
    assert_eq!(answer.headers["location"], format!("/signin?site={SITE}"));
}

// REQ-ACC-06
async fn an_import_leaves_them_out_and_their_wish_brings_them_back(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = sign_in(&server, &mut device).await;
    TestDevice::activate(&server, &LUIS).await;
    let person = server.person(&ANA).await;
    assert!(renounce::renounce(&server.app, person).await.unwrap());
    let rows = || import::read(ROW).unwrap();
    let nightly = import::write(&server.app, rows(), false).await.unwrap();
    assert_eq!((nightly.added, nightly.updated, nightly.left_out), (0, 0, 1));
    let before = server.messages().await.len();
    PendingActivation::start(&server, &ANA).await;
    assert_eq!(server.messages().await.len(), before, "who renounced got an SMS");

    let back = import::write(&server.app, rows(), true).await.unwrap();
    assert_eq!((back.added, back.updated, back.left_out), (0, 1, 0));
    assert_eq!(server.person(&ANA).await, person, "another person to the sites");
    browser.get(&server, "/account").await.expect(303);
    device.info(&server).await.expect_problem("device_revoked");
    server.wait(86_400);
    let mut again = TestDevice::activate(&server, &ANA).await;
    sign_in(&server, &mut again).await;
    let listed = server
        .read(move |tx| Box::pin(async move { devices::list(tx, &person).await }))
        .await;
    assert_eq!(listed.len(), 2);
}
