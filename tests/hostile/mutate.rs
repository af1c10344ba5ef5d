//! What is done to a request.

use aldaba_core::random::{SeededRandom, below};

use crate::routes::Template;

/// What is drawn comes again with the seed.
pub struct Dice(SeededRandom);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    pub fn below(&self, limit: usize) -> usize {
        let limit = u32::try_from(limit.max(1)).unwrap();
        usize::try_from(below(limit, &self.0)).unwrap()
    }

    fn one_of<'a, T: ?Sized>(&self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

const METHODS: &[&str] = &[
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "", "A B",
];

/// What parsers trip over.
const NASTY: &[&[u8]] = &[
    b"",
    b"%00",
    b"%ff%fe",
    b"%",
    b"%u0041",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\0",
    b"..%2f..%2f",
    b"//",
    b"?",
    b"#",
    b"&&&=&",
    b"\r\n",
    b"\n",
    b"\t",
    b"\"",
    b"'; DROP TABLE persons; --",
    b"<script>",
    b"{{7*7}}",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"null",
    b"[]",
    b"{}",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"true",
    "\u{202e}\u{200b}\u{feff}".as_bytes(),
    "\u{1f9e8}\u{0301}\u{0301}".as_bytes(),
    "\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}\u{ff17}\u{ff18}\u{ff3a}".as_bytes(),
    b"99999999999999999999999999999999",
    b"9999-99-99",
    b"0000-00-00",
    b"aldaba://request?c=%%%",
    b"eyJhbGciOiJub25lIn0..",
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

/// Flips, cuts, doubles, replaces or lengthens.
fn change(bytes: &mut Vec<u8>, dice: &Dice) {
    let at = dice.below(bytes.len() + 1);
    let end = (at + dice.below(12)).min(bytes.len());
    match dice.below(7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        3 => drop(bytes.splice(at..end, dice.one_of(NASTY).iter().copied())),
        4 => bytes.truncate(at),
        5 => {
            let much = [16, 300, 5_000, 70_000][dice.below(4)];
            bytes.splice(at..at, std::iter::repeat_n(b'A', much));
        }
        // A whole value: what stands between two of the marks of URLs, forms and JSON.
        _ => {
            let is_mark = |byte: &u8| b"/?&=:,\"{}[]".contains(byte);
            let from = bytes[..at].iter().rposition(is_mark).map_or(0, |mark| mark + 1);
            let to = bytes[at..]
                .iter()
                .position(is_mark)
                .map_or(bytes.len(), |mark| at + mark);
            bytes.splice(from..to, dice.one_of(NASTY).iter().copied());
        }
    }
}
