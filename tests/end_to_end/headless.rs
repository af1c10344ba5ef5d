//! The headless device and plain forms: the main job without a browser and without a window.

use std::time::Duration;

use aldaba_tests::device::HeadlessDevice;
use aldaba_tests::forms::Visitor;
use aldaba_tests::operator;
use aldaba_tests::stage::play;
use aldaba_tests::waiting::within;
use anyhow::{Context as _, Result, ensure};

// REQ-WEB-01
#[tokio::test]
async fn a_headless_device_and_plain_forms_sign_in() {
    play("headless", async |stage| {
        let citizen = stage.server.citizen().await?;
        let device = HeadlessDevice::activated(&stage.server, &stage.folder("device")?, &citizen).await?;
        let visitor = Visitor::new(stage.server.url())?;
        visitor.ask_for_pin(&citizen, "incoming").await?;
        let requests = device.requests().await?;
        ensure!(requests.len() == 1, "{} requests are listed", requests.len());
        let pin = device.reveal(&requests[0]).await?;
        ensure!(visitor.send_pin(&pin).await?.contains(&citizen.name), "not signed in");
        ensure!(
            !visitor.sign_out().await?.contains("id=\"session-name\""),
            "not signed out"
        );

        visitor.ask_for_pin(&citizen, "self_generated").await?;
        let pin = device.pin().await?;
        ensure!(
            visitor.send_pin(&pin).await?.contains(&citizen.name),
            "not signed in with the device's own PIN"
        );

        // Its keys would still be good for whoever copied them, were it not for the server.
        let copy = device.copy_to(&stage.folder("copy")?)?;
        copy.requests().await?;
        device.run(&["deactivate"]).await?;
        refused(&copy).await
    })
    .await;
}

// REQ-DEV-04
#[tokio::test]
async fn a_device_that_the_operator_revokes_hears_of_it_and_is_refused() {
    play("revoked", async |stage| {
        let citizen = stage.server.citizen().await?;
        let home = stage.folder("device")?;
        let device = HeadlessDevice::activated(&stage.server, &home, &citizen).await?;
        let copy = device.copy_to(&stage.folder("copy")?)?;
        let watch = device.watch(&home.with_extension("log"))?;
        let says = async |what: &str| {
            within(Duration::from_secs(20), what, async || {
                Ok(watch.written().contains(what).then_some(()))
            })
            .await
        };
        says("\"connected\"").await?;
        let info: serde_json::Value = serde_json::from_str(&device.run(&["device", "--json"]).await?)?;
        let id = info["device_id"].as_str().context("no id")?;
        operator::run(&stage.server, None, ["device", "revoke"], &[id])?;
        // Refused at once; told by the stream, which asks for other processes' changes once a second.
        refused(&copy).await?;
        says("\"revoked\"").await
    })
    .await;
}

/// The server refuses a device whose keys are still there.
async fn refused(device: &HeadlessDevice) -> Result<()> {
    let answer = device.requests().await;
    ensure!(
        answer.is_err_and(|error| error.to_string().contains("device_revoked")),
        "a device that is no more is still answered"
    );
    Ok(())
}

// REQ-PIN-04
#[tokio::test]
async fn a_second_device_sees_that_the_first_has_the_request() {
    play("two-devices", async |stage| {
        let citizen = stage.server.citizen().await?;
        let first = HeadlessDevice::activated(&stage.server, &stage.folder("first")?, &citizen).await?;
        let second = HeadlessDevice::activated(&stage.server, &stage.folder("second")?, &citizen).await?;
        let visitor = Visitor::new(stage.server.url())?;
        visitor.ask_for_pin(&citizen, "incoming").await?;
        let request = first.requests().await?.remove(0);
        ensure!(
            second.requests().await?.contains(&request),
            "the second device does not see the request"
        );
        let pin = first.reveal(&request).await?;
        let refused = second.reveal(&request).await;
        ensure!(
            refused.is_err_and(|error| error.to_string().contains("request_taken")),
            "both devices have it"
        );
        ensure!(visitor.send_pin(&pin).await?.contains(&citizen.name), "not signed in");
        Ok(())
    })
    .await;
}
