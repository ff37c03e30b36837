//! Sessions written by hand, event by event.

use callboard_model::event::{
    Author, Change, Command, Delegate, Edit, Failure, FileEdit, Info, Plan, PlanChange, PlanStep,
    Prompt, Question, QuestionItem, Read, Search, SearchPlace, StepStatus, ToolResult, ToolUse,
    Turn, TurnPhase,
};
use callboard_model::{EventBody, Ordinal, SessionFold, Timestamp};

/// A session that grows by one event, ten seconds apart.
pub(crate) struct Session {
    pub(crate) fold: SessionFold,
    events: i64,
    uses: u32,
}

impl Session {
    pub(crate) fn new() -> Self {
        let session = Self { fold: SessionFold::default(), events: 0, uses: 0 };
        let info = Info { cwd: Some("/home/kim/tidewatch".into()), ..Info::default() };
        session.event(EventBody::Info(info))
    }

    pub(crate) fn event(mut self, body: EventBody) -> Self {
        self.events += 1;
        self.fold.apply(Ordinal(self.events), Some(self.now()), &body);
        self
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.events * 10_000)
    }

    pub(crate) fn line(&self) -> String {
        self.fold.activity(self.now()).text
    }

    pub(crate) fn goal(&self) -> &str {
        self.fold.goal().map_or("-", |goal| goal.text.as_str())
    }

    fn tool(&mut self, tool: &str) -> ToolUse {
        self.uses += 1;
        ToolUse { tool_use_id: format!("use-{}", self.uses), tool: tool.into() }
    }

    pub(crate) fn prompt(self, text: &str) -> Self {
        self.event(EventBody::Prompt(Prompt {
            text: text.into(),
            author: Author::User,
            images: vec![],
        }))
    }

    pub(crate) fn says(self, text: &str) -> Self {
        self.event(EventBody::Text { text: text.into() })
    }

    pub(crate) fn thinks(self, text: &str) -> Self {
        self.event(EventBody::Thinking { text: text.into() })
    }

    pub(crate) fn runs(mut self, command: &str) -> Self {
        let tool_use = self.tool("Bash");
        self.event(EventBody::Command(Command {
            tool_use,
            command: command.into(),
            description: None,
            cwd: None,
            background: false,
            escalation: None,
        }))
    }

    pub(crate) fn edits(mut self, path: &str) -> Self {
        let tool_use = self.tool("Edit");
        let file =
            FileEdit { path: path.into(), change: Change::Modify, from: None, hunks: vec![] };
        self.event(EventBody::Edit(Edit { tool_use, files: vec![file] }))
    }

    pub(crate) fn reads(mut self, path: &str) -> Self {
        let tool_use = self.tool("Read");
        self.event(EventBody::Read(Read { tool_use, path: path.into(), from_line: None }))
    }

    pub(crate) fn searches(mut self, query: &str) -> Self {
        let tool_use = self.tool("Grep");
        let (query, place) = (query.into(), SearchPlace::Text);
        self.event(EventBody::Search(Search { tool_use, place, query, path: Some("src".into()) }))
    }

    pub(crate) fn delegates(mut self, title: &str) -> Self {
        let tool_use = self.tool("Task");
        let (title, prompt) = (title.into(), String::new());
        self.event(EventBody::Delegate(Delegate { tool_use, title, prompt, agent_type: None }))
    }

    pub(crate) fn asks(mut self, question: &str) -> Self {
        let tool_use = self.tool("AskUserQuestion");
        let item = QuestionItem { question: question.into(), options: vec![], multiple: false };
        self.event(EventBody::Question(Question { tool_use, questions: vec![item] }))
    }

    pub(crate) fn proposes(mut self, plan: &str) -> Self {
        let tool_use = self.tool("ExitPlanMode");
        let (change, proposal) = (PlanChange::Propose, Some(plan.into()));
        self.event(EventBody::Plan(Plan { tool_use, change, steps: vec![], proposal }))
    }

    /// States a plan of which `done` steps are completed and the next is begun.
    pub(crate) fn plans(self, steps: &[&str], done: usize) -> Self {
        self.plans_without_result(steps, done).ok()
    }

    pub(crate) fn plans_without_result(mut self, steps: &[&str], done: usize) -> Self {
        let tool_use = self.tool("TodoWrite");
        let status = |at: usize| match at.cmp(&done) {
            std::cmp::Ordering::Less => StepStatus::Completed,
            std::cmp::Ordering::Equal => StepStatus::InProgress,
            std::cmp::Ordering::Greater => StepStatus::Pending,
        };
        let step = |(at, text): (usize, &&str)| PlanStep {
            id: None,
            text: (*text).into(),
            status: Some(status(at)),
        };
        let steps = steps.iter().enumerate().map(step).collect();
        self.event(EventBody::Plan(Plan {
            tool_use,
            change: PlanChange::Replace,
            steps,
            proposal: None,
        }))
    }

    pub(crate) fn result(self, with: ToolResult) -> Self {
        let tool_use_id = format!("use-{}", self.uses);
        self.event(EventBody::Result(ToolResult { tool_use_id, ..with }))
    }

    pub(crate) fn ok(self) -> Self {
        self.exits(0, "")
    }

    pub(crate) fn exits(self, code: i32, output: &str) -> Self {
        let (ok, exit_code) = (Some(code == 0), Some(code));
        self.result(ToolResult { text: output.into(), ok, exit_code, ..ToolResult::default() })
    }

    pub(crate) fn fails(self, text: &str, will_retry: bool) -> Self {
        self.event(EventBody::Error(Failure { text: text.into(), will_retry, status: None }))
    }

    pub(crate) fn ends(self, phase: TurnPhase) -> Self {
        self.event(EventBody::Turn(Turn { phase, duration_ms: None }))
    }
}
