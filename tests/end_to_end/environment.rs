//! The stage itself: what every other test here relies on.

use aldaba_tests::accessibility::check;
use aldaba_tests::app::App;
use aldaba_tests::browser::{Browser, View};
use aldaba_tests::desktop::{Desktop, Keyring};
use aldaba_tests::process::free_port;

#[tokio::test]
async fn a_desktop_has_the_keyring_in_the_state_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut desktop = Desktop::start(folder.path(), Keyring::Locked).await.unwrap();
    desktop.unlock().await.unwrap();
    desktop.delete_secrets().await.unwrap();
    desktop.set_keyring(Keyring::Absent).await.unwrap();
}

#[tokio::test]
async fn a_browser_shows_a_page_as_narrow_as_a_phone() {
    let folder = tempfile::tempdir().unwrap();
    let browser = Browser::open(folder.path(), "es").await.unwrap();
    browser
        .look(View {
            width: 320,
            height: 640,
            dark: true,
        })
        .await
        .unwrap();
    browser.goto("data:text/html,<title>t</title><p>hola").await.unwrap();
    let seen = browser
        .script("return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, navigator.language]")
        .await
        .unwrap();
    assert_eq!(seen, serde_json::json!([320, true, "es"]));
}

#[tokio::test]
async fn the_app_opens_where_no_server_answers() {
    let folder = tempfile::tempdir().unwrap();
    let desktop = Desktop::start(folder.path(), Keyring::Unlocked).await.unwrap();
    let nobody = format!("http://127.0.0.1:{}", free_port().unwrap());
    let app = App::open(&desktop, &nobody, "es", true).await.unwrap();
    app.reach("welcome").await.unwrap();
    let dark = app
        .script("return matchMedia('(prefers-color-scheme: dark)').matches")
        .await
        .unwrap();
    assert_eq!(dark, serde_json::json!(true));
    app.speak("en").await.unwrap();
    app.speak("es").await.unwrap();
    app.resize(320, 700).await.unwrap();
    check(&app, "welcome").await.unwrap();
}

/// An earlier start of the app, which ends instead of answering.
struct Ending(std::sync::mpsc::Sender<()>);

#[zbus::interface(name = "org.SingleInstance.DBus")]
impl Ending {
    async fn execute_callback(&mut self, _arguments: Vec<String>, _folder: String) {
        // Nobody waits any more once the test is over.
        let _ = self.0.send(());
        std::future::pending().await
    }
}

// REQ-UI-05
#[tokio::test]
async fn the_app_opens_while_an_earlier_one_is_ending() {
    let folder = tempfile::tempdir().unwrap();
    let desktop = Desktop::start(folder.path(), Keyring::Unlocked).await.unwrap();
    let bus = desktop.bus();
    let (called, asked) = std::sync::mpsc::channel();
    let (ready, serves) = std::sync::mpsc::channel();
    let earlier = std::thread::spawn(move || {
        let connection = zbus::blocking::connection::Builder::address(bus.as_str())
            .and_then(|builder| builder.name("eu.aldaba.pin.SingleInstance"))
            .and_then(|builder| builder.serve_at("/eu/aldaba/pin/SingleInstance", Ending(called)))
            .and_then(zbus::blocking::connection::Builder::build)
            .unwrap();
        ready.send(()).unwrap();
        asked.recv().unwrap();
        connection.close().unwrap();
    });
    serves.recv().unwrap();
    let nobody = format!("http://127.0.0.1:{}", free_port().unwrap());
    let app = App::open(&desktop, &nobody, "es", false).await.unwrap();
    app.reach("welcome").await.unwrap();
    earlier.join().unwrap();
}
