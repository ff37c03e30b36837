//! A connection to an app server: WebSocket frames over a Unix socket, read by a thread of their own.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tungstenite::protocol::{Role, WebSocket};
use tungstenite::{Error, Message};

use crate::codex::handshake::{config, shake_hands};
use crate::drive::{Connection, Line, LineTaker};

/// Reads by itself, and writes a frame at a time, whoever else writes.
struct Half {
    stream: UnixStream,
    writing: Arc<Mutex<()>>,
}

impl Read for Half {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for Half {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.stream.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

struct Writer {
    socket: WebSocket<Half>,
}

impl Connection for Writer {
    fn send(&mut self, line: &Line) -> io::Result<()> {
        self.socket.send(Message::text(line.text.clone())).map_err(io_error)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The reader's thread ends with it.
        let _ = self.socket.get_ref().stream.shutdown(std::net::Shutdown::Both);
    }
}

pub(super) fn connect(socket: &Path, mut take: LineTaker) -> io::Result<Box<dyn Connection>> {
    let stream = UnixStream::connect(socket)?;
    // The server says nothing before it is spoken to: nothing is lost with the handshake's buffer.
    drop(shake_hands(stream.try_clone()?)?);
    let config = config();
    stream.set_read_timeout(None)?;
    let writing = Arc::new(Mutex::new(()));
    let half = |stream| Half { stream, writing: writing.clone() };
    let reading = half(stream.try_clone()?);
    let writer = half(stream);
    let mut reader = WebSocket::from_raw_socket(reading, Role::Client, Some(config));
    std::thread::Builder::new().name("agent-connection".to_owned()).spawn(move || {
        loop {
            match reader.read() {
                Ok(Message::Text(text)) => {
                    if !take(Some(text.as_str().to_owned())) {
                        return;
                    }
                }
                Ok(Message::Close(_)) | Err(_) => {
                    take(None);
                    return;
                }
                Ok(_) => {}
            }
        }
    })?;
    Ok(Box::new(Writer { socket: WebSocket::from_raw_socket(writer, Role::Client, Some(config)) }))
}

fn io_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::new(ErrorKind::ConnectionAborted, other.to_string()),
    }
}
