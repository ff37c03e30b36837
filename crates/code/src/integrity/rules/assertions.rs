//! Assertions that say less than they did, and expectations that are others.

mod said;

use std::collections::BTreeSet;

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::assertion::{Assertion, Strength, is_asserting, squeezed};
use crate::integrity::compared::{Change, Compared};
use crate::integrity::expression::is_nothing;
use crate::integrity::source::Test;
use crate::integrity::tests_of::Tests;
use crate::integrity::{Candidate, Found, gone, spot};
use said::{is_more, is_said_alike, is_thinned, literals, wildcards};

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    let tests = Tests::of(change);
    // What another test newly asserts has moved there.
    let all = tests.kept.iter().map(|(_, new)| new).chain(&tests.come);
    let elsewhere: BTreeSet<(String, String)> = all
        .flat_map(|new| {
            new.test.assertions.iter().filter(|one| change.files[new.file].is_come(one.line))
        })
        .map(|one| (one.subject.clone(), one.expected.clone()))
        .collect();
    for (old, new) in &tests.kept {
        if old.test.is_group || (old.test.body == new.test.body && !new.test.is_table) {
            continue;
        }
        // What a test says that does not run any more is another rule's.
        if old.test.skips.is_empty() && new.test.skips.iter().any(|skip| skip.condition.is_none()) {
            continue;
        }
        let pair = Pair {
            old: old.test,
            new: new.test,
            file: &change.files[new.file],
            elsewhere: &elsewhere,
        };
        pair.compare(found);
    }
}

/// Characters from which on two assertions begin alike.
const ALIKE_FROM: usize = 12;

/// A test before and now.
struct Pair<'c, 't> {
    old: &'c Test,
    new: &'c Test,
    file: &'c Compared<'t>,
    elsewhere: &'c BTreeSet<(String, String)>,
}

impl<'c> Pair<'c, '_> {
    fn compare(&self, found: &mut Found) {
        let mut news: Vec<&Assertion> = self.new.assertions.iter().collect();
        let mut olds: Vec<&Assertion> = Vec::new();
        for old in &self.old.assertions {
            match news.iter().position(|new| new.key() == old.key()) {
                Some(at) => {
                    news.remove(at);
                }
                None => olds.push(old),
            }
        }
        let mut lost: Vec<&Assertion> = Vec::new();
        for old in olds {
            match self.partner(old, &news) {
                Some(at) => {
                    let new = news.remove(at);
                    self.differ(old, new, found);
                }
                None => lost.push(old),
            }
        }
        self.replaced(&lost, &news, found);
        self.fewer(&lost, &news, found);
        self.values(found);
    }

    /// The assertion that stands for another one now.
    fn partner(&self, old: &Assertion, news: &[&Assertion]) -> Option<usize> {
        let same = |new: &&Assertion| new.subject == old.subject;
        let within = |new: &&Assertion| {
            old.strength != Strength::Elsewhere
                && old.subject.len() >= 2
                && (new.subject.contains(&*old.subject) || related(&old.subject, &new.subject))
        };
        // Among those with the same subject, one that expects the same.
        let exact = news.iter().position(|new| same(new) && new.expected == old.expected);
        exact.or_else(|| news.iter().position(same)).or_else(|| {
            let is_next = |new: &&Assertion| {
                within(new) && new.strength < old.strength && new.expected != old.expected
            };
            news.iter().position(is_next)
        })
    }

    fn differ(&self, old: &Assertion, new: &Assertion, found: &mut Found) {
        let is_weaker = new.strength < old.strength
            && old.strength != Strength::Elsewhere
            && !(old.strength == Strength::Near && new.strength == Strength::Partial)
            && !is_nothing(&old.expected);
        let place = spot(self.file.path(), new.line);
        if is_weaker && self.file.is_come(new.line).max(self.file.is_come(new.end)) {
            if (old.strength, new.strength) == (Strength::Exact, Strength::Near) {
                let words =
                    format!("`{}` compared exactly, and takes what is near now.", self.new.name);
                found.findings.push(finding(
                    Rule::ToleranceWidened,
                    place,
                    words,
                    &old.text,
                    &new.text,
                ));
                return;
            }
            if self.is_covered(old) {
                return;
            }
            let words = format!(
                "`{}` checks less: what was compared now {}.",
                self.new.name,
                new.strength.words()
            );
            found.findings.push(finding(
                Rule::AssertionWeakened,
                place,
                words,
                &old.text,
                &new.text,
            ));
        } else if (new.strength == old.strength || is_nothing(&old.expected))
            && new.expected != old.expected
        {
            let is_wider = new.expected.starts_with('(')
                && new.expected.contains(&*old.expected)
                && old.subject == "raises";
            if is_wider {
                let words = format!("`{}` takes more kinds of errors.", self.new.name);
                found.findings.push(finding(
                    Rule::AssertionWeakened,
                    place,
                    words,
                    &old.text,
                    &new.text,
                ));
            } else if self.file.is_come(new.line)
                || self.file.is_come(new.end)
                || old.line != old.end
            {
                self.differ_in_value(old, new, found);
            }
        }
    }

    /// Two assertions of one kind on one thing, that expect another value, or less of it.
    fn differ_in_value(&self, old: &Assertion, new: &Assertion, found: &mut Found) {
        let is_handed_on = old.strength == Strength::Elsewhere
            && new.strength == Strength::Elsewhere
            && !is_asserting(&old.subject);
        let is_any = wildcards(&old.text) < wildcards(&new.text);
        if is_any || is_thinned(old, new) {
            let words = if is_any {
                format!("`{}` takes any value where it took one.", self.new.name)
            } else {
                format!("`{}` asks for less of the same.", self.new.name)
            };
            let place = spot(self.file.path(), new.line);
            found.findings.push(finding(
                Rule::AssertionWeakened,
                place,
                words,
                &old.text,
                &new.text,
            ));
        } else if !is_handed_on {
            self.candidate(new.line, &old.text, &new.text, found);
        }
    }

    fn candidate(&self, line: u32, before: &str, after: &str, found: &mut Found) {
        let is_same = squeezed(before) != squeezed(after) && is_said_alike(before, after);
        let is_other = !is_same && !is_more(before, after);
        if !is_other || !has_literal(before) && !has_literal(after) {
            return;
        }
        let words = format!("What `{}` expects is another value.", self.new.name);
        let place = spot(self.file.path(), line);
        let finding = finding(Rule::ExpectationRewritten, place, words, before, after);
        found.candidates.push(Candidate { test: self.new.path.clone(), finding });
    }

    /// Whether the test still says the same in another way: its values stand in another assertion.
    fn is_covered(&self, old: &Assertion) -> bool {
        let is_in = |new: &Assertion| {
            new.strength >= Strength::Near
                && !old.expected.is_empty()
                && squeezed(&new.text).contains(&*old.expected)
                && (new.strength == Strength::Elsewhere || related(&old.subject, &new.subject))
        };
        let moved = self.elsewhere.contains(&(old.subject.clone(), old.expected.clone()));
        moved || self.new.assertions.iter().any(is_in)
    }

    /// Assertions in the same place that begin alike: they speak of another value.
    fn replaced(&self, lost: &[&Assertion], come: &[&Assertion], found: &mut Found) {
        let head =
            |one: &Assertion| -> String { squeezed(&one.text).chars().take(ALIKE_FROM).collect() };
        let hunk_of = |old: &Assertion, new: &Assertion| {
            let mut hunks = self.file.hunks.iter();
            hunks.any(|hunk| hunk.old.contains(&old.line) && hunk.new.contains(&new.line))
        };
        if self.new.is_table && !self.old.is_table {
            return;
        }
        for old in lost {
            let new = come.iter().find(|new| {
                let is_other = old.expected != new.expected || old.expected.is_empty();
                is_other
                    && head(new) == head(old)
                    && hunk_of(old, new)
                    && new.strength == old.strength
            });
            if let Some(new) = new {
                self.candidate(new.line, &old.text, &new.text, found);
            }
        }
    }

    /// Assertions that went without others in their place.
    fn fewer(&self, lost: &[&Assertion], come: &[&Assertion], found: &mut Found) {
        let becomes_table = self.new.is_table && !self.old.is_table;
        let is_snapshot = |one: &Assertion| {
            one.text.to_ascii_lowercase().contains("snapshot") && self.file.is_come(one.line)
        };
        let has_snapshot = self.new.assertions.iter().any(is_snapshot);
        let lost: Vec<&&Assertion> = lost
            .iter()
            .filter(|one| self.file.is_gone(one.line) || self.file.is_gone(one.end))
            .filter(|one| one.strength > Strength::Vacuous && !self.is_covered(one))
            .collect();
        let come_count = come.iter().filter(|one| one.strength > Strength::Vacuous).count();
        if becomes_table || has_snapshot {
            return;
        }
        self.thinner(&lost, come, found);
        if lost.len() <= come_count {
            return;
        }
        // One comparison of a whole says what several said of its parts.
        let is_whole = lost.len() > 1
            && come.iter().any(|new| {
                let text = squeezed(&new.text);
                let said = lost
                    .iter()
                    .filter(|one| !one.expected.is_empty() && text.contains(&*one.expected));
                // `list == List([])` says what `list.len()` and `list.first` said.
                let is_of_all = new.subject.len() > 1
                    && lost.iter().all(|one| {
                        one.subject.strip_prefix(&*new.subject).is_some_and(|rest| {
                            rest.is_empty() || rest.starts_with(['.', '[', '('])
                        })
                    });
                (new.strength >= Strength::Near && said.count() * 2 >= lost.len())
                    || (new.strength == Strength::Exact && is_of_all)
            });
        let Some(first) = lost.first().filter(|_| !is_whole) else { return };
        let is_helped = come.iter().any(|one| one.strength == Strength::Elsewhere)
            && come.iter().any(|one| {
                lost.iter().any(|lost| {
                    one.text.contains(lost.subject.split(['.', '(']).next().unwrap_or("\0"))
                })
            });
        // A helper that is new in the file holds what the test said itself.
        let is_helped = is_helped
            || come
                .iter()
                .any(|one| one.strength == Strength::Elsewhere && self.is_made(&one.subject));
        let is_smoke = self.new.is_smoke && lost.iter().all(|one| one.strength == Strength::Exists);
        if is_helped || is_smoke || self.is_unseen() {
            return;
        }
        let count = lost.len();
        let path = self.file.file.old_path.unwrap_or(self.file.path());
        let words = match (count, self.new.assertions.len()) {
            (_, 0) => format!("`{}` asserts nothing any more.", self.new.name),
            (1, _) => format!("`{}` lost an assertion.", self.new.name),
            _ => format!("`{}` lost {count} assertions.", self.new.name),
        };
        let before: Vec<&str> = lost.iter().map(|one| one.text.as_str()).collect();
        found.findings.push(finding(
            Rule::AssertionWeakened,
            gone(path, first.line),
            words,
            &before.join("\n"),
            "",
        ));
    }

    /// Whether a function of this name is newly made in the file.
    fn is_made(&self, name: &str) -> bool {
        let name = name.rsplit(['.', ':']).next().unwrap_or(name);
        let made = [format!("func {name}("), format!("def {name}("), format!("fn {name}")];
        let other = [format!("function {name}("), format!("const {name} ="), format!("{name} = (")];
        name.len() > 2
            && self
                .file
                .come_lines()
                .any(|(_, line)| made.iter().chain(&other).any(|made| line.contains(made.as_str())))
    }

    /// A comparison of values that went, where nothing but looks at parts came, however many.
    fn thinner(&self, lost: &[&&Assertion], come: &[&Assertion], found: &mut Found) {
        let values: Vec<&&&Assertion> = lost
            .iter()
            .filter(|one| one.strength == Strength::Exact && one.expected.len() > 1)
            .filter(|one| !is_nothing(&one.expected) && one.subject != "raises")
            .collect();
        let come: Vec<&&Assertion> =
            come.iter().filter(|one| self.file.is_come(one.line)).collect();
        let is_thin = |one: &&&Assertion| one.strength <= Strength::Partial;
        let is_only_left = values.len() == lost.len() && lost.len() <= come.len();
        let Some(first) = values.first().filter(|_| is_only_left) else { return };
        if !come.iter().all(is_thin) || self.is_unseen() {
            return;
        }
        // Where each value still stands in what came, it is said in pieces.
        let pieces = literals(&first.expected);
        let said: Vec<String> = come.iter().flat_map(|one| literals(&one.text)).collect();
        if !pieces.is_empty() && pieces.iter().all(|piece| said.contains(piece)) {
            return;
        }
        let words =
            format!("`{}` checks less: what was compared is looked at in part.", self.new.name);
        let after: Vec<&str> = come.iter().map(|one| one.text.as_str()).collect();
        let place = spot(self.file.path(), come[0].line);
        found.findings.push(finding(
            Rule::AssertionWeakened,
            place,
            words,
            &first.text,
            &after.join("\n"),
        ));
    }

    /// Of a diff's hunks, where a test ends need not be seen: a torn one says nothing of what went.
    fn is_unseen(&self) -> bool {
        self.file.file.is_partial && self.new.body.is_empty()
    }

    /// Lines of the test that differ in a value only: of a table, or of what is compared with later.
    fn values(&self, found: &mut Found) {
        let (Some(old), Some(new)) = (&self.file.old, &self.file.new) else { return };
        let asserted = |test: &Test, line: u32| {
            test.assertions.iter().any(|one| one.line <= line && line <= one.end)
        };
        for hunk in &self.file.hunks {
            if hunk.old.len() != hunk.new.len() {
                continue;
            }
            for (before, after) in hunk.old.clone().zip(hunk.new.clone()) {
                let is_inside = self.new.line <= after && after <= self.new.end;
                if !is_inside || asserted(self.old, before) || asserted(self.new, after) {
                    continue;
                }
                let (was, is) = (old.line(before), new.line(after));
                let is_expected =
                    ["want", "expect", "exp ", "should"].iter().any(|word| is.contains(word));
                let is_row = is.trim_start().starts_with(['(', '[', '{']) && self.new.is_table;
                if (is_expected || is_row) && skeleton(was) == skeleton(is) {
                    self.candidate(after, was, is, found);
                }
            }
        }
    }
}

/// Whether two subjects speak of one thing: the first name of one is a name of the other.
fn related(one: &str, other: &str) -> bool {
    let names = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        parts
            .filter(|part| part.len() > 1 && !part.starts_with(|c: char| c.is_ascii_digit()))
            .map(str::to_owned)
            .collect()
    };
    let others = names(other);
    names(one).first().is_some_and(|first| first != "self" && others.contains(first))
}

fn has_literal(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit() || matches!(c, '"' | '\'' | '`'))
        || ["true", "false", "True", "False", "None", "null"].iter().any(|word| text.contains(word))
}

/// A line without its numbers and texts.
pub(super) fn skeleton(line: &str) -> String {
    let mut out = String::new();
    let mut quote: Option<char> = None;
    let mut in_number = false;
    for c in line.chars() {
        if let Some(open) = quote {
            if c == open {
                quote = None;
            }
            continue;
        }
        let in_word = out.ends_with(|c: char| c.is_alphabetic() || c == '_');
        match c {
            '"' | '\'' | '`' => {
                out.push('"');
                quote = Some(c);
                in_number = false;
            }
            c if c.is_ascii_digit() && !in_word => {
                if !in_number {
                    out.push('0');
                }
                in_number = true;
            }
            '.' | '_' | 'e' | '-' if in_number => {}
            c if c.is_whitespace() => in_number = false,
            c => {
                in_number = false;
                out.push(c);
            }
        }
    }
    out
}
