//! All orders of what can happen, and everybody's PIN everywhere.

use aldaba_server::devices::revoke;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestPerson};
use aldaba_store::Backend;
use serde_json::Value;

use super::stage::{Stage, location, parameter, screen};

on_both!(
    in_no_order_is_there_a_token_where_there_must_be_none,
    ten_thousand_pins_at_the_wrong_place_are_refused,
);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Reveal,
    Type,
    Reject,
    Revoke,
    Expire,
}

const EVENTS: [Event; 5] = [Event::Reveal, Event::Type, Event::Reject, Event::Revoke, Event::Expire];

fn orders(of: &[Event]) -> Vec<Vec<Event>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, first) in of.iter().enumerate() {
        let mut rest = of.to_vec();
        rest.remove(index);
        all.extend(
            orders(&rest)
                .into_iter()
                .map(|order| [&[*first], order.as_slice()].concat()),
        );
    }
    all
}

/// What the rules say, said once more and apart.
fn may_have_a_token(order: &[Event]) -> bool {
    let at = |event| order.iter().position(|other| *other == event).unwrap();
    let typed = at(Event::Type);
    let before = |event| at(event) < typed;
    let signed_in = before(Event::Reveal) && !before(Event::Reject) && !before(Event::Revoke) && !before(Event::Expire);
    // Every order has its revocation, so that at the end nothing is left; who asks sooner gets it.
    signed_in && at(Event::Revoke) > typed
}

// REQ-OIDC-14
async fn in_no_order_is_there_a_token_where_there_must_be_none(backend: Backend) {
    let stage = Stage::new(backend).await;
    let server = &stage.server;
    let (mut signed_in, mut refused) = (0, 0);
    for order in orders(&EVENTS) {
        // Activations are limited a day, and each order ends its device.
        server.wait(86_400);
        let mut device = TestDevice::activate(server, &ANA).await;
        let device_id = device.id;
        let mut browser = TestBrowser::default();
        let came = stage.come(&mut browser, "sede", &[]).await;
        stage.follow(&mut browser, came).await;
        browser.start(server, &ANA, &[]).await.expect(303);
        browser.get(server, "/signin/pin").await.expect(200);
        let id = browser.request();
        let pin = device.pin(&id, "sede");
        let mut token: Option<String> = None;
        for event in &order {
            match event {
                Event::Reveal => drop(device.reveal_verified(server, &id).await),
                Event::Reject => drop(device.reject(server, &id, "changed_mind").await),
                Event::Revoke => drop(revoke::revoke(&server.app, device_id).await.unwrap()),
                Event::Expire => server.wait(601),
                Event::Type => {
                    let answer = browser.type_pin(server, &pin).await;
                    if answer.status == 303 {
                        token = finish(&stage, &mut browser).await;
                    }
                }
            }
            if let (Some(token), Event::Revoke) = (&token, event) {
                stage.userinfo(token).await.expect(401);
            }
        }
        assert_eq!(token.is_some(), may_have_a_token(&order), "{order:?}");
        if let Some(token) = token {
            signed_in += 1;
            stage.userinfo(&token).await.expect(401);
        } else {
            refused += 1;
        }
        // Whatever happened, from now on there is nothing to be had in this browser.
        assert_eq!(finish(&stage, &mut browser).await, None, "{order:?}");
        let came = stage.come(&mut browser, "sede", &[("prompt", Some("none"))]).await;
        assert!(location(&came).contains("error=login_required"), "{order:?}");
    }
    assert_eq!((signed_in, refused), (6, 114));
}

/// Tries to get from the browser's open request to a token.
async fn finish(stage: &Stage, browser: &mut TestBrowser) -> Option<String> {
    let mut answer = browser.get(&stage.server, "/oidc/continue?site=sede").await;
    if screen(&answer) == "consent" {
        answer = browser
            .post(&stage.server, "/oidc/consent", &[("decision", "yes")])
            .await;
    }
    let to = answer.headers.get("location")?.to_str().unwrap().to_owned();
    let code = parameter(&to, "code")?;
    let tokens: Value = stage.redeem("sede", &code, &[]).await.expect(200).json();
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    stage.userinfo(&token).await.expect(200);
    Some(token)
}

/// A request whose PIN its owner's device shows.
struct Shown {
    browser: TestBrowser,
    site: &'static str,
    pin: String,
}

const SITES: [&str; 2] = ["sede", "otra"];
const WANTED: usize = 10_000;

// REQ-PIN-08, REQ-PIN-12, REQ-OIDC-09
async fn ten_thousand_pins_at_the_wrong_place_are_refused(backend: Backend) {
    let stage = Stage::new(backend).await;
    let server = &stage.server;
    let people: [TestPerson; 2] = [ANA, LUIS];
    let mut devices = [
        TestDevice::activate(server, &ANA).await,
        TestDevice::activate(server, &LUIS).await,
    ];
    let mut submitted = 0;
    while submitted < WANTED {
        let mut shown = Vec::new();
        for (person, device) in people.iter().zip(&mut devices) {
            for site in SITES {
                for _ in 0..2 {
                    let mut browser = TestBrowser::default();
                    let came = stage.come(&mut browser, site, &[]).await;
                    stage.follow(&mut browser, came).await;
                    browser.start(server, person, &[]).await.expect(303);
                    browser.get(server, "/signin/pin").await.expect(200);
                    let id = browser.request();
                    device.reveal_verified(server, &id).await.expect(200);
                    shown.push(Shown {
                        pin: device.pin(&id, site),
                        browser,
                        site,
                    });
                }
            }
        }
        for (at, mine) in shown.iter().enumerate() {
            let elsewhere = if mine.site == "sede" { "otra" } else { "sede" };
            // My own PIN and request, at another site, again and again.
            for _ in 0..40 {
                submitted += refuses(&stage, &mine.browser, &[("pin", &mine.pin), ("site", elsewhere)]).await;
            }
            for (other, theirs) in shown.iter().enumerate().filter(|(other, _)| *other != at) {
                // Their PIN and request, in my browser: as they are, and as of my site.
                let request = theirs.browser.hidden["request"].as_str();
                let stolen = [
                    ("pin", theirs.pin.as_str()),
                    ("request", request),
                    ("site", theirs.site),
                ];
                let bent = [("pin", theirs.pin.as_str()), ("request", request), ("site", mine.site)];
                let own = [("pin", mine.pin.as_str()), ("request", request), ("site", mine.site)];
                for fields in [&stolen, &bent, &own] {
                    for _ in 0..5 {
                        submitted += refuses(&stage, &mine.browser, fields).await;
                    }
                }
                let mut with_their_cookie = mine.browser.clone();
                with_their_cookie
                    .cookies
                    .insert("__Host-aldaba_request".to_owned(), theirs.browser.request().to_string());
                submitted += refuses(&stage, &with_their_cookie, &stolen).await;
                // Their PIN for my own request: three of these are evaluated, and burn it.
                if at % 2 == 1 && other % 2 == 0 && theirs.pin != mine.pin {
                    submitted += refuses(&stage, &mine.browser, &[("pin", theirs.pin.as_str())]).await;
                }
            }
        }
        // All that has cost those nothing whose own request nobody tried.
        for mine in shown.iter().step_by(2) {
            let answer = mine.browser.clone().type_pin(server, &mine.pin).await.expect(303);
            assert_eq!(location(&answer), format!("/oidc/continue?site={}", mine.site));
        }
        for mine in shown.iter().skip(1).step_by(2) {
            submitted += refuses(&stage, &mine.browser, &[("pin", mine.pin.as_str())]).await;
        }
    }
    assert!(submitted >= WANTED);
}

/// One submission, which must sign nobody in.
async fn refuses(stage: &Stage, browser: &TestBrowser, fields: &[(&str, &str)]) -> usize {
    let mut browser = browser.clone();
    let answer = browser.post(&stage.server, "/signin/pin", fields).await;
    assert!(answer.status.is_client_error(), "{} {}", answer.status, answer.text());
    assert!(!browser.has_session());
    1
}
