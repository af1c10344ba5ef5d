//! What makes a client's settings unsafe.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_server::config::{Claim, Procedure, RelyingParty};
use aldaba_server::oidc::clients::check::{check, check_all};
use aldaba_server::testing::config;
use serde_json::{Value, json};

use super::signer::{Signer, with};
use crate::certificates::pki::{Authority, Files};

fn site() -> RelyingParty {
    let url = "https://sede.example/entrar".parse().unwrap();
    RelyingParty {
        redirect_uris: vec!["https://sede.example/oidc/vuelta".to_owned()],
        ..RelyingParty::new("sede", "Ayuntamiento de Ejemplo", "sede.example", url)
    }
}

#[track_caller]
fn refused(change: impl FnOnce(&mut RelyingParty), words: &str) {
    let mut party = site();
    change(&mut party);
    let why = check(&config(), &party).expect_err("accepted");
    assert!(why.contains(words), "{why}");
}

// REQ-CLI-05
#[test]
fn usual_settings_are_accepted() {
    let mut party = site();
    party.redirect_uris = [
        "https://sede.example/oidc/vuelta",
        "https://sede.example/oidc/vuelta?de=aldaba",
        "https://sede.example:8443/v",
        "https://sede.example",
        "https://sede.example/otra/",
    ]
    .map(str::to_owned)
    .to_vec();
    party.post_logout_redirect_uris = vec!["https://sede.example/adios".to_owned()];
    party.backchannel_logout_uri = Some("https://sede.example/salida".parse().unwrap());
    party.logo = Some("https://sede.example/logo.svg".parse().unwrap());
    party.claims = vec![Claim::Document, Claim::GivenName];
    party.contact = "Soporte <sede@example.org>".to_owned();
    party.jwks = Some(Signer::ec(9).jwks("k"));
    assert_eq!(check(&config(), &party), Ok(()));
    for local in ["http://127.0.0.1:8080/v", "http://localhost/v", "http://[::1]:3000/v"] {
        party.redirect_uris = vec![local.to_owned()];
        assert_eq!(check(&config(), &party), Ok(()), "{local}");
    }
    party.domain = "127.0.0.1:8080".to_owned();
    assert_eq!(check(&config(), &party), Ok(()));
}

// REQ-CLI-05
#[test]
fn redirect_uris_are_safe_and_have_one_spelling() {
    for (address, words) in [
        ("http://sede.example/v", "must be https"),
        ("http://127.0.0.1.example/v", "must be https"),
        ("http://10.0.0.1/v", "must be https"),
        ("ftp://sede.example/v", "must be https"),
        ("javascript:alert(1)", "must be https"),
        ("data:text/html,x", "must be https"),
        ("sede://v", "must be https"),
        ("/v", "write a whole address"),
        ("sede.example/v", "write a whole address"),
        ("", "write a whole address"),
        ("https://", "write a whole address"),
        ("https://sede.example/v#", "fragment"),
        ("https://sede.example/v#x", "fragment"),
        ("https://user@sede.example/v", "user or password"),
        ("https://user:pw@sede.example/v", "user or password"),
        ("https://sede.example@evil.example/v", "user or password"),
        ("https://*.sede.example/v", "wildcards"),
        ("https://sede.example/*", "wildcards"),
        ("https://SEDE.example/v", "write it as https://sede.example/v"),
        ("HTTPS://sede.example/v", "write it as https://sede.example/v"),
        ("https://sede.example:443/v", "write it as https://sede.example/v"),
        ("https://sede.example/a/../v", "write it as https://sede.example/v"),
        ("https://sede.example/./v", "write it as https://sede.example/v"),
        ("https://sede.example\\v", "write it as https://sede.example/v"),
        ("https:/sede.example/v", "write it as https://sede.example/v"),
        ("https:sede.example/v", "write it as https://sede.example/v"),
        (" https://sede.example/v", "write it as https://sede.example/v"),
        ("https://sede.example/v\n", "write it as https://sede.example/v"),
        ("https://sede.exa\tmple/v", "write it as https://sede.example/v"),
        ("https://sede.example/ñ", "write it as https://sede.example/%C3%B1"),
        ("https://0x7f.1/v", "write it as https://127.0.0.1/v"),
    ] {
        refused(|party| party.redirect_uris = vec![address.to_owned()], words);
        refused(
            |party| party.post_logout_redirect_uris = vec![address.to_owned()],
            words,
        );
    }
    let long = format!("https://sede.example/{}", "x".repeat(2000));
    refused(|party| party.redirect_uris = vec![long], "too long");
    let twice = vec!["https://sede.example/v".to_owned(); 2];
    refused(|party| party.redirect_uris = twice, "there twice");
}

// REQ-CLI-05
#[test]
fn everything_else_is_checked_too() {
    for id in ["", "a b", "ñ", "a/b", "a:b", "a%62", &"x".repeat(65)] {
        refused(|party| party.id = id.to_owned(), "use letters");
    }
    refused(|party| party.id = aldaba_server::account::SITE.to_owned(), "own pages");
    refused(|party| party.name = " ".to_owned(), "name is empty");
    refused(|party| party.name = "a\nb".to_owned(), "one line");
    refused(|party| party.name = "x".repeat(201), "one line");
    refused(|party| party.contact = "a\u{7}".to_owned(), "one line");
    for domain in [
        "",
        "https://sede.example",
        "sede.example/x",
        "a b",
        "u@sede.example",
        "*.example",
    ] {
        refused(|party| party.domain = domain.to_owned(), "write a host name");
    }
    let http = "http://sede.example/x".parse::<url::Url>().unwrap();
    refused(|party| party.return_url = http.clone(), "return_url must be https");
    refused(
        |party| party.backchannel_logout_uri = Some(http.clone()),
        "backchannel_logout_uri must be https",
    );
    refused(|party| party.logo = Some(http.clone()), "logo must be https");
    let user = "https://u:p@sede.example/x".parse().unwrap();
    refused(|party| party.backchannel_logout_uri = Some(user), "user or password");
    refused(
        |party| party.claims = vec![Claim::Document, Claim::Document],
        "there twice",
    );
    refused(|party| party.methods = vec![Method::Qr, Method::Qr], "there twice");
    refused(
        |party| party.redirect_uris.push("https://otra.example/v".to_owned()),
        "say by sector",
    );
    let mut several = site();
    several.redirect_uris.push("https://otra.example/v".to_owned());
    several.sector = Some("example".to_owned());
    assert_eq!(check(&config(), &several), Ok(()));
    for sector in [
        "",
        "https://example.org",
        "Example.org",
        "example.org/x",
        "example.org:8443",
        "u@example.org",
    ] {
        refused(|party| party.sector = Some(sector.to_owned()), "sector");
    }
    refused(
        |party| party.procedures = vec![Procedure::new("a b", "Uno")],
        "use letters",
    );
    refused(
        |party| party.procedures = vec![Procedure::new("uno", "")],
        "procedure name is empty",
    );
    refused(
        |party| party.procedures = vec![Procedure::new("uno", "Uno"), Procedure::new("uno", "Dos")],
        "there twice",
    );
    refused(
        |party| (party.methods, party.level) = (vec![Method::Sms], Level::Substantial),
        "none of its methods reaches level substantial",
    );
    refused(
        |party| {
            party.methods = vec![Method::Qr];
            party.procedures = vec![Procedure {
                level: Some(Level::High),
                ..Procedure::new("catastro", "Catastro")
            }];
        },
        "this server has none of the methods that reach level high for catastro; ask for less, or set up one of: certificate",
    );
    let mut high = site();
    high.level = Level::High;
    high.methods = vec![Method::Incoming];
    let people = Authority::root("AC de Prueba");
    let mut with_certificates = config();
    with_certificates.certificates = Some(Files::new(&[&people]).settings());
    let why = check(&with_certificates, &high).unwrap_err();
    assert!(why.contains("allow one of: certificate"), "{why}");
    high.methods = Vec::new();
    assert_eq!(check(&with_certificates, &high), Ok(()));
    with_certificates.methods.disabled = vec![Method::Certificate];
    let why = check(&with_certificates, &high).unwrap_err();
    assert!(why.contains("this server has none"), "{why}");
    let mut twice = config();
    twice.relying_parties = vec![site(), site()];
    assert!(check_all(&twice).unwrap_err().contains("sede is there twice"));
}

// REQ-CLI-05
#[test]
fn keys_that_cannot_or_must_not_be_used_are_refused() {
    let (ec, rsa) = (Signer::ec(9).jwk("e"), Signer::rsa().jwk("r"));
    let refused = |key: Value, words: &str| refused(|party| party.jwks = Some(json!({ "keys": [key] })), words);
    refused(with(ec.clone(), json!({ "d": "AA" })), "register the public half only");
    refused(with(rsa.clone(), json!({ "p": "AA" })), "register the public half only");
    refused(json!({ "kty": "oct", "k": "AA" }), "register the public half only");
    refused(json!({ "kty": "oct" }), "use EC (P-256) or RSA");
    refused(
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }),
        "use EC (P-256) or RSA",
    );
    refused(with(ec.clone(), json!({ "crv": "P-384" })), "use P-256");
    refused(
        with(ec.clone(), json!({ "x": ec["y"], "y": ec["x"] })),
        "no point of P-256",
    );
    refused(with(ec.clone(), json!({ "x": "AAAA" })), "32 bytes");
    refused(with(ec.clone(), json!({ "x": "++//" })), "base64url");
    refused(with(ec.clone(), json!({ "y": null })), "y is missing");
    refused(with(ec.clone(), json!({ "use": "enc" })), "use is not");
    refused(with(ec.clone(), json!({ "key_ops": ["sign"] })), "key_ops");
    refused(with(ec.clone(), json!({ "alg": "ES384" })), "alg is not accepted");
    refused(with(ec.clone(), json!({ "alg": "RS256" })), "alg is not accepted");
    refused(with(ec.clone(), json!({ "kid": 7 })), "kid is a text");
    refused(with(rsa.clone(), json!({ "alg": "HS256" })), "alg is not accepted");
    refused(with(rsa.clone(), json!({ "e": "Ag" })), "exponent");
    refused(with(rsa.clone(), json!({ "e": "AQ" })), "exponent");
    let short = aldaba_protocol::b64::encode(&[0xff; 128]);
    refused(with(rsa.clone(), json!({ "n": short })), "2048 to 8192 bits, not 1024");
    let almost = aldaba_protocol::b64::encode(&[&[0, 0x7f][..], &[0xff; 255]].concat());
    refused(with(rsa.clone(), json!({ "n": almost })), "not 2047");
    let set = |keys: Value| {
        let mut party = site();
        party.jwks = Some(keys);
        check(&config(), &party)
    };
    assert!(set(json!({ "keys": [] })).unwrap_err().contains("no key in it"));
    assert!(set(json!([ec])).unwrap_err().contains("write a set of keys"));
    assert!(set(json!({ "keys": ["x"] })).unwrap_err().contains("no JSON object"));
    assert!(
        set(json!({ "keys": [ec, with(ec.clone(), json!({ "kid": null }))] }))
            .unwrap_err()
            .contains("needs a kid")
    );
    assert!(set(json!({ "keys": [ec, ec] })).unwrap_err().contains("there twice"));
    assert_eq!(set(json!({ "keys": [ec, rsa] })), Ok(()));
    assert_eq!(
        set(json!({ "keys": [with(rsa, json!({ "alg": "PS256", "use": "sig" }))] })),
        Ok(())
    );
}
