//! What every template is given: texts in the visitor's language, addresses of files, the links to other languages.

use aldaba_core::language::Language;
use aldaba_core::time::Timestamp;
use jiff::tz::TimeZone;

use crate::assets;
use crate::site::Site;
use crate::texts::{FluentValue, Texts};
use crate::visitor::Visitor;

/// The official time zone of the Spanish peninsula. Pages say whose time it is.
const ZONE: &str = "Europe/Madrid";

/// The frame of one page.
pub(crate) struct Page {
    texts: Texts,
    language: Language,
    /// The provider's front page.
    pub provider: String,
    /// The languages that it can be read in.
    pub languages: Vec<LanguageLink>,
    /// Who is signed in.
    pub signed_in: Option<SignedIn>,
}

/// Who is signed in, for the page's head.
pub(crate) struct SignedIn {
    pub name: String,
    pub csrf: String,
}

/// One language that the page can be read in.
pub(crate) struct LanguageLink {
    pub tag: &'static str,
    pub key: String,
    pub current: bool,
    pub href: String,
}

impl Page {
    pub fn new(site: &Site, visitor: &Visitor) -> Self {
        let languages = Language::ALL
            .map(|language| LanguageLink {
                tag: language.tag(),
                key: format!("portal-language-{}", language.tag()),
                current: language == visitor.language,
                href: format!("{}?lang={}", visitor.here, language.tag()),
            })
            .into();
        Self {
            texts: site.texts().clone(),
            language: visitor.language,
            provider: format!("{}/", site.settings().issuer_id()),
            languages,
            signed_in: visitor.session.as_ref().map(|session| SignedIn {
                name: session.name.clone(),
                csrf: session.csrf.clone(),
            }),
        }
    }

    /// The tag of the page's language.
    pub fn lang(&self) -> &'static str {
        self.language.tag()
    }

    /// A text.
    pub fn t(&self, key: &str) -> String {
        self.texts.with(self.language, key, &[])
    }

    /// A text with variables.
    pub fn with(&self, key: &str, variables: &[(&'static str, FluentValue<'_>)]) -> String {
        self.texts.with(self.language, key, variables)
    }

    /// The page's title in the browser: that text, then the site's name.
    pub fn title(&self, key: &str) -> String {
        let variables = [
            ("page", FluentValue::from(self.t(key))),
            ("site", FluentValue::from(self.t("sede-name"))),
        ];
        self.with("portal-title-separator", &variables)
    }

    /// The address of one of the pages' own files.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// `23 de noviembre de 2026, 15:49 (hora peninsular)`.
    pub fn date_and_time(&self, moment: Timestamp) -> String {
        let moment = jiff::Timestamp::from_millisecond(moment.as_millis()).unwrap_or_default();
        let (local, zone) = match TimeZone::get(ZONE) {
            Ok(zone) => (moment.to_zoned_datetime(zone), "portal-zone-peninsula"),
            Err(_) => (moment.to_zoned_datetime(TimeZone::UTC), "portal-zone-utc"),
        };
        let month = self.t(&format!("portal-month-{}", local.month()));
        self.with(
            "portal-date-and-time",
            &[
                ("day", FluentValue::from(local.day().to_string())),
                ("month", FluentValue::from(month)),
                ("year", FluentValue::from(local.year().to_string())),
                (
                    "time",
                    FluentValue::from(format!("{:02}:{:02}", local.hour(), local.minute())),
                ),
                ("zone", FluentValue::from(self.t(zone))),
            ],
        )
    }
}
