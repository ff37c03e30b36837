//! Removals that something comes between: a file saved, the daemon's end, work where nobody was expected.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_engine::equip;
use callboard_model::view::{NewWorktree, WorktreeView};
use callboard_model::worktree::{WorktreeFacts, WorktreeState};
use callboard_os::disk::folder_state;
use callboard_store::{Durability, LogKind, Store};
use callboard_testkit::{HermeticHome, Postgres, Repo};

use crate::scene::Running;
use crate::worktrees::{Scene, scene};

fn wait_for_setup(scene: &Scene, name: &str) {
    scene.running.wait("its setup", |engine| {
        let shown = engine.worktree(Some(scene.workspace), name).unwrap();
        (shown.setup.as_deref() == Some("done")).then_some(())
    });
}

#[test]
fn what_is_saved_while_it_is_torn_down_is_kept() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let project = "[worktrees]\nteardown = \"echo late > saved; rm early\"\n";
    repo.commit("Configure", &[("callboard.toml", project)]);
    let scene = scene(&home, &repo);
    let made = scene.new_named("work");
    wait_for_setup(&scene, "work");
    let tree = repo.at(Path::new(&made.path));
    tree.write("early", "1");
    let removed = scene.remove("work").unwrap();
    let before = removed.kept_beside.iter().find_map(|kept| {
        kept.strip_prefix("as it was before teardown (")?.strip_suffix(')').map(str::to_owned)
    });
    let before = before.unwrap();
    assert_ne!(before, format!("refs/callboard/kept/{}", removed.kept));
    assert_eq!(repo.git(&["show", &format!("{before}:early")]), "1");
    scene.restore("work").unwrap();
    assert_eq!(tree.read("saved"), "late\n");
    assert!(!tree.path().join("early").exists());
}

#[test]
fn a_refused_removal_leaves_the_equipment() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let project = "[worktrees]\nteardown = \"head -c 2000000 /dev/zero > large.bin; git merge other\"\n\
                   [ports]\nnames = [\"web\"]\n";
    repo.commit("Configure", &[("callboard.toml", project)]);
    repo.git(&["branch", "other"]);
    let scene = scene(&home, &repo);
    let made = scene.new_named("work");
    wait_for_setup(&scene, "work");
    let tree = repo.at(Path::new(&made.path));
    tree.commit("Here", &[("both", "1")]);
    repo.git(&["switch", "-q", "other"]);
    repo.commit("There", &[("both", "2")]);
    repo.git(&["switch", "-q", "main"]);
    let refused = scene.remove("work").unwrap_err().to_string();
    assert!(refused.contains("a merge is not finished"), "{refused}");
    wait_for_setup(&scene, "work");
    let shown = scene.show("work");
    assert_eq!((shown.state, shown.kept.as_ref()), (WorktreeState::Ready, None));
    assert!(shown.ports.contains_key("web"));
    let given = scene.running.engine.worktree_environment(made.id.unwrap()).unwrap();
    assert_eq!(given["PORT"], shown.ports["web"].to_string());
}

#[test]
fn a_refused_removal_leaves_the_rows_of_the_database() {
    let server = Postgres::start();
    server.ask("postgres", "CREATE DATABASE app");
    server.ask("app", "CREATE TABLE a (x int)");
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    // Torn down the first time, something is begun that has to be ended by hand.
    let teardown = "test -e done || { touch done; git merge other; }";
    let project = format!(
        "[worktrees]\npool = 0\nsetup = \"echo set up >> ran\"\nteardown = \"{teardown}\"\n[database]\n"
    );
    let ignored = (".gitignore", ".env\ndone\nran\n");
    repo.commit("Configure", &[("callboard.toml", project.as_str()), ignored]);
    repo.write(".env", format!("DATABASE_URL={}\n", server.url("app")));
    repo.git(&["branch", "other"]);
    let scene = scene(&home, &repo);
    let made = scene.new_named("work");
    wait_for_setup(&scene, "work");
    let tree = repo.at(Path::new(&made.path));
    let given = equip::load(&home.callboard_home(), tree.path()).unwrap().unwrap();
    let own = given.database.unwrap();
    server.ask(&own, "INSERT INTO a VALUES (1)");
    tree.commit("Here", &[("both", "1")]);
    repo.git(&["switch", "-q", "other"]);
    repo.commit("There", &[("both", "2")]);
    repo.git(&["switch", "-q", "main"]);
    let refused = scene.remove("work").unwrap_err().to_string();
    assert!(refused.contains("a merge is not finished"), "{refused}");
    scene
        .running
        .wait("setup to have run again", |_| (tree.read("ran").lines().count() == 2).then_some(()));
    wait_for_setup(&scene, "work");
    assert_eq!(server.ask(&own, "SELECT count(*) FROM a"), "1");

    tree.git(&["merge", "--abort"]);
    let removed = scene.remove("work").unwrap();
    assert_eq!(removed.remarks, [""; 0]);
    assert!(!server.ask("postgres", "SELECT datname FROM pg_database").contains(&own));
    assert_eq!(equip::load(&home.callboard_home(), tree.path()).unwrap(), None);
}

#[test]
fn what_teardown_leaves_as_it_was_is_kept_once() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let project = "[worktrees]\npool = 0\nshare = [\"deps\"]\nteardown = \"touch x; rm x\"\n";
    repo.commit("Configure", &[("callboard.toml", project), (".gitignore", "deps\n")]);
    repo.write("deps/a", "1");
    let scene = scene(&home, &repo);
    let made = scene.new_named("work");
    wait_for_setup(&scene, "work");
    let tree = repo.at(Path::new(&made.path));
    let lost = tree.commit("Amended", &[("a", "1")]);
    tree.git(&["commit", "-q", "--amend", "-m", "As it is now"]);
    let removed = scene.remove("work").unwrap();
    let [beside] = removed.kept_beside.as_slice() else { panic!("{:?}", removed.kept_beside) };
    let reference = beside.rsplit_once(" (").unwrap().1.trim_end_matches(')');
    assert_eq!(repo.git(&["rev-parse", reference]), lost);
    let kept = repo.git(&["for-each-ref", "--format=%(refname)", "refs/callboard/kept"]);
    let own = format!("refs/callboard/kept/{}", removed.kept);
    assert_eq!(kept.lines().collect::<Vec<_>>(), [own.as_str(), reference]);
    assert_eq!(repo.read("deps/a"), "1");
    scene.restore("work").unwrap();
    wait_for_setup(&scene, "work");
    assert_eq!((tree.read("deps/a"), scene.show("work").remarks), ("1".into(), vec![]));
}

/// How far a removal had come when the daemon ended.
struct Ended {
    is_renamed: bool,
    is_forgotten: bool,
    is_written_to: bool,
}

fn end(home: &HermeticHome, repo: &Repo<'_>, made: &WorktreeView, ended: &Ended) -> PathBuf {
    let path = Path::new(&made.path);
    let id = made.id.unwrap();
    let admin = repo.at(path).git(&["rev-parse", "--absolute-git-dir"]);
    let mark = folder_state(path).mark;
    let mut store = Store::open(&home.callboard_home()).unwrap();
    let noted = store.write(Durability::Full, callboard_os::clock::now(), |w| {
        w.change_worktree(id, LogKind::WORKTREE, "you", |row| {
            let facts = std::mem::take(&mut row.facts);
            let (kept, kept_mark) = (Some("k".into()), Some(mark));
            row.facts = WorktreeFacts { kept, kept_mark, ..facts };
        })
    });
    noted.unwrap();
    let trash = repo.path().join(".git/callboard-removed").join(format!("{}-k", id.0));
    if ended.is_written_to {
        fs::write(path.join("late"), "1").unwrap();
    }
    if ended.is_renamed {
        fs::create_dir_all(trash.parent().unwrap()).unwrap();
        fs::rename(path, &trash).unwrap();
    }
    if ended.is_forgotten {
        fs::remove_dir_all(admin).unwrap();
    }
    trash
}

#[test]
fn a_removal_that_the_daemons_end_cut_short_loses_nothing() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let first = scene(&home, &repo);
    let names = ["begun", "renamed", "forgotten", "written-to"];
    let made = names.map(|name| {
        let made = first.new_named(name);
        wait_for_setup(&first, name);
        made
    });
    let workspace = first.workspace;
    drop(first);
    let ends = [
        Ended { is_renamed: false, is_forgotten: false, is_written_to: false },
        Ended { is_renamed: true, is_forgotten: false, is_written_to: true },
        Ended { is_renamed: true, is_forgotten: true, is_written_to: false },
        Ended { is_renamed: true, is_forgotten: true, is_written_to: true },
    ];
    let trash: Vec<PathBuf> =
        made.iter().zip(&ends).map(|(made, ended)| end(&home, &repo, made, ended)).collect();

    let scene = Scene { running: Running::start(&home), workspace };
    let wait = |name: &str, is: &dyn Fn(&WorktreeView) -> bool| {
        scene.running.wait(name, |engine| {
            let shown = engine.worktree(Some(workspace), name).unwrap();
            is(&shown).then_some(shown)
        })
    };
    wait("begun", &|shown| shown.kept.is_none() && shown.state == WorktreeState::Ready);
    wait("renamed", &|shown| shown.kept.is_none() && shown.state == WorktreeState::Ready);
    assert!(Path::new(&made[1].path).join("late").exists() && !trash[1].exists());
    assert_eq!(repo.at(Path::new(&made[1].path)).status(), "?? late");
    wait("forgotten", &|shown| shown.state == WorktreeState::Removed && shown.freed.is_some());
    assert!(!trash[2].exists());
    let given = equip::load(&home.callboard_home(), Path::new(&made[2].path)).unwrap();
    assert_eq!(given, None, "whatever lies there next is another worktree");
    let told = wait("written-to", &|shown| {
        shown.note.as_ref().is_some_and(|note| note.contains("callboard-removed"))
    });
    assert_eq!(told.state, WorktreeState::Removed);
    assert!(trash[3].join("late").exists());
}

#[test]
fn what_somebody_did_in_the_pool_is_kept() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let scene = scene(&home, &repo);
    scene.new_named("first");
    let pooled = scene.pooled();
    repo.at(Path::new(&pooled.path)).write("README.md", "mine");
    repo.commit("Goes on", &[("README.md", "theirs")]);
    let second = scene.new_named("second");
    assert_eq!(repo.at(Path::new(&second.path)).read("README.md"), "theirs");
    let kept = scene.running.wait("it to be kept", |_| {
        let kept = repo.git(&["for-each-ref", "--format=%(refname)", "refs/callboard/kept"]);
        kept.lines().next().map(str::to_owned)
    });
    assert_eq!(repo.git(&["show", &format!("{kept}:README.md")]), "mine");
}

#[test]
fn work_in_the_pool_is_kept_when_what_was_made_of_it_fails() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Configure", &[("callboard.toml", "[worktrees]\npool = 1\n"), ("ports", "3000")]);
    let scene = scene(&home, &repo);
    scene.new_named("first");
    let path = PathBuf::from(scene.pooled().path);
    repo.at(&path).write("README.md", "mine");
    // The base stays where it is, and whatever is made cannot be equipped.
    let template =
        "[[worktrees.templates]]\npath = \"ports\"\nreplace = { \"3000\" = \"{{none}}\" }\n";
    repo.write("callboard.toml", template);
    let new = || NewWorktree { name: Some("second".into()), ..NewWorktree::default() };
    let error = scene.running.engine.new_worktree(scene.workspace, new()).unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
    let kept = || {
        let kept = repo.git(&["for-each-ref", "--format=%(refname)", "refs/callboard/kept"]);
        kept.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let [first] = &kept()[..] else { panic!("{:?}", kept()) };
    assert_eq!(repo.git(&["show", &format!("{first}:README.md")]), "mine");
    assert_eq!(repo.git(&["branch", "--list", "second"]), "");
    assert!(!path.with_file_name("second").exists());

    // What is committed there is nobody's new worktree either.
    repo.write("callboard.toml", "[worktrees]\npool = 1\n");
    scene.new_named("third");
    let path = PathBuf::from(scene.pooled().path);
    let own = repo.at(&path).commit("Mine", &[("own.rs", "")]);
    let second = scene.running.engine.new_worktree(scene.workspace, new()).unwrap();
    assert_eq!(repo.at(Path::new(&second.path)).head(), repo.head());
    let leads_to_it =
        |name: &String| repo.try_git(&["merge-base", "--is-ancestor", &own, name]).status.success();
    assert!(kept().iter().any(leads_to_it), "{:?}", kept());
}

#[test]
fn a_submodule_with_work_of_its_own_keeps_a_worktree() {
    let mut home = HermeticHome::new();
    // Git clones submodules from files only where that is allowed (CVE-2022-39253).
    for (name, value) in [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "protocol.file.allow"),
        ("GIT_CONFIG_VALUE_0", "always"),
    ] {
        home.set(name, value);
    }
    let repo = Repo::new(&home);
    let library = Repo::named(&home, "library");
    library.commit("Ignore", &[(".gitignore", ".env\nnode_modules/\n")]);
    repo.git(&["submodule", "--quiet", "add", library.path().to_str().unwrap(), "lib"]);
    repo.commit("Library", &[]);
    let scene = scene(&home, &repo);
    let made = scene.new_named("work");
    wait_for_setup(&scene, "work");
    let tree = repo.at(Path::new(&made.path));
    tree.git(&["submodule", "--quiet", "update", "--init"]);
    let inner = tree.at(&tree.path().join("lib"));
    inner.git(&["switch", "-q", "-c", "mine"]);
    let refused = |why: &str| {
        let error = scene.remove("work").unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert_eq!(scene.show("work").state, WorktreeState::Ready);
        assert!(inner.path().join("README.md").exists());
    };
    let tip = inner.commit("Own", &[("own.rs", "")]);
    refused("the submodule");
    tree.commit("Point to it", &[]);
    refused("has commits that are on no remote");
    // Left behind, so that only its own log leads to it.
    inner.git(&["reset", "-q", "--hard", "HEAD~1"]);
    tree.git(&["reset", "-q", "--hard", "HEAD~1"]);
    refused("has commits that are on no remote");
    inner.git(&["push", "-q", "origin", &format!("{tip}:refs/heads/mine")]);
    inner.write("node_modules/x", "fetched again");
    inner.write(".env", "SECRET=1");
    refused("lib/.env");
    inner.remove(".env");
    scene.remove("work").unwrap();
    assert!(!tree.path().exists());
    assert_eq!(library.git(&["rev-parse", "mine"]), tip);

    scene.restore("work").unwrap();
    tree.git(&["submodule", "--quiet", "update", "--init"]);
    assert!(inner.path().join("README.md").exists());
}
