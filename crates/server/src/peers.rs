//! Who connects to the socket: programs of its user, but not a check that Callboard confines. Where namespaces hide the
//! socket none gets so far; an older kernel's Landlock does not keep one from a socket.

use axum::serve::Listener;
use tokio::net::{UnixListener, UnixStream, unix};

/// The socket, for whoever is not confined.
pub(crate) struct Unconfined(pub(crate) UnixListener);

impl Listener for Unconfined {
    type Io = UnixStream;
    type Addr = unix::SocketAddr;

    async fn accept(&mut self) -> (UnixStream, unix::SocketAddr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.0).await;
            if is_confined(&stream) {
                tracing::warn!("a check that is confined was refused at the socket");
                continue;
            }
            return (stream, address);
        }
    }

    fn local_addr(&self) -> std::io::Result<unix::SocketAddr> {
        self.0.local_addr()
    }
}

fn is_confined(stream: &UnixStream) -> bool {
    let pid = stream.peer_cred().ok().and_then(|peer| peer.pid());
    let pid = pid.and_then(|pid| u32::try_from(pid).ok());
    pid.is_some_and(callboard_os::confine::is_confined)
}
