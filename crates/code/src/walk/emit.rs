//! References and keys: what the walk says about names that are used.

use tree_sitter::{Node, TreeCursor};

use super::{Ctx, Walker, line_of, named, tail};
use crate::facts::{Key, KeyKind, KeyRole, Local, Reference, Role};
use crate::{keys, limits};

impl<'t> Walker<'t> {
    /// Binds a name in the function around, if there is one.
    pub(crate) fn bind(&mut self, name: &'t str, line: u32) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name);
            self.local(name, line, true);
        }
    }

    /// Keeps a place of a variable.
    pub(crate) fn local(&mut self, name: &str, line: u32, binds: bool) {
        if self.facts.locals.len() < limits::REFERENCES {
            self.facts.locals.push(Local { name: name.into(), line, binds });
        }
    }

    /// Whether a function around binds this name.
    pub(crate) fn is_bound(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.contains(name))
    }

    /// Keeps a reference.
    pub(crate) fn refer(&mut self, name: &'t str, line: u32, ctx: Ctx<'t>) {
        if name.is_empty() || self.facts.references.len() >= limits::REFERENCES {
            return;
        }
        let Some(target) = self.named_by(name) else { return };
        let qualifier = ctx.qualifier.and_then(|qualifier| self.named_by(qualifier));
        let name = self.intern(target);
        let qualifier = qualifier.map(|qualifier| self.intern(qualifier));
        let Ctx { role, arguments, open, .. } = ctx;
        self.facts.references.push(Reference { name, qualifier, line, role, arguments, open });
    }

    /// What a name names: `Self` is the type around.
    fn named_by(&self, name: &'t str) -> Option<&'t str> {
        if self.spec.own.contains(&name) { self.own_type() } else { Some(name) }
    }

    fn intern(&mut self, name: &'t str) -> u32 {
        let next = u32::try_from(self.facts.names.len()).unwrap_or(u32::MAX);
        let number = *self.names.entry(name).or_insert(next);
        if number == next {
            self.facts.names.push(name.into());
        }
        number
    }

    /// A name: bound, local, or used.
    pub(super) fn leaf(&mut self, node: Node<'t>, role: Role, ctx: Ctx<'t>) {
        let name = self.text_of(node);
        if ctx.binds && matches!(role, Role::Read | Role::Member) {
            return self.bind(name, line_of(node));
        }
        let is_type = role == Role::Type && ctx.role == Role::Member;
        let ctx = if ctx.role == Role::Read || is_type { Ctx { role, ..ctx } } else { ctx };
        let is_plain = ctx.qualifier.is_none() && role == Role::Read;
        if is_plain && self.spec.own.contains(&name) {
            return;
        }
        if is_plain && self.is_bound(name) {
            return self.local(name, line_of(node), false);
        }
        self.refer(name, line_of(node), ctx);
    }

    /// A call or a construction.
    pub(super) fn call(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        (callee, with): (&'static str, &'static str),
        role: Role,
        depth: usize,
    ) {
        let node = cursor.node();
        let called = node.child_by_field_name(callee).map(|node| self.text_of(node));
        let given = node.child_by_field_name(with);
        let name = called.and_then(tail);
        let receiver = called.and_then(|called| {
            let before = called.strip_suffix(name?)?;
            tail(before.trim_end_matches(['.', ':', '?', '!', '>', '-', ' ', '\n', '\t', '\r']))
        });
        let open = given.is_some_and(|given| named(given).into_iter().any(is_spread));
        let arguments = given.and_then(count).filter(|_| !open);
        self.by_field(cursor, depth, |field| match field {
            Some(field) if field == callee => Ctx { arguments, open, ..Ctx::role(role) },
            Some(field) if field == with => Ctx::arguments_of(name, receiver),
            _ => Ctx::role(Role::Read),
        });
    }

    /// A member of something.
    pub(super) fn member(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        (object, property): (&'static str, &'static str),
        ctx: Ctx<'t>,
        depth: usize,
    ) {
        let of = cursor.node().child_by_field_name(object).map(|node| self.text_of(node));
        let role = if ctx.role == Role::Read { Role::Member } else { ctx.role };
        if let (Some(of), Some(property)) = (of, cursor.node().child_by_field_name(property))
            && keys::is_environment(of)
        {
            self.key(KeyKind::Variable, self.text_of(property), line_of(property));
        }
        self.by_field(cursor, depth, |field| {
            if field == Some(property) {
                Ctx { role, qualifier: of.and_then(tail), binds: false, ..ctx }
            } else {
                ctx.plain()
            }
        });
    }

    /// A label with a value: an argument by name, a field of an object.
    pub(super) fn label(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        label: &'static str,
        ctx: Ctx<'t>,
        depth: usize,
    ) {
        let node = cursor.node();
        let named = node.child_by_field_name(label);
        if let Some(label) = named.filter(|label| label.named_child_count() == 0) {
            let role = if ctx.binds { Role::Member } else { Role::Label };
            let ctx = Ctx { qualifier: ctx.callee, ..Ctx::role(role) };
            self.refer(self.text_of(label), line_of(label), ctx);
        }
        let inner = if ctx.binds { Ctx::binding() } else { ctx.plain() };
        self.some_children(cursor, depth, |field| (field != Some(label)).then_some(inner));
    }

    /// A string literal: it may be a key, or hold SQL.
    pub(super) fn string(&mut self, node: Node<'t>, ctx: Ctx<'t>) {
        let line = line_of(node);
        let text = keys::unquoted(self.text_of(node));
        if keys::sql::is_statement(text) {
            if text.len() <= limits::SQL_BYTES {
                self.facts.keys.extend(keys::sql::keys(text, line));
            }
            return;
        }
        if text.len() > limits::KEY_BYTES {
            return;
        }
        let place = keys::Place { callee: ctx.callee, receiver: ctx.receiver };
        if let Some(key) = keys::of_string(text, place, line) {
            self.facts.keys.push(key);
        }
    }

    /// Keeps a key that is used.
    pub(crate) fn key(&mut self, kind: KeyKind, name: &str, line: u32) {
        let key = Key { kind, name: name.into(), role: KeyRole::Use, line, columns: Vec::new() };
        self.facts.keys.push(key);
    }
}

/// With how many arguments, if they are a list.
fn count(arguments: Node<'_>) -> Option<u8> {
    let kind = arguments.kind();
    let is_list = kind.contains("argument") && !kind.contains("type");
    is_list.then(|| u8::try_from(named(arguments).len()).unwrap_or(u8::MAX))
}

/// Whether an argument stands for any number of them, or for the rest of the fields.
fn is_spread(argument: Node<'_>) -> bool {
    let kind = argument.kind();
    ["spread", "splat", "base_field", "variadic"].iter().any(|word| kind.contains(word))
}
