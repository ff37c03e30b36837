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
            let versions = s.note_versions(workspace, &path, limits::NOTE_STALE_VERSIONS)?;
            let is_ours = |by: &VersionBy, at| {
                *by != VersionBy::default() && since.since_ms(at) <= limits::NOTE_STALE_MS
            };
            let ours = versions.iter().take_while(|one| is_ours(&one.by, one.at)).count();
            let told = if ours == 0 { &[][..] } else { versions.get(..=ours).unwrap_or(&versions) };
            let texts = told.iter().map(|one| s.note_version_text(workspace, &path, &one.version));
            Ok(texts.collect::<Result<Option<Vec<_>>, _>>()?)
        })?;
        let Some((last, before)) = texts.as_deref().and_then(<[_]>::split_first) else {
            return Ok(false);
        };
        // The oldest first: whoever read that has seen nothing of what came after it.
        let Some(base) = before.iter().rev().find(|base| was_read(base, last, now)) else {
            return Ok(false);
        };
        let by = VersionBy::default();
        let wanted = Wanted { base: Some(base.clone()), content: last.clone(), by };
        self.put_note_locked(workspace, root, place, wanted)?;
        Ok(true)
    }
}

/// Whether `saved` was made by somebody who had read `older` and nothing after it.
fn was_read(older: &[u8], newer: &[u8], saved: &[u8]) -> bool {
    match [older, newer, saved].map(std::str::from_utf8) {
        [Ok(older), Ok(newer), Ok(saved)] => is_made_on_older(older, newer, saved),
        _ => false,
    }
}
