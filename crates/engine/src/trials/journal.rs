//! The folder of a trial, `$CALLBOARD_HOME/trials/NAME/`: its logs, and while it goes on what it made, so that the next
//! daemon can take it back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use callboard_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{EngineError, limits};

const FOLDER: &str = "trials";
const JOURNAL: &str = "trial.json";
const BEGIN: &str = "trial-";

/// What a trial makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    /// Its own name, which no other trial of this home has.
    pub(super) name: String,
    /// The main checkout of its repository.
    pub(super) root: PathBuf,
    /// Its worktree.
    pub(super) top: PathBuf,
}

impl Journal {
    /// Begins one, before anything of it is made; `top` tells where its worktree lies by its name.
    pub(super) fn begin(
        home: &Path,
        root: &Path,
        now: Timestamp,
        top: impl FnOnce(&str) -> PathBuf,
    ) -> Result<Self, EngineError> {
        let all = home.join(FOLDER);
        let mut number = now.as_millisecond();
        let begun = (|| {
            fs::create_dir_all(&all)?;
            let name = loop {
                let name = format!("{BEGIN}{number}");
                match fs::create_dir(all.join(&name)) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                    made => break made.map(|()| name),
                }
            }?;
            let journal = Self { top: top(&name), root: root.to_owned(), name };
            let text = serde_json::to_vec_pretty(&journal)?;
            callboard_os::file::write_whole(&journal.folder(home).join(JOURNAL), &text, None)?;
            Ok(journal)
        })();
        begun.map_err(|cause: io::Error| EngineError::Refused {
            text: format!("cannot write below {}: {cause}; nothing was run", all.display()),
            hint: "check the disk: its room, and whose the folder is",
        })
    }

    /// Notes that nothing of it is left but its logs.
    pub(super) fn end(&self, home: &Path) {
        let path = self.folder(home).join(JOURNAL);
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, path = %path.display(), "the next start takes back once more what a check was given");
        }
    }

    /// The folder of its logs, which is also the marker of what it starts.
    pub(super) fn folder(&self, home: &Path) -> PathBuf {
        home.join(FOLDER).join(&self.name)
    }

    /// The name of one of its logs.
    pub(super) fn log(&self, file: &str) -> String {
        format!("{}/{file}.log", self.name)
    }

    /// Those that have not ended.
    pub(super) fn left(home: &Path) -> Vec<Self> {
        let of = |name: String| {
            let path = home.join(FOLDER).join(name).join(JOURNAL);
            let text = fs::read(&path).ok()?;
            serde_json::from_slice(&text)
                .inspect_err(
                    |error| tracing::warn!(%error, path = %path.display(), "it is left as it is"),
                )
                .ok()
        };
        names(home).into_iter().filter_map(of).collect()
    }
}

/// The names of all trials of which something is kept, the newest first.
fn names(home: &Path) -> Vec<String> {
    let entries = fs::read_dir(home.join(FOLDER)).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| begun_at(name).is_some()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(begun_at(name)));
    names
}

/// When a trial began, in milliseconds, by its name.
fn begun_at(name: &str) -> Option<i64> {
    name.strip_prefix(BEGIN)?.parse().ok()
}

/// Where a log lies, by its name; `None` if that is no name of one.
pub(super) fn log_path(home: &Path, name: &str) -> Option<PathBuf> {
    let (trial, file) = name.split_once('/')?;
    begun_at(trial)?;
    let stem = file.strip_suffix(".log")?;
    let is_plain = !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_alphanumeric());
    is_plain.then(|| home.join(FOLDER).join(trial).join(file))
}

/// Takes away logs that are too old or too many.
pub(super) fn tidy_up(home: &Path, now: Timestamp) {
    let oldest = now.as_millisecond() - limits::TRIAL_LOG_AGE_MS;
    for (at, name) in names(home).iter().enumerate() {
        let folder = home.join(FOLDER).join(name);
        let is_due = at >= limits::TRIAL_LOGS || begun_at(name).is_some_and(|begun| begun < oldest);
        if is_due
            && !folder.join(JOURNAL).exists()
            && let Err(error) = callboard_os::remove::folder(&folder)
        {
            tracing::warn!(%error, path = %folder.display(), "logs of a check could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_trial_makes_is_known_until_it_ended_and_its_logs_for_a_while() {
        let home = tempfile::tempdir().unwrap();
        let now = Timestamp::from_millisecond(limits::TRIAL_LOG_AGE_MS);
        let begin =
            || Journal::begin(home.path(), Path::new("/r"), now, |name| Path::new("/w").join(name));
        let (first, second) = (begin().unwrap(), begin().unwrap());
        assert_ne!(first.name, second.name);
        assert_eq!(first.top, Path::new("/w").join(&first.name));
        assert_eq!(Journal::left(home.path()), [second.clone(), first.clone()]);
        first.end(home.path());
        assert_eq!(Journal::left(home.path()), std::slice::from_ref(&second));
        let log = log_path(home.path(), &first.log("1")).unwrap();
        fs::write(&log, "said").unwrap();
        let later = |ms: i64| Timestamp::from_millisecond(now.as_millisecond() + ms);
        tidy_up(home.path(), later(limits::TRIAL_LOG_AGE_MS));
        assert!(log.is_file());
        tidy_up(home.path(), later(limits::TRIAL_LOG_AGE_MS + 10));
        assert!(!log.exists() && second.folder(home.path()).is_dir());
    }

    #[test]
    fn only_logs_of_trials_have_names() {
        let home = Path::new("/h");
        let path = log_path(home, "trial-12/setup.log").unwrap();
        assert_eq!(path, Path::new("/h/trials/trial-12/setup.log"));
        for name in ["trial-12", "trial-12/trial.json", "trial-x/1.log", "../1.log"] {
            assert_eq!(log_path(home, name), None, "{name}");
        }
        assert_eq!(log_path(home, "trial-1/../../x.log"), None);
        assert_eq!(log_path(home, "trial-1/.log"), None);
    }
}
