//! The thread of one owned session: what its agent says goes in, orders go out.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use callboard_agents::drive::{Channel, Driver, Heard, Line, Order, Refusal, Signal};
use callboard_model::call::CallVia;
use callboard_model::owned::{Owned, OwnedPrompt, OwnedState, PromptStep, TurnSnapshot};
use callboard_model::session::TurnState;
use callboard_model::{ThreadKey, Timestamp};
use callboard_os::host::{self, HostRequest, HostState};

use super::wire::Wire;
use super::{rewind, takeover, transcript};
use crate::calls::{AskedBy, Delivery};
use crate::core::Told;
use crate::engine::TRANSCRIPTS;
use crate::{Engine, EngineError, limits};

/// What a channel's thread is woken for.
pub(super) enum Wake {
    /// Something happened in the folder of its host.
    Grown,
    /// A line came over its connection; none: the connection ended.
    Line(Option<String>),
    /// There may be prompts to send.
    Prompts,
    /// An answer is to be delivered.
    Deliver(Box<Delivery>),
    /// Its turn is to be broken off; what became of it is told back.
    Interrupt(SyncSender<Result<(), EngineError>>),
    /// It is to end.
    End,
    /// The daemon ends.
    Leave,
}

/// Why a channel's thread ends.
enum Leaving {
    /// The daemon ends; the agent runs on.
    Daemon,
    /// The session is over.
    Over,
}

pub(super) struct Driven {
    pub(super) engine: Arc<Engine>,
    pub(super) owned: Owned,
    pub(super) driver: &'static dyn Driver,
    pub(super) channel: Box<dyn Channel>,
    pub(super) wire: Wire,
    pub(super) wakes: Receiver<Wake>,
    /// Answers that came before the agent had asked anew.
    pub(super) early: Vec<Delivery>,
    /// Since when it is to end.
    pub(super) ending: Option<Timestamp>,
    /// Its agent takes orders by this channel.
    pub(super) is_ready: bool,
    /// Why nothing more comes of it, once that is so.
    pub(super) closed: Option<Option<String>>,
    /// Snapshots that are taken and not committed yet.
    pub(super) taken: Vec<TurnSnapshot>,
    /// What was committed last.
    pub(super) committed: u64,
}

impl Driven {
    /// Drives the session until it is over or the daemon ends.
    pub(super) fn run(mut self) {
        let id = self.owned.id;
        let left = self.drive();
        self.engine.owned.leave(id);
        let done = left.and_then(|left| match left {
            Leaving::Over => self.over(),
            Leaving::Daemon => Ok(()),
        });
        if let Some(dir) = self.wire.dir() {
            self.engine.owned.journals.forget(dir);
        }
        let engine = self.engine.clone();
        // Its connection ends with it, before there is another one.
        drop(self);
        match done {
            Ok(()) | Err(EngineError::Ending) => {}
            Err(error) => takeover::drive_again(&engine, id, &error),
        }
        engine.owned.queue.tell();
    }

    fn drive(&mut self) -> Result<Leaving, EngineError> {
        let opening = self.channel.open();
        self.send(&opening)?;
        self.grown()?;
        if self.read_row()?.is_some_and(|owned| owned.is_stopped) {
            // It was told before there was a channel to tell.
            self.end()?;
        }
        self.send_prompts()?;
        loop {
            if self.closed.is_some() {
                return Ok(Leaving::Over);
            }
            let patience = match self.ending {
                Some(since) => limits::END_TIME.saturating_sub(self.time_since(since)),
                None => limits::CHANNEL_SWEEP,
            };
            match self.wakes.recv_timeout(patience) {
                Ok(Wake::Leave) => return Ok(Leaving::Daemon),
                Ok(wake) => self.take(wake)?,
                Err(RecvTimeoutError::Timeout) => {
                    if self.ending.is_some_and(|since| self.time_since(since) >= limits::END_TIME) {
                        self.end_processes();
                    }
                    self.grown()?;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(Leaving::Daemon),
            }
        }
    }

    fn take(&mut self, wake: Wake) -> Result<(), EngineError> {
        match wake {
            Wake::Grown => self.grown(),
            Wake::Line(Some(line)) => {
                let heard = self.channel.hear(&line);
                self.heard(vec![heard], self.owned.cursor)
            }
            Wake::Line(None) => {
                self.closed = Some(self.lost());
                Ok(())
            }
            Wake::Prompts => self.send_prompts(),
            Wake::Deliver(delivery) => self.deliver(*delivery),
            Wake::Interrupt(told) => {
                let order = Order::Interrupt { id: format!("interrupt {}", self.fresh()) };
                let done = self.follow(&order);
                // Nobody waits any more only if the asker is gone.
                let _ = told.send(done);
                Ok(())
            }
            Wake::End => self.end(),
            Wake::Leave => Ok(()),
        }
    }

    /// Reads what the journal has, and looks whether the agent ended.
    fn grown(&mut self) -> Result<(), EngineError> {
        let state = self.wire.host_state();
        while let Wire::Pipes { journal, dir } = &mut self.wire {
            let lines = journal.read().map_err(|cause| EngineError::Refused {
                text: format!("cannot read what {} says: {cause}", dir.display()),
                hint: "make its folder readable, and start the daemon anew",
            })?;
            let Some((_, cursor)) = lines.last() else { break };
            let cursor = *cursor;
            let heard = lines.iter().map(|(line, _)| self.channel.hear(line)).collect();
            self.heard(heard, cursor)?;
        }
        if self.closed.is_none() {
            self.closed = match state {
                // The journal was read after the end was seen: it is whole.
                HostState::Ended(ended) => Some(self.why(&ended)),
                HostState::Lost if self.wire.dir().is_some() => Some(self.lost()),
                _ => None,
            };
        }
        Ok(())
    }

    /// Keeps what was told, then says what is to be said.
    fn heard(&mut self, heard: Vec<Heard>, cursor: u64) -> Result<(), EngineError> {
        let (mut signals, mut lines) = (Vec::new(), Vec::new());
        for one in heard {
            signals.extend(one.signals);
            lines.extend(one.lines);
        }
        self.write_records(&signals)?;
        let is_long = cursor.saturating_sub(self.committed) > limits::JOURNAL_UNTOLD_BYTES;
        self.owned.cursor = cursor;
        if !signals.is_empty() || is_long {
            self.tell_calls(&signals)?;
            self.take_snapshots_of(&signals)?;
            let closed = signals.iter().find_map(|signal| match signal {
                Signal::Closed { failure } => Some(failure.clone()),
                _ => None,
            });
            // The queue and a night follow every word of a turn: also what comes after its end.
            let is_news = !signals.is_empty();
            let is_ready = signals.contains(&Signal::Ready);
            self.commit(signals, Vec::new())?;
            self.closed = self.closed.take().or(closed);
            if is_news {
                self.engine.owned.queue.tell();
            }
            if is_ready {
                self.is_ready = true;
                match self.ending {
                    Some(_) => self.end()?,
                    None => self.send_prompts()?,
                }
            }
        }
        self.send(&lines)?;
        for delivery in std::mem::take(&mut self.early) {
            self.deliver(delivery)?;
        }
        Ok(())
    }

    /// Writes what was said down, where the agent does not; before it counts as heard.
    fn write_records(&mut self, signals: &[Signal]) -> Result<(), EngineError> {
        let named = signals.iter().find_map(|signal| match signal {
            Signal::Named(id) => Some(id.as_str()),
            _ => None,
        });
        let native = named.or(self.owned.native.as_deref());
        let home = self.engine.config.home.join(TRANSCRIPTS);
        let path = native.and_then(|native| self.driver.transcript(&home, native));
        let (Some(path), records) = (path, self.channel.records()) else { return Ok(()) };
        transcript::append(&path, &records, self.engine.now()).map_err(|cause| {
            EngineError::Refused {
                text: format!(
                    "cannot write {}: {cause}; its host keeps what was said",
                    path.display()
                ),
                hint: "make room on the disk, and start the daemon anew",
            }
        })
    }

    /// What it is by now: others write its prompts, and that it is to end.
    fn read_row(&self) -> Result<Option<Owned>, EngineError> {
        let id = self.owned.id;
        self.engine.read(move |s| Ok(s.owned(id)?))
    }

    fn commit(&mut self, signals: Vec<Signal>, sent: Vec<String>) -> Result<(), EngineError> {
        let process = match self.wire.host_state() {
            HostState::Running(started) if matches!(self.wire, Wire::Pipes { .. }) => {
                Some((started.agent.pid, started.agent.start_ticks))
            }
            _ => None,
        };
        let cursor = self.owned.cursor;
        let snapshots = std::mem::take(&mut self.taken);
        let channel = self.channel.state();
        let told = Told { signals, cursor, channel, sent, snapshots, process };
        let id = self.owned.id;
        self.owned = self.engine.ask(move |core| core.take_told(id, told))?;
        self.committed = cursor;
        takeover::drives_on(&self.engine, id);
        if let Wire::Pipes { dir, journal } = &mut self.wire
            && let Some(until) = journal.forgettable(cursor)
            && let Err(error) = host::ask(dir, &HostRequest::Forget { until })
        {
            tracing::debug!(%error, "a host keeps what is read");
        }
        Ok(())
    }

    /// A prompt that waited in the agent begins when nothing else goes on: its snapshot is taken then.
    fn take_snapshots_of(&mut self, signals: &[Signal]) -> Result<(), EngineError> {
        let begun: Vec<&String> = signals
            .iter()
            .filter_map(|signal| match signal {
                Signal::Prompt { id, step: PromptStep::Begun } => Some(id),
                _ => None,
            })
            .filter(|id| !self.owned.snapshots.iter().any(|taken| taken.prompt == **id))
            .collect();
        if begun.is_empty() {
            return Ok(());
        }
        let owned = self.read_row()?;
        let prompts = owned.map(|owned| owned.prompts).unwrap_or_default();
        let begun: Vec<OwnedPrompt> =
            prompts.into_iter().filter(|prompt| begun.contains(&&prompt.id)).collect();
        self.taken.extend(rewind::take(&self.engine, &self.owned, &begun));
        Ok(())
    }

    /// Calls first: they are known by their keys, however often they are told.
    fn tell_calls(&self, signals: &[Signal]) -> Result<(), EngineError> {
        let mut native = self.owned.native.clone();
        for signal in signals {
            if let Signal::Named(id) = signal {
                native = Some(id.clone());
            }
            let Some(native) = &native else { continue };
            let (agent, thread) = (self.owned.agent.clone(), ThreadKey::main(native.clone()));
            match signal {
                Signal::Asked(ask) => {
                    self.engine.asked(AskedBy {
                        agent,
                        thread,
                        via: CallVia::Driver,
                        ask: (**ask).clone(),
                        expires_at: None,
                        window: None,
                    })?;
                }
                Signal::AskGone { key } => {
                    let because = "it is no longer asked";
                    self.engine.ask_gone(agent, thread, key.clone(), because)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Sends the prompts that wait. They count as sent before they are: over pipes, one that was is not sent
    /// again; elsewhere the channel finds out.
    fn send_prompts(&mut self) -> Result<(), EngineError> {
        // What is to end is told nothing more.
        let is_open = self.ending.is_none();
        let owned = self.read_row()?.filter(|owned| is_open && !owned.is_stopped);
        let Some(owned) = owned else { return Ok(()) };
        let is_again = matches!(self.wire, Wire::Pipes { .. });
        let is_due = |step: &PromptStep| match step {
            PromptStep::Waiting => true,
            PromptStep::Sent => is_again,
            _ => false,
        };
        let (mut lines, mut sent) = (Vec::new(), Vec::new());
        for prompt in owned.prompts.iter().filter(|prompt| is_due(&prompt.step)) {
            let order = Order::Prompt { id: prompt.id.clone(), text: prompt.text.clone() };
            match self.channel.order(&order) {
                Ok(said) => {
                    lines.extend(said);
                    sent.push(prompt.id.clone());
                }
                // It is sent when the agent is ready again.
                Err(Refusal::NotYet) => {}
                Err(error) => tracing::warn!(%error, "a prompt was not sent"),
            }
        }
        if sent.is_empty() {
            return Ok(());
        }
        if !matches!(owned.turn, TurnState::Working) {
            let first: Vec<OwnedPrompt> =
                owned.prompts.iter().filter(|prompt| sent.contains(&prompt.id)).cloned().collect();
            self.taken.extend(rewind::take(&self.engine, &owned, &first));
        }
        self.write_records(&[])?;
        self.commit(Vec::new(), sent)?;
        self.send(&lines)
    }

    /// Sends an answer, and tells what became of it.
    fn deliver(&mut self, delivery: Delivery) -> Result<(), EngineError> {
        // It waited for this thread: meanwhile the agent may ask something else under the same key.
        let due = self.engine.answer_due(delivery.call)?;
        let Some(delivery) = due.filter(|due| due.generation == delivery.generation) else {
            return Ok(());
        };
        let (ask, answer) = (Box::new(delivery.ask.clone()), delivery.answer.clone());
        let sent = match self.channel.order(&Order::Answer { ask, answer }) {
            Ok(lines) => self
                .commit(Vec::new(), Vec::new())
                .and_then(|()| self.try_send(&lines).map_err(refused_by_host)),
            Err(Refusal::NotYet) => {
                // It is brought again and again until it is accepted: the last is enough.
                self.early.retain(|early| early.call != delivery.call);
                self.early.push(delivery);
                return Ok(());
            }
            Err(Refusal::Gone) => {
                // It was answered elsewhere, and that was told.
                return self.engine.ask_gone(
                    delivery.agent,
                    delivery.thread,
                    delivery.ask.key,
                    "it is no longer asked",
                );
            }
            Err(refusal) => Err(EngineError::Refused { text: refusal.to_string(), hint: "" }),
        };
        match sent {
            Ok(()) => self.engine.answer_accepted(delivery.call, delivery.generation),
            Err(EngineError::Ending) => Err(EngineError::Ending),
            Err(error) => {
                let why = error.to_string();
                self.engine.answer_undeliverable(delivery.call, delivery.generation, why)
            }
        }
    }

    fn follow(&mut self, order: &Order) -> Result<(), EngineError> {
        let lines = self.channel.order(order).map_err(|refusal| EngineError::Refused {
            text: format!("{refusal}; nothing was sent"),
            hint: "",
        })?;
        self.try_send(&lines).map_err(refused_by_host)
    }

    fn try_send(&mut self, lines: &[Line]) -> Result<(), host::HostError> {
        self.wire.send(lines)
    }

    /// Sends lines; where nobody takes them, the end of the agent is near and tells more.
    fn send(&mut self, lines: &[Line]) -> Result<(), EngineError> {
        if let Err(error) = self.try_send(lines) {
            tracing::debug!(%error, owned = self.owned.id, "an agent was not reached");
        }
        Ok(())
    }

    /// Breaks the turn off and closes the agent's input; a server lets go of the conversation.
    fn end(&mut self) -> Result<(), EngineError> {
        self.ending = self.ending.or_else(|| Some(self.engine.now()));
        if matches!(self.wire, Wire::Socket { .. }) && !self.is_ready {
            // Its turn may go on in its server, which takes no order yet.
            return Ok(());
        }
        if self.owned.turn != TurnState::Idle {
            let order = Order::End { id: format!("end {}", self.fresh()) };
            if let Err(error) = self.follow(&order) {
                tracing::debug!(%error, "a turn was not broken off; its agent ends anyway");
            }
        }
        match &self.wire {
            Wire::Pipes { dir, .. } => {
                if let Err(error) = host::ask(dir, &HostRequest::CloseInput) {
                    tracing::debug!(%error, "an agent's input was not closed");
                }
            }
            Wire::Socket { .. } => self.closed = Some(None),
        }
        Ok(())
    }

    /// It did not end by itself.
    fn end_processes(&mut self) {
        self.ending = None;
        match &self.wire {
            Wire::Pipes { dir, .. } => {
                if let Err(error) = host::ask(dir, &HostRequest::End) {
                    tracing::warn!(%error, "an agent could not be ended");
                }
            }
            Wire::Socket { .. } => self.closed = Some(None),
        }
    }

    /// One that could not begin may run on; nobody would ever look after it again.
    fn end_what_runs(&mut self) {
        let (begun, mut is_told) = (self.engine.now(), false);
        while self.engine.now().since_ms(begun) < limits::HOST_AWAITED_MS {
            let is_ours = matches!(self.wire, Wire::Pipes { .. });
            if !is_ours || !matches!(self.wire.host_state(), HostState::Running(_)) {
                return;
            }
            if !std::mem::replace(&mut is_told, true) {
                self.end_processes();
            }
            // Its folder tells of its end. Where nothing tells of it any more, there is nothing to wait for.
            if let Err(RecvTimeoutError::Disconnected) =
                self.wakes.recv_timeout(limits::HOST_LOOK_EVERY)
            {
                return;
            }
        }
    }

    /// Its host was killed, and the agent may run on: a conversation that goes on has one writer. Gives whether it ended.
    fn end_left(&self) -> bool {
        match self.wire.dir().map(host::end_left) {
            Some(Ok(is_ended)) => is_ended,
            Some(Err(error)) => {
                tracing::warn!(%error, "an agent may run on though its host is gone");
                false
            }
            None => true,
        }
    }

    /// The host or the server is gone, or has let go.
    fn lost(&self) -> Option<String> {
        if self.owned.is_stopped {
            return None;
        }
        Some("its process is gone".to_owned())
    }

    /// Why an agent that ended failed; none if it did not.
    fn why(&self, ended: &host::Ended) -> Option<String> {
        if self.owned.is_stopped || ended.code == Some(0) {
            return None;
        }
        if let Some(failure) = &ended.failure {
            return Some(failure.clone());
        }
        let words = self.wire.dir().and_then(|dir| std::fs::read(dir.join(host::ERRORS)).ok());
        let words = words.unwrap_or_default();
        let from = words.len().saturating_sub(limits::LAST_WORDS_BYTES);
        let words = String::from_utf8_lossy(&words[from..]).trim().to_owned();
        let how = match (ended.code, ended.signal) {
            (Some(code), _) => format!("its agent ended with exit code {code}"),
            (None, Some(signal)) => format!("its agent was ended by signal {signal}"),
            (None, None) => "its agent ended".to_owned(),
        };
        Some(if words.is_empty() { how } else { format!("{how}: {words}") })
    }

    /// Keeps how it ended, and removes what only a running one needs.
    fn over(&mut self) -> Result<(), EngineError> {
        let failure = self.closed.take().flatten();
        self.end_what_runs();
        self.channel.finish();
        if let Err(error) = self.write_records(&[]) {
            tracing::warn!(%error, "the last words of an agent were not kept");
        }
        let (ended, is_lost) = match self.wire.host_state() {
            HostState::Ended(ended) if matches!(self.wire, Wire::Pipes { .. }) => {
                (Some(ended), false)
            }
            state => (None, state == HostState::Lost && matches!(self.wire, Wire::Pipes { .. })),
        };
        let is_left = is_lost && !self.end_left();
        let is_by_signal = ended.as_ref().is_none_or(|ended| ended.signal.is_some());
        let id = self.owned.id;
        let changed = self.engine.change_owned(id, move |owned, _| {
            let was_running = owned.state == OwnedState::Running;
            owned.state = match &failure {
                // That it was told to end may have come after the last look at its row.
                _ if owned.is_stopped => OwnedState::Ended,
                None => OwnedState::Ended,
                Some(_) if is_lost || (is_by_signal && was_running) => OwnedState::Interrupted,
                Some(_) => OwnedState::Failed,
            };
            owned.failure = failure.filter(|_| !owned.is_stopped);
            owned.waits = None;
            true
        });
        let owned = changed?;
        super::server::let_go_of(&self.engine, &owned);
        // What its agent uses is not given to another while it runs on: `doctor` names it.
        if !is_left {
            give_back(&self.engine, &owned);
        }
        if let Wire::Pipes { dir, .. } = &self.wire
            && let Err(error) = std::fs::remove_dir_all(dir)
        {
            tracing::debug!(%error, "a host's folder stays until the next start");
        }
        Ok(())
    }

    fn time_since(&self, at: Timestamp) -> Duration {
        let ms = u64::try_from(self.engine.now().since_ms(at)).unwrap_or_default();
        Duration::from_millis(ms)
    }

    /// A number for an order, never given before for this host.
    fn fresh(&self) -> i64 {
        self.engine.now().as_millisecond()
    }
}

/// Gives back what cannot be doubled.
pub(super) fn give_back(engine: &Engine, over: &Owned) {
    if let Err(error) = engine.give_back_of(over) {
        tracing::warn!(%error, "what a session had that is over is given back with its worktree");
    }
}

fn refused_by_host(error: host::HostError) -> EngineError {
    EngineError::Refused {
        text: format!("{error}; nothing was sent"),
        hint: "if its agent ended, `callboard resume` has it go on",
    }
}

#[cfg(test)]
mod tests;
