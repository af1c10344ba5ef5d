//! Why a device's answer to a request (it shows the PIN, it approves, it rejects) did nothing.

use aldaba_core::request::DeviceRefusal;
use aldaba_protocol::error::ErrorCode;
use serde::{Deserialize, Serialize};

use crate::http::problem::Problem;

/// Part of the call's stored answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// No such request, not this person's, or none that can be answered so.
    Unknown,
    /// Another device has it.
    Taken,
    /// It was rejected.
    Rejected,
    /// It was used.
    Used,
    /// Too many wrong PINs.
    Burnt,
    /// Its time is over.
    Expired,
}

impl From<DeviceRefusal> for Refused {
    fn from(refusal: DeviceRefusal) -> Self {
        match refusal {
            DeviceRefusal::Taken => Self::Taken,
            DeviceRefusal::Rejected => Self::Rejected,
            DeviceRefusal::Spent => Self::Used,
            DeviceRefusal::Burnt => Self::Burnt,
            DeviceRefusal::Expired => Self::Expired,
            DeviceRefusal::NothingToReveal | DeviceRefusal::NothingToApprove => Self::Unknown,
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::new(match refused {
            Refused::Unknown => ErrorCode::RequestUnknown,
            Refused::Taken => ErrorCode::RequestTaken,
            Refused::Rejected => ErrorCode::RequestRejected,
            Refused::Used => ErrorCode::PinUsed,
            Refused::Burnt => ErrorCode::RequestBurnt,
            Refused::Expired => ErrorCode::RequestExpired,
        })
    }
}
