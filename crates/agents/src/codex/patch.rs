//! Patches: the agent's own form (`*** Begin Patch`) and unified diffs.

use callboard_model::event::{Change, FileEdit, Hunk};

/// The files that a patch changes; `None` if the text is no patch.
pub(super) fn files(patch: &str) -> Option<Vec<FileEdit>> {
    let mut files: Vec<FileEdit> = Vec::new();
    for line in patch.lines() {
        let marks =
            [("Add", Change::Write), ("Update", Change::Modify), ("Delete", Change::Delete)];
        let begun = marks.iter().find_map(|(word, change)| {
            let path = line.strip_prefix("*** ")?.strip_prefix(word)?.strip_prefix(" File: ")?;
            Some((path.trim().to_owned(), *change))
        });
        if let Some((path, change)) = begun {
            files.push(FileEdit { path, change, from: None, hunks: Vec::new() });
            continue;
        }
        let Some(file) = files.last_mut() else { continue };
        if let Some(target) = line.strip_prefix("*** Move to: ") {
            file.from = Some(std::mem::replace(&mut file.path, target.trim().to_owned()));
            file.change = Change::Move;
        } else if line.starts_with("@@") {
            file.hunks.push(Hunk { old_start: 0, new_start: 0, lines: Vec::new() });
        } else if line.starts_with(['+', '-', ' ']) {
            if file.hunks.is_empty() {
                file.hunks.push(Hunk { old_start: 0, new_start: 0, lines: Vec::new() });
            }
            file.hunks.last_mut()?.lines.push(line.to_owned());
        }
    }
    (!files.is_empty()).then_some(files)
}

/// The patch that a shell command hands to `apply_patch`.
pub(super) fn in_command(command: &str) -> Option<Vec<FileEdit>> {
    let begin = command.find("*** Begin Patch")?;
    command[..begin].contains("apply_patch").then_some(())?;
    files(&command[begin..])
}

/// A file written as a whole.
pub(super) fn written(path: String, content: &str) -> FileEdit {
    let lines: Vec<String> = content.lines().map(|line| format!("+{line}")).collect();
    let hunks = if lines.is_empty() {
        Vec::new()
    } else {
        vec![Hunk { old_start: 0, new_start: 1, lines }]
    };
    FileEdit { path, change: Change::Write, from: None, hunks }
}

/// The hunks of a unified diff of one file.
pub(super) fn unified(diff: &str) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    for line in diff.lines() {
        if let Some(ranges) = line.strip_prefix("@@ ") {
            let start = |sign: char| {
                let range = ranges.split(' ').find_map(|r| r.strip_prefix(sign))?;
                range.split(',').next()?.parse().ok()
            };
            let (old_start, new_start) = (start('-').unwrap_or(0), start('+').unwrap_or(0));
            hunks.push(Hunk { old_start, new_start, lines: Vec::new() });
        } else if let Some(hunk) = hunks.last_mut().filter(|_| line.starts_with(['+', '-', ' '])) {
            hunk.lines.push(line.to_owned());
        }
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_names_files_and_lines() {
        let patch = "*** Begin Patch\n*** Add File: a.txt\n+one\n*** Update File: b.txt\n*** Move to: c.txt\n@@ fn x\n \
                     same\n-old\n+new\n*** Delete File: d.txt\n*** End Patch";
        let files = files(patch).unwrap();
        let paths: Vec<_> = files.iter().map(|f| (f.path.as_str(), f.change)).collect();
        assert_eq!(
            paths,
            [("a.txt", Change::Write), ("c.txt", Change::Move), ("d.txt", Change::Delete)]
        );
        assert_eq!(files[1].from.as_deref(), Some("b.txt"));
        assert_eq!(files[1].hunks[0].lines, [" same", "-old", "+new"]);
        assert!(in_command(&format!("apply_patch <<'EOF'\n{patch}\nEOF")).is_some());
        assert!(in_command(&format!("cat <<'EOF'\n{patch}\nEOF")).is_none());
    }

    #[test]
    fn a_unified_diff_has_line_numbers() {
        let hunks =
            unified("@@ -1,2 +3 @@\n a\n-b\n\\ No newline at end of file\n@@ -9 +9,2 @@ fn\n+c\n");
        assert_eq!((hunks[0].old_start, hunks[0].new_start), (1, 3));
        assert_eq!(hunks[0].lines, [" a", "-b"]);
        assert_eq!(hunks[1].new_start, 9);
    }
}
