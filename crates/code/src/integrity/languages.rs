//! How the languages write tests, assertions, skips and handlers: a module for each.

mod go;
mod javascript;
mod python;
mod rust;

use tree_sitter::Node;

use super::source::{Collector, Visit};
use crate::language::Language;

/// How a language is read for the rules.
pub(super) struct Reading {
    /// Its parser.
    pub(super) grammar: fn() -> tree_sitter::Language,
    /// Kinds of nodes that are comments.
    pub(super) comments: &'static [&'static str],
    /// Kinds of nodes that are texts and numbers.
    pub(super) literals: &'static [&'static str],
    /// What a node means.
    pub(super) visit: for<'t> fn(&mut Collector<'t>, Node<'t>) -> Visit<'t>,
}

/// How a language is read; none for those that are read by lines.
pub(super) fn reading(language: Language) -> Option<&'static Reading> {
    Some(match language {
        Language::JavaScript => &javascript::READING,
        Language::TypeScript => &javascript::TYPED,
        Language::Tsx => &javascript::TSX,
        Language::Python => &python::READING,
        Language::Rust => &rust::READING,
        Language::Go => &go::READING,
        Language::Java | Language::C | Language::Sql => return None,
    })
}

/// A name of an assertion in lower case, without `_`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').collect::<String>().to_ascii_lowercase()
}

/// The children that have a name.
fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// The children that are no comments.
fn spoken<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    named(node).into_iter().filter(|child| !child.kind().contains("comment")).collect()
}

/// Words of a comment from which on it says why.
const EXPLAINING: usize = 4;

/// Whether a comment in it says why nothing is done.
fn is_explained(collector: &Collector<'_>, node: Node<'_>) -> bool {
    let words = |child: &Node<'_>| {
        let text = collector.text.get(child.byte_range()).unwrap_or_default();
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count()
    };
    let mut comments = named(node).into_iter().filter(|child| child.kind().contains("comment"));
    comments.any(|comment| words(&comment) >= EXPLAINING)
}
