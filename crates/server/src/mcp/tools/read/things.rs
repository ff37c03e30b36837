//! Sessions, reviews and briefs as agents read them.

use callboard_engine::{BriefOf, BriefQuery};
use callboard_model::limits::BRIEF_TOKENS;
use callboard_model::receipt::{ReceiptOf, render};
use callboard_model::view::ReportView;
use callboard_model::{ReviewId, SessionId, quote};

use super::super::{Call, Said, moment, words};
use crate::limits;

/// What is known of a session: its goal, plan, checks, files and last words.
pub(super) fn session(call: &Call<'_>, id: SessionId) -> Said {
    let detail = call.engine.session_detail(id)?;
    let view = &detail.session;
    let task = view.task.map(|task| format!(", {task}")).unwrap_or_default();
    let mut text = format!("{id} ({}{task}), {}", view.agent, view.state.word());
    for (name, at) in [("from", view.started_at), ("to", view.updated_at)] {
        text.push_str(&at.map(|at| format!(", {name} {}", moment(at))).unwrap_or_default());
    }
    text.push('\n');
    for (name, value) in [("folder", &view.cwd), ("branch", &view.branch), ("model", &view.model)] {
        if let Some(value) = value {
            text.push_str(&format!("{name}: {}\n", words::name(value)));
        }
    }
    if let Some(goal) = detail.goal_text.as_ref().or(view.goal.as_ref()) {
        text.push_str(&format!("\n## Goal\n{}", quote::block(goal)));
    }
    lines(
        &mut text,
        "Plan",
        detail.plan_steps.iter().map(|step| {
            let status = step.status.map(|status| format!("{status:?}").to_lowercase());
            format!("- {}: {}", status.unwrap_or_default(), short(&step.text))
        }),
    );
    lines(
        &mut text,
        "Checks",
        detail.checks.iter().map(|check| {
            let word = match check.ok {
                Some(true) => "passed",
                Some(false) => "failed",
                None => "unclear",
            };
            format!("- {word}: {}", short(&check.command))
        }),
    );
    let edited = detail.files.iter().filter(|file| file.edits > 0);
    lines(&mut text, "Files changed", edited.map(|file| format!("- {}", words::name(&file.path))));
    lines(
        &mut text,
        "What happened",
        detail.milestones.iter().map(|one| {
            let at = one.at.map(|at| format!("{}: ", moment(at))).unwrap_or_default();
            format!("- {at}{}", short(&one.text))
        }),
    );
    if let Some(report) = &detail.report {
        text.push_str(&reported(report));
    }
    lines(
        &mut text,
        "Messages",
        detail.messages.iter().map(|one| {
            format!("- {} to {}, {}: {}", one.from, one.to, moment(one.at), short(&one.text))
        }),
    );
    lines(
        &mut text,
        "Subagents",
        detail.children.iter().map(|child| {
            format!("- {}, {}: {}", child.id, child.state.word(), short(&child.activity))
        }),
    );
    Ok(text)
}

/// What a session said of its own work.
fn reported(report: &ReportView) -> String {
    let mut text =
        format!("\n## Its own report, {}\n{}", moment(report.at), quote::block(&report.summary));
    let not_verified = report.not_verified.iter().map(|line| format!("- {}", short(line)));
    lines(&mut text, "Not verified, as it says", not_verified);
    text
}

/// A review: its members, files, checks and comments.
pub(super) fn review(call: &Call<'_>, id: ReviewId) -> Said {
    let review = call.engine.review(id)?;
    let state = format!("{:?}", review.state).to_lowercase();
    let mut text = format!("{id} {}, {state}\n", short(&review.title));
    if let Some(hinders) = &review.hinders {
        text.push_str(&format!("hindered: {}\n", short(hinders)));
    }
    lines(
        &mut text,
        "Members",
        review.members.iter().map(|member| {
            let of = &member.changeset.changeset;
            let reason = short(&member.reason);
            format!(
                "- {} {}: +{} -{}; {reason}",
                of.name,
                short(&of.title),
                member.changeset.added,
                member.changeset.removed
            )
        }),
    );
    lines(
        &mut text,
        "Files",
        review
            .files
            .iter()
            .map(|file| format!("- {} +{} -{}", words::name(&file.path), file.added, file.removed)),
    );
    lines(
        &mut text,
        "Checks",
        review.checks.iter().map(|check| {
            let stale = if check.stale { ", before its last change" } else { "" };
            format!("- {:?}{stale}: {}", check.outcome, short(&check.command))
        }),
    );
    lines(
        &mut text,
        "Comments",
        review.comments.iter().map(|comment| format!("- {}", short(&comment.text))),
    );
    Ok(text)
}

/// A brief of a session, or of a task and all of its sessions; for the caller's own task, where that is another.
pub(super) fn brief(call: &Call<'_>, of: BriefOf) -> Said {
    let own = call.session.map(|session| call.engine.session(session)).transpose()?;
    let own = own.and_then(|view| view.task);
    let for_task = own.filter(|task| of != BriefOf::Task(*task));
    Ok(call.engine.brief(BriefQuery { of, for_task, budget: BRIEF_TOKENS })?.markdown)
}

/// What a piece of work can show; it quotes agents and files.
pub(super) fn receipt(call: &Call<'_>, of: ReceiptOf) -> Said {
    let view = call.engine.receipt(&of)?;
    let shown = view.shown();
    Ok(quote::block(&render::markdown(&view.receipt, &shown)))
}

fn short(text: &str) -> String {
    words::line(text, limits::TOOL_SNIPPET_CHARS)
}

fn lines(text: &mut String, name: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        text.push_str(&format!("\n## {name}\n{}\n", lines.join("\n")));
    }
}
