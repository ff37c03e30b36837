//! What git's reports say of the files that it cannot merge.

use std::collections::{BTreeMap, HashMap};

use callboard_model::changeset::FileKind;
use callboard_model::conflict::{Conflict, ConflictFile, ConflictKind};

use super::contents::{contents, ids_at};
use super::marked::{self, Sides};
use super::report::{Entry, Report};
use super::{Pair, reports};
use crate::limits;
use crate::run::Git;
use crate::tree::TreeError;

/// The style of marks that shows what both began with, and no line that both have.
const STYLE: &str = "zdiff3";

/// The conflict of each report, if it is one. What of its parts cannot be read is left out: the verdict stands.
pub(super) fn tell(
    git: &Git,
    pairs: &[Pair],
    reports: &[Result<Report, TreeError>],
) -> Vec<Option<Conflict>> {
    let mut told: Vec<Option<Conflict>> = reports
        .iter()
        .zip(pairs)
        .map(|(report, pair)| {
            let report = report.as_ref().ok().filter(|report| !report.is_clean)?;
            Some(Conflict { files: files(report, pair) })
        })
        .collect();
    let wanted: Vec<usize> = (0..told.len())
        .filter(|at| told[*at].iter().flat_map(|c| &c.files).any(|f| has_parts(f.kind)))
        .collect();
    if let Err(error) = put_parts(git, pairs, &wanted, &mut told) {
        tracing::warn!(%error, "the parts of a conflict cannot be read");
    }
    told
}

/// The files that a report names, by path.
fn files(report: &Report, pair: &Pair) -> Vec<ConflictFile> {
    let mut kinds: BTreeMap<String, Option<ConflictKind>> = BTreeMap::new();
    for entry in &report.entries {
        kinds.entry(plain_path(&entry.path, pair)).or_default();
    }
    for message in report.messages.iter().filter(|message| is_conflict(&message.kind)) {
        let kind = kind_of(&message.kind);
        let paths = message.paths.iter().map(|path| plain_path(path, pair));
        let named: Vec<String> = paths.filter(|path| kinds.contains_key(path)).collect();
        let named = match named.is_empty() {
            true => message.paths.first().map(|path| plain_path(path, pair)).into_iter().collect(),
            false => named,
        };
        for path in named {
            let known = kinds.entry(path).or_default();
            *known = Some(known.map_or(kind, |known| more_telling(known, kind)));
        }
    }
    let file = |(path, kind): (String, Option<ConflictKind>)| {
        let stage = |wanted: u8| {
            report.entries.iter().any(|e| e.stage == wanted && plain_path(&e.path, pair) == path)
        };
        let kind = match kind {
            Some(ConflictKind::Content) if !stage(1) && stage(2) && stage(3) => {
                ConflictKind::AddAdd
            }
            Some(kind) => kind,
            None => by_stages(stage(1), stage(2), stage(3)),
        };
        ConflictFile { file: FileKind::of(&path), path, kind, hunks: Vec::new() }
    };
    kinds.into_iter().map(file).collect()
}

/// The path without what git puts behind it where two things want one place: `~` and the side's name.
fn plain_path(path: &str, pair: &Pair) -> String {
    let cut = [&pair.left, &pair.right].into_iter().find_map(|side| {
        let (plain, _) = path.split_once(&format!("~{side}"))?;
        Some(plain.to_owned())
    });
    cut.unwrap_or_else(|| path.to_owned())
}

fn is_conflict(kind: &str) -> bool {
    kind.starts_with("CONFLICT") || kind.starts_with("ERROR")
}

/// The kind by git's short words for it (merge-ort.c, `type_short_descriptions`).
fn kind_of(kind: &str) -> ConflictKind {
    let word = kind.split_once('(').map_or(kind, |(_, rest)| rest.trim_end_matches(')'));
    match word {
        "contents" | "content" => ConflictKind::Content,
        "binary" => ConflictKind::Binary,
        "file/directory" => ConflictKind::FileDirectory,
        "distinct modes" | "distinct types" => ConflictKind::Type,
        "modify/delete" => ConflictKind::ModifyDelete,
        "rename/delete" => ConflictKind::RenameDelete,
        "rename/rename" | "rename involved in collision" => ConflictKind::Rename,
        _ if word.contains("directory rename") => ConflictKind::Rename,
        _ if word.starts_with("submodule") => ConflictKind::Submodule,
        _ => ConflictKind::Other,
    }
}

/// Of two things that git says of one file the one that explains more.
fn more_telling(one: ConflictKind, other: ConflictKind) -> ConflictKind {
    use ConflictKind::{
        AddAdd, Binary, Content, FileDirectory, ModifyDelete, Other, Rename, RenameDelete,
        Submodule, Type,
    };
    let order = [
        Submodule,
        Binary,
        FileDirectory,
        Type,
        RenameDelete,
        Rename,
        ModifyDelete,
        AddAdd,
        Content,
        Other,
    ];
    let rank = |kind: ConflictKind| order.iter().position(|k| *k == kind).unwrap_or(order.len());
    if rank(one) <= rank(other) { one } else { other }
}

fn by_stages(base: bool, left: bool, right: bool) -> ConflictKind {
    match (base, left, right) {
        (false, true, true) => ConflictKind::AddAdd,
        (true, true, false) | (true, false, true) => ConflictKind::ModifyDelete,
        (true, true, true) => ConflictKind::Content,
        _ => ConflictKind::Other,
    }
}

/// Whether git marks parts of such a file.
fn has_parts(kind: ConflictKind) -> bool {
    matches!(
        kind,
        ConflictKind::Content
            | ConflictKind::AddAdd
            | ConflictKind::Rename
            | ConflictKind::RenameDelete
            | ConflictKind::Other
    )
}

/// One file whose parts are wanted, with the places that it is read from.
struct Wanted {
    pair: usize,
    file: usize,
    merged: String,
    left: Option<String>,
    right: Option<String>,
}

/// Fills in the parts of the files in conflict.
fn put_parts(
    git: &Git,
    pairs: &[Pair],
    wanted: &[usize],
    told: &mut [Option<Conflict>],
) -> Result<(), TreeError> {
    let chosen: Vec<Pair> = wanted.iter().map(|at| pairs[*at].clone()).collect();
    let mut files: Vec<Wanted> = Vec::new();
    for (at, report) in wanted.iter().zip(reports(git, &chosen, Some(STYLE))) {
        let (Ok(report), Some(conflict)) = (report, &told[*at]) else { continue };
        let listed = conflict.files.iter().enumerate().filter(|(_, f)| has_parts(f.kind));
        for (number, file) in listed.take(limits::CONFLICT_FILES) {
            files.extend(wanted_of(*at, number, &file.path, &report, &pairs[*at]));
        }
    }
    let places: Vec<String> = files.iter().map(|file| file.merged.clone()).collect();
    let merged = ids_at(git, &places)?;
    let sides: Vec<String> =
        files.iter().flat_map(|file| [&file.left, &file.right]).flatten().cloned().collect();
    let side_ids: HashMap<String, (String, u64)> = sides
        .iter()
        .cloned()
        .zip(ids_at(git, &sides)?)
        .filter_map(|(id, at)| Some((id, at?)))
        .collect();
    let all: Vec<(String, u64)> =
        merged.iter().flatten().chain(side_ids.values()).cloned().collect();
    let contents = contents(git, &all)?;
    let content = |id: &Option<String>| {
        id.as_ref()
            .and_then(|id| side_ids.get(id))
            .and_then(|(id, _)| contents.get(id))
            .map(Vec::as_slice)
    };
    for (file, merged) in files.iter().zip(&merged) {
        let Some(text) = merged.as_ref().and_then(|(id, _)| contents.get(id)) else { continue };
        let sides = Sides {
            left: &pairs[file.pair].left,
            right: &pairs[file.pair].right,
            left_file: content(&file.left),
            right_file: content(&file.right),
        };
        if let Some(target) = told[file.pair].as_mut().and_then(|c| c.files.get_mut(file.file)) {
            target.hunks = marked::hunks(text, sides);
        }
    }
    Ok(())
}

fn wanted_of(
    pair: usize,
    file: usize,
    path: &str,
    report: &Report,
    sides: &Pair,
) -> Option<Wanted> {
    let of_path: Vec<&Entry> =
        report.entries.iter().filter(|e| plain_path(&e.path, sides) == path).collect();
    let side = |stage: u8| of_path.iter().find(|e| e.stage == stage).map(|e| e.id.clone());
    // Where two things want one place, the tree has the file under the name that git gave it.
    let place = of_path.first().map_or(path, |entry| entry.path.as_str());
    let is_file = of_path.iter().all(|entry| entry.mode.starts_with("100"));
    // An answer is a line: a name of two lines would shift all that follow.
    (is_file && !place.contains('\n')).then(|| Wanted {
        pair,
        file,
        merged: format!("{}:{place}", report.tree),
        left: side(2),
        right: side(3),
    })
}
