//! Remotes, and the web addresses that issue numbers lead to.

use crate::run::Git;

/// The address of the remote that this repository is usually fetched from; `None` if it has none.
#[must_use]
pub fn url(git: &Git) -> Option<String> {
    let configured = git.text(&["remote", "get-url", "origin"]).or_else(|_| {
        let first = git.text(&["remote"])?;
        git.text(&["remote", "get-url", first.lines().next().unwrap_or("origin")])
    });
    configured.ok().filter(|url| !url.is_empty())
}

/// The page of the repository that `remote` names: `https://host/owner/name`.
///
/// `None` for a remote that is no hosted repository.
#[must_use]
pub fn web_page(remote: &str) -> Option<String> {
    let rest = remote.trim().trim_end_matches('/').trim_end_matches(".git");
    let (host, path) = if let Some(rest) =
        rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://"))
    {
        rest.split_once('/')?
    } else if let Some(rest) = rest.strip_prefix("ssh://") {
        rest.split_once('/')?
    } else {
        rest.split_once(':')?
    };
    // A user name, or a token, in front of the host is nobody else's business.
    let host = host.rsplit('@').next()?.split(':').next()?;
    (host.contains('.') && path.contains('/'))
        .then(|| format!("https://{host}/{}", path.trim_start_matches('/')))
}

/// The address that `tracker` leads to: itself if it is one, an issue of the repository for `#432`.
#[must_use]
pub fn tracker_url(tracker: &str, remote: Option<&str>) -> Option<String> {
    let tracker = tracker.trim();
    if tracker.starts_with("https://") || tracker.starts_with("http://") {
        return Some(tracker.to_owned());
    }
    let number = tracker.strip_prefix('#')?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let page = web_page(remote?)?;
    let issues = if page.contains("gitlab") { "-/issues" } else { "issues" };
    Some(format!("{page}/{issues}/{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_remote_leads_to_its_page() {
        for remote in [
            "git@github.com:acme/app.git",
            "https://token@github.com/acme/app",
            "ssh://git@github.com:22/acme/app.git/",
        ] {
            assert_eq!(
                web_page(remote).as_deref(),
                Some("https://github.com/acme/app"),
                "{remote}"
            );
        }
        assert_eq!(web_page("/srv/git/app.git"), None);
    }

    #[test]
    fn a_tracker_is_a_number_or_an_address() {
        let remote = Some("git@github.com:acme/app.git");
        assert_eq!(
            tracker_url("#432", remote).as_deref(),
            Some("https://github.com/acme/app/issues/432")
        );
        assert_eq!(tracker_url("https://x.y/1", None).as_deref(), Some("https://x.y/1"));
        assert_eq!(tracker_url("#432", None), None);
        assert_eq!(tracker_url("javascript:alert(1)", remote), None);
    }
}
