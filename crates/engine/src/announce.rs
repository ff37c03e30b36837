//! Tells readers that something was committed: its order only, never its content.

use callboard_model::Seq;
use tokio::sync::watch;

/// Announces commits to any number of readers.
#[derive(Debug, Clone)]
pub(crate) struct Announcer {
    sender: watch::Sender<Seq>,
}

impl Announcer {
    pub(crate) fn new(seq: Seq) -> Self {
        Self { sender: watch::Sender::new(seq) }
    }

    /// Everything up to `seq` can be read.
    pub(crate) fn announce(&self, seq: Seq) {
        self.sender.send_if_modified(|known| {
            let is_news = seq > *known;
            *known = seq.max(*known);
            is_news
        });
    }

    /// A reader's ear.
    pub(crate) fn listen(&self) -> watch::Receiver<Seq> {
        self.sender.subscribe()
    }
}
