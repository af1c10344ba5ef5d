//! Who asks for the sign-in, as the pages show it.

use aldaba_core::language::Language;

use crate::app::App;
use crate::config::RelyingParty;
use crate::portal::Failure;

/// A site and what it asks for.
#[derive(Clone)]
pub(super) struct Asks {
    /// The site's id.
    pub id: String,
    /// What people know it by.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// The procedure's id; empty for the site itself.
    pub procedure_id: String,
    /// The procedure's name; for the site itself, words that say so.
    pub procedure: String,
}

impl Asks {
    /// The site and procedure of those ids, with the site's configuration. Without an id, the only site of a server
    /// that has one.
    ///
    /// # Errors
    /// Nobody of that id, or no such procedure there.
    pub fn find<'a>(
        app: &'a App,
        language: Language,
        site: &str,
        procedure: &str,
    ) -> Result<(Self, &'a RelyingParty), Failure> {
        let party = match (site, app.config().relying_parties.as_slice()) {
            ("", [only]) => only,
            _ => app.relying_party(site).ok_or(Failure::UnknownSite)?,
        };
        let name = match procedure {
            "" => app.texts().get(language, "signin-procedure-none"),
            id => party.procedure(id).ok_or(Failure::UnknownProcedure)?.name.clone(),
        };
        let asks = Self {
            id: party.id.clone(),
            name: party.name.clone(),
            domain: party.domain.clone(),
            procedure_id: procedure.to_owned(),
            procedure: name,
        };
        Ok((asks, party))
    }

    /// The same for a request that exists, which carries the procedure's name.
    pub fn of_request<'a>(app: &'a App, site: &str, procedure: &str) -> Result<(Self, &'a RelyingParty), Failure> {
        let party = app.relying_party(site).ok_or(Failure::UnknownSite)?;
        let known = party.procedures.iter().find(|known| known.name == procedure);
        let asks = Self {
            id: party.id.clone(),
            name: party.name.clone(),
            domain: party.domain.clone(),
            procedure_id: known.map(|known| known.id.clone()).unwrap_or_default(),
            procedure: procedure.to_owned(),
        };
        Ok((asks, party))
    }

    /// The address that starts this sign-in afresh.
    pub fn start(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("site", &self.id);
        if !self.procedure_id.is_empty() {
            query.append_pair("procedure", &self.procedure_id);
        }
        format!("/signin?{}", query.finish())
    }
}

/// Where the browser goes once signed in: as a path where the site lives on this very server, so that the cookie goes
/// along whatever name of this machine the person uses.
pub(super) fn return_address(app: &App, party: &RelyingParty) -> String {
    let url = &party.return_url;
    if url.origin().ascii_serialization() == app.config().public_url.origin() {
        match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        }
    } else {
        url.to_string()
    }
}
