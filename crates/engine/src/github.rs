//! GitHub, by its own command `gh`: it is asked where it is installed, and never to sign in.

mod issues;

use std::path::{Path, PathBuf};

use callboard_model::{WorkspaceId, pull_request};
use callboard_os::command::{Command, find_program};
use serde_json::Value;

pub(crate) use self::issues::{IssueNow, is_surely_refused};
use crate::{Engine, limits};

/// `gh`, for one repository.
#[derive(Debug, Clone)]
pub(crate) struct Gh {
    program: PathBuf,
    cwd: PathBuf,
    /// `host/owner/name`.
    repository: String,
}

/// A pull request as `gh` tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PullRequest {
    pub(crate) number: u64,
    pub(crate) url: String,
    /// The branch that it is to land on.
    pub(crate) onto: Option<String>,
}

/// A pull request to be opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ToOpen<'a> {
    pub(crate) branch: &'a str,
    pub(crate) onto: &'a str,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
}

impl Engine {
    /// `gh` for the repository with this page; none where it is not on GitHub, `gh` is not installed, or the project
    /// does without it.
    pub(crate) fn gh(
        &self,
        (workspace, root): (WorkspaceId, &Path),
        page: Option<&str>,
    ) -> Option<Gh> {
        let repository = page?.strip_prefix("https://")?;
        // What cannot be read may say that nobody is to be asked.
        self.project_of(workspace).ok().filter(|project| project.reviews.gh)?;
        let host = repository.split('/').next()?;
        let vars = &self.config.environment.vars;
        let path = vars.get("PATH").map(String::as_str).unwrap_or_default();
        let program = find_program("gh", path.as_ref()).filter(|_| is_github(host))?;
        Some(Gh { program, cwd: root.to_owned(), repository: repository.to_owned() })
    }
}

/// Whether a host is GitHub's, or by its name a GitHub of somebody's own.
pub(crate) fn is_github(host: &str) -> bool {
    host.split('.').any(|part| part == "github")
}

impl Gh {
    /// The open pull request of a branch.
    ///
    /// # Errors
    /// In words, when `gh` fails or answers what cannot be read.
    pub(crate) fn pull_request_of(&self, branch: &str) -> Result<Option<PullRequest>, String> {
        let args =
            ["pr", "list", "--state", "open", "--json", "number,url,baseRefName,isCrossRepository"];
        let told = self.run(&[&args[..], &["--head", branch]].concat(), "")?;
        let found: Vec<Value> = serde_json::from_str(&told)
            .map_err(|error| format!("what `gh pr list` printed could not be read: {error}"))?;
        // A fork may have a branch of the same name.
        let own = found.iter().filter(|one| one["isCrossRepository"].as_bool() != Some(true));
        Ok(own.into_iter().find_map(read))
    }

    /// The newest pull requests of the repository, whatever has become of them, newest first.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn pull_requests(&self) -> Result<Vec<pull_request::PullRequest>, String> {
        let fields = "number,title,url,state,headRefName,headRefOid,baseRefName,isCrossRepository,statusCheckRollup";
        let limit = limits::PULL_REQUESTS.to_string();
        let args = ["pr", "list", "--state", "all", "--limit", &limit, "--json", fields];
        let (read, unread) = pull_request::read_list(&self.run(&args, "")?)
            .map_err(|error| format!("what `gh pr list` printed could not be read: {error}"))?;
        if unread > 0 {
            tracing::debug!(unread, "pull requests that `gh` told of were not understood");
        }
        Ok(read)
    }

    /// Where the previews of open pull requests are, by their numbers.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn previews(&self) -> Result<Vec<(u64, String)>, String> {
        let mut parts = self.repository.split('/');
        let mut part = || parts.next().unwrap_or_default();
        let (host, owner, name) = (part(), format!("owner={}", part()), format!("name={}", part()));
        let query = format!("query={}", pull_request::PREVIEWS);
        let args = ["api", "graphql", "--hostname", host, "-f", &query, "-f", &owner, "-f", &name];
        let told = self.call(&args, "")?;
        pull_request::read_previews(&told).map_err(|error| {
            format!("what `gh api` told of deployments could not be read: {error}")
        })
    }

    /// The newest review comments of a pull request, oldest first.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn comments(
        &self,
        number: u64,
    ) -> Result<Vec<pull_request::PullRequestComment>, String> {
        let (host, name) = self.repository.split_once('/').unwrap_or_default();
        let limit = limits::PULL_REQUEST_COMMENTS;
        let newest = format!("per_page={limit}&sort=created&direction=desc");
        let from = format!("repos/{name}/pulls/{number}/comments?{newest}");
        let told = self.call(&["api", &from, "--hostname", host], "")?;
        let (mut read, unread) = pull_request::read_comments(&told).map_err(|error| {
            format!("what `gh api` told of the comments on #{number} could not be read: {error}")
        })?;
        if unread > 0 {
            tracing::debug!(unread, number, "comments that `gh` told of were not understood");
        }
        read.reverse();
        Ok(read)
    }

    /// Opens a pull request.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn open(&self, new: ToOpen<'_>) -> Result<PullRequest, String> {
        let args = ["pr", "create", "--head", new.branch, "--base", new.onto];
        let words = ["--title", new.title, "--body-file", "-"];
        // Not nothing: `gh` would wait for it.
        let body = format!("{}\n", new.body);
        let told = self.run(&[&args[..], &words[..]].concat(), &body)?;
        let url = told.lines().rev().find(|line| line.starts_with("https://")).map(str::trim);
        let number = url.and_then(|url| url.rsplit('/').next()?.parse().ok());
        let (url, number) = url
            .zip(number)
            .ok_or_else(|| format!("`gh pr create` told no address of a pull request: {told}"))?;
        Ok(PullRequest { number, url: url.to_owned(), onto: Some(new.onto.to_owned()) })
    }

    /// Puts a pull request onto another branch.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn put_onto(&self, number: u64, onto: &str) -> Result<(), String> {
        self.run(&["pr", "edit", &number.to_string(), "--base", onto], "").map(drop)
    }

    fn run(&self, args: &[&str], input: &str) -> Result<String, String> {
        self.call(&[args, &["--repo", &self.repository]].concat(), input)
    }

    fn call(&self, args: &[&str], input: &str) -> Result<String, String> {
        let called = args.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        let command = Command::new(&self.program, &self.cwd)
            .args(args)
            .env("GH_PROMPT_DISABLED", "1")
            .env("GH_NO_UPDATE_NOTIFIER", "1")
            .env("NO_COLOR", "1")
            .time(limits::GH_TIME);
        let output = command.input(input).output().map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(output.text()),
            false => Err(format!("`gh {called}` failed: {}", output.error_text())),
        }
    }
}

fn read(told: &Value) -> Option<PullRequest> {
    Some(PullRequest {
        number: told["number"].as_u64()?,
        url: told["url"].as_str().filter(|url| url.starts_with("https://"))?.to_owned(),
        onto: told["baseRefName"].as_str().map(str::to_owned),
    })
}

/// Where a pull request of a branch can be opened by hand: on GitHub and GitLab.
pub(crate) fn page_to_open(page: Option<&str>, (branch, onto): (&str, &str)) -> Option<String> {
    let page = page?;
    let host = page.strip_prefix("https://")?.split('/').next()?;
    let of = |name: &str| name.replace('%', "%25").replace('#', "%23").replace('?', "%3F");
    let (branch, onto) = (of(branch), of(onto));
    if host.contains("gitlab") {
        let (source, target) = ("merge_request[source_branch]", "merge_request[target_branch]");
        return Some(format!("{page}/-/merge_requests/new?{source}={branch}&{target}={onto}"));
    }
    is_github(host).then(|| format!("{page}/compare/{onto}...{branch}?expand=1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_pull_request_is_opened_by_hand() {
        let of = |page: &str| page_to_open(Some(page), ("callboard/R1-a", "main"));
        assert_eq!(
            of("https://github.com/acme/app").as_deref(),
            Some("https://github.com/acme/app/compare/main...callboard/R1-a?expand=1")
        );
        assert_eq!(
            of("https://gitlab.com/acme/app").as_deref(),
            Some(
                "https://gitlab.com/acme/app/-/merge_requests/new?merge_request[source_branch]=callboard/R1-a&merge_request[target_branch]=main"
            )
        );
        assert_eq!(of("https://git.acme.com/acme/app"), None);
        assert!(is_github("github.acme.com") && !is_github("notgithub.com"));
    }
}
