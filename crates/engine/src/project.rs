//! What a repository's `callboard.toml` says, and what one would say that has none.

mod detect;
mod propose;
mod validate;

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use callboard_model::project::{FILE, Project};

pub use crate::trust::fingerprint_of;
pub use propose::propose;

pub(crate) use detect::env_lines;

use crate::{EngineError, limits};

/// Why a `callboard.toml` cannot be used. Nothing is done by a part of it.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The file cannot be read.
    #[error("cannot read {}: {cause}; nothing was changed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// It says something that means nothing.
    #[error("{}, line {line}: {text}; none of it was used, and nothing was changed", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong there.
        text: String,
    },
    /// It says something that cannot be.
    #[error("{}, `{setting}`: {text}; none of it was used, and nothing was changed", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Such as `ports.block`.
        setting: String,
        /// What is wrong with it.
        text: String,
    },
}

impl From<ProjectError> for EngineError {
    fn from(error: ProjectError) -> Self {
        Self::Refused {
            text: error.to_string(),
            hint: "every setting stands in docs/configuration.md; `callboard init --print` shows an example",
        }
    }
}

/// What the `callboard.toml` of the checkout at `root` says; the defaults if there is none.
///
/// # Errors
/// When it cannot be read, or says what means nothing or cannot be.
pub fn read(root: &Path) -> Result<Project, ProjectError> {
    let path = root.join(FILE);
    match read_text(&path) {
        Ok(text) => parse(&path, &text),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Project::default()),
        Err(cause) => Err(ProjectError::Io { path, cause }),
    }
}

/// The main checkout that `folder` belongs to; the folder itself if it is in no repository.
#[must_use]
pub fn root_of(folder: &Path) -> PathBuf {
    callboard_git::locate(folder).map_or_else(|| folder.to_owned(), |checkout| checkout.main_top())
}

fn read_text(path: &Path) -> io::Result<String> {
    let file = callboard_os::file::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = String::new();
    file.take(limits::PROJECT_FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > limits::PROJECT_FILE_BYTES {
        return Err(io::Error::other("it is too long to be a configuration"));
    }
    Ok(text)
}

/// What `text`, the content of `path`, says.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Project, ProjectError> {
    let project: Project = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
        ProjectError::Syntax { path: path.to_owned(), line, text: error.message().to_owned() }
    })?;
    validate::validate(&project).map_err(|(setting, text)| ProjectError::Value {
        path: path.to_owned(),
        setting,
        text,
    })?;
    Ok(project)
}

/// When a file was changed, and its length; `None` where there is none.
type Stamp = Option<(SystemTime, u64)>;

/// What was read of repositories' `callboard.toml`, read anew when the file has changed.
#[derive(Debug, Default)]
pub(crate) struct Projects {
    known: Mutex<BTreeMap<PathBuf, (Stamp, Arc<Project>)>>,
}

impl Projects {
    /// What the file in the checkout at `root` says now.
    pub(crate) fn of(&self, root: &Path) -> Result<Arc<Project>, EngineError> {
        let stamp = stamp_of(&root.join(FILE));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, project)) = known.get(root)
            && *before == stamp
        {
            return Ok(project.clone());
        }
        let project = Arc::new(read(root)?);
        known.insert(root.to_owned(), (stamp, project.clone()));
        Ok(project)
    }
}

fn stamp_of(path: &Path) -> Stamp {
    let of = |meta: Metadata| Some((meta.modified().ok()?, meta.len()));
    path.metadata().ok().and_then(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(Path::new("callboard.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn what_means_nothing_is_refused_with_its_line() {
        assert_eq!(
            refusal("base = \"main\"\n\n[worktrees]\nset_up = \"make\"\n"),
            "callboard.toml, line 4: unknown field `set_up`, expected one of `folder`, `branch`, `pool`, `bring`, \
             `templates`, `share`, `clone`, `setup`, `teardown`, `run`, `setup_seconds`, `teardown_seconds`; \
             none of it was used, and nothing was changed"
        );
        assert!(refusal("base = ").starts_with("callboard.toml, line 1: "));
        assert!(refusal("[ports]\nblock = \"ten\"\n").contains("line 2: "));
    }

    #[test]
    fn a_changed_file_is_read_anew() {
        let dir = tempfile::tempdir().unwrap();
        let projects = Projects::default();
        assert_eq!(*projects.of(dir.path()).unwrap(), Project::default());
        std::fs::write(dir.path().join(FILE), "base = \"trunk\"").unwrap();
        assert_eq!(projects.of(dir.path()).unwrap().base.as_deref(), Some("trunk"));
        std::fs::write(dir.path().join(FILE), "base = \"develop\"").unwrap();
        assert_eq!(projects.of(dir.path()).unwrap().base.as_deref(), Some("develop"));
        std::fs::write(dir.path().join(FILE), "bas = 1").unwrap();
        let refused = projects.of(dir.path()).unwrap_err();
        assert!(refused.to_string().contains("line 1: unknown field `bas`"), "{refused}");
    }
}
