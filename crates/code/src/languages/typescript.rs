//! What TypeScript adds to JavaScript: types and their members.

use tree_sitter::TreeCursor;

use super::javascript::{RULES, imports, parameters};
use crate::facts::{DefinitionKind, Role};
use crate::normal::Comments;
use crate::walk::define::Parts;
use crate::walk::{Ctx, Rule, Spec, Walker, field, line_of, named, tail};

pub(super) static SPEC: Spec = Spec {
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    rules: &[RULES, TYPES],
    comments: Comments::Slashes,
    separator: ".",
    parameters,
    imports,
    own: &["this", "super"],
};

pub(super) static TSX: Spec = Spec {
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    rules: &[RULES, TYPES],
    comments: Comments::Slashes,
    separator: ".",
    parameters,
    imports,
    own: &["this", "super"],
};

const TYPES: &[(&[&str], Rule)] = &[
    (&["function_signature"], Rule::Define(DefinitionKind::Function)),
    (&["abstract_class_declaration"], Rule::Define(DefinitionKind::Type)),
    (&["interface_declaration"], Rule::Define(DefinitionKind::Interface)),
    (&["enum_declaration"], Rule::Define(DefinitionKind::Enum)),
    (&["internal_module"], Rule::Define(DefinitionKind::Module)),
    (&["type_alias_declaration"], Rule::Hook(alias)),
    (&["enum_body"], Rule::Hook(variants)),
    (&["property_signature", "method_signature", "abstract_method_signature"], Rule::Hook(member)),
    (&["public_field_definition"], Rule::Variable("name")),
    (&["required_parameter", "optional_parameter"], Rule::Bind(&["pattern"])),
    (&["extends_type_clause"], Rule::Under(Role::Implement)),
    (&["type_annotation", "type_arguments"], Rule::Under(Role::Type)),
    (&["nested_type_identifier"], Rule::Member("module", "name")),
    (&["as_expression", "satisfies_expression"], Rule::Hook(taken_as)),
    (&["type_identifier"], Rule::Leaf(Role::Type)),
    (&["literal_type"], Rule::Skip),
];

/// An alias of an object type has members, like an interface.
fn alias<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let is_object =
        node.child_by_field_name("value").is_some_and(|value| value.kind() == "object_type");
    let kind = if is_object { DefinitionKind::Interface } else { DefinitionKind::Alias };
    walker.define_parts(cursor, Parts::of(node, name, kind), depth);
    true
}

fn variants<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    _: usize,
) -> bool {
    for child in named(cursor.node()) {
        let name = child.child_by_field_name("name").unwrap_or(child);
        let parts = Parts::of(child, walker.text_of(name), DefinitionKind::Variant);
        walker.keep(Parts { body: child.child_by_field_name("value"), ..parts });
    }
    true
}

fn member<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let is_method = node.kind() != "property_signature";
    let kind = if is_method { DefinitionKind::Method } else { DefinitionKind::Field };
    let is_member =
        walker.containers.last().is_some_and(|container| container.definition.is_some());
    if let Some(name) = field(node, "name", walker.text).filter(|_| is_member) {
        let text = walker.text_of(node);
        let after = text.find(name).map_or("", |at| &text[at + name.len()..]);
        let required = !after.trim_start().starts_with('?');
        walker.keep(Parts { required, ..Parts::of(node, name, kind) });
    }
    walker.scoped(|walker| {
        walker.some_children(cursor, depth, |field| match field {
            Some("name") => None,
            Some("parameters") => Some(Ctx::binding()),
            _ => Some(Ctx::role(Role::Type)),
        });
    });
    true
}

/// `{…} as Config` and `{…} satisfies Config` make one.
fn taken_as<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let children = named(cursor.node());
    let made = match children.as_slice() {
        [object, of] if object.kind() == "object" => tail(walker.text_of(*of)),
        _ => None,
    };
    let Some(of) = made else { return false };
    let object = children[0];
    let open = named(object).iter().any(|child| child.kind() == "spread_element");
    walker.refer(of, line_of(object), Ctx { open, ..Ctx::role(Role::Construct) });
    walker.children(cursor, Ctx::arguments_of(Some(of), None), depth);
    true
}
