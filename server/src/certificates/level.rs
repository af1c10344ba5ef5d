//! How sure a certificate is of who the person is: no more than what it says of itself.
//!
//! Substantial; high where one of its policies (RFC 5280 section 4.2.1.4) is in the operator's list of policies under which
//! qualified certificates are issued on a card (a qualified device). Whether a policy is such a one stands in the authority's
//! practice statement, not in the certificate, so that it cannot be guessed here.

use aldaba_core::level::Level;
use der::asn1::ObjectIdentifier;
use x509_cert::Certificate;
use x509_cert::ext::pkix::CertificatePolicies;

/// The level that a certificate reaches.
#[must_use]
pub fn level(certificate: &Certificate, on_card: &[ObjectIdentifier]) -> Level {
    let policies = certificate.tbs_certificate().get_extension::<CertificatePolicies>();
    let is_on_card = matches!(policies, Ok(Some((_, CertificatePolicies(found))))
        if found.iter().any(|policy| on_card.contains(&policy.policy_identifier)));
    if is_on_card { Level::High } else { Level::Substantial }
}
