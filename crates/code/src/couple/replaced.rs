//! What one writes otherwise throughout, and the other newly writes as it was.

use std::collections::BTreeMap;

use callboard_model::coupling::{CouplingKind, Strength};

use super::link::is_standard;
use super::side::Side;
use super::{Found, place};
use crate::change::{ChangeFacts, Replaced};
use crate::language::{Language, is_reserved};

/// Lines on which one word stands for another, from which that is meant for all.
const HABIT: u32 = 3;

/// Words that `changer` replaces by another throughout, and that `user` newly writes.
pub(super) fn replaced_and_written(changer: &Side<'_>, user: &Side<'_>) -> Vec<Found> {
    let mut habits: BTreeMap<(&str, &str), Places<'_>> = BTreeMap::new();
    for file in changer.facts.files.iter().filter(|file| Language::of(&file.path).is_some()) {
        for replaced in &file.replaced {
            habits.entry((&replaced.from, &replaced.to)).or_default().push((file, replaced));
        }
    }
    let kept = habits.into_iter().filter(|((from, _), places)| {
        let count: u32 = places.iter().map(|(_, replaced)| replaced.count).sum();
        count >= HABIT && !is_standard(from) && !changer.added.contains_key(from)
    });
    kept.filter_map(|((from, to), places)| told(from, to, &places, user)).collect()
}

/// Where one word is put in place of another.
type Places<'a> = Vec<(&'a ChangeFacts, &'a Replaced)>;

fn told(
    from: &str,
    to: &str,
    places: &[(&ChangeFacts, &Replaced)],
    user: &Side<'_>,
) -> Option<Found> {
    let (file, replaced) = *places.first()?;
    let count: u32 = places.iter().map(|(_, replaced)| replaced.count).sum();
    let is_type = is_reserved(from);
    let written = user.facts.files.iter().find_map(|other| {
        let in_place = places.iter().any(|(file, _)| file.path == other.path);
        let families = Language::of(&other.path).zip(Language::of(&file.path));
        let is_like = families.is_some_and(|(one, two)| one.family() == two.family());
        // What a language calls so is meant otherwise elsewhere.
        if !is_like || (is_type && !in_place) {
            return None;
        }
        let at = other.touched.binary_search_by(|known| (*known.word).cmp(from)).ok()?;
        let touched = &other.touched[at];
        (touched.come > touched.gone).then_some((other, touched.line))
    });
    let (other, line) = written?;
    let (at, used_at) = (place(&file.path, replaced.line), place(&other.path, line));
    Some(Found {
        kind: CouplingKind::Vanished,
        score: if is_type { 0.3 } else { 0.45 },
        most: if is_type { Strength::Info } else { Strength::Review },
        symbol: from.to_owned(),
        reason: format!(
            "{{user}} newly writes `{from}` ({used_at}), in whose place {{changer}} puts `{to}` on {count} lines ({at})"
        ),
        changed_at: at,
        used_at,
        test: other.is_test(),
    })
}
