//! What a public site's own CI does: no phone, no app, a citizen who answers by itself.

use aldaba_tests::forms::{Visitor, page_code, page_phrase};
use aldaba_tests::server::{Citizen, DemoServer};
use aldaba_tests::waiting::until;
use anyhow::{Context, Result, ensure};
use serde_json::Value;

async fn test_citizen(server: &DemoServer, behaviour: &str) -> Result<Citizen> {
    let all = server.citizens().await?;
    all.into_iter()
        .find(|citizen| citizen.behaviour.as_deref() == Some(behaviour))
        .with_context(|| format!("no test citizen that {behaviour}"))
}

/// What the test citizen did with the request of those two words.
async fn answer(server: &DemoServer, visitor: &Visitor, citizen: &Citizen, phrase: &str) -> Result<Value> {
    until("the test citizen answers", async || {
        let page = visitor.page(&format!("{}/demo/robots", server.url())).await?;
        let robots: Vec<Value> = serde_json::from_str(&page)?;
        let robot = robots
            .into_iter()
            .find(|robot| robot["document"] == citizen.document.as_str());
        let requests = robot.map(|robot| robot["requests"].clone()).unwrap_or_default();
        let mut requests = requests.as_array().cloned().unwrap_or_default().into_iter();
        Ok(requests.find(|request| request["phrase"] == phrase))
    })
    .await
}

// REQ-SITE-01
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_outcome_is_reached_without_a_phone() {
    let folder = tempfile::tempdir().unwrap();
    let server = DemoServer::start(&folder.path().join("server")).await.unwrap();
    for (behaviour, did, ends) in [
        ("approves", "revealed", "id=\"session-name\">Aprueba Siempre"),
        ("rejects", "rejected", "data-code=\"request_rejected\""),
        ("silent", "ignored", "data-code=\"pin_not_revealed\""),
        ("mistypes", "revealed", "data-code=\"pin_wrong\""),
    ] {
        let outcome: Result<()> = async {
            let citizen = test_citizen(&server, behaviour).await?;
            let visitor = Visitor::new(server.url())?;
            let page = visitor.ask_for_pin(&citizen, "incoming").await?;
            if did == "rejected" && page.contains(ends) {
                // Who rejects everything can be faster than the page that would ask for the PIN.
                return Ok(());
            }
            let phrase = page_phrase(&page).context("no two words")?;
            let answer = answer(&server, &visitor, &citizen, &phrase).await?;
            ensure!(answer["did"] == did, "{answer}");
            let pin = answer["pin"].as_str().unwrap_or("123456");
            let page = visitor.send_pin(pin).await?;
            ensure!(page.contains(ends), "not {ends}:\n{page}");
            Ok(())
        }
        .await;
        outcome.with_context(|| behaviour.to_owned()).unwrap();
    }
}

// REQ-SITE-01, REQ-QR-06
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_outcome_of_a_qr_is_reached_by_its_code_and_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let server = DemoServer::start(&folder.path().join("server")).await.unwrap();
    for (behaviour, did, ends) in [
        ("approves", "approved", "id=\"session-name\">Aprueba Siempre"),
        ("rejects", "rejected", "data-code=\"request_rejected\""),
        ("silent", "ignored", "data-code=\"pin_not_revealed\""),
        ("mistypes", "rejected", "data-code=\"request_rejected\""),
    ] {
        let outcome: Result<()> = async {
            let citizen = test_citizen(&server, behaviour).await?;
            let visitor = Visitor::new(server.url())?;
            let page = visitor.ask_with_qr().await?;
            let code = page_code(&page.text).context("no code")?;
            let phrase = page_phrase(&page.text).context("no two words")?;
            let form = [
                ("document", citizen.document.as_str()),
                ("code", &code),
                ("phrase", &phrase),
            ];
            visitor.post("/demo/robots", &form).await?;
            let answer = answer(&server, &visitor, &citizen, &phrase).await?;
            ensure!(answer["did"] == did, "{answer}");
            let page = visitor.go_on_after_qr(&page).await?;
            ensure!(page.contains(ends), "not {ends}:\n{page}");
            Ok(())
        }
        .await;
        outcome.with_context(|| behaviour.to_owned()).unwrap();
    }
}
