//! Changesets as they come about: which checkouts are followed, what was touched in them, what they change against their
//! base, and what is between each two of them.
//!
//! Notifications of files and of git's own files touch a checkout ([`watching`]); one thread looks at what was touched
//! ([`look`]), and at what the news is between it and the others ([`pairs`]).

mod attribute;
mod barrier;
mod checkouts;
mod claims;
mod fetched;
mod heard;
mod hold;
mod look;
mod meeting;
mod pairs;
mod scoped_commit;
mod split;
mod touched;
mod watching;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use callboard_model::attribution::SharedCheckout;
use callboard_model::{SessionId, WorkspaceId};
use callboard_os::watch::FileWatcher;

use self::barrier::Barrier;
use self::checkouts::Followed;
pub(crate) use self::fetched::fetched_name;
pub(crate) use self::look::order_setting;
pub(crate) use self::meeting::Symbols;
pub(crate) use self::scoped_commit::shown_overlap;
use self::touched::{Taken, Touched};
use crate::Engine;
use crate::bell::Bell;

/// The folder of the repositories that trees are written into.
pub(crate) const TREES: &str = "trees";

/// What the threads that follow changesets share.
#[derive(Default)]
pub(crate) struct ChangesRoom {
    touched: Arc<Touched>,
    followed: Mutex<Vec<Followed>>,
    watcher: Mutex<Option<FileWatcher>>,
    barrier: Barrier,
    /// Checkouts that sessions work in, by their tops, as they were last looked at.
    shared: Mutex<BTreeMap<PathBuf, Shared>>,
    /// Checkouts of which not all folders are watched, by their tops.
    unwatched: Mutex<BTreeSet<PathBuf>>,
    /// Rings when a changeset, or what is between two, is another one.
    pub(crate) news: Bell,
}

/// A checkout that sessions work in.
#[derive(Clone)]
pub(crate) struct Shared {
    /// Whose each of its changes is.
    pub(crate) told: Arc<SharedCheckout>,
    /// The commit of all that lay in it when that was told.
    pub(crate) disk: String,
}

impl ChangesRoom {
    /// A session that works in a folder told something. What no notification tells of may have changed there, too.
    pub(crate) fn worked_in(&self, session: SessionId, folder: &Path) {
        let Some(top) = self.checkout_of(folder) else { return };
        let unwatched = self.unwatched.lock().unwrap_or_else(PoisonError::into_inner);
        if unwatched.contains(&top) {
            self.touched.anything(&top);
        }
        self.touched.told(&top, session);
    }

    /// Has a checkout looked at now, and waits for it for at most `time`.
    pub(crate) fn look_at(&self, top: &Path, time: Duration) {
        self.touched.look(top, time);
    }

    /// Waits for a look at a checkout for at most `time`, where any of it was touched since the last one.
    pub(crate) fn settle(&self, top: &Path, time: Duration) {
        self.touched.settle(top, time);
    }

    /// A checkout that sessions work in, as it was last looked at.
    pub(crate) fn shared_at(&self, top: &Path) -> Option<Arc<SharedCheckout>> {
        self.shared_with_disk(top).map(|shared| shared.told)
    }

    /// The same, with what lay there.
    pub(crate) fn shared_with_disk(&self, top: &Path) -> Option<Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).get(top).cloned()
    }

    /// The checkout in which a session works, or has changes.
    fn worked_in_by(&self, session: SessionId) -> Option<PathBuf> {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let found = shared.iter().find(|(_, shared)| shared.told.sessions.contains(&session));
        found.map(|(top, _)| top.clone())
    }

    /// Takes what a look at a checkout told; none where nobody works in it any more.
    fn share(&self, top: &Path, told: Option<(SharedCheckout, String)>) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        match told {
            Some((told, disk)) => {
                shared.insert(top.to_owned(), Shared { told: Arc::new(told), disk })
            }
            None => shared.remove(top),
        };
    }

    /// Whether sessions work in any of what was touched.
    fn is_worked_in(&self, taken: &Taken) -> bool {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        !taken.told_by.is_empty() || taken.parts.keys().any(|top| shared.contains_key(top))
    }

    /// What has landed in a workspace is something else now.
    pub(crate) fn look_again(&self, workspace: WorkspaceId) {
        self.touched.refs(workspace);
    }

    /// A workspace may have other checkouts now.
    pub(crate) fn other_checkouts(&self, workspace: WorkspaceId) {
        self.touched.checkouts(workspace);
    }

    /// Has all threads end.
    pub(crate) fn stop(&self) {
        self.touched.close();
        self.news.tell();
        watching::stop(self);
    }
}

/// Follows the checkouts of every workspace.
pub(crate) fn start(engine: &Arc<Engine>) {
    watching::start(engine);
    look::start(engine);
}
