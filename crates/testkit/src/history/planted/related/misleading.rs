//! What seems to relate work and does not.

use super::{Ground, Sketch, Step, camel};

/// Files in which many changes add a line.
const SHARED: [&str; 22] = [
    "Cargo.toml",
    "Cargo.lock",
    "package.json",
    "package-lock.json",
    "README.md",
    "CHANGELOG.md",
    "src/lib.rs",
    "src/main.rs",
    "src/mod.rs",
    "web/src/index.ts",
    "web/src/routes.ts",
    "web/tsconfig.json",
    ".github/workflows/ci.yml",
    "Makefile",
    "Dockerfile",
    "docs/SUMMARY.md",
    "web/src/i18n/en.json",
    "src/error.rs",
    "src/config.rs",
    "src/cli/args.rs",
    "migrations/schema.sql",
    "CLAUDE.md",
];

/// Errors that everybody meets, in the words of their programs.
const ERRORS: [&str; 18] = [
    "bash: line 1: rg: command not found",
    "cat: src/settings.rs: No such file or directory",
    "error: could not compile `app` (lib) due to 1 previous error",
    "error: test run failed",
    "npm ERR! code ELIFECYCLE",
    "AssertionError: expected 2 to be 3",
    "TypeError: Cannot read properties of undefined (reading 'map')",
    "error[E0382]: borrow of moved value: `rows`",
    "error[E0308]: mismatched types",
    "ModuleNotFoundError: No module named 'yaml'",
    "Error: connect ECONNREFUSED 127.0.0.1:5432",
    "Error: listen EADDRINUSE: address already in use :::3000",
    "fatal: not a git repository (or any of the parent directories): .git",
    "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
    "warning: unused variable: `state`",
    "error: linking with `cc` failed: exit status: 1",
    "java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"name\" is null",
    "error TS2304: Cannot find name 'process'.",
];

/// Words that look like names of code, and stand in every other prompt.
const WORDS: [&str; 24] = [
    "README.md",
    "package.json",
    "src/main.rs",
    "Node.js",
    "PostgreSQL",
    "TypeScript",
    "github.com/acme/app",
    "https://docs.rs/serde",
    "process.env.PORT",
    "utils.ts",
    "index.html",
    "async/await",
    "camelCase",
    "snake_case",
    "TODO.md",
    "v2.1.0",
    "CI/CD",
    "console.log",
    "localhost:3000",
    "macOS",
    "OAuth",
    "Config::new",
    "self.state",
    "user_id",
];

const PROMPTS: [&str; 6] = [
    "Please rework {i} so that the {n} keeps its order.",
    "The {n} drops entries when {i} runs twice. Mend that.",
    "Split {i} off the {n}, which has grown too long.",
    "We need {i} for the {n} of the next release.",
    "Speed up the {n}: {i} takes {d} ms for each entry.",
    "Teach the {n} to go on after {i} has failed.",
];

/// A first prompt with words that others have, too.
pub(super) fn prompt(ground: &mut Ground<'_>) -> String {
    let template = *ground.phrases.writer.random.pick(&PROMPTS);
    let template = template.replace("{i}", &ground.name());
    let mut prompt = ground.phrases.fill(&template);
    for _ in 0..ground.phrases.writer.random.below(3) {
        let word = *ground.phrases.writer.random.pick(&WORDS);
        let noun = ground.phrases.noun();
        prompt += &match ground.phrases.writer.random.below(4) {
            0 => format!(" Look at {word} first."),
            1 => format!(" Mind what `{word}` says of the {noun}."),
            2 => format!(" The {noun} has to work with {word}."),
            _ => format!(" ({word} is fine as it is.)"),
        };
    }
    prompt
}

/// Steps that others take, too.
pub(super) fn steps(ground: &mut Ground<'_>, sketch: &mut Sketch) {
    for _ in 0..ground.phrases.writer.random.below(4) {
        let shared = *ground.phrases.writer.random.pick(&SHARED);
        sketch.edits(shared, 1);
    }
    // What another changed is read in passing.
    let known: Vec<String> =
        ground.sketches.iter().flat_map(|other| other.files.iter().cloned()).collect();
    for _ in 0..ground.phrases.writer.random.below(5) {
        if !known.is_empty() {
            let read = ground.phrases.writer.random.pick(&known).clone();
            sketch.steps.push(Step::Read(read));
        }
    }
    for _ in 0..ground.phrases.writer.random.below(3) {
        let error = *ground.phrases.writer.random.pick(&ERRORS);
        let commands = ["cargo test", "npm test", "make check", "pytest -q", "npx tsc --noEmit"];
        let command = *ground.phrases.writer.random.pick(&commands);
        sketch.fails(command, &format!("running\n{error}\n"));
    }
    let name = ground.name();
    let words = ground.phrases.fill("The {n} is in place, and {x} holds it.").replace("{x}", &name);
    sketch.says(words);
}

/// Notes about what everybody touches.
pub(super) fn notes(ground: &mut Ground<'_>) {
    for number in 0..8 {
        let shared = *ground.phrases.writer.random.pick(&SHARED);
        let (noun, name) = (ground.phrases.noun(), ground.name());
        let of = camel(&name);
        let text = format!(
            "---\nfiles: [{shared}]\nsymbols: [new, {of}::len]\n---\n\n# How the {noun} is built\n\nIt needs {name}.\n"
        );
        ground.repo.write(&format!(".callboard/notes/build-{number}.md"), text);
    }
}
