//! The three examples, each signing a citizen in with the headless device.

use aldaba_tests::device::HeadlessDevice;
use aldaba_tests::forms::{Visitor, text_of};
use aldaba_tests::server::DemoServer;
use aldaba_tests::waiting::until;
use anyhow::{Context, Result, ensure};

use crate::example::{Example, folder};

/// With what a site proves itself by: the script that registers it, and what it keeps to itself.
const SECRET: (&str, &str) = ("register.sh", "client.secret");
const KEYS: (&str, &str) = ("register-with-keys.sh", "client.key.json");

async fn signs_in(name: &str, proof: (&str, &str)) -> Result<()> {
    let folder = folder()?;
    let server = DemoServer::start(&folder.path().join("server")).await?;
    let citizen = server.citizen().await?;
    let device = HeadlessDevice::activated(&server, &folder.path().join("device"), &citizen).await?;
    let example = Example::start(name, proof, &server, folder.path()).await?;

    // A running server learns within a second of a site that was just registered. Each look is a browser of its own: a site
    // keeps a cookie for every sign-in that was begun, and refuses when there are many.
    let (visitor, form) = until("the provider knows the site", async || {
        let visitor = Visitor::new(server.url())?;
        let front = visitor.open(&example.url).await?;
        let shown = visitor.press(&front, "signin").await?;
        Ok(shown.text.contains("name=\"document\"").then_some((visitor, shown)))
    })
    .await
    .with_context(|| example.log())?;
    visitor.fill_in(&form, &citizen, "incoming").await?;
    let requests = device.requests().await?;
    let request = requests.first().context("the device shows no request")?;
    let page = visitor.send_pin(&device.reveal(request).await?).await?;
    let read = |id: &str| text_of(&page, id).with_context(|| format!("no {id} at {name}:\n{page}\n{}", example.log()));
    ensure!(read("name")? == citizen.name, "another person is signed in");
    ensure!(read("document")? == citizen.document, "another document");
    let acr = format!("http://eidas.europa.eu/LoA/{}", citizen.level);
    ensure!(read("acr")? == acr, "another level: {}", read("acr")?);

    // Another browser knows nobody.
    let stranger = Visitor::new(server.url())?;
    ensure!(
        text_of(&stranger.page(&example.url).await?, "document").is_none(),
        "a stranger is shown the citizen"
    );
    for log in [server.log(), example.log()] {
        ensure!(!log.contains(&citizen.document), "the document is in a log");
    }
    Ok(())
}

// REQ-SITE-07
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_signs_a_citizen_in() {
    signs_in("node", SECRET).await.unwrap();
}

// REQ-SITE-07
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_signs_a_citizen_in_with_keys_of_its_own() {
    signs_in("node", KEYS).await.unwrap();
}

// REQ-SITE-07
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_signs_a_citizen_in() {
    signs_in("python", SECRET).await.unwrap();
}

// REQ-SITE-07
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apache_signs_a_citizen_in() {
    signs_in("apache", SECRET).await.unwrap();
}
