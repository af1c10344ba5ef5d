//! Each way in which a certificate can be good or not, with its own outcome.

use std::collections::BTreeSet;

use aldaba_core::level::Level;
use aldaba_server::certificates::{Proven, Refusal};
use rcgen::{
    BasicConstraints, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose, NameConstraints, SanType,
    date_time_ymd,
};

use super::house::{ANA, Case, House};
use super::pki::{
    Authority, IN_SOFTWARE, ON_CARD, ORGANISATION, PLACEHOLDER, judge, policy, rename, unknown_extension,
};
use super::status::{Helpers, lists, responders};

fn who(house: &House) -> Vec<Case> {
    let named = |name, number: &str, expected| {
        let issued = house.people.person(|params| rename(params, Some(number)));
        house.case(name, &issued, expected)
    };
    let represents = house.people.person(|params| {
        params
            .distinguished_name
            .push(DnType::CustomDnType(ORGANISATION.to_vec()), "VATES-B12345674");
    });
    let seal = house.people.person(|params| {
        rename(params, None);
        params
            .distinguished_name
            .push(DnType::CustomDnType(ORGANISATION.to_vec()), "VATES-B12345674");
    });
    let foreign = house.people.person(|params| {
        rename(params, Some("12345678Z"));
        params.distinguished_name.remove(DnType::CountryName);
        params.distinguished_name.push(DnType::CountryName, "FR");
    });
    let two = house.people.person(|params| {
        params
            .distinguished_name
            .push(DnType::CustomDnType(PLACEHOLDER.to_vec()), "IDCES-87654321X");
    });
    let two = house.people.sign_again(&two.der, &[0x55, 4, 127], &[0x55, 4, 5]);
    let common_name = house.people.person(|params| {
        params.distinguished_name.remove(DnType::CommonName);
        params
            .distinguished_name
            .push(DnType::CommonName, "serialNumber=IDCES-87654321X");
    });
    vec![
        named("fnmt", "IDCES-12345678Z", ANA),
        named("dnie", "12345678Z", ANA),
        named("nie", "IDCES-X1234567L", Ok(("X1234567L", Level::Substantial, false))),
        house.case("common_name_is_not_read", &common_name, ANA),
        house.case(
            "representative",
            &represents,
            Ok(("12345678Z", Level::Substantial, true)),
        ),
        house.case("seal_of_a_company", &seal, Err(Refusal::Organisation)),
        named("company_as_number", "VATES-B12345674", Err(Refusal::Organisation)),
        named("company_bare", "B12345674", Err(Refusal::Organisation)),
        named("other_country", "IDCFR-12345678Z", Err(Refusal::Country)),
        house.case("bare_number_of_another_country", &foreign, Err(Refusal::Country)),
        named("passport", "PASES-AAA123456", Err(Refusal::Passport)),
        named("tax_number", "TINES-12345678Z", Err(Refusal::OtherNumber)),
        named("wrong_letter", "IDCES-12345678A", Err(Refusal::NumberLetter)),
        named("wrong_letter_bare", "12345678A", Err(Refusal::NumberLetter)),
        named("too_short", "IDCES-1234567", Err(Refusal::NumberShape)),
        named("other_spelling", "IDCES-12.345.678-Z", Err(Refusal::NumberShape)),
        house.refused("no_number", Refusal::Nameless, |params| rename(params, None)),
        house.der(
            "two_numbers",
            vec![two, house.people.der.clone()],
            Err(Refusal::Ambiguous),
        ),
    ]
}

fn level(house: &House) -> Vec<Case> {
    let on_card = house.people.person(|params| policy(params, ON_CARD));
    let in_software = house.people.person(|params| policy(params, IN_SOFTWARE));
    vec![
        house.case("policy_on_card", &on_card, Ok(("12345678Z", Level::High, false))),
        house.case("policy_in_software", &in_software, ANA),
    ]
}

fn itself(house: &House) -> Vec<Case> {
    let plain = house.people.person(|_| {});
    let mut torn = plain.der.to_vec();
    torn.truncate(100);
    // version [0] EXPLICIT INTEGER 2 (that is v3) becomes 1.
    let older = house
        .people
        .sign_again(&plain.der, &[0xa0, 3, 2, 1, 2], &[0xa0, 3, 2, 1, 1]);
    let other = Authority::root("AC RAIZ DE PRUEBA");
    let weak = house.people.sign_again(
        &plain.der,
        // ecdsa-with-SHA256 becomes ecdsa-with-SHA224.
        &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
        &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 1],
    );
    let mut changed = plain.der.to_vec();
    let name = changed.windows(9).position(|window| window == b"12345678Z").unwrap();
    changed[name..name + 9].copy_from_slice(b"87654321X");
    vec![
        house.der("none", Vec::new(), Err(Refusal::Missing)),
        house.der("torn", vec![torn.into()], Err(Refusal::Malformed)),
        house.der("noise", vec![vec![0x30, 0x80, 1, 2].into()], Err(Refusal::Malformed)),
        house.der(
            "version_2",
            vec![older, house.people.der.clone()],
            Err(Refusal::Malformed),
        ),
        house.refused("critical_extension", Refusal::Extension, |params| {
            unknown_extension(params, true)
        }),
        house.case(
            "other_extension",
            &house.people.person(|params| unknown_extension(params, false)),
            ANA,
        ),
        house.refused("expired", Refusal::Expired, |params| {
            params.not_after = date_time_ymd(2027, 1, 14)
        }),
        house.refused("not_yet", Refusal::NotYet, |params| {
            params.not_before = date_time_ymd(2027, 1, 16)
        }),
        house.refused("usage_signature_only", Refusal::Usage, |params| {
            params.key_usages = vec![KeyUsagePurpose::ContentCommitment];
        }),
        house.refused("usage_absent", Refusal::Usage, |params| params.key_usages.clear()),
        house.refused("purpose_of_a_server", Refusal::Purpose, |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }),
        house.case(
            "purpose_absent",
            &house.people.person(|params| params.extended_key_usages.clear()),
            ANA,
        ),
        house.der(
            "authority_itself",
            vec![house.people.der.clone()],
            Err(Refusal::IsAuthority),
        ),
        house.der(
            "self_signed",
            vec![other.person(|_| {}).der, other.der.clone()],
            Err(Refusal::Forged),
        ),
        house.der(
            "changed_afterwards",
            vec![changed.into(), house.people.der.clone()],
            Err(Refusal::Forged),
        ),
        house.der(
            "weak_signature",
            vec![weak, house.people.der.clone()],
            Err(Refusal::Weak),
        ),
    ]
}

fn above(house: &House) -> Vec<Case> {
    let unknown = Authority::root("AC Desconocida");
    let person = house.people.person(|_| {});
    let middle = house.people.issue(super::pki::person("IDCES-87654321X"));
    let by_a_person = {
        // Somebody with a person's certificate plays the authority.
        let params = super::pki::person("IDCES-87654321X");
        let mallory = rcgen::Issuer::new(params, middle.key);
        let key = rcgen::KeyPair::generate().unwrap();
        let made = super::pki::person("IDCES-12345678Z").signed_by(&key, &mallory).unwrap();
        made.der().clone()
    };
    let long = house.root.below("AC Sin Hijas", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let child = long.below("AC Hija", |_| {});
    let old_root = Authority::root_with("AC Antigua", |params| params.not_after = date_time_ymd(2027, 1, 1));
    let mut over = house.der(
        "anchor_expired",
        vec![old_root.person(|_| {}).der],
        Err(Refusal::AuthorityExpired),
    );
    over.settings.authorities = vec![house.files.path("old.pem")];
    std::fs::write(house.files.path("old.pem"), &old_root.pem).unwrap();
    let mut renewed = house.der(
        "anchor_renewed",
        vec![person.der.clone(), house.people.der.clone()],
        ANA,
    );
    let before = house.root.before_it_was_renewed("AC RAIZ DE PRUEBA");
    std::fs::write(house.files.path("before.pem"), before).unwrap();
    renewed.settings.authorities.insert(0, house.files.path("before.pem"));
    let mut completed = house.der("intermediate_from_settings", vec![person.der.clone()], ANA);
    std::fs::write(house.files.path("people.pem"), &house.people.pem).unwrap();
    completed.settings.intermediates = vec![house.files.path("people.pem")];
    vec![
        completed,
        house.der("intermediate_absent", vec![person.der.clone()], Err(Refusal::Authority)),
        house.der(
            "unknown_authority",
            vec![unknown.person(|_| {}).der, unknown.der.clone()],
            Err(Refusal::Authority),
        ),
        house.der(
            "person_plays_authority",
            vec![by_a_person, middle.der, house.people.der.clone()],
            Err(Refusal::AuthorityUnfit),
        ),
        house.der(
            "path_too_long",
            vec![child.person(|_| {}).der, child.der.clone(), long.der.clone()],
            Err(Refusal::AuthorityUnfit),
        ),
        house.below("authority_may_not_sign", Err(Refusal::AuthorityUnfit), |params| {
            params.key_usages = vec![KeyUsagePurpose::CrlSign];
        }),
        house.below("authority_expired", Err(Refusal::AuthorityExpired), |params| {
            params.not_after = date_time_ymd(2027, 1, 1);
        }),
        over,
        renewed,
        name_constraint(house),
    ]
}

fn name_constraint(house: &House) -> Case {
    let authority = house.root.below("AC Limitada", |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("villarriba.example".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let issued = authority.person(|params| {
        params.subject_alt_names = vec![SanType::DnsName("villabajo.example".try_into().unwrap())];
    });
    house.der(
        "name_constraint",
        vec![issued.der, authority.der.clone()],
        Err(Refusal::NameConstraint),
    )
}

// REQ-CERT-01, REQ-CERT-02, REQ-CERT-03, REQ-CERT-04, REQ-CERT-05, REQ-CERT-06, REQ-CERT-07, REQ-CERT-10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_case_has_its_own_outcome() {
    let house = House::new().await;
    let helpers = Helpers::new(&house);
    let cases: Vec<Case> = [
        who(&house),
        level(&house),
        itself(&house),
        above(&house),
        lists(&house),
        responders(&house, &helpers),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for case in &cases {
        let presented: Vec<_> = case.presented.iter().collect();
        let found = judge(&case.settings, &presented).await;
        let found = found.as_ref().map(
            |Proven {
                 document,
                 level,
                 represents,
             }| (document.canonical(), *level, *represents),
        );
        let expected = case.expected;
        if found != expected.as_ref().map(|known| *known) {
            wrong.push(format!("{}: {found:?} instead of {expected:?}", case.name));
        }
        seen.extend(expected.err().map(Refusal::code));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases.len() >= 80, "{} cases", cases.len());
    // What a certificate alone cannot be refused for: the ways there and back, who is registered, what the site asks for.
    let others = [
        Refusal::Ticket,
        Refusal::OtherBrowser,
        Refusal::Unregistered,
        Refusal::SwitchedOff,
        Refusal::Level,
    ];
    let missing: Vec<String> = Refusal::ALL
        .iter()
        .filter(|refusal| !others.contains(refusal))
        .map(|refusal| refusal.code())
        .filter(|code| !seen.contains(code))
        .collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
