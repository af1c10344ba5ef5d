//! What a request tells its owner about the browser that made it.

use std::net::IpAddr;

use aldaba_core::language::Language;
use woothee::parser::Parser;

use crate::app::App;

/// Browser, system and address of whoever opened the sign-in page. Only the names are kept; the address serves to look
/// up a rough place and is then forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowserInfo {
    /// `Firefox 141`. None: unknown.
    pub browser: Option<String>,
    /// `Windows 11`, `Android`. None: unknown.
    pub system: Option<String>,
    /// The client's address, after trusted proxies.
    pub address: Option<IpAddr>,
}

impl BrowserInfo {
    /// Reads the `User-Agent` header. A header nobody knows, or one that is no browser's, gives unknown names.
    #[must_use]
    pub fn new(user_agent: Option<&str>, address: Option<IpAddr>) -> Self {
        // The header is the caller's: a very long one is not worth reading.
        let known = user_agent
            .filter(|text| text.len() <= 512)
            .and_then(|text| Parser::new().parse(text));
        let (browser, system) = match known {
            // Robots and programs are no browser that somebody would recognise.
            Some(known) if ["pc", "smartphone", "mobilephone", "appliance"].contains(&known.category) => (
                name(known.name).map(|name| match known.version.split('.').next() {
                    // The caller's text, shown to the citizen: a number, and no longer than versions are.
                    Some(major)
                        if (1..=4).contains(&major.len()) && major.bytes().all(|byte| byte.is_ascii_digit()) =>
                    {
                        format!("{name} {major}")
                    }
                    Some(_) | None => name.to_owned(),
                }),
                name(known.os).map(system_name),
            ),
            Some(_) | None => (None, None),
        };
        Self {
            browser,
            system,
            address,
        }
    }

    /// Roughly where it is, where the operator configured a GeoIP database.
    #[must_use]
    pub fn place(&self, app: &App, language: Language) -> Option<String> {
        app.places()?.of(self.address?, language)
    }
}

fn name(text: &str) -> Option<&str> {
    (!text.is_empty() && text != "UNKNOWN").then_some(text)
}

/// The parser names systems by their inner versions; people know them otherwise. Windows 11 calls itself Windows 10.
fn system_name(os: &str) -> String {
    match os {
        "Windows 10" => "Windows".to_owned(),
        "Mac OSX" => "macOS".to_owned(),
        "iPhone" | "iPad" | "iPod" => os.to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::BrowserInfo;

    #[test]
    fn common_browsers_are_named() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
                "Firefox 141",
                "Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome 140",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge 140",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari 18",
                "macOS",
            ),
        ];
        for (header, browser, system) in cases {
            let info = BrowserInfo::new(Some(header), None);
            assert_eq!(info.browser.as_deref(), Some(browser));
            assert_eq!(info.system.as_deref(), Some(system));
        }
    }

    #[test]
    fn nonsense_and_robots_are_unknown() {
        for header in [
            None,
            Some(""),
            Some("curl/8.5.0"),
            Some("Googlebot/2.1 (+http://www.google.com/bot.html)"),
        ] {
            assert_eq!(BrowserInfo::new(header, None), BrowserInfo::default());
        }
        let long = "Firefox/".repeat(1000);
        assert_eq!(BrowserInfo::new(Some(&long), None), BrowserInfo::default());
    }
}
