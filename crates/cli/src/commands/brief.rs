//! `brief` and `handoff`: what a session or a task hands to whoever goes on.

use std::time::Instant;

use callboard_model::Timestamp;
use callboard_model::view::{
    BriefReading, BriefView, HandOff, HandedOff, PostOf, PostWanted, ReadingsView, StartReadings,
};
use hyper::Method;

use super::run::{settled, told};
use super::{client, drive, post, session, task};
use crate::args::brief::{Brief, Handoff};
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn brief(args: &Brief, settings: &Settings) -> Result<(), CliError> {
    if let Some(to) = &args.post.to {
        return post_brief(args, to, settings);
    }
    let client = client(settings)?;
    if let Some(agent) = &args.with {
        read_with(&client, args, agent)?;
    }
    let for_task = args.for_task.as_deref().map(|task| format!("&for={}", encoded(task)));
    let path = format!(
        "/api/brief?of={}&budget={}{}",
        encoded(&args.of),
        args.budget,
        for_task.unwrap_or_default()
    );
    let brief: BriefView = client.get(&path)?;
    if args.json.json {
        return output::json(&brief);
    }
    output::print(&brief.markdown)?;
    let mut remarks = Vec::new();
    if brief.budget != args.budget {
        let (given, asked) = (brief.budget, args.budget);
        remarks.push(format!("no brief has {asked} tokens: this one may have {given}"));
    }
    if brief.left_out > 0 {
        let (lines, budget) = (brief.left_out, brief.budget);
        remarks.push(format!("{lines} more lines had no room in {budget} tokens"));
    }
    if brief.masked > 0 {
        remarks.push(format!("{} secrets are masked", brief.masked));
    }
    remarks.extend(brief.readings.iter().flat_map(|reading| read_by(reading, brief.at)));
    if !remarks.is_empty() {
        output::remark(&remarks.join("; "));
    }
    Ok(())
}

fn post_brief(args: &Brief, to: &str, settings: &Settings) -> Result<(), CliError> {
    post::refuse_agents()?;
    let client = client(settings)?;
    let of = match args.of.starts_with(['T', 't']).then(|| args.of.parse()) {
        Some(Ok(task)) => PostOf::Task(task),
        _ => PostOf::Session(session::find(&client, &args.of)?.session.id),
    };
    let wanted = PostWanted {
        workspace: None,
        of,
        to: to.to_owned(),
        for_task: args.for_task.as_deref().map(task::task_id).transpose()?,
        budget: Some(args.budget),
    };
    post::post(client, wanted, &args.post, &args.json)
}

/// Has an agent read, and waits for it; what it cannot read leaves the brief as it is without.
fn read_with(client: &Client, args: &Brief, agent: &str) -> Result<(), CliError> {
    let new = StartReadings { of: args.of.clone(), with: agent.to_owned(), anew: args.fresh };
    let begun: ReadingsView = client.send(Method::POST, "/api/readings", &new)?;
    let goes_on =
        |view: &ReadingsView| view.sessions.iter().filter(|one| one.now.is_some()).count();
    if goes_on(&begun) == 0 {
        return Ok(());
    }
    let names = begun.sessions.iter().filter(|one| one.now.is_some());
    let names: Vec<String> = names.map(|one| one.session.to_string()).collect();
    let what = format!("{agent} reads what was said in {}", names.join(", "));
    let progress = output::Progress::begin(&format!("{what}; Ctrl-C ends it"));
    let began = Instant::now();
    client.follow(&format!("/api/readings/wait?of={}", encoded(&args.of)), |data| {
        let Ok(view) = serde_json::from_str::<ReadingsView>(data) else { return Ok(true) };
        let seconds = began.elapsed().as_secs();
        progress.tell(&format!("{what}: {} to go, {seconds} s", goes_on(&view)));
        Ok(goes_on(&view) > 0)
    })?;
    progress.end();
    Ok(())
}

/// What a brief has of a reading, and what was dropped.
fn read_by(reading: &BriefReading, now: Timestamp) -> Vec<String> {
    let BriefReading { session, by, .. } = reading;
    let mut remarks = Vec::new();
    if reading.statements + reading.unproven > 0 || reading.problem.is_none() {
        let ago = output::ago(Some(reading.at), now);
        let found = output::count(reading.statements.into(), "statement");
        remarks.push(format!("{by} read {session} {ago} ago: {found}"));
    }
    if reading.unproven > 0 {
        let dropped = output::count(reading.unproven.into(), "statement");
        let whose = if reading.unproven == 1 { "its" } else { "their" };
        remarks.push(format!("{dropped} dropped: {whose} quotes are not in the record"));
    }
    if reading.wrong_quotes > 0 {
        let quotes = output::count(reading.wrong_quotes.into(), "quote");
        let in_all = if reading.unproven > 0 { " in all" } else { "" };
        remarks.push(format!("{quotes} dropped{in_all} that are not where {by} said"));
    }
    remarks.extend(reading.problem.clone());
    remarks
}

pub(super) fn hand_off(args: Handoff, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let path = drive::path(&client, &args.session, "handoff")?;
    let to = HandOff {
        agent: args.to,
        model: args.model,
        mode: args.mode,
        prompt: args.prompt,
        budget: Some(args.budget),
    };
    let mut handed: HandedOff = client.send(Method::POST, &path, &to)?;
    handed.owned = settled(&client, handed.owned)?;
    if args.json.json {
        return output::json(&handed);
    }
    let from = handed.owned.follows.map_or_else(String::new, |from| from.to_string());
    let lines: usize = handed.brief.sections.iter().map(|section| section.lines.len()).sum();
    output::line(&format!(
        "{}, with the brief of {from}: {lines} lines, {} tokens",
        told(&handed.owned),
        handed.brief.tokens
    ))?;
    if handed.stays_open {
        output::remark(&format!("{from} is still open in a window of its own: end it there"));
    }
    Ok(())
}
