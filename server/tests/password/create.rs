//! The first password, and one in place of a forgotten one.

use std::io::Write;

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_server::testing::{ANA, LUIS, TestBrowser, TestDevice, TestPerson, TestServer};
use aldaba_store::Backend;
use sha1::{Digest, Sha1};

use super::{NOBODY, OTHER, WORDS, ask, create, finish, has_password, session, sign_in, texts, told};

on_both!(
    a_password_is_made_with_a_code_and_signs_in,
    unknown_people_are_told_the_same_and_get_nothing,
    codes_count_with_those_of_activations,
    a_code_is_tried_five_times_in_its_browser_within_its_life_and_used_once,
    a_new_password_must_be_good_enough,
    what_tells_of_its_owner_is_refused_to_its_owner_alone,
    leaked_passwords_are_refused,
    recovering_ends_what_the_old_password_opened,
    of_many_parallel_submissions_of_a_code_one_sets_a_password,
);

// REQ-PWD-08, REQ-WEB-01
async fn a_password_is_made_with_a_code_and_signs_in(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = TestBrowser::default();
    browser
        .get(&server, "/password/create?site=sede&procedure=padron")
        .await
        .expect(200);
    let fields = [("document", "12.345.678-z"), ("contrast", "17/05/2031")];
    let path = "/password/create?site=sede&procedure=padron";
    server.wait(1);
    let asked = browser.post(&server, path, &fields).await.expect(303);
    assert_eq!(asked.headers["location"], "/password/new?site=sede&procedure=padron");
    let path = "/password/new?site=sede&procedure=padron";
    browser.get(&server, path).await.expect(200);
    let code = server.last_code(ANA.phone).await;
    let fields = [
        ("code", code.as_str()),
        ("new_password", "camión grapadora violeta"),
        ("new_password_again", "camio\u{301}n grapadora violeta"),
    ];
    let done = browser.post(&server, path, &fields).await.expect(303);
    let done = done.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(done, "/password/done?site=sede&procedure=padron&what=set");
    let page = browser.get(&server, &done).await.expect(200).text();
    assert!(
        page.contains("href=\"/signin/password?site=sede&#38;procedure=padron\""),
        "{page}"
    );
    let told = texts(&server, ANA.phone).await;
    assert!(told.last().unwrap().contains("se ha puesto o cambiado"), "{told:?}");
    assert!(
        told.iter().all(|text| text.replace('ñ', "n").is_ascii()),
        "an accent doubles the price: {told:?}"
    );

    // Typed on a keyboard that composes its accents the other way.
    let (browser, answer) = sign_in(&server, &ANA, "camio\u{301}n grapadora violeta").await;
    let answer = answer.expect(303);
    assert_eq!(answer.headers["location"], "https://sede.example/entrar");
    let session = session(&server, &browser).await.unwrap();
    assert_eq!(
        (session.method, session.second_step, session.level, session.device),
        (Method::Password, None, Level::Low, None)
    );
    assert_eq!(session.person, server.person(&ANA).await);
}

// REQ-PWD-07, REQ-WEB-02
async fn unknown_people_are_told_the_same_and_get_nothing(backend: Backend) {
    let server = TestServer::new(backend).await;
    let wrong_datum = TestPerson {
        contrast: "2031-05-18",
        ..ANA
    };
    create(&server, &LUIS, WORDS).await;
    let before = server.messages().await.len();
    for path in ["/password/create", "/password/recover"] {
        let mut seen: Vec<Vec<String>> = Vec::new();
        for person in [ANA, LUIS, wrong_datum, NOBODY] {
            let mut browser = TestBrowser::default();
            browser.get(&server, path).await.expect(200);
            let hashes = server.app.passwords().computed();
            let fields = [("document", person.document), ("contrast", person.contrast)];
            let mut answers = vec![told(browser.post(&server, path, &fields).await.expect(303))];
            answers.push(told(browser.get(&server, "/password/new").await.expect(200)));
            for _ in 0..6 {
                answers.push(told(finish(&server, &mut browser, "ZZZZZZZZ", OTHER).await));
            }
            answers.push(told(browser.get(&server, "/password/new").await));
            answers.push((server.app.passwords().computed() - hashes).to_string());
            seen.push(answers);
        }
        for answers in &seen {
            assert_eq!(answers, &seen[0], "{path}");
        }
    }
    assert_eq!(server.messages().await.len(), before + 4, "two to Ana, two to Luis");
    assert!(!has_password(&server, &ANA).await);
}

// REQ-PWD-08, REQ-ACT-06
async fn codes_count_with_those_of_activations(backend: Backend) {
    let server = TestServer::new(backend).await;
    TestDevice::activate(&server, &ANA).await;
    let codes = async || {
        let texts = texts(&server, ANA.phone).await;
        texts.iter().filter(|text| text.contains('#')).count()
    };
    for _ in 0..5 {
        ask(&server, &ANA).await;
    }
    assert_eq!(codes().await, 3, "an hour's worth, of whatever kind");
    for _ in 0..20 {
        server.wait(3601);
        ask(&server, &ANA).await;
    }
    assert_eq!(codes().await, 6, "a day's worth");
}

// REQ-PWD-08
async fn a_code_is_tried_five_times_in_its_browser_within_its_life_and_used_once(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = ask(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    // Another browser that knows code and id.
    let mut other = ask(&server, &NOBODY).await;
    let fields = [
        ("id", browser.hidden["id"].as_str()),
        ("code", code.as_str()),
        ("new_password", WORDS),
        ("new_password_again", WORDS),
    ];
    other
        .post(&server, "/password/new", &fields)
        .await
        .expect_problem("activation_failed");
    for _ in 0..5 {
        finish(&server, &mut browser, "ZZZZ-ZZZZ", WORDS)
            .await
            .expect_problem("activation_failed");
    }
    finish(&server, &mut browser, &code, WORDS)
        .await
        .expect_problem("activation_failed");
    browser
        .get(&server, "/password/new")
        .await
        .expect_problem("request_expired");
    assert!(!has_password(&server, &ANA).await);

    // The second of expiry is too late.
    let mut browser = ask(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    server.wait(600);
    finish(&server, &mut browser, &code, WORDS)
        .await
        .expect_problem("activation_failed");
    let mut browser = ask(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    server.wait(599);
    finish(&server, &mut browser, &code, WORDS).await.expect(303);
    finish(&server, &mut browser, &code, OTHER)
        .await
        .expect_problem("activation_failed");
    sign_in(&server, &ANA, WORDS).await.1.expect(303);
    sign_in(&server, &ANA, OTHER).await.1.expect_problem("password_wrong");
}

// REQ-PWD-01, REQ-PWD-02
async fn a_new_password_must_be_good_enough(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = ask(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let long = "tortuga ".repeat(17);
    for (typed, says) in [
        ("", "Escriba la contraseña nueva"),
        ("corta", "al menos 8 caracteres"),
        (long.as_str(), "como mucho 128 caracteres"),
        ("con\u{7}campana", "no se puede escribir"),
        ("12345678", "una de las contraseñas más usadas"),
        ("contraseña1", "fácil de adivinar"),
    ] {
        let refused = finish(&server, &mut browser, &code, typed)
            .await
            .expect_problem("password_refused")
            .text();
        assert!(refused.contains(says), "{typed}: {refused}");
        assert!(typed.is_empty() || !refused.contains(typed), "it is not shown again");
    }
    let differing = [
        ("code", code.as_str()),
        ("new_password", WORDS),
        ("new_password_again", OTHER),
    ];
    let refused = browser
        .post(&server, "/password/new", &differing)
        .await
        .expect_problem("request_invalid")
        .text();
    assert!(refused.contains("no coinciden") && !refused.contains(WORDS));
    // None of it cost a try.
    finish(&server, &mut browser, &code, WORDS).await.expect(303);
}

// REQ-PWD-03, REQ-PWD-07
async fn what_tells_of_its_owner_is_refused_to_its_owner_alone(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut browser = ask(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let personal = [
        "los cactus de GARCIA violeta",
        "cactus 12345678 violeta",
        "600 000 001 cactus violeta",
    ];
    // Who does not know the code does not learn whose name it is.
    let mut stranger = ask(&server, &ANA).await;
    finish(&server, &mut stranger, "ZZZZZZZZ", personal[0])
        .await
        .expect_problem("activation_failed");
    for _ in 0..2 {
        for typed in personal {
            finish(&server, &mut browser, &code, typed)
                .await
                .expect_problem("password_refused");
        }
    }
    finish(&server, &mut browser, &code, WORDS).await.expect(303);
}

// REQ-PWD-03
async fn leaked_passwords_are_refused(backend: Backend) {
    let mut lines: Vec<String> = [WORDS, "otra cosa", "algo mas"]
        .iter()
        .map(|leaked| Sha1::digest(leaked.as_bytes()))
        .map(|hash| hash.iter().map(|byte| format!("{byte:02X}")).collect::<String>() + ":3")
        .collect();
    lines.sort();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.join("\r\n").as_bytes()).unwrap();
    let path = file.path().to_owned();
    let server = TestServer::with(backend, |config| config.leaked_passwords = Some(path)).await;
    let mut browser = ask(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let refused = finish(&server, &mut browser, &code, WORDS)
        .await
        .expect_problem("password_refused")
        .text();
    assert!(refused.contains("contraseñas robadas"), "{refused}");
    // A list that is gone says nothing good.
    let kept = std::fs::read(file.path()).unwrap();
    std::fs::write(file.path(), b"").unwrap();
    std::fs::remove_file(file.path()).unwrap();
    finish(&server, &mut browser, &code, OTHER)
        .await
        .expect_problem("unavailable");
    std::fs::write(file.path(), kept).unwrap();
    finish(&server, &mut browser, &code, OTHER).await.expect(303);
}

// REQ-PWD-09
async fn recovering_ends_what_the_old_password_opened(backend: Backend) {
    let server = TestServer::new(backend).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    create(&server, &ANA, WORDS).await;
    let (by_password, _) = sign_in(&server, &ANA, WORDS).await;
    let mut by_pin = TestBrowser::ask(&server, &ANA).await;
    device.reveal(&server, &by_pin.request()).await.expect(200);
    let pin = device.pin(&by_pin.request(), "sede");
    by_pin.type_pin(&server, &pin).await.expect(303);
    // Waiting for its second step.
    let mut waiting = super::page(&server, "padron").await;
    let fields = [("document", ANA.document), ("password", WORDS), ("step", "app")];
    waiting.post(&server, "/signin/password", &fields).await.expect(303);
    waiting.get(&server, "/signin/pin").await.expect(200);
    device.reveal(&server, &waiting.request()).await.expect(200);
    for _ in 0..3 {
        sign_in(&server, &ANA, OTHER).await.1.expect_problem("password_wrong");
    }

    server.wait(1);
    create(&server, &ANA, OTHER).await;
    assert!(session(&server, &by_password).await.is_none());
    assert!(session(&server, &by_pin).await.is_some(), "other methods go on");
    let pin = device.pin(&waiting.request(), "sede");
    waiting.type_pin(&server, &pin).await.expect_problem("pin_expired");
    sign_in(&server, &ANA, WORDS).await.1.expect_problem("password_wrong");
    sign_in(&server, &ANA, OTHER).await.1.expect(303);
}

// REQ-PWD-08
async fn of_many_parallel_submissions_of_a_code_one_sets_a_password(backend: Backend) {
    let server = TestServer::new(backend).await;
    let browser = ask(&server, &ANA).await;
    let code = server.last_code(ANA.phone).await;
    let fields = [
        ("code", code.as_str()),
        ("new_password", WORDS),
        ("new_password_again", WORDS),
    ];
    let forms = (0..12).map(|_| browser.form("/password/new", &fields)).collect();
    let answers = server.send_all(forms).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 303).count(), 1);
    let notices = texts(&server, ANA.phone).await;
    assert_eq!(notices.iter().filter(|text| text.contains("se ha puesto")).count(), 1);
}
