//! What nearly every record says of its session: told again only when it changes.

use std::borrow::Cow;

use callboard_model::event::{Beginning, Info};
use callboard_model::{EventBody, ThreadKey};

use super::Record;
use crate::claude::reader::{Reader, State};
use crate::fields::{Fields, Raw};
use crate::limits;

pub(super) fn session_facts(record: &mut Record<'_>, reader: &mut Reader) {
    let fields = record.fields;
    if !fields.has("cwd") {
        return;
    }
    let message = match fields.str("type").as_deref() {
        Some("assistant") => fields.fields("message"),
        _ => Fields::default(),
    };
    let model = message.str("model").filter(|model| model != "<synthetic>");
    let forked_from = origin(&fields);
    let last = reader.state.told(&record.thread);
    let mut changes = Info::default();
    for (now, last, change) in [
        (fields.str("cwd"), &mut last.cwd, &mut changes.cwd),
        (fields.str("gitBranch"), &mut last.branch, &mut changes.branch),
        (fields.str("version"), &mut last.agent_version, &mut changes.agent_version),
        (fields.str("entrypoint"), &mut last.entrypoint, &mut changes.entrypoint),
        (fields.str("permissionMode"), &mut last.mode, &mut changes.mode),
        (model, &mut last.model, &mut changes.model),
        (fields.str("attributionAgent"), &mut last.agent_type, &mut changes.agent_type),
        (forked_from, &mut last.forked_from, &mut changes.forked_from),
    ] {
        let now = now.filter(|now| !now.is_empty());
        if now.is_some() && now.as_deref() != last.as_deref() {
            *last = now.map(Cow::into_owned);
            change.clone_from(last);
        }
    }
    changes.beginning = changes.forked_from.is_some().then_some(Beginning::Copied);
    if record.thread.sub.is_some() && last.parent.is_none() {
        last.parent = Some(record.thread.native.clone());
        changes.parent.clone_from(&last.parent);
    }
    if changes != Info::default() {
        record.say("info", EventBody::Info(changes));
    }
}

/// The session that a record was copied from: a fork begins with its parent's records, with their
/// uuids, under its own session id. Where they came from is told by `forkedFrom`; in 2.1.3xx only with
/// the agent's messages, by the session id that the request was made with.
fn origin<'a>(fields: &Fields<'a>) -> Option<Cow<'a, str>> {
    let origin = match fields.get("forkedFrom").and_then(Raw::fields) {
        Some(fork) => fork.str("sessionId"),
        None => fields.str("requestSessionId"),
    };
    origin.filter(|origin| Some(origin) != fields.str("sessionId").as_ref())
}

impl State {
    /// What was last told of a thread; nothing if that is too long ago.
    fn told(&mut self, thread: &ThreadKey) -> &mut Info {
        let known = self.told.iter().position(|(known, _)| known == thread);
        let entry = known.and_then(|at| self.told.remove(at));
        if self.told.len() >= limits::REMEMBERED_THREADS {
            self.told.pop_front();
        }
        self.told.push_back(entry.unwrap_or_else(|| (thread.clone(), Info::default())));
        let last = self.told.len() - 1;
        &mut self.told[last].1
    }
}
