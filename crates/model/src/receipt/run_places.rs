//! Where a test stands whose name a runner told.

use super::Spot;

/// Texts of files that may hold tests.
pub(super) struct Places<'a> {
    files: &'a [(&'a str, &'a str)],
}

impl<'a> Places<'a> {
    pub(super) fn of(files: &'a [(&'a str, &'a str)]) -> Self {
        Self { files }
    }

    /// The line on which a test of this name begins, in the file that its runner told, or else in the only one that has
    /// it; that file, where the line is not found.
    pub(super) fn spot(&self, name: &str, file: Option<&str>) -> Option<Spot> {
        let is_meant = |path: &str| {
            file.is_none_or(|file| path == file || path.ends_with(&format!("/{file}")))
        };
        let mut found =
            self.files.iter().filter(|(path, _)| is_meant(path)).filter_map(|(path, text)| {
                let line = text.lines().zip(1u32..).find(|(line, _)| begins(line, name))?.1;
                Some(Spot { path: (*path).to_owned(), line: Some(line), is_gone: false })
            });
        let first = found.next();
        let is_only = file.is_some() || found.next().is_none();
        first.filter(|_| is_only).or_else(|| {
            let path = file?.to_owned();
            Some(Spot { path, line: None, is_gone: false })
        })
    }
}

/// Whether a line defines a function of this name, or gives it to a test as a text.
fn begins(line: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        let is_quoted = before.ends_with(['"', '\'', '`']) && after.starts_with(['"', '\'', '`']);
        let is_defined = ["fn ", "def ", "func ", "function "]
            .iter()
            .any(|word| before.ends_with(word))
            || (before.trim_end() != before && before.contains("func (") && after.starts_with('('));
        let is_method =
            before.trim().is_empty() && after.starts_with('(') && after.trim_end().ends_with('{');
        is_quoted || ((is_defined || is_method) && !after.starts_with(is_word))
    })
}
