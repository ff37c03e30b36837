//! What differs between two signatures, in words.

use serde::{Deserialize, Serialize};

use crate::facts::{Definition, DefinitionKind, Parameter};

/// A difference that whoever uses a definition must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// In words: "`path` → `paths`".
    pub told: Box<str>,
    /// The name of an argument that is no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Box<str>>,
    /// Only who gives arguments by name must know.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_name: bool,
}

fn difference(told: String) -> Difference {
    Difference { told: told.into(), label: None, by_name: false }
}

/// With how many arguments a definition can be called: least and most.
pub(super) fn arity(definition: &Definition) -> (u8, u8) {
    let count = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
    let least = definition.parameters.iter().filter(|parameter| parameter.required).count();
    let rest = definition.parameters.iter().any(|parameter| parameter.rest);
    let most = if rest { u8::MAX } else { count(definition.parameters.len()) };
    (count(least), most)
}

/// What differs for whoever uses it; nothing where only its form, or what may be left out, does.
pub(super) fn differences(before: &Definition, after: &Definition) -> Vec<Difference> {
    if before.signature == after.signature && before.returns == after.returns {
        return Vec::new();
    }
    let mut found = Vec::new();
    if before.kind.is_callable() {
        found.extend(parameters(&before.parameters, &after.parameters));
        found.extend(head(&before.head, &after.head));
    }
    let is_typed = !before.returns.is_empty() && !after.returns.is_empty();
    let is_value = matches!(before.kind, DefinitionKind::Field | DefinitionKind::Constant);
    if is_typed && before.returns != after.returns && (before.kind.is_callable() || is_value) {
        let verb = if before.kind.is_callable() { "returns" } else { "is" };
        found.push(difference(format!("{verb} `{}`, not `{}`", after.returns, before.returns)));
    }
    if before.kind == DefinitionKind::Variant && before.signature != after.signature {
        found.push(difference("it holds something else".to_owned()));
    }
    found
}

fn head(before: &str, after: &str) -> Vec<Difference> {
    let has = |head: &str, word: &str| {
        head.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
    };
    let words = ["async", "static", "unsafe"].into_iter();
    let changed = words.filter(|word| has(before, word) != has(after, word));
    changed
        .map(|word| {
            let now = if has(after, word) { "now" } else { "no more" };
            difference(format!("{now} `{word}`"))
        })
        .collect()
}

fn parameters(before: &[Parameter], after: &[Parameter]) -> Vec<Difference> {
    let mut found = Vec::new();
    let has_names = |list: &[Parameter]| list.iter().all(|parameter| !parameter.name.is_empty());
    if !has_names(before) || !has_names(after) {
        return by_place(before, after);
    }
    let at = |list: &[Parameter], name: &str| list.iter().position(|p| &*p.name == name);
    let mut renamed: Vec<&str> = Vec::new();
    for (place, old) in before.iter().enumerate() {
        if let Some(new) = at(after, &old.name).map(|at| &after[at]) {
            found.extend(changed(old, new));
            continue;
        }
        // One that took its place: its type says whether a caller must know.
        let new = after.get(place).filter(|new| at(before, &new.name).is_none());
        let Some(new) = new else {
            let label = Some(old.name.clone());
            found.push(Difference {
                label,
                ..difference(format!("no parameter `{}` any more", told(old)))
            });
            continue;
        };
        renamed.push(&new.name);
        let same_type = old.of == new.of && old.rest == new.rest;
        let stays_optional = !old.required || new.required;
        let by_name = same_type && (old.required || !new.required);
        let both = if same_type {
            format!("`{}` → `{}`", old.name, new.name)
        } else {
            format!("`{}` → `{}`", told(old), told(new))
        };
        let by_name = by_name && stays_optional;
        found.push(Difference { told: both.into(), label: Some(old.name.clone()), by_name });
    }
    for new in after.iter().filter(|new| new.required) {
        if at(before, &new.name).is_none() && !renamed.contains(&&*new.name) {
            found.push(difference(format!("a new required parameter `{}`", told(new))));
        }
    }
    let order = |list: &[Parameter], other: &[Parameter]| -> Vec<Box<str>> {
        let shared = list.iter().filter(|p| !p.name.is_empty() && at(other, &p.name).is_some());
        shared.map(|p| p.name.clone()).collect()
    };
    if order(before, after) != order(after, before) {
        found.push(difference("its parameters stand in another order".to_owned()));
    }
    found
}

/// Parameters without names are known by their place and type.
fn by_place(before: &[Parameter], after: &[Parameter]) -> Vec<Difference> {
    let types =
        |list: &[Parameter]| -> Vec<Box<str>> { list.iter().map(|p| p.of.clone()).collect() };
    let (old, new) = (types(before), types(after));
    let told = |types: &[Box<str>]| types.join(", ");
    let is_other = old != new;
    is_other
        .then(|| difference(format!("({}) → ({})", told(&old), told(&new))))
        .into_iter()
        .collect()
}

fn changed(old: &Parameter, new: &Parameter) -> Option<Difference> {
    if !old.required && !old.rest && new.required {
        return Some(difference(format!("`{}` is required", new.name)));
    }
    let is_other = old.of != new.of && !old.of.is_empty() && !new.of.is_empty();
    // A union that only grew takes what it took.
    let grew = new.of.split('|').any(|part| part.trim() == &*old.of);
    (is_other && !grew)
        .then(|| difference(format!("`{}` is `{}`, not `{}`", new.name, new.of, old.of)))
}

fn told(parameter: &Parameter) -> &str {
    if parameter.name.is_empty() { &parameter.of } else { &parameter.name }
}
