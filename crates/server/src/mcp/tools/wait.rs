//! Waiting within a call, for less time than any client leaves a tool.

use std::sync::Arc;
use std::time::{Duration, Instant};

use callboard_model::Seq;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use crate::limits;

/// Places for calls that wait, until the daemon ends.
#[derive(Clone)]
pub(in crate::mcp) struct Waits {
    places: Arc<Semaphore>,
    shutdown: watch::Receiver<bool>,
}

impl Waits {
    pub(in crate::mcp) fn new(shutdown: watch::Receiver<bool>) -> Self {
        Self { places: Arc::new(Semaphore::new(limits::TOOLS_WAIT_AT_ONCE)), shutdown }
    }

    /// A place to wait in; none where all are taken, and nobody waits.
    pub(super) fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.try_acquire().ok()
    }

    /// Waits until something was committed; whether it was, and it is neither `end` nor the daemon's.
    pub(super) fn for_news(&self, news: &mut watch::Receiver<Seq>, end: Instant) -> bool {
        let left = end.saturating_duration_since(Instant::now());
        let mut shutdown = self.shutdown.clone();
        let is_news = Handle::current().block_on(async {
            tokio::select! {
                _ = shutdown.wait_for(|ends| *ends) => false,
                changed = tokio::time::timeout(left, news.changed()) => matches!(changed, Ok(Ok(()))),
            }
        });
        if is_news {
            // An agent at work commits a hundred times a second.
            std::thread::sleep(limits::TOOL_LOOK_EVERY);
        }
        is_news
    }
}

/// The end of a wait that was asked for in seconds.
pub(super) fn end_of(seconds: Option<usize>) -> Instant {
    let asked = seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
    Instant::now() + asked.unwrap_or(limits::TOOL_WAIT).min(limits::TOOL_WAIT)
}
