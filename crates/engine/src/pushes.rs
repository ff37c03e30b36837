//! Pushes to the base branch: one that a session made calls for a person, wherever the session works.
//!
//! Git notes each push of any worktree in the log of the remote-tracking branch; whose it was is told by the command that
//! ran then.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use callboard_git::pushes::{CommitLine, Push, commits_of, pushes_to};
use callboard_git::{Git, base};
use callboard_model::call::{CallDetail, CallKind};
use callboard_model::fold::{Doing, MilestoneKind, SessionFold};
use callboard_model::session::StateWord;
use callboard_model::view::SessionView;
use callboard_model::{SessionId, Timestamp, WorkspaceId};
use callboard_os::watch::{FileNotification, FileWatcher};
use callboard_store::{SessionFilter, Snapshot};
use serde_json::json;

use crate::core::OwnCall;
use crate::{Engine, EngineError, limits, row};

/// Reports what is pushed.
#[derive(Default)]
pub(crate) struct PushWatch {
    watcher: Mutex<Option<FileWatcher>>,
}

/// A repository whose pushes are followed.
#[derive(Debug, Clone)]
struct Followed {
    workspace: WorkspaceId,
    root: PathBuf,
    common_dir: PathBuf,
}

impl Followed {
    fn logs(&self) -> PathBuf {
        self.common_dir.join("logs")
    }
}

/// Follows the pushes of every workspace; those made while no daemon ran are told at its start.
pub(crate) fn start(engine: &Arc<Engine>) {
    let engine = Arc::downgrade(engine);
    std::thread::spawn(move || {
        callboard_os::thread::give_way();
        let without = "pushes are told when the daemon starts, not as they happen";
        let notifications = FileWatcher::or_warn(without).map(|(watcher, notifications)| {
            if let Some(engine) = engine.upgrade() {
                *engine.pushes.watcher.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(watcher);
            }
            notifications
        });
        look_at_all(&engine, |_| true);
        // The sender lives in the watcher, which ends with the engine.
        while let Some(first) = notifications.as_ref().and_then(|all| all.recv().ok()) {
            // Git writes the log before the command that pushed has ended, and its session has told so.
            std::thread::sleep(limits::PUSH_SETTLES);
            let rest = notifications.iter().flat_map(|all| all.try_iter());
            let changed: Vec<FileNotification> = std::iter::once(first).chain(rest).collect();
            look_at_all(&engine, |followed| {
                // Pushes and fetches; a merge into the base, for those that wait in the pool.
                let refs = ["refs/remotes", "refs/heads"].map(|refs| followed.logs().join(refs));
                changed.iter().any(|notification| match notification {
                    FileNotification::Changed(path) => {
                        refs.iter().any(|refs| path.starts_with(refs))
                    }
                    FileNotification::Lost => true,
                })
            });
        }
    });
}

fn look_at_all(engine: &Weak<Engine>, is_wanted: impl Fn(&Followed) -> bool) {
    let Some(engine) = engine.upgrade() else { return };
    let all = engine.read(|s| Ok(s.workspaces()?));
    let followed = all.into_iter().flatten().filter(|known| known.row.is_git).map(|known| {
        Followed { workspace: known.id, root: known.row.root, common_dir: known.row.common_dir }
    });
    for followed in followed.filter(|followed| is_wanted(followed)) {
        if let Err(error) = engine.look_at_pushes(&followed) {
            tracing::warn!(%error, "pushes could not be looked at; they are at the next one");
        }
    }
}

impl Engine {
    /// Follows the pushes of a repository from now on: what was pushed before is history.
    pub(crate) fn follow_pushes(&self, workspace: WorkspaceId, root: &Path, common_dir: &Path) {
        let followed =
            Followed { workspace, root: root.to_owned(), common_dir: common_dir.to_owned() };
        let begun = self.pushes_of(&followed).and_then(|found| match found {
            Some((_, pushes)) if self.last_seen(workspace)?.is_none() => {
                self.remember(workspace, pushes.last())
            }
            _ => Ok(()),
        });
        if let Err(error) = begun {
            tracing::warn!(%error, "pushes could not be looked at; they are at the next one");
        }
    }

    fn look_at_pushes(&self, followed: &Followed) -> Result<(), EngineError> {
        let Some((git, pushes)) = self.pushes_of(followed)? else { return Ok(()) };
        let seen = self.last_seen(followed.workspace)?;
        let news = news_since(seen.as_ref(), &pushes);
        for push in &news {
            if let Some(session) = self.pusher(followed.workspace, push)? {
                let commits = commits_of(&git, push, limits::PUSHED_COMMITS).unwrap_or_default();
                let call = call_of(session, push, &commits);
                self.ask(move |core| core.raise_own(call))?;
            }
        }
        if seen.is_none() || !news.is_empty() {
            self.remember(followed.workspace, pushes.last())?;
        }
        Ok(())
    }

    /// What git's log has of pushes to the base, which is watched from now on; `None` without a base.
    fn pushes_of(&self, followed: &Followed) -> Result<Option<(Git, Vec<Push>)>, EngineError> {
        if let Some(watcher) =
            &mut *self.pushes.watcher.lock().unwrap_or_else(PoisonError::into_inner)
            && let Err(error) = watcher.watch(&followed.logs(), true)
        {
            tracing::debug!(%error, "pushes are told when the daemon starts, not as they happen");
        }
        let git = Git::at(&followed.root);
        let configured = self.project(&followed.root).ok().and_then(|project| project.base.clone());
        let Ok(base) = base::base(&git, configured.as_deref()) else { return Ok(None) };
        // A fetch is noted where a push is; what waits in the pool follows either.
        self.follow_base(followed.workspace, &base.start);
        let pushes = pushes_to(&followed.common_dir, &base.branch);
        Ok(Some((git, pushes)))
    }

    /// The last push that was looked at.
    fn last_seen(&self, workspace: WorkspaceId) -> Result<Option<serde_json::Value>, EngineError> {
        self.read(|s| Ok(s.setting(&setting_of(workspace))?))
    }

    fn remember(&self, workspace: WorkspaceId, last: Option<&Push>) -> Result<(), EngineError> {
        let value = last.map_or(json!({}), |push| json!({ "to": push.to, "at": push.at }));
        self.ask(move |core| core.put_setting(&setting_of(workspace), &value))?;
        Ok(())
    }

    /// The session that pushed, as soon as one tells of it.
    fn pusher(
        &self,
        workspace: WorkspaceId,
        push: &Push,
    ) -> Result<Option<SessionView>, EngineError> {
        for _ in 0..limits::PUSH_LOOKS {
            let suspects = self.read(|s| suspects(s, workspace, push))?;
            let found = suspects.into_iter().find(|suspect| suspect.is_at(push));
            let is_long_ago = self.now().since_ms(push.at) > limits::PUSH_TOLD_WITHIN_MS;
            if found.is_some() || is_long_ago {
                return Ok(found.map(|suspect| suspect.view));
            }
            std::thread::sleep(limits::PUSH_SETTLES);
        }
        Ok(None)
    }
}

fn setting_of(workspace: WorkspaceId) -> String {
    format!("pushes.{workspace}")
}

/// The pushes after the last one that was seen; where none was, what was pushed before is history.
fn news_since(seen: Option<&serde_json::Value>, pushes: &[Push]) -> Vec<Push> {
    let Some(seen) = seen else { return Vec::new() };
    let at: Option<Timestamp> = serde_json::from_value(seen["at"].clone()).ok();
    // A branch that is forced back is at the same commit again.
    let is_last = |push: &Push| {
        Some(push.to.as_str()) == seen["to"].as_str() && at.is_none_or(|at| push.at == at)
    };
    match pushes.iter().rposition(is_last) {
        Some(last) => pushes[last + 1..].to_vec(),
        None => {
            // Its entry has expired.
            pushes.iter().filter(|push| at.is_none_or(|at| push.at > at)).cloned().collect()
        }
    }
}

/// A session that may have pushed.
struct Suspect {
    view: SessionView,
    /// The checkout that it works in, if it pushed only when that is at what was pushed.
    checkout: Option<PathBuf>,
}

impl Suspect {
    fn is_at(&self, push: &Push) -> bool {
        self.checkout.as_ref().is_none_or(|checkout| Git::at(checkout).is_at(&push.to))
    }
}

/// The sessions whose commands may have pushed, the likeliest first: one that told of a push then; else one that runs a
/// push from a checkout that is at what was pushed, or a command, and made the commit.
fn suspects(
    s: &Snapshot<'_>,
    workspace: WorkspaceId,
    push: &Push,
) -> Result<Vec<Suspect>, EngineError> {
    let since = push.at.plus_ms(-limits::PUSH_TOLD_WITHIN_MS);
    let filter = SessionFilter {
        workspace: Some(workspace),
        since: Some(since),
        hidden_too: true,
        ..SessionFilter::default()
    };
    let mut likely: BTreeMap<(Likelihood, SessionId), SessionView> = BTreeMap::new();
    for row in s.sessions(&filter)? {
        let (Some(view), Some(fold)) = (row::stored(row.id, &row.row), row::fold_of(s, row.id)?)
        else {
            continue;
        };
        if let Some(likelihood) = likelihood(&fold, &view, push) {
            likely.insert((likelihood, view.id), view);
        }
    }
    let suspect = |((likelihood, _), view): ((Likelihood, SessionId), SessionView)| {
        let is_bound = likelihood == Likelihood::IfAtWhatWasPushed;
        let checkout = view.cwd.as_ref().filter(|_| is_bound).map(PathBuf::from);
        Suspect { view, checkout }
    };
    Ok(likely.into_iter().map(suspect).collect())
}

/// How likely a session pushed, the likeliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likelihood {
    Told,
    IfAtWhatWasPushed,
    MadeWhatWasPushed,
}

/// `None` where nothing speaks for it.
fn likelihood(fold: &SessionFold, view: &SessionView, push: &Push) -> Option<Likelihood> {
    let told = fold.milestones.list.iter().rev().any(|milestone| {
        milestone.kind == MilestoneKind::Pushed
            && milestone
                .at
                .is_some_and(|at| at.since_ms(push.at).abs() <= limits::PUSH_TOLD_WITHIN_MS)
    });
    if told {
        return Some(Likelihood::Told);
    }
    // What waits to be allowed has not run.
    let open = fold.open.list.iter().filter(|_| view.state != StateWord::NeedsYou);
    let commands: Vec<&str> = open.filter_map(|open| open.command.as_deref()).collect();
    let just_ran = fold.done.as_ref().is_some_and(|done| {
        matches!(done.doing, Doing::Command { .. })
            && done.at.is_some_and(|at| at.since_ms(push.at).abs() <= limits::PUSH_TOLD_WITHIN_MS)
    });
    if commands.iter().any(|command| command.contains("push")) {
        return view.cwd.as_ref().map(|_| Likelihood::IfAtWhatWasPushed);
    }
    // A script may push: what it pushed is a commit that the session made.
    let made = |id: &String| push.to.starts_with(id.as_str());
    let is_its_own = fold.landed.commits.iter().filter_map(|c| c.id.as_ref()).any(made);
    ((just_ran || !commands.is_empty()) && is_its_own).then_some(Likelihood::MadeWhatWasPushed)
}

fn call_of(view: SessionView, push: &Push, commits: &[CommitLine]) -> OwnCall {
    let count = commits.len();
    let commits_word = if count == 1 { "commit" } else { "commits" };
    let place = format!("`{}` on {}", push.branch, push.remote);
    let question = format!("pushed {count} {commits_word} to {place}");
    let mut lines: Vec<String> = commits
        .iter()
        .map(|commit| format!("{} {} ({})", commit.id, commit.subject, commit.author))
        .collect();
    let mut text = String::from("Others build on that branch.");
    if let Some(from) = &push.from {
        let (from, to) = (short(from), short(&push.to));
        text.push_str(
            " To take it back, revert it, which keeps the history; or, while nobody has fetched it, move the branch back:",
        );
        lines.push(format!(
            "git revert --no-edit {from}..{to} && git push {} HEAD:{}",
            push.remote, push.branch
        ));
        lines.push(format!(
            "git push --force-with-lease={}:{} {} {}:{}",
            push.branch, push.to, push.remote, from, push.branch
        ));
    }
    OwnCall {
        view,
        kind: CallKind::PushedToBase,
        key: format!("push:{}", push.to),
        question,
        detail: CallDetail::Told { text, lines },
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(to: &str, at: i64) -> Push {
        Push {
            remote: "origin".into(),
            branch: "main".into(),
            from: None,
            to: to.into(),
            at: Timestamp::from_millisecond(at),
        }
    }

    #[test]
    fn only_what_was_pushed_since_is_news() {
        let pushes = [push("a", 1), push("b", 2), push("c", 3)];
        let news = |seen: Option<serde_json::Value>| -> Vec<String> {
            news_since(seen.as_ref(), &pushes).into_iter().map(|push| push.to).collect()
        };
        assert!(news(None).is_empty(), "what was pushed before is history");
        assert_eq!(news(Some(json!({}))), ["a", "b", "c"]);
        assert_eq!(news(Some(json!({ "to": "b" }))), ["c"]);
        let at = Timestamp::from_millisecond(2);
        assert_eq!(news(Some(json!({ "to": "expired", "at": at }))), ["c"]);
    }

    #[test]
    fn a_branch_that_is_forced_back_to_what_was_seen_is_news() {
        let pushes = [push("a", 1), push("b", 2), push("a", 3)];
        let seen = json!({ "to": "a", "at": Timestamp::from_millisecond(1) });
        let news: Vec<_> = news_since(Some(&seen), &pushes).into_iter().map(|p| p.to).collect();
        assert_eq!(news, ["b", "a"]);
    }
}
