use std::sync::Arc;

use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::random::OsRandom;
use aldaba_store::certificate_tickets::{self, Begun, Proved, Redemption, Ticket};
use aldaba_store::maintenance;
use aldaba_store::testing::TestDatabase;

use crate::support::*;

fn begun() -> Begun {
    Begun {
        relying_party: "demo-sede".to_owned(),
        procedure: "padron".to_owned(),
        language: Language::En,
        level: Level::Substantial,
    }
}

async fn begin(db: &TestDatabase) -> Ticket {
    let ticket = Ticket::generate(&OsRandom);
    let key = ticket.clone();
    write_tx!(db, |tx| certificate_tickets::begin(
        tx,
        &key,
        &BINDING,
        &begun(),
        NOW,
        at(300)
    )
    .await);
    ticket
}

async fn prove(db: &TestDatabase, ticket: &Ticket, person: aldaba_core::ids::PersonId, seconds: u64) -> Option<Ticket> {
    let (ticket, result) = (ticket.clone(), Ticket::generate(&OsRandom));
    let key = result.clone();
    let won = write_tx!(db, |tx| certificate_tickets::prove(
        tx,
        &ticket,
        &key,
        &person,
        Level::High,
        at(seconds),
        at(seconds + 60)
    )
    .await);
    won.then_some(result)
}

async fn redeem(db: &TestDatabase, result: &Ticket, binding: [u8; 32], seconds: u64) -> Redemption {
    let result = result.clone();
    write_tx!(db, |tx| certificate_tickets::redeem(tx, &result, &binding, at(seconds))
        .await)
}

on_both! {
    // REQ-CERT-09
    async fn a_ticket_goes_and_comes_back_once(db: &TestDatabase) {
        let person = person(&db.store).await;
        let ticket = begin(db).await;
        let key = ticket.clone();
        let seen = read_tx!(db, |tx| certificate_tickets::look(tx, &key, at(299)).await);
        assert_eq!(seen, Some(begun()));
        let result = prove(db, &ticket, person, 10).await.unwrap();
        assert!(prove(db, &ticket, person, 10).await.is_none(), "used up");
        let key = ticket.clone();
        assert!(read_tx!(db, |tx| certificate_tickets::look(tx, &key, at(11)).await).is_none());
        assert_eq!(redeem(db, &ticket, BINDING, 11).await, Redemption::Over, "the ticket that went is not the one that comes back");
        let proved = redeem(db, &result, BINDING, 69).await;
        assert_eq!(proved, Redemption::Proved(Proved {
            person,
            level: Level::High,
            relying_party: "demo-sede".to_owned(),
            procedure: "padron".to_owned(),
        }));
        assert_eq!(redeem(db, &result, BINDING, 69).await, Redemption::Over, "once");
    }

    // REQ-CERT-09
    async fn too_late_is_too_late(db: &TestDatabase) {
        let person = person(&db.store).await;
        let ticket = begin(db).await;
        let key = ticket.clone();
        assert!(read_tx!(db, |tx| certificate_tickets::look(tx, &key, at(300)).await).is_none());
        assert!(prove(db, &ticket, person, 300).await.is_none());
        let ticket = begin(db).await;
        let result = prove(db, &ticket, person, 10).await.unwrap();
        assert_eq!(redeem(db, &result, BINDING, 70).await, Redemption::Over);
    }

    // REQ-CERT-09
    async fn another_browser_gets_nothing_and_spoils_it(db: &TestDatabase) {
        let person = person(&db.store).await;
        let ticket = begin(db).await;
        let result = prove(db, &ticket, person, 10).await.unwrap();
        assert_eq!(redeem(db, &result, [7; 32], 11).await, Redemption::OtherBrowser);
        assert_eq!(redeem(db, &result, BINDING, 12).await, Redemption::Over, "nobody has it any more");
    }

    // REQ-CERT-09
    async fn a_refused_ticket_proves_nothing(db: &TestDatabase) {
        let person = person(&db.store).await;
        let ticket = begin(db).await;
        let key = ticket.clone();
        assert!(write_tx!(db, |tx| certificate_tickets::refuse(tx, &key).await));
        assert!(prove(db, &ticket, person, 1).await.is_none());
        let key = ticket.clone();
        assert!(!write_tx!(db, |tx| certificate_tickets::refuse(tx, &key).await));
        let purged = write_tx!(db, |tx| maintenance::purge(tx, at(300)).await);
        assert_eq!(purged.certificate_tickets, 1);
    }

    // REQ-CERT-09
    async fn of_many_at_once_one_wins(db: &TestDatabase) {
        let person = person(&db.store).await;
        let ticket = begin(db).await;
        let store = Arc::new(db.store.clone());
        let proofs = at_once(32, |_| {
            let (store, ticket, result) = (Arc::clone(&store), ticket.clone(), Ticket::generate(&OsRandom));
            async move {
                let key = result.clone();
                let won = write(&store, move |tx| Box::pin(async move {
                    certificate_tickets::prove(tx, &ticket, &key, &person, Level::Substantial, at(1), at(61)).await
                })).await;
                won.then_some(result)
            }
        })
        .await;
        let mut winners: Vec<Ticket> = proofs.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1);
        let result = winners.remove(0);
        let redeemed = at_once(32, |_| {
            let (store, result) = (Arc::clone(&store), result.clone());
            async move {
                write(&store, move |tx| Box::pin(async move {
                    certificate_tickets::redeem(tx, &result, &BINDING, at(2)).await
                })).await
            }
        })
        .await;
        let won = redeemed.iter().filter(|one| matches!(one, Redemption::Proved(_)));
        assert_eq!(won.count(), 1);
    }
}

#[test]
fn a_ticket_has_one_spelling_and_prints_nothing() {
    let ticket = Ticket::generate(&OsRandom);
    let text = ticket.expose();
    assert_eq!(Ticket::parse(&text), Some(ticket.clone()));
    assert_eq!(Ticket::parse(&text.to_uppercase().replace(char::is_numeric, "A")), None);
    assert_eq!(Ticket::parse("00"), None);
    assert_eq!(Ticket::parse(&"x".repeat(64)), None);
    assert_eq!(format!("{ticket:?}"), "Ticket(…)");
}
