//! The rough place of whoever asks, from a GeoIP database; `files/places.py` says what is in the tests' own.

use std::path::{Path, PathBuf};

use aldaba_core::language::Language;
use aldaba_server::places::Places;
use aldaba_server::testing::{ANA, TestBrowser, TestDevice, TestServer};
use aldaba_store::Backend;

on_both!(a_request_says_roughly_where_it_comes_from);

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/places.mmdb")
}

// REQ-PIN-14
async fn a_request_says_roughly_where_it_comes_from(backend: Backend) {
    let mut server = TestServer::with(backend, |config| config.geoip_database = Some(file())).await;
    let mut device = TestDevice::activate(&server, &ANA).await;
    for (address, place) in [
        ("198.51.100.7", Some("Sevilla, España")),
        ("198.51.100.200", Some("España")),
        ("2001:db8:1::5", Some("Santa Cruz de Tenerife, España")),
        ("::ffff:198.51.100.7", Some("Sevilla, España")),
        // In it, without a country; not in it.
        ("203.0.113.4", None),
        ("192.0.2.7", None),
    ] {
        server.come_from(address);
        let browser = TestBrowser::ask(&server, &ANA).await;
        let requests = device.requests(&server).await;
        let shown = requests
            .iter()
            .find(|shown| shown.id == browser.request().to_string())
            .unwrap();
        assert_eq!(shown.place.as_deref(), place, "{address}");
        device
            .reject(&server, &browser.request(), "changed_mind")
            .await
            .expect(200);
        server.wait(3600);
    }
}

// REQ-PIN-14
#[test]
fn places_are_named_in_the_language_of_the_page_or_in_the_other() {
    let places = Places::open(&file()).unwrap();
    let of = |address: &str, language| places.of(address.parse().unwrap(), language);
    assert_eq!(of("198.51.100.7", Language::En).as_deref(), Some("Seville, Spain"));
    assert_eq!(of("198.51.100.7", Language::Es).as_deref(), Some("Sevilla, España"));
    assert_eq!(
        of("2001:db8:1::5", Language::Es).as_deref(),
        Some("Santa Cruz de Tenerife, España"),
        "a city without a Spanish name"
    );
    assert_eq!(of("10.0.0.1", Language::Es), None);
    assert!(Places::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml").as_path()).is_err());
}
