//! The difference of one file of a review, with whose each line is.

use callboard_git::Git;
use callboard_git::changeset::{Telling, hunks};
use callboard_git::merge::contents_at;
use callboard_model::ReviewId;
use callboard_model::changeset::{DiffHunk, DiffLine, LineKind};
use callboard_model::review::{Blame, Combination, CombinedFile, Review, blame};
use callboard_model::view::{self, FileDiffView, OwnedRun};

use super::moves::Moves;
use crate::{Engine, EngineError, limits};

/// Which difference is wanted.
#[derive(Debug, Clone, Default)]
pub struct DiffWanted {
    /// The file, from the repository's root.
    pub path: String,
    /// Only what this member changes, as a place in `members`; with the lines of its own version.
    pub member: Option<usize>,
    /// White space does not count.
    pub ignores_space: bool,
    /// Hunks after this place.
    pub after: Option<usize>,
    /// Unchanged lines around each hunk.
    pub context: Option<u32>,
    /// Between these trees, and not from the base.
    pub trees: Option<(String, String)>,
}

/// Between what, and whose the lines are.
struct Sides<'a> {
    from: String,
    to: String,
    source: Option<&'a str>,
    whose: Whose<'a>,
}

enum Whose<'a> {
    /// All of one member's.
    Member(u32),
    /// Of several, by what each step made of the file.
    Several(&'a CombinedFile),
    Nobody,
}

impl Engine {
    /// The difference of one file, of the combination of a review or of one member.
    ///
    /// # Errors
    /// When the review or its file is not there, or git cannot be run.
    pub fn review_diff(
        &self,
        id: ReviewId,
        wanted: &DiffWanted,
    ) -> Result<FileDiffView, EngineError> {
        let review = self.review_row(id)?;
        let combination = review.combination.as_ref().ok_or_else(|| EngineError::Refused {
            text: format!("what {id} comes to is not known yet"),
            hint: "look again in a moment",
        })?;
        let file = combination.files.iter().find(|file| file.file.path == wanted.path);
        let sides = sides(&review, combination, file, wanted)?;
        let git = self.trees_of(review.workspace)?;
        let how = Telling {
            context: wanted.context.unwrap_or(3).min(limits::DIFF_CONTEXT),
            ignores_space: wanted.ignores_space,
        };
        let found = hunks(&git, (&sides.from, &sides.to), (&wanted.path, sides.source), how)?;
        let blamed = match sides.whose {
            Whose::Several(file) => blamed(&git, combination, file)?,
            _ => None,
        };
        let moves = match wanted.trees.is_none() && wanted.member.is_none() {
            true => self.moves_of(&git, combination)?,
            false => Moves::default().into(),
        };
        let (old_lines, new_lines) = line_counts(&git, &sides, &wanted.path)?;
        let source = sides.source.unwrap_or(&wanted.path);
        let told = found.into_iter().flat_map(pieces).map(|hunk| {
            let owners = owners(&hunk, &sides.whose, blamed.as_ref());
            let moved = moves.in_hunk(&hunk, source, &wanted.path);
            told(hunk, owners, moved)
        });
        let all: Vec<view::DiffHunk> = told.collect();
        let first = wanted.after.map_or(0, |after| after + 1);
        let more = all.len().saturating_sub(first + limits::DIFF_HUNKS_AT_ONCE);
        let here = all.into_iter().skip(first).take(limits::DIFF_HUNKS_AT_ONCE).collect();
        Ok(FileDiffView {
            path: wanted.path.clone(),
            digest: file.map(|file| file.digest.clone()).unwrap_or_default(),
            hunks: here,
            old_lines,
            new_lines,
            more: u32::try_from(more).unwrap_or(u32::MAX),
        })
    }
}

fn sides<'a>(
    review: &'a Review,
    combination: &'a Combination,
    file: Option<&'a CombinedFile>,
    wanted: &DiffWanted,
) -> Result<Sides<'a>, EngineError> {
    let no_file = || EngineError::NotFound {
        what: format!("file {} in {}", wanted.path, review.id),
        hint: "see its files with `callboard review show`",
    };
    if let Some((from, to)) = &wanted.trees {
        let is_id = |text: &String| text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_id(from) || !is_id(to) {
            return Err(EngineError::Refused {
                text: "only the ids of trees can be compared".into(),
                hint: "take those that the review names",
            });
        }
        let (from, to) = (from.clone(), to.clone());
        return Ok(Sides { from, to, source: None, whose: Whose::Nobody });
    }
    if let Some(at) = wanted.member {
        let member = review.members.get(at).ok_or_else(no_file)?;
        let own = member.changeset.files.iter().find(|own| own.path == wanted.path);
        let own = own.ok_or_else(no_file)?;
        return Ok(Sides {
            from: member.changeset.merge_base.clone(),
            to: member.changeset.commit.clone(),
            source: own.from.as_deref(),
            whose: Whose::Member(u32::try_from(at).unwrap_or(u32::MAX)),
        });
    }
    let file = file.ok_or_else(no_file)?;
    let whose = match file.members.as_slice() {
        [] => Whose::Nobody,
        [one] => Whose::Member(*one),
        _ => Whose::Several(file),
    };
    Ok(Sides {
        from: combination.base.clone(),
        to: combination.shown().to_owned(),
        source: file.file.from.as_deref(),
        whose,
    })
}

/// Whose each line of a file is that several members changed; `None` if it is too long.
pub(super) fn blamed(
    git: &Git,
    combination: &Combination,
    file: &CombinedFile,
) -> Result<Option<Blame>, EngineError> {
    let source = file.file.from.as_ref().unwrap_or(&file.file.path);
    // A file that moves is at one of its two places after each step.
    let paths = [&file.file.path, source];
    let trees = combination.steps.iter().map(|step| &step.tree);
    let mut places = vec![format!("{}:{source}", combination.base)];
    places.extend(trees.flat_map(|tree| paths.map(|path| format!("{tree}:{path}"))));
    let mut texts = contents_at(git, &places, limits::BLAMED_BYTES)?.into_iter();
    let text =
        |bytes: Option<Vec<u8>>| String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let first = text(texts.next().flatten());
    let mut steps = Vec::new();
    for (at, _) in combination.steps.iter().enumerate() {
        let (here, there) = (texts.next().flatten(), texts.next().flatten());
        steps.push((u32::try_from(at).unwrap_or(u32::MAX), text(here.or(there))));
    }
    let longest = steps.iter().map(|(_, text)| text.len()).max().unwrap_or_default();
    if longest as u64 >= limits::BLAMED_BYTES {
        return Ok(None);
    }
    let steps: Vec<(u32, &str)> = steps.iter().map(|(at, text)| (*at, text.as_str())).collect();
    Ok(Some(blame(&first, &steps)))
}

/// How many lines the file has before and now.
fn line_counts(git: &Git, sides: &Sides<'_>, path: &str) -> Result<(u32, u32), EngineError> {
    let source = sides.source.unwrap_or(path);
    let places = [format!("{}:{source}", sides.from), format!("{}:{path}", sides.to)];
    let most = callboard_git::limits::TREE_FILE_BYTES;
    let counts = contents_at(git, &places, most)?.into_iter().map(|bytes| {
        let bytes = bytes.unwrap_or_default();
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
        let is_open = bytes.last().is_some_and(|byte| *byte != b'\n');
        u32::try_from(ends + usize::from(is_open)).unwrap_or(u32::MAX)
    });
    let counts: Vec<u32> = counts.collect();
    Ok((counts.first().copied().unwrap_or_default(), counts.get(1).copied().unwrap_or_default()))
}

/// A hunk in pieces that are not too long.
fn pieces(hunk: DiffHunk) -> Vec<DiffHunk> {
    if hunk.lines.len() <= limits::DIFF_HUNK_LINES {
        return vec![hunk];
    }
    let (mut old_start, mut new_start) = (hunk.old_start, hunk.new_start);
    let mut pieces = Vec::new();
    for lines in hunk.lines.chunks(limits::DIFF_HUNK_LINES) {
        let count = |not: LineKind| {
            let counted = lines.iter().filter(|line| line.kind != not).count();
            u32::try_from(counted).unwrap_or(u32::MAX)
        };
        let (old_lines, new_lines) = (count(LineKind::Added), count(LineKind::Removed));
        let section = hunk.section.clone();
        let lines = lines.to_vec();
        pieces.push(DiffHunk { old_start, old_lines, new_start, new_lines, section, lines });
        old_start += old_lines;
        new_start += new_lines;
    }
    pieces
}

/// The lines of a hunk with their numbers before and now, from 1.
pub(super) fn numbered(hunk: &DiffHunk) -> impl Iterator<Item = (&DiffLine, u32, u32)> {
    let (mut old, mut new) = (hunk.old_start, hunk.new_start);
    hunk.lines.iter().map(move |line| {
        let here = (line, old, new);
        old += u32::from(line.kind != LineKind::Added);
        new += u32::from(line.kind != LineKind::Removed);
        here
    })
}

fn owners(hunk: &DiffHunk, whose: &Whose<'_>, blamed: Option<&Blame>) -> Vec<OwnedRun> {
    let owner = |line: &DiffLine, old: u32, new: u32| -> Vec<u32> {
        let of = |lines: &[Option<u32>], number: u32| {
            let at = (number as usize).checked_sub(1);
            at.and_then(|at| lines.get(at).copied().flatten()).into_iter().collect()
        };
        match (whose, blamed, line.kind) {
            (_, _, LineKind::Context) | (Whose::Nobody, ..) => Vec::new(),
            (Whose::Member(member), ..) => vec![*member],
            (Whose::Several(_), Some(blame), LineKind::Added) => of(&blame.added, new),
            (Whose::Several(_), Some(blame), LineKind::Removed) => of(&blame.removed, old),
            (Whose::Several(file), None, _) => file.members.clone(),
        }
    };
    let mut runs: Vec<OwnedRun> = Vec::new();
    for (at, (line, old, new)) in numbered(hunk).enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let members = owner(line, old, new);
        match runs.last_mut() {
            Some(run) if run.members == members && run.at + run.lines == at => run.lines += 1,
            _ if members.is_empty() => {}
            _ => runs.push(OwnedRun { at, lines: 1, members }),
        }
    }
    runs
}

fn told(hunk: DiffHunk, owners: Vec<OwnedRun>, moves: Vec<view::MovedRun>) -> view::DiffHunk {
    let sign = |kind| match kind {
        LineKind::Context => ' ',
        LineKind::Added => '+',
        LineKind::Removed => '-',
    };
    view::DiffHunk {
        old_start: hunk.old_start,
        new_start: hunk.new_start,
        section: Some(hunk.section).filter(|section| !section.is_empty()),
        lines: hunk.lines.iter().map(|line| format!("{}{}", sign(line.kind), line.text)).collect(),
        owners,
        moves,
    }
}
