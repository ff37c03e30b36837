//! Python.

use tree_sitter::{Node, TreeCursor};

use crate::facts::{DefinitionKind, Import, Parameter, Role};
use crate::keys;
use crate::normal::{Comments, normal};
use crate::walk::define::Parts;
use crate::walk::{Ctx, Rule, Spec, Walker, field, line_of, named, tail};

pub(super) static SPEC: Spec = Spec {
    grammar: || tree_sitter_python::LANGUAGE.into(),
    rules: &[RULES],
    comments: Comments::Hash,
    separator: ".",
    parameters,
    imports,
    own: &["self", "cls"],
};

const RULES: &[(&[&str], Rule)] = &[
    (&["function_definition"], Rule::Hook(function)),
    (&["class_definition"], Rule::Hook(class)),
    (&["assignment"], Rule::Hook(assignment)),
    (&["call"], Rule::Call("function", "arguments")),
    (&["attribute"], Rule::Member("object", "attribute")),
    (&["subscript"], Rule::Hook(subscript)),
    (&["keyword_argument"], Rule::Label("name")),
    (&["default_parameter", "typed_default_parameter"], Rule::Bind(&["name"])),
    (&["lambda"], Rule::Scope(&["parameters"])),
    (&["for_statement", "for_in_clause"], Rule::Bind(&["left"])),
    (&["as_pattern_target"], Rule::Hook(bound)),
    (&["named_expression"], Rule::Bind(&["name"])),
    (&["case_pattern"], Rule::Under(Role::Match)),
    (&["type"], Rule::Under(Role::Type)),
    (&["identifier"], Rule::Leaf(Role::Read)),
    (&["import_statement", "import_from_statement"], Rule::Import),
    (&["future_import_statement", "comment"], Rule::Skip),
    (&["string"], Rule::Text),
];

fn decorators<'t>(node: Node<'t>, text: &'t str) -> Vec<&'t str> {
    let around = node.parent().filter(|parent| parent.kind() == "decorated_definition");
    let all = around.map(named).unwrap_or_default();
    let decorators = all.into_iter().filter(|child| child.kind() == "decorator");
    decorators.filter_map(|decorator| text.get(decorator.byte_range())).collect()
}

fn function<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let is_member =
        walker.containers.last().is_some_and(|container| container.definition.is_some());
    let kind = if is_member { DefinitionKind::Method } else { DefinitionKind::Function };
    let required =
        decorators(node, walker.text).iter().any(|decorator| decorator.contains("abstractmethod"));
    let test = name.starts_with("test_");
    walker.define_parts(cursor, Parts { required, test, ..Parts::of(node, name, kind) }, depth);
    true
}

fn class<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let bases = field(node, "superclasses", walker.text).unwrap_or_default();
    let is_enum = bases.contains("Enum") || bases.contains("Flag");
    let kind = if is_enum { DefinitionKind::Enum } else { DefinitionKind::Type };
    let supers = node.child_by_field_name("superclasses");
    for base in supers.map(named).unwrap_or_default() {
        if base.kind() != "keyword_argument"
            && let Some(base_name) = tail(walker.text_of(base))
        {
            walker.refer(base_name, line_of(base), Ctx::role(Role::Implement));
        }
    }
    walker.define_parts(cursor, Parts::of(node, name, kind), depth);
    true
}

/// A constant of a module, a field of a class, a local name, or `self.name = …`.
fn assignment<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(left) = node.child_by_field_name("left") else { return false };
    let is_name = left.kind() == "identifier";
    let is_kept = is_name && !walker.is_local();
    let right = node.child_by_field_name("right");
    if is_kept {
        let container = walker.containers.last().and_then(|container| container.definition);
        let kind = container.map_or(DefinitionKind::Constant, |container| {
            let of = &walker.facts.definitions[container as usize];
            if of.kind == DefinitionKind::Enum {
                DefinitionKind::Variant
            } else {
                DefinitionKind::Field
            }
        });
        let required = kind == DefinitionKind::Field && right.is_none();
        walker.keep(Parts { body: right, required, ..Parts::of(node, walker.text_of(left), kind) });
    }
    walker.some_children(cursor, depth, |field| match field {
        Some("left") if is_name => (!is_kept).then(Ctx::binding),
        Some("left") => Some(Ctx { binds: left.kind().ends_with("_list"), ..ctx.plain() }),
        Some("type") => Some(Ctx::role(Role::Type)),
        _ => Some(ctx.plain()),
    });
    true
}

fn subscript<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let object = field(cursor.node(), "value", walker.text).unwrap_or_default();
    let callee = if keys::is_environment(object) { Some("environ") } else { tail(object) };
    walker.by_field(cursor, depth, |field| match field {
        Some("subscript") if ctx.role != Role::Type => Ctx::arguments_of(callee, None),
        _ => Ctx { role: ctx.role, ..ctx.plain() },
    });
    true
}

fn bound<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    walker.children(cursor, Ctx::binding(), depth);
    true
}

fn parameters<'t>(list: Node<'t>, text: &'t str) -> Vec<Parameter> {
    let nodes = named(list);
    let all = nodes.into_iter().filter_map(|node| parameter(node, text));
    all.filter(|parameter| !matches!(&*parameter.name, "self" | "cls")).collect()
}

fn parameter(node: Node<'_>, text: &str) -> Option<Parameter> {
    let whole = text.get(node.byte_range())?;
    let of = normal(field(node, "type", text).unwrap_or_default(), Comments::Hash);
    let (name, required) = match node.kind() {
        "identifier" => (whole, true),
        "typed_parameter" => (whole.split(':').next()?.trim(), true),
        "default_parameter" | "typed_default_parameter" => (field(node, "name", text)?, false),
        "list_splat_pattern" | "dictionary_splat_pattern" => (whole, true),
        _ => return None,
    };
    let rest = name.starts_with('*');
    Some(Parameter { name: name.into(), of: of.into(), required: required && !rest, rest })
}

fn imports<'t>(node: Node<'t>, text: &'t str) -> Vec<Import> {
    let line = line_of(node);
    let of = |node: Node<'t>| {
        let name = node.child_by_field_name("name").unwrap_or(node);
        text.get(name.byte_range()).unwrap_or_default()
    };
    let module = node.child_by_field_name("module_name");
    let Some(module) = module else {
        let modules = named(node).into_iter().map(of);
        return modules
            .map(|module| Import {
                module: module.into(),
                names: Vec::new(),
                line,
                exported: false,
            })
            .collect();
    };
    let names = named(node)
        .into_iter()
        .filter(|child| child.id() != module.id())
        .map(|child| if child.kind() == "wildcard_import" { "*".into() } else { of(child).into() });
    let names = names.collect();
    vec![Import {
        module: text.get(module.byte_range()).unwrap_or_default().into(),
        names,
        line,
        exported: false,
    }]
}
