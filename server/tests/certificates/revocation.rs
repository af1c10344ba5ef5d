//! Lists are kept for a while, fetched again, and not relied on beyond their time; strangers' bytes do no harm.

use std::time::Duration;

use aldaba_core::time::Timestamp;
use aldaba_server::certificates::{Certificates, Refusal};
use aldaba_server::testing::START;
use rcgen::RevocationReason;
use rustls::pki_types::CertificateDer;

use super::pki::{Authority, Files, Issued, judge_at, listed_at};
use super::web::{Reply, Web};

fn at(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

// REQ-CERT-03
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_kept_for_ten_minutes_and_used_no_longer_than_it_is_good() {
    let root = Authority::root("AC");
    let web = Web::start().await;
    let url = web.url("/list.crl");
    let person = root.person(|params| listed_at(params, &url));
    let files = Files::new(&[&root]);
    let certificates = Certificates::open(&files.settings()).unwrap();
    let judge = async |now| judge_at(&certificates, &[&person.der], now).await.map(|_| ());
    web.put("list.crl", Reply::Bytes(root.list(&[])));
    assert_eq!(judge(at(0)).await, Ok(()));
    assert_eq!(judge(at(599)).await, Ok(()));
    assert_eq!(web.fetched(), 1);
    let revoked = root.list(&[(person.serial.as_slice(), RevocationReason::KeyCompromise)]);
    web.put("list.crl", Reply::Bytes(revoked));
    assert_eq!(judge(at(600)).await, Err(Refusal::Revoked), "fetched again");
    assert_eq!(web.fetched(), 2);
    web.put("list.crl", Reply::Status(500));
    assert_eq!(
        judge(at(1200)).await,
        Err(Refusal::Revoked),
        "the one held is still good"
    );
    // It is good until the 16th at midnight, sixteen hours after the tests' beginning.
    assert_eq!(judge(at(16 * 3600)).await, Err(Refusal::Revoked));
    assert_eq!(judge(at(16 * 3600 + 5)).await, Err(Refusal::StatusUnreachable));
    assert_eq!(web.fetched(), 5);
}

// REQ-CERT-03
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_list_is_fetched_to_its_end_for_the_next() {
    let root = Authority::root("AC");
    let web = Web::start().await;
    let url = web.url("/list.crl");
    let person = root.person(|params| listed_at(params, &url));
    let files = Files::new(&[&root]);
    let certificates = Certificates::open(&files.settings()).unwrap();
    web.put("list.crl", Reply::Late(root.list(&[])));
    let judge = async || judge_at(&certificates, &[&person.der], START).await.map(|_| ());
    assert_eq!(
        judge().await,
        Err(Refusal::StatusUnreachable),
        "the deadline is one second"
    );
    let arrives = async {
        while judge().await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrives)
        .await
        .expect("the list arrives");
    assert_eq!(web.fetched(), 1);
}

// REQ-CERT-03
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_held_serves_while_its_host_says_nothing() {
    let root = Authority::root("AC");
    let web = Web::start().await;
    let url = web.url("/list.crl");
    let person = root.person(|params| listed_at(params, &url));
    let revoked = root.person(|params| listed_at(params, &url));
    let files = Files::new(&[&root]);
    let certificates = Certificates::open(&files.settings()).unwrap();
    let judge = async |whom: &Issued, now| judge_at(&certificates, &[&whom.der], now).await.map(|_| ());
    let list = root.list(&[(revoked.serial.as_slice(), RevocationReason::KeyCompromise)]);
    web.put("list.crl", Reply::Bytes(list));
    assert_eq!(judge(&person, at(0)).await, Ok(()));
    web.put("list.crl", Reply::Never);
    // All of them at once: who waits for the fetch of another waits no longer than who began it.
    let (first, second, third, expired) = tokio::join!(
        judge(&person, at(600)),
        judge(&revoked, at(600)),
        judge(&person, at(16 * 3600)),
        judge(&person, at(16 * 3600 + 5)),
    );
    assert_eq!(first, Ok(()));
    assert_eq!(second, Err(Refusal::Revoked));
    assert_eq!(third, Ok(()));
    assert_eq!(expired, Err(Refusal::StatusUnreachable), "good until its end only");
    assert_eq!(web.fetched(), 2, "one fetch at a time");
}

// REQ-CERT-03
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_fetch_a_list_once() {
    let root = Authority::root("AC");
    let web = Web::start().await;
    let url = web.url("/list.crl");
    let person = root.person(|params| listed_at(params, &url));
    let files = Files::new(&[&root]);
    let certificates = std::sync::Arc::new(Certificates::open(&files.settings()).unwrap());
    web.put("list.crl", Reply::Bytes(root.list(&[])));
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (certificates, der) = (std::sync::Arc::clone(&certificates), person.der.clone());
            tokio::spawn(async move { judge_at(&certificates, &[&der], START).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(web.fetched(), 1);
}

// REQ-CERT-11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_bytes_are_judged() {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let root = Authority::root("AC");
    let person = root.person(|_| {});
    let files = Files::new(&[&root]);
    let mut settings = files.settings();
    settings.crls = vec![files.write("list.crl", &root.list(&[]))];
    let certificates = Certificates::open(&settings).unwrap();
    assert!(judge_at(&certificates, &[&person.der], START).await.is_ok());
    let mut runner = TestRunner::deterministic();
    let noise = prop::collection::vec(any::<u8>(), 0..600);
    let place = (0..person.der.len(), 1..=255_u8);
    for _ in 0..2000 {
        let bytes: CertificateDer<'static> = noise.new_tree(&mut runner).unwrap().current().into();
        assert!(judge_at(&certificates, &[&bytes], START).await.is_err());
        // One changed byte of a good certificate is never a good one.
        let (at, change) = place.new_tree(&mut runner).unwrap().current();
        let mut changed = person.der.to_vec();
        changed[at] ^= change;
        let changed: CertificateDer<'static> = changed.into();
        assert!(
            judge_at(&certificates, &[&changed], START).await.is_err(),
            "byte {at} ^ {change}"
        );
        assert!(
            judge_at(&certificates, &[&person.der, &changed, &bytes], START)
                .await
                .is_ok(),
            "what comes along is no matter"
        );
    }
}
