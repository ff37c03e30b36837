//! Sheets of a workbook (Office Open XML), by the crate that reads them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{
    Data, DataRef, ExcelDateTime, Reader, SheetType, Xlsx, XlsxError, XlsxFormulaMetadata,
};
use zip::ZipArchive;

use super::{Field, Grid, Row, Sheet};
use crate::limits;

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// What a file begins with that is a workbook of the old format, or one that is encrypted.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// The sheets of a workbook with their names; charts and the like are left out.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    if bytes.starts_with(&COMPOUND) {
        return Err("It is protected by a password, or of an older format.".to_owned());
    }
    refuse_bomb(bytes)?;
    let mut workbook: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| told(&error))?;
    let sheets = workbook.sheets_metadata().iter();
    let names: Vec<String> = sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut room = Room { cells: limits::TABLE_CELLS, bytes: limits::WORKBOOK_BYTES };
    let sheets = names.into_iter().take(limits::TABLE_SHEETS).map(|name| {
        let grid = grid(&mut workbook, &name, &mut room);
        (Some(name), grid)
    });
    Ok(sheets.collect())
}

fn told(error: &XlsxError) -> String {
    format!("It cannot be read as a workbook: {error}.")
}

/// Unpacks all of it into nothing, and looks at what it says of itself: neither sizes nor counts need be true, and room is
/// made by them.
fn refuse_bomb(bytes: &[u8]) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("It cannot be unpacked: {error}.");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| told(&error))?;
    let mut room = limits::WORKBOOK_BYTES;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|error| told(&error))?;
        let mut window = vec![0; WINDOW];
        let mut kept = 0;
        let mut is_first = true;
        loop {
            let read = part.read(&mut window[kept..]).map_err(|error| told(&error))?;
            room = room.saturating_sub(read as u64);
            if room == 0 {
                return Err(too_much());
            }
            let seen = &window[..kept + read];
            if is_first && WIDE.iter().any(|begin| seen.starts_with(begin)) {
                return Err("It is written in an encoding that is not read.".to_owned());
            }
            if texts_said(seen) > limits::WORKBOOK_TEXTS {
                return Err(format!("It has more than {} texts.", limits::WORKBOOK_TEXTS));
            }
            if read == 0 {
                break;
            }
            // What is said may lie across two windows.
            let from = seen.len().saturating_sub(SAID);
            kept = seen.len() - from;
            window.copy_within(from..from + kept, 0);
            is_first = false;
        }
    }
    Ok(())
}

/// Bytes of a part that are looked at at once.
const WINDOW: usize = 64 << 10;

/// Bytes that the count of texts takes with its name, and with white space between.
const SAID: usize = 256;

/// What a text begins with whose characters take two bytes: a count in it would be overlooked.
const WIDE: [&[u8]; 4] = [b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"];

/// How many texts a part says that it has: the most that it names.
fn texts_said(part: &[u8]) -> u64 {
    const NAME: &[u8] = b"uniqueCount";
    let counts = memchr::memmem::find_iter(part, NAME).map(|at| {
        let rest = part[at + NAME.len()..].iter();
        let digits = rest.skip_while(|b| b.is_ascii_whitespace() || b"='\"".contains(b));
        digits
            .take_while(|b| b.is_ascii_digit())
            .fold(0_u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')))
    });
    counts.max().unwrap_or_default()
}

fn too_much() -> String {
    format!("It holds more than {} MB.", limits::WORKBOOK_BYTES >> 20)
}

/// How much more may be kept of a workbook.
struct Room {
    cells: usize,
    bytes: u64,
}

/// The cells of a sheet one by one: as a whole, a sheet with one cell in its last corner would be as large as the sheet.
fn grid(workbook: &mut Workbook<'_>, name: &str, room: &mut Room) -> Result<Grid, String> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|error| told(&error))?;
    let mut rows: BTreeMap<u32, Vec<Field>> = BTreeMap::new();
    let mut formulas = Formulas::default();
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|error| told(&error))? {
        let formula = cell.formula.map(|formula| formulas.text(formula));
        let field = Field { value: value(cell.value), formula };
        if field.is_empty() {
            continue;
        }
        // One text of a workbook may stand in all of its cells.
        room.bytes = room.bytes.saturating_sub(field.value.len() as u64);
        if room.bytes == 0 {
            return Err(too_much());
        }
        let column = cell.pos.1 as usize;
        let row = rows.entry(cell.pos.0).or_default();
        let missing = (column + 1).saturating_sub(row.len());
        if column >= limits::TABLE_COLUMNS || missing > room.cells {
            room.cells = 0;
            return Err(Grid::excess(0, column + 1, usize::MAX).unwrap_or_default());
        }
        room.cells -= missing;
        row.resize_with(row.len() + missing, Field::default);
        row[column] = field;
        if let Some(why) = Grid::excess(rows.len(), 0, 0) {
            return Err(why);
        }
    }
    let rows = rows.into_iter().map(|(at, cells)| Row { number: at.saturating_add(1), cells });
    Ok(Grid { rows: rows.collect() })
}

/// Formulas that several cells share: the first has the text, the others its number.
#[derive(Default)]
struct Formulas(BTreeMap<usize, Arc<str>>);

impl Formulas {
    fn text(&mut self, formula: XlsxFormulaMetadata) -> Arc<str> {
        match formula {
            XlsxFormulaMetadata::Normal { formula } => formula.into(),
            XlsxFormulaMetadata::Shared { shared_index, formula, .. } => {
                let text: Arc<str> = formula.into();
                self.0.insert(shared_index, Arc::clone(&text));
                text
            }
            other => {
                let shared = other.shared_index().and_then(|index| self.0.get(&index));
                shared.map_or_else(|| "…".into(), Arc::clone)
            }
        }
    }
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
