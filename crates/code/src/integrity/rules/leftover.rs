//! Scratch files and ways of looking into a running program that were left.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::finding;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::{Found, whole};
use crate::language::Language;

/// Names of files at the root that somebody tried something in.
static SCRATCH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:repro[\w-]*|scratch[\w-]*|tmp[\w-]*|temp|temp[-_][\w-]*|debug[\w-]*|verify[-_][\w-]*|try[-_][\w-]*|play\w*|foo|bar|baz|untitled\w*|wip[\w-]*|poc[\w-]*|test_\w+|test-[\w-]+|\w+_test|test\d*|quick[-_]?test\w*|simple[-_]test\w*|run_tests?|apply[-_]fix\w*|inspect[-_][\w-]+|explore[-_][\w-]+|investigat[\w-]+|replacement\w*)\.(?:py|js|ts|mjs|cjs|mts|tsx|jsx|rb|sh|go|rs|php|c|cc|cpp|java|kt|exs?|lua|pl|txt|log|ipynb|sql|png|jpg|svg|pdf|fits|pickle|pkl|csv|ecsv|db|sqlite3?|npy|html)$",
    )
    .ok()
});

/// The same in any folder: names that say nothing but that something was tried.
static ANYWHERE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:repro|scratch|scratchpad|untitled|asdf|tmp|deleteme|delete_me)[-_]?\d*\.(?:py|js|ts|mjs|cjs|tsx|jsx|rb|sh|go|rs|php|java|kt|ipynb|sql)$").ok()
});

/// The same of programs: what does one thing once is seldom a script of shell that stays.
static ONCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:check_\w*|demo_\w*|fix_\w+|patch_\w+|edit_\w+|modify_\w+|replace_\w+|update_\w+|create_\w+|analy[sz]e_\w+|find_\w+|get_\w+|show_\w+|print_\w+|migrate_\w+|rewrite_\w+)\.(?:py|js|ts|mjs|cjs|rb|go|rs|php|ipynb)$",
    )
    .ok()
});

/// What is written at the end of some work about the work itself.
static ACCOUNT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:[A-Z0-9]+_)*(?:SUMMARY|FINDINGS|FIXES|FIX|CHANGES_MADE|IMPLEMENTATION|VERIFICATION|PROGRESS|INVESTIGATION|DEBUG|NOTES_FOR_REVIEW|TASK|COMPLETION|STATUS_REPORT)(?:_[A-Z0-9]+)*\.(?:md|txt)$").ok()
});

/// A copy beside what it was made of.
static COPY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?: copy(?: \d+)?|[-_.](?:copy|old|backup|bak|orig)\d?| \(\d\))\.\w+$|\.(?:old|backup|save)$").ok()
});

/// What git leaves where two changes meet.
static CONFLICT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:<{7} \S|>{7} \S)").ok());

/// Ends of names that tools leave.
const ENDS: &[&str] =
    &[".orig", ".rej", ".bak", ".swp", ".swo", ".tmp", ".pyc", "~", ".patch", ".diff", ".log"];
const NAMES: &[&str] =
    &[".DS_Store", "nohup.out", "Thumbs.db", "output.txt", "out.txt", "patch.txt"];

/// What is written to look into a running program.
static LOOKING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:breakpoint\(\)|(?:import i?pdb|from i?pdb\b)|i?pdb\.set_trace\(|debugger;?\s*$|binding\.(?:pry|irb)|byebug\b|IEx\.pry|var_dump\(|dd\(|ray\(|(?:await\s+)?page\.pause\(|cy\.(?:pause|debug)\(|screen\.debug\(|runtime\.Breakpoint\()|\bdbg!\(").ok()
});

/// A print whose text says that it was for looking.
static PRINTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\b(?:print|println!|eprintln!|console\.(?:log|error|debug)|fmt\.Print(?:ln|f)|log\.Print(?:ln|f)|System\.(?:out|err)\.println|Console\.WriteLine|println|error_log|var_dump|puts)\(\s*f?["'`](?:DEBUG|debug|XXX|>>>|===|\*\*\*|HERE|here\b|---|!!!|\+\+\+|TEMP\b|REMOVE|[\w.]+\s*[=:]\s*["'{%])|\bprint\(\s*f["']\{[\w.]+=\}"#,
    )
    .ok()
});

/// A print of nothing but a value, where no program speaks to its user.
static SHOWN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\bconsole\.log\(\s*(?:["'][\w. ]+[:=]?\s*["']\s*,\s*)?[A-Za-z_$][\w.]*\s*\)|\bconsole\.log\(\s*\{\s*[\w, ]+\}\s*\)"#,
    )
    .ok()
});

/// A print that shows how a value is built, or where the program is: no words for a user.
static DUMPED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\bfmt\.Printf\(\s*"(?:\w+[:=] ?)?%[+#]?v(?:\\n)?"|\be?println!\(\s*"(?:[\w. ]+[:=] ?)?\{[\w.]*:#?\?\}"|\bconsole\.(?:trace|table|dir)\(|\bprint_r\(|\bIO\.inspect\(|\bpprint\(|\bNSLog\(\s*@"%@"|\bspew\.Dump\(|\bpp\.Print"#,
    )
    .ok()
});

/// Places where a program speaks to who runs it, by parts of paths.
const SPEAKING: &[&str] = &[
    "main",
    "__main__",
    "build",
    "bench",
    "benches",
    "demo",
    "demos",
    "docs",
    "xtask",
    "commands",
    "command",
    "tasks",
    "repl",
    "console",
    "playground",
    "tutorial",
    "report",
    "debug",
    "logging",
];

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for file in &change.files {
        if let Some(folder) = scratch_folder(file).filter(|_| file.file.is_new()) {
            if told.insert(folder) {
                let words = format!("`{folder}/` looks like scratch work, and was left.");
                found.findings.push(finding(Rule::Leftover, whole(folder), words, "", ""));
            }
            continue;
        }
        if file.file.is_new() && (is_scratch(file) || is_left_by_tools(file)) {
            let words = "A file that looks like scratch work was left.".to_owned();
            found.findings.push(finding(Rule::Leftover, whole(file.path()), words, "", ""));
        }
    }
    for (file, side) in change.written() {
        let is_mark = |text: &str| CONFLICT.as_ref().is_some_and(|regex| regex.is_match(text));
        // What stands in a text of the program may be what it reads.
        let is_said = |line: u32| side.language.is_some() && side.code(line).trim().is_empty();
        let mut marks = file.come_lines().filter(|(_, text)| is_mark(text));
        if let Some((line, text)) = marks.find(|(line, _)| !is_said(*line)) {
            let words = "A conflict of a merge was left.".to_owned();
            found.comes(Rule::Leftover, (file.path(), line), words, text);
        }
    }
    for (file, side) in
        change.written().filter(|(file, side)| side.language.is_some() || is_code(file))
    {
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            // A debugger that is only imported may be what the program is about.
            let is_used = !side.code(line).trim_end().ends_with("pdb")
                || side.code.iter().any(|code| code.contains("set_trace("));
            let looks =
                is_used && LOOKING.as_ref().is_some_and(|regex| regex.is_match(side.code(line)));
            let is_code = !side.code(line).trim().is_empty();
            let is_shown =
                !file.is_test && SHOWN.as_ref().is_some_and(|regex| regex.is_match(text));
            let is_dumped = !file.is_test
                && !file.path().split(['/', '.']).any(|part| SPEAKING.contains(&part))
                && DUMPED.as_ref().is_some_and(|regex| regex.is_match(text));
            let prints = is_code
                && (is_shown
                    || is_dumped
                    || PRINTED.as_ref().is_some_and(|regex| regex.is_match(text)))
                && !is_spoken(file, side.language);
            if looks || prints {
                let words = "Something was left that looks into the running program.".to_owned();
                found.comes(Rule::Leftover, (file.path(), line), words, text);
            }
        }
    }
}

/// Whether a file is code of a language that is read by lines.
fn is_code(file: &Compared<'_>) -> bool {
    let ends = [
        ".rb", ".php", ".java", ".kt", ".cs", ".swift", ".ex", ".exs", ".dart", ".scala", ".vue",
        ".svelte",
    ];
    ends.iter().any(|end| file.name().ends_with(end))
}

/// Folders at the root that somebody tried something in.
const FOLDERS: &[&str] = &[
    "repro",
    "reproduce",
    "scratch",
    "sandbox",
    "tmp",
    "test_app",
    "testapp",
    "test_project",
    "testproject",
    "test_proj",
    "debug",
];

/// The folder at the root that a file lies in, if it looks like scratch work.
fn scratch_folder<'t>(file: &Compared<'t>) -> Option<&'t str> {
    let (top, _) = file.path().split_once('/')?;
    FOLDERS.contains(&top).then_some(top)
}

fn is_scratch(file: &Compared<'_>) -> bool {
    // Tests of Go stand beside what they test.
    let is_go_test = file.name().ends_with("_test.go");
    let is = |regex: &LazyLock<Option<Regex>>| {
        regex.as_ref().is_some_and(|regex| regex.is_match(file.name()))
    };
    let at_root = file.folder().is_empty()
        && !is_go_test
        && !crate::integrity::compared::is_setup(file.path());
    at_root && [&SCRATCH, &ONCE, &ACCOUNT].into_iter().any(is) || !file.is_test && is(&ANYWHERE)
}

fn is_left_by_tools(file: &Compared<'_>) -> bool {
    let name = file.name();
    let at_root = file.folder().is_empty();
    let is_end = ENDS.iter().any(|end| {
        name.ends_with(end) && (at_root || !matches!(*end, ".patch" | ".diff" | ".log"))
    });
    let is_copy = COPY.as_ref().is_some_and(|regex| regex.is_match(name)) && !file.is_test;
    is_end || is_copy || (NAMES.contains(&name) && (at_root || name.starts_with('.')))
}

/// Whether a program speaks to its user in this file.
fn is_spoken(file: &Compared<'_>, language: Option<Language>) -> bool {
    let parts = ["cli", "bin", "cmd", "scripts", "examples", "tools"];
    (language.is_none() && !is_code(file))
        || file.path().split(['/', '.']).any(|part| parts.contains(&part))
}
