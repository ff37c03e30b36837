//! Which row is which: by a column that names rows, else by rows that are the same.

use std::collections::{BTreeMap, BTreeSet};

use imara_diff::{Algorithm, Diff, InternedInput};

use super::Row;
use crate::limits;

/// Rows that are the same, as (before, after), by their places; in the order of the rows before.
pub(super) type Pairs = Vec<(usize, usize)>;

/// The columns that both sides have, as (before, after), by their places.
pub(super) type Columns = [(usize, usize)];

/// Ways in which the rows can be matched, the likeliest first; the one that leaves the least changed is right.
pub(super) fn ways(before: &[&Row], after: &[&Row], columns: &Columns) -> Vec<Pairs> {
    // Numbers that only count the rows are made anew where one goes.
    let counts = |(was, now): &(usize, usize)| is_count(before, *was) && is_count(after, *now);
    let (counters, names): (Vec<_>, Vec<_>) =
        columns.iter().copied().partition(|column| counts(column));
    let by = |columns: Vec<(usize, usize)>| {
        let by_key = columns.into_iter().filter_map(|column| of_key(before, after, column));
        by_key.take(limits::KEY_COLUMNS).collect::<Vec<_>>()
    };
    let mut ways = by(names);
    ways.push(in_order(before, after, columns));
    ways.push(in_any_order(before, after, columns));
    ways.extend(by(counters));
    ways
}

/// Whether a column counts the rows: each number is the one before, and one.
fn is_count(rows: &[&Row], column: usize) -> bool {
    let number = |row: &&Row| text(row, column).parse::<i64>().ok();
    !rows.is_empty()
        && rows.iter().all(|row| number(row).is_some())
        && rows
            .windows(2)
            .all(|two| number(&two[1]) == number(&two[0]).and_then(|n| n.checked_add(1)))
}

/// What a row holds in a column.
pub(super) fn text(row: &Row, column: usize) -> &str {
    row.cells.get(column).map(|field| field.text().trim()).unwrap_or_default()
}

/// By the values of one column, where it has one in every row, and no value twice.
fn of_key(before: &[&Row], after: &[&Row], column: (usize, usize)) -> Option<Pairs> {
    let unique = |rows: &[&Row], column: usize| -> Option<BTreeMap<String, usize>> {
        let mut by = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let key = text(row, column);
            if key.is_empty() || by.insert(key.to_owned(), at).is_some() {
                return None;
            }
        }
        Some(by)
    };
    let (was, now) = (unique(before, column.0)?, unique(after, column.1)?);
    let mut pairs: Pairs = was.iter().filter_map(|(key, at)| Some((*at, *now.get(key)?))).collect();
    // A column of which little is left names the rows no more: it was rewritten.
    let is_kept = pairs.len() * 2 >= was.len().min(now.len());
    pairs.sort_unstable();
    (is_kept && !pairs.is_empty()).then_some(pairs)
}

/// A row as it is compared with others.
fn whole<'r>(row: &'r Row, columns: &Columns, side: fn(&(usize, usize)) -> usize) -> Vec<&'r str> {
    columns.iter().map(|column| text(row, side(column))).collect()
}

/// By the longest run of rows that are the same; between them, those that are alike.
fn in_order(before: &[&Row], after: &[&Row], columns: &Columns) -> Pairs {
    let mut input = InternedInput::default();
    input.update_before(before.iter().map(|row| whole(row, columns, |column| column.0)));
    input.update_after(after.iter().map(|row| whole(row, columns, |column| column.1)));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let mut pairs = Pairs::new();
    let (mut was, mut now) = (0, 0);
    for hunk in diff.hunks() {
        let (to_was, to_now) = (hunk.before.start as usize, hunk.after.start as usize);
        pairs.extend((was..to_was).zip(now..to_now));
        (was, now) = (hunk.before.end as usize, hunk.after.end as usize);
        alike(before, after, columns, (to_was..was, to_now..now), &mut pairs);
    }
    pairs.extend((was..before.len()).zip(now..after.len()));
    pairs
}

/// By rows that are the same wherever they stand; the others, where they stand between the same two, by their likeness.
fn in_any_order(before: &[&Row], after: &[&Row], columns: &Columns) -> Pairs {
    let mut free: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for (at, row) in after.iter().enumerate().rev() {
        free.entry(whole(row, columns, |column| column.1)).or_default().push(at);
    }
    let mut pairs = Pairs::new();
    for (at, row) in before.iter().enumerate() {
        let same = free.get_mut(&whole(row, columns, |column| column.0)).and_then(Vec::pop);
        pairs.extend(same.map(|now| (at, now)));
    }
    let taken: BTreeSet<usize> = pairs.iter().map(|(_, now)| *now).collect();
    let matched: BTreeSet<usize> = pairs.iter().map(|(was, _)| *was).collect();
    let left: Vec<usize> = (0..before.len()).filter(|at| !matched.contains(at)).collect();
    let come: Vec<usize> = (0..after.len()).filter(|at| !taken.contains(at)).collect();
    let rows = |rows: &[&Row], at: &[usize]| -> Vec<Row> {
        at.iter().map(|at| rows[*at].clone()).collect()
    };
    let (left_rows, come_rows) = (rows(before, &left), rows(after, &come));
    let (left_rows, come_rows): (Vec<&Row>, Vec<&Row>) =
        (left_rows.iter().collect(), come_rows.iter().collect());
    let mut more = Pairs::new();
    let all = (0..left_rows.len(), 0..come_rows.len());
    alike(&left_rows, &come_rows, columns, all, &mut more);
    pairs.extend(more.into_iter().map(|(was, now)| (left[was], come[now])));
    pairs.sort_unstable();
    pairs
}

/// Rows of two ranges that share at least half of their values, each after the one before.
fn alike(
    before: &[&Row],
    after: &[&Row],
    columns: &Columns,
    (was, now): (std::ops::Range<usize>, std::ops::Range<usize>),
    pairs: &mut Pairs,
) {
    let mut next = now.start;
    for at in was {
        let window = next..now.end.min(next + limits::ROW_WINDOW);
        let best = window
            .map(|other| (likeness(before[at], after[other], columns), other))
            .filter(|(likeness, _)| likeness.0 * 2 >= likeness.1 && likeness.0 > 0)
            .max_by_key(|(likeness, other)| (likeness.0, std::cmp::Reverse(*other)));
        if let Some((_, other)) = best {
            pairs.push((at, other));
            next = other + 1;
        }
    }
}

/// How many values two rows share, and how many they have.
fn likeness(was: &Row, now: &Row, columns: &Columns) -> (usize, usize) {
    let mut shared = (0, 0);
    for (left, right) in columns {
        let (one, two) = (text(was, *left), text(now, *right));
        if one.is_empty() && two.is_empty() {
            continue;
        }
        shared.1 += 1;
        shared.0 += usize::from(one == two);
    }
    shared
}
