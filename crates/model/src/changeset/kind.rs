//! What kind of file a path names: by its name and its folders alone.

use super::FileKind;

/// Files that package managers write, by name.
const LOCKS: &[&str] = &[
    "bun.lock",
    "bun.lockb",
    "cargo.lock",
    "composer.lock",
    "conan.lock",
    "deno.lock",
    "flake.lock",
    "gemfile.lock",
    "go.sum",
    "go.work.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "package.resolved",
    "packages.lock.json",
    "pdm.lock",
    "pipfile.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "podfile.lock",
    "poetry.lock",
    "pubspec.lock",
    "rebar.lock",
    "stack.yaml.lock",
    "uv.lock",
    "yarn.lock",
];

/// Files that say what is depended on and how it is built, by name.
const MANIFESTS: &[&str] = &[
    "build.gradle",
    "build.gradle.kts",
    "build.sbt",
    "build.zig.zon",
    "bun.lock.toml",
    "cargo.toml",
    "cmakelists.txt",
    "composer.json",
    "conanfile.py",
    "conanfile.txt",
    "configure.ac",
    "deno.json",
    "deno.jsonc",
    "environment.yml",
    "flake.nix",
    "gemfile",
    "go.mod",
    "go.work",
    "gnumakefile",
    "justfile",
    "lerna.json",
    "makefile",
    "meson.build",
    "mix.exs",
    "module.bazel",
    "nx.json",
    "package.json",
    "package.swift",
    "pipfile",
    "pixi.toml",
    "pnpm-workspace.yaml",
    "podfile",
    "pom.xml",
    "pubspec.yaml",
    "pyproject.toml",
    "settings.gradle",
    "settings.gradle.kts",
    "setup.cfg",
    "setup.py",
    "turbo.json",
];

/// Names, without their ending, of files to which everybody adds.
const CHANGE_LOGS: &[&str] =
    &["changelog", "changes", "history", "news", "release-notes", "release_notes", "releasenotes"];

/// Endings of prose, of which a change log is one.
const PROSE: &[&str] = &["", "adoc", "asciidoc", "markdown", "md", "mdx", "org", "rst", "txt"];

/// Endings of files that say what a program does.
const CODE: &[&str] = &[
    "astro", "bash", "c", "cc", "cjs", "clj", "cljs", "cpp", "cs", "css", "cts", "cxx", "dart",
    "el", "elm", "erl", "ex", "exs", "f90", "fs", "fsx", "go", "gql", "graphql", "groovy", "h",
    "hcl", "hh", "hpp", "hrl", "hs", "html", "htm", "hxx", "inc", "ipynb", "java", "jl", "js",
    "jsx", "kt", "kts", "less", "lisp", "lua", "m", "mjs", "ml", "mli", "mm", "mts", "nim", "nix",
    "php", "pl", "pm", "prisma", "proto", "ps1", "py", "pyi", "pyx", "r", "rb", "rs", "s", "sass",
    "scala", "scm", "scss", "sh", "sql", "svelte", "swift", "tcl", "tf", "thrift", "ts", "tsx",
    "v", "vala", "vb", "vue", "wgsl", "zig", "zsh",
];

/// Folders that hold tests.
const TEST_FOLDERS: &[&str] = &[
    "__mocks__",
    "__snapshots__",
    "__tests__",
    "e2e",
    "fixtures",
    "spec",
    "specs",
    "test",
    "testdata",
    "tests",
];

/// Folders that programs write.
const GENERATED_FOLDERS: &[&str] = &["__generated__", "dist", "gen", "generated", "vendor"];

/// Parts of names that code generators give.
const GENERATED_NAMES: &[&str] = &[
    ".designer.cs",
    ".freezed.dart",
    ".g.cs",
    ".g.dart",
    ".gen.go",
    ".gen.ts",
    ".generated.",
    ".min.css",
    ".min.js",
    ".pb.cc",
    ".pb.go",
    ".pb.h",
    "_generated.",
    "_pb2.py",
    "_pb2.pyi",
    "_pb2_grpc.py",
    "zz_generated",
];

impl FileKind {
    /// The kind of the file at `path`, from the repository's root. Nothing of its content is needed.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => (stem, ending),
            _ => (name, ""),
        };
        let is_code = CODE.contains(&ending);
        let is_in = |all: &[&str]| folders.split('/').any(|folder| all.contains(&folder));
        if LOCKS.contains(&name) {
            Self::Lock
        } else if is_manifest(name, ending) {
            Self::Manifest
        } else if PROSE.contains(&ending) && is_change_log(folders, stem) {
            Self::ChangeLog
        } else if is_in(GENERATED_FOLDERS) || GENERATED_NAMES.iter().any(|part| name.contains(part))
        {
            Self::Generated
        } else if is_in(TEST_FOLDERS)
            || (is_code && is_test(stem, &path[path.len() - name.len()..]))
        {
            Self::Test
        } else if is_code {
            Self::Code
        } else {
            Self::Other
        }
    }
}

fn is_manifest(name: &str, ending: &str) -> bool {
    let is_requirements = name.starts_with("requirements") && matches!(ending, "txt" | "in");
    MANIFESTS.contains(&name)
        || is_requirements
        || matches!(
            ending,
            "csproj" | "fsproj" | "vbproj" | "gemspec" | "cabal" | "podspec" | "nimble"
        )
}

/// `CHANGES.rst`, `CHANGELOG-1.2.md`, and the folders of fragments that tools put together.
fn is_change_log(folders: &str, stem: &str) -> bool {
    let begins = |name: &str| {
        stem.strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    let is_fragments =
        |folder: &str| matches!(folder, ".changeset" | "newsfragments" | "changelog.d");
    CHANGE_LOGS.iter().any(|name| begins(name)) || folders.split('/').any(is_fragments)
}

/// `watcher_test.go`, `test_watcher.py`, `watcher.spec.ts`, `WatcherTest.java`, `conftest.py`; `name` keeps its case.
fn is_test(stem: &str, name: &str) -> bool {
    let is_word = |part: &str| matches!(part, "test" | "tests" | "spec" | "specs");
    let cased = name.split('.').next().unwrap_or(name);
    stem.split(['.', '_', '-']).any(is_word)
        || stem == "conftest"
        || ["Test", "Tests", "Spec", "TestCase"]
            .iter()
            .any(|end| cased.ends_with(end) && cased != *end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_folders_tell_the_kind() {
        use FileKind::{ChangeLog, Code, Generated, Lock, Manifest, Other, Test};
        for (path, kind) in [
            ("src/watcher.rs", Code),
            ("web/src/App.svelte", Code),
            ("db/schema.sql", Code),
            ("src/latest.rs", Code),
            ("src/contest.py", Code),
            ("src/history.rs", Code),
            ("src/news.ts", Code),
            ("Cargo.lock", Lock),
            ("web/package-lock.json", Lock),
            ("go.sum", Lock),
            ("Cargo.toml", Manifest),
            ("requirements-dev.txt", Manifest),
            ("app/App.csproj", Manifest),
            ("tests/package.json", Manifest),
            ("CHANGES.rst", ChangeLog),
            ("docs/CHANGELOG-1.2.md", ChangeLog),
            ("NEWS", ChangeLog),
            (".changeset/brave-cats.md", ChangeLog),
            ("newsfragments/12.bugfix.rst", ChangeLog),
            ("docs/changeset.md", Other),
            ("pkg/watcher_test.go", Test),
            ("test_watcher.py", Test),
            ("conftest.py", Test),
            ("src/watcher.spec.ts", Test),
            ("src/main/WatcherTest.java", Test),
            ("src/Test.java", Test),
            ("tests/data/big.json", Test),
            ("api/user.pb.go", Generated),
            ("src/generated/api.ts", Generated),
            ("vendor/lib/a.js", Generated),
            ("README.md", Other),
            (".gitignore", Other),
            ("logo.png", Other),
            ("Größe.rs", Code),
        ] {
            assert_eq!(FileKind::of(path), kind, "{path}");
        }
    }
}
