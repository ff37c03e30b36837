//! What no check ran, as it stands in a receipt.

use callboard_model::receipt::{Spot, Unproven, UnprovenKind};

use super::gaps::{Gaps, NotRun};
use crate::limits;

/// A sentence for each file, those with most lines first, and one for each reason for which something is not known.
#[must_use]
pub fn unproven(gaps: &Gaps) -> Vec<Unproven> {
    let mut files: Vec<&NotRun> = gaps.not_run.iter().collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.lines));
    let told = files.len().min(limits::NOT_RUN_FILES);
    let (told, more) = files.split_at(told);
    let mut out: Vec<Unproven> = told.iter().map(|file| of_file(file)).collect();
    if !more.is_empty() {
        let lines: usize = more.iter().map(|file| file.lines).sum();
        let words = format!("{}: no check ran {} of them.", count_more(more.len()), changed(lines));
        let spots = more.iter().map(|file| spot(file, file.ranges[0].0)).collect();
        out.push(Unproven { kind: UnprovenKind::NotExecuted, words, spots, cite: None });
    }
    for (why, paths) in &gaps.not_measured {
        let (first, others) = (&paths[0], paths.len() - 1);
        let files = match others {
            0 => format!("`{first}`"),
            others => format!("`{first}` and {}", count_more(others)),
        };
        let why = why.map_or("no tool that tells it is known for these checks", |why| why.words());
        let words = format!("Which changed lines of {files} ran is not known: {why}.");
        let spots = paths.iter().take(limits::NOT_RUN_FILES);
        let spots = spots.map(|path| Spot { path: path.clone(), line: None, is_gone: false });
        out.push(Unproven {
            kind: UnprovenKind::NotMeasured,
            words,
            spots: spots.collect(),
            cite: None,
        });
    }
    out
}

fn of_file(file: &NotRun) -> Unproven {
    let listed = &file.ranges[..file.ranges.len().min(limits::NOT_RUN_RANGES)];
    let ranges: Vec<String> = listed
        .iter()
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}–{last}"),
        })
        .collect();
    let more = match file.ranges.len() - listed.len() {
        0 => String::new(),
        more => format!(" and {more} more places"),
    };
    let ran = match (file.is_not_loaded, file.changed - file.lines) {
        (true, _) => format!("no check loaded this file ({})", changed(file.changed)),
        (false, 0) => format!("no check ran these lines (none of {} ran)", changed(file.changed)),
        (false, ran) => {
            format!("no check ran these lines ({ran} of {} ran)", changed(file.changed))
        }
    };
    Unproven {
        kind: UnprovenKind::NotExecuted,
        words: format!("`{}:{}`{more}: {ran}.", file.path, ranges.join(", ")),
        spots: listed.iter().map(|(first, _)| spot(file, *first)).collect(),
        cite: None,
    }
}

fn spot(file: &NotRun, line: u32) -> Spot {
    Spot { path: file.path.clone(), line: Some(line), is_gone: false }
}

fn changed(lines: usize) -> String {
    count(lines, "changed line")
}

fn count_more(number: usize) -> String {
    match number {
        1 => "1 more file".to_owned(),
        number => format!("{number} more files"),
    }
}

fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use callboard_model::check::executed::NotMeasured;

    use super::*;

    fn file(path: &str, ranges: &[(u32, u32)], changed: usize) -> NotRun {
        let lines = ranges.iter().map(|(first, last)| (last - first) as usize + 1).sum();
        let (path, ranges) = (path.to_owned(), ranges.to_vec());
        NotRun { path, ranges, lines, changed, is_not_loaded: false }
    }

    #[test]
    fn each_file_has_its_lines_in_ranges_and_how_many_ran() {
        let whole = NotRun { is_not_loaded: true, ..file("src/new.ts", &[(1, 30)], 30) };
        let gaps = Gaps {
            not_run: vec![file("src/cart.ts", &[(41, 46), (60, 60)], 45), whole],
            not_measured: BTreeMap::from([(
                Some(NotMeasured::NoCoveragePy),
                vec!["a.py".to_owned(), "b.py".to_owned()],
            )]),
        };
        let told = unproven(&gaps);
        let words: Vec<&str> = told.iter().map(|one| one.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "`src/new.ts:1–30`: no check loaded this file (30 changed lines).",
                "`src/cart.ts:41–46, 60`: no check ran these lines (38 of 45 changed lines ran).",
                "Which changed lines of `a.py` and 1 more file ran is not known: coverage.py is not installed in the project's environment.",
            ]
        );
        assert_eq!(
            told[1].spots.iter().map(|spot| spot.line).collect::<Vec<_>>(),
            [Some(41), Some(60)]
        );
        assert_eq!(told[2].kind, UnprovenKind::NotMeasured);
    }

    #[test]
    fn many_files_and_many_places_are_folded() {
        let ranges: Vec<(u32, u32)> = (1..200).step_by(2).map(|line| (line, line)).collect();
        let not_run = (0..20).map(|number| file(&format!("{number}.js"), &ranges, 100)).collect();
        let told = unproven(&Gaps { not_run, ..Gaps::default() });
        assert_eq!(told.len(), limits::NOT_RUN_FILES + 1);
        assert!(
            told[0].words.contains("and 88 more places: no check ran these lines (none of 100")
        );
        assert!(
            told.last()
                .unwrap()
                .words
                .starts_with("10 more files: no check ran 1000 changed lines of")
        );
    }
}
