//! Sessions, notes and decisions of one repository of which it is known which bear on which, among many that do not.
//!
//! What misleads is what misleads in reality: manifests and lists that every change adds a line to, files that are only
//! read in passing, errors that everybody meets, names that every prompt has.

mod misleading;
mod relations;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::claude::Claude;
use super::codex::Codex;
use super::phrases::Phrases;
use super::{Came, Pen, Use};
use crate::Repo;
use crate::history::random::Random;
use crate::history::time::Clock;
use crate::history::words::{Vocabulary, Writer};

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relating {
    /// What everything follows from.
    pub seed: u64,
    /// How many relations of each kind.
    pub of_each: usize,
    /// Sessions beside those that are related.
    pub others: usize,
    /// When the newest session ends, in milliseconds.
    pub until: u64,
}

/// By what two are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// Both change one file.
    File,
    /// One of them in another worktree.
    Worktree,
    /// The file was moved in between.
    Moved,
    /// Both meet an error, with other numbers and paths.
    Error,
    /// A decision is about a symbol that the session changes.
    Changed,
    /// A decision is about a symbol that the session's prompt names.
    Named,
    /// Failing tests of both name one fixture.
    Fixture,
    /// A note is about files that the session changes, by name or by a pattern.
    Note,
}

impl RelationKind {
    /// Each.
    pub const ALL: [Self; 8] = [
        Self::File,
        Self::Worktree,
        Self::Moved,
        Self::Error,
        Self::Changed,
        Self::Named,
        Self::Fixture,
        Self::Note,
    ];
}

/// A session or a note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Related {
    /// A session, by its agent's name for it.
    Session(String),
    /// A note or decision, by its path from the root.
    Note(String),
}

/// That one bears on another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// By what.
    pub kind: RelationKind,
    /// The later session, which should be told.
    pub session: String,
    /// What it should be told of.
    pub of: Related,
}

/// A session as others may be compared with it.
#[derive(Debug, Clone, PartialEq)]
pub struct RelatedSession {
    /// Its agent's name for it.
    pub native: String,
    /// Its first prompt.
    pub prompt: String,
    /// Files that it changes, from the top of its checkout.
    pub files: BTreeSet<String>,
    /// Its place in time among all, from 0 to 1.
    pub position: f64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq)]
pub struct RelatedHistory {
    /// All sessions.
    pub sessions: Vec<RelatedSession>,
    /// All that is related.
    pub relations: Vec<Relation>,
    /// Worktrees with changes on the disk.
    pub changed: usize,
}

/// The days over which sessions are spread.
const DAYS: u64 = 60;

/// Writes sessions below the homes of Claude Code and Codex, and what they work on and wrote down into a repository.
#[must_use]
pub fn plant_related(
    claude: &Path,
    codex: &Path,
    repo: &Repo<'_>,
    plan: Relating,
) -> RelatedHistory {
    let vocabulary = Vocabulary::new(plan.seed, 200);
    let phrases = Phrases::new(Writer::new(&vocabulary, Random::new(plan.seed, 0)));
    let mut ground = Ground { phrases, repo, used: BTreeSet::new(), sketches: Vec::new() };
    let (relations, changed) = relations::plant(&mut ground, plan.of_each);
    for _ in 0..plan.others {
        let position = ground.phrases.writer.random.fraction();
        let sketch = ground.sketch(repo.path(), position);
        ground.sketches.push(sketch);
    }
    misleading::notes(&mut ground);
    let begun = plan.until - DAYS * 86_400_000;
    for (number, sketch) in ground.sketches.iter().enumerate() {
        let clock = Clock::from(begun + (sketch.position * (DAYS * 86_400_000) as f64) as u64);
        if number.is_multiple_of(2) {
            sketch.write(Claude::begin(claude, &sketch.native, &sketch.cwd, clock));
        } else {
            let is_numbered = number % 4 == 1;
            sketch.write(Codex::begin(codex, &sketch.native, &sketch.cwd, clock, is_numbered));
        }
    }
    let sessions = ground.sketches.iter().map(Sketch::told).collect();
    RelatedHistory { sessions, relations, changed }
}

/// What is written so far.
struct Ground<'a> {
    phrases: Phrases<'a>,
    repo: &'a Repo<'a>,
    used: BTreeSet<String>,
    sketches: Vec<Sketch>,
}

impl Ground<'_> {
    /// A name that nothing else has: of two, as a topic has only some hundred.
    fn name(&mut self) -> String {
        loop {
            let one = snake(&self.phrases.identifier());
            let other = snake(&self.phrases.identifier());
            let last = |name: &str| name.rsplit('_').next().unwrap_or(name).to_owned();
            let name = match self.phrases.writer.random.chance(0.5) {
                true => format!("{}_{}", last(&one), last(&other)),
                false => format!("{}{}", last(&one), camel(&last(&other))),
            };
            if self.used.insert(name.clone()) {
                return name;
            }
        }
    }

    /// A file of code that nothing else is about, as it is in the repository.
    fn file(&mut self) -> String {
        let (folder, name) = (self.phrases.noun(), snake(&self.name()));
        let path = format!("src/{folder}/{name}.rs");
        let content = code(&camel(&name), &snake(&self.name()), 1);
        self.repo.write(&path, content);
        path
    }

    /// A session of ordinary work, with all that misleads.
    fn sketch(&mut self, cwd: &Path, position: f64) -> Sketch {
        let native = self.phrases.writer.uuid();
        let mut sketch = Sketch {
            native,
            cwd: cwd.to_owned(),
            position,
            prompt: String::new(),
            steps: Vec::new(),
            files: BTreeSet::new(),
        };
        sketch.prompt = misleading::prompt(self);
        for _ in 0..self.phrases.writer.random.between(1, 4) {
            let file = self.file();
            let times = self.phrases.writer.random.between(1, 4);
            sketch.edits(&file, times);
        }
        misleading::steps(self, &mut sketch);
        sketch
    }
}

/// A session before it is written.
#[derive(Debug, Clone)]
struct Sketch {
    native: String,
    cwd: PathBuf,
    position: f64,
    prompt: String,
    steps: Vec<Step>,
    files: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Read(String),
    Edit(String),
    Run { command: String, code: i32, output: String },
    Say(String),
}

impl Sketch {
    fn edits(&mut self, file: &str, times: usize) {
        self.files.insert(file.to_owned());
        self.steps.push(Step::Read(file.to_owned()));
        self.steps.extend((0..times).map(|_| Step::Edit(file.to_owned())));
    }

    fn fails(&mut self, command: &str, output: &str) {
        let output = output.to_owned();
        self.steps.push(Step::Run { command: command.to_owned(), code: 1, output });
    }

    fn says(&mut self, words: String) {
        self.steps.push(Step::Say(words));
    }

    fn told(&self) -> RelatedSession {
        RelatedSession {
            native: self.native.clone(),
            prompt: self.prompt.clone(),
            files: self.files.clone(),
            position: self.position,
        }
    }

    fn write<P: Pen>(&self, mut pen: P) -> PathBuf {
        pen.prompt(&self.prompt);
        for (number, step) in self.steps.iter().enumerate() {
            let id = format!("toolu_{}_{number:04}", &self.native[..8]);
            let whole = |path: &str| self.cwd.join(path).to_string_lossy().into_owned();
            pen.pass(20_000);
            match step {
                Step::Read(path) => {
                    pen.tool(id, &Use::Read(&whole(path)), &Came::Done("fn run() {}\n"));
                }
                Step::Edit(path) => {
                    let (path, new) = (whole(path), format!("let step = {number};"));
                    let edit = Use::Edit { path: &path, old: "let step = 0;", new: &new };
                    pen.tool(id, &edit, &Came::Done(""));
                }
                Step::Run { command, code, output } => {
                    pen.tool(id, &Use::Run(command), &Came::Ended(*code, output));
                }
                Step::Say(words) => pen.say(words, false),
            }
        }
        pen.say("That is all for this step.", true);
        pen.finish()
    }
}

/// A file of code with a type and its methods, of which one is as this version has it.
fn code(of: &str, method: &str, version: usize) -> String {
    format!(
        "pub struct {of} {{\n    entries: Vec<usize>,\n}}\n\nimpl {of} {{\n    pub fn new() -> Self {{\n        \
         Self {{ entries: Vec::new() }}\n    }}\n\n    pub fn {method}(&mut self, at: usize) -> usize {{\n        \
         self.entries.push(at + {version});\n        self.entries.len() * {version}\n    }}\n\n    \
         pub fn len(&self) -> usize {{\n        self.entries.len()\n    }}\n}}\n"
    )
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn camel(name: &str) -> String {
    let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.split('_').filter(|part| !part.is_empty()).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HermeticHome;

    #[test]
    fn the_same_seed_relates_the_same() {
        let plan = Relating { seed: 3, of_each: 1, others: 4, until: 1_790_000_000_000 };
        let write = || {
            let home = HermeticHome::new();
            let repo = Repo::new(&home);
            let written = plant_related(&home.claude_config_dir(), &home.codex_home(), &repo, plan);
            let relations: Vec<_> = written.relations.iter().map(|one| one.kind).collect();
            assert_eq!(relations, RelationKind::ALL);
            let note = |relation: &Relation| match &relation.of {
                Related::Note(path) => Some(repo.path().join(path)),
                Related::Session(_) => None,
            };
            assert!(written.relations.iter().filter_map(note).all(|path| path.is_file()));
            let natives = written.sessions.iter().map(|one| one.native.clone());
            (relations, natives.collect::<Vec<_>>())
        };
        assert_eq!(write(), write());
    }
}
