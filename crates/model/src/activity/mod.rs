//! The one line that says what a session is doing right now, and toward what.

mod action;
mod closing;
mod intent;
pub(crate) mod paths;
mod toward;
mod verbs;
mod waiting;

pub(crate) use waiting::{deeds, steps, waits_for_user};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::check::Verdict;
use crate::fold::{Doing, MilestoneKind, OpenUse, SessionFold, Verb, Words};
use crate::purpose::Purpose;
use crate::session::{Outcome, TurnState};
use crate::text::{clip, one_line};
use crate::{Ordinal, Timestamp, limits};

/// What a session is doing right now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// The line, without the time it has taken.
    pub text: String,
    /// Since when, where the time it takes is worth showing (a running command, a wait).
    pub since: Option<Timestamp>,
}

impl Activity {
    fn new(text: &str, since: Option<Timestamp>) -> Self {
        Self { text: clip(&one_line(text), limits::LINE_CHARS), since }
    }
}

/// What the session is doing at `now`.
pub(crate) fn of(fold: &SessionFold, now: Timestamp) -> Activity {
    if fold.turn.state != TurnState::Idle {
        if fold.had_the_last_word(now) {
            return Activity::new(&ended(fold), fold.updated_at);
        }
        return working(fold, Some(now));
    }
    let since = fold.turn.since;
    match fold.turn.outcome {
        Outcome::Interrupted => match &fold.turn.broken_off {
            Some(doing) if doing.starts_with("its user refused") => {
                Activity::new(&format!("stopped: {doing}"), since)
            }
            Some(doing) => Activity::new(&format!("stopped: interrupted while {doing}"), since),
            None => Activity::new("stopped: interrupted by its user", since),
        },
        Outcome::Failed => {
            let why = fold.trouble.as_ref().map_or("the turn failed", |t| t.text.as_str());
            Activity::new(&format!("failed: {why}"), since)
        }
        Outcome::Completed | Outcome::Open => Activity::new(&ended(fold), since),
    }
}

/// A turn that its agent ended: what it waits for or asks, or what it came to.
fn ended(fold: &SessionFold) -> String {
    let subagents: Vec<&str> = fold.background.subagents().map(|b| b.title.as_str()).collect();
    if !subagents.is_empty() {
        return waiting_for(&subagents);
    }
    let said = fold.said.as_ref().map(|words| (words, closing::gist(words)));
    let Some((words, gist)) = said.filter(|(_, gist)| !gist.is_empty()) else {
        return match &fold.done {
            Some(done) => format!("finished after {}", action::phrase(fold, &done.doing)),
            None => "waiting for a prompt".to_owned(),
        };
    };
    if let Some(question) = closing::question(words) {
        let room = limits::LINE_CHARS
            .saturating_sub(question.chars().count() + "asking:  (after: )".len());
        let offers =
            ["Would you like", "Want me", "Should I", "Shall I", "Do you want", "Ready to"];
        if room > 24 && offers.iter().any(|o| question.starts_with(o)) && gist != question {
            return format!("asking: {question} (after: {})", clip(&gist, room));
        }
        return format!("asking: {question}");
    }
    let background =
        fold.background.list.last().map(|b| format!("`{}` runs on", clip(&b.title, 32)));
    match closing::check_suffix(fold, &gist).or(background) {
        Some(suffix) => {
            let room =
                limits::LINE_CHARS.saturating_sub(suffix.chars().count() + "finished: ; ".len());
            format!("finished: {}; {suffix}", clip(&gist, room.max(40)))
        }
        None if answers(fold) => format!("answered: {gist}"),
        None => format!("finished: {gist}"),
    }
}

/// Whether the last prompt was a question, and nothing but words came of it.
fn answers(fold: &SessionFold) -> bool {
    let edits =
        fold.stretch.steps.iter().any(|s| matches!(s.verb, Verb::Edit | Verb::Write | Verb::Share));
    !edits && fold.prompted.as_ref().is_some_and(|p| p.ends_with('?'))
}

/// The agent's closing words, in one line.
pub(crate) fn closing(fold: &SessionFold) -> String {
    fold.said.as_ref().map(closing::gist).unwrap_or_default()
}

/// Whether words say nothing by themselves ("Done.").
pub(crate) fn is_empty(words: &Words) -> bool {
    closing::says_nothing(words)
}

/// Whether the last words asked something.
pub(crate) fn asked(fold: &SessionFold) -> bool {
    question(fold).is_some()
}

/// What the agent's last words ask, with what stands before a question that is too short to be understood alone.
pub(crate) fn question_in_full(fold: &SessionFold) -> Option<String> {
    let question = question(fold)?;
    if question.chars().count() >= limits::QUESTION_CHARS {
        return Some(question);
    }
    let said = crate::text::one_line(&fold.said.as_ref()?.ending());
    let Some(at) = said.rfind(&question) else { return Some(question) };
    let before = crate::text::clip_start(said[..at].trim_end(), limits::QUESTION_CHARS * 3);
    // From the beginning of a sentence, where there is one.
    let begin = before.find(". ").filter(|_| before.starts_with('…')).map_or(0, |at| at + 2);
    Some(format!("{} {question}", &before[begin..]).trim_start().to_owned())
}

/// What the agent's last words ask.
pub(crate) fn question(fold: &SessionFold) -> Option<String> {
    fold.said.as_ref().and_then(closing::question)
}

/// What these words ask at their end.
pub(crate) fn question_in(text: &str) -> Option<String> {
    Words::of(text, (Ordinal::default(), None)).as_ref().and_then(closing::question)
}

/// What is being done, without a word on how the turn stands.
pub(crate) fn now_doing(fold: &SessionFold) -> String {
    working(fold, None).text
}

/// What is open that a person is to allow: the whole command, since only all of it can be judged.
pub(crate) fn asks_to_allow(fold: &SessionFold) -> Option<Activity> {
    let open = fold.open.first_acting(fold.spoken())?;
    let text = match (&open.doing, &open.command) {
        (Doing::Propose { title }, _) => format!("asks to approve its plan: {title}"),
        (Doing::Ask { .. }, _) => action::phrase(fold, &open.doing),
        (_, Some(command)) => format!("asks to allow: `{}`", command.replace('`', "'")),
        (doing, None) => format!("asks to allow: {}", action::phrase(fold, doing)),
    };
    Some(Activity::new(&text, open.at))
}

/// What a person refused.
pub(crate) fn refused(fold: &SessionFold, doing: &Doing) -> String {
    action::refused(fold, doing)
}

fn working(fold: &SessionFold, now: Option<Timestamp>) -> Activity {
    if let Some(trouble) = fold.trouble.as_ref().filter(|t| t.retries) {
        let times = if trouble.count > 1 {
            format!(" ({} time)", action::ordinal(trouble.count))
        } else {
            String::new()
        };
        return Activity::new(&format!("retrying{times}: {}", trouble.text), trouble.at);
    }
    if let Some(waiting) = fold.open.waiting(fold.spoken()) {
        return Activity::new(&action::phrase(fold, &waiting.doing), waiting.at);
    }
    let subagents: Vec<(&OpenUse, &str)> = fold.open.delegated(fold.spoken()).collect();
    if let [(first, _), ..] = subagents.as_slice() {
        let titles: Vec<&str> = subagents.iter().map(|(_, title)| *title).collect();
        return Activity::new(&waiting_for(&titles), first.at);
    }
    if let Some(open) = foremost(fold) {
        let counts = |u: &&OpenUse| matches!(u.doing, Doing::Command { .. } | Doing::Edit { .. });
        let others = fold.open.current(fold.spoken()).filter(counts).count().saturating_sub(1);
        return Activity::new(&toward::line(fold, &open.doing, others, now), open.at);
    }
    Activity::new(&between_uses(fold, now), None)
}

fn waiting_for(titles: &[&str]) -> String {
    match titles {
        [title] => format!("waiting for a subagent: {title}"),
        titles => format!("waiting for {} subagents: {}", titles.len(), titles.join("; ")),
    }
}

/// The open use that takes longest, by its kind; the latest among equals.
fn foremost(fold: &SessionFold) -> Option<&OpenUse> {
    fold.open.current(fold.spoken()).max_by_key(|u| {
        let weight = match &u.doing {
            Doing::Command { purpose: Purpose::Check { .. }, .. } => 3,
            Doing::Command { .. } => 2,
            Doing::Edit { .. } => 1,
            _ => 0,
        };
        (weight, u.ordinal)
    })
}

/// Nothing is open: the agent has said something, thinks about a result, or has yet to begin.
fn between_uses(fold: &SessionFold, now: Option<Timestamp>) -> String {
    let done_at = fold.done.as_ref().map(|d| d.ordinal);
    if let Some(said) = fold.said.as_ref().filter(|s| Some(s.ordinal) > done_at) {
        let thought = fold.thought.as_ref().filter(|t| Some(t.ordinal) > done_at);
        let later = thought.is_some_and(|t| t.ordinal > said.ordinal);
        let intent = match (intent::stated(said), thought.and_then(toward::thought)) {
            (Some(said), Some(thought)) => Some(toward::clearer(said, thought, later)),
            (None, thought) => thought.filter(|_| later),
            (said, None) => said,
        };
        if let Some(intent) = intent {
            return toward::with_step(fold, toward::with_reason(fold, intent.going_on()));
        }
        if let Some(question) = closing::question(said) {
            return format!("asking: {question}");
        }
        return format!("saying: {}", closing::gist(said));
    }
    let thought =
        fold.thought.as_ref().filter(|t| Some(t.ordinal) > done_at).and_then(toward::thought);
    let Some(done) = &fold.done else {
        return match (thought, fold.goal()) {
            (Some(intent), _) => intent.going_on(),
            (None, Some(goal)) if fold.nudges == 0 => format!("starting on: {}", goal.text),
            (None, Some(goal)) => match &fold.prompted {
                Some(question) if question.ends_with('?') => format!("answering: {question}"),
                Some(words) => format!("taking up: {words}"),
                None => format!("going on with: {}", goal.text),
            },
            (None, None) => "starting".to_owned(),
        };
    };
    if let Some(words) = &done.refused {
        let words = if words.is_empty() { String::new() } else { format!(": {words}") };
        return format!("its user refused {}{words}", action::refused(fold, &done.doing));
    }
    if let Some(intent) = thought {
        return toward::with_reason(fold, intent.going_on());
    }
    if done.failed && matches!(done.doing, Doing::Propose { .. } | Doing::Ask { .. }) {
        return action::phrase(fold, &done.doing);
    }
    if let Some(line) = after_others(fold, &done.doing) {
        return line;
    }
    if let Doing::Command { purpose: Purpose::Check { command, .. }, .. } = &done.doing
        && let Some(run) = fold.checks.runs.iter().find(|r| r.command == *command)
    {
        let command = action::check_name(command);
        return match run.verdict {
            Verdict::Failed => {
                let first = run.first_failure.as_ref().map_or(String::new(), |f| format!(" ({f})"));
                format!("looking into `{command}`, which {}{first}", run.result())
            }
            Verdict::Passed => format!("going on after `{command}` {}", run.result()),
            Verdict::Unknown => format!("reading the output of `{command}`"),
        };
    }
    toward::line(fold, &done.doing, 0, now)
}

/// What follows the answer of a person or another agent.
fn after_others(fold: &SessionFold, doing: &Doing) -> Option<String> {
    Some(match doing {
        Doing::Propose { title } => format!("starting on the approved plan: {title}"),
        Doing::Ask { question, .. } => {
            let answer = fold.milestones.list.iter().rfind(|m| m.kind == MilestoneKind::Answered);
            match answer.map(|m| m.text.as_str()).filter(|text| !text.is_empty()) {
                Some(answer) => {
                    format!("going on with the answer \"{}\" to: {question}", clip(answer, 48))
                }
                None => format!("going on after asking: {question}"),
            }
        }
        Doing::Delegate { title } => match fold.background.subagents().last() {
            Some(_) => format!("going on while a subagent works: {title}"),
            None => format!("reading what a subagent reports: {title}"),
        },
        _ => return None,
    })
}
