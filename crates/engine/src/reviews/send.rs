//! Sending a review to its remote: its commits are made, pushed to branches of its own, and pull requests opened of them.
//!
//! What is about to be sent is kept before it is, so that a daemon which was killed in between is followed by one that goes
//! on: what is pushed already is pushed by nobody again, and a pull request is looked for before one is opened.

use std::path::Path;
use std::sync::Arc;

use callboard_git::carry::{carry, let_go};
use callboard_git::landing::{Change, LANDING, Request, prepare};
use callboard_git::send::{
    Pushed, ToPush, address_of, commits_ahead, commits_at, push, push_addresses_of, remote_of,
};
use callboard_git::{Git, GitError, remote, worktree};
use callboard_model::ReviewId;
use callboard_model::review::{
    Combination, MadeOf, Review, SendAs, Sent, SentBranch, branch_words,
};
use callboard_model::view::{ReviewView, SendPlan};
use callboard_store::LogKind;
use serde_json::json;

use super::open::refuse_unless_open;
use crate::github::{Gh, ToOpen, page_to_open};
use crate::query::sent_branch_view;
use crate::{Engine, EngineError, limits};

/// Where the commits of a review that is at its remote are held.
pub(super) const SENT: &str = "refs/callboard/sent/";

/// How a review is sent.
#[derive(Debug, Clone, Default)]
pub struct HowToSend {
    /// As what.
    pub sent_as: SendAs,
    /// Though a check failed, has not ended, or was of what was there before.
    pub anyway: bool,
    /// The tree that its asker saw: no other one is sent.
    pub tree: Option<String>,
    /// The address that its asker saw: it is sent to no other one.
    pub address: Option<String>,
}

/// Where a review is sent to, and as which branches.
struct Sending {
    review: Review,
    combination: Combination,
    changes: Vec<Change>,
    sent: Sent,
    gh: Option<Gh>,
}

impl Engine {
    /// What would be pushed where, if a review were sent now. Nothing leaves the machine.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn sending_plan(&self, id: ReviewId, how: &HowToSend) -> Result<SendPlan, EngineError> {
        self.look_at_shared(&self.review_row(id)?);
        self.combine_review(id)?;
        self.receipt_to_land(id, how.anyway)?;
        self.refuse_hindered(id, how.anyway, "sent")?;
        let Sending { sent, combination, gh, .. } = self.sending(id, how.sent_as)?;
        Ok(SendPlan {
            sent_as: sent.sent_as,
            remote: sent.remote,
            address: sent.address,
            base: sent.base,
            opens: gh.is_some(),
            tree: combination.tree,
            branches: sent.branches.into_iter().map(sent_branch_view).collect(),
        })
    }

    /// Pushes the commits of a review to branches of its own at the remote of its base, and opens pull requests of them
    /// where `gh` can. Sent again, the same branches get what it is now.
    ///
    /// # Errors
    /// When it cannot be sent; what became of it at the remote is told by the review.
    pub fn send_review(&self, id: ReviewId, how: &HowToSend) -> Result<ReviewView, EngineError> {
        self.look_at_shared(&self.review_row(id)?);
        self.combine_review(id)?;
        self.receipt_to_land(id, how.anyway)?;
        self.refuse_hindered(id, how.anyway, "sent")?;
        let _driven = self.drive_landing(id).ok_or_else(|| EngineError::Conflict {
            text: format!("{id} lands or is sent just now; nothing was sent"),
            hint: "look again in a moment with `callboard review show`",
        })?;
        let sending = self.sending(id, how.sent_as)?;
        if how.tree.is_some() && how.tree != sending.combination.tree {
            return Err(EngineError::Conflict {
                text: format!("{id} has changed since you looked at it; nothing was sent"),
                hint: "look at it again",
            });
        }
        if how.address.as_ref().is_some_and(|seen| *seen != sending.sent.address) {
            return Err(EngineError::Conflict {
                text: format!(
                    "{} is pushed to elsewhere than you saw: {}; nothing was sent",
                    sending.sent.remote, sending.sent.address
                ),
                hint: "look at `git remote -v`, and send it again if that is right",
            });
        }
        let seen = sending.review.clone();
        let sent = self.commit_to_send(sending)?;
        let about = json!({ "to": "sending", "remote": sent.remote, "as": sent.sent_as });
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                refuse_unless_open(review)?;
                // News of pull requests and comments count as changes, and are none of what is sent.
                if *review != (Review { revision: review.revision, ..seen }) {
                    return Err(EngineError::Conflict {
                        text: format!("{id} has changed meanwhile; nothing was sent"),
                        hint: "look at it again",
                    });
                }
                review.sent = Some(sent);
                // What became of an earlier landing is no news of what is at its remote.
                review.landing = None;
                Ok(())
            })
        })?;
        self.go_on_sending(id)?;
        self.review(id)
    }

    /// Where a review goes to, and what each branch is called there.
    fn sending(&self, id: ReviewId, sent_as: SendAs) -> Result<Sending, EngineError> {
        let review = self.review_row(id)?;
        let base = self.base_now(review.workspace)?;
        let is_fit = |one: &Combination| one.base == base.start && one.tree.is_some();
        let combination = review.combination.clone().filter(is_fit);
        let combination = combination.ok_or_else(|| EngineError::Conflict {
            text: format!("{} has moved; nothing was sent", base.branch),
            hint: "try again",
        })?;
        let root = self.root_of_workspace(review.workspace)?;
        let git = Git::at(&root);
        let (remote, address) = destination(&git, &base.branch, &base.start)?;
        if review.sent.as_ref().is_some_and(|sent| {
            sent.sent_as != sent_as || sent.remote != remote || sent.base != base.branch
        }) {
            let before = match review.sent.as_ref().map(|sent| sent.sent_as) {
                Some(SendAs::Stack) => "as a stack",
                _ => "as one pull request",
            };
            return Err(EngineError::Refused {
                text: format!("{id} was sent otherwise before, {before}; nothing was sent"),
                hint: "send it as before; or give it up with `callboard review drop`, and open another one",
            });
        }
        let page = remote::web_page(&address);
        let changes =
            self.changes_to_land(&review, &combination, (review.land_by, &base.branch))?;
        let mut sent = Sent {
            sent_as,
            by: review.land_by,
            address: pushed_to(&git, &remote),
            remote,
            members: review.members.iter().map(|one| MadeOf::of(&one.changeset)).collect(),
            base: base.branch.clone(),
            from: base.start.clone(),
            is_under_way: true,
            ..Sent::default()
        };
        let tree = worktree::tree_of(&git, &base.start).unwrap_or_default();
        let is_there = |name: &str| {
            worktree::commit_of(&git, &format!("refs/remotes/{}/{name}", sent.remote)).is_some()
        };
        sent.branches = branches(&review, &changes, (&sent, &tree), is_there);
        for branch in &mut sent.branches {
            branch.open_at = page_to_open(page.as_deref(), (&branch.branch, &branch.onto));
        }
        let gh = self.gh((review.workspace, &root), page.as_deref());
        Ok(Sending { review, combination, changes, sent, gh })
    }

    /// Makes the commits of what is to be sent, but those that are made already; they are held until the review is over.
    fn commit_to_send(&self, sending: Sending) -> Result<Sent, EngineError> {
        let Sending { review, combination, changes, mut sent, .. } = sending;
        let git = self.trees_of(review.workspace)?;
        let known = review.sent.as_ref();
        let known = known.filter(|known| known.is_made_as(&sent));
        let known = known.map(|known| known.branches.as_slice()).unwrap_or_default();
        let is_same = |(one, known): &(&SentBranch, &SentBranch)| {
            one.is_made_as(known) && git.has_commit(&known.to)
        };
        let made = sent.branches.iter().zip(known).take_while(is_same).count();
        for (branch, known) in sent.branches.iter_mut().zip(known).take(made) {
            branch.to.clone_from(&known.to);
        }
        if made == sent.branches.len() {
            return Ok(sent);
        }
        let keys = || review.members.iter().map(|member| member.changeset.key.to_string());
        // A branch of all members ends with the last of them.
        let last_of = |one: &SentBranch| {
            keys().position(|key| Some(&key) == one.member.as_ref()).unwrap_or(changes.len() - 1)
        };
        let last_made = made.checked_sub(1).map(|at| &sent.branches[at]);
        let begin = last_made.map_or(&combination.base, |last| &last.to).clone();
        let skipped = last_made.map_or(0, |last| last_of(last) + 1);
        let name = review.id.to_string();
        let request = Request { review: &name, from: &begin, changes: &changes[skipped..] };
        let prepared = prepare(&git, &request).map_err(|error| EngineError::Refused {
            text: error.to_string().replace("nothing was landed", "nothing was sent"),
            hint: error.hint(),
        })?;
        for branch in &mut sent.branches[made..] {
            let commits = &prepared.commits[..=last_of(branch) - skipped];
            let last = commits.iter().rev().find_map(|commits| commits.last());
            branch.to = last.unwrap_or(&prepared.tip).clone();
        }
        let held = carry(&git, &format!("{SENT}{name}"), &prepared.tip);
        let let_go = let_go(&git, &format!("{LANDING}{name}"));
        held.and(let_go).map_err(|error| EngineError::Refused {
            text: format!("{error}; nothing was sent"),
            hint: "",
        })?;
        Ok(sent)
    }

    /// Brings what is kept of a review that is being sent to its remote.
    fn go_on_sending(&self, id: ReviewId) -> Result<(), EngineError> {
        let review = self.review_row(id)?;
        let Some(mut sent) = review.sent.filter(|sent| sent.is_under_way) else { return Ok(()) };
        let root = self.root_of_workspace(review.workspace)?;
        let git = Git::at(&root);
        let to = pushed_to(&git, &sent.remote);
        // Said yes to was the address that was told, and the configuration may have changed since.
        let mut failure = match to == sent.address || sent.address.is_empty() {
            true => push_all(&git, &mut sent).err(),
            false => Some(format!(
                "{} is pushed to elsewhere than when it was agreed to: {to}; nothing was pushed",
                sent.remote
            )),
        };
        self.keep_sent(id, sent.clone(), false)?;
        if failure.is_none() {
            let page = address_of(&git, &sent.remote).and_then(|one| remote::web_page(&one));
            if let Some(gh) = self.gh((review.workspace, &root), page.as_deref()) {
                failure = self.open_all(id, &gh, &mut sent)?;
            }
        }
        (sent.is_under_way, sent.failure) = (false, failure);
        self.keep_sent(id, sent, true)?;
        self.changes.look_again(review.workspace);
        Ok(())
    }

    /// Finds or opens a pull request of each branch; gives why not, where that fails.
    fn open_all(
        &self,
        id: ReviewId,
        gh: &Gh,
        sent: &mut Sent,
    ) -> Result<Option<String>, EngineError> {
        for at in 0..sent.branches.len() {
            let branch = &mut sent.branches[at];
            match open_one(gh, branch) {
                Ok(()) => self.keep_sent(id, sent.clone(), false)?,
                Err(why) => {
                    let branches = if at == 0 { "the branches are" } else { "all branches are" };
                    return Ok(Some(format!("{branches} at {}, but {why}", sent.remote)));
                }
            }
        }
        Ok(None)
    }

    fn keep_sent(&self, id: ReviewId, sent: Sent, is_end: bool) -> Result<(), EngineError> {
        let to: Vec<_> = sent.branches.iter().map(|one| (&one.branch, &one.url)).collect();
        let about = match is_end {
            true => {
                json!({ "to": "sent", "remote": sent.remote, "sent": to, "failure": sent.failure })
            }
            false => json!({ "sent": to }),
        };
        self.ask(move |core| {
            core.change_review(id, LogKind::REVIEW_MOVED, &about, |review| {
                review.sent = Some(sent);
                Ok(())
            })
        })
        .map(|_| ())
    }

    /// Goes on with what an earlier daemon was in the middle of sending.
    pub(super) fn settle_sending(self: &Arc<Self>) -> Result<(), EngineError> {
        for workspace in self.read(|s| Ok(s.workspaces()?))? {
            for review in self.read(|s| Ok(s.reviews_open(workspace.id)?))? {
                if !review.sent.is_some_and(|sent| sent.is_under_way) {
                    continue;
                }
                let (engine, id) = (Arc::clone(self), review.id);
                // The remote may be slow, and others are not to wait for it.
                std::thread::spawn(move || {
                    let Some(_driven) = engine.drive_landing(id) else { return };
                    if let Err(error) = engine.go_on_sending(id) {
                        tracing::warn!(%error, review = %id, "a review is sent by the next daemon");
                    }
                });
            }
        }
        Ok(())
    }
}

/// The remote that a base is on, and its address.
fn destination(git: &Git, branch: &str, start: &str) -> Result<(String, String), EngineError> {
    let refused = |text: String, hint| EngineError::Refused { text, hint };
    let failed = |error: callboard_git::GitError| refused(format!("{error}; nothing was sent"), "");
    let none = || {
        refused(
            "this repository has no remote; nothing was sent".to_owned(),
            "add one with `git remote add origin …`, or land it here",
        )
    };
    let remote = remote_of(git, branch).map_err(failed)?.ok_or_else(none)?;
    let address = address_of(git, &remote).ok_or_else(none)?;
    match commits_ahead(git, (&remote, branch), start).map_err(failed)? {
        Some(0) => Ok((remote, address)),
        None => Err(refused(
            format!("{remote} has no branch {branch} that was fetched; nothing was sent"),
            "fetch it, or push the base branch first",
        )),
        Some(ahead) => Err(refused(
            format!(
                "{branch} has commits here that {remote} has not ({ahead}): they would be part of it; nothing was sent"
            ),
            "push the base branch first, or land the review here",
        )),
    }
}

/// The branches as which a review is sent, without their commits; those that it had before keep their names.
fn branches(
    review: &Review,
    changes: &[Change],
    (sent, base_tree): (&Sent, &str),
    is_there: impl Fn(&str) -> bool,
) -> Vec<SentBranch> {
    let known = review.sent.as_ref().map(|sent| sent.branches.as_slice()).unwrap_or_default();
    let mut before = base_tree.to_owned();
    let mut all: Vec<SentBranch> = Vec::new();
    for (member, change) in review.members.iter().zip(changes) {
        let is_empty = std::mem::replace(&mut before, change.tree.clone()) == change.tree;
        if is_empty {
            continue;
        }
        let key = member.changeset.key.to_string();
        let of = match sent.sent_as {
            SendAs::Pr => None,
            SendAs::Stack => Some(key),
        };
        let title = if of.is_some() { &change.title } else { &review.title };
        if let Some(only) = all.last_mut().filter(|_| of.is_none()) {
            only.tree.clone_from(&change.tree);
            only.body.push_str(&format!("- {}\n", change.title));
            continue;
        }
        let known = known.iter().find(|known| known.member == of);
        let is_taken = |name: &str| all.iter().any(|one| one.branch == name) || is_there(name);
        let name =
            known.map_or_else(|| free_name(review, title, is_taken), |known| known.branch.clone());
        let onto = all.last().map_or(&sent.base, |last| &last.branch).clone();
        let body = if of.is_none() { format!("- {}\n", change.title) } else { String::new() };
        all.push(SentBranch {
            branch: name,
            member: of,
            onto,
            title: title.clone(),
            body,
            tree: change.tree.clone(),
            pushed: known.and_then(|known| known.pushed.clone()),
            tried: known.and_then(|known| known.tried.clone()),
            url: known.and_then(|known| known.url.clone()),
            number: known.and_then(|known| known.number),
            ..SentBranch::default()
        });
    }
    let count = all.len();
    for (at, branch) in all.iter_mut().enumerate().filter(|_| sent.sent_as == SendAs::Stack) {
        branch.body = format!("{} of {count}, on top of `{}`.\n", at + 1, branch.onto);
    }
    all
}

/// What a new branch of a review is called at its remote.
fn free_name(review: &Review, title: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let words = branch_words(title, limits::SENT_BRANCH_CHARS);
    let begin = match words.is_empty() {
        true => format!("callboard/{}", review.id),
        false => format!("callboard/{}-{words}", review.id),
    };
    let numbered = (2..).map(|number| format!("{begin}-{number}"));
    std::iter::once(begin.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(begin)
}

/// Pushes what is not at the remote yet.
fn push_all(git: &Git, sent: &mut Sent) -> Result<(), String> {
    let due = |one: &&mut SentBranch| !one.is_pushed();
    find_there(git, &sent.remote, sent.branches.iter_mut().filter(due))
        .map_err(|error| error.to_string())?;
    let to_push = sent.branches.iter_mut().filter(due).map(|one| ToPush {
        branch: one.branch.clone(),
        to: one.to.clone(),
        expected: one.pushed.clone(),
    });
    let to_push: Vec<ToPush> = to_push.collect();
    if to_push.is_empty() {
        return Ok(());
    }
    let pushed = push(git, &sent.remote, &to_push);
    if let Err(error) = pushed {
        sent.branches.iter_mut().filter(due).for_each(|one| one.tried = Some(one.to.clone()));
        return Err(error.to_string());
    }
    let mut failure = None;
    for (branch, pushed) in sent.branches.iter_mut().filter(due).zip(pushed.unwrap_or_default()) {
        match pushed {
            Pushed::There => branch.pushed = Some(branch.to.clone()),
            Pushed::Refused(why) => {
                branch.tried = Some(branch.to.clone());
                let told = format!(
                    "{} did not take {}, which is left as it is there: {why}. Fetch it to see what was pushed to it; deleted there, it is made anew",
                    sent.remote, branch.branch
                );
                failure.get_or_insert(told);
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

/// Finds out what became of branches that were pushed before: what was pushed without an answer may have arrived, and would
/// be taken for somebody else's; one that was deleted there is made anew.
fn find_there<'a>(
    git: &Git,
    remote: &str,
    branches: impl Iterator<Item = &'a mut SentBranch>,
) -> Result<(), GitError> {
    let was_pushed = |one: &&mut SentBranch| one.tried.is_some() || one.pushed.is_some();
    let mut branches: Vec<&mut SentBranch> = branches.filter(was_pushed).collect();
    if branches.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = branches.iter().map(|one| one.branch.clone()).collect();
    let mut at_each = Vec::new();
    for address in push_addresses_of(git, remote) {
        at_each.push(commits_at(git, &address, &names)?);
    }
    for branch in &mut branches {
        let mut there: Vec<_> = at_each.iter().map(|at| at.get(&branch.branch)).collect();
        there.dedup();
        // Where several addresses differ, git says which does not take it.
        if let [there] = there.as_slice() {
            if there.is_none() || *there == branch.tried.as_ref() {
                branch.pushed = there.cloned();
            }
            branch.tried = None;
        }
    }
    Ok(())
}

/// Finds the pull request of a branch, or opens one.
fn open_one(gh: &Gh, branch: &mut SentBranch) -> Result<(), String> {
    let found = match gh.pull_request_of(&branch.branch)? {
        Some(found) => {
            if found.onto.as_ref().is_some_and(|onto| *onto != branch.onto) {
                gh.put_onto(found.number, &branch.onto)?;
            }
            found
        }
        None => gh.open(ToOpen {
            branch: &branch.branch,
            onto: &branch.onto,
            title: &branch.title,
            body: &branch.body,
        })?,
    };
    (branch.number, branch.url) = (Some(found.number), Some(found.url));
    Ok(())
}

/// Where a remote is pushed to, as it may be shown.
fn pushed_to(git: &Git, remote: &str) -> String {
    let to = push_addresses_of(git, remote);
    let to: Vec<String> = to.iter().map(|one| shown(one)).collect();
    to.join(" and ")
}

/// The address of a remote as it may be shown: without a name or a password in it.
fn shown(address: &str) -> String {
    match address.split_once("://") {
        Some((kind, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            format!("{kind}://{}/{path}", host.rsplit('@').next().unwrap_or(host))
        }
        None => Path::new(address).display().to_string(),
    }
}
