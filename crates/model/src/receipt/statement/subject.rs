//! What a statement speaks of: the tree of the work and the commit that has it.

use super::Subject;
use crate::receipt::Receipt;

pub(super) fn of(receipt: &Receipt, repository: Option<&str>) -> Vec<Subject> {
    let work = &receipt.work;
    let of = receipt.of.to_string();
    let branch = work.branch.as_deref().unwrap_or(&of);
    let name = match repository.and_then(public_address) {
        Some(address) => format!("git+{address}@{branch}"),
        None => branch.to_owned(),
    };
    let subject = |name: String, kind: &str, id: &str| Subject {
        name: Some(name),
        digest: [(kind.to_owned(), id.to_owned())].into(),
    };
    let mut subjects = Vec::new();
    if !work.now.tree.is_empty() {
        subjects.push(subject(format!("{name}^{{tree}}"), "gitTree", &work.now.tree));
    }
    // What is not committed has no commit that could stand for it.
    if let Some(commit) = work.now.commit.as_ref().filter(|_| !work.is_uncommitted) {
        subjects.push(subject(name, "gitCommit", commit));
    }
    subjects
}

/// A remote's address as others may see it: without who signs in, and none for a folder of this machine.
fn public_address(remote: &str) -> Option<String> {
    let (scheme, rest) = match remote.split_once("://") {
        Some((scheme, rest)) => (scheme, rest.to_owned()),
        // `git@host:path`
        None => {
            let (host, path) = remote.split_once(':')?;
            let is_host = host.len() > 1 && !host.contains(['/', '\\']);
            is_host.then(|| ("ssh", format!("{host}/{}", path.trim_start_matches('/'))))?
        }
    };
    let is_remote = ["https", "http", "ssh", "git"].contains(&scheme);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit('@').next().unwrap_or(host);
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (is_remote && !host.is_empty()).then(|| format!("{scheme}://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_no_password_and_no_folder() {
        for (remote, public) in [
            ("https://lea:hunter2@example.org/acme/app.git", Some("https://example.org/acme/app")),
            ("https://example.org/acme/app/?token=x", Some("https://example.org/acme/app")),
            ("git@example.org:acme/app.git", Some("ssh://example.org/acme/app")),
            ("ssh://git@example.org:2222/acme/app", Some("ssh://example.org:2222/acme/app")),
            ("/home/lea/app", None),
            ("../app", None),
            ("C:\\app", None),
            ("file:///home/lea/app", None),
        ] {
            assert_eq!(public_address(remote).as_deref(), public, "{remote}");
        }
    }
}
