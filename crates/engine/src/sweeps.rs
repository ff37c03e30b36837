//! Commands that would take along or throw away what another session changed in the same checkout.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callboard_git::scoped_commit::staged;
use callboard_model::attribution::{FileAttribution, SharedCheckout};
use callboard_model::project::SweepRule;
use callboard_model::sweep::{Reach, Sweep, SweepAct, SweptFiles, sweeps};
use callboard_model::{AgentName, SessionId, ThreadKey};

use crate::{Engine, EngineError, limits};

/// What a command would sweep of other sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Swept {
    pub(crate) session: SessionId,
    /// The command line.
    pub(crate) command: String,
    /// What it would do, in words for the agent.
    pub(crate) text: String,
    /// The files, each with whose changes are in it.
    pub(crate) lines: Vec<String>,
    /// It is not to run.
    pub(crate) is_refused: bool,
}

/// A command that an agent is about to run, as its hook tells.
pub struct HookUse {
    pub(crate) agent: AgentName,
    pub(crate) thread: ThreadKey,
    pub(crate) command: String,
    pub(crate) cwd: PathBuf,
    /// The agent's name of the event.
    pub(crate) event: String,
}

impl HookUse {
    /// Whether the command may sweep at all: most do not, and are not waited for.
    #[must_use]
    pub fn may_sweep(&self) -> bool {
        !sweeps(&self.command).is_empty()
    }
}

impl Engine {
    /// What the hook of a command prints to have it refused; `None` where it may run.
    ///
    /// # Errors
    /// When the store fails.
    pub fn refuse_use(&self, asked: &HookUse) -> Result<Option<String>, EngineError> {
        let main = ThreadKey::main(asked.thread.native.clone());
        let session = self.read(|s| Ok(s.session_id(&asked.agent, &main)?))?;
        let Some(session) = session else { return Ok(None) };
        let Some(swept) = self.swept(session, &asked.command, &asked.cwd) else { return Ok(None) };
        let hook = callboard_agents::named(asked.agent.as_str()).and_then(|agent| agent.hook());
        let refused = swept.is_refused.then(|| hook?.refusal(&asked.event, &swept.text)).flatten();
        let was_refused = refused.is_some();
        self.ask(move |core| core.note_sweep(&swept, was_refused))?;
        Ok(refused)
    }

    /// What a command that a session is about to run would sweep of others, as it lies there now.
    pub(crate) fn swept(&self, session: SessionId, command: &str, cwd: &Path) -> Option<Swept> {
        let all = sweeps(command);
        let first = all.first()?;
        let top = self.changes.checkout_of(&within(cwd, &first.folder))?;
        // What the others did a moment ago counts as well.
        self.changes.look_at(&top, limits::SWEEP_LOOKS_WITHIN);
        self.swept_of(session, command, cwd)
    }

    /// The same, as the checkout was last looked at.
    pub(crate) fn swept_of(&self, session: SessionId, command: &str, cwd: &Path) -> Option<Swept> {
        for sweep in sweeps(command) {
            let folder = within(cwd, &sweep.folder);
            let Some(top) = self.changes.checkout_of(&folder) else { continue };
            let Some(told) = self.changes.shared_at(&top) else { continue };
            let files = reached(&told, session, &sweep, &top, cwd);
            if files.is_empty() {
                continue;
            }
            let rule = self.sweep_rule(&told);
            if rule == SweepRule::Allow {
                return None;
            }
            return Some(Swept {
                session,
                command: command.to_owned(),
                text: text(session, &sweep, &files),
                lines: files.into_iter().map(|(path, whose)| line(&path, &whose)).collect(),
                is_refused: rule == SweepRule::Refuse,
            });
        }
        None
    }

    fn sweep_rule(&self, told: &SharedCheckout) -> SweepRule {
        let known = self.read(|s| Ok(s.workspace(told.workspace)?)).ok().flatten();
        let project = known.and_then(|known| self.project(&known.row.root).ok());
        project.map(|project| project.rules.sweeps).unwrap_or_default()
    }
}

type File = (String, Vec<SessionId>);

/// The files of a sweep in which something is another session's.
fn reached(
    told: &SharedCheckout,
    session: SessionId,
    sweep: &Sweep,
    top: &Path,
    cwd: &Path,
) -> Vec<File> {
    // What is staged no longer lies there all the same.
    if sweep.act == SweepAct::Unstage {
        return Vec::new();
    }
    let staged: Option<BTreeSet<PathBuf>> = match sweep.reach {
        Reach::Staged => Some(staged(top).unwrap_or_default().into_iter().collect()),
        Reach::All | Reach::Paths(_) => None,
    };
    let (root, cwd) = (top.to_string_lossy(), cwd.to_string_lossy());
    let is_meant = |file: &&FileAttribution| {
        let is_kind = match sweep.files {
            SweptFiles::All => true,
            SweptFiles::Tracked => !file.added || staged.is_some(),
            SweptFiles::Untracked => file.added,
        };
        is_kind
            && match &staged {
                Some(staged) => staged.contains(Path::new(&file.path)),
                None => sweep.reaches(&file.path, &root, &cwd),
            }
    };
    let files = told.of_others(session).filter(is_meant);
    files
        .map(|file| {
            let owners = file.owners().flat_map(|owners| owners.sessions.iter().copied());
            let others: BTreeSet<SessionId> = owners.filter(|one| *one != session).collect();
            (file.path.clone(), others.into_iter().collect())
        })
        .collect()
}

fn within(cwd: &Path, folder: &str) -> PathBuf {
    let path = if folder.is_empty() { cwd.to_owned() } else { cwd.join(folder) };
    path.canonicalize().unwrap_or(path)
}

fn text(session: SessionId, sweep: &Sweep, files: &[File]) -> String {
    let does = match sweep.act {
        SweepAct::Stage | SweepAct::Unstage => "stage",
        SweepAct::Commit => "commit",
        SweepAct::Stash => "put away",
        SweepAct::Discard => "throw away",
    };
    let shown: Vec<String> =
        files.iter().take(limits::SWEPT_FILES).map(|(path, whose)| line(path, whose)).collect();
    let more = files.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let instead = match sweep.act {
        SweepAct::Stage | SweepAct::Commit | SweepAct::Unstage => format!(
            "Commit with `callboard commit {session} -m …` instead: it takes exactly what you changed, also out of files that others change."
        ),
        SweepAct::Stash | SweepAct::Discard => format!(
            "Name only files that you alone changed (`callboard changes {session}`), or undo your own lines by editing them."
        ),
    };
    format!(
        "`{}` would {does} what another session changed in this folder: {}{more}. Nothing was run. {instead}",
        sweep.command,
        shown.join(", ")
    )
}

/// `src/a.rs (S42)`.
fn line(path: &str, whose: &[SessionId]) -> String {
    let whose: Vec<String> = whose.iter().map(ToString::to_string).collect();
    format!("{path} ({})", whose.join(", "))
}
