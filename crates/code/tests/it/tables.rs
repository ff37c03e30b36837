//! What became of tables, as text and in workbooks, beside changes that look alike.

mod workbooks;

use callboard_code::limits;
use callboard_code::tables::tables;
use callboard_model::receipt::TableChange;

/// What is told of a CSV file, line by line.
fn told(before: &str, after: &str) -> Vec<String> {
    told_of("a.csv", before.as_bytes(), after.as_bytes())
}

fn told_of(path: &str, before: &[u8], after: &[u8]) -> Vec<String> {
    tables(path, Some(before), Some(after)).iter().flat_map(lines).collect()
}

fn lines(change: &TableChange) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(sheet) = &change.sheet {
        lines.push(format!("sheet {sheet}"));
    }
    if let Some(why) = &change.unread {
        lines.push(format!("unread {why}"));
        return lines;
    }
    let order = if change.is_reordered { " reordered" } else { "" };
    lines.push(format!(
        "{} to {}: +{} -{} ~{}{order}",
        change.rows_before,
        change.rows_after,
        change.rows_added,
        change.rows_removed,
        change.rows_changed
    ));
    lines.extend(change.columns_added.iter().map(|name| format!("new {name}")));
    lines.extend(change.columns_removed.iter().map(|name| format!("gone {name}")));
    lines.extend(change.columns.iter().map(|column| {
        format!(
            "{}: {} changed, {} empty {:?}",
            column.name, column.changed, column.empty, column.empty_rows
        )
    }));
    lines.extend(
        change
            .cells
            .iter()
            .map(|cell| format!("{}{} {:?} {:?}", cell.column, cell.row, cell.before, cell.after)),
    );
    lines
}

#[test]
fn a_filled_column_tells_the_rows_that_were_skipped() {
    let before = "id,name,city\n1,Ada,\n2,Bo,\n3,Cy,\n4,Di,\n5,Ed,Rome\n";
    let after = "id,name,city\n1,Ada,Bern\n2,Bo,Ulm\n3,Cy,\n4,Di,Oslo\n5,Ed,Rome\n";
    assert_eq!(
        told(before, after),
        [
            "5 to 5: +0 -0 ~3",
            "city: 3 changed, 1 empty [4]",
            "city2 \"\" \"Bern\"",
            "city3 \"\" \"Ulm\"",
            "city5 \"\" \"Oslo\""
        ]
    );
    let added = "id,name,city,land\n1,Ada,,CH\n2,Bo,,\n3,Cy,,DE\n4,Di,,NO\n5,Ed,Rome,IT\n";
    assert_eq!(
        told(before, added),
        ["5 to 5: +0 -0 ~0", "new land", "land: 4 changed, 1 empty [3]"]
    );
}

#[test]
fn a_column_that_is_mostly_empty_was_not_skipped() {
    let rows = |note: &str| format!("id,note\n1,\n2,{note}\n3,\n4,\n5,\n");
    assert_eq!(
        told(&rows(""), &rows("x")),
        ["5 to 5: +0 -0 ~1", "note: 1 changed, 0 empty []", "note3 \"\" \"x\""]
    );
    // Corrected, not filled in.
    let rows = |city: &str| format!("id,city\n1,{city}\n2,Ulm\n3,\n");
    assert_eq!(
        told(&rows("Munchen"), &rows("München")),
        ["3 to 3: +0 -0 ~1", "city: 1 changed, 0 empty []", "city2 \"Munchen\" \"München\""]
    );
}

#[test]
fn rows_are_known_by_a_column_that_names_them() {
    let before = "id,n\na,1\nb,2\nc,3\nd,4\n";
    let after = "id,n\nd,4\nb,9\na,1\ne,5\n";
    assert_eq!(
        told(before, after),
        ["4 to 4: +1 -1 ~1 reordered", "n: 1 changed, 0 empty []", "n3 \"2\" \"9\""]
    );
    // Sorted: no row differs.
    let sorted = "id,n\nd,4\nc,3\nb,2\na,1\n";
    assert_eq!(told(before, sorted), ["4 to 4: +0 -0 ~0 reordered"]);
}

#[test]
fn numbers_that_were_counted_anew_name_no_row() {
    let before = "no,item\n1,ape\n2,bee\n3,cat\n4,dog\n5,elk\n6,fox\n";
    let after = "no,item\n1,bee\n2,cat\n3,dog\n4,elk\n5,fox\n";
    let told = told(before, after);
    assert_eq!(told[..2], ["6 to 5: +0 -1 ~5", "no: 5 changed, 0 empty []"]);
}

#[test]
fn rows_without_a_name_are_known_by_where_they_stand() {
    let before = "what,when,much\nrent,may,700\nfood,may,90\nfood,may,90\nbus,may,30\n";
    let after = "what,when,much\nrent,may,700\nfood,may,95\nfood,may,90\nbus,may,30\ngas,may,40\n";
    assert_eq!(
        told(before, after),
        ["4 to 5: +1 -0 ~1", "much: 1 changed, 0 empty []", "much3 \"90\" \"95\""]
    );
}

#[test]
fn a_table_without_a_heading_has_letters() {
    assert_eq!(
        told("1,2\n3,4\n", "1,2\n3,5\n"),
        ["2 to 2: +0 -0 ~1", "B: 1 changed, 0 empty []", "B2 \"4\" \"5\""]
    );
}

#[test]
fn tables_are_read_as_spreadsheets_write_them() {
    let change = ["2 to 2: +0 -0 ~1", "b: 1 changed, 0 empty []", "b3 \"2,5\" \"3,5\""];
    let semicolons = |last: &str| format!("a;b\nx;1,5\ny;{last}\n");
    assert_eq!(told(&semicolons("2,5"), &semicolons("3,5")), change);
    let tabs = |last: &str| format!("a\tb\nx\t1,5\ny\t{last}\n");
    assert_eq!(told(&tabs("2,5"), &tabs("3,5")), change);
    assert_eq!(told_of("a.TSV", tabs("2,5").as_bytes(), tabs("3,5").as_bytes()), change);
    let said = |last: &str| format!("sep=;\r\na;b\r\nx;1,5\r\ny;{last}\r\n");
    assert_eq!(told(&said("2,5"), &said("3,5")), change);
    // Quoted fields hold what parts others, and line ends.
    let quoted = |last: &str| format!("a,b\n\"x, \"\"y\"\"\nz\",\"1\"\nq,\"{last}\"\n");
    assert_eq!(told(&quoted("2,5"), &quoted("3,5")), change);
}

#[test]
fn another_encoding_is_no_change() {
    let text = "name;city\nJörg;Köln\n";
    let marked = format!("\u{feff}{text}");
    let western: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for other in [marked.as_bytes(), &western, &wide, text.replace('\n', "\r\n").as_bytes()] {
        assert_eq!(told_of("a.csv", text.as_bytes(), other), Vec::<String>::new());
        assert_eq!(
            told_of("a.csv", other, "name;city\nJörg;Bonn\n".as_bytes())[0],
            "1 to 1: +0 -0 ~1"
        );
    }
}

#[test]
fn a_table_comes_and_goes() {
    let table = "id,n\na,1\nb,2\n";
    let whole = |before: Option<&[u8]>, after: Option<&[u8]>| {
        tables("a.csv", before, after).iter().flat_map(lines).collect::<Vec<_>>()
    };
    assert_eq!(whole(None, Some(table.as_bytes())), ["0 to 2: +2 -0 ~0"]);
    assert_eq!(whole(Some(table.as_bytes()), None), ["2 to 0: +0 -2 ~0"]);
    assert_eq!(whole(Some(table.as_bytes()), Some(table.as_bytes())), Vec::<String>::new());
    assert!(tables("a.txt", None, Some(table.as_bytes())).is_empty());
    assert_eq!(
        told(table, "id,m\na,1\nb,2\n"),
        ["2 to 2: +0 -0 ~0", "new m", "gone n", "m: 2 changed, 0 empty []"]
    );
}

#[test]
fn what_is_too_large_or_no_text_says_so() {
    let table = b"a,b\n1,2\n";
    assert_eq!(told_of("a.csv", table, b"\x00\x01\x02"), ["unread It is no text."]);
    let rows = "x\n".repeat(limits::TABLE_ROWS + 1);
    assert_eq!(told_of("a.csv", table, rows.as_bytes()), ["unread It has more than 100000 rows."]);
    let columns = ",".repeat(limits::TABLE_COLUMNS);
    assert_eq!(
        told_of("a.csv", columns.as_bytes(), table),
        ["unread As it was before: It has more than 1000 columns."]
    );
    let long = "x".repeat(limits::TABLE_BYTES + 1);
    assert_eq!(told_of("a.csv", table, long.as_bytes()), ["unread It has more than 16 MB."]);
}

#[test]
fn of_a_large_change_some_is_told() {
    let table = |value: &str| {
        let rows: String = (0..300).map(|n| format!("{n},{value},{value}\n")).collect();
        format!("id,a,b\n{rows}")
    };
    let change = tables("a.csv", Some(table("x").as_bytes()), Some(table("").as_bytes())).remove(0);
    assert_eq!((change.rows_changed, change.cells.len()), (300, 2 * limits::CELLS_OF_A_COLUMN));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]
    #[test]
    fn any_bytes_are_read(before: Vec<u8>, text in "[a-b,;\"\n\t0-9]{0,120}", other in "[a-b,;\"\n\t0-9]{0,120}") {
        let change = tables("a.csv", Some(&before), Some(text.as_bytes()));
        let other = tables("a.csv", Some(other.as_bytes()), Some(text.as_bytes()));
        for change in change.iter().chain(&other).filter(|change| change.unread.is_none()) {
            let kept = change.rows_before - change.rows_removed;
            proptest::prop_assert_eq!(kept, change.rows_after - change.rows_added);
            proptest::prop_assert!(change.rows_changed <= kept);
        }
    }
}
