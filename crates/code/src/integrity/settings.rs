//! What a file of configuration says: YAML, TOML, JSON with comments, INI, and objects in a script.
//!
//! Trees are read leniently: what cannot be read is left out.

use tree_sitter::{Node, Parser};

use crate::language::file_name;
use crate::limits;

/// A value of a file of configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// The line on which it begins, from 1.
    pub(super) line: u32,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names with their values, in their order.
    Map(Vec<(String, Value)>),
    List(Vec<Value>),
    /// A text without its quotes; of a script, the expression as it is written.
    Text(String),
}

/// A text with the names that lead to it; an item of a list has the name `[]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) path: Vec<String>,
    pub(super) value: String,
    pub(super) line: u32,
}

impl Setting {
    /// The last name that is no place in a list.
    pub(super) fn name(&self) -> &str {
        self.path.iter().rev().find(|part| *part != LIST).map_or("", String::as_str)
    }

    pub(super) fn is_item(&self) -> bool {
        self.path.last().is_some_and(|part| part == LIST)
    }

    /// Whether one of the names that lead to it contains a word, in whatever case.
    pub(super) fn is_under(&self, word: &str) -> bool {
        self.path.iter().any(|part| part.to_ascii_lowercase().contains(word))
    }
}

/// The name of an item of a list.
pub(super) const LIST: &str = "[]";

impl Value {
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Kind::Map(pairs) = &self.kind else { return None };
        pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(super) fn pairs(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Map(pairs) => pairs,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// All texts in it, each with the names that lead to it.
    pub(super) fn settings(&self) -> Vec<Setting> {
        let mut found = Vec::new();
        self.flatten(&mut Vec::new(), &mut found);
        found
    }

    fn flatten(&self, path: &mut Vec<String>, found: &mut Vec<Setting>) {
        match &self.kind {
            Kind::Text(text) => {
                found.push(Setting { path: path.clone(), value: text.clone(), line: self.line });
            }
            Kind::Map(pairs) => {
                for (name, value) in pairs {
                    path.push(name.clone());
                    value.flatten(path, found);
                    path.pop();
                }
            }
            Kind::List(items) => {
                for item in items {
                    path.push(LIST.to_owned());
                    item.flatten(path, found);
                    path.pop();
                }
            }
        }
    }
}

/// What the file at `path` says; none if it is no configuration that is read here.
pub(super) fn read(path: &str, text: &str) -> Option<Value> {
    if text.len() > limits::FILE_BYTES || text.contains('\0') {
        return None;
    }
    let name = file_name(path);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    match end {
        "yml" | "yaml" => tree(text, tree_sitter_yaml::LANGUAGE.into(), yaml),
        "toml" => tree(text, tree_sitter_toml_ng::LANGUAGE.into(), toml),
        "json" | "jsonc" | "json5" => json(text),
        "js" | "mjs" | "cjs" | "jsx" => tree(text, tree_sitter_javascript::LANGUAGE.into(), script),
        "ts" | "mts" | "cts" => {
            tree(text, tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), script)
        }
        "ini" | "cfg" | "properties" => Some(ini(text)),
        _ => named(name, text),
    }
}

/// Files whose names have no end that says how they are written.
fn named(name: &str, text: &str) -> Option<Value> {
    match name {
        ".coveragerc" | ".flake8" | ".pylintrc" | "pylintrc" | ".bandit" => Some(ini(text)),
        ".eslintrc" | ".nycrc" | ".c8rc" | ".mocharc" | ".stylelintrc" | ".prettierrc"
        | ".babelrc" | ".jshintrc" => match text.trim_start().starts_with('{') {
            true => json(text),
            false => tree(text, tree_sitter_yaml::LANGUAGE.into(), yaml),
        },
        _ => None,
    }
}

fn json(text: &str) -> Option<Value> {
    // An object is no statement of a script; a bracket before it changes no line.
    tree(&format!("({text}\n)"), tree_sitter_javascript::LANGUAGE.into(), script)
}

type Reader = fn(&Reading<'_>, Node<'_>, usize) -> Option<Value>;

/// A text that is read.
struct Reading<'t> {
    text: &'t str,
}

fn tree(text: &str, language: tree_sitter::Language, reader: Reader) -> Option<Value> {
    let mut parser = Parser::new();
    parser.set_language(&language).ok()?;
    let tree = parser.parse(text, None)?;
    reader(&Reading { text }, tree.root_node(), 0)
}

fn line_of(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX).saturating_add(1)
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

impl<'t> Reading<'t> {
    fn text(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn leaf(&self, node: Node<'_>) -> Value {
        let text = unquoted(self.text(node).trim()).to_owned();
        Value { line: line_of(node), kind: Kind::Text(text) }
    }
}

/// A text without the quotes around it.
fn unquoted(text: &str) -> &str {
    let quotes = ["\"\"\"", "'''", "\"", "'", "`"];
    let inner = |quote: &&str| text.strip_prefix(*quote)?.strip_suffix(*quote);
    quotes.iter().find_map(inner).unwrap_or(text)
}

fn empty(node: Node<'_>) -> Value {
    Value { line: line_of(node), kind: Kind::Text(String::new()) }
}

fn yaml(reading: &Reading<'_>, node: Node<'_>, depth: usize) -> Option<Value> {
    if depth > limits::DEPTH {
        return None;
    }
    let value = |node: Node<'_>| yaml(reading, node, depth + 1);
    let kind = match node.kind() {
        "stream" | "document" | "block_node" | "flow_node" | "ERROR" => {
            return children(node)
                .into_iter()
                .filter(|child| !matches!(child.kind(), "anchor" | "tag"))
                .find_map(value);
        }
        "block_mapping" | "flow_mapping" => {
            let pairs = children(node).into_iter().filter_map(|pair| {
                let key = pair.child_by_field_name("key")?;
                let given = pair.child_by_field_name("value");
                let given = given.map_or_else(|| Some(empty(pair)), value)?;
                // What a key leads to is shown by the key's line.
                let line = if given.text().is_some() { line_of(key) } else { given.line };
                let name = unquoted(reading.text(key).trim()).to_owned();
                Some((name, Value { line, ..given }))
            });
            Kind::Map(pairs.collect())
        }
        "block_sequence" => Kind::List(
            children(node).into_iter().filter_map(|item| value(*children(item).first()?)).collect(),
        ),
        "flow_sequence" => Kind::List(children(node).into_iter().filter_map(value).collect()),
        "block_sequence_item" => return value(*children(node).first()?),
        "plain_scalar"
        | "double_quote_scalar"
        | "single_quote_scalar"
        | "block_scalar"
        | "alias" => {
            return Some(reading.leaf(node));
        }
        _ => return None,
    };
    Some(Value { line: line_of(node), kind })
}

fn toml(reading: &Reading<'_>, node: Node<'_>, depth: usize) -> Option<Value> {
    if depth > limits::DEPTH {
        return None;
    }
    let is_key = |node: &Node<'_>| node.kind().ends_with("_key");
    let pair = |node: Node<'_>| -> Option<(String, Value)> {
        let parts = children(node);
        let [key, value, ..] = parts[..] else { return None };
        Some((key_of(reading, key), toml(reading, value, depth + 1)?))
    };
    let kind = match node.kind() {
        "document" => {
            let mut pairs = Vec::new();
            for child in children(node) {
                match child.kind() {
                    "pair" => pairs.extend(pair(child)),
                    "table" | "table_array_element" => {
                        let Some(key) = children(child).into_iter().find(is_key) else { continue };
                        let table = children(child).into_iter().filter(|one| one.kind() == "pair");
                        let kind = Kind::Map(table.filter_map(pair).collect());
                        let value = Value { line: line_of(child), kind };
                        pairs.push((key_of(reading, key), value));
                    }
                    _ => {}
                }
            }
            Kind::Map(pairs)
        }
        "inline_table" => Kind::Map(children(node).into_iter().filter_map(pair).collect()),
        "array" => Kind::List(
            children(node).into_iter().filter_map(|item| toml(reading, item, depth + 1)).collect(),
        ),
        _ => return Some(reading.leaf(node)),
    };
    Some(Value { line: line_of(node), kind })
}

fn key_of(reading: &Reading<'_>, key: Node<'_>) -> String {
    reading.text(key).split('.').map(|part| unquoted(part.trim())).collect::<Vec<_>>().join(".")
}

/// The objects, lists and calls of a script, from the outermost on.
fn script(reading: &Reading<'_>, node: Node<'_>, depth: usize) -> Option<Value> {
    if depth > limits::DEPTH {
        return None;
    }
    let value = |node: Node<'_>| script(reading, node, depth + 1);
    let kind = match node.kind() {
        "program"
        | "statement_block"
        | "export_statement"
        | "lexical_declaration"
        | "variable_declaration"
        | "expression_statement"
        | "sequence_expression" => {
            let parts: Vec<Value> = children(node)
                .into_iter()
                .filter_map(value)
                .filter(|part| node.kind() != "program" || part.text().is_none())
                .collect();
            return match parts.len() {
                0 => None,
                1 => parts.into_iter().next(),
                _ => Some(Value { line: line_of(node), kind: Kind::List(parts) }),
            };
        }
        "variable_declarator" => return value(node.child_by_field_name("value")?),
        "assignment_expression" => return value(node.child_by_field_name("right")?),
        "return_statement"
        | "parenthesized_expression"
        | "satisfies_expression"
        | "as_expression"
        | "await_expression" => {
            return value(*children(node).first()?);
        }
        "arrow_function" | "function_expression" => {
            return value(node.child_by_field_name("body")?);
        }
        "import_statement" | "function_declaration" | "if_statement" | "hash_bang_line" => {
            return None;
        }
        "object" => Kind::Map(
            children(node)
                .into_iter()
                .filter_map(|one| {
                    if one.kind() != "pair" {
                        return Some((reading.text(one).to_owned(), reading.leaf(one)));
                    }
                    let key = one.child_by_field_name("key")?;
                    Some((
                        unquoted(reading.text(key)).to_owned(),
                        value(one.child_by_field_name("value")?)?,
                    ))
                })
                .collect(),
        ),
        "array" => Kind::List(children(node).into_iter().filter_map(value).collect()),
        "call_expression" if is_configuring(reading, node) => {
            let given = children(node.child_by_field_name("arguments")?);
            match given[..] {
                [only] => return value(only),
                _ => Kind::List(given.into_iter().filter_map(value).collect()),
            }
        }
        _ => return Some(reading.leaf(node)),
    };
    Some(Value { line: line_of(node), kind })
}

/// Whether a call is given a configuration: an object, a list or a function that makes one.
fn is_configuring(reading: &Reading<'_>, node: Node<'_>) -> bool {
    let callee = node.child_by_field_name("function").map_or("", |one| reading.text(one));
    let given = node.child_by_field_name("arguments").map(children).unwrap_or_default();
    let holds = |one: &Node<'_>| {
        matches!(one.kind(), "object" | "array" | "arrow_function" | "function_expression")
    };
    callee != "require" && given.iter().any(holds)
}

/// Sections, names and values; what is indented goes on.
fn ini(text: &str) -> Value {
    let mut sections: Vec<(String, Value)> = Vec::new();
    let map = |line: u32| Value { line, kind: Kind::Map(Vec::new()) };
    for (line, number) in text.lines().zip(1u32..) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(section) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            sections.push((section.to_owned(), map(number)));
            continue;
        }
        if sections.is_empty() {
            sections.push((String::new(), map(number)));
        }
        let Some((_, Value { kind: Kind::Map(pairs), .. })) = sections.last_mut() else { continue };
        let item = |text: &str| Value { line: number, kind: Kind::Text(text.to_owned()) };
        if line.starts_with([' ', '\t'])
            && let Some((_, last)) = pairs.last_mut()
        {
            match &mut last.kind {
                Kind::List(items) => items.push(item(trimmed)),
                Kind::Text(first) if first.is_empty() => {
                    last.kind = Kind::List(vec![item(trimmed)]);
                }
                Kind::Text(_) => {
                    let first = last.clone();
                    last.kind = Kind::List(vec![first, item(trimmed)]);
                }
                Kind::Map(_) => {}
            }
            continue;
        }
        let at = trimmed.find(['=', ':']).unwrap_or(trimmed.len());
        let value = trimmed.get(at + 1..).unwrap_or_default().trim();
        pairs.push((trimmed[..at].trim().to_owned(), item(value)));
    }
    Value { line: 1, kind: Kind::Map(sections) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        let value = read(path, text).expect("configuration");
        let told = |one: Setting| format!("{}={}@{}", one.path.join("/"), one.value, one.line);
        value.settings().into_iter().map(told).collect()
    }

    #[test]
    fn each_way_of_writing_gives_names_and_values() {
        assert_eq!(
            told(
                "ci.yml",
                "on: [push]\njobs:\n  t:\n    steps:\n      - run: |\n          a\n      - uses: x@v1\n"
            ),
            ["on/[]=push@1", "jobs/t/steps/[]/run=|\n          a@5", "jobs/t/steps/[]/uses=x@v1@7"]
        );
        assert_eq!(
            told(
                "pyproject.toml",
                "[tool.ruff.lint]\nselect = [\"E\", # why\n  \"F\"]\na.b = true\n"
            ),
            [
                "tool.ruff.lint/select/[]=E@2",
                "tool.ruff.lint/select/[]=F@3",
                "tool.ruff.lint/a.b=true@4"
            ]
        );
        assert_eq!(
            told(
                "tsconfig.json",
                "{\n  // why\n  \"compilerOptions\": { \"strict\": true, },\n}\n"
            ),
            ["compilerOptions/strict=true@3"]
        );
        assert_eq!(
            told(
                "eslint.config.js",
                "import a from 'a';\nexport default tool.config(\n  ...a.strict,\n  { rules: { 'b': ['error', { max: 3 }] } },\n);\n"
            ),
            ["[]=...a.strict@3", "[]/rules/b/[]=error@4", "[]/rules/b/[]/max=3@4"]
        );
        assert_eq!(
            told("setup.cfg", "[flake8]\nignore = E203,\n    W503\nmax = 3\n"),
            ["flake8/ignore/[]=E203,@2", "flake8/ignore/[]=W503@3", "flake8/max=3@4"]
        );
    }
}
