//! The pull requests of branches that are changesets, or as which reviews were sent. They are asked for when branches of a
//! remote moved, when a review is opened, and when somebody wants to know; what was told last is kept.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use callboard_git::Git;
use callboard_git::remote::web_page;
use callboard_git::send::{address_of, remote_of};
use callboard_model::changeset::Changeset;
use callboard_model::pull_request::PullRequest;
use callboard_model::review::{Review, Sent, SentBranch};
use callboard_model::view::{PullRequestView, ReviewView};
use callboard_model::{ChangesetKey, ReviewId, Timestamp, WorkspaceId};
use callboard_store::{Result as StoreResult, Snapshot};
use serde::{Deserialize, Serialize};

use crate::changes::fetched_name;
use crate::github::Gh;
use crate::query::sent_branch_view;
use crate::{Engine, EngineError};

/// What a remote told last of its pull requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PullRequests {
    remote: String,
    /// When it was asked.
    #[serde(default)]
    asked_at: Option<Timestamp>,
    /// One of each branch.
    all: Vec<PullRequest>,
}

/// Whose turn it is to ask for the pull requests of each workspace.
#[derive(Debug, Default)]
pub(crate) struct Asking(Mutex<BTreeMap<WorkspaceId, Arc<Turn>>>);

#[derive(Debug, Default)]
struct Turn {
    /// One at a time: an older answer never takes the place of a newer one.
    alone: Mutex<()>,
    /// Somebody waits for its turn, and asks for all who come until then.
    is_awaited: AtomicBool,
}

impl Asking {
    fn turn(&self, workspace: WorkspaceId) -> Arc<Turn> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(workspace).or_default())
    }
}

impl PullRequests {
    pub(crate) fn of(s: &Snapshot<'_>, workspace: WorkspaceId) -> StoreResult<Self> {
        let kept = s.setting(&pull_requests_setting(workspace))?;
        Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default())
    }

    /// That of a changeset.
    pub(crate) fn of_changeset(&self, of: &Changeset) -> Option<PullRequestView> {
        self.find(&name_at(&self.remote, of)?)
    }

    /// That of a branch that a review was sent as.
    pub(crate) fn of_sent(&self, branch: &str) -> Option<PullRequestView> {
        self.find(branch)
    }

    /// That of a branch, as its service tells of it.
    pub(crate) fn of_branch(&self, branch: &str) -> Option<PullRequest> {
        self.all.iter().rev().find(|one| one.branch == branch).cloned()
    }

    /// Whether all branches of what was sent were merged onto its base, as they were sent.
    pub(crate) fn has_merged(&self, sent: &Sent) -> bool {
        let merged = |branch: &SentBranch| {
            let of = |one: &&PullRequest| one.branch == branch.branch && one.state == "merged";
            self.all.iter().filter(of).any(|one| {
                one.head.as_ref() == Some(&branch.to) && one.onto.as_ref() == Some(&sent.base)
            })
        };
        self.remote == sent.remote && !sent.branches.is_empty() && sent.branches.iter().all(merged)
    }

    /// Those that changesets were sent as in reviews that are open, with the changesets' keys.
    pub(crate) fn of_reviews(&self, reviews: &[Review]) -> Vec<(String, PullRequestView)> {
        let mut all = Vec::new();
        for review in reviews {
            for branch in review.sent.iter().flat_map(|sent| &sent.branches) {
                let told = self.find(&branch.branch);
                let told = told.or_else(|| sent_branch_view(branch.clone()).pull_request);
                let keys = review.members.iter().map(|member| member.changeset.key.to_string());
                let own = keys.filter(|key| branch.member.as_ref().is_none_or(|of| of == key));
                all.extend(
                    own.zip(std::iter::repeat(told)).filter_map(|(key, told)| Some((key, told?))),
                );
            }
        }
        all
    }

    /// When the remote was asked last; `None` if it never was.
    pub(crate) fn asked_at(&self) -> Option<Timestamp> {
        self.asked_at
    }

    /// What is told of those that a review was sent as, or that its members are.
    pub(crate) fn told_of(&self, review: &Review) -> Vec<Option<PullRequestView>> {
        let sent = review.sent.iter().flat_map(|sent| &sent.branches);
        let sent = sent.map(|branch| self.find(&branch.branch));
        sent.chain(review.members.iter().map(|one| self.of_changeset(&one.changeset))).collect()
    }

    /// The numbers of those that a review was sent as, or that its members are.
    pub(crate) fn numbers_of(&self, review: &Review) -> Vec<u64> {
        let sent = review.sent.iter().flat_map(|sent| &sent.branches);
        let sent = sent.map(|branch| (branch.branch.clone(), branch.number));
        let names = review.members.iter().filter_map(|one| name_at(&self.remote, &one.changeset));
        let mut all: Vec<u64> = Vec::new();
        for (branch, known) in sent.chain(names.map(|name| (name, None))) {
            let found = self.all.iter().find(|one| one.branch == branch).map(|one| one.number);
            all.extend(found.or(known).filter(|number| !all.contains(number)));
        }
        all
    }

    fn find(&self, branch: &str) -> Option<PullRequestView> {
        self.all.iter().find(|one| one.branch == branch).map(PullRequest::view)
    }
}

/// What the branch of a changeset is called at a remote.
fn name_at(remote: &str, of: &Changeset) -> Option<String> {
    match &of.key {
        ChangesetKey::Worktree(_) => of.branch.clone(),
        key => fetched_name(key)?.strip_prefix(&format!("{remote}/")).map(str::to_owned),
    }
}

/// Under which it is kept what a remote told last.
pub(crate) fn pull_requests_setting(workspace: WorkspaceId) -> String {
    format!("pull_requests.{workspace}")
}

impl Engine {
    /// Has pull requests asked for, while whoever wants that goes on.
    pub(crate) fn look_for_pull_requests(self: &Arc<Self>, workspace: WorkspaceId) {
        let turn = self.asking_gh.turn(workspace);
        if turn.is_awaited.swap(true, Ordering::SeqCst) {
            return;
        }
        let engine = Arc::clone(self);
        std::thread::spawn(move || {
            let asked = engine.ask_for_pull_requests(workspace);
            if let Err(error) = asked {
                // Nobody asked: not to be signed in is no news.
                tracing::debug!(%error, %workspace, "pull requests are as they were told last");
            }
        });
    }

    /// Asks for the pull requests of a review's branches, and of all others of its repository.
    ///
    /// # Errors
    /// When the remote is not on GitHub, or `gh` is not installed, not signed in, or fails: what was known stays.
    pub fn refresh_review(&self, id: ReviewId) -> Result<ReviewView, EngineError> {
        let workspace = self.review(id)?.workspace;
        if !self.ask_for_pull_requests(workspace)? {
            return Err(EngineError::Refused {
                text: "nothing is known of pull requests: `gh` is not installed or turned off, or the remote is not on GitHub; nothing was changed".into(),
                hint: "install GitHub's command line (`gh`), and sign in with `gh auth login`; `reviews.gh` in callboard.toml turns it off",
            });
        }
        self.review(id)
    }

    /// Asks for the pull requests of a workspace; gives whether there is somebody to ask.
    fn ask_for_pull_requests(&self, workspace: WorkspaceId) -> Result<bool, EngineError> {
        let turn = self.asking_gh.turn(workspace);
        let _alone = turn.alone.lock().unwrap_or_else(PoisonError::into_inner);
        turn.is_awaited.store(false, Ordering::SeqCst);
        let failed = |text: String| EngineError::Refused {
            text: format!("{text}; nothing was changed"),
            hint: "see that `gh pr list` works here; `gh auth login` signs in",
        };
        let root = self.root_of_workspace(workspace)?;
        let git = Git::at(&root);
        let base = self.base_at(&root)?;
        let remote = remote_of(&git, &base.branch).map_err(|error| failed(error.to_string()))?;
        let Some(remote) = remote else { return Ok(false) };
        let page = address_of(&git, &remote).and_then(|address| web_page(&address));
        let Some(gh) = self.gh((workspace, &root), page.as_deref()) else { return Ok(false) };
        let told = gh.pull_requests().map_err(failed)?;
        let mut all: Vec<PullRequest> = Vec::new();
        for one in told {
            match all.iter_mut().find(|known| known.branch == one.branch) {
                // The newest of a branch, but one that is over gives way to one that is open.
                Some(known) if known.state != "open" && one.state == "open" => *known = one,
                Some(_) => {}
                None => all.push(one),
            }
        }
        with_previews(&gh, &mut all);
        let now = PullRequests { remote, asked_at: Some(self.now()), all };
        let known = now.clone();
        self.ask(move |core| core.take_pull_requests(workspace, &known))?;
        self.finish_merged(workspace)?;
        self.ask_for_comments(workspace, &gh, &now)?;
        Ok(true)
    }
}

/// Gives those their previews that no check leads to. Not all who may read a repository may see its deployments.
fn with_previews(gh: &Gh, all: &mut [PullRequest]) {
    let lacks = |one: &PullRequest| one.state == "open" && one.preview.is_none();
    if !all.iter().any(lacks) {
        return;
    }
    match gh.previews() {
        Ok(previews) => {
            for one in all.iter_mut().filter(|one| lacks(one)) {
                let found = previews.iter().find(|(number, _)| *number == one.number);
                one.preview = found.map(|(_, url)| url.clone());
            }
        }
        Err(error) => tracing::debug!(error, "previews are those that checks lead to"),
    }
}
