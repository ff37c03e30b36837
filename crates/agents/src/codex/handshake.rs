//! The first words of every client of an app server: JSON-RPC in WebSocket frames over a Unix socket.

use std::io::{self, ErrorKind};
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};
use tungstenite::client::client_with_config;
use tungstenite::protocol::{WebSocket, WebSocketConfig};

use crate::limits;

/// What `initialize` is asked with.
pub(super) fn hello() -> Value {
    let client =
        json!({"name": "callboard", "title": "Callboard", "version": env!("CARGO_PKG_VERSION")});
    json!({"clientInfo": client, "capabilities": {"experimentalApi": true}})
}

/// How long a message may be.
pub(super) fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(limits::SOCKET_MESSAGE_BYTES))
        .max_frame_size(Some(limits::SOCKET_MESSAGE_BYTES))
}

/// Has the stream speak in frames; it keeps the time limits of the handshake.
pub(super) fn shake_hands(stream: UnixStream) -> io::Result<WebSocket<UnixStream>> {
    stream.set_write_timeout(Some(limits::SOCKET_HANDSHAKE_TIME))?;
    stream.set_read_timeout(Some(limits::SOCKET_HANDSHAKE_TIME))?;
    let shaken = client_with_config("ws://localhost/", stream, Some(config()));
    let (socket, _) =
        shaken.map_err(|error| io::Error::new(ErrorKind::ConnectionAborted, error.to_string()))?;
    Ok(socket)
}
