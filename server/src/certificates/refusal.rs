//! Why somebody is not signed in with a certificate: one outcome a case, each with a page of its own.

use aldaba_store::StoreError;
use http::StatusCode;

macro_rules! refusals {
    ($($(#[$about:meta])+ $name:ident => $word:literal, $status:ident;)+) => {
        /// Why somebody is not signed in with a certificate.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Refusal {
            $($(#[$about])+ $name,)+
        }

        impl Refusal {
            /// Every one, in the order of docs/error-codes.md.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its word in keys of texts: `certificate-WORD-title`.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// The HTTP status of its page.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                }
            }
        }
    };
}

refusals! {
    /// The ticket in the address is unknown, used or too late.
    Ticket => "ticket", GONE;
    /// The ticket came back in another browser than the one that began.
    OtherBrowser => "other-browser", FORBIDDEN;
    /// The browser presented no certificate.
    Missing => "missing", FORBIDDEN;
    /// What was presented cannot be read as an X.509 certificate of version 3.
    Malformed => "malformed", FORBIDDEN;
    /// It has a critical extension that we do not understand (RFC 5280 section 4.2 asks to refuse it).
    Extension => "extension", FORBIDDEN;
    /// No authority that we know has issued it.
    Authority => "authority", FORBIDDEN;
    /// It names an authority that we know, which has not signed it: it was forged or changed.
    Forged => "forged", FORBIDDEN;
    /// It is signed by an algorithm or key that is too weak or unknown.
    Weak => "weak", FORBIDDEN;
    /// Its validity is over.
    Expired => "expired", FORBIDDEN;
    /// Its validity has not begun.
    NotYet => "not-yet", FORBIDDEN;
    /// The validity of an authority above it is over, or has not begun.
    AuthorityExpired => "authority-expired", FORBIDDEN;
    /// A certificate that is no authority's, or not for this, stands above it.
    AuthorityUnfit => "authority-unfit", FORBIDDEN;
    /// Its name is none that its authority may issue for.
    NameConstraint => "name-constraint", FORBIDDEN;
    /// It is an authority's own certificate.
    IsAuthority => "is-authority", FORBIDDEN;
    /// Its key is not for authentication (key usage lacks digitalSignature): a DNIe's other certificate, most often.
    Usage => "usage", FORBIDDEN;
    /// It is for another purpose (extended key usage lacks clientAuth).
    Purpose => "purpose", FORBIDDEN;
    /// It was revoked.
    Revoked => "revoked", FORBIDDEN;
    /// It is suspended for the time being (certificateHold).
    Suspended => "suspended", FORBIDDEN;
    /// An authority above it was revoked.
    AuthorityRevoked => "authority-revoked", FORBIDDEN;
    /// Its authority answers that it does not know it.
    StatusUnknown => "status-unknown", FORBIDDEN;
    /// Nobody who knows whether it was revoked answered in time.
    StatusUnreachable => "status-unreachable", SERVICE_UNAVAILABLE;
    /// What is known of its revocation is out of date.
    StatusStale => "status-stale", SERVICE_UNAVAILABLE;
    /// The answer about its revocation is not its authority's.
    StatusForged => "status-forged", SERVICE_UNAVAILABLE;
    /// Nobody says where its revocation could be asked for.
    StatusNowhere => "status-nowhere", FORBIDDEN;
    /// It names nobody by a document number.
    Nameless => "nameless", FORBIDDEN;
    /// It names more than one document number.
    Ambiguous => "ambiguous", FORBIDDEN;
    /// It is of an organisation, not of a person.
    Organisation => "organisation", FORBIDDEN;
    /// Its document is of another country.
    Country => "country", FORBIDDEN;
    /// It names a passport, by which nobody is registered here.
    Passport => "passport", FORBIDDEN;
    /// It names the person by another kind of number than that of a DNI or NIE.
    OtherNumber => "other-number", FORBIDDEN;
    /// Its document number has the wrong shape.
    NumberShape => "number-shape", FORBIDDEN;
    /// The letter of its document number is wrong.
    NumberLetter => "number-letter", FORBIDDEN;
    /// It is good, but whoever it names is not registered here.
    Unregistered => "unregistered", FORBIDDEN;
    /// It is good, but its owner lets nobody sign in as them with a certificate.
    SwitchedOff => "switched-off", FORBIDDEN;
    /// It is good, but proves less than what the site asks for.
    Level => "level", FORBIDDEN;
}

impl Refusal {
    /// Its code: `certificate_expired`. In pages (`data-code`), figures and the log.
    #[must_use]
    pub fn code(self) -> String {
        format!("certificate_{}", self.word().replace('-', "_"))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.code())
    }
}

impl std::error::Error for Refusal {}

/// Why there is no sign-in: a refusal, or a fault below.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The certificate, or the way it came.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The database. Nothing was used up.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use crate::texts::Texts;
    use aldaba_core::language::Language;
    use std::collections::BTreeSet;

    // REQ-CERT-10
    #[test]
    fn every_outcome_has_its_own_code_texts_and_line() {
        let documented = include_str!("../../../docs/error-codes.md");
        let texts = Texts::embedded();
        let mut codes = BTreeSet::new();
        let mut told = BTreeSet::new();
        for refusal in Refusal::ALL {
            let code = refusal.code();
            assert!(codes.insert(code.clone()), "{code} is there twice");
            assert!(
                documented.contains(&format!("| {code} | {} |", refusal.status().as_u16())),
                "{code} has no line in docs/error-codes.md"
            );
            for language in Language::ALL {
                for part in ["title", "text"] {
                    let key = format!("certificate-{}-{part}", refusal.word());
                    assert!(texts.has(language, &key), "{key} in {}", language.tag());
                    assert!(told.insert(texts.get(language, &key)), "{key} says what another says");
                }
            }
        }
    }
}
