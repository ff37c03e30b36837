//! `inbox`: what waits for a person, and answering it.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use callboard_model::call::{CallAnswer, CallDetail, CallKind, CallState, Urgency};
use callboard_model::event::QuestionItem;
use callboard_model::view::{CallView, Inbox};

use super::{answer, client, in_workspace, workspace_here};
use crate::args::Inbox as Args;
use crate::client::Client;
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

/// Lines of a diff, a plan or an output that are shown of one call.
const DETAIL_LINES: usize = 40;

pub(super) fn inbox(args: &Args, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let workspace = if args.all { None } else { workspace_here(&client)? };
    let path = format!("/api/calls?{}", in_workspace(workspace).trim_start_matches('&'));
    let inbox: Inbox = client.get(&path)?;
    if args.json.json {
        return output::json(&inbox.calls);
    }
    let open: Vec<CallView> =
        inbox.calls.into_iter().filter(|call| call.state == CallState::Open).collect();
    if open.is_empty() {
        return output::line("nothing waits for you");
    }
    let is_interactive = !args.list && io::stdin().is_terminal() && io::stdout().is_terminal();
    if is_interactive {
        return one_by_one(&client, &path);
    }
    for call in &open {
        output::print(&card(call))?;
        output::line("")?;
    }
    if let Some(call) = open.iter().find(|call| call.can_answer) {
        output::remark(&format!("answer with `callboard answer {} …`", call.id));
    }
    Ok(())
}

/// Shows the most urgent call, takes an answer, and goes on until nothing waits.
fn one_by_one(client: &Client, path: &str) -> Result<(), CliError> {
    let mut passed = Vec::new();
    loop {
        // Each time anew: calls come and go while one is answered.
        let inbox: Inbox = client.get(path)?;
        let waits = |call: &&CallView| call.state == CallState::Open && !passed.contains(&call.id);
        let Some(call) = inbox.calls.iter().find(waits) else {
            return output::line(if passed.is_empty() {
                "nothing waits for you"
            } else {
                "that was all"
            });
        };
        let left = inbox.calls.iter().filter(waits).count();
        output::print(&card(call))?;
        let typed = match answer::questions(call) {
            several @ [_, _, ..] => each(several, left)?,
            _ => one(call, left)?,
        };
        match typed {
            Typed::Quit => return Ok(()),
            Typed::Skip => passed.push(call.id),
            Typed::Answer(given) => match answer::send(client, call, call.generation, given) {
                Ok(told) => output::line(&answer::sent(&told))?,
                Err(error) => error.print(),
            },
            Typed::Nothing => {}
        }
        output::line("")?;
    }
}

/// What somebody at the terminal wants.
enum Typed {
    Answer(CallAnswer),
    Skip,
    Quit,
    Nothing,
}

impl Typed {
    /// What is typed at every prompt.
    fn of(typed: Option<&str>) -> Option<Self> {
        match typed {
            None | Some("q" | "quit") => Some(Self::Quit),
            Some("s" | "skip") => Some(Self::Skip),
            Some("") => Some(Self::Nothing),
            Some(_) => None,
        }
    }
}

/// Asks for the answer to a call.
fn one(call: &CallView, left: usize) -> Result<Typed, CliError> {
    let ways = match (call.can_answer, call.options.is_empty(), call.takes_text) {
        (false, ..) => "answer it in its window; ",
        (true, false, false) => "a number, ",
        (true, true, _) => "your words, ",
        (true, false, true) => "a number, your words, ",
    };
    let ways = output::styled(ways, Style::Bold);
    let typed = output::ask(&format!("\n{ways}[s]kip, [q]uit; {left} waiting > "))?;
    if let Some(typed) = Typed::of(typed.as_deref()) {
        return Ok(typed);
    }
    Ok(match of_words(call, typed.as_deref().unwrap_or_default()) {
        Ok(answer) => Typed::Answer(answer),
        Err(error) => {
            error.print();
            Typed::Nothing
        }
    })
}

/// Asks each question of a call in turn.
fn each(questions: &[QuestionItem], left: usize) -> Result<Typed, CliError> {
    let mut answer = CallAnswer::default();
    for (index, question) in questions.iter().enumerate() {
        output::line(&format!("\n{}. {}", index + 1, output::plain(&question.question)))?;
        for (number, option) in question.options.iter().enumerate() {
            output::line(&format!("   {}  {}", number + 1, output::plain(option)))?;
        }
        let ways = if question.multiple {
            "numbers with commas, or your words"
        } else {
            "a number, or your words"
        };
        let ways = output::styled(ways, Style::Bold);
        let chosen = loop {
            let typed = output::ask(&format!("{ways}, [s]kip, [q]uit; {left} waiting > "))?;
            if let Some(typed) = Typed::of(typed.as_deref()) {
                return Ok(typed);
            }
            match answer::chosen(question, typed.as_deref().unwrap_or_default()) {
                Some(chosen) => break chosen,
                None => output::line("there is no such number; nothing was sent yet")?,
            }
        };
        answer.answers.insert(question.question.clone(), chosen);
    }
    Ok(Typed::Answer(answer))
}

/// What was typed at the prompt: an option, or words where the call takes them.
fn of_words(call: &CallView, words: &str) -> Result<CallAnswer, CliError> {
    match answer::choice(call, words) {
        Ok(answer) => Ok(answer),
        // A number that no option has is no answer in words.
        Err(_) if call.takes_text && words.parse::<u32>().is_err() => {
            let (first, rest) = words.split_once([' ', ',']).unwrap_or((words, ""));
            match answer::choice(call, first) {
                // `no, use the other branch`: the reason goes with the refusal.
                Ok(answer) if answer::refuses(call, &answer) => {
                    Ok(CallAnswer { text: Some(rest.trim().to_owned()), ..answer })
                }
                Ok(_) => Err(CliError::misuse(
                    format!("`{words}` is more than one answer; nothing was sent"),
                    "type one number, or words alone; a reason goes behind a refusal: `no, use the other branch`",
                )),
                _ => Ok(CallAnswer { text: Some(words.to_owned()), ..CallAnswer::default() }),
            }
        }
        Err(error) => Err(error),
    }
}

/// A call as text: enough to answer.
pub(super) fn card(call: &CallView) -> String {
    let mut text = String::new();
    let kind = call.kind.word().replace('_', " ");
    let head = format!("{}  {kind}", call.id);
    let harm = call.irreversible.as_deref().map(|why| format!("  ({why})")).unwrap_or_default();
    let head = if call.urgency <= Urgency::Permission {
        output::styled(&format!("{head}{harm}"), Style::Accent)
    } else {
        output::styled(&head, Style::Bold)
    };
    let waits = output::span(i64::try_from(call.blocked_s).unwrap_or(0).saturating_mul(1_000));
    let _ = writeln!(text, "{head}  {}", output::styled(&waits, Style::Dim));
    let mut row = |name: &str, value: &str| {
        let value = output::plain(value.trim_end());
        for (index, line) in value.lines().enumerate() {
            let name = if index == 0 { name } else { "" };
            let _ =
                writeln!(text, "  {} {line}", output::styled(&format!("{name:<8}"), Style::Dim));
        }
    };
    let task = call.task.map(|task| {
        let title = call.task_title.as_deref().unwrap_or_default();
        format!("{task}  {title}  {}", call.tracker.as_deref().unwrap_or_default())
    });
    row("task", task.as_deref().unwrap_or_default());
    let session = call.session.map(|session| {
        let agent = call.agent.as_ref().map(ToString::to_string).unwrap_or_default();
        let subagent = call.subagent.as_ref().map(|_| ", a subagent").unwrap_or_default();
        format!("{session}  {agent}{subagent}")
    });
    row("session", session.as_deref().unwrap_or_default());
    let goal = call.goal.as_deref().and_then(|goal| goal.split("\n\n").next());
    row("goal", &output::short(goal.unwrap_or_default(), 160));
    row("asks", &call.question);
    row("", &detail(call));
    let reason = call.reason.as_deref().filter(|reason| !call.question.contains(*reason));
    row("because", reason.unwrap_or_default());
    row("before", &call.steps.join("\n"));
    let blocks: Vec<String> = call.blocks.iter().map(ToString::to_string).collect();
    row("blocks", &blocks.join(", "));
    if !call.can_answer {
        row("window", &call.window.clone().unwrap_or_else(|| unconnected(call)));
    }
    for (index, option) in call.options.iter().enumerate() {
        let writes = option.writes.as_ref().map(|w| format!("; writes {w}")).unwrap_or_default();
        let label = format!("{} ({}{writes})", option.label, option.id);
        row(&format!("{}", index + 1), &label);
    }
    text
}

/// Where a call is answered whose agent does not say where it is seen.
fn unconnected(call: &CallView) -> String {
    match &call.agent {
        Some(agent) => format!(
            "the one that {agent} runs in; after `callboard connect {agent}` such calls are answered here"
        ),
        None => "the one it runs in".to_owned(),
    }
}

/// What the question is about, where its line does not say it all.
fn detail(call: &CallView) -> String {
    let text = match &call.detail {
        CallDetail::Command { command, cwd, description } => {
            let shown = if call.question.contains(command) { "" } else { command.as_str() };
            let cwd = cwd.as_ref().map(|cwd| format!("\nin {cwd}")).unwrap_or_default();
            format!("{shown}\n{}{cwd}", description.as_deref().unwrap_or_default())
        }
        CallDetail::Edit { files } => files
            .iter()
            .flat_map(|file| {
                let lines = file.hunks.iter().flat_map(|hunk| hunk.lines.iter().cloned());
                std::iter::once(file.path.clone()).chain(lines)
            })
            .collect::<Vec<_>>()
            .join("\n"),
        CallDetail::Plan { text } => text.clone(),
        CallDetail::Questions { questions } if questions.len() > 1 => questions
            .iter()
            .enumerate()
            .map(|(n, q)| format!("{}. {} [{}]", n + 1, q.question, q.options.join(" | ")))
            .collect::<Vec<_>>()
            .join("\n"),
        CallDetail::Questions { .. } | CallDetail::None => String::new(),
        CallDetail::Tool { tool, input } => format!("{tool} {input}"),
        CallDetail::Told { text, lines } => {
            let is_said = call.question.contains(text.trim().trim_end_matches('.'));
            let text = if is_said { "" } else { text.as_str() };
            format!("{text}\n{}", lines.join("\n"))
        }
    };
    // Who approves what a file can do has to have seen all of it.
    let most = if call.kind == CallKind::Trust { usize::MAX } else { DETAIL_LINES };
    let total = text.lines().count();
    let mut kept: Vec<&str> =
        text.lines().filter(|line| !line.trim().is_empty()).take(most).collect();
    let rest = format!("… {} more lines", total.saturating_sub(most));
    if total > most {
        kept.push(&rest);
    }
    kept.join("\n")
}
