//! A string on its way out of its record, decoded piece by piece.

use std::io;

use data_encoding::BASE64;

use super::BlobSink;
use crate::fields::unescape;
use crate::limits;
use crate::slim::{data_address, media_type_of};

/// Escapes are at most this long (a surrogate pair).
const ESCAPE_BYTES: usize = 12;
const FLUSH_BYTES: usize = 64 << 10;

/// How encoded pictures and documents begin.
const BEGINNINGS: [(&str, &str); 5] = [
    ("iVBORw0KGgo", "image/png"),
    ("/9j/", "image/jpeg"),
    ("R0lGOD", "image/gif"),
    ("UklGR", "image/webp"),
    ("JVBERi", "application/pdf"),
];

#[derive(Default)]
pub(super) struct Spill {
    pending: Vec<u8>,
    /// Base64 that does not fill a group of four yet; `None` for text.
    group: Option<Vec<u8>>,
}

impl Spill {
    pub(super) fn begin(&mut self, head: &[u8], blobs: &mut dyn BlobSink) -> io::Result<()> {
        let sniffed = &head[..head.len().min(limits::PICTURE_SNIFF_BYTES)];
        let sniffed = unescape(std::str::from_utf8(sniffed).unwrap_or_default()).into_owned();
        let (media_type, prefix) = encoded_as(&sniffed);
        self.pending.clear();
        self.group = media_type.is_some().then(Vec::new);
        blobs.begin(media_type.as_deref().unwrap_or("text/plain; charset=utf-8"))?;
        self.write(head.get(prefix..).unwrap_or_default(), blobs)
    }

    pub(super) fn write(&mut self, escaped: &[u8], blobs: &mut dyn BlobSink) -> io::Result<()> {
        self.pending.extend_from_slice(escaped);
        if self.pending.len() >= FLUSH_BYTES {
            let cut = self.safe_cut();
            self.flush(cut, blobs)?;
        }
        Ok(())
    }

    /// Returns the blob's hash.
    pub(super) fn end(&mut self, blobs: &mut dyn BlobSink) -> io::Result<String> {
        self.flush(self.pending.len(), blobs)?;
        if let Some(rest) = self.group.take() {
            blobs.write(&rest)?;
        }
        blobs.end()
    }

    /// Where neither a character nor an escape is cut in two.
    fn safe_cut(&self) -> usize {
        let from = self.pending.len().saturating_sub(2 * ESCAPE_BYTES);
        let tail = &self.pending[from..];
        let last_escape = memchr::memchr(b'\\', tail).unwrap_or(tail.len());
        let mut cut = from + last_escape;
        while cut > 0 && self.pending.get(cut).is_some_and(|b| !b.is_ascii()) {
            cut -= 1;
        }
        if cut == self.pending.len() && self.pending.last().is_some_and(|b| !b.is_ascii()) {
            cut -= 1;
            while cut > 0 && !self.pending[cut].is_ascii() {
                cut -= 1;
            }
        }
        if cut == 0 { self.pending.len() } else { cut }
    }

    fn flush(&mut self, cut: usize, blobs: &mut dyn BlobSink) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.pending[..cut]).into_owned();
        self.pending.drain(..cut);
        let text = unescape(&text);
        let Some(group) = &mut self.group else { return blobs.write(text.as_bytes()) };
        group.extend_from_slice(text.as_bytes());
        let whole = group.len() / 4 * 4;
        match BASE64.decode(&group[..whole]) {
            Ok(bytes) => {
                group.drain(..whole);
                blobs.write(&bytes)
            }
            // No picture after all: what remains is kept as it stands.
            Err(_) => {
                let rest = self.group.take().unwrap_or_default();
                blobs.write(&rest)
            }
        }
    }
}

/// The media type of encoded content by how it begins, and the length of what precedes it.
fn encoded_as(head: &str) -> (Option<String>, usize) {
    if let Some((prefix, _)) = data_address(head) {
        return (media_type_of(prefix).map(str::to_owned), prefix.len());
    }
    let known = BEGINNINGS.iter().find(|(beginning, _)| head.starts_with(beginning));
    (known.map(|(_, media_type)| (*media_type).to_owned()), 0)
}
