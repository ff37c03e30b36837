//! What a changeset changes and newly uses, of the facts before and after.

mod definitions;
mod gather;
pub(crate) mod lines;
mod locals;
mod result;
mod retired;
mod signature;
mod texts;
mod touched;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::facts::{Definition, FileFacts, Import, KeyKind, KeyRole, Role};
use crate::language::is_test;

pub use signature::Difference;

/// A file at one side of a change.
#[derive(Debug, Clone, Copy)]
pub struct FileSide<'a> {
    /// From the repository's root.
    pub path: &'a str,
    /// Its content.
    pub text: &'a str,
    /// What it says.
    pub facts: &'a FileFacts,
}

/// A file before and after.
#[derive(Debug, Clone, Copy)]
pub struct FileChange<'a> {
    /// Before; none for a new file.
    pub old: Option<FileSide<'a>>,
    /// After; none for one that goes.
    pub new: Option<FileSide<'a>>,
}

/// What became of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed(Box<str>),
    /// It stands in another file.
    Moved(Box<str>),
    /// It is called, or typed, otherwise.
    Signature(Vec<Difference>),
    /// It needs more of who makes, implements or matches it.
    Requires(Requires),
    /// Its value is another: of a constant.
    Value,
    /// Only its body changed, or what callers need not know.
    Body,
}

/// What a type newly needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requires {
    /// The members that are new.
    pub members: Vec<Box<str>>,
    /// The members that it had.
    pub before: Vec<Box<str>>,
    /// How many it needs in all.
    pub total: u8,
}

/// A definition that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionChange {
    /// What became of it.
    pub change: Change,
    /// As it was; as it is, if it is new.
    pub definition: Definition,
    /// Its line now; where it was, if it is gone.
    pub line: u32,
    /// With how many arguments it could be called, and can be: least and most.
    pub arity: Option<[(u8, u8); 2]>,
}

/// A place that newly uses a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The name.
    pub name: Box<str>,
    /// What it is a member of, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<Box<str>>,
    /// In what part.
    pub role: UseRole,
    /// From 1.
    pub line: u32,
    /// With how many arguments, if they can be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<u8>,
    /// See [`crate::facts::Reference::open`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// The names that it gives arguments or fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Box<str>>,
    /// The variable that the result of a call is kept in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_in: Option<Box<str>>,
    /// It stands in a test.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// The function that it stands in, by its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Arc<str>>,
}

/// In what part a name is newly used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseRole {
    /// It is only named.
    Read,
    /// It is called.
    Call,
    /// A value of it is made.
    Construct,
    /// It is implemented or extended.
    Implement,
    /// It is matched.
    Match,
    /// It is named as a type.
    Type,
    /// It is read or written as a member.
    Member,
    /// It names an argument or field.
    Label,
    /// It is imported.
    Import,
}

impl From<Role> for UseRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Read => Self::Read,
            Role::Call => Self::Call,
            Role::Construct => Self::Construct,
            Role::Implement => Self::Implement,
            Role::Match => Self::Match,
            Role::Type => Self::Type,
            Role::Member => Self::Member,
            Role::Label => Self::Label,
        }
    }
}

/// A key that a file newly has, or has no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChange {
    /// Its kind.
    pub kind: KeyKind,
    /// Its name.
    pub name: Box<str>,
    /// What the file does, or did, with it.
    pub role: KeyRole,
    /// From 1: now, or before if it is gone.
    pub line: u32,
    /// The file has it no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// The columns that are given to a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Box<str>>,
}

/// A package whose versions changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequirementChange {
    /// The package.
    pub package: Box<str>,
    /// As it was required; none if it was not.
    pub from: Option<Box<str>>,
    /// As it is required; none if it is not.
    pub to: Option<Box<str>>,
    /// From 1.
    pub line: u32,
}

/// A name that a file, or one of its functions, used and uses nowhere any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// The name.
    pub name: Box<str>,
    /// The function that lost it, by its path; none where the whole file did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Arc<str>>,
    /// A line on which it was.
    pub line: u32,
    /// How often it was used.
    pub count: u32,
    /// What is used in its place, in the same part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Box<str>>,
}

/// A variable that a function has no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The variable.
    pub name: Box<str>,
    /// The function's path.
    pub within: Arc<str>,
    /// A line of the function now.
    pub line: u32,
    /// The variable that came in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Box<str>>,
}

/// A place at which a function newly uses one of its variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalUse {
    /// The variable.
    pub name: Box<str>,
    /// The function's path.
    pub within: Arc<str>,
    /// From 1.
    pub line: u32,
}

/// A word on lines that change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The word.
    pub word: Box<str>,
    /// A line of it now; where it was, if it is on none that is new.
    pub line: u32,
    /// How often it is on lines that go.
    pub gone: u32,
    /// How often it is on lines that come.
    pub come: u32,
}

impl Touched {
    /// How often it is on lines that change.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.gone + self.come
    }
}

/// A word that another one stands for, where nothing else of a line changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// The word that was.
    pub from: Box<str>,
    /// The word that is.
    pub to: Box<str>,
    /// A line on which that is so.
    pub line: u32,
    /// On how many.
    pub count: u32,
}

/// What is changed in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFacts {
    /// Where it is; where it was, if it is gone.
    pub path: Box<str>,
    /// Where it was, if it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Box<str>>,
    /// It is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// It is new.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub added: bool,
    /// Definitions that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<DefinitionChange>,
    /// Names that are newly used, on lines that are new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Use>,
    /// Names that edited functions use on lines that stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<Box<str>>,
    /// Names that it uses less than it did, with a line where it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<(Box<str>, u32)>,
    /// Names that it, or one of its functions, used and uses nowhere any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<Retired>,
    /// Variables that its functions have no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
    /// Variables that its functions newly use, on lines that are new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locals: Vec<LocalUse>,
    /// Texts of string literals that it has no more, each with a line where it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsaid: Vec<(Box<str>, u32)>,
    /// Texts that are new in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<(Box<str>, u32)>,
    /// Keys that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyChange>,
    /// Packages that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<RequirementChange>,
    /// All that the file imports now: what its names mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<Import>,
    /// The modules that it newly imports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_imports: Vec<Import>,
    /// What it imported, and imports no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost_imports: Vec<Import>,
    /// Words on lines that change, sorted: of a file that is before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<Touched>,
    /// Words that others stand for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Replaced>,
    /// All the names that it has now, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Box<str>>,
    /// The names that it defines now, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defines: Vec<Box<str>>,
}

impl ChangeFacts {
    /// Whether the file tests others.
    #[must_use]
    pub fn is_test(&self) -> bool {
        is_test(&self.path)
    }

    /// Where it is or was.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.path).chain(self.from.as_deref())
    }
}

impl FileChange<'_> {
    /// What is changed. None for a change without a side.
    #[must_use]
    pub fn facts(&self) -> Option<ChangeFacts> {
        let side = self.new.or(self.old)?;
        let hunks =
            lines::hunks(self.old.map_or("", |old| old.text), self.new.map_or("", |new| new.text));
        let from =
            self.old.map(|old| old.path).filter(|old| *old != side.path && self.new.is_some());
        let definitions = definitions::changes(self, &hunks);
        let mut facts = ChangeFacts {
            path: side.path.into(),
            from: from.map(Into::into),
            gone: self.new.is_none(),
            added: self.old.is_none(),
            requirements: gather::requirements(self),
            keys: gather::keys(self, &hunks),
            dropped: gather::dropped(self, &hunks),
            retired: retired::retired(self, &definitions, &hunks),
            definitions,
            ..ChangeFacts::default()
        };
        (facts.lost, facts.locals) = locals::changes(self, &facts.definitions, &hunks);
        (facts.unsaid, facts.said) = texts::changes(self, &hunks);
        if let Some(new) = self.new {
            facts.uses = gather::uses(self, new, &hunks);
            facts.context = gather::context(new.facts, &facts.definitions, &hunks);
            facts.new_imports = gather::imports(self, new.facts, &hunks);
            facts.lost_imports = gather::lost_imports(self, new.facts);
            facts.touched = touched::touched(self, &hunks);
            facts.replaced = touched::replaced(self, &hunks);
            facts.imports.clone_from(&new.facts.imports);
            facts.names = sorted(new.facts.names.iter().cloned());
            facts.defines = sorted(new.facts.definitions.iter().map(|d| d.name.clone()));
        }
        Some(facts)
    }
}

fn sorted(names: impl Iterator<Item = Box<str>>) -> Vec<Box<str>> {
    let mut names: Vec<Box<str>> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What a whole changeset changes: its files, with what moved between them told as moved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesetFacts {
    /// File by file.
    pub files: Vec<ChangeFacts>,
}

impl ChangesetFacts {
    /// Of these files.
    #[must_use]
    pub fn of(mut files: Vec<ChangeFacts>) -> Self {
        definitions::moves(&mut files);
        Self { files }
    }
}
