//! What was asked for, where the work is, and what to look at first.

use super::super::outline::{Block, Item, Line, Table, Tone};
use super::super::wording::{count, short};
use super::change;
use crate::receipt::{Criterion, Proof, Receipt, Revision};

pub(super) fn request(receipt: &Receipt) -> Vec<Block> {
    let Some(request) = &receipt.request else { return Vec::new() };
    let mut blocks = vec![Block::Quote(request.words.clone())];
    if request.cite.is_some() {
        blocks.push(Block::Paragraph(Line::of("Said at").sources(request.cite)));
    }
    blocks
}

pub(super) fn acceptance(receipt: &Receipt) -> Vec<Block> {
    if receipt.criteria.is_empty() {
        let none = "None: nothing that was asked for says when it is done.";
        return vec![Block::Paragraph(Line::of(none))];
    }
    vec![Block::List(receipt.criteria.iter().map(criterion).collect())]
}

fn criterion(criterion: &Criterion) -> Item {
    let mut proofs: Vec<Item> = criterion.proofs.iter().map(|one| proof(one).into()).collect();
    if proofs.is_empty() {
        proofs.push(Line::graded(Tone::Doubtful, "none").text(": nothing shows it").into());
    }
    Item::from(Line::default().said(&criterion.words)).with(Block::List(proofs))
}

fn proof(proof: &Proof) -> Line {
    let line = match proof.is_against {
        true => Line::graded(Tone::Bad, "against"),
        false => Line::graded(Tone::Good, "for"),
    };
    let line = line.text(" ").said(&proof.words);
    let line = match &proof.spot {
        Some(spot) => line.text(" ").spot(spot),
        None => line,
    };
    line.sources(proof.cite)
}

pub(super) fn work(receipt: &Receipt) -> Vec<Block> {
    let work = &receipt.work;
    let mut rows = Vec::new();
    let mut row = |name: &str, line: Line| rows.push(vec![Line::labelled(name), line]);
    if let Some(branch) = &work.branch {
        let line = Line::default().code(branch);
        row(
            "Branch",
            match &work.onto {
                Some(onto) => line.text(" onto ").code(onto),
                None => line,
            },
        );
    }
    if let Some(folder) = &work.folder {
        row("Worktree", Line::default().code(folder));
    }
    if !work.base.tree.is_empty() {
        row("Base", revision(&work.base));
    }
    if !work.now.tree.is_empty() {
        let uncommitted = if work.is_uncommitted { "; some of it is not committed" } else { "" };
        row("Work", revision(&work.now).text(uncommitted));
    }
    let (added, removed) = work.lines();
    if !work.files.is_empty() {
        let files = count(super::wording::len(&work.files), "file");
        row("Change", Line::of(format!("{files}, +{added} −{removed}")));
    }
    for left_out in &work.left_out {
        row("Not part of it", Line::default().said(left_out));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(Table { head: vec!["", ""], rows })]
}

fn revision(revision: &Revision) -> Line {
    let tree = Line::of("tree ").code(short(&revision.tree));
    match &revision.commit {
        Some(commit) => Line::of("commit ").code(short(commit)).text(", ").joined(tree),
        None => tree,
    }
}

pub(super) fn look_first(receipt: &Receipt) -> Vec<Block> {
    let Some(look) = &receipt.look_first else { return Vec::new() };
    let line = Line::default().said(&look.words);
    let line = match &look.spot {
        Some(spot) => Line::default().spot(spot).text(": ").joined(line),
        None => line,
    };
    let mut blocks = vec![Block::Paragraph(line)];
    blocks.extend(change(&look.before, &look.after));
    blocks.push(Block::Paragraph(Line::labelled("Why first:").text(" ").said(&look.why)));
    blocks
}
