//! Changed lines, held against what ran.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::changeset::FileKind;
use callboard_model::check::executed::{Executed, Lines, NotMeasured};

use super::significant::significant;
use crate::language::{Language, file_name};

/// What is new in a file of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLines {
    /// Its path, from the repository's root.
    pub path: String,
    /// Its text as the work leaves it.
    pub text: String,
    /// Lines of it that were added or edited.
    pub lines: Lines,
}

/// Changed lines of a file that no check ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRun {
    /// The file.
    pub path: String,
    /// First and last of them; what stands between two and cannot run does not part them.
    pub ranges: Vec<(u32, u32)>,
    /// How many they are.
    pub lines: usize,
    /// Changed lines of the file that can run.
    pub changed: usize,
    /// No check so much as loaded the file.
    pub is_not_loaded: bool,
}

/// What is not known to have run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gaps {
    /// By path.
    pub not_run: Vec<NotRun>,
    /// Files of whose changed lines nothing is known, and why where that is known.
    pub not_measured: BTreeMap<Option<NotMeasured>, Vec<String>>,
}

/// What of a change no check ran, by all that checks executed. Files of tests are left out, and so is what cannot run.
///
/// A file that nothing was told of was not loaded if files of its kind beside it were; else nothing is known of it.
#[must_use]
pub fn gaps(files: &[ChangedLines], executed: &Executed) -> Gaps {
    let mut gaps = Gaps::default();
    for file in files.iter().filter(|file| FileKind::of(&file.path) == FileKind::Code) {
        if file.path.ends_with(".d.ts") || file.path.ends_with(".pyi") {
            continue;
        }
        let significant = significant(&file.path, &file.text);
        let can_run = |line: &u32| significant.as_ref().is_none_or(|lines| lines.has(*line));
        let blank: BTreeSet<u32> = (1..)
            .zip(file.text.lines())
            .filter(|(_, text)| text.trim().is_empty())
            .map(|(line, _)| line)
            .collect();
        let changed = file.lines.each().filter(|line| !blank.contains(line) && can_run(line));
        let changed: Lines = changed.collect();
        if changed.is_empty() {
            continue;
        }
        let known = executed.files.get(&file.path);
        if executed.unclear.contains(&file.path) {
            gaps.unknown(Some(NotMeasured::Transformed), file);
        } else if let Some(known) = known {
            let executable: Lines = known.executable.each().filter(can_run).collect();
            let changed = changed.each().filter(|line| executable.has(*line)).collect();
            let runs = |line| known.executed.has(line);
            gaps.not_run.extend(not_run(file, &changed, &executable, &runs));
        } else if let (Some(all), true) = (&significant, is_beside_measured(&file.path, executed)) {
            let one = not_run(file, &changed, all, &|_| false);
            gaps.not_run.extend(one.map(|one| NotRun { is_not_loaded: true, ..one }));
        } else {
            gaps.unknown(reason(&file.path, executed), file);
        }
    }
    gaps
}

impl Gaps {
    fn unknown(&mut self, why: Option<NotMeasured>, file: &ChangedLines) {
        self.not_measured.entry(why).or_default().push(file.path.clone());
    }
}

fn not_run(
    file: &ChangedLines,
    changed: &Lines,
    executable: &Lines,
    runs: &dyn Fn(u32) -> bool,
) -> Option<NotRun> {
    let missing: Vec<u32> = changed.each().filter(|line| !runs(*line)).collect();
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &line in &missing {
        match ranges.last_mut() {
            Some((_, last)) if (*last + 1..line).all(|between| !executable.has(between)) => {
                *last = line;
            }
            _ => ranges.push((line, line)),
        }
    }
    (!missing.is_empty()).then(|| NotRun {
        path: file.path.clone(),
        ranges,
        lines: missing.len(),
        changed: changed.len(),
        is_not_loaded: false,
    })
}

/// Whether another file of the same ending was measured below the same folder of the root, and none ran of which the lines
/// are not clear: then this one would have been, had it been loaded.
fn is_beside_measured(path: &str, executed: &Executed) -> bool {
    let top = |path: &str| path.split_once('/').map(|(top, _)| top.to_owned());
    let ending = |path: &str| path.rsplit_once('.').map(|(_, ending)| ending.to_owned());
    // A tool's own process loads its configuration, and others may run the program.
    let is_program =
        |other: &str| FileKind::of(other) == FileKind::Code && !file_name(other).contains("config");
    let is_beside = |other: &&String| {
        top(other) == top(path) && ending(other) == ending(path) && is_program(other)
    };
    executed.files.keys().any(|other| is_beside(&other))
        && !executed.unclear.iter().any(|other| is_beside(&other))
}

/// Why nothing is known of a file, of what was told of its language.
fn reason(path: &str, executed: &Executed) -> Option<NotMeasured> {
    let language = Language::of(path).map(Language::family);
    let concerns = |why: &NotMeasured| match why {
        NotMeasured::NoCoveragePy | NotMeasured::MeasuredByCheck => {
            language == Some(Language::Python)
        }
        NotMeasured::Transformed => language == Some(Language::JavaScript),
        NotMeasured::TooMuch | NotMeasured::ChangesResult => true,
    };
    // What is last in order says most.
    executed.not_measured.iter().rev().find(|why| concerns(why)).copied()
}

#[cfg(test)]
mod tests {
    use callboard_model::check::executed::ExecutedLines;

    use super::*;

    fn executed(files: &[(&str, &[u32], &[u32])]) -> Executed {
        let lines = |of: &[u32]| of.iter().copied().collect();
        let files = files.iter().map(|(path, executable, executed)| {
            let of = ExecutedLines { executable: lines(executable), executed: lines(executed) };
            ((*path).to_owned(), of)
        });
        Executed { files: files.collect(), ..Executed::default() }
    }

    fn changed(path: &str, text: &str) -> ChangedLines {
        let last = u32::try_from(text.lines().count()).unwrap();
        ChangedLines { path: path.into(), text: text.into(), lines: (1..=last).collect() }
    }

    const TEXT: &str =
        "def f(a):\n    if a:\n        # why\n        b = 1\n\n        return b\n    return 2\n";

    #[test]
    fn lines_that_no_check_ran_are_told_as_ranges() {
        let ran = executed(&[("src/a.py", &[1, 2, 4, 6, 7], &[1, 2, 7])]);
        let found = gaps(&[changed("src/a.py", TEXT), changed("tests/test_a.py", TEXT)], &ran);
        let [one] = found.not_run.as_slice() else { panic!("{found:?}") };
        assert_eq!((one.ranges.as_slice(), one.lines, one.changed), (&[(4, 6)][..], 2, 5));
        assert!(found.not_measured.is_empty());
        let part =
            ChangedLines { lines: [3, 7].into_iter().collect(), ..changed("src/a.py", TEXT) };
        assert_eq!(gaps(&[part], &ran), Gaps::default());
    }

    #[test]
    fn a_file_is_not_loaded_only_where_others_beside_it_were() {
        let ran = executed(&[("src/a.py", &[1], &[1]), ("src/a.js", &[1], &[1])]);
        let files = [
            changed("src/deep/b.py", TEXT),
            changed("lib/b.py", TEXT),
            changed("src/b.ts", "f()\n"),
        ];
        let found = gaps(&files, &ran);
        let [one] = found.not_run.as_slice() else { panic!("{found:?}") };
        assert!(one.is_not_loaded && one.path == "src/deep/b.py");
        assert_eq!((one.ranges.as_slice(), one.changed), (&[(1, 7)][..], 5));
        let unknown = vec!["lib/b.py".to_owned(), "src/b.ts".to_owned()];
        assert_eq!(found.not_measured, BTreeMap::from([(None, unknown)]));
    }

    #[test]
    fn who_runs_the_program_otherwise_does_not_tell_what_is_not_loaded() {
        let mut ran = executed(&[("vite.config.ts", &[1], &[1])]);
        assert!(gaps(&[changed("late.ts", "f()\n")], &ran).not_run.is_empty());
        ran.add(executed(&[("a.ts", &[1], &[1])]));
        assert_eq!(gaps(&[changed("late.ts", "f()\n")], &ran).not_run.len(), 1);
        ran.unclear.insert("b.ts".into());
        assert!(gaps(&[changed("late.ts", "f()\n")], &ran).not_run.is_empty());
    }

    #[test]
    fn what_is_not_known_has_the_reason_of_its_language() {
        let mut ran = Executed::not_measured(NotMeasured::NoCoveragePy);
        ran.unclear.insert("src/a.ts".into());
        let found =
            gaps(&[changed("a.py", TEXT), changed("src/a.ts", "f()"), changed("a.rb", "f")], &ran);
        let reasons: Vec<_> = found.not_measured.into_iter().collect();
        let of = |path: &str| vec![path.to_owned()];
        assert_eq!(
            reasons,
            [
                (None, of("a.rb")),
                (Some(NotMeasured::NoCoveragePy), of("a.py")),
                (Some(NotMeasured::Transformed), of("src/a.ts")),
            ]
        );
    }
}
