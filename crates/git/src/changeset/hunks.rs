//! Reads the patch format of git (git-diff(1), "Generating patch text with -p").

use callboard_model::changeset::{ChangedFile, DiffHunk, DiffLine, FileDiff, FileStatus, LineKind};

use crate::limits;

/// The hunks of `files`, which are in git's order, out of a patch that tells the same files.
///
/// The patch has one section for each, and two for one that becomes another kind of thing.
pub(super) fn of_files(files: Vec<ChangedFile>, patch: &[u8]) -> Vec<FileDiff> {
    let mut sections = of_patch(patch).into_iter();
    let diff_of = |file: ChangedFile| {
        let mut hunks = sections.next().unwrap_or_default();
        if file.status == FileStatus::Type {
            hunks.extend(sections.next().unwrap_or_default());
        }
        let cut = hunks.len() > limits::DIFF_HUNKS;
        hunks.truncate(limits::DIFF_HUNKS);
        FileDiff { file, hunks, cut }
    };
    files.into_iter().map(diff_of).collect()
}

/// The hunks of each section of a patch.
pub(super) fn of_patch(patch: &[u8]) -> Vec<Vec<DiffHunk>> {
    let mut all: Vec<Vec<DiffHunk>> = Vec::new();
    // Lines of the hunk that are still to come, before and now.
    let (mut old_left, mut new_left) = (0_u32, 0_u32);
    for line in patch.split(|byte| *byte == b'\n') {
        let last = all.last_mut().and_then(|section| section.last_mut());
        if let (Some(hunk), true) = (last, old_left + new_left > 0 || line.starts_with(b"\\")) {
            let (kind, old, new) = match line.first() {
                Some(b'+') => (LineKind::Added, 0, 1),
                Some(b'-') => (LineKind::Removed, 1, 0),
                Some(b'\\') => {
                    if let Some(last) = hunk.lines.last_mut() {
                        last.no_newline = true;
                    }
                    continue;
                }
                _ => (LineKind::Context, 1, 1),
            };
            (old_left, new_left) = (old_left.saturating_sub(old), new_left.saturating_sub(new));
            let text = String::from_utf8_lossy(line.get(1..).unwrap_or_default()).into_owned();
            hunk.lines.push(DiffLine { kind, text, no_newline: false });
        } else if line.starts_with(b"diff --git ") {
            all.push(Vec::new());
        } else if let Some(hunk) = line.strip_prefix(b"@@ -").and_then(hunk) {
            (old_left, new_left) = (hunk.old_lines, hunk.new_lines);
            all.iter_mut().next_back().into_iter().for_each(|section| section.push(hunk.clone()));
        }
    }
    all
}

/// `1,3 +1,4 @@ section`
fn hunk(header: &[u8]) -> Option<DiffHunk> {
    let header = String::from_utf8_lossy(header);
    let (ranges, section) = header.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |text: &str| -> Option<(u32, u32)> {
        let (start, lines) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, lines.parse().ok()?))
    };
    let ((old_start, old_lines), (new_start, new_lines)) = (range(old)?, range(new)?);
    let section = section.trim().to_owned();
    Some(DiffHunk { old_start, old_lines, new_start, new_lines, section, lines: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks_are_read_with_what_looks_like_headers_in_them() {
        let patch = "diff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n--- a/x\n+++ b/x\n 3\n\
            @@ -9 +9,2 @@ fn f() {\n diff --git a/z b/z\n+@@ -1 +1 @@\n\\ No newline at end of file\n\
            diff --git a/b b/b\nold mode 100644\nnew mode 100755\n";
        let found = of_patch(patch.as_bytes());
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0]);
        let kinds: Vec<_> =
            found[0][0].lines.iter().map(|line| (line.kind, line.text.as_str())).collect();
        assert_eq!(
            kinds,
            [
                (LineKind::Context, "1"),
                (LineKind::Removed, "-- a/x"),
                (LineKind::Added, "++ b/x"),
                (LineKind::Context, "3")
            ]
        );
        let second = &found[0][1];
        assert_eq!((second.old_start, second.old_lines, second.new_lines), (9, 1, 2));
        assert_eq!(second.section, "fn f() {");
        assert!(second.lines[1].no_newline && !second.lines[0].no_newline);
    }
}
