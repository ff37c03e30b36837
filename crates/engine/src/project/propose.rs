//! A `callboard.toml` for a repository that has none.

use std::fmt::Write as _;
use std::path::Path;

use super::detect::{Detected, detect};

/// The text of a `callboard.toml` that fits the checkout at `root`, told by its files.
#[must_use]
pub fn propose(root: &Path) -> String {
    text_of(&detect(root))
}

fn text_of(found: &Detected) -> String {
    let mut text = String::from(
        "# How Callboard makes and equips worktrees of this repository.\n# Every setting: docs/configuration.md of Callboard.\n",
    );
    if found.found.is_empty() {
        text.push_str("#\n# Nothing was found that a worktree needs beside its files.\n");
    }
    for line in &found.found {
        let _ = writeln!(text, "#   {line}");
    }
    if !found.checks.is_empty() {
        // Before the first section: it belongs to none.
        let checks = list(&found.checks);
        let _ = writeln!(text, "\nchecks = {checks}  # run on a review, in a checkout of its own");
    }
    worktrees(found, &mut text);
    for (path, replace) in &found.templates {
        if !replace.is_empty() {
            let _ = writeln!(text, "\n[[worktrees.templates]]\npath = {}", quoted(path));
            let _ = writeln!(text, "[worktrees.templates.replace]");
            for (from, to) in replace {
                let _ = writeln!(text, "{} = {}", quoted(from), quoted(to));
            }
        }
    }
    ports(found, &mut text);
    database(found, &mut text);
    if let Some(stack) = found.stack {
        let _ = writeln!(
            text,
            "\n# If the stack cannot run twice, take it in turn instead: `callboard resource take {stack} --wait`.\n\
             # [resources.{stack}]\n# take = \"{stack} start\"\n# give = \"{stack} stop\""
        );
    }
    text
}

fn worktrees(found: &Detected, text: &mut String) {
    text.push_str("\n[worktrees]\n");
    text.push_str("bring = [\".env\", \".env.*\", \".envrc\"]  # copied where git ignores them\n");
    if !found.clone.is_empty() {
        let _ = writeln!(text, "clone = {}", list(&found.clone));
    }
    if !found.setup.is_empty() {
        let _ = writeln!(text, "setup = {}", list(&found.setup));
    }
    if let Some(run) = &found.run {
        let _ = writeln!(text, "run.command = {}", quoted(run));
    }
}

fn ports(found: &Detected, text: &mut String) {
    if found.ports.is_empty() {
        return;
    }
    let names: Vec<String> = found.ports.keys().cloned().collect();
    let block = names.len().next_multiple_of(10);
    let _ = writeln!(text, "\n[ports]\nnames = {}", list(&names));
    if block > 10 {
        let _ = writeln!(text, "block = {block}");
    }
    if !found.port_variables.is_empty() {
        text.push_str("\n[environment]\n");
        for (variable, port) in &found.port_variables {
            let _ = writeln!(text, "{variable} = \"{{{{port.{port}}}}}\"");
        }
    }
}

fn database(found: &Detected, text: &mut String) {
    let Some((variable, url)) = &found.database else { return };
    text.push_str("\n[database]\n");
    match url.strip_prefix("sqlite:").or_else(|| url.strip_prefix("file:")) {
        Some(file) => {
            let file = file.trim_start_matches("//").trim_start_matches("./");
            let file = file.split('?').next().unwrap_or_default();
            let _ = writeln!(text, "kind = \"sqlite\"\nfile = {}", quoted(file));
        }
        None => text.push_str("kind = \"postgres\"\n"),
    }
    let _ = writeln!(text, "variable = {}", quoted(variable));
    if let Some(migrate) = &found.migrate {
        let _ = writeln!(text, "migrate = {}", quoted(migrate));
    }
}

fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::project::read;

    #[test]
    fn what_is_proposed_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        fs::write(dir.path().join("callboard.toml"), propose(dir.path())).unwrap();
        let empty = read(dir.path()).unwrap();
        assert!(empty.worktrees.clone.is_empty() && empty.database.is_none());
        write(
            "package.json",
            r#"{"scripts": {"dev": "turbo dev", "db:migrate": "x", "test": "vitest run"}}"#,
        );
        write("pnpm-lock.yaml", "");
        write("turbo.json", "{}");
        write("Cargo.toml", "");
        write("pyproject.toml", "[dependency-groups]\ndev = [\"pytest\"]\n");
        write("go.mod", "module app\n");
        write("uv.lock", "");
        write(".env", "PORT=3000\nAPI_PORT=4000\nDATABASE_URL=postgres://u@localhost/app\n");
        write(".env.example", "OTHER_PORT=1\n");
        write("compose.yaml", "services:\n  db:\n    ports:\n      - \"5432:5432\"\n");
        write(
            "supabase/config.toml",
            "project_id = \"app\"\n[api]\nport = 54321\n[db]\nport = 54322\nshadow_port = 54320\n",
        );
        fs::write(dir.path().join("callboard.toml"), propose(dir.path())).unwrap();
        let text = fs::read_to_string(dir.path().join("callboard.toml")).unwrap();
        let read = read(dir.path()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read.worktrees.clone, ["node_modules", "target", ".venv"]);
        let lines: Vec<_> = read.checks.iter().map(|check| check.run.as_str()).collect();
        assert_eq!(lines, ["pnpm run test", "cargo test", "go test ./...", "uv run pytest"]);
        assert_eq!(read.worktrees.run.command.as_deref(), Some("pnpm run dev"));
        assert_eq!(read.environment["API_PORT"], "{{port.api}}");
        assert_eq!(
            read.ports.names,
            ["api", "db", "supabase-api", "supabase-db", "supabase-db-shadow-port", "web"]
        );
        let replace = &read.worktrees.templates[1].replace;
        assert_eq!(
            replace["shadow_port = 54320"],
            "shadow_port = {{port.supabase-db-shadow-port}}"
        );
        assert_eq!(replace["project_id = \"app\""], "project_id = \"app-{{worktree}}\"");
        assert_eq!(read.database.unwrap().migrate, ["pnpm run db:migrate"]);
    }
}
