//! The headers of signed calls, and the others that are read before anybody is known.
#![no_main]

use aldaba_core::language::Language;
use aldaba_protocol::b64;
use aldaba_protocol::signature::Claim;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|headers: (&str, &str, &str)| {
    let (digest, input, signature) = headers;
    let _ = Claim::parse(digest, input, signature);
    let _ = Language::negotiate(input);
    if let Some(bytes) = b64::decode(signature) {
        // One spelling for the same bytes: a second one would be a second signature.
        assert_eq!(b64::encode(&bytes), signature);
    }
});
