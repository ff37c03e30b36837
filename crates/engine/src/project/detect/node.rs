//! JavaScript projects: their package manager, workspaces and scripts.

use std::path::Path;

use serde_json::Value;

use super::{Detected, text_of};

/// The lock file, the program, and what installs by it. The first that is there counts.
const MANAGERS: &[(&str, &str, &str)] = &[
    ("pnpm-lock.yaml", "pnpm", "pnpm install --frozen-lockfile --prefer-offline"),
    ("bun.lock", "bun", "bun install --frozen-lockfile"),
    ("bun.lockb", "bun", "bun install --frozen-lockfile"),
    ("yarn.lock", "yarn", "yarn install --frozen-lockfile"),
    ("package-lock.json", "npm", "npm install --no-audit --no-fund --prefer-offline"),
];

/// Scripts that bring a database up to date, the likeliest first.
const MIGRATIONS: &[&str] = &["db:migrate", "migrate", "db:push", "prisma:migrate"];

pub(super) fn detect(root: &Path, found: &mut Detected) {
    let Some(package) = text_of(&root.join("package.json")) else { return };
    let package: Value = serde_json::from_str(&package).unwrap_or_default();
    let manager = MANAGERS.iter().find(|(lock, ..)| root.join(lock).is_file());
    let (file, program, install) = match manager {
        Some((lock, program, install)) => (*lock, *program, *install),
        None if root.join("pnpm-workspace.yaml").is_file() => {
            ("pnpm-workspace.yaml", "pnpm", "pnpm install --prefer-offline")
        }
        None => ("package.json", "npm", "npm install --no-audit --no-fund --prefer-offline"),
    };
    // The newer Yarn has other words for the same.
    let install = if program == "yarn" && root.join(".yarnrc.yml").is_file() {
        "yarn install --immutable"
    } else {
        install
    };
    let has_workspaces =
        !package["workspaces"].is_null() || root.join("pnpm-workspace.yaml").is_file();
    let kind = match (has_workspaces, root.join("turbo.json").is_file()) {
        (_, true) => "a Turborepo of packages",
        (true, false) => "a workspace of packages",
        (false, false) => "one package",
    };
    found.note(format!(
        "{file}: {program}, {kind}; every `node_modules` is copied and brought up to date"
    ));
    found.clone.push("node_modules".into());
    found.setup.push(install.into());
    let script = |name: &str| package["scripts"][name].is_string();
    // What `npm init` writes proves nothing.
    let test = package["scripts"]["test"].as_str();
    if test.is_some_and(|test| !test.contains("no test specified")) {
        found.checks.push(format!("{program} run test"));
    }
    if let Some(name) = ["dev", "start"].into_iter().find(|name| script(name)) {
        found.run = Some(format!("{program} run {name}"));
    }
    if let Some(name) = MIGRATIONS.iter().find(|name| script(name)) {
        found.migrate = Some(format!("{program} run {name}"));
    }
}
