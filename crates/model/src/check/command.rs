//! Which commands are checks, told from the parsed command line.

use super::CheckKind::{self, Build, Format, Lint, Test, Types};
use crate::shell::Simple;

/// Programs that run another command given as their arguments: how many words they take before it.
const RUNNERS: [(&str, &[&str]); 30] = [
    ("sudo", &[]),
    ("time", &[]),
    ("nice", &[]),
    ("nohup", &[]),
    ("command", &[]),
    ("exec", &[]),
    ("stdbuf", &[]),
    ("env", &[]),
    ("npx", &[]),
    ("bunx", &[]),
    ("pnpx", &[]),
    ("uvx", &[]),
    ("xvfb-run", &[]),
    ("gtimeout", &["1"]),
    ("timeout", &["1"]),
    ("pnpm", &["exec"]),
    ("pnpm", &["dlx"]),
    ("npm", &["exec"]),
    ("yarn", &["exec"]),
    ("yarn", &["dlx"]),
    ("bun", &["x"]),
    ("uv", &["run"]),
    ("poetry", &["run"]),
    ("pdm", &["run"]),
    ("hatch", &["run"]),
    ("pipenv", &["run"]),
    ("bundle", &["exec"]),
    ("mise", &["exec"]),
    ("mise", &["x"]),
    ("rtx", &["exec"]),
];

/// Options of runners and package managers that take the next word.
const VALUED: [&str; 20] = [
    "-u",
    "-n",
    "-C",
    "-F",
    "-w",
    "-p",
    "-f",
    "--prefix",
    "--filter",
    "--workspace",
    "--cwd",
    "--dir",
    "--with",
    "--extra",
    "--group",
    "--python",
    "--directory",
    "--manifest-path",
    "--project",
    "--package",
];

/// Programs that are checks whatever their arguments.
const PROGRAMS: [(CheckKind, &[&str]); 5] = [
    (
        Test,
        &[
            "pytest",
            "py.test",
            "tox",
            "nox",
            "gotestsum",
            "jest",
            "vitest",
            "mocha",
            "ava",
            "karma",
            "rspec",
            "phpunit",
            "pest",
            "ctest",
            "bats",
            "shellspec",
            "nosetests",
            "elm-test",
            "cargo-nextest",
            "jasmine",
            "cucumber",
            "behave",
            "testcafe",
            "wtr",
            "tap",
            "busted",
            "prove",
            "nextest",
            "minitest",
            "paratest",
            "tape",
            "c8",
            "nyc",
            "uvu",
        ],
    ),
    (
        Types,
        &[
            "tsc",
            "tsgo",
            "vue-tsc",
            "svelte-check",
            "mypy",
            "pyright",
            "basedpyright",
            "pyre",
            "dmypy",
            "pytype",
            "flow",
            "sorbet",
            "srb",
            "phpstan",
            "psalm",
            "dialyzer",
            "glint",
        ],
    ),
    (
        Lint,
        &[
            "eslint",
            "oxlint",
            "golangci-lint",
            "staticcheck",
            "flake8",
            "pylint",
            "rubocop",
            "standardrb",
            "standard",
            "xo",
            "stylelint",
            "shellcheck",
            "hadolint",
            "yamllint",
            "markdownlint",
            "markdownlint-cli2",
            "actionlint",
            "tflint",
            "swiftlint",
            "ktlint",
            "detekt",
            "clang-tidy",
            "cppcheck",
            "clippy-driver",
            "ansible-lint",
            "bandit",
            "vulture",
            "knip",
            "ts-prune",
            "depcheck",
            "semgrep",
            "credo",
            "luacheck",
            "selene",
            "checkstyle",
            "revive",
            "typos",
            "tslint",
            "pydocstyle",
            "djlint",
            "sqlfluff",
            "commitlint",
        ],
    ),
    (
        Build,
        &[
            "gcc",
            "g++",
            "clang",
            "clang++",
            "cc",
            "rustc",
            "javac",
            "kotlinc",
            "webpack",
            "rollup",
            "esbuild",
            "tsup",
            "ninja",
            "msbuild",
            "xcodebuild",
            "wasm-pack",
            "ghc",
            "parcel",
            "electron-builder",
            "pyinstaller",
            "swc",
            "goreleaser",
        ],
    ),
    (Format, &[]),
];

/// What the words of a list mean.
type Words = (CheckKind, &'static [&'static str]);

/// Programs whose first argument that is no option decides.
const SUBCOMMANDS: [(&[&str], &[Words]); 16] = [
    (
        &["cargo"],
        &[
            (Test, &["test", "t", "nextest", "insta", "llvm-cov", "tarpaulin", "mutants", "miri"]),
            (Build, &["build", "b", "doc", "rustc"]),
            (Types, &["check", "c"]),
            (Lint, &["clippy", "deny", "audit", "machete", "udeps", "semver-checks"]),
        ],
    ),
    (&["go"], &[(Test, &["test"]), (Build, &["build", "install"]), (Lint, &["vet"])]),
    (&["ruff"], &[(Lint, &["check", "lint", "."])]),
    (&["biome"], &[(Lint, &["check", "lint", "ci"])]),
    (&["ty", "deno"], &[(Types, &["check"]), (Test, &["test"]), (Lint, &["lint"])]),
    (
        &["dotnet", "swift", "zig", "stack", "cabal", "dune", "meson", "forge", "anchor"],
        &[(Test, &["test", "runtest"]), (Build, &["build", "compile", "build-exe", "publish"])],
    ),
    (
        &["mix", "flutter", "dart", "rails", "sbt", "lein", "gleam", "composer", "scala-cli"],
        &[
            (Test, &["test", "spec"]),
            (Build, &["compile", "build"]),
            (Lint, &["credo", "analyze", "lint"]),
            (Types, &["dialyzer", "check"]),
        ],
    ),
    (
        &["mvn", "mvnw", "gradle", "gradlew", "bazel", "bazelisk", "buck2", "pants"],
        &[
            (Test, &["test", "verify", "integration-test", "check", "connectedCheck"]),
            (Build, &["package", "compile", "test-compile", "install", "build", "assemble"]),
            (Lint, &["lint", "checkstyle:check", "spotless:check", "spotlessCheck", "ktlintCheck"]),
        ],
    ),
    (
        &[
            "vite",
            "next",
            "astro",
            "nuxt",
            "ng",
            "remix",
            "gatsby",
            "vue-cli-service",
            "svelte-kit",
        ],
        &[
            (Build, &["build"]),
            (Test, &["test"]),
            (Lint, &["lint"]),
            (Types, &["check", "typecheck"]),
        ],
    ),
    (&["playwright", "cypress"], &[(Test, &["test", "run"])]),
    (&["pre-commit", "lefthook", "prek"], &[(Lint, &["run"])]),
    (&["terraform", "tofu"], &[(Lint, &["validate"])]),
    (&["buf", "helm", "changie"], &[(Lint, &["lint"]), (Build, &["build"])]),
    (&["docker", "podman", "buildah"], &[(Build, &["build"])]),
    (&["conda", "pip"], &[(Lint, &["check"])]),
    (&["cmake"], &[(Build, &["--build"])]),
];

/// Programs that run the targets or scripts they are given.
const TARGET_RUNNERS: [&str; 29] = [
    "npm", "pnpm", "yarn", "bun", "make", "gmake", "just", "task", "mise", "rake", "nx", "turbo",
    "lerna", "moon", "invoke", "inv", "poe", "rush", "ant", "earthly", "grunt", "gulp", "wireit",
    "mage", "xtask", "artisan", "poetry", "pdm", "hatch",
];

/// What kind of check a simple command is, if it is one.
#[must_use]
pub fn check_kind(command: &Simple) -> Option<CheckKind> {
    let words = program(&command.words);
    let (name, args) = words.split_first()?;
    let name = base(name);
    let asks =
        ["--help", "-h", "--version", "-V", "--watch", "--watchAll", "--list", "--collect-only"];
    if args.iter().any(|a| asks.contains(&a.as_str())) && name != "ruff" {
        return None;
    }
    of_program(name, args)
}

/// What kind of check a program is whatever its arguments.
pub(crate) fn program_kind(name: &str) -> Option<CheckKind> {
    PROGRAMS.iter().find(|(_, names)| names.contains(&name)).map(|(kind, _)| *kind)
}

fn of_program(name: &str, args: &[String]) -> Option<CheckKind> {
    let has = |word: &str| args.iter().any(|a| a == word);
    match name {
        "cargo" if has("fmt") => return (has("--check") || has("--all-check")).then_some(Format),
        "cargo" if has("xtask") => return targets(after(args, "xtask")),
        "cargo" if has("--no-run") => return Some(Build),
        "black" | "isort" | "prettier" | "dprint" | "rustfmt" | "clang-format" | "shfmt" => {
            let only = ["--check", "-c", "-l", "--list-different", "--check-only", "check", "-d"];
            return only.iter().any(|flag| has(flag)).then_some(Format);
        }
        "ruff" | "dotnet" | "mix" if has("format") => {
            let only = ["--check", "--verify-no-changes", "--check-formatted", "--diff"];
            return only.iter().any(|flag| has(flag)).then_some(Format);
        }
        "gofmt" | "goimports" => return (has("-l") || has("-d")).then_some(Format),
        "python" | "python3" | "node" | "ruby" | "bash" | "sh" | "zsh" | "php" | "tsx" | "deno"
            if name != "deno" || has("run") =>
        {
            return of_script(name, args);
        }
        "make" | "gmake" if arguments(args).next().is_none() => return Some(Build),
        _ => {}
    }
    if let Some(kind) = program_kind(name) {
        return Some(kind);
    }
    if let Some((_, subs)) = SUBCOMMANDS.iter().find(|(names, _)| names.contains(&name)) {
        return arguments(args).take(3).find_map(|arg| {
            let arg = arg.rsplit(':').next().filter(|a| !a.is_empty()).unwrap_or(arg);
            subs.iter().find(|(_, words)| words.contains(&arg)).map(|(kind, _)| *kind)
        });
    }
    if TARGET_RUNNERS.contains(&name) {
        return targets(args);
    }
    // A script called by its path says by its name what it does.
    let path = name.ends_with(".sh") || name.ends_with(".py") || name.ends_with(".js");
    if path { script_kind(name) } else { None }
}

/// The check that an interpreter is given: a module, a script, a built-in runner.
fn of_script(name: &str, args: &[String]) -> Option<CheckKind> {
    if name.starts_with("python")
        && let Some(at) = args.iter().position(|a| a == "-m")
        && let Some(module) = args.get(at + 1)
    {
        return match module.as_str() {
            "unittest" => Some(Test),
            "compileall" | "py_compile" => Some(Build),
            module => of_program(module, &args[at + 2..]),
        };
    }
    if name == "node" && args.iter().any(|a| a == "--test") {
        return Some(Test);
    }
    if (name == "node" || name == "bash" || name == "sh" || name == "zsh" || name == "php")
        && args
            .iter()
            .any(|a| a == "--check" || a == "-c" && name == "node" || a == "-n" || a == "-l")
    {
        return Some(Types);
    }
    let script = args.iter().find(|a| !a.starts_with('-'))?;
    if args.first().is_some_and(|a| a == "-c" || a == "-e") {
        return None;
    }
    match base(script) {
        "manage.py" | "artisan" | "setup.py" => targets(after(args, script)),
        script => script_kind(script),
    }
}

fn targets(args: &[String]) -> Option<CheckKind> {
    let mut args = arguments(args).skip_while(|a| {
        matches!(*a, "run" | "run-script" | "run-many" | "workspace" | "workspaces")
    });
    args.by_ref().take(3).find_map(script_kind)
}

/// What a script or target is, by the words of its name.
fn script_kind(name: &str) -> Option<CheckKind> {
    let words = || name.split([':', '-', '_', '.', '/', ' ']).filter(|w| !w.is_empty());
    let any = |list: &[&str]| words().any(|w| list.contains(&w.to_ascii_lowercase().as_str()));
    if any(&["watch", "dev", "serve", "start", "fix", "install", "clean", "setup"]) {
        return None;
    }
    if any(&["lint", "eslint", "clippy", "ruff", "vet", "lints", "stylelint"]) {
        return Some(Lint);
    }
    if any(&["fmt", "format", "formatting", "prettier"]) {
        return any(&["check", "ci", "verify"]).then_some(Format);
    }
    if any(&["typecheck", "types", "tsc", "mypy", "typing", "pyright", "type"]) {
        return Some(Types);
    }
    let tests = [
        "test",
        "tests",
        "t",
        "spec",
        "specs",
        "e2e",
        "unit",
        "integration",
        "coverage",
        "pytest",
        "vitest",
        "jest",
        "testacc",
        "smoke",
    ];
    if any(&tests) {
        return Some(Test);
    }
    if any(&["build", "compile", "bundle", "dist"]) {
        return Some(Build);
    }
    any(&["check", "checks", "ci", "verify", "validate", "precommit", "presubmit"]).then_some(Lint)
}

/// The words of the command that is really run, without programs that only run others.
#[must_use]
pub fn program(words: &[String]) -> &[String] {
    let mut words = words;
    'runners: while let Some((first, rest)) = words.split_first() {
        let first = base(first);
        for (name, takes) in RUNNERS {
            if first != name {
                continue;
            }
            match takes {
                [] => {
                    words = past_options(rest);
                    continue 'runners;
                }
                ["1"] => {
                    words = past_options(rest).get(1..).unwrap_or_default();
                    continue 'runners;
                }
                [sub, ..] => {
                    if let Some((given, rest)) = past_options(rest).split_first()
                        && given == sub
                    {
                        words = past_options(rest);
                        continue 'runners;
                    }
                }
            }
        }
        break;
    }
    words
}

fn past_options(words: &[String]) -> &[String] {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if VALUED.contains(&word.as_str()) {
            at += 2;
        } else if word.starts_with('-') || word.contains('=') && !word.contains('/') {
            at += 1;
        } else {
            break;
        }
    }
    words.get(at..).unwrap_or_default()
}

/// The arguments that are no options, toolchains or their values.
fn arguments(args: &[String]) -> impl Iterator<Item = &str> {
    let mut skip = false;
    args.iter().map(String::as_str).filter(move |arg| {
        if std::mem::take(&mut skip) {
            return false;
        }
        skip = VALUED.contains(arg);
        !skip && (*arg == "--build" || !arg.starts_with('-')) && !arg.starts_with('+')
    })
}

fn after<'a>(args: &'a [String], word: &str) -> &'a [String] {
    args.iter().position(|a| a == word).map_or(&[], |at| &args[at + 1..])
}

/// The last part of a program's path.
#[must_use]
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::CommandLine;

    fn kinds(text: &str) -> Vec<CheckKind> {
        CommandLine::parse(text).commands.iter().filter_map(check_kind).collect()
    }

    #[test]
    fn checks_of_every_ecosystem_are_recognised() {
        for (text, kind) in [
            ("cd crates/x && cargo +nightly nextest run -p x 2>&1 | tail -20", Test),
            ("RUSTFLAGS=-Dwarnings cargo clippy --all-targets", Lint),
            ("cargo fmt --all -- --check", Format),
            ("go test ./... -run TestX", Test),
            ("timeout 60 go build ./...", Build),
            ("npx tsc --noEmit", Types),
            ("npm --prefix web run build", Build),
            ("npm test -- --run", Test),
            ("pnpm -F web typecheck", Types),
            ("yarn workspace app test", Test),
            ("uv run --extra dev pytest -q", Test),
            ("python3 -m pytest tests/x.py", Test),
            ("python manage.py test app", Test),
            ("poetry run mypy src", Types),
            ("mise run test:ci", Test),
            ("just lint", Lint),
            ("make", Build),
            ("make -C web check", Lint),
            ("./gradlew :app:testDebug test", Test),
            ("mvn -q verify", Test),
            ("ruff check .", Lint),
            ("bundle exec rspec", Test),
            ("node --test test/", Test),
            ("bash scripts/run_tests.sh", Test),
            ("./scripts/ci.sh", Lint),
            ("dotnet test", Test),
            ("golangci-lint run ./...", Lint),
            ("prettier --check src", Format),
            ("cmake --build build", Build),
            ("bun run check-types", Types),
            ("cargo xtask test", Test),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
    }

    #[test]
    fn other_commands_are_none() {
        for text in [
            "cargo fmt",
            "npm install",
            "npm run dev",
            "jest --watch",
            "cargo test --help",
            "git commit -m 'test'",
            "cat test.sh",
            "grep -rn test src",
            "ls tests",
            "prettier --write src",
            "python -c 'print(1)'",
            "go run ./cmd/test",
            "mkdir -p build",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}
