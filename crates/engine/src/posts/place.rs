//! Issues and pull requests, as they are named.

use callboard_git::remote::web_page;

use crate::EngineError;
use crate::github::is_github;

/// A place that something is posted to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Where it is looked at.
    pub(super) address: String,
    /// By which it is remembered: GitHub leads from an issue's address to the pull request of its number.
    pub(super) destination: String,
    /// `#432`.
    pub(super) name: String,
    /// `github.com/acme/app`.
    pub(super) repository: String,
    /// The page of its repository.
    pub(super) page: Option<String>,
    /// None where it is no issue or pull request on GitHub.
    pub(super) number: Option<u64>,
}

impl Place {
    /// `#432` of the repository that `remote` names, or a full address.
    pub(super) fn parse(to: &str, remote: Option<&str>) -> Result<Self, EngineError> {
        let to = to.trim();
        let refused = |text: String, hint| Err(EngineError::Refused { text, hint });
        if let Some(number) = to.strip_prefix('#') {
            if !is_number(number) {
                return refused(
                    format!("`{to}` is no issue; nothing was posted"),
                    "name it by `#432` or by its address",
                );
            }
            return match remote.and_then(web_page) {
                Some(page) if page.contains("gitlab") => {
                    Ok(Self::at(&format!("{page}/-/issues/{number}")))
                }
                Some(page) => Ok(Self::at(&format!("{page}/issues/{number}"))),
                None => refused(
                    format!(
                        "this repository has no remote whose {to} that could be; nothing was posted"
                    ),
                    "give the full address",
                ),
            };
        }
        if !to.starts_with("https://") || to.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return refused(
                format!("`{to}` is no issue or pull request; nothing was posted"),
                "name it by `#432` or by its address (`https://…`)",
            );
        }
        Ok(Self::at(to))
    }

    /// What is at an address.
    pub(super) fn at(address: &str) -> Self {
        let bare = address.split(['#', '?']).next().unwrap_or_default();
        let parts: Vec<&str> = bare.trim_start_matches("https://").split('/').collect();
        let host = parts.first().copied().unwrap_or_default();
        let other = || Self {
            address: address.to_owned(),
            destination: address.to_owned(),
            name: address.to_owned(),
            repository: host.to_owned(),
            ..Self::default()
        };
        let [_, owner, name, kind @ ("issues" | "pull"), number, ..] = parts.as_slice() else {
            return other();
        };
        // What is no plain name would be another request to GitHub.
        let is_plain = [host, owner, name].iter().all(|part| is_plain(part));
        let Some(number) = number.parse().ok().filter(|_| is_number(number)) else {
            return other();
        };
        if !is_plain || !is_github(host) {
            return other();
        }
        let page = format!("https://{host}/{owner}/{name}");
        Self {
            address: format!("{page}/{kind}/{number}"),
            destination: format!("{page}/issues/{number}"),
            name: format!("#{number}"),
            repository: format!("{host}/{owner}/{name}"),
            page: Some(page),
            number: Some(number),
        }
    }
}

fn is_number(text: &str) -> bool {
    (1..=12).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && !text.starts_with('0')
}

fn is_plain(part: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !part.is_empty() && part != "." && part != ".." && part.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(to: &str) -> (String, Option<u64>) {
        let place = Place::parse(to, Some("git@github.com:acme/app.git")).unwrap();
        (place.destination, place.number)
    }

    #[test]
    fn an_issue_is_named_by_its_number_or_its_address() {
        let issue = ("https://github.com/acme/app/issues/432".to_owned(), Some(432));
        for to in [
            "#432",
            "https://github.com/acme/app/issues/432",
            "https://github.com/acme/app/pull/432/files?w=1",
            " https://github.com/acme/app/issues/432#issuecomment-1 ",
        ] {
            assert_eq!(of(to), issue, "{to}");
        }
        for to in [
            "https://gitlab.com/acme/app/-/issues/4",
            "https://tracker.acme.com/APP-4",
            "https://github.com/acme/app",
            "https://github.com/acme/../issues/4",
            "https://github.com/acme/a%2Fb/issues/4",
            "https://github.com/acme/app/issues/04",
        ] {
            assert_eq!(of(to), (to.to_owned(), None));
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for to in [
            "",
            "432",
            "#",
            "#x",
            "#4 2",
            "http://github.com/acme/app/issues/4",
            "javascript:1",
            "https://a b",
        ] {
            assert!(Place::parse(to, Some("git@github.com:acme/app.git")).is_err(), "{to}");
        }
        assert!(Place::parse("#4", None).is_err());
        assert!(Place::parse("#4", Some("/srv/git/app.git")).is_err());
    }
}
