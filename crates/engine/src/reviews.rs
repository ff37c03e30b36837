//! Reviews: changesets that are looked at, checked and landed as one.
//!
//! A review keeps its members as they were last looked at, and what they come to, merged in memory in the order in which
//! they land ([`combine`]). One thread merges anew when a changeset, a pair or the base is another one ([`follow`]), so that
//! nobody who looks at a review waits for it. Differences of files are told when they are asked for ([`diff`]).

mod checks;
mod combine;
mod comments;
mod commits;
mod diff;
mod follow;
mod help;
mod in_place;
mod land;
mod moves;
mod narrow;
mod open;
mod others;
mod send;
mod sent;

use std::path::PathBuf;

use callboard_git::Git;
use callboard_git::base::Base;
use callboard_git::tree::Trees;
use callboard_model::{ReviewId, WorkspaceId};

use crate::{Engine, EngineError};

pub(crate) use self::checks::{CHECKED, Checking};
pub use self::diff::DiffWanted;
pub(crate) use self::follow::{held, start};
pub(crate) use self::in_place::shared_with_others;
pub use self::land::HowToLand;
pub(crate) use self::land::LandingNow;
pub(crate) use self::moves::Remembered;
pub(crate) use self::open::{sentence, titled};
pub use self::send::HowToSend;

impl Engine {
    /// Git that reads the repository of a workspace and the trees of its changesets, and writes beside them.
    pub(crate) fn trees_of(&self, workspace: WorkspaceId) -> Result<Git, EngineError> {
        Ok(self.trees_at(workspace)?.git().clone())
    }

    /// The trees of the changesets of a workspace.
    fn trees_at(&self, workspace: WorkspaceId) -> Result<Trees, EngineError> {
        let root = self.root_of_workspace(workspace)?;
        Ok(Trees::at(&self.trees_store(workspace), &root)?)
    }

    /// The base of a workspace as it is now.
    fn base_now(&self, workspace: WorkspaceId) -> Result<Base, EngineError> {
        self.base_at(&self.root_of_workspace(workspace)?)
    }

    /// The main checkout of a workspace.
    pub(crate) fn root_of_workspace(&self, workspace: WorkspaceId) -> Result<PathBuf, EngineError> {
        let row = self.read(|s| Ok(s.workspace(workspace)?))?;
        let row = row.ok_or_else(|| EngineError::NotFound {
            what: format!("workspace {workspace}"),
            hint: "run `callboard up` in a repository",
        })?;
        Ok(row.row.root)
    }

    fn review_row(&self, id: ReviewId) -> Result<callboard_model::review::Review, EngineError> {
        self.read(|s| Ok(s.review(id)?))?.ok_or_else(|| EngineError::no_review(id))
    }
}
