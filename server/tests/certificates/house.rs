//! An authority's whole house, and cases in it.

use aldaba_core::level::Level;
use aldaba_server::certificates::Refusal;
use aldaba_server::certificates::revocation::ocsp_message::{CertificateStatus, Revoked};
use aldaba_server::config::Certificates as Settings;
use aldaba_server::testing::START;
use der::asn1::Null;
use rcgen::CertificateParams;
use rustls::pki_types::CertificateDer;
use x509_cert::ext::pkix::CrlReason;

use super::pki::{Authority, Files, Issued, Says, ask_at, time};
use super::web::{Reply, Web};

/// Whom it names, at which level, and whether they represent somebody; or why not.
pub type Outcome = Result<(&'static str, Level, bool), Refusal>;

/// A root, an authority below it that issues people's certificates, and lists of both on which nothing stands.
pub struct House {
    pub files: Files,
    pub root: Authority,
    pub people: Authority,
    pub lists: Vec<String>,
    pub web: Web,
}

pub struct Case {
    pub name: &'static str,
    pub presented: Vec<CertificateDer<'static>>,
    pub settings: Settings,
    pub expected: Outcome,
}

impl House {
    pub async fn new() -> Self {
        let root = Authority::root("AC RAIZ DE PRUEBA");
        let people = root.below("AC Personas de Prueba", |_| {});
        let files = Files::new(&[&root]);
        let lists = vec![
            files.write("root.crl", &root.list(&[])),
            files.write("people.crl", &people.list(&[])),
        ];
        Self {
            files,
            root,
            people,
            lists,
            web: Web::start().await,
        }
    }

    pub fn settings(&self) -> Settings {
        Settings {
            crls: self.lists.clone(),
            ..self.files.settings()
        }
    }

    /// A person's certificate and its authority's, under the usual settings.
    pub fn case(&self, name: &'static str, issued: &Issued, expected: Outcome) -> Case {
        self.der(name, vec![issued.der.clone(), self.people.der.clone()], expected)
    }

    pub fn der(&self, name: &'static str, presented: Vec<CertificateDer<'static>>, expected: Outcome) -> Case {
        Case {
            name,
            presented,
            settings: self.settings(),
            expected,
        }
    }

    pub fn refused(&self, name: &'static str, refusal: Refusal, change: impl FnOnce(&mut CertificateParams)) -> Case {
        self.case(name, &self.people.person(change), Err(refusal))
    }

    /// Below another authority of this house.
    pub fn below(&self, name: &'static str, expected: Outcome, change: impl FnOnce(&mut CertificateParams)) -> Case {
        let authority = self.root.below("AC Otra", change);
        let list = self.files.write(&format!("{name}.crl"), &authority.list(&[]));
        let mut case = self.der(
            name,
            vec![authority.person(|_| {}).der, authority.der.clone()],
            expected,
        );
        case.settings.crls.push(list);
        case
    }

    /// Another list instead of the usual one of the people's authority.
    pub fn listed(&self, name: &'static str, list: Vec<u8>, issued: &Issued, expected: Outcome) -> Case {
        let file = self.files.write(&format!("{name}.crl"), &list);
        let mut case = self.case(name, issued, expected);
        case.settings.crls = vec![self.lists[0].clone(), file];
        case
    }

    /// A certificate that names a responder, which says that; no list of its authority is there.
    pub fn asked<'a>(
        &'a self,
        name: &'static str,
        expected: Outcome,
        status: CertificateStatus,
        change: impl FnOnce(Says<'a>) -> Says<'a>,
    ) -> Case {
        let issued = self
            .people
            .person(|params| ask_at(params, &self.web.url(&format!("/ocsp/{name}"))));
        let says = change(Says::new(&self.people, &issued.der, status)).encode();
        self.web.answer(name, move |_| Reply::Bytes(says.clone()));
        self.unlisted(name, &issued, expected)
    }

    /// The same, whose responder only does that.
    pub fn replied(&self, name: &'static str, expected: Outcome, reply: Reply) -> Case {
        let issued = self
            .people
            .person(|params| ask_at(params, &self.web.url(&format!("/ocsp/{name}"))));
        self.web.answer(name, move |_| reply.clone());
        self.unlisted(name, &issued, expected)
    }

    pub fn unlisted(&self, name: &'static str, issued: &Issued, expected: Outcome) -> Case {
        let mut case = self.case(name, issued, expected);
        case.settings.crls = vec![self.lists[0].clone()];
        case
    }
}

pub const ANA: Outcome = Ok(("12345678Z", Level::Substantial, false));

pub fn good() -> CertificateStatus {
    CertificateStatus::Good(Null)
}

pub fn revoked(reason: Option<CrlReason>) -> CertificateStatus {
    CertificateStatus::Revoked(Revoked {
        at: time(START),
        reason,
    })
}
