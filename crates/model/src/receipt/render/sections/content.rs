//! Work that is not code.

use super::super::outline::{Block, Item, Line, Table, Tone};
use super::super::wording::{count, len};
use super::list;
use crate::receipt::{CitedSource, FolderChange, Moved, Receipt, SourcesUsed, TableChange};

pub(super) fn blocks(receipt: &Receipt) -> Vec<Block> {
    let content = &receipt.content;
    let mut blocks = content.folder.as_ref().map(folder).unwrap_or_default();
    blocks.extend(content.tables.iter().flat_map(table));
    blocks.extend(content.sources.iter().flat_map(sources));
    blocks
}

fn folder(folder: &FolderChange) -> Vec<Block> {
    let heading = format!("Folder: {} before, {} now", folder.before, folder.after);
    let pairs = |files: &[Moved], between: &str| -> Vec<Item> {
        let item = |file: &Moved| {
            let line = Line::default().code(&file.from).text(between).code(&file.to);
            let changed = if file.is_changed { ", changed too" } else { "" };
            line.text(changed).into()
        };
        files.iter().map(item).collect()
    };
    let paths = |paths: &[String]| -> Vec<Item> {
        paths.iter().map(|path| Line::default().code(path).into()).collect()
    };
    let left = folder.left_alone.saturating_sub(u32::try_from(folder.left.len()).unwrap_or(0));
    let mut left_alone = paths(&folder.left);
    if left > 0 && !left_alone.is_empty() {
        left_alone.push(Line::of(format!("and {left} more")).into());
    }
    let parts = [
        ("deleted, and in no other file", folder.deleted.len(), paths(&folder.deleted)),
        ("deleted, and still in another file", folder.merged.len(), pairs(&folder.merged, " is ")),
        ("moved", folder.moved.len(), pairs(&folder.moved, " → ")),
        ("renamed", folder.renamed.len(), pairs(&folder.renamed, " → ")),
        ("new", folder.added.len(), paths(&folder.added)),
        ("changed", folder.changed.len(), paths(&folder.changed)),
        ("left alone", folder.left_alone as usize, left_alone),
    ];
    let parts = parts.into_iter().filter(|(_, number, _)| *number > 0);
    let items = parts.map(|(words, number, files)| Item {
        line: Line::labelled(format!("{number} {words}")),
        under: list(&count(len(&files), "file"), files),
    });
    let mut blocks = vec![Block::Heading(Line::of(heading)), Block::List(items.collect())];
    if folder.left_out > 0 {
        let words = format!("{} of these lists not shown.", count(folder.left_out, "file"));
        blocks.push(Block::Paragraph(Line::of(words)));
    }
    blocks
}

fn table(table: &TableChange) -> Vec<Block> {
    let heading = Line::of("Table ").code(&table.path);
    let heading = match &table.sheet {
        Some(sheet) => heading.text(", sheet ").code(sheet),
        None => heading,
    };
    let mut blocks = vec![Block::Heading(heading)];
    if let Some(why) = &table.unread {
        blocks
            .push(Block::Paragraph(Line::graded(Tone::Doubtful, "not read").text(": ").said(why)));
        if table.rows_before + table.rows_after == 0 {
            return blocks;
        }
    }
    blocks.push(Block::Paragraph(rows(table)));
    let named = |names: &[String], words: &str| {
        let codes = names.iter().enumerate().fold(Line::of(words), |line, (at, name)| {
            line.text(if at == 0 { " " } else { ", " }).code(name)
        });
        (!names.is_empty()).then(|| Item::from(codes))
    };
    let mut items: Vec<Item> = Vec::new();
    items.extend(table.gone.iter().map(|row| {
        let cells: Vec<&str> = row.cells.iter().map(String::as_str).collect();
        Line::of(format!("Row {} is gone: ", row.row)).code(cells.join(", ")).into()
    }));
    let untold = table.rows_removed.saturating_sub(u32::try_from(table.gone.len()).unwrap_or(0));
    if untold > 0 && !table.gone.is_empty() {
        items.push(Line::of(format!("and {} more", count(untold, "row"))).into());
    }
    items.extend(named(&table.columns_added, "New columns:"));
    items.extend(named(&table.columns_removed, "Columns that are gone:"));
    items.extend(table.columns.iter().map(|column| {
        let line = Line::of("Column ").code(&column.name);
        let line = line.text(format!(": {} changed", count(column.changed, "row")));
        if column.empty == 0 {
            return line.into();
        }
        let rows: Vec<String> = column.empty_rows.iter().map(u32::to_string).collect();
        let more = if rows.len() < column.empty as usize { ", …" } else { "" };
        let rows = format!(" (row {}{more})", rows.join(", "));
        line.text(", ").grade(Tone::Doubtful, format!("{} empty", column.empty)).text(rows).into()
    }));
    blocks.extend((!items.is_empty()).then_some(Block::List(items)));
    if !table.cells.is_empty() {
        let rows = table.cells.iter().map(|cell| {
            let value = |value: &str| match value {
                "" => Line::of("nothing"),
                value => Line::default().code(value),
            };
            let row = Line::of(cell.row.to_string());
            vec![row, Line::default().code(&cell.column), value(&cell.before), value(&cell.after)]
        });
        let head = vec!["row", "column", "before", "after"];
        let cells = Block::Table(Table { head, rows: rows.collect() });
        let words = format!("Some of the cells that changed: {}", table.cells.len());
        blocks.push(Block::Folded { words, blocks: vec![cells] });
    }
    blocks
}

fn rows(table: &TableChange) -> Line {
    let counts = format!("{} rows before, {} now", table.rows_before, table.rows_after);
    let parts =
        [(table.rows_added, "new"), (table.rows_removed, "gone"), (table.rows_changed, "changed")];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, words)| format!("{number} {words}")).collect();
    let order = if table.is_reordered { " The order of rows is another." } else { "" };
    match parts.is_empty() {
        true => Line::of(format!("{counts}; no row differs.{order}")),
        false => Line::of(format!("{counts}: {}.{order}", parts.join(", "))),
    }
}

fn sources(sources: &SourcesUsed) -> Vec<Block> {
    let never = |source: &&CitedSource| source.opened.is_none() || source.failed;
    let opened = |source: &&CitedSource| !never(source);
    let (never, opened): (Vec<_>, Vec<_>) = (
        sources.cited.iter().filter(never).map(cited).collect(),
        sources.cited.iter().filter(opened).map(cited).collect(),
    );
    let heading =
        format!("Sources: {} cited, {} of them opened", sources.cited.len(), opened.len());
    let mut blocks = vec![Block::Heading(Line::of(heading))];
    blocks.extend(list(&format!("{} never opened", never.len()), never));
    blocks.extend(list(&format!("{} opened", opened.len()), opened));
    if !sources.opened_only.is_empty() {
        let items = sources.opened_only.iter().map(|one| Line::default().code(one).into());
        let words = format!("{} opened and cited nowhere", sources.opened_only.len());
        let blocks_of = vec![Block::List(items.collect())];
        blocks.push(Block::Folded { words, blocks: blocks_of });
    }
    blocks
}

fn cited(source: &CitedSource) -> Item {
    let (tone, words) = match (source.opened.is_some(), source.failed, source.only_found) {
        (_, true, _) => (Tone::Bad, "could not be opened"),
        (true, ..) => (Tone::Good, "opened"),
        (_, _, true) => (Tone::Doubtful, "only found by a search"),
        _ => (Tone::Bad, "never opened"),
    };
    let line = Line::graded(tone, words).text(" ").code(&source.source).text(" cited in ");
    line.spot(&source.spot).sources(source.opened).into()
}
