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
    let check = matches!(doing, Doing::Command { purpose: Purpose::Check { .. }, .. });
    if others > 0 && !check {
        action.push_str(&format!(" and {others} more"));
    }
    if let Doing::Command { purpose: Purpose::Check { command, .. }, .. } = doing {
        return check_line(fold, action, command);
    }
    if matches!(doing, Doing::Plan) {
        return match latest_intent(fold) {
            Some(intent) => with_step(fold, with_reason(fold, intent.going_on())),
            None => planning(fold),
        };
    }
    let intent = latest_intent(fold);
    if let Some(reason) = reason(fold) {
        let with_intent = intent.as_ref().map(|i| with_intent(fold, action.clone(), doing, i));
        let fits = |l: &String| {
            l.chars().count() + reason.chars().count() < LINE_CHARS && !l.contains(": ")
        };
        return join(with_intent.filter(fits).unwrap_or(action), &reason);
    }
    if let Some(intent) = intent {
        return with_intent(fold, action, doing, &intent);
    }
    let gathers = matches!(doing, Doing::Read { .. } | Doing::Edit { .. } | Doing::Search { .. })
        || looks_or_writes(doing);
    let burst = (gathers && fold.stretch.uses >= BURST_USES).then(|| burst(fold, now)).flatten();
    with_step(fold, burst.unwrap_or(action))
}

/// Whether a command does what the tools for files do.
fn looks_or_writes(doing: &Doing) -> bool {
    let Doing::Command { purpose, .. } = doing else { return false };
    matches!(purpose, Purpose::Read { .. } | Purpose::Search { .. } | Purpose::Write { .. })
}

/// What the agent last said or thought it was about to do, unless its plan has moved on since.
fn latest_intent(fold: &SessionFold) -> Option<Intent> {
    let fresh = fold.uses_since_said <= SAID_IS_FRESH_USES;
    let said = fold.said.as_ref().filter(|_| fresh);
    let newer = |words: &&Words| fold.plan.step_since.is_none_or(|step| words.ordinal > step);
    let said_intent = said.filter(newer).and_then(intent::stated);
    let thought_words = fold.thought.as_ref().filter(|_| fresh || said.is_none()).filter(newer);
    let later = match (thought_words, said) {
        (Some(thought), Some(said)) => thought.ordinal > said.ordinal,
        (thought, _) => thought.is_some(),
    };
    let thought_intent = thought_words.and_then(thought);
    match (said_intent, thought_intent) {
        (Some(said), Some(thought)) => Some(clearer(said, thought, later)),
        (said, thought) => said.or(thought),
    }
}

/// Of what was said and what was thought the later, or the one that names its object.
pub(super) fn clearer(said: Intent, thought: Intent, thought_is_later: bool) -> Intent {
    let vague = intent::is_vague(&said.clause);
    let helps = !intent::is_vague(&thought.clause);
    if helps && (thought_is_later || vague && thought.verb() == said.verb()) {
        thought
    } else {
        said
    }
}

/// A check names what was changed since its last run.
fn check_line(fold: &SessionFold, action: String, command: &str) -> String {
    let before = fold.checks.runs.iter().find(|r| r.command == command).map(|r| r.ordinal);
    let edited: Vec<&str> = fold
        .stretch
        .steps
        .iter()
        .filter(|s| matches!(s.verb, Verb::Edit | Verb::Write) && before.is_none_or(|b| s.last > b))
        .map(|s| s.object.as_str())
        .collect();
    if edited.is_empty() {
        return match latest_intent(fold) {
            Some(intent) if !matches!(intent.verb(), "run" | "re-run" | "rerun") => {
                join(action, &format!("to {}", intent.clause))
            }
            Some(intent) if intent.object().contains("with ") => {
                let at = intent.object().find("with ").unwrap_or_default();
                join(action, &intent.object()[at..])
            }
            _ => with_step(fold, action),
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
    Some(format!("after `{}` {}", action::check_name(&run.command), run.result()))
}

/// `line` with the failure that is being repaired.
pub(super) fn with_reason(fold: &SessionFold, line: String) -> String {
    match reason(fold) {
        Some(reason) => join(line, &reason),
        None => line,
    }
}

fn with_intent(fold: &SessionFold, action: String, doing: &Doing, intent: &Intent) -> String {
    if matches!(doing, Doing::Command { purpose: Purpose::Share { .. }, .. }) {
        return action;
    }
    // The agent's own words for a command say already what it is for.
    if action.ends_with("`)") {
        return with_step(fold, action);
    }
    if let Some(ground) = &intent.ground {
        return join(action, &format!(": {ground}"));
    }
    let looks = matches!(
        doing,
        Doing::Read { .. }
            | Doing::Search { .. }
            | Doing::Command { purpose: Purpose::Read { .. } | Purpose::Search { .. }, .. }
    );
    let same = action.starts_with(&super::verbs::participle(intent.verb()));
    let reads = matches!(intent.verb(), "read" | "look" | "see" | "view" | "open");
    if !(same || looks && reads) {
        return join(action, &format!("to {}", intent.clause));
    }
    // The verb is said already; what follows it tells what is looked for.
    let object = ["at ", "for ", "into "].iter().find_map(|p| intent.object().strip_prefix(p));
    let object = object.unwrap_or(intent.object());
    if let Some(at) = object.find(" to ") {
        return join(action, &object[at + 1..]);
    }
    let joins = ["if ", "whether ", "how ", "what ", "where ", "why ", "with ", "that ", "in "];
    if joins.iter().any(|j| object.starts_with(j)) && !looks {
        return join(action, object);
    }
    let told =
        matches!(doing, Doing::Read { path } if object.contains(crate::check::command::base(path)));
    if looks && object.split(' ').count() > 2 && !(told && object.split(' ').count() < 5) {
        return join(action, &format!(": {object}"));
    }
    with_step(fold, action)
}

/// `action` with the step of the plan that it belongs to.
pub(super) fn with_step(fold: &SessionFold, action: String) -> String {
    match fold.plan.in_progress() {
        Some((at, step)) => {
            let (_, all) = fold.plan.done_of();
            join(action, &format!(", step {at} of {all}: {}", lower_first(step)))
        }
        None => action,
    }
}

/// The agent keeps its plan and has said nothing.
fn planning(fold: &SessionFold) -> String {
    let (done, all) = fold.plan.done_of();
    match fold.plan.in_progress() {
        Some((at, step)) => format!("on step {at} of {all}: {}", lower_first(step)),
        None => format!("keeping its plan: {done} of {all} steps done"),
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
