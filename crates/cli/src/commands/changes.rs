//! `changes`: what each worktree and session changes against its base.

use callboard_model::changeset::{ChangedFile, FileStatus};
use callboard_model::view::{ChangesetView, OwnChangesView, PatchView};

use super::{client, commit, workspace_needed};
use crate::args::changes::Changes;
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

/// The width that a title takes in a table.
const TITLE: usize = 48;

pub(super) fn changes(args: &Changes, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let workspace = workspace_needed(&client)?;
    let named = args.of.as_deref().map(|name| format!("&name={}", encoded(name)));
    let path =
        format!("/api/changesets?workspace={workspace}{}", named.as_deref().unwrap_or_default());
    let found: Vec<ChangesetView> = client.get(&path)?;
    let own = match found.as_slice() {
        [one] if args.of.is_some() => own_changes(&client, one)?,
        _ => None,
    };
    // In a checkout that nobody shares, all of it is the changeset's.
    let patch = match named.filter(|_| args.diff && own.is_none()) {
        Some(named) => {
            let path = format!("/api/changesets/patch?workspace={workspace}{named}");
            Some(client.get::<PatchView>(&path)?)
        }
        None => None,
    };
    if args.json.json {
        return match (own.filter(|_| args.diff), patch) {
            (Some(own), _) => output::json(&own),
            (None, Some(patch)) => output::json(&patch),
            (None, None) => output::json(&found),
        };
    }
    if args.of.is_some() {
        let mut texts: Vec<String> = found.iter().map(one).collect();
        texts.extend(own.as_ref().map(beside).filter(|text| !text.is_empty()));
        texts.extend(own.as_ref().filter(|_| args.diff).map(hunks));
        texts.extend(patch.map(|patch| lines_of(&patch.patch)));
        return output::print(&texts.join("\n"));
    }
    if found.is_empty() {
        return output::line(
            "nothing is changed here\n\nhint: what a session or a worktree changes against its base shows as it is written",
        );
    }
    let now = callboard_os::clock::now();
    let header = ["changeset", "what", "files", "lines", "not committed", "changed"];
    let mut table = output::table(&header, output::width());
    for changeset in &found {
        table.add_row([
            changeset.changeset.name.clone(),
            output::short(&changeset.changeset.title, TITLE),
            changeset.files.len().to_string(),
            lines(changeset.added, changeset.removed),
            if changeset.uncommitted { "some".into() } else { String::new() },
            output::ago(Some(changeset.changed_at), now),
        ]);
    }
    output::print(&output::table_text(&table))
}

/// What the session of a changeset changed itself, if it has one session.
fn own_changes(
    client: &Client,
    changeset: &ChangesetView,
) -> Result<Option<OwnChangesView>, CliError> {
    match changeset.changeset.sessions.as_slice() {
        [session, ..] => client.get(&format!("/api/sessions/{session}/changes")),
        [] => Ok(None),
    }
}

/// What else lies in the checkout of a session, and what is not its alone.
fn beside(own: &OwnChangesView) -> String {
    let mut text = String::new();
    let mut fact = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            text.push_str(&format!("{name:<9}{}\n", values.join("\n         ")));
        }
    };
    fact("beside", own.others.iter().map(ToString::to_string).collect());
    fact("shared", own.overlaps.iter().map(|one| commit::place(one, own.session)).collect());
    fact("nobody's", own.unattributed.iter().map(|path| output::plain(path)).collect());
    text
}

/// A patch, without what would move a terminal's cursor.
fn lines_of(patch: &str) -> String {
    patch.lines().map(|line| format!("{}\n", output::plain(line))).collect()
}

/// The hunks that are a session's, as a diff without context.
fn hunks(own: &OwnChangesView) -> String {
    let mut text = String::new();
    for file in &own.files {
        let from = file.from.as_ref().map(|from| format!("{from} → ")).unwrap_or_default();
        text.push_str(&format!("{from}{}\n", output::plain(&file.path)));
        if file.hunks.is_empty() {
            text.push_str("  as a whole\n");
        }
        for hunk in &file.hunks {
            let others = hunk.owners.sessions.iter().filter(|one| **one != own.session);
            let mut with: Vec<String> = others.map(ToString::to_string).collect();
            with.extend(hunk.owners.unknown.then(|| "somebody unknown".to_owned()));
            let with = match with.is_empty() {
                true => String::new(),
                false => format!(" with {}", with.join(" and ")),
            };
            text.push_str(&format!("@@ {}{with} @@\n", hunk.new_start));
            let each = |sign: char, lines: &[String]| -> String {
                let line = |line: &String| format!("{sign}{}\n", output::plain(line.trim_end()));
                lines.iter().map(line).collect()
            };
            text.push_str(&each('-', &hunk.removed));
            text.push_str(&each('+', &hunk.added));
        }
    }
    text
}

fn lines(added: u32, removed: u32) -> String {
    format!("+{added} -{removed}")
}

/// One changeset, with its files.
fn one(changeset: &ChangesetView) -> String {
    let of = &changeset.changeset;
    let title = output::styled(&of.name, Style::Bold);
    let mut text = format!("{title} {}\n", output::plain(&of.title));
    let mut fact = |name: &str, value: &str| text.push_str(&format!("{name:<9}{value}\n"));
    fact("base", &changeset.base);
    if let Some(branch) = &changeset.branch {
        fact("branch", branch);
    }
    if let Some(path) = &changeset.path {
        fact("folder", path);
    }
    let commits = output::count(u64::from(changeset.commits), "commit");
    let more = if changeset.uncommitted { ", and what is not committed" } else { "" };
    fact("holds", &format!("{commits}{more}"));
    text.push('\n');
    for file in &changeset.files {
        let what = match file.binary {
            true => "binary".to_owned(),
            false => lines(file.added, file.removed),
        };
        let from = file.from.as_ref().map(|from| format!("{from} → ")).unwrap_or_default();
        text.push_str(&format!("{} {from}{} {what}\n", letter(file), output::plain(&file.path)));
    }
    for left in &changeset.left_out {
        text.push_str(&format!("  {left} is too large, or a repository of its own: left out\n"));
    }
    text
}

fn letter(file: &ChangedFile) -> char {
    match file.status {
        FileStatus::Added => 'A',
        FileStatus::Modified => 'M',
        FileStatus::Deleted => 'D',
        FileStatus::Renamed => 'R',
        FileStatus::Mode | FileStatus::Type => 'T',
    }
}
