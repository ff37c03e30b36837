//! What is said of checks: that they pass, that they were run, that the fault shows no more.

mod ended;

use super::super::lexicon::{
    EXCEPTED, FAILING, NEGATIONS, PASSING, RAN, VERIFIED, change, is_reference,
};
use super::super::mood::{Mood, clause, is_conditional, is_of_before, mood};
use super::super::nouns::{Extent, Noun, bound, extent, noun};
use super::super::sentence::{Kind, Sentence, Word};
use super::super::{Admission, ClaimKind, Scope};
use super::changes::is_told;
use super::plain::is_plain;
use super::tells::{
    file_after, finds_nothing, is_attribute, is_calm, is_counted_short, is_full_count,
    is_intransitive, is_test_name, listed, repeats, ticked,
};
use crate::check::CheckKind;

/// What the sentence says of checks, and what of it is said plainly.
pub(super) fn read(sentence: &Sentence<'_>) -> (Vec<ClaimKind>, Vec<ClaimKind>) {
    if is_conditional(&sentence.words) || is_of_before(&sentence.words) {
        return Default::default();
    }
    let mut reader = Reader {
        words: &sentence.words,
        tells_exits: sentence.tells_exits,
        subjects: Vec::new(),
        ran: Vec::new(),
        made: Vec::new(),
        is_but_for: false,
        meant: Vec::new(),
        doing: None,
        done_at: 0,
        since: 0,
        out: Vec::new(),
        plain: Vec::new(),
    };
    let mut at = 0;
    while at < sentence.words.len() {
        at += reader.step(at);
    }
    if reader.out.is_empty() {
        let ticked = ticked(&sentence.words);
        for (noun, place) in listed(&sentence.words).into_iter().chain(ticked) {
            reader.say(Mood::Said, vec![(noun, place)], place + 1, false);
        }
    }
    let plain = std::mem::take(&mut reader.plain);
    let mut told = reader.end(sentence);
    // An empty box, a cross or a warning before the words: they are not claimed to be so.
    if sentence.words.first().is_some_and(|first| first.kind == Kind::Bad) {
        told.retain(|kind| !matches!(kind, ClaimKind::Passes { .. }));
    }
    (told, plain)
}

/// What was done to the nouns that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Ran,
    Verified,
    /// Something else: they are its object, not what passes.
    Other,
}

/// A check's noun, where it stands.
struct Subject {
    noun: Noun,
    at: usize,
}

struct Reader<'s, 't> {
    words: &'s [Word<'t>],
    /// It is a row of a table that tells of exit codes.
    tells_exits: bool,
    subjects: Vec<Subject>,
    ran: Vec<Subject>,
    /// What was added or changed.
    made: Vec<Subject>,
    /// What failed before is told beside what is new.
    is_but_for: bool,
    /// What was named before a semicolon: "they" after it are those.
    meant: Vec<Subject>,
    doing: Option<Doing>,
    /// Where that was said.
    done_at: usize,
    /// Where the last predicate ended.
    since: usize,
    out: Vec<ClaimKind>,
    /// What of it is said plainly.
    plain: Vec<ClaimKind>,
}

impl Reader<'_, '_> {
    /// Reads the word at `at`; how many words it took.
    fn step(&mut self, at: usize) -> usize {
        let word = &self.words[at];
        let is_all_but = word.is("but") && self.is_after(at, &["all", "everything", "nothing"]);
        if word.is_in(&[";", "but", "however", "though", "although", "."]) && !is_all_but {
            let before = std::mem::take(&mut self.subjects);
            self.meant = if word.is(";") { before } else { Vec::new() };
            self.doing = None;
            self.since = at + 1;
            return 1;
        }
        if let Some(len) = self.compiled(at).or_else(|| self.exited(at)) {
            return len;
        }
        if word.is("(") && self.doing == Some(Doing::Other) {
            self.doing = None;
        }
        if let Some((noun, len)) = noun(self.words, at) {
            self.noun(noun, at);
            return len;
        }
        if word.kind == Kind::Name && self.doing == Some(Doing::Ran) && word.text.contains(' ') {
            self.ran.push(Subject { noun: Noun::Check(None, Some(word.text.to_owned())), at });
            return 1;
        }
        // "The tests I ran" says which tests.
        let is_relative = at > 1
            && self.words[at - 1].is_in(&["i", "we", "i've"])
            && self.subjects.last().is_some_and(|subject| subject.at + 3 > at);
        if is_relative && word.is_in(&RAN) {
            return 1;
        }
        if word.is_in(&RAN) && !self.subjects.is_empty() && is_intransitive(self.words, at) {
            return 1;
        }
        if word.is_in(&RAN)
            || word.is("run") && self.is_after(at, &["have", "has", "been", "was", "were", "i've"])
        {
            self.does(Doing::Ran, at);
        } else if word.is_in(&VERIFIED) {
            self.does(Doing::Verified, at);
        } else if change(word).is_some_and(|(_, form)| is_told(self.words, at, form, true)) {
            self.does(Doing::Other, at);
        } else if word.is_in(&["that", "and", ","]) && self.doing == Some(Doing::Other) {
            self.doing = None;
        } else if let Some(len) = self.predicate(at) {
            return len;
        }
        1
    }

    fn is_after(&self, at: usize, list: &[&str]) -> bool {
        self.words[at.saturating_sub(3)..at].iter().any(|word| word.is_in(list))
    }

    fn does(&mut self, doing: Doing, at: usize) {
        let said = mood(self.words, clause(self.words, at).max(self.since), at);
        self.doing = Some(if said == Mood::Said { doing } else { Doing::Other });
        self.done_at = at;
        self.subjects.clear();
    }

    fn noun(&mut self, noun: Noun, at: usize) {
        if self.doing == Some(Doing::Other) {
            self.made.push(Subject { noun, at });
            return;
        }
        if self.doing == Some(Doing::Ran) {
            self.ran.push(Subject { noun: noun.clone(), at });
        }
        let is_with = self.words[self.done_at..at].iter().any(|word| {
            word.is_in(&["with", "using", "via", "by", "running", "through", "against"])
        });
        if self.breaks_nothing(at) {
            let passes = match noun {
                Noun::Check(kind, _) => self.passes(kind, &noun, at, at + 1),
                Noun::Script(_) => return,
            };
            self.out.push(passes);
            return;
        }
        if self.doing == Some(Doing::Verified) && is_with {
            match &noun {
                Noun::Script(name) => {
                    self.out.push(ClaimKind::Reproduced { script: name.clone() });
                }
                Noun::Check(kind, _) => {
                    let passes = self.passes(*kind, &noun, at, at + 1);
                    self.out.push(passes);
                }
            }
            return;
        }
        self.subjects.push(Subject { noun, at });
    }

    /// "Does not introduce regressions in the existing …".
    fn breaks_nothing(&self, at: usize) -> bool {
        let near = at.saturating_sub(6);
        let Some(place) =
            self.words[near..at].iter().position(|word| word.is_in(&["regression", "regressions"]))
        else {
            return false;
        };
        let place = near + place;
        let from = clause(self.words, place).max(self.since).min(place);
        let before = &self.words[from..place];
        let is_none = before.iter().any(|word| word.is("no") || word.is_in(&NEGATIONS));
        is_none && matches!(mood(self.words, from, place), Mood::Said | Mood::Denied)
    }

    /// A predicate at `at`, and how many words it takes.
    fn predicate(&mut self, at: usize) -> Option<usize> {
        let word = &self.words[at];
        let next = self.words.get(at + 1);
        if word.kind == Kind::Good || word.kind == Kind::Bad {
            let said = if word.kind == Kind::Good { Mood::Said } else { Mood::Denied };
            // A mark before the words speaks of what follows, which says it again.
            let (subjects, is_first) = (self.subjects(), at == 0);
            if !subjects.is_empty() && !is_first {
                self.say(said, subjects, at, true);
            }
            return Some(1);
        }
        if let Some(len) = self.none(at) {
            return Some(len);
        }
        if is_full_count(self.words, at) && !self.subjects.is_empty() {
            let said = mood(self.words, clause(self.words, at).max(self.since).min(at), at);
            self.say(said, self.subjects(), at + 1, true);
            return Some(1);
        }
        let works = word.is_in(&["works", "work"])
            && next
                .is_none_or(|next| next.is_break() || next.is_in(&["and", "again", "now", "too"]));
        let is_done = word.is("successfully")
            && at > 0
            && self.words[at - 1].is_in(&[
                "completed",
                "completes",
                "ran",
                "runs",
                "run",
                "finished",
                "finishes",
                "passed",
                "passes",
                "executed",
                "builds",
                "built",
            ]);
        let is_quiet = !self.subjects.is_empty()
            && (is_calm(self.words, at) || finds_nothing(self.words, at) && !self.is_of_tests());
        let passes = works
            || is_done
            || is_quiet
            || word.is_in(&PASSING) && !self.hands_over(next) && !is_attribute(self.words, at);
        let broke = word.is("broke") && next.is_none_or(Word::is_break);
        let fails = broke || word.is_in(&FAILING) && !self.is_named_failure(at);
        if !passes && !fails {
            return None;
        }
        self.ends_with(at, passes);
        Some(1)
    }

    /// Whether the last check that was named is of tests: those find nothing, whatever they say.
    fn is_of_tests(&self) -> bool {
        let last = self.subjects.last().map(|subject| &subject.noun);
        matches!(last, Some(Noun::Check(Some(CheckKind::Test) | None, _)))
    }

    /// "passed `x` to `f`", "clean up", "passes the value": another meaning.
    fn hands_over(&self, next: Option<&Word<'_>>) -> bool {
        next.is_some_and(|next| {
            next.kind == Kind::Name
                || next.is_in(&[
                    "the", "a", "an", "it", "to", "through", "up", "along", "via", "down", "into",
                    "or", "rate", "rates", "count", "criteria", "state",
                ])
        })
    }

    /// "errors" and "failures" are things unless somebody counts them; "failing test" names a test.
    fn is_named_failure(&self, at: usize) -> bool {
        let word = &self.words[at];
        let before = at.checked_sub(1).map(|before| &self.words[before]);
        let is_thing = word.is_in(&["error", "errors", "failure", "failures"]);
        let counted = before.is_some_and(|before| before.kind == Kind::Number);
        let names = self.words.get(at + 1).is_some_and(|next| {
            next.is_in(&["test", "tests", "to", "case", "cases", "assertion", "with", "check"])
        });
        (names || is_thing) && !counted
    }

    fn ends_with(&mut self, at: usize, passes: bool) {
        let from = clause(self.words, at).max(self.since).min(at);
        let mut said = mood(self.words, from, at);
        let before = &self.words[from..at];
        let last = before.last();
        let is_count = last.is_some_and(|last| last.kind == Kind::Number);
        let is_none = before
            .iter()
            .any(|word| word.is_in(&["no", "none", "zero", "nothing", "longer", "never"]))
            || is_count && last.is_some_and(|last| last.small == "0");
        if !passes {
            said = match said {
                Mood::Said | Mood::Denied if is_none || said == Mood::Denied => Mood::Said,
                Mood::Said => Mood::Denied,
                other => other,
            };
            // What failed before, and is mended, is told of as it was.
            if before.iter().any(|word| word.is_in(&["was", "were", "had"])) && said == Mood::Denied
            {
                said = Mood::Elsewhere;
            }
        }
        // "The tests that were passing" says which tests are meant.
        let is_relative = before.windows(2).any(|pair| {
            pair[0].is_in(&["that", "which"]) && pair[1].is_in(&["was", "were", "are", "had"])
        });
        // "Tests that pass are listed" says so, too; "the tests, which pass" does not.
        let is_relative = is_relative
            || passes
                && before.len() > 1
                && last.is_some_and(|last| last.is_in(&["that", "which"]));
        let was_once = passes && before.iter().any(|word| word.is("had"));
        if is_relative || was_once {
            self.since = at + 1;
            return;
        }
        let mut subjects = self.subjects();
        let own = before
            .iter()
            .rposition(|word| !word.is_in(&["now", "also", "again", "still", "both", "all"]));
        if subjects.is_empty()
            && let Some(own) = own.filter(|own| is_test_name(&before[*own]))
        {
            subjects.push((Noun::Check(Some(CheckKind::Test), None), from + own));
        }
        let is_of_tests = self.words[at].is_in(&PASSING)
            || self.words[at].is_in(&["failed", "failing", "failures", "failure", "fail", "fails"]);
        let is_bare_all = passes
            && at + 2 >= self.words.len()
            && matches!(before, [only] if only.is_in(&["all", "everything"]));
        if subjects.is_empty() && (is_count && is_of_tests || is_bare_all && self.ran.is_empty()) {
            subjects.push((Noun::Check(Some(CheckKind::Test), None), at));
        }
        if subjects.is_empty()
            && before
                .iter()
                .any(|word| word.is_in(&["all", "they", "everything", "these", "which"]))
            && !is_bare_all
        {
            let meant = [&mut self.ran, &mut self.made, &mut self.meant];
            let meant = meant.into_iter().find(|meant| !meant.is_empty());
            let meant = meant.map(std::mem::take).unwrap_or_default();
            subjects = meant.into_iter().map(|subject| (subject.noun, subject.at)).collect();
        }
        if passes && is_counted_short(before) {
            said = Mood::Denied;
        }
        self.say(said, subjects, at, passes || said == Mood::Denied);
    }

    fn subjects(&self) -> Vec<(Noun, usize)> {
        self.subjects.iter().map(|subject| (subject.noun.clone(), subject.at)).collect()
    }

    fn say(&mut self, said: Mood, subjects: Vec<(Noun, usize)>, at: usize, ends: bool) {
        for (noun, place) in subjects {
            let kind = match (said, &noun) {
                (Mood::Elsewhere, _) => continue,
                (Mood::Denied, _) => ClaimKind::Admission { of: Admission::Failing },
                (Mood::Unsure, _) => ClaimKind::Admission { of: Admission::Unsure },
                (Mood::Said, Noun::Script(name)) => ClaimKind::Reproduced { script: name.clone() },
                (Mood::Said, Noun::Check(kind, _)) => self.passes(*kind, &noun, place, at),
            };
            self.out.push(kind);
        }
        if ends {
            self.since = at + 1;
        }
    }

    fn passes(
        &mut self,
        check: Option<CheckKind>,
        noun: &Noun,
        place: usize,
        at: usize,
    ) -> ClaimKind {
        let from = clause(self.words, place);
        let at = at.min(self.words.len());
        let count =
            self.words[from.min(at)..at].iter().rev().find(|word| word.kind == Kind::Number);
        let count =
            count.and_then(|word| word.small.split('/').next()?.replace(',', "").parse().ok());
        let count = count.filter(|count| *count > 0 && check != Some(CheckKind::Lint));
        let scope = self.scope(check, noun, from, place, at);
        let kind = ClaimKind::Passes { check, scope, count, excepted: false };
        if is_plain(self.words, place, at) {
            self.plain.push(kind.clone());
        }
        kind
    }

    fn scope(
        &self,
        check: Option<CheckKind>,
        noun: &Noun,
        from: usize,
        place: usize,
        at: usize,
    ) -> Scope {
        let bound = bound(self.words, place, at);
        if let Noun::Check(_, Some(command)) = noun {
            // "`npm test` is green for `api`" is of that alone.
            let after = &self.words[at.min(self.words.len())..];
            let is_named = |bound: &String| {
                after.iter().any(|word| word.kind == Kind::Name && word.text == bound)
            };
            return Scope::Named(vec![bound.filter(is_named).unwrap_or_else(|| command.clone())]);
        }
        if let Some(bound) = bound {
            return Scope::Named(vec![bound]);
        }
        if check.is_none() {
            return Scope::All;
        }
        let is_subject = |word: &&Word<'_>| {
            word.kind == Kind::Name && is_reference(word.text) && word.small != "typescript"
        };
        let near = &self.words[place.saturating_sub(1).max(from)..at.max(place)];
        let names: Vec<String> =
            near.iter().filter(is_subject).map(|word| word.text.to_owned()).collect();
        if !names.is_empty() {
            return Scope::Named(names);
        }
        if let Some(file) = file_after(self.words, at) {
            return Scope::Named(vec![file]);
        }
        let extent = extent(self.words, from, place);
        if let Extent::Suite(name) = extent {
            return Scope::Named(vec![name]);
        }
        let between = &self.words[place.min(at)..at];
        let has = |list: &[&str]| between.iter().any(|word| word.is_in(list));
        let own = between
            .windows(2)
            .find(|pair| pair[0].is_in(&["i", "we", "i've"]) && pair[1].kind == Kind::Plain);
        if let Some([who, what]) = own {
            return Scope::Named(vec![format!("{} {}", who.text, what.text)]);
        }
        if matches!(extent, Extent::Unsaid) && has(&["all"]) && !has(&["they", "these", "those"]) {
            return Scope::All;
        }
        match extent {
            Extent::All => Scope::All,
            Extent::Some => Scope::Some,
            Extent::Suite(_) | Extent::Unsaid => Scope::Unsaid,
        }
    }

    /// What was said, with what is excepted in the same sentence; a run whose result is told is no claim of its own.
    fn end(mut self, sentence: &Sentence<'_>) -> Vec<ClaimKind> {
        let words = &sentence.words;
        let has = |list: &[&str]| words.iter().any(|word| word.is_in(list));
        let all_but =
            words.windows(2).any(|pair| pair[0].is_in(&["all", "everything"]) && pair[1].is("but"));
        let failed_before =
            has(&FAILING) && has(&["before", "previously", "main", "master", "baseline"]);
        let is_excepted = has(&EXCEPTED) || all_but || failed_before || self.is_but_for;
        let fails = self.out.contains(&ClaimKind::Admission { of: Admission::Failing });
        for kind in &mut self.out {
            if let ClaimKind::Passes { excepted, .. } = kind {
                *excepted = is_excepted || fails;
            }
        }
        let mut told: Vec<ClaimKind> = Vec::new();
        for kind in std::mem::take(&mut self.out) {
            if !told.iter().any(|before| repeats(&kind, before)) {
                told.push(kind);
            }
        }
        self.out = told;
        for subject in std::mem::take(&mut self.ran) {
            let (check, command) = match subject.noun {
                Noun::Check(check, command) => (check, command),
                Noun::Script(Some(name)) => (None, Some(name)),
                Noun::Script(None) => continue,
            };
            let is_told = self.out.iter().any(|kind| {
                matches!(kind, ClaimKind::Passes { check: said, .. } if *said == check || said.is_none())
            });
            if !is_told {
                self.out.push(ClaimKind::Ran { command, check });
            }
        }
        self.out
    }
}
