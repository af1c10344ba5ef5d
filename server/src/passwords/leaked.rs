//! Passwords that have leaked, looked up in a file of the operator's, without a network: the list that haveibeenpwned.com
//! publishes, one line a password, `SHA-1 in hexadecimal:times seen`, in the order of the hashes.
//!
//! The file is tens of gigabytes, so it stays where it is: some thirty reads find a line.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

use aldaba_core::password::Password;
use sha1::{Digest, Sha1};

/// Hexadecimal digits of a SHA-1.
const DIGITS: usize = 40;
/// No line is longer: forty digits, a colon, a count, the end of the line.
const LONGEST_LINE: usize = 64;

/// A list in a file.
pub struct LeakedList {
    file: File,
    length: u64,
}

impl LeakedList {
    /// Opens a list, and looks at some of its lines: a file that is none, or is not in order, would find nothing.
    ///
    /// # Errors
    /// It cannot be read, or is no such list.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let list = Self { file, length };
        let mut before = String::new();
        for part in 0..=16 {
            let at = length / 16 * part;
            if let Some((_, hash)) = list.line_after(at)? {
                if hash < before {
                    return Err(io::Error::new(
                        ErrorKind::InvalidData,
                        "it is not in the order of its hashes",
                    ));
                }
                before = hash;
            }
        }
        if before.is_empty() {
            return Err(io::Error::new(ErrorKind::InvalidData, "it has no line"));
        }
        Ok(list)
    }

    /// Whether the password is in it.
    ///
    /// # Errors
    /// The file cannot be read (any more): then nobody knows.
    pub fn has(&self, password: &Password) -> io::Result<bool> {
        let wanted = hex::encode_upper(Sha1::digest(password.expose().as_bytes()));
        // Always: every line that starts before `low` is smaller, every line that starts at or after `high` is not smaller.
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.line_after(middle)? {
                Some((start, hash)) if hash < wanted => low = start + 1,
                Some((_, hash)) if hash == wanted => return Ok(true),
                Some(_) | None => high = middle,
            }
        }
        Ok(self.line_after(low)?.is_some_and(|(_, hash)| hash == wanted))
    }

    /// The first line that starts at or after `at`: where it starts, and its hash.
    fn line_after(&self, at: u64) -> io::Result<Option<(u64, String)>> {
        // One byte before, so that a line that starts right here is seen to start here.
        let from = at.saturating_sub(1);
        let mut buffer = [0; LONGEST_LINE * 2 + 1];
        let mut filled = 0;
        while filled < buffer.len() {
            let rest = buffer.get_mut(filled..).unwrap_or_default();
            match self.file.read_at(rest, from + filled as u64)? {
                0 => break,
                read => filled += read,
            }
        }
        let read = buffer.get(..filled).unwrap_or_default();
        let start = if at == 0 {
            0
        } else {
            match read.iter().position(|byte| *byte == b'\n') {
                Some(end) => end + 1,
                None if filled < buffer.len() => return Ok(None),
                None => return Err(malformed()),
            }
        };
        let line = read.get(start..).unwrap_or_default();
        if line.is_empty() {
            return Ok(None);
        }
        let hash = line.get(..DIGITS).ok_or_else(malformed)?;
        if !hash.iter().all(u8::is_ascii_hexdigit) || !matches!(line.get(DIGITS), None | Some(b':' | b'\r' | b'\n')) {
            return Err(malformed());
        }
        let hash = String::from_utf8_lossy(hash).to_uppercase();
        Ok(Some((from + start as u64, hash)))
    }
}

fn malformed() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a line is not `SHA-1:count`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn list(lines: &[String], end: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut sorted = lines.to_vec();
        sorted.sort();
        for line in sorted {
            write!(file, "{line}{end}").unwrap();
        }
        file
    }

    fn line(password: &str, count: u32) -> String {
        format!("{}:{count}", hex::encode_upper(Sha1::digest(password.as_bytes())))
    }

    fn password(typed: &str) -> Password {
        Password::read(typed).unwrap()
    }

    // REQ-PWD-03
    #[test]
    fn every_password_of_the_list_is_found_and_no_other() {
        for (count, end) in [(1, "\n"), (2, "\r\n"), (3, "\n"), (777, "\r\n"), (1000, "\n")] {
            let lines: Vec<_> = (0..count)
                .map(|number| line(&format!("leaked {number}"), number * 7919))
                .collect();
            let file = list(&lines, end);
            let list = LeakedList::open(file.path()).unwrap();
            for number in 0..count {
                assert!(
                    list.has(&password(&format!("leaked {number}"))).unwrap(),
                    "{number} of {count}"
                );
                assert!(
                    !list.has(&password(&format!("kept {number}"))).unwrap(),
                    "{number} of {count}"
                );
            }
        }
        // Without an end of the last line, and without counts.
        let hash = line("leaked", 0)[..40].to_lowercase();
        let file = list(&[hash], "");
        assert!(LeakedList::open(file.path()).unwrap().has(&password("leaked")).unwrap());
    }

    // REQ-PWD-03
    #[test]
    fn the_list_is_the_one_that_is_published() {
        // As haveibeenpwned.com prints it.
        let file = list(
            &["5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10437277".to_owned()],
            "\r\n",
        );
        assert!(
            LeakedList::open(file.path())
                .unwrap()
                .has(&password("password"))
                .unwrap()
        );
    }

    // REQ-OPS-03
    #[test]
    fn what_is_no_list_is_refused() {
        assert!(LeakedList::open(Path::new("/nowhere/leaked.txt")).is_err());
        for text in ["", "password\n123456\n", "5BAA61E4\n", &"x".repeat(5000)] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert!(LeakedList::open(file.path()).is_err(), "{text:.20}");
        }
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut lines: Vec<_> = (0..500).map(|number| line(&number.to_string(), 1)).collect();
        lines.sort();
        lines.reverse();
        file.write_all(lines.join("\n").as_bytes()).unwrap();
        let error = LeakedList::open(file.path()).err().unwrap();
        assert!(error.to_string().contains("order"), "{error}");
    }
}
