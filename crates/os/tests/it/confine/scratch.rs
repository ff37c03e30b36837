//! A checkout, a home with secrets and something that must survive, all of it scratch.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_model::receipt::{Confinement, Hold};
use callboard_os::confine::{Confine, ConfinedRun, secrets_of_home};
use callboard_os::script::Script;

/// How commands are confined in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By the best that the system has.
    Best,
    /// As where the system gives users no namespaces.
    WithoutNamespaces,
    /// As where it has no Landlock either: an old kernel in a container.
    LimitsAlone,
}

pub(super) const WAYS: [Way; 3] = [Way::Best, Way::WithoutNamespaces, Way::LimitsAlone];

pub(super) struct Scratch {
    folder: tempfile::TempDir,
    pub(super) confine: Confine,
    pub(super) time: Duration,
}

/// What became of a command.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) run: ConfinedRun,
    pub(super) log: String,
}

impl Ran {
    pub(super) fn confinement(&self) -> &Confinement {
        self.run.confinement.as_ref().unwrap_or_else(|| panic!("{self:?}"))
    }

    pub(super) fn passed(&self) -> &Self {
        assert!(self.run.ended.is_ok(), "{self:#?}");
        self
    }
}

impl Scratch {
    pub(super) fn new(way: Way) -> Self {
        // Not below the folder of temporary files, which a command does not see.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let root = folder.path();
        for name in ["checkout", "home/.ssh", "outside"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        fs::write(root.join("home/.ssh/id_x"), "the key").unwrap();
        fs::write(root.join("home/kept"), "kept").unwrap();
        fs::write(root.join("outside/kept"), "kept").unwrap();
        let mut confine = Confine::new(&program(root, way), &root.join("checkout"));
        confine.hidden = secrets_of_home(&root.join("home"));
        confine.memory_bytes = 512 << 20;
        confine.processes = 40;
        confine.disk_bytes = 64 << 20;
        Self { folder, confine, time: Duration::from_secs(30) }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command line in the checkout.
    pub(super) fn run(&self, line: &str) -> Ran {
        self.run_told(line, &mut |_| {})
    }

    pub(super) fn run_told(&self, line: &str, told: &mut dyn FnMut(&str)) -> Ran {
        let log = self.path("log");
        let _ = fs::remove_file(&log);
        let variable = |name: &str, value: String| (name.to_owned(), value);
        let env = [
            variable("PATH", std::env::var("PATH").unwrap()),
            variable("HOME", self.path("home").display().to_string()),
            variable("OUTSIDE", self.path("outside").display().to_string()),
        ];
        let run = Script::new(line, &self.path("checkout"), &log)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .time(self.time)
            .confined(&self.confine)
            .run(told);
        let log = fs::read(&log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log).chars().take(2_000).collect();
        let ran = Ran { run, log };
        assert!(ran.run.confinement.is_some(), "{ran:#?}");
        self.nothing_is_harmed();
        ran
    }

    /// What must survive whatever a command does.
    pub(super) fn nothing_is_harmed(&self) {
        assert_eq!(fs::read_to_string(self.path("home/.ssh/id_x")).unwrap(), "the key");
        for (folder, names) in [("home", vec![".ssh", "kept"]), ("outside", vec!["kept"])] {
            assert_eq!(fs::read_to_string(self.path(folder).join("kept")).unwrap(), "kept");
            let entries = fs::read_dir(self.path(folder)).unwrap();
            let mut found: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            found.sort();
            assert_eq!(found, names, "something is new in {folder}");
        }
    }

    /// Whether a command is confined as a test needs it, by what one that does nothing is told. Says why not.
    pub(super) fn holds(&self, what: fn(&Confinement) -> &Hold) -> bool {
        let ran = self.run("true");
        ran.passed();
        let hold = what(ran.confinement());
        if let Hold::NotHeld(why) = hold {
            eprintln!("skipped: {why}");
        }
        !matches!(hold, Hold::NotHeld(_))
    }
}

fn program(folder: &Path, way: Way) -> PathBuf {
    let real = PathBuf::from(env!("CARGO_BIN_EXE_confined"));
    let refused = match way {
        Way::Best => return real,
        Way::WithoutNamespaces => "namespaces",
        Way::LimitsAlone => "namespaces,landlock",
    };
    let path = folder.join("callboard");
    let text = format!("#!/bin/sh\nexec '{}' refused {refused} \"$@\"\n", real.display());
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}
