//! Changesets and pairs as the writer keeps them, and what is told of them.

use std::collections::BTreeMap;

use callboard_model::attribution::SharedCheckout;
use callboard_model::changeset::Changeset;
use callboard_model::conflict::ConflictKind;
use callboard_model::coupling::Coupling;
use callboard_model::limits::LINE_CHARS;
use callboard_model::pair::{Between, Pair, conflict_in};
use callboard_model::review::Review;
use callboard_model::session::Alive;
use callboard_model::view::{ChangesetRef, DropClaims, PairView};
use callboard_model::{ChangesetKey, SessionId, TaskId, WorkspaceId, quote};
use callboard_store::{Durability, LogKind, Snapshot, Write};
use serde_json::json;

use super::{Core, calls, messages};
use crate::changes::Symbols;
use crate::owned::succession::succession;
use crate::pull_requests::{PullRequests, pull_requests_setting};
use crate::query::{Naming, branches_of, pair_view};
use crate::{EngineError, secrets};

/// What a look at two changesets found.
#[derive(Debug, Clone)]
pub(crate) struct LookedAt {
    pub(crate) left: ChangesetKey,
    pub(crate) right: ChangesetKey,
    pub(crate) trees: (String, String),
    pub(crate) between: Between,
    /// One of them has changed since it is followed.
    pub(crate) is_live: bool,
}

impl Core {
    /// Takes changesets as they are now, and forgets those that are gone.
    pub(crate) fn take_changesets(
        &mut self,
        now: Vec<Changeset>,
        gone: Vec<ChangesetKey>,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            for changeset in &now {
                w.put_changeset(changeset)?;
            }
            for key in &gone {
                for pair in pairs_of(&w.view(), key)? {
                    calls::close_conflict(w, &pair, "one of them is gone")?;
                }
                w.forget_changeset(key)?;
            }
            Ok(())
        })?;
        self.changes.news.tell();
        Ok(())
    }

    /// Takes what a remote told of its pull requests, and announces whom that changes.
    pub(crate) fn take_pull_requests(
        &mut self,
        workspace: WorkspaceId,
        now: &PullRequests,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            let before = PullRequests::of(&w.view(), workspace)?;
            let told = serde_json::to_value(now).unwrap_or_default();
            w.put_setting(&pull_requests_setting(workspace), &told)?;
            for changeset in w.view().changesets(workspace)? {
                if before.of_changeset(&changeset) != now.of_changeset(&changeset) {
                    w.put_changeset(&changeset)?;
                }
            }
            for review in w.view().reviews_open(workspace)? {
                if before.told_of(&review) != now.told_of(&review) {
                    announce_members(w, &review)?;
                    w.put_review(review)?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Takes whose the changes of a checkout are, and tells sessions that they are not alone there.
    pub(crate) fn take_attribution(
        &mut self,
        told: &SharedCheckout,
        state: &str,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            let known = w.view().shared_checkouts(told.workspace)?;
            let before = known.into_iter().find(|one| one.path == told.path);
            w.put_attribution(told, state)?;
            if told.is_shared {
                welcome(w, told, before.filter(|before| before.is_shared).as_ref())?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Forgets a checkout that is gone.
    pub(crate) fn forget_attribution(&mut self, top: &str) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| w.forget_attribution(top))?;
        Ok(())
    }

    /// Takes what looks at pairs found, and tells what is news; gives when to look again.
    pub(crate) fn take_looks(
        &mut self,
        workspace: WorkspaceId,
        looks: Vec<LookedAt>,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            for look in looks {
                let (left, right) = (look.left.to_string(), look.right.to_string());
                let known = w.view().pair(&left, &right)?;
                let mut pair = known.unwrap_or_else(|| Pair::new(&look.left, &look.right));
                pair.is_live |= look.is_live;
                take_look(w, workspace, pair, look.trees, look.between)?;
            }
            Ok(())
        })?;
        self.changes.news.tell();
        Ok(())
    }

    /// Keeps who changed which symbols: in a checkout, who wrote the file last, else who works there.
    pub(crate) fn take_symbols(
        &mut self,
        workspace: WorkspaceId,
        changed: &[(ChangesetKey, Symbols)],
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            let changesets = w.view().changesets(workspace)?;
            let naming = Naming::of(&w.view(), workspace, &changesets)?;
            for (key, symbols) in changed {
                let sessions = naming.sessions_of(&key.to_string());
                let at_work = live(&w.view(), &sessions)?.first().copied();
                let mut by: BTreeMap<SessionId, Vec<(&str, &str)>> = BTreeMap::new();
                for (path, symbol) in symbols {
                    let writer = writer_of(&w.view(), &sessions, path)?.or(at_work);
                    if let Some(session) = writer {
                        by.entry(session).or_default().push((path, symbol));
                    }
                }
                for (session, symbols) in by {
                    w.put_changed_symbols(workspace, session, &symbols)?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Nothing changed since the last looks: what was there then stands by now, or is gone.
    pub(crate) fn settle_pairs(&mut self, workspace: WorkspaceId) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            let now = w.now();
            for pair in w.view().pairs(workspace)? {
                if pair.settles_at().is_some_and(|due| due <= now) {
                    let (trees, between) = pair.last_look();
                    take_look(w, workspace, pair, trees, between)?;
                }
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Announces the changesets of a review: what is shown of them tells of it, and of the pull requests that it was sent as.
pub(super) fn announce_members(w: &mut Write<'_>, review: &Review) -> callboard_store::Result<()> {
    for member in &review.members {
        w.log(LogKind::CHANGESET, &member.changeset.key.to_string(), &json!(null))?;
    }
    Ok(())
}

/// Takes in what a look at a pair found, and tells what of it is news.
fn take_look(
    w: &mut Write<'_>,
    workspace: WorkspaceId,
    mut pair: Pair,
    trees: (String, String),
    between: Between,
) -> callboard_store::Result<()> {
    let was_told = pair.conflicts_since().is_some();
    let before: Vec<String> = pair.findings.iter().map(|one| one.subject.clone()).collect();
    let is_changed = pair.look(trees, between, w.now());
    let news = pair.take_news();
    if was_told && pair.conflicts_since().is_none() {
        calls::close_conflict(w, &pair, "they can be merged again")?;
    }
    for gone in before.iter().filter(|was| !pair.findings.iter().any(|one| one.subject == **was)) {
        // Whoever has not heard of it yet need not.
        for side in [&pair.left, &pair.right] {
            w.withdraw_notices(&about(gone, side))?;
        }
    }
    if is_changed || !news.is_empty() {
        w.put_pair(workspace, &pair, true)?;
    }
    if !news.is_empty() {
        tell(w, workspace, &pair, &news)?;
    }
    Ok(())
}

/// Claims and notices.
impl Core {
    /// Takes note of what a task or a session is going to touch; gives the claims' numbers.
    pub(crate) fn add_claims(
        &mut self,
        workspace: WorkspaceId,
        who: (Option<TaskId>, Option<SessionId>),
        patterns: Vec<String>,
    ) -> Result<Vec<i64>, EngineError> {
        self.write_for_person(|w| {
            let mut ids = Vec::new();
            for pattern in &patterns {
                ids.push(w.add_claim(workspace, who, pattern)?.id);
            }
            Ok(ids)
        })
    }

    /// Takes claims back; gives how many.
    pub(crate) fn drop_claims(
        &mut self,
        workspace: WorkspaceId,
        which: &DropClaims,
    ) -> Result<usize, EngineError> {
        self.write_for_person(|w| {
            let all = w.view().claims(workspace)?;
            let sessions = which.session.map(|session| succession(&w.view(), session));
            let sessions = sessions.transpose()?.unwrap_or_default();
            let is_of_one = |session: &SessionId| sessions.contains(session);
            let meant = all.iter().filter(|claim| {
                which.ids.contains(&claim.id)
                    || (which.task.is_some() && claim.task == which.task)
                    || claim.session.as_ref().is_some_and(is_of_one)
            });
            let ids: Vec<i64> = meant.map(|claim| claim.id).collect();
            Ok(w.drop_claims(&ids)?)
        })
    }

    /// Has sessions told something at their next step.
    pub(crate) fn tell_agents(
        &mut self,
        told: Vec<(SessionId, String)>,
    ) -> Result<(), EngineError> {
        if told.is_empty() {
            return Ok(());
        }
        self.write(Durability::Normal, |w| {
            for (session, text) in &told {
                w.add_notice(*session, text, text)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Has a session told something at its next step.
    pub(crate) fn add_notice(
        &mut self,
        session: SessionId,
        subject: &str,
        text: &str,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| w.add_notice(session, subject, text).map(|_| ()))?;
        Ok(())
    }

    /// The same, unless it was told something about that before.
    pub(crate) fn add_notice_once(
        &mut self,
        session: SessionId,
        subject: &str,
        text: &str,
    ) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            if w.view().notices_about(session, subject)?.is_empty() {
                w.add_notice(session, subject, text)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// These were told.
    pub(crate) fn notices_told(&mut self, notices: &[i64]) -> Result<(), EngineError> {
        self.write(Durability::Normal, |w| {
            let told = w.notices_told(notices)?;
            messages::messages_told(w, &told)?;
            calls::answers_told(w, &told)
        })?;
        Ok(())
    }
}

fn pairs_of(s: &Snapshot<'_>, key: &ChangesetKey) -> callboard_store::Result<Vec<Pair>> {
    let Some(changeset) = s.changeset(key)? else { return Ok(Vec::new()) };
    let text = key.to_string();
    let mut pairs = s.pairs(changeset.workspace)?;
    pairs.retain(|pair| pair.left == text || pair.right == text);
    Ok(pairs)
}

/// Tells the agents of both sides, and calls for a person where git cannot merge.
fn tell(
    w: &mut Write<'_>,
    workspace: WorkspaceId,
    pair: &Pair,
    news: &[String],
) -> callboard_store::Result<()> {
    let changesets = w.view().changesets(workspace)?;
    let naming = Naming::of(&w.view(), workspace, &changesets)?;
    let branches = branches_of(&changesets);
    let Some(view) = pair_view(&w.view(), &naming, &branches, pair)? else { return Ok(()) };
    for (own, other) in [(&view.left, &view.right), (&view.right, &view.left)] {
        for session in live(&w.view(), &own.sessions)? {
            for subject in news {
                let text = notice(&view, own, other, subject);
                w.add_notice(session, &about(subject, &other.key), &text)?;
            }
        }
    }
    let files: Vec<&str> = news.iter().filter_map(|subject| conflict_in(subject)).collect();
    let is_elsewhere = |key: &str| {
        ChangesetKey::from_text(key).is_some_and(|key| key.is_fetched() || key.is_base())
    };
    // Between those who work elsewhere, nobody here has anything to decide.
    if files.is_empty() || (is_elsewhere(&view.left.key) && is_elsewhere(&view.right.key)) {
        return Ok(());
    }
    calls::raise_conflict(w, workspace, &view)
}

/// Tells those who are new in a shared checkout who else works there, and how their own is committed.
fn welcome(
    w: &mut Write<'_>,
    told: &SharedCheckout,
    before: Option<&SharedCheckout>,
) -> callboard_store::Result<()> {
    let was_told = |one: &SessionId| before.is_some_and(|before| before.sessions.contains(one));
    let new: Vec<SessionId> = told.sessions.iter().copied().filter(|one| !was_told(one)).collect();
    let live_here = live(&w.view(), &told.sessions)?;
    for session in live(&w.view(), &new)? {
        let others: Vec<String> =
            live_here.iter().filter(|one| **one != session).map(ToString::to_string).collect();
        let who = match others.is_empty() {
            true => "Another session has changes that are not committed".to_owned(),
            false => format!("{} work in this folder, too", others.join(", ")),
        };
        let text = format!(
            "{who}. You are {session}. Commit with `callboard commit {session} -m …`: it takes exactly what you changed. `git add -A`, `git commit -a`, `git stash` and `git checkout .` would take theirs."
        );
        w.add_notice(session, &format!("shared {}", told.path), &text)?;
    }
    Ok(())
}

/// What a notice of a finding is about: the finding, and whom it is with.
fn about(subject: &str, other: &str) -> String {
    format!("{subject} {other}")
}

/// Which of the sessions wrote a file last.
fn writer_of(
    s: &Snapshot<'_>,
    sessions: &[SessionId],
    path: &str,
) -> callboard_store::Result<Option<SessionId>> {
    if let [only] = sessions {
        return Ok(Some(*only));
    }
    let facts = s.facts_by_key(&format!("file:{path}"))?;
    Ok(facts.into_iter().map(|fact| fact.session).find(|session| sessions.contains(session)))
}

/// Those of the sessions that may run.
fn live(s: &Snapshot<'_>, sessions: &[SessionId]) -> callboard_store::Result<Vec<SessionId>> {
    let mut live = Vec::new();
    for id in sessions {
        let view = super::view_of(s, *id)?;
        live.extend(view.filter(|view| view.facts.alive.is != Alive::No).map(|view| view.id));
    }
    Ok(live)
}

/// What an agent is told of a finding, in one or two sentences.
fn notice(view: &PairView, own: &ChangesetRef, other: &ChangesetRef, subject: &str) -> String {
    let title = match other.title.is_empty() {
        true => other.name.clone(),
        false => {
            format!("{} ({})", other.name, quote::line(&secrets::mask(&other.title).0, LINE_CHARS))
        }
    };
    if let Some(path) = conflict_in(subject) {
        let files = view.conflict.iter().flat_map(|conflict| &conflict.files);
        let file = files.clone().find(|file| file.path == path);
        if file.is_some_and(|file| file.kind == ConflictKind::Overlap) {
            return format!(
                "{title} and you wrote the same lines of {path}: they belong to both, and `callboard commit` does not take them by itself. Look at them, and leave them to one of you."
            );
        }
        let lines: Vec<String> = files
            .filter(|file| file.path == path)
            .flat_map(|file| &file.hunks)
            .map(|hunk| if own == &view.left { hunk.left_line } else { hunk.right_line })
            .map(|line| line.to_string())
            .collect();
        let place = match lines.is_empty() {
            true => path.to_owned(),
            false => format!("{path} (your line {})", lines.join(", ")),
        };
        return format!(
            "{title} is changing the same part of {place}: git cannot merge the two. Keep your change there small, or leave that part to them; `callboard conflicts` shows both sides."
        );
    }
    let is_meant = |coupling: &&Coupling| subject.ends_with(&coupling.reason);
    let coupling = view.couplings.iter().find(is_meant);
    let told = coupling.map(|coupling| coupling.told(&view.left.name, &view.right.name));
    format!("{title} and your work meet: {}.", told.unwrap_or_default())
}
