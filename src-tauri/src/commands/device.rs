//! This device: what is known of it, and its end.

use aldaba_authenticator::error::Error;
use aldaba_protocol::error::ErrorCode;
use tauri::State;

use super::Answer;
use crate::core::Core;
use crate::ipc::{AppStatus, DeviceDetails, DeviceSummary};

/// This device, with what the server adds while it answers.
#[tauri::command]
pub async fn device_details(core: State<'_, Core>) -> Answer<DeviceDetails> {
    let status = core.status().await?;
    let device: DeviceSummary = status.device.ok_or(Error::new(ErrorCode::NotActivated))?;
    let info = core.authenticator().await?.device_info().await;
    Ok(DeviceDetails {
        name: device.name,
        platform: device.platform,
        level: device.level,
        activated_at: device.activated_at,
        server_url: device.server_url,
        online: info.is_ok(),
        other_devices: info.ok().map(|info| info.other_devices),
    })
}

/// Ends this device, at the server first and then here.
#[tauri::command]
pub async fn deactivate_device(core: State<'_, Core>) -> Answer<AppStatus> {
    core.authenticator().await?.deactivate().await?;
    core.changed_status().await
}

/// Deletes what is left here of a device that cannot be used any more.
#[tauri::command]
pub async fn forget_device(core: State<'_, Core>) -> Answer<AppStatus> {
    let forgotten = core.authenticator().await?.forget().await;
    let status = core.changed_status().await?;
    // With the marker gone and only the keychain's entry left, the new status says what stands in the way.
    match forgotten {
        Err(error) if error.code == ErrorCode::Internal => Err(error.into()),
        _ => Ok(status),
    }
}
