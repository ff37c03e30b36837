//! Driving an agent: how it is started, what is said to it, and what it says of itself.
//!
//! A [`Channel`] is pure: lines in, signals out; orders in, lines out. What it must not forget over a
//! restart is its state. What the agent does is told by its transcript; the channel tells the rest.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use callboard_model::Timestamp;
use callboard_model::call::{Ask, CallAnswer};
pub use callboard_model::owned::{Beginning, PromptStep};
use callboard_model::session::TurnState;
use callboard_os::host::HostSpec;
use serde_json::Value;

use crate::Environment;

/// What an agent can do when it is driven.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// A prompt that comes while it works changes what it does.
    pub steer: bool,
    /// A prompt that comes while it works waits in the agent for the end of the turn.
    pub queue: bool,
    /// A turn can be broken off.
    pub interrupt: bool,
    /// A conversation that ended goes on.
    pub resume: bool,
    /// A conversation can go on twice from where it is.
    pub fork: bool,
    /// Its own program can show a conversation while it is driven.
    pub attach_while_driven: bool,
}

/// What to start.
#[derive(Debug, Clone, PartialEq)]
pub struct Launch {
    /// The agent's program.
    pub program: PathBuf,
    /// Its arguments, where they are not the driver's to say.
    pub args: Vec<String>,
    /// Where it works.
    pub cwd: PathBuf,
    /// How it begins.
    pub beginning: Beginning,
    /// The id to give the conversation, where the agent takes one.
    pub id: String,
    /// The model; the agent's own choice if not given.
    pub model: Option<String>,
    /// The permission mode, in the agent's words; its own choice if not given.
    pub mode: Option<String>,
    /// What the agent is started with.
    pub environment: Environment,
    /// What is set beyond that for this conversation, and for what its agent starts.
    pub variables: BTreeMap<String, String>,
    /// `callboard`, by its whole path: what the agent's hooks run.
    pub callboard: PathBuf,
}

impl Launch {
    /// The id of the conversation, where it is known before the agent says so.
    #[must_use]
    pub fn resumed(&self) -> Option<&str> {
        match &self.beginning {
            Beginning::Resume(id) | Beginning::ResumeAt { id, .. } => Some(id),
            Beginning::New | Beginning::Fork(_) => None,
        }
    }
}

/// How lines go to and fro.
#[derive(Debug, Clone, PartialEq)]
pub enum Process {
    /// A process for each conversation, by its standard input and output.
    Pipes(HostSpec),
    /// A process for many conversations, by a socket in the folder of its host.
    Server {
        /// What runs.
        spec: HostSpec,
        /// Where it listens.
        socket: PathBuf,
    },
}

/// A line to the agent. One with an id that was sent before is not sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Ours, of the line.
    pub id: String,
    /// Without its line feed.
    pub text: String,
}

impl Line {
    pub(crate) fn of(id: impl Into<String>, message: &Value) -> Self {
        Self { id: id.into(), text: message.to_string() }
    }
}

/// What an agent is told to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// To take a prompt; while it works, as its capabilities say.
    Prompt {
        /// Ours, of the prompt.
        id: String,
        /// Markdown.
        text: String,
    },
    /// To break its turn off.
    Interrupt {
        /// Ours, of the order.
        id: String,
    },
    /// What it asked is answered.
    Answer {
        /// What it asked.
        ask: Box<Ask>,
        /// The answer.
        answer: CallAnswer,
    },
    /// To go on in another permission mode.
    SetMode {
        /// Ours, of the order.
        id: String,
        /// In the agent's words.
        mode: String,
    },
    /// To end: what is to be said before its input is closed.
    End {
        /// Ours, of the order.
        id: String,
    },
}

/// Why an order is not followed. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The agent cannot do that.
    #[error("this agent cannot {0}")]
    Unable(&'static str),
    /// The connection is new, and it is not known yet what is asked: the order is to be repeated.
    #[error("the agent was reached anew a moment ago")]
    NotYet,
    /// What it asked is no longer asked.
    #[error("what was asked is no longer asked")]
    Gone,
    /// The answer does not fit the question.
    #[error("{0}")]
    Misfit(String),
}

/// What an agent says of itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// It takes orders.
    Ready,
    /// The conversation's id.
    Named(String),
    /// It asks, and waits.
    Asked(Box<Ask>),
    /// What it asked is no longer asked: it was answered, here or elsewhere, or given up.
    AskGone {
        /// The key of it.
        key: String,
    },
    /// What its turn waits for.
    Turn(TurnState),
    /// What became of a prompt.
    Prompt {
        /// Ours.
        id: String,
        /// What.
        step: PromptStep,
    },
    /// A turn failed.
    Failed {
        /// In the agent's words.
        text: String,
    },
    /// A limit of its service is reached.
    Limited {
        /// Until when, where it is said.
        until: Option<Timestamp>,
        /// In the agent's words.
        text: String,
    },
    /// It could not begin, or has let go of the conversation; nothing more comes.
    Closed {
        /// Why, if it is a failure.
        failure: Option<String>,
    },
}

/// What a line leads to.
#[derive(Debug, Default, PartialEq)]
pub struct Heard {
    /// What it tells.
    pub signals: Vec<Signal>,
    /// What is said to it.
    pub lines: Vec<Line>,
}

impl Heard {
    pub(crate) fn tell(mut self, signal: Signal) -> Self {
        self.signals.push(signal);
        self
    }
}

/// A conversation with an agent about one session.
pub trait Channel: Send {
    /// What is said first, at each connection. Over pipes it may have been said before.
    fn open(&mut self) -> Vec<Line>;

    /// Takes a line of the agent.
    fn hear(&mut self, line: &str) -> Heard;

    /// What is said to have an order followed.
    ///
    /// # Errors
    /// Says why it is not; nothing is to be sent then.
    fn order(&mut self, order: &Order) -> Result<Vec<Line>, Refusal>;

    /// What was said since the last time, for the transcript of an agent that keeps none. Told before
    /// [`state`](Self::state); told again, it has the same `id`.
    fn records(&mut self) -> Vec<Value> {
        Vec::new()
    }

    /// Nothing more comes: what was begun to be said counts as said.
    fn finish(&mut self) {}

    /// What a later channel of the same conversation goes on from.
    fn state(&self) -> Value;
}

/// Takes the lines of a connection; `None` is its end. Gives `false` when it wants no more.
pub type LineTaker = Box<dyn FnMut(Option<String>) -> bool + Send>;

/// A connection to a server of conversations.
pub trait Connection: Send {
    /// Sends a line.
    ///
    /// # Errors
    /// When the connection is lost.
    fn send(&mut self, line: &Line) -> io::Result<()>;
}

/// A way to show a conversation in the agent's own program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
}

/// Drives an agent.
pub trait Driver: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Whether the id of a new conversation is ours to choose.
    fn takes_id(&self) -> bool;

    /// What to run; a server's socket lies in `folder`.
    fn process(&self, launch: &Launch, folder: &Path) -> Process;

    /// A channel for the conversation; `state` is what the channel before it gave.
    fn channel(&self, launch: &Launch, state: Option<&Value>) -> Box<dyn Channel>;

    /// Connects to a server; its lines are given to `take` on a thread of their own.
    ///
    /// # Errors
    /// When nobody listens, or it is no server of this agent.
    fn connect(&self, socket: &Path, take: LineTaker) -> io::Result<Box<dyn Connection>>;

    /// How its own program shows the conversation, if it can, in the mode that it is in; `socket` is its server's, if
    /// it has one.
    fn attachment(
        &self,
        program: &Path,
        id: &str,
        socket: Option<&Path>,
        mode: Option<&str>,
    ) -> Option<Attachment>;

    /// What the agent's own record of the conversation lacks of these prompts (ours, by their ids), which it has
    /// begun: one that was killed may not have written them down. `None` without a record: the conversation cannot
    /// go on then, only begin.
    fn unrecorded(
        &self,
        _environment: &Environment,
        _id: &str,
        _prompts: &[String],
    ) -> Option<Vec<String>> {
        Some(Vec::new())
    }

    /// What the conversation ends with once a prompt (ours, by its id) and all behind it are dropped; `None` where
    /// the agent cannot go back, or nothing comes before the prompt.
    fn entry_before(&self, _environment: &Environment, _id: &str, _prompt: &str) -> Option<String> {
        None
    }

    /// The socket of a server that the user's own sessions of `home` share, if the agent has such a thing.
    /// A channel that resumes a conversation there is asked what its user is asked, and may answer.
    fn shared_socket(&self, home: &Path) -> Option<PathBuf>;

    /// Where the transcript of a conversation is written, below Callboard's folder of them, if its agent
    /// keeps none that can be read.
    fn transcript(&self, _home: &Path, _id: &str) -> Option<PathBuf> {
        None
    }
}
