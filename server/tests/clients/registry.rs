//! Clients come from the file and from commands; every node sees what becomes of them.

use std::time::Duration;

use aldaba_server::config::RelyingParty;
use aldaba_server::oidc::clients::admin::{self, AdminError};
use aldaba_server::oidc::clients::{Synced, sync};
use aldaba_server::oidc::{sms_budget, watch};
use aldaba_server::testing::TestServer;
use aldaba_store::clients::{ClientState, Origin};
use aldaba_store::{Backend, StoreError, audit};

on_both!(
    the_file_is_brought_into_the_database,
    a_site_is_added_by_command,
    every_node_sees_a_change,
    an_unreadable_client_hinders_no_other,
    who_was_disabled_is_let_in_by_the_operator_only,
    the_log_tells_what_became_of_clients,
    what_a_site_pays_for_is_bounded_and_reported,
    only_one_site_needs_no_name,
);

fn site(id: &str) -> RelyingParty {
    let url = format!("https://{id}.example/entrar").parse().unwrap();
    RelyingParty::new(id, format!("Sede {id}"), format!("{id}.example"), url)
}

// REQ-CLI-01
async fn the_file_is_brought_into_the_database(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (app, file) = (&server.app, server.app.config().relying_parties.clone());
    assert_eq!(*app.relying_party("sede").unwrap(), file[0]);
    assert_eq!(sync(app, file.clone()).await.unwrap(), Synced::default(), "nothing new");
    let mut changed = file.clone();
    changed[0].name = "Sede nueva".to_owned();
    changed[1] = site("tercera");
    let synced = sync(app, changed).await.unwrap();
    assert_eq!(
        synced,
        Synced {
            added: 1,
            changed: 1,
            gone: 1
        }
    );
    assert_eq!(app.relying_party("sede").unwrap().name, "Sede nueva");
    assert!(app.relying_party("otra").is_none(), "gone from the file");
    assert!(app.relying_party("tercera").is_some());
    server.get("/signin?site=otra").await.expect(404);
    assert_eq!(
        sync(app, file).await.unwrap(),
        Synced {
            added: 1,
            changed: 1,
            gone: 1
        }
    );
    assert!(app.relying_party("otra").is_some(), "in the file again");
    assert_eq!(
        sync(app, Vec::new()).await.unwrap(),
        Synced {
            added: 0,
            changed: 0,
            gone: 2
        }
    );
    assert!(app.clients().all().is_empty());
}

// REQ-CLI-02
async fn a_site_is_added_by_command(backend: Backend) {
    let server = TestServer::new(backend).await;
    let app = &server.app;
    let secret = admin::add(app, site("nueva")).await.unwrap().unwrap();
    assert_eq!(secret.expose().len(), 43);
    assert_eq!(*app.relying_party("nueva").unwrap(), site("nueva"));
    server.get("/signin?site=nueva").await.expect(200);
    let again = admin::add(app, site("nueva")).await.unwrap_err();
    assert!(matches!(again, AdminError::Exists(_)), "{again}");
    let sede = admin::add(app, site("sede")).await.unwrap_err();
    assert!(matches!(sede, AdminError::Exists(_)), "one of the file: {sede}");
    let mut unsafe_one = site("insegura");
    unsafe_one.redirect_uris = vec!["https://insegura.example/*".to_owned()];
    let refused = admin::add(app, unsafe_one).await.unwrap_err();
    assert!(refused.to_string().contains("wildcards"), "{refused}");
    let listed = admin::list(app).await.unwrap();
    let states: Vec<_> = listed
        .iter()
        .map(|one| (one.client.id.as_str(), one.client.origin, one.secrets.len()))
        .collect();
    assert_eq!(
        states,
        [
            ("nueva", Origin::Command, 1),
            ("otra", Origin::File, 0),
            ("sede", Origin::File, 0)
        ]
    );
    // The file does not speak of it, and does not end it.
    server.sync_clients().await;
    assert!(app.relying_party("nueva").is_some());
    for unknown in [
        admin::rotate(app, "nadie", Duration::ZERO).await.map(|_| ()),
        admin::disable(app, "nadie").await.map(|_| ()),
        admin::enable(app, "nadie").await.map(|_| ()),
    ] {
        assert!(matches!(unknown, Err(AdminError::Unknown(_))));
    }
}

// REQ-CLI-03
async fn every_node_sees_a_change(backend: Backend) {
    let server = TestServer::new(backend).await;
    let node = server.another_node();
    admin::add(&node, site("nueva")).await.unwrap();
    assert!(server.app.relying_party("nueva").is_none());
    watch::once(&server.app).await.unwrap();
    assert!(server.app.relying_party("nueva").is_some());
    admin::disable(&server.app, "nueva").await.unwrap();
    assert!(node.relying_party("nueva").is_some());
    watch::once(&node).await.unwrap();
    assert!(node.relying_party("nueva").is_none());
    // A node that runs looks by itself.
    let running = tokio::spawn(watch::run(node.clone()));
    admin::enable(&server.app, "nueva").await.unwrap();
    let begin = tokio::time::Instant::now();
    while node.relying_party("nueva").is_none() {
        assert!(begin.elapsed() < Duration::from_secs(20), "nobody looked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    node.stopping().cancel();
    running.await.unwrap();
}

// REQ-CLI-04
async fn an_unreadable_client_hinders_no_other(backend: Backend) {
    let server = TestServer::new(backend).await;
    let settings = aldaba_store::clients::Settings {
        id: "futura".to_owned(),
        json: r#"{"id":"futura","what":"nobody knows yet"}"#.to_owned(),
        sms_per_month: 0,
    };
    let now = server.app.now();
    let store = server.app.store();
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { aldaba_store::clients::add(tx, &settings, now).await })
        })
        .await
        .unwrap();
    watch::once(&server.app).await.unwrap();
    assert!(server.app.relying_party("futura").is_none());
    assert!(server.app.relying_party("sede").is_some());
}

// REQ-CLI-04
async fn who_was_disabled_is_let_in_by_the_operator_only(backend: Backend) {
    let server = TestServer::new(backend).await;
    let (app, file) = (&server.app, server.app.config().relying_parties.clone());
    assert!(admin::disable(app, "sede").await.unwrap());
    assert!(!admin::disable(app, "sede").await.unwrap());
    let mut changed = file.clone();
    changed[0].name = "Sede nueva".to_owned();
    sync(app, changed).await.unwrap();
    assert!(app.relying_party("sede").is_none());
    assert!(admin::enable(app, "sede").await.unwrap());
    assert_eq!(app.relying_party("sede").unwrap().name, "Sede nueva");
    sync(app, file[1..].to_vec()).await.unwrap();
    let gone = admin::enable(app, "sede").await.unwrap_err();
    assert!(gone.to_string().contains("put it back there"), "{gone}");
    let listed = admin::list(app).await.unwrap();
    assert_eq!(listed[1].client.state, ClientState::Absent);
}

// REQ-CLI-02
async fn the_log_tells_what_became_of_clients(backend: Backend) {
    let server = TestServer::new(backend).await;
    let before = audit::verify(server.app.store()).await.unwrap().entries;
    let app = &server.app;
    admin::add(app, site("nueva")).await.unwrap();
    admin::rotate(app, "nueva", Duration::ZERO).await.unwrap();
    admin::disable(app, "nueva").await.unwrap();
    admin::disable(app, "nueva").await.unwrap();
    admin::enable(app, "nueva").await.unwrap();
    sync(app, vec![site("nueva")]).await.unwrap();
    // Added, secret, disabled, enabled; taken over by the file, two gone from it.
    assert_eq!(audit::verify(app.store()).await.unwrap().entries, before + 7);
}

// REQ-CLI-09
async fn what_a_site_pays_for_is_bounded_and_reported(backend: Backend) {
    let server = TestServer::with(backend, |config| config.relying_parties[0].sms_per_month = 2).await;
    let app = &server.app;
    let take = async |client: &'static str| {
        let now = app.now();
        let paying = app.clone();
        app.store()
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { sms_budget::take(&paying, tx, client, now).await })
            })
            .await
            .unwrap()
    };
    assert_eq!(
        [take("sede").await, take("sede").await, take("sede").await],
        [true, true, false]
    );
    assert!(!take("otra").await);
    let report = admin::sms_report(app, "2027-01").await.unwrap();
    let rows: Vec<_> = report
        .iter()
        .map(|(row, name)| (name.as_str(), row.taken, row.budget))
        .collect();
    assert_eq!(rows, [("Sede sede", 2, 2)]);
    // The test begins on 15 January; in February there are new ones.
    server.wait(17 * 24 * 3600);
    assert!(take("sede").await);
    let report = admin::sms_report(app, "2027-02").await.unwrap();
    assert_eq!((report[0].0.taken, report[0].0.budget), (1, 2));
    let figures = app.metrics().render();
    assert!(
        figures.contains("what=\"sms_budget\",outcome=\"used_up\"} 2"),
        "the operator learns of it: {figures}"
    );
}

// REQ-CLI-01
async fn only_one_site_needs_no_name(backend: Backend) {
    let server = TestServer::new(backend).await;
    server.get("/signin").await.expect(404);
    admin::disable(&server.app, "otra").await.unwrap();
    let page = server.get("/signin").await.expect(200);
    assert!(page.text().contains("Sede sede"));
}
