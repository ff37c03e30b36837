//! Runs of a real agent, as evidence: each command with its exit code, and what it wrote told from its line.

use std::path::Path;

use callboard_model::changeset::FileStatus;
use callboard_model::claim::{Command, Evidence, TouchedFile};
use callboard_model::{Cite, Ordinal, Seq, SessionId};
use serde::Deserialize;

use super::super::packed::unpacked;

/// Where these runs had their checkout.
const ROOT: &str = "/testbed";
/// Characters of closing words that are enough; shorter ones take the words before with them.
const CLOSING_CHARS: usize = 160;
/// How many replies make the closing words at most.
const CLOSING_REPLIES: usize = 3;

/// A run with its label.
pub(super) struct Recorded {
    pub(super) id: String,
    pub(super) resolved: bool,
    pub(super) closing: String,
    pub(super) evidence: Evidence,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    resolved: bool,
    trajectory: Vec<Step>,
    submission_diff: String,
}

#[derive(Deserialize)]
struct Step {
    text: String,
    #[serde(default)]
    cmd: Option<String>,
    rc: Option<i32>,
    out: String,
}

/// The runs of a file that `xz` packed.
pub(super) fn read(file: &Path) -> Result<Vec<Recorded>, String> {
    let text = unpacked(file)?;
    let rows = text.lines().filter_map(|line| serde_json::from_str::<Row>(line).ok());
    Ok(rows.map(recorded).collect())
}

fn recorded(row: Row) -> Recorded {
    let files = files(&row.submission_diff);
    let mut edits =
        Edits { paths: files.iter().map(|file| file.path.clone()).collect(), scripts: Vec::new() };
    let mut commands = Vec::new();
    let (mut first_edit, mut last_edit) = (None, None);
    for (at, step) in row.trajectory.iter().enumerate() {
        // A reply that was not understood ran nothing, and the last one only hands in.
        let is_refused = step.rc.is_none() && step.out.contains("after that");
        let Some(line) = step.cmd.as_ref().filter(|_| !is_refused && at + 1 < row.trajectory.len())
        else {
            continue;
        };
        let ordinal = Ordinal(at as i64 + 1);
        if edits.writes(line) && step.rc == Some(0) {
            first_edit = first_edit.or(Some(ordinal));
            last_edit = Some(ordinal);
        }
        commands.push(Command {
            line: line.clone(),
            cwd: Some(ROOT.to_owned()),
            exit_code: step.rc,
            output: step.out.replace("</output>", ""),
            ordinal,
            cite: Cite { session: SessionId(1), seq: Seq(at as i64 + 1) },
            tree: None,
        });
    }
    let evidence = Evidence {
        commands: Some(commands),
        first_edit,
        last_edit,
        root: Some(ROOT.to_owned()),
        files: Some(files),
        ..Evidence::default()
    };
    Recorded { id: row.id, resolved: row.resolved, closing: closing(&row.trajectory), evidence }
}

/// The last words, with those before where they are few.
fn closing(steps: &[Step]) -> String {
    let mut replies: Vec<&str> = Vec::new();
    for step in steps.iter().rev() {
        let reply = step.text.strip_prefix("THOUGHT:").unwrap_or(&step.text).trim();
        replies.insert(0, reply);
        let chars: usize = replies.iter().map(|reply| reply.chars().count()).sum();
        if chars >= CLOSING_CHARS || replies.len() == CLOSING_REPLIES {
            break;
        }
    }
    replies.join("\n\n")
}

/// The files of a diff, with the words of its changed lines.
fn files(diff: &str) -> Vec<TouchedFile> {
    let mut out: Vec<TouchedFile> = Vec::new();
    for line in diff.lines() {
        if let Some(names) = line.strip_prefix("diff --git a/") {
            let path = names.split(" b/").next().unwrap_or(names).to_owned();
            let words = Some(Vec::new());
            out.push(TouchedFile {
                path,
                from: None,
                status: FileStatus::Modified,
                symbols: Vec::new(),
                words,
            });
            continue;
        }
        let Some(file) = out.last_mut() else { continue };
        if line.starts_with("new file") {
            file.status = FileStatus::Added;
        } else if line.starts_with("deleted file") {
            file.status = FileStatus::Deleted;
        } else if line.starts_with(['+', '-', '@']) {
            // The line after `@@` says what the change stands in.
            let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let words = words.filter(|word| word.len() > 1).map(str::to_lowercase);
            file.words.get_or_insert_default().extend(words);
        }
    }
    out
}

/// What commands write, told from their lines.
struct Edits {
    /// The files that the run changed in the end: others are scratch.
    paths: Vec<String>,
    /// Scripts that write one of them.
    scripts: Vec<String>,
}

/// A line of a command with the here-document that it reads.
struct Part<'l> {
    line: &'l str,
    body: &'l str,
}

impl Edits {
    fn writes(&mut self, command: &str) -> bool {
        let mut has_written = false;
        for part in parts(command) {
            let written = self.written(&part);
            has_written |= written.is_some_and(|is_code| is_code);
            has_written |= self.changes(&part) || self.runs_script(part.line);
        }
        has_written
    }

    fn names(&self, text: &str) -> bool {
        self.paths.iter().any(|path| text.contains(path.as_str()))
    }

    /// Whether the file that a line's output goes to is code; remembers scripts that write code.
    fn written(&mut self, part: &Part<'_>) -> Option<bool> {
        let target = part.line.rsplit_once('>')?.1.split_whitespace().next()?;
        if !target.ends_with(".py") {
            return Some(self.names(target));
        }
        if self.paths.iter().any(|path| path == target) {
            return Some(true);
        }
        if self.names(part.body) && opens(part.body) {
            self.scripts.push(target.to_owned());
        }
        Some(false)
    }

    /// Whether a line changes code in place.
    fn changes(&self, part: &Part<'_>) -> bool {
        let has = |words: &[&str]| words.iter().any(|word| part.line.contains(word));
        let in_place = has(&[
            "sed -i",
            "perl -pi",
            "perl -i",
            "git checkout",
            "git restore",
            "git apply",
            "patch ",
            "cp ",
            "mv ",
        ]);
        let is_script = has(&[
            "python - <<",
            "python3 - <<",
            "python <<",
            "python3 <<",
            "python -c",
            "python3 -c",
        ]);
        in_place && self.names(part.line)
            || is_script
                && (self.names(part.body) && opens(part.body)
                    || self.names(part.line) && opens(part.line))
    }

    fn runs_script(&self, line: &str) -> bool {
        let runs = |script: &String| {
            ["python ", "python3 "].iter().any(|with| line.contains(&format!("{with}{script}")))
        };
        self.scripts.iter().any(runs)
    }
}

/// Whether a script writes a file.
fn opens(script: &str) -> bool {
    ["'w'", "\"w\"", "write_text", "writelines", ".write("].iter().any(|word| script.contains(word))
}

/// The lines of a command, each with its here-document.
fn parts(command: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < command.len() {
        let rest = &command[at..];
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let line = &rest[..end];
        at += end;
        let mut body = "";
        if let Some((_, mark)) = line.split_once("<<") {
            let mark = mark.trim_start_matches(['-', ' ', '\'', '"']);
            let mark =
                mark.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
            let rest = &command[at..];
            let close = rest.split_inclusive('\n').scan(0, |place, line| {
                let start = *place;
                *place += line.len();
                Some((start, *place, line.trim() == mark))
            });
            let (start, end) = close
                .filter(|(_, _, is_end)| *is_end)
                .map(|(start, end, _)| (start, end))
                .next()
                .unwrap_or((rest.len(), rest.len()));
            body = &rest[..start];
            at += end;
        }
        out.push(Part { line: line.trim_end(), body });
    }
    out
}
