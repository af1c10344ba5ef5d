use std::collections::BTreeSet;

use aldaba_core::ids::{MessageId, PersonId};
use aldaba_core::phone::Phone;
use aldaba_core::random::OsRandom;
use aldaba_store::outbox::{self, Message, MessageKind, MessageState, NewMessage};
use aldaba_store::testing::TestDatabase;

use crate::support::*;

fn message(person: Option<PersonId>) -> NewMessage {
    NewMessage {
        id: MessageId::generate(&OsRandom),
        person,
        kind: MessageKind::ActivationCode,
        to: Phone::parse(PHONE).unwrap(),
        text: "Su código es 7Q2M-XK4T".to_owned(),
        created_at: NOW,
        expires_at: None,
    }
}

async fn enqueue(db: &TestDatabase, new: NewMessage) -> MessageId {
    let id = new.id;
    write_tx!(db, |tx| outbox::enqueue(tx, &new).await);
    id
}

async fn claim(db: &TestDatabase, offset: u64) -> Vec<Message> {
    write_tx!(db, |tx| outbox::claim_due(tx, at(offset), seconds(30), 10).await)
}

on_both! {
    // REQ-OPS-02
    async fn a_message_is_claimed_by_one_worker_until_its_lease_runs_out(db: &TestDatabase) {
        let id = enqueue(db, message(None)).await;
        let claimed = claim(db, 0).await;
        assert_eq!((claimed.len(), claimed[0].id, claimed[0].attempts), (1, id, 1));
        assert_eq!((claimed[0].to.e164(), claimed[0].text.as_str()), (PHONE, "Su código es 7Q2M-XK4T"));
        assert!(claim(db, 29).await.is_empty());
        assert_eq!(claim(db, 30).await[0].attempts, 2);
        assert!(!write_tx!(db, |tx| outbox::mark_failed(tx, &id, 1, Some(at(40))).await), "claimed anew");
        assert!(write_tx!(db, |tx| outbox::mark_failed(tx, &id, 2, Some(at(40))).await));
        assert!(claim(db, 39).await.is_empty());
        assert_eq!(claim(db, 40).await[0].attempts, 3);
        assert!(write_tx!(db, |tx| outbox::mark_sent(tx, &id, at(41)).await));
        assert!(!write_tx!(db, |tx| outbox::mark_sent(tx, &id, at(42)).await));
        assert!(!write_tx!(db, |tx| outbox::mark_failed(tx, &id, 3, None).await));
        assert!(claim(db, 9999).await.is_empty());
        let listed = read_tx!(db, |tx| outbox::list(tx, 10).await);
        assert_eq!((listed[0].state, listed[0].sent_at), (MessageState::Sent, Some(at(41))));
    }

    async fn given_up_and_useless_messages_are_not_sent(db: &TestDatabase) {
        let id = enqueue(db, message(None)).await;
        claim(db, 0).await;
        assert!(write_tx!(db, |tx| outbox::mark_failed(tx, &id, 1, None).await));
        assert_eq!(read_tx!(db, |tx| outbox::list(tx, 10).await)[0].state, MessageState::Failed);
        let mut late = message(None);
        late.expires_at = Some(at(600));
        enqueue(db, late).await;
        assert!(claim(db, 600).await.is_empty());
        assert_eq!(claim(db, 599).await.len(), 1);
    }

    // REQ-OPS-02
    async fn parallel_workers_share_the_messages_without_overlap(db: &TestDatabase) {
        let mut all = BTreeSet::new();
        for _ in 0..60 {
            all.insert(enqueue(db, message(None)).await);
        }
        let store = db.store.clone();
        let claims = at_once(12, move |_| {
            let store = store.clone();
            async move {
                let mut mine = Vec::new();
                for _ in 0..12 {
                    mine.extend(write(&store, |tx| Box::pin(async move {
                        outbox::claim_due(tx, NOW, seconds(30), 7).await
                    })).await);
                }
                mine
            }
        }).await;
        let claimed: Vec<MessageId> = claims.into_iter().flatten().map(|message| message.id).collect();
        assert_eq!(claimed.len(), 60);
        assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>(), all);
    }

    async fn messages_are_listed_oldest_first(db: &TestDatabase) {
        let person = person(&db.store).await;
        let first = enqueue(db, message(Some(person))).await;
        let mut later = message(Some(person));
        later.created_at = at(10);
        let second = enqueue(db, later).await;
        enqueue(db, message(None)).await;
        let listed: Vec<_> = read_tx!(db, |tx| outbox::list(tx, 10).await).iter().map(|row| row.id).collect();
        assert!(listed.iter().position(|id| *id == first) < listed.iter().position(|id| *id == second));
        assert_eq!(read_tx!(db, |tx| outbox::list(tx, 1).await)[0].id, second);
    }

    // REQ-ACT-03
    async fn a_decoys_message_is_never_sent_listed_or_counted(db: &TestDatabase) {
        let decoy = message(None);
        write_tx!(db, |tx| outbox::enqueue_decoy(tx, &decoy).await);
        assert!(claim(db, 3600).await.is_empty());
        assert!(read_tx!(db, |tx| outbox::list(tx, 10).await).is_empty());
    }
}
