use std::fs;

use callboard_git::scoped_commit::commit;
use callboard_git::shared_checkout::{Moment, attributions, file_looks};
use callboard_git::tree::{Trees, WorktreeTree};
use callboard_model::SessionId;
use callboard_model::attribution::{Act, Attribution, FileAttribution, Look, Overlap, Use, parts};
use callboard_model::event::{Change, FileEdit, Hunk};
use callboard_testkit::{HermeticHome, Repo};

use crate::scoped_commit::{CODE, disk, repository, request};

/// A checkout that is looked at whenever a session did something.
struct Shared<'a> {
    repo: &'a Repo<'a>,
    trees: Trees,
    last: WorktreeTree,
    attribution: Attribution,
}

impl<'a> Shared<'a> {
    fn new(home: &HermeticHome, repo: &'a Repo<'a>) -> Self {
        let trees = Trees::at(&home.root().join("trees.git"), repo.path()).unwrap();
        let last = trees.look(repo.path(), None).unwrap();
        Self { repo, trees, last, attribution: Attribution::default() }
    }

    fn look(&mut self, uses: Vec<Use>) {
        let now = self.trees.look(self.repo.path(), None).unwrap();
        let named = uses.iter().flat_map(|used| match &used.act {
            Act::Edit(files) => files.iter().map(|file| file.path.clone()).collect(),
            _ => Vec::new(),
        });
        let named: Vec<String> = named.collect();
        let moment = |tree: &'_ WorktreeTree| (tree.head.clone(), tree.tree.clone());
        let ((head, disk), (head_now, disk_now)) = (moment(&self.last), moment(&now));
        let before = Moment { head: head.as_deref(), disk: &disk };
        let after = Moment { head: head_now.as_deref(), disk: &disk_now };
        let files =
            file_looks(self.trees.git(), &before, &after, &self.attribution, &named).unwrap();
        self.attribution.look(&Look { files, uses });
        self.last = now;
    }

    fn files(&self) -> Vec<FileAttribution> {
        let now = Moment { head: self.last.head.as_deref(), disk: &self.last.tree };
        attributions(self.trees.git(), &now, &self.attribution).unwrap()
    }

    /// Commits what is the session's.
    fn commit(&mut self, session: i64, message: &str) -> Result<(), Vec<Overlap>> {
        let parts = parts(&self.files(), SessionId(session))?;
        commit(self.repo.path(), &request(&parts, message)).unwrap();
        self.look(Vec::new());
        Ok(())
    }
}

fn ran(session: i64, command: &str) -> Use {
    Use { session: SessionId(session), act: Act::Command(command.into()), ended: true }
}

fn edited(session: i64, path: &str, start: u32, lines: &[&str]) -> Use {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    let hunk = Hunk { old_start: start, new_start: start, lines };
    let change = Change::Modify;
    let edit = FileEdit { path: path.into(), change, from: None, hunks: vec![hunk] };
    Use { session: SessionId(session), act: Act::Edit(vec![edit]), ended: true }
}

#[test]
fn two_sessions_commit_their_own_out_of_one_checkout() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    let mut shared = Shared::new(&home, &repo);

    repo.write("a.rs", "ONE\ntwo\nthree\nfour\nfive\nsix\n");
    shared.look(vec![edited(1, "a.rs", 1, &["-one", "+ONE", " two"])]);
    repo.write("a.rs", "ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    repo.write("made.rs", "made\n");
    shared.look(vec![ran(2, "./generate.sh"), ran(1, "git diff")]);
    // The user types, and the other session formats.
    repo.write("b.rs", "mine\ntwo\nthree\nfour\nfive\nsix\n");
    shared.look(Vec::new());
    fs::rename(repo.path().join("gone.rs"), repo.path().join("moved.rs")).unwrap();
    shared.look(vec![ran(2, "git mv gone.rs moved.rs")]);
    repo.write("moved.rs", "gone\nand back\n");
    shared.look(vec![edited(1, "moved.rs", 1, &[" gone", "+and back"])]);
    let before = disk(&repo);

    shared.commit(1, "One").unwrap();
    assert_eq!(disk(&repo), before);
    assert_eq!(repo.git(&["show", "--format=", "--name-status"]), "M\ta.rs\nM\tgone.rs");
    assert_eq!(repo.git(&["show", "HEAD:a.rs"]), format!("ONE{}", &CODE.trim_end()[3..]));
    assert_eq!(repo.git(&["show", "HEAD:gone.rs"]), "gone\nand back");
    shared.commit(2, "Two").unwrap();
    assert_eq!(disk(&repo), before);
    assert_eq!(repo.status(), " M b.rs");
    let left = shared.files();
    assert!(left.len() == 1 && left[0].owners().all(|owners| owners.is_unattributed()), "{left:?}");
    assert_eq!(repo.git(&["log", "--format=%s", "-3"]), "Two\nOne\nBegin");
}

#[test]
fn overlaps_are_listed_and_nothing_is_committed() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    let mut shared = Shared::new(&home, &repo);
    repo.write("a.rs", "ONE\ntwo\nthree\nfour\nfive\nsix\n");
    shared.look(vec![ran(1, "./one.sh"), ran(2, "./two.sh")]);
    repo.write("picture", [0u8, 1, 2]);
    shared.look(vec![ran(1, "./draw.sh")]);
    repo.write("picture", [0u8, 1, 2, 3]);
    shared.look(vec![ran(2, "./draw.sh")]);
    let overlaps = shared.commit(1, "No").unwrap_err();
    let named: Vec<_> = overlaps.iter().map(|o| (o.path.as_str(), o.line)).collect();
    assert_eq!(named, [("a.rs", Some(1)), ("picture", None)]);
    assert_eq!(repo.git(&["log", "--format=%s", "-1"]), "Begin");
}

#[test]
fn stashes_resets_pulls_and_other_branches_keep_whose_lines_they_are() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    repo.git(&["config", "core.hooksPath", "/dev/null"]);
    repo.branch("other");
    let mut shared = Shared::new(&home, &repo);
    repo.write("a.rs", "one\ntwo\nthree\nFOUR\nfive\nsix\n");
    shared.look(vec![edited(1, "a.rs", 4, &["-four", "+FOUR", " five"])]);
    let own = |shared: &Shared<'_>| {
        let files = shared.files();
        let all: Vec<_> = files.iter().flat_map(|file| &file.hunks).collect();
        all.len() == 1 && all[0].owners.only() == Some(SessionId(1))
    };
    assert!(own(&shared));
    repo.git(&["stash", "-q"]);
    shared.look(vec![ran(2, "git stash")]);
    assert!(shared.files().is_empty());
    repo.git(&["stash", "pop", "-q"]);
    shared.look(vec![ran(2, "git stash pop")]);
    assert!(own(&shared), "{:?}", shared.files());
    repo.git(&["commit", "-q", "-am", "All"]);
    shared.look(vec![ran(2, "git commit -am All")]);
    assert!(shared.files().is_empty());
    repo.git(&["reset", "-q", "--soft", "HEAD~1"]);
    shared.look(vec![ran(2, "git reset --soft HEAD~1")]);
    assert!(own(&shared), "{:?}", shared.files());
    repo.git(&["reset", "-q"]);
    repo.git(&["stash", "-q"]);
    repo.switch("other");
    repo.commit("Elsewhere", &[("a.rs", "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\n")]);
    repo.git(&["stash", "pop", "-q"]);
    shared.look(vec![ran(2, "git stash && git switch other && git stash pop")]);
    assert!(own(&shared), "{:?}", shared.files());
}
