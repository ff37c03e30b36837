//! Rules about what must not stand in the text of any file.

use super::{Finding, Tree, has_extension, places};

/// Every channel has a bound.
pub(super) fn bounded_channels(tree: &Tree) -> Vec<Finding> {
    let message = "give the channel a bound from limits.rs";
    let mut found = Vec::new();
    for (path, parts) in tree.rust() {
        for (at, line) in parts.code.lines().enumerate() {
            let unnamed = ["unbounded_channel", "mpsc::unbounded", "channel::unbounded"];
            let is_unbounded = unnamed.iter().any(|word| super::has_word(line, word))
                || ["channel()", "channel::<"].iter().any(|call| {
                    line.split_once(call).is_some_and(|(before, after)| {
                        let is_call = call.ends_with("()") || after.contains(">()");
                        let is_other = ["oneshot::", "watch::", "broadcast::"];
                        is_call
                            && !before.ends_with(['_', '.'])
                            && !is_other.iter().any(|kind| before.ends_with(kind))
                    })
                });
            if is_unbounded && !line.contains("fn channel") {
                found.push(Finding::new(path, at + 1, message));
            }
        }
    }
    found
}

/// No test is skipped, and none runs alone.
pub(super) fn no_skipped_tests(tree: &Tree) -> Vec<Finding> {
    let message = "make the test run, or remove it";
    let mut found = Vec::new();
    for (path, parts) in tree.rust() {
        let skipped = parts.code.lines().enumerate().filter(|(_, line)| line.contains("#[ignore"));
        found.extend(skipped.map(|(at, _)| Finding::new(path, at + 1, message)));
    }
    let calls = ["test", "it", "describe", "suite", "bench"];
    let skips = [".skip", ".only", ".fixme", ".todo", ".skipIf", ".runIf"];
    let is_script = |path: &str| has_extension(path, &["ts", "js", "mjs", "svelte"]);
    for (path, text) in tree.files().filter(|(path, _)| is_script(path)) {
        for (at, line) in text.lines().enumerate() {
            let is_skip = calls.iter().any(|call| {
                skips.iter().any(|skip| super::has_word(line, &format!("{call}{skip}")))
            });
            if is_skip || line.contains(".describe.only") || line.contains(".describe.skip") {
                found.push(Finding::new(path, at + 1, message));
            }
        }
    }
    found
}

/// Nothing is left for later.
pub(super) fn nothing_unfinished(tree: &Tree) -> Vec<Finding> {
    let message = "finish it, or leave it out";
    let mut found = Vec::new();
    for (path, parts) in tree.rust() {
        let code = places(&parts.code, &["todo!", "unimplemented!", "dbg!"]);
        let comments =
            places(&parts.comments, &["TODO:", "FIXME", "XXX:", "HACK:", "Placeholder."]);
        found.extend(
            code.into_iter()
                .chain(comments)
                .map(|(line, word)| Finding::new(path, line, format!("{word:?}: {message}"))),
        );
    }
    let is_web = |path: &str| has_extension(path, &["ts", "js", "mjs", "svelte", "css"]);
    for (path, text) in tree.files().filter(|(path, _)| is_web(path)) {
        let left = places(text, &["TODO:", "FIXME", "XXX:", "HACK:", "console.log", "debugger;"]);
        found.extend(
            left.into_iter()
                // What is no part of the page may speak to a terminal.
                .filter(|(_, word)| *word != "console.log" || path.starts_with("web/src/"))
                .map(|(line, word)| Finding::new(path, line, format!("{word:?}: {message}"))),
        );
    }
    found
}

/// A lint is switched off with its reason, and the length of functions never.
pub(super) fn no_lint_escapes(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, parts) in tree.rust() {
        let attributes =
            parts.code.match_indices("#[allow(").chain(parts.code.match_indices("#![allow("));
        for (at, _) in attributes {
            let line = parts.code[..at].matches('\n').count() + 1;
            let end = parts.code[at..].find(")]").map_or(parts.code.len(), |length| at + length);
            let attribute = &parts.code[at..end];
            if attribute.contains("too_many_lines") {
                found.push(Finding::new(path, line, "split the function by idea"));
            }
            if !attribute.contains("reason") {
                found.push(Finding::new(path, line, "say why: `reason = \"…\"`"));
            }
        }
    }
    found
}

/// No comment and no document speaks of a folder of one machine.
pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let message = "write a path that every reader has";
    let paths = ["/root/", "/work/"];
    let mut found = Vec::new();
    for (path, parts) in tree.rust() {
        found.extend(
            standing_alone(&parts.comments, &paths).map(|l| Finding::new(path, l, message)),
        );
    }
    for (path, text) in tree.files().filter(|(path, _)| has_extension(path, &["md", "toml", "yml"]))
    {
        found.extend(standing_alone(text, &paths).map(|l| Finding::new(path, l, message)));
    }
    found
}

/// The lines on which a path of `paths` begins.
fn standing_alone<'a>(text: &'a str, paths: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    let begins = |line: &str, path: &str| {
        line.match_indices(path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|c| {
                !c.is_alphanumeric() && !matches!(c, '/' | '.' | '~' | '*' | '}' | '>')
            })
        })
    };
    let with_path = move |line: &str| paths.iter().any(|path| begins(line, path));
    text.lines().enumerate().filter(move |(_, line)| with_path(line)).map(|(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    const FILE: &str = "crates/os/src/a.rs";

    #[test]
    fn an_unbounded_channel_is_found() {
        check(
            bounded_channels,
            &[
                (FILE, "let (a, b) = mpsc::channel();", 1),
                (FILE, "\nlet (a, b) = channel::<u8>();", 2),
                (FILE, "tokio::sync::mpsc::unbounded_channel()", 1),
            ],
            &[
                (FILE, "let (a, b) = mpsc::channel(limits::QUEUE);"),
                (FILE, "let (a, b) = sync_channel::<u8>(1); oneshot::channel();"),
                (FILE, "// mpsc::channel()"),
            ],
        );
    }

    #[test]
    fn a_skipped_test_is_found() {
        check(
            no_skipped_tests,
            &[
                (FILE, "#[ignore = \"slow\"]\nfn a() {}", 1),
                ("web/src/a.test.ts", "it.skip('x', () => {})", 1),
                ("web/e2e/a.spec.ts", "test.describe.only('x', () => {})", 1),
            ],
            &[(FILE, "list.iter().skip(1)"), ("web/src/a.ts", "list.skip(1); limit.only")],
        );
    }

    #[test]
    fn something_unfinished_is_found() {
        check(
            nothing_unfinished,
            &[
                (FILE, "fn a() { todo!() }", 1),
                (FILE, "// FIXME later", 1),
                ("web/src/a.svelte", "console.log(x)", 1),
            ],
            &[
                (FILE, "let a = \"todo!\"; // TodoWrite, TODO lists"),
                ("web/e2e/a.ts", "console.log(1)"),
            ],
        );
    }

    #[test]
    fn a_lint_without_reason_is_found() {
        check(
            no_lint_escapes,
            &[
                (FILE, "#[allow(missing_docs)]\nfn a() {}", 1),
                (FILE, "\n#[allow(clippy::too_many_lines, reason = \"long\")]", 2),
            ],
            &[(FILE, "#[allow(\n  missing_docs,\n  reason = \"said elsewhere\"\n)]")],
        );
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        check(
            machine_paths,
            &[(FILE, "// see /root/notes", 1), ("docs/a.md", "in `/work/x`", 1)],
            &[(FILE, "let a = \"/work/x\"; // ~/work/x, target/work/y"), ("docs/a.md", "a/work/b")],
        );
    }
}
