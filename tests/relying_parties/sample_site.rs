//! The demo's sample site: a process of its own that begins and ends with the demo.

use std::fs;

use aldaba_tests::device::HeadlessDevice;
use aldaba_tests::forms::Visitor;
use aldaba_tests::process::family;
use aldaba_tests::server::DemoServer;
use aldaba_tests::waiting::until;
use anyhow::{Context, Result, ensure};

/// The process id and the command line of the demo's sample site.
fn sample_site(server: &DemoServer) -> Result<(u32, String)> {
    let found = family(server.process()).into_iter().skip(1).find_map(|pid| {
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
        let line = line.split('\0').collect::<Vec<_>>().join(" ");
        line.contains("sample-site").then_some((pid, line))
    });
    found.context("the demo has no sample site")
}

async fn is_gone(pid: u32) -> Result<()> {
    until("the sample site has ended", async || {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Whoever inherits an orphan may be slow to bury it.
        let is_dead = state.is_empty()
            || state
                .rsplit(')')
                .next()
                .is_some_and(|rest| rest.trim().starts_with('Z'));
        Ok(is_dead.then_some(()))
    })
    .await
}

// REQ-SITE-02
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_begins_and_ends_with_the_demo_and_is_told_in_private_who_it_is() {
    let played: Result<()> = async {
        let folder = tempfile::tempdir()?;
        let mut server = DemoServer::start(&folder.path().join("server")).await?;
        let visitor = Visitor::new(server.url())?;
        let site = visitor.open("/demo/sede").await?;
        ensure!(
            site.text.contains("data-screen=\"sede\""),
            "the sample site is not there"
        );
        ensure!(
            site.url.port() != Some(server.port()?),
            "the sample site is the server itself"
        );
        let (pid, line) = sample_site(&server)?;
        ensure!(line.contains("--client-secret-file - "), "{line}");
        let environment = fs::read(format!("/proc/{pid}/environ"))?;
        ensure!(
            !String::from_utf8_lossy(&environment).to_lowercase().contains("secret"),
            "a secret in the environment"
        );
        server.terminate()?;
        is_gone(pid).await?;

        // Again, at the same address; then the demo dies without a word.
        server.restart().await?;
        let again = visitor.open("/demo/sede").await?;
        ensure!(again.url == site.url, "the sample site has moved");
        let (pid, _) = sample_site(&server)?;
        server.crash();
        is_gone(pid).await
    }
    .await;
    played.unwrap();
}

// REQ-SITE-02, REQ-SITE-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_device_ends_the_session_at_the_site() {
    let played = async {
        let folder = tempfile::tempdir()?;
        let server = DemoServer::start(&folder.path().join("server")).await?;
        let citizen = server.citizen().await?;
        let device = HeadlessDevice::activated(&server, &folder.path().join("device"), &citizen).await?;
        let visitor = Visitor::new(server.url())?;
        visitor.ask_for_pin(&citizen, "incoming").await?;
        let request = device.requests().await?.remove(0);
        let page = visitor.send_pin(&device.reveal(&request).await?).await?;
        ensure!(page.contains(&citizen.name), "not signed in");
        device.run(&["deactivate"]).await?;
        until("the site has been told", async || {
            let page = visitor.page("/demo/sede").await?;
            Ok((!page.contains("id=\"session-name\"")).then_some(()))
        })
        .await?;
        ensure!(!visitor.is_signed_in().await?, "still signed in at the provider");
        anyhow::Ok(())
    };
    played.await.unwrap();
}
