//! Document and password.

use aldaba_core::method::Method;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestServer};
use aldaba_store::{Backend, persons};

use super::{NOBODY, OTHER, WORDS, create, page, session, sign_in, told};

on_both!(
    unknown_people_are_told_the_same_and_cost_the_same,
    what_is_malformed_is_told_and_costs_nothing,
    who_finds_no_place_is_told_so_and_is_not_counted,
    a_site_that_admits_no_passwords_gets_none,
    who_switched_passwords_off_is_answered_like_nobody,
    a_session_is_new_and_the_earlier_one_ends,
);

// REQ-PWD-07, REQ-WEB-02
async fn unknown_people_are_told_the_same_and_cost_the_same(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let mut seen: Vec<Vec<String>> = Vec::new();
    // Luis exists and has no password.
    for person in [ANA, LUIS, NOBODY] {
        let mut answers = Vec::new();
        for round in 0..9 {
            for path in ["/signin/password", "/password/change", "/password/cancel"] {
                let mut browser = page(&server, "padron").await;
                let hashes = server.app.passwords().computed();
                let fields = [
                    ("document", person.document),
                    ("password", OTHER),
                    ("new_password", "cactus zurdo de grapadora"),
                    ("new_password_again", "cactus zurdo de grapadora"),
                ];
                let answer = browser.post(&server, path, &fields).await;
                // Of the field only: the page's own example may be somebody's document.
                let text = told(answer).replace(&format!("value=\"{}\"", person.document), "value=\"DOCUMENT\"");
                answers.push(format!("{round} {text} {}", server.app.passwords().computed() - hashes));
            }
        }
        seen.push(answers);
    }
    assert!(seen[0].iter().any(|answer| answer.contains("password_delayed")));
    for (person, answers) in seen.iter().enumerate() {
        for (place, answer) in answers.iter().enumerate() {
            assert_eq!(answer, &seen[0][place], "person {person}, answer {place}");
        }
    }
}

// REQ-PWD-10
async fn what_is_malformed_is_told_and_costs_nothing(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let long = "x".repeat(900);
    for _ in 0..3 {
        for (document, password, code) in [
            ("", WORDS, "document_invalid"),
            ("12345678A", WORDS, "document_invalid"),
            (ANA.document, "", "request_invalid"),
            (ANA.document, long.as_str(), "request_invalid"),
        ] {
            let mut browser = page(&server, "padron").await;
            let fields = [("document", document), ("password", password)];
            let answer = browser
                .post(&server, "/signin/password", &fields)
                .await
                .expect_problem(code);
            assert!(!answer.text().contains(WORDS));
        }
    }
    let mut browser = page(&server, "padron").await;
    let fields = [("document", ANA.document), ("password", WORDS), ("csrf", "AAAA")];
    let answer = browser.post(&server, "/signin/password", &fields).await.expect(403);
    assert_eq!(answer.code(), "csrf");
    sign_in(&server, &ANA, WORDS).await.1.expect(303);
}

// REQ-PWD-04
async fn who_finds_no_place_is_told_so_and_is_not_counted(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let mut places = Vec::new();
    while let Ok(place) = server.app.passwords().enter() {
        places.push(place);
    }
    for _ in 0..20 {
        let (_, answer) = sign_in(&server, &ANA, OTHER).await;
        let answer = answer.expect_problem("unavailable");
        assert!(answer.headers.contains_key("retry-after"));
    }
    drop(places);
    sign_in(&server, &ANA, OTHER).await.1.expect_problem("password_wrong");
    sign_in(&server, &ANA, WORDS).await.1.expect(303);
}

// REQ-PWD-10
async fn a_site_that_admits_no_passwords_gets_none(backend: Backend) {
    let server = TestServer::with(backend, |config| {
        config.relying_parties[1].methods = vec![Method::Incoming];
    })
    .await;
    create(&server, &ANA, WORDS).await;
    let mut browser = page(&server, "padron").await;
    let answer = browser.get(&server, "/signin/password?site=otra").await.expect(403);
    assert_eq!(answer.code(), "method_refused");
    let mut browser = page(&server, "padron").await;
    let fields = [
        ("document", ANA.document),
        ("password", WORDS),
        ("site", "otra"),
        ("procedure", ""),
    ];
    let answer = browser.post(&server, "/signin/password", &fields).await.expect(403);
    assert_eq!(answer.code(), "method_refused");
    assert!(!browser.has_session());
    // The other page names this one only where it is offered.
    let offered = browser.get(&server, "/signin?site=sede").await.text();
    let hidden = browser.get(&server, "/signin?site=otra").await.text();
    assert!(offered.contains("href=\"/signin/password?site=sede\"") && !hidden.contains("/signin/password"));
}

// REQ-ACC-03, REQ-PWD-07
async fn who_switched_passwords_off_is_answered_like_nobody(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let person = server.person(&ANA).await;
    for (off, code) in [
        (vec![Method::Password, Method::Sms], "password_wrong"),
        (vec![Method::Sms], ""),
    ] {
        server
            .app
            .store()
            .write(move |tx| Box::pin(async move { persons::choose_methods(tx, &person, &[], &off).await }))
            .await
            .unwrap();
        let hashes = server.app.passwords().computed();
        assert_eq!(sign_in(&server, &ANA, WORDS).await.1.code(), code);
        assert_eq!(server.app.passwords().computed() - hashes, 1);
    }
}

// REQ-WEB-04
async fn a_session_is_new_and_the_earlier_one_ends(backend: Backend) {
    let server = TestServer::new(backend).await;
    create(&server, &ANA, WORDS).await;
    let (mut browser, _) = sign_in(&server, &ANA, WORDS).await;
    let earlier: TestBrowser = browser.clone();
    browser
        .get(&server, "/signin/password?site=sede&procedure=padron")
        .await
        .expect(200);
    let fields = [("document", ANA.document), ("password", WORDS)];
    browser.post(&server, "/signin/password", &fields).await.expect(303);
    assert_ne!(
        browser.cookies["__Host-aldaba_session"],
        earlier.cookies["__Host-aldaba_session"]
    );
    assert!(session(&server, &earlier).await.is_none());
    assert!(session(&server, &browser).await.is_some());
}
