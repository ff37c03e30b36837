//! What can be typed.

pub(crate) mod brief;
pub(crate) mod candidate;
pub(crate) mod changes;
pub(crate) mod conflicts;
pub(crate) mod note;
pub(crate) mod post;
pub(crate) mod receipt;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod worktree;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// The workspace around your coding agents: what each is doing, on one board.
#[derive(Debug, Parser)]
#[command(name = "callboard", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the board of a repository: starts the daemon if none runs, and reads your agents' history.
    Up(Up),
    /// End the daemon. Agents run on; nothing that was read is lost.
    Down,
    /// What every session is doing, and who waits for you.
    Status(Status),
    /// What happened since you left.
    Since(Since),
    /// What waits for you, most urgent first; on a terminal, answer it one by one.
    Inbox(Inbox),
    /// Answer a call.
    Answer(Answer),
    /// Sessions: list them, show one, follow one.
    #[command(subcommand, visible_alias = "s")]
    Session(Session),
    /// Tasks: make, list, show, edit, move, link and import them.
    #[command(subcommand, visible_alias = "t")]
    Task(Task),
    /// Propose a `callboard.toml` for this repository: how its worktrees are made and equipped.
    Init(Init),
    /// What this repository's `callboard.toml` can run, loosen and reach: nothing of it takes effect until you approve it.
    Trust(Trust),
    /// What cannot be doubled: who has it, taking it in turn, giving it back.
    #[command(subcommand)]
    Resource(Resource),
    /// Start an agent on a task, or on what you say, in a worktree of its own.
    Run(Run),
    /// Work tasks one after another while nobody is there: what no rule answers is parked, a limit is waited for.
    Night(Night),
    /// Give a session that Callboard started a prompt: into its turn, or behind it, as its agent can.
    Send {
        /// `S41`, or the agent's own id or its beginning.
        session: String,
        /// What to do; `-` for standard input.
        text: String,
        #[command(flatten)]
        json: Json,
    },
    /// Break the turn of a session off; it stays ready for the next prompt.
    Interrupt {
        /// `S41`, or the agent's own id or its beginning.
        session: String,
        #[command(flatten)]
        json: Json,
    },
    /// End a session that Callboard started, or take it out of the queue. It can go on later.
    Stop {
        /// `S41`, the agent's own id or its beginning, or `T12` for all of a task.
        session: String,
        #[command(flatten)]
        json: Json,
    },
    /// Have a session that is over go on, whoever started it.
    Resume(Going),
    /// Have a session go on a second time from where it is.
    Fork(Going),
    /// Park a session and have another agent go on with its work in the same folder, told by its brief.
    Handoff(brief::Handoff),
    /// Restore a session's files to what they were before a prompt, and have its conversation go on from there.
    Rewind {
        /// `S41`, or the agent's own id or its beginning.
        session: String,
        /// The prompt, by its number; those there are are listed if not given.
        #[arg(long)]
        to: Option<String>,
        /// Only the files; the conversation goes on from where it is.
        #[arg(long, requires = "to")]
        files_only: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Open a session in its agent's own program, in this terminal.
    Attach {
        /// `S41`, or the agent's own id or its beginning.
        session: String,
    },
    /// Worktrees: make, list, show, adopt, remove and restore them.
    #[command(subcommand, visible_alias = "wt")]
    Worktree(worktree::Worktree),
    /// What each session, worktree and task changes against its base, committed or not.
    Changes(changes::Changes),
    /// Commit exactly what one session changed, whatever else is dirty or staged.
    Commit(changes::Commit),
    /// Say beforehand what a task or a session is going to touch: whoever it meets is told.
    Claim(changes::Claim),
    /// What git cannot merge, before anyone merges: who, which files, and in which order all land.
    Conflicts(conflicts::Compared),
    /// What couples changesets that git can merge: who newly uses what another changes, with both places.
    Couplings(conflicts::Compared),
    /// Reviews: changesets that are looked at, checked and landed as one; without a verb, what there is to review.
    Review(review::Review),
    /// What finished work can show: its checks, claims beside evidence, and what to look at first.
    Receipt(receipt::Receipt),
    /// What a session or a task hands to whoever goes on: goal, decisions, open questions, each line with its proof.
    Brief(brief::Brief),
    /// What other sessions and notes hold that bears on a session's work: the same files, errors and names.
    Related(brief::Related),
    /// Record what was decided: why, what was ruled out, what is open, and where that was said.
    Decide(note::Decide),
    /// What was decided here, newest first.
    Decisions(note::Listed),
    /// Decisions: show one, list them, edit one; with `--to '#432'`, post one to the tracker.
    Decision(note::Decision),
    /// What sessions hold that may be a decision: answers, plans, refusals and corrections, newest first.
    Candidates(candidate::Listed),
    /// Candidates of decisions: list them, show one, accept or dismiss it.
    #[command(subcommand)]
    Candidate(candidate::Candidate),
    /// Write a note, or a section of one; or list, show and edit notes; with `--to '#432'`, post one to the tracker.
    /// Without any, what notes there are.
    Note(note::Note),
    /// Commit notes and decisions, and nothing else, so that they are merged like any file: shows them first.
    Share(note::Share),
    /// Search every session, task, note and decision, of every agent.
    Search(search::Search),
    /// Connect an agent, so that what its sessions ask can be answered here: shows the change first.
    Connect(Connect),
    /// Take back exactly what connecting an agent added.
    Disconnect(Connect),
    /// What was found, what could not be read, what is misconfigured and how to mend it.
    Doctor(Json),
    /// Print the token that signs a browser in.
    Token,
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Run the daemon in this process.
    #[command(hide = true)]
    Daemon {
        /// The port to listen on.
        #[arg(long)]
        port: Option<u16>,
        /// The address that other machines reach.
        #[arg(long)]
        host: Option<IpAddr>,
    },
    /// Print the document that describes the HTTP API.
    #[command(hide = true)]
    Openapi,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Json {
    /// Print JSON, described in docs/json.md.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Connect {
    /// `claude` or `codex`.
    #[arg(required_unless_present = "instructions")]
    pub(crate) agent: Option<String>,
    /// Three lines in this repository's `AGENTS.md` or `CLAUDE.md` instead, for agents that reach Callboard by commands only.
    #[arg(long)]
    pub(crate) instructions: bool,
    /// Make the change without asking.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Show the change and make none.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) print: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Up {
    /// A git repository or a folder; here if not given.
    pub(crate) path: Option<PathBuf>,
    /// Do not open a browser.
    #[arg(long)]
    pub(crate) no_open: bool,
    /// The port of the page.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Let other machines in, at this address of this one, with a token of their own. Nothing is encrypted.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) host: Option<IpAddr>,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Status {
    /// Of all workspaces, not only of this one.
    #[arg(long, short)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Since {
    /// `last` (when you last looked), a span such as `2h` or `3d`, `today`, `yesterday`, or a date.
    #[arg(default_value = "last")]
    pub(crate) from: String,
    /// Tell every line, also those that are counted at a glance.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Inbox {
    /// Of all workspaces, not only of this one.
    #[arg(long, short)]
    pub(crate) all: bool,
    /// Print the list, also on a terminal.
    #[arg(long, short)]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Answer {
    /// `C88`.
    pub(crate) call: String,
    /// `yes`, `no`, an option's id or its number.
    pub(crate) answer: Option<String>,
    /// An answer in your own words, or the reason of a refusal.
    #[arg(long, short)]
    pub(crate) text: Option<String>,
    /// The answer to one of several questions, by its number (`2=Blue`); may be given again.
    #[arg(long)]
    pub(crate) part: Vec<String>,
    /// Refuse to answer if it was asked anew since this generation.
    #[arg(long)]
    pub(crate) generation: Option<u32>,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    /// List sessions, newest first.
    #[command(visible_alias = "ls")]
    List(SessionList),
    /// Show one session, or the event that a citation names.
    Show {
        /// `S41`, `S41#10234`, or the agent's own id or its beginning.
        session: String,
        #[command(flatten)]
        json: Json,
    },
    /// Follow a session as it goes on.
    Tail {
        /// `S41`, or the agent's own id or its beginning.
        session: String,
        /// How many of the last events to begin with.
        #[arg(long, short = 'n', default_value_t = 20)]
        lines: usize,
        /// Print the last events and end.
        #[arg(long)]
        no_follow: bool,
        #[command(flatten)]
        json: Json,
    },
    /// List a session's events.
    Events {
        /// `S41`, or the agent's own id or its beginning.
        session: String,
        /// Only these kinds, separated by commas: `prompt`, `text`, `command`, `edit`, `result` …
        #[arg(long, value_delimiter = ',')]
        kind: Vec<String>,
        /// Only those behind this event (its `seq`).
        #[arg(long)]
        after: Option<i64>,
        /// At most so many; all if not given.
        #[arg(long)]
        limit: Option<usize>,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SessionList {
    /// Of all workspaces, not only of this one.
    #[arg(long, short)]
    pub(crate) all: bool,
    /// Only of this agent (`claude`, `codex`).
    #[arg(long)]
    pub(crate) agent: Option<String>,
    /// Only in this state: `needs-you`, `working`, `ready`, `interrupted`, `failed`, `ended`.
    #[arg(long)]
    pub(crate) state: Option<String>,
    /// Only of this task.
    #[arg(long)]
    pub(crate) task: Option<String>,
    /// Only those that run now.
    #[arg(long)]
    pub(crate) live: bool,
    /// With subagents and sidechains.
    #[arg(long)]
    pub(crate) children: bool,
    /// At most so many; 0 for all.
    #[arg(long, short = 'n', default_value_t = 50)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Init {
    /// Print it, and write nothing.
    #[arg(long)]
    pub(crate) print: bool,
    /// Write it without asking.
    #[arg(long, conflicts_with = "print")]
    pub(crate) yes: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Trust {
    /// Approve it without asking.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Take every approval of this repository back.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) revoke: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Resource {
    /// List resources, with who has them and who waits.
    #[command(visible_alias = "ls")]
    List {
        /// Of all workspaces, not only of this one.
        #[arg(long, short)]
        all: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Take one for this worktree (`CALLBOARD_WORKTREE`), or for yourself.
    Take {
        /// Its name in `callboard.toml`.
        name: String,
        /// Wait for it in its queue; the place is kept if the waiting is cut off.
        #[arg(long)]
        wait: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Give one back, or a place in its queue up.
    Give {
        /// Its name in `callboard.toml`.
        name: String,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Make a task.
    New {
        /// One line.
        title: String,
        #[command(flatten)]
        fields: Fields,
        /// Where its card begins: `backlog`, `ready`, `running`, `needs-you`, `review` or `done`.
        #[arg(long)]
        column: Option<String>,
        /// A session to link; may be given again.
        #[arg(long)]
        session: Vec<String>,
        #[command(flatten)]
        json: Json,
    },
    /// List tasks, in the order of the board.
    #[command(visible_alias = "ls")]
    List {
        /// Of all workspaces, not only of this one.
        #[arg(long, short)]
        all: bool,
        /// Only in this column: `backlog`, `ready`, `running`, `needs-you`, `review` or `done`.
        #[arg(long)]
        column: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Show a task with its sessions and history.
    Show {
        /// `T12`; the task of this shell (`CALLBOARD_TASK`) if not given.
        task: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Change a task: what is not given stays, and an empty value (`--label ""`) empties a list.
    Edit {
        /// `T12`.
        task: String,
        /// One line.
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        fields: Fields,
        #[command(flatten)]
        json: Json,
    },
    /// Move a card; it stays until its sessions' state next changes.
    #[command(visible_alias = "mv")]
    Move {
        /// `T12`.
        task: String,
        /// `backlog`, `ready`, `running`, `needs-you`, `review` or `done`.
        column: String,
        /// Put it before this card; at the end if not given.
        #[arg(long)]
        before: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Link a session to a task.
    Link {
        /// `T12`.
        task: String,
        /// `S41`, or the agent's own id or its beginning.
        session: String,
        /// Unlink it instead.
        #[arg(long)]
        remove: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Remove a task; it can be restored.
    #[command(visible_alias = "rm")]
    Remove {
        /// `T12`.
        task: String,
        /// Bring it back instead.
        #[arg(long)]
        restore: bool,
        #[command(flatten)]
        json: Json,
    },
    /// Make tasks of GitHub issues, or of a Markdown list. What was imported before is not made again.
    Import {
        /// A Markdown file, or `-` for standard input.
        #[arg(required_unless_present = "github")]
        file: Option<PathBuf>,
        /// From the repository's open issues, by `gh`.
        #[arg(long, conflicts_with = "file")]
        github: bool,
        /// Only issues with this label.
        #[arg(long, requires = "github")]
        label: Vec<String>,
        /// Show what would be made, and make nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Debug, Default, ClapArgs)]
pub(crate) struct Fields {
    /// Markdown; `-` for standard input.
    #[arg(long)]
    pub(crate) body: Option<String>,
    /// How much it matters.
    #[arg(long)]
    pub(crate) priority: Option<PriorityWord>,
    /// A label; may be given again.
    #[arg(long = "label")]
    pub(crate) labels: Vec<String>,
    /// An acceptance check: a command whose exit code proves something; may be given again.
    #[arg(long = "check")]
    pub(crate) checks: Vec<String>,
    /// A path it is about; may be given again.
    #[arg(long)]
    pub(crate) scope: Vec<String>,
    /// Where it is tracked: `#432` or an address.
    #[arg(long)]
    pub(crate) tracker: Option<String>,
    /// The branch that belongs to it.
    #[arg(long)]
    pub(crate) branch: Option<String>,
    /// A task it waits for; may be given again.
    #[arg(long)]
    pub(crate) waits_for: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PriorityWord {
    Urgent,
    High,
    Normal,
    Low,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Run {
    /// `T12`, or what to do: a task is made of it.
    pub(crate) work: String,
    /// What to say instead of the task's own words.
    #[arg(long)]
    pub(crate) prompt: Option<String>,
    /// Which agent (`claude`, `codex`); the first that is installed if not given.
    #[arg(long)]
    pub(crate) agent: Option<String>,
    /// The model, in the agent's words.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// The permission mode, in the agent's words: `plan` or `acceptEdits` for Claude Code, such as
    /// `on-request/workspace-write` for Codex.
    #[arg(long)]
    pub(crate) mode: Option<String>,
    /// Work in the main checkout instead of a worktree.
    #[arg(long)]
    pub(crate) in_place: bool,
    /// Start it whatever else runs or waits for a review.
    #[arg(long)]
    pub(crate) at_once: bool,
    /// How many sessions, each in a worktree of its own.
    #[arg(long)]
    pub(crate) count: Option<u32>,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Night {
    /// The tasks, in the order in which they are started: `T1 T2 T3`.
    #[arg(required_unless_present_any = ["status", "end"], conflicts_with_all = ["status", "end"])]
    pub(crate) tasks: Vec<String>,
    /// A time of day, such as `8:00`, from which on nothing is started.
    #[arg(long)]
    pub(crate) until: Option<String>,
    /// How many are worked on at the same time; as many as may in this repository if not given.
    #[arg(long)]
    pub(crate) running: Option<u32>,
    /// Which agent (`claude`, `codex`).
    #[arg(long)]
    pub(crate) agent: Option<String>,
    /// The model, in the agent's words.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// The permission mode, in the agent's words.
    #[arg(long)]
    pub(crate) mode: Option<String>,
    /// Show the night that goes on, or the last.
    #[arg(long, conflicts_with = "end")]
    pub(crate) status: bool,
    /// End the night: nothing more is started, and it is over when what is worked on is. Said again: at once.
    #[arg(long)]
    pub(crate) end: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Going {
    /// `S41`, or the agent's own id or its beginning.
    pub(crate) session: String,
    /// What to do; it waits for a prompt if not given.
    pub(crate) prompt: Option<String>,
    /// The model, in the agent's words.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// The permission mode, in the agent's words.
    #[arg(long)]
    pub(crate) mode: Option<String>,
    #[command(flatten)]
    pub(crate) json: Json,
}
