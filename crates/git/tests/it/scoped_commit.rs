use std::fs;
use std::path::PathBuf;

use callboard_git::scoped_commit::{CommitError, Request, commit, repair};
use callboard_model::attribution::{Extent, Part, PartHunk};
use callboard_testkit::{HermeticHome, Repo};

pub(super) const CODE: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";

pub(super) fn hunk(old_start: u32, new_start: u32, removed: &[&str], added: &[&str]) -> PartHunk {
    let own = |lines: &[&str]| lines.iter().map(|l| format!("{l}\n")).collect();
    PartHunk { old_start, new_start, removed: own(removed), added: own(added) }
}

pub(super) fn hunks(path: &str, hunks: Vec<PartHunk>) -> Part {
    let extent = Extent::Hunks { hunks, mode: false, moves: false };
    Part { path: path.into(), from: None, extent }
}

pub(super) fn whole(path: &str) -> Part {
    Part { path: path.into(), from: None, extent: Extent::Whole }
}

pub(super) fn request<'a>(parts: &'a [Part], message: &'a str) -> Request<'a> {
    Request { parts, message, ..Request::default() }
}

/// All that lies in the checkout, byte for byte, with its modes.
pub(super) fn disk(repo: &Repo<'_>) -> Vec<(PathBuf, Vec<u8>, String)> {
    let listed = repo.git(&["ls-files", "-z", "--cached", "--others"]);
    let mut files: Vec<&str> = listed.split('\0').filter(|p| !p.is_empty()).collect();
    files.sort_unstable();
    files.dedup();
    let read = |path: &&str| {
        let file = repo.path().join(path);
        let meta = fs::symlink_metadata(&file).ok()?;
        let content = if meta.is_symlink() {
            fs::read_link(&file).unwrap().into_os_string().into_encoded_bytes()
        } else {
            fs::read(&file).unwrap_or_default()
        };
        let stamp = format!("{:?} {:?}", meta.permissions(), meta.modified().unwrap());
        Some((PathBuf::from(path), content, stamp))
    };
    files.iter().filter_map(read).collect()
}

pub(super) fn hook(repo: &Repo<'_>, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let file = repo.path().join(".git/hooks").join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Git in the repository has the identity of the home's, which the tests' own process does not read.
pub(super) fn repository(home: &HermeticHome) -> Repo<'_> {
    let repo = Repo::new(home);
    repo.git(&["config", "user.name", "Test User"]);
    repo.git(&["config", "user.email", "test@example.invalid"]);
    repo.git(&["config", "commit.gpgSign", "false"]);
    repo.git(&["config", "core.hooksPath", ".git/hooks"]);
    repo.commit("Begin", &[("a.rs", CODE), ("b.rs", CODE), ("gone.rs", "gone\n"), ("run", "x\n")]);
    repo
}

#[test]
fn only_the_hunks_are_committed_and_all_else_stays() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    repo.write("a.rs", "ONE\ntwo\nthree\nFOUR\nfive\nsix\nmine\ntheirs\n");
    repo.write("b.rs", "staged\ntwo\nthree\nfour\nfive\nsix\n");
    repo.write("new.rs", "new\n");
    repo.write("other.rs", "other\n");
    repo.git(&["add", "b.rs", "other.rs"]);
    repo.write("b.rs", "staged\ntwo\nthree\nfour\nfive\nSIX\n");
    repo.remove("gone.rs");
    let before = disk(&repo);
    let parts = [
        hunks("a.rs", vec![hunk(4, 4, &["four"], &["FOUR"]), hunk(7, 7, &[], &["mine"])]),
        whole("new.rs"),
        whole("gone.rs"),
    ];
    let done = commit(repo.path(), &request(&parts, "Mine\n\nWhy.")).unwrap();
    assert_eq!(done.id, repo.head());
    assert_eq!(disk(&repo), before);
    assert_eq!(repo.git(&["log", "-1", "--format=%B"]).trim(), "Mine\n\nWhy.");
    assert_eq!(
        repo.git(&["show", "--format=", "--name-status", "HEAD"]),
        "M\ta.rs\nD\tgone.rs\nA\tnew.rs"
    );
    assert_eq!(repo.git(&["show", "HEAD:a.rs"]), "one\ntwo\nthree\nFOUR\nfive\nsix\nmine");
    assert_eq!(repo.git(&["diff", "--cached", "--name-status"]), "M\tb.rs\nA\tother.rs");
    assert_eq!(repo.git(&["show", ":b.rs"]), "staged\ntwo\nthree\nfour\nfive\nsix");
    assert_eq!(repo.status(), " M a.rs\nMM b.rs\nA  other.rs");
    assert!(done.changed_by_hooks.is_empty() && done.written_by_hooks.is_empty());
    assert!(!repo.path().join(".git/index.lock").exists());
    // What is left is the others', and can be committed as well.
    let rest = [hunks("a.rs", vec![hunk(1, 1, &["one"], &["ONE"]), hunk(8, 8, &[], &["theirs"])])];
    commit(repo.path(), &request(&rest, "Theirs")).unwrap();
    assert_eq!(repo.status(), "MM b.rs\nA  other.rs");
    let again = commit(repo.path(), &request(&[whole("new.rs")], "Again")).unwrap_err();
    assert!(again.to_string().contains("nothing of it differs from HEAD"), "{again}");
}

#[test]
fn what_others_staged_in_the_same_file_stays_staged() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    // All is staged, as by `git add -A`, with another session's lines beside ours.
    repo.write("a.rs", "one\nours\ntheirs\ntwo\nthree\nfour\nfive\nsix\n");
    repo.git(&["add", "-A"]);
    let ours = [hunks("a.rs", vec![hunk(2, 2, &[], &["ours"])])];
    commit(repo.path(), &request(&ours, "Ours")).unwrap();
    let staged = repo.git(&["diff", "--cached", "-U0", "a.rs"]);
    assert!(staged.ends_with("+theirs"), "{staged}");
    assert_eq!(repo.status(), "M  a.rs");

    // Staged by another at the end, ours beside it: neither is lost, in the disk's order.
    repo.write("b.rs", format!("{CODE}theirs\n"));
    repo.git(&["add", "b.rs"]);
    repo.write("b.rs", format!("{CODE}ours\ntheirs\n"));
    let ours = [hunks("b.rs", vec![hunk(7, 7, &[], &["ours"])])];
    commit(repo.path(), &request(&ours, "Ours, too")).unwrap();
    assert_eq!(repo.git(&["show", ":b.rs"]), format!("{CODE}ours\ntheirs"));
    assert_eq!(repo.git(&["show", "HEAD:b.rs"]), format!("{CODE}ours"));

    // The same line staged in another form.
    repo.write("b.rs", format!("{CODE}ours\nTHEIRS\n"));
    let clash = [hunks("b.rs", vec![hunk(8, 8, &[], &["THEIRS"])])];
    let before = (repo.head(), repo.git(&["ls-files", "--stage"]), disk(&repo));
    repo.write("run", "y\n");
    repo.git(&["add", "run"]);
    repo.write("run", "z\n");
    let run = [clash[0].clone(), hunks("run", vec![hunk(1, 1, &["x"], &["z"])])];
    let refused = commit(repo.path(), &request(&run, "Clash")).unwrap_err();
    assert!(matches!(&refused, CommitError::Staged(paths) if *paths == [PathBuf::from("run")]));
    assert_eq!(repo.head(), before.0);
}

#[test]
fn modes_links_binaries_moves_and_new_files_in_part() {
    use std::os::unix::fs::PermissionsExt;
    let home = HermeticHome::new();
    let repo = repository(&home);
    let run = repo.path().join("run");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    repo.write("run", "x\ny\n");
    repo.write("picture", [0u8, 159, 146, 150, 10, 0]);
    std::os::unix::fs::symlink("a.rs", repo.path().join("link")).unwrap();
    repo.write("new.rs", "ours\ntheirs\n");
    fs::rename(repo.path().join("a.rs"), repo.path().join("moved.rs")).unwrap();
    repo.write("moved.rs", "ONE\ntwo\nthree\nfour\nfive\nSIX\n");
    repo.write("odd é\nname", "odd\n");
    let before = disk(&repo);
    let mode = Extent::Hunks { hunks: Vec::new(), mode: true, moves: false };
    let moved = |hunks, moves| Part {
        path: "moved.rs".into(),
        from: Some("a.rs".into()),
        extent: Extent::Hunks { hunks, mode: false, moves },
    };
    let parts = [
        Part { path: "run".into(), from: None, extent: mode },
        whole("picture"),
        whole("link"),
        whole("odd é\nname"),
        hunks("new.rs", vec![hunk(1, 1, &[], &["ours"])]),
        moved(vec![hunk(1, 1, &["one"], &["ONE"])], false),
    ];
    commit(repo.path(), &request(&parts, "All kinds")).unwrap();
    assert_eq!(disk(&repo), before);
    let tree = repo.git(&["ls-tree", "-r", "HEAD"]);
    assert!(tree.contains("100755 blob") && tree.contains("120000 blob"), "{tree}");
    assert_eq!(repo.git(&["show", "HEAD:run"]), "x");
    assert_eq!(repo.git(&["show", "HEAD:new.rs"]), "ours");
    assert_eq!(repo.git(&["show", "HEAD:a.rs"]), "ONE\ntwo\nthree\nfour\nfive\nsix");
    commit(repo.path(), &request(&[moved(Vec::new(), true)], "Move")).unwrap();
    assert!(repo.try_git(&["cat-file", "-e", "HEAD:a.rs"]).status.code() != Some(0));
    assert_eq!(repo.git(&["show", "HEAD:moved.rs"]), "ONE\ntwo\nthree\nfour\nfive\nsix");
    assert_eq!(repo.status(), " M moved.rs\n M new.rs\n M run");
    assert_eq!(disk(&repo), before);
}

#[test]
fn line_ends_and_filters_are_git_s() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    repo.commit("Attributes", &[(".gitattributes", "*.txt text eol=crlf\n"), ("w.txt", "a\nb\n")]);
    repo.git(&["config", "core.autocrlf", "false"]);
    repo.write("w.txt", "A\r\nb\r\nc\r\n");
    let part = [hunks("w.txt", vec![hunk(1, 1, &["a"], &["A"])])];
    commit(repo.path(), &request(&part, "Only A")).unwrap();
    assert_eq!(repo.git(&["show", "HEAD:w.txt"]), "A\nb");
    assert_eq!(repo.read("w.txt"), "A\r\nb\r\nc\r\n");
    assert_eq!(repo.status(), " M w.txt");
    // The base has these ends itself.
    repo.commit("Windows", &[("raw.bat", "a\r\nb\r\n")]);
    repo.write("raw.bat", "A\r\nb\r\nc\r\n");
    let own = |lines: &[&str]| lines.iter().map(|l| format!("{l}\r\n")).collect();
    let raw = PartHunk { old_start: 1, new_start: 1, removed: own(&["a"]), added: own(&["A"]) };
    commit(repo.path(), &request(&[hunks("raw.bat", vec![raw])], "Raw")).unwrap();
    assert_eq!(repo.git(&["show", "HEAD:raw.bat"]), "A\r\nb\r");
    assert_eq!(repo.status(), " M raw.bat");
}

#[test]
fn hooks_run_on_the_private_index_and_may_refuse_or_change_it() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    repo.write("a.rs", "ONE\ntwo\nthree\nfour\nfive\nSIX\n");
    repo.write("b.rs", "B\n");
    repo.git(&["add", "b.rs"]);
    let log = repo.path().join(".git/log");
    let told = log.to_str().unwrap();
    hook(
        &repo,
        "pre-commit",
        &format!("git diff --cached --name-only >> {told}; ! git diff --cached | grep -q SIX"),
    );
    hook(&repo, "prepare-commit-msg", "echo 'Ticket: 1' >> \"$1\"");
    hook(&repo, "commit-msg", "grep -q Ticket \"$1\"");
    hook(&repo, "post-commit", &format!("echo post >> {told}"));
    let six = [hunks("a.rs", vec![hunk(6, 6, &["six"], &["SIX"])])];
    let before = (repo.head(), repo.git(&["ls-files", "--stage"]), disk(&repo));
    let refused = commit(repo.path(), &request(&six, "Six")).unwrap_err();
    assert!(matches!(refused, CommitError::Stopped { .. }), "{refused}");
    assert_eq!((repo.head(), repo.git(&["ls-files", "--stage"]), disk(&repo)), before);
    assert!(!repo.path().join(".git/index.lock").exists());

    let one = [hunks("a.rs", vec![hunk(1, 1, &["one"], &["ONE"])])];
    commit(repo.path(), &request(&one, "One")).unwrap();
    assert_eq!(repo.git(&["log", "-1", "--format=%B"]).trim(), "One\nTicket: 1");
    assert_eq!(fs::read_to_string(&log).unwrap(), "a.rs\na.rs\npost\n");
    assert_eq!(repo.status(), " M a.rs\nM  b.rs");

    // A formatter that adds what it wrote, on the disk and in the commit.
    hook(&repo, "pre-commit", "echo formatted > fresh.rs; echo more >> run; git add fresh.rs");
    let done = commit(repo.path(), &request(&six, "Six")).unwrap();
    assert_eq!(done.changed_by_hooks, [PathBuf::from("fresh.rs")]);
    assert!(done.written_by_hooks.contains(&PathBuf::from("run")), "{done:?}");
    assert_eq!(repo.status(), "M  b.rs\n M run");
    let without = Request { without_hooks: true, ..request(&[], "No hooks") };
    repo.write("c.rs", "c\n");
    commit(repo.path(), &Request { parts: &[whole("c.rs")], ..without }).unwrap();
    assert_eq!(repo.git(&["log", "-1", "--format=%an"]), "Test User");
}

#[test]
fn it_refuses_in_the_middle_of_something_and_when_files_changed() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    repo.write("a.rs", "ONE\ntwo\nthree\nfour\nfive\nsix\n");
    let stale = [hunks("a.rs", vec![hunk(1, 1, &["one"], &["UNO"])])];
    let refused = commit(repo.path(), &request(&stale, "Stale")).unwrap_err();
    assert!(matches!(refused, CommitError::Changed(_)), "{refused}");
    let one = [hunks("a.rs", vec![hunk(1, 1, &["one"], &["ONE"])])];
    fs::write(repo.path().join(".git/MERGE_HEAD"), repo.head()).unwrap();
    let refused = commit(repo.path(), &request(&one, "Merge")).unwrap_err();
    assert!(refused.to_string().contains("a merge is not finished"), "{refused}");
    fs::remove_file(repo.path().join(".git/MERGE_HEAD")).unwrap();
    let lock = repo.path().join(".git/index.lock");
    fs::write(&lock, "").unwrap();
    let refused = commit(repo.path(), &request(&one, "Locked")).unwrap_err();
    assert!(refused.to_string().contains("another git holds"), "{refused}");
    assert!(lock.exists() && !repair(repo.path()).unwrap());
    // The other git ends while we wait.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            fs::remove_file(&lock).unwrap();
        });
        commit(repo.path(), &request(&one, "Waited")).unwrap();
    });
    assert_eq!(repo.status(), "");
}

#[test]
fn a_head_that_moves_meanwhile_is_followed() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    repo.write("a.rs", "ONE\ntwo\nthree\nfour\nfive\nsix\n");
    // Once, past the lock of the index.
    let moves = "[ -e .git/moved ] && exit 0; touch .git/moved\n\
        new=$(git commit-tree -p HEAD -m Between HEAD^{tree}) && git update-ref HEAD $new";
    hook(&repo, "pre-commit", moves);
    let one = [hunks("a.rs", vec![hunk(1, 1, &["one"], &["ONE"])])];
    commit(repo.path(), &request(&one, "One")).unwrap();
    assert_eq!(repo.git(&["log", "--format=%s", "-3"]), "One\nBetween\nBegin");
    assert_eq!(repo.status(), "");
}

#[test]
fn the_first_commit_and_a_detached_head_and_a_linked_worktree() {
    let home = HermeticHome::new();
    let empty = Repo::empty(&home, "empty");
    empty.git(&["config", "user.name", "Test User"]);
    empty.git(&["config", "user.email", "test@example.invalid"]);
    empty.write("a.rs", "ours\ntheirs\n");
    empty.write("b.rs", "b\n");
    empty.git(&["add", "b.rs"]);
    let ours = [hunks("a.rs", vec![hunk(1, 1, &[], &["ours"])])];
    commit(empty.path(), &request(&ours, "First")).unwrap();
    assert_eq!(empty.git(&["ls-tree", "--name-only", "HEAD"]), "a.rs");
    assert_eq!(empty.status(), " M a.rs\nA  b.rs");

    let repo = repository(&home);
    let tree = repo.worktree("feature/x");
    tree.git(&["checkout", "-q", "--detach"]);
    tree.write("a.rs", "ONE\ntwo\nthree\nfour\nfive\nsix\n");
    let one = [hunks("a.rs", vec![hunk(1, 1, &["one"], &["ONE"])])];
    let done = commit(tree.path(), &request(&one, "Detached")).unwrap();
    assert_eq!((tree.head(), tree.status()), (done.id, String::new()));
    assert_ne!(repo.head(), tree.head());
}

#[test]
fn commits_are_signed_and_hooks_found_as_configured() {
    let home = HermeticHome::new();
    let repo = repository(&home);
    let signer = home.root().join("bin/sign");
    let script = "#!/bin/sh\ncat > /dev/null\nprintf '\\n[GNUPG:] SIG_CREATED D\\n' >&2\n\
        printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n'\n";
    executable(&signer, script);
    let hooks = home.root().join("hooks");
    fs::create_dir(&hooks).unwrap();
    executable(&hooks.join("pre-commit"), "#!/bin/sh\ntouch .git/ran\n");
    repo.git(&["config", "gpg.program", signer.to_str().unwrap()]);
    repo.git(&["config", "commit.gpgSign", "true"]);
    repo.git(&["config", "core.hooksPath", hooks.to_str().unwrap()]);
    repo.write("new.rs", "new\n");
    commit(repo.path(), &request(&[whole("new.rs")], "Signed")).unwrap();
    assert!(repo.git(&["cat-file", "commit", "HEAD"]).contains("gpgsig -----BEGIN"));
    assert!(repo.path().join(".git/ran").exists());
    // A signature that cannot be made leaves all as it was.
    executable(&signer, "#!/bin/sh\nexit 1\n");
    repo.write("other.rs", "other\n");
    let before = (repo.head(), repo.git(&["ls-files", "--stage"]));
    let refused = commit(repo.path(), &request(&[whole("other.rs")], "Unsigned")).unwrap_err();
    assert!(refused.to_string().contains("failed to sign"), "{refused}");
    assert_eq!((repo.head(), repo.git(&["ls-files", "--stage"])), before);
}

fn executable(file: &std::path::Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(file, script).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}
