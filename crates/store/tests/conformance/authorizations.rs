use std::collections::BTreeSet;

use aldaba_core::ids::{AuthorizationId, DeviceId, PersonId, SessionId};
use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::oidc::{Bearer, Claim, Prompt, Request};
use aldaba_core::random::OsRandom;
use aldaba_core::time::Timestamp;
use aldaba_store::authorizations::{self, Arrival, Grant, Redemption};
use aldaba_store::sessions::{self, Session};
use aldaba_store::testing::TestDatabase;
use aldaba_store::{devices, maintenance, persons};

use crate::support::*;

const BROWSER: [u8; 32] = [7; 32];
const URI: &str = "https://sede.example/vuelta";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const IDLE: std::time::Duration = std::time::Duration::from_secs(3600);

fn asked() -> Request {
    Request {
        redirect_uri: URI.to_owned(),
        state: Some("s".to_owned()),
        nonce: Some("n".to_owned()),
        challenge: CHALLENGE.to_owned(),
        procedure: None,
        level: Level::Low,
        wished: None,
        acr: Vec::new(),
        methods: vec![Method::Incoming],
        prompt: Prompt::default(),
        max_age: None,
        subject: None,
        id_token: BTreeSet::new(),
        userinfo: BTreeSet::from([Claim::GivenName]),
        scope: "openid profile".to_owned(),
        language: None,
    }
}

fn arrival(now: Timestamp, expires_at: Timestamp) -> Arrival<'static> {
    Arrival {
        browser: &BROWSER,
        session_before: None,
        now,
        expires_at,
    }
}

async fn open(db: &TestDatabase) -> AuthorizationId {
    let id = AuthorizationId::generate(&OsRandom);
    write_tx!(db, |tx| authorizations::open(
        tx,
        &id,
        "sede",
        &asked(),
        arrival(NOW, at(1800))
    )
    .await);
    id
}

async fn session(db: &TestDatabase, person: PersonId, device: Option<DeviceId>) -> SessionId {
    let id = SessionId::generate(&OsRandom);
    let session = Session {
        request: None,
        relying_party: "sede".to_owned(),
        ..new_session(person, device)
    };
    let key = id.clone();
    assert!(write_tx!(db, |tx| open_tx(tx, &key, &session, &entry_of(person)).await));
    id
}

fn granted(person: PersonId, session: &SessionId, device: Option<DeviceId>) -> Grant {
    Grant {
        person,
        session: sessions::handle(session),
        device,
        subject: "sub".to_owned(),
        sid: "sid".to_owned(),
        claims: BTreeSet::from([Claim::GivenName]),
        level: Level::Low,
        method: Method::Password,
        second_step: Some(Method::Sms),
        auth_time: NOW,
    }
}

/// Somebody signed in with a device, and a code.
struct Coded {
    person: PersonId,
    device: DeviceId,
    session: SessionId,
    code: Bearer,
}

async fn coded(db: &TestDatabase) -> Coded {
    let person = person(&db.store).await;
    let device = device(&db.store, person).await;
    let session = session(db, person, Some(device)).await;
    let (id, code, grant) = (
        open(db).await,
        Bearer::generate(&OsRandom),
        granted(person, &session, Some(device)),
    );
    let key = code.clone();
    assert!(write_tx!(db, |tx| authorizations::grant(
        tx,
        &id,
        &BROWSER,
        &key,
        &grant,
        NOW,
        at(60)
    )
    .await));
    Coded {
        person,
        device,
        session,
        code,
    }
}

/// Redeems a code; whether it did, and the token.
async fn redeem(db: &TestDatabase, code: &Bearer, change: fn(&mut Redemption<'_>), now: Timestamp) -> Option<Bearer> {
    let (code, token) = (code.clone(), Bearer::generate(&OsRandom));
    let given = token.clone();
    let done = write_tx!(db, |tx| {
        let mut shown = Redemption {
            code: &code,
            client: "sede",
            redirect_uri: URI,
            challenge: CHALLENGE,
            token: &given,
        };
        change(&mut shown);
        authorizations::redeem(tx, shown, now, now.plus(seconds(600)), IDLE).await
    });
    done.map(|authorization| {
        assert_eq!(authorization.request, asked());
        let grant = authorization.grant.unwrap();
        assert_eq!(
            (grant.subject.as_str(), grant.second_step, grant.auth_time),
            ("sub", Some(Method::Sms), NOW)
        );
        token
    })
}

async fn opens(db: &TestDatabase, token: &Bearer, now: Timestamp) -> bool {
    let token = token.clone();
    read_tx!(db, |tx| authorizations::of_token(tx, &token, now, IDLE).await).is_some()
}

on_both! {
    // REQ-OIDC-10
    async fn a_pushed_request_is_opened_once_by_its_client_in_time(db: &TestDatabase) {
        let (id, uri) = (AuthorizationId::generate(&OsRandom), Bearer::generate(&OsRandom));
        let pushed = uri.clone();
        write_tx!(db, |tx| authorizations::push(tx, &id, "sede", &pushed, &asked(), NOW, at(60)).await);
        let opening = async |client: &'static str, browser: &'static [u8; 32], now: Timestamp| {
            let uri = uri.clone();
            let arrival = Arrival { browser, session_before: Some([1; 32]), now, expires_at: now.plus(seconds(1800)) };
            write_tx!(db, |tx| authorizations::open_pushed(tx, client, &uri, arrival).await)
        };
        assert!(opening("otra", &BROWSER, NOW).await.is_none());
        assert!(opening("sede", &BROWSER, at(60)).await.is_none());
        let opened = opening("sede", &BROWSER, at(59)).await.unwrap();
        assert_eq!((opened.id, opened.session_before, opened.opened_at), (id, Some([1; 32]), at(59)));
        assert!(opening("sede", &[8; 32], at(59)).await.is_none(), "another browser");
        assert!(opening("sede", &BROWSER, at(70)).await.is_some(), "the same page, loaded again");
        assert!(opening("sede", &BROWSER, at(59 + 1800)).await.is_none());
    }

    async fn an_open_request_is_its_browsers(db: &TestDatabase) {
        let id = open(db).await;
        let list = async |browser: &'static [u8; 32], now| {
            read_tx!(db, |tx| authorizations::list_open(tx, browser, now).await).len()
        };
        assert_eq!((list(&BROWSER, at(1799)).await, list(&BROWSER, at(1800)).await, list(&[8; 32], NOW).await), (1, 0, 0));
        assert!(!write_tx!(db, |tx| authorizations::refuse(tx, &id, &[8; 32], NOW).await));
        assert!(write_tx!(db, |tx| authorizations::refuse(tx, &id, &BROWSER, NOW).await));
        assert!(!write_tx!(db, |tx| authorizations::refuse(tx, &id, &BROWSER, NOW).await));
        assert_eq!(list(&BROWSER, NOW).await, 0);
    }

    // REQ-OIDC-11, REQ-OIDC-13
    async fn a_code_is_redeemed_by_its_client_with_its_verifier(db: &TestDatabase) {
        let it = coded(db).await;
        assert!(redeem(db, &Bearer::generate(&OsRandom), |_| {}, NOW).await.is_none());
        assert!(redeem(db, &it.code, |shown| shown.client = "otra", NOW).await.is_none());
        assert!(redeem(db, &it.code, |shown| shown.redirect_uri = "https://sede.example/vuelta/", NOW).await.is_none());
        assert!(redeem(db, &it.code, |shown| shown.challenge = "F9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", NOW).await.is_none());
        assert!(redeem(db, &it.code, |_| {}, at(60)).await.is_none(), "too late");
        let token = redeem(db, &it.code, |_| {}, at(59)).await.unwrap();
        assert!(redeem(db, &it.code, |_| {}, at(59)).await.is_none(), "used");
        assert!(opens(db, &token, at(59 + 599)).await && !opens(db, &token, at(59 + 600)).await);
        assert!(!opens(db, &Bearer::generate(&OsRandom), at(59)).await);
    }

    // REQ-OIDC-12
    async fn the_second_use_of_a_code_ends_what_the_first_produced(db: &TestDatabase) {
        let it = coded(db).await;
        let token = redeem(db, &it.code, |_| {}, NOW).await.unwrap();
        let (code, person) = (it.code.clone(), it.person);
        let burnt = write_tx!(db, |tx| authorizations::burn(tx, &code).await).unwrap();
        assert_eq!((burnt.person, burnt.was_redeemed), (Some(person), true));
        assert!(!opens(db, &token, NOW).await);
        let code = it.code.clone();
        assert!(write_tx!(db, |tx| authorizations::burn(tx, &code).await).is_none());
    }

    // REQ-OIDC-11
    async fn of_sixty_four_redemptions_one_wins(db: &TestDatabase) {
        let it = coded(db).await;
        let won = at_once(64, |_| {
            let (store, code, token) = (db.store.clone(), it.code.clone(), Bearer::generate(&OsRandom));
            async move {
                let done = write(&store, move |tx| Box::pin(async move {
                    let shown = Redemption { code: &code, client: "sede", redirect_uri: URI, challenge: CHALLENGE, token: &token };
                    authorizations::redeem(tx, shown, NOW, at(600), IDLE).await
                })).await;
                done.is_some()
            }
        }).await;
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    }

    // REQ-OIDC-14
    async fn nothing_outlives_its_session_or_its_device(db: &TestDatabase) {
        let it = coded(db).await;
        let token = redeem(db, &it.code, |_| {}, NOW).await.unwrap();
        // A second code of the same session that nobody has redeemed.
        let (id, code, grant) = (open(db).await, Bearer::generate(&OsRandom), granted(it.person, &it.session, Some(it.device)));
        let key = code.clone();
        assert!(write_tx!(db, |tx| authorizations::grant(tx, &id, &BROWSER, &key, &grant, NOW, at(60)).await));
        let session = it.session.clone();
        assert!(write_tx!(db, |tx| sessions::end(tx, &session, NOW).await));
        assert!(!opens(db, &token, NOW).await);
        assert!(redeem(db, &code, |_| {}, NOW).await.is_none());
        // Nor is one made for it any more.
        let (id, grant) = (open(db).await, granted(it.person, &it.session, Some(it.device)));
        let key = Bearer::generate(&OsRandom);
        assert!(!write_tx!(db, |tx| authorizations::grant(tx, &id, &BROWSER, &key, &grant, NOW, at(60)).await));
        let due = write_tx!(db, |tx| authorizations::take_due_logouts(tx, 10).await);
        assert_eq!(due.len(), 1, "only what was redeemed is known to the site");
        assert_eq!((due[0].client_id.as_str(), due[0].subject.as_str(), due[0].sid.as_str()), ("sede", "sub", "sid"));
        assert!(write_tx!(db, |tx| authorizations::take_due_logouts(tx, 10).await).is_empty());
    }

    // REQ-OIDC-14
    async fn the_end_of_a_device_is_the_end_of_its_sessions_and_tokens(db: &TestDatabase) {
        for freeze in [true, false] {
            let person = match write_tx!(db, |tx| persons::find(tx, &document()).await) {
                Some(person) => person.id,
                None => person(&db.store).await,
            };
            let device = device(&db.store, person).await;
            let first = session(db, person, Some(device)).await;
            let (id, code, grant) = (open(db).await, Bearer::generate(&OsRandom), granted(person, &first, Some(device)));
            let key = code.clone();
            assert!(write_tx!(db, |tx| authorizations::grant(tx, &id, &BROWSER, &key, &grant, NOW, at(60)).await));
            let token = redeem(db, &code, |_| {}, NOW).await.unwrap();
            // Stepped up with something else than a device: the token still hangs on the device that proved it.
            let second = session(db, person, None).await;
            let (from, to) = (sessions::handle(&first), sessions::handle(&second));
            assert_eq!(write_tx!(db, |tx| authorizations::carry_over(tx, &from, &to).await), 1);
            assert!(opens(db, &token, NOW).await);
            write_tx!(db, |tx| if freeze { devices::freeze(tx, &device, NOW).await } else { devices::revoke(tx, &device, NOW).await });
            assert!(!opens(db, &token, NOW).await);
            assert!(!write_tx!(db, |tx| sessions::end(tx, &first, NOW).await), "it has ended");
            assert!(write_tx!(db, |tx| sessions::end(tx, &second, NOW).await), "that one has no device");
            assert_eq!(write_tx!(db, |tx| authorizations::take_due_logouts(tx, 10).await).len(), 1);
        }
    }

    // REQ-OIDC-21
    async fn what_is_carried_over_is_of_one_person(db: &TestDatabase) {
        let it = coded(db).await;
        let token = redeem(db, &it.code, |_| {}, NOW).await.unwrap();
        let mut other = new_person();
        other.document = aldaba_core::document::Document::parse("87654321X").unwrap();
        let stranger = other.id;
        assert!(write_tx!(db, |tx| persons::insert(tx, &other).await));
        let (theirs, mine) = (session(db, stranger, None).await, session(db, it.person, None).await);
        let from = sessions::handle(&it.session);
        let (not, to) = (sessions::handle(&theirs), sessions::handle(&mine));
        assert_eq!(write_tx!(db, |tx| authorizations::carry_over(tx, &from, &not).await), 0);
        assert_eq!(write_tx!(db, |tx| authorizations::carry_over(tx, &from, &to).await), 1);
        let earlier = it.session.clone();
        assert!(write_tx!(db, |tx| sessions::end(tx, &earlier, NOW).await));
        assert!(opens(db, &token, NOW).await, "it hangs on the new session");
        assert!(write_tx!(db, |tx| authorizations::take_due_logouts(tx, 10).await).is_empty());
        assert!(read_tx!(db, |tx| authorizations::is_of_session(tx, "sede", "sid", &to).await));
        assert!(!read_tx!(db, |tx| authorizations::is_of_session(tx, "otra", "sid", &to).await));
        assert!(write_tx!(db, |tx| sessions::end(tx, &mine, NOW).await));
        assert_eq!(write_tx!(db, |tx| authorizations::take_due_logouts(tx, 10).await).len(), 1);
    }

    async fn a_session_that_lives_keeps_its_sites(db: &TestDatabase) {
        let it = coded(db).await;
        redeem(db, &it.code, |_| {}, NOW).await.unwrap();
        let (using, later) = (it.session.clone(), at(2 * 86_400 + 700));
        write_tx!(db, |tx| sessions::use_session(tx, &using, at(2 * 86_400), seconds(3 * 86_400)).await).unwrap();
        assert_eq!(write_tx!(db, |tx| maintenance::purge(tx, later).await).authorizations, 0);
        let gone = write_tx!(db, |tx| maintenance::purge(tx, at(4 * 86_400 + 700)).await);
        assert_eq!((gone.sessions, gone.authorizations), (1, 1));
    }

    async fn what_nobody_answered_is_kept_for_an_hour(db: &TestDatabase) {
        open(db).await;
        let over = at(1800).plus(maintenance::UNANSWERED);
        let before = over.minus(seconds(1));
        assert_eq!(write_tx!(db, |tx| maintenance::purge(tx, before).await).authorizations, 0);
        assert_eq!(write_tx!(db, |tx| maintenance::purge(tx, over).await).authorizations, 1);
    }

    // REQ-OIDC-22
    async fn names_are_known_apart_where_they_were_given_apart(db: &TestDatabase) {
        let id = person(&db.store).await;
        let (person, names) = read_tx!(db, |tx| persons::get_with_names(tx, &id).await).unwrap();
        assert_eq!((names.given.as_deref(), names.family.as_deref()), (Some(GIVEN_NAME), Some(FAMILY_NAME)));
        assert_eq!((person.id, person.name.as_str(), person.document), (id, NAME, document()));
        let mut changed = new_person();
        changed.given_name = None;
        changed.family_name = Some("Otro".to_owned());
        assert!(write_tx!(db, |tx| persons::update(tx, &id, &changed).await));
        let (_, names) = read_tx!(db, |tx| persons::get_with_names(tx, &id).await).unwrap();
        assert_eq!((names.given.as_deref(), names.family.as_deref()), (None, Some("Otro")));
    }
}
