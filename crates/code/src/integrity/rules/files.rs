//! Files that are generated or binary, and those that configure workflows, hooks and agents.

use std::collections::BTreeMap;

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::compared::{Change, Compared, is_generated};
use crate::integrity::settings;
use crate::integrity::{Found, Surroundings, whole};

/// Files of one folder up to which each is told.
const FEW: usize = 3;

/// The first folder of a path.
fn top(path: &str) -> &str {
    path.split_once('/').map_or("", |(top, _)| top)
}

/// Whether a file lies in a folder that programs write.
fn is_built(file: &Compared<'_>) -> bool {
    is_generated(file.path(), "")
}

pub(in crate::integrity) fn find(
    change: &Change<'_>,
    around: &Surroundings<'_>,
    found: &mut Found,
) {
    let mut built: BTreeMap<&str, usize> = BTreeMap::new();
    for file in change.files.iter().filter(|file| is_built(file)) {
        *built.entry(top(file.path())).or_default() += 1;
    }
    for (top, count) in built.iter().filter(|(_, count)| **count > FEW) {
        let words = format!("`{top}/` holds {count} files that a program makes.");
        found.findings.push(finding(Rule::Generated, whole(top), words, "", ""));
    }
    for file in &change.files {
        let is_told = built.get(top(file.path())).is_some_and(|count| *count > FEW);
        if is_built(file) && is_told {
            continue;
        }
        let is_agents =
            is_for_agents(file) || around.agent_files.iter().any(|one| one.covers(file.path()));
        let text = file.file.new.or(file.file.old).unwrap_or_default();
        if is_agents {
            let words = "It says how an agent works here.".to_owned();
            found.findings.push(finding(Rule::Workflow, whole(file.path()), words, "", ""));
        } else if is_workflow(file) {
            let words = "It says what runs by itself: on a server, or beside git.".to_owned();
            found.findings.push(finding(Rule::Workflow, whole(file.path()), words, "", ""));
        } else if file.file.is_binary {
            let words = "The file is no text: nobody can read what changed.".to_owned();
            found.findings.push(finding(Rule::Generated, whole(file.path()), words, "", ""));
        } else if is_generated(file.path(), text) {
            let words =
                "A program makes this file: what made it must be looked at instead.".to_owned();
            found.findings.push(finding(Rule::Generated, whole(file.path()), words, "", ""));
        }
    }
}

/// Folders of what runs by itself.
const FOLDERS: &[&str] = &[
    ".github/workflows/",
    ".github/actions/",
    ".circleci/",
    ".husky/",
    ".githooks/",
    ".buildkite/",
    ".gitea/workflows/",
    ".forgejo/workflows/",
    ".gitlab/ci/",
    ".gitlab-ci/",
    ".azure-pipelines/",
    ".woodpecker/",
    ".semaphore/",
    ".teamcity/",
    ".drone/",
    ".tekton/",
    ".overcommit/",
    ".lefthook/",
    ".git-hooks/",
    ".mergify/",
];
/// Files of it, by name.
const NAMES: &[&str] = &[
    "Jenkinsfile",
    ".overcommit.yml",
    ".releaserc",
    "release-please-config.json",
    "dangerfile.js",
    "dangerfile.ts",
    "Dangerfile",
    "renovate.json5",
    ".mergify.yaml",
    "crontab",
    "lint-staged.config.js",
    "lint-staged.config.mjs",
    ".lintstagedrc",
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    "lefthook.toml",
    "cloudbuild.yaml",
    "cloudbuild.yml",
    "buildspec.yml",
    "renovate.json",
    ".renovaterc",
    ".renovaterc.json",
    ".mergify.yml",
    ".cirrus.yml",
    ".simple-git-hooks.json",
    ".lintstagedrc.json",
];
/// Files of it, by how their names begin.
const BEGINS: &[&str] = &[
    ".gitlab-ci",
    "azure-pipelines",
    ".travis",
    "bitbucket-pipelines",
    ".drone",
    "appveyor",
    ".appveyor",
    ".woodpecker",
    "Jenkinsfile",
    ".releaserc.",
    "release.config.",
    ".goreleaser.",
    ".lintstagedrc.",
    ".simple-git-hooks",
    "cloudbuild.",
    ".semaphore",
];
/// Files of it, by path.
const OF_GITHUB: &[&str] = &[
    ".github/dependabot.yml",
    ".github/dependabot.yaml",
    ".github/CODEOWNERS",
    "CODEOWNERS",
    ".github/settings.yml",
    ".github/renovate.json",
];

/// Whether a file says what runs by itself.
pub(super) fn is_workflow(file: &Compared<'_>) -> bool {
    let path = file.path();
    FOLDERS.iter().any(|folder| path.starts_with(folder))
        || NAMES.contains(&file.name())
        || BEGINS.iter().any(|begin| file.name().starts_with(begin))
        || OF_GITHUB.contains(&path)
        || is_of_forge(path)
        || is_run_by_cluster(file)
}

/// Whether the host of the code reads a file and acts by it: no forms for people, no texts.
fn is_of_forge(path: &str) -> bool {
    let inner = [".github/", ".gitlab/", ".gitea/", ".forgejo/"];
    let Some(rest) = inner.iter().find_map(|folder| path.strip_prefix(folder)) else {
        return path.ends_with("/CODEOWNERS");
    };
    let is_read = [".yml", ".yaml", ".json", ".json5"].iter().any(|end| rest.ends_with(end));
    let is_form = rest.to_ascii_uppercase().contains("TEMPLATE")
        || rest.starts_with("FUNDING")
        || rest.starts_with("changelog_configuration");
    rest == "CODEOWNERS" || (is_read && !is_form)
}

/// Whether a cluster puts something into use by a file, at its own time.
fn is_run_by_cluster(file: &Compared<'_>) -> bool {
    let is_yaml = [".yml", ".yaml"].iter().any(|end| file.name().ends_with(end));
    let text = file.file.new.or(file.file.old).unwrap_or_default();
    let by = ["argoproj.io/", ".fluxcd.io/", "tekton.dev/"];
    let says = |line: &str| {
        let line = line.trim();
        line.strip_prefix("apiVersion:").is_some_and(|of| by.iter().any(|by| of.contains(by)))
            || line == "kind: CronJob"
    };
    is_yaml && text.lines().any(says)
}

/// Whether a file tells an agent how to work, or what it may do and call: by its name, or by what it grants.
fn is_for_agents(file: &Compared<'_>) -> bool {
    let path = file.path();
    let name = file.name();
    let in_dot_folder = path.split('/').any(|part| part.starts_with('.') && part.len() > 1);
    let is_told = name.eq_ignore_ascii_case("AGENTS.md")
        || name == "AGENTS.override.md"
        || (in_dot_folder && name.to_ascii_lowercase().ends_with("instructions.md"))
        || (name == "SKILL.md")
        || (in_dot_folder
            && [".md", ".mdc"].iter().any(|end| name.ends_with(end))
            && ["rules", "commands", "agents", "skills", "prompts"]
                .iter()
                .any(|part| file.folder().split('/').skip(1).any(|one| one == *part)));
    let is_settings =
        [".json", ".jsonc", ".toml", ".yaml", ".yml"].iter().any(|end| name.ends_with(end));
    if is_told || !in_dot_folder && !name.contains("mcp") || !is_settings {
        return is_told;
    }
    let sides = [file.file.old, file.file.new];
    sides.into_iter().flatten().filter_map(|text| settings::read(path, text)).any(|value| {
        let servers = ["mcpServers", "mcp_servers", "mcp", "servers", "context_servers"];
        let may = value
            .get("permissions")
            .is_some_and(|may| ["allow", "deny", "ask"].iter().any(|name| may.get(name).is_some()));
        let calls = servers.iter().filter_map(|name| value.get(name)).any(|servers| {
            servers.pairs().iter().any(|(_, one)| {
                ["command", "url", "httpUrl"].iter().any(|name| one.get(name).is_some())
            })
        });
        may || calls
    })
}
