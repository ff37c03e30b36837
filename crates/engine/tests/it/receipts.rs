//! Receipts that follow their work: stale, made anew, accepted, and what they hold back.

mod folder;
mod following;
mod held;

use std::fs;
use std::path::PathBuf;

use callboard_model::receipt::{Case, Receipt, ReceiptOf, Rule};
use callboard_model::review::CheckOutcome;
use callboard_model::view::{AcceptCase, NewTask, NewWorktree, ReceiptView};
use callboard_model::{TaskId, WorkspaceId};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;

const CODE: &str = "def add(a, b):\n    return a + b\n";
const TEST: &str = "import unittest\nfrom calc import add\n\n\nclass AddTest(unittest.TestCase):\n    \
                    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n";

/// A task with a worktree in which something is changed.
struct Scene<'h> {
    repo: Repo<'h>,
    tree: Repo<'h>,
    running: Running,
    task: TaskId,
}

impl<'h> Scene<'h> {
    fn new(home: &'h HermeticHome, settings: &str) -> Self {
        let repo = Repo::new(home);
        let files = [("calc.py", CODE), ("test_calc.py", TEST), ("callboard.toml", settings)];
        repo.commit("Begin", &files);
        let running = Running::start(home);
        let workspace = running.register(&repo);
        let (task, tree) = Self::work(&running, &repo, workspace, "Subtract");
        let scene = Self { repo, tree, running, task };
        scene.writes("calc.py", &format!("{CODE}\n\ndef sub(a, b):\n    return a - b\n"));
        scene
    }

    /// A task with a worktree.
    fn work(
        running: &Running,
        repo: &Repo<'h>,
        workspace: WorkspaceId,
        title: &str,
    ) -> (TaskId, Repo<'h>) {
        let new = NewTask { title: title.into(), ..NewTask::default() };
        let task = running.engine.create_task(workspace, new).unwrap();
        let new = NewWorktree { task: Some(task), ..NewWorktree::default() };
        let made = running.engine.new_worktree(workspace, new).unwrap();
        (task, repo.at(made.path.as_ref()))
    }

    fn of(&self) -> ReceiptOf {
        ReceiptOf::Task(self.task)
    }

    /// Writes a file of the work, and waits until Callboard has seen what it came to.
    fn writes(&self, path: &str, text: &str) {
        self.tree.write(path, text);
        let id = self.tree.git(&["hash-object", path]);
        self.running.wait(&format!("the change of {path}"), |engine| {
            let view = engine.receipt(&self.of()).ok()?;
            let mut files = view.receipt.work.files.iter();
            files.any(|file| file.path == path && file.new.as_deref() == Some(&id)).then_some(())
        });
    }

    fn receipt(&self) -> ReceiptView {
        self.running.engine.receipt(&self.of()).unwrap()
    }

    /// The receipt, once it is as it should be.
    fn wait(&self, what: &str, is_so: impl Fn(&ReceiptView) -> bool) -> ReceiptView {
        self.running.wait(what, |_| Some(self.receipt()).filter(|view| is_so(view)))
    }

    fn accept(&self, case: &Case) -> ReceiptView {
        let accept = AcceptCase { key: case.key.clone(), reason: "It comes back on Monday".into() };
        self.running.engine.accept_case(&self.of(), &accept, "Ada").unwrap()
    }

    /// What is written of the receipt beside the notes.
    fn file(&self) -> String {
        let path: PathBuf = self.repo.path().join(".callboard/receipts");
        fs::read_to_string(path.join(format!("{}.md", self.task))).unwrap_or_default()
    }
}

/// The case of a rule.
fn case_of(receipt: &Receipt, rule: Rule) -> &Case {
    let found = receipt.cases.iter().find(|case| case.finding.rule == rule);
    found.unwrap_or_else(|| panic!("no {rule}: {:#?}", receipt.cases))
}

/// What the first check came to on the work.
fn outcome(view: &ReceiptView) -> Option<CheckOutcome> {
    view.receipt.checks.first().and_then(|check| check.cells.new_new.outcome)
}
