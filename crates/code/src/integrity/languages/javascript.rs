//! JavaScript and TypeScript: Jest, Vitest, Mocha with Chai, node:test, ava and Testing Library.

use tree_sitter::Node;

use super::{Reading, is_explained, named, plain, spoken};
use crate::integrity::assertion::{Judged, Strength};
use crate::integrity::expression::{
    arguments, denied, equal, in_brackets, is_literal, judge, split_once,
};
use crate::integrity::source::{Alias, Collector, Skip, Started, Visit, line_of};
use crate::keys::unquoted;

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

const TESTS: &[&str] = &["it", "test", "specify", "fit", "xit", "xtest", "xspecify"];
const GROUPS: &[&str] = &["describe", "context", "suite", "fdescribe", "xdescribe", "xcontext"];

/// What a call is of: `it.skip.each(table)` is `it` with `skip` and `each`.
fn words(callee: &str) -> Vec<&str> {
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

/// Words by which a test is skipped, or is let fail.
const SKIPPING: &[&str] = &["skip", "todo", "fixme", "fails", "failing", "fail", "ignore"];

/// A test or a group, if the call makes one.
fn tested<'t>(collector: &Collector<'t>, node: Node<'t>, callee: &'t str) -> Option<Visit<'t>> {
    let mut said = words(callee);
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
    if is_table_only
        || (function.is_none() && !is_pending && !is_object && !(is_skipping && is_named))
    {
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
fn named_skip<'t>(collector: &mut Collector<'t>, name: &str, value: Node<'t>) {
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
fn skipping<'t>(collector: &mut Collector<'t>, node: Node<'t>, callee: &str) -> bool {
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
    } else if said.last() == Some(&"expect") || is_shown {
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

/// A test that returns before the rest of it, perhaps where something holds.
fn returned<'t>(collector: &mut Collector<'t>, node: Node<'t>) {
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
