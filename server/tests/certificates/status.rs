//! What lists and responders say of certificates.

use std::sync::Arc;
use std::time::Duration;

use aldaba_core::level::Level;
use aldaba_server::certificates::Refusal;
use aldaba_server::certificates::revocation::ocsp_message::{CertificateStatus, NONCE};
use aldaba_server::config::Unreachable;
use aldaba_server::testing::START;
use der::Decode;
use der::asn1::{Null, OctetString};
use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint, CrlScope,
    ExtendedKeyUsagePurpose, RevocationReason, date_time_ymd,
};
use x509_cert::ext::pkix::CrlReason;
use x509_cert::serial_number::SerialNumber;

use super::house::{ANA, Case, House, good, revoked};
use super::pki::{Authority, Issued, Says, ask_at, judge, listed_at};
use super::web::Reply;

pub fn lists(house: &House) -> Vec<Case> {
    let people = &house.people;
    let person = people.person(|_| {});
    // The same name as the authority's, another key.
    let imposter = Authority::root("AC Personas de Prueba").list(&[]);
    let mut without = house.case("nowhere_to_ask", &person, Err(Refusal::StatusNowhere));
    without.settings.crls = vec![house.lists[0].clone()];
    let url = house.web.url("/people.crl");
    house.web.put("people.crl", Reply::Bytes(people.list(&[])));
    let by_url = house.unlisted(
        "list_of_the_certificate",
        &people.person(|params| listed_at(params, &url)),
        ANA,
    );
    let point = |names: &str, scope| {
        let names = names.to_owned();
        move |params: &mut CertificateRevocationListParams| {
            params.issuing_distribution_point = Some(CrlIssuingDistributionPoint {
                distribution_point: CrlDistributionPoint { uris: vec![names] },
                scope,
            });
        }
    };
    let pointed = people.person(|params| listed_at(params, "http://127.0.0.1:9/nobody.crl"));
    let root_list = house.files.write(
        "authority_revoked.crl",
        &house
            .root
            .list(&[(people.serial.as_slice(), RevocationReason::CaCompromise)]),
    );
    let mut authority_revoked = house.case("authority_revoked", &person, Err(Refusal::AuthorityRevoked));
    authority_revoked.settings.crls[0] = root_list;
    let serial = person.serial.as_slice();
    vec![
        house.listed(
            "revoked_by_list",
            people.list(&[(serial, RevocationReason::KeyCompromise)]),
            &person,
            Err(Refusal::Revoked),
        ),
        house.listed(
            "suspended_by_list",
            people.list(&[(serial, RevocationReason::CertificateHold)]),
            &person,
            Err(Refusal::Suspended),
        ),
        house.listed(
            "another_is_revoked",
            people.list(&[(b"\x4a\x01", RevocationReason::KeyCompromise)]),
            &person,
            ANA,
        ),
        house.listed(
            "list_out_of_date",
            people.list_with(&[], |params| params.next_update = date_time_ymd(2027, 1, 15)),
            &person,
            Err(Refusal::StatusStale),
        ),
        house.listed(
            "list_of_tomorrow",
            people.list_with(&[], |params| {
                params.this_update = date_time_ymd(2027, 1, 16);
                params.next_update = date_time_ymd(2027, 1, 17);
            }),
            &person,
            Err(Refusal::StatusStale),
        ),
        house.listed("list_by_an_imposter", imposter, &person, Err(Refusal::StatusForged)),
        house.listed("list_is_noise", b"noise".to_vec(), &person, Err(Refusal::StatusForged)),
        house.listed(
            "list_of_another_point",
            people.list_with(
                &[],
                point("http://elsewhere.example/1.crl", Some(CrlScope::UserCertsOnly)),
            ),
            &pointed,
            Err(Refusal::StatusUnreachable),
        ),
        house.listed(
            "list_of_that_point",
            people.list_with(
                &[],
                point("http://127.0.0.1:9/nobody.crl", Some(CrlScope::UserCertsOnly)),
            ),
            &pointed,
            ANA,
        ),
        house.listed(
            "list_of_authorities_only",
            people.list_with(&[], point("http://127.0.0.1:9/nobody.crl", Some(CrlScope::CaCertsOnly))),
            &pointed,
            Err(Refusal::StatusUnreachable),
        ),
        by_url,
        without,
        authority_revoked,
    ]
}

pub fn responders<'a>(house: &'a House, helpers: &'a Helpers) -> Vec<Case> {
    let late = |says: Says<'a>| Says {
        this_update: START.minus(Duration::from_secs(7200)),
        next_update: Some(START.minus(Duration::from_secs(1))),
        ..says
    };
    let mut allowed = house.replied(
        "unreachable_but_allowed",
        Ok(("12345678Z", Level::Low, false)),
        Reply::Status(500),
    );
    allowed.settings.revocation_unreachable = Unreachable::Low;
    let mut stale_is_not_unreachable = house.asked("stale_is_not_unreachable", Err(Refusal::StatusStale), good(), late);
    stale_is_not_unreachable.settings.revocation_unreachable = Unreachable::Low;
    let mut fallback = house.replied("down_but_listed", ANA, Reply::Status(503));
    fallback.settings.crls = house.lists.clone();
    let mut configured = house.unlisted("responder_of_the_settings", &house.people.person(|_| {}), ANA);
    let says = Says::new(&house.people, &configured.presented[0], good()).encode();
    house.web.answer("configured", move |_| Reply::Bytes(says.clone()));
    configured.settings.ocsp_responder = Some(house.web.url("/ocsp/configured").parse().unwrap());
    // Its root's own answers are not there: the list has them.
    let try_later = hex::decode("30030a0103").unwrap();
    vec![
        house.asked("good", ANA, good(), |says| says),
        house.asked("good_by_key", ANA, good(), |says| Says { by_key: true, ..says }),
        house.asked("good_by_delegate", ANA, good(), |says| says.by(&helpers.delegate)),
        house.asked("revoked", Err(Refusal::Revoked), revoked(None), |says| says),
        house.asked(
            "suspended",
            Err(Refusal::Suspended),
            revoked(Some(CrlReason::CertificateHold)),
            |says| says,
        ),
        house.asked(
            "unknown",
            Err(Refusal::StatusUnknown),
            CertificateStatus::Unknown(Null),
            |says| says,
        ),
        house.asked("stale", Err(Refusal::StatusStale), good(), late),
        house.asked("from_tomorrow", Err(Refusal::StatusStale), good(), |says| Says {
            this_update: START.plus(Duration::from_secs(3600)),
            next_update: None,
            ..says
        }),
        house.asked("without_end_but_fresh", ANA, good(), |says| Says {
            next_update: None,
            ..says
        }),
        house.asked("without_end_and_old", Err(Refusal::StatusStale), good(), |says| Says {
            this_update: START.minus(Duration::from_secs(3601)),
            next_update: None,
            ..says
        }),
        house.asked("by_a_stranger", Err(Refusal::StatusForged), good(), |says| {
            says.by(&helpers.stranger)
        }),
        house.asked("by_another_person", Err(Refusal::StatusForged), good(), |says| {
            says.by(&helpers.person)
        }),
        house.asked("delegate_expired", Err(Refusal::StatusForged), good(), |says| {
            says.by(&helpers.expired)
        }),
        house.asked("delegate_to_be_checked", Err(Refusal::StatusForged), good(), |says| {
            says.by(&helpers.unchecked)
        }),
        house.asked(
            "of_another_certificate",
            Err(Refusal::StatusForged),
            good(),
            |mut says| {
                says.id.serial = SerialNumber::new(&[9, 9]).unwrap();
                says
            },
        ),
        house.asked("wrong_nonce", Err(Refusal::StatusForged), good(), |says| Says {
            nonce: Some(vec![7; 32]),
            ..says
        }),
        house.replied("noise", Err(Refusal::StatusForged), Reply::Bytes(b"noise".to_vec())),
        house.replied("error_500", Err(Refusal::StatusUnreachable), Reply::Status(500)),
        house.replied("too_slow", Err(Refusal::StatusUnreachable), Reply::Never),
        house.replied("try_later", Err(Refusal::StatusUnreachable), Reply::Bytes(try_later)),
        house.replied(
            "endless",
            Err(Refusal::StatusUnreachable),
            Reply::Bytes(vec![0; 70_000]),
        ),
        allowed,
        stale_is_not_unreachable,
        fallback,
        configured,
    ]
}

/// Who might answer for the authority.
pub struct Helpers {
    delegate: Issued,
    stranger: Issued,
    person: Issued,
    expired: Issued,
    unchecked: Issued,
}

impl Helpers {
    pub fn new(house: &House) -> Self {
        Self {
            delegate: house.people.delegate(|_| {}),
            stranger: Authority::root("AC Personas de Prueba").delegate(|_| {}),
            person: house.people.delegate(|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
            expired: house
                .people
                .delegate(|params| params.not_after = date_time_ymd(2027, 1, 1)),
            unchecked: house.people.delegate(|params| params.custom_extensions.clear()),
        }
    }
}

// REQ-CERT-04
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nonce_that_comes_back_is_the_one_that_was_sent() {
    let house = House::new().await;
    let issued = house
        .people
        .person(|params| ask_at(params, &house.web.url("/ocsp/nonce")));
    let authority = Arc::new(house);
    let (by, about) = (Arc::clone(&authority), issued.der.clone());
    authority.web.answer("nonce", move |request| {
        let extensions = request.content.extensions.unwrap();
        let sent = extensions.iter().find(|extension| extension.extn_id == NONCE).unwrap();
        let sent = OctetString::from_der(sent.extn_value.as_bytes()).unwrap();
        assert_eq!(sent.as_bytes().len(), 32);
        let says = Says {
            nonce: Some(sent.as_bytes().to_vec()),
            ..Says::new(&by.people, &about, good())
        };
        Reply::Bytes(says.encode())
    });
    let mut settings = authority.settings();
    settings.crls = vec![authority.lists[0].clone()];
    let found = judge(&settings, &[&issued.der, &authority.people.der]).await;
    assert_eq!(found.map(|proven| proven.level), Ok(Level::Substantial));
    assert_eq!(authority.web.questions(), 1);
}
