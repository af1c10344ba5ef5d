//! The HTTP SMS gateway and the worker in front of it, against an endpoint on this machine that is slow, fails, refuses
//! and forgets to answer.

use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aldaba_core::ids::MessageId;
use aldaba_core::phone::Phone;
use aldaba_core::random::{OsRandom, SeededRandom};
use aldaba_server::config::{Gateway, Messages};
use aldaba_server::delivery::{self, Patience};
use aldaba_server::messages::gateway::HttpGateway;
use aldaba_server::messages::outbox::Outbox;
use aldaba_server::serve::{serve, start_messages};
use aldaba_server::testing::{ANA, LUIS, PendingActivation, TestServer, deliver_due};
use aldaba_store::outbox::{self, MessageKind, MessageState, NewMessage};
use aldaba_store::{Backend, Store, StoreError};
use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use tokio::sync::watch;

on_both!(
    a_message_leaves_once,
    a_gateway_that_fails_is_tried_again_later_and_later,
    a_gateway_that_is_too_slow_is_tried_again,
    an_answer_that_was_lost_sends_no_second_sms,
    a_refused_message_is_given_up,
    a_code_is_tried_while_it_lives,
    a_notice_is_tried_for_a_day_and_given_up_then,
    settings_that_were_wrong_lose_no_message,
    two_workers_send_a_message_once,
    a_code_that_is_over_is_not_sent,
    a_worker_that_died_leaves_its_messages_to_the_next,
    messages_are_sent_side_by_side,
    a_message_that_hangs_keeps_none_waiting,
    a_server_that_stops_finishes_the_messages_in_hand,
);

/// What the endpoint does with a call.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    Take,
    Fail,
    Refuse,
    /// Takes it, and answers too late.
    Slow,
    /// Takes it, and answers that it failed.
    TakeAndFail,
    /// Does not take it, and answers with that status.
    Answer(u16),
    /// Takes it, and answers the first call once so many were begun.
    HoldFirst(usize),
    /// Takes it, and answers once so many calls are waiting for their answers.
    Together(usize),
}

#[derive(Default)]
struct Seen {
    /// Calls, in order: idempotency key and body.
    calls: Vec<(String, String)>,
    /// SMS that really went, by idempotency key.
    sent: HashMap<String, String>,
    authorization: Vec<String>,
}

#[derive(Clone)]
struct Endpoint {
    seen: Arc<Mutex<Seen>>,
    /// Calls that were begun.
    begun: Arc<watch::Sender<usize>>,
    manner: Arc<Mutex<Manner>>,
    url: String,
}

impl Endpoint {
    async fn start(manner: Manner) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Self {
            seen: Arc::default(),
            begun: Arc::new(watch::Sender::new(0)),
            manner: Arc::new(Mutex::new(manner)),
            url: format!("http://{}/send", listener.local_addr().unwrap()),
        };
        let router = Router::new().route("/send", post(take)).with_state(endpoint.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        endpoint
    }

    fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    fn calls(&self) -> usize {
        self.seen.lock().unwrap().calls.len()
    }

    fn sent(&self) -> usize {
        self.seen.lock().unwrap().sent.len()
    }

    async fn wait_for(&self, calls: usize) {
        let mut begun = self.begun.subscribe();
        begun.wait_for(|begun| *begun >= calls).await.unwrap();
    }

    fn settings(&self, secret: &Path) -> Gateway {
        Gateway {
            url: self.url.clone(),
            method: "POST".to_owned(),
            headers: BTreeMap::from([
                ("content-type".to_owned(), "application/json".to_owned()),
                ("authorization".to_owned(), "Bearer {secret:token}".to_owned()),
            ]),
            body: r#"{"to":"{to}","text":"{text}"}"#.to_owned(),
            secrets: BTreeMap::from([("token".to_owned(), secret.to_owned())]),
            idempotency_header: "idempotency-key".to_owned(),
            deadline_seconds: 1,
            first_wait_seconds: 2,
        }
    }
}

async fn take(State(endpoint): State<Endpoint>, headers: HeaderMap, body: String) -> StatusCode {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let manner = *endpoint.manner.lock().unwrap();
    {
        let mut seen = endpoint.seen.lock().unwrap();
        seen.calls.push((key.clone(), body.clone()));
        seen.authorization
            .push(headers["authorization"].to_str().unwrap().to_owned());
        if !matches!(manner, Manner::Fail | Manner::Refuse | Manner::Answer(_)) {
            seen.sent.insert(key, body);
        }
    }
    let mut is_first = false;
    endpoint.begun.send_modify(|begun| {
        is_first = *begun == 0;
        *begun += 1;
    });
    match manner {
        Manner::Take => StatusCode::OK,
        Manner::Together(calls) => {
            endpoint.wait_for(calls).await;
            StatusCode::OK
        }
        Manner::Fail | Manner::TakeAndFail => StatusCode::BAD_GATEWAY,
        Manner::Refuse => StatusCode::UNPROCESSABLE_ENTITY,
        Manner::Answer(status) => StatusCode::from_u16(status).unwrap(),
        Manner::HoldFirst(calls) => {
            if is_first {
                endpoint.wait_for(calls).await;
            }
            StatusCode::OK
        }
        Manner::Slow => {
            tokio::time::sleep(Duration::from_secs(3)).await;
            StatusCode::OK
        }
    }
}

const PATIENCE: Patience = Patience {
    first_wait: Duration::from_secs(2),
    deadline: Duration::from_secs(1),
    lasts: Duration::from_secs(24 * 3600),
};

struct Setting {
    server: TestServer,
    endpoint: Endpoint,
    gateway: Arc<HttpGateway>,
    outbox: Outbox,
    folder: tempfile::TempDir,
}

fn secret(folder: &tempfile::TempDir) -> PathBuf {
    let secret = folder.path().join("token");
    std::fs::write(&secret, "s3cr3t\n").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o400)).unwrap();
    secret
}

async fn setting(backend: Backend, manner: Manner) -> Setting {
    setting_with(backend, manner, PATIENCE.deadline).await
}

async fn setting_with(backend: Backend, manner: Manner, deadline: Duration) -> Setting {
    let folder = tempfile::tempdir().unwrap();
    let secret = secret(&folder);
    let endpoint = Endpoint::start(manner).await;
    let settings = Gateway {
        deadline_seconds: deadline.as_secs(),
        ..endpoint.settings(&secret)
    };
    let gateway = Arc::new(HttpGateway::new(&settings).unwrap());
    let server = TestServer::new(backend).await;
    Setting {
        outbox: Outbox::new(server.app.clone(), gateway.clone(), PATIENCE),
        server,
        endpoint,
        gateway,
        folder,
    }
}

/// So many messages without an end.
async fn notice(server: &TestServer, count: usize) {
    let now = server.app.now();
    let written = server.app.store().write(move |tx| {
        Box::pin(async move {
            for _ in 0..count {
                let message = NewMessage {
                    id: MessageId::generate(&OsRandom),
                    person: None,
                    kind: MessageKind::NewDevice,
                    to: Phone::parse(ANA.phone).unwrap(),
                    text: "Se ha activado un dispositivo".to_owned(),
                    created_at: now,
                    expires_at: None,
                };
                outbox::enqueue(tx, &message).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    written.await.unwrap();
}

impl Setting {
    async fn send_due(&self) -> usize {
        deliver_due(&self.outbox).await
    }

    /// How many tries came to that, as the operator reads it.
    fn counted(&self, result: &str) -> u64 {
        let figures = self.server.app.metrics().render();
        let name = format!("aldaba_messages_total{{result=\"{result}\"}} ");
        let line = figures.lines().find_map(|line| line.strip_prefix(name.as_str()));
        line.map_or(0, |count| count.parse().unwrap())
    }

    async fn state(&self) -> MessageState {
        self.server.messages().await[0].state
    }
}

// REQ-OPS-02
async fn a_message_leaves_once(backend: Backend) {
    let setting = setting(backend, Manner::Take).await;
    PendingActivation::start(&setting.server, &ANA).await;
    assert_eq!(setting.send_due().await, 1);
    assert_eq!(setting.send_due().await, 0);
    setting.server.wait(24 * 3600);
    assert_eq!(setting.send_due().await, 0);
    assert_eq!(setting.state().await, MessageState::Sent);
    let seen = setting.endpoint.seen.lock().unwrap();
    let (_, body) = &seen.calls[0];
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["to"], ANA.phone);
    assert!(
        body["text"]
            .as_str()
            .unwrap()
            .lines()
            .last()
            .unwrap()
            .starts_with("@pin.example #")
    );
    assert_eq!(seen.authorization, ["Bearer s3cr3t"]);
}

// REQ-OPS-02
async fn a_gateway_that_fails_is_tried_again_later_and_later(backend: Backend) {
    let setting = setting(backend, Manner::Fail).await;
    PendingActivation::start(&setting.server, &ANA).await;
    setting.send_due().await;
    assert_eq!(
        (setting.endpoint.calls(), setting.state().await),
        (1, MessageState::Queued)
    );
    assert_eq!(setting.send_due().await, 0, "not at once");
    setting.server.wait(3);
    setting.send_due().await;
    assert_eq!(setting.endpoint.calls(), 2);
    setting.server.wait(2);
    assert_eq!(setting.send_due().await, 0, "the second wait is twice as long");
    setting.server.wait(3);
    setting.endpoint.behave(Manner::Take);
    setting.send_due().await;
    assert_eq!(
        (setting.endpoint.sent(), setting.state().await),
        (1, MessageState::Sent)
    );
    let seen = setting.endpoint.seen.lock().unwrap();
    assert!(
        seen.calls.iter().all(|(key, _)| *key == seen.calls[0].0),
        "one key for all tries"
    );
}

// REQ-OPS-02
async fn a_gateway_that_is_too_slow_is_tried_again(backend: Backend) {
    let setting = setting(backend, Manner::Slow).await;
    PendingActivation::start(&setting.server, &ANA).await;
    let began = std::time::Instant::now();
    setting.send_due().await;
    assert!(began.elapsed() < Duration::from_millis(2500), "the deadline holds");
    assert_eq!(setting.state().await, MessageState::Queued);
}

// REQ-OPS-02
async fn an_answer_that_was_lost_sends_no_second_sms(backend: Backend) {
    let setting = setting(backend, Manner::TakeAndFail).await;
    PendingActivation::start(&setting.server, &ANA).await;
    setting.send_due().await;
    setting.server.wait(3);
    setting.endpoint.behave(Manner::Take);
    setting.send_due().await;
    assert_eq!((setting.endpoint.calls(), setting.endpoint.sent()), (2, 1));
    assert_eq!(setting.state().await, MessageState::Sent);
}

// REQ-OPS-02
async fn a_refused_message_is_given_up(backend: Backend) {
    let setting = setting(backend, Manner::Refuse).await;
    PendingActivation::start(&setting.server, &ANA).await;
    setting.send_due().await;
    setting.server.wait(3600);
    setting.send_due().await;
    assert_eq!(
        (setting.endpoint.calls(), setting.state().await),
        (1, MessageState::Failed)
    );
}

// REQ-OPS-02
async fn a_code_is_tried_while_it_lives(backend: Backend) {
    let setting = setting(backend, Manner::Fail).await;
    PendingActivation::start(&setting.server, &ANA).await;
    setting.server.wait(599);
    setting.send_due().await;
    assert_eq!(setting.state().await, MessageState::Queued);
    setting.server.wait(1);
    assert_eq!(setting.send_due().await, 0);
    assert_eq!(setting.endpoint.calls(), 1);
    // Its next try would have come later: only then is nobody sending it for certain.
    setting.server.wait(40);
    assert_eq!(setting.send_due().await, 0);
    assert_eq!(setting.endpoint.calls(), 1);
    assert_eq!(setting.state().await, MessageState::Failed);
    assert_eq!((setting.counted("retry"), setting.counted("given_up")), (1, 1));
}

// REQ-OPS-02
async fn a_notice_is_tried_for_a_day_and_given_up_then(backend: Backend) {
    let setting = setting(backend, Manner::Fail).await;
    notice(&setting.server, 1).await;
    // Longer than any wait.
    let wait = 376;
    let mut waited = 0;
    while setting.state().await == MessageState::Queued {
        assert_eq!(setting.send_due().await, 1, "after {waited} s");
        setting.server.wait(wait);
        waited += wait;
    }
    assert_eq!(setting.state().await, MessageState::Failed);
    let day = 24 * 3600;
    assert!(
        (day - 2 * wait..=day + wait).contains(&waited),
        "given up after {waited} s"
    );
}

// REQ-OPS-02
async fn settings_that_were_wrong_lose_no_message(backend: Backend) {
    let setting = setting(backend, Manner::Take).await;
    // A typing error in the address would be sent as it stands.
    let secret = setting.folder.path().join("token");
    let misspelt = Gateway {
        url: format!("{}?key={{secret:tokem}}", setting.endpoint.url),
        ..setting.endpoint.settings(&secret)
    };
    assert!(HttpGateway::new(&misspelt).is_err());
    for status in [301, 307, 401, 403, 404, 407, 408, 425, 429, 500, 503] {
        setting.endpoint.behave(Manner::Answer(status));
        notice(&setting.server, 1).await;
        setting.send_due().await;
        let state = setting.server.messages().await.last().unwrap().state;
        assert_eq!(state, MessageState::Queued, "{status}");
        setting.endpoint.behave(Manner::Take);
        setting.server.wait(3);
        setting.send_due().await;
    }
    assert_eq!(setting.endpoint.sent(), 11);
    let messages = setting.server.messages().await;
    assert!(messages.iter().all(|message| message.state == MessageState::Sent));
}

// REQ-OPS-02
async fn two_workers_send_a_message_once(backend: Backend) {
    let setting = setting(backend, Manner::Take).await;
    for person in [ANA, LUIS] {
        for _ in 0..3 {
            PendingActivation::start(&setting.server, &person).await;
        }
    }
    let node = setting.server.another_node();
    let other = Outbox::new(node, setting.gateway.clone(), PATIENCE);
    let (one, two) = tokio::join!(deliver_due(&setting.outbox), deliver_due(&other));
    assert_eq!(one + two, 6);
    assert_eq!((setting.endpoint.calls(), setting.endpoint.sent()), (6, 6));
}

// REQ-OPS-02
async fn a_code_that_is_over_is_not_sent(backend: Backend) {
    let setting = setting(backend, Manner::Take).await;
    PendingActivation::start(&setting.server, &ANA).await;
    setting.server.wait(600);
    assert_eq!(setting.send_due().await, 0);
    assert_eq!(setting.endpoint.calls(), 0);
    // Nobody else will say that it never went, and it is said once.
    assert_eq!(setting.send_due().await, 0);
    assert_eq!(setting.state().await, MessageState::Failed);
    assert_eq!((setting.counted("retry"), setting.counted("given_up")), (0, 1));
}

// REQ-OPS-02
async fn a_worker_that_died_leaves_its_messages_to_the_next(backend: Backend) {
    let setting = setting(backend, Manner::Take).await;
    PendingActivation::start(&setting.server, &ANA).await;
    let now = setting.server.app.now();
    let lease = Duration::from_secs(60);
    let claimed = setting
        .server
        .app
        .store()
        .write(move |tx| Box::pin(async move { aldaba_store::outbox::claim_due(tx, now, lease, 10).await }));
    assert_eq!(claimed.await.unwrap().len(), 1);
    setting.server.wait(59);
    assert_eq!(setting.send_due().await, 0);
    setting.server.wait(1);
    assert_eq!(setting.send_due().await, 1);
    assert_eq!(setting.endpoint.sent(), 1);
}

// REQ-OPS-02
async fn messages_are_sent_side_by_side(backend: Backend) {
    let setting = setting(backend, Manner::Together(6)).await;
    for person in [ANA, LUIS] {
        for _ in 0..3 {
            PendingActivation::start(&setting.server, &person).await;
        }
    }
    // None is answered before all were begun.
    assert_eq!(setting.send_due().await, 6);
    assert_eq!((setting.endpoint.calls(), setting.endpoint.sent()), (6, 6));
    let messages = setting.server.messages().await;
    assert!(messages.iter().all(|message| message.state == MessageState::Sent));
}

// REQ-OPS-02
async fn a_message_that_hangs_keeps_none_waiting(backend: Backend) {
    // The first is not answered before many others were begun, more than have a place at a time.
    let calls = delivery::PLACES + 4;
    let setting = setting_with(backend, Manner::HoldFirst(calls), Duration::from_secs(9)).await;
    notice(&setting.server, calls).await;
    let Setting {
        server,
        outbox,
        endpoint,
        ..
    } = &setting;
    let running = tokio::spawn(delivery::run(Outbox::new(
        server.app.clone(),
        setting.gateway.clone(),
        PATIENCE,
    )));
    endpoint.wait_for(calls).await;
    server.app.stopping().cancel();
    running.await.unwrap();
    assert_eq!(deliver_due(outbox).await, 0);
    let messages = server.messages().await;
    assert!(messages.iter().all(|message| message.state == MessageState::Sent));
}

// REQ-OPS-02
async fn a_server_that_stops_finishes_the_messages_in_hand(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let secret = secret(&folder);
    let endpoint = Endpoint::start(Manner::Together(2)).await;
    let settings = Gateway {
        deadline_seconds: 9,
        ..endpoint.settings(&secret)
    };
    let server = TestServer::with(backend, |config| {
        config.messages = Messages::Gateway(Box::new(settings))
    })
    .await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    start_messages(&server.app).unwrap();
    let mut serving = tokio::spawn(serve(server.app.clone(), listener, None));
    PendingActivation::start(&server, &ANA).await;
    endpoint.wait_for(1).await;
    server.app.stopping().cancel();
    let early = tokio::time::timeout(Duration::from_millis(300), &mut serving).await;
    assert!(early.is_err(), "stopped with a message in hand");
    // Somebody else's call, by which the first has its answer.
    endpoint.begun.send_modify(|begun| *begun += 1);
    serving.await.unwrap().unwrap();
    // The store is closed now: what is durable is found by opening it anew.
    let store = Store::open(&server.database.config(), Arc::clone(server.database.keys()))
        .await
        .unwrap();
    let messages = store
        .read(|tx| Box::pin(async move { aldaba_store::outbox::list(tx, 10).await }))
        .await
        .unwrap();
    assert_eq!(messages[0].state, MessageState::Sent);
}

// REQ-OPS-02
#[test]
fn waits_double_and_spread() {
    let random = SeededRandom::new(4);
    let mut longest = Duration::ZERO;
    for failed in 1..=5 {
        let base = 2_000u64 << (failed - 1);
        for _ in 0..200 {
            let wait = PATIENCE.wait(failed, &random);
            let millis = u64::try_from(wait.as_millis()).unwrap();
            assert!((base * 3 / 4..=base * 5 / 4).contains(&millis), "{failed}: {millis}");
            longest = longest.max(wait);
        }
    }
    assert!(longest > Duration::from_secs(33));
    assert!(PATIENCE.wait(1000, &random) <= Duration::from_secs(375));
}
