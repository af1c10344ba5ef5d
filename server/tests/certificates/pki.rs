//! Authorities, people's certificates, revocation lists and OCSP answers, made for a test.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use aldaba_core::random::OsRandom;
use aldaba_core::time::Timestamp;
use aldaba_server::certificates::revocation::ocsp_message::{
    Answer, BASIC, CertificateId, CertificateStatus, NO_CHECK, ResponderId, Response, ResponseBytes, ResponseContent,
    ResponseStatus, key_hash, nonce,
};
use aldaba_server::certificates::{Certificates, Proven, Refusal};
use aldaba_server::config::{Certificates as Settings, Unreachable};
use aldaba_server::testing::START;
use der::asn1::{Any, BitString, GeneralizedTime, Ia5String, Null, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint, CustomExtension,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, SerialNumber, SigningKey, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::ext::pkix::certpolicy::PolicyInformation;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AccessDescription, AuthorityInfoAccessSyntax, CertificatePolicies};

/// A policy under which certificates are on a card, as the settings of these tests say.
pub const ON_CARD: &str = "1.3.6.1.4.1.99999.1.1";
/// Another policy.
pub const IN_SOFTWARE: &str = "1.3.6.1.4.1.99999.1.2";

pub const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];
pub const ORGANISATION: [u64; 4] = [2, 5, 4, 97];
/// As long as the serial number's: changed into a second one afterwards.
pub const PLACEHOLDER: [u64; 4] = [2, 5, 4, 127];

static NEXT: AtomicU64 = AtomicU64::new(1000);

/// A certificate and its key.
pub struct Issued {
    pub der: CertificateDer<'static>,
    pub pem: String,
    pub key: KeyPair,
    pub serial: Vec<u8>,
}

/// An authority.
pub struct Authority {
    pub issuer: Issuer<'static, KeyPair>,
    pub der: CertificateDer<'static>,
    pub pem: String,
    pub serial: Vec<u8>,
}

/// What is signed by somebody, taken apart.
#[derive(Sequence)]
struct Parts {
    content: Any,
    algorithm: Any,
    signature: BitString,
}

#[derive(Sequence)]
struct Basic {
    content: Any,
    algorithm: Any,
    signature: BitString,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    certificates: Option<Vec<Certificate>>,
}

fn serial() -> Vec<u8> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    [&[0x4a][..], &number.to_be_bytes()].concat()
}

fn extension(oid: &[u64], content: &impl Encode) -> CustomExtension {
    CustomExtension::from_oid_content(oid, content.to_der().unwrap())
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CountryName, "ES");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.serial_number = Some(SerialNumber::from(serial()));
    params
}

impl Authority {
    /// One that signed itself.
    pub fn root(name: &str) -> Self {
        Self::root_with(name, |_| {})
    }

    pub fn root_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = authority(name);
        change(&mut params);
        let made = params.self_signed(&key).unwrap();
        Self {
            der: made.der().clone(),
            pem: made.pem(),
            serial: params.serial_number.clone().unwrap().to_bytes(),
            issuer: Issuer::new(params, key),
        }
    }

    /// This one as it was before it was renewed with the same key, in PEM.
    pub fn before_it_was_renewed(&self, name: &str) -> String {
        let mut params = authority(name);
        params.not_after = date_time_ymd(2021, 1, 1);
        params.self_signed(self.issuer.key()).unwrap().pem()
    }

    /// One under this one.
    pub fn below(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = authority(name);
        change(&mut params);
        let made = params.signed_by(&key, &self.issuer).unwrap();
        Self {
            der: made.der().clone(),
            pem: made.pem(),
            serial: params.serial_number.clone().unwrap().to_bytes(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate of what the parameters say.
    pub fn issue(&self, params: CertificateParams) -> Issued {
        let key = KeyPair::generate().unwrap();
        let made = params.signed_by(&key, &self.issuer).unwrap();
        Issued {
            der: made.der().clone(),
            pem: made.pem(),
            serial: params.serial_number.clone().unwrap().to_bytes(),
            key,
        }
    }

    /// Ana's certificate, as FNMT would issue it, with a change.
    pub fn person(&self, change: impl FnOnce(&mut CertificateParams)) -> Issued {
        let mut params = person("IDCES-12345678Z");
        change(&mut params);
        self.issue(params)
    }

    /// The same bytes with something replaced, signed again.
    pub fn sign_again(&self, der: &[u8], from: &[u8], to: &[u8]) -> CertificateDer<'static> {
        let parts = Parts::from_der(der).unwrap();
        let content = replace(&parts.content.to_der().unwrap(), from, to);
        assert_ne!(content, parts.content.to_der().unwrap(), "nothing was replaced");
        let signature = self.issuer.key().sign(&content).unwrap();
        let parts = Parts {
            content: Any::from_der(&content).unwrap(),
            algorithm: Any::from_der(&replace(&parts.algorithm.to_der().unwrap(), from, to)).unwrap(),
            signature: BitString::from_bytes(&signature).unwrap(),
        };
        parts.to_der().unwrap().into()
    }

    /// A revocation list that names those serial numbers, good from the day before the tests' beginning to the day after.
    pub fn list(&self, revoked: &[(&[u8], RevocationReason)]) -> Vec<u8> {
        self.list_with(revoked, |_| {})
    }

    pub fn list_with(
        &self,
        revoked: &[(&[u8], RevocationReason)],
        change: impl FnOnce(&mut CertificateRevocationListParams),
    ) -> Vec<u8> {
        let mut params = CertificateRevocationListParams {
            this_update: date_time_ymd(2027, 1, 14),
            next_update: date_time_ymd(2027, 1, 16),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|(serial, reason)| RevokedCertParams {
                    serial_number: SerialNumber::from(serial.to_vec()),
                    revocation_time: date_time_ymd(2027, 1, 13),
                    reason_code: Some(*reason),
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        change(&mut params);
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }

    pub fn certificate(&self) -> Certificate {
        Certificate::from_der(&self.der).unwrap()
    }

    /// A certificate that lets its holder answer for this authority.
    pub fn delegate(&self, change: impl FnOnce(&mut CertificateParams)) -> Issued {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Responder");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        let oid: Vec<u64> = NO_CHECK.arcs().map(u64::from).collect();
        params.custom_extensions = vec![extension(&oid, &Null)];
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2028, 1, 1);
        params.serial_number = Some(SerialNumber::from(serial()));
        change(&mut params);
        self.issue(params)
    }
}

/// A person's certificate: ES, the number, clientAuth, digitalSignature, valid in 2026 and 2027.
pub fn person(number: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CountryName, "ES");
    params
        .distinguished_name
        .push(DnType::CustomDnType(SERIAL_NUMBER.to_vec()), number);
    params
        .distinguished_name
        .push(DnType::CommonName, "GARCIA RUIZ ANA - 12345678Z");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ClientAuth,
        ExtendedKeyUsagePurpose::EmailProtection,
    ];
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2028, 1, 1);
    params.serial_number = Some(SerialNumber::from(serial()));
    params
}

/// Names another person, or nobody.
pub fn rename(params: &mut CertificateParams, number: Option<&str>) {
    let kind = DnType::CustomDnType(SERIAL_NUMBER.to_vec());
    params.distinguished_name.remove(kind.clone());
    if let Some(number) = number {
        params.distinguished_name.push(kind, number);
    }
}

pub fn policy(params: &mut CertificateParams, policy: &str) {
    let policies = CertificatePolicies(vec![PolicyInformation {
        policy_identifier: ObjectIdentifier::new_unwrap(policy),
        policy_qualifiers: None,
    }]);
    params.custom_extensions.push(extension(&[2, 5, 29, 32], &policies.0));
}

/// Says where the responder is.
pub fn ask_at(params: &mut CertificateParams, url: &str) {
    let access = AuthorityInfoAccessSyntax(vec![AccessDescription {
        access_method: ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1"),
        access_location: GeneralName::UniformResourceIdentifier(Ia5String::new(url).unwrap()),
    }]);
    params
        .custom_extensions
        .push(extension(&[1, 3, 6, 1, 5, 5, 7, 1, 1], &access.0));
}

/// Says where the list is.
pub fn listed_at(params: &mut CertificateParams, url: &str) {
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec![url.to_owned()],
    }];
}

/// An extension that nobody knows.
pub fn unknown_extension(params: &mut CertificateParams, critical: bool) {
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 7], vec![5, 0]);
    extension.set_criticality(critical);
    params.custom_extensions.push(extension);
}

/// Replaces bytes wherever they are.
pub fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = (0..=bytes.len() - from.len())
        .filter(|&at| bytes[at..].starts_with(from))
        .collect();
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// What a responder says, and how.
pub struct Says<'a> {
    pub by: &'a KeyPair,
    pub signer: Certificate,
    /// Sent along.
    pub along: Vec<Certificate>,
    pub by_key: bool,
    pub id: CertificateId,
    pub status: CertificateStatus,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
    pub nonce: Option<Vec<u8>>,
}

impl<'a> Says<'a> {
    /// The authority itself says of one of its certificates.
    pub fn new(authority: &'a Authority, about: &CertificateDer<'_>, status: CertificateStatus) -> Self {
        let issuer = authority.certificate();
        Self {
            by: authority.issuer.key(),
            id: CertificateId::new(&Certificate::from_der(about).unwrap(), &issuer).unwrap(),
            signer: issuer,
            along: Vec::new(),
            by_key: false,
            status,
            this_update: START,
            next_update: Some(START.plus(std::time::Duration::from_secs(600))),
            nonce: None,
        }
    }

    /// Somebody else says it.
    pub fn by(mut self, issued: &'a Issued) -> Self {
        self.by = &issued.key;
        self.signer = Certificate::from_der(&issued.der).unwrap();
        self.along = vec![self.signer.clone()];
        self
    }

    pub fn encode(&self) -> Vec<u8> {
        let content = ResponseContent {
            version: x509_cert::Version::V1,
            responder: if self.by_key {
                ResponderId::Key(key_hash(&self.signer).unwrap())
            } else {
                ResponderId::Name(self.signer.tbs_certificate().subject().clone())
            },
            produced_at: time(self.this_update),
            answers: vec![Answer {
                id: self.id.clone(),
                status: self.status.clone(),
                this_update: time(self.this_update),
                next_update: self.next_update.map(time),
                extensions: None,
            }],
            extensions: self.nonce.as_ref().map(|bytes| vec![nonce(bytes).unwrap()]),
        }
        .to_der()
        .unwrap();
        let basic = Basic {
            signature: BitString::from_bytes(&self.by.sign(&content).unwrap()).unwrap(),
            content: Any::from_der(&content).unwrap(),
            // ecdsa-with-SHA256
            algorithm: Any::from_der(&hex::decode("300a06082a8648ce3d040302").unwrap()).unwrap(),
            certificates: (!self.along.is_empty()).then(|| self.along.clone()),
        };
        Response {
            status: ResponseStatus::Successful,
            bytes: Some(ResponseBytes {
                kind: BASIC,
                signed: OctetString::new(basic.to_der().unwrap()).unwrap(),
            }),
        }
        .to_der()
        .unwrap()
    }
}

pub fn time(moment: Timestamp) -> GeneralizedTime {
    GeneralizedTime::from_unix_duration(moment.since(Timestamp::from_millis(0))).unwrap()
}

/// A server's files: its own TLS certificate, the authorities that it trusts.
pub struct Files {
    folder: tempfile::TempDir,
    /// The authority of the server's own certificate, for clients.
    pub tls: Authority,
}

pub const HOST: &str = "cert.pin.example";

impl Files {
    pub fn new(trusted: &[&Authority]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tls = Authority::root("TLS");
        let mut params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
        params.serial_number = Some(SerialNumber::from(serial()));
        let server = tls.issue(params);
        let files = Self { folder, tls };
        std::fs::write(files.path("server.pem"), server.pem).unwrap();
        std::fs::write(files.path("server.key"), server.key.serialize_pem()).unwrap();
        std::fs::set_permissions(files.path("server.key"), std::fs::Permissions::from_mode(0o400)).unwrap();
        let trusted: String = trusted.iter().map(|authority| authority.pem.as_str()).collect();
        std::fs::write(files.path("authorities.pem"), trusted).unwrap();
        files
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A revocation list as a file; its name.
    pub fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn settings(&self) -> Settings {
        Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            public_url: format!("https://{HOST}").parse().unwrap(),
            server_certificate: self.path("server.pem"),
            server_key: self.path("server.key"),
            authorities: vec![self.path("authorities.pem")],
            intermediates: Vec::new(),
            crls: Vec::new(),
            ocsp_responder: None,
            revocation_unreachable: Unreachable::Refuse,
            revocation_deadline_seconds: 1,
            on_card_policies: vec![ON_CARD.to_owned()],
        }
    }
}

/// What becomes of a certificate under those settings, at the moment at which every test begins.
pub async fn judge(settings: &Settings, presented: &[&CertificateDer<'static>]) -> Result<Proven, Refusal> {
    judge_at(&Certificates::open(settings).unwrap(), presented, START).await
}

pub async fn judge_at(
    certificates: &Certificates,
    presented: &[&CertificateDer<'static>],
    now: Timestamp,
) -> Result<Proven, Refusal> {
    let presented: Vec<CertificateDer<'static>> = presented.iter().map(|der| (*der).clone()).collect();
    certificates.judge(&presented, &OsRandom, now).await
}
