//! The test vectors of docs/protocol.md: fixed keys to transcript, `K_otp`, PINs and signature base. A second
//! implementation is right when it reaches the same values; this test fails when the document and the code differ.

use aldaba_core::code::ShortCode;
use aldaba_core::ids::{ActivationId, DeviceId, RequestId};
use aldaba_core::level::Level;
use aldaba_core::time::Timestamp;

use crate::activation::{TranscriptFields, otp_key, server_statement, transcript};
use crate::keys::{AgreementKey, SigningKey, VerifyingKey};
use crate::{link, pin, qr, signature};

#[test]
fn the_document_has_the_vectors_that_the_code_computes() {
    let signing = SigningKey::from_bytes(&[0x11; 32]).unwrap();
    let app = AgreementKey::from_bytes(&[0x22; 32]).unwrap();
    let server = AgreementKey::from_bytes(&[0x33; 32]).unwrap();
    let server_signing = SigningKey::from_bytes(&[0x44; 32]).unwrap();
    let code = ShortCode::parse("7K2M-9QXT").unwrap();
    let device = DeviceId::from_bytes([0x66; 16]);

    let fields = TranscriptFields {
        document: "12345678Z",
        contrast: "2031-05-17",
        device_name: "Portátil de Ana",
        platform: "linux",
        language: "es",
        signing_key: &signing.public(),
        agreement_key: &app.public(),
        activation_id: &ActivationId::from_bytes([0x55; 16]),
        expires_in: 600,
        server_agreement_key: &server.public(),
    }
    .to_bytes();
    let hash = transcript(&fields, &code);
    let shared = app.agree(&server.public()).unwrap();
    let key = otp_key(&shared, &hash);
    let statement = server_statement(&hash, &device, Level::Substantial, Timestamp::from_secs(1_800_000_000));
    let body = br#"{"counter":1}"#;
    let uri = "https://pin.example/v1/requests/77777777777777777777777777777777/reveal";
    let headers = signature::sign(
        "POST",
        uri,
        body,
        1_800_000_000,
        "AAAAAAAAAAAAAAAAAAAAAA",
        &device,
        &signing,
    );

    let approval = br#"{"counter":2,"user_verified":true,"phrase":"faro azul"}"#;
    let approval = signature::sign(
        "POST",
        "https://pin.example/v1/requests/77777777777777777777777777777777/approve",
        approval,
        1_800_000_000,
        "AQAAAAAAAAAAAAAAAAAAAA",
        &device,
        &signing,
    );

    let confirm_signature = signing.sign(&hash);
    assert!(
        VerifyingKey::from_sec1(&signing.public())
            .unwrap()
            .verify(&hash, &confirm_signature)
    );

    let request = RequestId::from_bytes([0x77; 16]);
    let values = [
        ("signing_key", hex::encode(signing.public())),
        ("agreement_key", hex::encode(app.public())),
        ("server_agreement_key", hex::encode(server.public())),
        ("server_key", hex::encode(server_signing.public())),
        ("transcript_fields", hex::encode(&*fields)),
        ("transcript", hex::encode(hash)),
        ("confirm_signature", hex::encode(confirm_signature)),
        ("shared_secret", hex::encode(shared.expose())),
        ("K_otp", hex::encode(key.expose())),
        ("server_statement", hex::encode(&statement)),
        ("server_signature", hex::encode(server_signing.sign(&statement))),
        (
            "incoming_pin",
            pin::request_pin(&key, &request, "demo-sede", 6)
                .unwrap()
                .expose()
                .to_owned(),
        ),
        (
            "self_generated_pin",
            pin::self_generated(&key, 1_800_000_000).unwrap().expose().to_owned(),
        ),
        ("page_bound_pin", pin::offline(&key, &code).unwrap().expose().to_owned()),
        (
            "qr_text",
            qr::FreshQr::draw(&[0x88; 32], request, Timestamp::from_secs(1_800_000_000)).text(),
        ),
        ("request_link", link::to_request(&code)),
        ("page_bound_link", link::to_challenge(&code)),
        ("content_digest", headers.content_digest),
        ("signature_input", headers.signature_input),
        ("signature", headers.signature),
        ("approval_content_digest", approval.content_digest),
        ("approval_signature", approval.signature),
    ];
    let document = include_str!("../../../docs/protocol.md");
    let missing: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .filter(|line| !document.lines().any(|documented| documented == line))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/protocol.md lacks these lines:\n{}",
        missing.join("\n")
    );
}
