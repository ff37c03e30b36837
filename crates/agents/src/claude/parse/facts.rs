//! What nearly every record says of its session: told again only when it changes.

use std::borrow::Cow;

use callboard_model::event::Info;
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
    let (forked_from, forked_at) = fork(&fields);
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
        (forked_at, &mut last.forked_at, &mut changes.forked_at),
    ] {
        let now = now.filter(|now| !now.is_empty());
        if now.is_some() && now.as_deref() != last.as_deref() {
            *last = now.map(Cow::into_owned);
            change.clone_from(last);
        }
    }
    if record.thread.sub.is_some() && last.parent.is_none() {
        last.parent = Some(record.thread.native.clone());
        changes.parent.clone_from(&last.parent);
    }
    if changes != Info::default() {
        record.say("info", EventBody::Info(changes));
    }
}

/// A fork begins with its parent's records under its own session id. What they came from is told by
/// `forkedFrom`, or, in 2.1.3xx, by the session id that the request was made with.
fn fork<'a>(fields: &Fields<'a>) -> (Option<Cow<'a, str>>, Option<Cow<'a, str>>) {
    if let Some(fork) = fields.get("forkedFrom").and_then(Raw::fields) {
        return (fork.str("sessionId"), fork.str("messageUuid"));
    }
    let origin = fields.str("requestSessionId");
    let is_fork = origin.is_some() && origin != fields.str("sessionId");
    if is_fork { (origin, fields.str("uuid")) } else { (None, None) }
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
