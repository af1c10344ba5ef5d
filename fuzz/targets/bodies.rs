//! The bodies of calls. What is read is written as it would be read again.
#![no_main]

use aldaba_protocol::wire;
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn round<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    if let Ok(read) = serde_json::from_slice::<T>(bytes) {
        let written = serde_json::to_vec(&read).expect("what was read can be written");
        let again: T = serde_json::from_slice(&written).expect("and read");
        assert_eq!(serde_json::to_vec(&again).ok(), Some(written));
    }
}

fuzz_target!(|bytes: &[u8]| {
    round::<wire::StartActivation>(bytes);
    round::<wire::ConfirmActivation>(bytes);
    round::<wire::Counted>(bytes);
    round::<wire::RevealRequest>(bytes);
    round::<wire::ApproveRequest>(bytes);
    round::<wire::RejectRequest>(bytes);
    round::<wire::LookupRequest>(bytes);
    round::<wire::ScanRequest>(bytes);
});
