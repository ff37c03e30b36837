//! `conflicts`: what git cannot merge, before anyone merges.

use std::fmt::Write as _;
use std::process::ExitCode;

use callboard_engine::revisions;
use callboard_model::changeset::FileKind;
use callboard_model::conflict::{ConflictFile, ConflictHunk, ConflictKind};
use callboard_model::view::{ChangesetRef, ConflictsView, LandOrderView, PairsView};

use super::{client, workspace_needed};
use crate::args::conflicts::Compared;
use crate::error::CliError;
use crate::output::{self, Style, plain};
use crate::settings::Settings;

pub(super) fn conflicts(args: &Compared, settings: &Settings) -> Result<ExitCode, CliError> {
    if args.revs.is_empty() {
        return live(args, settings);
    }
    let found = revisions(args, settings)?;
    if args.json.json {
        output::json(&found)?;
    } else {
        output::print(&told(&found))?;
    }
    let is_error = found.pairs.iter().any(|pair| pair.error.is_some());
    let is_conflict =
        found.pairs.iter().any(|pair| pair.conflict.is_some()) || !found.order.breaks.is_empty();
    Ok(match (args.exit_code, is_conflict, is_error) {
        (true, true, _) => ExitCode::from(1),
        // What could not be tried is no good news.
        (_, _, true) => ExitCode::from(2),
        _ => ExitCode::SUCCESS,
    })
}

/// What is between revisions: nothing has to run for it.
pub(super) fn revisions(args: &Compared, settings: &Settings) -> Result<ConflictsView, CliError> {
    let here = std::env::current_dir()?;
    let scratch = settings.home.join("passing");
    revisions::compare(&here, &scratch, &args.revs, args.base.as_deref())
        .map_err(|error| CliError::answered(error.to_string(), error.hint().map(str::to_owned)))
}

/// What is between the live changesets.
pub(super) fn live_pairs(settings: &Settings) -> Result<PairsView, CliError> {
    let client = client(settings)?;
    client.get(&format!("/api/conflicts?workspace={}", workspace_needed(&client)?))
}

fn live(args: &Compared, settings: &Settings) -> Result<ExitCode, CliError> {
    let found = live_pairs(settings)?;
    let is_conflict = found.pairs.iter().any(|pair| pair.conflict.is_some());
    if args.json.json {
        output::json(&found)?;
    } else {
        output::print(&told_live(&found))?;
    }
    Ok(if is_conflict && args.exit_code { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn told_live(found: &PairsView) -> String {
    let mut table =
        output::table(&["left", "right", "file", "why", "where", "since"], output::width());
    let now = callboard_os::clock::now();
    let mut rows = 0;
    for pair in &found.pairs {
        for file in pair.conflict.iter().flat_map(|conflict| &conflict.files) {
            rows += 1;
            table.add_row([
                side(&pair.left),
                side(&pair.right),
                file_told(file),
                why(file.kind).to_owned(),
                places(file),
                output::ago(pair.since, now),
            ]);
        }
    }
    let mut text = match rows {
        0 => "no conflicts among what is under way\n".to_owned(),
        _ => output::table_text(&table),
    };
    if let Some(base) = found.base.as_deref().filter(|_| rows > 0) {
        text += "\n";
        text += &order_told(base, &found.order);
    }
    text
}

/// Who it is, and at what.
fn side(of: &ChangesetRef) -> String {
    const TITLE: usize = 32;
    if of.title.is_empty() {
        return plain(&of.name);
    }
    format!("{} {}", of.name, output::short(&plain(&of.title), TITLE))
}

fn file_told(file: &ConflictFile) -> String {
    match beside(file.file) {
        "" => plain(&file.path),
        kind => format!("{} ({kind})", plain(&file.path)),
    }
}

fn told(found: &ConflictsView) -> String {
    let mut text = String::new();
    let mut table = output::table(&["left", "right", "file", "why", "where"], output::width());
    let mut rows = 0;
    for pair in &found.pairs {
        let files = pair.conflict.iter().flat_map(|conflict| &conflict.files);
        for file in files {
            rows += 1;
            let (left, right) = (called(&pair.left), called(&pair.right));
            table.add_row([left, right, file_told(file), why(file.kind).to_owned(), places(file)]);
        }
    }
    if rows > 0 {
        text += &output::table_text(&table);
        text.push('\n');
    }
    for pair in &found.pairs {
        if let Some(error) = &pair.error {
            let _ = writeln!(
                text,
                "{} and {} could not be tried: {}",
                called(&pair.left),
                called(&pair.right),
                plain(error)
            );
        }
    }
    let clean = found.pairs.iter().filter(|p| p.conflict.is_none() && p.error.is_none()).count();
    let _ = writeln!(
        text,
        "{} of {} merge cleanly",
        clean,
        output::count(found.pairs.len() as u64, "pair")
    );
    if let Some(base) = &found.base {
        text += &order_told(base, &found.order);
    }
    text
}

fn order_told(base: &str, order: &LandOrderView) -> String {
    let mut text = String::new();
    let lands = order.order.iter().map(|name| called(name)).collect::<Vec<_>>().join(", then ");
    let _ = match (order.order.is_empty(), order.breaks.is_empty()) {
        (true, _) => writeln!(text, "none lands on {}", called(base)),
        (false, true) => writeln!(text, "all land on {}: {lands}", called(base)),
        (false, false) => writeln!(text, "on {} land {lands}", called(base)),
    };
    for one in &order.reasons {
        let (first, then) = (called(&one.first), called(&one.then));
        let _ = writeln!(text, "{first} before {then}: {}", plain(&one.reason));
    }
    for broken in &order.breaks {
        let with = broken.with.iter().map(|name| called(name)).collect::<Vec<_>>().join(", ");
        let line = format!("{} breaks with {with}: {}", called(&broken.name), paths(&broken.files));
        let _ = writeln!(text, "{}", output::styled(&line, Style::Accent));
    }
    text
}

/// A revision as people read it: whole ids are long.
fn called(name: &str) -> String {
    let is_id = name.len() >= 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain(if is_id { &name[..12] } else { name })
}

/// The first files of a conflict, and how many there are besides.
fn paths(files: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = files.iter().take(SHOWN).map(|path| plain(path)).collect();
    let more = files.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Where the parts of a file begin, on each side.
fn places(file: &ConflictFile) -> String {
    const SHOWN: usize = 3;
    let place = |hunk: &ConflictHunk| {
        if hunk.left_line == hunk.right_line {
            hunk.left_line.to_string()
        } else {
            format!("{}/{}", hunk.left_line, hunk.right_line)
        }
    };
    let mut shown: Vec<String> = file.hunks.iter().take(SHOWN).map(place).collect();
    if file.hunks.len() > SHOWN {
        shown.push(format!("{} more", file.hunks.len() - SHOWN));
    }
    let word = match file.hunks.len() {
        0 => return "the whole file".to_owned(),
        1 => "line",
        _ => "lines",
    };
    format!("{word} {}", shown.join(", "))
}

fn why(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::Content => "both change the same lines",
        ConflictKind::AddAdd => "both add it",
        ConflictKind::ModifyDelete => "one changes what the other removes",
        ConflictKind::RenameDelete => "one removes what the other moves",
        ConflictKind::Rename => "moved to other places, or to one",
        ConflictKind::FileDirectory => "a file where the other has a folder",
        ConflictKind::Type => "other kinds of things at one path",
        ConflictKind::Binary => "both change it, and it is not text",
        ConflictKind::Overlap => "both wrote the same lines, in one folder",
        ConflictKind::Submodule => "both change the submodule's commit",
        ConflictKind::Other => "git cannot merge it",
    }
}

/// What a file is, where a conflict in it means less.
fn beside(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Lock => "lock file",
        FileKind::ChangeLog => "change log",
        FileKind::Manifest => "manifest",
        FileKind::Generated => "generated",
        FileKind::Code | FileKind::Test | FileKind::Other => "",
    }
}
