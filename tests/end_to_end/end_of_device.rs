//! Deactivation in the app: the secrets are gone. That the server refuses the device at once is in headless.rs.

use std::time::{Duration, Instant};

use aldaba_tests::desktop::Keyring;
use aldaba_tests::driver::testid;
use aldaba_tests::stage::play;
use anyhow::ensure;

// REQ-DEV-04
#[tokio::test]
async fn a_deactivated_device_is_refused_and_its_secrets_are_gone() {
    play("deactivation", async |stage| {
        let citizen = stage.server.citizen().await?;
        let desktop = stage.desktop(Keyring::Unlocked).await?;
        let app = stage.app(&desktop).await?;
        app.activate(&stage.server, &citizen).await?;
        app.press("device").await?;
        app.reach("device").await?;
        app.press("deactivate").await?;
        let pressed = Instant::now();
        app.press("confirm-deactivate").await?;
        app.reach("welcome").await?;
        ensure!(
            pressed.elapsed() < Duration::from_secs(5),
            "deactivating took {:?}",
            pressed.elapsed()
        );
        ensure!(desktop.secrets()? == 0, "secrets are left in the keychain");
        stage.close_app(app);

        // Opened again: a device that was never activated, and a request reaches nobody.
        let browser = stage.browser().await?;
        browser.ask_for_pin(&stage.server, &citizen).await?;
        let app = stage.app(&desktop).await?;
        app.reach("welcome").await?;
        ensure!(
            app.seen(&testid("request-card")).await?.is_none(),
            "a deactivated device shows a request"
        );
        Ok(())
    })
    .await;
}
