//! The changesets of a checkout: one, or one for each session that shares it and one for what is nobody's.

use std::collections::BTreeMap;
use std::path::Path;

use callboard_git::Git;
use callboard_git::changeset::{Bases, Changes, changed_files};
use callboard_git::tree::{LeftOut, PartsTree, Trees, WorktreeTree};
use callboard_model::attribution::{FileAttribution, Overlap, Owners, SharedCheckout, parts_of};
use callboard_model::changeset::FileKind;
use callboard_model::conflict::{Conflict, ConflictFile, ConflictHunk, ConflictKind};
use callboard_model::{ChangesetKey, SessionId};

use crate::EngineError;

/// A changeset of a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) key: ChangesetKey,
    pub(super) tree: String,
    pub(super) commit: String,
    pub(super) head: Option<String>,
    /// What its newest commit says, of a branch that nobody works on here.
    pub(super) subject: Option<String>,
    pub(super) left_out: Vec<LeftOut>,
    /// It holds one session's part of the checkout, with the others' as HEAD has it.
    pub(super) is_part: bool,
    /// What belongs to another session of the checkout as well.
    pub(super) overlaps: BTreeMap<ChangesetKey, Conflict>,
}

impl Member {
    /// What it changes since it left the base; of a session, what is not committed.
    pub(super) fn changes(&self, git: &Git, base: &str) -> Result<Changes, EngineError> {
        let Some(head) = self.head.as_deref().filter(|_| self.is_part) else {
            return Ok(Changes::of(git, base, &self.commit)?);
        };
        let bases = Bases::of(git, base, &self.commit)?;
        let files = changed_files(git, head, &self.commit)?;
        Ok(Changes { bases, commit: self.commit.clone(), files })
    }
}

/// The changesets of the checkout at `top`.
pub(super) fn members(
    trees: &Trees,
    top: &Path,
    tree: &WorktreeTree,
    told: Option<&SharedCheckout>,
) -> Result<Vec<Member>, EngineError> {
    let whole = Member {
        key: ChangesetKey::Worktree(top.to_string_lossy().into_owned()),
        tree: tree.tree.clone(),
        commit: tree.commit.clone(),
        head: tree.head.clone(),
        subject: None,
        left_out: tree.left_out.clone(),
        is_part: false,
        overlaps: BTreeMap::new(),
    };
    let shared = told.filter(|told| told.is_shared);
    let (Some(told), Some(head)) = (shared, tree.head.as_deref()) else { return Ok(vec![whole]) };
    let made = |is_wanted: &dyn Fn(&Owners) -> bool| {
        trees.with_parts(head, &tree.commit, &parts_of(&told.files, is_wanted))
    };
    let mut all = Vec::new();
    for session in &told.sessions {
        let PartsTree { tree, commit } = made(&|owners| owners.has(*session))?;
        all.push(Member {
            key: ChangesetKey::Session(*session),
            tree,
            commit,
            left_out: Vec::new(),
            is_part: true,
            overlaps: overlaps(told, *session),
            ..whole.clone()
        });
    }
    let PartsTree { tree, commit } = made(&Owners::is_unattributed)?;
    all.push(Member { tree, commit, ..whole });
    Ok(all)
}

/// What belongs to a session and to another one, too, by the other's changeset.
fn overlaps(told: &SharedCheckout, session: SessionId) -> BTreeMap<ChangesetKey, Conflict> {
    let mut all: BTreeMap<ChangesetKey, Conflict> = BTreeMap::new();
    for file in &told.files {
        for overlap in file.overlaps().filter(|overlap| overlap.owners.has(session)) {
            let others = overlap.owners.sessions.iter().filter(|other| **other != session);
            for other in others {
                let conflict = all.entry(ChangesetKey::Session(*other)).or_default();
                add(conflict, file, &overlap);
            }
        }
    }
    all
}

fn add(conflict: &mut Conflict, file: &FileAttribution, overlap: &Overlap) {
    if conflict.files.last().is_none_or(|last| last.path != file.path) {
        conflict.files.push(ConflictFile {
            path: file.path.clone(),
            kind: ConflictKind::Overlap,
            file: FileKind::of(&file.path),
            hunks: Vec::new(),
        });
    }
    let hunk = overlap.line.and_then(|line| file.hunks.iter().find(|one| one.new_start == line));
    let Some((hunk, last)) = hunk.zip(conflict.files.last_mut()) else { return };
    // Both have the same lines: there is one file.
    last.hunks.push(ConflictHunk {
        left_line: hunk.new_start,
        right_line: hunk.new_start,
        left: shown(&hunk.added),
        base: shown(&hunk.removed),
        right: shown(&hunk.added),
    });
}

fn shown(lines: &[String]) -> Vec<String> {
    let some = lines.iter().take(callboard_git::limits::CONFLICT_LINES);
    some.map(|line| line.trim_end_matches(['\r', '\n']).to_owned()).collect()
}
