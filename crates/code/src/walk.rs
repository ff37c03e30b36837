//! One walk over a syntax tree, led by a language's table: what each kind of node means.

pub(crate) mod define;
mod emit;

use std::collections::{HashMap, HashSet};

use tree_sitter::{Node, Parser, TreeCursor};

use crate::facts::{DefinitionKind, FileFacts, Import, Parameter, Role};
use crate::limits;
use crate::normal::Comments;

/// What a kind of node means.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// It defines its `name`.
    Define(DefinitionKind),
    /// It defines a constant or a field of a module or type, and binds a local name in a function: the field that names.
    Variable(&'static str),
    /// It calls: the fields of what is called, and of the arguments.
    Call(&'static str, &'static str),
    /// It makes a value: the fields of its type, and of what it is made of.
    Construct(&'static str, &'static str),
    /// It names a member: the fields of the object, and of the member.
    Member(&'static str, &'static str),
    /// All names below are used in this part.
    Under(Role),
    /// This field is used in this part, the rest is read.
    Part(&'static str, Role),
    /// A name, used in this part unless what is around it says otherwise.
    Leaf(Role),
    /// A label with a value: the field of the label.
    Label(&'static str),
    /// These fields bind names of the function around it.
    Bind(&'static [&'static str]),
    /// A function without a name: these fields bind names.
    Scope(&'static [&'static str]),
    /// A string literal.
    Text,
    /// An import, read by the language itself.
    Import,
    /// Nothing below it is looked at.
    Skip,
    /// The language itself reads it, and says whether that was all.
    Hook(Hook),
}

/// What a language does with a node by itself; whether its children are done, too.
pub(crate) type Hook = for<'t> fn(&mut Walker<'t>, &mut TreeCursor<'t>, Ctx<'t>, usize) -> bool;

/// What a language says about its syntax.
pub(crate) struct Spec {
    /// Its parser.
    pub(crate) grammar: fn() -> tree_sitter::Language,
    /// What its kinds of nodes mean.
    pub(crate) rules: &'static [&'static [(&'static [&'static str], Rule)]],
    /// How it writes comments.
    pub(crate) comments: Comments,
    /// What stands between a type and its member.
    pub(crate) separator: &'static str,
    /// The parameters in a list of them.
    pub(crate) parameters: for<'t> fn(Node<'t>, &'t str) -> Vec<Parameter>,
    /// The imports of a node that imports.
    pub(crate) imports: for<'t> fn(Node<'t>, &'t str) -> Vec<Import>,
    /// Names that stand for the type around them.
    pub(crate) own: &'static [&'static str],
}

/// A language, ready to be read.
pub(crate) struct Grammar {
    pub(crate) spec: &'static Spec,
    language: tree_sitter::Language,
    rules: Vec<Option<Rule>>,
}

impl Grammar {
    pub(crate) fn new(spec: &'static Spec) -> Self {
        let language = (spec.grammar)();
        let mut by_name: HashMap<&str, Rule> = HashMap::new();
        for (kinds, rule) in spec.rules.iter().copied().flatten() {
            by_name.extend(kinds.iter().map(|kind| (*kind, *rule)));
        }
        let kinds = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let rule = |id: u16| {
            let kind = language.node_kind_for_id(id).filter(|_| language.node_kind_is_named(id));
            kind.and_then(|kind| by_name.get(kind)).copied()
        };
        let rules = (0..kinds).map(rule).collect();
        Self { spec, language, rules }
    }
}

/// What is known about a node from what is around it.
#[derive(Clone, Copy)]
pub(crate) struct Ctx<'t> {
    /// In what part names are used.
    pub(crate) role: Role,
    /// Names are bound, not used.
    pub(crate) binds: bool,
    /// What a member is a member of.
    pub(crate) qualifier: Option<&'t str>,
    /// With how many arguments it is called.
    pub(crate) arguments: Option<u8>,
    /// See [`crate::facts::Reference::open`].
    pub(crate) open: bool,
    /// What is called around it, and on what.
    pub(crate) callee: Option<&'t str>,
    pub(crate) receiver: Option<&'t str>,
}

impl<'t> Ctx<'t> {
    pub(crate) fn role(role: Role) -> Self {
        Self {
            role,
            binds: false,
            qualifier: None,
            arguments: None,
            open: false,
            callee: None,
            receiver: None,
        }
    }

    /// Names are bound below.
    pub(crate) fn binding() -> Self {
        Self { binds: true, ..Self::role(Role::Read) }
    }

    /// Read, as part of the same call.
    pub(crate) fn plain(self) -> Self {
        Self { callee: self.callee, receiver: self.receiver, ..Self::role(Role::Read) }
    }

    /// Among the arguments of a call.
    pub(crate) fn arguments_of(callee: Option<&'t str>, receiver: Option<&'t str>) -> Self {
        Self { callee, receiver, ..Self::role(Role::Read) }
    }
}

/// What members belong to: a definition of the file, or only a name.
pub(crate) struct Container<'t> {
    pub(crate) definition: Option<u32>,
    pub(crate) name: &'t str,
    pub(crate) test: bool,
}

/// A walk over one file.
pub(crate) struct Walker<'t> {
    pub(crate) text: &'t str,
    pub(crate) spec: &'static Spec,
    rules: &'static [Option<Rule>],
    pub(crate) facts: FileFacts,
    names: HashMap<&'t str, u32>,
    pub(crate) containers: Vec<Container<'t>>,
    scopes: Vec<HashSet<&'t str>>,
}

/// The facts of a text in this language.
pub(crate) fn facts(grammar: &'static Grammar, text: &str) -> Option<FileFacts> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.language).ok()?;
    let tree = parser.parse(text, None)?;
    let mut walker = Walker {
        text,
        spec: grammar.spec,
        rules: &grammar.rules,
        facts: FileFacts::default(),
        names: HashMap::new(),
        containers: Vec::new(),
        scopes: Vec::new(),
    };
    walker.visit(&mut tree.walk(), Ctx::role(Role::Read), 0);
    Some(walker.facts)
}

impl<'t> Walker<'t> {
    /// Looks at the node under the cursor and all below it.
    pub(crate) fn visit(&mut self, cursor: &mut TreeCursor<'t>, ctx: Ctx<'t>, depth: usize) {
        let node = cursor.node();
        let rule = self.rules.get(usize::from(node.kind_id())).copied().flatten();
        let Some(rule) = rule else { return self.children(cursor, ctx, depth) };
        match rule {
            Rule::Define(kind) => self.define(cursor, kind, depth),
            Rule::Variable(name) => self.variable(cursor, name, ctx, depth),
            Rule::Call(callee, with) => self.call(cursor, (callee, with), Role::Call, depth),
            Rule::Construct(of, with) => self.call(cursor, (of, with), Role::Construct, depth),
            Rule::Member(object, property) => {
                self.member(cursor, (object, property), ctx, depth);
            }
            Rule::Under(role) => {
                let ctx = Ctx { open: ctx.open, ..Ctx::role(role) };
                self.children(cursor, ctx, depth);
            }
            Rule::Part(part, role) => self.by_field(cursor, depth, |field| {
                let is_part = field == Some(part);
                if is_part { Ctx { open: ctx.open, ..Ctx::role(role) } } else { ctx.plain() }
            }),
            Rule::Leaf(role) => self.leaf(node, role, ctx),
            Rule::Label(label) => self.label(cursor, label, ctx, depth),
            Rule::Bind(fields) => self.by_field(cursor, depth, |field| {
                let binds = field.is_some_and(|field| fields.contains(&field));
                if binds { Ctx::binding() } else { ctx.plain() }
            }),
            Rule::Scope(fields) => self.scoped(|walker| {
                walker.by_field(cursor, depth, |field| {
                    let binds = field.is_some_and(|field| fields.contains(&field));
                    if binds { Ctx::binding() } else { Ctx::role(Role::Read) }
                });
            }),
            Rule::Text => {
                self.string(node, ctx);
                self.children(cursor, ctx.plain(), depth);
            }
            Rule::Import => {
                let imports = (self.spec.imports)(node, self.text);
                self.facts.imports.extend(imports);
            }
            Rule::Skip => {}
            Rule::Hook(hook) => {
                if !hook(self, cursor, ctx, depth) {
                    self.children(cursor, ctx, depth);
                }
            }
        }
    }

    /// Looks at all children alike.
    pub(crate) fn children(&mut self, cursor: &mut TreeCursor<'t>, ctx: Ctx<'t>, depth: usize) {
        self.by_field(cursor, depth, |_| ctx);
    }

    /// Looks at the children, each as its field asks.
    pub(crate) fn by_field(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        depth: usize,
        ctx: impl Fn(Option<&'t str>) -> Ctx<'t>,
    ) {
        self.some_children(cursor, depth, |field| Some(ctx(field)));
    }

    /// Looks at those children for whose field there is something to say.
    pub(crate) fn some_children(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        depth: usize,
        ctx: impl Fn(Option<&'t str>) -> Option<Ctx<'t>>,
    ) {
        self.some_children_by_node(cursor, depth, |field, _| ctx(field));
    }

    /// The same, with a look at the child itself.
    pub(crate) fn some_children_by_node(
        &mut self,
        cursor: &mut TreeCursor<'t>,
        depth: usize,
        ctx: impl Fn(Option<&'t str>, Node<'t>) -> Option<Ctx<'t>>,
    ) {
        if depth >= limits::DEPTH || !cursor.goto_first_child() {
            return;
        }
        loop {
            if cursor.node().is_named()
                && let Some(ctx) = ctx(cursor.field_name(), cursor.node())
            {
                self.visit(cursor, ctx, depth + 1);
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        cursor.goto_parent();
    }

    /// Does something within a new function.
    pub(crate) fn scoped(&mut self, within: impl FnOnce(&mut Self)) {
        self.scopes.push(HashSet::new());
        within(self);
        self.scopes.pop();
    }

    /// Does something within a type.
    pub(crate) fn contained(&mut self, container: Container<'t>, within: impl FnOnce(&mut Self)) {
        self.containers.push(container);
        within(self);
        self.containers.pop();
    }

    /// Whether what is looked at stands in a function.
    pub(crate) fn is_local(&self) -> bool {
        !self.scopes.is_empty()
    }

    /// Whether what is looked at is among tests.
    pub(crate) fn is_test(&self) -> bool {
        self.containers.iter().any(|container| container.test)
    }

    /// The text of a node.
    pub(crate) fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The name of the type around, for `self` and the like.
    pub(crate) fn own_type(&self) -> Option<&'t str> {
        self.containers.last().map(|container| container.name)
    }
}

/// The line of a node, from 1.
pub(crate) fn line_of(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1
}

/// The last line of a node, from 1.
pub(crate) fn end_of(node: Node<'_>) -> u32 {
    let end = node.end_position();
    let row = if end.column == 0 { end.row.saturating_sub(1) } else { end.row };
    (u32::try_from(row).unwrap_or(u32::MAX - 1) + 1).max(line_of(node))
}

/// The named children of a node, in order, with their fields.
pub(crate) fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

/// The text of a field of a node.
pub(crate) fn field<'t>(node: Node<'t>, name: &str, text: &'t str) -> Option<&'t str> {
    text.get(node.child_by_field_name(name)?.byte_range())
}

/// The last name of an expression: `watcher` of `self.watcher` and of `self.watcher()`.
pub(crate) fn tail(text: &str) -> Option<&str> {
    let mut text = text.trim_end();
    while text.ends_with([')', ']', '>']) {
        let open = opening(text)?;
        text = text[..open].trim_end().trim_end_matches("::");
    }
    let text = text.trim_end_matches(['?', '!']);
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let start = text
        .rfind(|c| !is_name(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    (start < text.len()).then(|| &text[start..])
}

/// Where the bracket opens that closes a text.
fn opening(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().rev().take(2_000) {
        match byte {
            b')' | b']' | b'>' => depth += 1,
            b'(' | b'[' | b'<' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
