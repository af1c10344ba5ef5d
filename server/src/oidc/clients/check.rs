//! What makes a client's settings unsafe, each with what to do about it.

use std::collections::BTreeSet;

use aldaba_core::level::Level;
use aldaba_core::method::Method;
use url::Url;

use super::jwks;
use crate::account;
use crate::config::{Config, RelyingParty, is_this_machine};

/// The longest address that is taken, in bytes.
const LONGEST_ADDRESS: usize = 2000;
/// The longest name or contact, in characters.
const LONGEST_TEXT: usize = 200;
/// The longest id.
const LONGEST_ID: usize = 64;

/// Checks one client's settings, at a server with those of its own.
///
/// # Errors
/// The first that is unsafe or useless, and what to do.
pub fn check(config: &Config, party: &RelyingParty) -> Result<(), String> {
    identifier("id", &party.id)?;
    if party.id == account::SITE {
        return Err(format!(
            "id {}: these are this server's own pages; choose another",
            party.id
        ));
    }
    let of = |why: String| format!("{}: {why}", party.id);
    all(config, party).map_err(of)
}

/// Checks that no two have one id, and each of them.
///
/// # Errors
/// The first that is unsafe, and what to do.
pub fn check_all(config: &Config) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for party in &config.relying_parties {
        check(config, party)?;
        if !ids.insert(party.id.as_str()) {
            return Err(format!("{} is there twice", party.id));
        }
    }
    Ok(())
}

fn all(config: &Config, party: &RelyingParty) -> Result<(), String> {
    line("name", &party.name)?;
    domain(&party.domain)?;
    secure("return_url", &party.return_url)?;
    for address in &party.redirect_uris {
        exact("redirect_uris", address)?;
    }
    for address in &party.post_logout_redirect_uris {
        exact("post_logout_redirect_uris", address)?;
    }
    once("redirect_uris", &party.redirect_uris)?;
    once("post_logout_redirect_uris", &party.post_logout_redirect_uris)?;
    once("claims", &party.claims)?;
    once("methods", &party.methods)?;
    if let Some(address) = &party.backchannel_logout_uri {
        secure("backchannel_logout_uri", address)?;
    }
    if let Some(address) = &party.logo {
        secure("logo", address)?;
    }
    if !party.contact.is_empty() {
        line("contact", &party.contact)?;
    }
    sector(party)?;
    procedures(config, party)?;
    match &party.jwks {
        Some(keys) => jwks::read(keys).map(|_| ()),
        None => Ok(()),
    }
}

fn identifier(what: &str, id: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(plain) {
        return Err(format!(
            "{what} {id:?}: use letters, digits, '-', '_' and '.', at most {LONGEST_ID}"
        ));
    }
    Ok(())
}

fn line(what: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err(format!("{what} is empty"));
    }
    if text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
        return Err(format!("{what} is one line of at most {LONGEST_TEXT} characters"));
    }
    Ok(())
}

fn domain(domain: &str) -> Result<(), String> {
    let whole = Url::parse(&format!("https://{domain}/"));
    let is_host = whole.is_ok_and(|url| {
        url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if is_host && !domain.contains(['/', '\\', '@', '*']) {
        Ok(())
    } else {
        Err(format!("domain {domain:?}: write a host name, like sede.example.org"))
    }
}

/// An address that this server, or a browser on its behalf, goes to.
fn secure(what: &str, url: &Url) -> Result<(), String> {
    let refused = |why: &str| Err(format!("{what} {why}: {url}"));
    if url.as_str().len() > LONGEST_ADDRESS {
        return refused("is too long");
    }
    match url.scheme() {
        "https" => {}
        "http" if is_this_machine(url) => {}
        "http" => return refused("must be https (plain http is for this machine only)"),
        _ => return refused("must be https"),
    }
    if url.host().is_none() {
        return refused("names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("must not hold a user or password; leave them out");
    }
    if url.fragment().is_some() {
        return refused("must not have a fragment; leave out the # and what follows it");
    }
    Ok(())
}

/// An address that is compared byte for byte with what a client sends (RFC 9700 section 2.1): in its one usual spelling.
fn exact(what: &str, address: &str) -> Result<(), String> {
    if address.contains('*') {
        return Err(format!(
            "{what} {address}: wildcards are not accepted; write each address out"
        ));
    }
    let url = Url::parse(address)
        .map_err(|_| format!("{what} {address:?}: write a whole address, like https://sede.example.org/vuelta"))?;
    secure(what, &url)?;
    let usual = url.as_str();
    if address != usual && usual.strip_suffix('/') != Some(address) {
        return Err(format!("{what} {address:?}: write it as {usual}"));
    }
    Ok(())
}

fn once<T: PartialEq + std::fmt::Debug>(what: &str, values: &[T]) -> Result<(), String> {
    for (index, value) in values.iter().enumerate() {
        if values.iter().take(index).any(|earlier| earlier == value) {
            return Err(format!("{what}: {value:?} is there twice"));
        }
    }
    Ok(())
}

/// People are known by a `sub` that is the same within a sector (OpenID Connect Core section 8.1): which one must be clear.
fn sector(party: &RelyingParty) -> Result<(), String> {
    if let Some(sector) = &party.sector {
        let lower = sector.to_ascii_lowercase();
        return match Url::parse(&format!("https://{sector}/")) {
            Ok(url) if url.host_str() == Some(lower.as_str()) && *sector == lower => Ok(()),
            _ => Err(format!(
                "sector {sector:?}: write a host name in small letters, like example.org"
            )),
        };
    }
    let hosts: BTreeSet<_> = party
        .redirect_uris
        .iter()
        .filter_map(|address| Some(Url::parse(address).ok()?.host_str()?.to_owned()))
        .collect();
    if hosts.len() > 1 {
        return Err(
            "its redirect_uris have several hosts; say by sector = \"example.org\" under which one people are known"
                .to_owned(),
        );
    }
    Ok(())
}

fn procedures(config: &Config, party: &RelyingParty) -> Result<(), String> {
    for (index, procedure) in party.procedures.iter().enumerate() {
        identifier("procedure", &procedure.id)?;
        line("procedure name", &procedure.name)?;
        if party
            .procedures
            .iter()
            .take(index)
            .any(|earlier| earlier.id == procedure.id)
        {
            return Err(format!("procedure {} is there twice", procedure.id));
        }
        reachable(config, party, party.level_of(Some(procedure)), &procedure.id)?;
    }
    reachable(config, party, party.level, "the site itself")
}

/// What no method reaches that it allows and this server has, nobody could ever sign in to.
fn reachable(config: &Config, party: &RelyingParty, level: Level, what: &str) -> Result<(), String> {
    let reaching = || Method::ALL.into_iter().filter(|method| method.reaches() >= level);
    let served: Vec<_> = reaching().filter(|method| config.serves(*method)).collect();
    if served.iter().any(|method| party.allows(*method)) {
        return Ok(());
    }
    let words = |methods: Vec<Method>| {
        let words: Vec<_> = methods.into_iter().map(Method::as_str).collect();
        words.join(", ")
    };
    let level = level.as_str();
    Err(if served.is_empty() {
        format!(
            "this server has none of the methods that reach level {level} for {what}; ask for less, or set up one of: {}",
            words(reaching().collect())
        )
    } else {
        format!(
            "none of its methods reaches level {level} for {what}; allow one of: {}",
            words(served)
        )
    })
}
