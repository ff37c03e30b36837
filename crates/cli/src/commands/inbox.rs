//! `inbox`: what waits for a person, and answering it.

use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal};

use callboard_model::call::{CallAnswer, CallDetail, CallState, Urgency};
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
        output::print(&format!("\n{} [s]kip, [q]uit, {left} waiting > ", styled_ways(call)))?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            return output::line("");
        }
        match line.trim() {
            "" => {}
            "q" | "quit" => return Ok(()),
            "s" | "skip" => passed.push(call.id),
            words => match typed(call, words) {
                Ok(given) => match answer::send(client, call, call.generation, given) {
                    Ok(told) => output::line(&answer::sent(&told))?,
                    Err(error) => error.print(),
                },
                Err(error) => error.print(),
            },
        }
        output::line("")?;
    }
}

/// What was typed at the prompt: an option, or words where the call takes them.
fn typed(call: &CallView, words: &str) -> Result<CallAnswer, CliError> {
    match answer::choice(call, words) {
        Ok(answer) => Ok(answer),
        // `no, use the other branch`: the reason goes with the refusal.
        Err(_) if call.takes_text => {
            let (first, rest) = words.split_once([' ', ',']).unwrap_or((words, ""));
            match answer::choice(call, first) {
                Ok(answer) if !rest.trim().is_empty() => {
                    Ok(CallAnswer { text: Some(rest.trim().to_owned()), ..answer })
                }
                _ => Ok(CallAnswer { text: Some(words.to_owned()), ..CallAnswer::default() }),
            }
        }
        Err(error) => Err(error),
    }
}

fn styled_ways(call: &CallView) -> String {
    match call.can_answer {
        true => output::styled(&answer::ways(call), Style::Bold),
        false => "answer it in its window;".to_owned(),
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
    row("goal", &output::short(call.goal.as_deref().unwrap_or_default(), 160));
    row("asks", &call.question);
    row("", &detail(call));
    row("because", call.reason.as_deref().unwrap_or_default());
    row("before", &call.steps.join("\n"));
    let blocks: Vec<String> = call.blocks.iter().map(ToString::to_string).collect();
    row("blocks", &blocks.join(", "));
    if !call.can_answer {
        row("window", call.window.as_deref().unwrap_or("the one it runs in"));
    }
    for (index, option) in call.options.iter().enumerate() {
        let writes = option.writes.as_ref().map(|w| format!("; writes {w}")).unwrap_or_default();
        let label = format!("{} ({}{writes})", option.label, option.id);
        row(&format!("{}", index + 1), &label);
    }
    text
}

/// What the question is about, where its line does not say it all.
fn detail(call: &CallView) -> String {
    let text = match &call.detail {
        CallDetail::Command { command, cwd, description } => {
            let shown = if *command == call.question { "" } else { command.as_str() };
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
        CallDetail::Told { text, lines } => format!("{text}\n{}", lines.join("\n")),
    };
    let total = text.lines().count();
    let mut kept: Vec<&str> =
        text.lines().filter(|line| !line.trim().is_empty()).take(DETAIL_LINES).collect();
    let rest = format!("… {} more lines", total.saturating_sub(DETAIL_LINES));
    if total > DETAIL_LINES {
        kept.push(&rest);
    }
    kept.join("\n")
}
