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
            let mut started = Started::new(name, line_of(node), node.child_by_field_name("body"));
            started.skips = left_out(&attributes(collector, node));
            return Visit::Group(started);
        }
        "function_item" => return function(collector, node),
        "macro_invocation" => invocation(collector, node),
        "call_expression" => {
            let callee = collector.field(node, "function");
            let name = callee.rsplit(['.', ':']).next().unwrap_or(callee);
            if matches!(name, "unwrap" | "expect" | "unwrap_err" | "expect_err") {
                is_smoke(collector);
            } else if name == "pass" && collector.in_test() {
                // `trybuild` compiles what it is given at the end of the test.
                collector.asserts(node, Judged::new(Strength::Elsewhere, callee, ""));
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
    started.skips = left_out(&attributes);
    for (_, text) in &attributes {
        started.asserts |= path(text) == "should_panic";
        started.is_table |= matches!(
            path(text).as_str(),
            "rstest" | "test_case" | "case" | "proptest" | "quickcheck"
        );
    }
    Visit::Test(started)
}

/// What attributes say about running what they stand before.
fn left_out(attributes: &[(Node<'_>, &str)]) -> Vec<Skip> {
    let skip = |(attribute, text): &(Node<'_>, &str)| {
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let inner = bare.trim_start_matches("#[").trim_end_matches(']');
        let condition = if inner == "ignore" || inner.starts_with("ignore=") {
            None
        } else if let Some(given) = inner.strip_prefix("cfg_attr(") {
            let given = arguments(given.trim_end_matches(')'));
            given.iter().skip(1).find(|one| one.starts_with("ignore"))?;
            let condition = given.first()?;
            (!matches!(*condition, "all()" | "test" | "true")).then(|| (*condition).to_owned())
        } else if let Some(condition) =
            inner.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')'))
        {
            if condition == "test" {
                return None;
            }
            let is_never = matches!(
                condition,
                "any()" | "FALSE" | "false" | "never" | "not(test)" | "not(all())"
            );
            (!is_never).then(|| condition.to_owned())
        } else if inner.starts_with("test_case(") && inner.contains("=>ignore") {
            None
        } else {
            return None;
        };
        Some(Skip {
            line: line_of(*attribute),
            text: (*text).to_owned(),
            condition,
            is_only: false,
        })
    };
    attributes.iter().filter_map(skip).collect()
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

/// A test that returns before the rest of it, perhaps where something holds.
fn returned<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    if collector.text_of(node).trim() != "return" || !collector.in_test() {
        return;
    }
    let statement = node.parent().filter(|parent| parent.kind() == "expression_statement");
    let Some(block) = statement.and_then(|one| one.parent()).filter(|one| one.kind() == "block")
    else {
        return;
    };
    let (around, condition) = match block.parent() {
        Some(function) if function.kind() == "function_item" => (statement, None),
        Some(branch) if branch.kind() == "if_expression" => {
            let condition = collector.field(branch, "condition");
            let condition = (condition != "true").then(|| condition.to_owned());
            (branch.parent().filter(|parent| parent.kind() == "expression_statement"), condition)
        }
        _ => return,
    };
    let is_of_test = around
        .and_then(|around| around.parent())
        .and_then(|block| block.parent())
        .is_some_and(|parent| parent.kind() == "function_item");
    if is_of_test && around.is_some_and(|around| around.next_named_sibling().is_some()) {
        collector.skips(node, condition);
    }
}
