//! `send`, `interrupt`, `stop`, `resume`, `fork` and `attach`: what owned sessions are told.

use std::path::Path;

use callboard_model::session::StateWord;
use callboard_model::view::{Attached, GoOn, NewPrompt, OwnedView, QueuedPrompt, SessionView};
use hyper::Method;

use super::run::{settled, told};
use super::{client, session, task};
use crate::args::{Going, Json};
use crate::client::Client;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

fn show(owned: &OwnedView, json: &Json) -> Result<(), CliError> {
    if json.json {
        return output::json(owned);
    }
    output::line(&told(owned))
}

/// `/api/sessions/S41/…`
pub(super) fn path(client: &Client, name: &str, what: &str) -> Result<String, CliError> {
    let id = session::find(client, name)?.session.id;
    Ok(format!("/api/sessions/{id}/{what}"))
}

pub(super) fn send(
    name: &str,
    text: &str,
    json: &Json,
    settings: &Settings,
) -> Result<(), CliError> {
    let client = client(settings)?;
    let text = match text {
        "-" => {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut std::io::stdin(), &mut text)?;
            text
        }
        text => text.to_owned(),
    };
    let before = session::find(&client, name)?.session;
    let path = format!("/api/sessions/{}/send", before.id);
    let owned: OwnedView = client.send(Method::POST, &path, &NewPrompt { text })?;
    if json.json {
        return output::json(&owned);
    }
    let ahead = waiting(&owned.prompts).saturating_sub(1) as u64;
    let told = match (has_turn(&before), owned.can.steer, ahead) {
        (false, ..) => "the prompt is begun now".to_owned(),
        (true, true, _) => "the prompt goes into the turn that goes on".to_owned(),
        (true, false, 0) => "the prompt waits for the end of the turn".to_owned(),
        (true, false, ahead) => {
            format!("the prompt waits behind {}", output::count(ahead, "other"))
        }
    };
    output::line(&format!("{}  {told}", before.id))
}

/// How many prompts are to be begun yet; one that was refused never is.
fn waiting(prompts: &[QueuedPrompt]) -> usize {
    prompts.iter().filter(|prompt| prompt.refused.is_none()).count()
}

/// Whether a session has a turn that goes on.
fn has_turn(view: &SessionView) -> bool {
    matches!(view.state, StateWord::Working | StateWord::NeedsYou)
}

pub(super) fn interrupt(name: &str, json: &Json, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let before = session::find(&client, name)?.session;
    let path = format!("/api/sessions/{}/interrupt", before.id);
    let owned: OwnedView = client.send(Method::POST, &path, &())?;
    if json.json {
        return output::json(&owned);
    }
    let told = match (has_turn(&before), waiting(&owned.prompts) == 0) {
        (false, _) => "has no turn that goes on; nothing was broken off",
        (true, true) => "its turn is broken off; it waits for a prompt",
        (true, false) => "its turn is broken off; the prompt that waited is begun",
    };
    output::line(&format!("{}  {told}", before.id))
}

/// Ends a session; of a task, all that are not over.
pub(super) fn stop(name: &str, json: &Json, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    if !name.starts_with(['T', 't']) {
        let path = path(&client, name, "stop")?;
        let owned: OwnedView = client.send(Method::POST, &path, &())?;
        return show(&owned, json);
    }
    let task = task::task_id(name)?;
    let all: Vec<OwnedView> = client.get("/api/owned")?;
    let left = all.into_iter().filter(|one| one.task == Some(task) && !one.state.is_over());
    let mut stopped = Vec::new();
    for one in left {
        let path = format!("/api/owned/{}", one.id);
        stopped.push(client.send::<_, OwnedView>(Method::DELETE, &path, &())?);
    }
    if stopped.is_empty() {
        return Err(CliError::misuse(
            format!("no session of {task} is driven; nothing was ended"),
            "see `callboard session list`",
        ));
    }
    if json.json {
        return output::json(&stopped);
    }
    stopped.iter().try_for_each(|one| output::line(&told(one)))
}

/// Resumes or forks.
pub(super) fn go_on(what: &str, going: Going, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let path = path(&client, &going.session, what)?;
    let on = GoOn { prompt: going.prompt, model: going.model, mode: going.mode };
    let owned: OwnedView = client.send(Method::POST, &path, &on)?;
    show(&settled(&client, owned)?, &going.json)
}

/// Becomes the agent's own program on that session.
pub(super) fn attach(name: &str, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let path = path(&client, name, "attach")?;
    let how: Attached = client.send(Method::POST, &path, &())?;
    let error = callboard_os::command::become_program(
        Path::new(&how.program),
        &how.args,
        Path::new(&how.cwd),
    );
    Err(CliError::misuse(
        format!("cannot run {}: {error}", how.program),
        format!("run it yourself in {}: {} {}", how.cwd, how.program, how.args.join(" ")),
    ))
}

#[cfg(test)]
mod tests {
    use callboard_model::Timestamp;

    use super::*;

    #[test]
    fn a_refused_prompt_does_not_wait() {
        let prompt = |refused: Option<&str>| QueuedPrompt {
            id: "p".into(),
            text: "go".into(),
            at: Timestamp::from_millisecond(1),
            refused: refused.map(str::to_owned),
        };
        assert_eq!(waiting(&[prompt(Some("no")), prompt(None)]), 1);
    }
}
