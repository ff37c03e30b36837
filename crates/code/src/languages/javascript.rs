//! JavaScript and JSX; TypeScript stands on the same table.

use tree_sitter::{Node, TreeCursor};

use crate::facts::{DefinitionKind, Import, Parameter, Role};
use crate::keys;
use crate::normal::{Comments, normal};
use crate::walk::define::Parts;
use crate::walk::{Ctx, Rule, Spec, Walker, field, line_of, named, tail};

pub(super) static SPEC: Spec = Spec {
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    rules: &[RULES],
    comments: Comments::Slashes,
    separator: ".",
    parameters,
    imports,
    own: &["this", "super"],
};

pub(super) const RULES: &[(&[&str], Rule)] = &[
    (
        &["function_declaration", "generator_function_declaration"],
        Rule::Define(DefinitionKind::Function),
    ),
    (&["class_declaration", "class"], Rule::Define(DefinitionKind::Type)),
    (&["method_definition"], Rule::Define(DefinitionKind::Method)),
    (&["field_definition"], Rule::Variable("property")),
    (&["variable_declarator"], Rule::Hook(declarator)),
    (&["assignment_expression"], Rule::Hook(assignment)),
    (
        &["arrow_function", "function_expression", "generator_function"],
        Rule::Scope(&["parameter", "parameters", "name"]),
    ),
    (&["class_heritage"], Rule::Under(Role::Implement)),
    (&["call_expression"], Rule::Call("function", "arguments")),
    (&["new_expression"], Rule::Construct("constructor", "arguments")),
    (&["member_expression"], Rule::Member("object", "property")),
    (&["subscript_expression"], Rule::Hook(subscript)),
    (&["assignment_pattern", "object_assignment_pattern"], Rule::Bind(&["left"])),
    (&["catch_clause"], Rule::Bind(&["parameter"])),
    (&["for_in_statement"], Rule::Bind(&["left"])),
    (&["switch_case"], Rule::Part("value", Role::Match)),
    (&["pair", "pair_pattern"], Rule::Label("key")),
    (&["jsx_opening_element", "jsx_self_closing_element"], Rule::Hook(element)),
    (&["jsx_attribute"], Rule::Hook(attribute)),
    (&["identifier"], Rule::Leaf(Role::Read)),
    (&["property_identifier", "private_property_identifier"], Rule::Leaf(Role::Member)),
    (&["shorthand_property_identifier"], Rule::Hook(shorthand)),
    (&["shorthand_property_identifier_pattern"], Rule::Hook(taken)),
    (&["import_statement"], Rule::Import),
    (&["export_statement"], Rule::Hook(export)),
    (&["string", "template_string"], Rule::Text),
    (&["comment"], Rule::Skip),
];

/// `const watch = (path) => …` defines a function; `const config: Config = {…}` makes one.
fn declarator<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = node.child_by_field_name("name") else { return false };
    let value = node.child_by_field_name("value");
    walker.facts.imports.extend(value.and_then(|value| required(value, name, walker.text)));
    if name.kind() == "identifier"
        && let Some(function) = value.filter(|value| is_function(*value))
        && !walker.is_local()
    {
        let parts = Parts::of(node, walker.text_of(name), DefinitionKind::Function);
        function_parts(walker, cursor, parts, function, depth);
        return true;
    }
    let made = value.filter(|value| value.kind() == "object").and_then(|object| {
        let of = tail(field(node, "type", walker.text)?)?;
        let open = named(object).iter().any(|child| child.kind() == "spread_element");
        walker.refer(of, line_of(object), Ctx { open, ..Ctx::role(Role::Construct) });
        Some(of)
    });
    let ctx = if made.is_some() { Ctx::arguments_of(made, None) } else { ctx };
    if !walker.is_local() && name.kind() == "identifier" {
        walker.keep(Parts {
            body: value,
            ..Parts::of(node, walker.text_of(name), DefinitionKind::Constant)
        });
    }
    let is_kept = !walker.is_local() && name.kind() == "identifier";
    walker.some_children(cursor, depth, |field| match field {
        Some("name") => (!is_kept).then(Ctx::binding),
        Some("type") => Some(Ctx::role(Role::Type)),
        _ => Some(ctx.plain()),
    });
    true
}

/// `const { a } = require('./b')` imports.
fn required(value: Node<'_>, name: Node<'_>, text: &str) -> Option<Import> {
    let is_require = field(value, "function", text) == Some("require");
    let module = value.child_by_field_name("arguments").filter(|_| is_require)?;
    let module = text.get(named(module).first()?.byte_range())?;
    let taken = named(name).into_iter().map(|part| part.child_by_field_name("key").unwrap_or(part));
    let mut names: Vec<Box<str>> =
        taken.filter_map(|part| text.get(part.byte_range())).map(Into::into).collect();
    if names.is_empty() {
        names.push("*".into());
    }
    Some(Import {
        module: keys::unquoted(module).into(),
        names,
        line: line_of(value),
        exported: false,
    })
}

fn is_function(node: Node<'_>) -> bool {
    matches!(node.kind(), "arrow_function" | "function_expression" | "generator_function")
}

/// A function that is given to a name.
fn function_parts<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    parts: Parts<'t>,
    function: Node<'t>,
    depth: usize,
) {
    let field = |name: &str| function.child_by_field_name(name);
    walker.keep(Parts {
        parameters: field("parameters").or_else(|| field("parameter")),
        body: field("body"),
        returns: field("return_type"),
        ..parts
    });
    walker.some_children_by_node(cursor, depth, |field, node| {
        let is_name = matches!(field, Some("name" | "left"));
        (!is_name || node.id() == function.id()).then(|| Ctx::role(Role::Read))
    });
}

/// `exports.watch = function …` and `Watcher.prototype.watch = function …` define.
fn assignment<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let (Some(left), Some(right)) =
        (node.child_by_field_name("left"), node.child_by_field_name("right"))
    else {
        return false;
    };
    if walker.is_local() || left.kind() != "member_expression" || !is_function(right) {
        return false;
    }
    let Some(name) = left.child_by_field_name("property") else { return false };
    let parts = Parts::of(node, walker.text_of(name), DefinitionKind::Function);
    function_parts(walker, cursor, parts, right, depth);
    true
}

fn subscript<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let object = field(cursor.node(), "object", walker.text).unwrap_or_default();
    let callee = if keys::is_environment(object) { Some("environ") } else { tail(object) };
    walker.by_field(cursor, depth, |field| match field {
        Some("index") => Ctx::arguments_of(callee, None),
        _ => ctx.plain(),
    });
    true
}

/// `<Button kind="x" />` makes a Button with a `kind`.
fn element<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let is_component = name.starts_with(char::is_uppercase);
    let mut cursor_of_children = node.walk();
    let spread = node
        .children_by_field_name("attribute", &mut cursor_of_children)
        .any(|attribute| attribute.kind() == "jsx_expression");
    let of = tail(name).filter(|_| is_component);
    walker.some_children(cursor, depth, |field| match field {
        Some("name") => is_component.then(|| Ctx { open: spread, ..Ctx::role(Role::Construct) }),
        _ => Some(Ctx::arguments_of(of, None)),
    });
    true
}

fn attribute<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let first = named(cursor.node()).first().copied();
    if let (Some(first), Some(_)) = (first, ctx.callee) {
        let label = Ctx { qualifier: ctx.callee, ..Ctx::role(Role::Label) };
        walker.refer(walker.text_of(first), line_of(first), label);
    }
    walker.some_children_by_node(cursor, depth, |_, node| {
        (Some(node.id()) != first.map(|first| first.id())).then(|| Ctx::role(Role::Read))
    });
    true
}

/// `{ path }` reads `path`, and gives it to what is made.
fn shorthand<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    _: usize,
) -> bool {
    let node = cursor.node();
    let (name, line) = (walker.text_of(node), line_of(node));
    walker.refer(name, line, Ctx { qualifier: ctx.callee, ..Ctx::role(Role::Label) });
    if !walker.is_bound(name) {
        walker.refer(name, line, Ctx::role(Role::Read));
    }
    true
}

/// `const { watch } = watcher` takes a member and binds its name.
fn taken<'t>(walker: &mut Walker<'t>, cursor: &mut TreeCursor<'t>, _: Ctx<'t>, _: usize) -> bool {
    let node = cursor.node();
    walker.refer(walker.text_of(node), line_of(node), Ctx::role(Role::Member));
    walker.bind(walker.text_of(node), line_of(node));
    true
}

/// `export { a } from './b'` hands on; any other export is what it exports.
fn export<'t>(walker: &mut Walker<'t>, cursor: &mut TreeCursor<'t>, _: Ctx<'t>, _: usize) -> bool {
    let node = cursor.node();
    if node.child_by_field_name("source").is_none() {
        return false;
    }
    let handed = imports(node, walker.text);
    walker
        .facts
        .imports
        .extend(handed.into_iter().map(|import| Import { exported: true, ..import }));
    true
}

/// The module and the names of an `import … from` or `export … from`.
pub(super) fn imports<'t>(node: Node<'t>, text: &'t str) -> Vec<Import> {
    let Some(source) = field(node, "source", text) else { return Vec::new() };
    let mut names: Vec<Box<str>> = Vec::new();
    collect(node, text, &mut names);
    let module = keys::unquoted(source).into();
    vec![Import { module, names, line: line_of(node), exported: false }]
}

fn collect(node: Node<'_>, text: &str, names: &mut Vec<Box<str>>) {
    for child in named(node) {
        match child.kind() {
            "import_specifier" | "export_specifier" => {
                names.extend(field(child, "name", text).map(Into::into));
            }
            "namespace_import" | "namespace_export" => names.push("*".into()),
            "identifier" => names.push("default".into()),
            _ => collect(child, text, names),
        }
    }
}

/// The parameters of a function.
pub(super) fn parameters<'t>(list: Node<'t>, text: &'t str) -> Vec<Parameter> {
    if list.kind() == "identifier" {
        let name = text.get(list.byte_range()).unwrap_or_default();
        return vec![Parameter { name: name.into(), of: "".into(), required: true, rest: false }];
    }
    named(list).into_iter().filter_map(|node| parameter(node, text)).collect()
}

fn parameter(node: Node<'_>, text: &str) -> Option<Parameter> {
    let typed = node.child_by_field_name("pattern");
    let pattern = typed.unwrap_or(node);
    let left = if pattern.kind() == "assignment_pattern" {
        pattern.child_by_field_name("left")?
    } else {
        pattern
    };
    let rest = pattern.kind() == "rest_pattern";
    let has_default =
        pattern.kind() == "assignment_pattern" || node.child_by_field_name("value").is_some();
    let is_optional = node.kind() == "optional_parameter";
    let name = text.get(left.byte_range())?.trim_start_matches("...");
    if name == "this" || node.kind() == "comment" {
        return None;
    }
    // What is taken out of an object is the function's own affair.
    let name = if left.kind() == "object_pattern" { "{}" } else { name };
    let of = field(node, "type", text).unwrap_or_default();
    Some(Parameter {
        name: name.into(),
        of: normal(of, Comments::Slashes).trim_start_matches(':').into(),
        required: !rest && !has_default && !is_optional,
        rest,
    })
}
