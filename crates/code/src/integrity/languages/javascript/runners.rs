//! Tests and groups of JavaScript's runners, and the ways in which they are skipped.

use tree_sitter::Node;

use super::{is_function, spoken};
use crate::integrity::expression::in_brackets;
use crate::integrity::source::{Alias, Collector, Skip, Started, Visit, line_of};
use crate::keys::unquoted;

const TESTS: &[&str] = &["it", "test", "specify", "fit", "xit", "xtest", "xspecify"];
const GROUPS: &[&str] = &["describe", "context", "suite", "fdescribe", "xdescribe", "xcontext"];

/// What a call is of: `it.skip.each(table)` is `it` with `skip` and `each`.
pub(super) fn words(callee: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = callee;
    while let Some(at) = rest.find(['.', '(']) {
        words.push(rest[..at].trim());
        rest = match rest.as_bytes()[at] {
            b'(' => in_brackets(&rest[at..]).map_or("", |(_, after)| after.trim_start_matches('.')),
            _ => &rest[at + 1..],
        };
    }
    words.push(rest.trim());
    words.retain(|word| !word.is_empty());
    words
}

/// Words by which a test is skipped, or is let fail.
const SKIPPING: &[&str] = &["skip", "todo", "fixme", "fails", "failing", "fail", "ignore"];

/// A test or a group, if the call makes one.
pub(super) fn tested<'t>(
    collector: &Collector<'t>,
    node: Node<'t>,
    callee: &'t str,
) -> Option<Visit<'t>> {
    // `it['skip']` is `it.skip`.
    let dotted = callee.replace(['\'', '"'], "").replace('[', ".").replace(']', "");
    let is_named_by_text = callee.contains("['") || callee.contains("[\"");
    let mut said = words(if is_named_by_text { &dotted } else { callee });
    if matches!(said.first(), Some(&"QUnit" | &"Deno" | &"Cypress")) && said.len() > 1 {
        said.remove(0);
    }
    let first = *said.first()?;
    let alias = collector.alias(first).cloned();
    let of = alias.as_ref().map_or(first, |alias| alias.of.as_str());
    let is_group = GROUPS.contains(&of) || (of == "test" && said.get(1) == Some(&"describe"));
    let is_inner = matches!(callee, "t.test" | "t.it" | "t.describe");
    let is_word = callee.starts_with("QUnit.") && (SKIPPING.contains(&first) || first == "only");
    if !is_group && !TESTS.contains(&of) && !is_inner && !is_word {
        return None;
    }
    let list = node.child_by_field_name("arguments")?;
    let given = spoken(list);
    let label = *given.first()?;
    let options = given.iter().find(|one| one.kind() == "object");
    let options = options.map_or("", |one| collector.text_of(*one));
    let name = match label.kind() {
        "object" => options
            .split_once("name:")
            .and_then(|(_, rest)| rest.split(['"', '\'', '`']).nth(1))
            .unwrap_or(""),
        _ => unquoted(collector.text_of(label)),
    };
    let function = given.iter().find(|one| is_function(**one)).copied();
    let has = |word: &str| said.contains(&word);
    let option = |name: &str| {
        let said = options.split_once(name).map(|(_, rest)| rest.trim_start_matches([':', ' ']));
        said.is_some_and(|said| !said.starts_with("false") && !said.starts_with("undefined"))
    };
    // A call with a table alone gives a function that is called with the name.
    let is_table_only = has("each") && function.is_none();
    let is_named = matches!(label.kind(), "string" | "template_string");
    let is_pending =
        function.is_none() && given.len() == 1 && is_named && said.len() == 1 && !is_group;
    let is_skipping = said.iter().any(|word| SKIPPING.contains(word));
    let is_object = label.kind() == "object";
    let is_test = function.is_some() || is_pending || is_object || (is_skipping && is_named);
    if is_table_only || !is_test {
        return None;
    }
    let body = function.and_then(|one| one.child_by_field_name("body"));
    let mut started = Started::new(name, line_of(node), body);
    started.is_table = has("each") || has("for");
    let head = collector.text_of(node).lines().next().unwrap_or_default().trim().to_owned();
    let skip =
        |condition, is_only| Skip { line: line_of(node), text: head.clone(), condition, is_only };
    let is_option = SKIPPING.iter().any(|word| option(&format!("{word}:")));
    if (of.starts_with('x') && of != "x") || is_skipping || is_option || is_pending {
        started.skips.push(skip(None, false));
    } else if has("skipIf") || has("runIf") || has("if") {
        let condition = in_brackets(callee).map_or("", |(given, _)| given);
        let always = if has("skipIf") { "true" } else { "false" };
        started.skips.push(skip((condition != always).then(|| condition.to_owned()), false));
    } else if let Some(alias) = &alias {
        started.skips.push(skip(alias.condition.clone(), false));
    } else if of.starts_with('f') || has("only") || option("only:") {
        started.skips.push(skip(None, true));
    }
    Some(if is_group { Visit::Group(started) } else { Visit::Test(started) })
}

/// A name that stands for `it.skip`, at least where something holds.
pub(super) fn named_skip<'t>(collector: &mut Collector<'t>, name: &str, value: Node<'t>) {
    let text = collector.text_of(value);
    let of = ["it", "test", "describe"]
        .iter()
        .find(|of| text.contains(&format!("{of}.skip")) && !text.contains(&format!("{of}.skip(")));
    if let Some(of) = of.filter(|_| collector.is_test_file) {
        let hangs = text.contains('?') || is_function(value);
        let is_always = text.trim_start_matches('(').starts_with("false");
        let condition = (hangs && !is_always).then(|| text.to_owned());
        let alias = Alias { name: name.to_owned(), of: (*of).to_owned(), condition };
        collector.names(alias);
    }
}

/// `test.skip(browser === 'webkit', 'why')`, `this.skip()`, `pending()`: what is being read is skipped.
pub(super) fn skipping<'t>(collector: &mut Collector<'t>, node: Node<'t>, callee: &str) -> bool {
    let is_playwright = matches!(
        callee,
        "test.skip" | "test.fixme" | "test.fail" | "it.skip" | "test.describe.skip"
    );
    let is_context = matches!(
        callee,
        "this.skip"
            | "t.skip"
            | "ctx.skip"
            | "context.skip"
            | "t.todo"
            | "pending"
            | "skip"
            | "test.info().skip"
            | "testInfo.skip"
            | "testInfo.fixme"
            | "task.skip"
    );
    if !(is_playwright || is_context) {
        return false;
    }
    let list = node.child_by_field_name("arguments");
    let first = list.and_then(|list| spoken(list).first().copied());
    let is_text =
        first.is_none_or(|one| matches!(one.kind(), "string" | "template_string" | "true"));
    if is_playwright && first.is_some_and(|one| matches!(one.kind(), "string" | "template_string"))
    {
        return false;
    }
    if callee == "skip" && !collector.in_test() {
        return false;
    }
    let condition = first.filter(|_| !is_text).map(|one| collector.text_of(one).to_owned());
    let condition = condition.or_else(|| around(collector, node));
    collector.skips_all(node, condition);
    true
}

/// On what a statement hangs.
fn around(collector: &Collector<'_>, node: Node<'_>) -> Option<String> {
    let mut at = node.parent();
    while let Some(parent) = at {
        match parent.kind() {
            "if_statement" | "ternary_expression" => {
                let condition = parent.child_by_field_name("condition")?;
                return collector.text.get(condition.byte_range()).map(str::to_owned);
            }
            "for_statement" | "catch_clause" => return Some(parent.kind().to_owned()),
            kind if kind.contains("function") => return None,
            _ => at = parent.parent(),
        }
    }
    None
}

/// A test that returns before the rest of it, perhaps where something holds.
pub(super) fn returned<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    if collector.text_of(node).trim_end_matches(';').trim() != "return" || !collector.in_test() {
        return;
    }
    let Some(parent) = node.parent() else { return };
    let block = if parent.kind() == "statement_block" { parent.parent() } else { Some(parent) };
    let (statement, condition) = match block {
        Some(function) if is_function(function) => (node, None),
        Some(branch) if branch.kind() == "if_statement" => {
            let condition = collector.field(branch, "condition").to_owned();
            (branch, (condition != "(true)").then_some(condition))
        }
        _ => return,
    };
    let is_of_test = statement
        .parent()
        .and_then(|block| block.parent())
        .filter(|function| is_function(*function))
        .and_then(|function| function.parent())
        .is_some_and(|list| list.kind() == "arguments");
    let is_followed = statement.next_named_sibling().is_some_and(|next| next.kind() != "comment");
    if is_of_test && is_followed {
        collector.skips(node, condition);
    }
}
