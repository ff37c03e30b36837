//! Definitions: their names, signatures and members.

use tree_sitter::{Node, TreeCursor};

use super::{Container, Ctx, Walker, end_of, line_of};
use crate::facts::{Definition, DefinitionKind, Role};
use crate::limits;
use crate::normal::{hash, normal, shortened};

/// The parts of a definition in the tree.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'t> {
    pub(crate) node: Node<'t>,
    pub(crate) name: &'t str,
    pub(crate) kind: DefinitionKind,
    pub(crate) parameters: Option<Node<'t>>,
    pub(crate) body: Option<Node<'t>>,
    /// Its type, or what it returns, if that has a node of its own.
    pub(crate) returns: Option<Node<'t>>,
    pub(crate) required: bool,
    pub(crate) test: bool,
    pub(crate) declaration: bool,
}

impl<'t> Parts<'t> {
    /// Those that most languages name alike.
    pub(crate) fn of(node: Node<'t>, name: &'t str, kind: DefinitionKind) -> Self {
        let field = |name: &str| node.child_by_field_name(name);
        Self {
            node,
            name,
            kind,
            parameters: field("parameters"),
            body: field("body").or_else(|| field("value")),
            returns: field("return_type").or_else(|| field("type")).or_else(|| field("result")),
            required: false,
            test: false,
            declaration: false,
        }
    }
}

impl<'t> Walker<'t> {
    /// A node that defines its `name`, with fields that most languages name alike.
    pub(super) fn define(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        kind: DefinitionKind,
        depth: usize,
    ) {
        let node = cursor.node();
        let Some(name) = node.child_by_field_name("name") else {
            return self.children(cursor, Ctx::role(Role::Read), depth);
        };
        self.define_parts(cursor, Parts::of(node, self.text_of(name), kind), depth);
    }

    /// Keeps a definition and looks at what stands in it.
    pub(crate) fn define_parts(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        parts: Parts<'t>,
        depth: usize,
    ) {
        let name_id = parts.node.child_by_field_name("name").map(|name| name.id());
        let kept = self.keep(parts);
        let container =
            Container { definition: kept, name: parts.name, test: parts.test || self.is_test() };
        let within = |walker: &mut Self| {
            walker.some_children_by_node(cursor, depth, |field, node| {
                if Some(node.id()) == name_id {
                    return None;
                }
                Some(match field {
                    Some("parameters" | "parameter") => Ctx::binding(),
                    Some("return_type" | "type" | "result") => Ctx::role(Role::Type),
                    _ => Ctx::role(Role::Read),
                })
            });
        };
        if parts.kind.is_callable() {
            // What a function contains is its own: no path leads through it.
            self.scoped(within);
        } else {
            self.contained(container, within);
        }
    }

    /// Keeps a definition and gives its number; a local one only binds its name.
    pub(crate) fn keep(&mut self, parts: Parts<'t>) -> Option<u32> {
        if self.is_local() {
            self.bind(parts.name, line_of(parts.node));
            return None;
        }
        let Parts { node, name, kind, body, .. } = parts;
        let start = node.start_byte();
        let until = body.map_or(node.end_byte(), |body| body.start_byte()).max(start);
        let comments = self.spec.comments;
        let whole = self.text.get(start..until).unwrap_or_default();
        let signature = normal(whole, comments);
        let body_text = body.map_or(String::new(), |body| normal(self.text_of(body), comments));
        let parameters =
            parts.parameters.map_or(Vec::new(), |list| (self.spec.parameters)(list, self.text));
        let returns = parts.returns.map(|node| normal(self.text_of(node), comments));
        let returns = returns.unwrap_or_else(|| self.after_parameters(&parts, until));
        let returns = returns.trim_start_matches("->").trim_start_matches(':');
        let head = whole.find(name).map_or("", |at| &whole[..at]);
        let head = normal(head, comments);
        let number = u32::try_from(self.facts.definitions.len()).ok()?;
        let path = self.path_of(name);
        self.facts.definitions.push(Definition {
            name: name.into(),
            path: path.into(),
            kind,
            line: line_of(node),
            end: end_of(node),
            body_line: body.map_or_else(|| end_of(node), line_of),
            signature: hash(&signature),
            unnamed: hash(&signature.replacen(name, "_", 1)),
            body: hash(&body_text),
            head: shortened(&head, limits::SIGNATURE_BYTES).into(),
            returns: shortened(returns, limits::SIGNATURE_BYTES).into(),
            parameters,
            parent: self.containers.last().and_then(|container| container.definition),
            required: parts.required,
            test: parts.test || self.is_test(),
            declaration: parts.declaration,
        });
        Some(number)
    }

    fn after_parameters(&self, parts: &Parts<'t>, until: usize) -> String {
        let Some(parameters) = parts.parameters else { return String::new() };
        let text = self.text.get(parameters.end_byte()..until).unwrap_or_default();
        normal(text, self.spec.comments)
    }

    fn path_of(&self, name: &str) -> String {
        let mut path = String::new();
        for container in &self.containers {
            path.push_str(container.name);
            path.push_str(self.spec.separator);
        }
        path + name
    }

    /// A constant of a module, a field of a type, or a local name.
    pub(super) fn variable(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        name: &'static str,
        ctx: Ctx<'t>,
        depth: usize,
    ) {
        let node = cursor.node();
        let named = node.child_by_field_name(name);
        let plain = named.filter(|named| named.named_child_count() == 0);
        if let Some(named) = plain.filter(|_| !self.is_local()) {
            let kind = match self.containers.last() {
                Some(container) if container.definition.is_some() => DefinitionKind::Field,
                _ => DefinitionKind::Constant,
            };
            let field = |name: &str| node.child_by_field_name(name);
            let value = field("value").or_else(|| field("right"));
            let parts = Parts { body: value, ..Parts::of(node, self.text_of(named), kind) };
            self.keep(Parts { parameters: None, ..parts });
        }
        let is_bound = self.is_local();
        let is_plain = plain.is_some();
        self.some_children(cursor, depth, |field| match field {
            Some(field) if field == name && is_bound => Some(Ctx::binding()),
            Some(field) if field == name => (!is_plain).then(Ctx::binding),
            Some("type") => Some(Ctx::role(Role::Type)),
            _ => Some(ctx.plain()),
        });
    }
}
