//! What both change: the same definition, the same symbol, a package and its use, files with a history.

use std::collections::BTreeMap;

use callboard_model::changeset::Place;
use callboard_model::coupling::{CouplingKind, Strength};

use super::link::rarity;
use super::side::Side;
use super::{Found, place};
use crate::change::{Change, ChangeFacts, DefinitionChange};
use crate::facts::DefinitionKind;
use crate::index::Index;
use crate::language::{Language, folder, is_test};
use crate::resolve::same_package;

/// Files of a side beyond which history says nothing: everything changed with everything.
const HISTORY_FILES: usize = 30;
/// Commits that changed both files, from which they are known to belong together.
const TOGETHER: u32 = 5;

/// Definitions that both newly make, where only one can be.
pub(super) fn defined_twice(left: &Side<'_>, right: &Side<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (name, mine) in &left.added {
        let Some(theirs) = right.added.get(name) else { continue };
        for (file, one) in mine {
            let twin = theirs.iter().find(|(other, two)| clash((file, one), (other, two)));
            found.extend(twin.map(|(other, two)| {
                let (at, used_at) = (place(&file.path, one.line), place(&other.path, two.line));
                let symbol = one.definition.path.to_string();
                let same = one.definition.signature == two.definition.signature
                    && one.definition.body == two.definition.body;
                let reason =
                    format!("both define `{symbol}`: {{changer}} ({at}) and {{user}} ({used_at})");
                Found {
                    kind: CouplingKind::Duplicate,
                    score: if same { 0.5 } else { 0.8 },
                    most: Strength::Warn,
                    symbol,
                    reason,
                    changed_at: at,
                    used_at,
                    test: is_test(&file.path),
                }
            }));
        }
    }
    found
}

fn clash(
    (file, one): (&ChangeFacts, &DefinitionChange),
    (other, two): (&ChangeFacts, &DefinitionChange),
) -> bool {
    let (a, b) = (&one.definition, &two.definition);
    let is_whole = |kind: DefinitionKind| {
        !matches!(kind, DefinitionKind::Field | DefinitionKind::Variant | DefinitionKind::Module)
    };
    if a.path != b.path || !is_whole(a.kind) || a.kind != b.kind || a.declaration || b.declaration {
        return false;
    }
    // Files that both sides added are git's to tell.
    if file.path == other.path {
        return !(file.added && other.added) && a.parameters.len() == b.parameters.len();
    }
    let Some(language) =
        Language::of(&file.path).filter(|of| Some(*of) == Language::of(&other.path))
    else {
        return false;
    };
    match language {
        Language::Go => {
            same_package(language, &file.path, &other.path) && &*a.name != "init" && &*a.name != "_"
        }
        Language::Java => same_package(language, &file.path, &other.path) && a.parent.is_none(),
        Language::C => {
            a.kind == DefinitionKind::Function
                && !a.head.contains("static")
                && !b.head.contains("static")
                && !a.head.contains("define")
                && &*a.name != "main"
                && &*a.name != "cmd_main"
        }
        _ => false,
    }
}

/// Functions that both edit, where git can merge the lines.
pub(super) fn edited_twice(left: &Side<'_>, right: &Side<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for file in &left.facts.files {
        let Some(other) = right.at(&file.path) else { continue };
        let edited = |change: &&DefinitionChange| {
            let is_edit =
                matches!(change.change, Change::Body | Change::Signature(_) | Change::Value);
            is_edit && change.definition.kind.is_callable()
        };
        for one in file.definitions.iter().filter(edited) {
            let twin = other
                .definitions
                .iter()
                .filter(edited)
                .find(|two| two.definition.path == one.definition.path);
            let Some(two) = twin else { continue };
            let (at, used_at) = (place(&file.path, one.line), place(&other.path, two.line));
            let symbol = one.definition.path.to_string();
            found.push(Found {
                kind: CouplingKind::Symbol,
                score: 0.45,
                most: Strength::Review,
                reason: format!(
                    "both change `{symbol}`: {{changer}} ({at}) and {{user}} ({used_at})"
                ),
                symbol,
                changed_at: at,
                used_at,
                test: is_test(&file.path),
            });
        }
    }
    found
}

/// Values that one uses less, and that a new test of the other expects.
pub(super) fn expectations(changer: &Side<'_>, user: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let mut found = Vec::new();
    for file in changer.facts.files.iter().filter(|file| !file.definitions.is_empty()) {
        for (name, line) in &file.dropped {
            // A value that tests name, as the program defines it: an error, a constant.
            let is_value = name.starts_with(char::is_uppercase) && name.len() > 4;
            let is_own = (1..=2).contains(&index.definitions(name));
            if !is_value || !is_own {
                continue;
            }
            let Some(used_at) = expected_beside(file, name, user) else { continue };
            let at = place(&file.path, *line);
            found.push(Found {
                kind: CouplingKind::Expectation,
                score: 0.45 * rarity(name, index) + 0.2,
                most: Strength::Review,
                symbol: name.to_string(),
                reason: format!("{{user}} newly expects `{name}` ({used_at}), which {{changer}} uses less ({at})"),
                changed_at: at,
                used_at,
                test: true,
            });
        }
    }
    found
}

/// Where a new test beside a file names a value, in code or in a text.
fn expected_beside(file: &ChangeFacts, name: &str, user: &Side<'_>) -> Option<Place> {
    let uses = user.uses.get(name).into_iter().flatten();
    let mut uses =
        uses.filter(|(other, used)| used.test && folder(&other.path) == folder(&file.path));
    if let Some((other, used)) = uses.next() {
        return Some(place(&other.path, used.line));
    }
    let tests = user.facts.files.iter().filter(|other| other.is_test());
    let mut beside = tests.filter(|other| folder(&other.path) == folder(&file.path));
    beside.find_map(|other| {
        let (_, line) = other.said.iter().find(|(text, _)| **text == *name)?;
        Some(place(&other.path, *line))
    })
}

/// Texts that the program of one says no more, and that a new test of the other expects.
pub(super) fn texts(changer: &Side<'_>, user: &Side<'_>) -> Vec<Found> {
    let tests = user.facts.files.iter().filter(|file| file.is_test());
    let mut expected: BTreeMap<&str, (&ChangeFacts, u32)> = BTreeMap::new();
    for file in tests {
        for (text, line) in &file.said {
            expected.entry(text).or_insert((file, *line));
        }
    }
    let mut found = Vec::new();
    for file in changer.facts.files.iter().filter(|file| !file.is_test()) {
        for (text, line) in file.unsaid.iter().filter(|(text, _)| text.contains(' ')) {
            let Some((other, used)) = expected.get(&**text) else { continue };
            let (at, used_at) = (place(&file.path, *line), place(&other.path, *used));
            found.push(Found {
                kind: CouplingKind::Expectation,
                score: 0.55,
                most: Strength::Review,
                symbol: text.to_string(),
                reason: format!("{{user}} newly expects the text `{text}` ({used_at}), which {{changer}} took away ({at})"),
                changed_at: at,
                used_at,
                test: true,
            });
        }
    }
    found
}

/// Packages whose version one changed, and that the other newly imports.
pub(super) fn packages(changer: &Side<'_>, user: &Side<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for manifest in &changer.facts.files {
        for package in manifest.requirements.iter().filter(|package| package.from.is_some()) {
            let uses = user.facts.files.iter().find_map(|file| {
                let import = file
                    .new_imports
                    .iter()
                    .find(|import| is_of(&import.module, &package.package))?;
                Some((file, import))
            });
            let Some((file, import)) = uses else { continue };
            let (at, used_at) =
                (place(&manifest.path, package.line), place(&file.path, import.line));
            let name = &package.package;
            let became = match (&package.from, &package.to) {
                (Some(from), Some(to)) => {
                    format!("whose version {{changer}} changed ({at}: {from} → {to})")
                }
                _ => format!("which {{changer}} removed ({at})"),
            };
            found.push(Found {
                kind: CouplingKind::Dependency,
                score: if package.to.is_none() { 0.8 } else { 0.5 },
                most: Strength::Warn,
                symbol: name.to_string(),
                reason: format!("{{user}} newly imports `{name}` ({used_at}), {became}"),
                changed_at: at,
                used_at,
                test: file.is_test(),
            });
        }
    }
    found
}

/// Whether a module belongs to a package.
fn is_of(module: &str, package: &str) -> bool {
    let plain = |text: &str| text.replace('-', "_").to_lowercase();
    let (module, package) = (plain(module), plain(package));
    let rest = module.strip_prefix(&package);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.', ':']))
}

/// Files that used to change together: a weak sign, told only where there is no other.
pub(super) fn history(left: &Side<'_>, right: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let (mine, theirs) = (&left.facts.files, &right.facts.files);
    if mine.len() > HISTORY_FILES || theirs.len() > HISTORY_FILES {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (file, other) in mine.iter().flat_map(|file| theirs.iter().map(move |other| (file, other)))
    {
        let known = file.path != other.path
            && !index.imports(&file.path, &other.path)
            && !index.imports(&other.path, &file.path);
        let count = index.co_change(&file.path, &other.path);
        let least = count.left.min(count.right).max(1);
        if !known || count.together < TOGETHER || count.together * 10 < least * 3 {
            continue;
        }
        let (at, used_at) = (place(&file.path, 1), place(&other.path, 1));
        let (path, other_path, together) = (&file.path, &other.path, count.together);
        found.push(Found {
            kind: CouplingKind::History,
            score: 0.3,
            most: Strength::Info,
            symbol: format!("{path} {other_path}"),
            reason: format!("{{changer}} changes {path} and {{user}} {other_path}, which {together} commits changed together"),
            changed_at: at,
            used_at,
            test: false,
        });
    }
    found
}
