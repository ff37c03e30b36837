//! The difference of a review, on a terminal: each line with the letter of whose it is.

use callboard_model::view::{DiffHunk, FileDiffView, ReviewView};

use super::told::letter;
use crate::args::Json;
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output::{self, Style};

/// Which part is wanted.
pub(super) struct Wanted {
    pub(super) paths: Vec<String>,
    pub(super) of: Option<String>,
    pub(super) ignore_space: bool,
}

/// Lines around each hunk that show a whole file.
const WHOLE: u32 = 100_000;

pub(super) fn diff(
    client: &Client,
    view: &ReviewView,
    wanted: &Wanted,
    json: &Json,
) -> Result<(), CliError> {
    let member = wanted.of.as_deref().map(|name| member(view, name)).transpose()?;
    let is_wanted = |path: &str| {
        wanted.paths.is_empty()
            || wanted.paths.iter().any(|wanted| {
                path == wanted || path.starts_with(&format!("{}/", wanted.trim_end_matches('/')))
            })
    };
    let of_member = |members: &[u32]| member.is_none_or(|at| members.contains(&at));
    let files = view.files.iter().filter(|file| is_wanted(&file.path) && of_member(&file.members));
    let mut all = Vec::new();
    for file in files {
        let mut parts = vec![member];
        // Each side of what cannot be merged is told by itself.
        if file.conflict && member.is_none() {
            parts = file.members.iter().map(|at| Some(*at)).collect();
        }
        for part in parts {
            let mut query = format!("path={}", encoded(&file.path));
            if let Some(at) = part {
                query.push_str(&format!("&member={at}"));
            }
            if wanted.ignore_space {
                query.push_str("&whitespace=ignore");
            }
            all.push((part, read(client, &view.id.to_string(), &query)?));
        }
    }
    if json.json {
        return output::json(&all.into_iter().map(|(_, diff)| diff).collect::<Vec<_>>());
    }
    if all.is_empty() {
        return Err(CliError::misuse(
            "no file of the review fits",
            "see its files with `callboard review show`",
        ));
    }
    let letters = view.members.iter().map(|member| {
        let of = &member.changeset.changeset;
        format!("{} {} {}", letter(member), of.name, output::plain(&of.title))
    });
    let mut text = letters.collect::<Vec<_>>().join("\n");
    text.push('\n');
    for (part, diff) in &all {
        text.push_str(&told(view, *part, diff));
    }
    output::print(&text)
}

/// The whole of a file as it is now, as far as it is near what changes.
pub(super) fn whole_file(
    client: &Client,
    review: &str,
    path: &str,
) -> Result<FileDiffView, CliError> {
    read(client, review, &format!("path={}&context={WHOLE}", encoded(path)))
}

/// What these lines say now.
pub(super) fn lines_now(diff: &FileDiffView, from: u32, to: u32) -> String {
    let mut found = Vec::new();
    for hunk in &diff.hunks {
        let now = hunk.lines.iter().filter(|line| !line.starts_with('-'));
        for (number, line) in (hunk.new_start..).zip(now) {
            if (from..=to).contains(&number) {
                found.push(line.get(1..).unwrap_or_default());
            }
        }
    }
    found.join("\n")
}

/// All hunks of a file, page by page.
fn read(client: &Client, review: &str, query: &str) -> Result<FileDiffView, CliError> {
    let path = format!("/api/reviews/{}/diff?{query}", encoded(review));
    let mut diff: FileDiffView = client.get(&path)?;
    while diff.more > 0 && !diff.hunks.is_empty() {
        let next: FileDiffView = client.get(&format!("{path}&after={}", diff.hunks.len() - 1))?;
        diff.more = next.more;
        diff.hunks.extend(next.hunks);
    }
    Ok(diff)
}

fn member(view: &ReviewView, name: &str) -> Result<u32, CliError> {
    let is_it = |of: &callboard_model::view::ReviewMember| {
        let of = &of.changeset;
        of.changeset.name == name || of.branch.as_deref() == Some(name)
    };
    let at = view.members.iter().position(is_it).and_then(|at| u32::try_from(at).ok());
    at.ok_or_else(|| {
        CliError::misuse(
            format!("{name} is not in {}", view.id),
            "see its members with `callboard review show`",
        )
    })
}

fn told(view: &ReviewView, part: Option<u32>, diff: &FileDiffView) -> String {
    let name = |at: u32| view.members.get(at as usize).map(|one| &one.changeset.changeset.name);
    let of = part.and_then(name).map(|name| format!(" ({name})")).unwrap_or_default();
    let title = format!("{}{of}", output::plain(&diff.path));
    let mut text = format!("\n{}\n", output::styled(&title, Style::Bold));
    for hunk in &diff.hunks {
        text.push_str(&told_hunk(view, hunk));
    }
    text
}

fn told_hunk(view: &ReviewView, hunk: &DiffHunk) -> String {
    let section = hunk.section.as_deref().map(output::plain).unwrap_or_default();
    let without = |sign| hunk.lines.iter().filter(|line| !line.starts_with(sign)).count();
    let (old, new) = (without('+'), without('-'));
    let place = format!("@@ -{},{old} +{},{new} @@ {section}", hunk.old_start, hunk.new_start);
    let mut text = format!("{}\n", output::styled(&place, Style::Dim));
    for (at, line) in (0_u32..).zip(&hunk.lines) {
        let run = hunk.owners.iter().find(|run| (run.at..run.at + run.lines).contains(&at));
        let members = run.into_iter().flat_map(|run| &run.members);
        let members = members.filter_map(|at| view.members.get(*at as usize));
        let letters: String = members.map(letter).collect();
        text.push_str(&format!("{letters:<2}{}\n", output::plain(line)));
    }
    text
}
