//! Lines that Python ran, noted by a module that each of its processes loads as it begins: from 3.12 on by
//! `sys.monitoring` (PEP 669), before by coverage.py where the project has it.

use callboard_model::check::executed::{Executed, ExecutedLines, NotMeasured};

/// The module: as `sitecustomize.py` in a folder that stands first in `PYTHONPATH`, with the folder that it writes to in
/// `CALLBOARD_LINES` and the checkout in `CALLBOARD_LINES_OF`.
pub const SITECUSTOMIZE: &str = include_str!("python/sitecustomize.py");

/// The ending of the files in which processes mark lines: a byte for each.
pub const MARKS_ENDING: &str = ".marks";

/// The ending of the files that tell whose lines stand where in the marks; each beside its marks, under the same name.
pub const FILES_ENDING: &str = ".files";

/// What stands in the marks for a line that can run.
const EXECUTABLE: u8 = 1;

/// What stands there for a line that did.
const EXECUTED: u8 = 2;

/// What one process ran of the checkout, by its marks and what tells whose they are.
#[must_use]
pub fn read_marks(files: &str, marks: &[u8]) -> Executed {
    let mut executed = Executed::default();
    for line in files.lines() {
        let mut parts = line.splitn(3, ' ');
        let mut number = || parts.next()?.parse::<usize>().ok();
        let (Some(base), Some(length)) = (number(), number()) else { continue };
        let Some(path) = parts.next().filter(|path| !path.is_empty()) else { continue };
        let marks = base.checked_add(length).and_then(|end| marks.get(base..end));
        let marked = |is: fn(u8) -> bool| {
            let marks = marks.into_iter().flatten().zip(0u32..);
            marks
                .filter(move |(mark, line)| is(**mark) && *line > 0)
                .map(|(_, line)| line)
                .collect()
        };
        let lines = ExecutedLines {
            executable: marked(|mark| matches!(mark, EXECUTABLE | EXECUTED)),
            executed: marked(|mark| mark == EXECUTED),
        };
        executed.add(Executed { files: [(path.to_owned(), lines)].into(), ..Executed::default() });
    }
    executed
}

/// How many bytes of its marks a process used: the rest is empty.
#[must_use]
pub fn marks_used(files: &str) -> usize {
    let end = |line: &str| {
        let mut parts = line.split(' ').map(str::parse::<usize>);
        parts.next()?.ok()?.checked_add(parts.next()?.ok()?)
    };
    files.lines().filter_map(end).max().unwrap_or_default()
}

/// Why a process noted nothing, by the name of an empty file that it left.
#[must_use]
pub fn said_by_python(file_name: &str) -> Option<NotMeasured> {
    match file_name {
        "python-no-coverage-py" => Some(NotMeasured::NoCoveragePy),
        "python-measured-by-check" => Some(NotMeasured::MeasuredByCheck),
        "python-too-much" => Some(NotMeasured::TooMuch),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_where_their_file_says_they_stand() {
        let executed = read_marks(
            "0 4 a.py\n4 3 pkg/b c.py\n9 9 beyond.py\nx\n1 1\n",
            &[0, 2, 1, 0, 0, 2, 2, 0],
        );
        let a = &executed.files["a.py"];
        assert_eq!((a.executable.ranges(), a.executed.ranges()), (&[(1, 2)][..], &[(1, 1)][..]));
        assert_eq!(executed.files["pkg/b c.py"].executed.ranges(), [(1, 2)]);
        assert!(executed.files["beyond.py"].executable.is_empty());
        assert_eq!(executed.files.len(), 3);
        assert_eq!((marks_used("0 4 a.py\n4 3 b.py\nx\n"), marks_used("")), (7, 0));
    }
}
