//! Rules that answer what needs no person: `Bash(cargo test*)`, `Edit(docs/*)`, `mcp__browser__*`.
//!
//! A rule for commands matches one simple command: a line that joins, redirects or substitutes anything matches no
//! rule that allows, and one whose parts any rule refuses is refused.

use super::{Ask, CallDetail, CallKind};
use crate::shell::CommandLine;

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rule; rules look like `Bash(cargo test*)`, `Edit(docs/*)` or a tool's name")]
pub struct RuleError(String);

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    text: String,
    tool: String,
    pattern: Option<String>,
}

/// What rules say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It is allowed, by this rule.
    Allow(String),
    /// It is refused, by this rule.
    Deny(String),
}

/// The rules of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// What is allowed without asking.
    pub allow: Vec<Rule>,
    /// What is refused without asking; they come first.
    pub deny: Vec<Rule>,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// When the text has no name of a tool, or its parenthesis is not closed.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let text = text.trim();
        let refused = || RuleError(text.to_owned());
        let (tool, pattern) = match text.split_once('(') {
            Some((tool, rest)) => (tool, Some(rest.strip_suffix(')').ok_or_else(refused)?)),
            None => (text, None),
        };
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '*' | '.' | ':');
        if tool.is_empty() || !tool.chars().all(is_name) {
            return Err(refused());
        }
        // `cargo test:*` is how some agents write `cargo test*`.
        let pattern = pattern.map(|p| p.trim().replace(":*", "*"));
        Ok(Self { text: text.to_owned(), tool: tool.to_owned(), pattern })
    }

    fn matches(&self, ask: &Ask, root: Option<&str>, allows: bool) -> bool {
        let any = |subject: &str| self.pattern.as_deref().is_none_or(|p| matches_text(p, subject));
        match &ask.detail {
            CallDetail::Command { command, .. }
                if matches!(self.tool.as_str(), "Bash" | "Command") =>
            {
                if allows {
                    simple_command(command).is_some_and(|command| any(&command))
                } else {
                    let line = CommandLine::parse(command);
                    line.commands.iter().any(|simple| any(&simple.words.join(" ")))
                        || any(command.trim())
                }
            }
            CallDetail::Edit { files } if matches!(self.tool.as_str(), "Edit" | "Write") => {
                let mut paths = files
                    .iter()
                    .flat_map(|file| std::iter::once(&file.path).chain(&file.from))
                    .map(|path| within(root, path));
                if allows {
                    // A path that leads out of the checkout is allowed by a whole path only.
                    let is_plain = |path: &str| !path.split('/').any(|part| part == "..");
                    !files.is_empty() && paths.all(|path| is_plain(path) && any(path))
                } else {
                    files
                        .iter()
                        .flat_map(|f| std::iter::once(&f.path).chain(&f.from))
                        .any(|p| any(p))
                        || paths.any(any)
                }
            }
            CallDetail::Tool { tool, input } => {
                matches_text(&self.tool, tool)
                    && self.pattern.as_deref().is_none_or(|p| matches_text(p, &input.to_string()))
            }
            _ => false,
        }
    }
}

impl Rules {
    /// What the rules say of a request for permission; nothing of questions and plans. Files below `root`, the checkout
    /// that the session works in, are matched by their paths from there.
    #[must_use]
    pub fn ruling(&self, ask: &Ask, root: Option<&str>) -> Option<Ruling> {
        if ask.kind != CallKind::Permission {
            return None;
        }
        let first = |rules: &[Rule], allows| {
            rules.iter().find(|rule| rule.matches(ask, root, allows)).map(|rule| rule.text.clone())
        };
        first(&self.deny, false)
            .map(Ruling::Deny)
            .or_else(|| first(&self.allow, true).map(Ruling::Allow))
    }
}

/// The path as seen from `root`, where it lies below it.
fn within<'a>(root: Option<&str>, path: &'a str) -> &'a str {
    let below =
        root.and_then(|root| path.strip_prefix(root.trim_end_matches('/'))?.strip_prefix('/'));
    below.unwrap_or(path)
}

/// The command, if it is a single simple one that nothing is substituted into, redirected or assigned for.
fn simple_command(text: &str) -> Option<String> {
    const JOINS: &[char] = &[';', '&', '|', '<', '>', '(', ')', '$', '`', '\n', '\\', '{', '}'];
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_plain = !text.trim().contains(JOINS);
    let assigns = words.first().is_none_or(|word| word.contains('='));
    (is_plain && !assigns).then(|| words.join(" "))
}

/// Whether the whole text is as the pattern, in which `*` stands for any text.
fn matches_text(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut rest = rest;
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            match rest.find(middle) {
                Some(at) => rest = &rest[at + middle.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Change, FileEdit};

    fn ask(detail: CallDetail) -> Ask {
        Ask {
            key: "k".into(),
            kind: CallKind::Permission,
            question: String::new(),
            detail,
            options: Vec::new(),
            tool_use_id: None,
            subagent: None,
            reason: None,
            reply: serde_json::Value::Null,
        }
    }

    fn command(text: &str) -> Ask {
        ask(CallDetail::Command { command: text.into(), cwd: None, description: None })
    }

    fn rules(allow: &[&str], deny: &[&str]) -> Rules {
        let read = |rules: &[&str]| rules.iter().map(|r| Rule::parse(r).unwrap()).collect();
        Rules { allow: read(allow), deny: read(deny) }
    }

    #[test]
    fn a_compound_command_is_never_allowed() {
        let rules = rules(&["Bash(cargo test*)"], &[]);
        let allowed = |text: &str| rules.ruling(&command(text), None).is_some();
        assert!(allowed("cargo test"));
        assert!(allowed("cargo  test -p model"));
        for text in [
            "cargo test && rm -rf /",
            "cargo test; x",
            "cargo test $(x)",
            "cargo test `x`",
            "cargo test > /etc/passwd",
            "cargo test | sh",
            "cargo test\nrm x",
            "RUSTC=evil cargo test",
            "cargo bench",
        ] {
            assert!(!allowed(text), "{text}");
        }
    }

    #[test]
    fn any_part_that_is_refused_refuses_the_whole() {
        let rules = rules(&["Bash"], &["Bash(git push*)"]);
        assert!(matches!(
            rules.ruling(&command("cargo test && git push"), None),
            Some(Ruling::Deny(_))
        ));
        assert!(matches!(rules.ruling(&command("cargo test"), None), Some(Ruling::Allow(_))));
        assert_eq!(rules.ruling(&command("cargo test && ls"), None), None);
    }

    #[test]
    fn files_and_tools_are_matched_by_name() {
        let rules = rules(&["Edit(docs/*)", "mcp__web__*"], &[]);
        let edit = |path: &str| {
            ask(CallDetail::Edit {
                files: vec![FileEdit {
                    path: path.into(),
                    change: Change::Write,
                    from: None,
                    hunks: Vec::new(),
                }],
            })
        };
        assert!(rules.ruling(&edit("docs/a.md"), None).is_some());
        assert_eq!(rules.ruling(&edit("docs/../src/a.rs"), None), None);
        let here = Some("/work/app");
        assert!(rules.ruling(&edit("/work/app/docs/a.md"), here).is_some());
        assert_eq!(rules.ruling(&edit("/work/apple/docs/a.md"), here), None);
        assert_eq!(rules.ruling(&edit("/etc/docs/a.md"), here), None);
        let tool = |name: &str| {
            ask(CallDetail::Tool { tool: name.into(), input: serde_json::Value::Null })
        };
        assert!(rules.ruling(&tool("mcp__web__open"), None).is_some());
        assert_eq!(rules.ruling(&tool("mcp__db__drop"), None), None);
    }

    #[test]
    fn a_file_that_moves_is_denied_by_where_it_was() {
        let rules = rules(&[], &["Edit(secrets/*)"]);
        let moved = ask(CallDetail::Edit {
            files: vec![FileEdit {
                path: "/work/app/public/key".into(),
                change: Change::Move,
                from: Some("/work/app/secrets/key".into()),
                hunks: Vec::new(),
            }],
        });
        assert!(matches!(rules.ruling(&moved, Some("/work/app")), Some(Ruling::Deny(_))));
    }

    #[test]
    fn questions_are_never_answered_by_rules() {
        let question = Ask { kind: CallKind::Question, ..command("cargo test") };
        assert_eq!(rules(&["Bash"], &["Bash"]).ruling(&question, None), None);
        assert!(Rule::parse("Bash(cargo").is_err());
        assert!(Rule::parse("").is_err());
    }
}
