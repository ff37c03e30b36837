//! `since`: what happened while its user was away.

use std::fmt::Write as _;

use callboard_model::SessionId;
use callboard_model::fold::MilestoneKind;
use callboard_model::view::{Since as SinceView, SinceGroup, SinceReview};

use super::{client, workspace_needed};
use crate::args::Since;
use crate::client::encoded;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

/// Characters of a line.
const WIDTH: usize = 110;

/// Calls answered by rules that are told at a glance.
const RULED_SHOWN: usize = 5;

pub(super) fn since(args: &Since, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let workspace = workspace_needed(&client)?;
    let path = format!("/api/since?workspace={workspace}&from={}", encoded(&args.from));
    let since: SinceView = client.get(&path)?;
    if args.json.json {
        output::json(&since)?;
    } else {
        output::print(&text_of(&since, args.all))?;
    }
    // Reading it is a look: the next `since last` begins here.
    client.send::<_, ()>(
        hyper::Method::POST,
        "/api/look",
        &serde_json::json!({ "workspace": workspace }),
    )
}

fn text_of(since: &SinceView, all: bool) -> String {
    let mut text = format!(
        "since {} ({})\n",
        output::moment(since.from, since.to),
        output::span(since.to.since_ms(since.from))
    );
    let is_quiet = |group: &SinceGroup| group.lines.is_empty() && group.files.is_empty();
    let is_silent = since.reviews.is_empty() && since.messages.is_empty();
    if since.groups.iter().all(is_quiet) && is_silent {
        text.push_str("\nnothing happened\n");
    }
    for night in &since.nights {
        let _ = write!(text, "\n{}", super::night::text_of(night));
    }
    for group in &since.groups {
        text.push_str(&group_text(group, all));
    }
    for review in &since.reviews {
        text.push_str(&review_text(review));
    }
    text.push_str(&messages_text(since));
    text.push_str(&ruled_text(since, all));
    if since.quiet_sessions > 0 {
        let more = output::count(since.quiet_sessions as u64, "more session");
        let _ = writeln!(text, "\n{more} did nothing worth telling");
    }
    if !all && since.groups.iter().any(|group| !group.folded.is_empty()) {
        let _ = writeln!(text, "\n{}", output::styled("--all tells every line", Style::Dim));
    }
    text
}

fn review_text(told: &SinceReview) -> String {
    let title = output::styled(&output::short(&told.title, 90), Style::Bold);
    let mut text = format!("\n{}  {title}\n", told.review);
    for line in &told.lines {
        let words = output::short(&line.text, WIDTH);
        let _ = writeln!(text, "  {}  {words}", output::clock(line.at));
    }
    text
}

/// What sessions told each other.
fn messages_text(since: &SinceView) -> String {
    let mut text = String::new();
    for one in &since.messages {
        let words = output::short(&one.text, WIDTH);
        let _ =
            writeln!(text, "\n{}  {} told {}: {words}", output::clock(one.at), one.from, one.to);
    }
    text
}

/// What rules answered, or at a glance how often.
fn ruled_text(since: &SinceView, all: bool) -> String {
    if since.by_rules.is_empty() {
        return String::new();
    }
    let calls = output::count(since.by_rules.len() as u64, "call");
    let mut text = format!("\nrules answered {calls}\n");
    let shown = if all { since.by_rules.len() } else { RULED_SHOWN };
    for ruled in since.by_rules.iter().take(shown) {
        let word = if ruled.allowed { "allowed" } else { "refused" };
        let question = output::short(&ruled.question, WIDTH);
        let by = output::styled(&ruled.rule, Style::Dim);
        let _ = writeln!(text, "  {}  {word}: {question}  {by}", output::clock(ruled.at));
    }
    text
}

fn group_text(group: &SinceGroup, all: bool) -> String {
    let name = group.task.map_or_else(
        || group.sessions.first().map(ToString::to_string).unwrap_or_default(),
        |task| task.to_string(),
    );
    let title = output::styled(&output::short(&group.title, 90), Style::Bold);
    let mut text = format!("\n{name}  {title}");
    if let Some(state) = group.state {
        let _ = write!(text, "  {}", output::state(state));
    }
    text.push('\n');
    // Whose a line is needs saying only where there are several.
    let several = group.sessions.len() > 1;
    let whose = |session: SessionId| if several { format!("{session}  ") } else { String::new() };
    for want in &group.wants {
        let wanted = format!("wants you: {}", output::short(&want.text, WIDTH));
        let wanted = output::styled(&wanted, Style::Accent);
        let _ = writeln!(text, "  {}{wanted}", whose(want.session));
    }
    for line in group.lines.iter().filter(|line| all || !line.folded) {
        let at = line.at.map(output::clock).unwrap_or_else(|| "     ".into());
        let told = output::short(&told(line.kind, &line.text), WIDTH);
        let _ = writeln!(text, "  {at}  {}{told}", whose(line.session));
    }
    for folded in group.folded.iter().filter(|_| !all) {
        let least = if folded.complete { "" } else { "at least " };
        let more = format!("and {least}{} more: {}", folded.lines, folded.text);
        let more = output::styled(&more, Style::Dim);
        let _ = writeln!(text, "  {}{more}", whose(folded.session));
    }
    if !group.files.is_empty() {
        let files = group.files.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
        let more = group.files.len().saturating_sub(6);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let changed = output::plain(&format!("changed {files}{more}"));
        let _ = writeln!(text, "  {}", output::styled(&changed, Style::Dim));
    }
    text
}

/// What kind of thing happened, and what; the kind alone where that is all that is known.
fn told(kind: MilestoneKind, text: &str) -> String {
    let word = word(kind);
    match text {
        "" => word.to_owned(),
        // What the service says may begin with the same.
        _ if kind == MilestoneKind::Failed && text.starts_with(word) => text.to_owned(),
        _ if kind == MilestoneKind::Pushed => format!("{word} {text}"),
        _ => format!("{word}: {text}"),
    }
}

/// What kind of thing, in words.
fn word(kind: MilestoneKind) -> &'static str {
    match kind {
        MilestoneKind::Directed => "you asked",
        MilestoneKind::Finished => "finished",
        MilestoneKind::Interrupted => "interrupted",
        MilestoneKind::Failed => "failed",
        MilestoneKind::CheckFailed => "check failed",
        MilestoneKind::CheckFixed => "check passes again",
        MilestoneKind::Committed => "committed",
        MilestoneKind::Pushed => "pushed",
        MilestoneKind::PullRequest => "opened a pull request",
        MilestoneKind::Asked => "asked",
        MilestoneKind::Answered => "answered",
        MilestoneKind::PlanApproved => "plan approved",
        MilestoneKind::Refused => "refused",
        MilestoneKind::Compacted => "history compacted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_words_is_its_kind_and_no_word_stands_twice() {
        assert_eq!(told(MilestoneKind::Finished, ""), "finished");
        assert_eq!(told(MilestoneKind::Refused, ""), "refused");
        assert_eq!(told(MilestoneKind::Failed, "failed to connect"), "failed to connect");
        assert_eq!(told(MilestoneKind::Failed, "API Error: 529"), "failed: API Error: 529");
        assert_eq!(told(MilestoneKind::Pushed, "main"), "pushed main");
    }
}
