//! Sessions with things planted in them that whoever goes on has to know: what each is, by which words it is known, and
//! which events prove it.
//!
//! Around them is ordinary work: reading, searching, edits, commands, thoughts and chatter. Everything follows from a seed.

mod checks;
mod claude;
mod codex;
mod phrases;
mod related;
mod story;
mod work;

use std::path::{Path, PathBuf};

use super::random::Random;
use super::words::{Vocabulary, Writer};
use phrases::Phrases;
pub use related::{
    Related, RelatedHistory, RelatedSession, Relating, Relation, RelationKind, plant_related,
};
use story::Story;

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planting {
    /// What everything follows from.
    pub seed: u64,
    /// How many sessions; every other one is Codex's.
    pub sessions: usize,
    /// Each transcript goes on with ordinary work until it has so many bytes.
    pub least_bytes: u64,
    /// Decisions in each that only the agent's words hold. Where there are some, no session ends in a question, as an
    /// agent that waits for an answer is not at its stop.
    pub spoken: usize,
}

/// What was planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlantedKind {
    /// The first prompt.
    Goal,
    /// A later prompt that directs.
    Direction,
    /// An answer to a question that the agent asked with its tool.
    Answer,
    /// An answer to a question that the agent asked in its words.
    ProseAnswer,
    /// A refused tool use, with the reason where the agent records one.
    Refusal,
    /// A prompt after the user broke the agent off.
    Correction,
    /// A plan that was approved.
    PlanApproved,
    /// A plan that was rejected, with the reason.
    PlanRejected,
    /// A file that was written, by its last edit.
    Edited,
    /// A check, by its last result.
    Check,
    /// A failure and what mended it.
    Mended,
    /// A commit.
    Commit,
    /// A question that nobody answered.
    Open,
    /// A decision that only the agent's words hold: what, and why.
    Spoken,
}

/// What an event must be to be a right citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The use of a tool with this id, or its result.
    Tool(String),
    /// A prompt that holds these words.
    Prompt(String),
    /// Words of the agent that hold these.
    Text(String),
}

/// One planted thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// What it is.
    pub kind: PlantedKind,
    /// What one line has to hold to tell it; all of them.
    pub words: Vec<String>,
    /// Any of these proves it.
    pub proofs: Vec<Proof>,
    /// History was summarised after it.
    pub before_compaction: bool,
}

/// A session, and what is planted in it.
#[derive(Debug, Clone)]
pub struct PlantedSession {
    /// Its agent's name for it.
    pub native: String,
    /// `claude` or `codex`.
    pub agent: &'static str,
    /// Where it works.
    pub cwd: PathBuf,
    /// Its transcript.
    pub file: PathBuf,
    /// What a brief of it should tell.
    pub planted: Vec<Planted>,
    /// What was said and done, as text.
    pub transcript: String,
    /// Its first and its last prompt.
    pub prompts: (String, String),
    /// A summary as an agent would write it at the end: it names each planted thing with a chance of a third.
    pub summary: String,
}

/// Writes the sessions below the homes of Claude Code and Codex; they work in folders below `work`, which are not made.
#[must_use]
pub fn plant(claude: &Path, codex: &Path, work: &Path, planting: Planting) -> Vec<PlantedSession> {
    let vocabulary = Vocabulary::new(planting.seed, 200);
    let session = |number: usize| {
        let random = Random::new(planting.seed, number as u64);
        let mut writer = Writer::new(&vocabulary, random);
        let native = writer.uuid();
        let cwd = work.join(format!("project{number}"));
        let phrases = Phrases::new(writer);
        let position = number as f64 / planting.sessions as f64;
        if number.is_multiple_of(2) {
            let pen = claude::Claude::create(claude, &native, &cwd, position);
            Story::new(pen, phrases, native, &cwd).told(planting)
        } else {
            let pen = codex::Codex::create(codex, &native, &cwd, position, number % 4 == 1);
            Story::new(pen, phrases, native, &cwd).told(planting)
        }
    };
    (0..planting.sessions).map(session).collect()
}

/// A use of a tool.
#[derive(Debug, Clone)]
enum Use<'a> {
    Run(&'a str),
    Edit { path: &'a str, old: &'a str, new: &'a str },
    Write { path: &'a str, content: &'a str },
    Read(&'a str),
    Ask(&'a [Asked]),
    Plan(&'a str),
}

/// A question with its options.
#[derive(Debug, Clone)]
struct Asked {
    question: String,
    options: Vec<String>,
}

/// What came of a use.
#[derive(Debug, Clone)]
enum Came<'a> {
    /// It succeeded, saying this.
    Done(&'a str),
    /// A command ended with this code and output.
    Ended(i32, &'a str),
    /// The user refused, for this reason.
    Refused(&'a str),
    /// The user answered.
    Answers(&'a [String]),
    /// Nothing yet.
    Nothing,
}

/// Who writes a transcript in an agent's own records.
trait Pen {
    const AGENT: &'static str;
    /// Whether it plans before it works, and its user's reasons stand beside what they refused.
    const HAS_PLANS: bool;

    fn prompt(&mut self, text: &str);
    fn say(&mut self, text: &str, ends_turn: bool);
    fn think(&mut self, text: &str);
    /// The user breaks the turn off.
    fn interrupt(&mut self);
    fn compact(&mut self, summary: &str);
    /// A tool use and what came of it; the id it goes by.
    fn tool(&mut self, id: String, used: &Use<'_>, came: &Came<'_>);
    /// What programs put beside a prompt.
    fn beside_prompt(&mut self);
    fn pass(&mut self, ms: usize);
    fn written(&self) -> u64;
    /// Ends the file; where it is.
    fn finish(self) -> PathBuf;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_plants_the_same() {
        let planting = Planting { seed: 7, sessions: 2, least_bytes: 0, spoken: 1 };
        let write = || {
            let folder = tempfile::tempdir().unwrap();
            let (claude, codex) = (folder.path().join("claude"), folder.path().join("codex"));
            let sessions = plant(&claude, &codex, Path::new("/work"), planting);
            sessions
                .into_iter()
                .map(|s| (std::fs::read_to_string(&s.file).unwrap(), s.planted))
                .collect::<Vec<_>>()
        };
        let (one, other) = (write(), write());
        assert_eq!(one, other);
        for (text, planted) in one {
            assert!(text.lines().count() > 200, "{}", text.lines().count());
            assert!(text.lines().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()));
            assert!(planted.len() > 20, "{}", planted.len());
            assert!(planted.iter().all(|p| !p.words.is_empty() && !p.proofs.is_empty()));
        }
    }
}
