use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use callboard_engine::{EngineError, WorktreesWanted};
use callboard_model::WorkspaceId;
use callboard_model::view::{
    AdoptWorktree, CollectWorktrees, NewTask, NewWorktree, RemoveWorktree, RestoreWorktree,
    SetupStep, WorktreeView,
};
use callboard_model::worktree::WorktreeState;
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;
use crate::transcripts::{Claude, append};

pub(crate) struct Scene {
    pub(crate) running: Running,
    pub(crate) workspace: WorkspaceId,
}

pub(crate) fn scene(home: &HermeticHome, repo: &Repo<'_>) -> Scene {
    let running = Running::start(home);
    let workspace = running.register(repo);
    Scene { running, workspace }
}

impl Scene {
    pub(crate) fn new_named(&self, name: &str) -> WorktreeView {
        let new = NewWorktree { name: Some(name.into()), ..NewWorktree::default() };
        self.running.engine.new_worktree(self.workspace, new).unwrap()
    }

    fn refused(&self, new: NewWorktree) -> String {
        self.running.engine.new_worktree(self.workspace, new).unwrap_err().to_string()
    }

    fn list(&self) -> Vec<WorktreeView> {
        let wanted = WorktreesWanted { removed: true, status: true };
        self.running.engine.worktrees(Some(self.workspace), wanted).unwrap()
    }

    pub(crate) fn show(&self, name: &str) -> WorktreeView {
        self.running.engine.worktree(Some(self.workspace), name).unwrap()
    }

    pub(crate) fn remove(
        &self,
        name: &str,
    ) -> Result<callboard_model::view::WorktreeRemoved, EngineError> {
        let how = RemoveWorktree { wait: true, ..RemoveWorktree::default() };
        self.running.engine.remove_worktree(Some(self.workspace), name, &how)
    }

    pub(crate) fn restore(&self, name: &str) -> Result<WorktreeView, EngineError> {
        self.running.engine.restore_worktree(
            Some(self.workspace),
            name,
            &RestoreWorktree::default(),
        )
    }

    /// Waits until a worktree is in the pool.
    pub(crate) fn pooled(&self) -> WorktreeView {
        self.running.wait("a worktree in the pool", |engine| {
            let all = engine.worktrees(Some(self.workspace), WorktreesWanted::default()).unwrap();
            all.into_iter().find(|tree| tree.state == WorktreeState::Pooled)
        })
    }
}

/// A process that does nothing in a folder; it ends when dropped.
struct Sleeper(Child);

impl Sleeper {
    fn in_folder(path: &Path) -> Self {
        Self(Command::new("sleep").arg("1000").current_dir(path).spawn().unwrap())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_worktree_of_a_task_is_named_like_it_and_cannot_push_to_the_base() {
    let home = HermeticHome::new();
    let repo = Repo::named(&home, "my äpp");
    let far = home.work().join("far.git");
    repo.git(&["clone", "-q", "--bare", ".", far.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", far.to_str().unwrap()]);
    repo.git(&["fetch", "-q"]);
    // With this, the push of a branch that git made from `origin/main` lands on `main`.
    repo.git(&["config", "push.default", "upstream"]);
    let scene = scene(&home, &repo);
    let task = NewTask { title: "Refactor the file watcher".into(), ..NewTask::default() };
    let task = scene.running.engine.create_task(scene.workspace, task).unwrap();
    let new = NewWorktree { task: Some(task), ..NewWorktree::default() };
    let made = scene.running.engine.new_worktree(scene.workspace, new.clone()).unwrap();
    assert_eq!(
        (made.name.as_str(), made.from.as_deref()),
        ("T1-refactor-file-watcher", Some("origin/main"))
    );
    assert_eq!(PathBuf::from(&made.path), home.work().join("my äpp.worktrees").join(&made.name));
    assert_eq!(scene.running.engine.task(task).unwrap().branch, made.branch);
    assert!(made.guarded);

    let tree = repo.at(Path::new(&made.path));
    assert!(tree.path().join(".callboard").is_symlink());
    assert_eq!(tree.status(), "");
    tree.commit("Work", &[("work", "1")]);
    let remote = repo.at(&far);
    let main = remote.git(&["rev-parse", "main"]);
    tree.git(&["push", "-q"]);
    assert!(!tree.try_git(&["push", "-q", "origin", "HEAD:main"]).status.success());
    assert_eq!(remote.git(&["rev-parse", "main"]), main);
    assert_eq!(remote.git(&["rev-parse", &made.name]), tree.head());

    let given = scene.running.engine.worktree_environment(made.id.unwrap()).unwrap();
    assert_eq!(given["CALLBOARD_TASK"], "T1");
    assert_eq!(given["CALLBOARD_WORKTREE"], made.name);
    assert_eq!(given["GIT_CONFIG_COUNT"], "3");

    // The task's branch is checked out already.
    assert!(scene.refused(new).contains("is checked out at"));
    let second = scene.new_named("other");
    assert_eq!(second.branch.as_deref(), Some("other"));
    let taken = NewWorktree { name: Some("other".into()), ..NewWorktree::default() };
    assert!(scene.refused(taken).contains("already"));
    let base = NewWorktree { branch: Some("main".into()), ..NewWorktree::default() };
    assert!(scene.refused(base).contains("the base itself"));
    let odd = NewWorktree { branch: Some("a..b".into()), ..NewWorktree::default() };
    assert!(scene.refused(odd).contains("cannot be the name of a branch"));
}

#[test]
fn the_next_worktree_comes_from_the_pool_at_the_bases_tip() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let scene = scene(&home, &repo);
    scene.new_named("first");
    let pooled = scene.pooled();
    let tip = repo.commit("Goes on", &[("later", "1")]);
    let second = scene.new_named("second");
    let tree = repo.at(Path::new(&second.path));
    assert_eq!((tree.head(), tree.read("later")), (tip, "1".into()));
    assert_eq!(tree.git(&["symbolic-ref", "HEAD"]), "refs/heads/second");
    assert_eq!((tree.status().as_str(), second.guarded), ("", true));
    let admin = tree.git(&["rev-parse", "--absolute-git-dir"]);
    assert!(admin.contains(".git/worktrees/"), "{admin}");
    let again = scene.pooled();
    assert_ne!(again.id, pooled.id);
    // It may be on its way to a newer tip just now, or another may have taken its place, by another name.
    scene.running.wait("a refusal", |_| {
        let refused = scene.remove(&scene.pooled().name).err().map(|error| error.to_string());
        refused.filter(|text| text.contains("pooled"))
    });
}

#[test]
fn removed_is_kept_and_comes_back() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Ignore", &[(".gitignore", ".env\n*.bin\nnode_modules/\n")]);
    let scene = scene(&home, &repo);
    let made = scene.new_named("wörk");
    let tree = repo.at(Path::new(&made.path));
    tree.commit("Unpushed", &[("a b", "1")]);
    tree.write("stashed", "1");
    tree.git(&["stash", "-q", "-u"]);
    tree.write("README.md", "staged");
    tree.git(&["add", "README.md"]);
    tree.write("README.md", "changed");
    tree.write("späce file", "untracked");
    tree.write(".env", "SECRET=1");
    tree.write("node_modules/x/y", "made again");
    let (status, head) = (tree.status(), tree.head());

    tree.write("large.bin", vec![1; 2 << 20]);
    let large = scene.remove("wörk").unwrap_err().to_string();
    assert!(large.contains("too large to be kept: large.bin"), "{large}");
    tree.remove("large.bin");

    let inside = Sleeper::in_folder(&tree.path().join("node_modules"));
    let lived_in = scene.remove("wörk").unwrap_err().to_string();
    assert!(lived_in.contains("sleep (") && lived_in.contains("left as it is"), "{lived_in}");
    drop(inside);

    let removed = scene.remove("wörk").unwrap();
    assert!(!Path::new(&made.path).exists() && !removed.branch_deleted);
    assert!(removed.freed.unwrap() > 0);
    assert_eq!(removed.kept_beside.len(), 1, "{:?}", removed.kept_beside);
    assert_eq!(removed.left_out, ["node_modules"]);
    assert_eq!(scene.show("wörk").state, WorktreeState::Removed);
    repo.git(&["branch", "-D", "wörk"]);
    repo.git(&["gc", "-q", "--prune=now"]);

    let back = scene.restore("wörk").unwrap();
    assert_eq!(
        (&back.path, &back.branch, back.state),
        (&made.path, &made.branch, WorktreeState::Ready)
    );
    assert_eq!((tree.status(), tree.head()), (status, head));
    assert_eq!((tree.read(".env"), tree.read("README.md")), ("SECRET=1".into(), "changed".into()));
    assert_eq!(tree.git(&["show", ":README.md"]), "staged");
    assert!(back.guarded);
    assert!(scene.restore("wörk").is_err(), "it is there");

    // A second removal is kept beside the first. What its setup writes would be refused to be lost.
    scene.running.wait("its setup", |engine| {
        let shown = engine.worktree(None, &made.path).unwrap();
        (shown.setup.as_deref() == Some("done")).then_some(())
    });
    let again = scene.remove(&made.path).unwrap();
    assert_ne!(again.kept, removed.kept);
    let other = home.work().join("elsewhere");
    let to = RestoreWorktree { path: Some(other.to_string_lossy().into_owned()) };
    scene.running.engine.restore_worktree(None, &again.kept, &to).unwrap();
    assert_eq!(repo.at(&other).read("späce file"), "untracked");
}

#[test]
fn a_running_session_a_merge_and_a_lock_keep_a_worktree() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let scene = scene(&home, &repo);
    let made = scene.new_named("busy");
    let tree = repo.at(Path::new(&made.path));
    let session = Claude::new("busy", tree.path());
    append(&session.path(&home, "p"), &session.prompt(1, "Work"));
    let (registry, pid) = (home.claude_config_dir().join("sessions"), std::process::id());
    fs::create_dir_all(&registry).unwrap();
    let entry =
        serde_json::json!({"pid": pid, "sessionId": "busy", "cwd": made.path, "status": "busy"});
    fs::write(registry.join(format!("{pid}.json")), entry.to_string()).unwrap();
    scene.running.wait("the session", |engine| {
        let view = engine.worktree(Some(scene.workspace), "busy").unwrap();
        (!view.running.is_empty()).then_some(())
    });
    let runs = scene.remove("busy").unwrap_err().to_string();
    assert!(runs.contains("S1 runs in"), "{runs}");
    let how = CollectWorktrees { idle_days: Some(0), ..CollectWorktrees::default() };
    let collected = scene.running.engine.collect_worktrees(Some(scene.workspace), &how).unwrap();
    assert_eq!(collected.worktrees[0].stays.as_deref(), Some("S1 runs in it"));
    assert!(tree.path().exists());

    let merging = scene.new_named("merging");
    let tree = repo.at(Path::new(&merging.path));
    tree.commit("Here", &[("both", "1")]);
    repo.commit("There", &[("both", "2")]);
    assert!(!tree.try_git(&["merge", "main"]).status.success());
    assert!(scene.remove("merging").unwrap_err().to_string().contains("a merge is not finished"));
    tree.git(&["merge", "--abort"]);
    repo.git(&["worktree", "lock", &merging.path]);
    assert!(scene.remove("merging").unwrap_err().to_string().contains("is locked"));
    assert!(scene.show("merging").kept.is_none());
    repo.git(&["worktree", "unlock", &merging.path]);
    scene.remove("merging").unwrap();
}

#[test]
fn worktrees_that_others_made_are_listed_and_adopted() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let scene = scene(&home, &repo);
    let place = |path: PathBuf, branch: Option<&str>| {
        let text = path.to_str().unwrap().to_owned();
        match branch {
            Some(branch) => repo.git(&["worktree", "add", "-q", "-b", branch, &text]),
            None => repo.git(&["worktree", "add", "-q", "--detach", &text]),
        };
        path
    };
    let claude = repo.path().join(".claude/worktrees/dazzling-penguin");
    place(claude.clone(), Some("worktree-dazzling-penguin"));
    let codex = place(home.codex_home().join("worktrees/ab12/repo"), None);
    place(home.work().join("by hand"), Some("mine"));
    let makers: Vec<(String, String)> =
        scene.list().into_iter().map(|tree| (tree.name, tree.made_by)).collect();
    for (name, maker) in [("dazzling-penguin", "claude"), ("repo", "codex"), ("by hand", "hand")] {
        assert!(makers.contains(&(name.into(), maker.into())), "{makers:?}");
    }
    let refused = scene.remove("dazzling-penguin").unwrap_err();
    assert!(refused.hint().unwrap().contains("adopt"), "{refused}");

    let adopt = |worktree: &str, name: Option<&str>, branch: Option<&str>| AdoptWorktree {
        worktree: worktree.into(),
        task: None,
        name: name.map(Into::into),
        branch: branch.map(Into::into),
        equip: false,
    };
    let engine = &scene.running.engine;
    let plain = engine.adopt_worktree(None, &adopt("dazzling-penguin", None, None)).unwrap();
    assert_eq!((plain.made_by.as_str(), plain.guarded), ("claude", true));
    assert_eq!(Path::new(&plain.path), claude);

    let taken = adopt(codex.to_str().unwrap(), Some("codexs"), Some("mine"));
    assert!(engine.adopt_worktree(None, &taken).unwrap_err().to_string().contains("already"));
    assert!(codex.exists());
    let renamed = adopt(codex.to_str().unwrap(), Some("codexs"), Some("codexs-work"));
    let renamed = engine.adopt_worktree(None, &renamed).unwrap();
    assert_eq!(Path::new(&renamed.path), home.work().join("repo.worktrees/codexs"));
    assert_eq!(renamed.branch.as_deref(), Some("codexs-work"));
    assert!(!codex.exists());
    assert_eq!(repo.at(Path::new(&renamed.path)).status(), "");
    scene.remove("codexs").unwrap();
    scene.restore("codexs").unwrap();
    assert!(
        scene
            .list()
            .iter()
            .all(|tree| tree.state != WorktreeState::External || tree.name == "by hand")
    );
}

#[test]
fn rows_follow_what_git_says() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let scene = scene(&home, &repo);
    let moved = scene.new_named("moved");
    let place = home.work().join("new place");
    repo.git(&["worktree", "move", &moved.path, place.to_str().unwrap()]);
    repo.at(&place).git(&["branch", "-m", "renamed"]);
    let seen = |name: &str| scene.list().into_iter().find(|tree| tree.name == name).unwrap();
    let now = seen("moved");
    assert_eq!((Path::new(&now.path), now.branch.as_deref()), (place.as_path(), Some("renamed")));
    assert_eq!((now.state, now.id), (WorktreeState::Ready, moved.id));

    let gone = scene.new_named("gone");
    repo.at(Path::new(&gone.path)).commit("Work", &[("work", "1")]);
    fs::remove_dir_all(&gone.path).unwrap();
    let told = seen("gone");
    assert_eq!(told.state, WorktreeState::Missing);
    let note = told.note.unwrap();
    assert!(note.contains("not by Callboard") && note.contains("is on gone"), "{note}");
    repo.git(&["worktree", "prune"]);
    assert!(seen("gone").note.unwrap().contains("git has forgotten it"));
    scene.remove("gone").unwrap();
    assert_eq!(repo.git(&["show", "gone:work"]), "1", "what was committed stays");

    let away = scene.new_named("away");
    let aside = home.work().join("aside");
    fs::rename(&away.path, &aside).unwrap();
    assert_eq!(seen("away").state, WorktreeState::Missing);
    fs::rename(&aside, &away.path).unwrap();
    assert_eq!(seen("away").state, WorktreeState::Ready);
}

#[test]
fn what_has_landed_is_proposed_and_collected() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let scene = scene(&home, &repo);
    let work = |name: &str| {
        let made = scene.new_named(name);
        let tree = repo.at(Path::new(&made.path));
        tree.commit(name, &[(name, "1")]);
        tree
    };
    let (merged, squashed, dirty) = (work("merged"), work("squashed"), work("dirty"));
    work("open");
    repo.git(&["merge", "-q", "--no-edit", "merged"]);
    repo.git(&["merge", "-q", "--squash", "squashed"]);
    repo.commit("Squashed", &[]);
    repo.git(&["merge", "-q", "--no-edit", "dirty"]);
    dirty.write("not committed", "1");
    scene.new_named("fresh");
    let engine = &scene.running.engine;
    let ask = CollectWorktrees { dry_run: true, ..CollectWorktrees::default() };
    let asked = engine.collect_worktrees(Some(scene.workspace), &ask).unwrap();
    let may_go = |collected: &callboard_model::view::Collected| {
        let may = collected.worktrees.iter().filter(|proposal| proposal.why.is_some());
        let mut names: Vec<String> = may.map(|proposal| proposal.worktree.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(may_go(&asked), ["merged", "squashed"]);
    assert!(merged.path().exists(), "it was only asked");
    let done =
        engine.collect_worktrees(Some(scene.workspace), &CollectWorktrees::default()).unwrap();
    assert!(done.freed > 0);
    assert!(!merged.path().exists() && !squashed.path().exists() && dirty.path().exists());
    assert!(!repo.git(&["branch", "--list", "merged"]).contains("merged"), "all of it is in main");
    let by_name = CollectWorktrees { names: vec!["dirty".into()], ..CollectWorktrees::default() };
    engine.collect_worktrees(Some(scene.workspace), &by_name).unwrap();
    assert!(!dirty.path().exists());
    let back = scene.restore("dirty").unwrap();
    assert_eq!(fs::read_to_string(Path::new(&back.path).join("not committed")).unwrap(), "1");
}

#[test]
fn a_branch_of_its_own_name_and_a_detached_head() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.branch("theirs");
    let scene = scene(&home, &repo);
    let new = NewWorktree { branch: Some("theirs".into()), ..NewWorktree::default() };
    let made = scene.running.engine.new_worktree(scene.workspace, new).unwrap();
    assert_eq!((made.name.as_str(), made.branch.as_deref()), ("theirs", Some("theirs")));
    let tree = repo.at(Path::new(&made.path));
    tree.git(&["switch", "-q", "--detach"]);
    let alone = tree.commit("On no branch", &[("alone", "1")]);
    assert!(scene.list().iter().any(|t| t.id == made.id && t.branch.is_none()));
    let removed = scene.remove("theirs").unwrap();
    assert!(!removed.branch_deleted);
    assert!(repo.git(&["branch", "--list", "theirs"]).contains("theirs"), "it was there before");
    repo.git(&["gc", "-q", "--prune=now"]);
    let back = scene.restore("theirs").unwrap();
    assert_eq!((repo.at(Path::new(&back.path)).head(), back.branch), (alone, None));
}

#[test]
fn what_was_being_made_when_the_daemon_ended_is_gone_and_work_in_it_stays() {
    use callboard_model::worktree::WorktreeFacts;
    use callboard_store::{Durability, LogKind, Store, WorktreeRow};
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let workspace = scene(&home, &repo).workspace;
    let half = |name: &str| {
        let path = home.work().join("repo.worktrees").join(name);
        repo.git(&["worktree", "add", "-q", "-b", name, path.to_str().unwrap()]);
        let facts =
            WorktreeFacts { made_branch: true, start: repo.head(), ..WorktreeFacts::default() };
        let state = WorktreeState::Preparing;
        let (name, branch) = (name.to_owned(), Some(name.to_owned()));
        WorktreeRow { workspace, name, path, branch, task: None, state, facts }
    };
    let (empty, worked_in, young) = (half("empty"), half("worked-in"), half("young"));
    fs::remove_file(empty.path.join("README.md")).unwrap();
    fs::write(worked_in.path.join("work"), "1").unwrap();
    let mut store = Store::open(&home.callboard_home()).unwrap();
    // Begun after the engine started: the engine itself is making it.
    let hour = callboard_os::clock::now().as_millisecond() + 3_600_000;
    let hour = callboard_model::Timestamp::from_millisecond(hour);
    for (row, at) in [(&young, Some(hour)), (&empty, None), (&worked_in, None)] {
        let now = at.unwrap_or_else(callboard_os::clock::now);
        let put =
            store.write(Durability::Full, now, |w| w.add_worktree(row, LogKind::WORKTREE, "you"));
        put.unwrap();
    }
    drop(store);
    let running = Running::start(&home);
    running.wait("both to be looked at", |engine| {
        let all = engine.worktrees(Some(workspace), WorktreesWanted::default()).unwrap();
        let of = |name: &str| all.iter().find(|tree| tree.name == name).map(|tree| tree.state);
        (of("empty").is_none() && of("worked-in") == Some(WorktreeState::Ready)).then_some(())
    });
    assert!(!empty.path.exists() && worked_in.path.join("work").exists());
    assert_eq!(repo.git(&["branch", "--list", "empty"]), "");
    assert!(young.path.join("README.md").exists());
    assert_ne!(repo.git(&["branch", "--list", "young"]), "");
}

#[test]
fn what_is_made_is_equipped_under_its_own_name_also_from_the_pool() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let project = "[worktrees]\nfolder = \"../trees of {{repo}}\"\nsetup = \"echo $CALLBOARD_WORKTREE > set-up.log\"\n\
                   [ports]\nnames = [\"web\"]\n";
    repo.commit("Configure", &[("callboard.toml", project), (".gitignore", ".env\n*.log\n")]);
    repo.write(".env", "PORT=3000\nCOMPOSE_PROJECT_NAME=app\n");
    let scene = scene(&home, &repo);
    let first = scene.new_named("first");
    let pooled = scene.pooled();
    assert_eq!(Path::new(&first.path), home.work().join("trees of repo/first"));
    let second = scene.new_named("second");
    assert_ne!(first.ports["web"], second.ports["web"]);
    for made in [&first, &second] {
        let env = fs::read_to_string(Path::new(&made.path).join(".env")).unwrap();
        let expected =
            format!("PORT={}\nCOMPOSE_PROJECT_NAME=repo_{}\n", made.ports["web"], made.name);
        assert_eq!(env, expected);
        scene.running.wait("its setup", |engine| {
            let shown = engine.worktree(None, &made.name).unwrap();
            (shown.setup.as_deref() == Some("done")).then_some(())
        });
        assert_eq!(repo.at(Path::new(&made.path)).status(), "");
    }
    assert!(!Path::new(&pooled.path).join(".git").exists() || scene.pooled().id != pooled.id);
    let given = scene.running.engine.worktree_environment(second.id.unwrap()).unwrap();
    assert_eq!(given["PORT"], second.ports["web"].to_string());
    scene.remove("second").unwrap();
    let back = scene.restore("second").unwrap();
    assert!(back.ports.contains_key("web"));
}

#[test]
fn an_adopted_worktree_gets_what_it_lacks_and_keeps_what_it_has() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let project = "[worktrees]\nbring = [\".env*\"]\nsetup = \"echo $CALLBOARD_WORKTREE >> set-up.log\"\n\
                   [[worktrees.templates]]\npath = \"ports.json\"\nreplace = { \"3000\" = \"{{port.web}}\" }\n\
                   [ports]\nnames = [\"web\"]\n\
                   [database]\nkind = \"sqlite\"\nfile = \"dev.db\"\nmigrate = \"echo migrated >> dev.db\"\n";
    let ignored = ".env*\n*.log\n*.db\n";
    repo.commit(
        "Configure",
        &[("callboard.toml", project), (".gitignore", ignored), ("ports.json", "3000\n")],
    );
    repo.write(".env", "PORT=3000\nSECRET=main\n");
    repo.write(".env.local", "PORT=3000\n");
    let scene = scene(&home, &repo);
    let tree = repo.worktree("theirs");
    let bare = repo.worktree("bare");
    tree.write(".env", "PORT=4000\nSECRET=mine\n");
    tree.write("ports.json", "3000 mine\n");
    tree.write("dev.db", "mine\n");
    let engine = &scene.running.engine;
    let adopt = |worktree: &Repo<'_>, equip: bool| {
        let worktree = worktree.path().to_str().unwrap().to_owned();
        engine.adopt_worktree(None, &AdoptWorktree { worktree, equip, ..Default::default() })
    };
    let wait_for_setup = |name: &str| {
        scene.running.wait("its setup", |engine| {
            let shown = engine.worktree(None, name).unwrap();
            (shown.setup.as_deref() == Some("done")).then_some(shown)
        })
    };

    let name = adopt(&tree, true).unwrap().name;
    let shown = wait_for_setup(&name);
    let port = shown.ports["web"];
    assert_eq!(tree.read(".env"), "PORT=4000\nSECRET=mine\n");
    assert_eq!(tree.read("ports.json"), "3000 mine\n");
    assert_eq!(tree.read("dev.db"), "mine\n");
    assert_eq!(tree.read(".env.local"), format!("PORT={port}\n"));
    assert_eq!(tree.read("set-up.log"), format!("{name}\n"));
    for left in
        [".env was there already and is left as it is; it has values of its own for PORT", "dev.db"]
    {
        assert!(shown.remarks.iter().any(|remark| remark.starts_with(left)), "{:?}", shown.remarks);
    }

    // One that was given nothing gets nothing by being removed and brought back; but when it is asked for.
    let bare_name = adopt(&bare, false).unwrap().name;
    scene.remove(&bare_name).unwrap();
    let back = scene.restore(&bare_name).unwrap();
    assert_eq!((back.setup, back.ports.len()), (None, 0));
    assert!(!bare.path().join(".env").exists());
    engine.set_up_worktree(None, &bare_name, SetupStep::Again).unwrap();
    let shown = wait_for_setup(&bare_name);
    assert_ne!(shown.ports["web"], port);
    let env = format!("PORT={}\nSECRET=main\n", shown.ports["web"]);
    assert_eq!((bare.read(".env"), bare.status()), (env, String::new()));
    assert_eq!(bare.read("dev.db"), "migrated\n");
}
