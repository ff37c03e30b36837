//! Asking the daemon, over its socket.

use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_server::ApiError;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;

use crate::error::CliError;

/// Time that an answer may take: the slowest takes seconds. A stream may be silent for longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Time for an answer that takes making, keeping or deleting whole checkouts: minutes on a slow disk.
const LONG_PATIENCE: Duration = Duration::from_secs(1800);

/// A daemon that can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    socket: PathBuf,
    patience: Duration,
}

impl Client {
    pub(crate) fn new(socket: &Path) -> Self {
        Self { socket: socket.to_owned(), patience: PATIENCE }
    }

    /// The same, for what reads or writes whole checkouts.
    pub(crate) fn patient(self) -> Self {
        Self { patience: LONG_PATIENCE, ..self }
    }

    /// Whether a daemon answers.
    pub(crate) fn is_there(&self) -> bool {
        std::os::unix::net::UnixStream::connect(&self.socket).is_ok()
    }

    /// Reads something.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CliError> {
        self.ask(Method::GET, path, Bytes::new())
    }

    /// Changes something.
    pub(crate) fn send<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<T, CliError> {
        let body = serde_json::to_vec(body).map_err(unreadable)?;
        self.ask(method, path, body.into())
    }

    /// Puts a content somewhere.
    pub(crate) fn put_content<T: DeserializeOwned>(
        &self,
        path: &str,
        content: Vec<u8>,
    ) -> Result<T, CliError> {
        self.ask(Method::POST, path, content.into())
    }

    fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, CliError> {
        let (status, answer) = block_on(async {
            let exchange = self.exchange(method, path, body);
            tokio::time::timeout(self.patience, exchange).await.map_err(|_| self.silent())?
        })??;
        if status.is_success() {
            return serde_json::from_slice(&answer).map_err(unreadable);
        }
        match serde_json::from_slice::<ApiError>(&answer) {
            Ok(error) => Err(CliError::answered(error.error, error.hint)),
            Err(_) => {
                let said = String::from_utf8_lossy(&answer);
                let said = said.lines().next().unwrap_or_default();
                Err(CliError::misuse(
                    format!("the daemon answered {status}: {said}"),
                    "its log is run/daemon.log in CALLBOARD_HOME",
                ))
            }
        }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), CliError> {
        let mut sender = self.connect().await?;
        let response = sender.send_request(request(method, path, body)?).await.map_err(lost)?;
        let status = response.status();
        let answer = response.into_body().collect().await.map_err(lost)?.to_bytes();
        Ok((status, answer))
    }

    fn silent(&self) -> CliError {
        CliError::misuse(
            format!(
                "the daemon did not answer within {:?}; whether it did what was asked is not known",
                self.patience
            ),
            "try again; if it stays silent, end it by the pid in run/daemon.json, and run `callboard up`",
        )
    }

    async fn connect(
        &self,
    ) -> Result<hyper::client::conn::http1::SendRequest<Full<Bytes>>, CliError> {
        let stream = UnixStream::connect(&self.socket).await.map_err(|error| {
            CliError::misuse(
                format!("no daemon answers at {}: {error}", self.socket.display()),
                "start it with `callboard up`",
            )
        })?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(lost)?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// Follows a stream of server-sent events until it ends or `take` gives `false`. `take` may ask the
    /// daemon itself.
    pub(crate) fn follow(
        &self,
        path: &str,
        mut take: impl FnMut(&str) -> Result<bool, CliError>,
    ) -> Result<(), CliError> {
        let runtime = runtime()?;
        let request = request(Method::GET, path, Bytes::new())?;
        // The stream lasts as long as its sender.
        let (_sender, mut body) = runtime.block_on(async {
            let mut sender = self.connect().await?;
            let body = sender.send_request(request).await.map_err(lost)?.into_body();
            Ok::<_, CliError>((sender, body))
        })?;
        let mut pending = Vec::new();
        while let Some(frame) = runtime.block_on(body.frame()) {
            let Ok(data) = frame.map_err(lost)?.into_data() else { continue };
            pending.extend_from_slice(&data);
            while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = pending.drain(..=end).collect();
                let line = String::from_utf8_lossy(&line);
                if let Some(data) = line.trim_end().strip_prefix("data: ")
                    && !take(data)?
                {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

fn request(method: Method, path: &str, body: Bytes) -> Result<Request<Full<Bytes>>, CliError> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(Full::new(body))
        .map_err(|error| CliError::misuse(format!("cannot ask the daemon: {error}"), ""))
}

fn lost(error: impl std::fmt::Display) -> CliError {
    CliError::misuse(
        format!("lost touch with the daemon: {error}; what it had committed is kept"),
        "try again; `callboard up` starts it if it ended",
    )
}

fn unreadable(error: impl std::fmt::Display) -> CliError {
    CliError::misuse(
        format!("the daemon's answer could not be read: {error}"),
        "it may be of another version: restart it with `callboard down` and `callboard up`",
    )
}

fn block_on<F: Future>(future: F) -> Result<F::Output, CliError> {
    Ok(runtime()?.block_on(future))
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// A value as a part of an address.
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte as char);
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixListener;

    use super::*;

    fn error_at(socket: &Path) -> String {
        let client = Client { patience: Duration::from_millis(50), ..Client::new(socket) };
        let error = client.get::<()>("/").unwrap_err().to_string();
        error.replace(&*socket.to_string_lossy(), "[socket]")
    }

    #[test]
    fn a_daemon_that_is_not_there_or_not_well_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s");
        assert_eq!(
            error_at(&socket),
            "error: no daemon answers at [socket]: No such file or directory (os error 2)\n\n\
             hint: start it with `callboard up`"
        );
        let listener = UnixListener::bind(&socket).unwrap();
        assert_eq!(
            error_at(&socket),
            "error: the daemon did not answer within 50ms; whether it did what was asked is not known\n\n\
             hint: try again; if it stays silent, end it by the pid in run/daemon.json, and run `callboard up`"
        );
        // The second: the first still waits to be accepted.
        let breaking = std::thread::spawn(move || {
            for _ in 0..2 {
                let (mut connection, _) = listener.accept().unwrap();
                let _ = connection.read(&mut [0; 16]);
            }
        });
        let lost = error_at(&socket);
        assert!(lost.starts_with("error: lost touch with the daemon: "), "{lost}");
        assert!(lost.contains("what it had committed is kept\n\nhint: try again;"), "{lost}");
        breaking.join().unwrap();
    }
}
