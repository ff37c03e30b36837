//! Facts, found one event at a time.

use serde::{Deserialize, Serialize};

use super::commands::Commands;
use super::failures::Failures;
use super::{COMMIT, Fact, FactBody, Ran, TO_ANSWER, output};
use crate::check::Verdict;
use crate::event::{Author, Change, Edit, EventBody, Prompt, Question, ToolResult};
use crate::goal::Request;
use crate::purpose::{Purpose, Share, shared_by};
use crate::text::{clip_words, one_line};
use crate::{Ordinal, Timestamp, limits};

type Place = (Ordinal, Option<Timestamp>);

/// What is remembered of a session to tell facts, and those that the store does not have yet.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FactTracker {
    /// Where the session began: its files are known by their paths from there, the same in each worktree.
    root: Option<String>,
    open: Vec<OpenUse>,
    commands: Commands,
    failures: Failures,
    /// Where the agent last said something.
    said: Option<Ordinal>,
    /// The user broke the last turn off.
    interrupted: bool,
    /// It answers what Callboard asks as it stops: those are no closing words.
    #[serde(default)]
    answers_at_stop: bool,
    /// The last `git commit` failed.
    #[serde(default)]
    commit_fails: bool,
    /// On their way to the store, and no part of what is remembered.
    #[serde(skip)]
    news: Vec<Fact>,
    /// What the agent said last, on its way, too: only the last of its words are kept.
    #[serde(skip)]
    last_words: Option<Fact>,
    /// The facts that the store has are to make room for these.
    #[serde(skip)]
    is_anew: bool,
}

/// What is on its way to the store makes no difference.
impl PartialEq for FactTracker {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
            && self.open == other.open
            && self.commands == other.commands
            && self.failures == other.failures
            && self.said == other.said
            && self.interrupted == other.interrupted
            && self.answers_at_stop == other.answers_at_stop
            && self.commit_fails == other.commit_fails
    }
}

/// A tool use without a result, with what a fact will need of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OpenUse {
    id: String,
    ordinal: Ordinal,
    use_of: UseOf,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "use", rename_all = "snake_case")]
enum UseOf {
    Command { line: String },
    Edit { files: Vec<(String, Change)> },
    Question { questions: Vec<String> },
    Plan { plan: String },
    Other { what: String },
}

impl FactTracker {
    /// One that tells all facts of a session anew.
    #[must_use]
    pub fn anew() -> Self {
        Self { is_anew: true, ..Self::default() }
    }

    /// The facts since the last time, and whether they take the place of all that the store has.
    pub fn take_news(&mut self) -> (Vec<Fact>, bool) {
        self.news.extend(self.last_words.take());
        (std::mem::take(&mut self.news), std::mem::take(&mut self.is_anew))
    }

    /// Adds one event. Events come in the order of their ordinals; `cwd` is where the session works, and `asked` what
    /// it asked in its last words.
    pub fn apply(
        &mut self,
        place: Place,
        body: &EventBody,
        cwd: Option<&str>,
        asked: Option<&str>,
    ) {
        if self.root.is_none() {
            self.root = cwd.map(str::to_owned);
        }
        match body {
            EventBody::Prompt(prompt) => self.prompt(prompt, place, asked),
            EventBody::Text { .. } if self.answers_at_stop => {}
            EventBody::Text { text } if !text.trim().is_empty() => {
                let text = clip_words(text.trim(), limits::FACT_CHARS);
                self.said = Some(place.0);
                self.last_words = Some(Fact {
                    key: "said".to_owned(),
                    places: vec![place.0],
                    at: place.1,
                    body: FactBody::Said { text },
                });
            }
            EventBody::Compaction(compaction) => {
                if let Some(text) = &compaction.summary {
                    let text = clip_words(text.trim(), limits::FACT_CHARS);
                    let key = format!("summary:{}", place.0.0);
                    self.tell(key, &[place.0], place.1, FactBody::Summarised { text });
                }
            }
            EventBody::Turn(turn) => {
                self.interrupted = turn.phase == crate::event::TurnPhase::Interrupted;
            }
            EventBody::Info(info) => {
                if let Some(address) = &info.pull_request {
                    self.pull_request(address, &[place.0], place.1);
                }
            }
            EventBody::Question(question) => {
                self.asks(question, place);
                self.open_use(body, place, cwd);
            }
            EventBody::Plan(stated) => {
                if let Some(plan) = &stated.proposal {
                    let plan = clip_words(plan.trim(), limits::FACT_CHARS);
                    let key = format!("use:{}", short(&stated.tool_use.tool_use_id));
                    self.tell(key, &[place.0], place.1, FactBody::Proposed { plan });
                } else {
                    self.tell("plan".to_owned(), &[place.0], place.1, FactBody::Planned);
                }
                self.open_use(body, place, cwd);
            }
            EventBody::Result(result) => self.result(result, place),
            _ => self.open_use(body, place, cwd),
        }
    }

    fn tell(&mut self, key: String, places: &[Ordinal], at: Option<Timestamp>, body: FactBody) {
        self.news.push(Fact { key, places: places.to_vec(), at, body });
    }

    fn prompt(&mut self, prompt: &Prompt, place: Place, asked: Option<&str>) {
        if !matches!(prompt.author, Author::User | Author::Agent) {
            self.answers_at_stop |=
                prompt.author == Author::Program && crate::stop::is_question(&prompt.text);
            return;
        }
        self.answers_at_stop = false;
        let after_interruption = std::mem::take(&mut self.interrupted);
        self.open.clear();
        let text = clip_words(&crate::goal::without_additions(&prompt.text), limits::FACT_CHARS);
        let key = format!("prompt:{}", place.0.0);
        // What is long or asks back is a direction of its own.
        let is_short = text.chars().count() <= limits::ANSWER_CHARS && !text.ends_with('?');
        let by_agent = prompt.author == Author::Agent;
        let is_answer = is_short && !by_agent;
        if let (Some(question), Some(said)) = (asked.filter(|_| is_answer), self.said) {
            let question = clip_words(question, limits::OBJECT_CHARS * 2);
            let answered = FactBody::Answered { question, answer: one_line(&text) };
            return self.tell(key, &[said, place.0], place.1, answered);
        }
        if text.trim().is_empty() || Request::read(&text).in_short().is_none() {
            return;
        }
        let directed = FactBody::Directed { text, by_agent, after_interruption };
        self.tell(key, &[place.0], place.1, directed);
    }

    fn asks(&mut self, question: &Question, place: Place) {
        for (number, item) in question.questions.iter().enumerate() {
            let question_text = clip_words(&one_line(&item.question), limits::ANSWER_CHARS);
            let key = question_key(&question.tool_use.tool_use_id, number);
            self.tell(key, &[place.0], place.1, FactBody::Asked { question: question_text });
        }
    }

    fn open_use(&mut self, body: &EventBody, place: Place, cwd: Option<&str>) {
        let Some(tool_use) = body.tool_use() else { return };
        let what = || clip_words(&one_line(&what_of(body)), limits::OBJECT_CHARS);
        let use_of = match body {
            EventBody::Command(command) => UseOf::Command {
                line: clip_words(
                    crate::text::head(&command.command, 4_000),
                    limits::FACT_LINE_CHARS,
                ),
            },
            EventBody::Edit(edit) => UseOf::Edit { files: files_of(edit, cwd) },
            EventBody::Question(question) => UseOf::Question {
                questions: question.questions.iter().map(|item| one_line(&item.question)).collect(),
            },
            EventBody::Plan(plan) => match &plan.proposal {
                Some(plan) => UseOf::Plan { plan: clip_words(plan.trim(), limits::FACT_CHARS) },
                None => UseOf::Other { what: what() },
            },
            _ => UseOf::Other { what: what() },
        };
        let id = short(&tool_use.tool_use_id);
        self.open.retain(|known| known.id != id);
        if self.open.len() >= limits::OPEN_USES {
            self.open.remove(0);
        }
        self.open.push(OpenUse { id, ordinal: place.0, use_of });
    }

    fn result(&mut self, result: &ToolResult, place: Place) {
        let id = short(&result.tool_use_id);
        let Some(at) = self.open.iter().position(|known| known.id == id) else { return };
        let OpenUse { id, ordinal, use_of } = self.open.remove(at);
        let places = [ordinal, place.0];
        if let Some(words) = &result.refused {
            return self.refused(&id, use_of, words, &places, place.1);
        }
        let failed = result.ok == Some(false) || result.interrupted;
        match use_of {
            UseOf::Command { line } => self.command(&line, result, &places, place.1),
            UseOf::Edit { files } if !failed => self.edited(files, ordinal, place.1),
            UseOf::Question { questions } if !failed => {
                for (number, (asked, answer)) in result.answers.iter().enumerate() {
                    // Some agents answer by a question's id alone: then by its place.
                    let asked_in = questions.iter().position(|known| *known == one_line(asked));
                    let at = asked_in.unwrap_or(number);
                    let key = question_key(&id, at);
                    let in_full = questions.get(at).filter(|known| !known.is_empty());
                    let question = in_full.cloned().unwrap_or_else(|| one_line(asked));
                    let question = clip_words(&question, limits::ANSWER_CHARS);
                    let answer = clip_words(&one_line(answer), limits::ANSWER_CHARS);
                    self.tell(key, &places, place.1, FactBody::Answered { question, answer });
                }
            }
            UseOf::Plan { plan } if !failed => {
                self.tell(format!("use:{id}"), &places, place.1, FactBody::Approved { plan });
            }
            _ => {}
        }
    }

    fn refused(
        &mut self,
        id: &str,
        use_of: UseOf,
        words: &str,
        places: &[Ordinal],
        at: Option<Timestamp>,
    ) {
        let words = clip_words(&one_line(words), limits::ANSWER_CHARS);
        let what = match use_of {
            UseOf::Plan { plan } => {
                let rejected = FactBody::Rejected { plan, words };
                return self.tell(format!("use:{id}"), places, at, rejected);
            }
            UseOf::Question { questions } => {
                for (number, question) in questions.iter().enumerate() {
                    let what = format!("{TO_ANSWER}{question}");
                    let refused = FactBody::Refused { what, words: words.clone() };
                    self.tell(question_key(id, number), places, at, refused);
                }
                return;
            }
            UseOf::Command { line } => format!("`{}`", one_line(&line).replace('`', "'")),
            UseOf::Edit { files } => match files.as_slice() {
                [] => "an edit".to_owned(),
                [(path, _)] => format!("an edit of {path}"),
                [(path, _), rest @ ..] => format!("an edit of {path} and {} more", rest.len()),
            },
            UseOf::Other { what } => what,
        };
        let what = clip_words(&what, limits::OBJECT_CHARS * 2);
        self.tell(format!("use:{id}"), places, at, FactBody::Refused { what, words });
    }

    fn edited(&mut self, files: Vec<(String, Change)>, ordinal: Ordinal, at: Option<Timestamp>) {
        for (path, change) in files {
            self.failures.edited(&path, ordinal);
            let edited = FactBody::Edited { path: path.clone(), change };
            let key = file_key(&path, self.root.as_deref());
            self.tell(key, &[ordinal], at, edited);
        }
    }

    fn command(
        &mut self,
        line: &str,
        result: &ToolResult,
        places: &[Ordinal; 2],
        at: Option<Timestamp>,
    ) {
        let purpose = Purpose::of(line);
        if let Some((act, subject, is_proven)) = shared_by(line) {
            self.shared((act, &subject, is_proven), result, places, at);
            if act == Share::Commit && matches!(purpose, Purpose::Share { .. }) {
                self.tried_commit(result, places, at);
            }
        }
        let is_broken_off = result.interrupted || result.background_id.is_some();
        let is_told = match purpose {
            Purpose::Check { .. } => true,
            Purpose::Run { .. } => !super::commands::is_aside(line),
            _ => false,
        };
        if is_broken_off || !is_told {
            return;
        }
        let ended = output::ended(&purpose, result, (places[1], at));
        let ran = self.commands.ran(line, &purpose, &ended);
        let key = format!("run:{}", ran.1);
        self.tell(key, places, at, FactBody::Ran(ran.0));
        for line in &ended.failure {
            let signature = output::signature(line);
            let errored = FactBody::Errored { line: line.clone() };
            self.tell(format!("error:{signature}"), &[places[1]], at, errored);
        }
        for (mended, places) in self.failures.ended(line, &purpose, &ended, *places) {
            let key = format!("mended:{}", places.first().map_or(0, |first| first.0));
            self.tell(key, &places, at, FactBody::Mended(mended));
        }
    }

    fn shared(
        &mut self,
        (act, subject, is_proven): (Share, &str, bool),
        result: &ToolResult,
        places: &[Ordinal],
        at: Option<Timestamp>,
    ) {
        let is_told = act == Share::Commit && !subject.is_empty();
        let printed = crate::fold::landed::printed_commit(&result.text);
        let printed = printed.map(|(_, id, printed)| (id, printed)).or_else(|| {
            crate::fold::landed::listed_commit(&result.text, subject).filter(|_| is_told)
        });
        if let Some((id, printed)) = printed {
            let subject =
                clip_words(&one_line(if is_told { subject } else { printed }), limits::LINE_CHARS);
            let committed = FactBody::Committed { id: id.to_owned(), subject };
            self.tell(format!("commit:{id}"), places, at, committed);
        } else if is_told && is_proven && has_succeeded(result) {
            // A quiet one: which commit it made, git can tell by its subject.
            let subject = clip_words(&one_line(subject), limits::LINE_CHARS);
            let key = format!("commit:{subject}");
            self.tell(key, places, at, FactBody::Committed { id: String::new(), subject });
        }
        let address = crate::fold::landed::pull_request_address(&result.text);
        if let Some(address) = address.filter(|_| act == Share::PullRequest) {
            self.pull_request(address, places, at);
        }
    }

    /// A commit that failed is told until one succeeds: what its agent says of it may be wrong.
    fn tried_commit(&mut self, result: &ToolResult, places: &[Ordinal], at: Option<Timestamp>) {
        let has_failed = result.exit_code.map_or(result.ok == Some(false), |code| code != 0);
        if !has_failed && !self.commit_fails || result.interrupted {
            return;
        }
        self.commit_fails = has_failed;
        let (verdict, word) = match has_failed {
            true => (Verdict::Failed, "failed"),
            false => (Verdict::Passed, "passed"),
        };
        let ran = Ran {
            command: COMMIT.to_owned(),
            check: None,
            verdict,
            result: word.to_owned(),
            failure: if has_failed { output::failure_of(result) } else { Vec::new() },
            passes: u32::from(!has_failed),
            failures: u32::from(has_failed),
        };
        self.tell(format!("run:{COMMIT}"), places, at, FactBody::Ran(ran));
    }

    fn pull_request(&mut self, address: &str, places: &[Ordinal], at: Option<Timestamp>) {
        let address = clip_words(address, limits::PATH_CHARS);
        let key = format!("pull:{address}");
        self.tell(key, places, at, FactBody::PullRequest { address });
    }
}

fn has_succeeded(result: &ToolResult) -> bool {
    let is_over = !result.interrupted && result.background_id.is_none();
    is_over && result.exit_code.map_or(result.ok == Some(true), |code| code == 0)
}

/// By which name a file is known in all sessions of its repository.
#[must_use]
pub fn file_key(path: &str, root: Option<&str>) -> String {
    let inside = root.and_then(|root| path.strip_prefix(root)?.strip_prefix('/'));
    format!("file:{}", inside.unwrap_or(path))
}

fn short(id: &str) -> String {
    clip_words(id, 80)
}

fn question_key(id: &str, number: usize) -> String {
    format!("use:{}:{number}", short(id))
}

fn files_of(edit: &Edit, cwd: Option<&str>) -> Vec<(String, Change)> {
    let files = edit.files.iter().take(limits::PATHS_PER_USE);
    let path = |path: &str| {
        let path = crate::activity::paths::absolute(path, cwd);
        crate::text::clip_start(&path, limits::PATH_CHARS)
    };
    files.map(|file| (path(&file.path), file.change)).collect()
}

/// A tool use in a line.
fn what_of(body: &EventBody) -> String {
    match body {
        EventBody::Read(read) => format!("reading {}", read.path),
        EventBody::Search(search) => format!("looking for {}", search.query),
        EventBody::Delegate(delegate) => format!("handing over: {}", delegate.title),
        EventBody::Tool(tool) => {
            let input = tool.input.to_string();
            format!("{} {}", tool.tool_use.tool, crate::text::head(&input, 400))
        }
        EventBody::Plan(_) => "its plan".to_owned(),
        _ => String::new(),
    }
}
