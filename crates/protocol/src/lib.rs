//! What app and server say to each other, byte for byte. docs/protocol.md tells it in prose, with test vectors.
//!
//! | module | what |
//! |---|---|
//! | [`wire`] | the JSON bodies |
//! | [`error`] | every refusal's code |
//! | [`keys`] | P-256 signing and agreement keys |
//! | [`activation`] | the transcript that both sides sign, and the key derived from it |
//! | [`pin`] | incoming, self-generated and page-bound PINs |
//! | [`qr`] | the QR that begins a sign-in and changes every second |
//! | [`link`] | what a device reads off a page: codes, QRs, links that open the app |
//! | [`signature`] | RFC 9421 signatures of the device's requests |

pub mod activation;
pub mod b64;
pub mod error;
pub mod keys;
pub mod link;
pub mod pin;
pub mod qr;
pub mod secret;
pub mod signature;
pub mod wire;

#[cfg(test)]
mod vectors;
