//! Issues and pull requests as places to say something.

use callboard_model::Timestamp;
use serde_json::{Value, json};

use super::Gh;

/// What is asked of an issue or pull request before something is posted there.
const ISSUE: &str = "query($owner:String!,$name:String!,$number:Int!){viewer{login} repository(owner:$owner,name:$name){visibility issueOrPullRequest(number:$number){__typename ...on Issue{title state} ...on PullRequest{title state}}}}";

/// Comments looked through for one that may have been posted: all that were written since, as far as one page goes.
const COMMENTS: &str = "per_page=100";

/// An issue or pull request as it is now, and who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IssueNow {
    /// The account that `gh` is signed in as.
    pub(crate) account: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) visibility: Option<String>,
}

impl Gh {
    /// What an issue or pull request is called, who can read it, and in whose name something would be said there.
    ///
    /// # Errors
    /// In words, when `gh` fails or answers what cannot be read.
    pub(crate) fn issue(&self, number: u64) -> Result<IssueNow, String> {
        let (host, owner, name) = self.parts();
        let (owner, name) = (format!("owner={owner}"), format!("name={name}"));
        let (query, number) = (format!("query={ISSUE}"), format!("number={number}"));
        let args = ["api", "graphql", "--hostname", host, "-f", &query];
        let told =
            self.call(&[&args[..], &["-f", &owner, "-f", &name, "-F", &number]].concat(), "")?;
        let told: Value = serde_json::from_str(&told)
            .map_err(|error| format!("what `gh api` told of it could not be read: {error}"))?;
        let data = &told["data"];
        let issue = &data["repository"]["issueOrPullRequest"];
        let word = |value: &Value| value.as_str().map(str::to_lowercase);
        let kind = match issue["__typename"].as_str() {
            Some("Issue") => Some("issue"),
            Some("PullRequest") => Some("pull request"),
            _ => None,
        };
        Ok(IssueNow {
            account: data["viewer"]["login"].as_str().map(str::to_owned),
            title: issue["title"].as_str().map(str::to_owned),
            kind: kind.map(str::to_owned),
            state: word(&issue["state"]),
            visibility: word(&data["repository"]["visibility"]),
        })
    }

    /// Posts a comment; gives its address.
    ///
    /// # Errors
    /// As above; whether it was posted all the same is told by [`is_surely_refused`].
    pub(crate) fn comment(&self, number: u64, text: &str) -> Result<String, String> {
        let (host, owner, name) = self.parts();
        let to = format!("repos/{owner}/{name}/issues/{number}/comments");
        let args = ["api", &to, "--hostname", host, "--method", "POST", "--input", "-"];
        let told = self.call(&args, &json!({ "body": text }).to_string())?;
        let told: Value = serde_json::from_str(&told).unwrap_or_default();
        address_of(&told).ok_or_else(|| "`gh api` told no address of a comment".to_owned())
    }

    /// The comments that were written or changed since, each with its address and its text.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn comments_since(
        &self,
        number: u64,
        since: Timestamp,
    ) -> Result<Vec<(String, String)>, String> {
        let (host, owner, name) = self.parts();
        let from =
            format!("repos/{owner}/{name}/issues/{number}/comments?since={since}&{COMMENTS}");
        let told = self.call(&["api", &from, "--hostname", host], "")?;
        let told: Vec<Value> = serde_json::from_str(&told).map_err(|error| {
            format!("what `gh api` told of the comments on #{number} could not be read: {error}")
        })?;
        let one = |told: &Value| Some((address_of(told)?, told["body"].as_str()?.to_owned()));
        Ok(told.iter().filter_map(one).collect())
    }

    /// Host, owner and name.
    fn parts(&self) -> (&str, &str, &str) {
        let mut parts = self.repository.splitn(3, '/');
        let mut part = || parts.next().unwrap_or_default();
        (part(), part(), part())
    }
}

/// Whether `gh` failed before anything was posted: it never came that far, or GitHub refused it.
pub(crate) fn is_surely_refused(failure: &str) -> bool {
    ["(HTTP 4", "gh auth login", "error connecting to", "cannot start"]
        .iter()
        .any(|sign| failure.contains(sign))
}

fn address_of(told: &Value) -> Option<String> {
    told["html_url"].as_str().filter(|url| url.starts_with("https://")).map(str::to_owned)
}
