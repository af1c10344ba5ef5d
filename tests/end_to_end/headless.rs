//! The headless device and plain forms: the main job without a browser and without a window.

use aldaba_tests::device::HeadlessDevice;
use aldaba_tests::forms::Visitor;
use aldaba_tests::stage::play;
use anyhow::ensure;

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

        device.run(&["deactivate"]).await?;
        ensure!(
            device.run(&["requests", "--json"]).await.is_err(),
            "a deactivated device is still answered"
        );
        Ok(())
    })
    .await;
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
