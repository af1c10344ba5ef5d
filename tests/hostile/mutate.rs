//! What is done to a request.

use aldaba_properties::mutate::{Dice, change};

use crate::routes::Template;

const METHODS: &[&str] = &[
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "", "A B",
];

const HEADERS: &[&str] = &[
    "Content-Length: 99999999999999999999",
    "Content-Length: -1",
    "Content-Length: 3",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Content-Encoding: gzip",
    "Expect: 100-continue",
    "Connection: upgrade\r\nUpgrade: h2c",
    "Content-Type: application/json; charset=utf-16",
    "Content-Type: multipart/form-data",
    "Content-Type: ;;;=",
    "Accept-Language: *;q=9, es-\u{f1};q=, -",
    "Accept: text/html;q=nan",
    "Host: ",
    "Host: a, b",
    "Host: [::1",
    "Origin: null",
    "Origin: https://evil.example",
    "Sec-Fetch-Site: cross-site",
    "X-Forwarded-For: 1.2.3.4, nonsense, ::ffff:999.1.1.1",
    "Forwarded: for=\"[\";by=",
    "Authorization: Basic %%%",
    "Authorization: Basic OjpfOg==",
    "Authorization: Bearer ",
    "Signature-Input: sig=();created=x;keyid=\"\"",
    "Signature: sig=:AAAA:",
    "Content-Digest: sha-256=:AAAA:",
    "Cookie: aldaba_browser=; aldaba_session=%ff; aldaba_request=; =; ;;",
    "Last-Event-ID: -1",
    "Range: bytes=9-1",
    "If-None-Match: *",
    "User-Agent: \u{202e}Mozilla/5.0 (((((",
];

/// One request: a template, with one to four things done to it.
pub fn request(templates: &[Template], dice: &Dice) -> Vec<u8> {
    let mut it = templates[dice.below(templates.len())].clone();
    let mut extra: Vec<&str> = Vec::new();
    for _ in 0..=dice.below(4) {
        match dice.below(9) {
            0 => it.method = dice.one_of(METHODS).to_owned(),
            1 | 2 => change(&mut it.path, dice),
            3..=5 => change(&mut it.body, dice),
            6 => it.body = templates[dice.below(templates.len())].body.clone(),
            7 => extra.push(dice.one_of(HEADERS)),
            _ => {
                let nth = dice.below(it.headers.len());
                if let Some((_, value)) = it.headers.get_mut(nth) {
                    change(value, dice);
                }
            }
        }
    }
    let mut bytes = it.write(&extra);
    // A few are broken as a whole, wherever that falls.
    if dice.below(8) == 0 {
        change(&mut bytes, dice);
    }
    bytes
}
