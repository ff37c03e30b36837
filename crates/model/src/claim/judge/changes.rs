//! What is said of the change, beside the changeset.

use super::super::grammar::PRODUCT_CODE;
use super::super::lexicon::is_path;
use super::super::{Claim, ClaimKind, TouchedFile, Verb};
use super::{Case, Finds, Verdict};
use crate::changeset::{FileKind, FileStatus};
use crate::receipt::Spot;
use crate::symbol::Symbol;

/// Whether and how a name is found in the changeset.
enum Found<'f> {
    /// A file of the changeset.
    Whole(&'f TouchedFile),
    /// A symbol, or a word of changed lines, in this file.
    Within(&'f TouchedFile, Option<Verb>),
    /// It is not there, though changed lines were read, or it names a file.
    Absent,
    /// It cannot be told: changed lines were not read.
    Unknown,
}

impl Case<'_> {
    pub(super) fn changed(&self, verb: Verb, names: &[String], within: &[String]) -> Finds {
        let Some(files) = &self.evidence.files else { return no_changeset() };
        let places: Vec<(&String, Found<'_>)> = within
            .iter()
            .filter(|name| is_path(name))
            .map(|name| (name, find(files, name)))
            .collect();
        let things: Vec<(&String, Found<'_>)> = names
            .iter()
            .map(|name| (name, within_unread(verb, find(files, name), files)))
            .collect();
        let is_absent =
            |name: &&String| is_path(name) && matches!(find(files, name), Found::Absent);
        if let Some(name) = names.iter().chain(within).find(is_absent) {
            return Finds::new(Verdict::Unsupported, format!("`{name}` is not in the change."));
        }
        let refuted =
            names.iter().find_map(|name| Some((name, refuted(files, verb, name, within)?)));
        if let Some((name, what)) = refuted {
            return Finds::new(Verdict::Contradicted, format!("`{name}` {what}."));
        }
        let opposite = things.iter().find_map(|(name, found)| match (verb, found) {
            (Verb::Removed, Found::Whole(file)) if file.status == FileStatus::Added => {
                Some((name, "was added"))
            }
            (Verb::Added, Found::Whole(file)) if file.status == FileStatus::Deleted => {
                Some((name, "was deleted"))
            }
            (Verb::Added, Found::Within(_, Some(Verb::Removed))) => Some((name, "was removed")),
            (Verb::Removed, Found::Within(_, Some(Verb::Added))) => Some((name, "was added")),
            _ => None,
        });
        if let Some((name, what)) = opposite {
            return Finds::new(Verdict::Unsupported, format!("`{name}` {what}."));
        }
        let found = things.iter().chain(&places).find_map(|(name, found)| match found {
            Found::Whole(file) | Found::Within(file, _) => Some((name, file)),
            _ => None,
        });
        let missing: Vec<&String> = things
            .iter()
            .filter(|(_, found)| matches!(found, Found::Absent))
            .map(|(name, _)| *name)
            .collect();
        let is_unknown = things.iter().any(|(_, found)| matches!(found, Found::Unknown));
        match (found, missing.as_slice()) {
            (Some((name, file)), missing)
                if missing.len() * 2 <= things.len() && !(is_unknown && things.len() == 1) =>
            {
                let place = if *name == &file.path || is_path(name) {
                    "is in the change".to_owned()
                } else {
                    format!("is in what changed of `{}`", file.path)
                };
                Finds::new(Verdict::Supported, format!("`{name}` {place}."))
            }
            (Some((_, file)), []) => Finds::new(
                Verdict::NotChecked,
                format!("`{}` changed; what in it was not read.", file.path),
            ),
            (_, [name, ..]) => {
                Finds::new(Verdict::Unsupported, format!("`{name}` is in no line that changed."))
            }
            _ => Finds::new(Verdict::NotChecked, "What changed within the files was not read."),
        }
    }

    pub(super) fn added_tests(&self, names: &[String]) -> Finds {
        let Some(files) = &self.evidence.files else { return no_changeset() };
        let missing =
            names.iter().find(|name| is_path(name) && matches!(find(files, name), Found::Absent));
        if let Some(name) = missing {
            return Finds::new(Verdict::Unsupported, format!("`{name}` is not in the change."));
        }
        let is_test = |file: &&TouchedFile| {
            FileKind::of(&file.path) == FileKind::Test && file.status != FileStatus::Deleted
        };
        let has_test = |file: &&TouchedFile| {
            let symbol = file.symbols.iter().any(|symbol| {
                symbol.verb == Verb::Added && symbol.name.to_lowercase().contains("test")
            });
            let word = file.words.iter().flatten().any(|word| word.starts_with("test"));
            file.status != FileStatus::Deleted && (symbol || word)
        };
        match files.iter().find(is_test).or_else(|| files.iter().find(has_test)) {
            Some(file) => {
                Finds::new(Verdict::Supported, format!("`{}` is in the change.", file.path))
            }
            None => Finds::new(Verdict::Unsupported, "No test is in the change."),
        }
    }

    pub(super) fn only(&self, names: &[String], claim: &Claim) -> Finds {
        let Some(files) = &self.evidence.files else { return no_changeset() };
        // What the same words name elsewhere is told, too.
        let told: Vec<&str> = claim.around.names.iter().chain(names).map(String::as_str).collect();
        let tells_tests =
            self.claims.iter().any(|claim| matches!(claim.kind, ClaimKind::AddedTests { .. }));
        if names == [TESTS] {
            return match files.iter().find(|file| is_product_code(file)) {
                Some(file) => Finds::new(
                    Verdict::Contradicted,
                    format!("`{}` is in the change, and is no test.", file.path),
                ),
                None if files.iter().all(|file| FileKind::of(&file.path) == FileKind::Test) => {
                    Finds::new(Verdict::Supported, "Only tests are in the change.")
                }
                None => Finds::new(Verdict::NotChecked, "It is not sure what counts as a test."),
            };
        }
        let is_told = |file: &&TouchedFile| {
            told.iter().any(|name| is_of(file, name))
                || tells_tests && FileKind::of(&file.path) == FileKind::Test
                || !matches!(
                    FileKind::of(&file.path),
                    FileKind::Code | FileKind::Test | FileKind::Manifest
                )
        };
        if told.is_empty() {
            return Finds::new(Verdict::NotChecked, "It is not said which files were meant.");
        }
        let is_sure =
            files.iter().any(|file| told.iter().any(|name| is_path(name) && is_of(file, name)));
        match files.iter().find(|file| !is_told(file)) {
            Some(_) if !is_sure => {
                Finds::new(Verdict::NotChecked, "It is not said which files were meant.")
            }
            Some(other) => Finds::new(
                Verdict::Contradicted,
                format!("`{}` is in the change, too.", other.path),
            ),
            None => Finds::new(Verdict::Supported, "Nothing else is in the change."),
        }
    }

    pub(super) fn untouched(&self, names: &[String], tests: bool) -> Finds {
        let Some(files) = &self.evidence.files else { return no_changeset() };
        if names == [PRODUCT_CODE] {
            let changed = files.iter().find(|file| is_product_code(file));
            return match changed.filter(|file| file.status != FileStatus::Added) {
                Some(file) => {
                    Finds::new(Verdict::Contradicted, format!("`{}` is in the change.", file.path))
                }
                None if files.iter().all(|file| FileKind::of(&file.path) != FileKind::Code) => {
                    Finds::new(Verdict::Supported, "No code but tests is in the change.")
                }
                None => Finds::new(Verdict::NotChecked, "It is not sure what counts as such code."),
            };
        }
        let is_old = |file: &&TouchedFile| file.status != FileStatus::Added;
        let touched = if tests {
            let has_changed = |file: &&TouchedFile| {
                file.symbols.is_empty()
                    || file.symbols.iter().any(|symbol| symbol.verb != Verb::Added)
            };
            let is_test = |file: &&TouchedFile| FileKind::of(&file.path) == FileKind::Test;
            files.iter().filter(is_old).filter(is_test).find(has_changed)
        } else {
            let is_meant =
                |file: &&TouchedFile| names.iter().any(|name| is_path(name) && is_of(file, name));
            files.iter().find(is_meant)
        };
        // New tests in a file of old ones leave those as they are.
        let adds_tests =
            self.claims.iter().any(|claim| matches!(claim.kind, ClaimKind::AddedTests { .. }));
        let is_sure = |file: &TouchedFile| {
            tests && (!adds_tests || !file.symbols.is_empty())
                || names.iter().any(|name| is_of(file, name) && is_unmistakable(file, name))
        };
        match touched {
            Some(file) if !is_sure(file) => Finds::new(
                Verdict::NotChecked,
                format!("`{}` is in the change; whether it is meant is not sure.", file.path),
            ),
            Some(file) => {
                Finds::new(Verdict::Contradicted, format!("`{}` is in the change.", file.path))
            }
            None if tests || names.iter().all(|name| is_path(name)) => {
                Finds::new(Verdict::Supported, "Nothing of it is in the change.")
            }
            None => Finds::new(Verdict::NotChecked, "What changed within the files was not read."),
        }
    }

    pub(super) fn no_other_uses(&self, names: &[String], claim: &Claim) -> Finds {
        let names = if names.is_empty() { &claim.around.before } else { names };
        let of = |name: &String| {
            let is_it =
                |uses: &&super::super::Uses| Symbol::of(&uses.symbol).may_be(&Symbol::of(name));
            self.evidence.uses.iter().find(is_it)
        };
        let known: Vec<_> = names.iter().filter_map(of).collect();
        let told =
            |spot: &&Spot| claim.around.names.iter().any(|name| is_path_of(&spot.path, name));
        let is_untold = |spot: &&Spot| !told(spot);
        if let Some((uses, spot)) =
            known.iter().find_map(|uses| Some((uses, uses.elsewhere.iter().find(is_untold)?)))
        {
            let line = spot.line.map(|line| format!(":{line}")).unwrap_or_default();
            let why = format!("`{}` is used in `{}{line}`, too.", uses.symbol, spot.path);
            return Finds::new(Verdict::Contradicted, why);
        }
        if known.is_empty() {
            return Finds::new(Verdict::NotChecked, "Who uses it was not looked up.");
        }
        Finds::new(Verdict::Supported, "No other use is known.")
    }
}

/// A file that is said to be gone and is there, or to be new and is gone.
fn refuted(
    files: &[TouchedFile],
    verb: Verb,
    name: &str,
    within: &[String],
) -> Option<&'static str> {
    let file = files.iter().find(|file| file.path == name.trim_start_matches("./"))?;
    match (verb, file.status) {
        (Verb::Removed, FileStatus::Added | FileStatus::Modified) if within.is_empty() => {
            Some("is still there")
        }
        (Verb::Added, FileStatus::Deleted) => Some("was deleted"),
        _ => None,
    }
}

/// What the names of a claim call tests in general.
const TESTS: &str = "tests";

/// Whether a file is surely code of the product: no test, and nothing that serves tests, builds or the like.
fn is_product_code(file: &TouchedFile) -> bool {
    const BESIDE: [&str; 20] = [
        "test", "spec", "mock", "fixture", "bench", "example", "script", "stories", "tool", "docs",
        "config", "setup", "fuzz", "stub", "fake", "sample", "demo", "harness", ".d.ts", "ci/",
    ];
    let path = file.path.to_lowercase();
    FileKind::of(&file.path) == FileKind::Code && !BESIDE.iter().any(|part| path.contains(part))
}

fn no_changeset() -> Finds {
    Finds::new(Verdict::NotChecked, "The change is not known.")
}

/// Whether a name can mean no other file: it has a folder, or is no name that many folders have.
fn is_unmistakable(file: &TouchedFile, name: &str) -> bool {
    const COMMON: [&str; 24] = [
        "index",
        "mod",
        "lib",
        "main",
        "__init__",
        "config",
        "package",
        "cargo",
        "readme",
        "types",
        "utils",
        "setup",
        "conftest",
        "makefile",
        "dockerfile",
        "tsconfig",
        "helpers",
        "constants",
        "models",
        "views",
        "urls",
        "settings",
        "app",
        "routes",
    ];
    let name = name.trim_start_matches("./");
    let stem = name.split('.').next().unwrap_or(name).to_lowercase();
    file.path == name || name.contains('/') || !COMMON.contains(&stem.as_str())
}

/// Whether `name`, in small letters, names the file at `path`.
fn is_path_of(path: &str, name: &str) -> bool {
    let path = path.to_lowercase();
    let name = name.split_once(':').map_or(name, |(path, _)| path);
    path == name || name.len() > 3 && path.ends_with(&format!("/{}", name.trim_matches('/')))
}

/// Whether `name` is this file or a folder that it is in.
pub(super) fn is_of(file: &TouchedFile, name: &str) -> bool {
    let name = name.trim_start_matches("./").trim_end_matches('/');
    let name = name.split_once(':').map_or(name, |(path, _)| path);
    let is_it = |path: &str| {
        path == name
            || path.strip_suffix(name).is_some_and(|before| before.ends_with('/'))
            || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
            // Absolute, where the changeset counts from the root.
            || name.starts_with('/') && name.ends_with(&format!("/{path}"))
            || name.contains('/') && path.contains(&format!("/{name}/"))
    };
    is_it(&file.path) || file.from.as_deref().is_some_and(is_it)
}

/// A change within a symbol need not name it: where its language is not known, that it is absent says nothing.
fn within_unread<'f>(verb: Verb, found: Found<'f>, files: &[TouchedFile]) -> Found<'f> {
    let is_read = files.iter().any(|file| !file.symbols.is_empty());
    match found {
        Found::Absent if verb == Verb::Changed && !is_read => Found::Unknown,
        found => found,
    }
}

fn find<'f>(files: &'f [TouchedFile], name: &str) -> Found<'f> {
    if let Some(file) = files.iter().find(|file| is_of(file, name)) {
        return Found::Whole(file);
    }
    if is_path(name) {
        return Found::Absent;
    }
    let symbol = Symbol::of(name);
    for file in files {
        if let Some(touched) =
            file.symbols.iter().find(|touched| Symbol::of(&touched.name).may_be(&symbol))
        {
            return Found::Within(file, Some(touched.verb));
        }
    }
    let own = symbol.name().to_lowercase();
    for file in files {
        let stem =
            file.path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
        if file.words.iter().flatten().any(|word| *word == own) || stem == name {
            return Found::Within(file, None);
        }
    }
    if files.iter().all(|file| file.words.is_some()) { Found::Absent } else { Found::Unknown }
}
