//! As much of HTTP/1.1 as loopback tests need: heads, bodies by length or in chunks.

use std::io::{self, BufRead, Read};

use crate::limits;

/// The start line and header fields of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// The value of the first field called `name`, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Whether the body comes in chunks.
    pub(crate) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked"))
    }

    /// The length that the body announces.
    pub(crate) fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }
}

/// The value of the first field of `headers` called `name`, in any case.
pub(crate) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
}

/// The next head; `None` when the peer closed the connection in front of it.
pub(crate) fn read_head(from: &mut impl BufRead) -> io::Result<Option<Head>> {
    let Some(start) = read_line(from)? else { return Ok(None) };
    let mut head = Head { start, headers: Vec::new() };
    while let Some(line) = read_line(from)? {
        if line.is_empty() {
            return Ok(Some(head));
        }
        if head.headers.len() == limits::HEAD_LINES {
            return Err(invalid("too many header lines"));
        }
        let (name, value) =
            line.split_once(':').ok_or_else(|| invalid("a header without colon"))?;
        head.headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

fn read_line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    if from.take(limits::HEAD_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(invalid("a line that is too long or cut off"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).map(Some).map_err(|_| invalid("a line that is not UTF-8"))
}

/// The body of a request: none unless its length or chunks are announced.
pub(crate) fn read_request_body(from: &mut impl BufRead, head: &Head) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let limit = limits::REQUEST_BODY + 1;
    if head.is_chunked() {
        Chunks::new(from).take(limit).read_to_end(&mut body)?;
    } else if let Some(length) = head.content_length() {
        from.take(length.min(limit)).read_to_end(&mut body)?;
    }
    if body.len() as u64 == limit {
        return Err(invalid("a body over the limit"));
    }
    Ok(body)
}

/// The content of a chunked body.
pub(crate) struct Chunks<R> {
    from: R,
    left: u64,
    ended: bool,
}

impl<R: BufRead> Chunks<R> {
    pub(crate) fn new(from: R) -> Self {
        Self { from, left: 0, ended: false }
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let line = read_line(&mut self.from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        self.left = u64::from_str_radix(size, 16).map_err(|_| invalid("a chunk without size"))?;
        if self.left == 0 {
            self.ended = true;
            while read_line(&mut self.from)?.is_some_and(|l| !l.is_empty()) {}
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Chunks<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.ended {
            self.next_chunk()?;
        }
        if self.ended || into.is_empty() {
            return Ok(0);
        }
        let n = (&mut self.from).take(self.left).read(into)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= n as u64;
        if self.left == 0 {
            read_line(&mut self.from)?;
        }
        Ok(n)
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_body_in_chunks_and_then_the_next_message() {
        let wire = "POST /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n\
                    3;x=y\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: t\r\n\r\nGET /b HTTP/1.1\r\n\r\n";
        let mut from = wire.as_bytes();
        let head = read_head(&mut from).unwrap().unwrap();
        assert_eq!(read_request_body(&mut from, &head).unwrap(), b"abc0123456789abcdef");
        assert_eq!(read_head(&mut from).unwrap().unwrap().start, "GET /b HTTP/1.1");
        assert!(read_head(&mut from).unwrap().is_none());
    }

    #[test]
    fn a_cut_off_head_is_an_error() {
        assert!(read_head(&mut "GET / HTTP/1.1\r\nhost: x\r\n".as_bytes()).is_err());
        assert!(read_head(&mut "GET / HT".as_bytes()).is_err());
    }
}
