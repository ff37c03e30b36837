//! Tables as text, parted by commas, semicolons or tabs (RFC 4180, and what spreadsheets make of it).

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::{Field, Grid, Row};
use crate::limits;

/// What parts fields, the most usual first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The table in `bytes`; `by` parts its fields, where that is known.
pub(super) fn read(bytes: &[u8], by: Option<u8>) -> Result<Grid, String> {
    if bytes.contains(&0) && Encoding::for_bom(bytes).is_none() {
        return Err("It is no text.".to_owned());
    }
    let text = decoded(bytes);
    let (text, said) = after_separator_line(&text);
    let by = by.or(said).unwrap_or_else(|| sniffed(text));
    let mut grid = Grid::default();
    let (mut cells, mut record) = (0, ByteRecord::new());
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(by)
        .from_reader(text.as_bytes());
    let told = |error: csv::Error| format!("It cannot be read as a table: {error}.");
    while reader.read_byte_record(&mut record).map_err(told)? {
        cells += record.len();
        if let Some(why) = Grid::excess(grid.rows.len() + 1, record.len(), cells) {
            return Err(why);
        }
        let cells = record.iter().map(|field| Field::of(String::from_utf8_lossy(field)));
        let number = u32::try_from(grid.rows.len() + 1).unwrap_or(u32::MAX);
        grid.rows.push(Row { number, cells: cells.collect() });
    }
    Ok(grid)
}

/// As text: by its byte-order mark, else UTF-8, else as spreadsheets of western Europe write it.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    let encoding = if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 };
    encoding.decode_without_bom_handling(bytes).0
}

/// `sep=;` as the first line, as spreadsheets write it, tells what parts the fields of all others.
fn after_separator_line(text: &str) -> (&str, Option<u8>) {
    let said = text.strip_prefix("sep=").and_then(|rest| {
        let by = *rest.as_bytes().first()?;
        let rest = rest.get(1..)?;
        let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
        by.is_ascii().then_some((rest, Some(by)))
    });
    said.unwrap_or((text, None))
}

/// What parts the fields: that by which most records have the same number of them, and more than one.
fn sniffed(text: &str) -> u8 {
    let score = |by: u8| {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(by)
            .from_reader(text.as_bytes());
        let records = reader.byte_records().filter_map(Result::ok).take(limits::SNIFFED_RECORDS);
        let widths: Vec<usize> = records.map(|record| record.len()).collect();
        let first = widths.first().copied().unwrap_or_default();
        let alike = widths.iter().filter(|width| **width == first).count();
        if first < 2 { (0, 0) } else { (alike, first) }
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|by| score(*by));
    best.unwrap_or(b',')
}
