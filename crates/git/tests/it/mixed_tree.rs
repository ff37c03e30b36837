use callboard_git::mixed_tree::{MixedTree, MixedTrees, Split};
use callboard_git::{Git, aside};
use callboard_testkit::{HermeticHome, Repo};

struct Scene<'h> {
    repo: Repo<'h>,
    git: Git,
    scratch: std::path::PathBuf,
}

impl<'h> Scene<'h> {
    fn new(home: &'h HermeticHome) -> Self {
        let repo = Repo::new(home);
        let scratch = home.callboard_home().join("store");
        let git = aside(repo.path(), &scratch).unwrap();
        Self { repo, git, scratch }
    }

    fn mixed(&self, base: &str, work: &str) -> MixedTrees {
        let split = |path: &str, old: Option<&str>, new: Option<&str>| {
            // "code|tests" on one line.
            let side =
                |text: &str| text.trim().split_once('|').map(|(a, b)| (a.to_owned(), b.to_owned()));
            let (old, new) = (old.map(side), new.map(side));
            let both = path.ends_with(".rs") && old.iter().chain(&new).all(Option::is_some);
            let (old, new) = (old.flatten(), new.flatten());
            let put = |code: &Option<(String, String)>, tests: &Option<(String, String)>| {
                let tests = tests.as_ref().map_or("", |tests| tests.1.as_str());
                code.as_ref().map(|code| format!("{}|{tests}", code.0))
            };
            both.then(|| Split { new_code: put(&new, &old), base_code: put(&old, &new) })
        };
        MixedTrees::of(&self.git, &self.scratch, (base, work), &split).unwrap()
    }

    /// The files of a tree with their contents, but for what is never changed.
    fn files(&self, tree: &MixedTree) -> Vec<(String, String)> {
        let format = "--format=%(objectmode) %(path)";
        let listed = self.git.text(&["ls-tree", "-r", "-z", format, &tree.commit]).unwrap();
        let read = |line: &str| {
            let (mode, path) = line.split_once(' ').unwrap();
            let text =
                self.git.text(&["cat-file", "blob", &format!("{}:{path}", tree.tree)]).unwrap();
            let mark = if mode == "100644" { "" } else { mode };
            (path.to_owned(), format!("{text}{mark}"))
        };
        let mut files: Vec<_> = listed.split_terminator('\0').map(read).collect();
        files.retain(|(path, _)| path != "README.md");
        files
    }
}

fn told(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn files_stand_with_their_side_wherever_they_moved() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let long = "a long line that git knows again\n".repeat(10);
    let base = scene.repo.commit(
        "Base",
        &[
            ("src/a.py", "code 1"),
            ("src/gone.py", "code"),
            ("src/moved.py", &long),
            ("tests/test_a.py", "test 1"),
            ("tests/test_gone.py", "test"),
            ("tests/test_moved.py", &format!("{long}t")),
            ("src/inline.rs", "c1|t1"),
            ("src/new_dir", "file"),
        ],
    );
    scene.repo.git(&["mv", "src/moved.py", "src/there.py"]);
    scene.repo.git(&["mv", "tests/test_moved.py", "tests/test_there.py"]);
    for path in ["src/gone.py", "tests/test_gone.py", "src/new_dir"] {
        scene.repo.remove(path);
    }
    let work = scene.repo.commit(
        "Work",
        &[
            ("src/a.py", "code 2"),
            ("src/new.py", "new code"),
            ("src/new_dir/x.py", "in a folder"),
            ("tests/test_a.py", "test 2"),
            ("tests/test_new.py", "new test"),
            ("src/inline.rs", "c2|t2"),
            ("src/added.rs", "c3|t3"),
        ],
    );
    let mixed = scene.mixed(&base, &work);
    let long = long.trim_end();
    assert_eq!(
        scene.files(&mixed.new_code),
        told(&[
            ("src/a.py", "code 2"),
            ("src/added.rs", "c3|"),
            ("src/inline.rs", "c2|t1"),
            ("src/new.py", "new code"),
            ("src/new_dir/x.py", "in a folder"),
            ("src/there.py", long),
            ("tests/test_a.py", "test 1"),
            ("tests/test_gone.py", "test"),
            ("tests/test_moved.py", &format!("{long}\nt")),
        ])
    );
    assert_eq!(
        scene.files(&mixed.base_code),
        told(&[
            ("src/a.py", "code 1"),
            ("src/gone.py", "code"),
            ("src/inline.rs", "c1|t2"),
            ("src/moved.py", long),
            ("src/new_dir", "file"),
            ("tests/test_a.py", "test 2"),
            ("tests/test_new.py", "new test"),
            ("tests/test_there.py", &format!("{long}\nt")),
        ])
    );
    assert_eq!((&*mixed.base.commit, &*mixed.work.commit), (&*base, &*work));
    assert!(!mixed.is_same_code() && !mixed.is_same_tests());
    // The same of the same is the same, and nothing of it is in the user's repository.
    assert_eq!(scene.mixed(&base, &work), mixed);
    assert!(!Git::at(scene.repo.path()).has_commit(&mixed.new_code.commit));
    let left = std::fs::read_dir(&scene.scratch).unwrap().flatten();
    assert!(left.map(|entry| entry.file_name()).all(|name| name == "objects"));
}

#[test]
fn where_one_side_is_as_it_was_no_tree_is_made() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let base = scene.repo.commit("Base", &[("a.py", "1"), ("test_a.py", "1"), ("c.rs", "c|t")]);
    let code = scene.repo.commit("Code", &[("a.py", "2"), ("c.rs", "d|t"), ("README.md", "x")]);
    let mixed = scene.mixed(&base, &code);
    assert!(mixed.is_same_tests() && !mixed.is_same_code());
    assert_eq!((&mixed.new_code, &mixed.base_code), (&mixed.work, &mixed.base));
    let tests =
        scene.repo.commit("Tests", &[("test_a.py", "2"), ("c.rs", "d|u"), ("conftest.py", "x")]);
    let mixed = scene.mixed(&code, &tests);
    assert!(mixed.is_same_code() && !mixed.is_same_tests());
    assert_eq!((&mixed.new_code, &mixed.base_code), (&mixed.base, &mixed.work));
    let same = scene.mixed(&tests, &tests);
    assert!(same.is_same_code() && same.is_same_tests());
}

#[test]
fn new_tests_have_what_they_need_where_the_base_can_be_built_with_it() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let manifest = "[dependencies]\na = \"1\"\n";
    let base = scene.repo.commit(
        "Base",
        &[("Cargo.toml", manifest), ("Cargo.lock", "a"), ("src/a.py", "1"), ("tests/a.py", "1")],
    );
    let gains = format!("{manifest}[dev-dependencies]\nb = \"1\"\n");
    let change = [("Cargo.lock", "a b"), ("src/a.py", "2"), ("tests/a.py", "2")];
    let work = scene.repo.commit("Gains", &[&change[..], &[("Cargo.toml", &gains)]].concat());
    let mixed = scene.mixed(&base, &work);
    let has = |tree: &MixedTree, path: &str| {
        scene.files(tree).into_iter().find(|(known, _)| known == path).unwrap().1
    };
    assert_eq!(has(&mixed.base_code, "Cargo.lock"), "a b");
    assert_eq!(has(&mixed.base_code, "Cargo.toml"), gains.trim_end());
    assert_eq!(has(&mixed.new_code, "Cargo.lock"), "a b");
    assert_eq!(has(&mixed.base_code, "src/a.py"), "1");

    scene.repo.git(&["reset", "-q", "--hard", &base]);
    let other = manifest.replace("\"1\"", "\"2\"");
    let work = scene.repo.commit("Other", &[&change[..], &[("Cargo.toml", &other)]].concat());
    let mixed = scene.mixed(&base, &work);
    assert_eq!(has(&mixed.base_code, "Cargo.lock"), "a");
    assert_eq!(has(&mixed.base_code, "Cargo.toml"), manifest.trim_end());
    assert_eq!(has(&mixed.new_code, "Cargo.toml"), other.trim_end());
}

#[test]
fn links_modes_and_strange_names_are_kept() {
    let home = HermeticHome::new();
    let scene = Scene::new(&home);
    let base = scene.repo.commit("Base", &[("a.py", "1"), ("tests/ä \"b\".sh", "1")]);
    scene.repo.git(&["update-index", "--chmod=+x", "tests/ä \"b\".sh"]);
    std::os::unix::fs::symlink("a.py", scene.repo.path().join("tests/link")).unwrap();
    scene.repo.write("a.py", "2");
    scene.repo.git(&["add", "a.py", "tests/link"]);
    scene.repo.git(&["commit", "-q", "-m", "Work"]);
    let mixed = scene.mixed(&base, &scene.repo.head());
    let listed = scene.git.text(&["ls-tree", "-r", "-z", &mixed.base_code.tree]).unwrap();
    let has = |mode: &str, path: &str| {
        listed
            .split('\0')
            .any(|line| line.starts_with(mode) && line.ends_with(&format!("\t{path}")))
    };
    assert!(has("100755", "tests/ä \"b\".sh") && has("120000", "tests/link"), "{listed}");
    assert_eq!(scene.git.text(&["show", &format!("{}:a.py", mixed.base_code.tree)]).unwrap(), "1");
}
