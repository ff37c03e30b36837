//! Sheets of a workbook (Office Open XML), by the crate that reads them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxError};
use zip::ZipArchive;

use super::{Field, Grid, Row, Sheet};
use crate::limits;

/// What a file begins with that is a workbook of the old format, or one that is encrypted.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// The sheets of a workbook with their names; charts and the like are left out.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    if bytes.starts_with(&COMPOUND) {
        return Err("It is protected by a password, or of an older format.".to_owned());
    }
    refuse_bomb(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| told(&error))?;
    let sheets = workbook.sheets_metadata().iter();
    let names: Vec<String> = sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut room = limits::TABLE_CELLS;
    let sheets = names.into_iter().take(limits::TABLE_SHEETS).map(|name| {
        let grid = grid(&mut workbook, &name, &mut room);
        (Some(name), grid)
    });
    Ok(sheets.collect())
}

fn told(error: &XlsxError) -> String {
    format!("It cannot be read as a workbook: {error}.")
}

/// Unpacks all of it into nothing, counting: the sizes that it gives of itself need not be true.
fn refuse_bomb(bytes: &[u8]) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("It cannot be unpacked: {error}.");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| told(&error))?;
    let mut room = limits::WORKBOOK_BYTES;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| told(&error))?;
        let mut part = part.take(room);
        let size = std::io::copy(&mut part, &mut std::io::sink()).map_err(|error| told(&error))?;
        room -= size;
        if room == 0 {
            return Err(format!("It holds more than {} MB.", limits::WORKBOOK_BYTES >> 20));
        }
    }
    Ok(())
}

/// The cells of a sheet one by one: as a whole, a sheet with one cell in its last corner would be as large as the sheet.
fn grid(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str, room: &mut usize) -> Result<Grid, String> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|error| told(&error))?;
    let mut rows: BTreeMap<u32, Vec<Field>> = BTreeMap::new();
    while let Some(cell) = reader.next_cell_with_formula().map_err(|error| told(&error))? {
        let field = Field { value: value(cell.value), formula: cell.formula };
        if field.is_empty() {
            continue;
        }
        let column = cell.pos.1 as usize;
        let row = rows.entry(cell.pos.0).or_default();
        let missing = (column + 1).saturating_sub(row.len());
        if column >= limits::TABLE_COLUMNS || missing > *room {
            *room = 0;
            return Err(Grid::excess(0, column + 1, usize::MAX).unwrap_or_default());
        }
        *room -= missing;
        row.resize_with(row.len() + missing, Field::default);
        row[column] = field;
        if let Some(why) = Grid::excess(rows.len(), 0, 0) {
            return Err(why);
        }
    }
    let rows = rows.into_iter().map(|(at, cells)| Row { number: at.saturating_add(1), cells });
    Ok(Grid { rows: rows.collect() })
}

fn value(value: DataRef<'_>) -> String {
    match Data::from(value) {
        Data::DateTime(at) => moment(at),
        Data::Empty => String::new(),
        other => other.to_string(),
    }
}

/// A date without its time where it has none.
fn moment(at: ExcelDateTime) -> String {
    if !at.is_datetime() {
        return at.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
    }
}
