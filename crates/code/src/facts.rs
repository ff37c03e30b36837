//! What one file says: definitions, references, imports, keys and requirements, of its text alone.

use serde::{Deserialize, Serialize};

use crate::language::{Content, Language};
use crate::{keys, languages, limits, manifest, walk, words};

/// Facts that were made by another version are stale: made anew from the text.
pub const VERSION: u32 = 2;

/// What one file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// The package that the file says it belongs to (Go, Java).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Box<str>>,
    /// The names that references speak of, each once.
    pub names: Vec<Box<str>>,
    /// In the order of the text.
    pub definitions: Vec<Definition>,
    /// In the order of the text.
    pub references: Vec<Reference>,
    /// Variables of functions, where they are bound and used: only their own function knows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locals: Vec<Local>,
    /// What it imports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<Import>,
    /// Keys that tie code across languages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// Packages that a manifest requires.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
}

/// What a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefinitionKind {
    /// A function, or a macro with parameters.
    Function,
    /// A function of a type.
    Method,
    /// A class, a struct, a record.
    Type,
    /// An interface, a trait, a protocol.
    Interface,
    /// An enumeration.
    Enum,
    /// One of an enumeration.
    Variant,
    /// A field or property.
    Field,
    /// A constant or a variable of a module.
    Constant,
    /// Another name for a type.
    Alias,
    /// A module inside of a file.
    Module,
}

impl DefinitionKind {
    /// Whether it is called with arguments.
    #[must_use]
    pub fn is_callable(self) -> bool {
        matches!(self, Self::Function | Self::Method)
    }

    /// Whether others are its members.
    #[must_use]
    pub fn is_container(self) -> bool {
        matches!(self, Self::Type | Self::Interface | Self::Enum)
    }
}

/// Something that a file defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its own name.
    pub name: Box<str>,
    /// With the names of what it stands in: `Watcher::subscribe`.
    pub path: Box<str>,
    /// What it is.
    pub kind: DefinitionKind,
    /// Its first line, from 1.
    pub line: u32,
    /// Its last line.
    pub end: u32,
    /// The line on which its body begins; its last if it has none.
    pub body_line: u32,
    /// Hash of its text up to the body, without comments and white space.
    pub signature: u64,
    /// The same without its own name: what a rename leaves.
    pub unnamed: u64,
    /// Hash of its body, likewise.
    pub body: u64,
    /// What stands before its name: `pub async fn`.
    pub head: Box<str>,
    /// What it returns, or its type: the signature without name and parameters, shortened.
    pub returns: Box<str>,
    /// What it is called with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// Which definition of the file it is a member of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u32>,
    /// A field without a default, or a method that each implementer must have.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// It is a test, or stands among tests.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// It only declares what another file defines (C).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declaration: bool,
}

/// A parameter of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name; empty for one without.
    pub name: Box<str>,
    /// Its type, without white space.
    pub of: Box<str>,
    /// Whether a caller must give it.
    pub required: bool,
    /// Whether it takes any number of arguments.
    pub rest: bool,
}

/// In what part a name is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It is only named.
    Read,
    /// It is called.
    Call,
    /// A value of it is made.
    Construct,
    /// It is implemented or extended.
    Implement,
    /// It is matched in a pattern or a case.
    Match,
    /// It is named as a type.
    Type,
    /// It is read or written as a member of something.
    Member,
    /// It names an argument or a field of what is called or made: the qualifier.
    Label,
}

const ROLES: [Role; 8] = [
    Role::Read,
    Role::Call,
    Role::Construct,
    Role::Implement,
    Role::Match,
    Role::Type,
    Role::Member,
    Role::Label,
];

/// A place that uses a name. Serialised as a row of numbers: files have thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u32, u32, u8, u8, bool)", into = "(u32, u32, u32, u8, u8, bool)")]
pub struct Reference {
    /// Which of the file's names.
    pub name: u32,
    /// What it is a member of, if it says so: `watcher` in `self.watcher.subscribe`.
    pub qualifier: Option<u32>,
    /// From 1.
    pub line: u32,
    /// In what part.
    pub role: Role,
    /// With how many arguments it is called, if that can be counted.
    pub arguments: Option<u8>,
    /// What is made takes the rest from elsewhere, or what is matched has an arm for all others.
    pub open: bool,
}

impl From<Reference> for (u32, u32, u32, u8, u8, bool) {
    fn from(of: Reference) -> Self {
        let role = ROLES.iter().position(|role| *role == of.role).unwrap_or(0);
        let arguments = of.arguments.unwrap_or(u8::MAX);
        (of.name, of.qualifier.unwrap_or(u32::MAX), of.line, role as u8, arguments, of.open)
    }
}

impl From<(u32, u32, u32, u8, u8, bool)> for Reference {
    fn from(of: (u32, u32, u32, u8, u8, bool)) -> Self {
        let (name, qualifier, line, role, arguments, open) = of;
        Self {
            name,
            qualifier: (qualifier != u32::MAX).then_some(qualifier),
            line,
            role: ROLES.get(usize::from(role)).copied().unwrap_or(Role::Read),
            arguments: (arguments != u8::MAX).then_some(arguments),
            open,
        }
    }
}

/// A place of a variable of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// The variable.
    pub name: Box<str>,
    /// From 1.
    pub line: u32,
    /// It is bound here: declared, assigned where that declares, or a parameter.
    pub binds: bool,
}

/// An import of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The module, as the language names it.
    pub module: Box<str>,
    /// The names that are taken from it, as it has them; `*` for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Box<str>>,
    /// From 1.
    pub line: u32,
    /// It hands on what it imports.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exported: bool,
}

/// What kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// A path that a server answers.
    Route,
    /// An event, a channel, a message.
    Event,
    /// A variable of the environment.
    Variable,
    /// A setting of a configuration.
    Setting,
    /// A table of a database.
    Table,
    /// A column of a table: `users.email`; `.email` where the table is not said.
    Column,
    /// An option of a command line.
    Flag,
}

/// What a place does with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// It makes it, or answers to it.
    Define,
    /// It uses it.
    Use,
    /// It takes it away.
    Drop,
    /// It makes it, and whoever fills it must give it.
    Require,
    /// It fills a table: the columns that it gives are in `columns`.
    Insert,
}

/// A place of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its kind.
    pub kind: KeyKind,
    /// Its name, without what differs between its places: `/users/{}`.
    pub name: Box<str>,
    /// What is done with it.
    pub role: KeyRole,
    /// From 1.
    pub line: u32,
    /// The columns that are given to a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Box<str>>,
}

/// A package that a manifest requires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The package.
    pub package: Box<str>,
    /// Which versions, as it is written.
    pub version: Box<str>,
    /// From 1.
    pub line: u32,
}

impl FileFacts {
    /// The name of a reference.
    #[must_use]
    pub fn name(&self, reference: &Reference) -> &str {
        self.names.get(reference.name as usize).map_or("", |name| name)
    }

    /// What a reference is a member of, if it says so.
    #[must_use]
    pub fn qualifier(&self, reference: &Reference) -> Option<&str> {
        reference.qualifier.and_then(|at| self.names.get(at as usize)).map(AsRef::as_ref)
    }

    /// The innermost definition that a line stands in.
    #[must_use]
    pub fn innermost(&self, line: u32) -> Option<&Definition> {
        let around = self.definitions.iter().filter(|d| d.line <= line && line <= d.end);
        around.min_by_key(|d| (d.end - d.line, std::cmp::Reverse(d.line)))
    }

    /// The innermost function that a line stands in.
    #[must_use]
    pub fn callable_at(&self, line: u32) -> Option<&Definition> {
        let around = self.definitions.iter().filter(|d| d.line <= line && line <= d.end);
        let around = around.filter(|d| d.kind.is_callable() && !d.declaration);
        around.min_by_key(|d| (d.end - d.line, std::cmp::Reverse(d.line)))
    }

    /// The members of the definition with this number.
    pub fn members(&self, of: usize) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().filter(move |d| d.parent == u32::try_from(of).ok())
    }
}

/// What the file at `path` with this text says; none for what is too long, minified or no text that is known.
///
/// A file that is half-written gives what can be read of it.
#[must_use]
pub fn facts(path: &str, text: &str) -> Option<FileFacts> {
    if text.len() > limits::FILE_BYTES || is_minified(text) || text.contains('\0') {
        return None;
    }
    let mut facts = match Content::of(path)? {
        Content::Code(Language::Sql) => keys::sql::facts(text),
        Content::Code(language) => walk::facts(languages::grammar(language)?, text)?,
        Content::Manifest(manifest) => manifest::facts(manifest, text),
        Content::Settings => words::settings(path, text),
        Content::Words => words::facts(text),
    };
    facts.references.truncate(limits::REFERENCES);
    facts.locals.truncate(limits::REFERENCES);
    Some(facts)
}

/// Whether a file at `path` may say anything: others need not be read.
#[must_use]
pub fn speaks(path: &str) -> bool {
    Content::of(path).is_some()
}

fn is_minified(text: &str) -> bool {
    let lines = memchr::memchr_iter(b'\n', text.as_bytes()).count() + 1;
    text.len() > limits::MINIFIED_FROM_BYTES && text.len() / lines > limits::MINIFIED_LINE_BYTES
}
