//! `tell`: a message to another agent. `report`: what was done, and what could not be verified.

use rmcp::model::Tool;

use super::{Call, Said, does, said, string, strings};

pub(super) fn tools() -> [Tool; 2] {
    [
        does(
            "tell",
            "Tell another agent something: it hears it at its next step, and your user sees it.",
            &[("to", said("T15 or S41")), ("text", string()), ("session", string())],
            &["to", "text"],
        ),
        does(
            "report",
            "When you are done: what you did, and what you could not verify.",
            &[("summary", string()), ("not_verified", strings()), ("session", string())],
            &["summary"],
        ),
    ]
}

pub(super) fn tell(call: &Call<'_>) -> Said {
    let session = call.session()?;
    let (to, text) = (call.needs("to")?.trim(), call.needs("text")?);
    let told = call.engine.tell_others(session, to, text)?;
    let names: Vec<String> = told.iter().map(ToString::to_string).collect();
    Ok(format!("{} will hear it at the next step; your user sees it", names.join(", ")))
}

pub(super) fn report(call: &Call<'_>) -> Said {
    let session = call.session()?;
    let not_verified: Vec<String> =
        call.texts("not_verified").into_iter().filter(|line| !line.trim().is_empty()).collect();
    let open = not_verified.len();
    call.engine.report(session, call.needs("summary")?, not_verified)?;
    Ok(match open {
        0 => "kept; nothing is left to verify".to_owned(),
        open => format!("kept, with {open} not verified"),
    })
}
