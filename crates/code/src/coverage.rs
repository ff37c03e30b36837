//! Which lines of a change no check ran: what coverage tools write is read, and held against the lines that changed.

mod gaps;
mod python;
mod readers;
mod significant;
mod v8;
mod words;

pub use gaps::{ChangedLines, Gaps, NotRun, gaps};
pub use python::{
    FILES_ENDING, MARKS_ENDING, SITECUSTOMIZE, marks_used, read_marks, said_by_python,
};
pub use readers::{REPORTS, is_report, read_report};
pub use v8::read_v8;
pub use words::unproven;

/// The checkout that a check ran in, as its run left it.
pub trait Checkout {
    /// Its folder, an absolute path.
    fn top(&self) -> &str;

    /// Whether it has a file at this path from its root.
    fn has(&self, path: &str) -> bool;

    /// The text of a file at this path from its root.
    fn text(&self, path: &str) -> Option<String>;
}

/// Folders of what others wrote, or what was installed.
const INSTALLED: [&str; 5] = ["node_modules", "site-packages", "dist-packages", ".venv", ".tox"];

/// The path from the root of a file that is named by an absolute path; none where it is not the checkout's own.
fn of_absolute(checkout: &dyn Checkout, path: &str) -> Option<String> {
    let path = path.strip_prefix(checkout.top())?.strip_prefix('/')?;
    let is_own = !path.split('/').any(|part| INSTALLED.contains(&part));
    (is_own && checkout.has(path)).then(|| path.to_owned())
}

/// The path from the root of a file that a report in `folder` names: from there, from a folder above it, or, of a module's
/// path, from where the rest of it leads to a file.
fn of_report(checkout: &dyn Checkout, folder: &str, named: &str) -> Option<String> {
    let named = named.replace('\\', "/");
    if named.starts_with('/') {
        return of_absolute(checkout, &named);
    }
    let mut base = Some(folder);
    while let Some(folder) = base {
        if let Some(path) = joined(folder, &named).filter(|path| checkout.has(path)) {
            return Some(path);
        }
        base = (!folder.is_empty()).then(|| folder.rsplit_once('/').map_or("", |(up, _)| up));
    }
    let mut rest = named.as_str();
    while let Some((_, below)) = rest.split_once('/') {
        // A name alone may be any file's.
        if below.contains('/') && checkout.has(below) {
            return Some(below.to_owned());
        }
        rest = below;
    }
    None
}

/// Both paths as one, without `.` and `..`; none where it leads out.
fn joined(folder: &str, named: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(named.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod made {
    //! A checkout for tests.

    use std::collections::BTreeMap;

    use super::Checkout;

    pub(super) struct Made(BTreeMap<String, String>);

    impl Made {
        pub(super) fn of(files: &[(&str, &str)]) -> Self {
            let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
            Self(files.iter().map(owned).collect())
        }
    }

    impl Checkout for Made {
        fn top(&self) -> &str {
            "/w"
        }

        fn has(&self, path: &str) -> bool {
            self.0.contains_key(path)
        }

        fn text(&self, path: &str) -> Option<String> {
            self.0.get(path).cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::made::Made;
    use super::*;

    #[test]
    fn files_are_found_as_reports_name_them() {
        let made = Made::of(&[("web/src/a.js", ""), ("pkg/b/b.go", ""), ("b.go", "")]);
        let of = |folder, named| of_report(&made, folder, named);
        let web = || Some("web/src/a.js".to_owned());
        assert_eq!(of("", "/w/web/src/a.js"), web());
        assert_eq!(of("web/coverage", "src/a.js"), web());
        assert_eq!(of("web/coverage", "../src/./a.js"), web());
        assert_eq!(of("", "example.com/x/pkg/b/b.go"), Some("pkg/b/b.go".to_owned()));
        assert_eq!(of("", "example.com/other/b.go"), None);
        assert_eq!(of("", "/elsewhere/web/src/a.js"), None);
        assert_eq!(of("", "../../b.go"), None);
    }
}
