//! Status notifications of the daemon that interactive sessions share: JSON-RPC in WebSocket frames over
//! `app-server-control/app-server-control.sock`. Any client hears of every thread. This one only listens:
//! it answers no request, resumes no thread and changes nothing. Answers that a person gave go by `answer.rs`.

mod answer;
mod client;
mod conversation;
mod requested_patch;
mod socket_file;

use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::JoinHandle;

use tungstenite::protocol::WebSocket;
use tungstenite::{Error, Message};

pub(super) use answer::{answer, serves};

use super::handshake::shake_hands;
use crate::{LiveReport, LiveUpdate, StopFlag, limits};
use conversation::Conversation;
use socket_file::SocketFile;

const FOLDER: &str = "app-server-control";
const SOCKET: &str = "app-server-control.sock";

/// Where the user's own sessions share a daemon.
pub(super) fn socket(home: &Path) -> std::path::PathBuf {
    home.join(FOLDER).join(SOCKET)
}

pub(super) fn watch(home: &Path, report: LiveReport, stop: StopFlag) -> Option<JoinHandle<()>> {
    let folder = home.join(FOLDER);
    let home = home.to_owned();
    let follow = move || {
        let socket = folder.join(SOCKET);
        let mut file = SocketFile::new(home, folder);
        while !stop.stopped() {
            if let Ok(stream) = UnixStream::connect(&socket) {
                let mut connected = false;
                let ended = listen(stream, &mut connected, &report, &stop);
                tracing::debug!(socket = %socket.display(), ?ended, "the agent's status socket was left");
                if connected {
                    file.was_there();
                    report(LiveUpdate::Disconnected);
                }
            }
            file.wait(&stop);
        }
    };
    std::thread::Builder::new().name("agent-status".to_owned()).spawn(follow).ok()
}

/// Reports what the socket tells until it closes or the flag is set.
fn listen(
    stream: UnixStream,
    connected: &mut bool,
    report: &LiveReport,
    stop: &StopFlag,
) -> Result<(), Error> {
    let mut socket = shake_hands(stream)?;
    socket.get_ref().set_read_timeout(Some(limits::STOP_CHECK_TIME))?;
    let mut conversation = Conversation::default();
    send(&mut socket, vec![Conversation::opening()])?;
    while !stop.stopped() {
        let text = match socket.read() {
            Ok(Message::Text(text)) => text,
            Ok(Message::Close(_)) => return Ok(()),
            Ok(_) => continue,
            Err(Error::Io(e))
                if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                continue;
            }
            Err(e) => return Err(e),
        };
        let heard = conversation.hear(&text);
        for update in heard.updates {
            *connected |= update == LiveUpdate::Connected;
            report(update);
        }
        send(&mut socket, heard.replies)?;
    }
    socket.close(None)
}

fn send(socket: &mut WebSocket<UnixStream>, messages: Vec<String>) -> Result<(), Error> {
    messages.into_iter().try_for_each(|message| socket.send(Message::text(message)))
}
