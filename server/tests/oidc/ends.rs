//! What ends a session, a device or a request leaves no code and no token alive.

use aldaba_core::ids::DeviceId;
use aldaba_core::level::Level;
use aldaba_server::citizens::renounce;
use aldaba_server::devices::revoke;
use aldaba_server::housekeeping;
use aldaba_server::oidc::clients;
use aldaba_server::testing::{ANA, TestBrowser, TestDevice};
use aldaba_store::{Backend, devices};
use serde_json::Value;

use super::stage::{Stage, location, parameter, screen};

on_both!(
    ending_a_device_leaves_nothing_alive,
    signing_out_leaves_no_code_alive,
    an_idle_session_opens_nothing,
    a_session_in_use_is_not_idle,
    who_says_too_late_that_it_was_not_them_ends_what_came_of_it,
    an_open_request_is_held_to_what_is_agreed_now,
    what_a_client_may_no_longer_know_is_told_no_more,
    an_open_request_ends_by_itself,
);

// REQ-OIDC-14
async fn ending_a_device_leaves_nothing_alive(backend: Backend) {
    let stage = Stage::new(backend).await;
    for way in ["owner", "staff", "frozen", "renounced"] {
        stage.server.wait(86_400);
        let mut device = TestDevice::activate(&stage.server, &ANA).await;
        let id: DeviceId = device.id;
        let mut browser = TestBrowser::default();
        let tokens = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
        let token = tokens["access_token"].as_str().unwrap();
        let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
        let came = stage.come(&mut browser, "sede", &[("prompt", Some("consent"))]).await;
        assert_eq!(screen(&stage.follow(&mut browser, came).await), "consent");
        stage.userinfo(token).await.expect(200);
        let before = stage.told().await.len();
        match way {
            "owner" => drop(device.end(&stage.server).await.expect(200)),
            "staff" => assert_eq!(revoke::revoke(&stage.server.app, id).await.unwrap(), Some(true)),
            "renounced" => {
                let person = stage.server.person(&ANA).await;
                assert!(renounce::renounce(&stage.server.app, person).await.unwrap());
            }
            _ => {
                let now = stage.server.app.now();
                let frozen = stage
                    .server
                    .app
                    .store()
                    .write::<_, aldaba_store::StoreError, _>(move |tx| {
                        Box::pin(async move { devices::freeze(tx, &id, now).await })
                    });
                assert!(frozen.await.unwrap());
            }
        }
        stage.userinfo(token).await.expect(401);
        stage.redeem("sede", &code, &[]).await.expect(400);
        let next = browser
            .post(&stage.server, "/oidc/consent", &[("decision", "yes")])
            .await
            .expect(303);
        assert!(location(&next).starts_with("/signin?"), "{way}");
        assert_eq!(stage.told().await.len(), before + 1, "{way}");
    }
}

// REQ-OIDC-14
async fn signing_out_leaves_no_code_alive(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    browser.get(&stage.server, "/signin?site=sede").await.expect(200);
    browser.post(&stage.server, "/signout", &[]).await.expect(303);
    stage.redeem("sede", &code, &[]).await.expect(400);
}

// REQ-OIDC-14, REQ-OIDC-31
async fn an_idle_session_opens_nothing(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    stage.server.wait(3600);
    let came = stage.come(&mut browser, "sede", &[("prompt", Some("none"))]).await;
    assert!(location(&came).contains("error=login_required"));
    // Its sites are told, once.
    assert!(stage.told().await.is_empty());
    housekeeping::end_idle(&stage.server.app).await;
    assert_eq!(stage.told().await.len(), 1);
    housekeeping::end_idle(&stage.server.app).await;
    assert_eq!(stage.told().await.len(), 1);
}

// REQ-OIDC-31
async fn a_session_in_use_is_not_idle(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    stage.server.wait(3599);
    housekeeping::end_idle(&stage.server.app).await;
    assert!(stage.told().await.is_empty());
    stage.code(&mut browser, &mut device, "sede", &[]).await;
}

// REQ-OIDC-14
async fn who_says_too_late_that_it_was_not_them_ends_what_came_of_it(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    for reason in ["changed_mind", "not_me"] {
        let mut browser = TestBrowser::default();
        let came = stage.come(&mut browser, "sede", &[]).await;
        stage.follow(&mut browser, came).await;
        browser
            .start(&stage.server, &ANA, &[("method", "incoming")])
            .await
            .expect(303);
        browser.get(&stage.server, "/signin/pin").await.expect(200);
        let id = browser.request();
        device.reveal_verified(&stage.server, &id).await.expect(200);
        let pin = device.pin(&id, "sede");
        let typed = browser.type_pin(&stage.server, &pin).await.expect(303);
        let mut answer = stage.follow(&mut browser, typed).await;
        if screen(&answer) == "consent" {
            answer = stage.agree(&mut browser).await;
        }
        let code = parameter(&location(&answer), "code").unwrap();
        let tokens: Value = stage.redeem("sede", &code, &[]).await.expect(200).json();
        let token = tokens["access_token"].as_str().unwrap();
        let answer = device.reject(&stage.server, &id, reason).await;
        answer.expect_problem("pin_used");
        let is_over = reason == "not_me";
        stage.userinfo(token).await.expect(if is_over { 401 } else { 200 });
        assert_eq!(stage.told().await.len(), usize::from(is_over));
        let came = stage.come(&mut browser, "sede", &[("prompt", Some("none"))]).await;
        assert_eq!(location(&came).contains("error=login_required"), is_over);
    }
}

// REQ-CLI-03
async fn an_open_request_is_held_to_what_is_agreed_now(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let arrived = async || {
        let mut browser = TestBrowser::default();
        let came = stage.come(&mut browser, "sede", &[]).await;
        stage.follow(&mut browser, came).await;
        browser
    };
    let (mut low, mut moved, mut denied) = (arrived().await, arrived().await, arrived().await);
    let mut parties = stage.server.app.config().relying_parties.clone();
    parties[0].level = Level::Substantial;
    let sync = async |parties| clients::sync(&stage.server.app, parties).await.unwrap();
    sync(parties.clone()).await;
    // The page that was open offers it still; what it proves is not enough any more.
    let answer = low
        .start(&stage.server, &ANA, &[("method", "self_generated")])
        .await
        .expect(403);
    assert_eq!(answer.code(), "method_refused");
    assert_eq!(screen(&stage.identify(&mut moved, &mut device, &ANA).await), "consent");
    parties[0].redirect_uris = vec!["https://sede.example/nueva".to_owned()];
    sync(parties).await;
    for (browser, decision) in [(&mut moved, "yes"), (&mut denied, "no")] {
        let fields = [("decision", decision)];
        let answer = browser.post(&stage.server, "/oidc/consent", &fields).await.expect(404);
        assert_eq!(answer.code(), "authorization_unknown", "{decision}");
    }
}

// REQ-OIDC-22
async fn what_a_client_may_no_longer_know_is_told_no_more(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let tokens = stage
        .tokens(&mut TestBrowser::default(), &mut device, "sede", &[])
        .await;
    let token = tokens["access_token"].as_str().unwrap();
    let in_id_token = [("claims", Some(r#"{"id_token":{"document":null}}"#))];
    let code = stage
        .code(&mut TestBrowser::default(), &mut device, "sede", &in_id_token)
        .await;
    let mut parties = stage.server.app.config().relying_parties.clone();
    parties[0].claims.clear();
    aldaba_server::oidc::clients::sync(&stage.server.app, parties)
        .await
        .unwrap();
    let told: Value = stage.userinfo(token).await.expect(200).json();
    assert_eq!(told.as_object().unwrap().len(), 1);
    let tokens: Value = stage.redeem("sede", &code, &[]).await.expect(200).json();
    assert_eq!(stage.claims(&tokens).await.get("document"), None);
    aldaba_server::oidc::clients::admin::disable(&stage.server.app, "sede")
        .await
        .unwrap();
    stage.userinfo(token).await.expect(401);
}

async fn an_open_request_ends_by_itself(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    let came = stage.come(&mut browser, "sede", &[]).await;
    stage.follow(&mut browser, came).await;
    stage.server.wait(1799);
    assert_eq!(
        screen(&stage.identify(&mut browser, &mut device, &ANA).await),
        "consent"
    );
    stage.server.wait(1);
    let late = browser
        .post(&stage.server, "/oidc/consent", &[("decision", "yes")])
        .await
        .expect(404);
    assert_eq!(late.code(), "authorization_unknown");
    assert_eq!(
        parameter(&Stage::address("sede", &[]), "client_id").as_deref(),
        Some("sede")
    );
}
