//! What is shown to a camera or opened as a link. Nothing names another server, whatever it is.
#![no_main]

use aldaba_protocol::link;
use aldaba_protocol::qr::FreshQr;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let server = "https://pin.example";
    let _ = link::open(text, server);
    let _ = link::scan(text, server);
    if let Some(qr) = FreshQr::parse(text) {
        assert_eq!(qr.text(), text, "two texts are one QR");
    }
});
