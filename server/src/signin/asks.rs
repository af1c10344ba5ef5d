//! Who asks for the sign-in, as the pages show it.

use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;

use crate::app::App;
use crate::config::{Procedure, RelyingParty};
use crate::portal::Failure;

/// A site and what it asks for.
#[derive(Clone)]
pub(crate) struct Asks {
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
    /// The level it needs.
    pub level: Level,
    /// The methods that it allows and that can reach that level.
    pub methods: Vec<Method>,
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
        let known = match procedure {
            "" => None,
            id => Some(party.procedure(id).ok_or(Failure::UnknownProcedure)?),
        };
        let name = match known {
            Some(known) => known.name.clone(),
            None => app.texts().get(language, "signin-procedure-none"),
        };
        Ok((Self::new(party, known, name), party))
    }

    /// The same for a request that exists, which carries the procedure's name.
    pub fn of_request<'a>(app: &'a App, site: &str, procedure: &str) -> Result<(Self, &'a RelyingParty), Failure> {
        let party = app.relying_party(site).ok_or(Failure::UnknownSite)?;
        let known = party.procedures.iter().find(|known| known.name == procedure);
        Ok((Self::new(party, known, procedure.to_owned()), party))
    }

    fn new(party: &RelyingParty, known: Option<&Procedure>, procedure: String) -> Self {
        let level = known.and_then(|known| known.level).unwrap_or(party.level);
        let serves = |method: &Method| party.allows(*method) && method.reaches() >= level;
        Self {
            id: party.id.clone(),
            name: party.name.clone(),
            domain: party.domain.clone(),
            procedure_id: known.map(|known| known.id.clone()).unwrap_or_default(),
            procedure,
            level,
            methods: Method::ALL.into_iter().filter(serves).collect(),
        }
    }

    /// The key of its level's name.
    pub fn level_key(&self) -> &'static str {
        match self.level {
            Level::Low => "level-low",
            Level::Substantial => "level-substantial",
            Level::High => "level-high",
        }
    }

    /// Whether people may use that method for it.
    pub fn offers(&self, method: Method) -> bool {
        self.methods.contains(&method)
    }

    /// The address that starts this sign-in afresh.
    pub fn start(&self) -> String {
        self.start_at("/signin")
    }

    /// The address of one method's own page for this sign-in.
    pub fn start_at(&self, path: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("site", &self.id);
        if !self.procedure_id.is_empty() {
            query.append_pair("procedure", &self.procedure_id);
        }
        format!("{path}?{}", query.finish())
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
