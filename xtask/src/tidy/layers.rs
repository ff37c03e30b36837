//! Rules about who may know what: the arrows between crates, and the one owner of each capability.

use super::{Finding, Tree, crate_of, has_word, places};

/// The crates that each crate stands on directly. What those stand on, it may use too.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("os", &["model"]),
    ("store", &["model"]),
    ("git", &["os"]),
    ("code", &["model"]),
    ("agents", &["os"]),
    ("engine", &["store", "git", "code", "agents"]),
    ("server", &["engine"]),
    ("cli", &["server"]),
    ("testkit", &["os"]),
];

/// Crates from outside that one layer of the house keeps to itself.
const KEPT: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("tree-sitter", &["code"]),
    ("axum", &["server"]),
    ("tower-http", &["server"]),
    ("rmcp", &["server"]),
    ("clap", &["cli"]),
    ("notify", &["os"]),
    ("rustix", &["os"]),
    ("landlock", &["os"]),
    ("libc", &["os"]),
    ("seccompiler", &["os"]),
    ("portable-pty", &["os"]),
    ("tungstenite", &["agents"]),
    ("agent-client-protocol", &["agents"]),
];

/// The names of agents and of who makes them.
const AGENTS: &[(&str, &[&str])] = &[
    ("claude", &["claude", "anthropic"]),
    ("codex", &["codex", "openai"]),
    ("gemini", &["gemini"]),
    ("opencode", &["opencode"]),
];

/// Crates depend on each other along the arrows only; the test kit is for tests.
pub(super) fn dependency_arrows(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, path, line, section, dependency) in dependencies(tree) {
        let Some(on) = dependency.strip_prefix("callboard-") else { continue };
        let message = if on == "testkit" {
            let is_test = section == "dev-dependencies";
            (!is_test).then(|| "the test kit belongs under [dev-dependencies]".to_owned())
        } else {
            (!reaches(name, on))
                .then(|| format!("no arrow leads from {name} to {on}: turn it round"))
        };
        found.extend(message.map(|message| Finding::new(path, line, message)));
    }
    found
}

fn reaches(from: &str, to: &str) -> bool {
    let arrows = ARROWS.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, on)| on);
    arrows.iter().any(|on| *on == to || reaches(on, to))
}

/// What only one layer may know comes in through that layer's `Cargo.toml` alone; `model` stays light.
pub(super) fn foreign_crates(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, path, line, section, dependency) in dependencies(tree) {
        if section == "dev-dependencies" || name == "testkit" {
            continue;
        }
        let kept = KEPT.iter().find(|(kept, _)| dependency.starts_with(kept));
        if let Some((_, owners)) = kept.filter(|(_, owners)| !owners.contains(&name)) {
            let message = format!("only {} knows {dependency}", owners.join(", "));
            found.push(Finding::new(path, line, message));
        }
        if name == "model" && ["tokio", "tempfile", "zstd"].contains(&dependency) {
            found.push(Finding::new(path, line, "model does no IO"));
        }
    }
    found
}

/// Crate, path, line, section and name of every dependency of the crates.
fn dependencies(tree: &Tree) -> Vec<(&str, &str, usize, &str, &str)> {
    let mut found = Vec::new();
    let manifests = tree.files().filter(|(path, _)| path.ends_with("/Cargo.toml"));
    for (path, text) in manifests {
        let Some(name) = crate_of(path) else { continue };
        let mut section = "";
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(header) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = header.rsplit('.').next().unwrap_or(header);
            } else if section.ends_with("dependencies")
                && !line.starts_with('#')
                && let Some((key, _)) = line.split_once(['=', '.'])
            {
                found.push((name, path, at + 1, section, key.trim()));
            }
        }
    }
    found
}

/// Only `store` speaks SQL.
pub(super) fn sql_only_in_store(tree: &Tree) -> Vec<Finding> {
    let statements = [
        "SELECT ",
        "INSERT INTO ",
        "INSERT OR ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "CREATE INDEX ",
        "DROP TABLE ",
        "ALTER TABLE ",
        "PRAGMA ",
        "BEGIN IMMEDIATE",
    ];
    let mut found = Vec::new();
    for (path, parts) in tree.product().filter(|(path, _)| crate_of(path) != Some("store")) {
        let spoken = places(&parts.literals, &statements);
        let used = places(&parts.code, &["rusqlite"]);
        found.extend(spoken.into_iter().chain(used).map(|(line, word)| {
            Finding::new(path, line, format!("{:?}: ask the store for it", word.trim()))
        }));
    }
    found
}

/// Only `os` starts processes. A build script may, too: it is no part of the product.
pub(super) fn processes_only_in_os(tree: &Tree) -> Vec<Finding> {
    let message = "start it with callboard_os::command";
    let words = ["std::process::Command", "process::Command", "process::Stdio", "tokio::process"];
    let mut found = Vec::new();
    let elsewhere = |path: &str| crate_of(path) != Some("os") && !path.ends_with("/build.rs");
    for (path, parts) in tree.product().filter(|(path, _)| elsewhere(path)) {
        let mut lines: Vec<usize> =
            places(&parts.code, &words).iter().map(|(line, _)| *line).collect();
        lines.extend(grouped_import(&parts.code, "std::process::{", &["Command", "Stdio"]));
        lines.dedup();
        lines.retain(|line| !parts.is_test(*line));
        found.extend(lines.into_iter().map(|line| Finding::new(path, line, message)));
    }
    found
}

/// The lines that import one of `names` through a braced `use` that begins with `prefix`.
fn grouped_import(code: &str, prefix: &str, names: &[&str]) -> Vec<usize> {
    let lines = code.lines().enumerate();
    let imports = |line: &str| {
        line.split_once(prefix)
            .is_some_and(|(_, rest)| names.iter().any(|name| has_word(rest, name)))
    };
    lines.filter(|(_, line)| imports(line)).map(|(at, _)| at + 1).collect()
}

/// Only `git` runs git.
pub(super) fn git_only_in_git(tree: &Tree) -> Vec<Finding> {
    let message = "ask callboard_git for it";
    let mut found = Vec::new();
    let elsewhere = tree
        .rust()
        .filter(|(path, _)| crate_of(path).is_some_and(|name| name != "git" && name != "testkit"));
    for (path, parts) in elsewhere {
        for (at, line) in parts.code.lines().enumerate() {
            let starts_git = ["new(", "find_program("].iter().any(|call| {
                let literals = parts.literals.lines().nth(at).unwrap_or_default();
                line.match_indices(call).any(|(found, _)| {
                    literals.get(found + call.len()..).is_some_and(|l| l.starts_with("\"git\""))
                })
            });
            if starts_git && !parts.is_test(at + 1) {
                found.push(Finding::new(path, at + 1, message));
            }
        }
    }
    found
}

/// Only an agent's own folder knows what the agent calls anything; comments may give examples.
pub(super) fn agent_words(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, parts) in tree.product().filter(|(path, _)| *path != "crates/agents/src/lib.rs") {
        let lines = parts.code.lines().zip(parts.literals.lines()).enumerate();
        for (at, (code, literals)) in lines.filter(|(at, _)| !parts.is_test(at + 1)) {
            let line = format!("{code} {literals}");
            for (agent, words) in AGENTS {
                let own = format!("crates/agents/src/{agent}");
                let is_own =
                    path.strip_prefix(&own).is_some_and(|rest| rest.starts_with(['/', '.']));
                if let Some(word) = words.iter().find(|word| !is_own && names(&line, word)) {
                    let message = format!("{word:?} belongs into {own}/");
                    found.push(Finding::new(path, at + 1, message));
                }
            }
        }
    }
    found
}

/// Whether a line has a word in whatever case, and not within another one: `coverageminimum` names no agent.
fn names(line: &str, word: &str) -> bool {
    line.to_ascii_lowercase().match_indices(word).any(|(at, _)| {
        let (before, first) = (line[..at].chars().next_back(), line[at..].chars().next());
        let is_small = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase());
        !(is_small(before) && is_small(first))
    })
}

/// Time enters `model` and `engine` as a value.
pub(super) fn no_clock(tree: &Tree) -> Vec<Finding> {
    let message = "take the time as an argument or from an event";
    let words = ["::now(", "callboard_os::clock"];
    let timeless = |path: &str| matches!(crate_of(path), Some("model" | "engine"));
    let mut found = Vec::new();
    for (path, parts) in tree.product().filter(|(path, _)| timeless(path)) {
        let read = places(&parts.code, &words);
        let lines = read.into_iter().map(|(line, _)| line).filter(|line| !parts.is_test(*line));
        found.extend(lines.map(|line| Finding::new(path, line, message)));
    }
    found.dedup();
    found
}

/// `model` and every `parse.rs` are pure: text in, values out.
pub(super) fn pure(tree: &Tree) -> Vec<Finding> {
    let message = "keep it pure: hand the content in";
    let words = [
        "std::fs",
        "std::net",
        "std::env",
        "std::thread",
        "std::process",
        "std::io",
        "tokio",
        "rustix",
        "callboard_os",
        "File",
    ];
    let is_pure = |path: &str| {
        crate_of(path) == Some("model") || path.ends_with("/parse.rs") || path.contains("/parse/")
    };
    let mut found = Vec::new();
    for (path, parts) in tree.product().filter(|(path, _)| is_pure(path)) {
        let used = places(&parts.code, &words);
        let used = used.into_iter().filter(|(line, _)| !parts.is_test(*line));
        found.extend(
            used.map(|(line, word)| Finding::new(path, line, format!("{word:?}: {message}"))),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    #[test]
    fn an_arrow_the_wrong_way_is_found() {
        let toml =
            |section: &str, on: &str| format!("[{section}]\ncallboard-{on}.workspace = true\n");
        check(
            dependency_arrows,
            &[
                ("crates/os/Cargo.toml", &toml("dependencies", "git"), 2),
                ("crates/store/Cargo.toml", &toml("dependencies", "os"), 2),
                ("crates/server/Cargo.toml", &toml("dependencies", "testkit"), 2),
            ],
            &[
                ("crates/engine/Cargo.toml", &toml("dependencies", "model")),
                ("crates/cli/Cargo.toml", &toml("dev-dependencies", "testkit")),
                ("Cargo.toml", &toml("workspace.dependencies", "git")),
            ],
        );
    }

    #[test]
    fn a_crate_of_another_layer_is_found() {
        check(
            foreign_crates,
            &[
                ("crates/engine/Cargo.toml", "[dependencies]\naxum.workspace = true\n", 2),
                ("crates/model/Cargo.toml", "[dependencies]\ntokio = \"1\"\n", 2),
            ],
            &[
                ("crates/server/Cargo.toml", "[dependencies]\naxum.workspace = true\n"),
                (
                    "crates/cli/Cargo.toml",
                    "[dependencies]\n# axum = 1\n[dev-dependencies]\nrusqlite = 1",
                ),
            ],
        );
    }

    #[test]
    fn sql_elsewhere_is_found() {
        check(
            sql_only_in_store,
            &[
                ("crates/engine/src/a.rs", "db.run(\n\"SELECT 1\")", 2),
                ("crates/server/src/a.rs", "use rusqlite::Connection;", 1),
            ],
            &[
                ("crates/store/src/a.rs", "\"SELECT 1\""),
                ("crates/engine/src/a.rs", "// SELECT 1\nlet a = \"select one\";"),
            ],
        );
    }

    #[test]
    fn a_process_elsewhere_is_found() {
        check(
            processes_only_in_os,
            &[
                ("crates/git/src/a.rs", "use std::process::Command;", 1),
                ("crates/cli/src/a.rs", "use std::process::{ExitCode, Stdio};", 1),
            ],
            &[
                ("crates/os/src/a.rs", "use std::process::Command;"),
                ("crates/server/build.rs", "use std::process::Command;"),
                ("crates/cli/src/a.rs", "use std::process::{ExitCode, id};"),
                ("crates/cli/tests/it/a.rs", "use std::process::Command;"),
            ],
        );
    }

    #[test]
    fn git_elsewhere_is_found() {
        check(
            git_only_in_git,
            &[("crates/engine/src/a.rs", "\nCommand::new(\"git\", cwd)", 2)],
            &[
                ("crates/git/src/a.rs", "Command::new(\"git\", cwd)"),
                ("crates/model/src/a.rs", "if program == \"git\" { Word::new(\"github\") }"),
            ],
        );
    }

    #[test]
    fn an_agents_word_elsewhere_is_found() {
        check(
            agent_words,
            &[
                ("crates/engine/src/a.rs", "\nlet a = \"CLAUDE_CONFIG_DIR\";", 2),
                ("crates/cli/src/a.rs", "struct CodexHome;", 1),
                ("crates/agents/src/codex/parse.rs", "let a = \"claude\";", 1),
            ],
            &[
                ("crates/agents/src/claude/parse.rs", "let a = \"claude\";"),
                ("crates/agents/src/lib.rs", "mod claude; mod codex;"),
                (
                    "crates/engine/src/a.rs",
                    "// as Claude Code does\n#[cfg(test)]\nmod t { const A: &str = \"codex\"; }",
                ),
            ],
        );
    }

    #[test]
    fn a_clock_is_found() {
        check(
            no_clock,
            &[
                ("crates/engine/src/a.rs", "let t = Timestamp::now();", 1),
                ("crates/model/src/a.rs", "use callboard_os::clock;", 1),
            ],
            &[
                ("crates/os/src/a.rs", "Timestamp::now()"),
                ("crates/engine/src/a.rs", "let now = self.now();"),
            ],
        );
    }

    #[test]
    fn io_in_a_parser_is_found() {
        check(
            pure,
            &[
                ("crates/model/src/a.rs", "use std::fs;", 1),
                ("crates/agents/src/x/parse.rs", "fn a(f: &mut File) {}", 1),
            ],
            &[
                ("crates/agents/src/x/discover.rs", "use std::fs;"),
                ("crates/model/src/a.rs", "struct FileTouched;"),
            ],
        );
    }
}
