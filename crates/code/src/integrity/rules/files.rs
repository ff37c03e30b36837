//! Files that are generated or binary, and those that configure workflows, hooks and agents.

use std::collections::BTreeMap;

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::compared::{Change, Compared, is_generated};
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
        let is_agents = around.agent_files.iter().any(|one| one.covers(file.path()));
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

/// Whether a file says what runs by itself.
pub(super) fn is_workflow(file: &Compared<'_>) -> bool {
    let path = file.path();
    let folders = [
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
    ];
    let names = [
        "Jenkinsfile",
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
    let begins = [
        ".gitlab-ci",
        "azure-pipelines",
        ".travis",
        "bitbucket-pipelines",
        ".drone",
        "appveyor",
        ".appveyor",
        ".woodpecker",
        "Jenkinsfile",
    ];
    let of_github = [
        ".github/dependabot.yml",
        ".github/dependabot.yaml",
        ".github/CODEOWNERS",
        "CODEOWNERS",
        ".github/settings.yml",
        ".github/renovate.json",
    ];
    folders.iter().any(|folder| path.starts_with(folder))
        || names.contains(&file.name())
        || begins.iter().any(|begin| file.name().starts_with(begin))
        || of_github.contains(&path)
}
