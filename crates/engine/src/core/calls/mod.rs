//! Calls: raised, answered, and closed when their agent is seen to go on.

mod again;
mod conflict;
mod follow;
mod hooks;
mod tell;
mod tool;

use std::path::PathBuf;

use callboard_model::call::{
    Ask, CallAnswer, CallDetail, CallKind, CallRefusal, CallState, CallStep, CallVia, Effect,
    Rules, Ruling,
};
use callboard_model::view::SessionView;
use callboard_model::{AgentName, CallId, SessionId, ThreadKey, Timestamp};
use callboard_store::{Call, CallBody, LogKind, NewCall, Write};
use serde_json::json;

use super::{Core, trust, view_of};
use crate::EngineError;
use crate::calls::RULE;
use crate::sweeps::Swept;

pub(super) use conflict::{close_conflict, raise_conflict};
pub(super) use follow::follow_session;
pub(super) use tell::follow_limit;
pub(super) use tool::answers_told;
pub(crate) use tool::{told_of, words_of};

/// A request that an agent makes, as it comes in.
pub(crate) struct Asked {
    pub(crate) agent: AgentName,
    pub(crate) thread: ThreadKey,
    pub(crate) via: CallVia,
    pub(crate) ask: Ask,
    pub(crate) expires_at: Option<Timestamp>,
    /// Where the agent's window is.
    pub(crate) window: Option<String>,
    /// What answers without a person.
    pub(crate) rules: Rules,
    /// The checkout that the session works in.
    pub(crate) checkout: Option<String>,
    /// The worktree that the session works in, and what it asks to write outside of it.
    pub(crate) foreign: Option<(PathBuf, Vec<String>)>,
    /// What of other sessions the command that it asks to run would sweep.
    pub(crate) swept: Option<Swept>,
}

/// A call that Callboard itself makes about a session.
pub(crate) struct OwnCall {
    pub(crate) view: SessionView,
    pub(crate) kind: CallKind,
    /// Tells it from others of its kind.
    pub(crate) key: String,
    pub(crate) question: String,
    pub(crate) detail: CallDetail,
}

/// An answer as it comes in.
pub(crate) struct Answered {
    pub(crate) id: CallId,
    /// The generation that its giver saw; none: the present one.
    pub(crate) generation: Option<u32>,
    pub(crate) answer: CallAnswer,
    pub(crate) by: String,
}

impl Core {
    /// Raises a call for what an agent asks, or finds the one that stands for it already; answers it where a rule does.
    pub(crate) fn take_ask(&mut self, asked: Asked) -> Result<(CallId, u32), EngineError> {
        let raised = self.write_for_person(|w| {
            let thread = ThreadKey::main(asked.thread.native.clone());
            let (session, _) = w.session_of(&asked.agent, &thread)?;
            let mut call = raise_or_find(w, session, &asked)?;
            // Where only the window can be answered, an answer from here would hide that it waits.
            if call.life.state == CallState::Open
                && asked.via.is_answerable()
                && let Some((answer, by)) = kept_out(&asked).or_else(|| ruled(&asked))
            {
                let answer_to = CallStep::Answer { generation: call.life.generation };
                step(w, &mut call, answer_to).map_err(|refusal| refused(&call, refusal))?;
                keep_answer(w, &mut call, answer, &by)?;
                tell_kept_out(w, session, &asked)?;
            }
            Ok((call.id, call.life.generation))
        })?;
        self.answers.tell();
        Ok(raised)
    }

    /// Answers a call. The same answer given twice is one; a late or stale one is refused.
    pub(crate) fn answer_call(&mut self, given: &Answered) -> Result<CallId, EngineError> {
        self.write_for_person(|w| {
            let mut call =
                w.view().call(given.id)?.ok_or_else(|| EngineError::no_call(given.id))?;
            let seen = given.generation.unwrap_or(call.life.generation);
            let is_repeated = call.life.generation == seen
                && call.body.answer.as_ref() == Some(&given.answer)
                && call.life.state != CallState::Open;
            if is_repeated {
                return Ok(call.id);
            }
            let effect = effect_of(&call, &given.answer)?;
            step(w, &mut call, CallStep::Answer { generation: seen })
                .map_err(|refusal| refused(&call, refusal))?;
            keep_answer(w, &mut call, given.answer.clone(), &given.by)?;
            tool::tell_answer(w, &call)?;
            if call.via == CallVia::Callboard || effect == Effect::Acknowledge {
                let told = match call.kind {
                    CallKind::Trust => trust::decide_by_answer(w, &call, effect, &given.by)?,
                    _ => "noted",
                };
                close(w, &mut call, told)?;
            }
            Ok(call.id)
        })?;
        self.answers.tell();
        Ok(given.id)
    }

    /// The agent took the answer of this generation.
    pub(crate) fn accept_call(&mut self, id: CallId, generation: u32) -> Result<(), EngineError> {
        self.move_call(id, generation, CallStep::Accept, "the agent took the answer")
    }

    /// The agent could not be reached with the answer: it waits again.
    pub(crate) fn reopen_call(
        &mut self,
        id: CallId,
        generation: u32,
        why: &str,
    ) -> Result<(), EngineError> {
        self.move_call(id, generation, CallStep::Reopen, why)
    }

    fn move_call(
        &mut self,
        id: CallId,
        generation: u32,
        to: CallStep,
        told: &str,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let Some(mut call) = w.view().call(id)? else { return Ok(()) };
            // Something later happened to it: what is told is of the past.
            if call.life.generation != generation || step(w, &mut call, to).is_err() {
                return Ok(());
            }
            call.body.told = Some(told.to_owned());
            if to == CallStep::Reopen {
                (call.body.answer, call.body.answered_by, call.answered_at) = (None, None, None);
            }
            w.put_call(&call, LogKind::CALL_MOVED, &json!({ "told": told }))?;
            Ok(())
        })
    }

    /// What was asked under `key` is no longer asked: it was answered, here or elsewhere, or withdrawn.
    pub(crate) fn ask_gone(
        &mut self,
        agent: &AgentName,
        thread: &ThreadKey,
        key: &str,
        because: &str,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| {
            let thread = ThreadKey::main(thread.native.clone());
            let (session, _) = w.session_of(agent, &thread)?;
            for mut call in w.view().calls_of_session(session)? {
                if call.key == key {
                    go_on(w, &mut call, because)?;
                }
            }
            Ok(())
        })
    }

    /// Raises the call that a sweep is: one that was refused, or one that ran.
    pub(crate) fn note_sweep(
        &mut self,
        swept: &Swept,
        was_refused: bool,
    ) -> Result<(), EngineError> {
        self.write_for_person(|w| note_sweep(w, swept, was_refused))
    }

    /// Raises a call that Callboard itself makes about a session, unless the same stands already.
    pub(crate) fn raise_own(&mut self, own: OwnCall) -> Result<(), EngineError> {
        let OwnCall { view, kind, key, question, detail } = own;
        self.write_for_person(|w| {
            tell::raise_own(w, tell::about(&view, kind, &key, question, detail))?;
            Ok(())
        })
    }
}

/// The call of a request: a new one, the one raised for the same key, or the one that stood for an unseen request.
fn raise_or_find(
    w: &mut Write<'_>,
    session: SessionId,
    asked: &Asked,
) -> Result<Call, EngineError> {
    let open = w.view().calls_of_session(session)?;
    if let Some(known) = open.iter().find(|call| call.key == asked.ask.key && call.kind.is_asked())
    {
        let mut known = known.clone();
        if asked.via == CallVia::Driver {
            again::ask_again(w, &mut known, &asked.ask)?;
        }
        if known.via != asked.via || known.life.expires_at != asked.expires_at {
            (known.via, known.life.expires_at) = (asked.via, asked.expires_at);
            w.put_call(&known, LogKind::CALL_MOVED, &json!({ "via": asked.via.word() }))?;
        }
        return Ok(known);
    }
    // Until its hook or its driver spoke, only the window was known to ask.
    let unseen =
        |call: &&Call| call.key.starts_with(follow::SEEN) && call.life.state == CallState::Open;
    if let Some(unseen) = open.iter().find(unseen) {
        let mut call = unseen.clone();
        (call.kind, call.via, call.key) = (asked.ask.kind, asked.via, asked.ask.key.clone());
        call.life.generation += 1;
        call.life.expires_at = asked.expires_at;
        call.body.ask = asked.ask.clone();
        call.body.window = asked.window.clone().or(call.body.window);
        w.put_call(&call, LogKind::CALL_MOVED, &json!({ "via": asked.via.word() }))?;
        return Ok(call);
    }
    let view = view_of(&w.view(), session)?;
    let fold = crate::row::fold_of(&w.view(), session)?;
    let mut body = CallBody::asked(asked.ask.clone());
    body.steps = fold.map(|fold| fold.steps()).unwrap_or_default();
    body.goal = view.as_ref().and_then(|view| view.goal.clone());
    body.window = asked.window.clone();
    Ok(w.raise_call(NewCall {
        workspace: view.as_ref().and_then(|view| view.workspace),
        session: Some(session),
        task: view.as_ref().and_then(|view| view.task),
        via: asked.via,
        expires_at: asked.expires_at,
        body,
    })?)
}

/// The refusal of a write into another checkout, where the agent asks before it.
fn kept_out(asked: &Asked) -> Option<(CallAnswer, String)> {
    let option = asked.ask.options.iter().find(|option| option.effect == Effect::Deny)?;
    let by = || "callboard".to_owned();
    if let Some(swept) = asked.swept.as_ref().filter(|swept| swept.is_refused) {
        let text = Some(swept.text.clone());
        return Some((CallAnswer { text, ..CallAnswer::option(&option.id) }, by()));
    }
    let (own, paths) = asked.foreign.as_ref()?;
    let text = format!(
        "{} lies in another checkout of this repository. Work in {}: change the same file there.",
        paths.join(", "),
        own.display()
    );
    Some((CallAnswer { text: Some(text), ..CallAnswer::option(&option.id) }, by()))
}

fn tell_kept_out(w: &mut Write<'_>, session: SessionId, asked: &Asked) -> Result<(), EngineError> {
    if let Some(swept) = asked.swept.as_ref().filter(|swept| swept.is_refused) {
        return note_sweep(w, swept, true);
    }
    if let Some((own, paths)) = &asked.foreign
        && let Some(view) = view_of(&w.view(), session)?
    {
        tell::raise_own(w, tell::wrong_checkout(&view, own, paths.clone(), true))?;
    }
    Ok(())
}

fn note_sweep(w: &mut Write<'_>, swept: &Swept, was_refused: bool) -> Result<(), EngineError> {
    if let Some(view) = view_of(&w.view(), swept.session)? {
        tell::raise_own(w, tell::sweep(&view, swept, was_refused))?;
    }
    Ok(())
}

/// Begins what an agent is told that a rule refuses, before the rule.
pub(crate) const REFUSED_BY_RULE: &str = "a rule of this repository refuses it: ";

/// The answer that a rule gives, and who gives it.
fn ruled(asked: &Asked) -> Option<(CallAnswer, String)> {
    let root = asked.checkout.as_deref();
    let (effect, rule) = match asked.rules.ruling(&asked.ask, root)? {
        Ruling::Allow(rule) => (Effect::Allow, rule),
        Ruling::Deny(rule) => (Effect::Deny, rule),
    };
    let option = asked.ask.options.iter().find(|option| option.effect == effect)?;
    let text = (effect == Effect::Deny).then(|| format!("{REFUSED_BY_RULE}{rule}"));
    Some((CallAnswer { text, ..CallAnswer::option(&option.id) }, format!("{RULE}{rule}")))
}

/// What an answer does; it must be one that the call takes.
fn effect_of(call: &Call, answer: &CallAnswer) -> Result<Effect, EngineError> {
    if !call.via.is_answerable() {
        let place = call.body.window.as_deref().unwrap_or("the window it runs in");
        return Err(EngineError::Refused {
            text: format!("{} can only be answered in {place}; nothing was sent", call.id),
            hint: "run `callboard connect` once to answer such calls from here",
        });
    }
    let ask = &call.body.ask;
    if let Some(question) = ask.unanswered(answer) {
        return Err(EngineError::Refused {
            text: format!(
                "{} asks “{}”, and that has no answer; nothing was sent",
                call.id, question.question
            ),
            hint: "answer all of its questions at once: --part 1=… --part 2=…",
        });
    }
    if let Some(effect) = ask.effect_of(answer) {
        return Ok(effect);
    }
    let ids: Vec<&str> = ask.options.iter().map(|option| option.id.as_str()).collect();
    Err(EngineError::Refused {
        text: format!(
            "{} takes no such answer; nothing was sent. It takes: {}",
            call.id,
            if ids.is_empty() { "text".to_owned() } else { ids.join(", ") }
        ),
        hint: "see it with `callboard inbox`",
    })
}

fn keep_answer(
    w: &mut Write<'_>,
    call: &mut Call,
    answer: CallAnswer,
    by: &str,
) -> Result<(), EngineError> {
    call.answered_at = Some(w.now());
    call.body.told = None;
    call.body.answered_by = Some(by.to_owned());
    let about = json!({
        "by": by, "session": call.session, "question": call.body.ask.question, "answer": answer,
    });
    call.body.answer = Some(answer);
    Ok(w.put_call(call, LogKind::CALL_ANSWERED, &about)?)
}

/// Takes a call one step on; it is written by whoever asks for it.
fn step(w: &Write<'_>, call: &mut Call, to: CallStep) -> Result<(), CallRefusal> {
    call.life = call.life.after(to, w.now())?;
    Ok(())
}

/// The agent goes on: the call is over.
fn go_on(w: &mut Write<'_>, call: &mut Call, because: &str) -> callboard_store::Result<()> {
    // What was answered here and went on was answered here, whatever else is told.
    let was_answered = call.life.state != CallState::Open;
    if !was_answered {
        call.body.answered_by.get_or_insert_with(|| "the window".to_owned());
    }
    close(w, call, if was_answered { "the agent went on" } else { because })
}

pub(super) fn close(
    w: &mut Write<'_>,
    call: &mut Call,
    because: &str,
) -> callboard_store::Result<()> {
    if step(w, call, CallStep::Close).is_err() {
        return Ok(());
    }
    call.closed_at = Some(w.now());
    call.body.told = Some(because.to_owned());
    let about = json!({
        "session": call.session, "question": call.body.ask.question, "because": because,
        "by": call.body.answered_by,
    });
    w.put_call(call, LogKind::CALL_CLOSED, &about)
}

fn refused(call: &Call, refusal: CallRefusal) -> EngineError {
    let id = call.id;
    let by = call.body.answered_by.as_deref().unwrap_or("somebody");
    let text = match refusal {
        CallRefusal::AlreadyAnswered => {
            format!("{id} was already answered, by {by}; yours was not sent")
        }
        CallRefusal::Stale => {
            format!("{id} has been asked anew since you saw it; nothing was sent")
        }
        CallRefusal::Expired => {
            format!("{id} can no longer be answered from here; nothing was sent")
        }
        CallRefusal::Closed => {
            let told = call.body.told.as_deref().unwrap_or("closed");
            let by = call.body.answered_by.as_ref().map(|by| format!(", answered by {by}"));
            format!("{id} is over ({told}{}); nothing was sent", by.unwrap_or_default())
        }
        CallRefusal::OutOfOrder => format!("{id} cannot be answered now; nothing was sent"),
    };
    EngineError::Conflict { text, hint: "see what waits with `callboard inbox`" }
}
