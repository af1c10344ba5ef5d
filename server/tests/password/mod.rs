//! Passwords: made, typed, slowed down, changed, recovered, cancelled, warned of, and never told.

mod change;
mod create;
mod life;
mod second_step;
mod sign_in;
mod throttle;

use aldaba_core::ids::SessionId;
use aldaba_server::testing::{Answer, TestBrowser, TestPerson, TestServer};
use aldaba_store::passwords;
use aldaba_store::sessions::{self, Session};

/// Good enough, and of nobody's name.
pub const WORDS: &str = "tortuga grapadora violeta";
/// Another.
pub const OTHER: &str = "el zurdo riega cactus";

/// Nobody of this document is registered.
pub const NOBODY: TestPerson = TestPerson {
    document: "00000000T",
    contrast: "2031-05-17",
    name: "Nadie",
    phone: "+34600000099",
};

/// Asks for a code; the browser then looks at the page that takes it.
pub async fn ask(server: &TestServer, person: &TestPerson) -> TestBrowser {
    // Of two codes of one moment nobody could say which is the last.
    server.wait(1);
    let mut browser = TestBrowser::default();
    browser.get(server, "/password/create").await.expect(200);
    let fields = [("document", person.document), ("contrast", person.contrast)];
    let asked = browser.post(server, "/password/create", &fields).await.expect(303);
    assert_eq!(asked.headers["location"], "/password/new");
    browser.get(server, "/password/new").await.expect(200);
    browser
}

/// Types the code and a new password.
pub async fn finish(server: &TestServer, browser: &mut TestBrowser, code: &str, password: &str) -> Answer {
    let fields = [
        ("code", code),
        ("new_password", password),
        ("new_password_again", password),
    ];
    browser.post(server, "/password/new", &fields).await
}

/// Makes a password for somebody.
pub async fn create(server: &TestServer, person: &TestPerson, password: &str) {
    let mut browser = ask(server, person).await;
    let code = server.last_code(person.phone).await;
    let done = finish(server, &mut browser, &code, password).await.expect(303);
    assert_eq!(done.headers["location"], "/password/done?what=set");
}

/// A browser on the page that asks for a password.
pub async fn page(server: &TestServer, procedure: &str) -> TestBrowser {
    let mut browser = TestBrowser::default();
    let path = format!("/signin/password?site=sede&procedure={procedure}");
    browser.get(server, &path).await.expect(200);
    browser
}

/// Types document and password into a new browser.
pub async fn sign_in(server: &TestServer, person: &TestPerson, password: &str) -> (TestBrowser, Answer) {
    let mut browser = page(server, "padron").await;
    let fields = [("document", person.document), ("password", password)];
    let answer = browser.post(server, "/signin/password", &fields).await;
    (browser, answer)
}

/// The session that a browser is in, if it is open.
pub async fn session(server: &TestServer, browser: &TestBrowser) -> Option<Session> {
    let cookie = browser
        .cookies
        .iter()
        .find(|(name, _)| name.ends_with("aldaba_session"));
    let id: SessionId = cookie?.1.parse().unwrap();
    let (now, idle) = (server.app.now(), std::time::Duration::from_secs(3600));
    server
        .app
        .store()
        .write(move |tx| Box::pin(async move { sessions::use_session(tx, &id, now, idle).await }))
        .await
        .unwrap()
}

/// Whether somebody has a password.
pub async fn has_password(server: &TestServer, person: &TestPerson) -> bool {
    let id = server.person(person).await;
    let life = server
        .read(move |tx| Box::pin(async move { passwords::life(tx, &id).await }))
        .await;
    life.is_some()
}

/// The texts of the SMS to that phone, oldest first.
pub async fn texts(server: &TestServer, phone: &str) -> Vec<String> {
    let messages = server.messages().await;
    let to = messages.into_iter().filter(|message| message.to.e164() == phone);
    to.map(|message| message.text).collect()
}

/// An answer without what is random: tokens, ids, cookies.
pub fn told(mut answer: Answer) -> String {
    answer.headers.remove("set-cookie");
    let mut text = format!("{} {:?}\n{}", answer.status, answer.headers, answer.text());
    for before in ["name=\"csrf\" value=\"", "name=\"id\" value=\""] {
        let mut kept = String::new();
        let mut rest = text.as_str();
        while let Some((head, tail)) = rest.split_once(before) {
            let end = tail.find('"').unwrap();
            kept.push_str(&format!("{head}{before}[{end}]"));
            rest = &tail[end..];
        }
        kept.push_str(rest);
        text = kept;
    }
    text
}
