//! Moving a branch some of which lies in its checkout already, among what others changed.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use callboard_git::advance::{
    Advance, AdvanceError, InPlace, Recovered, Retreat, Step, Why, advance_in_place,
    advance_in_place_by_steps, recover, retreat_in_place, retreat_in_place_by_steps,
};
use callboard_git::tree::{PartsTree, Trees};
use callboard_model::attribution::Part;
use callboard_testkit::{HermeticHome, Repo};

use crate::advance::{all, files, is_tidy, journal};
use crate::scoped_commit::{CODE, hunk, hunks, repository, whole};

const STATE: &str = "CALLBOARD_TEST_IN_PLACE";

/// A checkout that two sessions and the user share, and what of it is to land with a worktree's.
struct Scene<'h> {
    repo: Repo<'h>,
    trees: Trees,
    from: String,
    there: String,
    seen: String,
    tip: String,
}

/// What of it one session wrote.
fn own() -> Vec<Part> {
    vec![
        hunks("code", vec![hunk(2, 2, &["two"], &["TWO"])]),
        hunks("both", vec![hunk(2, 2, &["two"], &["TWO"])]),
        hunks("made", vec![hunk(1, 1, &[], &["by one"])]),
        whole("gone"),
        whole("binary"),
    ]
}

/// Session one changes `code`, `both`, `made`, `binary`, removes `gone`; another `code`, too, side by side, `made` and
/// `other`; the user stages some. The worktree that lands with it changes `both`, elsewhere, and `apart`.
fn scene(home: &HermeticHome) -> Scene<'_> {
    let repo = repository(home);
    for path in ["code", "both", "gone", "other", "apart", "staged"] {
        repo.write(path, CODE);
    }
    let from = repo.commit("Base", &[]);
    repo.write("code", CODE.replace("two", "TWO").replace("three", "THREE").replace("six", "SIX"));
    repo.write("both", CODE.replace("two", "TWO"));
    repo.write("made", "by one\nby another\n");
    repo.write("binary", [0u8, 1, 2]);
    repo.remove("gone");
    repo.write("other", CODE.replace("one", "ONE"));
    repo.write("staged", CODE.replace("one", "ONE"));
    repo.git(&["add", "staged", "other"]);
    repo.write("other", CODE.replace("one", "ONE").replace("two", "2"));
    // The user has staged a line of the same file as session one's.
    repo.git(&["update-index", "--cacheinfo", &cached(&repo, "code", "six", "SIX")]);
    repo.write("untracked", "u\n");
    let store = home.work().join("trees.git");
    let trees = Trees::at(&store, repo.path()).unwrap();
    let seen = trees.look(repo.path(), None).unwrap().commit;
    let PartsTree { commit: there, .. } = trees.with_parts(&from, &seen, &own()).unwrap();
    // What lands is that and what a worktree holds.
    let other = repo.worktree("work");
    other.write("both", CODE.replace("five", "FIVE"));
    other.write("apart", CODE.replace("five", "FIVE"));
    let work = other.commit("Work", &[]);
    let tip = landed(&trees, &repo, &there, &work, &from);
    Scene { repo, trees, from, there, seen, tip }
}

fn cached(repo: &Repo<'_>, path: &str, old: &str, new: &str) -> String {
    repo.write("blob", CODE.replace(old, new));
    let id = repo.git(&["hash-object", "-w", "blob"]);
    repo.remove("blob");
    format!("100644,{id},{path}")
}

/// A commit of both, in the user's repository.
fn landed(trees: &Trees, repo: &Repo<'_>, there: &str, work: &str, from: &str) -> String {
    let steps = callboard_git::landing::combine(trees.git(), from, &[there, work]).unwrap();
    let last = steps.last().unwrap();
    assert!(last.conflict.is_none());
    callboard_git::carry::carry(trees.git(), "refs/test/tree", &last.commit).unwrap();
    let tree = format!("{}^{{tree}}", last.commit);
    let tip = repo.git(&["commit-tree", "-p", from, "-m", "Landed", &tree]);
    repo.git(&["update-ref", "refs/test/tip", &tip]);
    repo.git(&["update-ref", "-d", "refs/test/tree"]);
    tip
}

impl Scene<'_> {
    fn in_place(&self) -> InPlace<'_> {
        let (head, there, seen) = (self.from.as_str(), self.there.as_str(), self.seen.as_str());
        InPlace { top: self.repo.path(), head, there, seen: Some(seen) }
    }

    fn advance(&self) -> Result<(), AdvanceError> {
        let request = request(&self.from, &self.tip);
        let journal = journal(&self.repo);
        advance_in_place(self.trees.git(), &request, Some(self.in_place()), &journal).map(drop)
    }

    fn retreat(&self) -> Result<(), AdvanceError> {
        let back = back(&self.from, &self.tip);
        let in_place = InPlace { seen: None, ..self.in_place() };
        retreat_in_place(self.trees.git(), &back, Some(in_place), &journal(&self.repo)).map(drop)
    }

    /// The bytes, and when they were last written, of what nobody is to write.
    fn untouched(&self) -> Vec<(Vec<u8>, std::time::SystemTime)> {
        let left = ["code", "made", "binary", "other", "staged", "untracked"];
        let told = left.map(|path| {
            let file = self.repo.path().join(path);
            (fs::read(&file).unwrap(), fs::metadata(&file).unwrap().modified().unwrap())
        });
        told.to_vec()
    }
}

fn request<'a>(from: &'a str, to: &'a str) -> Advance<'a> {
    Advance { branch: "main", from, found_at: "main", to, why: "callboard: land R1" }
}

fn back<'a>(from: &'a str, tip: &'a str) -> Retreat<'a> {
    Retreat { branch: "main", landed: tip, begun: from, was: Some(from), why: "undo" }
}

#[test]
fn what_lies_there_is_not_written_and_what_others_changed_or_staged_stays() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let repo = &scene.repo;
    let (before, untouched) = (files(repo.path()), scene.untouched());
    let status = repo.status();
    scene.advance().unwrap();
    assert_eq!(repo.head(), scene.tip);
    assert_eq!(scene.untouched(), untouched);
    // Only what the worktree brought is written.
    assert_eq!(repo.read("apart"), CODE.replace("five", "FIVE"));
    assert_eq!(repo.read("both"), CODE.replace("two", "TWO").replace("five", "FIVE"));
    assert_eq!(repo.git(&["show", "HEAD:code"]) + "\n", CODE.replace("two", "TWO"));
    assert_eq!(repo.git(&["show", "HEAD:made"]), "by one");
    // The line that was staged of the same file still is, and no more.
    let staged = CODE.replace("two", "TWO").replace("six", "SIX");
    assert_eq!(repo.git(&["show", ":code"]) + "\n", staged);
    assert_eq!(
        repo.status(),
        "MM code\n M made\nMM other\nM  staged\n?? untracked",
        "it was {status}"
    );
    assert!(repo.git(&["fsck", "--no-dangling"]).is_empty());
    is_tidy(repo);

    scene.retreat().unwrap();
    assert_eq!(repo.head(), scene.from);
    assert_eq!(scene.untouched(), untouched);
    assert_eq!(files(repo.path()), before);
    assert_eq!(repo.status(), status);
    assert_eq!(repo.git(&["show", ":code"]) + "\n", CODE.replace("six", "SIX"));
    is_tidy(repo);
}

#[test]
fn what_is_no_longer_as_it_was_seen_or_would_be_written_over_is_refused() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let repo = &scene.repo;
    let refused = |what: &str| {
        let before = all(repo);
        let error = scene.advance().unwrap_err();
        assert_eq!(all(repo), before, "{what}");
        is_tidy(repo);
        error
    };
    // Session one goes on writing.
    let code = repo.read("code");
    repo.write("code", code.replace("TWO", "2"));
    let error = refused("written since");
    assert!(
        matches!(&error, AdvanceError::Changed { files, .. } if *files == [PathBuf::from("code")])
    );
    repo.write("code", &code);
    // Others write where the worktree's lines come.
    let both = repo.read("both");
    repo.write("both", both.replace("one", "1"));
    let error = refused("written beside");
    assert!(matches!(error, AdvanceError::Changed { .. }), "{error}");
    let seen = scene.trees.look(repo.path(), None).unwrap().commit;
    let in_place = InPlace { seen: Some(&seen), ..scene.in_place() };
    let to = request(&scene.from, &scene.tip);
    let error =
        advance_in_place(scene.trees.git(), &to, Some(in_place), &journal(repo)).unwrap_err();
    let AdvanceError::InTheWay { files, .. } = &error else { panic!("{error}") };
    assert_eq!((files[0].path.to_str(), files[0].why), (Some("both"), Why::Changed));
    repo.write("both", &both);
    // The same lines are staged in another form.
    let staged = cached(repo, "code", "two", "zwei");
    repo.git(&["update-index", "--cacheinfo", &staged]);
    let error = refused("staged");
    let AdvanceError::InTheWay { files, .. } = &error else { panic!("{error}") };
    assert_eq!((files[0].path.to_str(), files[0].why), (Some("code"), Why::Staged));
    repo.git(&["reset", "-q", "code"]);
    // Somebody commits: it is told anew then.
    repo.git(&["commit", "-q", "-m", "Staged"]);
    let error = refused("committed");
    assert!(matches!(error, AdvanceError::Moved { .. }), "{error}");
    repo.git(&["switch", "-q", "-c", "elsewhere"]);
    repo.git(&["branch", "-f", "main", &scene.from]);
    let error = refused("elsewhere");
    assert!(error.to_string().contains("is not checked out in"), "{error}");
}

#[test]
fn what_was_written_after_it_landed_stays_when_it_goes_back() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let repo = &scene.repo;
    scene.advance().unwrap();
    let code = repo.read("code").replace("FIVE", "5").replace("one", "eins");
    repo.write("code", &code);
    repo.write("later", "l\n");
    scene.retreat().unwrap();
    assert_eq!((repo.read("code"), repo.read("later").as_str()), (code, "l\n"));
    assert_eq!(repo.read("both"), CODE.replace("two", "TWO"));
    is_tidy(repo);
}

/// Moves there or back, and ends without warning at the step of the number that the environment names. Without one it
/// is no test.
#[test]
fn moves_in_place_as_another_process() {
    let Ok(state) = std::env::var(STATE) else { return };
    let told: Vec<&str> = state.split(' ').collect();
    let [top, store, from, there, seen, tip, what, at] = told[..] else { panic!("{state}") };
    let last: usize = at.parse().unwrap();
    let count = std::cell::Cell::new(0);
    let kill = |_: Step| {
        if count.get() == last {
            std::process::abort();
        }
        count.set(count.get() + 1);
    };
    let trees = Trees::at(Path::new(store), Path::new(top)).unwrap();
    let journal = Path::new(top).with_file_name("journal.json");
    let in_place = InPlace { top: Path::new(top), head: from, there, seen: Some(seen) };
    if what == "advance" {
        let request = request(from, tip);
        let _ = advance_in_place_by_steps(trees.git(), &request, Some(in_place), &journal, &kill);
    } else {
        let in_place = Some(InPlace { seen: None, ..in_place });
        let _ = retreat_in_place_by_steps(trees.git(), &back(from, tip), in_place, &journal, &kill);
    }
}

/// Whether the other process was killed at the step of that number; if not, there are fewer.
fn killed(home: &HermeticHome, scene: &Scene<'_>, what: &str, at: usize) -> bool {
    let Scene { repo, from, there, seen, tip, .. } = scene;
    let (top, store) = (repo.path().display(), home.work().join("trees.git"));
    let store = store.display();
    let mut command = Command::new(std::env::current_exe().unwrap());
    home.env(&mut command);
    command.env(STATE, format!("{top} {store} {from} {there} {seen} {tip} {what} {at}"));
    command.args(["--exact", "advance_in_place::moves_in_place_as_another_process"]);
    let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(ended.success() || ended.signal().is_some(), "{ended}");
    ended.signal().is_some()
}

#[test]
fn killed_at_any_step_it_is_as_before_or_as_after() {
    let home = HermeticHome::new();
    let scene = scene(&home);
    let repo = &scene.repo;
    let before = all(repo);
    scene.advance().unwrap();
    let after = all(repo);
    scene.retreat().unwrap();
    assert_eq!(all(repo), before);
    let mut ended = [0, 0];
    for at in 0.. {
        if !killed(&home, &scene, "advance", at) {
            break;
        }
        match recover(&journal(repo)).unwrap() {
            Recovered::Before { .. } => {
                assert_eq!(all(repo), before, "step {at}");
                ended[0] += 1;
            }
            Recovered::After { .. } => {
                assert_eq!(all(repo), after, "step {at}");
                scene.retreat().unwrap();
                assert_eq!(all(repo), before, "step {at}");
                ended[1] += 1;
            }
            Recovered::Nothing => panic!("step {at}"),
        }
        is_tidy(repo);
    }
    // Two files are written; the others only come into the index.
    assert!(ended[0] >= 8 && ended[1] >= 4, "{ended:?}");
    assert_eq!(all(repo), after);
    for at in 0.. {
        if !killed(&home, &scene, "retreat", at) {
            break;
        }
        match recover(&journal(repo)).unwrap() {
            Recovered::Before { .. } => assert_eq!(all(repo), after, "step {at}"),
            Recovered::After { .. } => {
                assert_eq!(all(repo), before, "step {at}");
                scene.advance().unwrap();
            }
            Recovered::Nothing => panic!("step {at}"),
        }
        is_tidy(repo);
    }
    assert_eq!(all(repo), before);
}
