//! Go: package testing, testify, go-cmp.

use tree_sitter::Node;

use super::{Reading, is_explained, named, plain, spoken};
use crate::integrity::assertion::{Judged, Strength};
use crate::integrity::expression::{arguments, denied, equal, in_brackets, judge, split_once};
use crate::integrity::source::{Collector, Started, Visit, line_of};
use crate::keys::unquoted;

pub(super) static READING: Reading = Reading {
    grammar: || tree_sitter_go::LANGUAGE.into(),
    comments: &["comment"],
    literals: &["interpreted_string_literal", "raw_string_literal", "int_literal", "float_literal"],
    visit,
};

fn visit<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    match node.kind() {
        "function_declaration" | "method_declaration" => {
            let name = collector.field(node, "name");
            let started = Started::new(name, line_of(node), node.child_by_field_name("body"));
            let is_test =
                ["Test", "Fuzz"].iter().any(|begin| name.starts_with(begin)) && name != "TestMain";
            return match collector.path.ends_with("_test.go") && is_test {
                true => Visit::Test(started),
                false => Visit::Function(started),
            };
        }
        "call_expression" => return call(collector, node),
        "if_statement" => condition(collector, node),
        "for_statement" => {
            if let Some(test) = collector.test() {
                test.is_table = true;
            }
        }
        "return_statement" => returned(collector, node),
        "assignment_statement" => {
            let (left, right) = (collector.field(node, "left"), collector.field(node, "right"));
            if left == "_" && (right == "err" || right.ends_with("Err")) {
                collector.swallows(node);
            }
        }
        "expression_case" => {
            let asked = collector.field(node, "value");
            let statement = named(node).into_iter().find(|one| one.kind() == "return_statement");
            if let Some(statement) = statement {
                let given = collector.text_of(statement).trim_start_matches("return").trim();
                collector.branches(node, asked, given);
            }
        }
        _ => {}
    }
    Visit::Plain
}

const FAILS: &[&str] = &["Error", "Errorf", "Fatal", "Fatalf", "Fail", "FailNow"];

/// testify's functions after `t`: those whose second argument is looked at, and the first expected.
const EXACT: &[&str] = &[
    "equal",
    "equalvalues",
    "exactly",
    "jsoneq",
    "yamleq",
    "equalerror",
    "errorcontains",
    "erroris",
    "elementsmatch",
    "nil",
    "zero",
    "same",
    "equalf",
];
const PART: &[&str] = &[
    "contains",
    "notcontains",
    "len",
    "greater",
    "greaterorequal",
    "less",
    "lessorequal",
    "notequal",
    "regexp",
    "istype",
    "subset",
    "containsf",
    "haslen",
    "erroras",
    "implements",
    "eventually",
];
const EXISTS: &[&str] = &[
    "true",
    "false",
    "notnil",
    "noerror",
    "error",
    "notempty",
    "empty",
    "notzero",
    "panics",
    "notpanics",
    "truef",
    "noerrorf",
];
const NEAR: &[&str] = &["indelta", "inepsilon", "indeltaslice", "withinduration"];

fn call<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    let callee = collector.field(node, "function");
    let list = node.child_by_field_name("arguments");
    let given = list.map_or("", |list| collector.text_of(list));
    let given = in_brackets(given).map_or("", |(given, _)| given);
    let all = arguments(given);
    let (receiver, name) = callee.rsplit_once('.').unwrap_or(("", callee));
    if name == "Run" && collector.in_test() {
        let function =
            list.and_then(|list| named(list).into_iter().find(|one| one.kind() == "func_literal"));
        let label = all.first().copied().unwrap_or_default();
        if let Some(function) = function.filter(|_| label.starts_with(['"', '`'])) {
            let body = function.child_by_field_name("body");
            return Visit::Test(Started::new(unquoted(label), line_of(node), body));
        }
    }
    if matches!(name, "Skip" | "Skipf" | "SkipNow")
        && collector.in_test()
        && is_runner(collector, receiver)
    {
        let hangs_on = around(collector, node);
        collector.skips(node, hangs_on);
    } else if FAILS.contains(&name) && receiver.len() <= 3 && collector.in_test() {
        if !is_direct(node) {
            collector.asserts(node, Judged::new(Strength::Elsewhere, name, given));
        }
    } else if matches!(receiver, "assert" | "require" | "is" | "c" | "s" | "suite") && all.len() > 1
    {
        let given = if matches!(receiver, "assert" | "require") { &all[1..] } else { &all[..] };
        collector.asserts(node, testified(name, given));
    } else if collector.in_test() && all.contains(&"t") && !matches!(receiver, "t" | "testing") {
        collector.asserts(node, Judged::new(Strength::Elsewhere, callee, given));
    } else if !matches!(name, "Run" | "Log" | "Logf" | "Helper" | "Parallel") {
        collector.calls(node, callee);
    }
    Visit::Plain
}

/// Whether a name stands for what runs a test: by its type, or by the name that all give it.
fn is_runner(collector: &Collector<'_>, name: &str) -> bool {
    let types = ["*testing.", "testing.TB", "*check.C", "*C)", "*qt.C", "*ginkgo"];
    let typed = types.iter().any(|of| collector.text.contains(&format!("{name} {of}")));
    !name.is_empty() && (matches!(name, "t" | "tb" | "b" | "f") || name.ends_with(".T()") || typed)
}

fn testified(name: &str, given: &[&str]) -> Judged {
    let name = plain(name);
    let is = |names: &[&str]| names.contains(&name.as_str());
    let first = given.first().copied().unwrap_or_default();
    let second = given.get(1).copied().unwrap_or_default();
    if matches!(name.as_str(), "erroris" | "equalerror" | "errorcontains" | "elementsmatch") {
        Judged::new(Strength::Exact, first, second)
    } else if matches!(name.as_str(), "nil" | "zero") {
        Judged::new(Strength::Exact, first, "nil")
    } else if is(EXACT) {
        equal(second, first)
    } else if is(NEAR) {
        Judged::new(Strength::Near, second, first)
    } else if is(PART) {
        Judged::new(Strength::Partial, first, second)
    } else if is(EXISTS) {
        if name == "false" {
            denied(judge(first))
        } else if name.starts_with("true") {
            judge(first)
        } else {
            Judged::new(Strength::Exists, first, "")
        }
    } else {
        Judged::new(Strength::Elsewhere, &name, &given.join(","))
    }
}

/// Whether a failing call stands directly in an `if`, which is the assertion then.
fn is_direct(node: Node<'_>) -> bool {
    let mut at = node.parent();
    for _ in 0..4 {
        match at {
            Some(parent) if parent.kind() == "if_statement" => return true,
            Some(parent) => at = parent.parent(),
            None => return false,
        }
    }
    false
}

/// `if got != want { t.Errorf(…) }` asserts that they are equal.
fn condition<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let condition = collector.field(node, "condition");
    let Some(body) = node.child_by_field_name("consequence") else { return };
    let statements = statements(body);
    let fails = |one: &Node<'t>| {
        let text = collector.text_of(*one);
        FAILS.iter().any(|name| {
            text.split('(').next().is_some_and(|callee| callee.ends_with(&format!(".{name}")))
        })
    };
    if collector.in_test() && statements.iter().any(fails) {
        let initial = collector.field(node, "initializer");
        let judged = inverted(condition, initial);
        return collector.asserts(node, judged);
    }
    let is_error = condition.contains("err != nil") || condition.contains("Err != nil");
    if is_error && statements.is_empty() && !is_explained(collector, body) {
        collector.swallows(node);
    }
    if let (Some((_, _, asked)), Some(first)) = (split_once(condition, &["=="]), statements.first())
        && let Some(given) = collector.text_of(*first).strip_prefix("return")
    {
        collector.branches(node, asked.trim(), given.trim());
    }
}

/// The statements of a block.
fn statements(block: Node<'_>) -> Vec<Node<'_>> {
    let inner = spoken(block);
    match inner.first() {
        Some(list) if list.kind() == "statement_list" => spoken(*list),
        _ => inner,
    }
}

/// What `cmp.Diff(want, got)` says where it must be empty: that one is the other.
fn differing(text: &str) -> Judged {
    let given = text.find("Diff(").and_then(|at| in_brackets(&text[at..]));
    match given.map(|(given, _)| arguments(given)).as_deref() {
        Some([want, got, ..]) => Judged::new(Strength::Exact, got, want),
        _ => Judged::new(Strength::Elsewhere, "diff", text),
    }
}

/// What is said where a test fails if this holds.
fn inverted(condition: &str, initial: &str) -> Judged {
    // What a name stands for is what is looked at.
    let value = |name: &str| -> String {
        let bound = initial.split_once(":=").filter(|(names, _)| names.trim() == name);
        bound.map_or_else(|| name.to_owned(), |(_, value)| value.trim().to_owned())
    };
    // A test that fails where one of two holds says that neither does: the stronger counts, else the weaker.
    for (sign, is_strongest) in [("||", true), ("&&", false)] {
        if let Some((one, _, other)) = split_once(condition, &[sign]) {
            let (one, other) = (inverted(one.trim(), initial), inverted(other.trim(), initial));
            return if (one.strength >= other.strength) == is_strongest { one } else { other };
        }
    }
    if let Some((left, operator, right)) =
        split_once(condition, &["!=", "==", ">=", "<=", ">", "<"])
    {
        let (left, right) = (left.trim(), right.trim());
        return match operator {
            "!=" if right == "nil" => Judged::new(Strength::Exists, left, ""),
            "!=" if left.contains("diff") || left.contains("Diff(") => {
                differing(if left.contains("Diff(") { left } else { initial })
            }
            "!=" => equal(&value(left), right),
            "==" if right == "nil" => Judged::new(Strength::Exists, left, ""),
            ">" | ">=" if left.contains("Abs(") => Judged::new(Strength::Near, left, ""),
            _ => Judged::new(Strength::Partial, &value(left), right),
        };
    }
    match condition.trim().strip_prefix('!') {
        Some(rest) => match rest.split_once('(') {
            Some(("errors.Is", given)) => {
                let given = arguments(given.trim_end_matches(')'));
                let of = |at: usize| given.get(at).copied().unwrap_or_default();
                Judged::new(Strength::Exact, of(0), of(1))
            }
            Some(("errors.As", given)) => {
                let given = arguments(given.trim_end_matches(')'));
                let of = |at: usize| given.get(at).copied().unwrap_or_default();
                Judged::new(Strength::Partial, of(0), of(1))
            }
            _ => judge(rest),
        },
        None => Judged::new(Strength::Exists, condition, ""),
    }
}

/// A test that returns before the rest of it, perhaps where something holds.
fn returned<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    if collector.text_of(node).trim() != "return" || !collector.in_test() {
        return;
    }
    let block_of = |node: Node<'t>| {
        let list = node.parent()?;
        if list.kind() == "statement_list" { list.parent() } else { Some(list) }
    };
    let Some(block) = block_of(node).filter(|block| block.kind() == "block") else { return };
    let is_function = |node: Node<'t>| {
        matches!(node.kind(), "function_declaration" | "method_declaration" | "func_literal")
    };
    let (statement, condition) = match block.parent() {
        Some(function) if is_function(function) => (node, None),
        Some(branch) if branch.kind() == "if_statement" => {
            let condition = collector.field(branch, "condition");
            (branch, (condition != "true").then(|| condition.to_owned()))
        }
        _ => return,
    };
    let is_of_test = block_of(statement).and_then(|block| block.parent()).is_some_and(is_function);
    // A branch that says something before it returns is a part of the test.
    let is_bare = condition.is_none() || named(block).len() == 1 && statements(block).len() == 1;
    if is_of_test && is_bare && statement.next_named_sibling().is_some() {
        collector.skips(node, condition);
    }
}

/// On what a statement in a test hangs.
fn around(collector: &Collector<'_>, node: Node<'_>) -> Option<String> {
    let mut at = node.parent();
    while let Some(parent) = at {
        match parent.kind() {
            "if_statement" => {
                let condition = parent.child_by_field_name("condition")?;
                return collector.text.get(condition.byte_range()).map(str::to_owned);
            }
            "func_literal" | "function_declaration" => return None,
            "for_statement" | "expression_case" => return Some(parent.kind().to_owned()),
            _ => at = parent.parent(),
        }
    }
    None
}
