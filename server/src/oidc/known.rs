//! How a client knows a person and a session. Nothing that two clients of different sectors are told lets them find out that
//! they know the same person.

use aldaba_core::ids::{AuthorizationId, PersonId};
use aldaba_core::method::Method;
use aldaba_core::oidc::ClientRules;
use aldaba_protocol::b64;
use aldaba_store::keys::ServerKeys;
use url::Url;

use crate::app::App;
use crate::config::RelyingParty;

/// `sub`: the same person's is the same for all clients of a sector, and no other's (OpenID Connect Core section 8.1).
#[must_use]
pub fn subject(keys: &ServerKeys, party: &RelyingParty, person: &PersonId) -> String {
    b64::encode(&keys.mac("aldaba/oidc/subject/v1", &[sector(party).as_bytes(), person.as_bytes()]))
}

/// `sid`: another one for each client, or sites could compare them.
#[must_use]
pub fn sid(keys: &ServerKeys, party: &RelyingParty, session: &[u8; 32]) -> String {
    b64::encode(&keys.mac("aldaba/oidc/sid/v1", &[party.id.as_bytes(), session]))
}

/// Names one request and one session on the page that offers going on as one is: what is said there holds for nothing else.
#[must_use]
pub fn as_i_am(keys: &ServerKeys, authorization: &AuthorizationId, session: &[u8; 32]) -> String {
    b64::encode(&keys.mac("aldaba/oidc/as-i-am/v1", &[authorization.as_bytes(), session]))
}

/// Who shares what it knows of people: by default the host of the first redirect URI.
fn sector(party: &RelyingParty) -> String {
    if let Some(sector) = &party.sector {
        return sector.clone();
    }
    let host = |uri: &String| Some(Url::parse(uri).ok()?.host_str()?.to_owned());
    party
        .redirect_uris
        .first()
        .and_then(host)
        .unwrap_or_else(|| party.domain.clone())
}

/// The client's settings, and what this server has, as the rules see them.
pub(super) fn rules<'p>(app: &App, party: &'p RelyingParty) -> ClientRules<'p> {
    ClientRules {
        redirect_uris: &party.redirect_uris,
        level: party.level,
        methods: Method::ALL
            .into_iter()
            .filter(|method| app.offers(party, *method))
            .collect(),
        procedures: party
            .procedures
            .iter()
            .map(|procedure| (procedure.id.as_str(), procedure.level))
            .collect(),
        claims: &party.claims,
    }
}

#[cfg(test)]
mod tests {
    use aldaba_core::random::SeededRandom;

    use super::*;

    fn party(id: &str, uri: &str) -> RelyingParty {
        RelyingParty {
            redirect_uris: vec![uri.to_owned()],
            ..RelyingParty::new(id, id, "sede.example", "https://sede.example/".parse().unwrap())
        }
    }

    // REQ-OIDC-24
    #[test]
    fn a_person_is_known_by_sector_and_a_session_by_client() {
        let keys = ServerKeys::generate(&SeededRandom::new(1));
        let (one, other) = (PersonId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
        let (a, b) = (party("a", "https://one.example/x"), party("b", "https://one.example/y"));
        let c = party("c", "https://two.example/");
        let d = RelyingParty {
            sector: Some("one.example".to_owned()),
            ..c.clone()
        };
        assert_eq!(subject(&keys, &a, &one), subject(&keys, &b, &one), "one sector");
        assert_eq!(subject(&keys, &a, &one), subject(&keys, &d, &one), "by its name");
        assert_ne!(subject(&keys, &a, &one), subject(&keys, &c, &one));
        assert_ne!(subject(&keys, &a, &one), subject(&keys, &a, &other));
        assert_ne!(sid(&keys, &a, &[1; 32]), sid(&keys, &b, &[1; 32]));
        assert_eq!(subject(&keys, &a, &one).len(), 43);
    }
}
