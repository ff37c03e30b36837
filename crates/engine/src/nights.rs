//! Nights: tasks that are worked one after another while nobody is there.
//!
//! The queue of starts looks after them: at every turn that begins, waits or ends, at every limit, and at the
//! moment from which nothing is started. What is asked and not answered stays asked; its place goes to the next.

use std::sync::{Mutex, PoisonError};

use callboard_model::call::CallState;
use callboard_model::night::{Night, NightOutcome, NightTask};
use callboard_model::view::{NewNight, NewStart, NightTaskView, NightView};
use callboard_model::{Timestamp, WorkspaceId};
use callboard_os::awake::Awake;
use callboard_store::Snapshot;

use crate::{Engine, EngineError, limits};

/// What keeps the machine awake while a night goes on.
#[derive(Default)]
pub(crate) struct NightWatch(Mutex<Option<Result<Awake, String>>>);

impl NightWatch {
    /// Keeps the machine awake; gives what does, or why nothing does. It is tried once for a night.
    fn begin(&self) -> (Option<String>, Option<String>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.get_or_insert_with(Awake::begin) {
            Ok(awake) => (Some(awake.program().to_owned()), None),
            Err(why) => (None, Some(why.clone())),
        }
    }

    /// Lets the machine sleep.
    pub(crate) fn end(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Engine {
    /// Begins a night in a workspace.
    ///
    /// # Errors
    /// When one goes on there, a task is not there, or its agent is not.
    pub fn begin_night(
        &self,
        workspace: Option<WorkspaceId>,
        new: NewNight,
    ) -> Result<NightView, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        let now = self.now();
        self.refuse_night(workspace, &new, now)?;
        let usual = self.project_of(workspace)?.limits.running;
        let night = Night {
            id: 0,
            workspace,
            begun_at: now,
            until: new.until,
            ended_at: None,
            running: new.running.unwrap_or(usual).max(1),
            agent: new.agent,
            model: new.model,
            mode: new.mode,
            tasks: new.tasks.into_iter().map(NightTask::waiting).collect(),
            awake: None,
            may_sleep: None,
        };
        let night = self.ask(move |core| core.begin_night(night))?;
        let (awake, may_sleep) = self.owned.night.begin();
        let night = self.ask(move |core| {
            core.change_night(night.id, |night, _| {
                (night.awake, night.may_sleep) = (awake, may_sleep);
            })
        })?;
        self.owned.look_at_queue();
        self.read(|s| view(s, &night))
    }

    /// The one that is named, else the one last looked at.
    pub(crate) fn workspace_or_last(
        &self,
        named: Option<WorkspaceId>,
    ) -> Result<WorkspaceId, EngineError> {
        named.map_or_else(|| self.board(None).map(|board| board.workspace.id), Ok)
    }

    fn refuse_night(
        &self,
        workspace: WorkspaceId,
        new: &NewNight,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        let refused = |text: String, hint| Err(EngineError::Refused { text, hint });
        if new.tasks.is_empty() || new.tasks.len() > limits::NIGHT_TASKS {
            return refused(
                format!("{} tasks are no night; nothing was begun", new.tasks.len()),
                "name the tasks: `callboard night T1 T2`",
            );
        }
        if new.until.is_some_and(|until| until <= now) {
            return refused("its end has passed; nothing was begun".into(), "name a later one");
        }
        for (index, id) in new.tasks.iter().enumerate() {
            let task = self.task(*id)?;
            if task.workspace != workspace || new.tasks[..index].contains(id) {
                return refused(
                    format!("{id} belongs elsewhere, or is named twice; nothing was begun"),
                    "name each task of this repository once",
                );
            }
        }
        self.agent_for(Some(workspace), new.agent.as_deref()).map(|_| ())
    }

    /// The night that goes on in a workspace, else the last.
    ///
    /// # Errors
    /// When the store fails.
    pub fn last_night(
        &self,
        workspace: Option<WorkspaceId>,
    ) -> Result<Option<NightView>, EngineError> {
        let workspace = self.workspace_or_last(workspace)?;
        self.read(|s| s.last_night(workspace)?.map(|night| view(s, &night)).transpose())
    }

    /// Has nothing more started in a night; it is over when what is worked on is, or when this is asked again.
    ///
    /// # Errors
    /// When there is none.
    pub fn end_night(&self, id: i64) -> Result<NightView, EngineError> {
        self.ask(move |core| core.follow_night(id))?;
        let night = self.ask(move |core| core.change_night(id, Night::end))?;
        self.owned.look_at_queue();
        self.read(|s| view(s, &night))
    }

    /// Goes on with the nights; gives when to look again at the latest.
    pub(crate) fn work_nights(&self) -> Result<Option<Timestamp>, EngineError> {
        let open = self.read(|s| Ok(s.nights_open()?))?;
        let (mut soonest, mut goes_on) = (None, false);
        for night in open {
            let id = night.id;
            let (mut night, mut next) = self.ask(move |core| core.follow_night(id))?;
            while let Some(index) = next {
                self.start_of_night(&night, index)?;
                (night, next) = self.ask(move |core| core.follow_night(id))?;
            }
            goes_on |= night.ended_at.is_none();
            let end = night.until.filter(|until| *until > self.now() && night.ended_at.is_none());
            soonest = soonest.into_iter().chain(end).min();
        }
        if goes_on {
            self.owned.night.begin();
        } else {
            self.owned.night.end();
        }
        Ok(soonest)
    }

    /// Asks for the session of a task; one that cannot be asked for has failed, and the next is due.
    fn start_of_night(&self, night: &Night, index: usize) -> Result<(), EngineError> {
        let Some(task) = night.tasks.get(index) else { return Ok(()) };
        let new = NewStart {
            task: Some(task.task),
            agent: night.agent.clone(),
            model: night.model.clone(),
            mode: night.mode.clone(),
            // The night itself says how many run, and its results are looked at in the morning.
            at_once: true,
            ..NewStart::default()
        };
        let id = night.id;
        match self.to_start(None, new).map(|mut asked| asked.pop()) {
            Ok(Some(asked)) => self.ask(move |core| core.start_of_night(id, index, asked)),
            Err(EngineError::Ending) => Err(EngineError::Ending),
            other => {
                let why = other.err().map_or_else(String::new, |error| error.to_string());
                let failed = move |night: &mut Night, _| {
                    if let Some(task) = night.tasks.get_mut(index) {
                        (task.outcome, task.note) = (NightOutcome::Failed, Some(why));
                    }
                };
                self.ask(move |core| core.change_night(id, failed)).map(|_| ())
            }
        }
    }
}

/// A night as it is shown.
pub(crate) fn view(s: &Snapshot<'_>, night: &Night) -> Result<NightView, EngineError> {
    let mut tasks = Vec::new();
    for task in &night.tasks {
        let title = s.task(task.task)?.map(|task| task.title).unwrap_or_default();
        let call = match task.call {
            Some(call) => s.call(call)?,
            None => None,
        };
        tasks.push(NightTaskView {
            task: task.task,
            title,
            outcome: task.outcome,
            session: task.session,
            call: task.call,
            asks: call.as_ref().is_some_and(|call| call.life.state == CallState::Open),
            question: call.map(|call| call.body.ask.question),
            limits: task.limits.clone(),
            note: task.note.clone(),
        });
    }
    Ok(NightView {
        id: night.id,
        workspace: night.workspace,
        begun_at: night.begun_at,
        until: night.until,
        ended_at: night.ended_at,
        running: night.running,
        awake: night.awake.clone(),
        may_sleep: night.may_sleep.clone(),
        tasks,
    })
}
