//! Three texts merged line by line, in no repository.

use std::io;
use std::path::Path;

use crate::run::{Git, GitError};

/// A text to which two sides brought their changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedLines {
    /// The text.
    pub text: Vec<u8>,
    /// Both changed the same lines: both are in it, ours first.
    pub overlaps: bool,
}

/// What both sides made of a text, together; nothing that either wrote is left out. `scratch` is an empty folder that
/// git may write to.
///
/// # Errors
/// When git refuses, as it does for what is no text, or the folder cannot be written to.
pub fn merge_lines(
    scratch: &Path,
    base: &[u8],
    ours: &[u8],
    theirs: &[u8],
) -> Result<MergedLines, GitError> {
    let put = |name: &str, content: &[u8]| std::fs::write(scratch.join(name), content);
    let written = put("base", base).and_then(|()| put("ours", ours));
    written.and_then(|()| put("theirs", theirs)).map_err(|cause| refused(scratch, &cause))?;
    let git = Git::at(scratch).alone();
    let run =
        |how| git.output(&["merge-file", "--stdout", "--quiet", how, "ours", "base", "theirs"]);
    let clean = run("--diff3")?;
    match clean.status.code() {
        Some(0) => Ok(MergedLines { text: clean.stdout, overlaps: false }),
        // The number of conflicts (git-merge-file(1)); beyond 127, git failed.
        Some(1..=127) => Ok(MergedLines { text: run("--union")?.stdout, overlaps: true }),
        _ => Err(GitError::Refused {
            cwd: scratch.to_owned(),
            args: "merge-file".to_owned(),
            message: clean.error_text(),
        }),
    }
}

fn refused(scratch: &Path, cause: &io::Error) -> GitError {
    let message = format!("cannot write there: {cause}");
    GitError::Refused { cwd: scratch.to_owned(), args: "merge-file".to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, ours: &str, theirs: &str) -> (String, bool) {
        let scratch = tempfile::tempdir().unwrap();
        let done = merge_lines(scratch.path(), base.as_bytes(), ours.as_bytes(), theirs.as_bytes());
        let done = done.unwrap();
        (String::from_utf8(done.text).unwrap(), done.overlaps)
    }

    #[test]
    fn both_sides_are_kept() {
        assert_eq!(
            merged("a\n\nb\n\nc\n", "A\n\nb\n\nc\n", "a\n\nb\n\nC\n"),
            ("A\n\nb\n\nC\n".into(), false)
        );
        assert_eq!(merged("a\n", "a\nx\n", "a\ny\n"), ("a\nx\ny\n".into(), true));
        assert_eq!(merged("a\n", "x\n", "y\n"), ("x\ny\n".into(), true));
        // The last line of one side has no end.
        assert_eq!(merged("a", "a x", "a y").0.split_whitespace().count(), 4);
        assert_eq!(merged("a\n", "a\nx", "a\ny"), ("a\nx\ny".into(), true));
        assert_eq!(merged("", "x\n", "y\n"), ("x\ny\n".into(), true));
        assert_eq!(
            merged("a\r\nb\r\n", "a\r\nb\r\nx\r\n", "z\r\na\r\nb\r\n").0,
            "z\r\na\r\nb\r\nx\r\n"
        );
        // One takes away what the other changes.
        assert_eq!(merged("a\nb\nc\n", "a\nc\n", "a\nB\nc\n"), ("a\nB\nc\n".into(), true));
    }
}
