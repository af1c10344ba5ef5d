//! What people type: documents, contrast data, codes, PINs, own keys, phones, passwords. What is accepted has one canonical
//! form, and that is accepted as itself.

use aldaba_core::code::ShortCode;
use aldaba_core::contrast::Contrast;
use aldaba_core::document::Document;
use aldaba_core::own_key::OwnKey;
use aldaba_core::password::Password;
use aldaba_core::phone::Phone;
use aldaba_core::pin::Pin;

pub fn typed(bytes: &[u8]) {
    let Some(typed) = crate::text(bytes) else { return };
    if let Ok(document) = Document::parse(typed) {
        let again = Document::parse(document.canonical()).expect("a canonical document is one");
        assert_eq!(again.canonical(), document.canonical());
    }
    for whose in ["12345678Z", "X1234567L"] {
        let document = Document::parse(whose).expect("valid");
        if let Ok(contrast) = Contrast::parse_for(&document, typed) {
            let canonical = contrast.canonical();
            let again = Contrast::parse_for(&document, &canonical).expect("a canonical contrast datum is one");
            assert_eq!(again.canonical(), canonical);
        }
    }
    if let Some(code) = ShortCode::parse(typed) {
        for spelled in [code.canonical().to_owned(), code.grouped()] {
            let again = ShortCode::parse(&spelled).expect("a canonical code is one");
            assert_eq!(again.canonical(), code.canonical());
        }
    }
    if let Ok(phone) = Phone::parse(typed) {
        let again = Phone::parse(phone.e164()).expect("a canonical phone is one");
        assert_eq!(again.e164(), phone.e164());
    }
    for digits in [6, 8] {
        if let Some(pin) = Pin::parse(typed, digits) {
            assert!(pin.expose().len() == digits && pin.expose().bytes().all(|byte| byte.is_ascii_digit()));
        }
    }
    let _ = OwnKey::parse(typed);
    let _ = Password::read(typed);
}
