//! A change, with both sides of each file read, and what only moved told apart from what is new.

use std::collections::HashSet;

use super::ChangedFile;
use super::source::Source;
use crate::change::lines::{self, Hunk};
use crate::language::{file_name, folder, is_test};

/// A file with both its sides.
pub(super) struct Compared<'t> {
    pub(super) file: ChangedFile<'t>,
    pub(super) old: Option<Source<'t>>,
    pub(super) new: Option<Source<'t>>,
    pub(super) hunks: Vec<Hunk>,
    /// It tests others.
    pub(super) is_test: bool,
    /// It was made by a program, or written by others.
    pub(super) is_foreign: bool,
}

/// A whole change.
pub(super) struct Change<'t> {
    pub(super) files: Vec<Compared<'t>>,
    /// Lines that go somewhere: one that comes elsewhere has moved.
    removed: HashSet<&'t str>,
    /// Comments on such lines.
    unsaid: HashSet<String>,
}

/// Bytes of a line below which it says nothing of where it came from.
const TELLING_LINE: usize = 6;

impl<'t> Change<'t> {
    pub(super) fn of(files: &[ChangedFile<'t>]) -> Self {
        let files: Vec<Compared<'t>> = files.iter().map(|file| Compared::of(*file)).collect();
        let mut removed = HashSet::new();
        for file in &files {
            let lines = file.gone_lines().map(|(_, line)| line.trim());
            removed.extend(lines.filter(|line| line.len() >= TELLING_LINE));
        }
        let unsaid = files.iter().flat_map(Compared::gone_comments).collect();
        Self { files, removed, unsaid }
    }

    /// Files of code that people write, no tests.
    pub(super) fn code(&self) -> impl Iterator<Item = (&Compared<'t>, &Source<'t>)> {
        let files = self.files.iter().filter(|file| !file.is_test && !file.is_foreign);
        files.filter_map(|file| Some((file, file.new.as_ref()?)))
    }

    /// Files that people write.
    pub(super) fn written(&self) -> impl Iterator<Item = (&Compared<'t>, &Source<'t>)> {
        let files = self.files.iter().filter(|file| !file.is_foreign);
        files.filter_map(|file| Some((file, file.new.as_ref()?)))
    }

    /// Whether a comment stood on a line that goes.
    pub(super) fn was_said(&self, comment: &str) -> bool {
        self.unsaid.contains(comment.trim())
    }

    /// Whether a line stood somewhere before.
    pub(super) fn is_moved(&self, line: &str) -> bool {
        self.removed.contains(line.trim())
    }
}

impl<'t> Compared<'t> {
    fn of(file: ChangedFile<'t>) -> Self {
        let old = file
            .old
            .map(|text| Source::of(file.old_path.unwrap_or(file.path), text, file.is_partial));
        let new = file.new.map(|text| Source::of(file.path, text, file.is_partial));
        let hunks = lines::hunks(file.old.unwrap_or_default(), file.new.unwrap_or_default());
        let text = file.new.or(file.old).unwrap_or_default();
        Self {
            old,
            new,
            hunks,
            is_test: is_test(file.path) || is_setup(file.path),
            is_foreign: file.is_binary || is_generated(file.path, text) || is_vendored(file.path),
            file,
        }
    }

    /// Lines that are new, each with its number.
    pub(super) fn come_lines(&self) -> impl Iterator<Item = (u32, &'t str)> + '_ {
        let lines = self.hunks.iter().flat_map(|hunk| hunk.new.clone());
        lines.filter_map(|line| Some((line, self.new.as_ref()?.line(line))))
    }

    /// Lines that are gone, each with its number before.
    pub(super) fn gone_lines(&self) -> impl Iterator<Item = (u32, &'t str)> + '_ {
        let lines = self.hunks.iter().flat_map(|hunk| hunk.old.clone());
        lines.filter_map(|line| Some((line, self.old.as_ref()?.line(line))))
    }

    fn gone_comments(&self) -> impl Iterator<Item = String> + '_ {
        let comments = self.old.iter().flat_map(|old| &old.comments);
        comments.filter(|(line, _)| self.is_gone(*line)).map(|(_, text)| text.trim().to_owned())
    }

    /// Whether a line is new.
    pub(super) fn is_come(&self, line: u32) -> bool {
        lines::is_new(&self.hunks, line)
    }

    /// Whether all lines from one to another are new.
    pub(super) fn are_come(&self, from: u32, to: u32) -> bool {
        self.hunks.iter().any(|hunk| hunk.new.start <= from && to < hunk.new.end)
    }

    /// Whether a line is gone.
    pub(super) fn is_gone(&self, line: u32) -> bool {
        self.hunks.iter().any(|hunk| hunk.old.contains(&line))
    }

    pub(super) fn path(&self) -> &'t str {
        self.file.path
    }

    pub(super) fn name(&self) -> &'t str {
        file_name(self.file.path)
    }

    pub(super) fn folder(&self) -> &'t str {
        folder(self.file.path)
    }
}

/// Whether a file prepares tests.
pub(super) fn is_setup(path: &str) -> bool {
    let name = file_name(path);
    let begins = [
        "conftest.",
        "jest.setup",
        "vitest.setup",
        "setupTests",
        "setup-tests",
        "test-setup",
        "setup_tests",
    ];
    begins.iter().any(|begin| name.starts_with(begin))
}

/// Lines of a file among which it says that a program made it.
const HEAD: usize = 12;

/// Whether a program made a file.
pub(super) fn is_generated(path: &str, text: &str) -> bool {
    let name = file_name(path);
    let by_name = [
        ".min.js",
        ".min.css",
        ".pb.go",
        "_pb2.py",
        "_pb2_grpc.py",
        ".g.dart",
        ".designer.cs",
        ".bundle.js",
        ".pb.cc",
        ".pb.h",
        "_grpc.pb.go",
        "_pb2.pyi",
        ".freezed.dart",
        ".g.cs",
        ".js.map",
        ".css.map",
        ".pyc",
    ];
    let by_part = [".gen.", ".generated.", "_generated.", ".min."];
    let in_folder = ["__generated__", "generated", "__pycache__", "gen", "codegen-output"];
    let built = ["dist", "build", "out", "target", "__pycache__", "node_modules"];
    let says = |line: &str| {
        let is_comment = line.trim_start().starts_with(['/', '#', '*', '-', '<', ';', '\'']);
        let lower = line.to_ascii_lowercase();
        let said = [
            "@generated",
            "do not edit",
            "don't edit",
            "do not modify",
            "auto-generated",
            "autogenerated",
            "automatically generated",
            "code generated by",
            "this file was generated",
            "this file is generated",
            "generated by the protocol buffer",
        ];
        // What speaks of such words in quotes is no such file.
        let quoted = said.iter().any(|said| {
            lower.contains(&format!("\"{said}")) || lower.contains(&format!("`{said}"))
        });
        is_comment && !quoted && said.iter().any(|said| lower.contains(said))
    };
    by_name.iter().any(|end| name.ends_with(end))
        || by_part.iter().any(|part| name.contains(part))
        || folder(path).split('/').any(|part| in_folder.contains(&part))
        || folder(path).split('/').next().is_some_and(|top| built.contains(&top))
        || text.lines().take(HEAD).any(says)
}

/// Whether others wrote a file.
pub(super) fn is_vendored(path: &str) -> bool {
    let folders = ["vendor", "node_modules", "third_party", "bower_components", "site-packages"];
    folder(path).split('/').any(|part| folders.contains(&part))
}
