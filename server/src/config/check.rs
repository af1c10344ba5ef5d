//! What makes settings unsafe, each with what to do about it.

use std::fmt;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;
use url::{Host, Url};

use super::{Config, ConfigError, Messages};
use crate::oidc::clients;
use crate::passwords::LeakedList;

/// The address that people and devices use: scheme, host and port, no path. `https`, or `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl {
    origin: String,
    host: String,
    secure: bool,
}

impl PublicUrl {
    /// `https://pin.example.org` or `http://127.0.0.1:8080`, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone, for the last line of an SMS: `pin.example.org`.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is https, so that cookies can be.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The full address of a path, which starts with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url =
            Url::parse(text).map_err(|_| format!("{text} is no address; write it like https://pin.example.org"))?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(format!("{other} cannot be used; the address starts with https://")),
        };
        let Some(host) = url.host() else {
            return Err(format!("{text} names no host"));
        };
        if !secure && !is_this_machine(&url) {
            return Err(format!(
                "{text} is plain http; outside this machine it must be https (put a TLS proxy before the server)"
            ));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(format!(
                "{text} has more than scheme, host and port; leave out the rest"
            ));
        }
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            host: host.to_string(),
            secure,
        })
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Whether an address stays on this machine, so that plain http will do: loopback, or the name that is kept for it.
pub(crate) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A range of addresses: `10.0.0.0/8`, `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct IpRange {
    network: IpAddr,
    prefix: u8,
}

impl IpRange {
    /// Whether the address is in the range. An IPv4 address written as IPv6 counts as the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                u32::from(network) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                u128::from(network) & mask == u128::from(address) & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for IpRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text} is no range of addresses; write it like 10.0.0.0/8");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let network: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if network.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        if prefix > longest {
            return Err(wrong());
        }
        Ok(Self { network, prefix })
    }
}

impl TryFrom<String> for IpRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl Config {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// The first setting that is unsafe, why, and what to do.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.policy.check().map_err(|error| ConfigError::Refused {
            setting: "policy",
            why: error.to_string(),
        })?;
        check_key_file(&self.key_file)?;
        check_database(&self.database)?;
        if let Some(file) = &self.geoip_database
            && !file.is_file()
        {
            return refused("geoip_database", format!("there is no file {}", file.display()));
        }
        if let Some(file) = &self.leaked_passwords
            && let Err(error) = LeakedList::open(file)
        {
            return refused("leaked_passwords", format!("{}: {error}", file.display()));
        }
        if let Some(admin) = self.admin_listen
            && admin == self.listen
            && admin.port() != 0
        {
            return refused(
                "admin_listen",
                "it is the same as listen; metrics need a listener of their own".to_owned(),
            );
        }
        if self.database_connections == 0 {
            return refused("database_connections", "at least 1 is needed".to_owned());
        }
        match &self.messages {
            Messages::Outbox if !self.demo => refused(
                "messages",
                "kind = \"outbox\" sends nothing and is for the demo only; configure kind = \"gateway\"".to_owned(),
            )?,
            Messages::Outbox => {}
            Messages::Gateway(gateway) => {
                for (name, file) in &gateway.secrets {
                    owner_only(file).map_err(|why| ConfigError::Refused {
                        setting: "messages.secrets",
                        why: format!("{name}: {why}"),
                    })?;
                }
                if gateway.first_wait_seconds == 0 {
                    return refused(
                        "messages.first_wait_seconds",
                        "at least 1 is needed: with 0 a gateway that is away would be called without a pause"
                            .to_owned(),
                    );
                }
                crate::messages::gateway::Template::check(gateway).map_err(|why| ConfigError::Refused {
                    setting: "messages",
                    why,
                })?;
            }
        }
        if let Some(certificates) = &self.certificates {
            certificates
                .check(&self.public_url)
                .map_err(|why| ConfigError::Refused {
                    setting: "certificates",
                    why,
                })?;
        }
        self.signing_keys.check().map_err(|why| ConfigError::Refused {
            setting: "signing_keys",
            why,
        })?;
        clients::check::check_all(self).map_err(|why| ConfigError::Refused {
            setting: "relying_parties",
            why,
        })?;
        Ok(())
    }
}

fn refused(setting: &'static str, why: String) -> Result<(), ConfigError> {
    Err(ConfigError::Refused { setting, why })
}

fn check_key_file(file: &Path) -> Result<(), ConfigError> {
    owner_only(file).map_err(|why| ConfigError::Refused {
        setting: "key_file",
        why: format!("{why} (a new one is made by: aldaba-server key create FILE)"),
    })
}

/// A file with a secret: it exists, is a file, and nobody but its owner may read it.
pub(super) fn owner_only(file: &Path) -> Result<(), String> {
    let facts = std::fs::metadata(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    if !facts.is_file() {
        return Err(format!("{} is no file", file.display()));
    }
    let mode = facts.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(format!(
            "{} can be read by others (mode {mode:03o}); run: chmod 0400 {}",
            file.display(),
            file.display()
        ));
    }
    Ok(())
}

fn check_database(url: &str) -> Result<(), ConfigError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return match Url::parse(url) {
            Ok(_) => Ok(()),
            Err(error) => refused(
                "database",
                format!(
                    "the address is not well formed ({error}); write it like postgres://aldaba@db.example.org/aldaba, or like \
                     postgres://aldaba@localhost/aldaba?host=/var/run/postgresql for a socket of this machine"
                ),
            ),
        };
    }
    let Some(path) = url.strip_prefix("sqlite://") else {
        // The address itself may hold a password, so it is not repeated.
        return refused(
            "database",
            "write postgres://… or sqlite:///folder/aldaba.db".to_owned(),
        );
    };
    let path = Path::new(path.split('?').next().unwrap_or(path));
    match path.parent() {
        Some(folder) if folder.is_dir() => Ok(()),
        Some(folder) => refused(
            "database",
            format!("the folder {} is not there; make it first", folder.display()),
        ),
        None => refused(
            "database",
            "name a file, like sqlite:///var/lib/aldaba/aldaba.db".to_owned(),
        ),
    }
}
