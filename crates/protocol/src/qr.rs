//! The text of the QR that begins a sign-in: it changes every second, and only its own server can make or check it.
//!
//! A picture of it that is passed on is too old when it arrives: the server takes it for [`LIFE`] from the beginning of the
//! second it was made in. What it says is meant for the server; a device sends the text on as it read it.

use aldaba_core::ids::RequestId;
use aldaba_core::time::Timestamp;
use std::time::Duration;
use subtle::ConstantTimeEq;

use crate::activation::length_prefixed;
use crate::pin::hmac;

/// How old a text may be, from the beginning of its second; at this age it is refused.
pub const LIFE: Duration = Duration::from_secs(3);

/// How far ahead of this server's clock a text may be: another node, whose clock is not the same to the millisecond, made it.
pub const AHEAD: Duration = Duration::from_secs(1);

/// What every text begins with. Capitals and digits make the smallest QR.
pub const PREFIX: &str = "ALDABA1:";

const TAG: usize = 16;
const BYTES: usize = 16 + 8 + TAG;

/// What a text says, not yet checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshQr {
    /// The request that the page made.
    pub request: RequestId,
    /// The second in which it was drawn, since 1970.
    pub second: u64,
    tag: [u8; TAG],
}

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrRefusal {
    /// Too old, or from the future.
    #[error("the QR is too old")]
    Stale,
    /// Not made by this server.
    #[error("the QR is not this server's")]
    Forged,
}

impl FreshQr {
    /// What the page draws at `now`. `key` is the server's alone.
    #[must_use]
    pub fn draw(key: &[u8], request: RequestId, now: Timestamp) -> Self {
        let second = u64::try_from(now.as_secs()).unwrap_or(0);
        Self {
            request,
            second,
            tag: tag(key, &request, second),
        }
    }

    /// The text: the prefix and 80 hexadecimal digits in capitals.
    #[must_use]
    pub fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend_from_slice(self.request.as_bytes());
        bytes.extend_from_slice(&self.second.to_be_bytes());
        bytes.extend_from_slice(&self.tag);
        format!("{PREFIX}{}", hex::encode_upper(bytes))
    }

    /// Reads a text in its one spelling. `None`: it is none of these.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        if digits.len() != 2 * BYTES || digits.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let bytes = hex::decode(digits).ok()?;
        let (request, rest) = bytes.split_at_checked(16)?;
        let (second, tag) = rest.split_at_checked(8)?;
        Some(Self {
            request: RequestId::try_from_slice(request)?,
            second: u64::from_be_bytes(second.try_into().ok()?),
            tag: tag.try_into().ok()?,
        })
    }

    /// Whether this server made it, and lately.
    ///
    /// # Errors
    /// [`QrRefusal`]; a forged one is told apart from a stale one only after its tag was compared.
    pub fn check(&self, key: &[u8], now: Timestamp) -> Result<(), QrRefusal> {
        if !bool::from(self.tag.ct_eq(&tag(key, &self.request, self.second))) {
            return Err(QrRefusal::Forged);
        }
        let made = Timestamp::from_secs(i64::try_from(self.second).unwrap_or(i64::MAX));
        if now < made.plus(LIFE) && made <= now.plus(AHEAD) {
            Ok(())
        } else {
            Err(QrRefusal::Stale)
        }
    }
}

fn tag(key: &[u8], request: &RequestId, second: u64) -> [u8; TAG] {
    let whole = hmac(
        key,
        &length_prefixed(&[b"aldaba/qr/v1", request.as_bytes(), &second.to_be_bytes()]),
    );
    let mut tag = [0; TAG];
    for (to, from) in tag.iter_mut().zip(whole) {
        *to = from;
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    // REQ-QR-02
    #[test]
    fn a_text_lives_three_seconds_to_the_millisecond() {
        let request = RequestId::from_bytes([7; 16]);
        let drawn = FreshQr::draw(b"key", request, NOW.plus(Duration::from_millis(400)));
        let after = |millis| drawn.check(b"key", NOW.plus(Duration::from_millis(millis)));
        assert_eq!(after(400), Ok(()));
        assert_eq!(after(2_999), Ok(()));
        assert_eq!(after(3_000), Err(QrRefusal::Stale));
        let before = |millis| drawn.check(b"key", NOW.minus(Duration::from_millis(millis)));
        assert_eq!(before(1_000), Ok(()));
        assert_eq!(before(1_001), Err(QrRefusal::Stale));
        assert_eq!(drawn.check(b"another", NOW), Err(QrRefusal::Forged));
    }

    proptest! {
        // REQ-QR-02
        #[test]
        fn one_changed_character_is_refused(at in 0usize..88, by in 1u8..255, id: [u8; 16]) {
            let text = FreshQr::draw(b"key", RequestId::from_bytes(id), NOW).text();
            prop_assert_eq!(text.len(), 88);
            let mut bytes = text.clone().into_bytes();
            bytes[at] = bytes[at].wrapping_add(by);
            let changed = String::from_utf8_lossy(&bytes).into_owned();
            let taken = FreshQr::parse(&changed).is_some_and(|qr| qr.check(b"key", NOW).is_ok());
            prop_assert!(!taken, "{changed}");
        }

        #[test]
        fn any_text_is_judged(text: String) {
            let _ = FreshQr::parse(&text);
            let _ = FreshQr::parse(&format!("{PREFIX}{text}"));
        }

        #[test]
        fn what_is_written_reads_back(id: [u8; 16], second in 0u64..4_000_000_000) {
            let drawn = FreshQr::draw(b"key", RequestId::from_bytes(id), Timestamp::from_secs(second as i64));
            prop_assert_eq!(FreshQr::parse(&drawn.text()), Some(drawn));
        }
    }
}
