//! What one uses no more and the other newly uses; what both touch though neither defines it.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::coupling::{CouplingKind, Strength};

use super::link::{is_standard, link, rarity, rarity_of_use};
use super::side::{Side, owner, used_name};
use super::{Found, place};
use crate::change::{Change, ChangeFacts, DefinitionChange, Retired, Use, UseRole};
use crate::facts::{Definition, DefinitionKind};
use crate::index::Index;
use crate::language::Language;

/// Files that stop using a name, from which that is no accident.
const RETIRED_FILES: usize = 2;
/// Uses of a name in one file, from which their end is no accident.
const RETIRED_USES: u32 = 3;
/// Definitions of one name that go, from which they are copies of a pattern.
const COPIES: usize = 3;
/// Rarity from which a name says something of two changes in one file.
const RARE: f32 = 0.35;
/// Names of two changes in one file that are told: the rarest.
const SHARED_NAMES: usize = 6;

/// Names that `changer` takes out of the program, a file or a function, and `user` newly uses.
pub(super) fn retired_and_used(
    changer: &Side<'_>,
    user: &Side<'_>,
    index: &dyn Index,
) -> Vec<Found> {
    let mut by_name: BTreeMap<&str, Vec<(&ChangeFacts, &Retired)>> = BTreeMap::new();
    for file in &changer.facts.files {
        for retired in &file.retired {
            by_name.entry(&retired.name).or_default().push((file, retired));
        }
    }
    let mut found = Vec::new();
    for (name, all) in by_name {
        let Some(uses) = user.uses.get(name) else { continue };
        let functions = all.iter().filter(|(_, retired)| retired.within.is_some());
        found.extend(functions.filter_map(|one| in_function(*one, uses)));
        // What is gone altogether, or what the user defines itself, is told as such.
        let is_defined = changer.changes().any(|(_, change)| &*change.definition.name == name);
        if is_defined || user.added.contains_key(name) || changer.uses.contains_key(name) {
            continue;
        }
        let files = all.iter().filter(|(_, retired)| retired.within.is_none());
        let files: Vec<(&ChangeFacts, &Retired)> = files.copied().collect();
        found.extend(everywhere(name, &files, uses, index));
        for (file, retired) in &files {
            let in_file = uses.iter().find(|(other, _)| other.path == file.path);
            let Some((other, used)) = in_file else { continue };
            let is_habit = retired.count >= RETIRED_USES && retired.instead.is_some();
            let score = if is_habit { 0.45 } else { 0.25 + 0.1 * rarity(name, index) };
            let most = if is_habit { Strength::Review } else { Strength::Info };
            let told = format!("uses no more in {}", file.path);
            found.push(no_more((file, retired), (other, used), score, most, &told));
        }
    }
    found
}

/// A name that a function loses, and that the user newly uses in that function.
fn in_function(
    (file, retired): (&ChangeFacts, &Retired),
    uses: &[(&ChangeFacts, &Use)],
) -> Option<Found> {
    let (other, used) = uses.iter().find(|(other, used)| {
        other.path == file.path && used.within == retired.within && used.role != UseRole::Label
    })?;
    let is_replaced = retired.instead.is_some();
    let score = if is_replaced { 0.4 } else { 0.25 };
    let most = if is_replaced { Strength::Review } else { Strength::Info };
    let told = format!("uses no more in `{}`", retired.within.as_deref().unwrap_or_default());
    Some(no_more((file, retired), (other, used), score, most, &told))
}

/// Definitions of which `changer` takes most copies away, and of which `user` adds one more.
pub(super) fn copies_gone(changer: &Side<'_>, user: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let mut gone: BTreeMap<&str, Vec<(&ChangeFacts, &DefinitionChange)>> = BTreeMap::new();
    for (file, change) in changer.changes().filter(|(_, change)| change.change == Change::Removed) {
        gone.entry(&change.definition.name).or_default().push((file, change));
    }
    let mut found = Vec::new();
    for (name, copies) in gone {
        let all = (index.definitions(name) as usize).max(copies.len());
        if copies.len() < COPIES || copies.len() * 2 < all || changer.added.contains_key(name) {
            continue;
        }
        let (file, change) = copies[0];
        let another = user.added.get(name).into_iter().flatten().find(|(other, added)| {
            other.path != file.path
                && added.definition.kind == change.definition.kind
                && Language::of(&other.path) == Language::of(&file.path)
        });
        let Some((other, added)) = another else { continue };
        let (at, used_at) = (place(&file.path, change.line), place(&other.path, added.line));
        let count = copies.len();
        found.push(Found {
            kind: CouplingKind::Vanished,
            score: 0.5,
            most: Strength::Review,
            symbol: name.to_owned(),
            reason: format!("{{user}} adds another `{name}` ({used_at}), of which {{changer}} takes {count} of {all} away ({at})"),
            changed_at: at,
            used_at,
            test: other.is_test(),
        });
    }
    found
}

/// Variables that a function of `changer` has no more, and that `user` newly uses there.
pub(super) fn variables_gone(changer: &Side<'_>, user: &Side<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for file in changer.facts.files.iter().filter(|file| !file.lost.is_empty()) {
        let Some(other) = user.at(&file.path) else { continue };
        for lost in &file.lost {
            let newly = other
                .locals
                .iter()
                .find(|used| used.name == lost.name && used.within == lost.within);
            let Some(used) = newly else { continue };
            let (at, used_at) = (place(&file.path, lost.line), place(&other.path, used.line));
            let (name, within) = (&lost.name, &lost.within);
            let became = match &lost.to {
                Some(to) => format!("renamed to `{to}`"),
                None => "removed".to_owned(),
            };
            found.push(Found {
                kind: CouplingKind::Vanished,
                score: if lost.to.is_some() { 0.8 } else { 0.5 },
                most: Strength::Warn,
                symbol: format!("{within}.{name}"),
                reason: format!("{{user}} newly uses the variable `{name}` of `{within}` ({used_at}), which {{changer}} {became} ({at})"),
                changed_at: at,
                used_at,
                test: other.is_test(),
            });
        }
    }
    found
}

/// A name that most files of the program lose.
fn everywhere(
    name: &str,
    retired: &[(&ChangeFacts, &Retired)],
    uses: &[(&ChangeFacts, &Use)],
    index: &dyn Index,
) -> Option<Found> {
    let with = index.files_with(name) as usize;
    if retired.len() < RETIRED_FILES || retired.len() * 2 < with || is_standard(name) {
        return None;
    }
    let family = |file: &ChangeFacts| Language::of(&file.path).map(Language::family);
    let first = retired.iter().max_by_key(|(_, retired)| retired.instead.is_some())?;
    let used = uses.iter().find(|(other, used)| {
        let may_mean = !matches!(used.role, UseRole::Label) && family(other) == family(first.0);
        may_mean && retired.iter().all(|(file, _)| file.path != other.path)
    })?;
    let all = retired.len() >= with;
    let score = if all && retired.len() > RETIRED_FILES { 0.65 } else { 0.5 };
    let most = if all { Strength::Warn } else { Strength::Review };
    let told = format!("takes out of {} of {} files", retired.len(), with.max(retired.len()));
    Some(no_more(*first, *used, score, most, &told))
}

fn no_more(
    (file, retired): (&ChangeFacts, &Retired),
    (other, used): (&ChangeFacts, &Use),
    score: f32,
    most: Strength,
    told: &str,
) -> Found {
    let (at, used_at) = (place(&file.path, retired.line), place(&other.path, used.line));
    let name = &retired.name;
    let instead = match &retired.instead {
        Some(instead) => format!(" for `{instead}`"),
        None => String::new(),
    };
    Found {
        kind: CouplingKind::Vanished,
        score,
        most,
        symbol: name.to_string(),
        reason: format!(
            "{{user}} newly uses `{name}` ({used_at}), which {{changer}} {told}{instead} ({at})"
        ),
        changed_at: at,
        used_at,
        test: used.test,
    }
}

/// Types of which `changer` changed a method, and that `user` newly makes or extends.
pub(super) fn members_changed(
    changer: &Side<'_>,
    user: &Side<'_>,
    index: &dyn Index,
) -> Vec<Found> {
    let mut told: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut found = Vec::new();
    for (file, change) in changer.changes() {
        let is_method = change.definition.kind == DefinitionKind::Method;
        let changed = matches!(change.change, Change::Body | Change::Signature(_));
        let Some(of) = owner(change).filter(|_| is_method && changed) else { continue };
        if used_name(change) != &*change.definition.name {
            continue;
        }
        let as_type = as_type(of, change);
        for (other, used) in user.uses.get(of).into_iter().flatten() {
            let makes =
                matches!(used.role, UseRole::Construct | UseRole::Call | UseRole::Implement);
            if !makes || !told.insert((of, &other.path)) {
                continue;
            }
            let link = link((file, &as_type), (other, used), index);
            if link.resolved < 0.9 {
                continue;
            }
            let (at, used_at) = (place(&file.path, change.line), place(&other.path, used.line));
            let verb = if used.role == UseRole::Implement { "extends" } else { "makes" };
            let method = &change.definition.name;
            found.push(Found {
                kind: CouplingKind::Body,
                score: 0.35 * link.weight(),
                most: Strength::Info,
                symbol: of.to_owned(),
                reason: format!("{{user}} newly {verb} `{of}` ({used_at}), whose `{method}` {{changer}} changed ({at})"),
                changed_at: at,
                used_at,
                test: used.test,
            });
        }
    }
    found
}

/// The type whose member changed, as a change.
fn as_type(name: &str, member: &DefinitionChange) -> DefinitionChange {
    let definition = Definition {
        name: name.into(),
        path: name.into(),
        kind: DefinitionKind::Type,
        ..member.definition.clone()
    };
    DefinitionChange { definition, ..member.clone() }
}

/// Names by which tests of any subject are written.
const OF_TESTS: [&str; 27] = [
    "describe",
    "expect",
    "should",
    "beforeEach",
    "afterEach",
    "beforeAll",
    "afterAll",
    "setUp",
    "tearDown",
    "setUpClass",
    "tearDownClass",
    "TestCase",
    "unittest",
    "pytest",
    "fixture",
    "parametrize",
    "raises",
    "approx",
    "monkeypatch",
    "strictEqual",
    "deepEqual",
    "deepStrictEqual",
    "toBe",
    "toEqual",
    "toStrictEqual",
    "toThrow",
    "toContain",
];

/// Whether a name is one of a test framework: it says nothing of what is tested.
fn is_of_tests(name: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase());
    let is_assertion = name.strip_prefix("assert").or_else(|| name.strip_prefix("XCTAssert"));
    is_assertion.is_some_and(goes_on) || OF_TESTS.contains(&name)
}

/// Rare names that `changer` uses less or newly, and `user` newly uses, on lines of one file.
pub(super) fn shared_names(changer: &Side<'_>, user: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let mut found = Vec::new();
    for file in &changer.facts.files {
        let Some(other) = user.at(&file.path) else { continue };
        let newly = file.uses.iter().map(|used| (&*used.name, used.line, "newly uses as well"));
        let less = file.dropped.iter().map(|(name, line)| (&**name, *line, "uses less"));
        let mut told: BTreeSet<&str> = BTreeSet::new();
        let mut names: Vec<(f32, Found)> = Vec::new();
        for (name, line, how) in less.chain(newly) {
            let used = other.uses.iter().find(|used| &*used.name == name);
            let rarity = rarity_of_use(name, index);
            let Some(used) = used.filter(|_| name.len() > 3 && rarity >= RARE) else { continue };
            if is_standard(name) || is_of_tests(name) || !told.insert(name) {
                continue;
            }
            let (at, used_at) = (place(&file.path, line), place(&other.path, used.line));
            let one = Found {
                kind: CouplingKind::Symbol,
                score: 0.25 + 0.1 * rarity,
                most: Strength::Info,
                symbol: name.to_owned(),
                reason: format!(
                    "{{user}} newly uses `{name}` ({used_at}), which {{changer}} {how} ({at})"
                ),
                changed_at: at,
                used_at,
                test: used.test,
            };
            names.push((rarity, one));
        }
        names.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        found.extend(names.into_iter().take(SHARED_NAMES).map(|(_, one)| one));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_which_tests_are_written_say_nothing() {
        for name in ["assertEqual", "XCTAssertEqual", "TestCase", "toEqual", "beforeEach"] {
            assert!(is_of_tests(name), "{name}");
        }
        for name in ["assertions_of", "assert_invoice", "Invoice", "total"] {
            assert!(!is_of_tests(name), "{name}");
        }
    }
}
