//! Synthetic history: homes of Claude Code and Codex with as many sessions as wanted, from a seed.
//!
//! Shapes, sizes and shares follow real transcripts: two fifths of Claude Code's bytes are second
//! copies of tool results, a fifth is progress; records are joined, repeated and cut off as often as
//! in reality. The same plan in the same place always writes the same bytes.

mod claude;
mod claude_tools;
mod codex;
mod giant;
mod planted;
mod random;
mod sheet;
mod time;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

pub use giant::write_giant_line;
pub use planted::{
    Planted, PlantedKind, PlantedSession, Planting, Proof, Related, RelatedHistory, RelatedSession,
    Relating, Relation, RelationKind, plant, plant_related,
};

use claude::ClaudeSession;
use codex::CodexThread;
use random::Random;
use words::Vocabulary;

use crate::cache;

/// Raised when what a plan writes changes, so that nothing stale is taken from the cache.
const FORMAT: u32 = 1;

/// Whether the history has what goes wrong in reality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Oddities {
    /// Every record stands once, on a line of its own.
    None,
    /// Lost newlines, repeated records, files without a last newline.
    Some,
}

/// What to write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What everything follows from.
    pub seed: u64,
    /// Bytes of all transcripts, before compression, about.
    pub bytes: u64,
    /// Root sessions, without forks.
    pub sessions: usize,
    /// The share of sessions that are Claude Code's, from 0 to 1; the others are Codex's.
    pub claude_share: f64,
    /// Files of the repository that the sessions work in.
    pub files: usize,
    /// Whether it has what goes wrong in reality.
    pub oddities: Oddities,
}

impl Plan {
    /// A plan for `bytes`, with as many sessions as people have for them: one for each 900 KB.
    #[must_use]
    pub fn new(seed: u64, bytes: u64) -> Self {
        let sessions = usize::try_from(bytes / 900_000).unwrap_or(usize::MAX).max(4);
        Self { seed, bytes, sessions, claude_share: 0.75, files: 400, oddities: Oddities::Some }
    }

    fn key(&self) -> String {
        let mut hasher = DefaultHasher::new();
        (FORMAT, serde_json::to_string(self).unwrap()).hash(&mut hasher);
        format!("history-{}mb-{:016x}", self.bytes / 1_000_000, hasher.finish())
    }
}

/// What a history holds, counted as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Transcript files.
    pub files: u64,
    /// Bytes of transcripts, before compression.
    pub bytes: u64,
    /// JSON objects.
    pub records: u64,
    /// Objects without those that are appended a second time.
    pub unique_records: u64,
    /// Objects that the next one follows on the same line.
    pub joined_records: u64,
    /// Prompts of people; each stands in one record of its own kind, and no two are equal.
    pub prompts: u64,
    /// Results of tools.
    pub tool_results: u64,
    /// Sessions, forks included, subagents not.
    pub sessions: u64,
    /// Those of Claude Code.
    pub claude_sessions: u64,
    /// Those of Codex.
    pub codex_sessions: u64,
    /// Sessions that begin in another one's file.
    pub forks: u64,
    /// Subagents of Claude Code.
    pub subagents: u64,
    /// Times that a conversation was summarised.
    pub compactions: u64,
    /// Words that stand in prompts only, and in how many.
    pub needles: BTreeMap<String, u64>,
}

impl Truth {
    fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.files, other.files),
            (&mut self.bytes, other.bytes),
            (&mut self.records, other.records),
            (&mut self.unique_records, other.unique_records),
            (&mut self.joined_records, other.joined_records),
            (&mut self.prompts, other.prompts),
            (&mut self.tool_results, other.tool_results),
            (&mut self.sessions, other.sessions),
            (&mut self.claude_sessions, other.claude_sessions),
            (&mut self.codex_sessions, other.codex_sessions),
            (&mut self.forks, other.forks),
            (&mut self.subagents, other.subagents),
            (&mut self.compactions, other.compactions),
        ] {
            *mine += theirs;
        }
        for (needle, count) in &other.needles {
            *self.needles.entry(needle.clone()).or_default() += count;
        }
    }
}

/// A history on disk.
#[derive(Debug, Clone)]
pub struct History {
    /// The folder that holds everything.
    pub root: PathBuf,
    /// What it holds.
    pub truth: Truth,
}

impl History {
    /// To be `$CLAUDE_CONFIG_DIR`.
    #[must_use]
    pub fn claude_config_dir(&self) -> PathBuf {
        self.root.join("claude")
    }

    /// To be `$CODEX_HOME`.
    #[must_use]
    pub fn codex_home(&self) -> PathBuf {
        self.root.join("codex")
    }

    /// The repository that the sessions work in.
    #[must_use]
    pub fn repository(&self) -> PathBuf {
        self.root.join("repo")
    }
}

/// The history of a plan, from the cache, or written there. It is shared: read it, never write to it.
#[must_use]
pub fn cached(plan: &Plan) -> History {
    let key = plan.key();
    let root = cache::folder().join(&key);
    let lock = cache::lock_file(&format!("{key}.lock"));
    lock.lock().unwrap();
    let told = root.join("truth.json");
    if let Ok(text) = fs::read(&told) {
        return History { root, truth: serde_json::from_slice(&text).unwrap() };
    }
    let _ = fs::remove_dir_all(&root);
    let history = generate(&root, plan);
    fs::write(told, serde_json::to_vec_pretty(&history.truth).unwrap()).unwrap();
    history
}

/// Writes the history of a plan below `root`, which is made.
#[must_use]
pub fn generate(root: &Path, plan: &Plan) -> History {
    fs::create_dir_all(root).unwrap();
    let root = root.canonicalize().unwrap();
    let vocabulary = Vocabulary::new(plan.seed, plan.files);
    write_repository(&root.join("repo"), &vocabulary, plan);
    let sizes = sizes(plan);
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Truth::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(bytes) = sizes.get(number) else { return };
                    let truth = write_session(&root, plan, &vocabulary, number, *bytes);
                    total.lock().unwrap().add(&truth);
                }
            });
        }
    });
    History { root, truth: total.into_inner().unwrap() }
}

/// The bytes of each session: few are large, most small.
fn sizes(plan: &Plan) -> Vec<u64> {
    let mut random = Random::new(plan.seed, u64::MAX - 1);
    let weights: Vec<f64> =
        (0..plan.sessions).map(|_| (random.fraction() + 0.02).powf(-0.9)).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| (plan.bytes as f64 * weight / total) as u64).collect()
}

fn write_session(
    root: &Path,
    plan: &Plan,
    vocabulary: &Vocabulary,
    number: usize,
    bytes: u64,
) -> Truth {
    let mut random = Random::new(plan.seed, number as u64);
    let position = number as f64 / plan.sessions as f64;
    let repository = root.join("repo");
    // Most sessions start at the root of the repository, some below it, some elsewhere.
    let cwd = match random.below(20) {
        0 => root.join("elsewhere"),
        1 | 2 => repository.join("src"),
        _ => repository,
    };
    let cwd = cwd.to_str().expect("a folder whose name is UTF-8").to_owned();
    let needles = needles(plan, number);
    let oddities = plan.oddities;
    if random.chance(plan.claude_share) {
        let slug: String =
            cwd.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let folder = root.join("claude/projects").join(slug);
        ClaudeSession { folder, cwd, bytes, position, needles, oddities }.write(vocabulary, random)
    } else {
        let home = root.join("codex");
        CodexThread { home, cwd, bytes, position, needles, oddities }.write(vocabulary, random)
    }
}

/// The words that the first prompts of a session begin with: one word of all history, one of a
/// tenth of the sessions, one of every session.
fn needles(plan: &Plan, number: usize) -> Vec<&'static str> {
    let once = if number == plan.sessions / 2 { "quillfeatherone" } else { "quillfeatherall" };
    let tenth = if number.is_multiple_of(10) { "quillfeatherten" } else { "quillfeatherall" };
    // A session has at least one prompt: which of the words it holds, the truth tells.
    vec![once, tenth]
}

/// Writes the repository: every file that sessions speak of, in one commit.
fn write_repository(root: &Path, vocabulary: &Vocabulary, plan: &Plan) {
    let mut writer = words::Writer::new(vocabulary, Random::new(plan.seed, u64::MAX - 2));
    for path in &vocabulary.paths {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let mut code = Vec::new();
        let length = writer.random.spread(3_000);
        writer.code(length, &mut code);
        let text = String::from_utf8_lossy(&code).replace("\\n", "\n").replace("\\\"", "\"");
        fs::write(file, text).unwrap();
    }
    fs::create_dir_all(root.with_file_name("elsewhere")).unwrap();
    let date = "1780272000 +0000";
    let person = ["-c", "user.name=Test User", "-c", "user.email=test@example.invalid"];
    for args in
        [&["init", "-q", "-b", "main"][..], &["add", "-A"], &["commit", "-q", "-m", "Start"]]
    {
        let status = Command::new("git")
            .args(person)
            .args(args)
            .current_dir(root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_DATE", date)
            .env("GIT_COMMITTER_DATE", date)
            .status()
            .expect("run git");
        assert!(status.success(), "git {args:?}: {status}");
    }
}
