//! Two years, a warning, an end.

use aldaba_server::passwords::warn;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestServer};
use aldaba_store::Backend;

use super::{OTHER, WORDS, create, page, session, sign_in, texts};

on_both!(
    a_password_ends_to_the_second,
    who_signs_in_is_warned_for_a_month,
    one_sms_warns_once,
);

const DAY: u64 = 24 * 3600;

// REQ-PWD-05
async fn a_password_ends_to_the_second(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    server.wait(730 * DAY - 1);
    let (signed_in, answer) = sign_in(&server, &ANA, WORDS).await;
    answer.expect(200);
    server.wait(1);
    let (browser, answer) = sign_in(&server, &ANA, WORDS).await;
    let answer = answer.expect_problem("password_expired");
    assert!(
        answer
            .text()
            .contains("href=\"/password/recover?site=sede&#38;procedure=padron\"")
    );
    // Another way is another page, although this browser remembers the password.
    let mut again = signed_in;
    again.get(&server, "/signin/password?site=sede&procedure=padron").await;
    let fields = [("document", ANA.document), ("password", WORDS)];
    let answer = again.post(&server, "/signin/password", &fields).await;
    let other = "/signin?site=sede&#38;procedure=padron&#38;way=incoming";
    let told = answer.expect_problem("password_expired").text();
    assert!(told.contains(other), "{told}");
    again.get(&server, &other.replace("&#38;", "&")).await.expect(200);
    assert!(!browser.has_session());
    // Only who knows it is told.
    sign_in(&server, &ANA, OTHER).await.1.expect_problem("password_wrong");
    let mut browser = TestBrowser::default();
    browser.get(&server, "/password/change").await.expect(200);
    let fields = [
        ("document", ANA.document),
        ("password", WORDS),
        ("new_password", OTHER),
        ("new_password_again", OTHER),
    ];
    browser
        .post(&server, "/password/change", &fields)
        .await
        .expect_problem("password_expired");
    create(&server, &ANA, OTHER).await;
    sign_in(&server, &ANA, OTHER).await.1.expect(303);
    // What is over can still be cancelled.
    server.wait(731 * DAY);
    let mut browser = page(&server, "padron").await;
    let fields = [("document", ANA.document), ("password", OTHER)];
    browser.post(&server, "/password/cancel", &fields).await.expect(303);
}

// REQ-PWD-05
async fn who_signs_in_is_warned_for_a_month(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    server.wait(700 * DAY - 1);
    sign_in(&server, &ANA, WORDS).await.1.expect(303);
    server.wait(1);
    let (browser, answer) = sign_in(&server, &ANA, WORDS).await;
    let told = answer.expect(200).text();
    // 2027-01-15 and 730 days.
    assert!(told.contains("14 de enero de 2029"), "{told}");
    assert!(
        told.contains("href=\"https://sede.example/entrar\"")
            && told.contains("href=\"/password/change?site=sede&#38;procedure=padron\"")
    );
    assert!(session(&server, &browser).await.is_some(), "signed in all the same");
    assert!(!told.contains(WORDS));
}

// REQ-PWD-05
async fn one_sms_warns_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    server.wait(DAY);
    create(&server, &LUIS, WORDS).await;
    let other = server.another_node();
    let warnings = async |phone: &str| {
        let texts = texts(&server, phone).await;
        texts.iter().filter(|text| text.contains("caduca el")).count()
    };
    // Luis asked a second after that day.
    server.wait(699 * DAY - 2);
    assert_eq!(warn(&server.app).await.unwrap(), 0);
    server.wait(1);
    // Two nodes at once.
    let (one, two) = tokio::join!(warn(&server.app), warn(&other));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!((warnings(ANA.phone).await, warnings(LUIS.phone).await), (1, 0));
    server.wait(DAY + 1);
    for _ in 0..3 {
        warn(&server.app).await.unwrap();
    }
    assert_eq!((warnings(ANA.phone).await, warnings(LUIS.phone).await), (1, 1));
    // A new one is warned of anew; one that is over is not.
    create(&server, &ANA, OTHER).await;
    server.wait(705 * DAY);
    warn(&server.app).await.unwrap();
    assert_eq!((warnings(ANA.phone).await, warnings(LUIS.phone).await), (2, 1));
}
