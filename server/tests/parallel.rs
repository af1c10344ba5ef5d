//! Many at once: one wins, and no more are evaluated than allowed.

use std::collections::BTreeMap;

use aldaba_server::testing::{ANA, Answer, TestBrowser, TestDevice, TestServer, other_pin};
use aldaba_store::{Backend, requests};

on_both!(
    of_sixty_four_right_pins_one_wins_each_time,
    of_a_thousand_wrong_tries_three_are_evaluated,
    a_right_pin_among_a_thousand_is_not_found_by_trying_all,
    a_thousand_tries_before_the_reveal_are_none,
);

fn tally(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        let what = if answer.status == 303 {
            "signed in".to_owned()
        } else {
            answer.code()
        };
        *tally.entry(what).or_default() += 1;
    }
    tally
}

/// A policy under which one person may have many open requests.
async fn server(backend: Backend) -> TestServer {
    TestServer::with(backend, |config| {
        config.policy.visible_pending = 1000;
        config.policy.unanswered_per_hour = 1000;
        config.policy.unanswered_per_day = 1000;
    })
    .await
}

// REQ-PIN-09
async fn of_sixty_four_right_pins_one_wins_each_time(backend: Backend) {
    let server = server(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    for round in 0..200 {
        let browser = TestBrowser::ask(&server, &ANA).await;
        device.reveal(&server, &browser.request()).await.expect(200);
        let pin = device.pin(&browser.request(), "sede");
        let answers = server
            .send_all((0..64).map(|_| browser.pin_form(&pin, &[])).collect())
            .await;
        let tally = tally(&answers);
        assert_eq!(tally.get("signed in"), Some(&1), "round {round}: {tally:?}");
        assert_eq!(tally.get("pin_used"), Some(&63), "round {round}: {tally:?}");
    }
}

// REQ-PIN-10
async fn of_a_thousand_wrong_tries_three_are_evaluated(backend: Backend) {
    let server = server(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let browser = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &browser.request()).await.expect(200);
    let wrong = device.wrong_pin(&browser.request(), "sede");
    let answers = server
        .send_all((0..1000).map(|_| browser.pin_form(&wrong, &[])).collect())
        .await;
    let tally = tally(&answers);
    // A page that is drawn after the last try says so, also that of an earlier one.
    let told = |code| tally.get(code).copied().unwrap_or(0);
    assert!(
        told("pin_wrong") <= 2 && told("pin_wrong") + told("request_burnt") == 1000,
        "{tally:?}"
    );
    let id = browser.request();
    let request = server
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
        .await
        .unwrap();
    assert_eq!(request.tries, 3);
}

// REQ-PIN-10: whoever tries a thousand different PINs at once, the right one among them, gets three tries like anybody.
async fn a_right_pin_among_a_thousand_is_not_found_by_trying_all(backend: Backend) {
    let server = server(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let browser = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &browser.request()).await.expect(200);
    let right = device.pin(&browser.request(), "sede");
    let forms = (0..1000)
        .map(|by| browser.pin_form(&other_pin(&right, (by + 500) % 1000), &[]))
        .collect();
    let answers = server.send_all(forms).await;
    let tally = tally(&answers);
    let id = browser.request();
    let request = server
        .read(move |tx| Box::pin(async move { requests::get(tx, &id).await }))
        .await
        .unwrap();
    let signed_in = tally.get("signed in").copied().unwrap_or(0);
    assert!(request.tries as usize + signed_in <= 3, "{tally:?}");
    assert!(tally.get("pin_wrong").copied().unwrap_or(0) <= 2, "{tally:?}");
}

// REQ-PIN-02
async fn a_thousand_tries_before_the_reveal_are_none(backend: Backend) {
    let server = server(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    let right = device.pin(&browser.request(), "sede");
    let forms = (0..1000)
        .map(|by| browser.pin_form(&other_pin(&right, by % 2), &[]))
        .collect();
    let answers = server.send_all(forms).await;
    assert_eq!(tally(&answers).get("pin_not_revealed"), Some(&1000));
    device.reveal(&server, &browser.request()).await.expect(200);
    browser.type_pin(&server, &right).await.expect(303);
}
