//! Whether what `callboard.toml` says takes effect: its powers do once a person has approved them.
//!
//! It is looked at where it is needed: when a workspace is registered, a start is due, or an agent asks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use callboard_model::project::{FILE, PowerSet, Project};
use callboard_model::view::{ApproveTrust, Problem, Severity, TrustState, TrustView};
use callboard_model::{CallId, WorkspaceId};
use callboard_store::{TrustDecision, fingerprint};

use crate::core::Undecided;
use crate::project::ProjectError;
use crate::{Engine, EngineError};

/// Who approves at the command line.
const YOU: &str = "you";

const HINT: &str = "see what it does and approve it with `callboard trust`";

/// The undecided set of powers, by its fingerprint, and the call that asks for it.
type AskedFor = (Option<String>, Option<CallId>);

/// What was read of decisions, until the next one.
#[derive(Debug, Default)]
pub(crate) struct Trusts {
    decisions: Mutex<Decisions>,
    /// What the call of each workspace asks for, as it was last seen to.
    asked: Mutex<BTreeMap<WorkspaceId, AskedFor>>,
}

/// Decisions by the root of their workspace.
#[derive(Debug, Default)]
struct Decisions {
    known: BTreeMap<PathBuf, Arc<Vec<TrustDecision>>>,
    /// How often all was forgotten.
    times: u64,
}

impl Decisions {
    fn forget(&mut self) {
        self.known.clear();
        self.times += 1;
    }

    /// Keeps what was read after `times`, unless somebody decided since: it may be of before that.
    fn keep(&mut self, times: u64, root: &Path, found: &Arc<Vec<TrustDecision>>) {
        if self.times == times {
            self.known.insert(root.to_owned(), found.clone());
        }
    }
}

/// A `callboard.toml` as it stands now.
pub(crate) struct Standing {
    /// All that it says.
    pub(crate) written: Arc<Project>,
    set: PowerSet,
    state: TrustState,
    /// What was approved last.
    last: Option<TrustDecision>,
}

impl Standing {
    fn takes_effect(&self) -> bool {
        !matches!(self.state, TrustState::Waiting | TrustState::Declined)
    }

    /// Nothing is made by it until it is approved.
    pub(crate) fn holds_up(&self) -> bool {
        !self.takes_effect() && self.set.holds_starts_up()
    }

    /// No check is run by it until it is approved.
    pub(crate) fn holds_checks_up(&self) -> bool {
        self.holds_up() || !self.takes_effect() && !self.written.checks.is_empty()
    }

    fn before(&self) -> PowerSet {
        self.last.as_ref().map(|last| last.set.clone()).unwrap_or_default()
    }

    /// What takes effect of it.
    pub(crate) fn effective(&self) -> Arc<Project> {
        if self.takes_effect() {
            return self.written.clone();
        }
        let last = self.last.as_ref().map(|last| &last.set);
        Arc::new(self.written.without_powers(last))
    }
}

/// That something needs what is not approved.
pub(crate) fn refusal(root: &Path, untouched: &str) -> EngineError {
    EngineError::Refused {
        text: format!("{} is not approved as it is now; {untouched}", root.join(FILE).display()),
        hint: HINT,
    }
}

fn state_of(set: &PowerSet, decisions: &[TrustDecision], is_trusted: bool) -> TrustState {
    let is_approved = |decision: &&TrustDecision| decision.is_approved;
    let decided = decisions.iter().rev().find(|decision| {
        if decision.is_approved { set.is_within(&decision.set) } else { *set == decision.set }
    });
    let last = decisions.iter().rev().find(is_approved);
    let denies_as_much = last.is_none_or(|last| set.deny.is_superset(&last.set.deny));
    match decided {
        _ if set.powers.is_empty() && denies_as_much => TrustState::Nothing,
        _ if is_trusted => TrustState::Trusted,
        Some(decision) if decision.is_approved => TrustState::Approved,
        Some(_) => TrustState::Declined,
        None => TrustState::Waiting,
    }
}

impl Engine {
    /// What of the `callboard.toml` of the main checkout at `root` takes effect now: without its powers, unless they
    /// are approved.
    ///
    /// # Errors
    /// When it cannot be read, or says what means nothing.
    pub fn project(&self, root: &Path) -> Result<Arc<Project>, EngineError> {
        Ok(self.standing(root)?.effective())
    }

    /// The same, where going on without what is not approved would make something that is not what was meant.
    pub(crate) fn approved_project(
        &self,
        workspace: WorkspaceId,
        root: &Path,
        untouched: &str,
    ) -> Result<Arc<Project>, EngineError> {
        let standing = self.standing(root)?;
        if !standing.holds_up() {
            return Ok(standing.effective());
        }
        self.see_to_trust(workspace, root);
        Err(refusal(root, untouched))
    }

    /// The checks that the `callboard.toml` at `root` names, whether or not they may run.
    pub(crate) fn checks_named(&self, root: &Path) -> Result<Vec<String>, EngineError> {
        Ok(self.standing(root)?.written.checks.iter().map(|check| check.run.clone()).collect())
    }

    /// What the `callboard.toml` at `root` says, and whether it may.
    pub(crate) fn standing(&self, root: &Path) -> Result<Standing, EngineError> {
        let written = self.projects.of(root)?;
        let set = PowerSet::of(&written);
        let decisions = self.decisions(root)?;
        let state = state_of(&set, &decisions, self.is_trusted(root));
        let last = decisions.iter().rev().find(|decision| decision.is_approved).cloned();
        Ok(Standing { written, set, state, last })
    }

    /// What was denied when it was last approved: it stays denied while the file cannot be read.
    pub(crate) fn denied_before(&self, root: &Path) -> Vec<String> {
        let decisions = self.decisions(root).unwrap_or_default();
        let last = decisions.iter().rev().find(|decision| decision.is_approved);
        last.map(|last| last.set.deny.iter().cloned().collect()).unwrap_or_default()
    }

    fn is_trusted(&self, root: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let root = real(root);
        let mut folders = self.config.trusted.iter().filter(|folder| folder.is_absolute());
        folders.any(|folder| root.starts_with(real(folder)))
    }

    fn decisions(&self, root: &Path) -> Result<Arc<Vec<TrustDecision>>, EngineError> {
        let lock = || self.trusts.decisions.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, times) = {
            let decisions = lock();
            (decisions.known.get(root).cloned(), decisions.times)
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let found = self.read(|s| {
            let of = s.workspaces()?.into_iter().find(|of| of.row.root == root);
            Ok(of.map(|of| s.trust(of.id)).transpose()?)
        })?;
        // One that is not registered yet may be in a moment.
        let Some(found) = found.map(Arc::new) else { return Ok(Arc::default()) };
        lock().keep(times, root, &found);
        Ok(found)
    }

    /// Has the call of a workspace ask for what nobody has decided about, and for nothing else; gives it.
    pub(crate) fn see_to_trust(&self, workspace: WorkspaceId, root: &Path) -> Option<CallId> {
        // What cannot be read takes no effect, and whoever needs it tells.
        let standing = self.standing(root).ok()?;
        let undecided = (standing.state == TrustState::Waiting).then(|| Undecided {
            before: standing.before(),
            set: standing.set,
            file: root.join(FILE).display().to_string(),
        });
        let print = undecided.as_ref().map(|undecided| fingerprint(&undecided.set));
        let lock = || self.trusts.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((asked, call)) = lock().get(&workspace)
            && *asked == print
        {
            return *call;
        }
        match self.ask(move |core| core.ask_for_trust(workspace, undecided.as_ref())) {
            Ok(call) => {
                lock().insert(workspace, (print, call));
                call
            }
            Err(error) => {
                tracing::warn!(%error, "nobody is asked to approve callboard.toml yet");
                None
            }
        }
    }

    /// Why nothing is started in a workspace until a person has decided; `None` where nothing waits for that.
    pub(crate) fn waits_for_trust(&self, workspace: WorkspaceId) -> Option<String> {
        let root = self.read(|s| Ok(s.workspace(workspace)?)).ok()??.row.root;
        let call = self.see_to_trust(workspace, &root);
        if !self.standing(&root).is_ok_and(|standing| standing.holds_up()) {
            return None;
        }
        Some(match call {
            Some(call) => format!("callboard.toml waits for your approval: {call}"),
            None => "callboard.toml is not approved: see `callboard trust`".to_owned(),
        })
    }

    /// What the `callboard.toml` of a workspace can do, and whether it may.
    ///
    /// # Errors
    /// When there is no such workspace, or the file cannot be read or means nothing.
    pub fn trust(&self, workspace: WorkspaceId) -> Result<TrustView, EngineError> {
        let root = self.root_of(workspace)?;
        let call = self.see_to_trust(workspace, &root);
        let standing = self.standing(&root)?;
        let (added, removed) = standing.set.changes_since(&standing.before());
        Ok(TrustView {
            workspace,
            file: root.join(FILE).display().to_string(),
            state: standing.state,
            fingerprint: fingerprint(&standing.set),
            powers: standing.set.lines(),
            added,
            removed,
            approved_at: standing.last.as_ref().map(|last| last.at),
            approved_by: standing.last.map(|last| last.by),
            call,
        })
    }

    /// Approves what was shown of the `callboard.toml` of a workspace.
    ///
    /// # Errors
    /// When it was changed since: nothing is approved then.
    pub fn approve_trust(
        &self,
        workspace: WorkspaceId,
        shown: &ApproveTrust,
    ) -> Result<TrustView, EngineError> {
        let set = self.standing(&self.root_of(workspace)?)?.set;
        if fingerprint(&set) != shown.fingerprint {
            return Err(EngineError::Conflict {
                text: format!("{FILE} was changed since it was shown; nothing was approved"),
                hint: HINT,
            });
        }
        self.ask(move |core| core.decide_trust(workspace, &set, true, YOU))?;
        self.trust_decided(workspace);
        self.trust(workspace)
    }

    /// Takes back every approval of a workspace.
    ///
    /// # Errors
    /// When there is no such workspace, or the store fails.
    pub fn revoke_trust(&self, workspace: WorkspaceId) -> Result<TrustView, EngineError> {
        let set = self.standing(&self.root_of(workspace)?)?.set;
        self.ask(move |core| core.revoke_trust(workspace, &set, YOU))?;
        self.trust_decided(workspace);
        self.trust(workspace)
    }

    /// Has everything that waits for a decision look at it.
    pub(crate) fn trust_decided(&self, workspace: WorkspaceId) {
        self.trusts.decisions.lock().unwrap_or_else(PoisonError::into_inner).forget();
        self.trusts.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&workspace);
        if let Ok(root) = self.root_of(workspace) {
            self.see_to_trust(workspace, &root);
        }
        self.owned.look_at_queue();
        self.turns.ring();
        self.receipts.look_again();
    }

    /// The workspaces whose `callboard.toml` does not take effect.
    pub(crate) fn untrusted(&self) -> Vec<Problem> {
        let all = self.read(|s| Ok(s.workspaces()?)).unwrap_or_default();
        let without_effect = all.into_iter().filter(|of| {
            self.standing(&of.row.root).is_ok_and(|standing| !standing.takes_effect())
        });
        let problem = |root: &Path| Problem {
            severity: Severity::Warning,
            text:
                "what callboard.toml runs, loosens and reaches takes no effect: it is not approved"
                    .into(),
            path: Some(root.join(FILE).display().to_string()),
            hint: Some("see what it does and approve it with `callboard trust`, there".into()),
        };
        without_effect.map(|of| problem(&of.row.root)).collect()
    }
}

/// What an approval of a `callboard.toml` with this text is of; `None` if nothing of it needs one.
///
/// # Errors
/// When the text means nothing.
pub fn fingerprint_of(text: &str) -> Result<Option<ApproveTrust>, ProjectError> {
    let set = PowerSet::of(&crate::project::parse(Path::new(FILE), text)?);
    let needs_one = !set.powers.is_empty();
    Ok(needs_one.then(|| ApproveTrust { fingerprint: fingerprint(&set) }))
}

#[cfg(test)]
mod tests {
    use callboard_model::Timestamp;

    use super::*;

    fn set(json: &str) -> PowerSet {
        PowerSet::of(&serde_json::from_str(json).unwrap())
    }

    fn decision(json: &str, is_approved: bool) -> TrustDecision {
        let at = Timestamp::from_millisecond(0);
        TrustDecision { set: set(json), is_approved, at, by: "you".into() }
    }

    #[test]
    fn what_was_approved_once_is_approved_when_it_comes_back() {
        let (one, two) = (r#"{"rules": {"allow": ["A"]}}"#, r#"{"rules": {"allow": ["B"]}}"#);
        let decisions = [decision(one, true), decision(two, true)];
        for json in [one, two] {
            assert_eq!(state_of(&set(json), &decisions, false), TrustState::Approved);
        }
        let other = set(r#"{"rules": {"allow": ["A", "B"]}}"#);
        assert_eq!(state_of(&other, &decisions, false), TrustState::Waiting);
        assert_eq!(state_of(&other, &decisions, true), TrustState::Trusted);
        let declined = [decision(r#"{"rules": {"allow": ["A", "B"]}}"#, false)];
        assert_eq!(state_of(&other, &declined, false), TrustState::Declined);
        assert_eq!(state_of(&set("{}"), &decisions, false), TrustState::Nothing);
    }

    #[test]
    fn what_was_read_before_a_decision_is_not_kept_after_it() {
        let (mut decisions, root) = (Decisions::default(), Path::new("/r"));
        let approved = Arc::new(vec![decision("{}", true)]);
        let reads_from = decisions.times;
        decisions.forget();
        decisions.keep(reads_from, root, &approved);
        assert!(decisions.known.is_empty());
        decisions.keep(decisions.times, root, &approved);
        assert_eq!(decisions.known.get(root), Some(&approved));
    }

    #[test]
    fn denying_less_than_was_approved_waits_even_if_nothing_is_left() {
        let approved = [decision(r#"{"rules": {"deny": ["A"], "allow": ["B"]}}"#, true)];
        assert_eq!(state_of(&set("{}"), &approved, false), TrustState::Waiting);
        let more = set(r#"{"rules": {"deny": ["A", "C"], "allow": ["B"]}}"#);
        assert_eq!(state_of(&more, &approved, false), TrustState::Approved);
    }
}
