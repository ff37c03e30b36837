//! What one changed and the other newly uses: gone, called otherwise, needing more, moved.

use callboard_model::coupling::{CouplingKind, Strength};

use super::link::{Link, fits, link};
use super::side::{Side, owner, used_name};
use super::{Found, place};
use crate::change::{Change, ChangeFacts, DefinitionChange, Difference, Requires, Use, UseRole};
use crate::facts::DefinitionKind;
use crate::index::Index;
use crate::language::{Language, file_name, folder};
use crate::resolve::{Lead, inner, lead};

type Changed<'a> = (&'a ChangeFacts, &'a DefinitionChange);
type Used<'a> = (&'a ChangeFacts, &'a Use);

/// All that `changer` changed and `user` newly uses.
pub(super) fn changed_and_used(
    changer: &Side<'_>,
    user: &Side<'_>,
    index: &dyn Index,
) -> Vec<Found> {
    let mut found = Vec::new();
    for changed in changer.changes() {
        let change = changed.1;
        let name = used_name(change);
        if let Change::Requires(requires) = &change.change {
            found.extend(implemented_by_shape(changed, requires, user, index));
        }
        if let (Change::Signature(differences), Some(owner)) = (&change.change, owner(change)) {
            found.extend(implemented_anew(changed, differences, owner, user, index));
        }
        for used in user.uses.get(name).map_or(&[][..], Vec::as_slice) {
            // A name that the user newly defines itself is its own.
            let own = user.added.get(name).is_some_and(|added| {
                added.iter().any(|(file, added)| {
                    file.path == used.0.path
                        && added.definition.path == change.definition.path
                        && file.path != changed.0.path
                })
            });
            if !own {
                found.extend(one(changed, *used, (changer, user), index));
            }
        }
    }
    found
}

fn one(
    changed: Changed<'_>,
    used: Used<'_>,
    (changer, user): (&Side<'_>, &Side<'_>),
    index: &dyn Index,
) -> Option<Found> {
    let change = changed.1;
    let link = link(changed, used, index);
    if link.resolved <= 0.0 {
        return None;
    }
    match &change.change {
        Change::Removed | Change::Renamed(_) | Change::Moved(_) => {
            gone(changed, used, link, changer)
        }
        Change::Signature(differences) => called_otherwise(changed, used, link, differences),
        Change::Requires(requires) => needs_more(changed, used, link, requires, user),
        Change::Value if used.1.test => {
            let score = 0.55 * link.weight() * fits(change, used.1);
            let told = format!("whose value {{changer}} changed ({})", at(changed));
            Some(sentence(CouplingKind::Expectation, score, changed, used, &told, Strength::Review))
        }
        Change::Value | Change::Body => body(changed, used, link),
        Change::Added => None,
    }
}

fn gone(changed: Changed<'_>, used: Used<'_>, link: Link, changer: &Side<'_>) -> Option<Found> {
    let change = changed.1;
    let again = changer.added.get(used_name(change)).is_some_and(|added| {
        added.iter().any(|(_, added)| added.definition.kind == change.definition.kind)
    });
    let same_file = changed.0.paths().any(|path| path == &*used.0.path);
    let fit = fits(change, used.1);
    let (kind, factor, told) = match &change.change {
        Change::Renamed(to) => (
            CouplingKind::Vanished,
            1.0,
            format!("which {{changer}} renamed to `{to}` ({})", at(changed)),
        ),
        Change::Moved(to) => {
            let is_c = Language::of(&changed.0.path) == Some(Language::C);
            let factor = match is_c {
                true if lacks_header(changer, to, changed, used) => 0.8,
                false if link.resolved >= 0.95 && !handed_on(changer, to, changed) => 0.9,
                _ => 0.0,
            };
            (
                CouplingKind::Moved,
                factor,
                format!("which {{changer}} moved to `{to}` ({})", at(changed)),
            )
        }
        _ => (CouplingKind::Vanished, 1.0, format!("which {{changer}} removed ({})", at(changed))),
    };
    // Another of the same name came in its place.
    let factor =
        if again && kind == CouplingKind::Vanished && !same_file { factor * 0.5 } else { factor };
    let score = factor * fit * link.weight();
    (score > 0.0).then(|| sentence(kind, score, changed, used, &told, Strength::Warn))
}

/// Whether a new use of what a header declared includes that header, and not the one that declares it now (C).
fn lacks_header(changer: &Side<'_>, to: &str, changed: Changed<'_>, (file, _): Used<'_>) -> bool {
    let includes = |file: &ChangeFacts, header: &str| {
        let names = file.imports.iter().map(|import| &*import.module);
        names.into_iter().any(|name| header.ends_with(name) || file_name(name) == file_name(header))
    };
    let from = &changed.0.path;
    let is_header = changed.1.definition.declaration && from.ends_with(".h") && to.ends_with(".h");
    let handed_on = changer.at(from).is_some_and(|header| includes(header, to));
    is_header && !handed_on && !file.imports.is_empty() && !includes(file, to)
}

/// Whether a file in which something stood still hands it on from where it stands now.
fn handed_on(changer: &Side<'_>, to: &str, changed: Changed<'_>) -> bool {
    let old = changer.at(&changed.0.path).filter(|file| !file.gone);
    let name = used_name(changed.1);
    let hands_on = |file: &ChangeFacts| {
        let is_init = file.path.ends_with("__init__.py");
        let handed = file
            .imports
            .iter()
            .filter(|import| import.exported || is_init || file.path.ends_with(".py"));
        handed.into_iter().any(|import| {
            let named = import.names.iter().any(|known| **known == *name || &**known == "*");
            let leads = Language::of(&file.path).is_some_and(|language| {
                lead(language, &file.path, &import.module, to) >= Lead::Under
            });
            named && leads
        })
    };
    old.is_some_and(hands_on)
}

fn called_otherwise(
    changed: Changed<'_>,
    used: Used<'_>,
    link: Link,
    differences: &[Difference],
) -> Option<Found> {
    let change = changed.1;
    let kind = change.definition.kind;
    let given = used.1;
    let is_used_so = match given.role {
        UseRole::Call | UseRole::Construct => true,
        UseRole::Member | UseRole::Label | UseRole::Match | UseRole::Read => !kind.is_callable(),
        _ => false,
    };
    let told: Vec<&Difference> = differences
        .iter()
        .filter(|difference| {
            !difference.by_name
                || difference.label.as_ref().is_some_and(|label| given.labels.contains(label))
        })
        .collect();
    if !is_used_so || told.is_empty() {
        return None;
    }
    let label_gone = told.iter().any(|difference| {
        difference.label.as_ref().is_some_and(|label| given.labels.contains(label))
    });
    let certainty = if label_gone { 1.0 } else { arity_fit(changed, used) };
    let words: Vec<&str> = told.iter().map(|difference| &*difference.told).collect();
    let returns = words.iter().any(|word| word.starts_with("returns "));
    let kept = given.kept_in.as_ref().filter(|_| returns);
    let kept = kept.map(|variable| format!(", and keeps its result in `{variable}`"));
    let told = format!(
        "whose signature {{changer}} changed ({}: {}){}",
        at(changed),
        words.join(", "),
        kept.unwrap_or_default()
    );
    let score = certainty * fits(change, given) * link.weight();
    (score > 0.0)
        .then(|| sentence(CouplingKind::Signature, score, changed, used, &told, Strength::Warn))
}

/// Whether a call is of the new form, by the number of its arguments, and none of the old one.
pub(super) fn is_called_as_made(changed: Changed<'_>, used: Used<'_>) -> bool {
    arities(changed, used) == Some((false, true))
}

/// Whether a call fits the old form, and whether it fits the new one.
fn arities(changed: Changed<'_>, (file, used): Used<'_>) -> Option<(bool, bool)> {
    let ([old, new], given) = changed.1.arity.zip(used.arguments)?;
    let within = |(least, most): (u8, u8)| (least..=most).contains(&given);
    // A method that is called by its type's path has its receiver as an argument.
    let by_path = Language::of(&file.path) == Some(Language::Rust)
        && used.qualifier.as_deref() == owner(changed.1)
        && owner(changed.1).is_some();
    let fits = |arity: (u8, u8)| {
        within(arity) || (by_path && within((arity.0 + 1, arity.1.saturating_add(1))))
    };
    Some((fits(old), fits(new)))
}

/// How well the number of arguments fits a call of the old form that the new one does not take.
fn arity_fit(changed: Changed<'_>, used: Used<'_>) -> f32 {
    let Some(arities) = arities(changed, used) else { return 0.9 };
    let lax = Language::of(&used.0.path)
        .is_some_and(|language| language.family() == Language::JavaScript);
    match arities {
        (true, false) => 1.0,
        // The types differ, or what it gives back.
        (true, true) => 0.85,
        // It is called in the new form already: see `needs.rs`.
        (false, true) => 0.0,
        (false, false) => {
            if lax {
                0.6
            } else {
                0.2
            }
        }
    }
}

fn needs_more(
    changed: Changed<'_>,
    used: Used<'_>,
    link: Link,
    requires: &Requires,
    user: &Side<'_>,
) -> Option<Found> {
    let given = used.1;
    let language = Language::of(&used.0.path)?;
    let missing: Vec<&str> = requires
        .members
        .iter()
        .filter(|member| !given.labels.contains(member))
        .map(|member| &**member)
        .collect();
    let first = missing.first()?;
    let is_interface = changed.1.definition.kind == DefinitionKind::Interface;
    let (verb, certainty) = match given.role {
        UseRole::Construct if !given.open && !is_interface => ("makes", 1.0),
        UseRole::Construct if !given.open && language.family() == Language::JavaScript => {
            ("makes", 1.0)
        }
        UseRole::Call
            if language == Language::Python
                && !given.open
                && given.arguments.is_some_and(|n| n < requires.total) =>
        {
            ("makes", 1.0)
        }
        UseRole::Implement => {
            let defines = |member: &&&str| user.added.contains_key(**member);
            if missing.iter().any(|member| defines(&member)) {
                return None;
            }
            ("implements", 1.0)
        }
        _ => return None,
    };
    // A table of functions in C may leave one empty.
    let certainty = if language == Language::C { certainty * 0.75 } else { certainty };
    let told = format!("which now needs `{first}` of {{changer}} ({})", at(changed));
    let score = certainty * link.weight();
    let mut found =
        sentence(CouplingKind::Requirement, score, changed, used, &told, Strength::Warn);
    found.reason = found.reason.replacen("newly uses", &format!("newly {verb}"), 1);
    Some(found)
}

/// New variants against a match without an arm for all others; a type that implements by its methods alone (Go).
fn implemented_by_shape(
    changed: Changed<'_>,
    requires: &Requires,
    user: &Side<'_>,
    index: &dyn Index,
) -> Vec<Found> {
    let definition = &changed.1.definition;
    let mut found = Vec::new();
    if definition.kind == DefinitionKind::Enum {
        let matched =
            requires.before.iter().filter_map(|variant| user.uses.get(&**variant)).flatten();
        let of_enum = matched.filter(|(_, used)| {
            used.role == UseRole::Match
                && !used.open
                && used.qualifier.as_ref().is_none_or(|of| **of == *definition.name)
        });
        let mut files: Vec<&str> = Vec::new();
        for (file, used) in of_enum {
            let is_new = requires.members.iter().any(|member| {
                user.uses
                    .get(&**member)
                    .is_some_and(|uses| uses.iter().any(|(other, _)| other.path == file.path))
            });
            if is_new || files.contains(&&*file.path) {
                continue;
            }
            files.push(&file.path);
            let as_type = Use {
                name: definition.name.clone(),
                qualifier: None,
                role: UseRole::Type,
                ..(*used).clone()
            };
            let link = link(changed, (file, &as_type), index);
            let exhaustive = Language::of(&file.path) == Some(Language::Rust);
            let most = if exhaustive { Strength::Warn } else { Strength::Review };
            let member = &requires.members[0];
            let told = format!("to which {{changer}} added `{member}` ({})", at(changed));
            let mut one = sentence(
                CouplingKind::Requirement,
                link.weight(),
                changed,
                (file, &as_type),
                &told,
                most,
            );
            one.reason = one.reason.replacen("newly names", "newly matches", 1);
            found.push(one);
        }
    }
    let is_go = Language::of(&changed.0.path) == Some(Language::Go);
    if is_go && definition.kind == DefinitionKind::Interface && !requires.before.is_empty() {
        found.extend(go_implementer(changed, requires, user));
    }
    found
}

fn go_implementer(changed: Changed<'_>, requires: &Requires, user: &Side<'_>) -> Option<Found> {
    let first = requires.before.first()?;
    for (file, added) in user.added.get(&**first)? {
        let Some(of) = owner(added).filter(|_| added.definition.kind == DefinitionKind::Method)
        else {
            continue;
        };
        let has = |member: &str| {
            user.added
                .get(member)
                .is_some_and(|all| all.iter().any(|(_, method)| owner(method) == Some(of)))
        };
        let is_new = user.added.get(of).is_some_and(|all| {
            all.iter().any(|(_, of)| of.definition.kind == DefinitionKind::Type)
        });
        let implements = requires.before.iter().all(|member| has(member));
        let missing = requires.members.iter().find(|member| !has(member));
        if let Some(missing) = missing.filter(|_| is_new && implements) {
            let score = if requires.before.len() > 1 { 0.8 } else { 0.6 };
            let name = &changed.1.definition.path;
            let (line, path) = (added.line, &file.path);
            let reason = format!(
                "{{user}} newly implements `{name}` with `{of}` ({path}:{line}), which now needs `{missing}` of {{changer}} ({})",
                at(changed)
            );
            return Some(Found {
                kind: CouplingKind::Requirement,
                score,
                most: Strength::Warn,
                symbol: name.to_string(),
                reason,
                changed_at: place(&changed.0.path, changed.1.line),
                used_at: place(path, line),
                test: file.is_test(),
            });
        }
    }
    None
}

/// A method that is newly written for a type whose own method changed.
fn implemented_anew(
    changed: Changed<'_>,
    differences: &[Difference],
    owner_name: &str,
    user: &Side<'_>,
    index: &dyn Index,
) -> Option<Found> {
    let change = changed.1;
    if change.definition.kind != DefinitionKind::Method || &*change.definition.name == "constructor"
    {
        return None;
    }
    let breaking: Vec<&str> = differences.iter().filter(|d| !d.by_name).map(|d| &*d.told).collect();
    let first = breaking.first()?;
    for (file, added) in user.added.get(&*change.definition.name)? {
        let implements = user
            .uses
            .get(owner_name)
            .into_iter()
            .flatten()
            .find(|(other, used)| other.path == file.path && used.role == UseRole::Implement);
        let Some(implements) = implements.filter(|_| owner(added) != Some(owner_name)) else {
            continue;
        };
        let as_type = Use { qualifier: None, ..implements.1.clone() };
        let type_change = DefinitionChange {
            definition: crate::facts::Definition {
                name: owner_name.into(),
                path: owner_name.into(),
                kind: DefinitionKind::Interface,
                ..change.definition.clone()
            },
            ..change.clone()
        };
        let link = link((changed.0, &type_change), (file, &as_type), index);
        let (path, line) = (&file.path, added.line);
        let reason = format!(
            "{{user}} newly implements `{}` ({path}:{line}), whose signature {{changer}} changed ({}: {first})",
            change.definition.path,
            at(changed)
        );
        return Some(Found {
            kind: CouplingKind::Signature,
            score: link.weight(),
            most: Strength::Warn,
            symbol: change.definition.path.to_string(),
            reason,
            changed_at: place(&changed.0.path, change.line),
            used_at: place(path, line),
            test: file.is_test(),
        });
    }
    None
}

fn body(changed: Changed<'_>, used: Used<'_>, link: Link) -> Option<Found> {
    let change = changed.1;
    let is_called = matches!(used.1.role, UseRole::Call | UseRole::Construct);
    if !change.definition.kind.is_callable() || !is_called || link.resolved < 0.9 {
        return None;
    }
    let (most, verb) = if used.1.test {
        (Strength::Review, "newly tests")
    } else {
        (Strength::Info, "newly calls")
    };
    let told = format!("whose body {{changer}} changed ({})", at(changed));
    let mut found = sentence(CouplingKind::Body, 0.5 * link.weight(), changed, used, &told, most);
    found.reason = found.reason.replacen("newly calls", verb, 1);
    Some(found)
}

/// Files that moved or went, and that the other newly imports from where they were.
pub(super) fn moved_files(changer: &Side<'_>, user: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let mut found = Vec::new();
    for file in changer.facts.files.iter().filter(|file| file.gone || file.from.is_some()) {
        let old = file.from.as_deref().unwrap_or(&file.path);
        let Some(language) = Language::of(old) else { continue };
        let goes_on = language == Language::Go
            && index.files_in(folder(old)) > gone_from(changer, folder(old));
        if goes_on {
            continue;
        }
        for other in &user.facts.files {
            // What is included is a header, not the source that has its name.
            let is_named = |module: &str| language != Language::C || old.ends_with(module);
            let is_it = |module: &str| {
                lead(language, &other.path, module, old) == Lead::Exact && is_named(module)
            };
            let family = Language::of(&other.path).map(Language::family);
            let hit = other.new_imports.iter().find(|import| {
                let names = import.names.iter();
                let mut inner = names.filter_map(|name| inner(language, &import.module, name));
                is_it(&import.module) || inner.any(|module| is_it(&module))
            });
            let Some(import) = hit.filter(|_| family == Some(language.family())) else { continue };
            let (path, line) = (&other.path, import.line);
            let became = match file.from.as_deref() {
                Some(_) => format!("which {{changer}} moved to {}", file.path),
                None => "which {changer} removed".to_owned(),
            };
            found.push(Found {
                kind: if file.from.is_some() {
                    CouplingKind::Moved
                } else {
                    CouplingKind::Vanished
                },
                score: 0.9,
                most: Strength::Warn,
                symbol: import.module.to_string(),
                reason: format!("{{user}} newly imports {old} ({path}:{line}), {became}"),
                changed_at: place(&file.path, 1),
                used_at: place(path, line),
                test: other.is_test(),
            });
        }
    }
    found
}

fn gone_from(changer: &Side<'_>, from: &str) -> u32 {
    let gone = changer.facts.files.iter().filter(|file| file.gone || file.from.is_some());
    let gone = gone.filter(|file| folder(file.from.as_deref().unwrap_or(&file.path)) == from);
    u32::try_from(gone.count()).unwrap_or(u32::MAX)
}

pub(super) fn at((file, change): Changed<'_>) -> String {
    format!("{}:{}", file.path, change.line)
}

pub(super) fn sentence(
    kind: CouplingKind,
    score: f32,
    changed: Changed<'_>,
    used: Used<'_>,
    told: &str,
    most: Strength,
) -> Found {
    let ((file, change), (user, given)) = (changed, used);
    let verb = match given.role {
        UseRole::Call => "newly calls",
        UseRole::Construct => "newly makes",
        UseRole::Implement => "newly implements",
        UseRole::Match => "newly matches",
        UseRole::Import => "newly imports",
        UseRole::Type => "newly names",
        _ => "newly uses",
    };
    let symbol = &change.definition.path;
    let reason = format!("{{user}} {verb} `{symbol}` ({}:{}), {told}", user.path, given.line);
    Found {
        kind,
        score,
        most,
        symbol: symbol.to_string(),
        reason,
        changed_at: place(&file.path, change.line),
        used_at: place(&user.path, given.line),
        test: given.test,
    }
}
