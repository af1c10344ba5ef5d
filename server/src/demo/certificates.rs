//! The demo's authority of certificates: made once a folder, with a certificate for the first sample citizen. The authority's
//! key is thrown away afterwards: nobody can have further ones.

use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aldaba_core::random::{Random, bytes};
use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber, date_time_ymd,
};

use super::pkcs12;
use crate::citizens::sample::{self, Sample};
use crate::config::{Certificates, Unreachable};

/// The password of the citizen's file. Browsers ask for one.
pub const PASSWORD: &str = "aldaba";

const FOLDER: &str = "certificates";
const AUTHORITY: &str = "authority.pem";
const LIST: &str = "authority.crl";
const SERVER: &str = "server.pem";
const SERVER_KEY: &str = "server.key";

/// The folder of the demo's certificates.
#[must_use]
pub fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// The settings of the certificate host at that address of this machine; makes the files that are not there.
///
/// # Errors
/// A file that cannot be made.
pub fn settings(data: &Path, address: SocketAddr, random: &dyn Random) -> anyhow::Result<Certificates> {
    let folder = folder(data);
    // Written last: with it everything is there.
    if !folder.join(SERVER_KEY).is_file() {
        make(&folder, random).with_context(|| folder.display().to_string())?;
    }
    Ok(Certificates {
        listen: address,
        public_url: format!("https://{address}")
            .parse()
            .map_err(|why: String| anyhow::anyhow!(why))?,
        server_certificate: folder.join(SERVER),
        server_key: folder.join(SERVER_KEY),
        authorities: vec![folder.join(AUTHORITY)],
        intermediates: Vec::new(),
        crls: vec![folder.join(LIST).display().to_string()],
        ocsp_responder: None,
        revocation_unreachable: Unreachable::Refuse,
        revocation_deadline_seconds: 5,
        on_card_policies: Vec::new(),
    })
}

/// The name of a citizen's files: `ana-garcia-ruiz`.
fn file_name(person: &Sample) -> String {
    let plain = person.name.to_lowercase().replace(['á', 'à'], "a").replace('é', "e");
    let plain = plain
        .replace('í', "i")
        .replace('ó', "o")
        .replace(['ú', 'ü'], "u")
        .replace('ñ', "n");
    plain.replace(|character: char| !character.is_ascii_alphanumeric(), "-")
}

/// The file to import into a browser, and whose it is.
#[must_use]
pub fn citizen(data: &Path) -> Option<(PathBuf, &'static str)> {
    let person = sample::people().first()?;
    let file = folder(data).join(format!("{}.p12", file_name(person)));
    Some((file, person.name))
}

fn make(folder: &Path, random: &dyn Random) -> anyhow::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let serial = || SerialNumber::from(positive(bytes(random)).to_vec());
    let key = KeyPair::generate()?;
    let mut params = lasting(serial());
    params.distinguished_name.push(DnType::CountryName, "ES");
    params
        .distinguished_name
        .push(DnType::CommonName, "AC de demostración de Aldaba (no vale fuera)");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = params.self_signed(&key)?;
    let issuer = Issuer::new(params, key);
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(2050, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    write(&folder.join(AUTHORITY), authority.pem().as_bytes())?;
    write(&folder.join(LIST), list.signed_by(&issuer)?.pem()?.as_bytes())?;

    if let Some(person) = sample::people().first() {
        let mut params = lasting(serial());
        params.distinguished_name.push(DnType::CountryName, "ES");
        params.distinguished_name.push(
            DnType::CustomDnType(vec![2, 5, 4, 5]),
            format!("IDCES-{}", person.document),
        );
        params
            .distinguished_name
            .push(DnType::CommonName, format!("{} - {}", person.name, person.document));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &issuer)?;
        let name = file_name(person);
        let file = pkcs12::encode(
            certificate.der(),
            authority.der(),
            key.serialized_der(),
            person.name,
            PASSWORD,
            random,
        )?;
        write(&folder.join(format!("{name}.p12")), &file)?;
        // For programs: the certificate, then its key.
        let both = format!("{}{}", certificate.pem(), key.serialize_pem());
        write(&folder.join(format!("{name}.pem")), both.as_bytes())?;
    }

    let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()])?;
    params.serial_number = Some(serial());
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2050, 1, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let server = params.signed_by(&key, &issuer)?;
    write(&folder.join(SERVER), server.pem().as_bytes())?;
    write(&folder.join(SERVER_KEY), key.serialize_pem().as_bytes())?;
    Ok(())
}

/// Thirty years: a demo's folder may be used again at any time.
fn lasting(serial: SerialNumber) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.serial_number = Some(serial);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2050, 1, 1);
    params
}

/// A serial number is positive.
fn positive(mut number: [u8; 16]) -> [u8; 16] {
    if let Some(first) = number.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    number
}

/// Readable by its owner alone, all of them: keys are among them.
fn write(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(file)?.write_all(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificates::{self, Certificates as Judge};
    use aldaba_core::level::Level;
    use aldaba_core::random::SeededRandom;
    use aldaba_core::time::Timestamp;

    // REQ-CERT-12
    #[tokio::test]
    async fn the_demo_citizens_certificate_is_good_and_kept() {
        let data = tempfile::tempdir().unwrap();
        let address = "127.0.0.1:8443".parse().unwrap();
        let random = SeededRandom::new(1);
        let settings = settings(data.path(), address, &random).unwrap();
        let (file, name) = citizen(data.path()).unwrap();
        assert_eq!(name, "Ana García Ruiz");
        assert!(file.ends_with("certificates/ana-garcia-ruiz.p12"));
        let made = std::fs::read(&file).unwrap();
        super::settings(data.path(), address, &random).unwrap();
        assert_eq!(
            std::fs::read(&file).unwrap(),
            made,
            "the same folder has the same certificates"
        );

        let presented = certificates::read(&file.with_extension("pem")).unwrap();
        let judge = Judge::open(&settings).unwrap();
        let proven = judge
            .judge(&presented, &random, Timestamp::from_secs(1_800_000_000))
            .await
            .unwrap();
        assert_eq!(
            (proven.document.canonical(), proven.level),
            ("12345678Z", Level::Substantial)
        );
    }
    // REQ-CERT-12: another program reads the file that is made for browsers.
    #[test]
    fn the_citizens_file_opens_with_its_password_only() {
        let data = tempfile::tempdir().unwrap();
        settings(data.path(), "127.0.0.1:8443".parse().unwrap(), &SeededRandom::new(1)).unwrap();
        let (file, _) = citizen(data.path()).unwrap();
        let open = |password: &str| {
            let output = std::process::Command::new("openssl")
                .args(["pkcs12", "-noenc", "-passin", &format!("pass:{password}"), "-in"])
                .arg(&file)
                .output()
                .unwrap();
            (
                output.status.success(),
                String::from_utf8_lossy(&output.stdout).into_owned(),
            )
        };
        let (opened, text) = open(PASSWORD);
        assert!(opened, "{text}");
        assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 2);
        assert!(
            text.contains("BEGIN PRIVATE KEY") && text.contains("friendlyName: Ana"),
            "{text}"
        );
        assert!(!open("other").0);
    }
}
