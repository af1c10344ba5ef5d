//! What is done to bytes that a parser understands, to make bytes that it may stumble over.

use aldaba_core::random::{SeededRandom, below};

/// What is drawn comes again with the seed.
pub struct Dice(SeededRandom);

impl Dice {
    /// The same draws for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    /// Less than `limit`; 0 where that is 0.
    #[must_use]
    pub fn below(&self, limit: usize) -> usize {
        let limit = u32::try_from(limit.max(1)).expect("no more than there are bytes");
        usize::try_from(below(limit, &self.0)).expect("less than the limit")
    }

    /// One of those; there must be one.
    #[must_use]
    pub fn one_of<'a, T: ?Sized>(&self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

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

/// Flips, cuts, doubles, replaces or lengthens.
pub fn change(bytes: &mut Vec<u8>, dice: &Dice) {
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
