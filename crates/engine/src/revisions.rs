//! Revisions compared as they are, without daemon, store or sessions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_code::Join;
use callboard_git::changeset::{Bases, Changes};
use callboard_git::landing::{Member, land};
use callboard_git::merge::{Pair, merges};
use callboard_git::tree::TreeError;
use callboard_git::{Git, aside};
use callboard_model::changeset::LandOrder;
use callboard_model::coupling::{Changer, Coupling, precedence};
use callboard_model::view::{BreakView, ConflictPair, ConflictsView, LandOrderView, LandReason};

use crate::code::{ChangedCode, index_of};
use crate::{EngineError, limits};

/// What git cannot merge of `names`, which are revisions of the repository at `folder`, what couples them, and in which
/// order they land onto `base`; onto their merge base if not given. Objects are written below `scratch`, and go at the end.
///
/// # Errors
/// When a revision does not name a commit, `folder` lies in no repository, or the disk refuses.
pub fn compare(
    folder: &Path,
    scratch: &Path,
    names: &[String],
    base: Option<&str>,
) -> Result<ConflictsView, EngineError> {
    let store = Passing::below(scratch)?;
    let git = aside(folder, &store.0).map_err(told)?;
    let ids = names.iter().map(|name| commit_of(&git, name)).collect::<Result<Vec<_>, _>>()?;
    let base = base_of(&git, &ids, base)?;
    let numbers: Vec<(usize, usize)> = (0..ids.len())
        .flat_map(|left| (left + 1..ids.len()).map(move |right| (left, right)))
        .collect();
    let pairs: Vec<Pair> = numbers.iter().map(|(l, r)| Pair::new(&ids[*l], &ids[*r])).collect();
    let mut clashes = Vec::new();
    let mut told_pairs = Vec::new();
    for ((left, right), merged) in numbers.into_iter().zip(merges(&git, &pairs)) {
        let (conflict, error) = match merged {
            Ok(merged) => (merged.conflict, None),
            Err(error) => (None, Some(format!("{error} ({})", error.hint()))),
        };
        if conflict.is_some() {
            clashes.push((left, right));
        }
        let (left, right) = (names[left].clone(), names[right].clone());
        told_pairs.push(ConflictPair { left, right, conflict, couplings: Vec::new(), error });
    }
    let needs = match &base {
        Some((_, base)) => couple(&git, names, &ids, base, &mut told_pairs)?,
        None => Vec::new(),
    };
    let order = match &base {
        Some((name, base)) => {
            let members = members(&git, names, &ids, base)?;
            let number = |of: &str| names.iter().position(|name| name == of);
            let mut before = Before::default();
            for pair in &told_pairs {
                if let Some(sides) = number(&pair.left).zip(number(&pair.right)) {
                    before.put(sides, (&pair.couplings, &[]));
                }
            }
            for (sides, needs) in &needs {
                before.put(*sides, (&[], needs));
            }
            let landed = land(&git, (name, base), &members, &before.pairs(&clashes), &clashes);
            let mut order = shown(landed.map_err(told)?.order);
            order.reasons = before.reasons(&order.order, |at| names[at].clone());
            for one in &mut order.reasons {
                one.reason = naming_both(&one.reason, &one.first, &one.then);
            }
            order
        }
        None => LandOrderView::default(),
    };
    Ok(ConflictsView { pairs: told_pairs, base: base.map(|(name, _)| name), order })
}

/// An order as it is shown.
pub(crate) fn shown(order: LandOrder) -> LandOrderView {
    let base = order.base;
    let breaks = order.breaks.into_iter().map(|broken| BreakView {
        name: broken.name,
        with: vec![broken.with.unwrap_or_else(|| base.clone())],
        files: broken.conflict.files.into_iter().map(|file| file.path).collect(),
    });
    LandOrderView { breaks: breaks.collect(), order: order.lands, reasons: Vec::new() }
}

/// A sentence of why one lands before another, with their names.
pub(crate) fn naming_both(reason: &str, first: &str, then: &str) -> String {
    reason.replace("{first}", first).replace("{then}", then)
}

/// Who should land before whom, by number, with the reason.
#[derive(Debug, Default)]
pub(crate) struct Before(BTreeMap<(usize, usize), String>);

impl Before {
    /// Takes what couples two, and what one of them uses as the other makes it.
    pub(crate) fn put(
        &mut self,
        (left, right): (usize, usize),
        (couplings, needs): (&[Coupling], &[Coupling]),
    ) {
        for (changer, coupling) in precedence(couplings, needs) {
            let (pair, reason) = match changer {
                Changer::Left => ((left, right), coupling.told("{first}", "{then}")),
                Changer::Right => ((right, left), coupling.told("{then}", "{first}")),
            };
            // What couples them is put first, and says more.
            self.0.entry(pair).or_insert(reason);
        }
    }

    /// The first of each pair should land before the second. Who clashes waits as ever: first, it would keep others out.
    pub(crate) fn pairs(&self, clashes: &[(usize, usize)]) -> Vec<(usize, usize)> {
        let clashing = |of: usize| clashes.iter().any(|(left, right)| of == *left || of == *right);
        self.0.keys().filter(|(first, _)| !clashing(*first)).copied().collect()
    }

    /// Why those of an order stand before others, with `{first}` and `{then}` where they are named.
    pub(crate) fn reasons(
        &self,
        order: &[String],
        name: impl Fn(usize) -> String,
    ) -> Vec<LandReason> {
        let held = self.0.iter().filter_map(|((first, then), reason)| {
            let (first, then) = (name(*first), name(*then));
            let place = |of: &str| order.iter().position(|name| name == of);
            let holds = place(&first)? < place(&then)?;
            holds.then(|| LandReason { first, then, reason: reason.clone() })
        });
        held.collect()
    }
}

/// What one uses as the other makes it, by the numbers of both.
type Needs = Vec<((usize, usize), Vec<Coupling>)>;

/// Tells what couples each two, by what they change since they left `base`; gives what only orders them.
fn couple(
    git: &Git,
    names: &[String],
    ids: &[String],
    base: &str,
    pairs: &mut [ConflictPair],
) -> Result<Needs, EngineError> {
    let (mut code, mut join) = (ChangedCode::default(), Join::default());
    for (number, commit) in (0..).zip(ids) {
        let changes = Changes::of(git, base, commit).map_err(told)?;
        join.put(number, code.facts_of(git, &changes.files)?);
    }
    if (0..).zip(ids).all(|(number, _)| join.meets(number).is_empty()) {
        return Ok(Vec::new());
    }
    let index = index_of(git, base)?;
    let place = |number: u32| usize::try_from(number).ok();
    let called = |number: u32| place(number).and_then(|at| names.get(at));
    let mut ordering = Vec::new();
    for (left, right, met) in join.met(&index) {
        let (mut couplings, needs) = (met.couplings, met.needs);
        ordering.extend(place(left).zip(place(right)).map(|sides| (sides, needs)));
        let is_meant = |pair: &&mut ConflictPair| {
            Some(&pair.left) == called(left) && Some(&pair.right) == called(right)
        };
        couplings.truncate(limits::COUPLINGS);
        if let Some(pair) = pairs.iter_mut().find(is_meant) {
            pair.couplings = couplings;
        }
    }
    Ok(ordering)
}

fn members(
    git: &Git,
    names: &[String],
    ids: &[String],
    base: &str,
) -> Result<Vec<Member>, EngineError> {
    let member = |(name, commit): (&String, &String)| {
        let bases = Bases::of(git, base, commit).map_err(told)?;
        let changes = Changes::since(git, bases, commit).map_err(told)?;
        let lines = changes.files.iter().map(|file| (file.added + file.removed) as usize);
        Ok(Member { name: name.clone(), commit: commit.clone(), size: lines.sum() })
    };
    names.iter().zip(ids).map(member).collect()
}

/// What all land on: its name and its commit; `None` where they have nothing in common.
fn base_of(
    git: &Git,
    ids: &[String],
    base: Option<&str>,
) -> Result<Option<(String, String)>, EngineError> {
    if let Some(name) = base {
        return Ok(Some((name.to_owned(), commit_of(git, name)?)));
    }
    let mut args = vec!["merge-base", "--octopus"];
    args.extend(ids.iter().map(String::as_str));
    let found = git.text(&args).ok().filter(|id| !id.is_empty());
    Ok(found.map(|id| (id.chars().take(SHORT).collect(), id)))
}

/// Characters of an id that people read.
const SHORT: usize = 12;

/// The commit that a revision names.
fn commit_of(git: &Git, name: &str) -> Result<String, EngineError> {
    let wanted = format!("{name}^{{commit}}");
    git.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).map_err(|_| {
        EngineError::Refused {
            text: format!("{name} names no commit here; nothing was changed"),
            hint: "see `git branch --all` and `git log --all --oneline`",
        }
    })
}

fn told(error: TreeError) -> EngineError {
    EngineError::Refused { hint: error.hint(), text: error.to_string() }
}

/// A folder that goes when this is dropped.
pub(crate) struct Passing(PathBuf);

impl Passing {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn below(folder: &Path) -> Result<Self, EngineError> {
        remove_left_behind(folder);
        let own = folder.join(std::process::id().to_string());
        fs::create_dir_all(&own).map_err(|error| EngineError::Refused {
            text: format!("cannot write {}: {error}; nothing was changed", own.display()),
            hint: "see whether the disk is full, and who may write there",
        })?;
        Ok(Self(own))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes what processes that were killed left, by its age.
fn remove_left_behind(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|meta| meta.modified());
        let age = modified.ok().and_then(|at| at.elapsed().ok()).unwrap_or(Duration::ZERO);
        if age > limits::PASSING_LEFT_BEHIND {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
