//! What every call passes: limits, headers, problems in the caller's language, health, the description of the API.

use aldaba_core::language::Language;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire;
use aldaba_server::http::problem::title_key;
use aldaba_server::testing::{ANA, PendingActivation, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;
use axum::body::Body;
use http::Request;

on_both!(
    an_address_is_limited_before_anything_else,
    what_leaves_a_row_behind_is_limited_as_a_start,
    answers_carry_security_headers,
    problems_speak_the_callers_language,
    health_and_readiness,
    looks_of_a_page_with_a_qr_have_an_allowance_of_their_own,
    the_database_is_asked_once_a_second_whether_it_is_there,
    figures_are_not_public,
    without_its_database_nothing_is_accepted,
);

async fn what_leaves_a_row_behind_is_limited_as_a_start(backend: Backend) {
    let mut server = TestServer::with(backend, |config| config.limits.starts_per_minute = 2).await;
    server.come_from("203.0.113.7");
    let pending = PendingActivation::start(&server, &ANA).await;
    pending.resend(&server).await.expect(202);
    pending.resend(&server).await.expect_problem("rate_limited");
    let mut browser = TestBrowser::default();
    browser
        .post(&server, "/signin/certificate", &[])
        .await
        .expect_problem("rate_limited");
    // Who comes from a site may come again for another way, or with another site.
    for _ in 0..6 {
        let arrived = server.get("/oidc/authorize?client_id=sede").await;
        assert_ne!(arrived.status, 429, "{}", arrived.text());
    }
    server
        .get("/oidc/authorize?client_id=sede")
        .await
        .expect_problem("rate_limited");
}

async fn an_address_is_limited_before_anything_else(backend: Backend) {
    let mut server = TestServer::with(backend, |config| {
        config.limits.starts_per_minute = 3;
        config.limits.calls_per_minute = 5;
    })
    .await;
    let device = TestDevice::activate(&server, &ANA).await;
    server.come_from("203.0.113.7");
    for _ in 0..3 {
        PendingActivation::start(&server, &ANA).await;
    }
    let answer = server.post_json("/v1/activations", &serde_json::json!({})).await;
    let problem: wire::Problem = answer.clone().expect_problem("rate_limited").json();
    assert_eq!(problem.retry_after, Some(20));
    assert_eq!(answer.headers["retry-after"], "20");
    for _ in 0..5 {
        server.get("/v1/time").await.expect(200);
    }
    server.get("/v1/time").await.expect_problem("rate_limited");
    // What a device signed is not limited by its address, nor by what others call from there: many stand behind one.
    for _ in 0..20 {
        device.info(&server).await.expect(200);
    }
    // What only pretends to be signed is.
    let mut forged = device.copy();
    forged.key = aldaba_protocol::keys::SigningKey::generate(server.app.random());
    for _ in 0..5 {
        forged.info(&server).await.expect_problem("signature_invalid");
    }
    forged.info(&server).await.expect_problem("rate_limited");
    server.get("/healthz").await.expect(200);
    server.come_from("203.0.113.8");
    server.get("/v1/time").await.expect(200);
    server.come_from("203.0.113.7");
    server.wait(20);
    PendingActivation::start(&server, &ANA).await;
}

async fn answers_carry_security_headers(backend: Backend) {
    let server = TestServer::new(backend).await;
    for path in [
        "/v1/time",
        "/healthz",
        "/nothing",
        "/signin?site=sede&procedure=padron",
        "/openapi.json",
    ] {
        let answer = server.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        assert!(
            answer.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .contains("default-src 'none'")
        );
    }
}

// REQ-ERR-01
async fn problems_speak_the_callers_language(backend: Backend) {
    let server = TestServer::new(backend).await;
    for (accepted, title) in [
        ("", "Esta dirección no existe"),
        ("es-ES,es;q=0.9", "Esta dirección no existe"),
        ("en-GB,en;q=0.9", "This address does not exist"),
        ("fr", "Esta dirección no existe"),
    ] {
        let request = Request::get("/nothing")
            .header("accept-language", accepted)
            .body(Body::empty())
            .unwrap();
        let answer = server.send(request).await.expect_problem("not_found");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let problem: wire::Problem = answer.json();
        assert_eq!(problem.title, title);
        assert_eq!(problem.kind, "urn:aldaba:error:not_found");
    }
    let request = Request::put("/v1/time").body(Body::empty()).unwrap();
    server.send(request).await.expect_problem("method_not_allowed");
    for code in ErrorCode::ALL.into_iter().filter(|code| code.status().is_some()) {
        for language in Language::ALL {
            assert!(
                server.app.texts().has(language, &title_key(code)),
                "{code} has no title in {}",
                language.tag()
            );
        }
    }
}

async fn health_and_readiness(backend: Backend) {
    let server = TestServer::new(backend).await;
    assert_eq!(server.get("/healthz").await.expect(200).text(), "ok\n");
    assert_eq!(server.get("/readyz").await.expect(200).text(), "ready\n");
    server.app.stopping().cancel();
    server.get("/healthz").await.expect(200);
    server.get("/readyz").await.expect_problem("unavailable");
}

async fn looks_of_a_page_with_a_qr_have_an_allowance_of_their_own(backend: Backend) {
    let mut server = TestServer::with(backend, |config| config.limits.calls_per_minute = 2).await;
    server.come_from("203.0.113.9");
    let look = async || {
        let request = Request::post("/signin/qr/now").body(Body::empty()).unwrap();
        server.send(request).await
    };
    for _ in 0..20 {
        look().await.expect(403);
    }
    look().await.expect(429);
    server.get("/v1/time").await.expect(200);
}

async fn the_database_is_asked_once_a_second_whether_it_is_there(backend: Backend) {
    let server = TestServer::new(backend).await;
    server.get("/readyz").await.expect(200);
    server.app.store().close().await.unwrap();
    server.get("/readyz").await.expect(200);
    server.wait(1);
    server.get("/readyz").await.expect_problem("unavailable");
}

async fn figures_are_not_public(backend: Backend) {
    let server = TestServer::new(backend).await;
    server.get("/v1/time").await.expect(200);
    server.get("/metrics").await.expect_problem("not_found");
    server.get("/demo/messages").await.expect_problem("not_found");
    server.get("/demo/citizens").await.expect_problem("not_found");
    let figures = server.app.metrics().render();
    assert!(figures.contains(r#"route="/v1/time",status="200""#), "{figures}");
}

async fn without_its_database_nothing_is_accepted(backend: Backend) {
    let server = TestServer::new(backend).await;
    let device = TestDevice::activate(&server, &ANA).await;
    server.app.store().close().await.unwrap();
    device.info(&server).await.expect_problem("unavailable");
    server.get("/readyz").await.expect_problem("unavailable");
    let (signing, agreement) = (
        aldaba_protocol::keys::SigningKey::generate(server.app.random()),
        aldaba_protocol::keys::AgreementKey::generate(server.app.random()),
    );
    let body = PendingActivation::body(&ANA, &signing, &agreement, "Móvil");
    server
        .post_json("/v1/activations", &body)
        .await
        .expect_problem("unavailable");
    server.get("/healthz").await.expect(200);
}

#[test]
fn the_description_of_the_api_names_every_call() {
    let mut document = serde_json::to_value(aldaba_server::http::openapi::document()).unwrap();
    // Whether serde_json keeps the order of keys depends on what else is built beside the server.
    document.sort_all_objects();
    let calls: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(move |method| format!("{method} {path}"))
        })
        .collect();
    for call in [
        "post /v1/activations",
        "post /v1/activations/{id}/confirm",
        "post /v1/activations/{id}/resend",
        "get /v1/device",
        "delete /v1/device",
        "get /v1/device/requests",
        "get /v1/device/events",
        "post /v1/requests/{id}/reveal",
        "post /v1/requests/{id}/reject",
        "post /v1/requests/lookup",
        "get /v1/time",
        "get /healthz",
        "get /readyz",
    ] {
        assert!(calls.iter().any(|known| known == call), "{call} is not in {calls:?}");
    }
    // Another crate of the workspace may ask serde_json to keep the order of maps.
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!("openapi", document) });
}
