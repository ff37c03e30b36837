//! What so much work has in common that it relates nobody: files that all touch, errors that say nothing, symbols that
//! each type has.

/// Files that all work touches, by their names.
const FILES: [&str; 23] = [
    "package.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "Cargo.toml",
    "Cargo.lock",
    "pyproject.toml",
    "poetry.lock",
    "uv.lock",
    "requirements.txt",
    "setup.py",
    "go.mod",
    "go.sum",
    "Gemfile",
    "Gemfile.lock",
    ".gitignore",
    ".env",
    ".env.example",
    "tsconfig.json",
    "Makefile",
];

/// Files in which each new thing of a folder adds its line, by their names.
const LISTS: [&str; 15] = [
    "index.html",
    "mod.rs",
    "lib.rs",
    "main.rs",
    "index.ts",
    "index.tsx",
    "index.js",
    "__init__.py",
    "main.py",
    "main.go",
    "main.ts",
    "routes.ts",
    "routes.rb",
    "urls.py",
    "Dockerfile",
];

/// How much a file says, beside one that only some work touches.
pub(super) fn file(path: &str) -> f64 {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_of_ci = path.starts_with(".github/") || path.contains("/.github/");
    match () {
        () if FILES.contains(&name) || is_of_ci || is_of_the_repository(name) => 0.15,
        () if LISTS.contains(&name) => 0.45,
        () => 1.0,
    }
}

/// Whether a file speaks of its whole repository, to people or to agents, as its name in capitals says.
fn is_of_the_repository(name: &str) -> bool {
    name.strip_suffix(".md").is_some_and(|stem| {
        stem.len() > 3 && stem.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    })
}

/// Messages of compilers, programs and systems that everybody meets: one says something only by a name in it.
const MESSAGES: [&str; 44] = [
    "command not found",
    "no such file or directory",
    "permission denied",
    "could not compile",
    "previous error",
    "aborting",
    "test run failed",
    "tests failed",
    "test failed",
    "build failed",
    "command failed",
    "process completed",
    "exit code",
    "exit status",
    "exited with",
    "elifecycle",
    "assertion",
    "expected",
    "traceback",
    "timed out",
    "timeout",
    "cannot read propert",
    "is not a function",
    "is not defined",
    "is null",
    "undefined",
    "borrow of moved value",
    "cannot borrow",
    "does not live long enough",
    "mismatched types",
    "unused",
    "never used",
    "unresolved import",
    "cannot find name",
    "cannot find value",
    "cannot find type",
    "cannot find module",
    "no module named",
    "econnrefused",
    "connection refused",
    "address already in use",
    "not a git repository",
    "unexpected token",
    "linking with",
];

/// Messages that say nothing whatever they name: what is missing in one place need not be in another.
const MISSING: [&str; 6] = [
    "nullpointerexception",
    "command not found",
    "no such file or directory",
    "could not compile",
    "no module named",
    "not a git repository",
];

/// Whether an error's line says so much that whoever meets the same has the same trouble.
pub(super) fn is_telling_error(line: &str) -> bool {
    let small = line.to_lowercase();
    let says = |all: &[&str]| all.iter().any(|phrase| small.contains(phrase));
    if says(&MISSING) {
        return false;
    }
    let split = |c: char| c.is_whitespace() || "\"'`()[]{}<>,;!?=\u{201c}\u{201d}".contains(c);
    let words = || line.split(split).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let has_name = words().any(|word| {
        let is_kind = ["Error", "Exception", "Warning"].iter().any(|end| word.ends_with(end));
        word.len() >= 8 && !is_kind && super::words::is_telling(word) && !is_common_word(word)
    });
    let plain = words().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 3);
    has_name || (!says(&MESSAGES) && plain.count() >= 5)
}

/// Symbols that many types have.
const SYMBOLS: [&str; 58] = [
    "new",
    "default",
    "main",
    "run",
    "init",
    "get",
    "set",
    "test",
    "tests",
    "setup",
    "fmt",
    "from",
    "into",
    "next",
    "close",
    "open",
    "start",
    "stop",
    "render",
    "index",
    "handler",
    "build",
    "parse",
    "toString",
    "constructor",
    "__init__",
    "eq",
    "hash",
    "clone",
    "drop",
    "len",
    "is_empty",
    "push",
    "update",
    "create",
    "delete",
    "find",
    "list",
    "read",
    "write",
    "load",
    "save",
    "handle",
    "process",
    "execute",
    "apply",
    "call",
    "add",
    "remove",
    "name",
    "id",
    "value",
    "data",
    "state",
    "Error",
    "Config",
    "Options",
    "Props",
];

/// Whether many types have a symbol of this name.
pub(super) fn is_common_symbol(name: &str) -> bool {
    name.chars().count() < 3 || SYMBOLS.contains(&name)
}

/// Words that are names, and of nothing in particular.
const WORDS: [&str; 42] = [
    "snake_case",
    "camelcase",
    "pascalcase",
    "async/await",
    "utils.ts",
    "utils.py",
    "javascript",
    "typescript",
    "github",
    "gitlab",
    "postgresql",
    "mysql",
    "sqlite",
    "graphql",
    "oauth",
    "macos",
    "iphone",
    "node.js",
    "next.js",
    "vue.js",
    "nuxt.js",
    "react.js",
    "express.js",
    "console.log",
    "process.env",
    "localhost",
    "vscode",
    "devops",
    "and/or",
    "i/o",
    "ci/cd",
    "client/server",
    "read/write",
    "true/false",
    "yes/no",
    "input/output",
    "src/main",
    "utf-8",
    "sha-256",
    "todo.md",
    "e.g",
    "i.e",
];

/// Whether a word that looks like a name of code says nothing.
pub(super) fn is_common_word(word: &str) -> bool {
    let small = word.to_lowercase();
    let domains = [".com", ".org", ".io", ".dev", ".net"];
    let is_address = small.starts_with("www.")
        || domains.iter().any(|end| small.ends_with(end) || small.contains(&format!("{end}/")));
    is_address
        || WORDS.contains(&small.as_str())
        || small.starts_with("localhost")
        || file(word) < 0.2
        || (!word.contains('/') && file(word) < 1.0)
        || small.chars().all(|c| c.is_ascii_digit() || ".v-:/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_meets_says_nothing() {
        for line in [
            "bash: line 1: rg: command not found",
            "cat: src/foo.rs: No such file or directory",
            "error: could not compile `app` (lib) due to 1 previous error",
            "error: test run failed",
            "AssertionError: expected 2 to be 3",
            "npm ERR! code ELIFECYCLE",
            "Error: Exit code 1",
            "TypeError: Cannot read properties of undefined (reading 'map')",
            "Error: connect ECONNREFUSED 127.0.0.1:5432",
            "error[E0382]: borrow of moved value: `rows`",
        ] {
            assert!(!is_telling_error(line), "{line}");
        }
        for line in [
            "error[E0502]: cannot borrow `journal_rows` as mutable",
            "deadlock detected while waiting for ShareLock",
            "× keeps the order of all rows 12ms",
            "Cannot find module './watcher/orderings' from 'src/watch.ts'",
        ] {
            assert!(is_telling_error(line), "{line}");
        }
        assert!(!is_common_word("watch-3.json") && !is_common_word("Watcher::poll"));
        assert!(is_common_word("github.com/acme/app") && is_common_word("v1.2.3"));
        assert!(file("web/package.json") < 0.2 && file("src/watch.rs") > 0.9);
    }
}
