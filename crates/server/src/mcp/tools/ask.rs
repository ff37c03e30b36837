//! `ask`: a question to the user, with an answer now or later.

use callboard_engine::{Answering, EngineError};
use callboard_model::{CallId, SessionId, quote};
use rmcp::model::Tool;

use super::wait::end_of;
use super::{Call, Said, does, integer, said, string, strings};

pub(super) fn tools() -> [Tool; 1] {
    [does(
        "ask",
        "Ask your user. Waits a while; then gives a handle, and the answer comes behind a later result, or by `handle`.",
        &[
            ("question", string()),
            ("options", strings()),
            ("why", string()),
            ("wait_seconds", integer()),
            ("handle", said("such as C88")),
            ("session", string()),
        ],
        &[],
    )]
}

pub(super) fn ask(call: &Call<'_>) -> Said {
    let session = call.session()?;
    let handle = call.text("handle").map(str::trim);
    let id = match (handle, call.text("question")) {
        (Some(handle), _) => handle.parse::<CallId>().map_err(|error| EngineError::Refused {
            text: format!("{error}; nothing was asked"),
            hint: "name the handle that `ask` gave you",
        })?,
        (None, Some(question)) => {
            let why = call.text("why").map(str::to_owned);
            call.engine.ask_user(session, question, call.texts("options"), why)?
        }
        (None, None) => {
            call.needs("question")?;
            return Ok(String::new());
        }
    };
    match wait(call, session, id)? {
        Answering::Answered(words) => Ok(format!("{id} was answered:\n{}", quote::block(&words))),
        Answering::Over(why) => Ok(format!("{id} is over without an answer: {why}")),
        Answering::Waits => Ok(format!(
            "nobody has answered {id} yet. Go on with what does not need it: the answer comes behind the result of a \
             later tool call or prompt, or by ask with handle: \"{id}\"."
        )),
    }
}

fn wait(call: &Call<'_>, session: SessionId, id: CallId) -> Result<Answering, EngineError> {
    let end = end_of(call.number("wait_seconds"));
    let mut news = call.engine.listen();
    let place = call.waits.place();
    loop {
        news.mark_unchanged();
        let answering = call.engine.take_answer(session, id)?;
        let may_wait = answering == Answering::Waits && place.is_some();
        if !may_wait || !call.waits.for_news(&mut news, end) {
            return Ok(answering);
        }
    }
}
