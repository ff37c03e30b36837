//! Keys that one took away or newly needs, and that the other newly uses; keys that both change.

use callboard_model::coupling::{CouplingKind, Strength};

use super::side::Side;
use super::{Found, place};
use crate::change::{ChangeFacts, KeyChange};
use crate::facts::{KeyKind, KeyRole};
use crate::index::Index;

/// Files with a key beyond which it is no evidence.
const COMMON: u32 = 12;

type Changed<'a> = (&'a ChangeFacts, &'a KeyChange);

/// What a key is called in a sentence.
fn called(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Route => "route",
        KeyKind::Event => "event",
        KeyKind::Variable => "variable",
        KeyKind::Setting => "setting",
        KeyKind::Table => "table",
        KeyKind::Column => "column",
        KeyKind::Flag => "option",
    }
}

/// What `changer` took away or needs, and `user` newly uses.
pub(super) fn gone_and_used(changer: &Side<'_>, user: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let mut found = Vec::new();
    for (file, key) in all(changer) {
        if is_taken_away(key) && !is_elsewhere(changer, key) {
            found.extend(taken_away((file, key), changer, user, index));
        }
        if key.role == KeyRole::Require && !key.gone {
            found.extend(unfilled((file, key), user));
        }
    }
    found
}

fn all<'a>(side: &Side<'a>) -> impl Iterator<Item = Changed<'a>> {
    side.facts.files.iter().flat_map(|file| file.keys.iter().map(move |key| (file, key)))
}

fn is_taken_away(key: &KeyChange) -> bool {
    if key.gone { key.role != KeyRole::Drop } else { key.role == KeyRole::Drop }
}

/// Whether the changer itself still makes the key somewhere.
fn is_elsewhere(changer: &Side<'_>, key: &KeyChange) -> bool {
    let new = changer.keys.get(&(key.kind, &*key.name));
    new.is_some_and(|new| new.iter().any(|(_, new)| new.role != KeyRole::Drop))
}

fn taken_away(
    (file, key): Changed<'_>,
    changer: &Side<'_>,
    user: &Side<'_>,
    index: &dyn Index,
) -> Vec<Found> {
    let with = index.files_with_key(key.kind, &key.name);
    let gone_from = all(changer)
        .filter(|(_, other)| other.gone && other.kind == key.kind && other.name == key.name);
    let mut paths: Vec<&str> = gone_from.map(|(file, _)| &*file.path).collect();
    paths.dedup();
    let left = with.saturating_sub(u32::try_from(paths.len()).unwrap_or(u32::MAX));
    let is_made_no_more = matches!(key.role, KeyRole::Define | KeyRole::Require | KeyRole::Drop);
    let names_all = matches!(key.kind, KeyKind::Variable | KeyKind::Event | KeyKind::Setting);
    let mut score: f32 = match (is_made_no_more, left) {
        (true, _) => 0.85,
        (false, 0) if names_all => 0.75,
        (false, _) if names_all => 0.45,
        _ => return Vec::new(),
    };
    if with > COMMON || key.name.len() < 3 {
        score *= 0.5;
    }
    if matches!(key.kind, KeyKind::Setting) {
        score *= 0.75;
    }
    let uses = user.keys.get(&(key.kind, &*key.name)).map_or(&[][..], Vec::as_slice);
    let uses = uses.iter().filter(|(_, used)| match used.role {
        // Who makes it anew, or takes it away as well, misses nothing, except a value for nobody.
        KeyRole::Define | KeyRole::Require => key.role == KeyRole::Use,
        KeyRole::Drop => false,
        KeyRole::Use | KeyRole::Insert => true,
    });
    uses.map(|(other, used)| {
        let verb = if used.role == KeyRole::Define { "newly sets" } else { "newly uses" };
        let (at, used_at) = (place(&file.path, key.line), place(&other.path, used.line));
        let (kind, name) = (called(key.kind), &key.name);
        Found {
            kind: CouplingKind::Key,
            score,
            most: Strength::Warn,
            symbol: name.to_string(),
            reason: format!("{{user}} {verb} the {kind} `{name}` ({used_at}), which {{changer}} took away ({at})"),
            changed_at: at,
            used_at,
            test: other.is_test(),
        }
    })
    .collect()
}

/// A column that must be given, and an insert that does not give it.
fn unfilled((file, key): Changed<'_>, user: &Side<'_>) -> Vec<Found> {
    let Some((table, column)) = key.name.split_once('.') else { return Vec::new() };
    let inserts = user.keys.get(&(KeyKind::Table, table)).map_or(&[][..], Vec::as_slice);
    let lacking = inserts.iter().filter(|(_, used)| {
        used.role == KeyRole::Insert && !used.columns.iter().any(|given| **given == *column)
    });
    lacking
        .map(|(other, used)| {
            let (at, used_at) = (place(&file.path, key.line), place(&other.path, used.line));
            Found {
                kind: CouplingKind::Requirement,
                score: 0.85,
                most: Strength::Warn,
                symbol: key.name.to_string(),
                reason: format!(
                    "{{user}} newly fills the table `{table}` ({used_at}), which now needs `{column}` of {{changer}} ({at})"
                ),
                changed_at: at,
                used_at,
                test: other.is_test(),
            }
        })
        .collect()
}

/// Keys that both newly make, or that one newly makes and the other newly uses.
pub(super) fn changed_twice(left: &Side<'_>, right: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let mut found = Vec::new();
    for ((kind, name), mine) in &left.keys {
        let Some(theirs) = right.keys.get(&(*kind, name)) else { continue };
        // What stands in the repository already is nothing that they agree about anew.
        let is_new = index.files_with_key(*kind, name) == 0;
        let weak = matches!(kind, KeyKind::Setting | KeyKind::Table | KeyKind::Flag);
        if !is_new || weak || name.len() < 4 {
            continue;
        }
        let (Some((file, one)), Some((other, two))) = (mine.first(), theirs.first()) else {
            continue;
        };
        let makes = |key: &KeyChange| matches!(key.role, KeyRole::Define | KeyRole::Require);
        let (at, used_at) = (place(&file.path, one.line), place(&other.path, two.line));
        let both = makes(one) && makes(two) && file.path != other.path;
        let called = called(*kind);
        let (kind, score, reason) = if both {
            let reason = format!(
                "both define the {called} `{name}`: {{changer}} ({at}) and {{user}} ({used_at})"
            );
            (CouplingKind::Duplicate, 0.5, reason)
        } else if makes(one) != makes(two) {
            let reason = format!(
                "both change the {called} `{name}`: {{changer}} ({at}) and {{user}} ({used_at})"
            );
            (CouplingKind::Key, 0.45, reason)
        } else {
            continue;
        };
        let (most, symbol) = (Strength::Review, (*name).to_owned());
        found.push(Found {
            kind,
            score,
            most,
            symbol,
            reason,
            changed_at: at,
            used_at,
            test: other.is_test(),
        });
    }
    found
}
