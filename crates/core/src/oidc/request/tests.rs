use super::*;
use crate::random::{Random, SeededRandom, below};

const HOME: &str = "https://sede.example/vuelta?a=1";

fn client() -> (Vec<String>, Vec<Method>, Vec<Claim>) {
    (
        vec![HOME.to_owned(), "https://otra.example/".to_owned()],
        vec![Method::Incoming, Method::SelfGenerated, Method::Qr],
        vec![Claim::GivenName, Claim::FamilyName],
    )
}

fn good() -> Vec<(&'static str, String)> {
    [
        ("client_id", "sede"),
        ("redirect_uri", HOME),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s+t"),
        ("nonce", "n"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

fn judged_as(changes: &[(&'static str, Option<&str>)], asked: Result<Asked, &'static str>) -> Judged {
    let mut pairs = good();
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.extend(value.map(|value| (*name, value.to_owned())));
    }
    let parameters = Parameters::collect(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let (redirect_uris, methods, claims) = client();
    let rules = ClientRules {
        redirect_uris: &redirect_uris,
        level: Level::Low,
        methods,
        procedures: vec![("padron", None), ("tributos", Some(Level::Substantial))],
        claims: &claims,
    };
    judge(&parameters, &rules, asked)
}

fn judged(changes: &[(&'static str, Option<&str>)]) -> Judged {
    judged_as(changes, Ok(Asked::default()))
}

fn request(changes: &[(&'static str, Option<&str>)]) -> Request {
    match judged(changes) {
        Judged::Good(request) => *request,
        other => panic!("{other:?}"),
    }
}

fn error(judged: Judged) -> &'static str {
    match judged {
        Judged::Refused {
            redirect_uri,
            state,
            refusal,
        } => {
            assert_eq!((redirect_uri.as_str(), state.as_deref()), (HOME, Some("s+t")));
            refusal.error.as_str()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_request_is_read() {
    let read = request(&[]);
    assert_eq!(
        (read.level, read.acr.as_slice(), read.scope.as_str()),
        (Level::Low, &[][..], "openid")
    );
    assert_eq!(read.methods.len(), 3);
    assert_eq!(format!("{read:?}").matches("s+t").count(), 0);
    assert_eq!(
        request(&[("ui_locales", Some("fr en-GB es"))]).language,
        Some(Language::En)
    );
    assert_eq!(
        request(&[("login_hint", Some("12345678Z")), ("display", Some("popup"))]),
        read
    );
}

// REQ-OIDC-02
#[test]
fn nothing_is_redirected_to_an_address_that_is_not_registered() {
    for wrong in [
        None,
        Some(""),
        Some("https://sede.example/vuelta"),
        Some("https://evil.example/"),
    ] {
        assert_eq!(
            judged(&[("redirect_uri", wrong), ("scope", None)]),
            Judged::Page(PageFault::RedirectUri)
        );
    }
}

// REQ-OIDC-02: five hundred mutations, none accepted.
#[test]
fn five_hundred_mutations_of_a_redirect_uri_are_refused() {
    let random = SeededRandom::new(500);
    let (registered, ..) = client();
    let mut tried = BTreeSet::new();
    while tried.len() < 500 {
        let mutant = mutate(&random);
        if registered.contains(&mutant) || !tried.insert(mutant.clone()) {
            continue;
        }
        assert_eq!(
            judged(&[("redirect_uri", Some(&mutant))]),
            Judged::Page(PageFault::RedirectUri),
            "{mutant}"
        );
    }
}

/// One of the ways in which addresses are bent, at a random place.
fn mutate(random: &dyn Random) -> String {
    let mut text: Vec<char> = HOME.chars().collect();
    let at = below(text.len() as u32, random) as usize;
    let any = char::from(33 + below(94, random) as u8);
    match below(12, random) {
        0 => text[at] = any,
        1 => text.insert(at, any),
        2 => drop(text.remove(at)),
        3 => text.swap(at, 0),
        4 => text.truncate(at),
        5 => text[at] = text[at].to_ascii_uppercase(),
        6 => text.splice(at..at, "%2e%2e/".chars()).for_each(drop),
        7 => text.extend("#&\\@/. ?".chars().nth(below(8, random) as usize)),
        8 => text.splice(0..5, "http".chars()).for_each(drop),
        9 => text
            .splice(
                8..8,
                ["evil.example@", "evil.example/", "evil."][below(3, random) as usize].chars(),
            )
            .for_each(drop),
        10 => text.insert(at, '\u{200b}'),
        _ => text
            .splice(at..=at, format!("%{:02X}", text[at] as u32).chars())
            .for_each(drop),
    }
    text.into_iter().collect()
}

// REQ-OIDC-03
#[test]
fn a_parameter_comes_once() {
    for name in KNOWN {
        let mut pairs = good();
        pairs.extend([(name, "x".to_owned()), (name, "x".to_owned())]);
        let parameters = Parameters::collect(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let (redirect_uris, methods, claims) = client();
        let rules = ClientRules {
            redirect_uris: &redirect_uris,
            level: Level::Low,
            methods,
            procedures: Vec::new(),
            claims: &claims,
        };
        match judge(&parameters, &rules, Ok(Asked::default())) {
            Judged::Page(PageFault::RedirectUri) => assert_eq!(name, "redirect_uri"),
            Judged::Refused { refusal, .. } => assert_eq!(refusal.error, AuthorizationError::InvalidRequest, "{name}"),
            Judged::Good(_) => panic!("{name}"),
        }
    }
}

// REQ-OIDC-04, REQ-OIDC-05, REQ-OIDC-06, REQ-OIDC-07
#[test]
fn each_fault_has_the_error_of_its_standard() {
    for (name, value, expected) in [
        ("response_type", None, "invalid_request"),
        ("response_type", Some("token"), "unsupported_response_type"),
        ("response_type", Some("code id_token"), "unsupported_response_type"),
        ("response_type", Some("none"), "unsupported_response_type"),
        ("response_mode", Some("fragment"), "invalid_request"),
        ("response_mode", Some("form_post"), "invalid_request"),
        ("scope", None, "invalid_scope"),
        ("scope", Some("profile"), "invalid_scope"),
        ("scope", Some("OPENID"), "invalid_scope"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        (
            "code_challenge",
            Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"),
            "invalid_request",
        ),
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("code_challenge_method", Some("s256"), "invalid_request"),
        ("prompt", Some("none login"), "invalid_request"),
        ("prompt", Some("create"), "invalid_request"),
        ("max_age", Some("-1"), "invalid_request"),
        ("max_age", Some("soon"), "invalid_request"),
        ("request", Some("eyJ"), "request_not_supported"),
        (
            "request_uri",
            Some("https://sede.example/r"),
            "request_uri_not_supported",
        ),
        ("registration", Some("{}"), "registration_not_supported"),
        ("procedure", Some("nada"), "invalid_request"),
        ("methods", Some("telepathy"), "invalid_request"),
        ("methods", Some("sms"), "invalid_request"),
    ] {
        assert_eq!(error(judged(&[(name, value)])), expected, "{name}={value:?}");
    }
    let long = "n".repeat(LONGEST_NONCE + 1);
    assert_eq!(error(judged(&[("nonce", Some(&long))])), "invalid_request");
    assert_eq!(error(judged_as(&[], Err("claims is no JSON"))), "invalid_request");
}

// REQ-OIDC-18, REQ-OIDC-19
#[test]
fn what_is_asked_only_narrows() {
    assert_eq!(request(&[("procedure", Some("padron"))]).level, Level::Low);
    let high = request(&[("procedure", Some("tributos"))]);
    assert_eq!(
        (high.level, high.methods),
        (Level::Substantial, vec![Method::Incoming, Method::Qr])
    );
    let lowered = request(&[("procedure", Some("tributos")), ("acr_values", Some(Level::Low.acr()))]);
    assert_eq!(
        lowered.level,
        Level::Substantial,
        "a site cannot ask for less than was agreed"
    );
    let only = request(&[("methods", Some("self_generated sms"))]);
    assert_eq!(only.methods, [Method::SelfGenerated], "nor for a method that was not");
    let raised = request(&[(
        "acr_values",
        Some("http://eidas.europa.eu/LoA/high http://eidas.europa.eu/LoA/substantial"),
    )]);
    assert_eq!(
        (raised.level, raised.aim()),
        (Level::Low, Level::Substantial),
        "the one that can be reached, and only as a wish"
    );
    assert!(raised.methods.contains(&Method::SelfGenerated));
    for (values, aim) in [
        ([Level::Substantial, Level::Low], Level::Substantial),
        ([Level::Low, Level::Substantial], Level::Low),
    ] {
        let preferred = request(&[("acr_values", Some(&values.map(Level::acr).join(" ")))]);
        assert_eq!(
            (preferred.level, preferred.aim()),
            (Level::Low, aim),
            "in order of preference: {values:?}"
        );
    }
    let vain = request(&[("acr_values", Some("http://eidas.europa.eu/LoA/high urn:other"))]);
    assert_eq!((vain.level, vain.wished), (Level::Low, None), "acr_values is voluntary");
    assert_eq!(
        error(judged(&[
            ("procedure", Some("tributos")),
            ("methods", Some("self_generated"))
        ])),
        "invalid_request"
    );
}

// REQ-OIDC-19
#[test]
fn an_essential_acr_is_reached_or_refused() {
    let with = |essential, values: &[&str]| {
        let acr = AcrAsked {
            essential,
            values: values.iter().map(|&value| value.to_owned()).collect(),
        };
        judged_as(
            &[],
            Ok(Asked {
                acr: Some(acr),
                ..Asked::default()
            }),
        )
    };
    let unmet = "unmet_authentication_requirements";
    assert_eq!(error(with(true, &[Level::High.acr()])), unmet);
    assert_eq!(error(with(true, &["urn:other"])), unmet);
    assert!(
        matches!(with(false, &[Level::High.acr()]), Judged::Good(read) if read.level == Level::Low && read.acr.is_empty())
    );
    assert!(matches!(with(true, &[]), Judged::Good(read) if read.level == Level::Low));
    let Judged::Good(read) = with(true, &[Level::Low.acr(), Level::Substantial.acr(), Level::High.acr()]) else {
        panic!("it can be reached");
    };
    assert_eq!(read.level, Level::Low);
    assert_eq!(read.acr_for(Level::Substantial), Level::Substantial);
    let Judged::Good(read) = with(true, &[Level::Low.acr()]) else {
        panic!("it can be reached");
    };
    assert_eq!(
        read.acr_for(Level::Substantial),
        Level::Low,
        "one of those that were asked for"
    );
}

// REQ-OIDC-22
#[test]
fn only_claims_that_the_client_is_entitled_to_are_granted() {
    let all = request(&[("scope", Some("openid profile document email address"))]);
    assert_eq!(all.scope, "openid profile");
    assert_eq!(all.claims(), BTreeSet::from([Claim::GivenName, Claim::FamilyName]));
    let asked = Asked {
        id_token: BTreeSet::from([Claim::Document, Claim::GivenName]),
        userinfo: BTreeSet::from([Claim::Document]),
        ..Asked::default()
    };
    let Judged::Good(read) = judged_as(&[], Ok(asked)) else {
        panic!("claims are voluntary");
    };
    assert_eq!(
        (read.id_token, read.userinfo),
        (BTreeSet::from([Claim::GivenName]), BTreeSet::new())
    );
}
