use std::fs;
use std::os::unix::fs::symlink;

use callboard_git::shared_folders::SharedFolders;
use callboard_git::{Git, exclude};
use callboard_testkit::{HermeticHome, Repo};

const NOTES: SharedFolders<'static> =
    SharedFolders { within: ".callboard", names: &["notes"], except: ".*.callboard-*" };

fn untracked(repo: &Repo<'_>) -> String {
    repo.git(&["status", "--porcelain", "--untracked-files=all"])
}

#[test]
fn shared_folders_are_seen_and_links_to_them_are_not() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("a.txt", "1\n")]);
    let folder = repo.path().join(".callboard");
    for path in ["notes/deep/a.md", "sessions/S1.md", "notes/.a.md.callboard-draft", "x"] {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "a\n").unwrap();
    }
    let common_dir = repo.path().join(".git");
    let text = fs::read_to_string(common_dir.join("info/exclude")).unwrap_or_default();
    fs::write(common_dir.join("info/exclude"), format!("{text}*.theirs")).unwrap();
    exclude::add(&common_dir, "/.callboard").unwrap();
    let before = fs::read_to_string(common_dir.join("info/exclude")).unwrap();
    let worktree = repo.worktree("side");
    symlink(&folder, worktree.path().join(".callboard")).unwrap();
    assert_eq!((untracked(&repo).as_str(), untracked(&worktree).as_str()), ("", ""));

    assert!(NOTES.set_shared(&common_dir, true).unwrap());
    assert!(!NOTES.set_shared(&common_dir, true).unwrap());
    assert!(NOTES.are_shared(&common_dir).unwrap());
    assert_eq!(untracked(&repo), "?? .callboard/notes/deep/a.md");
    assert_eq!(untracked(&worktree), "");
    let differing = NOTES.differing(&Git::at(repo.path())).unwrap();
    assert!(differing.iter().any(|path| path.ends_with("notes/deep/a.md")), "{differing:?}");

    // A branch that has notes is merged where the link is.
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "Notes"]);
    let main = repo.git(&["rev-parse", "HEAD"]);
    worktree.git(&["merge", "-q", &main]);
    let merged = worktree.path().join(".callboard");
    assert!(!fs::symlink_metadata(&merged).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(merged.join("notes/deep/a.md")).unwrap(), "a\n");
    assert_eq!(untracked(&worktree), "");
    assert!(folder.join("sessions/S1.md").exists());

    assert!(NOTES.set_shared(&common_dir, false).unwrap());
    assert_eq!(fs::read_to_string(common_dir.join("info/exclude")).unwrap(), before);
}
