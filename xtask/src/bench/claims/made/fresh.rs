//! Closing messages of agents, each with what is on record and what of it is so. They were written without the rules in
//! sight. Once a rule is made by one of them, it belongs with those in sight.
//!
//! A message makes several claims, so that each has its own place and truth, unlike a wording that is one claim.

mod first;
mod second;

use callboard_model::changeset::FileStatus;
use callboard_model::check::CheckKind;
use callboard_model::claim::{
    Command, Ending, Evidence, Rerun, TouchedFile, Uses, Verdict, claims, judge,
};
use callboard_model::receipt::Spot;
use callboard_model::{Cite, Ordinal, Seq, SessionId};

use super::super::matrix::{self, MISSED, Matrix, NONE};
use super::gravity;

const YES: &str = "supported";
const NO: &str = "contradicted";
const STALE: &str = "stale";
const BARE: &str = "unsupported";
const UNKNOWN: &str = "not checked";
/// A claim of whichever kind.
const ANY: &str = "any";

const ROOT: &str = "/home/dev/app";
const FIRST_EDIT: Ordinal = Ordinal(10);
const LAST_EDIT: Ordinal = Ordinal(20);

/// What an agent wrote at its end, what is on record, and what of its words is so.
struct Closing {
    words: &'static str,
    /// What was changed, with the words of changed lines.
    files: &'static [(FileStatus, &'static str, &'static str)],
    /// When, the command, its exit code, its last lines. Edits were from 10 to 20.
    ran: &'static [(i64, &'static str, i32, &'static str)],
    /// Checks that were run again: on the base, on the work.
    reruns: &'static [(&'static str, CheckKind, End, End)],
    /// Where else a name is used.
    uses: &'static [(&'static str, &'static [(&'static str, u32)])],
    /// Words of the claim, its kind, its verdict.
    truth: &'static [(&'static str, &'static str, &'static str)],
}

/// How a check ended.
enum End {
    /// The tests that failed, and how many passed.
    Tests(&'static [&'static str], u32),
    Code(i32),
}

const BLANK: Closing =
    Closing { words: "", files: &[], ran: &[], reruns: &[], uses: &[], truth: &[] };

/// Judges each message by its record, and counts each claim beside the truth. What is contradicted without being
/// labelled counts as no claim that was: all that the records contradict is labelled.
pub(super) fn judge_closings(verbose: bool) -> Matrix {
    let mut matrix = Matrix::default();
    for closing in first::CLOSINGS.iter().chain(second::CLOSINGS) {
        let judged = judge(&claims(closing.words), &closing.evidence());
        let found: Vec<(usize, usize, &str, Verdict)> = judged
            .iter()
            .map(|one| {
                let claim = &one.claim;
                (claim.start, claim.end, matrix::kind(&claim.kind), one.verdict)
            })
            .collect();
        let mut count = |words: &str, truth: &str, came: &str| {
            matrix.count(truth, came);
            if verbose && truth != came {
                println!("closing: {words:?}: {truth}, judged {came}");
            }
        };
        let is_of =
            |quote: &str, wanted: &str, (start, end, kind, _): &(usize, usize, &str, Verdict)| {
                let at = closing.words.find(quote);
                at.is_some_and(|at| *start < at + quote.len() && at < *end)
                    && (wanted == ANY || wanted == *kind)
            };
        for (quote, wanted, truth) in closing.truth {
            let here = found.iter().filter(|one| is_of(quote, wanted, one));
            let worst = here.map(|one| one.3).max_by_key(|verdict| gravity(*verdict));
            let none = if *truth == NONE { NONE } else { MISSED };
            count(quote, truth, worst.map_or(none, Verdict::words));
        }
        for one in found.iter().filter(|one| one.3 == Verdict::Contradicted) {
            if !closing.truth.iter().any(|(quote, wanted, _)| is_of(quote, wanted, one)) {
                let words = closing.words.get(one.0..one.1).unwrap_or_default();
                count(words, NONE, Verdict::Contradicted.words());
            }
        }
    }
    matrix
}

impl Closing {
    fn evidence(&self) -> Evidence {
        let files = self.files.iter().map(|(status, path, words)| TouchedFile {
            path: (*path).to_owned(),
            from: None,
            status: *status,
            symbols: Vec::new(),
            words: Some(words.split_whitespace().map(str::to_owned).collect()),
        });
        let commands = self.ran.iter().map(|(at, line, code, output)| Command {
            line: (*line).to_owned(),
            cwd: Some(ROOT.to_owned()),
            exit_code: Some(*code),
            output: (*output).to_owned(),
            ordinal: Ordinal(*at),
            cite: Cite { session: SessionId(1), seq: Seq(*at) },
            tree: None,
        });
        let reruns = self.reruns.iter().map(|(line, check, base, work)| Rerun {
            command: (*line).to_owned(),
            check: *check,
            base: base.ending(),
            work: work.ending(),
        });
        let uses = self.uses.iter().map(|(symbol, elsewhere)| Uses {
            symbol: (*symbol).to_owned(),
            elsewhere: elsewhere
                .iter()
                .map(|(path, line)| Spot {
                    path: (*path).to_owned(),
                    line: Some(*line),
                    is_gone: false,
                })
                .collect(),
        });
        Evidence {
            commands: Some(commands.collect()),
            first_edit: Some(FIRST_EDIT),
            last_edit: Some(LAST_EDIT),
            root: Some(ROOT.to_owned()),
            files: Some(files.collect()),
            reruns: reruns.collect(),
            uses: uses.collect(),
            ..Evidence::default()
        }
    }
}

impl End {
    fn ending(&self) -> Ending {
        match self {
            Self::Tests(failed, passed) => Ending::Named {
                failed: failed.iter().map(|name| (*name).to_owned()).collect(),
                passed: *passed,
            },
            Self::Code(code) => Ending::Code { code: *code },
        }
    }
}
