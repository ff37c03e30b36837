//! Migrations, and commands that destroy data.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::bypass::is_script;
use super::finding;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::{Found, spot, whole};

static DESTROYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\bDROP\s+(?:TABLE|COLUMN|DATABASE|SCHEMA|VIEW)\b|\bTRUNCATE\s+(?:TABLE\s+)?\w|\bDELETE\s+FROM\s+[\w."`\[\]]+\s*(?:;|["'`)]|$)|\bop\.drop_(?:table|column)\(|migrations\.(?:RemoveField|DeleteModel)\(|\b(?:drop_table|remove_column|drop_column|dropTable|dropColumn|removeColumn)\b"#,
    )
    .ok()
});

const FOLDERS: &[&str] = &[
    "migrations",
    "migrate",
    "migration",
    "alembic",
    "drizzle",
    "flyway",
    "liquibase",
    "changelog",
    "migrate_tenants",
];

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in change.files.iter().filter(|file| !file.file.is_binary && !file.is_test) {
        schema(file, found);
        let is_read = file.new.as_ref().is_some_and(|side| side.language.is_some())
            || file.name().ends_with(".sql")
            || is_script(file);
        let is_migration = is_migration(file);
        let destroying = file.come_lines().filter(|_| is_read).find(|(line, text)| {
            let is_comment = file
                .new
                .as_ref()
                .is_some_and(|side| side.comments.iter().any(|(at, _)| at == line));
            !is_comment && !change.is_moved(text) && destroys(file, *line, text)
        });
        let (place, words, after) = match destroying {
            Some((line, text)) => (spot(file.path(), line), "Data is destroyed here.", text),
            None if is_migration && file.file.is_new() => {
                (whole(file.path()), "A migration is new: it changes data that is there.", "")
            }
            None if is_migration && file.file.is_gone() => {
                (whole(file.path()), "A migration is gone.", "")
            }
            None if is_migration => (
                whole(file.path()),
                "A migration was edited: where it has run already, it does not run again.",
                "",
            ),
            None => continue,
        };
        found.findings.push(finding(Rule::Migration, place, words.to_owned(), "", after));
    }
}

/// Columns and tables that a schema had from which migrations are made.
fn schema(file: &Compared<'_>, found: &mut Found) {
    let is_schema = file.name().ends_with(".prisma")
        || matches!(file.path(), "db/schema.rb" | "db/structure.sql");
    let (Some(new), true) = (&file.new, is_schema) else { return };
    let name = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let is_kept = |text: &str| new.lines.iter().any(|line| name(line) == name(text));
    let said = |text: &str| {
        let text = text.trim();
        !text.is_empty() && !text.starts_with(['/', '#', '}', '@', '-'])
    };
    if let Some((line, text)) = file.gone_lines().find(|(_, text)| said(text) && !is_kept(text)) {
        let words = "The schema lost something: data goes with it.".to_owned();
        found.goes(Rule::Migration, (file.path(), line), words, text);
    }
}

fn is_migration(file: &Compared<'_>) -> bool {
    let in_folder = file.folder().split('/').any(|part| FOLDERS.contains(&part));
    let is_changelog = file.folder().contains("changelog")
        && [".xml", ".yaml", ".yml"].iter().any(|end| file.name().ends_with(end));
    let is_code = is_changelog
        || [".sql", ".py", ".rb", ".ts", ".js", ".php", ".go"]
            .iter()
            .any(|end| file.name().ends_with(end));
    let has_number =
        file.name().starts_with(|c: char| c.is_ascii_digit()) || file.name().starts_with('V');
    in_folder
        && is_code
        && (has_number || file.name().ends_with(".sql") || file.path().contains("versions/"))
}

/// Whether a line destroys, with the lines that follow it: a `WHERE` may stand there.
fn destroys(file: &Compared<'_>, line: u32, text: &str) -> bool {
    let Some(found) = DESTROYS.as_ref().and_then(|regex| regex.find(text)) else { return false };
    let deletes = found.as_str().to_ascii_uppercase().starts_with("DELETE");
    let goes_on =
        deletes && found.end() == text.trim_end().len() && !text.trim_end().ends_with(';');
    let next =
        file.new.as_ref().map_or("", |side| side.line(line + 1)).trim_start().to_ascii_uppercase();
    // In code, only what a text says is SQL; a method's name stands for itself.
    let is_sql = file.name().ends_with(".sql");
    let upper = found.as_str().chars().next().is_some_and(char::is_uppercase);
    let is_method = found.as_str().contains(['_', '.'])
        || found.as_str().starts_with("drop")
        || found.as_str().starts_with("remove");
    let in_migration = is_migration(file);
    !(goes_on && next.starts_with("WHERE")) && (is_sql || upper || (is_method && in_migration))
}
