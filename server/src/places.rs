//! The rough place of an address, from a GeoIP database that the operator supplies.

use std::net::IpAddr;
use std::path::Path;

use aldaba_core::language::Language;
use maxminddb::{MaxMindDbError, Reader, geoip2};

/// An opened MaxMind city (or country) database.
pub struct Places(Reader<Vec<u8>>);

impl Places {
    /// Reads the file into memory.
    ///
    /// # Errors
    /// The file is missing or no MaxMind database.
    pub fn open(file: &Path) -> Result<Self, MaxMindDbError> {
        Reader::open_readfile(file).map(Self)
    }

    /// `Sevilla, España`, or the country alone. None: not in the database, as private addresses never are.
    #[must_use]
    pub fn of(&self, address: IpAddr, language: Language) -> Option<String> {
        let city: geoip2::City = self.0.lookup(address.to_canonical()).ok()?.decode().ok()??;
        let pick = |names: &geoip2::Names<'_>| match language {
            Language::Es => names.spanish.or(names.english).map(str::to_owned),
            Language::En => names.english.or(names.spanish).map(str::to_owned),
        };
        match (pick(&city.city.names), pick(&city.country.names)) {
            (Some(city), Some(country)) => Some(format!("{city}, {country}")),
            (None, Some(country)) => Some(country),
            (Some(_), None) | (None, None) => None,
        }
    }
}
