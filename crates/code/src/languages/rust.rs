//! Rust.

use tree_sitter::{Node, TreeCursor};

use crate::facts::{DefinitionKind, Import, KeyKind, Parameter, Role};
use crate::normal::{Comments, normal};
use crate::walk::define::Parts;
use crate::walk::{Container, Ctx, Rule, Spec, Walker, field, line_of, named, tail};

pub(super) static SPEC: Spec = Spec {
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    rules: &[RULES],
    comments: Comments::Lifetimes,
    separator: "::",
    parameters,
    imports,
    own: &["self", "Self"],
};

const RULES: &[(&[&str], Rule)] = &[
    (&["function_item", "function_signature_item"], Rule::Hook(function)),
    (&["struct_item", "union_item"], Rule::Define(DefinitionKind::Type)),
    (&["enum_item"], Rule::Define(DefinitionKind::Enum)),
    (&["enum_variant"], Rule::Hook(variant)),
    (&["trait_item"], Rule::Define(DefinitionKind::Interface)),
    (&["type_item"], Rule::Define(DefinitionKind::Alias)),
    (&["const_item", "static_item"], Rule::Define(DefinitionKind::Constant)),
    (&["macro_definition"], Rule::Hook(macro_rules)),
    (&["mod_item"], Rule::Hook(module)),
    (&["impl_item"], Rule::Hook(implementation)),
    (&["field_declaration"], Rule::Hook(field_declaration)),
    (&["trait_bounds"], Rule::Under(Role::Type)),
    (&["call_expression"], Rule::Call("function", "arguments")),
    (&["struct_expression"], Rule::Construct("name", "body")),
    (&["field_expression"], Rule::Member("value", "field")),
    (&["scoped_identifier", "scoped_type_identifier"], Rule::Member("path", "name")),
    (&["generic_function"], Rule::Hook(generic)),
    (&["field_initializer"], Rule::Label("field")),
    (&["shorthand_field_initializer"], Rule::Hook(shorthand)),
    (&["match_expression"], Rule::Hook(matching)),
    (&["match_pattern"], Rule::Under(Role::Match)),
    (&["let_condition"], Rule::Part("pattern", Role::Match)),
    (&["let_declaration"], Rule::Bind(&["pattern"])),
    (&["parameter", "for_expression"], Rule::Bind(&["pattern"])),
    (&["closure_expression"], Rule::Scope(&["parameters"])),
    (&["type_arguments", "reference_type", "generic_type"], Rule::Under(Role::Type)),
    (&["macro_invocation"], Rule::Hook(invocation)),
    (&["token_tree"], Rule::Hook(tokens)),
    (&["attribute_item", "inner_attribute_item"], Rule::Skip),
    (&["use_declaration", "extern_crate_declaration"], Rule::Import),
    (&["identifier"], Rule::Hook(identifier)),
    (&["type_identifier"], Rule::Leaf(Role::Type)),
    (&["field_identifier", "shorthand_field_identifier"], Rule::Leaf(Role::Member)),
    (&["string_literal", "raw_string_literal"], Rule::Text),
    (&["line_comment", "block_comment", "lifetime"], Rule::Skip),
];

/// What the attributes before an item say.
fn attributes<'t>(node: Node<'t>, text: &'t str) -> impl Iterator<Item = &'t str> {
    let mut before = node.prev_named_sibling();
    std::iter::from_fn(move || {
        let node = before.filter(|node| {
            matches!(node.kind(), "attribute_item" | "line_comment" | "block_comment")
        })?;
        before = node.prev_named_sibling();
        Some(text.get(node.byte_range()).unwrap_or_default())
    })
}

fn function<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let is_member = !walker.containers.is_empty() && walker.containers.iter().any(|c| !c.test);
    let kind = if is_member { DefinitionKind::Method } else { DefinitionKind::Function };
    let test = attributes(node, walker.text).any(|attribute| attribute.contains("test]"));
    let required = node.kind() == "function_signature_item";
    let parts = Parts { required, test, ..Parts::of(node, name, kind) };
    walker.define_parts(cursor, parts, depth);
    true
}

fn variant<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let kept = walker.keep(Parts { body: None, ..Parts::of(node, name, DefinitionKind::Variant) });
    walker.contained(Container { definition: kept, name, test: false }, |walker| {
        walker.some_children(cursor, depth, |field| {
            (field != Some("name")).then(|| Ctx::role(Role::Type))
        });
    });
    true
}

fn macro_rules<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    _: usize,
) -> bool {
    let node = cursor.node();
    if let Some(name) = field(node, "name", walker.text) {
        walker.keep(Parts {
            body: named(node).get(1).copied(),
            ..Parts::of(node, name, DefinitionKind::Function)
        });
    }
    true
}

/// A module of tests tests; any other is a part of the path.
fn module<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let Some(name) = field(node, "name", walker.text) else { return false };
    let test = attributes(node, walker.text).any(|attribute| attribute.contains("cfg(test"));
    if node.child_by_field_name("body").is_none() {
        walker.refer(name, line_of(node), Ctx::role(Role::Read));
        return true;
    }
    walker.contained(Container { definition: None, name, test }, |walker| {
        walker.some_children(cursor, depth, |field| {
            (field == Some("body")).then(|| Ctx::role(Role::Read))
        });
    });
    true
}

fn implementation<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    let of = node.child_by_field_name("type").and_then(|of| tail(walker.text_of(of)));
    let name = of.unwrap_or("impl");
    walker.contained(Container { definition: None, name, test: false }, |walker| {
        walker.some_children(cursor, depth, |field| match field {
            Some("trait") => Some(Ctx::role(Role::Implement)),
            Some("type") => Some(Ctx::role(Role::Type)),
            _ => Some(Ctx::role(Role::Read)),
        });
    });
    true
}

/// Each field must be given; one with `#[arg(long)]` is an option of the command line.
fn field_declaration<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let node = cursor.node();
    if let Some(name) = field(node, "name", walker.text) {
        walker.keep(Parts {
            required: true,
            body: None,
            ..Parts::of(node, name, DefinitionKind::Field)
        });
        let is_option = |attribute: &str| attribute.contains("arg(") && attribute.contains("long");
        let option = attributes(node, walker.text).find(|attribute| is_option(attribute));
        if let Some(attribute) = option {
            let given =
                attribute.split_once("long = \"").and_then(|(_, rest)| rest.split('"').next());
            let name = given.map_or_else(|| name.replace('_', "-"), str::to_owned);
            walker.key(KeyKind::Flag, &format!("--{name}"), line_of(node));
        }
    }
    walker.some_children(cursor, depth, |field| {
        (field != Some("name")).then(|| Ctx::role(Role::Type))
    });
    true
}

fn generic<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    walker.by_field(cursor, depth, |field| match field {
        Some("function") => ctx,
        _ => Ctx::role(Role::Type),
    });
    true
}

fn shorthand<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    _: usize,
) -> bool {
    let node = cursor.node();
    let label = Ctx { qualifier: ctx.callee, ..Ctx::role(Role::Label) };
    walker.refer(walker.text_of(node), line_of(node), label);
    true
}

/// A match with an arm for all others takes new variants.
fn matching<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let arms = cursor.node().child_by_field_name("body").map(named).unwrap_or_default();
    let takes_all = |arm: &Node<'_>| {
        let pattern = field(*arm, "pattern", walker.text).unwrap_or_default().trim();
        pattern == "_"
            || (pattern.starts_with(char::is_lowercase)
                && pattern.chars().all(char::is_alphanumeric))
    };
    let open = arms.iter().any(takes_all);
    walker.by_field(cursor, depth, |field| match field {
        Some("body") => Ctx { open, ..Ctx::role(Role::Read) },
        _ => Ctx::role(Role::Read),
    });
    true
}

/// In a pattern a lower-case name binds.
fn identifier<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    _: usize,
) -> bool {
    let name = walker.text_of(cursor.node());
    let lower = name.starts_with(|c: char| c.is_lowercase() || c == '_');
    if (ctx.binds || ctx.role == Role::Match) && ctx.qualifier.is_none() && lower {
        walker.bind(name, line_of(cursor.node()));
    } else if ctx.qualifier.is_none() && walker.is_bound(name) {
        walker.local(name, line_of(cursor.node()), false);
    } else if ctx.qualifier.is_some() || (!walker.is_bound(name) && !SPEC.own.contains(&name)) {
        let role = if ctx.binds { Role::Match } else { ctx.role };
        walker.refer(name, line_of(cursor.node()), Ctx { role, ..ctx });
    }
    true
}

/// The tokens of a macro: names before brackets are called.
fn tokens<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    ctx: Ctx<'t>,
    depth: usize,
) -> bool {
    let children = named(cursor.node());
    for (at, child) in children.iter().enumerate() {
        let next = children
            .get(at + 1)
            .filter(|next| next.kind() == "token_tree" && next.start_byte() == child.end_byte());
        if child.kind() != "identifier" {
            continue;
        }
        let name = walker.text_of(*child);
        let before = walker.text.get(..child.start_byte()).unwrap_or_default();
        let of = ["::", "."].iter().find_map(|sign| before.strip_suffix(sign)).and_then(last_word);
        let called = next.map(|next| walker.text_of(*next)).filter(|text| text.starts_with('('));
        let role = match (called, of) {
            (Some(_), _) => Role::Call,
            (None, Some(_)) => Role::Member,
            (None, None) => Role::Read,
        };
        if of.is_some() || !walker.is_bound(name) {
            let arguments = called.and_then(|text| u8::try_from(arguments(text)).ok());
            walker.refer(
                name,
                line_of(*child),
                Ctx { qualifier: of, arguments, ..Ctx::role(role) },
            );
        }
    }
    walker.some_children_by_node(cursor, depth, |_, node| {
        (node.kind() != "identifier").then_some(ctx)
    });
    true
}

/// The word at the end of what stands on the same line.
fn last_word(text: &str) -> Option<&str> {
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    tail(&text[start..])
}

/// How many arguments stand in brackets.
fn arguments(text: &str) -> usize {
    let inner = text.trim_start_matches('(').trim_end_matches(')').trim();
    let mut depth = 0i32;
    let mut commas = 0;
    for byte in inner.trim_end_matches(',').bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => commas += 1,
            _ => {}
        }
    }
    if inner.is_empty() { 0 } else { commas + 1 }
}

/// A macro is called; strings in it stand in it.
fn invocation<'t>(
    walker: &mut Walker<'t>,
    cursor: &mut TreeCursor<'t>,
    _: Ctx<'t>,
    depth: usize,
) -> bool {
    let of = field(cursor.node(), "macro", walker.text).and_then(tail);
    walker.by_field(cursor, depth, |field| match field {
        Some("macro") => Ctx::role(Role::Call),
        _ => Ctx::arguments_of(of, None),
    });
    true
}

fn parameters<'t>(list: Node<'t>, text: &'t str) -> Vec<Parameter> {
    let parameter = |node: Node<'t>| {
        let name = match node.kind() {
            "parameter" => field(node, "pattern", text)?,
            "variadic_parameter" => return Some(rest()),
            _ => return None,
        };
        let of = normal(field(node, "type", text).unwrap_or_default(), Comments::Lifetimes);
        let name = name.trim_start_matches("mut ");
        Some(Parameter { name: name.into(), of: of.into(), required: true, rest: false })
    };
    named(list).into_iter().filter_map(parameter).collect()
}

fn rest() -> Parameter {
    Parameter { name: "...".into(), of: "".into(), required: false, rest: true }
}

/// `use a::b::{C, d::E}` takes `C` from `a::b` and `E` from `a::b::d`.
fn imports<'t>(node: Node<'t>, text: &'t str) -> Vec<Import> {
    let mut found = Vec::new();
    let Some(argument) =
        node.child_by_field_name("argument").or_else(|| node.child_by_field_name("name"))
    else {
        return found;
    };
    let exported = named(node).first().is_some_and(|first| first.kind() == "visibility_modifier");
    let whole = normal(text.get(argument.byte_range()).unwrap_or_default(), Comments::Lifetimes);
    spread("", &whole, &mut |path: &str| {
        let path = path.split(" as ").next().unwrap_or(path);
        let (module, name) = path.rsplit_once("::").unwrap_or((path, ""));
        let names = if name.is_empty() { Vec::new() } else { vec![name.into()] };
        found.push(Import { module: module.into(), names, line: line_of(node), exported });
    });
    found
}

fn spread(before: &str, tree: &str, found: &mut impl FnMut(&str)) {
    let Some(open) = tree.find('{') else {
        let path = tree.strip_suffix("::self").or((tree == "self").then_some("")).unwrap_or(tree);
        return found(format!("{before}{path}").trim_end_matches("::"));
    };
    let before = format!("{before}{}", &tree[..open]);
    let inner = tree[open + 1..].strip_suffix('}').unwrap_or(&tree[open + 1..]);
    let (mut depth, mut start) = (0i32, 0);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                spread(&before, &inner[start..at], found);
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < inner.len() {
        spread(&before, &inner[start..], found);
    }
}
