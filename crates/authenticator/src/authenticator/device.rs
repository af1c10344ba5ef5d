//! The device itself: what the server knows of it, and its end.

use aldaba_core::time::Timestamp;
use aldaba_protocol::error::ErrorCode;
use aldaba_protocol::wire::{Counted, DeviceDeactivated, DeviceInfo};
use reqwest::Method;

use super::Authenticator;
use super::activation::json;
use crate::error::Result;

impl Authenticator {
    /// What the server knows of this device.
    ///
    /// # Errors
    /// `not_activated`, the store's, the network's, `clock_skew`, or the server's refusal of this device.
    pub async fn device_info(&self) -> Result<DeviceInfo> {
        let device = self.device().await?;
        let asked = self.clock.local();
        let info: DeviceInfo = self.ask(&device, Method::GET, "/v1/device", String::new()).await?;
        self.clock.learn(Timestamp::from_millis(info.server_time), asked);
        Ok(info)
    }

    /// Ends this device: at the server first, then here. A device that the server refuses already is ended here.
    ///
    /// # Errors
    /// The network's: nothing is deleted while the server has not answered, for the key is what tells it. The store's.
    pub async fn deactivate(&self) -> Result<()> {
        let device = self.device().await?;
        let told: Result<DeviceDeactivated> = self
            .count(&device, Method::DELETE, "/v1/device", |counter| {
                json(&Counted { counter })
            })
            .await;
        match told {
            Ok(_) => self.wipe().await,
            Err(error) => match error.code {
                ErrorCode::DeviceRevoked | ErrorCode::DeviceUnknown | ErrorCode::DeviceFrozen => self.wipe().await,
                _ => Err(error),
            },
        }
    }

    /// Deletes everything that this device keeps, without telling the server: for a device that the server refuses,
    /// or whose secrets are lost.
    ///
    /// # Errors
    /// The disk's or the store's.
    pub async fn forget(&self) -> Result<()> {
        self.wipe().await
    }
}
