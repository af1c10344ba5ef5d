//! Sealed columns: AES-256-GCM under `K_seal`, bound to table, row, column and version, so that a value moved to another
//! place does not open.
//!
//! Stored form: version byte, 12-byte nonce, ciphertext with tag. The nonce is HMAC(K_mac, place ‖ plaintext) cut to 96 bits:
//! two different plaintexts of one place get different nonces, whatever becomes of the system's randomness, and the only thing
//! that could show is that one cell holds again what it held before.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use aldaba_protocol::secret::Key32;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::keys::ServerKeys;

/// Version of the stored form; part of what a value is bound to.
const VERSION: u8 = 1;
const NONCE: usize = 12;

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's primary key.
    pub row: &'a [u8],
    /// The column.
    pub column: &'a str,
}

impl Place<'_> {
    /// table ‖ row ‖ column ‖ version, each length-prefixed.
    fn associated_data(&self) -> Vec<u8> {
        let parts: [&[u8]; 4] = [self.table.as_bytes(), self.row, self.column.as_bytes(), &[VERSION]];
        let mut data = Vec::with_capacity(96);
        for part in parts {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part);
        }
        data
    }
}

/// Seals `plaintext` for `place`.
pub fn seal(keys: &ServerKeys, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, StoreError> {
    let aad = place.associated_data();
    let mac = keys.mac("aldaba/seal/nonce/v1", &[&aad, plaintext]);
    let (nonce, _) = mac.split_first_chunk::<NONCE>().ok_or(StoreError::Corrupt("nonce"))?;
    let cipher = Aes256Gcm::new(&(*keys.seal.expose()).into());
    let body = cipher
        .encrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: plaintext,
                aad: &aad,
            },
        )
        .map_err(|_| StoreError::Corrupt("a value too long to seal"))?;
    let mut sealed = Vec::with_capacity(1 + NONCE + body.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(nonce);
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

/// Opens what [`seal`] made for the same place under the same keys.
pub fn open(keys: &ServerKeys, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    const BROKEN: StoreError = StoreError::Corrupt("a sealed value does not open");
    let (version, rest) = sealed.split_first().ok_or(BROKEN)?;
    let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(BROKEN)?;
    if *version != VERSION {
        return Err(BROKEN);
    }
    let aad = place.associated_data();
    let cipher = Aes256Gcm::new(&(*keys.seal.expose()).into());
    cipher
        .decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: &aad })
        .map(Zeroizing::new)
        .map_err(|_| BROKEN)
}

/// Opens a sealed text.
pub(crate) fn open_text(keys: &ServerKeys, place: Place<'_>, sealed: &[u8]) -> Result<String, StoreError> {
    let bytes = open(keys, place, sealed)?;
    std::str::from_utf8(&bytes)
        .map(str::to_owned)
        .map_err(|_| StoreError::Corrupt("a sealed text is not UTF-8"))
}

/// Opens a sealed 32-byte key.
pub(crate) fn open_key(keys: &ServerKeys, place: Place<'_>, sealed: &[u8]) -> Result<Key32, StoreError> {
    let bytes = open(keys, place, sealed)?;
    Key32::from_slice(&bytes).ok_or(StoreError::Corrupt("a sealed key has another length"))
}
