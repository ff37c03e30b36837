//! Whether a use means a definition: by imports, qualifiers, packages, and by how rare the name is.

use super::side::{owner, used_name};
use crate::change::{ChangeFacts, DefinitionChange, Use, UseRole};
use crate::facts::DefinitionKind;
use crate::index::Index;
use crate::language::{Language, file_name, folder};
use crate::resolve::{Lead, inner, lead, same_package};

/// Names that standard libraries give to members of anything: without proof they mean those.
const STANDARD: &[&str] = &[
    "add",
    "all",
    "append",
    "apply",
    "call",
    "clear",
    "clone",
    "close",
    "contains",
    "copy",
    "count",
    "create",
    "data",
    "default",
    "delete",
    "done",
    "drop",
    "each",
    "end",
    "entries",
    "equals",
    "error",
    "exists",
    "extend",
    "filter",
    "find",
    "first",
    "flush",
    "format",
    "from",
    "get",
    "has",
    "hash",
    "id",
    "index",
    "info",
    "init",
    "insert",
    "into",
    "is_empty",
    "items",
    "iter",
    "join",
    "key",
    "keys",
    "kind",
    "last",
    "len",
    "length",
    "list",
    "load",
    "lock",
    "log",
    "main",
    "map",
    "match",
    "max",
    "merge",
    "message",
    "min",
    "name",
    "new",
    "next",
    "of",
    "ok",
    "on",
    "open",
    "parse",
    "path",
    "pop",
    "print",
    "push",
    "put",
    "read",
    "remove",
    "replace",
    "reset",
    "resolve",
    "result",
    "run",
    "save",
    "send",
    "set",
    "setup",
    "show",
    "size",
    "sort",
    "source",
    "split",
    "start",
    "state",
    "status",
    "stop",
    "string",
    "test",
    "text",
    "then",
    "time",
    "to_string",
    "toString",
    "trim",
    "type",
    "unwrap",
    "update",
    "url",
    "value",
    "values",
    "version",
    "wait",
    "with",
    "write",
    "node",
    "config",
    "options",
    "args",
    "context",
    "ctx",
    "body",
    "String",
    "Error",
    "Close",
    "Get",
    "Set",
    "Run",
    "New",
    "Len",
    "Name",
    "Read",
    "Write",
    "Next",
    "Add",
    "Close",
];

/// Files below which a repository says nothing about how rare a name is.
const LEAST_FILES: f32 = 200.0;

/// How sure it is that a use means a definition, and how rare the name is: both from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) resolved: f32,
    pub(super) rarity: f32,
}

impl Link {
    /// Both as one number. What resolves needs not be rare.
    pub(super) fn weight(self) -> f32 {
        let by_name = if self.resolved >= 0.95 {
            self.rarity.max(0.9)
        } else if self.resolved >= 0.75 {
            0.4 + 0.6 * self.rarity
        } else {
            self.rarity
        };
        self.resolved * by_name
    }
}

/// How rare a name is: 1 where one file has it and one place defines it.
pub(super) fn rarity(name: &str, index: &dyn Index) -> f32 {
    rarity_of_use(name, index) / as_number(index.definitions(name).max(1)).sqrt()
}

/// How rare it is that a file uses a name, whatever it means by it.
pub(super) fn rarity_of_use(name: &str, index: &dyn Index) -> f32 {
    let files = as_number(index.files()).max(LEAST_FILES);
    let with = as_number(index.files_with(name)).clamp(1.0, files);
    let inverse = (files / with).ln() / files.ln();
    // A name in three files of many is as rare as one in two: what is used must occur twice.
    (inverse * 1.25).min(1.0)
}

pub(super) fn as_number(count: u32) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// Whether a name is one that standard libraries give to anything.
pub(super) fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name)
}

/// Whether the use can mean a definition of this kind at all, and how well its part fits.
pub(super) fn fits(change: &DefinitionChange, used: &Use) -> f32 {
    use DefinitionKind as K;
    use UseRole as R;
    let kind = change.definition.kind;
    let is_constructor = used_name(change) != &*change.definition.name;
    if is_constructor {
        return if matches!(used.role, R::Construct | R::Call) { 1.0 } else { 0.0 };
    }
    let fit = match (kind, used.role) {
        (K::Function | K::Method, R::Call | R::Import) => 100,
        (K::Function | K::Method, R::Read | R::Member) => 80,
        (K::Function | K::Method, R::Construct) => 60,
        (K::Field, R::Member | R::Label) | (K::Variant, R::Match | R::Member) => 100,
        (K::Variant, R::Read | R::Call | R::Construct) => 90,
        (K::Constant, R::Read | R::Member | R::Import | R::Match) => 100,
        (K::Type | K::Interface | K::Enum | K::Alias, R::Member | R::Label) => 30,
        (K::Type | K::Interface | K::Enum | K::Alias, _) | (K::Module, R::Import | R::Read) => 100,
        (K::Constant, R::Call) => 60,
        (K::Field, R::Call) => 40,
        _ => 0,
    };
    f32::from(u8::try_from(fit).unwrap_or(0)) / 100.0
}

/// How sure it is that a use in `file` means the definition of `changed`.
pub(super) fn link(
    (changed, change): (&ChangeFacts, &DefinitionChange),
    (file, used): (&ChangeFacts, &Use),
    index: &dyn Index,
) -> Link {
    let name = used_name(change);
    let resolved = changed
        .paths()
        .map(|path| resolved((path, change), (file, used), index))
        .fold(0.0, f32::max);
    let mut rarity = rarity(name, index);
    if resolved < 0.9 && (is_standard(name) || name.len() < 3) {
        rarity *= 0.3;
    }
    Link { resolved, rarity }
}

fn resolved(
    (path, change): (&str, &DefinitionChange),
    (file, used): (&ChangeFacts, &Use),
    index: &dyn Index,
) -> f32 {
    let is_constructor = used_name(change) != &*change.definition.name;
    let owner = if is_constructor { None } else { owner(change) };
    let same_file = file.paths().any(|other| other == path);
    let is_unique = index.definitions(used_name(change)) <= 1;
    let languages = Language::of(path).zip(Language::of(&file.path));
    let Some((language, using)) = languages else {
        // A language that is read by its words can only repeat a name.
        let is_word = !same_file && is_unique && used_name(change).len() > 5 && owner.is_none();
        return if is_word { 0.45 } else { 0.0 };
    };
    if language.family() != using.family() {
        return 0.0;
    }
    if change.definition.test && !same_file {
        return 0.0;
    }
    let is_static = language == Language::C && change.definition.head.contains("static");
    if is_static && !same_file && !path.ends_with(".h") {
        return 0.0;
    }
    let site = Site { language, path, file, used, is_unique, same_file };
    match owner {
        Some(owner) if language != Language::C && !is_module(owner, change) => {
            site.member(owner, index)
        }
        Some(owner)
            if change.definition.kind == DefinitionKind::Field
                || change.definition.kind == DefinitionKind::Method =>
        {
            site.member(owner, index)
        }
        _ => site.bare(used_name(change)),
    }
}

/// Whether a path leads through a module inside of the file, which is no type.
fn is_module(owner: &str, change: &DefinitionChange) -> bool {
    change.definition.kind != DefinitionKind::Method
        && change.definition.kind.is_callable()
        && owner.starts_with(char::is_lowercase)
}

/// A use, seen from a definition's file.
struct Site<'a> {
    language: Language,
    path: &'a str,
    file: &'a ChangeFacts,
    used: &'a Use,
    is_unique: bool,
    same_file: bool,
}

impl Site<'_> {
    /// A name that stands for itself: a function, a type, a constant of a module.
    fn bare(&self, name: &str) -> f32 {
        let Some(qualifier) = self.used.qualifier.as_deref() else { return self.unqualified(name) };
        if self.used.role == UseRole::Label {
            return 0.0;
        }
        if self.language == Language::C {
            return 0.0;
        }
        let leads = self.best_lead(|_| true);
        let is_called_so =
            qualifier == module_name(self.path) || qualifier == file_name(folder(self.path));
        match (leads, is_called_so) {
            (Lead::Exact, true) => 1.0,
            (Lead::Exact, false) if self.language == Language::Go => 0.5,
            (Lead::Exact, false) => 0.6,
            (Lead::Under, true) => 0.9,
            (_, true) if self.language == Language::Rust => 0.9,
            (_, true) if self.language == Language::Java => 0.9,
            (Lead::Under, false) if self.is_unique => 0.5,
            _ => 0.0,
        }
    }

    fn unqualified(&self, name: &str) -> f32 {
        if self.same_file {
            return 1.0;
        }
        let defines =
            |name: &str| self.file.defines.binary_search_by(|known| (**known).cmp(name)).is_ok();
        if self.language == Language::C {
            return if self.is_unique || self.best_lead(|_| true) == Lead::Exact {
                0.97
            } else {
                0.6
            };
        }
        let by_name = self
            .file
            .imports
            .iter()
            .filter(|import| import.names.iter().any(|known| **known == *name));
        let mut is_imported = false;
        let mut best = Lead::Elsewhere;
        for import in by_name {
            is_imported = true;
            let leads = |module: &str| lead(self.language, &self.file.path, module, self.path);
            let inner = inner(self.language, &import.module, name);
            let inner = inner.filter(|_| self.language == Language::Java);
            best = best
                .max(leads(&import.module))
                .max(inner.map_or(Lead::Elsewhere, |inner| leads(&inner)));
        }
        if is_imported {
            return match best {
                Lead::Exact => 1.0,
                Lead::Under if self.is_unique => 0.95,
                Lead::Under => 0.7,
                Lead::Unknown => 0.5,
                Lead::Elsewhere => 0.0,
            };
        }
        if defines(name) {
            return 0.0;
        }
        if same_package(self.language, self.path, &self.file.path) {
            return 0.97;
        }
        let all =
            self.best_lead(|names| names.is_empty() || names.iter().any(|name| &**name == "*"));
        match (self.language.family(), all) {
            (Language::Go | Language::JavaScript, _) => 0.0,
            (_, Lead::Exact) => 0.95,
            (_, Lead::Under) if self.is_unique => 0.8,
            // A default export is imported by any name.
            _ => 0.0,
        }
    }

    /// A member of a type: the receiver says what it can.
    fn member(&self, owner: &str, index: &dyn Index) -> f32 {
        let knows =
            |name: &str| self.file.names.binary_search_by(|known| (**known).cmp(name)).is_ok();
        let qualifier = self.used.qualifier.as_deref();
        if qualifier == Some(owner) {
            let unique = index.definitions(owner) <= 1;
            return if self.same_file {
                1.0
            } else {
                self.unqualified(owner).max(if unique { 0.9 } else { 0.3 })
            };
        }
        if self.used.role == UseRole::Label {
            return 0.0;
        }
        let implicit = matches!(self.language, Language::Java | Language::C);
        if qualifier.is_none() && !implicit && self.used.role != UseRole::Member {
            return 0.0;
        }
        if qualifier.is_none()
            && implicit
            && self.used.role == UseRole::Call
            && self.language == Language::Java
        {
            return if self.same_file { 1.0 } else { 0.3 };
        }
        // Another type's own member.
        if let Some(other) = qualifier.filter(|other| other.starts_with(char::is_uppercase)) {
            let is_type = index.definitions(other) > 0 && self.language != Language::C;
            if is_type && !self.is_unique {
                return 0.1;
            }
        }
        let resembles = qualifier.is_some_and(|qualifier| resembles(qualifier, owner));
        let trust: f32 = if self.same_file || (resembles && knows(owner)) {
            0.97
        } else if resembles {
            0.85
        } else if knows(owner) {
            0.8
        } else if self.best_lead(|_| true) == Lead::Exact {
            0.75
        } else {
            0.6
        };
        if self.is_unique { trust } else { trust * 0.75 }
    }

    /// The best that an import of the file leads to, of those whose names are asked for.
    fn best_lead(&self, wanted: impl Fn(&[Box<str>]) -> bool) -> Lead {
        let imports = self.file.imports.iter().filter(|import| wanted(&import.names));
        let leads = imports.map(|import| {
            let leads = |module: &str| lead(self.language, &self.file.path, module, self.path);
            let names = import.names.iter();
            let inner = names.filter_map(|name| inner(self.language, &import.module, name));
            let inner = inner.map(|module| leads(&module)).max().unwrap_or(Lead::Elsewhere);
            leads(&import.module).max(inner)
        });
        leads.max().unwrap_or(Lead::Elsewhere)
    }
}

/// The name by which a module is called.
fn module_name(path: &str) -> &str {
    let name = file_name(path).split('.').next().unwrap_or_default();
    if matches!(name, "index" | "mod" | "lib" | "__init__") {
        file_name(folder(path))
    } else {
        name
    }
}

/// Whether a value's name speaks of a type: `watcher`, `fileWatcher` and `w_watcher` of `Watcher`.
fn resembles(value: &str, of: &str) -> bool {
    let plain = |text: &str| text.replace('_', "").to_lowercase();
    let (value, of) = (plain(value), plain(of));
    value.len() > 2 && (of.ends_with(&value) || value.ends_with(&of))
}
