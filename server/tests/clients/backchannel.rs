//! Sites are told of ended sessions, against sites on this machine that are slow, fail and redirect.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aldaba_server::delivery::{self, Patience};
use aldaba_server::oidc::backchannel::{Deliverer, queue};
use aldaba_server::oidc::clients::admin;
use aldaba_server::oidc::keys;
use aldaba_server::testing::{TestServer, deliver_due};
use aldaba_store::outbox::MessageState;
use aldaba_store::{Backend, StoreError, logouts};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::signer::read;

on_both!(
    a_site_is_told_by_a_logout_token,
    a_site_that_fails_is_told_later_and_given_up_in_the_end,
    a_redirect_is_not_followed,
    a_slow_site_keeps_no_other_waiting,
    who_is_gone_or_wants_nothing_is_told_nothing,
    what_was_undone_is_not_told,
    the_worker_wakes_and_stops,
    two_workers_tell_once,
);

const PATIENCE: Patience = Patience {
    first_wait: Duration::from_secs(2),
    deadline: Duration::from_secs(1),
    lasts: Duration::from_secs(60),
};

#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Take,
    Fail,
    Redirect,
    Slow,
}

/// A site's back channel.
#[derive(Clone)]
struct Site {
    /// Address and body of each call.
    calls: Arc<Mutex<Vec<(String, String)>>>,
    manner: Arc<Mutex<Manner>>,
    origin: String,
}

impl Site {
    async fn start(manner: Manner) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self {
            calls: Arc::default(),
            manner: Arc::new(Mutex::new(manner)),
            origin: format!("http://{}", listener.local_addr().unwrap()),
        };
        let router = Router::new().route("/{*path}", post(take)).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        site
    }

    fn calls(&self) -> Vec<(String, String)> {
        self.calls.lock().unwrap().clone()
    }

    fn uri(&self) -> Option<url::Url> {
        Some(format!("{}/salida?de=aldaba", self.origin).parse().unwrap())
    }
}

/// A site that takes what it is told: its address, and the bodies of the calls so far.
pub async fn taking_site() -> (url::Url, impl Fn() -> Vec<String>) {
    let site = Site::start(Manner::Take).await;
    let uri = site.uri().unwrap();
    (uri, move || site.calls().into_iter().map(|(_, body)| body).collect())
}

async fn take(State(site): State<Site>, uri: http::Uri, headers: HeaderMap, body: String) -> Response {
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    site.calls.lock().unwrap().push((uri.to_string(), body));
    let manner = *site.manner.lock().unwrap();
    match manner {
        Manner::Take => StatusCode::OK.into_response(),
        Manner::Fail => StatusCode::BAD_REQUEST.into_response(),
        Manner::Redirect => (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response(),
        Manner::Slow => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            StatusCode::OK.into_response()
        }
    }
}

async fn server(backend: Backend, sede: &Site, otra: Option<&Site>) -> TestServer {
    TestServer::with(backend, |config| {
        config.relying_parties[0].backchannel_logout_uri = sede.uri();
        config.relying_parties[1].backchannel_logout_uri = otra.and_then(Site::uri);
    })
    .await
}

async fn end(server: &TestServer, client: &'static str, sid: &'static str) {
    let now = server.app.now();
    server
        .app
        .store()
        .write::<_, StoreError, _>(move |tx| Box::pin(async move { queue(tx, client, "persona", sid, now).await }))
        .await
        .unwrap();
}

async fn send(server: &TestServer) -> usize {
    deliver_due(&Deliverer::new(server.app.clone(), PATIENCE).unwrap()).await
}

async fn states(server: &TestServer) -> Vec<MessageState> {
    let all = server
        .read(|tx| Box::pin(async move { logouts::list(tx, 100).await }))
        .await;
    all.iter().map(|logout| logout.state).collect()
}

// REQ-CLI-10
async fn a_site_is_told_by_a_logout_token(backend: Backend) {
    let site = Site::start(Manner::Take).await;
    let server = server(backend, &site, None).await;
    end(&server, "sede", "s1").await;
    end(&server, "sede", "s1").await;
    assert_eq!((send(&server).await, send(&server).await), (1, 0));
    let calls = site.calls();
    assert_eq!((calls.len(), calls[0].0.as_str()), (1, "/salida?de=aldaba"));
    let token = calls[0].1.strip_prefix("logout_token=").unwrap();
    let (header, claims) = read(token);
    assert_eq!(
        (&header["typ"], &header["alg"]),
        (&json!("logout+jwt"), &json!("ES256"))
    );
    let now = server.app.now().as_secs();
    let jti = claims["jti"].as_str().unwrap().to_owned();
    assert!(jti.len() >= 32);
    assert_eq!(
        claims,
        json!({
            "iss": "https://pin.example",
            "aud": "sede",
            "iat": now,
            "exp": now + 120,
            "jti": jti,
            "sub": "persona",
            "sid": "s1",
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        }),
        "and no nonce"
    );
    assert_eq!(
        keys::verify::<Value>(&server.app, "logout+jwt", token).await.unwrap(),
        Some(claims)
    );
    assert_eq!(states(&server).await, [MessageState::Sent]);
}

// REQ-CLI-10
async fn a_site_that_fails_is_told_later_and_given_up_in_the_end(backend: Backend) {
    let site = Site::start(Manner::Fail).await;
    let server = server(backend, &site, None).await;
    end(&server, "sede", "s1").await;
    assert_eq!((send(&server).await, send(&server).await), (1, 0), "not at once");
    server.wait(3);
    assert_eq!(send(&server).await, 1);
    *site.manner.lock().unwrap() = Manner::Take;
    server.wait(6);
    assert_eq!(send(&server).await, 1);
    assert_eq!(states(&server).await, [MessageState::Sent]);
    let jti = |call: &(String, String)| read(call.1.strip_prefix("logout_token=").unwrap()).1["jti"].clone();
    let calls = site.calls();
    assert_eq!(calls.len(), 3);
    assert_ne!(jti(&calls[0]), jti(&calls[1]), "another token each time");
    *site.manner.lock().unwrap() = Manner::Fail;
    end(&server, "sede", "s2").await;
    for _ in 0..5 {
        send(&server).await;
        server.wait(3600);
    }
    assert_eq!(site.calls().len(), 3 + 2);
    let all = states(&server).await;
    assert!(all.contains(&MessageState::Failed) && all.len() == 2, "{all:?}");
    let figures = server.app.metrics().render();
    assert!(
        figures.contains("what=\"backchannel_logout\",outcome=\"given_up\"} 1"),
        "{figures}"
    );
}

// REQ-CLI-10
async fn a_redirect_is_not_followed(backend: Backend) {
    let site = Site::start(Manner::Redirect).await;
    let server = server(backend, &site, None).await;
    end(&server, "sede", "s1").await;
    send(&server).await;
    let calls = site.calls();
    assert_eq!((calls.len(), calls[0].0.as_str()), (1, "/salida?de=aldaba"));
    assert_eq!(states(&server).await, [MessageState::Queued]);
}

// REQ-CLI-10
async fn a_slow_site_keeps_no_other_waiting(backend: Backend) {
    let (slow, quick) = (Site::start(Manner::Slow).await, Site::start(Manner::Take).await);
    let server = server(backend, &slow, Some(&quick)).await;
    end(&server, "sede", "s1").await;
    end(&server, "otra", "s1").await;
    let sending = {
        let app = server.app.clone();
        tokio::spawn(async move { deliver_due(&Deliverer::new(app, PATIENCE).unwrap()).await })
    };
    for _ in 0..80 {
        if quick.calls().len() == 1 && slow.calls().len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!sending.is_finished(), "the slow one is still awaited");
    assert_eq!((slow.calls().len(), quick.calls().len()), (1, 1));
    assert_eq!(sending.await.unwrap(), 2);
    let mut all = states(&server).await;
    all.sort_by_key(|state| *state == MessageState::Queued);
    assert_eq!(all, [MessageState::Sent, MessageState::Queued]);
}

// REQ-CLI-10
async fn who_is_gone_or_wants_nothing_is_told_nothing(backend: Backend) {
    let site = Site::start(Manner::Take).await;
    let server = server(backend, &site, None).await;
    end(&server, "otra", "s1").await;
    end(&server, "nadie", "s1").await;
    end(&server, "sede", "s1").await;
    admin::disable(&server.app, "sede").await.unwrap();
    assert_eq!(send(&server).await, 3);
    server.wait(24 * 3600);
    assert_eq!(send(&server).await, 0);
    assert!(site.calls().is_empty());
    assert_eq!(states(&server).await, [MessageState::Failed; 3]);
}

// REQ-CLI-10
async fn what_was_undone_is_not_told(backend: Backend) {
    let site = Site::start(Manner::Take).await;
    let server = server(backend, &site, None).await;
    let now = server.app.now();
    let undone = server
        .app
        .store()
        .write(move |tx| {
            Box::pin(async move {
                queue(tx, "sede", "persona", "s1", now).await?;
                Err::<(), _>(StoreError::Corrupt("a reason to undo"))
            })
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(send(&server).await, 0);
}

// REQ-CLI-10
async fn the_worker_wakes_and_stops(backend: Backend) {
    let site = Site::start(Manner::Take).await;
    let server = server(backend, &site, None).await;
    let running = tokio::spawn(delivery::run(Deliverer::new(server.app.clone(), PATIENCE).unwrap()));
    end(&server, "sede", "s1").await;
    server.app.logouts_due().notify_one();
    for _ in 0..200 {
        if !site.calls().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(site.calls().len(), 1);
    server.app.stopping().cancel();
    running.await.unwrap();
}

// REQ-CLI-10
async fn two_workers_tell_once(backend: Backend) {
    let site = Site::start(Manner::Take).await;
    let server = server(backend, &site, None).await;
    for sid in ["s1", "s2", "s3", "s4", "s5", "s6"] {
        end(&server, "sede", sid).await;
    }
    let node = server.another_node();
    let workers: Vec<_> = [server.app.clone(), node]
        .into_iter()
        .map(|app| tokio::spawn(async move { deliver_due(&Deliverer::new(app, PATIENCE).unwrap()).await }))
        .collect();
    let mut claimed = 0;
    for worker in workers {
        claimed += worker.await.unwrap();
    }
    assert_eq!((claimed, site.calls().len()), (6, 6));
}
