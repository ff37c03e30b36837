//! JavaScript and TypeScript: Jest, Vitest, Mocha with Chai, node:test, ava and Testing Library.

mod runners;

use tree_sitter::Node;

use super::{Reading, is_explained, named, plain, spoken};
use crate::integrity::assertion::{Judged, Strength};
use crate::integrity::expression::{
    arguments, denied, equal, in_brackets, is_literal, judge, split_once,
};
use crate::integrity::source::{Collector, Started, Visit, line_of};
use runners::{named_skip, returned, skipping, tested, words};

pub(super) static READING: Reading = Reading {
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    comments: &["comment"],
    literals: &["string", "number", "template_string"],
    visit,
};

pub(super) static TYPED: Reading = Reading {
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    comments: READING.comments,
    literals: READING.literals,
    visit,
};

pub(super) static TSX: Reading = Reading {
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    comments: READING.comments,
    literals: READING.literals,
    visit,
};

fn visit<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    match node.kind() {
        "call_expression" => return call(collector, node),
        "member_expression" => chained(collector, node),
        "function_declaration" | "method_definition" => {
            let name = collector.field(node, "name");
            return Visit::Function(Started::new(
                name,
                line_of(node),
                node.child_by_field_name("body"),
            ));
        }
        "variable_declarator" => {
            let value = node.child_by_field_name("value");
            if let Some(value) = value {
                named_skip(collector, collector.field(node, "name"), value);
            }
            if let Some(value) = value.filter(|value| is_function(*value) && !collector.in_test()) {
                let name = collector.field(node, "name");
                return Visit::Function(Started::new(
                    name,
                    line_of(node),
                    value.child_by_field_name("body"),
                ));
            }
        }
        "for_statement" | "for_in_statement" => {
            if let Some(test) = collector.test() {
                test.is_table = true;
            }
        }
        "catch_clause" => {
            let body = node.child_by_field_name("body");
            if let Some(body) =
                body.filter(|body| spoken(*body).is_empty() && !is_explained(collector, *body))
            {
                let _ = body;
                collector.swallows(node);
            }
        }
        "throw_statement" if collector.in_test() => {
            collector.asserts(node, Judged::new(Strength::Elsewhere, "throw", ""));
        }
        "return_statement" => returned(collector, node),
        "if_statement" => branch(collector, node),
        "switch_case" => case(collector, node),
        "pair" => {
            let (key, value) = (collector.field(node, "key"), collector.field(node, "value"));
            collector.branches(node, key, value);
        }
        _ => {}
    }
    Visit::Plain
}

fn is_function(node: Node<'_>) -> bool {
    matches!(node.kind(), "arrow_function" | "function_expression" | "function")
}

fn call<'t>(collector: &mut Collector<'t>, node: Node<'t>) -> Visit<'t> {
    let callee = collector.field(node, "function");
    if collector.is_test_file
        && let Some(visit) = tested(collector, node, callee)
    {
        return visit;
    }
    if collector.is_test_file && skipping(collector, node, callee) {
        return Visit::Plain;
    }
    if callee.starts_with("expect(") || callee == "expect" || callee.starts_with("expect.soft(") {
        if is_outermost(node) {
            expectation(collector, node);
        }
        return Visit::Plain;
    }
    asserted(collector, node, callee);
    caught(collector, node, callee);
    Visit::Plain
}

/// Whether a chain ends with this node.
fn is_outermost(node: Node<'_>) -> bool {
    node.parent().is_none_or(|parent| {
        let is_called = parent.kind() == "call_expression"
            && parent
                .child_by_field_name("function")
                .is_some_and(|function| function.id() == node.id());
        parent.kind() != "member_expression" && !is_called
    })
}

/// `expect(out).to.be.true` is no call.
fn chained<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let text = collector.text_of(node);
    if text.starts_with("expect(") && is_outermost(node) {
        expectation(collector, node);
    } else if text.contains(".should.") && is_outermost(node) {
        collector.asserts(node, Judged::new(Strength::Elsewhere, "should", text));
    }
}

const EXACT: &[&str] = &[
    "tobe",
    "toequal",
    "tostrictequal",
    "equal",
    "equals",
    "eql",
    "eq",
    "deepequal",
    "tobenull",
    "tobeundefined",
    "tobenan",
    "null",
    "undefined",
    "tohavebeencalledwith",
    "tohavebeenlastcalledwith",
    "tohavebeennthcalledwith",
    "tohavebeencalledtimes",
    "tothrowerrormatchinginlinesnapshot",
    "tomatchinlinesnapshot",
    "tomatchsnapshot",
    "tomatchfilesnapshot",
    "tohavetextcontent",
    "tohavevalue",
    "toreturnwith",
    "calledwith",
    "calledoncewith",
    "calledwithexactly",
    "tohavetext",
    "tohaveattribute",
];
const NEAR: &[&str] = &["tobecloseto", "closeto", "approximately"];
const PART: &[&str] = &[
    "tocontain",
    "tocontainequal",
    "tomatch",
    "tomatchobject",
    "tohavelength",
    "tohaveproperty",
    "tobegreaterthan",
    "tobelessthan",
    "tobegreaterthanorequal",
    "tobelessthanorequal",
    "tobeinstanceof",
    "contain",
    "include",
    "match",
    "lengthof",
    "length",
    "property",
    "a",
    "an",
    "instanceof",
    "instanceof",
    "above",
    "below",
    "least",
    "most",
    "within",
    "keys",
    "members",
    "members",
    "string",
    "tohavebeencalled",
    "called",
    "calledonce",
    "oneof",
    "satisfy",
    "tosatisfy",
    "empty",
    "tobetypeof",
];
const EXISTS: &[&str] = &[
    "tobetruthy",
    "tobefalsy",
    "tobedefined",
    "ok",
    "exist",
    "true",
    "false",
    "be",
    "tobeinthedocument",
];

fn expectation<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let text = collector.text_of(node);
    let Some((subject, rest)) = in_brackets(text) else { return };
    let subject = arguments(subject).first().copied().unwrap_or_default();
    let said = words(rest.trim_start_matches('.'));
    let Some(matcher) = said.last() else {
        return collector.asserts(node, Judged::new(Strength::Vacuous, subject, ""));
    };
    let given = last_arguments(rest);
    let expected = arguments(given).join(",");
    let name = plain(matcher);
    let is_awaited = node.parent().is_some_and(|parent| parent.kind() != "expression_statement");
    let is_negated = said.contains(&"not");
    // A matcher that is named and not called looks at nothing.
    let is_uncalled = node.kind() == "member_expression"
        && matcher.strip_prefix("to").is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let is_size = [".length", ".size"].iter().any(|end| subject.ends_with(end));
    let is_promise = said.contains(&"resolves") || said.contains(&"rejects");
    let is = |names: &[&str]| names.contains(&name.as_str());
    let judged = if is_uncalled
        || (is_size && name == "tobegreaterthanorequal" && expected == "0" && !is_negated)
        || (is_promise && !is_awaited)
    {
        Judged::new(Strength::Vacuous, subject, &expected)
    } else if matches!(
        name.as_str(),
        "tothrow" | "tothrowerror" | "throw" | "throws" | "tothrowerrormatchingsnapshot"
    ) {
        Judged::new(
            if given.is_empty() { Strength::Exists } else { Strength::Exact },
            subject,
            &expected,
        )
    } else if is(EXISTS) {
        let is_denied = is_negated != matches!(name.as_str(), "tobefalsy" | "false");
        if is_denied { denied(exists(subject)) } else { exists(subject) }
    } else if is(NEAR) {
        Judged::new(Strength::Near, subject, arguments(given).first().copied().unwrap_or_default())
    } else if is_negated
        && is(EXACT)
        && matches!(name.as_str(), "tobenull" | "tobeundefined" | "null" | "undefined")
    {
        Judged::new(Strength::Exists, subject, "")
    } else if is(PART) || is_negated {
        let expected = if is_negated { format!("not {expected}") } else { expected };
        Judged::new(Strength::Partial, subject, &expected)
    } else if is(EXACT) && name.contains("snapshot") {
        Judged::new(Strength::Exact, subject, &format!("{name}{expected}"))
    } else if is(EXACT) && given.is_empty() {
        Judged::new(Strength::Exact, subject, &name)
    } else if is(EXACT) {
        equal(subject, &expected)
    } else if name.starts_with("tobe") && given.is_empty() {
        // `toBeVisible()`, `toBeEnabled()`: something is there, in some state.
        Judged::new(Strength::Exists, subject, &name)
    } else {
        Judged::new(Strength::Elsewhere, subject, &format!("{name}{expected}"))
    };
    collector.asserts(node, judged);
}

/// `expect(a === b).toBe(true)` says what `a === b` says.
fn exists(subject: &str) -> Judged {
    if is_literal(subject) {
        return Judged::new(Strength::Vacuous, subject, "");
    }
    let judged = judge(subject);
    if judged.strength == Strength::Vacuous {
        Judged::new(Strength::Exists, subject, "")
    } else {
        judged
    }
}

/// What the last call of a chain is given.
fn last_arguments(rest: &str) -> &str {
    let mut rest = rest;
    let mut last = "";
    while let Some((given, after)) = in_brackets(rest) {
        (last, rest) = (given, after);
    }
    if rest.trim().is_empty() { last } else { "" }
}

const ASSERT_EXACT: &[&str] = &[
    "equal",
    "strictequal",
    "deepequal",
    "deepstrictequal",
    "is",
    "same",
    "lengthof",
    "sameorderedmembers",
    "isnull",
    "isundefined",
    "throws",
    "rejects",
    "snapshot",
];
const ASSERT_PART: &[&str] = &[
    "match",
    "notequal",
    "notstrictequal",
    "notdeepequal",
    "include",
    "includes",
    "isabove",
    "isbelow",
    "property",
    "instanceof",
    "doesnotmatch",
    "isarray",
    "isstring",
    "isnumber",
];
const ASSERT_EXISTS: &[&str] = &[
    "ok",
    "true",
    "false",
    "istrue",
    "isfalse",
    "isok",
    "truthy",
    "exists",
    "isdefined",
    "isnotnull",
];

fn asserted<'t>(collector: &mut Collector<'t>, node: Node<'t>, callee: &'t str) {
    let said = words(callee);
    let given = node.child_by_field_name("arguments").map_or("", |list| collector.text_of(list));
    let given = in_brackets(given).map_or("", |(given, _)| given);
    let given = arguments(given);
    let first = given.first().copied().unwrap_or_default();
    let second = given.get(1).copied().unwrap_or_default();
    let name = plain(said.last().copied().unwrap_or_default());
    let is = |names: &[&str]| names.contains(&name.as_str());
    let is_assert = matches!(said.first(), Some(&"assert" | &"t" | &"chai")) && said.len() > 1;
    // `sinon.assert.calledOnce(send)`, `total.should.equal(3)`.
    let is_other =
        !is_assert && said.iter().rev().skip(1).any(|word| matches!(*word, "assert" | "should"));
    let is_driven = callee.starts_with("cy.")
        && said.iter().any(|word| matches!(*word, "contains" | "get" | "should" | "and" | "find"));
    let is_shown = is_driven
        || ["findBy", "getBy", "findAllBy", "getAllBy", "waitFor"]
            .iter()
            .any(|begin| said.last().is_some_and(|last| last.starts_with(begin)));
    if callee == "assert" {
        collector.asserts(node, judge(first));
    } else if is_assert && matches!(name.as_str(), "closeto" | "approximately") {
        collector.asserts(node, Judged::new(Strength::Near, first, second));
    } else if is_assert && is(ASSERT_EXACT) {
        let judged = if name == "throws" || name == "rejects" {
            Judged::new(
                if second.is_empty() { Strength::Exists } else { Strength::Exact },
                first,
                second,
            )
        } else {
            equal(first, second)
        };
        collector.asserts(node, judged);
    } else if is_assert && is(ASSERT_PART) {
        collector.asserts(node, Judged::new(Strength::Partial, first, second));
    } else if is_assert && is(ASSERT_EXISTS) {
        let is_denied = matches!(name.as_str(), "false" | "isfalse");
        let judged = exists(first);
        collector.asserts(node, if is_denied { denied(judged) } else { judged });
    } else if said.last() == Some(&"expect") || is_shown || is_other {
        collector.asserts(node, Judged::new(Strength::Elsewhere, callee, &given.join(",")));
    } else if !callee.starts_with("require") && !is_assert {
        collector.calls(node, callee);
    } else if is_assert {
        collector.asserts(node, Judged::new(Strength::Elsewhere, callee, &given.join(",")));
    }
    if matches!(said.last(), Some(&"forEach"))
        && let Some(test) = collector.test()
    {
        test.is_table = true;
    }
}

/// `send().catch(() => {})`.
fn caught<'t>(collector: &mut Collector<'t>, node: Node<'t>, callee: &str) {
    let Some(list) = node.child_by_field_name("arguments").filter(|_| callee.ends_with(".catch"))
    else {
        return;
    };
    let handler = named(list).into_iter().find(|one| is_function(*one));
    let body = handler.and_then(|handler| handler.child_by_field_name("body"));
    if body.is_some_and(|body| {
        body.kind() == "statement_block"
            && spoken(body).is_empty()
            && !is_explained(collector, body)
    }) {
        collector.swallows(list);
    }
}

/// What a statement, or the only statement of a block, returns.
fn given<'t>(collector: &Collector<'t>, node: Node<'t>) -> Option<&'t str> {
    let statement = match node.kind() {
        "statement_block" => *spoken(node).first()?,
        _ => node,
    };
    let returned = collector.text_of(statement).strip_prefix("return")?;
    Some(returned.trim().trim_end_matches(';'))
}

fn branch<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let condition =
        collector.field(node, "condition").trim().trim_start_matches('(').trim_end_matches(')');
    let Some((_, _, asked)) = split_once(condition, &["===", "=="]) else { return };
    let body = node.child_by_field_name("consequence");
    if let Some(given) = body.and_then(|body| given(collector, body)) {
        collector.branches(node, asked.trim(), given);
    }
}

fn case<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
    let asked = collector.field(node, "value");
    let body = node.child_by_field_name("body");
    if let Some(given) = body.and_then(|body| given(collector, body)) {
        collector.branches(node, asked, given);
    }
}
