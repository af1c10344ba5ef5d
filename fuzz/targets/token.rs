#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aldaba_properties::of("token").expect("known")(bytes));
