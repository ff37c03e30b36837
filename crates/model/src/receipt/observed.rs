//! What a session's events show of its work, taken one event after another.

mod writes;

use std::collections::HashMap;

use super::fetched::fetched;
use super::{Artefact, Outward, outward};
use crate::claim::{Command, Sight};
use crate::event::{Author, Event, EventBody, SearchPlace, ToolResult};
use crate::text::{clip, one_line, tail};
use crate::{Cite, Ordinal, Timestamp, limits, stop};

pub use writes::writes_of;

/// A command, with what a receipt tells beside the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedCommand {
    /// The command and what it came to; its ordinal is that of its result.
    pub command: Command,
    /// When it was begun, as a place in the session.
    pub began: Ordinal,
    /// How long it ran, in milliseconds, as the agent tells it; else how long its result took to come, with what it waited to
    /// be allowed.
    pub duration_ms: Option<u64>,
    /// When its result came.
    pub at: Option<Timestamp>,
}

/// A page or file that a session opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSource {
    /// The address, or the path as the agent named it.
    pub source: String,
    /// Its use.
    pub cite: Cite,
    /// Whether that succeeded, where it is known.
    pub succeeded: Option<bool>,
}

/// What an agent said last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Its words.
    pub text: String,
    /// The event with the last of them.
    pub cite: Cite,
}

/// What the events of one session show.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// Commands that ended, in the order of their ends; the latest.
    pub commands: Vec<ObservedCommand>,
    /// Commands before those.
    pub commands_left_out: u32,
    /// Files that tools wrote, as the agent named them, with the place of the edit.
    pub edits: Vec<(Ordinal, String)>,
    /// Files and pages that were opened.
    pub opened: Vec<OpenedSource>,
    /// What searches of the web told: addresses are looked for in it.
    pub found: Vec<String>,
    /// Pictures that came back of tools.
    pub sights: Vec<Sight>,
    /// What can be looked at.
    pub artefacts: Vec<Artefact>,
    /// What left the machine.
    pub outward: Vec<Outward>,
    replies: Vec<(String, Cite)>,
    answers_at_stop: bool,
    cwd: Option<String>,
    open: HashMap<String, Use>,
}

/// A use of a tool that has no result yet.
#[derive(Debug, Clone)]
struct Use {
    began: Ordinal,
    at: Option<Timestamp>,
    cite: Cite,
    of: UseOf,
}

#[derive(Debug, Clone)]
enum UseOf {
    Command { line: String, cwd: Option<String> },
    Edit { paths: Vec<String> },
    Opened { source: String },
    WebSearch,
    Tool { name: String, words: String },
}

impl Observed {
    /// Takes the next event.
    pub fn apply(&mut self, event: &Event) {
        let cite = Cite { session: event.session, seq: event.seq };
        match &event.body {
            EventBody::Info(info) => {
                if let Some(cwd) = &info.cwd {
                    self.cwd = Some(cwd.clone());
                }
            }
            EventBody::Prompt(prompt) => match prompt.author {
                Author::User | Author::Agent => {
                    self.answers_at_stop = false;
                    self.replies.clear();
                }
                Author::Program => {
                    self.answers_at_stop |= stop::is_question(&prompt.text);
                    if stop::is_about_proof(&prompt.text) {
                        self.replies.clear();
                    }
                }
                Author::Command => {}
            },
            EventBody::Text { text } if !self.answers_at_stop && !text.trim().is_empty() => {
                self.replies.push((text.trim().to_owned(), cite));
            }
            EventBody::Result(result) => self.result(event, cite, result),
            body => self.begin(event, cite, body),
        }
    }

    /// Bytes that most of it takes: what commands printed, and what searches told.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let commands = self.commands.iter().map(|one| &one.command);
        let commands = commands.map(|command| command.line.len() + command.output.len());
        commands.chain(self.found.iter().map(String::len)).sum()
    }

    /// What the agent said last, with the words before where they are few.
    #[must_use]
    pub fn closing(&self) -> Option<Closing> {
        let (_, cite) = self.replies.last()?;
        let mut from = self.replies.len();
        let mut chars = 0;
        while from > 0
            && chars < limits::CLOSING_CHARS
            && self.replies.len() - from < limits::CLOSING_REPLIES
        {
            from -= 1;
            chars += self.replies[from].0.chars().count();
        }
        let texts: Vec<&str> = self.replies[from..].iter().map(|(text, _)| text.as_str()).collect();
        Some(Closing { text: texts.join("\n\n"), cite: *cite })
    }

    /// When code was edited, by tools or by commands that write one of `files`, paths from `root`. Files that are none of
    /// them any more were scratch, and do not count.
    #[must_use]
    pub fn edited(&self, root: Option<&str>, files: Option<&[&str]>) -> Vec<Ordinal> {
        let is_meant = |path: &str| match files {
            None => true,
            Some(files) => {
                let inside = root.and_then(|root| path.strip_prefix(root)).unwrap_or(path);
                let inside = inside.trim_start_matches("./").trim_start_matches('/');
                files.iter().any(|file| inside == *file || inside.ends_with(&format!("/{file}")))
            }
        };
        let by_tools = self.edits.iter().filter(|(_, path)| is_meant(path)).map(|(at, _)| *at);
        let by_commands = self.commands.iter().filter(|one| {
            let written = writes_of(&one.command.line, files.unwrap_or_default());
            one.command.exit_code.is_none_or(|code| code == 0)
                && written.iter().any(|path| is_meant(path))
        });
        let mut all: Vec<Ordinal> = by_tools.chain(by_commands.map(|one| one.began)).collect();
        all.sort_unstable();
        all
    }

    fn begin(&mut self, event: &Event, cite: Cite, body: &EventBody) {
        let Some(tool_use) = body.tool_use() else { return };
        let of = match body {
            EventBody::Command(command) => UseOf::Command {
                line: command.command.clone(),
                cwd: command.cwd.clone().or_else(|| self.cwd.clone()),
            },
            EventBody::Edit(edit) => {
                UseOf::Edit { paths: edit.files.iter().map(|file| file.path.clone()).collect() }
            }
            EventBody::Read(read) => UseOf::Opened { source: read.path.clone() },
            EventBody::Search(search) => match search.place {
                SearchPlace::Page => UseOf::Opened { source: search.query.clone() },
                SearchPlace::Web => UseOf::WebSearch,
                SearchPlace::Text | SearchPlace::Files => return,
            },
            EventBody::Tool(tool) => UseOf::Tool {
                name: tool.tool_use.tool.clone(),
                words: clip(&one_line(&tool.input.to_string()), limits::OBJECT_CHARS),
            },
            _ => return,
        };
        if self.open.len() >= limits::OPEN_USES {
            self.open.clear();
        }
        let begun = Use { began: event.ordinal, at: event.at, cite, of };
        self.open.insert(tool_use.tool_use_id.clone(), begun);
    }

    fn result(&mut self, event: &Event, cite: Cite, result: &ToolResult) {
        let Some(begun) = self.open.remove(&result.tool_use_id) else { return };
        let failed = result.ok == Some(false) || result.refused.is_some() || result.interrupted;
        let what = match &begun.of {
            UseOf::Command { line, .. } => clip(&one_line(line), limits::OBJECT_CHARS),
            UseOf::Tool { name, .. } => name.clone(),
            UseOf::Opened { source } => source.clone(),
            UseOf::Edit { .. } | UseOf::WebSearch => String::new(),
        };
        for image in &result.images {
            self.sights.push(Sight { ordinal: event.ordinal, cite });
            let blob = Some(image.blob.clone());
            self.artefacts.push(Artefact {
                words: what.clone(),
                blob,
                path: None,
                cite: Some(cite),
            });
        }
        match begun.of {
            UseOf::Command { line, cwd } if result.refused.is_none() => {
                self.ended((line, cwd), (begun.began, begun.at), (event, cite), result);
            }
            UseOf::Edit { paths } if !failed => {
                self.edits.extend(paths.into_iter().map(|path| (begun.began, path)));
            }
            UseOf::Opened { source } => {
                let succeeded = result.ok.or(failed.then_some(false));
                self.opened.push(OpenedSource { source, cite: begun.cite, succeeded });
            }
            UseOf::WebSearch => {
                self.found.push(crate::text::head(&result.text, limits::FOUND_BYTES).to_owned());
            }
            UseOf::Tool { name, words } if !failed => {
                if let Some(kind) = outward::of_tool(&name) {
                    let words = format!("{name} {words}");
                    self.outward.push(Outward { kind, words, succeeded: result.ok, cite });
                }
            }
            UseOf::Command { .. } | UseOf::Edit { .. } | UseOf::Tool { .. } => {}
        }
    }

    fn ended(
        &mut self,
        (line, cwd): (String, Option<String>),
        (began, began_at): (Ordinal, Option<Timestamp>),
        (event, cite): (&Event, Cite),
        result: &ToolResult,
    ) {
        let runs_on = result.background_id.is_some() || result.interrupted;
        let waited = || u64::try_from(event.at?.since_ms(began_at?)).ok();
        let by_success = || (result.ok == Some(true)).then_some(0);
        let exit_code = result.exit_code.or_else(by_success).filter(|_| !runs_on);
        if let Some(kind) = outward::of_command(&line) {
            let words = clip(&one_line(&line), limits::OBJECT_CHARS);
            let succeeded = exit_code.map(|code| code == 0);
            self.outward.push(Outward { kind, words, succeeded, cite });
        }
        for source in fetched(&line) {
            let succeeded = exit_code.map(|code| code == 0);
            self.opened.push(OpenedSource { source, cite, succeeded });
        }
        let mut output = tail(&result.text, limits::EVIDENCE_OUTPUT_BYTES).to_owned();
        if let Some(error) = result.stderr.as_deref().filter(|error| !error.is_empty()) {
            output.push('\n');
            output.push_str(tail(error, limits::EVIDENCE_OUTPUT_BYTES));
        }
        if self.commands.len() >= limits::EVIDENCE_COMMANDS {
            self.commands.remove(0);
            self.commands_left_out = self.commands_left_out.saturating_add(1);
        }
        self.commands.push(ObservedCommand {
            command: Command {
                line,
                cwd,
                exit_code,
                output,
                ordinal: event.ordinal,
                cite,
                tree: None,
            },
            began,
            duration_ms: result.duration_ms.or_else(waited).filter(|_| !runs_on),
            at: event.at,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{self, Prompt, ToolUse};
    use crate::{Seq, SessionId};

    fn event(at: i64, body: EventBody) -> Event {
        Event { seq: Seq(at), session: SessionId(1), ordinal: Ordinal(at), at: None, body }
    }

    fn tool_use(id: &str) -> ToolUse {
        ToolUse { tool_use_id: id.into(), tool: "x".into() }
    }

    fn command(id: &str, line: &str) -> EventBody {
        EventBody::Command(event::Command {
            tool_use: tool_use(id),
            command: line.into(),
            description: None,
            cwd: None,
            background: false,
            escalation: None,
        })
    }

    fn result(id: &str, exit_code: Option<i32>, ok: Option<bool>) -> EventBody {
        let tool_use_id = id.into();
        EventBody::Result(ToolResult { tool_use_id, exit_code, ok, ..ToolResult::default() })
    }

    fn edit(id: &str, path: &str) -> EventBody {
        let files = vec![event::FileEdit {
            path: path.into(),
            change: event::Change::Modify,
            from: None,
            hunks: Vec::new(),
        }];
        EventBody::Edit(event::Edit { tool_use: tool_use(id), files })
    }

    fn said(text: &str) -> EventBody {
        EventBody::Text { text: text.into() }
    }

    fn prompt(text: &str, author: Author) -> EventBody {
        EventBody::Prompt(Prompt { text: text.into(), author, images: Vec::new() })
    }

    fn observed(bodies: Vec<EventBody>) -> Observed {
        let mut observed = Observed::default();
        for (at, body) in (1..).zip(bodies) {
            observed.apply(&event(at, body));
        }
        observed
    }

    #[test]
    fn commands_are_known_by_their_ends_and_edits_by_their_beginnings() {
        let seen = observed(vec![
            edit("1", "/repo/src/a.py"),
            result("1", None, Some(true)),
            command("2", "pytest"),
            result("2", None, Some(true)),
            command("3", "sed -i s/a/b/ src/a.py && pytest"),
            result("3", Some(1), Some(false)),
            edit("4", "/tmp/scratch.py"),
            result("4", None, Some(true)),
            edit("5", "/repo/src/a.py"),
            result("5", None, Some(false)),
        ]);
        let codes: Vec<_> = seen.commands.iter().map(|one| one.command.exit_code).collect();
        assert_eq!(codes, [Some(0), Some(1)]);
        assert_eq!(seen.edited(Some("/repo"), Some(&["src/a.py"])), [Ordinal(1)]);
        assert_eq!(seen.edited(Some("/repo"), None), [Ordinal(1), Ordinal(7)]);
    }

    #[test]
    fn the_closing_words_are_those_before_callboard_asked() {
        let seen = observed(vec![
            said("Looking."),
            prompt("now finish", Author::User),
            said("All tests pass."),
            prompt(stop::QUESTION, Author::Program),
            said("Nothing was decided."),
        ]);
        assert_eq!(seen.closing().unwrap().text, "All tests pass.");
        assert_eq!(seen.closing().unwrap().cite.seq, Seq(3));
    }
}
