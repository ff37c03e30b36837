//! `since`: what happened while its user was away.

use std::fmt::Write as _;

use callboard_model::fold::MilestoneKind;
use callboard_model::view::Since as SinceView;

use super::{client, workspace_needed};
use crate::args::Since;
use crate::client::encoded;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

pub(super) fn since(args: &Since, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let workspace = workspace_needed(&client)?;
    let path = format!("/api/since?workspace={workspace}&from={}", encoded(&args.from));
    let since: SinceView = client.get(&path)?;
    if args.json.json {
        output::json(&since)?;
    } else {
        output::print(&text_of(&since))?;
    }
    // Reading it is a look: the next `since last` begins here.
    client.send::<_, ()>(
        hyper::Method::POST,
        "/api/look",
        &serde_json::json!({ "workspace": workspace }),
    )
}

fn text_of(since: &SinceView) -> String {
    let mut text = format!(
        "since {} ({})\n",
        output::moment(since.from, since.to),
        output::span(since.to.since_ms(since.from))
    );
    if since.groups.is_empty() {
        text.push_str("\nnothing happened\n");
    }
    for group in &since.groups {
        let name = group.task.map_or_else(
            || group.sessions.first().map(ToString::to_string).unwrap_or_default(),
            |task| task.to_string(),
        );
        let title = output::styled(&output::short(&group.title, 90), Style::Bold);
        let _ = write!(text, "\n{name}  {title}");
        if let Some(state) = group.state {
            let _ = write!(text, "  {}", output::state(state));
        }
        text.push('\n');
        if let Some(wanted) = &group.wanted {
            let _ = writeln!(
                text,
                "  {}",
                output::styled(
                    &format!("wants you: {}", output::short(wanted, 110)),
                    Style::Accent
                )
            );
        }
        for line in &group.lines {
            let at = line.at.map(output::clock).unwrap_or_else(|| "     ".into());
            let _ = writeln!(
                text,
                "  {at}  {}",
                output::short(&format!("{} {}", word(line.kind), line.text), 110)
            );
        }
        if !group.files.is_empty() {
            let files = group.files.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
            let more = group.files.len().saturating_sub(6);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(
                text,
                "  {}",
                output::styled(&format!("changed {files}{more}"), Style::Dim)
            );
        }
    }
    if since.quiet_sessions > 0 {
        let more = output::count(since.quiet_sessions as u64, "more session");
        let _ = writeln!(text, "\n{more} did nothing worth telling");
    }
    text
}

/// What kind of thing, in words.
fn word(kind: MilestoneKind) -> &'static str {
    match kind {
        MilestoneKind::Directed => "you asked:",
        MilestoneKind::Finished => "finished:",
        MilestoneKind::Interrupted => "interrupted:",
        MilestoneKind::Failed => "failed:",
        MilestoneKind::CheckFailed => "check failed:",
        MilestoneKind::CheckFixed => "check passes again:",
        MilestoneKind::Committed => "committed:",
        MilestoneKind::Pushed => "pushed",
        MilestoneKind::PullRequest => "opened a pull request:",
        MilestoneKind::Asked => "asked:",
        MilestoneKind::Answered => "answered:",
        MilestoneKind::PlanApproved => "plan approved",
        MilestoneKind::Refused => "refused:",
        MilestoneKind::Compacted => "history compacted",
    }
}
