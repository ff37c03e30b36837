//! The files that a session read and wrote.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Ordinal, Timestamp, limits};

/// What a session did to one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileUse {
    /// How often it was read.
    pub reads: u32,
    /// How often it was written.
    pub edits: u32,
    /// The last use's place in the session.
    pub last: Ordinal,
    /// When that was.
    pub at: Option<Timestamp>,
}

/// The files of a session, by path: absolute, where the agent or its directory tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesTouched {
    /// The most recent and all that were written, as far as they fit.
    pub files: BTreeMap<String, FileUse>,
    /// How many entries had to make room.
    #[serde(default)]
    pub dropped: u32,
}

impl FilesTouched {
    pub(super) fn touch(
        &mut self,
        path: &str,
        edit: bool,
        place: (Ordinal, Option<Timestamp>),
    ) -> u32 {
        let path = &crate::text::clip_start(path, limits::PATH_CHARS);
        if !self.files.contains_key(path) {
            self.make_room();
        }
        let file = self.files.entry(path.clone()).or_default();
        (file.last, file.at) = (place.0, place.1.or(file.at));
        if edit {
            file.edits += 1;
        } else {
            file.reads += 1;
        }
        file.edits
    }

    /// Takes back a use that did not happen.
    pub(super) fn untouch(&mut self, path: &str, edit: bool) {
        let path = crate::text::clip_start(path, limits::PATH_CHARS);
        let Some(file) = self.files.get_mut(&path) else { return };
        let count = if edit { &mut file.edits } else { &mut file.reads };
        *count = count.saturating_sub(1);
        if file.edits == 0 && file.reads == 0 {
            self.files.remove(&path);
        }
    }

    /// How often the file was written.
    #[must_use]
    pub fn edits_of(&self, path: &str) -> u32 {
        self.files.get(path).map_or(0, |f| f.edits)
    }

    /// The files without what these uses do to them.
    pub(super) fn without<'a>(
        &self,
        uses: impl Iterator<Item = (&'a str, bool)>,
        cwd: Option<&str>,
    ) -> Cow<'_, BTreeMap<String, FileUse>> {
        let mut left = Cow::Borrowed(self);
        for (path, edit) in uses {
            left.to_mut().untouch(&crate::activity::paths::absolute(path, cwd), edit);
        }
        match left {
            Cow::Borrowed(all) => Cow::Borrowed(&all.files),
            Cow::Owned(left) => Cow::Owned(left.files),
        }
    }

    fn make_room(&mut self) {
        if self.files.len() < limits::FILES {
            return;
        }
        let victim =
            self.files.iter().min_by_key(|(_, f)| (f.edits > 0, f.last)).map(|(p, _)| p.clone());
        if let Some(path) = victim {
            self.files.remove(&path);
            self.dropped += 1;
        }
    }
}
