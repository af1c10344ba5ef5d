//! Who asks for the sign-in, as the pages show it.

use std::sync::Arc;

use aldaba_core::language::Language;
use aldaba_core::level::Level;
use aldaba_core::method::Method;

use crate::app::App;
use crate::config::{Procedure, RelyingParty};
use crate::portal::{Failure, Page, Visitor};

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
    /// A higher one that it would like (OpenID Connect), where one of the methods reaches it: it orders the ways, and closes none.
    pub wished: Option<Level>,
    /// The methods that it allows, that can reach that level, and that this server offers.
    pub methods: Vec<Method>,
    /// The methods that this server has, whatever the site asks for.
    pub served: Vec<Method>,
    /// The procedure for which the site waits for an answer (OpenID Connect), empty for none, so that the citizen can say no.
    /// `None`: it waits for none.
    pub asked: Option<String>,
}

impl Asks {
    /// The site and procedure of those ids, with the site's configuration and with what the site asks of this browser.
    /// Without an id, the only site of a server that has one.
    ///
    /// # Errors
    /// Nobody of that id, or no such procedure there.
    pub fn find(
        app: &App,
        visitor: &Visitor,
        site: &str,
        procedure: &str,
    ) -> Result<(Self, Arc<RelyingParty>), Failure> {
        let (asks, party) = Self::of_site(app, visitor.language, site, procedure)?;
        Ok((asks.narrowed(visitor), party))
    }

    /// The same, whatever the site asks of a browser.
    ///
    /// # Errors
    /// Those of [`Self::find`].
    pub fn of_site(
        app: &App,
        language: Language,
        site: &str,
        procedure: &str,
    ) -> Result<(Self, Arc<RelyingParty>), Failure> {
        let party = match site {
            "" => app.clients().only().map(|client| Arc::clone(&client.party)),
            id => app.relying_party(id),
        };
        let party = party.ok_or(Failure::UnknownSite)?;
        let known = match procedure {
            "" => None,
            id => Some(party.procedure(id).ok_or(Failure::UnknownProcedure)?),
        };
        let name = match known {
            Some(known) => known.name.clone(),
            None => app.texts().get(language, "signin-procedure-none"),
        };
        Ok((Self::new(app, &party, known, name), party))
    }

    /// The same for a request that exists, which carries the procedure's name.
    pub fn of_request(
        app: &App,
        visitor: &Visitor,
        site: &str,
        procedure: &str,
    ) -> Result<(Self, Arc<RelyingParty>), Failure> {
        let party = app.relying_party(site).ok_or(Failure::UnknownSite)?;
        let known = party.procedures.iter().find(|known| known.name == procedure);
        Ok((
            Self::new(app, &party, known, procedure.to_owned()).narrowed(visitor),
            party,
        ))
    }

    fn new(app: &App, party: &RelyingParty, known: Option<&Procedure>, procedure: String) -> Self {
        let level = party.level_of(known);
        let served: Vec<Method> = Method::ALL.into_iter().filter(|method| app.serves(*method)).collect();
        let fits = |method: &Method| party.allows(*method) && method.reaches() >= level;
        Self {
            id: party.id.clone(),
            name: party.name.clone(),
            domain: party.domain.clone(),
            procedure_id: known.map(|known| known.id.clone()).unwrap_or_default(),
            procedure,
            level,
            wished: None,
            methods: served.iter().copied().filter(fits).collect(),
            served,
            asked: None,
        }
    }

    /// What the site asks of this very browser (OpenID Connect), where it does: never less than what was agreed on with it.
    fn narrowed(mut self, visitor: &Visitor) -> Self {
        if let Some(open) = visitor.asked_on_page(&self.id, &self.procedure_id) {
            let (level, aim) = (self.level.max(open.request.level), open.request.aim());
            self.level = level;
            self.methods
                .retain(|method| open.request.methods.contains(method) && method.reaches() >= level);
            self.wished =
                Some(aim).filter(|aim| *aim > level && self.methods.iter().any(|method| method.reaches() >= *aim));
            self.asked = Some(open.request.procedure.clone().unwrap_or_default());
        }
        self
    }

    /// What its level is called.
    pub fn level_name(&self, page: &Page) -> String {
        page.level(self.level)
    }

    /// What the level is called that it would like, if it would like one.
    pub fn wished_name(&self, page: &Page) -> Option<String> {
        self.wished.map(|wished| page.level(wished))
    }

    /// Whether a method can do what the site would like.
    pub fn suits(&self, method: Method) -> bool {
        self.wished.is_none_or(|wished| method.reaches() >= wished)
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
