//! What a session works on, as far as others can share it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use callboard_model::fact::FactBody;
use callboard_model::view::SessionView;
use callboard_model::{SessionId, WorkspaceId};
use callboard_store::{Note, Snapshot};

use super::shared::{focus, weight};
use super::{ubiquitous, words};
use crate::core::view_of;
use crate::notes::{from_top, tops};
use crate::row::fold_of;
use crate::{EngineError, limits};

/// What a session works on.
pub(super) struct Own {
    pub(super) id: SessionId,
    pub(super) workspace: WorkspaceId,
    /// The root of the workspace.
    pub(super) root: PathBuf,
    /// The sessions that it goes on with or works for: what they know, it knows.
    pub(super) line: BTreeSet<SessionId>,
    /// Files from the top of its checkout, each with how much of its work is about it.
    pub(super) files: BTreeMap<String, f64>,
    /// Files that its errors name: fixtures, mostly.
    pub(super) met: BTreeSet<String>,
    /// The keys of errors.
    pub(super) errors: BTreeSet<String>,
    /// Symbols that it changes, each with its file.
    pub(super) symbols: BTreeSet<(String, String)>,
    pub(super) words: Vec<String>,
}

impl Own {
    /// `None` for a session of no workspace.
    pub(super) fn of(s: &Snapshot<'_>, session: SessionId) -> Result<Option<Self>, EngineError> {
        let view = view_of(s, session)?.ok_or_else(|| EngineError::no_session(session))?;
        let workspace = view.workspace.map(|id| s.workspace(id)).transpose()?.flatten();
        let Some(workspace) = workspace else { return Ok(None) };
        let mut own = Self {
            id: session,
            workspace: workspace.id,
            root: workspace.row.root,
            line: line_of(s, &view)?,
            files: BTreeMap::new(),
            met: BTreeSet::new(),
            errors: BTreeSet::new(),
            symbols: BTreeSet::new(),
            words: Vec::new(),
        };
        let tops = tops(&view, &own.root);
        let (mut said, mut told) = (String::new(), String::new());
        let mut written: Vec<(String, u32)> = Vec::new();
        for stored in s.facts(session)? {
            match stored.fact.body {
                FactBody::Edited { path, .. } => {
                    let path = path_of(&path, &stored.fact.key, &tops);
                    written.push((path, stored.times));
                }
                FactBody::Errored { line } => {
                    if ubiquitous::is_telling_error(&line) {
                        own.errors.insert(stored.fact.key);
                    }
                    told = format!("{told}\n{line}");
                }
                FactBody::Directed { text, .. } => said = format!("{said}\n{text}"),
                _ => {}
            }
        }
        own.take_files(s, &view, &tops, written)?;
        own.words = words::telling(&said);
        own.met = words::data_files(&told);
        for word in &own.words {
            if Path::new(word).extension().is_some() && word.contains('/') {
                let path = from_top(word, &tops);
                own.files.entry(path).or_insert(weight::READ);
            }
        }
        let changed = s.symbols_changed_by(session)?.into_iter();
        own.symbols = changed.map(|one| (one.symbol, one.path)).collect();
        Ok(Some(own))
    }

    fn take_files(
        &mut self,
        s: &Snapshot<'_>,
        view: &SessionView,
        tops: &[PathBuf],
        mut written: Vec<(String, u32)>,
    ) -> Result<(), EngineError> {
        written.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        let most = written.first().map_or(1, |(_, times)| *times);
        // Once it writes, what it writes tells more of its work than what it looked at on the way.
        let read_weight = if written.is_empty() { weight::READ } else { weight::PASSED };
        let all = u32::try_from(written.len()).unwrap_or(u32::MAX);
        for (path, times) in written.into_iter().take(limits::RELATED_FILES) {
            self.files.insert(path, weight::WRITTEN * focus(times, all, most));
        }
        let fold = fold_of(s, view.id)?.unwrap_or_default();
        let used = fold.files_used();
        let read = used.iter().filter(|(_, file)| file.reads > 0);
        let base = fold.facts.root.clone().or_else(|| view.cwd.clone()).unwrap_or_default();
        for (path, _) in read.take(limits::RELATED_FILES) {
            let whole = Path::new(&base).join(path);
            let path = from_top(&whole.to_string_lossy(), tops);
            self.files.entry(path).or_insert(read_weight);
        }
        Ok(())
    }

    /// Whether a note was written by the session itself, or one whose work it goes on with.
    pub(super) fn is_own(&self, note: &Note) -> bool {
        note.row.facts.session.is_some_and(|session| self.line.contains(&session))
    }
}

/// A file's path from the top of its checkout; as its key has it where that is no more.
pub(super) fn path_of(path: &str, key: &str, tops: &[PathBuf]) -> String {
    let inside = from_top(path, tops);
    match inside.starts_with('/') {
        true => key.trim_start_matches("file:").to_owned(),
        false => inside,
    }
}

/// The session, those that it works for, shares a beginning with, or took over from, and those that took over from it.
fn line_of(s: &Snapshot<'_>, view: &SessionView) -> Result<BTreeSet<SessionId>, EngineError> {
    let mut line = BTreeSet::new();
    let mut open = vec![view.id];
    while let Some(id) = open.pop() {
        if line.len() >= limits::FORK_LINE || !line.insert(id) {
            continue;
        }
        if let Some(view) = view_of(s, id)? {
            let follows = view.owned.as_deref().and_then(|owned| owned.follows);
            open.extend([view.parent, view.forked_from, follows].into_iter().flatten());
        }
        open.extend(s.successors(id)?);
    }
    Ok(line)
}
