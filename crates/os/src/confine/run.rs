//! A script that is held to what it needs, and what became of it.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use callboard_model::receipt::Confinement;

use super::Confine;
use crate::script::{Script, ScriptError};

/// A script that is held to what it needs.
#[derive(Debug, Clone)]
pub struct ConfinedScript {
    pub(super) script: Script,
    pub(super) confine: Confine,
}

/// What became of a confined script.
#[derive(Debug)]
pub struct ConfinedRun {
    /// How it ended.
    pub ended: Result<(), ScriptError>,
    /// What held it; `None` where it was not even started.
    pub confinement: Option<Confinement>,
    /// Bytes in the middle of its output that its log has not.
    pub left_out_bytes: u64,
}

impl ConfinedScript {
    pub(crate) fn new(script: Script, confine: &Confine) -> Self {
        Self { script, confine: confine.clone() }
    }

    /// Runs it to its end, telling each line that it writes, then ends all that it left running.
    pub fn run(&self, told: &mut dyn FnMut(&str)) -> ConfinedRun {
        match Temp::make() {
            Ok(temp) => self.run_with(&temp.0, told),
            Err(cause) => self.not_begun(cause),
        }
    }

    pub(super) fn not_begun(&self, cause: io::Error) -> ConfinedRun {
        let ended = Err(self.script.no_start(cause));
        ConfinedRun { ended, confinement: None, left_out_bytes: 0 }
    }

    /// Runs it by what this system has: a sandbox that is a command of its own, or nothing.
    #[cfg(not(target_os = "linux"))]
    fn run_with(&self, temp: &Path, told: &mut dyn FnMut(&str)) -> ConfinedRun {
        let (before, confinement) = super::seatbelt::way(&self.confine, temp);
        let folder = ("TMPDIR".to_owned(), temp.to_string_lossy().into_owned());
        let script = self.script.clone().envs([(&folder.0, &folder.1)]).behind(before);
        let ended = script.run(told);
        ConfinedRun { ended, confinement: Some(confinement), left_out_bytes: 0 }
    }
}

/// A folder for a command's temporary files, gone with this.
struct Temp(PathBuf);

/// The beginning of its name; behind it stand the number of the process that made it, and its own.
const TEMP: &str = "callboard-confined-";

impl Temp {
    fn make() -> io::Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        static TIDIED: Once = Once::new();
        // The usual one may be memory, of which a command has only so much.
        let on_disk = Path::new("/var/tmp");
        let is_chosen = std::env::var_os("TMPDIR").is_some() || !on_disk.is_dir();
        let folder = if is_chosen { std::env::temp_dir() } else { on_disk.to_owned() };
        TIDIED.call_once(|| remove_left(&folder));
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{TEMP}{}-{number}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

/// Removes the folders of processes that are gone.
fn remove_left(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(TEMP)) else { continue };
        let maker = rest.split('-').next().and_then(|pid| pid.parse().ok());
        let is_left = maker.is_some_and(|pid| {
            pid == std::process::id() || crate::process::is_running(pid, None) == Some(false)
        });
        if is_left {
            let _ = crate::remove::folder(&entry.path());
        }
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = crate::remove::folder(&self.0);
    }
}
