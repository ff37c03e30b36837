//! The lines that change from one text to another.

use callboard_model::event::{Change, FileEdit, Hunk};

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// What becomes of a file; `old` is none where it is new. What is given may be a part of the file, so that
/// lines have no numbers.
pub(super) fn edit(path: String, old: Option<&str>, new: &str) -> FileEdit {
    let change = if old.is_none_or(str::is_empty) { Change::Write } else { Change::Modify };
    let hunks = hunk(old.unwrap_or_default(), new).into_iter().collect();
    FileEdit { path, change, from: None, hunks }
}

/// One hunk from the first line that changes to the last.
fn hunk(old: &str, new: &str) -> Option<Hunk> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[same..], &new[same..]);
    let backwards = old_rest.iter().rev().zip(new_rest.iter().rev());
    let same_after = backwards.take_while(|(old, new)| old == new).count();
    let (gone, after) = old_rest.split_at(old_rest.len() - same_after);
    let come = &new_rest[..new_rest.len() - same_after];
    if gone.is_empty() && come.is_empty() {
        return None;
    }
    let before = &old[same.saturating_sub(CONTEXT)..same];
    let after = &after[..after.len().min(CONTEXT)];
    let mut lines = Vec::new();
    for (sign, part) in [(' ', before), ('-', gone), ('+', come), (' ', after)] {
        lines.extend(part.iter().map(|line| format!("{sign}{line}")));
    }
    Some(Hunk { old_start: 0, new_start: 0, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_is_shown_with_its_surroundings() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let edit = edit("a".into(), Some(old), &old.replace('5', "five"));
        assert_eq!(edit.change, Change::Modify);
        assert_eq!(edit.hunks[0].lines, [" 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"]);
        assert!(super::edit("a".into(), Some("x"), "x").hunks.is_empty());
        assert_eq!(super::edit("a".into(), None, "x\ny").hunks[0].lines, ["+x", "+y"]);
        assert_eq!(super::edit("a".into(), Some("x\nx\n"), "x\n").hunks[0].lines, [" x", "-x"]);
    }
}
