//! `related`: what other sessions and notes hold that bears on a session's work.

use std::process::ExitCode;

use callboard_model::view::{RelatedItem, RelatedView};

use super::{client, session};
use crate::args::brief::Related;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn related(args: &Related, settings: &Settings) -> Result<ExitCode, CliError> {
    let client = client(settings)?;
    let id = session::find(&client, &args.session)?.session.id;
    let related: RelatedView = client.get(&format!("/api/related?session={id}"))?;
    if args.json.json {
        output::json(&related)?;
    } else {
        for item in &related.items {
            output::print(&told(item))?;
        }
        if related.items.is_empty() {
            output::remark(&format!("nothing that others did or wrote bears on {id}"));
        }
    }
    // As search does: 1 is "no".
    Ok(if related.items.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn told(item: &RelatedItem) -> String {
    let names = [item.note.clone(), item.session.map(|session| session.to_string())];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let at = item
        .at
        .map(|at| format!("  {}", output::ago(Some(at), callboard_os::clock::now())))
        .unwrap_or_default();
    let word = item.agent.as_ref().filter(|_| item.note.is_some());
    let word = word.map(|agent| format!(" ({agent}'s word)")).unwrap_or_default();
    let names = names.join(" in ");
    let mut text = format!("{names}{word}  {}{at}\n", output::plain(&item.title));
    text.push_str(&format!("  {}\n", output::plain(&item.why.join("; "))));
    for line in &item.lines {
        text.push_str(&format!("  {} [{}]\n", output::plain(&line.text), line.cites.join(" ")));
    }
    text
}
