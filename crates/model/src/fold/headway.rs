//! Signs that a session makes no headway.
//!
//! Thresholds from the failures of 500 labelled runs of coding agents: four failed commands in a row and one command
//! that fails three times the same way tell of trouble; equal actions alone do not, and a check that is merely repeated
//! while it changes does not either.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::{Doing, SessionFold};
use crate::event::{Edit, ToolResult};
use crate::purpose::Purpose;
use crate::session::TurnState;
use crate::text::{clip, tail};
use crate::{Timestamp, limits};

/// What tells whether a session makes headway.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Headway {
    /// Commands that failed one after another, the last few of them.
    failed: Vec<FailedCommand>,
    /// How many failed one after another.
    failed_in_row: u32,
    /// The last change of each file that was changed lately.
    edits: Vec<LastEdit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FailedCommand {
    command: String,
    /// Hash of how it failed.
    signature: u64,
    times: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct LastEdit {
    path: String,
    removed: u64,
    added: u64,
    /// How often in a row a change took the one before back.
    swings: u32,
}

/// Why a session seems to be stuck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// Which sign it is, for telling one from another.
    pub sign: &'static str,
    /// In words.
    pub text: String,
    /// What proves it.
    pub evidence: Vec<String>,
}

impl Headway {
    pub(super) fn prompted(&mut self) {
        *self = Self::default();
    }

    pub(super) fn command_ended(&mut self, doing: &Doing, result: &ToolResult, failed: bool) {
        let Doing::Command { purpose, .. } = doing else { return };
        // To look for something that is not there is no failure, and nothing tells how a broken-off command ends.
        let looks =
            matches!(purpose, Purpose::Read { .. } | Purpose::Search { .. } | Purpose::Wait);
        if looks || result.refused.is_some() || result.interrupted || result.background_id.is_some()
        {
            return;
        }
        if !failed {
            self.failed_in_row = 0;
            self.failed.retain(|known| known.command != command_of(purpose));
            return;
        }
        self.failed_in_row += 1;
        let (command, signature) = (command_of(purpose), signature(result));
        let known = self.failed.iter().position(|known| known.command == command);
        let before = known.map(|at| self.failed.remove(at));
        let times = before.filter(|b| b.signature == signature).map_or(1, |b| b.times + 1);
        if self.failed.len() >= limits::FAILED_COMMANDS {
            self.failed.remove(0);
        }
        self.failed.push(FailedCommand { command, signature, times });
    }

    pub(super) fn edited(&mut self, edit: &Edit) {
        for file in &edit.files {
            let side = |mark: char| {
                let lines = file.hunks.iter().flat_map(|hunk| &hunk.lines);
                let lines: Vec<&str> = lines.filter_map(|line| line.strip_prefix(mark)).collect();
                hash(&lines)
            };
            let (removed, added) = (side('-'), side('+'));
            let known = self.edits.iter().position(|known| known.path == file.path);
            let before = known.map(|at| self.edits.remove(at));
            let swings = match before {
                Some(before)
                    if before.removed == added && before.added == removed && added != removed =>
                {
                    before.swings + 1
                }
                _ => 0,
            };
            if self.edits.len() >= limits::LAST_EDITS {
                self.edits.remove(0);
            }
            self.edits.push(LastEdit { path: file.path.clone(), removed, added, swings });
        }
    }
}

impl SessionFold {
    /// Why it seems to be stuck at `now`, if it does. Said softly: it may only be slow. `heard` is when its agent last
    /// told of its turn.
    #[must_use]
    pub fn stuck(&self, now: Timestamp, heard: Option<Timestamp>) -> Option<Stuck> {
        if self.turn.state != TurnState::Working {
            return None;
        }
        let headway = &self.headway;
        if let Some(worst) = headway.failed.iter().find(|f| f.times >= limits::SAME_FAILURES) {
            let text = format!("`{}` failed {} times the same way", worst.command, worst.times);
            return Some(Stuck { sign: "same failure", text, evidence: self.steps() });
        }
        if headway.failed_in_row >= limits::FAILURES_IN_ROW {
            let text = format!("{} commands in a row failed", headway.failed_in_row);
            let evidence = headway.failed.iter().map(|f| format!("`{}`", f.command)).collect();
            return Some(Stuck { sign: "failures", text, evidence });
        }
        if let Some(swung) = headway.edits.iter().find(|edit| edit.swings >= limits::SWINGS) {
            let text = format!("changes `{}` back and forth", swung.path);
            return Some(Stuck { sign: "swings", text, evidence: self.steps() });
        }
        let quiet_since = self.quiet_since(heard)?;
        (now.since_ms(quiet_since) >= limits::QUIET_MS).then(|| Stuck {
            sign: "quiet",
            text: "has been quiet for over 2 minutes with no tool running".to_owned(),
            evidence: self.steps(),
        })
    }

    /// Since when it works and nothing is heard of it, with no tool running.
    #[must_use]
    pub fn quiet_since(&self, heard: Option<Timestamp>) -> Option<Timestamp> {
        let is_idle = self.turn.state != TurnState::Working
            || self.open.current(self.spoken()).next().is_some()
            || !self.background.list.is_empty();
        self.updated_at.max(heard).filter(|_| !is_idle)
    }
}

fn command_of(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Check { command, .. } | Purpose::Run { command } => {
            clip(command, limits::OBJECT_CHARS)
        }
        other => clip(&format!("{other:?}"), limits::OBJECT_CHARS),
    }
}

/// How a command failed: its exit code and the end of what it printed, but for numbers, which tell times and places.
fn signature(result: &ToolResult) -> u64 {
    let plain = |text: &str| -> String {
        tail(text, limits::SIGNATURE_BYTES).chars().filter(|c| !c.is_ascii_digit()).collect()
    };
    hash(&(
        result.exit_code,
        plain(result.text.trim_end()),
        result.stderr.as_deref().map(|text| plain(text.trim_end())),
    ))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ordinal;
    use crate::event::{Author, Change, Command, EventBody, FileEdit, Hunk, Prompt, ToolUse};

    struct Scene {
        fold: SessionFold,
        n: i64,
    }

    impl Scene {
        fn new() -> Self {
            let mut scene = Self { fold: SessionFold::default(), n: 0 };
            let text = "mend the lock".to_owned();
            scene.add(EventBody::Prompt(Prompt { text, author: Author::User, images: Vec::new() }));
            scene
        }

        fn add(&mut self, body: EventBody) {
            self.n += 1;
            let at = Timestamp::from_millisecond(self.n * 1_000);
            self.fold.apply(Ordinal(self.n), Some(at), &body);
        }

        fn runs(&mut self, command: &str, code: i32, output: &str) {
            let id = format!("t{}", self.n);
            self.add(EventBody::Command(Command {
                tool_use: ToolUse { tool_use_id: id.clone(), tool: "Bash".into() },
                command: command.into(),
                description: None,
                cwd: None,
                background: false,
                escalation: None,
            }));
            self.add(EventBody::Result(ToolResult {
                tool_use_id: id,
                text: output.into(),
                exit_code: Some(code),
                ok: Some(code == 0),
                ..ToolResult::default()
            }));
        }

        fn edits(&mut self, from: &str, to: &str) {
            let lines = vec![format!("-{from}"), format!("+{to}")];
            self.add(EventBody::Edit(Edit {
                tool_use: ToolUse { tool_use_id: format!("e{}", self.n), tool: "Edit".into() },
                files: vec![FileEdit {
                    path: "a.rs".into(),
                    change: Change::Modify,
                    from: None,
                    hunks: vec![Hunk { old_start: 1, new_start: 1, lines }],
                }],
            }));
        }

        fn sign(&self) -> Option<&'static str> {
            let now = Timestamp::from_millisecond(self.n * 1_000);
            self.fold.stuck(now, None).map(|stuck| stuck.sign)
        }
    }

    #[test]
    fn one_command_that_fails_the_same_way() {
        let mut scene = Scene::new();
        for n in 0..3 {
            assert_eq!(scene.sign(), None);
            scene.runs("make world", 2, &format!("line {n}: no rule"));
            scene.runs("touch x", 0, "");
        }
        assert_eq!(scene.sign(), Some("same failure"));
        scene.runs("make world", 0, "done");
        assert_eq!(scene.sign(), None);
    }

    #[test]
    fn a_check_that_fails_otherwise_each_time_makes_headway() {
        let mut scene = Scene::new();
        for failure in ["apples", "pears", "plums"] {
            scene.runs("cargo test", 101, failure);
        }
        assert_eq!(scene.sign(), None);
        scene.runs("cargo test", 101, "grapes");
        assert_eq!(scene.sign(), Some("failures"));
    }

    #[test]
    fn a_search_without_a_hit_is_no_failure() {
        let mut scene = Scene::new();
        for _ in 0..6 {
            scene.runs("rg walrus", 1, "");
        }
        assert_eq!(scene.sign(), None);
    }

    #[test]
    fn a_file_changed_back_and_forth() {
        let mut scene = Scene::new();
        scene.edits("a", "b");
        scene.edits("b", "a");
        assert_eq!(scene.sign(), None);
        scene.edits("a", "b");
        assert_eq!(scene.sign(), Some("swings"));
        scene.edits("b", "c");
        assert_eq!(scene.sign(), None);
    }

    #[test]
    fn silence_with_no_tool_running() {
        let mut scene = Scene::new();
        scene.runs("cargo build", 0, "");
        let later = Timestamp::from_millisecond(scene.n * 1_000 + limits::QUIET_MS);
        assert_eq!(scene.fold.stuck(later, None).map(|stuck| stuck.sign), Some("quiet"));
        scene.edits("a", "b");
        assert_eq!(scene.fold.quiet_since(None), None, "an edit is open");
    }
}
