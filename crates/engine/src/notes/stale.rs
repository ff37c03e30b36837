//! A file that was saved by an editor which had read it before an agent wrote to it: what the agent wrote comes back.

use std::path::Path;

use callboard_model::WorkspaceId;
use callboard_model::note::is_made_on_older;
use callboard_store::VersionBy;

use super::place::NotePath;
use super::write::Wanted;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Merges what was written through Callboard a moment ago into a content that an editor put in its place without
    /// having seen it; whether there was such. Only once: whoever takes it out again means it. Whoever calls it holds
    /// the writers' lock.
    pub(super) fn merge_what_was_overwritten(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        place: &NotePath,
        now: &[u8],
    ) -> Result<bool, EngineError> {
        let path = place.text();
        let since = self.now();
        let texts = self.read(|s| {
            let versions = s.note_versions(workspace, &path, 2)?;
            let [last, before] = versions.as_slice() else { return Ok(None) };
            let is_ours = last.by != VersionBy::default();
            if !is_ours || since.since_ms(last.at) > limits::NOTE_STALE_MS {
                return Ok(None);
            }
            let text = |version: &str| s.note_version_text(workspace, &path, version);
            Ok(text(&before.version)?.zip(text(&last.version)?))
        })?;
        let Some((before, last)) = texts else { return Ok(false) };
        let [Ok(older), Ok(newer), Ok(saved)] = [&before[..], &last, now].map(std::str::from_utf8)
        else {
            return Ok(false);
        };
        if !is_made_on_older(older, newer, saved) {
            return Ok(false);
        }
        let wanted = Wanted { base: Some(before), content: last, by: VersionBy::default() };
        self.put_note_locked(workspace, root, place, wanted)?;
        Ok(true)
    }
}
