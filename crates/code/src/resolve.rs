//! Whether what a file imports leads to another file: by the rules of its language, on paths alone.

use crate::language::{Language, file_name, folder};

/// Where an import leads, seen from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lead {
    /// Somewhere else.
    Elsewhere,
    /// It cannot be told.
    Unknown,
    /// To a folder or package that the file is part of, and may be handed on by.
    Under,
    /// To the file.
    Exact,
}

/// Where `module`, imported by the file at `from`, leads, seen from the file at `target`.
pub(crate) fn lead(language: Language, from: &str, module: &str, target: &str) -> Lead {
    match language.family() {
        Language::JavaScript => javascript(from, module, target),
        Language::Python => python(from, module, target),
        Language::Rust => rust(from, module, target),
        Language::Go => go(module, target),
        Language::Java => java(module, target),
        Language::C => c(module, target),
        _ => Lead::Unknown,
    }
}

/// The path of a name that is imported from a module: it may be a module itself. None where names are no modules.
pub(crate) fn inner(language: Language, module: &str, name: &str) -> Option<String> {
    let separator = match language {
        Language::Rust => "::",
        Language::Python | Language::Java => ".",
        _ => return None,
    };
    let separator = if module.ends_with(separator) || module.is_empty() { "" } else { separator };
    let is_name = !matches!(name, "*" | "default" | "");
    is_name.then(|| format!("{module}{separator}{name}"))
}

/// A path without its extension.
fn bare(path: &str) -> &str {
    let name = file_name(path);
    let cut = name.find('.').map_or(0, |dot| name.len() - dot);
    &path[..path.len() - cut]
}

/// A path without its extension, and without the name of a file that stands for its folder.
fn module_of<'p>(path: &'p str, roots: &[&str]) -> &'p str {
    let bare = bare(path);
    if roots.contains(&file_name(bare)) { folder(bare) } else { bare }
}

/// A relative path from a folder, without `.` and `..`.
fn joined(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// How a module's path stands to a target's.
fn against(module: &str, target: &str) -> Lead {
    let is_end = |long: &str, short: &str| {
        long == short || long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'))
    };
    if module.is_empty() {
        Lead::Unknown
    } else if is_end(target, module) {
        Lead::Exact
    } else if target.starts_with(&format!("{module}/")) || target.contains(&format!("/{module}/")) {
        Lead::Under
    } else {
        Lead::Elsewhere
    }
}

fn javascript(from: &str, module: &str, target: &str) -> Lead {
    let target = module_of(target, &["index"]);
    let without = |module: &str| {
        let endings = [".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", "/index"];
        let cut = endings.iter().find_map(|ending| module.strip_suffix(ending));
        cut.unwrap_or(module).to_owned()
    };
    if module.starts_with('.') {
        let module = without(&joined(folder(from), module));
        return if module == target {
            Lead::Exact
        } else if target.starts_with(&format!("{module}/")) {
            Lead::Under
        } else {
            Lead::Elsewhere
        };
    }
    let aliased = ["@/", "~/", "#/", "$lib/"].iter().find_map(|alias| module.strip_prefix(alias));
    if let Some(module) = aliased {
        return against(&without(module), target);
    }
    if !module.starts_with('@') && module.contains('/') {
        let found = against(&without(module), target);
        if found != Lead::Elsewhere {
            return found;
        }
    }
    package(module.trim_start_matches('@'), target)
}

/// Whether a target belongs to a package of the same repository.
fn package(module: &str, target: &str) -> Lead {
    let dashed = module.replace(['/', '_'], "-");
    let last = module.rsplit('/').next().unwrap_or(module);
    let is_folder =
        folder(target).split('/').any(|part| part == dashed || part == last || part == module);
    if is_folder { Lead::Under } else { Lead::Elsewhere }
}

fn python(from: &str, module: &str, target: &str) -> Lead {
    let target = module_of(target, &["__init__"]);
    let dots = module.bytes().take_while(|byte| *byte == b'.').count();
    let path = module[dots..].replace('.', "/");
    if dots == 0 {
        let beside = joined(folder(from), &path);
        return if beside == target { Lead::Exact } else { against(&path, target) };
    }
    let mut base = folder(from);
    for _ in 1..dots {
        base = folder(base);
    }
    let module = joined(base, &path);
    if module == target {
        Lead::Exact
    } else if module.is_empty() || target.starts_with(&format!("{module}/")) {
        Lead::Under
    } else {
        Lead::Elsewhere
    }
}

fn rust(from: &str, module: &str, target: &str) -> Lead {
    const ROOTS: &[&str] = &["mod", "lib", "main"];
    let target = module_of(target, ROOTS);
    let own = module_of(from, ROOTS);
    let root = |path: &str| {
        let at =
            path.rfind("/src/").map(|at| at + 4).or_else(|| path.starts_with("src/").then_some(3));
        at.or_else(|| path.ends_with("/src").then_some(path.len())).map(|at| path[..at].to_owned())
    };
    let mut segments: Vec<&str> = module.split("::").collect();
    let first = if segments.is_empty() { "" } else { segments.remove(0) };
    let base = match first {
        "crate" => root(own).or_else(|| root(from)),
        "self" => Some(own.to_owned()),
        "super" => {
            let mut base = folder(own);
            while segments.first() == Some(&"super") {
                segments.remove(0);
                base = folder(base);
            }
            // A module of tests in a file has the file itself above it.
            if base == folder(target) && segments.is_empty() && own == target {
                return Lead::Exact;
            }
            Some(base.to_owned())
        }
        "std" | "core" | "alloc" => return Lead::Elsewhere,
        name => {
            let dashed = name.replace('_', "-");
            let is_crate = |part: &str| {
                part == name || part == dashed || dashed.ends_with(&format!("-{part}"))
            };
            let parts: Vec<&str> = target.split('/').collect();
            match parts.iter().position(|part| *part != "src" && is_crate(part)) {
                Some(at) => {
                    let base = parts[..=at].join("/");
                    let source = format!("{base}/src");
                    let in_source = target == source || target.starts_with(&format!("{source}/"));
                    Some(if in_source { source } else { base })
                }
                // A module beside, named without `self`.
                None => Some(format!("{own}/{name}")),
            }
        }
    };
    let Some(base) = base else { return Lead::Unknown };
    let module = segments.iter().fold(base, |path, segment| format!("{path}/{segment}"));
    let module = module.trim_start_matches('/');
    let is_below = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.starts_with('/'))
    };
    if module == target || (is_below(module, target) && !target.ends_with("src")) {
        Lead::Exact
    } else if is_below(target, module) {
        Lead::Under
    } else {
        Lead::Elsewhere
    }
}

fn go(module: &str, target: &str) -> Lead {
    let folder = folder(target);
    if folder.is_empty() {
        return if module.matches('/').count() == 2 { Lead::Under } else { Lead::Elsewhere };
    }
    let is_it =
        module == folder || module.strip_suffix(folder).is_some_and(|rest| rest.ends_with('/'));
    if is_it { Lead::Exact } else { Lead::Elsewhere }
}

fn java(module: &str, target: &str) -> Lead {
    let module = module.replace('.', "/");
    let is_end = |path: &str| {
        path == module || path.strip_suffix(&*module).is_some_and(|rest| rest.ends_with('/'))
    };
    if is_end(bare(target)) {
        Lead::Exact
    } else if is_end(folder(target)) {
        Lead::Under
    } else {
        Lead::Elsewhere
    }
}

fn c(module: &str, target: &str) -> Lead {
    let end = file_name(module);
    let same_stem = bare(end) == file_name(bare(target));
    let is_it =
        target == module || target.strip_suffix(module).is_some_and(|rest| rest.ends_with('/'));
    if is_it || same_stem { Lead::Exact } else { Lead::Unknown }
}

/// Whether two files belong to one package, in which no import is needed.
pub(crate) fn same_package(language: Language, one: &str, two: &str) -> bool {
    let package = |path: &str| -> String {
        let folder = folder(path);
        folder.split_once("/java/").map_or(folder, |(_, rest)| rest).to_owned()
    };
    match language.family() {
        Language::Go => folder(one) == folder(two),
        Language::Java => package(one) == package(two),
        Language::C => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_lead_where_their_language_says() {
        use Language::{C, Go, Java, Python, Rust, TypeScript};
        let cases = [
            (TypeScript, "src/ipc.ts", "./watcher", "src/watcher.ts", Lead::Exact),
            (TypeScript, "src/a/ipc.ts", "../watcher.js", "src/watcher/index.ts", Lead::Exact),
            (TypeScript, "src/ipc.ts", "@/lib/watcher", "src/lib/watcher.ts", Lead::Exact),
            (TypeScript, "src/ipc.ts", "./other", "src/watcher.ts", Lead::Elsewhere),
            (
                TypeScript,
                "packages/a/src/i.ts",
                "@babel/types",
                "packages/babel-types/src/x.ts",
                Lead::Under,
            ),
            (Python, "app/ipc.py", ".watcher", "app/watcher.py", Lead::Exact),
            (Python, "tests/t.py", "app.watcher", "src/app/watcher.py", Lead::Exact),
            (Python, "app/ipc.py", "sympy.core", "sympy/core/symbol.py", Lead::Under),
            (Python, "app/ipc.py", "os", "app/watcher.py", Lead::Elsewhere),
            (Rust, "crates/a/src/ipc.rs", "crate::watcher", "crates/a/src/watcher.rs", Lead::Exact),
            (
                Rust,
                "crates/a/src/ipc.rs",
                "crate::watcher::Watcher",
                "crates/a/src/watcher.rs",
                Lead::Exact,
            ),
            (Rust, "crates/a/src/ipc.rs", "crate", "crates/a/src/watcher.rs", Lead::Under),
            (
                Rust,
                "crates/a/src/x/ipc.rs",
                "super::watcher",
                "crates/a/src/x/watcher/mod.rs",
                Lead::Exact,
            ),
            (
                Rust,
                "crates/a/src/ipc.rs",
                "callboard_git::run",
                "crates/git/src/run.rs",
                Lead::Exact,
            ),
            (Rust, "src/ipc.rs", "std::fs", "src/fs.rs", Lead::Elsewhere),
            (Go, "cmd/x.go", "github.com/a/b/pkg/watcher", "pkg/watcher/w.go", Lead::Exact),
            (Go, "cmd/x.go", "fmt", "pkg/watcher/w.go", Lead::Elsewhere),
            (
                Java,
                "src/main/java/a/X.java",
                "a.b.Watcher",
                "src/main/java/a/b/Watcher.java",
                Lead::Exact,
            ),
            (C, "x.c", "lib/watcher.h", "src/watcher.c", Lead::Exact),
        ];
        for (language, from, module, target, wanted) in cases {
            assert_eq!(
                lead(language, from, module, target),
                wanted,
                "{module} of {from} to {target}"
            );
        }
    }
}
