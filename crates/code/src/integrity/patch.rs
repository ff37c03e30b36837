//! Texts made of a unified diff, for changes whose files are not there.
//!
//! Each hunk stands on its own lines, so that places are those of the files; what lies between is empty. What a hunk's
//! header says of the function around it (`@@ -3,4 +3,5 @@ def test_total():`) stands on the line before it.

use super::ChangedFile;

/// The most lines between two hunks that are filled with empty ones.
const GAP: usize = 200_000;

/// A file of a diff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchedFile {
    /// Where it was.
    pub old_path: Option<String>,
    /// Where it is, or was.
    pub path: String,
    /// What the hunks show of it before.
    pub old: Option<String>,
    /// What they show of it now.
    pub new: Option<String>,
    /// It is no text.
    pub is_binary: bool,
    /// The diff shows the whole file: it is new, or gone.
    pub is_whole: bool,
}

impl PatchedFile {
    /// As the rules read it.
    #[must_use]
    pub fn changed(&self) -> ChangedFile<'_> {
        ChangedFile {
            old_path: self.old_path.as_deref(),
            path: &self.path,
            old: self.old.as_deref(),
            new: self.new.as_deref(),
            is_binary: self.is_binary,
            is_partial: !self.is_whole,
        }
    }
}

/// The files of a diff as `git diff` writes it. Lines that are no part of one are passed over.
#[must_use]
pub fn files(diff: &str) -> Vec<PatchedFile> {
    let mut files: Vec<PatchedFile> = Vec::new();
    let mut at = Place::default();
    for line in diff.lines() {
        if let Some(names) = line.strip_prefix("diff --git ") {
            at = Place::default();
            let (old, new) = names.split_once(" b/").unwrap_or((names, names));
            files.push(PatchedFile {
                old_path: Some(old.trim_start_matches("a/").to_owned()),
                path: new.trim_start_matches("b/").to_owned(),
                old: Some(String::new()),
                new: Some(String::new()),
                ..PatchedFile::default()
            });
            continue;
        }
        let Some(file) = files.last_mut() else { continue };
        if at.is_in_hunk() {
            at.take(file, line);
        } else if let Some(header) = line.strip_prefix("@@ ") {
            at.begin(file, header);
        } else {
            file.says(line);
        }
    }
    files
}

impl PatchedFile {
    /// A line before the first hunk.
    fn says(&mut self, line: &str) {
        if line.starts_with("new file mode") {
            (self.old_path, self.old, self.is_whole) = (None, None, true);
        } else if line.starts_with("deleted file mode") {
            (self.new, self.is_whole) = (None, true);
        } else if let Some(path) = line.strip_prefix("rename from ") {
            self.old_path = Some(path.to_owned());
        } else if let Some(path) = line.strip_prefix("rename to ") {
            path.clone_into(&mut self.path);
        } else if line.starts_with("Binary files ") || line == "GIT binary patch" {
            (self.old, self.new, self.is_binary) = (None, None, true);
        }
    }
}

/// Where in a hunk a line stands.
#[derive(Default)]
struct Place {
    /// Lines that are still to come of the hunk: before, and now.
    left: (usize, usize),
    /// Lines that the texts have: before, and now.
    have: (usize, usize),
}

impl Place {
    fn is_in_hunk(&self) -> bool {
        self.left != (0, 0)
    }

    fn begin(&mut self, file: &mut PatchedFile, header: &str) {
        let (ranges, around) = header.split_once(" @@").unwrap_or((header, ""));
        let mut ranges = ranges.split_whitespace().filter_map(|range| {
            let (start, count) = range[1..].split_once(',').unwrap_or((&range[1..], "1"));
            Some((start.parse::<usize>().ok()?, count.parse::<usize>().ok()?))
        });
        let (Some(old), Some(new)) = (ranges.next(), ranges.next()) else { return };
        self.left = (old.1, new.1);
        let around = around.strip_prefix(' ').unwrap_or_default();
        self.have.0 = pad(file.old.as_mut(), self.have.0, old.0, around);
        self.have.1 = pad(file.new.as_mut(), self.have.1, new.0, around);
    }

    fn take(&mut self, file: &mut PatchedFile, line: &str) {
        let (is_old, is_new) = match line.as_bytes().first() {
            Some(b'-') => (true, false),
            Some(b'+') => (false, true),
            Some(b'\\') => return,
            _ => (true, true),
        };
        let text = line.get(1..).unwrap_or_default();
        if is_old {
            self.left.0 = self.left.0.saturating_sub(1);
            self.have.0 += 1;
            push(file.old.as_mut(), text);
        }
        if is_new {
            self.left.1 = self.left.1.saturating_sub(1);
            self.have.1 += 1;
            push(file.new.as_mut(), text);
        }
    }
}

fn push(text: Option<&mut String>, line: &str) {
    if let Some(text) = text {
        text.push_str(line);
        text.push('\n');
    }
}

/// Fills a text up to the line before `start`; how many lines it has then.
fn pad(text: Option<&mut String>, have: usize, start: usize, around: &str) -> usize {
    let missing = start.saturating_sub(1).saturating_sub(have);
    let Some(text) = text.filter(|_| missing > 0 && missing < GAP) else { return have };
    for _ in 1..missing {
        text.push('\n');
    }
    text.push_str(around);
    text.push('\n');
    have + missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_stands_on_its_lines() {
        let diff = "diff --git a/src/a.py b/src/a.py\nindex 1..2 100644\n--- a/src/a.py\n+++ b/src/a.py\n\
                    @@ -4,3 +4,3 @@ def total(items):\n     a = 1\n-    b = 2\n+    b = 3\n     return a\n";
        let [file] = &files(diff)[..] else { panic!("one file") };
        assert_eq!(
            file.old.as_deref(),
            Some("\n\ndef total(items):\n    a = 1\n    b = 2\n    return a\n")
        );
        assert_eq!(
            file.new.as_deref(),
            Some("\n\ndef total(items):\n    a = 1\n    b = 3\n    return a\n")
        );
        assert!(file.changed().is_partial);
    }

    #[test]
    fn new_gone_renamed_and_binary_files_are_told() {
        let diff = "diff --git a/a b/a\nnew file mode 100644\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n\
                    diff --git a/b b/b\ndeleted file mode 100644\n--- a/b\n+++ /dev/null\n@@ -1 +0,0 @@\n-y\n\
                    diff --git a/c b/d\nrename from c\nrename to d\n\
                    diff --git a/e.png b/e.png\nBinary files a/e.png and b/e.png differ\n";
        let files = files(diff);
        assert_eq!((files[0].old.as_deref(), files[0].new.as_deref()), (None, Some("x\n")));
        assert_eq!((files[1].old.as_deref(), files[1].new.as_deref()), (Some("y\n"), None));
        assert_eq!((files[2].old_path.as_deref(), files[2].path.as_str()), (Some("c"), "d"));
        assert!(files[3].is_binary);
    }
}
