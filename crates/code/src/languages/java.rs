//! Java.

use tree_sitter::{Node, TreeCursor};

use crate::facts::{DefinitionKind, Import, Parameter, Role};
use crate::normal::{Comments, normal};
use crate::walk::define::Parts;
use crate::walk::{Ctx, Rule, Spec, Walker, field, line_of, named, tail};

pub(super) static SPEC: Spec = Spec {
    grammar: || tree_sitter_java::LANGUAGE.into(),
    rules: &[RULES],
    comments: Comments::Slashes,
    separator: ".",
    parameters,
    imports,
    own: &["this", "super"],
};

const RULES: &[(&[&str], Rule)] = &[
    (&["package_declaration"], Rule::Hook(package)),
    (&["class_declaration", "record_declaration"], Rule::Define(DefinitionKind::Type)),
    (
        &["interface_declaration", "annotation_type_declaration"],
        Rule::Define(DefinitionKind::Interface),
    ),
    (&["enum_declaration"], Rule::Define(DefinitionKind::Enum)),
    (&["enum_constant"], Rule::Define(DefinitionKind::Variant)),
    (&["method_declaration", "constructor_declaration"], Rule::Hook(method)),
    (&["field_declaration", "constant_declaration"], Rule::Hook(fields)),
    (&["local_variable_declaration"], Rule::Part("type", Role::Type)),
    (&["variable_declarator"], Rule::Bind(&["name"])),
    (&["formal_parameter", "catch_formal_parameter"], Rule::Bind(&["name"])),
    (&["enhanced_for_statement"], Rule::Bind(&["name"])),
    (&["lambda_expression"], Rule::Scope(&["parameters"])),
    (&["superclass", "super_interfaces", "extends_interfaces"], Rule::Under(Role::Implement)),
    (&["type_arguments", "throws"], Rule::Under(Role::Type)),
    (&["method_invocation"], Rule::Hook(invocation)),
    (&["object_creation_expression"], Rule::Hook(creation)),
    (&["field_access"], Rule::Member("object", "field")),
    (&["scoped_type_identifier", "scoped_identifier"], Rule::Hook(scoped)),
    (&["switch_label"], Rule::Under(Role::Match)),
    (&["annotation"], Rule::Call("name", "arguments")),
    (&["element_value_pair"], Rule::Label("key")),
    (&["identifier"], Rule::Leaf(Role::Read)),
    (&["type_identifier"], Rule::Leaf(Role::Type)),
    (&["import_declaration"], Rule::Import),
    (&["string_literal"], Rule::Text),
    (&["line_comment", "block_comment"], Rule::Skip),
];

fn package<'t>(walker: &mut Walker<'t>, cursor: &mut TreeCursor<'t>, _: Ctx<'t>, _: usize) -> bool {
    let name = named(cursor.node()).last().map(|name| walker.text_of(*name));
    walker.facts.package = name.map(Into::into);
    true
}

fn method<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let before = walker.text_of(node);
    let head = before.split(name).next().unwrap_or_default();
    let container = walker.containers.last().and_then(|container| container.definition);
    let in_interface = container.is_some_and(|container| {
        walker.facts.definitions[container as usize].kind == DefinitionKind::Interface
    });
    let has_body = node.child_by_field_name("body").is_some();
    let required = !has_body && (in_interface || head.contains("abstract"));
    let test = head.contains("@Test") || head.contains("@ParameterizedTest");
    let is_constructor = node.kind() == "constructor_declaration";
    let name = if is_constructor { "constructor" } else { name };
    let parts = Parts { required, test, ..Parts::of(node, name, DefinitionKind::Method) };
    walker.define_parts(cursor, parts, depth);
    true
}

fn fields<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let mut declarators = node.walk();
    let declarators: Vec<Node<'_>> =
        node.children_by_field_name("declarator", &mut declarators).collect();
    for declarator in &declarators {
        let Some(name) = field(*declarator, "name", walker.text) else { continue };
        let body = declarator.child_by_field_name("value");
        walker.keep(Parts { body, ..Parts::of(node, name, DefinitionKind::Field) });
    }
    let values = |walker: &mut Walker<'t>, cursor: &mut TreeCursor<'t>| {
        walker.by_field(cursor, depth, |field| match field {
            Some("type") => Ctx::role(Role::Type),
            _ => Ctx::role(Role::Read),
        });
    };
    values(walker, cursor);
    true
}

fn invocation<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let callee = field(node, "name", walker.text);
    let receiver = field(node, "object", walker.text).and_then(tail);
    let count = node.child_by_field_name("arguments").map(|given| named(given).len());
    let arguments = count.and_then(|count| u8::try_from(count).ok());
    if let Some(name) = node.child_by_field_name("name") {
        let ctx = Ctx { qualifier: receiver, arguments, ..Ctx::role(Role::Call) };
        walker.refer(walker.text_of(name), line_of(name), ctx);
    }
    walker.some_children(cursor, depth, |field| match field {
        Some("name") => None,
        Some("arguments") => Some(Ctx::arguments_of(callee, receiver)),
        _ => Some(Ctx::role(Role::Read)),
    });
    true
}

fn creation<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let of = field(node, "type", walker.text).and_then(tail);
    let count = node.child_by_field_name("arguments").map(|given| named(given).len());
    let arguments = count.and_then(|count| u8::try_from(count).ok());
    // A body makes a nameless class of it.
    let has_body = named(node).iter().any(|child| child.kind() == "class_body");
    let role = if has_body { Role::Implement } else { Role::Construct };
    walker.by_field(cursor, depth, |field| match field {
        Some("type") => Ctx { arguments, ..Ctx::role(role) },
        Some("arguments") => Ctx::arguments_of(of, None),
        _ => Ctx::role(Role::Read),
    });
    true
}

fn scoped<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    _: usize,
) -> bool {
    let parts = named(cursor.node());
    let of = parts.first().and_then(|of| tail(walker.text_of(*of)));
    if let Some(name) = parts.last() {
        let role = if ctx.role == Role::Read { Role::Type } else { ctx.role };
        walker.refer(walker.text_of(*name), line_of(*name), Ctx { qualifier: of, role, ..ctx });
    }
    true
}

fn parameters<'t>(list: Node<'t>, text: &'t str) -> Vec<Parameter> {
    let parameter = |node: Node<'t>| {
        let rest = node.kind() == "spread_parameter";
        if !rest && node.kind() != "formal_parameter" {
            return None;
        }
        let of = normal(field(node, "type", text).unwrap_or_default(), Comments::Slashes);
        let name = field(node, "name", text).unwrap_or_default();
        Some(Parameter { name: name.into(), of: of.into(), required: !rest, rest })
    };
    named(list).into_iter().filter_map(parameter).collect()
}

fn imports<'t>(node: Node<'t>, text: &'t str) -> Vec<Import> {
    let all = named(node);
    let Some(path) = all.first().and_then(|path| text.get(path.byte_range())) else {
        return Vec::new();
    };
    let is_all = all.iter().any(|child| child.kind() == "asterisk");
    let (module, name) =
        if is_all { (path, "*") } else { path.rsplit_once('.').unwrap_or((path, "")) };
    vec![Import {
        module: module.into(),
        names: vec![name.into()],
        line: line_of(node),
        exported: false,
    }]
}
