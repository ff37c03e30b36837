//! C and its headers.

use tree_sitter::{Node, TreeCursor};

use crate::facts::{DefinitionKind, Import, Parameter, Role};
use crate::normal::{Comments, normal};
use crate::walk::define::Parts;
use crate::walk::{Ctx, Rule, Spec, Walker, field, line_of, named};

pub(super) static SPEC: Spec = Spec {
    grammar: || tree_sitter_c::LANGUAGE.into(),
    rules: &[RULES],
    comments: Comments::Slashes,
    separator: ".",
    parameters,
    imports,
    own: &[],
};

const RULES: &[(&[&str], Rule)] = &[
    (&["function_definition"], Rule::Hook(function)),
    (&["declaration"], Rule::Hook(declaration)),
    (&["struct_specifier", "union_specifier"], Rule::Hook(structure)),
    (&["enum_specifier"], Rule::Hook(structure)),
    (&["enumerator"], Rule::Define(DefinitionKind::Variant)),
    (&["field_declaration"], Rule::Hook(member)),
    (&["type_definition"], Rule::Hook(type_definition)),
    (&["preproc_def"], Rule::Hook(constant)),
    (&["preproc_function_def"], Rule::Hook(constant)),
    (&["parameter_declaration"], Rule::Hook(parameter_names)),
    (&["init_declarator"], Rule::Hook(initialised)),
    (&["initializer_pair"], Rule::Hook(designated)),
    (&["call_expression"], Rule::Call("function", "arguments")),
    (&["field_expression"], Rule::Member("argument", "field")),
    (&["case_statement"], Rule::Part("value", Role::Match)),
    (&["type_descriptor", "sizeof_expression"], Rule::Part("type", Role::Type)),
    (&["identifier"], Rule::Leaf(Role::Read)),
    (&["field_identifier"], Rule::Leaf(Role::Member)),
    (&["type_identifier"], Rule::Leaf(Role::Type)),
    (&["preproc_include"], Rule::Import),
    (&["string_literal"], Rule::Text),
    (&["comment"], Rule::Skip),
];

/// The node that names what a declarator declares: past `*`, `[]` and brackets.
fn declared(node: Node<'_>) -> Option<Node<'_>> {
    let mut node = node;
    for _ in 0..12 {
        if matches!(node.kind(), "identifier" | "field_identifier" | "type_identifier") {
            return Some(node);
        }
        let inner = node.child_by_field_name("declarator");
        node = inner.or_else(|| {
            named(node).into_iter().find(|child| child.kind().ends_with("declarator"))
        })?;
    }
    None
}

/// The declarator of a function among nested ones.
fn function_declarator(node: Node<'_>) -> Option<Node<'_>> {
    let mut node = node;
    for _ in 0..12 {
        if node.kind() == "function_declarator" {
            return Some(node);
        }
        node = node.child_by_field_name("declarator")?;
    }
    None
}

fn callable<'t>(node: Node<'t>, text: &'t str) -> Option<Parts<'t>> {
    let declarator = function_declarator(node.child_by_field_name("declarator")?)?;
    let name = declared(declarator)?;
    // A pointer to a function is a variable.
    let is_pointer =
        declarator.child_by_field_name("declarator")?.kind() == "parenthesized_declarator";
    let name = text.get(name.byte_range())?;
    (!is_pointer).then(|| Parts {
        parameters: declarator.child_by_field_name("parameters"),
        returns: node.child_by_field_name("type"),
        ..Parts::of(node, name, DefinitionKind::Function)
    })
}

fn function<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let Some(parts) = callable(cursor.node(), walker.text) else { return false };
    walker.keep(parts);
    walker.scoped(|walker| {
        walker.by_field(cursor, depth, |field| match field {
            Some("declarator") => Ctx::binding(),
            Some("type") => Ctx::role(Role::Type),
            _ => Ctx::role(Role::Read),
        });
    });
    true
}

/// A prototype, or variables.
fn declaration<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    if !walker.is_local()
        && let Some(parts) = callable(node, walker.text)
    {
        walker.keep(Parts { declaration: true, ..parts });
        walker.scoped(|walker| walker.children(cursor, Ctx::binding(), depth));
        return true;
    }
    let mut declarators = node.walk();
    let declarators: Vec<Node<'_>> =
        node.children_by_field_name("declarator", &mut declarators).collect();
    let is_local = walker.is_local();
    for declarator in declarators.into_iter().filter(|_| !is_local) {
        let Some(name) = declared(declarator) else { continue };
        let body = declarator.child_by_field_name("value");
        let declaration = walker.text_of(node).starts_with("extern");
        let name = walker.text_of(name);
        let parts = Parts::of(node, name, DefinitionKind::Constant);
        walker.keep(Parts { body, declaration, ..parts });
        let of = type_of(node, declarator, name, walker.text);
        if let Some(kept) = walker.facts.definitions.last_mut() {
            kept.returns = of.into();
        }
    }
    let of = node.child_by_field_name("type").and_then(|of| field(of, "name", walker.text));
    walker.by_field(cursor, depth, |field| match field {
        Some("declarator") => Ctx { callee: of, ..Ctx::binding() },
        Some("type") => Ctx::role(Role::Type),
        _ => Ctx::role(Role::Read),
    });
    true
}

/// The type of what a declarator declares, with its stars and brackets, without its size.
fn type_of(node: Node<'_>, declarator: Node<'_>, name: &str, text: &str) -> String {
    let bare =
        declarator.child_by_field_name("value").and(declarator.child_by_field_name("declarator"));
    let shape = text.get(bare.unwrap_or(declarator).byte_range()).unwrap_or_default();
    let shape = shape.replacen(name, "", 1);
    let stars = shape.split('[').next().unwrap_or_default();
    let brackets = "[]".repeat(shape.matches('[').count());
    let of = field(node, "type", text).unwrap_or_default();
    normal(&format!("{of} {stars}{brackets}"), Comments::Slashes)
}

/// A value beside a declarator: a list makes a structure of the type that is declared.
fn initialised<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let value = cursor.node().child_by_field_name("value");
    let list = value.filter(|value| value.kind() == "initializer_list");
    let made = ctx.callee.filter(|_| list.is_some());
    if let (Some(of), Some(list)) = (made, list) {
        walker.refer(of, line_of(list), Ctx::role(Role::Construct));
    }
    walker.by_field(cursor, depth, |field| match field {
        Some("declarator") => Ctx::binding(),
        _ => Ctx::arguments_of(made, None),
    });
    true
}

/// `.field = value` gives a field.
fn designated<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let designator =
        node.child_by_field_name("designator").and_then(|of| named(of).last().copied());
    if let Some(name) = designator {
        let label = Ctx { qualifier: ctx.callee, ..Ctx::role(Role::Label) };
        walker.refer(walker.text_of(name), line_of(name), label);
    }
    walker.some_children(cursor, depth, |field| (field != Some("designator")).then(|| ctx.plain()));
    true
}

/// A structure with a body defines its name; without one it uses it.
fn structure<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    if node.child_by_field_name("body").is_none() {
        walker.refer(name, line_of(node), Ctx::role(Role::Type));
        return true;
    }
    let is_enum = node.kind() == "enum_specifier";
    let kind = if is_enum { DefinitionKind::Enum } else { DefinitionKind::Type };
    walker.define_parts(cursor, Parts::of(node, name, kind), depth);
    true
}

fn member<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let mut declarators = node.walk();
    let declarators: Vec<Node<'_>> =
        node.children_by_field_name("declarator", &mut declarators).collect();
    for declarator in declarators {
        let Some(name) = declared(declarator) else { continue };
        let parameters =
            function_declarator(declarator).and_then(|of| of.child_by_field_name("parameters"));
        let kind =
            if parameters.is_some() { DefinitionKind::Method } else { DefinitionKind::Field };
        // A table of functions without one of them fails where it is called.
        let required = parameters.is_some();
        let name = walker.text_of(name);
        walker.keep(Parts { parameters, required, body: None, ..Parts::of(node, name, kind) });
        let of = type_of(node, declarator, name, walker.text);
        let kept = walker.facts.definitions.last_mut();
        if let Some(kept) = kept.filter(|_| kind == DefinitionKind::Field) {
            kept.returns = of.into();
        }
    }
    walker.some_children(cursor, depth, |field| {
        (field != Some("declarator")).then(|| Ctx::role(Role::Type))
    });
    true
}

fn type_definition<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    if let Some(name) = node.child_by_field_name("declarator").and_then(declared) {
        walker.keep(Parts {
            body: None,
            ..Parts::of(node, walker.text_of(name), DefinitionKind::Alias)
        });
    }
    walker.some_children(cursor, depth, |field| {
        (field == Some("type")).then(|| Ctx::role(Role::Type))
    });
    true
}

fn constant<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    _: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let is_function = node.kind() == "preproc_function_def";
    let kind = if is_function { DefinitionKind::Function } else { DefinitionKind::Constant };
    // The text that it stands for is no tree; its words are used where the macro is.
    walker.keep(Parts { returns: None, ..Parts::of(node, name, kind) });
    true
}

fn parameter_names<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    walker.by_field(cursor, depth, |field| match field {
        Some("declarator") => Ctx::binding(),
        _ => Ctx::role(Role::Type),
    });
    true
}

fn parameters<'t>(list: Node<'t>, text: &'t str) -> Vec<Parameter> {
    let parameter = |node: Node<'t>| {
        let whole = text.get(node.byte_range())?;
        match node.kind() {
            "identifier" => {
                return Some(Parameter {
                    name: whole.into(),
                    of: "".into(),
                    required: true,
                    rest: false,
                });
            }
            "variadic_parameter" => {
                return Some(Parameter {
                    name: "...".into(),
                    of: "".into(),
                    required: false,
                    rest: true,
                });
            }
            "parameter_declaration" if whole != "void" => {}
            _ => return None,
        }
        let name = node.child_by_field_name("declarator").and_then(declared);
        let name = name.and_then(|name| text.get(name.byte_range())).unwrap_or_default();
        let of = normal(whole, Comments::Slashes);
        let of = of.strip_suffix(name).unwrap_or(&of).trim_end();
        Some(Parameter { name: name.into(), of: of.into(), required: true, rest: false })
    };
    named(list).into_iter().filter_map(parameter).collect()
}

fn imports<'t>(node: Node<'t>, text: &'t str) -> Vec<Import> {
    let path = field(node, "path", text).unwrap_or_default();
    let module = path.trim_matches(['"', '<', '>']);
    vec![Import { module: module.into(), names: Vec::new(), line: line_of(node), exported: false }]
}
