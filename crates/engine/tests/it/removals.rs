//! Removals that something comes between: a file saved, the daemon's end, work where nobody was expected.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_model::view::WorktreeView;
use callboard_model::worktree::{WorktreeFacts, WorktreeState};
use callboard_os::disk::folder_state;
use callboard_store::{Durability, LogKind, Store};
use callboard_testkit::{HermeticHome, Repo};

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
