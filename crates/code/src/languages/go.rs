//! Go.

use tree_sitter::{Node, TreeCursor};

use crate::facts::{DefinitionKind, Import, Parameter, Role};
use crate::keys;
use crate::normal::{Comments, normal};
use crate::walk::define::Parts;
use crate::walk::{Container, Ctx, Rule, Spec, Walker, field, line_of, named, tail};

pub(super) static SPEC: Spec = Spec {
    grammar: || tree_sitter_go::LANGUAGE.into(),
    rules: &[RULES],
    comments: Comments::Slashes,
    separator: ".",
    parameters,
    imports,
    own: &[],
};

const RULES: &[(&[&str], Rule)] = &[
    (&["package_clause"], Rule::Hook(package)),
    (&["function_declaration"], Rule::Hook(function)),
    (&["method_declaration"], Rule::Hook(method)),
    (&["type_spec", "type_alias"], Rule::Hook(type_spec)),
    (&["method_elem"], Rule::Hook(method_elem)),
    (&["field_declaration"], Rule::Hook(field_declaration)),
    (&["const_spec", "var_spec"], Rule::Variable("name")),
    (&["func_literal"], Rule::Scope(&["parameters"])),
    (&["parameter_declaration", "variadic_parameter_declaration"], Rule::Bind(&["name"])),
    (&["short_var_declaration", "range_clause"], Rule::Bind(&["left"])),
    (&["call_expression"], Rule::Call("function", "arguments")),
    (&["composite_literal"], Rule::Hook(composite)),
    (&["keyed_element"], Rule::Hook(keyed)),
    (&["selector_expression"], Rule::Member("operand", "field")),
    (&["qualified_type"], Rule::Member("package", "name")),
    (&["expression_case"], Rule::Part("value", Role::Match)),
    (&["type_case"], Rule::Part("type", Role::Match)),
    (&["type_arguments"], Rule::Under(Role::Type)),
    (&["identifier", "package_identifier"], Rule::Leaf(Role::Read)),
    (&["field_identifier"], Rule::Leaf(Role::Member)),
    (&["type_identifier"], Rule::Leaf(Role::Type)),
    (&["import_spec"], Rule::Import),
    (&["interpreted_string_literal", "raw_string_literal"], Rule::Text),
    (&["comment"], Rule::Skip),
];

fn package<'t>(walker: &mut Walker<'t>, cursor: &mut TreeCursor<'t>, _: Ctx<'t>, _: usize) -> bool {
    let name = named(cursor.node()).first().map(|name| walker.text_of(*name));
    walker.facts.package = name.map(Into::into);
    true
}

fn function<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let test = name.starts_with("Test") || name.starts_with("Benchmark");
    walker.define_parts(
        cursor,
        Parts { test, ..Parts::of(node, name, DefinitionKind::Function) },
        depth,
    );
    true
}

fn method<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let (Some(name), Some(receiver)) =
        (field(node, "name", walker.text), field(node, "receiver", walker.text))
    else {
        return false;
    };
    let of = receiver.trim_end_matches(')').trim_end();
    let of = tail(of).unwrap_or(receiver);
    let number = walker.facts.definitions.len();
    let container = Container { definition: None, name: of, test: false };
    walker.contained(container, |walker| {
        let parts = Parts::of(node, name, DefinitionKind::Method);
        walker.keep(parts);
        // The receiver's name tells nothing to who calls.
        if let Some(kept) = walker.facts.definitions.get_mut(number) {
            kept.head = "func".into();
        }
        walker.scoped(|walker| {
            walker.some_children(cursor, depth, |field| match field {
                Some("name") => None,
                Some("receiver" | "parameters") => Some(Ctx::binding()),
                Some("result") => Some(Ctx::role(Role::Type)),
                _ => Some(Ctx::role(Role::Read)),
            });
        });
    });
    true
}

fn type_spec<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let (Some(name), Some(of)) =
        (field(node, "name", walker.text), node.child_by_field_name("type"))
    else {
        return false;
    };
    let kind = match of.kind() {
        "struct_type" => DefinitionKind::Type,
        "interface_type" => DefinitionKind::Interface,
        _ => DefinitionKind::Alias,
    };
    walker.define_parts(
        cursor,
        Parts { body: Some(of), returns: None, ..Parts::of(node, name, kind) },
        depth,
    );
    true
}

fn method_elem<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let parts = Parts { required: true, ..Parts::of(node, name, DefinitionKind::Method) };
    walker.define_parts(cursor, parts, depth);
    true
}

/// A keyed literal may leave a field out; one by position may not.
fn field_declaration<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let is_member =
        walker.containers.last().is_some_and(|container| container.definition.is_some());
    let mut names = node.walk();
    let names: Vec<Node<'_>> = node.children_by_field_name("name", &mut names).collect();
    for name in names.into_iter().filter(|_| is_member) {
        let parts = Parts::of(node, walker.text_of(name), DefinitionKind::Field);
        walker.keep(Parts { required: true, body: None, ..parts });
    }
    walker.some_children(cursor, depth, |field| match field {
        Some("name" | "tag") => None,
        _ => Some(Ctx::role(Role::Type)),
    });
    true
}

fn composite<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let elements = node.child_by_field_name("body").map(named).unwrap_or_default();
    // What is keyed, or empty, takes zero values for the rest.
    let open = elements.first().is_none_or(|first| first.kind() == "keyed_element");
    let of = field(node, "type", walker.text).and_then(tail);
    walker.by_field(cursor, depth, |field| match field {
        Some("type") => Ctx { open, ..Ctx::role(Role::Construct) },
        _ => Ctx::arguments_of(of, None),
    });
    true
}

fn keyed<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let key = node.child_by_field_name("key").or_else(|| named(node).first().copied());
    let name = key.map(|key| walker.text_of(key)).unwrap_or_default();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if let Some(key) = key.filter(|_| is_name) {
        walker.refer(name, line_of(key), Ctx { qualifier: ctx.callee, ..Ctx::role(Role::Label) });
    }
    let skipped = key.filter(|_| is_name).map(|key| key.id());
    walker.some_children_by_node(cursor, depth, |_, node| {
        (Some(node.id()) != skipped).then(|| ctx.plain())
    });
    true
}

fn parameters<'t>(list: Node<'t>, text: &'t str) -> Vec<Parameter> {
    let mut found = Vec::new();
    for node in named(list) {
        let of = normal(field(node, "type", text).unwrap_or_default(), Comments::Slashes);
        let rest = node.kind().starts_with("variadic");
        let mut names = node.walk();
        let names: Vec<Node<'_>> = node.children_by_field_name("name", &mut names).collect();
        let parameter = |name: &str| Parameter {
            name: name.into(),
            of: of.as_str().into(),
            required: !rest,
            rest,
        };
        if names.is_empty() {
            found.push(parameter(""));
        }
        found.extend(
            names.iter().map(|name| parameter(text.get(name.byte_range()).unwrap_or_default())),
        );
    }
    found
}

fn imports<'t>(node: Node<'t>, text: &'t str) -> Vec<Import> {
    let Some(path) = field(node, "path", text) else { return Vec::new() };
    let module = keys::unquoted(path).into();
    vec![Import { module, names: Vec::new(), line: line_of(node), exported: false }]
}
