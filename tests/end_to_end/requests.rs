//! Requests: rejected, quiet, several at once.

use aldaba_tests::desktop::Keyring;
use aldaba_tests::device::{digits, other_pin};
use aldaba_tests::driver::testid;
use aldaba_tests::stage::play;
use aldaba_tests::waiting::until;
use anyhow::ensure;
use thirtyfour::By;

// REQ-PIN-04
#[tokio::test]
async fn a_rejected_request_is_over_on_both_sides() {
    play("reject", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        app.press("reveal").await?;
        let pin = digits(&app.read("pin").await?);
        app.press("reject").await?;
        app.press("confirm-reject").await?;
        app.gone(&testid("request-card")).await?;
        browser.send_pin(&pin).await?;
        until("the page says that it is over", async || {
            browser.seen("main[data-code=\"request_rejected\"]").await
        })
        .await?;
        ensure!(
            browser.seen("#session-name").await?.is_none(),
            "a rejected request signed in"
        );
        Ok(())
    })
    .await;
}

// REQ-LIM-01, REQ-LIM-03, REQ-LIM-05
#[tokio::test]
async fn several_requests_are_a_list_and_one_past_the_limit_comes_up_by_its_code() {
    play("quiet-request", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;

        // A stranger who knows the document asks and asks; the owner's own request comes last.
        let stranger = stage.browser().await?;
        for _ in 0..3 {
            stranger.ask_for_pin(&stage.server, &citizen).await?;
            stranger.session().delete_all_cookies().await?;
        }
        let cards = testid("request-card");
        let count = async || anyhow::Ok(app.session().find_all(By::Css(&*cards)).await?.len());
        until("three requests are listed", async || {
            Ok((count().await? == 3).then_some(()))
        })
        .await?;

        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        let code = browser.page_code().await?;
        ensure!(count().await? == 3, "a fourth request was shown");
        app.unfold("fold-lookup").await?;
        app.enter("lookup-code", &code.to_lowercase()).await?;
        app.press("lookup").await?;
        until("the quiet request is shown", async || {
            Ok((count().await? == 4).then_some(()))
        })
        .await?;
        let phrase = browser.page_phrase().await?;
        let its_card =
            format!("//*[@data-testid='request-card'][.//*[@data-testid='phrase'][normalize-space()='{phrase}']]");
        let card = app.session().find(By::XPath(&*its_card)).await?;
        card.find(By::Css(&*testid("reveal"))).await?.click().await?;
        browser.send_pin(&digits(&app.read("pin").await?)).await?;
        browser.find("#session-name").await?;
        Ok(())
    })
    .await;
}

// REQ-PIN-10
#[tokio::test]
async fn three_wrong_tries_burn_the_request_and_leave_the_device_alone() {
    play("burnt", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        app.press("reveal").await?;
        let pin = digits(&app.read("pin").await?);
        let wrong = other_pin(&pin);
        for code in ["pin_wrong", "pin_wrong", "request_burnt"] {
            browser.send_pin(wrong).await?;
            browser.find(&format!("main[data-code=\"{code}\"]")).await?;
        }
        // Nothing but that one request is lost.
        browser.ask_for_pin(&stage.server, &citizen).await?;
        app.press("reveal").await?;
        browser.send_pin(&digits(&app.read("pin").await?)).await?;
        browser.find("#session-name").await?;
        Ok(())
    })
    .await;
}
