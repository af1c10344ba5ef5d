//! What public sites, or whoever pretends to be one, send through a browser or by themselves.

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use aldaba_core::oidc::{Asked, Claim, ClientRules, Judged, Parameters, Request, judge};
use aldaba_server::oidc::assertion;
use aldaba_server::testing::parsers;

/// The parameters of an authorization request, as a query.
pub fn authorize(bytes: &[u8]) {
    judged(url::form_urlencoded::parse(bytes).into_owned().collect());
}

/// The parameter `claims`, in a request that is good without it.
pub fn claims(bytes: &[u8]) {
    let Some(claims) = crate::text(bytes) else { return };
    let good = [
        ("redirect_uri", REGISTERED[0]),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("claims", claims),
    ];
    judged(good.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

const REGISTERED: [&str; 2] = ["https://sede.example/return", "https://sede.example/return?a=1"];

/// Nothing is answered but to an address that the client registered, and no request gets more than its client may have.
fn judged(pairs: Vec<(String, String)>) {
    let parameters = Parameters::collect(pairs);
    let registered = REGISTERED.map(str::to_owned);
    let client = ClientRules {
        redirect_uris: &registered,
        level: Level::Low,
        methods: Method::ALL.into(),
        procedures: vec![("padron", None), ("hacienda", Some(Level::Substantial))],
        claims: &[Claim::GivenName],
    };
    let asked = parameters
        .get("claims")
        .map_or_else(|| Ok(Asked::default()), parsers::claims);
    match judge(&parameters, &client, asked) {
        Judged::Page(_) => {}
        Judged::Refused { redirect_uri, .. } => assert!(registered.contains(&redirect_uri)),
        Judged::Good(request) => {
            assert!(registered.contains(&request.redirect_uri));
            assert_eq!(parameters.get("redirect_uri"), Some(request.redirect_uri.as_str()));
            assert!(request.claims().iter().all(|claim| client.claims.contains(claim)));
            assert!(!request.methods.is_empty(), "nobody could answer it");
            assert!(request.methods.iter().all(|method| method.reaches() >= request.level));
            if request.procedure.as_deref() == Some("hacienda") {
                assert!(request.level >= Level::Substantial);
            }
            let kept = serde_json::to_string(&request).expect("it can be kept");
            let again = serde_json::from_str::<Request>(&kept).expect("and read again");
            assert_eq!(again, *request);
        }
    }
}

/// How a client says who it is: an `Authorization` header and an assertion, a line each.
pub fn client(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else { return };
    let (header, claimed) = text.split_once('\n').unwrap_or((text, ""));
    let _ = parsers::basic(header);
    let _ = assertion::claimed_client(claimed);
}
