//! "The tests pass": of what was run again first, then of what the session ran.

use super::super::{Claim, Ending, Rerun, Scope};
use super::subject::is_other_suite;
use super::{Came, Case, Finds, Run, Verdict, no_session, shown, told};
use crate::check::CheckKind;
use crate::check::command::base;
use crate::fact::covers;

/// A claim that a check passes.
pub(super) struct Said<'c> {
    pub(super) check: Option<CheckKind>,
    pub(super) scope: &'c Scope,
    pub(super) count: Option<u32>,
    pub(super) excepted: bool,
    pub(super) claim: &'c Claim,
}

impl Said<'_> {
    fn noun(&self) -> &'static str {
        self.check.map_or("checks", CheckKind::noun)
    }

    /// Whether a run of one kind speaks of this claim; compilers run before tests, and types before builds.
    fn is_about(&self, run: &Run) -> bool {
        let compiles = ["cargo", "go", "mvn", "gradle", "gradlew", "dotnet", "swift"];
        let implies = || compiles.contains(&base(run.text.split(' ').next().unwrap_or_default()));
        match self.check {
            None => true,
            Some(kind) if kind == run.kind => true,
            Some(CheckKind::Build) => {
                implies()
                    && matches!(run.kind, CheckKind::Test | CheckKind::Types | CheckKind::Lint)
                    && run.came == Came::Passed
            }
            Some(CheckKind::Types) => {
                implies()
                    && matches!(run.kind, CheckKind::Test | CheckKind::Build | CheckKind::Lint)
                    && run.came == Came::Passed
            }
            Some(_) => false,
        }
    }
}

impl Case<'_> {
    pub(super) fn passes(&self, said: &Said<'_>) -> Finds {
        if let Some(found) = self.by_rerun(said) {
            return found;
        }
        if self.evidence.commands.is_none() {
            return no_session();
        }
        let about: Vec<&Run> = self
            .runs
            .iter()
            .filter(|run| said.is_about(run) && (run.is_after || !run.is_base))
            .collect();
        let here: Vec<&Run> = about.iter().copied().filter(|run| run.is_here).collect();
        if here.is_empty() {
            let why = match about.last() {
                Some(run) => format!("{} ran elsewhere than in this worktree.", shown(&run.text)),
                None => format!("No run of {} was seen.", said.noun()),
            };
            return Finds::new(Verdict::Unsupported, why);
        }
        let after: Vec<&Run> = here.iter().copied().filter(|run| run.is_after).collect();
        if let Some(found) = self.by_failure(said, &after) {
            return found;
        }
        if let Some(found) = self.by_pass(said, &after) {
            return found;
        }
        self.by_what_is_left(said, &here, &after)
    }

    /// What checks that were run again say.
    fn by_rerun(&self, said: &Said<'_>) -> Option<Finds> {
        let is_about = |rerun: &&Rerun| said.check.is_none_or(|kind| kind == rerun.check);
        let reruns: Vec<&Rerun> = self.evidence.reruns.iter().filter(is_about).collect();
        for rerun in &reruns {
            let new = rerun.new_failures().unwrap_or_default();
            let meant: Vec<&str> = new
                .into_iter()
                .filter(|test| said.means(test) || said.names_command(&rerun.command))
                .filter(|test| !self.is_disclosed(test, said))
                .collect();
            if let [first, rest @ ..] = meant.as_slice() {
                let more = if rest.is_empty() {
                    String::new()
                } else {
                    format!(" and {} more", rest.len())
                };
                let command = shown(&rerun.command);
                let what = match rerun.work {
                    Ending::Named { .. } => {
                        format!("{command}, run again, fails in `{first}`{more}")
                    }
                    _ => format!("{command} fails when it is run again"),
                };
                let is_beyond_excepted =
                    self.names_some(rerun, said) || counts_more(said, &rerun.work);
                let why = format!("{what}; on the base it does not.");
                return Some(Finds {
                    is_beyond_excepted,
                    ..Finds::new(Verdict::Contradicted, why)
                });
            }
        }
        let new: Option<Vec<usize>> =
            reruns.iter().map(|rerun| Some(rerun.new_failures()?.len())).collect();
        let has_new = new.filter(|new| !new.is_empty())?.iter().any(|count| *count > 0);
        let names = reruns.iter().map(|rerun| shown(&rerun.command)).collect::<Vec<_>>().join(", ");
        if reruns.iter().all(|rerun| rerun.is_clean()) {
            let why = format!("{names} passes when it is run again.");
            return Some(Finds::new(Verdict::Supported, why));
        }
        let is_disclosed =
            said.excepted || self.has_disclosed(said) && self.discloses_all(&reruns, said);
        match (has_new, is_disclosed) {
            (true, true) => {
                let why = format!("{names}, run again, fails only in what is said to fail.");
                Some(Finds::new(Verdict::Supported, why))
            }
            (true, false) => None,
            (false, is_excepted) => {
                let verdict = if is_excepted { Verdict::Supported } else { Verdict::Unsupported };
                let why = format!("{names}, run again, fails in what failed on the base, too.");
                Some(Finds::new(verdict, why))
            }
        }
    }

    /// Whether the agent named a test that fails in this rerun.
    fn names_some(&self, rerun: &Rerun, said: &Said<'_>) -> bool {
        match &rerun.work {
            Ending::Named { failed, .. } => failed.iter().any(|test| self.is_disclosed(test, said)),
            _ => false,
        }
    }

    /// Whether the agent named each test that fails.
    fn discloses_all(&self, reruns: &[&Rerun], said: &Said<'_>) -> bool {
        reruns.iter().all(|rerun| match &rerun.work {
            Ending::Named { failed, .. } => failed.iter().all(|test| self.is_disclosed(test, said)),
            Ending::Code { code } => *code == 0,
            Ending::Unknown => false,
        })
    }

    /// What failed after the last edit and did not pass since.
    fn by_failure(&self, said: &Said<'_>, after: &[&Run]) -> Option<Finds> {
        let is_repaired = |at: usize| {
            after[at + 1..].iter().any(|later| {
                let is_there = later.place.is_empty() || later.place == after[at].place;
                is_there
                    && !is_other_suite(later, after[at])
                    && (later.text == after[at].text
                        && later.place == after[at].place
                        && later.came != Came::Unclear
                        || later.came == Came::Passed
                            && (later.narrowed.is_empty()
                                || covers(&later.text, &after[at].text)
                                || after[at].narrowed.is_empty()
                                    && self.may_repair(later, after[at])
                                || overlaps(&later.narrowed, &after[at].narrowed)))
            })
        };
        let failing: Vec<&Run> = (0..after.len())
            .filter(|at| after[*at].came == Came::Failed && !is_repaired(*at))
            .map(|at| after[at])
            .filter(|run| {
                !self.may_be_mended(run)
                    && said.is_of(run)
                    && said.check.is_none_or(|kind| kind == run.kind)
            })
            .collect();
        if is_counted(said, &failing, after) || self.is_of_another(said, &failing, after) {
            return None;
        }
        let sure = failing.iter().rev().find(|run| self.is_surely_of(said, run));
        let run = *sure.or(failing.last())?;
        let command = shown(&run.text);
        let is_last = after.last().is_some_and(|last| std::ptr::eq(*last, run));
        let how = match (run.counts.failed, run.counts.passed) {
            (Some(failed), Some(passed)) if failed > 0 => {
                format!("{command} failed in {failed} of {} after the last edit", failed + passed)
            }
            _ => format!("{command} failed after the last edit"),
        };
        let is_excused = self.is_excused(said, run, after);
        let counts_none = said.claim.around.counts_none;
        let is_that_check = is_last || matches!(said.scope, Scope::All | Scope::Named(_));
        let is_unsaid = !self.is_surely_of(said, run)
            || *said.scope == Scope::Unsaid && self.is_one_of_several(run, after);
        // "60 tests pass" is so, where two more failed.
        let is_part = !counts_none
            && said.count.is_some()
            && said.count == run.counts.passed
            && *said.scope != Scope::All;
        let found = if is_excused {
            let why = if run.is_script {
                "it is a script and no known runner"
            } else {
                "what failed before the work is not known"
            };
            Finds::new(Verdict::NotChecked, format!("{how}; {why}."))
        } else if is_unsaid || is_part {
            let why = format!("{how}; it is not said which tests were meant.");
            Finds::new(Verdict::NotChecked, why)
        } else if is_that_check {
            Finds::new(Verdict::Contradicted, format!("{how}, and did not run again."))
        } else {
            Finds::new(Verdict::Unsupported, format!("{how}."))
        };
        Some(found.of(self.evidence, &[run]))
    }

    /// Whether the agent owned up to what failed in this run, or it failed before the work: not where it says by a number
    /// that more passed than did.
    fn is_excused(&self, said: &Said<'_>, run: &Run, after: &[&Run]) -> bool {
        let failed_before = self
            .runs
            .iter()
            .any(|base| base.is_base && base.kind == run.kind && base.came != Came::Passed);
        let counts_none = said.claim.around.counts_none;
        let is_disclosed = self.has_disclosed(said)
            || self.has_named(run, said) && !counts_none
            || self.has_left_out(run);
        let is_known = said.excepted || is_disclosed || failed_before && !counts_none;
        let is_more = counts_more_than(said, run.counts.passed, run.counts.failed)
            && !self.is_one_of_several(run, after);
        is_known && !is_more || run.is_script
    }

    /// Whether a run that passed is of what is named, and none that failed.
    fn is_of_another(&self, said: &Said<'_>, failing: &[&Run], after: &[&Run]) -> bool {
        matches!(said.scope, Scope::Named(_))
            && after.iter().any(|run| run.came == Came::Passed && self.is_surely_of(said, run))
            && !failing.iter().any(|run| self.is_surely_of(said, run))
    }

    /// What passed after the last edit.
    fn by_pass(&self, said: &Said<'_>, after: &[&Run]) -> Option<Finds> {
        let passed: Vec<&Run> = after
            .iter()
            .copied()
            .filter(|run| run.came == Came::Passed && said.is_of(run))
            .collect();
        let counted = |run: &&&Run| said.count.is_some() && run.counts.passed == said.count;
        let enough = match said.scope {
            Scope::All => passed
                .iter()
                .find(|run| run.narrowed.is_empty() && !run.is_script)
                .or_else(|| passed.iter().find(counted)),
            _ => passed.last(),
        };
        let Some(run) = enough else {
            let run = passed.last()?;
            let why =
                format!("Only {} ran after the last edit, which is a part.", shown(&run.text));
            return Some(Finds::new(Verdict::Unsupported, why).of(self.evidence, &[run]));
        };
        let sum: u32 = passed.iter().filter_map(|run| run.counts.passed).sum();
        let printed = run.counts.passed;
        let is_other = said.count.is_some_and(|count| {
            printed.is_some_and(|printed| printed != count)
                && sum != count
                && !passed.iter().any(|run| run.counts.passed == Some(count))
        });
        if is_other {
            let (count, printed) = (said.count.unwrap_or(0), printed.unwrap_or(0));
            let why = format!(
                "{} passed after the last edit with {printed} tests, not {count}.",
                shown(&run.text)
            );
            return Some(Finds::new(Verdict::Unsupported, why).of(self.evidence, &[run]));
        }
        let why = format!("{} passed after the last edit.", shown(&run.text));
        Some(Finds::new(Verdict::Supported, why).of(self.evidence, &[run]))
    }

    /// Nothing passed after the last edit: why not.
    fn by_what_is_left(&self, said: &Said<'_>, here: &[&Run], after: &[&Run]) -> Finds {
        if let Some(run) = after.iter().rev().find(|run| said.is_of(run)) {
            let verdict =
                if run.came == Came::Unseen { Verdict::NotChecked } else { Verdict::Unsupported };
            let why = format!("{} {} after the last edit.", shown(&run.text), told(run.came));
            return Finds::new(verdict, why).of(self.evidence, &[run]);
        }
        let is_enough = |run: &&&Run| {
            run.came == Came::Passed
                && said.is_of(run)
                && (*said.scope != Scope::All
                    || run.narrowed.is_empty()
                    || run.counts.passed.is_some() && run.counts.passed == said.count)
        };
        if let Some(run) = here.iter().rev().find(is_enough) {
            let why =
                format!("{} passed before the last edit, and did not run again.", shown(&run.text));
            return Finds::new(Verdict::Stale, why).of(self.evidence, &[run]);
        }
        match here.last() {
            Some(run) => {
                let when = if run.is_after { "after" } else { "before" };
                let why = format!("{} {} {when} the last edit.", shown(&run.text), told(run.came));
                Finds::new(Verdict::Unsupported, why).of(self.evidence, &[run])
            }
            None => {
                Finds::new(Verdict::Unsupported, format!("No run of {} was seen.", said.noun()))
            }
        }
    }
}

/// Whether a run passed with the count that is said. "All 120 tests pass" is of that run only where what failed is a
/// part that stands beside it.
fn is_counted(said: &Said<'_>, failing: &[&Run], after: &[&Run]) -> bool {
    let has_count = |run: &&Run| said.count.is_some() && run.counts.passed == said.count;
    let is_beside = |run: &&Run| {
        let is_part = !run.narrowed.is_empty() || !run.place.is_empty();
        is_part && !after.iter().any(|one| has_count(one) && one.text == run.text)
    };
    after.iter().any(|run| run.came == Came::Passed && has_count(run))
        && (*said.scope != Scope::All || failing.iter().all(is_beside))
}

/// Whether more tests are said to pass than did, of all that ran.
fn counts_more_than(said: &Said<'_>, passed: Option<u32>, failed: Option<u32>) -> bool {
    let (Some(count), Some(passed), Some(failed)) = (said.count, passed, failed) else {
        return false;
    };
    let is_whole = matches!(said.scope, Scope::All | Scope::Unsaid);
    is_whole && said.check == Some(CheckKind::Test) && count > passed && count <= passed + failed
}

fn counts_more(said: &Said<'_>, work: &Ending) -> bool {
    match work {
        Ending::Named { failed, passed } => {
            counts_more_than(said, Some(*passed), u32::try_from(failed.len()).ok())
        }
        _ => false,
    }
}

fn overlaps(one: &[String], other: &[String]) -> bool {
    one.iter().any(|part| other.iter().any(|other| other.starts_with(part.as_str())))
}
