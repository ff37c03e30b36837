//! Ways to say how a check ended that need no word such as "passes": it compiles, exits with 0, finds no errors.

use super::super::super::lexicon::{COMPILED, NONE, TROUBLE};
use super::super::super::mood::{Mood, clause, mood};
use super::super::super::nouns::{Noun, noun};
use super::super::super::sentence::{Kind, Word};
use super::super::tells::{none_new, of_errors};
use super::Reader;
use crate::check::CheckKind;

/// What stands before "compiles" and is not what does.
const NO_SUBJECT: [&str; 16] = [
    "which", "that", "and", "not", "never", "only", "longer", "who", "barely", "was", "were",
    "then", "the", "have", "has", "had",
];

impl Reader<'_, '_> {
    /// "It compiles", "the project builds cleanly".
    pub(super) fn compiled(&mut self, at: usize) -> Option<usize> {
        let word = &self.words[at];
        let is_verb = word.is_in(&[
            "compiles",
            "compiled",
            "builds",
            "built",
            "typechecks",
            "type-checks",
            "lints",
            "formatted",
        ]);
        let before = at.checked_sub(1).map(|before| &self.words[before])?;
        let before = if before.is_in(&["now", "still", "also", "and"])
            || word.is("formatted") && before.is_in(&["is", "are"])
        {
            self.words.get(at.checked_sub(2)?)?
        } else {
            before
        };
        let is_compiling = word.is_in(&["compiles", "compiled", "typechecks", "type-checks"])
            && (before.kind == Kind::Plain || before.small == "typescript")
            && before.small.len() > 2
            && !before.is_in(&NO_SUBJECT);
        let named = noun(self.words, at - 1).map(|found| found.0);
        let is_build = matches!(named, Some(Noun::Check(Some(CheckKind::Build), Some(_))));
        if is_verb && is_build && word.is_in(&["compiles", "compiled", "builds", "built"]) {
            let said = mood(self.words, clause(self.words, at), at);
            self.say(said, self.subjects(), at, true);
            return Some(1);
        }
        if !is_verb || !(before.is_in(&COMPILED) || is_compiling) {
            return None;
        }
        let check = match word.small.as_str() {
            "typechecks" | "type-checks" => CheckKind::Types,
            "lints" => CheckKind::Lint,
            "formatted" => CheckKind::Format,
            _ if before.small == "typescript" => CheckKind::Types,
            _ => CheckKind::Build,
        };
        let said = mood(self.words, clause(self.words, at), at);
        let from = clause(self.words, at);
        // What compiles is not said to pass by what follows.
        self.subjects.retain(|subject| subject.at + 3 < at);
        self.say(said, vec![(Noun::Check(Some(check), None), from)], at, false);
        Some(1)
    }

    /// "Exit code 0", "exits with 0"; in a table that tells of exit codes, a number is one.
    pub(super) fn exited(&mut self, at: usize) -> Option<usize> {
        let word = &self.words[at];
        let is_exit = word.is_in(&["exit", "exits", "exited", "rc"])
            || word.is_in(&["return", "returns", "returned"])
                && self
                    .words
                    .get(at + 1)
                    .is_some_and(|next| next.kind == Kind::Number || next.is("code"));
        let is_cell =
            self.tells_exits && word.kind == Kind::Number && at > 0 && self.words[at - 1].is("|");
        if !is_exit && !is_cell {
            return None;
        }
        let rest = &self.words[at..];
        let len = rest.iter().take(5).position(|word| word.kind == Kind::Number)?;
        let is_between = |word: &Word<'_>| {
            word.is_in(&["code", "status", "with", "of", ":", "a", "|", "was", "is"])
        };
        if len > 1 && !rest[1..len].iter().all(is_between) {
            return None;
        }
        let from = clause(self.words, at).max(self.since).min(at);
        let said = match mood(self.words, from, at) {
            Mood::Said if rest[len].small == "0" => Mood::Said,
            Mood::Said => Mood::Denied,
            other => other,
        };
        let subjects = self.subjects();
        self.say(said, subjects, at, true);
        Some(len + 1)
    }

    /// "No failures", "0 errors", "no new ones": how many words say so.
    pub(super) fn none(&mut self, at: usize) -> Option<usize> {
        let word = &self.words[at];
        if let Some(len) = none_new(self.words, at) {
            let said = mood(self.words, clause(self.words, at).max(self.since).min(at), at);
            let test = || vec![(Noun::Check(Some(CheckKind::Test), None), at)];
            let subjects = if self.subjects.is_empty() { test() } else { self.subjects() };
            self.say(said, subjects, at + len, true);
            self.is_but_for = true;
            return Some(len);
        }
        if let Some(found) = self.broken(at) {
            return Some(found);
        }
        let none_of = (word.is_in(&NONE) || word.kind == Kind::Number && word.small == "0")
            && self.words[at + 1..].iter().take(3).any(|word| word.is_in(&TROUBLE));
        if none_of && !word.is("any") {
            let trouble = self.words[at + 1..].iter().take(3).position(|word| word.is_in(&TROUBLE));
            let len = trouble.unwrap_or(0) + 2;
            let mut subjects = self.subjects();
            // "No test failures" names its check between the two.
            let end = (at + len + 1).min(self.words.len());
            let named = (at + 1..end).find_map(|place| {
                noun(self.words, place).map(|found| found.0).or_else(|| {
                    let kind = of_errors(&self.words[place])?;
                    Some(Noun::Check(Some(kind), None))
                })
            });
            if subjects.is_empty() {
                subjects.extend(named.map(|noun| (noun, clause(self.words, at))));
            }
            let is_regression = self.words[at + len - 1].is_in(&["regression", "regressions"]);
            let is_test =
                self.words.get(at + len).is_some_and(|next| next.is_in(&["test", "tests"]));
            if subjects.is_empty() && is_regression && !is_test {
                subjects.push((Noun::Check(Some(CheckKind::Test), None), at));
            }
            if subjects.is_empty() {
                return None;
            }
            let from = clause(self.words, at).max(self.since).min(at);
            let said = mood(self.words, from, at);
            self.say(said, subjects, at + len, true);
            return Some(len);
        }
        None
    }

    /// "Breaks no tests", "does not break any of the tests".
    fn broken(&mut self, at: usize) -> Option<usize> {
        let word = &self.words[at];
        let object = self.words.get(at + 1)?;
        let from = clause(self.words, at).max(self.since).min(at);
        let before = mood(self.words, from, at);
        let is_none = word.is_in(&["breaks", "broke"]) && object.is("no") && before == Mood::Said;
        let is_not = word.is_in(&["break", "broken"]) && object.is("any") && before == Mood::Denied;
        let place = (at + 2..self.words.len().min(at + 6)).find(|place| {
            let found = noun(self.words, *place).map(|found| found.0);
            matches!(found, Some(Noun::Check(Some(CheckKind::Test), None)))
        })?;
        let is_plain = self.words[at + 2..place]
            .iter()
            .all(|word| word.is_in(&["of", "the", "existing", "other", "unit", "our"]));
        if !(is_none || is_not) || !is_plain {
            return None;
        }
        let subject = vec![(Noun::Check(Some(CheckKind::Test), None), place)];
        self.say(Mood::Said, subject, place + 1, true);
        Some(place + 1 - at)
    }
}
