//! Which items of a Rust file are tests.

use callboard_model::text::one_line;
use tree_sitter::{Node, Parser};

use crate::limits;

/// An item that goes with the tests, with its attributes and the comments on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TestItem {
    /// Modules and implementations around it, from the outside, each by its head.
    pub(super) within: Vec<String>,
    /// What it is: its kind and its name, or its text where it has none.
    pub(super) key: String,
    /// From its first line to behind its last.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Something that holds items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) within: Vec<String>,
    /// Behind its last item: the start of the line of its closing bracket, or the end of the file.
    pub(super) end: usize,
}

/// A version of a file.
#[derive(Debug)]
pub(super) struct Parsed<'t> {
    pub(super) text: &'t str,
    pub(super) items: Vec<TestItem>,
    pub(super) holders: Vec<Holder>,
    /// All of it is tests.
    pub(super) is_whole: bool,
}

/// Attributes that make a test of a function, by their last word.
const MARKS: [&str; 9] = [
    "test",
    "rstest",
    "test_case",
    "proptest",
    "property_test",
    "quickcheck",
    "wasm_bindgen_test",
    "apply",
    "parameterized",
];

/// Macros around tests.
const AROUND: [&str; 2] = ["proptest", "quickcheck"];

impl<'t> Parsed<'t> {
    /// `None` where the text is no Rust from beginning to end.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_rust::LANGUAGE.into()).ok()?;
        let tree = parser.parse(text, None)?;
        let root = tree.root_node();
        if root.has_error() {
            return None;
        }
        let mut parsed = Self { text, items: Vec::new(), holders: Vec::new(), is_whole: false };
        parsed.holder(root, &[], text.len(), 0);
        Some(parsed)
    }

    pub(super) fn has_tests(&self) -> bool {
        self.is_whole || !self.items.is_empty()
    }

    /// Its tests, in their order.
    pub(super) fn tests(&self) -> Vec<(&[String], &str)> {
        let of = |item: &TestItem| self.text[item.start..item.end].trim();
        self.items.iter().map(|item| (item.within.as_slice(), of(item))).collect()
    }

    /// Its code without its tests and without blank lines.
    pub(super) fn code(&self) -> Vec<&str> {
        let mut at = 0;
        let mut lines = Vec::new();
        let ends = self.items.iter().map(|item| (item.start, item.end));
        for (start, end) in ends.chain([(self.text.len(), self.text.len())]) {
            lines.extend(self.text[at..start].lines().filter(|line| !line.trim().is_empty()));
            at = end;
        }
        lines
    }

    fn holder(&mut self, node: Node<'_>, within: &[String], end: usize, depth: usize) {
        self.holders.push(Holder { within: within.to_vec(), end });
        if depth > limits::DEPTH {
            return;
        }
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        // Where the item begins that the next node ends: with the comments and attributes on it.
        let mut begins: Option<usize> = None;
        let mut is_test = false;
        for child in children {
            match child.kind() {
                "inner_attribute_item" if within.is_empty() && is_cfg_test(self.of_node(child)) => {
                    self.is_whole = true;
                    begins = None;
                }
                "attribute_item" => {
                    begins.get_or_insert(child.start_byte());
                    is_test |= marks_a_test(self.of_node(child));
                }
                "line_comment" | "block_comment" => {
                    // A comment at the end of a line speaks of that line.
                    let text = self.of_node(child);
                    let is_on_item = text.starts_with("///") || text.starts_with("/**");
                    if is_on_item || begins.is_some() {
                        begins.get_or_insert(child.start_byte());
                    }
                }
                _ => {
                    let start = begins.take().unwrap_or(child.start_byte());
                    if std::mem::take(&mut is_test) || self.is_around_tests(child) {
                        self.item(child, within, start);
                    } else {
                        self.within(child, within, depth);
                    }
                }
            }
        }
    }

    fn within(&mut self, node: Node<'_>, within: &[String], depth: usize) {
        if !matches!(node.kind(), "mod_item" | "impl_item" | "trait_item") {
            return;
        }
        let Some(body) = node.child_by_field_name("body") else { return };
        let head = one_line(&self.text[node.start_byte()..body.start_byte()]);
        let inner: Vec<String> = within.iter().cloned().chain([head]).collect();
        let close = body.end_byte().saturating_sub(1);
        self.holder(body, &inner, self.start_of_line(close), depth + 1);
    }

    fn item(&mut self, node: Node<'_>, within: &[String], start: usize) {
        let name = node.child_by_field_name("name").map(|name| self.of_node(name));
        let key = match name {
            Some(name) => format!("{} {name}", node.kind()),
            None if node.kind() == "impl_item" => {
                let end =
                    node.child_by_field_name("body").map_or(node.end_byte(), |b| b.start_byte());
                one_line(&self.text[node.start_byte()..end])
            }
            None => format!("{} {}", node.kind(), one_line(self.of_node(node))),
        };
        // `macro!{…};` has its semicolon behind it.
        let mut end = node.end_byte();
        if self.text[end..].starts_with(';') {
            end += 1;
        }
        let rest = &self.text[end..];
        let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let is_rest_empty = rest[..line_end].trim().is_empty();
        let end = if is_rest_empty { end + line_end } else { end };
        self.items.push(TestItem {
            within: within.to_vec(),
            key,
            start: self.start_of_line(start),
            end,
        });
    }

    fn is_around_tests(&self, node: Node<'_>) -> bool {
        let invocation = match node.kind() {
            "macro_invocation" => Some(node),
            "expression_statement" => {
                node.named_child(0).filter(|one| one.kind() == "macro_invocation")
            }
            _ => None,
        };
        let name = invocation.and_then(|one| one.child_by_field_name("macro"));
        let last = name.map(|name| last_word(self.of_node(name)));
        last.is_some_and(|last| AROUND.contains(&last))
    }

    fn of_node(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The start of the line that holds a byte, if only spaces stand before it.
    fn start_of_line(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |at| at + 1);
        if self.text[start..at].trim().is_empty() { start } else { at }
    }
}

/// `#[test]`, `#[tokio::test(…)]`, `#[cfg(test)]`.
fn marks_a_test(attribute: &str) -> bool {
    let inner = attribute.trim_start_matches('#').trim_start().trim_start_matches('[');
    let path = inner.split(['(', ']', '=']).next().unwrap_or_default().trim();
    is_cfg_test(attribute) || MARKS.contains(&last_word(path))
}

/// Whether what it stands on is compiled for tests alone: not `not(test)`, and not `any(test, …)`.
fn is_cfg_test(attribute: &str) -> bool {
    let text: String = attribute.chars().filter(|c| !c.is_whitespace()).collect();
    let Some(at) = text.find("cfg(") else { return false };
    if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return false;
    }
    let condition = &text[at + 4..];
    let all = condition.strip_prefix("all(").unwrap_or(condition);
    let first_level = all.split([',', ')']);
    first_level.take_while(|part| !part.contains('(')).any(|part| part == "test")
}

fn last_word(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path).trim()
}
