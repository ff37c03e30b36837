//! No token or key goes into a receipt: it is written to files, and pasted.

use callboard_model::receipt::Receipt;

use crate::secrets::mask;

/// A receipt with what it holds of tokens and keys masked.
pub(super) fn masked(mut receipt: Receipt) -> Receipt {
    for text in texts(&mut receipt) {
        let (masked, count) = mask(text);
        if count > 0 {
            *text = masked;
        }
    }
    receipt
}

/// All that comes from files, agents and people.
fn texts(receipt: &mut Receipt) -> Vec<&mut String> {
    let mut all: Vec<&mut String> = vec![&mut receipt.title];
    all.extend(receipt.request.iter_mut().map(|request| &mut request.words));
    for criterion in &mut receipt.criteria {
        all.push(&mut criterion.words);
        all.extend(criterion.proofs.iter_mut().map(|proof| &mut proof.words));
    }
    if let Some(first) = &mut receipt.look_first {
        all.extend([&mut first.words, &mut first.before, &mut first.after]);
    }
    for check in &mut receipt.checks {
        let cells = &mut check.cells;
        let cells =
            [&mut cells.base_base, &mut cells.new_base, &mut cells.base_new, &mut cells.new_new];
        all.extend(cells.into_iter().filter_map(|cell| cell.words.as_mut()));
        all.extend(check.tests.iter_mut().filter_map(|test| test.failure.as_mut()));
    }
    for claim in &mut receipt.claims {
        all.extend([&mut claim.judged.claim.quote, &mut claim.judged.why]);
    }
    for omission in &mut receipt.omissions {
        all.extend([&mut omission.quote, &mut omission.why]);
    }
    for child in &mut receipt.children {
        all.extend(child.title.as_mut());
        all.extend(child.result.as_mut());
    }
    for case in &mut receipt.cases {
        let finding = &mut case.finding;
        all.extend([&mut finding.words, &mut finding.before, &mut finding.after]);
    }
    all.extend(receipt.unproven.iter_mut().map(|one| &mut one.words));
    for session in &mut receipt.sessions {
        all.extend(session.title.as_mut());
        all.extend(session.closing.as_mut());
    }
    all.extend(receipt.commands.iter_mut().map(|command| &mut command.line));
    for asked in &mut receipt.asked {
        all.push(&mut asked.question);
        all.extend(asked.answer.as_mut());
    }
    all.extend(receipt.artefacts.iter_mut().map(|one| &mut one.words));
    all.extend(receipt.outward.iter_mut().map(|one| &mut one.words));
    for table in &mut receipt.content.tables {
        all.extend(table.cells.iter_mut().flat_map(|cell| [&mut cell.before, &mut cell.after]));
        all.extend(table.gone.iter_mut().flat_map(|row| &mut row.cells));
    }
    all
}
