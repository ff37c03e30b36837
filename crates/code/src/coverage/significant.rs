//! The lines of a file on which something stands that can run: no comment, no bracket alone, no type.

use callboard_model::check::executed::Lines;
use tree_sitter::{Language as Grammar, Node, Parser};

use crate::language::Language;
use crate::limits;

/// Nodes below which nothing runs.
const SILENT: &[&str] = &[
    "comment",
    "line_comment",
    "block_comment",
    "hash_bang_line",
    // TypeScript.
    "interface_declaration",
    "type_alias_declaration",
    "type_annotation",
    "type_arguments",
    "type_parameters",
    "ambient_declaration",
    "function_signature",
    "method_signature",
    "abstract_method_signature",
    "implements_clause",
    // Python.
    "global_statement",
    "nonlocal_statement",
    "future_import_statement",
    // Rust and Go.
    "attribute_item",
    "inner_attribute_item",
    "struct_item",
    "enum_item",
    "use_declaration",
    "package_clause",
    "import_declaration",
    "type_declaration",
];

/// Words of a language that run by themselves.
const RUNNING: &[&str] =
    &["return", "break", "continue", "throw", "raise", "debugger", "yield", "await"];

/// Such lines; none where the language's syntax is not known, or the text cannot be read.
pub(super) fn significant(path: &str, text: &str) -> Option<Lines> {
    let grammar: Grammar = match Language::of(path)? {
        Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::Rust => tree_sitter_rust::LANGUAGE.into(),
        Language::Go => tree_sitter_go::LANGUAGE.into(),
        Language::Java => tree_sitter_java::LANGUAGE.into(),
        Language::C => tree_sitter_c::LANGUAGE.into(),
        Language::Sql => return None,
    };
    if text.len() > limits::FILE_BYTES {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&grammar).ok()?;
    let tree = parser.parse(text, None)?;
    let mut lines = Vec::new();
    let mut cursor = tree.walk();
    // Depth does not matter to a walk without recursion.
    loop {
        let node = cursor.node();
        let is_silent = SILENT.contains(&node.kind()) || is_docstring(node);
        if !is_silent && node.child_count() == 0 && runs(node) {
            lines.push(u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1);
        }
        if !is_silent && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(lines.into_iter().collect());
            }
        }
    }
}

fn runs(leaf: Node<'_>) -> bool {
    let is_something = leaf.end_byte() > leaf.start_byte();
    is_something && (leaf.is_named() || RUNNING.contains(&leaf.kind()))
}

/// A string that stands as a statement of Python by itself.
fn is_docstring(node: Node<'_>) -> bool {
    node.kind() == "expression_statement"
        && node.named_child_count() == 1
        && node.named_child(0).is_some_and(|only| only.kind() == "string")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(path: &str, text: &str) -> Vec<(u32, u32)> {
        significant(path, text).unwrap().ranges().to_vec()
    }

    #[test]
    fn what_cannot_run_does_not_count() {
        let typescript = "// a\nimport { x } from './x'\n\ninterface A {\n  b: string\n}\ntype B = A\nexport function f(a: A) {\n  if (a) {\n    return\n  } else {\n    x()\n  }\n}\n/* c\n d */\n";
        assert_eq!(ranges("a.ts", typescript), [(2, 2), (8, 10), (12, 12)]);
        let python = "\"\"\"What it is.\"\"\"\nimport os\n\ndef f(a):\n    \"\"\"What it\n    does.\"\"\"\n    # why\n    if a:\n        return\n    else:\n        raise ValueError\n";
        assert_eq!(ranges("a.py", python), [(2, 2), (4, 4), (8, 9), (11, 11)]);
        let go = "package a\n\nimport \"os\"\n\ntype T struct {\n\tA int\n}\n\nfunc F() {\n\tdefer func() {\n\t\tos.Exit(1)\n\t}()\n}\n";
        assert_eq!(ranges("a.go", go), [(9, 9), (11, 11)]);
        assert_eq!(significant("a.rb", "x = 1"), None);
        assert_eq!(ranges("a.js", ""), []);
    }
}
