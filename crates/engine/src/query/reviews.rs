//! Reviews as they are shown, and what could be one.

use std::collections::BTreeMap;

use callboard_model::changeset::Changeset;
use callboard_model::pair::Pair;
use callboard_model::receipt::ReceiptOf;
use callboard_model::review::{
    CheckOutcome, CheckRun, Combination, CombinedFile, Comment, LandBy, Landing, MadeOf, Member,
    Review, ReviewState, Sent, SentBranch, ViewedFile, groups,
};
use callboard_model::view::{
    BreakView, ChangesetView, LandOrderView, Narrowed, PairView, ProvenConflict, PullRequestView,
    ReceiptGlance, ReviewCheck, ReviewComment, ReviewFile, ReviewList, ReviewMember,
    ReviewProposal, ReviewView, SentBranchView, SentView, Viewed,
};
use callboard_model::{ChangesetKey, ReviewId, WorkspaceId};
use callboard_store::{Result as StoreResult, Snapshot};

use super::changes::{Naming, branches_of, changeset_view, pair_view};
use crate::core::view_of;
use crate::reviews::{sentence, shared_with_others, titled};
use crate::revisions::{Before, naming_both};
use crate::{Engine, EngineError, limits};

/// What reviews of a workspace are made of, as of one moment.
struct Material {
    naming: Naming,
    pairs: Vec<Pair>,
    branches: BTreeMap<String, Option<String>>,
}

impl Material {
    fn of(s: &Snapshot<'_>, workspace: WorkspaceId, live: &[Changeset]) -> StoreResult<Self> {
        Ok(Self {
            naming: Naming::of(s, workspace, live)?,
            pairs: s.pairs(workspace)?,
            branches: branches_of(live),
        })
    }

    /// What is between those of these keys, and between each and the base.
    fn pairs_among(&self, s: &Snapshot<'_>, keys: &[String]) -> StoreResult<Vec<PairView>> {
        let is_base = |key: &str| ChangesetKey::from_text(key).is_some_and(|key| key.is_base());
        let is_here = |key: &String| keys.contains(key);
        let mut views = Vec::new();
        for pair in self.pairs.iter().filter(|pair| !pair.has_nothing_to_see()) {
            let with_base = is_here(&pair.left) && is_base(&pair.right);
            if with_base || (is_here(&pair.left) && is_here(&pair.right)) {
                views.extend(pair_view(s, &self.naming, &self.branches, pair)?);
            }
        }
        Ok(views)
    }

    fn member(
        &self,
        s: &Snapshot<'_>,
        changeset: Changeset,
        (reason, letter): (String, usize),
    ) -> StoreResult<ReviewMember> {
        let changeset = changeset_view(s, &self.naming, changeset)?;
        let session = changeset.changeset.sessions.first().copied();
        let view = session.map(|session| view_of(s, session)).transpose()?.flatten();
        let goal = view.and_then(|view| view.goal);
        let task = changeset.changeset.task;
        let goal = match goal {
            Some(goal) => Some(goal),
            None => task.map(|task| s.task(task)).transpose()?.flatten().map(|task| task.title),
        };
        let letter = u32::try_from(letter).unwrap_or(u32::MAX);
        Ok(ReviewMember { changeset, reason, goal, letter })
    }
}

/// A review as it is shown; without files, checks and comments unless it is `whole`.
fn view(s: &Snapshot<'_>, review: Review, whole: bool) -> StoreResult<ReviewView> {
    let live = s.changesets(review.workspace)?;
    let mut known = live.clone();
    for member in &review.members {
        if !known.iter().any(|one| one.key == member.changeset.key) {
            known.push(member.changeset.clone());
        }
    }
    let material = Material::of(s, review.workspace, &known)?;
    let keys: Vec<String> =
        review.members.iter().map(|member| member.changeset.key.to_string()).collect();
    let mut members = Vec::new();
    for (at, member) in review.members.iter().enumerate() {
        let letter = member.letter.and_then(|letter| usize::try_from(letter).ok()).unwrap_or(at);
        let why = (member.reason.clone(), letter);
        let mut shown = material.member(s, member.changeset.clone(), why)?;
        shown.changeset.review =
            matches!(review.state, ReviewState::Open | ReviewState::Landing).then_some(review.id);
        members.push(shown);
    }
    let names: Vec<String> =
        members.iter().map(|member| member.changeset.changeset.name.clone()).collect();
    let (of_sets, runs): (Vec<CheckRun>, Vec<CheckRun>) =
        s.check_runs(review.id)?.into_iter().partition(|run| !run.set.is_empty());
    let checks: Vec<ReviewCheck> =
        runs.into_iter().filter_map(|run| check(&review, &keys, run)).collect();
    let proven = proven(&review, &keys, &checks, &of_sets);
    let order = order(&review, &keys, &names, &material.pairs);
    let shared = shared_with_others(s, &review)?;
    let receipt = s.receipt_glance(&ReceiptOf::Review(review.id))?;
    let hinders = hinders(&review, &order, (&checks, &shared), receipt.as_ref());
    let (mut files, mut comments) = (Vec::new(), Vec::new());
    if whole {
        let viewed = s.viewed_files(review.id)?;
        let all = review.combination.iter().flat_map(|combination| &combination.files);
        files = all.map(|one| file(one, &viewed)).collect();
        comments = s.review_comments(review.id)?.into_iter().map(comment).collect();
    }
    let can_undo = can_undo(&review);
    let can_land_anyway = hinders.is_some() && is_sound(&review) && shared.is_empty();
    let tree = review.combination.and_then(|combination| combination.tree);
    let mut sent = review.sent.map(|sent| sent_view(sent, tree.as_deref(), &review.members));
    for branch in sent.iter_mut().flat_map(|sent| &mut sent.branches) {
        let told = material.naming.pull_requests.of_sent(&branch.branch);
        branch.pull_request = told.or(branch.pull_request.take());
    }
    Ok(ReviewView {
        id: review.id,
        workspace: review.workspace,
        title: review.title,
        state: review.state,
        pairs: material.pairs_among(s, &keys)?,
        members,
        order,
        tree,
        files,
        checks: if whole { checks } else { Vec::new() },
        proven,
        comments,
        land_by: review.land_by,
        hinders,
        can_land_anyway,
        // What became of an earlier landing is no news of one that was given up.
        receipt: receipt.map(Box::new),
        landing: review.landing.filter(|_| review.state != ReviewState::Dropped).map(landing_words),
        can_undo,
        sent,
        pull_requests_at: material.naming.pull_requests.asked_at(),
        created_at: review.created_at,
        revision: review.revision,
        seq: s.seq()?,
    })
}

/// Whether its members can be put onto the base, and change something.
fn is_sound(review: &Review) -> bool {
    let fits = |of: &Combination| of.tree.is_some() && !of.files.is_empty();
    review.failure.is_none() && review.combination.as_ref().is_some_and(fits)
}

/// What landed at its remote is taken back there.
fn can_undo(review: &Review) -> bool {
    let landed = review.landing.as_ref().and_then(|landing| landing.to.as_ref());
    match review.state {
        ReviewState::Dropped => true,
        ReviewState::Landed => landed.is_some(),
        _ => false,
    }
}

fn landing_words(landing: Landing) -> String {
    match landing.set_aside.as_slice() {
        [] => landing.words,
        files => format!("{}; written meanwhile: {}", landing.words, files.join(", ")),
    }
}

fn sent_view(of: Sent, tree: Option<&str>, members: &[Member]) -> SentView {
    let now = members.iter().map(|member| MadeOf::of(&member.changeset));
    let is_same = of.by == LandBy::Squash || now.eq(of.members.iter().cloned());
    let is_last = of.branches.last().is_some_and(|last| Some(last.tree.as_str()) == tree);
    SentView {
        current: is_same && is_last && of.branches.iter().all(SentBranch::is_pushed),
        sent_as: of.sent_as,
        remote: of.remote,
        base: of.base,
        under_way: of.is_under_way,
        failure: of.failure,
        branches: of.branches.into_iter().map(sent_branch_view).collect(),
    }
}

/// A branch at a remote as it is shown.
pub(crate) fn sent_branch_view(of: SentBranch) -> SentBranchView {
    let pull_request = of.number.zip(of.url).map(|(number, url)| PullRequestView {
        name: format!("#{number}"),
        url,
        preview: None,
        checks: None,
        state: None,
        title: None,
        failing: Vec::new(),
    });
    SentBranchView {
        pushed: of.pushed.is_some(),
        branch: of.branch,
        onto: of.onto,
        title: of.title,
        body: of.body,
        pull_request,
        open_at: of.open_at,
    }
}

fn file(of: &CombinedFile, viewed: &[ViewedFile]) -> ReviewFile {
    let known = viewed.iter().find(|viewed| viewed.path == of.file.path);
    ReviewFile {
        path: of.file.path.clone(),
        from: of.file.from.clone(),
        status: of.file.status,
        kind: of.file.kind,
        place: of.place.word().to_owned(),
        added: of.file.added,
        removed: of.file.removed,
        binary: of.file.binary,
        members: of.members.clone(),
        conflict: of.conflict,
        viewed: match known {
            None => Viewed::No,
            Some(viewed) if viewed.digest == of.digest => Viewed::Yes,
            Some(_) => Viewed::ChangedSince,
        },
        viewed_tree: known.map(|viewed| viewed.tree.clone()),
        digest: of.digest.clone(),
    }
}

fn comment(of: Comment) -> ReviewComment {
    ReviewComment {
        id: of.id,
        on: of.on,
        text: of.text,
        to: of.to,
        state: of.state,
        failure: of.failure,
        at: of.at,
        answer: of.answer,
        from: of.from,
    }
}

/// A run as it is shown; `None` of a member that is no more.
fn check(review: &Review, keys: &[String], run: CheckRun) -> Option<ReviewCheck> {
    let member = match &run.member {
        Some(key) => Some(keys.iter().position(|known| known == key)?),
        None => None,
    };
    let now = review.combination.as_ref().and_then(|combination| combination.checked(member));
    Some(ReviewCheck {
        id: run.id,
        command: run.command,
        member: member.and_then(|at| u32::try_from(at).ok()),
        outcome: run.outcome,
        exit_code: run.exit_code,
        words: run.words,
        started_at: run.started_at,
        duration_ms: run.duration_ms,
        stale: now.is_none_or(|step| step.tree != run.tree),
        tree: run.tree,
        has_log: run.log.is_some(),
    })
}

/// Checks that each member passes alone, and that all of them fail together.
fn proven(
    review: &Review,
    keys: &[String],
    checks: &[ReviewCheck],
    of_sets: &[CheckRun],
) -> Vec<ProvenConflict> {
    let members = keys.len();
    let now = |check: &&ReviewCheck| !check.stale;
    let together = checks.iter().filter(now).filter(|check| check.member.is_none());
    let failed = together.filter(|check| check.outcome == CheckOutcome::Failed);
    let passes_alone = |command: &str| {
        let alone = checks.iter().filter(now).filter(|check| check.command == command);
        let passed =
            alone.filter(|check| check.member.is_some() && check.outcome == CheckOutcome::Passed);
        members > 1 && passed.count() == members
    };
    let tree = review.combination.as_ref().and_then(|combination| combination.tree.as_ref());
    let proven = failed.filter(|check| passes_alone(&check.command)).map(|check| {
        let is_now = |run: &&CheckRun| run.command == check.command && run.of.as_ref() == tree;
        let (searches, sets): (Vec<&CheckRun>, Vec<&CheckRun>) =
            of_sets.iter().filter(is_now).partition(|run| run.set.len() == members);
        let fails = sets.into_iter().filter(|run| run.outcome == CheckOutcome::Failed);
        let fewest = fails.min_by_key(|run| run.set.len());
        let narrowed = match (searches.first().map(|run| run.outcome), fewest) {
            _ if members == 2 => Narrowed::Found,
            (Some(CheckOutcome::Waiting), _) => Narrowed::Searching,
            (Some(CheckOutcome::Passed), Some(_)) => Narrowed::Found,
            (Some(CheckOutcome::Passed), None) => Narrowed::All,
            _ => Narrowed::Unknown,
        };
        let place = |key: &String| keys.iter().position(|known| known == key);
        let places = fewest.map(|run| run.set.iter().filter_map(place).collect());
        let places: Vec<usize> = places.unwrap_or_else(|| (0..members).collect());
        let members = places.into_iter().filter_map(|at| u32::try_from(at).ok()).collect();
        let check_of_all = Some(check.id).filter(|_| check.has_log);
        let of_set = fewest.map(|run| Some(run.id).filter(|_| run.log.is_some()));
        let number = of_set.unwrap_or(check_of_all);
        ProvenConflict { command: check.command.clone(), members, narrowed, check: number }
    });
    proven.collect()
}

/// In which order the members land, and which of them break.
fn order(review: &Review, keys: &[String], names: &[String], pairs: &[Pair]) -> LandOrderView {
    let mut order = LandOrderView::default();
    let steps = review.combination.as_ref().map(|one| one.steps.as_slice()).unwrap_or_default();
    for (at, (name, step)) in names.iter().zip(steps).enumerate() {
        match &step.conflict {
            None => order.order.push(name.clone()),
            Some(conflict) => order.breaks.push(BreakView {
                name: name.clone(),
                with: names[..at].to_vec(),
                files: conflict.files.iter().map(|file| file.path.clone()).collect(),
            }),
        }
    }
    let number = |key: &str| keys.iter().position(|known| known == key);
    let mut before = Before::default();
    for pair in pairs {
        if let Some(sides) = number(&pair.left).zip(number(&pair.right)) {
            before.put(sides, (&pair.couplings, &pair.needs));
        }
    }
    order.reasons = before.reasons(&order.order, |at| names[at].clone());
    for one in &mut order.reasons {
        one.reason = naming_both(&one.reason, &one.first, &one.then);
    }
    order
}

/// What of its receipt keeps a review from landing. One that is stale is made anew before it lands.
fn held(review: &Review, receipt: Option<&ReceiptGlance>) -> Option<String> {
    let receipt =
        receipt.filter(|one| one.held && !one.stale && review.state == ReviewState::Open)?;
    let why = receipt.held_by.as_deref().unwrap_or("something is not settled");
    Some(format!("its receipt (`callboard receipt {}`) holds it: {why}", receipt.of))
}

/// What keeps a review from landing, in words.
fn hinders(
    review: &Review,
    order: &LandOrderView,
    (checks, shared): (&[ReviewCheck], &[String]),
    receipt: Option<&ReceiptGlance>,
) -> Option<String> {
    if review.state != ReviewState::Open {
        return None;
    }
    if let Some(failure) = &review.failure {
        return Some(format!("it could not be merged in memory: {failure}"));
    }
    let Some(combination) = &review.combination else {
        return Some("what it comes to is not known yet".to_owned());
    };
    if let Some(broken) = order.breaks.first() {
        let files = broken.files.join(", ");
        return Some(format!("{} cannot be merged onto the others: {files}", broken.name));
    }
    if combination.files.is_empty() {
        return Some("it changes nothing any more".to_owned());
    }
    if let Some(one) = shared.first() {
        let more = match shared.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        return Some(format!("others wrote the same lines: {one}{more}"));
    }
    let together = checks.iter().filter(|check| check.member.is_none());
    let mut told = together.filter_map(|check| {
        let of = match check.outcome {
            CheckOutcome::Waiting | CheckOutcome::Running => "has not ended",
            _ if check.stale => "ran on what was there before: run it again",
            CheckOutcome::Failed => "failed",
            CheckOutcome::CouldNotRun => "could not run",
            CheckOutcome::Stopped => "was broken off",
            CheckOutcome::Passed => return None,
        };
        Some(format!("`{}` {of}", check.command))
    });
    told.next().or_else(|| held(review, receipt))
}

impl Engine {
    /// A review, with all that is known of it.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub fn review(&self, id: ReviewId) -> Result<ReviewView, EngineError> {
        self.read(|s| {
            let review = s.review(id)?.ok_or_else(|| EngineError::no_review(id))?;
            Ok(view(s, review, true)?)
        })
    }

    /// The reviews of a workspace, groups that could be one, and changesets that are in none.
    ///
    /// # Errors
    /// When the store fails.
    pub fn reviews(&self, workspace: Option<WorkspaceId>) -> Result<ReviewList, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        self.read(|s| {
            let open = s.reviews_open(workspace)?;
            let taken: Vec<ChangesetKey> = open
                .iter()
                .flat_map(|review| &review.members)
                .map(|member| member.changeset.key.clone())
                .collect();
            let over = s.reviews_over(workspace, limits::REVIEWS_OVER)?;
            let mut reviews = Vec::new();
            for review in open.into_iter().chain(over) {
                reviews.push(view(s, review, false)?);
            }
            let mut live = s.changesets(workspace)?;
            let material = Material::of(s, workspace, &live)?;
            live.retain(|changeset| !taken.contains(&changeset.key));
            let proposals = proposals(s, &material, &mut live)?;
            let others = live
                .into_iter()
                .map(|one| changeset_view(s, &material.naming, one))
                .collect::<StoreResult<Vec<ChangesetView>>>()?;
            Ok(ReviewList { reviews, proposals, others })
        })
    }
}

/// The groups among changesets that are in no review; what is in one is taken out of `free`.
fn proposals(
    s: &Snapshot<'_>,
    material: &Material,
    free: &mut Vec<Changeset>,
) -> StoreResult<Vec<ReviewProposal>> {
    let is_free = |key: &str| free.iter().any(|one| one.key.to_string() == key);
    let mut pairs = material.pairs.clone();
    pairs.retain(|pair| is_free(&pair.left) && is_free(&pair.right));
    let mut proposals = Vec::new();
    for group in groups(&pairs) {
        let mut members = Vec::new();
        for (key, pair) in &group.members {
            let Some(at) = free.iter().position(|one| one.key.to_string() == *key) else {
                continue;
            };
            let pair = pair_view(s, &material.naming, &material.branches, pair)?;
            let reason = pair.as_ref().and_then(sentence).unwrap_or_default();
            members.push(material.member(s, free.remove(at), (reason, members.len()))?);
        }
        let keys: Vec<String> = group.members.into_iter().map(|(key, _)| key).collect();
        let titles = members.iter().map(|one| one.changeset.changeset.about().to_owned());
        let title = titled(titles);
        proposals.push(ReviewProposal { title, pairs: material.pairs_among(s, &keys)?, members });
    }
    Ok(proposals)
}
