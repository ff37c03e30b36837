//! Pull requests, as their service tells of them.

mod comment;
mod preview;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::limits;
use crate::text::clip;
use crate::view::PullRequestView;

pub use comment::{PullRequestComment, read_comments};
pub use preview::{PREVIEWS, read_previews};

/// A pull request of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// One line.
    pub title: String,
    /// Its page.
    pub url: String,
    /// What has become of it, in its service's word: `open`, `merged`, `closed`.
    pub state: String,
    /// The branch that it is of.
    pub branch: String,
    /// The newest commit of that, when it was told.
    #[serde(default)]
    pub head: Option<String>,
    /// The branch that it was opened to land on.
    #[serde(default)]
    pub onto: Option<String>,
    /// What its checks came to; none where it has none.
    pub checks: Option<ChecksCameTo>,
    /// The names of those that failed.
    #[serde(default)]
    pub failing: Vec<String>,
    /// Where its preview is deployed: where a check called so leads to, or what GitHub knows of deployments.
    pub preview: Option<String>,
}

/// What checks came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChecksCameTo {
    /// All of them passed, or were skipped.
    Passed,
    /// One of them runs or waits, and none has failed.
    Running,
    /// One of them failed.
    Failed,
}

impl ChecksCameTo {
    /// `passed`, `running` or `failed`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Running => "running",
            Self::Failed => "failed",
        }
    }

    fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (Self::Running, _) | (_, Self::Running) => Self::Running,
            _ => Self::Passed,
        }
    }
}

impl PullRequest {
    /// As it is shown.
    #[must_use]
    pub fn view(&self) -> PullRequestView {
        PullRequestView {
            name: format!("#{}", self.number),
            url: self.url.clone(),
            preview: self.preview.clone(),
            checks: self.checks.map(|checks| checks.word().to_owned()),
            state: Some(self.state.clone()),
            title: Some(self.title.clone()).filter(|title| !title.is_empty()),
            failing: self.failing.clone(),
        }
    }
}

/// The pull requests of the repository's own branches that `gh pr list --json number,title,url,state,headRefName,headRefOid,baseRefName,isCrossRepository,statusCheckRollup` tells of, newest first, and
/// how many of its entries could not be read.
///
/// # Errors
/// When it is no list.
pub fn read_list(told: &str) -> Result<(Vec<PullRequest>, usize), serde_json::Error> {
    let entries: Vec<Value> = serde_json::from_str(told)?;
    // A branch of a fork may be called like one of the repository.
    let own = entries.iter().filter(|one| one["isCrossRepository"].as_bool() != Some(true));
    let all: Vec<Option<PullRequest>> = own.map(read_one).collect();
    let unread = all.iter().filter(|one| one.is_none()).count();
    Ok((all.into_iter().flatten().collect(), unread))
}

fn read_one(told: &Value) -> Option<PullRequest> {
    let text = |name: &str| told[name].as_str().unwrap_or_default();
    let rollup = told["statusCheckRollup"].as_array().map(Vec::as_slice).unwrap_or_default();
    let outcomes = || rollup.iter().filter_map(|check| Some((name_of(check), outcome_of(check)?)));
    let failed = outcomes().filter(|(_, outcome)| *outcome == ChecksCameTo::Failed);
    Some(PullRequest {
        number: told["number"].as_u64()?,
        title: clip(text("title"), limits::LINE_CHARS),
        url: address(&told["url"])?,
        state: text("state").to_lowercase(),
        branch: Some(text("headRefName")).filter(|name| !name.is_empty())?.to_owned(),
        head: told["headRefOid"].as_str().map(str::to_owned),
        onto: told["baseRefName"].as_str().map(str::to_owned),
        checks: outcomes().map(|(_, outcome)| outcome).reduce(ChecksCameTo::worse),
        failing: failed.map(|(name, _)| clip(name, limits::LINE_CHARS)).collect(),
        preview: rollup.iter().find_map(preview_of),
    })
}

/// A check run has a name, a commit status a context.
fn name_of(check: &Value) -> &str {
    check["name"].as_str().or_else(|| check["context"].as_str()).unwrap_or_default()
}

/// What a check run (`status`, `conclusion`) or a commit status (`state`) came to; `None` for a word that is not known.
fn outcome_of(check: &Value) -> Option<ChecksCameTo> {
    let of = |name: &str| check[name].as_str().filter(|word| !word.is_empty());
    match of("conclusion").or_else(|| of("state")).or_else(|| of("status"))? {
        "SUCCESS" | "NEUTRAL" | "SKIPPED" => Some(ChecksCameTo::Passed),
        "FAILURE" | "ERROR" | "TIMED_OUT" | "CANCELLED" | "ACTION_REQUIRED" | "STARTUP_FAILURE" => {
            Some(ChecksCameTo::Failed)
        }
        "PENDING" | "EXPECTED" | "QUEUED" | "IN_PROGRESS" | "WAITING" | "REQUESTED" => {
            Some(ChecksCameTo::Running)
        }
        _ => None,
    }
}

/// Where a check that is called a preview leads to, once it is there.
fn preview_of(check: &Value) -> Option<String> {
    let is_preview = name_of(check).to_lowercase().contains("preview");
    let is_there = outcome_of(check) == Some(ChecksCameTo::Passed);
    let page = address(&check["targetUrl"]).or_else(|| address(&check["detailsUrl"]));
    page.filter(|_| is_preview && is_there)
}

fn address(told: &Value) -> Option<String> {
    told.as_str().filter(|url| url.starts_with("https://")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gh_lists_is_read_and_what_it_does_not_say_is_not_made_up() {
        let told = r#"[
            {"number":12,"title":"One","url":"https://github.com/a/b/pull/12","state":"OPEN","headRefName":"fix","isDraft":true,
             "statusCheckRollup":[
                {"__typename":"CheckRun","name":"test","status":"COMPLETED","conclusion":"FAILURE","detailsUrl":"https://ci/1"},
                {"__typename":"CheckRun","name":"lint","status":"IN_PROGRESS","conclusion":"","detailsUrl":"https://ci/2"},
                {"__typename":"StatusContext","context":"Preview","state":"SUCCESS","targetUrl":"https://fix.preview.dev"}]},
            {"number":11,"url":"https://github.com/a/b/pull/11","state":"MERGED","headRefName":"old","statusCheckRollup":[
                {"name":"test","status":"QUEUED","conclusion":""},{"name":"new","conclusion":"SOMETHING_NEW"}]},
            {"number":10,"url":"javascript:alert(1)","headRefName":"bad"},
            {"number":8,"url":"https://github.com/a/b/pull/8","headRefName":"main","isCrossRepository":true},
            {"number":9,"url":"https://github.com/a/b/pull/9","headRefName":"none","statusCheckRollup":null},
            "strange"]"#;
        let (read, unread) = read_list(told).unwrap();
        assert_eq!((read.len(), unread), (3, 2));
        assert_eq!(read[0].checks, Some(ChecksCameTo::Failed));
        assert_eq!(read[0].failing, ["test"]);
        assert_eq!(read[0].preview.as_deref(), Some("https://fix.preview.dev"));
        assert_eq!(
            (read[1].checks, read[1].state.as_str()),
            (Some(ChecksCameTo::Running), "merged")
        );
        assert_eq!((read[2].checks, read[2].preview.as_deref()), (None, None));
        assert!(read_list("{}").is_err());
    }
}
