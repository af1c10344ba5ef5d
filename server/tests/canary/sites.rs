//! What public sites and the certificate host are told and tell.

use std::time::Duration;

use aldaba_server::delivery::Patience;
use aldaba_server::oidc::backchannel::Deliverer;
use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer, deliver_due};
use aldaba_store::Backend;
use serde_json::Value;

use super::cookies;
use crate::certificates::handover::{House, back};
use crate::certificates::pki::rename;
use crate::oidc::stage::{CHALLENGE, GOODBYE, Stage, VERIFIER, location, parameter};

/// Sign-ins by OpenID Connect, plain and pushed, with right and wrong secrets and codes, to the logout that sites are told of.
pub async fn openid_connect(backend: Backend) -> (TestServer, Vec<String>) {
    let (site, told) = crate::clients::backchannel::taking_site().await;
    let stage = Stage::with(backend, |config| {
        config.relying_parties[0].backchannel_logout_uri = Some(site);
    })
    .await;
    let server = &stage.server;
    let mut device = TestDevice::activate(server, &ANA).await;
    let mut browser = TestBrowser::default();
    let mut secrets = vec![
        stage.secret("sede").to_owned(),
        stage.secret("otra").to_owned(),
        VERIFIER.to_owned(),
    ];

    let tokens = stage.tokens(&mut browser, &mut device, "sede", &[]).await;
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    let id_token = tokens["id_token"].as_str().unwrap().to_owned();
    let claims: Value = stage.userinfo(&access).await.expect(200).json();
    assert_eq!(claims["given_name"], ANA.given_name());
    stage.userinfo("QkFEVE9LRU4tTk9ULU9VUlM").await.expect(401);

    // A code that is shown twice, and one with the wrong proof.
    let code = stage.code(&mut browser, &mut device, "sede", &[]).await;
    stage.redeem("sede", &code, &[]).await.expect(200);
    stage.redeem("sede", &code, &[]).await.expect(400);
    let other = stage.code(&mut browser, &mut device, "otra", &[]).await;
    let wrong = CHALLENGE.replace('E', "F");
    stage
        .redeem("otra", &other, &[("code_verifier", Some(&wrong))])
        .await
        .expect(400);

    let pushed: Value = stage
        .push("sede", &[("login_hint", Some(ANA.document))])
        .await
        .expect(201)
        .json();
    let request_uri = pushed["request_uri"].as_str().unwrap().to_owned();
    let address = format!("/oidc/authorize?client_id=sede&request_uri={request_uri}");
    let answer = browser.get(server, &address).await;
    let answer = stage.follow(&mut browser, answer).await;
    let third = parameter(&location(&answer), "code").unwrap();

    let leave = [
        ("id_token_hint", id_token.as_str()),
        ("client_id", "sede"),
        ("post_logout_redirect_uri", GOODBYE),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(leave)
        .finish();
    let bye = browser.get(server, &format!("/oidc/logout?{query}")).await;
    stage.follow(&mut browser, bye).await;
    assert!(!stage.told().await.is_empty());
    let patience = Patience {
        first_wait: Duration::from_secs(1),
        deadline: Duration::from_secs(5),
        lasts: Duration::from_secs(60),
    };
    deliver_due(&Deliverer::new(server.app.clone(), patience).unwrap()).await;
    let bodies = told();
    assert!(!bodies.is_empty());

    for token in [&id_token].into_iter().chain(&bodies) {
        // The part that names a person, also without the rest.
        secrets.extend(
            token
                .trim_start_matches("logout_token=")
                .split('.')
                .skip(1)
                .map(str::to_owned),
        );
    }
    secrets.extend([access, code, other, third, wrong]);
    secrets.extend(cookies(&browser));
    (stage.server, secrets)
}

/// A sign-in with a certificate, and one that nobody here knows.
pub async fn certificate(backend: Backend) -> (TestServer, Vec<String>) {
    let house = House::new(backend, |_| {}).await;
    let known = house.people.person(|_| {});
    let unknown = house.people.person(|params| rename(params, Some("IDCES-55667788Z")));
    let mut secrets = vec!["55667788Z".to_owned()];
    for (issued, status) in [(known, 303), (unknown, 403)] {
        let mut browser = TestBrowser::default();
        let there = house.begin(&mut browser, "sede").await;
        let shown = house.present(&house.client(Some(&issued), false), &there).await;
        assert_eq!(shown.status, status, "{}", shown.body);
        if status == 303 {
            browser.get(&house.server, &back(&shown.location)).await.expect(303);
            secrets.extend(shown.location.rsplit(['/', '=', '?']).next().map(str::to_owned));
        }
        secrets.extend(there.rsplit(['/', '=', '?']).next().map(str::to_owned));
        secrets.extend(cookies(&browser));
    }
    (house.server, secrets)
}
