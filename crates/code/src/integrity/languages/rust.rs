//! Rust: the built-in harness, and what crates put on it.

use tree_sitter::Node;

use super::{Reading, is_explained, named, spoken};
use crate::integrity::assertion::{Judged, Strength};
use crate::integrity::expression::{arguments, equal, in_brackets, judge};
use crate::integrity::source::{Collector, Skip, Started, Visit, line_of};

pub(super) static READING: Reading = Reading {
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    comments: &["line_comment", "block_comment"],
    literals: &["string_literal", "raw_string_literal", "integer_literal", "float_literal"],
    visit,
};

fn visit<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    match node.kind() {
        "mod_item" => {
            let name = collector.field(node, "name");
            return Visit::Group(Started::new(
                name,
                line_of(node),
                node.child_by_field_name("body"),
            ));
        }
        "function_item" => return function(collector, node),
        "macro_invocation" => invocation(collector, node),
        "call_expression" => {
            let callee = collector.field(node, "function");
            let name = callee.rsplit(['.', ':']).next().unwrap_or(callee);
            if matches!(name, "unwrap" | "expect" | "unwrap_err" | "expect_err") {
                is_smoke(collector);
            } else {
                collector.calls(node, callee);
            }
        }
        "try_expression" => is_smoke(collector),
        "for_expression" => {
            if let Some(test) = collector.test() {
                test.is_table = true;
            }
        }
        "match_arm" => arm(collector, node),
        "if_expression" => {
            let condition = collector.field(node, "condition");
            let body = node.child_by_field_name("consequence");
            let is_error = condition.starts_with("let Err(");
            if is_error
                && body
                    .is_some_and(|body| spoken(body).is_empty() && !is_explained(collector, body))
            {
                collector.swallows(node);
            }
            branch(collector, node, condition, body);
        }
        "return_expression" => returned(collector, node),
        _ => {}
    }
    Visit::Plain
}

fn is_smoke(collector: &mut Collector<'_>) {
    if let Some(test) = collector.test() {
        test.is_smoke = true;
    }
}

/// The attributes before an item, the first one first.
fn attributes<'t>(collector: &Collector<'t>, node: Node<'t>) -> Vec<(Node<'t>, &'t str)> {
    let mut found = Vec::new();
    let mut before = node.prev_named_sibling();
    while let Some(one) = before {
        match one.kind() {
            "attribute_item" => found.push((one, collector.text_of(one))),
            "line_comment" | "block_comment" => {}
            _ => break,
        }
        before = one.prev_named_sibling();
    }
    found.reverse();
    found
}

fn function<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    let attributes = attributes(collector, node);
    let name = collector.field(node, "name");
    let line = attributes.first().map_or_else(|| line_of(node), |(first, _)| line_of(*first));
    let mut started = Started::new(name, line, node.child_by_field_name("body"));
    let path = |text: &str| -> String {
        text.trim_start_matches("#[")
            .split(['(', ']', '='])
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let is_test = attributes.iter().any(|(_, text)| {
        let path = path(text);
        path == "test"
            || path.ends_with("::test")
            || path == "rstest"
            || path == "test_case"
            || path == "proptest"
            || path == "quickcheck"
    });
    if !is_test {
        return Visit::Function(started);
    }
    for (attribute, text) in &attributes {
        let is_never =
            path(text) == "ignore" || text.contains("cfg(any())") || text.contains("cfg(FALSE)");
        if is_never {
            started.skips.push(Skip {
                line: line_of(*attribute),
                text: (*text).to_owned(),
                condition: None,
                is_only: false,
            });
        }
        started.asserts |= path(text) == "should_panic";
        started.is_table |= matches!(
            path(text).as_str(),
            "rstest" | "test_case" | "case" | "proptest" | "quickcheck"
        );
    }
    Visit::Test(started)
}

fn invocation<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let name = collector.field(node, "macro");
    let last = name.rsplit("::").next().unwrap_or(name);
    let text = collector.text_of(node);
    let body = text.split_once('!').map_or("", |(_, rest)| rest.trim());
    let inner = body.get(1..body.len().saturating_sub(1)).unwrap_or_default();
    let given = arguments(inner);
    let first = given.first().copied().unwrap_or_default();
    let second = given.get(1).copied().unwrap_or_default();
    let judged = match last {
        "assert" | "debug_assert" | "prop_assert" | "ensure" => judge(first),
        "assert_eq" | "debug_assert_eq" | "prop_assert_eq" | "assert_str_eq" => {
            equal(first, second)
        }
        "assert_ne" | "prop_assert_ne" => Judged::new(Strength::Partial, first, second),
        "assert_matches" | "assert_let" => Judged::new(Strength::Partial, first, second),
        "assert_relative_eq" | "assert_abs_diff_eq" | "assert_ulps_eq" | "assert_approx_eq" => {
            Judged::new(Strength::Near, first, second)
        }
        "proptest" | "println" | "eprintln" | "vec" | "format" | "print" | "matches" | "write" => {
            return;
        }
        "panic" | "unreachable" if collector.in_test() => {
            Judged::new(Strength::Elsewhere, last, inner)
        }
        _ if last.contains("snapshot") => Judged::new(Strength::Exact, first, inner),
        "check" | "expect" => Judged::new(Strength::Elsewhere, last, inner),
        _ => return collector.calls(node, name),
    };
    if last == "todo" {
        return;
    }
    collector.asserts(node, judged);
}

/// `Err(_) => {}`.
fn arm<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let pattern = collector.field(node, "pattern").trim();
    let Some(value) = node.child_by_field_name("value") else { return };
    let does_nothing = match value.kind() {
        "block" => spoken(value).is_empty(),
        "unit_expression" => true,
        _ => false,
    };
    if pattern.starts_with("Err(")
        && !pattern.contains(" if ")
        && does_nothing
        && !is_explained(collector, value)
    {
        let error = in_brackets(pattern).map_or("", |(inner, _)| inner);
        // A named error is one that was thought of.
        if error.chars().all(|c| c.is_lowercase() || c == '_') {
            collector.swallows(node);
        }
    }
    let asked = pattern.split('|').next().unwrap_or_default();
    collector.branches(node, asked, collector.text_of(value));
}

fn branch<'t>(
    collector: &mut Collector<'t>,
    node: Node<'t>,
    condition: &str,
    body: Option<Node<'t>>,
) {
    let Some((_, asked)) = condition.split_once("==") else { return };
    let Some(only) = body.and_then(|body| named(body).first().copied()) else { return };
    let given = collector.text_of(only).trim_start_matches("return ").trim_end_matches(';');
    collector.branches(node, asked.trim(), given);
}

/// A test that returns before anything else.
fn returned<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let statement = node.parent().filter(|parent| parent.kind() == "expression_statement");
    let block =
        statement.and_then(|statement| statement.parent()).filter(|block| block.kind() == "block");
    let is_of_function = block
        .and_then(|block| block.parent())
        .is_some_and(|parent| parent.kind() == "function_item");
    let is_followed = statement.is_some_and(|statement| statement.next_named_sibling().is_some());
    if is_of_function && is_followed && collector.text_of(node).trim() == "return" {
        collector.skips(node, None);
    }
}
