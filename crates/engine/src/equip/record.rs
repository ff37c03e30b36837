//! What a worktree was given, kept in `$CALLBOARD_HOME/equipped/NAME-HASH/`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use callboard_os::host::ProcessId;
use serde::{Deserialize, Serialize};

use super::{Equip, EquipError, ports, venv};

const FOLDER: &str = "equipped";
const RECORD: &str = "equipment.json";
const SERVER_LOG: &str = "run.log";

/// What a worktree was given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Equipped {
    /// Variables for everything that runs in it.
    pub environment: BTreeMap<String, String>,
    /// Its ports, by name.
    pub ports: BTreeMap<String, u16>,
    /// Where its development server answers.
    pub url: Option<String>,
    /// Its database: a name, or a file.
    pub database: Option<String>,
    /// The database was made.
    pub has_database: bool,
    /// It was brought up to date.
    pub is_migrated: bool,
    /// The address of the database that it is a copy of.
    pub database_source: Option<String>,
    /// The log of its scripts.
    pub log: PathBuf,
    /// Files that were written, from its root, with the hash of what was.
    pub written: BTreeMap<PathBuf, String>,
    /// Tracked files whose change is kept out of status and commits.
    pub hidden: Vec<PathBuf>,
    /// Links into the main checkout.
    pub shared: Vec<PathBuf>,
    /// Folders copied from the main checkout.
    pub cloned: Vec<PathBuf>,
    /// Those of them in which links lead into the worktree by its whole path.
    pub linked: Vec<PathBuf>,
    /// Setup came to a good end.
    pub is_set_up: bool,
    /// Tracked files that setup changed.
    pub changed_tracked: Vec<PathBuf>,
    /// What they were then, by which it is known whether somebody changed them since.
    pub setup_left: BTreeMap<PathBuf, String>,
    /// What its user should know.
    pub remarks: Vec<String>,
    /// The development server.
    pub server: Option<ProcessId>,
}

impl Equipped {
    /// The log of the development server.
    #[must_use]
    pub fn server_log(&self) -> PathBuf {
        self.log.with_file_name(SERVER_LOG)
    }

    pub(super) fn remark(&mut self, text: String) {
        if !self.remarks.contains(&text) {
            self.remarks.push(text);
        }
    }
}

/// The hash by which a file is known to be as it was written.
pub(super) fn hash(content: &[u8]) -> String {
    format!("{:016x}", xxhash_rust::xxh3::xxh3_64(content))
}

/// What lies at a path now, as a short text: the same for the same content.
pub(super) fn state_of(path: &Path) -> String {
    if let Ok(target) = fs::read_link(path) {
        return format!("link {}", hash(target.as_os_str().as_encoded_bytes()));
    }
    fs::read(path).map_or_else(|_| "gone".to_owned(), |content| hash(&content))
}

/// The folder of records.
pub(super) fn folder_of_all(home: &Path) -> PathBuf {
    home.join(FOLDER)
}

/// The folder of a worktree's record and logs.
pub(super) fn folder(home: &Path, top: &Path) -> PathBuf {
    let name = top.file_name().unwrap_or_default().to_string_lossy();
    let hash = hash(top.as_os_str().as_encoded_bytes());
    folder_of_all(home).join(format!("{name}-{hash}"))
}

/// What the worktree at `top` was given; `None` if nothing was.
///
/// # Errors
/// When the record cannot be read.
pub fn load(home: &Path, top: &Path) -> Result<Option<Equipped>, EquipError> {
    let path = folder(home, top).join(RECORD);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(EquipError::io("read what a worktree was given", &path)(cause)),
    };
    serde_json::from_slice(&text).map(Some).map_err(|cause| {
        EquipError::new(
            "read what a worktree was given",
            format!("{}: {cause}; it was left as it is", path.display()),
            "move the file away; the worktree is then equipped anew",
        )
    })
}

pub(super) fn load_or_begin(equip: &Equip<'_>) -> Result<Equipped, EquipError> {
    let folder = folder(equip.home, equip.top);
    fs::create_dir_all(&folder)
        .map_err(EquipError::io("keep what a worktree is given", &folder))?;
    let mut equipped = load(equip.home, equip.top)?.unwrap_or_default();
    equipped.log = equip.log.map_or_else(|| folder.join("setup.log"), Path::to_owned);
    Ok(equipped)
}

pub(super) fn save(home: &Path, top: &Path, equipped: &Equipped) -> Result<(), EquipError> {
    let path = folder(home, top).join(RECORD);
    // Setup goes on while its worktree is moved: two may write at once.
    let draft = path.with_extension(format!("draft-{}", callboard_store::fresh_name()));
    let write = || {
        // Passwords stand in it.
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(equipped)?)?;
        file.sync_all()?;
        fs::rename(&draft, &path)
    };
    let written = write().inspect_err(|_| {
        // It is nobody's file.
        let _ = fs::remove_file(&draft);
    });
    written.map_err(EquipError::io("keep what a worktree is given", &path))
}

/// Forgets what a worktree was given, with the logs of its scripts.
///
/// # Errors
/// When the disk refuses.
pub fn forget(home: &Path, top: &Path) -> Result<(), EquipError> {
    let folder = folder(home, top);
    match fs::remove_dir_all(&folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(EquipError::io("forget what a worktree was given", &folder)(cause))
        }
        _ => Ok(()),
    }
}

/// Notes that a worktree was moved: what it was given is its own at the new place too.
///
/// # Errors
/// When the disk refuses.
pub fn moved(home: &Path, from: &Path, to: &Path) -> Result<(), EquipError> {
    let (before, after) = (folder(home, from), folder(home, to));
    if !before.is_dir() {
        return Ok(());
    }
    fs::rename(&before, &after).map_err(EquipError::io("keep what a worktree is given", &after))?;
    ports::moved(home, from, to)?;
    let Some(mut equipped) = load(home, to)? else { return Ok(()) };
    equipped.log = after.join("setup.log");
    for path in equipped.cloned.iter().filter(|path| venv::is_one(&to.join(path))) {
        venv::turn(&to.join(path), from, to).map_err(EquipError::io("mend a venv", path))?;
    }
    for path in &equipped.linked {
        callboard_os::copy::turn_links(&to.join(path), (from, to))
            .map_err(EquipError::io("turn links", path))?;
    }
    save(home, to, &equipped)
}
