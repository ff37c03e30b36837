//! What an action is for: what failed before it, what the agent said it was about to do, its plan's step.

use super::action;
use super::intent::{self, Intent};
use crate::Timestamp;
use crate::check::Verdict;
use crate::fold::{Doing, SessionFold, Verb, Words};
use crate::limits::LINE_CHARS;
use crate::phrase::lower_first;
use crate::purpose::Purpose;
use crate::text::clip;

/// Uses after which what the agent said no longer tells what it is at.
const SAID_IS_FRESH_USES: u32 = 6;
/// Uses in a stretch from which they are told together.
const BURST_USES: u32 = 6;

/// The line for a tool use: the action, and what it is for.
pub(super) fn line(
    fold: &SessionFold,
    doing: &Doing,
    others: usize,
    now: Option<Timestamp>,
) -> String {
    let mut action = action::phrase(fold, doing);
    if others > 0 {
        action.push_str(&format!(" and {others} more"));
    }
    let is_check = matches!(doing, Doing::Command { purpose: Purpose::Check { .. }, .. });
    if is_check {
        return check_line(fold, action);
    }
    let fresh = fold.uses_since_said <= SAID_IS_FRESH_USES;
    let stated = fold.said.as_ref().filter(|_| fresh).and_then(intent::stated);
    if let Some(reason) = reason(fold) {
        return join(action, &reason);
    }
    if let Some(intent) = stated.or_else(|| fold.thought.as_ref().and_then(thought)) {
        return with_intent(fold, action, doing, &intent);
    }
    let burst = (fold.stretch.uses >= BURST_USES).then(|| burst(fold, now)).flatten();
    with_step(fold, burst.unwrap_or(action))
}

/// A check names what was changed since its last run.
fn check_line(fold: &SessionFold, action: String) -> String {
    let edited: Vec<&str> = fold
        .stretch
        .steps
        .iter()
        .filter(|s| matches!(s.verb, Verb::Edit | Verb::Write))
        .map(|s| s.object.as_str())
        .collect();
    if edited.is_empty() {
        return match fold
            .said
            .as_ref()
            .and_then(intent::stated)
            .filter(|i| !matches!(i.verb(), "run" | "re-run" | "rerun"))
        {
            Some(intent) => join(action, &format!("to {}", intent.clause)),
            None => with_step(fold, action),
        };
    }
    let last: Vec<&str> = edited.iter().rev().take(3).copied().collect();
    join(action, &format!("after editing {}", action::bases(fold).group(last, 3)))
}

/// The failure that is being repaired.
fn reason(fold: &SessionFold) -> Option<String> {
    let run =
        fold.checks.failing().filter(|r| fold.turn_began.is_none_or(|began| r.ordinal > began))?;
    let passed_since =
        fold.checks.last().is_some_and(|l| l.ordinal > run.ordinal && l.verdict == Verdict::Passed);
    if passed_since {
        return None;
    }
    Some(format!("after `{}` {}", clip(&run.command.replace('`', "'"), 44), run.result()))
}

/// `line` with the failure that is being repaired.
pub(super) fn with_reason(fold: &SessionFold, line: String) -> String {
    match reason(fold) {
        Some(reason) => join(line, &reason),
        None => line,
    }
}

fn with_intent(fold: &SessionFold, action: String, doing: &Doing, intent: &Intent) -> String {
    let looks = matches!(
        doing,
        Doing::Read { .. }
            | Doing::Search { .. }
            | Doing::Command { purpose: Purpose::Read { .. } | Purpose::Search { .. }, .. }
    );
    let same = action.starts_with(&super::verbs::participle(intent.verb()));
    let looking = [
        "read", "look", "see", "view", "check", "examine", "search", "find", "get", "open",
        "inspect",
    ];
    if let Some(ground) = &intent.ground {
        return join(action, &format!(": {ground}"));
    }
    if same || (looks && looking.contains(&intent.verb())) {
        // The verb is said already; its object tells what is looked for.
        let object = intent
            .object()
            .trim_start_matches("at ")
            .trim_start_matches("for ")
            .trim_start_matches("into ");
        return if object.split(' ').count() > 2 {
            join(action, &format!(": {object}"))
        } else {
            with_step(fold, action)
        };
    }
    join(action, &format!("to {}", intent.clause))
}

fn with_step(fold: &SessionFold, action: String) -> String {
    match fold.plan.in_progress() {
        Some((at, step)) => {
            let (_, all) = fold.plan.done_of();
            join(action, &format!(", step {at} of {all}: {}", lower_first(step)))
        }
        None => action,
    }
}

/// Both, as far as the line reaches; the action keeps its room.
fn join(action: String, more: &str) -> String {
    let room = LINE_CHARS.saturating_sub(action.chars().count() + 1);
    if room < 16 {
        return action;
    }
    let space = if more.starts_with([':', ',']) { "" } else { " " };
    format!("{action}{space}{}", clip(more, room))
}

/// What the thoughts head for: a bold heading as it is, else a stated intent.
pub(super) fn thought(words: &Words) -> Option<Intent> {
    let ending = words.ending();
    let heading =
        ending.lines().rev().find_map(|l| l.trim().strip_prefix("**")?.strip_suffix("**"));
    if let Some(heading) = heading {
        return intent::clause_of(heading).map(|clause| Intent { clause, ground: None });
    }
    intent::stated(words)
}

/// Many uses in one: "reconciling `tests/fixtures/{a,b}.json`: 6 reads, 4 edits in 12 min".
fn burst(fold: &SessionFold, now: Option<Timestamp>) -> Option<String> {
    let steps = &fold.stretch.steps;
    let count = |verbs: &[Verb]| {
        steps.iter().filter(|s| verbs.contains(&s.verb)).map(|s| s.count).sum::<u32>()
    };
    let edits = count(&[Verb::Edit, Verb::Write, Verb::Delete]);
    let reads = count(&[Verb::Read]);
    let searches = count(&[Verb::Search, Verb::List]);
    let pages = count(&[Verb::Page, Verb::Web]);
    let commands = count(&[Verb::Run]);
    let of = |verbs: &[Verb], max| {
        let mut objects: Vec<&str> = steps
            .iter()
            .rev()
            .filter(|s| verbs.contains(&s.verb))
            .map(|s| s.object.as_str())
            .take(max + 8)
            .collect();
        objects.truncate(max + 8);
        action::bases(fold).group(objects, max)
    };
    let (verb, objects) = if edits > 0 {
        ("editing", of(&[Verb::Edit, Verb::Write], 3))
    } else if reads > 0 {
        ("reading", of(&[Verb::Read], 3))
    } else if searches > 0 {
        let query = steps.iter().rev().find(|s| s.verb == Verb::Search)?;
        ("searching for", format!("`{}`", clip(&query.object.replace('`', "'"), 40)))
    } else {
        return None;
    };
    let mut counts = Vec::new();
    for (n, one, many) in [
        (reads, "read", "reads"),
        (edits, "edit", "edits"),
        (searches, "search", "searches"),
        (pages, "page", "pages"),
        (commands, "command", "commands"),
    ] {
        if n > 0 {
            counts.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    }
    let minutes = match (fold.stretch.since, now) {
        (Some(since), Some(now)) => now.since_ms(since) / 60_000,
        _ => 0,
    };
    let span =
        if (2..=240).contains(&minutes) { format!(" in {minutes} min") } else { String::new() };
    Some(format!("{verb} {objects}: {}{span}", counts.join(", ")))
}
