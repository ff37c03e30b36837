//! Python: pytest, unittest, numpy's and pandas' assertions.

use tree_sitter::Node;

use super::{Reading, is_explained, named, plain, spoken};
use crate::integrity::assertion::{Judged, Strength};
use crate::integrity::expression::{arguments, denied, equal, in_brackets, judge, split_once};
use crate::integrity::source::{Alias, Collector, Skip, Started, Visit, line_of};

pub(super) static READING: Reading = Reading {
    grammar: || tree_sitter_python::LANGUAGE.into(),
    comments: &["comment"],
    literals: &["string", "integer", "float"],
    visit,
};

fn visit<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    match node.kind() {
        "class_definition" => return class(collector, node),
        "function_definition" => return function(collector, node),
        "assert_statement" => {
            if let Some(asserted) = named(node).first() {
                let judged = judge(collector.text_of(*asserted));
                collector.asserts(node, judged);
            }
        }
        "raise_statement" if collector.text_of(node).contains("SkipTest") => {
            let condition = condition(collector, node);
            collector.skips_all(node, condition);
        }
        "raise_statement" if collector.text_of(node).contains("AssertionError") => {
            collector.asserts(node, Judged::new(Strength::Elsewhere, "raise", ""));
        }
        "call" => call(collector, node),
        "for_statement" | "while_statement" => {
            if let Some(test) = collector.test() {
                test.is_table = true;
            }
        }
        "assignment" => assigned(collector, node),
        "except_clause" => handler(collector, node),
        "return_statement" => returned(collector, node),
        "if_statement" => branch(collector, node),
        "pair" => {
            let (key, value) = (collector.field(node, "key"), collector.field(node, "value"));
            collector.branches(node, key, value);
        }
        _ => {}
    }
    Visit::Plain
}

/// The decorators before a definition, and its first line.
fn decorators<'t>(node: Node<'t>) -> (Vec<Node<'t>>, u32) {
    match node.parent().filter(|parent| parent.kind() == "decorated_definition") {
        Some(parent) => {
            let all = named(parent).into_iter().filter(|child| child.kind() == "decorator");
            (all.collect(), line_of(parent))
        }
        None => (Vec::new(), line_of(node)),
    }
}

/// What decorators say about running a test.
fn skips(collector: &Collector<'_>, decorators: &[Node<'_>]) -> Vec<Skip> {
    let text = |node: &Node<'_>| collector.text.get(node.byte_range()).unwrap_or_default();
    let of_decorator = |node: &Node<'_>| {
        let said = text(node).trim_start_matches('@').trim();
        let alias = collector.alias(said.split('(').next().unwrap_or(said).trim());
        let condition = match alias {
            Some(alias) => alias.condition.clone(),
            None => mark(said)?,
        };
        Some(Skip { line: line_of(*node), text: format!("@{said}"), condition, is_only: false })
    };
    let mut found: Vec<Skip> = decorators.iter().filter_map(of_decorator).collect();
    // Rows of a table may be skipped by themselves.
    for decorator in decorators.iter().filter(|one| text(one).contains("mark.")) {
        let mut rows = Vec::new();
        rows_of(collector, *decorator, &mut rows);
        found.extend(rows.into_iter().filter_map(|row| {
            let (_, marks) = text(&row).split_once("marks")?;
            let marks = marks.trim_start_matches([' ', '=', '[']);
            let condition = mark(marks)?;
            Some(Skip {
                line: line_of(row),
                text: text(&row).to_owned(),
                condition,
                is_only: false,
            })
        }));
    }
    found
}

/// Calls of `pytest.param` in a decorator.
fn rows_of<'t>(collector: &Collector<'_>, node: Node<'t>, rows: &mut Vec<Node<'t>>) {
    for child in named(node) {
        let callee = child.child_by_field_name("function").filter(|_| child.kind() == "call");
        let callee = callee.and_then(|callee| collector.text.get(callee.byte_range()));
        if callee.is_some_and(|callee| callee == "param" || callee.ends_with(".param")) {
            rows.push(child);
        } else {
            rows_of(collector, child, rows);
        }
    }
}

/// On what a test with this mark is skipped; none if it is no mark that skips, and nothing in it if it always does.
#[allow(
    clippy::option_option,
    reason = "a mark that skips always is another answer than one that does not skip"
)]
fn mark(said: &str) -> Option<Option<String>> {
    let callee = said.split(['(', ',', ']', ')']).next().unwrap_or(said).trim();
    let name = callee.rsplit('.').next()?;
    let given = in_brackets(said).map(|(given, _)| arguments(given)).unwrap_or_default();
    let is_mark = callee.contains("mark.") || callee.contains("unittest") || !callee.contains('.');
    if !is_mark {
        return None;
    }
    match plain(name).as_str() {
        "skip" | "expectedfailure" | "skiptest" => Some(None),
        "xfail" => {
            let condition =
                given.iter().find(|one| !one.contains('=') || one.starts_with("condition="));
            let condition = condition.map(|one| one.trim_start_matches("condition=").to_owned());
            Some(
                condition
                    .filter(|condition| condition != "True" && !condition.starts_with(['"', '\''])),
            )
        }
        "skipif" | "skipunless" => {
            let condition = given.first().copied().unwrap_or_default();
            let condition = condition.trim_start_matches("condition=").trim_matches(['"', '\'']);
            let always: &[&str] = if plain(name) == "skipif" {
                &["True", "1", "not False"]
            } else {
                &["False", "0", "not True"]
            };
            Some((!always.contains(&condition)).then(|| condition.to_owned()))
        }
        _ => None,
    }
}

fn class<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    let (decorators, line) = decorators(node);
    let name = collector.field(node, "name");
    let mut started = Started::new(name, line, node.child_by_field_name("body"));
    started.skips = skips(collector, &decorators);
    Visit::Group(started)
}

fn function<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    let (decorators, line) = decorators(node);
    let name = collector.field(node, "name");
    let said: Vec<&str> = decorators.iter().map(|one| collector.text_of(*one)).collect();
    let has = |word: &str| said.iter().any(|one| one.contains(word));
    let mut started = Started::new(name, line, node.child_by_field_name("body"));
    let is_test = collector.is_test_file && name.starts_with("test") && !collector.in_test();
    if is_test && !has("fixture") && !has("property") {
        started.skips = skips(collector, &decorators);
        started.is_table = has("parametrize") || has("parameterized") || has("given") || has("ddt");
        return Visit::Test(started);
    }
    started.is_abstract = has("abstract") || has("overload") || is_open_class(collector, node);
    Visit::Function(started)
}

/// Words in the head of a class whose methods others write.
const OPEN: &[&str] = &["Protocol", "ABC", "Abstract", "Base", "Interface", "Mixin", "TypedDict"];

fn is_open_class(collector: &Collector<'_>, node: Node<'_>) -> bool {
    let mut around = node.parent();
    while let Some(parent) = around {
        if parent.kind() == "class_definition" {
            let head = collector.text.get(parent.byte_range()).unwrap_or_default();
            let head = head.split(":\n").next().unwrap_or(head);
            return OPEN.iter().any(|word| head.contains(word));
        }
        around = parent.parent();
    }
    false
}

/// Assertions by name, in lower case: how much they say, and which arguments are looked at and expected.
const EXACT: &[&str] = &[
    "assertequal",
    "assertequals",
    "assertlistequal",
    "assertdictequal",
    "assertsetequal",
    "asserttupleequal",
    "assertsequenceequal",
    "assertmultilineequal",
    "assertcountequal",
    "assertis",
    "assertitemsequal",
    "assertquerysetequal",
    "assertnumqueries",
    "assertxmlequal",
    "asserthtmlequal",
    "assertjsonequal",
    "assertarrayequal",
    "assertframeequal",
    "assertseriesequal",
    "assertindexequal",
    "assertstringequal",
    "assertarrayalmostequalnulp",
];
const NEAR: &[&str] = &[
    "assertalmostequal",
    "assertalmostequals",
    "assertallclose",
    "assertarrayalmostequal",
    "assertapproxequal",
    "assertquantityallclose",
];
const PART: &[&str] = &[
    "assertin",
    "assertnotin",
    "assertcontains",
    "assertnotcontains",
    "assertisinstance",
    "assertregex",
    "assertregexpmatches",
    "assertgreater",
    "assertgreaterequal",
    "assertless",
    "assertlessequal",
    "assertnotequal",
    "assertisnot",
    "assertdictcontainssubset",
];
const CALLED: &[&str] =
    &["assertcalledwith", "assertcalledoncewith", "assertanycall", "asserthascalls"];
const CALLED_AT_ALL: &[&str] = &["assertcalled", "assertcalledonce", "assertnotcalled"];
const RAISES: &[&str] =
    &["raises", "assertraises", "assertraisesregex", "assertraisesmessage", "warns", "assertwarns"];

fn call<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let callee = collector.field(node, "function");
    let text = collector.text_of(node);
    let given = node.child_by_field_name("arguments").map_or("", |list| collector.text_of(list));
    let given = in_brackets(given).map_or("", |(given, _)| given);
    let given = arguments(given);
    let name = plain(callee.rsplit('.').next().unwrap_or(callee));
    let first = given.first().copied().unwrap_or_default();
    let second = given.get(1).copied().unwrap_or_default();
    let is = |names: &[&str]| names.contains(&name.as_str());
    let judged = if is(EXACT) {
        equal(first, second)
    } else if is(NEAR) {
        Judged::new(Strength::Near, first, second)
    } else if is(PART) {
        let (subject, expected) =
            if name.ends_with("in") { (second, first) } else { (first, second) };
        let expected =
            if name.contains("not") { format!("not {expected}") } else { expected.to_owned() };
        Judged::new(Strength::Partial, subject, &expected)
    } else if matches!(name.as_str(), "asserttrue" | "assert") {
        judge(first)
    } else if name == "assertfalse" {
        denied(judge(first))
    } else if name == "assertisnone" {
        Judged::new(Strength::Exact, first, "None")
    } else if name == "assertisnotnone" {
        Judged::new(Strength::Exists, first, "")
    } else if is(CALLED) {
        let subject = callee.rsplit_once('.').map_or(callee, |(subject, _)| subject);
        Judged::new(Strength::Exact, subject, &given.join(","))
    } else if is(CALLED_AT_ALL) {
        let subject = callee.rsplit_once('.').map_or(callee, |(subject, _)| subject);
        Judged::new(Strength::Partial, subject, "")
    } else if is(RAISES) && (callee.contains('.') || name == "raises") {
        raises(&given)
    } else if matches!(name.as_str(), "skip" | "skiptest" | "xfail")
        && (callee.matches('.').count() < 2)
        && (callee.starts_with("pytest")
            || callee.starts_with("self")
            || (callee == "skip" && collector.in_test()))
    {
        let condition = condition(collector, node);
        return collector.skips_all(node, condition);
    } else if matches!(name.as_str(), "applymarker" | "addmarker") && collector.in_test() {
        if let Some(marked) = mark(first) {
            let condition = marked.or_else(|| condition(collector, node));
            collector.skips(node, condition);
        }
        return;
    } else {
        if matches!(name.as_str(), "fail") {
            return collector.asserts(node, Judged::new(Strength::Elsewhere, callee, text));
        }
        if callee.ends_with("subTest")
            && let Some(test) = collector.test()
        {
            test.is_table = true;
        }
        return collector.calls(node, callee);
    };
    collector.asserts(node, judged);
}

/// Errors that are nearly all of them.
const BROAD: &[&str] = &["Exception", "BaseException", "(Exception,BaseException)"];

fn raises(given: &[&str]) -> Judged {
    let error = given.first().copied().unwrap_or_default();
    let message = given.iter().skip(1).find(|one| {
        one.starts_with("match") || one.starts_with('r') || one.starts_with(['"', '\''])
    });
    let strength = match message {
        _ if BROAD.contains(&error) => Strength::Exists,
        Some(_) => Strength::Exact,
        None => Strength::Partial,
    };
    Judged::new(strength, "raises", &format!("{error}{}", message.copied().unwrap_or_default()))
}

/// On what a statement in a test hangs.
fn condition(collector: &Collector<'_>, node: Node<'_>) -> Option<String> {
    let mut around = node.parent();
    while let Some(parent) = around {
        match parent.kind() {
            "if_statement" | "elif_clause" => {
                let condition = parent.child_by_field_name("condition")?;
                return collector.text.get(condition.byte_range()).map(str::to_owned);
            }
            "except_clause" | "else_clause" | "for_statement" | "while_statement" => {
                return Some(parent.kind().to_owned());
            }
            "function_definition" => return None,
            _ => around = parent.parent(),
        }
    }
    None
}

/// `pytestmark = pytest.mark.skip` skips all of a file, `__test__ = False` all of a class; other names stand for marks.
fn assigned<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let (left, right) = (collector.field(node, "left"), collector.field(node, "right"));
    if left == "__test__" && right == "False" {
        return collector.skips_all(node, None);
    }
    if left == "pytestmark" {
        let marks = right.trim_start_matches('[').trim_end_matches(']');
        if let Some(condition) = arguments(marks).into_iter().find_map(mark) {
            collector.skips_all(node, condition);
        }
    } else if (right.contains("mark.") || right.contains("unittest.skip"))
        && let Some(condition) = mark(right)
    {
        let alias = Alias { name: left.to_owned(), of: String::new(), condition };
        collector.names(alias);
    }
}

/// A handler that takes any error and goes on.
fn handler<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let head = collector.text_of(node).split(":\n").next().unwrap_or_default();
    let head = head.trim_start_matches("except").trim().trim_end_matches(':');
    let error = head.split(" as ").next().unwrap_or(head).trim();
    let is_broad =
        error.is_empty() || error.split(['(', ')', ',', ' ']).any(|one| BROAD.contains(&one));
    let Some(body) = named(node).into_iter().rfind(|child| child.kind() == "block") else { return };
    let statements = spoken(body);
    let does_nothing = !statements.is_empty()
        && statements.iter().all(|one| {
            matches!(
                collector.text_of(*one).trim(),
                "pass" | "continue" | "..." | "return" | "return None" | "return False"
            )
        });
    // A reason excuses one step that may fail, not all that something does.
    let tried = node.parent().and_then(|whole| whole.child_by_field_name("body"));
    let is_one_step = tried.is_none_or(|tried| spoken(tried).len() < 2);
    let is_excused = is_explained(collector, body) || is_explained(collector, node);
    if is_broad && does_nothing && !(is_excused && is_one_step) {
        collector.swallows(node);
    }
}

/// A test that returns before the rest of it, perhaps where something holds.
fn returned<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    if collector.text_of(node).trim() != "return" || !collector.in_test() {
        return;
    }
    let Some(block) = node.parent().filter(|parent| parent.kind() == "block") else { return };
    let Some(around) = block.parent() else { return };
    let (statement, condition) = match around.kind() {
        "function_definition" => (node, None),
        "if_statement" => {
            let condition = collector.field(around, "condition");
            let is_of_test = around
                .parent()
                .and_then(|block| block.parent())
                .is_some_and(|of| of.kind() == "function_definition");
            if !is_of_test {
                return;
            }
            (around, (!matches!(condition, "True" | "1")).then(|| condition.to_owned()))
        }
        _ => return,
    };
    let is_followed = statement.next_named_sibling().is_some_and(|next| next.kind() != "comment");
    if is_followed {
        collector.skips(node, condition);
    }
}

/// `if name == "a": return 3`.
fn branch<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let condition = collector.field(node, "condition");
    let Some((_, _, asked)) = split_once(condition, &["=="]) else { return };
    let Some(body) = node.child_by_field_name("consequence") else { return };
    for statement in spoken(body).into_iter().filter(|one| one.kind() == "return_statement") {
        let given = collector.text_of(statement).trim_start_matches("return").trim();
        collector.branches(node, asked.trim(), given);
    }
}
