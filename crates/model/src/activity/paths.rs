//! Paths as people read them: short, and siblings grouped.

use crate::fold::Doing;
use crate::purpose::Purpose;

/// The files that a tool use reads (`false`) or writes (`true`).
pub(crate) fn touched(doing: &Doing) -> Vec<(&str, bool)> {
    match doing {
        Doing::Read { path } => vec![(path, false)],
        Doing::Edit { paths, .. } => paths.iter().map(|p| (p.as_str(), true)).collect(),
        Doing::Command { purpose: Purpose::Read { paths }, .. } => {
            paths.iter().map(|p| (p.as_str(), false)).collect()
        }
        Doing::Command { purpose: Purpose::Write { paths }, .. } => {
            paths.iter().map(|p| (p.as_str(), true)).collect()
        }
        _ => Vec::new(),
    }
}

/// `path` from the root, if it is relative and the directory is known.
pub(crate) fn absolute(path: &str, cwd: Option<&str>) -> String {
    match cwd {
        Some(cwd) if is_relative(path) => {
            format!("{}/{}", cwd.trim_end_matches('/'), path.trim_start_matches("./"))
        }
        _ => path.to_owned(),
    }
}

fn is_relative(path: &str) -> bool {
    !path.starts_with(['/', '~', '$', '\\', '…']) && path.as_bytes().get(1) != Some(&b':')
}

/// Characters up to which a path within the project is shown whole.
const PATH_CHARS: usize = 36;

/// Characters of grouped paths beyond which only the files' names are told.
const GROUP_CHARS: usize = 72;

/// The session's directories, against which paths are shortened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bases<'a> {
    pub(crate) root: Option<&'a str>,
    pub(crate) cwd: Option<&'a str>,
}

impl Bases<'_> {
    /// `path` relative to the session's directory where it lies in it, else its last three parts.
    pub(crate) fn short(self, path: &str) -> String {
        let path = path.trim_start_matches("./");
        for base in [self.root, self.cwd].into_iter().flatten() {
            let base = base.trim_end_matches('/');
            if path == base {
                return ".".to_owned();
            }
            if let Some(rest) = path.strip_prefix(base).and_then(|r| r.strip_prefix('/')) {
                return fitting(rest);
            }
        }
        if is_relative(path) { fitting(path) } else { last_parts(path, 2) }
    }

    /// Several paths in one: `src/{a,b}.rs`; at most `max` names, the rest counted.
    pub(crate) fn group<'p>(self, paths: impl IntoIterator<Item = &'p str>, max: usize) -> String {
        let mut short: Vec<String> = Vec::new();
        for path in paths {
            let path = self.short(path);
            if !short.contains(&path) {
                short.push(path);
            }
        }
        let mut folders: Vec<(&str, Vec<&str>)> = Vec::new();
        for path in short.iter().take(max) {
            let (folder, name) = path.rsplit_once('/').map_or(("", path.as_str()), |(f, n)| (f, n));
            match folders.iter_mut().find(|(known, _)| *known == folder) {
                Some((_, names)) => names.push(name),
                None => folders.push((folder, vec![name])),
            }
        }
        let mut parts: Vec<String> =
            folders.iter().map(|(folder, names)| braces(folder, names)).collect();
        if parts.iter().map(|p| p.chars().count()).sum::<usize>() > GROUP_CHARS {
            parts = short
                .iter()
                .take(max)
                .map(|path| format!("`{}`", distinct(path, &short)))
                .collect();
        }
        let more = short.len().saturating_sub(max);
        if more > 0 {
            parts.push(format!("{more} more"));
        }
        parts.join(", ")
    }
}

/// A file's name, with its folder where another has the same name.
fn distinct(path: &str, all: &[String]) -> String {
    let name = |p: &str| p.rsplit('/').next().unwrap_or_default().to_owned();
    let twins = all.iter().filter(|p| name(p) == name(path)).count();
    last_parts(path, if twins > 1 { 2 } else { 1 }).trim_start_matches("…/").to_owned()
}

/// Siblings as one: the folder, and the names with a common ending shared.
fn braces(folder: &str, names: &[&str]) -> String {
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let [first, rest @ ..] = names else { return String::new() };
    if rest.is_empty() {
        return format!("`{folder}{first}`");
    }
    let ending = first.find('.').filter(|at| *at > 0).map_or("", |at| &first[at..]);
    let shared = names.iter().all(|n| n.len() > ending.len() && n.ends_with(ending));
    let ending = if shared { ending } else { "" };
    let stems: Vec<&str> = names.iter().map(|n| &n[..n.len() - ending.len()]).collect();
    format!("`{folder}{{{}}}{ending}`", stems.join(","))
}

/// A path within the project: whole where it is short.
fn fitting(path: &str) -> String {
    if path.len() <= PATH_CHARS { path.to_owned() } else { last_parts(path, 2) }
}

/// The last `max` parts of a path, with `…/` before if there were more.
fn last_parts(path: &str, max: usize) -> String {
    let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
    if parts.len() <= max {
        return path.to_owned();
    }
    format!("…/{}", parts[parts.len() - max..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shortened_and_siblings_grouped() {
        let bases = Bases { root: Some("/home/u/app"), cwd: Some("/home/u/app/web") };
        assert_eq!(bases.short("/home/u/app/src/watcher.rs"), "src/watcher.rs");
        assert_eq!(bases.short("/home/u/app"), ".");
        assert_eq!(bases.short("/etc/nginx/conf.d/site.conf"), "…/conf.d/site.conf");
        assert_eq!(bases.short("a/b/c/d/e/f.rs"), "a/b/c/d/e/f.rs");
        assert_eq!(
            bases.short("crates/model/src/activity/toward.rs.orig"),
            "…/activity/toward.rs.orig"
        );
        let fixtures =
            ["tests/fixtures/a.json", "tests/fixtures/b.json", "/home/u/app/tests/fixtures/c.json"];
        assert_eq!(bases.group(fixtures, 4), "`tests/fixtures/{a,b,c}.json`");
        assert_eq!(
            bases.group(["a.rs", "b.ts", "src/c.rs", "d.rs"], 3),
            "`{a.rs,b.ts}`, `src/c.rs`, 1 more"
        );
    }
}
