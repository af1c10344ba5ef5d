//! What ends a session, a device or a request leaves no code and no token alive.

use aldaba_core::ids::DeviceId;
use aldaba_server::citizens::renounce;
use aldaba_server::devices::revoke;
use aldaba_server::testing::{ANA, TestBrowser, TestDevice};
use aldaba_store::{Backend, devices};
use serde_json::Value;

use super::stage::{Stage, location, parameter, screen};

on_both!(
    ending_a_device_leaves_nothing_alive,
    signing_out_leaves_no_code_alive,
    an_idle_session_opens_nothing,
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

// REQ-OIDC-14
async fn an_idle_session_opens_nothing(backend: Backend) {
    let stage = Stage::new(backend).await;
    let mut device = TestDevice::activate(&stage.server, &ANA).await;
    let mut browser = TestBrowser::default();
    stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    stage.server.wait(3600);
    let came = stage.come(&mut browser, "sede", &[("prompt", Some("none"))]).await;
    assert!(location(&came).contains("error=login_required"));
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
