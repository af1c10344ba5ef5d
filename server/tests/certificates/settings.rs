//! What the certificate host's settings may be.

use std::os::unix::fs::PermissionsExt;

use aldaba_server::config::Config;
use aldaba_store::KeyFile;

use super::pki::{Authority, Files};

fn settings(files: &Files, extra: &str) -> String {
    let path = |name: &str| files.path(name).display().to_string();
    format!(
        r#"
listen = "127.0.0.1:0"
public_url = "https://pin.example.org"
database = "sqlite://{}"
key_file = "{}"
[messages]
kind = "gateway"
url = "https://sms.example.com/messages"
headers = {{ "content-type" = "application/json" }}
body = '{{"to":"{{to}}","text":"{{text}}"}}'
[certificates]
listen = "127.0.0.1:0"
public_url = "https://cert.pin.example.org"
server_certificate = "{}"
server_key = "{}"
authorities = ["{}"]
{extra}
"#,
        path("aldaba.db"),
        path("keys"),
        path("server.pem"),
        path("server.key"),
        path("authorities.pem"),
    )
}

// REQ-CERT-13
#[test]
fn unsafe_settings_are_refused_with_what_to_do() {
    let root = Authority::root("AC");
    let files = Files::new(&[&root]);
    KeyFile::create(&files.path("keys"), &aldaba_core::random::OsRandom).unwrap();
    std::fs::write(files.path("person.pem"), root.person(|_| {}).pem).unwrap();
    let load = |text: &str| {
        let file = files.path("server.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(&file).map(|_| ()).map_err(|error| error.to_string())
    };
    let good = settings(
        &files,
        "crls = [\"http://crl.example.org/1.crl\"]\non_card_policies = [\"2.16.724.1.2.2.2.4\"]",
    );
    assert_eq!(load(&good), Ok(()));
    for (from, to, expected) in [
        ("https://cert.pin", "http://cert.pin", "must be https"),
        (
            "https://cert.pin.example.org",
            "http://127.0.0.1:8443",
            "must be https, also on this machine",
        ),
        ("https://cert.pin.example.org", "https://pin.example.org", "of its own"),
        ("authorities.pem", "person.pem", "no authority's"),
        ("authorities.pem", "nowhere.pem", "nowhere.pem"),
        ("authorities.pem", "server.toml", "no certificate (PEM) is in it"),
        ("server.pem", "authorities.pem", "do not go together"),
        ("2.16.724.1.2.2.2.4", "DNIe", "no OID"),
        (
            "http://crl.example.org",
            "ldap://crl.example.org",
            "fetched by http or https",
        ),
        ("crls =", "revocation_deadline_seconds = 0\ncrls =", "from 1 to 10"),
        ("crls =", "revocation_deadline_seconds = 60\ncrls =", "from 1 to 10"),
        (
            "crls =",
            "revocation_unreachable = \"allow\"\ncrls =",
            "unknown variant",
        ),
        (
            "crls =",
            "ocsp_responder = \"ftp://example.org\"\ncrls =",
            "must be http or https",
        ),
        ("crls =", "trust_header = \"x-ssl-cert\"\ncrls =", "unknown field"),
    ] {
        assert!(good.contains(from), "{from}");
        let why = load(&good.replace(from, to)).unwrap_err();
        assert!(why.contains(expected), "{from} → {to}: {why}");
    }
    std::fs::set_permissions(files.path("server.key"), std::fs::Permissions::from_mode(0o440)).unwrap();
    assert!(load(&good).unwrap_err().contains("chmod 0400"));
}
