//! Making a receipt: what git, events and checks show is gathered, put together, masked, and kept.

use callboard_git::Git;
use callboard_model::WorkspaceId;
use callboard_model::claim::Evidence;
use callboard_model::project::Project;
use callboard_model::receipt::{
    Checked, Ci, Material, ReceiptOf, Spot, Unproven, UnprovenKind, assemble, kind_of_check,
};
use callboard_store::{ReceiptKey, StoredReceipt};
use serde_json::json;

use super::change::{self, ReadChange};
use super::grid::{GridOrder, GridOutcome};
use super::sessions::Did;
use super::subject::Subject;
use super::{callers, content};
use crate::{Engine, EngineError};

/// How much of a receipt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What is there at once, of the work alone, without what others do for it.
    Alone,
    /// What is there at once: nobody waits for it.
    AtOnce,
    /// With what has to be looked for in the whole repository.
    Whole,
}

/// The checks of a receipt, as far as they are known.
pub(super) struct Checks {
    pub(super) commands: Vec<String>,
    pub(super) outcome: GridOutcome,
    /// Why none can be run.
    pub(super) refused: Option<String>,
}

impl Engine {
    /// Makes a receipt of what is there now, with `outcome` of its checks; with what is known of them, if not given.
    ///
    /// # Errors
    /// When there is no such work, or git or the store cannot be read.
    pub(super) fn make_receipt(
        &self,
        of: &ReceiptOf,
        depth: Depth,
        outcome: Option<GridOutcome>,
    ) -> Result<StoredReceipt, EngineError> {
        let subject = self.subject(of)?;
        let git = self.git_of(&subject)?;
        let mut checks = self.checks_for(&subject);
        match outcome {
            Some(outcome) => checks.outcome = outcome,
            None => self.take_known(&subject, &mut checks),
        }
        let change = match &git {
            Some(git) => {
                let commit = subject.commit.as_deref();
                let (files, code) = (&subject.work.files, &self.receipts.code);
                change::read(git, files, &subject.scope, commit, code)?
            }
            None => ReadChange::default(),
        };
        let mut did = self.what_was_done(&subject, depth)?;
        if let (Some(git), Some(work), Depth::Whole) = (&git, &subject.commit, depth) {
            let told = (did.opened.as_slice(), did.commands.as_slice());
            let files = &subject.work.files;
            callers::look_up(git, work, &change.symbols, files, told, &mut did.evidence)?;
        }
        let root = self.root_of_workspace(subject.workspace)?;
        let project = self.project(&root)?;
        let key = key_of(&subject, &checks, &project);
        let workspace = subject.workspace;
        let material = self.material(subject, git.as_ref(), change, did, checks)?;
        let accepted = self.read(|s| Ok(s.accepted_cases(workspace)?))?;
        let weights = project.receipts.weights();
        let receipt = assemble(material, &weights, |key| accepted.get(key).cloned(), self.now());
        Ok(StoredReceipt { workspace, key, stale: None, receipt: super::mask::masked(receipt) })
    }

    /// Git that has the work's objects; none where what lay in its folder before was not seen.
    fn git_of(&self, subject: &Subject) -> Result<Option<Git>, EngineError> {
        match self.plain_folder(subject.workspace)? {
            None => self.trees_of(subject.workspace).map(Some),
            Some(_) if subject.work.now.tree.is_empty() => Ok(None),
            Some(folder) => Ok(Some(folder.git())),
        }
    }

    /// The checks of a piece of work; why none may run, where that is so.
    pub(super) fn checks_for(&self, subject: &Subject) -> Checks {
        match self.checks_of(subject.workspace, &subject.tasks) {
            Ok(commands) => Checks { commands, outcome: GridOutcome::default(), refused: None },
            Err(error) => {
                let commands = self.unapproved_checks(subject.workspace);
                let refused = Some(crate::trials::words_of(&error));
                Checks { commands, outcome: GridOutcome::default(), refused }
            }
        }
    }

    /// Checks that `callboard.toml` names and that nobody approved: they are named, and not run.
    fn unapproved_checks(&self, workspace: WorkspaceId) -> Vec<String> {
        let root = self.root_of_workspace(workspace);
        let named = root.and_then(|root| self.checks_named(&root));
        named.unwrap_or_default()
    }

    fn take_known(&self, subject: &Subject, checks: &mut Checks) {
        let kinds = |line: &String, why: &str| Checked::not_run(line, kind_of_check(line), why);
        if let Some(refused) = &checks.refused {
            checks.outcome.checked =
                checks.commands.iter().map(|line| kinds(line, refused)).collect();
            return;
        }
        let stop = callboard_agents::StopFlag::default();
        if !subject.is_repository {
            let why = "its folder is no repository, and checks run in checkouts";
            checks.outcome.checked = checks.commands.iter().map(|line| kinds(line, why)).collect();
            return;
        }
        let known = order(subject, &checks.commands, &stop)
            .map(|order| self.known_grid(&order))
            .unwrap_or_else(|| Ok(GridOutcome::default()));
        match known {
            Ok(outcome) if outcome.checked.len() == checks.commands.len() => {
                checks.outcome = outcome;
            }
            Ok(_) => {
                checks.outcome.checked =
                    checks.commands.iter().map(|line| kinds(line, "nothing was changed")).collect();
            }
            Err(error) => {
                let why = crate::trials::words_of(&error);
                checks.outcome.checked =
                    checks.commands.iter().map(|line| kinds(line, &why)).collect();
            }
        }
    }

    fn material(
        &self,
        subject: Subject,
        git: Option<&Git>,
        change: ReadChange,
        did: Did,
        checks: Checks,
    ) -> Result<Material, EngineError> {
        let ci = self.ci_of(&subject)?;
        let content = content::content_of(git, &subject, &did)?;
        let GridOutcome { checked, reruns, proving, comparisons, executed } = checks.outcome;
        let not_run = super::runs::not_run(executed.as_ref(), &change);
        let of_runs = super::runs::findings(&checked, &comparisons, &change);
        let mut findings = change.findings;
        findings.extend(of_runs);
        let evidence = Evidence {
            files: git.is_some().then_some(change.files),
            reruns,
            proving,
            history: history_of(git, &subject),
            content: content.clone(),
            ..did.evidence
        };
        let beside = subject.beside.iter().map(|name| Unproven {
            kind: UnprovenKind::NotInReceipt,
            words: format!("{name} belongs to it, too, and is not in this receipt."),
            spots: Vec::new(),
            cite: None,
        });
        let left_out = subject.work.left_out.iter().map(|path| {
            not_looked_at(path, "is not looked at: too large, or a repository of its own")
        });
        let unread = change.unread.iter().map(|path| {
            not_looked_at(path, "was not read by the rules: the change is too large for that")
        });
        let unseen = (git.is_none()).then(|| Unproven {
            kind: UnprovenKind::NotInReceipt,
            words: "What lay in the folder before the work began was not seen: what changed there is not known.".to_owned(),
            spots: Vec::new(),
            cite: None,
        });
        Ok(Material {
            unproven: not_run
                .into_iter()
                .chain(unseen)
                .chain(beside)
                .chain(left_out)
                .chain(unread)
                .collect(),
            of: subject.of,
            title: subject.title,
            request: subject.request,
            work: subject.work,
            findings,
            checks: checked,
            evidence,
            commands: did.commands,
            commands_left_out: did.commands_left_out,
            sessions: did.parts,
            asked: did.asked,
            artefacts: did.artefacts,
            outward: did.outward,
            ci,
            content,
        })
    }

    /// What the service of the work's pull request says.
    fn ci_of(&self, subject: &Subject) -> Result<Option<Ci>, EngineError> {
        let Some(branch) = subject.work.branch.as_deref() else { return Ok(None) };
        let found = self.read(|s| {
            Ok(crate::pull_requests::PullRequests::of(s, subject.workspace)?.of_branch(branch))
        })?;
        Ok(found.map(|found| Ci {
            is_of_other_commit: found.head.is_some() && found.head != subject.work.now.commit,
            name: format!("#{}", found.number),
            url: found.url,
            checks: found.checks.map(|came| came.word().to_owned()),
            failing: found.failing,
        }))
    }
}

fn not_looked_at(path: &str, why: &str) -> Unproven {
    Unproven {
        kind: UnprovenKind::NotInReceipt,
        words: format!("{path} {why}."),
        spots: vec![Spot { path: path.to_owned(), line: None, is_gone: false }],
        cite: None,
    }
}

/// What is to be run for it; none where nothing was changed.
pub(super) fn order<'a>(
    subject: &'a Subject,
    commands: &'a [String],
    stop: &'a callboard_agents::StopFlag,
) -> Option<GridOrder<'a>> {
    let base = subject.work.base.commit.as_deref()?;
    let work = subject.commit.as_deref()?;
    (!subject.work.files.is_empty()).then_some(GridOrder {
        workspace: subject.workspace,
        base,
        work,
        commands,
        fresh: false,
        stop,
    })
}

/// What a receipt speaks of: where any of it is another, it is stale.
pub(super) fn key_of(subject: &Subject, checks: &Checks, project: &Project) -> ReceiptKey {
    let request = subject.request.as_ref().map(|request| request.words.as_str());
    let given = json!({
        "checks": checks.commands,
        "may_run": checks.refused.is_none(),
        "request": request,
        "scope": subject.scope,
        "rules": project.receipts.rules,
        "gate": project.receipts.gate,
    });
    ReceiptKey {
        base: subject.work.base.tree.clone(),
        tree: subject.work.now.tree.clone(),
        given: format!("{:016x}", xxhash_rust::xxh3::xxh3_64(given.to_string().as_bytes())),
    }
}

/// The commits of the work, for rules that ask whether one was there already.
fn history_of(git: Option<&Git>, subject: &Subject) -> Option<Vec<String>> {
    let head = subject.work.now.commit.as_deref()?;
    let listed = git?.text(&["rev-list", "--max-count=2000", head]).ok()?;
    Some(listed.lines().map(str::to_owned).collect())
}
