//! What a repository is made with, told by its files: nothing of it is run.

mod compose;
mod env_file;
mod node;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::limits;

pub(crate) use env_file::lines as env_lines;

/// The port that a development server takes where nothing names another.
const USUAL_PORT: u16 = 3000;

/// What was found in a checkout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Detected {
    /// Why something is proposed: a file and what it means.
    pub(super) found: Vec<String>,
    /// Ignored folders worth copying.
    pub(super) clone: Vec<String>,
    /// What makes a checkout ready.
    pub(super) setup: Vec<String>,
    /// What proves that it works.
    pub(super) checks: Vec<String>,
    /// The development server.
    pub(super) run: Option<String>,
    /// Ports by name, with the one that the main checkout uses.
    pub(super) ports: BTreeMap<String, u16>,
    /// Variables that hold a port, with the port's name.
    pub(super) port_variables: BTreeMap<String, String>,
    /// Tracked files that name fixed ports: path, and text to replace with its template.
    pub(super) templates: BTreeMap<String, BTreeMap<String, String>>,
    /// The database's variable and address.
    pub(super) database: Option<(String, String)>,
    /// What brings a database up to date.
    pub(super) migrate: Option<String>,
    /// A stack that one alone can run.
    pub(super) stack: Option<&'static str>,
    /// Env files at the root.
    pub(super) env_files: Vec<String>,
    /// There is a `.worktreeinclude`.
    pub(super) has_include: bool,
}

/// Looks at the checkout at `root`.
pub(super) fn detect(root: &Path) -> Detected {
    let mut found = Detected::default();
    node::detect(root, &mut found);
    if root.join("Cargo.toml").is_file() {
        found.note("Cargo.toml: a Cargo project; copying `target` saves building its dependencies");
        found.clone.push("target".into());
        found.checks.push("cargo test".into());
    }
    if root.join("go.mod").is_file() {
        found.note("go.mod: a Go module");
        found.checks.push("go test ./...".into());
    }
    python(root, &mut found);
    env_file::detect(root, &mut found);
    if found.run.is_some() && found.ports.is_empty() {
        // Two servers of one repository need two ports; this one is handed over as `PORT`.
        found.port("web", USUAL_PORT);
    }
    compose::detect(root, &mut found);
    supabase(root, &mut found);
    if root.join(".worktreeinclude").is_file() {
        found.note(".worktreeinclude: its patterns are brought as well");
        found.has_include = true;
    }
    found
}

impl Detected {
    fn note(&mut self, text: impl Into<String>) {
        self.found.push(text.into());
    }

    /// Gives a port a name that no other port has.
    fn port(&mut self, name: &str, number: u16) -> String {
        let name: String = name
            .to_ascii_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let name = name.trim_matches('-').to_owned();
        let mut free = name.clone();
        let mut count = 1;
        while self.ports.get(&free).is_some_and(|known| *known != number) {
            count += 1;
            free = format!("{name}-{count}");
        }
        self.ports.insert(free.clone(), number);
        free
    }
}

fn python(root: &Path, found: &mut Detected) {
    if !root.join("pyproject.toml").is_file() && !root.join("requirements.txt").is_file() {
        return;
    }
    found.clone.push(".venv".into());
    let (setup, runner) = if root.join("uv.lock").is_file() {
        (Some(("uv.lock", "uv sync --frozen")), "uv run pytest")
    } else if root.join("poetry.lock").is_file() {
        (Some(("poetry.lock", "poetry install")), "poetry run pytest")
    } else if root.join(".venv").is_dir() {
        (None, ".venv/bin/python -m pytest")
    } else {
        (None, "python -m pytest")
    };
    let names_pytest =
        |file: &&str| text_of(&root.join(file)).is_some_and(|text| text.contains("pytest"));
    let files = ["pytest.ini", "conftest.py", "pyproject.toml", "requirements.txt", "tox.ini"];
    if files.iter().any(names_pytest) {
        found.checks.push(runner.into());
    }
    match setup {
        Some((file, command)) => {
            found.note(format!("{file}: Python; `.venv` is copied and brought up to date"));
            found.setup.push(command.into());
        }
        None => found.note("pyproject.toml or requirements.txt: Python; `.venv` is copied"),
    }
}

/// The stack of `supabase start` has its ports in a tracked file.
fn supabase(root: &Path, found: &mut Detected) {
    let path = "supabase/config.toml";
    let Some(text) = text_of(&root.join(path)) else { return };
    let Ok(table) = toml::from_str::<toml::Table>(&text) else { return };
    let mut replace = BTreeMap::new();
    for (section, value) in &table {
        for (key, value) in value.as_table().into_iter().flatten() {
            let Some(port) = value.as_integer().and_then(|n| u16::try_from(n).ok()) else {
                continue;
            };
            let name = match key.as_str() {
                "port" => format!("supabase-{section}"),
                _ if key.ends_with("port") => format!("supabase-{section}-{key}"),
                _ => continue,
            };
            let name = found.port(&name, port);
            replace.insert(format!("{key} = {port}"), format!("{key} = {{{{port.{name}}}}}"));
        }
    }
    if let Some(project) = table.get("project_id").and_then(toml::Value::as_str) {
        let line = |id: &str| format!("project_id = \"{id}\"");
        replace.insert(line(project), line(&format!("{project}-{{{{worktree}}}}")));
    }
    found.note(format!("{path}: a stack on fixed ports; each worktree gets a file with its own"));
    found.stack = Some("supabase");
    found.templates.insert(path.into(), replace);
}

/// The text of a file that somebody may have put there.
fn text_of(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    (meta.is_file() && meta.len() <= limits::PROJECT_FILE_BYTES)
        .then(|| fs::read_to_string(path).ok())
        .flatten()
}
