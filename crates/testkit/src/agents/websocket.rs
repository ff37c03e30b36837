//! As much of WebSocket (RFC 6455) as a client on a Unix socket needs.

use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::{http, limits};

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Connects and shakes hands; the reading end and the writing end.
pub(super) fn connect(socket: &Path) -> io::Result<(Reader, Writer)> {
    let mut stream = UnixStream::connect(socket)?;
    stream.write_all(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    )?;
    let mut from = BufReader::new(stream.try_clone()?);
    let head = http::read_head(&mut from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    if !head.start.contains(" 101 ") {
        return Err(io::Error::other(format!("no WebSocket: {}", head.start)));
    }
    Ok((Reader { from, pongs: stream.try_clone()? }, Writer { to: stream }))
}

/// The reading end.
#[derive(Debug)]
pub(super) struct Reader {
    from: BufReader<UnixStream>,
    pongs: UnixStream,
}

impl Reader {
    /// The next text message; `None` when the peer has closed.
    pub(super) fn next(&mut self) -> io::Result<Option<String>> {
        let mut message = Vec::new();
        loop {
            let (last, kind, payload) = self.frame()?;
            match kind {
                CLOSE => return Ok(None),
                PING => write_frame(&mut self.pongs, PONG, &payload)?,
                PONG => {}
                _ => {
                    message.extend(payload);
                    if last {
                        return String::from_utf8(message).map(Some).map_err(io::Error::other);
                    }
                }
            }
        }
    }

    fn frame(&mut self) -> io::Result<(bool, u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.from.read_exact(&mut head)?;
        let length = match head[1] & 0x7f {
            126 => {
                let mut length = [0; 2];
                self.from.read_exact(&mut length)?;
                u64::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0; 8];
                self.from.read_exact(&mut length)?;
                u64::from_be_bytes(length)
            }
            short => u64::from(short),
        };
        if length > limits::FRAME {
            return Err(io::Error::other("a frame over the limit"));
        }
        let mut payload = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.from.read_exact(&mut payload)?;
        Ok((head[0] & 0x80 != 0, head[0] & 0x0f, payload))
    }
}

/// The writing end; dropped, it closes the connection.
#[derive(Debug)]
pub(super) struct Writer {
    to: UnixStream,
}

impl Writer {
    /// Sends a text message.
    pub(super) fn send(&mut self, text: &str) -> io::Result<()> {
        write_frame(&mut self.to, TEXT, text.as_bytes())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.to.shutdown(std::net::Shutdown::Both);
    }
}

/// Writes a frame. A client masks its frames; the mask may be zero.
fn write_frame(to: &mut UnixStream, kind: u8, payload: &[u8]) -> io::Result<()> {
    let mut frame = vec![0x80 | kind];
    match payload.len() {
        n @ 0..126 => frame.push(0x80 | n as u8),
        n @ 126..0x1_0000 => {
            frame.push(0x80 | 126);
            frame.extend((n as u16).to_be_bytes());
        }
        n => {
            frame.push(0x80 | 127);
            frame.extend((n as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    to.write_all(&frame)
}
