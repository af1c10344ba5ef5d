//! Guesses slow down, and stop, and never keep the owner out of the other methods.

use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::Backend;

use super::{NOBODY, OTHER, WORDS, create, page, sign_in};

on_both!(
    failures_delay_this_method_only,
    a_success_forgets_the_failures,
    strangers_are_delayed_alike_and_on_every_node,
    a_browser_known_to_its_owner_is_counted_apart,
    a_hundred_failures_leave_one_try_for_each_signature,
    recovering_lifts_it,
    of_a_hundred_parallel_tries_five_are_evaluated,
);

/// So many failures, each as soon as it is evaluated: codes and waits.
async fn fail(server: &TestServer, person: &TestPerson, times: usize) -> Vec<(String, u64)> {
    let mut seen = Vec::new();
    let mut evaluated = 0;
    while evaluated < times {
        let (_, answer) = sign_in(server, person, OTHER).await;
        let wait: u64 = answer
            .headers
            .get("retry-after")
            .map_or(0, |value| value.to_str().unwrap().parse().unwrap());
        match answer.code().as_str() {
            "password_wrong" => evaluated += 1,
            "password_delayed" => server.wait(wait),
            other => panic!("{other}: {}", answer.text()),
        }
        seen.push((answer.code(), wait));
    }
    seen
}

// REQ-PWD-06
async fn failures_delay_this_method_only(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    fail(&server, &ANA, 5).await;
    let (_, answer) = sign_in(&server, &ANA, WORDS).await;
    let answer = answer.expect_problem("password_delayed");
    assert_eq!(answer.headers["retry-after"], "31");
    server.wait(29);
    sign_in(&server, &ANA, WORDS).await.1.expect_problem("password_delayed");
    // Both kinds of PIN know nothing of it.
    let mut browser = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &browser.request()).await.expect(200);
    let pin = device.pin(&browser.request(), "sede");
    browser.type_pin(&server, &pin).await.expect(303);
    let mut browser = TestBrowser::ask_self_generated(&server, &ANA).await;
    let pin = device.self_generated(server.app.now());
    browser.type_pin(&server, &pin).await.expect(303);
    // And their signatures lift no delay: it is the same for everybody.
    sign_in(&server, &ANA, WORDS).await.1.expect_problem("password_delayed");
    server.wait(1);
    sign_in(&server, &ANA, WORDS).await.1.expect(303);
}

// REQ-PWD-06
async fn a_success_forgets_the_failures(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    for _ in 0..5 {
        fail(&server, &ANA, 4).await;
        sign_in(&server, &ANA, WORDS).await.1.expect(303);
    }
}

// REQ-PWD-07
async fn strangers_are_delayed_alike_and_on_every_node(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let known = fail(&server, &ANA, 12).await;
    assert!(known.iter().any(|(code, _)| code == "password_delayed"), "{known:?}");
    assert_eq!(known, fail(&server, &NOBODY, 12).await);
    // What is counted is in the database: another node, or this one after a restart, knows of it.
    let other = server.another_node();
    let document = aldaba_core::document::Document::parse(NOBODY.document).unwrap();
    let password = aldaba_core::password::Password::read(WORDS).unwrap();
    let browser = aldaba_server::requests::BrowserBinding::generate(&aldaba_core::random::OsRandom);
    let refused = aldaba_server::passwords::cancel(&other, &document, &password, &browser).await;
    assert!(
        matches!(refused, Err(aldaba_server::passwords::ProveError::Delayed { .. })),
        "{refused:?}"
    );
}

// REQ-PWD-06, REQ-LIM-05
async fn a_browser_known_to_its_owner_is_counted_apart(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let (mut known, answer) = sign_in(&server, &ANA, WORDS).await;
    answer.expect(303);
    fail(&server, &ANA, 12).await;
    sign_in(&server, &ANA, WORDS).await.1.expect_problem("password_delayed");
    let again = async |browser: &mut TestBrowser, person: &TestPerson, password: &str| {
        let path = "/signin/password?site=sede&procedure=padron";
        browser.get(&server, path).await.expect(200);
        let fields = [("document", person.document), ("password", password)];
        browser.post(&server, "/signin/password", &fields).await
    };
    again(&mut known, &ANA, WORDS).await.expect(303);
    // There, too, failures add up; and it is known to nobody else.
    for _ in 0..6 {
        again(&mut known, &ANA, OTHER).await;
    }
    again(&mut known, &ANA, WORDS).await.expect_problem("password_delayed");
    fail(&server, &NOBODY, 12).await;
    again(&mut known, &NOBODY, WORDS)
        .await
        .expect_problem("password_delayed");
}

// REQ-PWD-06
async fn a_hundred_failures_leave_one_try_for_each_signature(backend: Backend) {
    let server = TestServer::with(backend, |config| config.policy.self_failures_to_disable = 8).await;
    let device = TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    fail(&server, &ANA, 8).await;
    server.wait(24 * 3600);
    sign_in(&server, &ANA, WORDS)
        .await
        .1
        .expect_problem("password_disabled");
    server.wait(1);
    device.info(&server).await.expect(200);
    // It is evaluated, of which whoever fails sees nothing.
    sign_in(&server, &ANA, OTHER)
        .await
        .1
        .expect_problem("password_disabled");
    sign_in(&server, &ANA, WORDS)
        .await
        .1
        .expect_problem("password_disabled");
    // Nor does a signature within the delay count.
    server.wait(1);
    device.info(&server).await.expect(200);
    sign_in(&server, &ANA, WORDS)
        .await
        .1
        .expect_problem("password_disabled");
    server.wait(3600);
    device.info(&server).await.expect(200);
    sign_in(&server, &ANA, WORDS).await.1.expect(303);
    // That success forgot all of it.
    fail(&server, &ANA, 7).await;
}

// REQ-PWD-06, REQ-PWD-09
async fn recovering_lifts_it(backend: Backend) {
    let server = TestServer::with(backend, |config| config.policy.self_failures_to_disable = 8).await;
    create(&server, &ANA, WORDS).await;
    fail(&server, &ANA, 8).await;
    sign_in(&server, &ANA, WORDS)
        .await
        .1
        .expect_problem("password_disabled");
    create(&server, &ANA, OTHER).await;
    sign_in(&server, &ANA, OTHER).await.1.expect(303);
}

// REQ-PWD-06
async fn of_a_hundred_parallel_tries_five_are_evaluated(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let browser = page(&server, "padron").await;
    let form = |password: &str| {
        let fields = [("document", ANA.document), ("password", password)];
        browser.form("/signin/password", &fields)
    };
    let before = server.app.passwords().computed();
    let mut wrong = 0;
    // In waves, so that the queue is not what stops them.
    for wave in 0..10 {
        let forms = (0..10).map(|try_| form(&format!("wrong {wave} {try_}"))).collect();
        for answer in server.send_all(forms).await {
            match answer.code().as_str() {
                "password_wrong" => wrong += 1,
                "password_delayed" | "unavailable" => {}
                other => panic!("{other}: {}", answer.text()),
            }
        }
    }
    assert_eq!(wrong, 5);
    assert_eq!(server.app.passwords().computed() - before, 5);
    // Of right ones at once, all sign in that were admitted, and none more.
    server.wait(30);
    let answers = server.send_all((0..10).map(|_| form(WORDS)).collect()).await;
    let entered = answers.iter().filter(|answer| answer.status == 303).count();
    assert!(
        entered >= 1,
        "{:?}",
        answers.iter().map(|answer| answer.code()).collect::<Vec<_>>()
    );
}
