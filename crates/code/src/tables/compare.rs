//! Two states of a table: rows and columns that came, went and changed, and rows that were skipped.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::receipt::{CellChange, ColumnChange, GoneRow, TableChange};

use super::rows::{Pairs, text, ways};
use super::{Field, Grid, Row};
use crate::limits;

/// A cell that holds nothing.
static NOTHING: Field = Field { value: String::new(), formula: None };

/// Both states with what names their columns.
struct Tables<'g> {
    before: Vec<&'g Row>,
    after: Vec<&'g Row>,
    names: [Vec<String>; 2],
    /// Columns of both, by their places.
    columns: Vec<(usize, usize)>,
}

/// Fills `change`, which has its path and sheet, with what differs.
pub(super) fn compare(mut change: TableChange, before: &Grid, after: &Grid) -> TableChange {
    let tables = Tables::of(before, after);
    let pairs = tables.pairs();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    change.rows_before = count(tables.before.len());
    change.rows_after = count(tables.after.len());
    change.rows_added = count(tables.after.len() - pairs.len());
    change.rows_removed = count(tables.before.len() - pairs.len());
    let differ = |(was, now): &&(usize, usize)| tables.changes(*was, *now) > 0;
    change.rows_changed = count(pairs.iter().filter(differ).count());
    change.is_reordered = pairs.windows(2).any(|two| two[0].1 > two[1].1);
    let only = |side: usize| -> Vec<(usize, String)> {
        let names = tables.names[side].iter().enumerate();
        let is_of_both =
            |at: usize| tables.columns.iter().any(|(was, now)| [*was, *now][side] == at);
        names.filter(|(at, _)| !is_of_both(*at)).map(|(at, name)| (at, name.clone())).collect()
    };
    // A table that came or went as a whole says so by its rows.
    if !before.rows.is_empty() && !after.rows.is_empty() {
        let added = only(1);
        change.columns_removed = only(0).into_iter().map(|(_, name)| name).collect();
        change.columns = tables.columns_changed(&added, &pairs);
        change.columns_added = added.into_iter().map(|(_, name)| name).collect();
    }
    change.cells = tables.cells(&pairs);
    change.gone = tables.gone(&pairs);
    change
}

impl<'g> Tables<'g> {
    fn of(before: &'g Grid, after: &'g Grid) -> Self {
        let has_heading =
            [before, after].iter().filter_map(|grid| grid.rows.first()).all(is_heading);
        let names = [before, after].map(|grid| names(grid, has_heading));
        let place = |name: &String| names[1].iter().position(|other| other == name);
        let columns = names[0].iter().enumerate();
        let columns = columns.filter_map(|(at, name)| Some((at, place(name)?))).collect();
        let body =
            |grid: &'g Grid| grid.rows.iter().skip(usize::from(has_heading)).collect::<Vec<_>>();
        Self { before: body(before), after: body(after), names, columns }
    }

    /// How the rows are matched: so that the least came, went and changed.
    fn pairs(&self) -> Pairs {
        let cost = |pairs: &Pairs| {
            let width = self.columns.len().max(1);
            let unmatched = self.before.len() + self.after.len() - 2 * pairs.len();
            let changed: usize = pairs.iter().map(|(was, now)| self.changes(*was, *now)).sum();
            unmatched * width + changed
        };
        let ways = ways(&self.before, &self.after, &self.columns);
        ways.into_iter().min_by_key(cost).unwrap_or_default()
    }

    /// The cells of two rows that differ, by their places among the columns of both.
    fn differing(
        &self,
        was: usize,
        now: usize,
    ) -> impl Iterator<Item = (usize, &'g Field, &'g Field)> {
        let (was, now) = (self.before[was], self.after[now]);
        let columns = self.columns.iter().enumerate().map(move |(at, (left, right))| {
            let one = was.cells.get(*left).unwrap_or(&NOTHING);
            (at, one, now.cells.get(*right).unwrap_or(&NOTHING))
        });
        columns.filter(|(_, one, two)| !one.is_as(two))
    }

    /// Some of the rows that have no other in their place.
    fn gone(&self, pairs: &Pairs) -> Vec<GoneRow> {
        let stays: BTreeSet<usize> = pairs.iter().map(|(was, _)| *was).collect();
        let rows = self.before.iter().enumerate().filter(|(at, _)| !stays.contains(at));
        let gone = rows.map(|(_, row)| GoneRow {
            row: row.number,
            cells: row.cells.iter().map(Field::shown).collect(),
        });
        gone.take(limits::GONE_ROWS).collect()
    }

    fn changes(&self, was: usize, now: usize) -> usize {
        self.differing(was, now).count()
    }

    /// Columns that are new, or some cell of which is another, each with the rows that were skipped.
    fn columns_changed(&self, added: &[(usize, String)], pairs: &Pairs) -> Vec<ColumnChange> {
        let mut of_both: BTreeMap<usize, (u32, u32)> = BTreeMap::new();
        for (was, now) in pairs {
            for (at, one, _) in self.differing(*was, *now) {
                let (changed, filled) = of_both.entry(at).or_default();
                *changed += 1;
                *filled += u32::from(one.is_empty());
            }
        }
        let of_both = of_both.into_iter().map(|(at, (changed, filled))| {
            let column = self.columns[at].1;
            // Only a column that was filled in has rows that were skipped: others are empty on purpose.
            self.column(column, self.names[1][column].clone(), changed, filled * 2 >= changed)
        });
        let added = added.iter().map(|(column, name)| {
            let filled = self.after.iter().filter(|row| !text(row, *column).is_empty()).count();
            let filled = u32::try_from(filled).unwrap_or(u32::MAX);
            self.column(*column, name.clone(), filled, true)
        });
        let mut columns: Vec<ColumnChange> = added.collect();
        columns.extend(of_both);
        columns
    }

    fn column(&self, column: usize, name: String, changed: u32, is_filled: bool) -> ColumnChange {
        let empty = self.after.iter().filter(|row| {
            // What stands in a row beside this is a row: a line of a sheet that holds nothing is none.
            text(row, column).is_empty() && row.cells.iter().any(|field| !field.is_empty())
        });
        let rows: Vec<u32> = empty.map(|row| row.number).collect();
        let is_mostly_full = rows.len() * 2 <= self.after.len();
        let is_told = is_filled && is_mostly_full;
        ColumnChange {
            name,
            changed,
            empty: if is_told { u32::try_from(rows.len()).unwrap_or(u32::MAX) } else { 0 },
            empty_rows: rows
                .into_iter()
                .take(if is_told { limits::EMPTY_ROWS_TOLD } else { 0 })
                .collect(),
        }
    }

    /// Some of the cells that changed, of each column some.
    fn cells(&self, pairs: &Pairs) -> Vec<CellChange> {
        let mut told: BTreeMap<usize, usize> = BTreeMap::new();
        let mut cells = Vec::new();
        for (was, now) in pairs {
            for (at, one, two) in self.differing(*was, *now) {
                let of_column = told.entry(at).or_default();
                if *of_column == limits::CELLS_OF_A_COLUMN || cells.len() == limits::CELLS_TOLD {
                    continue;
                }
                *of_column += 1;
                cells.push(CellChange {
                    row: self.after[*now].number,
                    column: self.names[1][self.columns[at].1].clone(),
                    before: one.shown(),
                    after: two.shown(),
                });
            }
        }
        cells
    }
}

/// Whether a first row names the columns: it holds words, and no number.
fn is_heading(row: &Row) -> bool {
    let is_number = |field: &&Field| {
        let text = field.value.trim().replace(',', ".");
        text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
            && text
                .trim_start_matches(['-', '+'])
                .bytes()
                .all(|b| b.is_ascii_digit() || b".:-/ %".contains(&b))
    };
    let told = row.cells.iter().filter(|field| !field.is_empty()).count();
    told > 0 && told * 2 > row.cells.len() && !row.cells.iter().any(|field| is_number(&field))
}

/// The names of the columns: those of the heading, else letters; one that comes again is numbered.
fn names(grid: &Grid, has_heading: bool) -> Vec<String> {
    let width = grid.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let names = (0..width).map(|at| {
        let named = grid.rows.first().filter(|_| has_heading).map(|row| text(row, at).to_owned());
        let name = named.filter(|name| !name.is_empty()).unwrap_or_else(|| letters(at));
        let times = seen.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 { format!("{name} ({times})") } else { name }
    });
    names.collect()
}

/// The name of a column in a spreadsheet: A, B, … Z, AA.
fn letters(column: usize) -> String {
    let mut left = column;
    let mut name = Vec::new();
    loop {
        name.push(b'A' + u8::try_from(left % 26).unwrap_or_default());
        left /= 26;
        if left == 0 {
            break;
        }
        left -= 1;
    }
    name.reverse();
    String::from_utf8_lossy(&name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (at, name) in
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
        {
            assert_eq!(letters(at), name);
        }
    }
}
