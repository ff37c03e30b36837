//! Files of which both change lines that speak of the same rare things: a weak sign, and the last to be told.

use callboard_model::coupling::{CouplingKind, Strength};

use super::link::{as_number, is_standard, rarity_of_use};
use super::side::Side;
use super::{Found, place};
use crate::change::ChangeFacts;
use crate::index::Index;
use crate::language::{Language, is_reserved, is_test};

/// Rarity from which a word says something of two changes in one file.
const RARE: f32 = 0.4;
/// Words that are told of one file: those that are rare elsewhere and often on the lines of both (tf–idf).
const WORDS: usize = 3;
/// Files of one side beyond which it is a sweep through the program, and words meet by chance.
const SWEEP_FILES: usize = 120;

/// Rare words on changed lines of both, in one file: a sentence for each file.
pub(super) fn touched_by_both<'a>(
    left: &Side<'a>,
    right: &Side<'a>,
    index: &'a dyn Index,
) -> impl Iterator<Item = Found> {
    let is_sweep = left.facts.files.len().min(right.facts.files.len()) > SWEEP_FILES;
    let files = left.facts.files.iter().filter(move |_| !is_sweep);
    let pairs = files.filter_map(|file| Some((file, right.at(&file.path)?)));
    pairs.filter_map(|(file, other)| in_file(file, other, index))
}

fn in_file(file: &ChangeFacts, other: &ChangeFacts, index: &dyn Index) -> Option<Found> {
    Language::of(&file.path)?;
    let shared = file.touched.iter().filter_map(|touched| {
        let twin = other.touched.binary_search_by(|known| known.word.cmp(&touched.word)).ok()?;
        let twin = &other.touched[twin];
        let often = as_number(touched.count().min(twin.count())).ln_1p();
        Some((rarity(&touched.word, index)? * often, &*touched.word, touched.line, twin.line))
    });
    let mut shared: Vec<(f32, &str, u32, u32)> = shared.collect();
    shared.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(two.1)));
    shared.truncate(WORDS);
    let (_, first, line, other_line) = *shared.first()?;
    let words: Vec<String> = shared.iter().map(|(_, word, ..)| format!("`{word}`")).collect();
    let (at, used_at) = (place(&file.path, line), place(&other.path, other_line));
    Some(Found {
        kind: CouplingKind::Symbol,
        score: 0.25,
        most: Strength::Info,
        symbol: first.to_owned(),
        reason: format!(
            "both change lines that speak of {}: {{changer}} ({at}) and {{user}} ({used_at})",
            words.join(", ")
        ),
        changed_at: at,
        used_at,
        test: is_test(&file.path),
    })
}

/// How rare a word is that the program knows as a name; none for what is common, or no name at all.
fn rarity(word: &str, index: &dyn Index) -> Option<f32> {
    let is_known = index.files_with(word) > 0 && !is_standard(word) && !is_reserved(word);
    let rarity = rarity_of_use(word, index);
    (is_known && rarity >= RARE).then_some(rarity)
}
