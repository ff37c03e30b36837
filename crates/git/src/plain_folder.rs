//! A folder that is no repository, as trees: a bare repository of Callboard's own holds what lay in it at some moments. In
//! the folder itself nothing is written.
//!
//! Of files that are large, size and time of change stand for the content: photographs that were moved are told as moved,
//! and their disk is not filled twice.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::UNIX_EPOCH;

use crate::limits;
use crate::own::{MAKING, write_commit};
use crate::paths::bytes_of;
use crate::run::{Call, Git};
use crate::tree::TreeError;

/// Git changes no content on its way in: what is compared is what lies there (gitattributes(5)).
const AS_IT_IS: &str = "* -text -filter -ident -working-tree-encoding\n";

/// Where moments are kept, by name.
const MOMENTS: &str = "refs/callboard/moments/";

/// A folder that is no repository, and what is kept of it.
#[derive(Debug, Clone)]
pub struct PlainFolder {
    folder: PathBuf,
    store: PathBuf,
}

/// What lay in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderTree {
    /// A commit of the tree; of the same tree it is the same.
    pub commit: String,
    /// Repositories in it, and what may not be read, by path.
    pub left_out: Vec<PathBuf>,
}

impl PlainFolder {
    /// The folder, with what is kept of it in the bare repository `store`, which is made if it is not there.
    ///
    /// # Errors
    /// When git or the disk refuse.
    pub fn at(store: &Path, folder: &Path) -> Result<Self, TreeError> {
        let store = std::path::absolute(store).map_err(TreeError::io(store))?;
        let attributes = store.join("info/attributes");
        let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if !attributes.is_file() {
            fs::create_dir_all(&store).map_err(TreeError::io(&store))?;
            Git::at(&store)
                .call(["init", "--quiet", "--bare", "--template="])
                .arg(&store)
                .bytes()?;
            fs::create_dir_all(store.join("info"))
                .and_then(|()| fs::write(&attributes, AS_IT_IS))
                .map_err(TreeError::io(&attributes))?;
        }
        Ok(Self { folder: folder.to_owned(), store })
    }

    /// Git with what is kept of the folder.
    #[must_use]
    pub fn git(&self) -> Git {
        Git::at(&self.store).alone()
    }

    /// What lies in the folder now; a file that is no other than the last time is not read again. `is_read` tells of a path
    /// and a size in bytes whether the content is kept.
    ///
    /// # Errors
    /// When it holds more files than are followed, or git or the disk refuse.
    pub fn look(&self, is_read: impl Fn(&Path, u64) -> bool) -> Result<FolderTree, TreeError> {
        let found = files_of(&self.folder)?;
        let (read, large): (Vec<&Lies>, Vec<&Lies>) =
            found.files.iter().partition(|file| is_read(&file.path, file.bytes));
        let lying: BTreeSet<Vec<u8>> =
            found.files.iter().map(|file| bytes_of(&file.path)).collect();
        let listed = self.here(["ls-files", "-z"]).bytes()?;
        let gone = listed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        let gone = gone.filter(|path| !lying.contains(*path)).map(<[u8]>::to_vec);
        self.update(&["--force-remove"], gone.collect())?;
        self.update(
            &["--add", "--replace"],
            read.iter().map(|file| bytes_of(&file.path)).collect(),
        )?;
        self.put_stubs(&large)?;
        let tree = self.here(["write-tree"]).text()?;
        let commit = write_commit(&self.git(), &tree, &[], "What lay in the folder\n", 0)?;
        Ok(FolderTree { commit, left_out: found.left_out })
    }

    /// Brings the index up to the files at these paths.
    fn update(&self, how: &[&str], paths: Vec<Vec<u8>>) -> Result<(), TreeError> {
        if paths.is_empty() {
            return Ok(());
        }
        let mut call = self.here(["update-index", "-z"]);
        for word in how {
            call = call.arg(word);
        }
        let mut input = paths.join(&0);
        input.push(0);
        call.arg("--stdin").input(input).patient().through_locks()?;
        Ok(())
    }

    /// Puts a few words into the index for each of these files, in place of its content.
    fn put_stubs(&self, files: &[&Lies]) -> Result<(), TreeError> {
        if files.is_empty() {
            return Ok(());
        }
        let folder = self.store.join("stubs");
        fs::create_dir_all(&folder).map_err(TreeError::io(&folder))?;
        let mut names = Vec::new();
        for file in files {
            // With a zero byte it is no text to anybody.
            let words = format!("\0{} bytes, changed at {}\n", file.bytes, file.changed_ns);
            let stub = folder.join(names.len().to_string());
            fs::write(&stub, words).map_err(TreeError::io(&stub))?;
            names.extend_from_slice(&bytes_of(&stub));
            names.push(b'\n');
        }
        let hash = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
        let ids = self.here(hash).input(names).text()?;
        let mut entries = Vec::new();
        for (file, id) in files.iter().zip(ids.lines()) {
            entries.extend_from_slice(format!("100644 {id}\t").as_bytes());
            entries.extend_from_slice(&bytes_of(&file.path));
            entries.push(0);
        }
        self.here(["update-index", "-z", "--index-info"]).input(entries).through_locks()?;
        fs::remove_dir_all(&folder).map_err(TreeError::io(&folder))
    }

    /// Keeps a tree under a name.
    ///
    /// # Errors
    /// When git or the disk refuse.
    pub fn remember(&self, name: &str, commit: &str) -> Result<(), TreeError> {
        let call = self.git().call(["update-ref", &format!("{MOMENTS}{name}"), commit]);
        call.through_locks()?;
        Ok(())
    }

    /// The commit that is kept under a name.
    #[must_use]
    pub fn remembered(&self, name: &str) -> Option<String> {
        let args = ["rev-parse", "--verify", "--quiet", &format!("{MOMENTS}{name}")];
        self.git().text(&args).ok().filter(|id| !id.is_empty())
    }

    /// Git on the folder, configured by nobody.
    fn here<const N: usize>(&self, args: [&str; N]) -> Call {
        let call = Git::at(&self.folder).alone().call(args);
        call.env("GIT_DIR", &self.store)
            .env("GIT_WORK_TREE", &self.folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
    }
}

/// A file, by its path from the folder.
struct Lies {
    path: PathBuf,
    bytes: u64,
    /// When it was changed, in nanoseconds since 1970.
    changed_ns: u128,
}

/// What lies in a folder, by paths from it.
#[derive(Default)]
struct Lying {
    files: Vec<Lies>,
    left_out: Vec<PathBuf>,
}

fn files_of(folder: &Path) -> Result<Lying, TreeError> {
    let mut found = Lying::default();
    let mut folders = vec![PathBuf::new()];
    while let Some(within) = folders.pop() {
        let here = folder.join(&within);
        let entries = match fs::read_dir(&here) {
            Ok(entries) => entries,
            // What may not be read below it is left out; what is gone meanwhile is gone.
            Err(_) if !within.as_os_str().is_empty() => {
                found.left_out.push(within);
                continue;
            }
            Err(cause) => return Err(TreeError::io(&here)(cause)),
        };
        for entry in entries.flatten() {
            let path = within.join(entry.file_name());
            let Ok(about) = entry.metadata() else { continue };
            if about.is_dir() {
                sort_folder(entry.path().join(".git").exists(), path, &mut folders, &mut found);
            } else if about.is_file() || about.is_symlink() {
                let since = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                let changed_ns = since.map_or(0, |since| since.as_nanos());
                let bytes = if about.is_file() { about.len() } else { 0 };
                found.files.push(Lies { path, bytes, changed_ns });
            }
        }
        if found.files.len() + folders.len() > limits::FOLDER_FILES {
            return Err(TreeError::refused(
                format!("{} holds more than {} files", folder.display(), limits::FOLDER_FILES),
                "register the folder in it that the work is about",
            ));
        }
    }
    found.left_out.sort();
    Ok(found)
}

/// Callboard's own files are nobody's work, and a repository has a history of its own.
fn sort_folder(is_repository: bool, path: PathBuf, folders: &mut Vec<PathBuf>, found: &mut Lying) {
    if path.as_os_str() == ".callboard" || path.file_name().is_some_and(|name| name == ".git") {
        return;
    }
    if is_repository {
        found.left_out.push(path);
    } else {
        folders.push(path);
    }
}
