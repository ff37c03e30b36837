//! Workbooks, written part by part.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use callboard_code::limits;
use callboard_code::tables::tables;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::told_of;

const SPACE: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// The parts of a workbook with these sheets, each with the cells of its rows.
fn parts(sheets: &[(&str, &str)]) -> Vec<(String, String)> {
    let (mut list, mut links) = (String::new(), String::new());
    for (at, (name, _)) in sheets.iter().enumerate() {
        let id = at + 1;
        let _ = write!(list, "<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>");
        let _ = write!(
            links,
            "<Relationship Id=\"rId{id}\" Type=\"{LINKS}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>"
        );
    }
    let mut parts = vec![
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" Type=\"{LINKS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                "<workbook xmlns=\"{SPACE}\" xmlns:r=\"{LINKS}\"><sheets>{list}</sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships xmlns=\"{PACKAGE}\">{links}</Relationships>"),
        ),
        (
            "xl/styles.xml".to_owned(),
            format!(
                "<styleSheet xmlns=\"{SPACE}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
    ];
    for (at, (_, cells)) in sheets.iter().enumerate() {
        let sheet =
            format!("<worksheet xmlns=\"{SPACE}\"><sheetData>{cells}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet));
    }
    parts
}

fn packed(parts: &[(String, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    packed(&parts(sheets))
}

/// A row of words and numbers; what begins with `<` is a cell as it is.
fn row(number: usize, cells: &[&str]) -> String {
    let cells = cells.iter().enumerate().map(|(at, text)| {
        let place = format!("{}{number}", char::from(b'A' + at as u8));
        match text {
            text if text.starts_with('<') => text.replace("<c", &format!("<c r=\"{place}\"")),
            text if text.parse::<f64>().is_ok() => format!("<c r=\"{place}\"><v>{text}</v></c>"),
            text => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        }
    });
    format!("<row r=\"{number}\">{}</row>", cells.collect::<String>())
}

fn rows(table: &[&[&str]]) -> String {
    table.iter().enumerate().map(|(at, cells)| row(at + 1, cells)).collect()
}

fn told(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
    told_of("plan.xlsx", &workbook(before), &workbook(after))
}

#[test]
fn sheets_are_told_one_by_one() {
    let same = rows(&[&["id", "n"], &["a", "1"]]);
    let before = [
        ("Q1", same.as_str()),
        ("Q2", &rows(&[&["id", "n"], &["a", "1"], &["b", "2.5"]])),
        ("Old", &same),
    ];
    let after = [
        ("Q1", same.as_str()),
        ("Q2", &rows(&[&["id", "n"], &["a", "1"], &["b", "3"]])),
        ("New", &same),
    ];
    assert_eq!(
        told(&before, &after),
        [
            "sheet Q2",
            "2 to 2: +0 -0 ~1",
            "n: 1 changed, 0 empty []",
            "n3 \"2.5\" \"3\"",
            "sheet New",
            "0 to 1: +1 -0 ~0",
            "sheet Old",
            "1 to 0: +0 -1 ~0"
        ]
    );
}

#[test]
fn a_formula_is_the_same_while_it_or_its_value_is() {
    let sheet = |cell: &str| rows(&[&["id", "sum"], &["a", cell], &["b", "2"]]);
    let worked_out = sheet("<c><f>B3*2</f><v>4</v></c>");
    for same in ["<c><f>B3*2</f></c>", "<c><f>B4*2</f><v>4</v></c>"] {
        assert_eq!(
            told(&[("S", &worked_out)], &[("S", &sheet(same))])[1..],
            ["2 to 2: +0 -0 ~0"],
            "{same}"
        );
    }
    assert_eq!(
        told(&[("S", &worked_out)], &[("S", &sheet("4"))])[1..],
        ["2 to 2: +0 -0 ~1", "sum: 1 changed, 0 empty []", "sum2 \"=B3*2\" \"4\""]
    );
}

#[test]
fn dates_are_dates() {
    let sheet = |day: &str| rows(&[&["id", "on"], &["a", &format!("<c s=\"1\"><v>{day}</v></c>")]]);
    assert_eq!(
        told(&[("S", &sheet("45658"))], &[("S", &sheet("45658.5"))])[1..],
        [
            "1 to 1: +0 -0 ~1",
            "on: 1 changed, 0 empty []",
            "on2 \"2025-01-01\" \"2025-01-01 12:00:00\""
        ]
    );
}

#[test]
fn a_cell_in_the_last_corner_takes_no_room() {
    let small = rows(&[&["id", "n"], &["a", "1"]]);
    let far = format!("{small}<row r=\"1048576\"><c r=\"A1048576\"><v>7</v></c></row>");
    assert_eq!(told(&[("S", &small)], &[("S", &far)]), ["sheet S", "1 to 2: +1 -0 ~0"]);
    let wide = format!("{small}<row r=\"3\"><c r=\"XFD3\"><v>7</v></c></row>");
    assert_eq!(
        told(&[("S", &small)], &[("S", &wide)]),
        ["sheet S", "unread It has more than 1000 columns."]
    );
}

#[test]
fn what_is_no_workbook_says_so() {
    let good = workbook(&[("S", &rows(&[&["id"], &["a"]]))]);
    let unread = |bytes: &[u8]| told_of("plan.xlsx", &good, bytes).join(" ");
    assert_eq!(
        unread(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"),
        "unread It is protected by a password, or of an older format."
    );
    assert!(unread(b"no zip").starts_with("unread It cannot be unpacked: "));
    assert!(
        unread(&packed(&[("a".to_owned(), "b".to_owned())]))
            .starts_with("unread It cannot be read as a workbook: ")
    );
}

#[test]
fn a_small_file_that_unpacks_to_gigabytes_is_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..=(limits::WORKBOOK_BYTES >> 20) {
        zip.write_all(&block).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < limits::TABLE_BYTES);
    assert_eq!(told_of("plan.xlsx", b"", &bomb), ["unread It holds more than 256 MB."]);
}

/// How many damaged workbooks are tried.
const DAMAGED: usize = 400;

/// Numbers that are the same in every run (xorshift).
fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state as usize
}

#[test]
fn damaged_workbooks_are_read_or_refused() {
    let cells = format!(
        "{}{}",
        rows(&[
            &["id", "n"],
            &["a", "1"],
            &["b", "<c t=\"s\"><v>0</v></c>"],
            &["c", "<c s=\"1\"><v>45658.25</v></c>"]
        ]),
        "<row r=\"5\"><c r=\"A5\"><f t=\"shared\" ref=\"A5:A7\" si=\"0\">B2+$B$3*SUM(B2:B4)</f><v>2</v></c></row><row r=\"6\"><c r=\"A6\"><f t=\"shared\" si=\"0\"/><v>2</v></c></row>"
    );
    let mut good = parts(&[("S", &cells), ("T", &cells)]);
    good.push((
        "xl/sharedStrings.xml".to_owned(),
        format!("<sst xmlns=\"{SPACE}\" count=\"1\"><si><r><t>x</t></r></si></sst>"),
    ));
    let pieces = [
        "<",
        ">",
        "\"",
        "&",
        "&#x0;",
        "/",
        "A",
        "XFD1048577",
        "99999999999",
        "-1",
        "",
        "é",
        "$",
        "r=",
        "1e308",
        "s",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d;
    for round in 0..DAMAGED {
        let mut parts = good.clone();
        for _ in 0..=next(&mut state) % 3 {
            let which = next(&mut state) % parts.len();
            let text = &mut parts[which].1;
            let (mut at, mut end) = (next(&mut state) % text.len(), next(&mut state) % 6);
            at = text.floor_char_boundary(at);
            end = text.ceil_char_boundary((at + end).min(text.len()));
            text.replace_range(at..end, pieces[next(&mut state) % pieces.len()]);
        }
        let mut bytes = packed(&parts);
        if round % 4 == 0 {
            let at = next(&mut state) % bytes.len();
            bytes[at] = next(&mut state) as u8;
        }
        let _ = tables("plan.xlsx", None, Some(&bytes));
    }
}
