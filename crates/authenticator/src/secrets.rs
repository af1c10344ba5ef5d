//! The device's secrets and the text as which the keychain keeps them.

use aldaba_core::ids::DeviceId;
use aldaba_protocol::b64;
use aldaba_protocol::keys::SigningKey;
use aldaba_protocol::secret::Key32;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What an activated device must never lose nor show. `Debug` prints nothing; memory is wiped.
pub(crate) struct DeviceSecrets {
    /// Which device they are, so that a marker and an entry of two activations are never mixed.
    pub device: DeviceId,
    /// `dk`.
    pub signing: SigningKey,
    /// `K_otp`.
    pub otp: Key32,
}

/// The keychain's entry: JSON, binary as base64url.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Stored {
    version: u32,
    device_id: String,
    signing_key: String,
    otp_key: String,
}

impl DeviceSecrets {
    /// As the keychain keeps them.
    pub fn to_text(&self) -> Zeroizing<String> {
        let stored = Stored {
            version: 1,
            device_id: self.device.to_string(),
            signing_key: b64::encode(self.signing.to_bytes().expose()),
            otp_key: b64::encode(self.otp.expose()),
        };
        // Four plain fields: there is nothing in them that JSON could refuse.
        Zeroizing::new(serde_json::to_string(&stored).unwrap_or_default())
    }

    /// From the keychain; `None` when it is not an entry of this version, whole and unharmed.
    pub fn from_text(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        if stored.version != 1 {
            return None;
        }
        Some(Self {
            device: stored.device_id.parse().ok()?,
            signing: SigningKey::from_bytes(key(&stored.signing_key)?.expose()).ok()?,
            otp: key(&stored.otp_key)?,
        })
    }
}

/// 32 bytes from their text.
pub(crate) fn key(text: &str) -> Option<Key32> {
    Key32::from_slice(&Zeroizing::new(b64::decode(text)?))
}

impl std::fmt::Debug for DeviceSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceSecrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use aldaba_core::random::SeededRandom;

    use super::*;

    #[test]
    fn only_a_whole_entry_is_read_back() {
        // REQ-DEV-05
        let random = SeededRandom::new(1);
        let secrets = DeviceSecrets {
            device: DeviceId::generate(&random),
            signing: SigningKey::generate(&random),
            otp: Key32::new([7; 32]),
        };
        let text = secrets.to_text();
        let back = DeviceSecrets::from_text(&text).unwrap();
        assert_eq!((back.device, back.otp.expose()), (secrets.device, secrets.otp.expose()));
        assert_eq!(back.signing.to_bytes().expose(), secrets.signing.to_bytes().expose());
        assert_eq!(format!("{secrets:?}"), "DeviceSecrets(…)");
        for cut in 0..text.len() {
            assert!(DeviceSecrets::from_text(&text[..cut]).is_none());
        }
        assert!(DeviceSecrets::from_text(&text.replace("\"version\":1", "\"version\":2")).is_none());
        assert!(text.len() < 1200, "Windows keeps 2,560 bytes of UTF-16");
    }
}
