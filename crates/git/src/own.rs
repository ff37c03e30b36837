//! A bare repository of Callboard's own that borrows the objects of the user's: what is written for looking goes
//! there, and the user's repository is only read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::keep::KeepError;
use crate::locate::Checkout;
use crate::paths::bytes_of;
use crate::run::{Git, GitError};
use crate::tree::TreeError;

/// The trees that hold nothing, where objects are named by SHA-1 and by SHA-256.
const EMPTY: [&str; 2] = [
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74de5392c8",
];

/// Whether this is the tree that holds nothing.
pub(crate) fn is_empty_tree(tree: &str) -> bool {
    EMPTY.contains(&tree)
}

/// The tree that holds nothing, in the repository that has an object of this name.
pub(crate) fn empty_tree_beside(id: &str) -> &'static str {
    if id.len() > 40 { EMPTY[1] } else { EMPTY[0] }
}

/// Held while a repository of Callboard's own is made: two who make one at once meet each other's files.
pub(crate) static MAKING: Mutex<()> = Mutex::new(());

/// Makes the repository `store` if it is not there; the folder of the objects that it borrows.
pub(crate) fn make(store: &Path, checkout: &Checkout) -> Result<PathBuf, KeepError> {
    let borrowed = checkout.common_dir.join("objects");
    let alternates = store.join("objects/info/alternates");
    let mut line = bytes_of(&borrowed);
    line.push(b'\n');
    if fs::read(&alternates).is_ok_and(|known| known == line) {
        return Ok(borrowed);
    }
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if fs::read(&alternates).is_ok_and(|known| known == line) {
        return Ok(borrowed);
    }
    fs::create_dir_all(store).map_err(KeepError::io(store))?;
    let init = Git::at(store).call(["init", "--quiet", "--bare"]).arg(store);
    let kind = Git::at(&checkout.top).text(&["rev-parse", "--show-object-format"])?;
    init.env("GIT_DEFAULT_HASH", kind).bytes()?;
    let written: io::Result<()> =
        fs::create_dir_all(store.join("objects/info")).and_then(|()| fs::write(&alternates, line));
    written.map_err(KeepError::io(&alternates))?;
    Ok(borrowed)
}

/// Git in `folder`, which lies in a repository or is a bare one; it reads that and writes its objects into `store`,
/// which is made if it is not there.
///
/// # Errors
/// When there is no repository, or the disk refuses.
pub fn aside(folder: &Path, store: &Path) -> Result<Git, TreeError> {
    let asked = ["rev-parse", "--path-format=absolute", "--git-common-dir", "--show-cdup"];
    let told = Git::at(folder).text(&asked).map_err(|error| {
        if !error.to_string().contains("not a git repository") {
            return TreeError::from(error);
        }
        let what = format!("{} lies in no git repository", folder.display());
        TreeError::refused(what, "go into one, and try again")
    })?;
    // Git tells of conflicts from where it runs: the way up to the root is empty at the root and in a bare repository.
    let (common, up) = told.split_once('\n').unwrap_or((&told, ""));
    let objects = std::path::absolute(store.join("objects")).map_err(TreeError::io(store))?;
    fs::create_dir_all(&objects).map_err(TreeError::io(&objects))?;
    let git = Git::at(if up.is_empty() { folder.to_owned() } else { folder.join(up) });
    Ok(git.writing_to(&objects, &Path::new(common).join("objects")).alone())
}

/// Writes a commit that is the same whenever it is written of the same: its date is given, in seconds since 1970.
///
/// Git walks history by date; a commit that is older than its parents would make it walk all of it.
pub(crate) fn write_commit(
    git: &Git,
    tree: &str,
    parents: &[&str],
    message: &str,
    date: i64,
) -> Result<String, GitError> {
    let mut args = vec!["commit-tree", tree];
    for parent in parents {
        args.extend(["-p", parent]);
    }
    let mut call = git.call(args).input(message);
    for who in ["AUTHOR", "COMMITTER"] {
        call = call.env(&format!("GIT_{who}_NAME"), "Callboard");
        call = call.env(&format!("GIT_{who}_EMAIL"), "callboard@localhost");
        call = call.env(&format!("GIT_{who}_DATE"), format!("@{date} +0000"));
    }
    call.text()
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommitFacts {
    pub(crate) tree: String,
    /// When it was committed, in seconds since 1970.
    pub(crate) date: i64,
}

/// The facts of the commit `id`.
pub(crate) fn facts_of(git: &Git, id: &str) -> Result<CommitFacts, GitError> {
    let text = git.text(&["cat-file", "commit", id])?;
    let head = text.lines().take_while(|line| !line.is_empty());
    let mut facts = CommitFacts { tree: String::new(), date: 0 };
    for line in head {
        match line.split_once(' ') {
            Some(("tree", tree)) => tree.clone_into(&mut facts.tree),
            Some(("committer", who)) => {
                let date = who.rsplit(' ').nth(1).and_then(|date| date.parse().ok());
                facts.date = date.unwrap_or_default();
            }
            _ => {}
        }
    }
    Ok(facts)
}
