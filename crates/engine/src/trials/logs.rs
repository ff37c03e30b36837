//! Logs of trials, read while they grow.

use std::io::{Read, Seek, SeekFrom};

use super::log_path;
use crate::{Engine, EngineError, limits};

/// A part of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialLogPart {
    /// What it says there.
    pub text: String,
    /// The byte at which to read on.
    pub next: u64,
}

impl Engine {
    /// What the log of this name says from byte `from` on: as much as is read at once; nothing if it says no more yet.
    ///
    /// # Errors
    /// When there is no such log, or none any more, or it cannot be read.
    pub fn trial_log(&self, name: &str, from: u64) -> Result<TrialLogPart, EngineError> {
        let unknown = || EngineError::NotFound {
            what: format!("log {name}"),
            hint: "logs of checks are kept for some weeks; run the check again",
        };
        let path = log_path(self.home(), name).ok_or_else(unknown)?;
        let mut bytes = Vec::new();
        let mut read = || {
            let mut file = callboard_os::file::open(&path)?;
            file.seek(SeekFrom::Start(from))?;
            file.take(limits::TRIAL_LOG_PART_BYTES).read_to_end(&mut bytes)
        };
        match read() {
            Ok(_) => Ok(part(&bytes, from)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(unknown()),
            Err(error) => Err(EngineError::Refused {
                text: format!("cannot read {}: {error}", path.display()),
                hint: "check the disk, and whose the file is",
            }),
        }
    }
}

/// The text of `bytes`; a character of which the end is not there yet is left for the next part.
fn part(bytes: &[u8], from: u64) -> TrialLogPart {
    let whole = &bytes[..bytes.len() - unfinished(bytes)];
    TrialLogPart {
        text: String::from_utf8_lossy(whole).into_owned(),
        next: from + whole.len() as u64,
    }
}

/// How many bytes at the end begin a character in UTF-8 (RFC 3629) and do not end it.
fn unfinished(bytes: &[u8]) -> usize {
    for (back, byte) in (1..=3).zip(bytes.iter().rev()) {
        let wanted = match byte {
            0x80..=0xbf => continue,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            _ => 1,
        };
        return if wanted > back { back } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_read_whole() {
        let text = "ok é€😀";
        let mut read = String::new();
        let mut from = 0;
        for end in 0..=text.len() {
            let found = part(&text.as_bytes()[from..end], from as u64);
            read.push_str(&found.text);
            from = usize::try_from(found.next).unwrap();
        }
        assert_eq!(read, text);
        assert_eq!(part(b"a\xff", 5), TrialLogPart { text: "a\u{fffd}".into(), next: 7 });
    }
}
