//! One side of a file: its lines, its comments, its tests and functions with what they assert and swallow.

use tree_sitter::{Node, Parser};

use super::assertion::{Assertion, Judged, Strength, is_asserting, squeezed};
use super::languages::{self, Reading};
use crate::language::{Language, is_test};
use crate::limits;

/// Why a test does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Skip {
    pub(super) line: u32,
    pub(super) text: String,
    /// On what it hangs, as it is written; none if it never runs.
    pub(super) condition: Option<String>,
    /// It runs, and those beside it do not.
    pub(super) is_only: bool,
}

/// A test, or a group of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Test {
    /// The groups that it stands in, and its name.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) end: u32,
    pub(super) is_group: bool,
    /// Its beginning is not shown: what is known of it is what it asserts.
    pub(super) is_torn: bool,
    pub(super) skips: Vec<Skip>,
    pub(super) assertions: Vec<Assertion>,
    /// What it does, without its name and without spaces.
    pub(super) body: String,
    /// It asserts in a loop, or is called with a table.
    pub(super) is_table: bool,
    /// It fails where something is not there: by `unwrap`, or `?`.
    pub(super) is_smoke: bool,
    /// Functions of the same file that it calls.
    pub(super) calls: Vec<String>,
}

/// A function that is no test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) end: u32,
    /// Its body as it stands, with brackets.
    pub(super) body: String,
    /// Others are to write its body.
    pub(super) is_abstract: bool,
    pub(super) asserts: bool,
}

/// A place that catches an error and does nothing with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Swallow {
    pub(super) line: u32,
    pub(super) end: u32,
    pub(super) text: String,
}

/// What is read of one side of a file.
#[derive(Debug, Default)]
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) language: Option<Language>,
    /// Its tests and functions were read from a syntax tree.
    pub(super) has_tree: bool,
    pub(super) lines: Vec<&'t str>,
    /// The lines without comments and without what literals say.
    pub(super) code: Vec<String>,
    /// The lines of comments, each with its number.
    pub(super) comments: Vec<(u32, String)>,
    pub(super) tests: Vec<Test>,
    pub(super) functions: Vec<Function>,
    pub(super) swallows: Vec<Swallow>,
    /// Branches that compare with a literal and give one: the line, what is asked for, what is given.
    pub(super) branches: Vec<(u32, String, String)>,
}

impl<'t> Source<'t> {
    /// What the file at `path` says.
    ///
    /// Of a diff's hunks (`is_partial`), assertions may stand in tests that begin elsewhere.
    pub(super) fn of(path: &str, text: &'t str, is_partial: bool) -> Self {
        let mut source = Self { text, lines: text.lines().collect(), ..Self::default() };
        let is_readable = text.len() <= limits::FILE_BYTES && !text.contains('\0');
        let reading =
            Language::of(path).and_then(|language| Some((language, languages::reading(language)?)));
        match reading.filter(|_| is_readable) {
            Some((language, reading)) => {
                source.language = Some(language);
                source.has_tree = true;
                source.read(path, reading, is_partial);
            }
            None => source.by_lines(path),
        }
        source
    }

    fn read(&mut self, path: &str, reading: &'static Reading, is_partial: bool) {
        let mut parser = Parser::new();
        let tree = parser
            .set_language(&(reading.grammar)())
            .ok()
            .and_then(|()| parser.parse(self.text, None));
        let Some(tree) = tree else { return self.by_lines(path) };
        let mut collector = Collector {
            reading,
            text: self.text,
            is_test_file: is_test(path),
            is_partial,
            path,
            groups: Vec::new(),
            test: None,
            function: None,
            aliases: Vec::new(),
            source: Self { text: self.text, ..Self::default() },
            blank: Vec::new(),
        };
        collector.walk(tree.root_node(), 0);
        let Collector { source, blank, .. } = collector;
        let mut code = self.text.as_bytes().to_vec();
        for (from, to) in blank {
            for byte in code.get_mut(from..to).into_iter().flatten().filter(|byte| **byte != b'\n')
            {
                *byte = b' ';
            }
        }
        let code = String::from_utf8_lossy(&code).into_owned();
        self.code = code.lines().map(str::to_owned).collect();
        self.comments = source.comments;
        self.tests = source.tests;
        self.functions = source.functions;
        self.swallows = source.swallows;
        self.branches = source.branches;
    }

    /// Comments begin with `#`, `//` or `--`: enough for shell, YAML, TOML and what has no grammar here.
    fn by_lines(&mut self, path: &str) {
        let has_dashes =
            [".sql", ".lua", ".hs", ".elm", ".adb"].iter().any(|end| path.ends_with(end));
        for (line, number) in self.lines.iter().zip(1u32..) {
            let begins = |sign: &str| {
                line.match_indices(sign)
                    .map(|(at, _)| at)
                    .find(|at| line[..*at].chars().next_back().is_none_or(char::is_whitespace))
            };
            let signs = ["#", "//", "-- "].iter().filter(|sign| has_dashes || **sign != "-- ");
            let start = signs.filter_map(|sign| begins(sign)).min();
            let code = start.map_or(*line, |start| &line[..start]);
            if let Some(start) = start {
                self.comments.push((number, line[start..].to_owned()));
            }
            self.code.push(code.to_owned());
        }
    }

    /// A line from 1, as it stands.
    pub(super) fn line(&self, line: u32) -> &'t str {
        self.lines.get((line as usize).saturating_sub(1)).copied().unwrap_or_default()
    }

    /// A line from 1, without comments and texts.
    pub(super) fn code(&self, line: u32) -> &str {
        self.code.get((line as usize).saturating_sub(1)).map_or("", String::as_str)
    }

    /// Lines of it, from 1, the last one included.
    pub(super) fn excerpt(&self, from: u32, to: u32) -> String {
        let from = (from as usize).saturating_sub(1);
        let to = (to as usize).min(self.lines.len());
        self.lines.get(from..to.max(from)).unwrap_or_default().join("\n")
    }

    /// The function that a line stands in.
    pub(super) fn function_at(&self, line: u32) -> Option<&Function> {
        let around = self.functions.iter().filter(|one| one.line <= line && line <= one.end);
        around.min_by_key(|one| one.end - one.line)
    }

    /// Whether a line stands in a test.
    pub(super) fn is_tested(&self, line: u32) -> bool {
        self.tests.iter().any(|test| test.line <= line && line <= test.end)
    }
}

/// What a language makes of a node.
pub(super) enum Visit<'t> {
    /// Its children are looked at.
    Plain,
    /// A group of tests.
    Group(Started<'t>),
    /// A test.
    Test(Started<'t>),
    /// A function.
    Function(Started<'t>),
}

/// A test, a group or a function, as its node begins.
pub(super) struct Started<'t> {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) body: Option<Node<'t>>,
    pub(super) skips: Vec<Skip>,
    pub(super) is_table: bool,
    pub(super) is_abstract: bool,
    /// A word around it says that it asserts (`should_panic`).
    pub(super) asserts: bool,
}

impl<'t> Started<'t> {
    pub(super) fn new(name: &str, line: u32, body: Option<Node<'t>>) -> Self {
        Self {
            name: name.to_owned(),
            line,
            body,
            skips: Vec::new(),
            is_table: false,
            is_abstract: false,
            asserts: false,
        }
    }
}

/// A name that a file gives to a way of skipping tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alias {
    pub(super) name: String,
    /// What is skipped by it: `it`, `describe`; empty for a decorator.
    pub(super) of: String,
    pub(super) condition: Option<String>,
}

/// Beginnings of names of functions that run before each test.
const SETUPS: &[&str] = &["setup", "before", "_setup"];

/// The walk over a tree.
pub(super) struct Collector<'t> {
    reading: &'static Reading,
    pub(super) text: &'t str,
    pub(super) is_test_file: bool,
    is_partial: bool,
    pub(super) path: &'t str,
    groups: Vec<String>,
    /// The innermost test, by its number.
    test: Option<usize>,
    function: Option<usize>,
    /// Names that stand for a way of skipping, each with what it makes and on what it hangs.
    aliases: Vec<Alias>,
    pub(super) source: Source<'t>,
    blank: Vec<(usize, usize)>,
}

/// The line on which a node begins, from 1.
pub(super) fn line_of(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX).saturating_add(1)
}

/// The line on which it ends.
pub(super) fn end_of(node: Node<'_>) -> u32 {
    let end = node.end_position();
    let row =
        if end.column == 0 && end.row > node.start_position().row { end.row - 1 } else { end.row };
    u32::try_from(row).unwrap_or(u32::MAX).saturating_add(1)
}

impl<'t> Collector<'t> {
    pub(super) fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    pub(super) fn field(&self, node: Node<'t>, name: &str) -> &'t str {
        node.child_by_field_name(name).map_or("", |child| self.text_of(child))
    }

    pub(super) fn in_test(&self) -> bool {
        self.test.is_some()
    }

    /// The test that is read.
    pub(super) fn test(&mut self) -> Option<&mut Test> {
        let at = self.test?;
        self.source.tests.get_mut(at)
    }

    /// Notes an assertion of the test or function that is read.
    pub(super) fn asserts(&mut self, node: Node<'t>, judged: Judged) {
        let assertion = Assertion {
            line: line_of(node),
            end: end_of(node),
            strength: judged.strength,
            subject: judged.subject,
            expected: judged.expected,
            text: self.text_of(node).to_owned(),
        };
        if let Some(test) = self.test() {
            test.assertions.push(assertion);
        } else if let Some(function) =
            self.function.and_then(|at| self.source.functions.get_mut(at))
        {
            function.asserts = true;
        } else if self.is_partial && self.is_test_file {
            self.torn(assertion);
        }
    }

    /// Notes an assertion whose test begins where the diff does not show it.
    fn torn(&mut self, assertion: Assertion) {
        let name = self.groups.last().map_or("a test", String::as_str).to_owned();
        let path = self.path_of("…");
        let at = self.source.tests.iter().position(|test| test.is_torn && test.path == path);
        let at = at.unwrap_or_else(|| {
            let line = assertion.line;
            self.source.tests.push(Test { path, name, line, is_torn: true, ..Test::default() });
            self.source.tests.len() - 1
        });
        if let Some(test) = self.source.tests.get_mut(at) {
            test.end = assertion.end;
            test.body.push_str(&squeezed(&assertion.text));
            test.assertions.push(assertion);
        }
    }

    /// Notes a call: it may assert somewhere else.
    pub(super) fn calls(&mut self, node: Node<'t>, callee: &str) {
        if is_asserting(callee) {
            self.asserts(node, Judged::new(Strength::Elsewhere, callee, self.text_of(node)));
        } else if let Some(test) = self.test() {
            let name = callee.rsplit(['.', ':']).next().unwrap_or(callee);
            test.calls.push(name.to_owned());
        }
    }

    pub(super) fn skips(&mut self, node: Node<'t>, condition: Option<String>) {
        let skip = Skip {
            line: line_of(node),
            text: self.text_of(node).to_owned(),
            condition,
            is_only: false,
        };
        if let Some(test) = self.test() {
            test.skips.push(skip);
        }
    }

    /// Notes that all tests of the group or the file that is read are skipped, or those of the test that is.
    pub(super) fn skips_all(&mut self, node: Node<'t>, condition: Option<String>) {
        if self.in_test() {
            return self.skips(node, condition);
        }
        let function = self.function.and_then(|at| self.source.functions.get(at));
        let is_helper = function.is_some_and(|one| {
            let name = one.name.to_ascii_lowercase();
            !SETUPS.iter().any(|begin| name.starts_with(begin))
        });
        if is_helper || !self.is_test_file {
            return;
        }
        let text = self.text_of(node).to_owned();
        let skip = Skip { line: line_of(node), text, condition, is_only: false };
        let groups = self.groups.join(" › ");
        let name = if groups.is_empty() { "all tests of the file".to_owned() } else { groups };
        self.source.tests.push(Test {
            path: format!("{name} *"),
            name,
            line: line_of(node),
            end: line_of(node),
            is_group: true,
            skips: vec![skip],
            ..Test::default()
        });
    }

    pub(super) fn names(&mut self, alias: Alias) {
        self.aliases.push(alias);
    }

    pub(super) fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.iter().rev().find(|alias| alias.name == name)
    }

    pub(super) fn swallows(&mut self, node: Node<'t>) {
        if !self.in_test() {
            let text = self.text_of(node).to_owned();
            self.source.swallows.push(Swallow { line: line_of(node), end: end_of(node), text });
        }
    }

    /// Notes a branch that asks for one literal and gives another.
    pub(super) fn branches(&mut self, node: Node<'t>, asked: &str, given: &str) {
        if super::expression::is_literal(asked) && super::expression::is_literal(given) {
            self.source.branches.push((line_of(node), squeezed(asked), squeezed(given)));
        }
    }

    fn walk(&mut self, node: Node<'t>, depth: usize) {
        if depth > limits::DEPTH {
            return;
        }
        let kind = node.kind();
        if self.reading.comments.contains(&kind) {
            self.blank.push((node.start_byte(), node.end_byte()));
            let text = self.text_of(node);
            self.source.comments.extend((line_of(node)..).zip(text.lines().map(str::to_owned)));
            return;
        }
        if self.reading.literals.contains(&kind) {
            if kind.contains("str") {
                self.blank.push((node.start_byte() + 1, node.end_byte().saturating_sub(1)));
            }
            if !kind.contains("template") && kind != "string" {
                return;
            }
        }
        match (self.reading.visit)(self, node) {
            Visit::Plain => self.children(node, depth),
            Visit::Group(started) => self.group(node, started, depth),
            Visit::Test(started) => self.tested(node, started, depth),
            Visit::Function(started) => self.defined(node, started, depth),
        }
    }

    fn children(&mut self, node: Node<'t>, depth: usize) {
        let mut cursor = node.walk();
        let children: Vec<Node<'t>> = node.children(&mut cursor).collect();
        for child in children {
            self.walk(child, depth + 1);
        }
    }

    fn group(&mut self, node: Node<'t>, started: Started<'t>, depth: usize) {
        if !started.skips.is_empty() {
            let path = self.path_of(&started.name);
            self.source.tests.push(Test {
                path,
                name: started.name.clone(),
                line: started.line,
                end: end_of(node),
                is_group: true,
                skips: started.skips,
                ..Test::default()
            });
        }
        self.groups.push(started.name);
        self.children(node, depth);
        self.groups.pop();
    }

    fn path_of(&self, name: &str) -> String {
        let parts = self.groups.iter().map(String::as_str).chain([name]);
        parts.collect::<Vec<_>>().join(" › ")
    }

    fn tested(&mut self, node: Node<'t>, started: Started<'t>, depth: usize) {
        let body = started.body.map_or("", |body| self.text_of(body));
        let test = Test {
            path: self.path_of(&started.name),
            name: started.name.clone(),
            line: started.line,
            end: end_of(node),
            skips: started.skips,
            body: squeezed(body),
            is_table: started.is_table,
            ..Test::default()
        };
        let outer = self.test.replace(self.source.tests.len());
        self.source.tests.push(test);
        if started.asserts {
            let judged = Judged::new(Strength::Elsewhere, &started.name, "");
            self.asserts(node, judged);
        }
        self.groups.push(started.name);
        self.children(node, depth);
        self.groups.pop();
        self.test = outer;
    }

    fn defined(&mut self, node: Node<'t>, started: Started<'t>, depth: usize) {
        let body = started.body.map_or("", |body| self.text_of(body)).to_owned();
        let function = Function {
            name: started.name,
            line: started.line,
            end: end_of(node),
            body,
            is_abstract: started.is_abstract,
            asserts: false,
        };
        let outer = self.function.replace(self.source.functions.len());
        self.source.functions.push(function);
        self.children(node, depth);
        self.function = outer;
    }
}
