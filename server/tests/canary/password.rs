//! A password and its second step.

use aldaba_protocol::b64;
use aldaba_server::testing::{LUIS, TestBrowser, TestServer};

use super::hex;

/// A password is made, typed wrongly and rightly, sent a second step, and changed. What must not be found of it.
pub async fn passwords(server: &TestServer) -> Vec<String> {
    let [first, second, wrong] = [
        "canario zurdo entre cactus",
        "grapadora de tortuga violeta",
        "mirlo de patas torcidas",
    ];
    server.wait(1);
    let mut browser = TestBrowser::default();
    browser.get(server, "/password/create").await.expect(200);
    let who = [("document", LUIS.document), ("contrast", LUIS.contrast)];
    browser.post(server, "/password/create", &who).await.expect(303);
    browser.get(server, "/password/new").await.expect(200);
    let code = server.last_code(LUIS.phone).await;
    for (code, password) in [("ZZZZZZZZ", wrong), (code.as_str(), "12345678"), (code.as_str(), first)] {
        let fields = [
            ("code", code),
            ("new_password", password),
            ("new_password_again", password),
        ];
        browser.post(server, "/password/new", &fields).await;
    }
    browser.get(server, "/signin/password?site=sede").await.expect(200);
    let typed = |password| [("document", LUIS.document), ("password", password)];
    browser
        .post(server, "/signin/password", &typed(wrong))
        .await
        .expect_problem("password_wrong");
    browser
        .post(server, "/signin/password", &typed(first))
        .await
        .expect(303);
    browser.get(server, "/signin/password?site=sede").await.expect(200);
    let [document, password] = typed(first);
    server.wait(1);
    let step = [document, password, ("step", "sms")];
    browser.post(server, "/signin/password", &step).await.expect(303);
    browser.get(server, "/signin/password/code").await.expect(200);
    let step_code = server.last_code(LUIS.phone).await;
    browser
        .post(server, "/signin/password/code", &[("code", &step_code)])
        .await
        .expect(303);
    browser.get(server, "/password/change").await.expect(200);
    let change = [
        document,
        password,
        ("new_password", second),
        ("new_password_again", second),
    ];
    browser.post(server, "/password/change", &change).await.expect(303);
    let grouped = |code: &str| format!("{}-{}", &code[..4], &code[4..]);
    let mut secrets = vec![grouped(&code), grouped(&step_code), code, step_code];
    for password in [first, second, wrong] {
        secrets.extend([
            password.to_owned(),
            password.replace(' ', "+"),
            b64::encode(password.as_bytes()),
        ]);
        secrets.push(hex(password.as_bytes()));
    }
    secrets.push("$argon2id$".to_owned());
    secrets
}
