//! Files that are generated or binary, and those that configure workflows, hooks and agents.

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::compared::{Change, Compared, is_generated};
use crate::integrity::{Found, Surroundings, whole};

pub(in crate::integrity) fn find(
    change: &Change<'_>,
    around: &Surroundings<'_>,
    found: &mut Found,
) {
    for file in &change.files {
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
    ];
    let names = [
        ".gitlab-ci.yml",
        "Jenkinsfile",
        "azure-pipelines.yml",
        ".pre-commit-config.yaml",
        "lefthook.yml",
        ".travis.yml",
        "bitbucket-pipelines.yml",
        ".drone.yml",
        "appveyor.yml",
    ];
    folders.iter().any(|folder| path.starts_with(folder)) || names.contains(&file.name())
}
