//! What `cargo test` prints: blocks of libtest, each of the binary that a line of cargo's own names.
//!
//! Cargo speaks on standard error and libtest on standard output, so that they may stand one after the other: the
//! n-th line that cargo prints belongs to the n-th block.

use super::lines::leading_number;
use super::told::{Runner, Told};
use super::{TestState, TestState::*};

/// The binary of a block, named as nextest names it.
#[derive(Debug, Clone, Default)]
struct Binary {
    id: String,
    file: Option<String>,
}

struct Block<'a> {
    binary: usize,
    tests: Vec<(&'a str, TestState)>,
    failures: Vec<(&'a str, String)>,
    count: Option<u32>,
}

pub(super) fn read(output: &str, _root: &str) -> Option<Told> {
    let mut told = Told::by(Runner::Cargo);
    let mut binaries = Vec::new();
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut package = None;
    let mut state = Reading::default();
    for line in output.lines() {
        if let Some(binary) = binary_of(line.trim_start(), &mut package) {
            binaries.push(binary);
        } else if let Some(count) = begins(line) {
            blocks.push(Block {
                binary: blocks.len(),
                tests: Vec::new(),
                failures: Vec::new(),
                count,
            });
            state = Reading { is_open: true, ..Reading::default() };
        } else if let Some(block) = blocks.last_mut().filter(|_| state.is_open) {
            state.line(line, block);
        }
    }
    for block in &blocks {
        let binary = binaries.get(block.binary).cloned().unwrap_or_default();
        tell(block, &binary, &mut told);
    }
    let failed = output.contains("error: test failed, to rerun pass");
    told.is_cut_short = failed && !is_run_to_the_end(output);
    told.some().filter(|_| !blocks.is_empty())
}

/// With `--no-fail-fast` cargo lists the targets that failed.
fn is_run_to_the_end(output: &str) -> bool {
    output.lines().any(|line| {
        line.starts_with("error: ")
            && (line.ends_with(" target failed:") || line.ends_with(" targets failed:"))
    })
}

/// `Running unittests src/lib.rs (target/debug/deps/demo-0123456789abcdef)`, `Doc-tests demo`.
fn binary_of(line: &str, package: &mut Option<String>) -> Option<Binary> {
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(Binary { id: format!("{}::doc", identifier(name.trim())), file: None });
    }
    let rest = line.strip_prefix("Running ")?;
    let (source, path) = match rest.split_once(" (") {
        Some((source, path)) => (source, path.strip_suffix(')')?),
        // Cargo before 1.56 names no source.
        None if rest.contains("/deps/") => ("", rest),
        None => return None,
    };
    let file = path.rsplit(['/', '\\']).next()?.trim_end_matches(".exe");
    let name = identifier(file.rsplit_once('-').map_or(file, |(name, _)| name));
    let is_unit = source.starts_with("unittests") || source.is_empty();
    let source = source.strip_prefix("unittests").unwrap_or(source).trim().replace('\\', "/");
    let owner = package.clone().map(|package| format!("{package}::")).unwrap_or_default();
    let id = if source.ends_with("src/main.rs") {
        let owner = package.get_or_insert_with(|| name.clone()).clone();
        format!("{owner}::bin/{name}")
    } else if source.contains("src/bin/") {
        format!("{owner}bin/{name}")
    } else if source.starts_with("examples/") {
        format!("{owner}example/{name}")
    } else if source.starts_with("benches/") {
        format!("{owner}bench/{name}")
    } else if is_unit {
        *package = Some(name.clone());
        name
    } else {
        format!("{owner}{name}")
    };
    Some(Binary { id, file: (!is_unit).then_some(source) })
}

/// A crate's name as code writes it.
pub(super) fn identifier(name: &str) -> String {
    name.replace('-', "_")
}

/// `running 3 tests`.
fn begins(line: &str) -> Option<Option<u32>> {
    let count = line.strip_prefix("running ")?.strip_suffix(" tests");
    let count = count.or_else(|| line.strip_prefix("running ")?.strip_suffix(" test"))?;
    count.bytes().all(|b| b.is_ascii_digit()).then(|| count.parse().ok())
}

#[derive(Default)]
struct Reading<'a> {
    is_open: bool,
    /// A test that prints before its end stands in the output.
    pending: Option<&'a str>,
    in_failure: bool,
    in_trace: bool,
}

impl<'a> Reading<'a> {
    fn line(&mut self, line: &'a str, block: &mut Block<'a>) {
        if line.starts_with("test result: ") {
            self.is_open = false;
        } else if let Some(name) =
            line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" ----"))
        {
            let name = name.strip_suffix(" stdout").unwrap_or(name);
            block.failures.push((name, String::new()));
            (self.in_failure, self.in_trace) = (true, false);
        } else if line == "failures:" {
            self.in_failure = false;
        } else if self.in_failure {
            self.in_trace |= line == "stack backtrace:" || line.starts_with("note: run with `RUST");
            if let Some((_, told)) = block.failures.last_mut()
                && !self.in_trace
                && !line.is_empty()
                && told.len() < crate::limits::TEST_FAILURE_BYTES
            {
                told.push_str(line);
                told.push('\n');
            }
        } else {
            self.test(line, block);
        }
    }

    fn test(&mut self, line: &'a str, block: &mut Block<'a>) {
        if let Some(rest) = line.strip_prefix("test ")
            && let Some((name, end)) = rest.split_once(" ... ")
        {
            self.pending = Some(name);
            if let Some(state) = state_of(end) {
                block.tests.push((name, state));
                self.pending = None;
            }
        } else if let Some((name, "FAILED")) = line.split_once(" --- ") {
            // `-q` names only these.
            block.tests.push((name, Failed));
        } else if let (Some(name), Some(state)) = (self.pending, state_of(line)) {
            block.tests.push((name, state));
            self.pending = None;
        }
    }
}

fn state_of(end: &str) -> Option<TestState> {
    let word = end.split([',', ' ', ':', '<']).next()?;
    match word {
        "ok" | "bench" => Some(Passed),
        "FAILED" => Some(Failed),
        "ignored" => Some(Skipped),
        _ => None,
    }
}

fn tell(block: &Block<'_>, binary: &Binary, told: &mut Told) {
    told.found(block.count);
    // Tests end in any order; those that differ by their lines only are numbered by these.
    let mut tests: Vec<_> = block
        .tests
        .iter()
        .map(|test| (full_name(&binary.id, test.0), line_of(test.0), test))
        .collect();
    tests.sort();
    for (raw, _, (name, state)) in tests {
        let doc_file = name.split_once(" - ").map(|(file, _)| file).filter(|f| f.ends_with(".rs"));
        let file = binary.file.as_deref().or(doc_file).unwrap_or_default();
        let failure = block.failures.iter().find(|(failed, _)| failed == name);
        let words = failure.map_or("", |(_, words)| words.as_str());
        told.test(&raw, *state).in_file(file).failing_with(words);
    }
}

/// The line of a doc test: `src/lib.rs - add (line 3)`.
fn line_of(name: &str) -> Option<u32> {
    leading_number(&name[name.find(" (line ")? + " (line ".len()..])
}

/// The name with its binary: without the lines of doc tests, which move, and what libtest adds.
fn full_name(binary: &str, name: &str) -> String {
    let mut name = name.strip_suffix(" - should panic").unwrap_or(name).to_owned();
    if let Some(at) = name.find(" (line ")
        && let Some(end) = name[at..].find(')')
    {
        name.replace_range(at..=at + end, "");
    }
    if binary.is_empty() { name } else { format!("{binary} {name}") }
}
