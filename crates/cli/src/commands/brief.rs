//! `brief` and `handoff`: what a session or a task hands to whoever goes on.

use callboard_model::view::{BriefView, HandOff, HandedOff, PostOf, PostWanted};
use hyper::Method;

use super::run::{settled, told};
use super::{client, drive, post, session, task};
use crate::args::brief::{Brief, Handoff};
use crate::client::encoded;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn brief(args: &Brief, settings: &Settings) -> Result<(), CliError> {
    if let Some(to) = &args.post.to {
        return post_brief(args, to, settings);
    }
    let client = client(settings)?;
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
    if brief.left_out > 0 {
        let (lines, budget) = (brief.left_out, brief.budget);
        remarks.push(format!("{lines} more lines had no room in {budget} tokens"));
    }
    if brief.masked > 0 {
        remarks.push(format!("{} secrets are masked", brief.masked));
    }
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
