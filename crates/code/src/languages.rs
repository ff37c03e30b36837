//! The languages, a module for each: what its kinds of nodes mean. To add one is to add a module, its line here and
//! its file names in `language.rs`.

mod c;
mod go;
mod java;
mod javascript;
mod python;
mod rust;
mod typescript;

use std::sync::OnceLock;

use crate::language::Language;
use crate::walk::{Grammar, Spec};

/// How a language is read; none for SQL, which is read by its clauses.
pub(crate) fn grammar(language: Language) -> Option<&'static Grammar> {
    static GRAMMARS: [OnceLock<Grammar>; 8] = [const { OnceLock::new() }; 8];
    let (place, spec): (usize, &'static Spec) = match language {
        Language::JavaScript => (0, &javascript::SPEC),
        Language::TypeScript => (1, &typescript::SPEC),
        Language::Tsx => (2, &typescript::TSX),
        Language::Python => (3, &python::SPEC),
        Language::Rust => (4, &rust::SPEC),
        Language::Go => (5, &go::SPEC),
        Language::Java => (6, &java::SPEC),
        Language::C => (7, &c::SPEC),
        Language::Sql => return None,
    };
    Some(GRAMMARS[place].get_or_init(|| Grammar::new(spec)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_node_is_known_to_its_grammar() {
        use Language::{C, Go, Java, JavaScript, Python, Rust, Tsx, TypeScript};
        for language in [JavaScript, TypeScript, Tsx, Python, Rust, Go, Java, C] {
            let spec = grammar(language).expect("has a grammar").spec;
            let parser = (spec.grammar)();
            for kind in spec.rules.iter().copied().flatten().flat_map(|(kinds, _)| kinds.iter()) {
                // TypeScript names a field of a class otherwise, and only TSX has elements.
                let is_other = language != JavaScript
                    && (*kind == "field_definition"
                        || (language == TypeScript && kind.starts_with("jsx_")));
                let known = parser.id_for_node_kind(kind, true) != 0;
                assert!(known || is_other, "{language:?} has no {kind}");
            }
        }
    }
}
