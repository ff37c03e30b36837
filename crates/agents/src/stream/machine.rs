//! The state between two chunks of a streamed line.

use std::io;

use super::spill::Spill;
use super::{BlobSink, StreamRule};
use crate::limits;
use crate::slim::{BLOB_MARKER, Dropped};

const TOO_LARGE: &str = "beyond what is kept of one record";
const LONG_STRING: &str = "long string, kept as a blob";

enum Mode {
    /// Between strings.
    Structure,
    /// In a string that begins at this place of `kept`.
    String { start: usize, key: bool },
    /// In a string that has become a blob.
    Blob { raw: usize },
    /// In a value that is left out: the depth of containers, and whether in a string.
    Skip { depth: usize, string: bool, why: &'static str, raw: usize },
    /// What is kept is full.
    Rest,
}

pub(super) struct Machine<'r> {
    rules: &'r [StreamRule],
    blobs: &'r mut dyn BlobSink,
    kept: Vec<u8>,
    added: usize,
    dropped: Vec<Dropped>,
    stack: Vec<u8>,
    mode: Mode,
    /// The next byte is escaped.
    escaped: bool,
    /// The next string of this object is a key.
    expects_key: bool,
    /// Why the value of the key just read is left out.
    rule: Option<&'static str>,
    spill: Spill,
}

impl<'r> Machine<'r> {
    pub(super) fn new(rules: &'r [StreamRule], blobs: &'r mut dyn BlobSink) -> Self {
        Self {
            rules,
            blobs,
            kept: Vec::new(),
            added: 0,
            dropped: Vec::new(),
            stack: Vec::new(),
            mode: Mode::Structure,
            escaped: false,
            expects_key: false,
            rule: None,
            spill: Spill::default(),
        }
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) -> io::Result<()> {
        let mut at = 0;
        while at < chunk.len() {
            let rest = &chunk[at..];
            at += match self.mode {
                Mode::Structure => self.structure(rest[0]),
                Mode::String { start, key } => self.string(rest, start, key)?,
                Mode::Blob { raw } => self.blob(rest, raw)?,
                Mode::Skip { depth, string, why, raw } => self.skip(rest, depth, string, why, raw),
                Mode::Rest => {
                    self.count(rest.len(), TOO_LARGE);
                    rest.len()
                }
            };
        }
        Ok(())
    }

    /// What is kept, how much of it stands in place of something, and what was left out.
    pub(super) fn finish(mut self) -> io::Result<(String, usize, Vec<Dropped>)> {
        match self.mode {
            Mode::Blob { raw } => self.end_blob(raw)?,
            Mode::Skip { why, raw, .. } => self.count(raw, why),
            Mode::Rest => {
                while let Some(open) = self.stack.pop() {
                    self.kept.push(if open == b'{' { b'}' } else { b']' });
                    self.added += 1;
                }
            }
            Mode::Structure | Mode::String { .. } => {}
        }
        let kept = String::from_utf8(self.kept)
            .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        Ok((kept, self.added, self.dropped))
    }

    fn structure(&mut self, byte: u8) -> usize {
        if let Some(why) = self.rule.filter(|_| matches!(byte, b'"' | b'{' | b'[')) {
            self.rule = None;
            self.kept.extend_from_slice(b"null");
            self.added += 4;
            self.mode = Mode::Skip { depth: 0, string: false, why, raw: 0 };
            return 0;
        }
        let full = self.kept.len() >= limits::STREAMED_KEPT_BYTES;
        let hopeless = self.kept.len() >= 2 * limits::STREAMED_KEPT_BYTES;
        if (full && byte == b',') || hopeless || self.stack.len() > limits::STREAMED_DEPTH {
            self.mode = Mode::Rest;
            return 0;
        }
        match byte {
            b'"' => self.mode = Mode::String { start: self.kept.len(), key: self.expects_key },
            b'{' | b'[' => {
                self.stack.push(byte);
                self.expects_key = byte == b'{';
            }
            b'}' | b']' => {
                self.stack.pop();
                self.expects_key = false;
            }
            b',' => {
                self.expects_key = self.stack.last() == Some(&b'{');
                self.rule = None;
            }
            b':' => self.expects_key = false,
            _ => {}
        }
        self.kept.push(byte);
        1
    }

    fn string(&mut self, rest: &[u8], start: usize, key: bool) -> io::Result<usize> {
        let first = self.kept.len() == start;
        if first {
            self.kept.push(b'"');
            return Ok(1);
        }
        let (used, ended) = self.string_part(rest);
        self.kept.extend_from_slice(&rest[..used]);
        let content = start + 1..self.kept.len() - usize::from(ended);
        let is_long = content.len() > limits::STREAMED_STRING_BYTES;
        if ended {
            self.mode = Mode::Structure;
        }
        if key && ended {
            let text = &self.kept[content];
            self.rule = self.rules.iter().find(|r| r.key.as_bytes() == text).map(|r| r.why);
        } else if key && is_long {
            self.mode = Mode::Rest;
        } else if is_long {
            let raw = content.len();
            self.spill.begin(&self.kept[content], self.blobs)?;
            self.kept.truncate(start + 1);
            if ended {
                self.end_blob(raw)?;
                self.kept.push(b'"');
            } else {
                self.mode = Mode::Blob { raw };
            }
        }
        Ok(used)
    }

    fn blob(&mut self, rest: &[u8], raw: usize) -> io::Result<usize> {
        let (used, ended) = self.string_part(rest);
        let content = used - usize::from(ended);
        self.spill.write(&rest[..content], self.blobs)?;
        if ended {
            self.end_blob(raw + content)?;
            self.kept.push(b'"');
            self.mode = Mode::Structure;
        } else {
            self.mode = Mode::Blob { raw: raw + content };
        }
        Ok(used)
    }

    fn end_blob(&mut self, raw: usize) -> io::Result<()> {
        let marker = format!("{BLOB_MARKER}{}", self.spill.end(self.blobs)?);
        self.kept.extend_from_slice(marker.as_bytes());
        self.added += marker.len();
        self.count(raw, LONG_STRING);
        Ok(())
    }

    /// How far the string goes on in `rest`, at least one byte, and whether it ends there (with its quote).
    fn string_part(&mut self, rest: &[u8]) -> (usize, bool) {
        if self.escaped {
            self.escaped = false;
            return (1, false);
        }
        // In small steps, so that a string is found to be long before it is.
        let step = &rest[..rest.len().min(limits::STREAMED_STRING_BYTES / 4)];
        match memchr::memchr2(b'"', b'\\', step) {
            None => (step.len(), false),
            Some(at) if step[at] == b'"' => (at + 1, true),
            Some(at) => {
                self.escaped = true;
                (at + 1, false)
            }
        }
    }

    fn skip(
        &mut self,
        rest: &[u8],
        depth: usize,
        string: bool,
        why: &'static str,
        raw: usize,
    ) -> usize {
        let (mut depth, mut string, mut used) = (depth, string, 0);
        while used < rest.len() {
            if string {
                let (part, ended) = self.string_part(&rest[used..]);
                used += part;
                string = !ended;
                if ended && depth == 0 {
                    return self.end_skip(used, raw, why);
                }
                continue;
            }
            let byte = rest[used];
            used += 1;
            match byte {
                b'"' => string = true,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return self.end_skip(used, raw, why);
                    }
                }
                _ => {}
            }
        }
        self.mode = Mode::Skip { depth, string, why, raw: raw + used };
        used
    }

    fn end_skip(&mut self, used: usize, raw: usize, why: &'static str) -> usize {
        self.count(raw + used, why);
        self.mode = Mode::Structure;
        used
    }

    fn count(&mut self, bytes: usize, why: &'static str) {
        match self.dropped.iter_mut().find(|d| d.why == why) {
            Some(dropped) => dropped.bytes += bytes,
            None => self.dropped.push(Dropped { bytes, why }),
        }
    }
}
