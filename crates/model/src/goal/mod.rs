//! What a session's user last directed it to.

mod request;
mod weight;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::review::SENT_COMMENTS;
use crate::text::{clip, head, one_line};
use crate::{Ordinal, Timestamp, limits};

/// What a session is to reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Goal {
    /// In one line of about 120 characters, in the words of its user.
    pub text: String,
    /// The prompt that set it, shortened only where it is very long.
    pub full: String,
    /// The prompt's place in the session.
    pub ordinal: Ordinal,
    /// When it was set.
    pub at: Option<Timestamp>,
}

impl Goal {
    /// The goal with what its user had run just before, where it speaks of that ("fix these").
    #[must_use]
    pub(crate) fn about(self, command: Option<&str>) -> Self {
        match command {
            Some(command) if self.text.chars().count() < 32 && weight::points_back(&self.text) => {
                let text = format!("{} (after: {})", self.text, one_line(command));
                Self { text: clip(&text, limits::LINE_CHARS), ..self }
            }
            _ => self,
        }
    }
}

/// The first heading or line of a Markdown text.
#[must_use]
pub fn heading(text: &str) -> String {
    let line = head(text, 4_000).lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
    let line = crate::phrase::unmarked(line.trim_start_matches(['#', ' ']));
    let title = line.strip_prefix("Plan:").or_else(|| line.strip_prefix("Implementation Plan:"));
    clip(title.unwrap_or(&line).trim(), limits::LINE_CHARS)
}

/// Whether a prompt only has the session go on ("continue", "go ahead", "2").
#[must_use]
pub fn is_nudge(text: &str) -> bool {
    weight::is_nudge(text)
}

/// Whether a reply begins with a yes.
#[must_use]
pub fn agrees(text: &str) -> bool {
    weight::agrees(text)
}

/// Whether a reply is no more than a yes or a no.
#[must_use]
pub fn is_bare_reply(text: &str) -> bool {
    weight::is_bare_reply(text)
}

/// A prompt without what editors and programs wrap around it.
#[must_use]
pub(crate) fn without_additions(prompt: &str) -> String {
    request::without_additions(head(prompt, limits::GOAL_SCAN_BYTES)).trim().to_owned()
}

/// A prompt, read for what its user asks.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    prompt: &'a str,
    own: request::Own,
}

impl<'a> Request<'a> {
    /// Reads a prompt: pasted logs, code and what editors add are left out.
    #[must_use]
    pub fn read(prompt: &'a str) -> Self {
        Self { prompt, own: request::own_sentences(prompt) }
    }

    /// It in one line; `None` if it has no words of its own, or only such as "continue".
    #[must_use]
    pub fn in_short(&self) -> Option<String> {
        weight::headline(&self.own.sentences).map(|text| clip(&text, limits::LINE_CHARS))
    }

    /// The goal that it sets beside the present one; `None` if it only nudges the session along.
    ///
    /// `answers`: the agent had asked something before.
    #[must_use]
    pub fn goal(
        &self,
        present: Option<&Goal>,
        answers: bool,
        place: (Ordinal, Option<Timestamp>),
    ) -> Option<Goal> {
        // A brief that stands behind it is no part of what is asked.
        let asked = crate::brief::own_words(self.prompt).trim();
        let asked = if asked.is_empty() { self.prompt } else { asked };
        let text = match present {
            // Without words that direct it elsewhere, the work is the same as before.
            None if let Some(about) = crate::brief::work_handed_over(self.prompt) => {
                let work = set(about, about.to_owned(), place);
                let words = weight::headline(&self.own.sentences);
                return Some(match words.filter(|words| !weight::is_nudge(words)) {
                    Some(words) if weight::points_back(&words) => {
                        set(asked, with_context(words, &work), place)
                    }
                    Some(words) => set(asked, words, place),
                    None => work,
                });
            }
            None => weight::headline(&self.own.sentences)
                .or_else(|| Some(one_line(head(self.prompt, 1_000))))
                .filter(|text| text.chars().any(char::is_alphabetic) && !weight::is_nudge(text))?,
            // What a reviewer would have otherwise is part of what was asked for.
            Some(_) if self.prompt.starts_with(SENT_COMMENTS) => return None,
            Some(present) => {
                let text = weight::new_direction(&self.own, answers)?;
                with_context(text, present)
            }
        };
        Some(set(asked, text, place))
    }
}

/// A goal in full and in one line.
fn set(words: &str, text: String, place: (Ordinal, Option<Timestamp>)) -> Goal {
    Goal {
        text: clip(&without_asides(text), limits::LINE_CHARS),
        full: clip(words.trim(), limits::GOAL_FULL_CHARS),
        ordinal: place.0,
        at: place.1,
    }
}

/// The goal of a session that was begun by a command of its agent (`/review 12`), for want of a better.
#[must_use]
pub fn of_command(command: &str, place: (Ordinal, Option<Timestamp>)) -> Option<Goal> {
    let line = one_line(head(command, 1_000));
    (!line.is_empty()).then(|| Goal {
        text: clip(&line, limits::LINE_CHARS),
        full: clip(command.trim(), limits::GOAL_FULL_CHARS),
        ordinal: place.0,
        at: place.1,
    })
}

/// A long text without what stands in parentheses.
fn without_asides(text: String) -> String {
    if text.chars().count() <= limits::LINE_CHARS || text.contains(" (for: ") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut depth = 0u32;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    one_line(&out)
}

/// A direction that is short or speaks of "this" says with the goal before it what is meant.
fn with_context(text: String, present: &Goal) -> String {
    let before = match present.text.split_once(" (for: ") {
        Some((_, before)) => before.trim_end_matches(')'),
        None => &present.text,
    };
    let named = text.chars().count() >= 48 && !weight::points_back(&text);
    if named || text.chars().count() > 70 {
        return text;
    }
    let room = limits::LINE_CHARS - text.chars().count() - " (for: )".len();
    format!("{} (for: {})", text.trim_end_matches(['.', '?']), clip(before, room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::{take_over, with_brief};

    fn goal(prompt: &str) -> (String, String) {
        let place = (Ordinal::default(), None);
        let goal = Request::read(prompt).goal(None, false, place).unwrap();
        (goal.text.to_lowercase(), goal.full)
    }

    #[test]
    fn the_goal_of_work_that_was_handed_off_is_what_its_user_says_and_else_what_it_was() {
        let brief =
            "# Brief of S2: Credit notes have wrong totals\n\n## Goal\n\n- \u{201c}x\u{201d}\n";
        let handed = |words| goal(&take_over("S2", "Credit notes have wrong totals", words, brief));
        let pair = |text: &str| (text.to_lowercase(), text.to_owned());
        assert_eq!(
            handed("Check the sign of credit notes"),
            pair("Check the sign of credit notes")
        );
        assert_eq!(handed(""), pair("Credit notes have wrong totals"));
        assert_eq!(handed("continue"), pair("Credit notes have wrong totals"));
        let (text, full) = handed("Do this in cents");
        assert_eq!(text, "do this in cents (for: credit notes have wrong totals)");
        assert_eq!(full, "Do this in cents");
    }

    #[test]
    fn a_brief_behind_a_prompt_is_no_part_of_the_goal() {
        let brief = "# Brief of T1: Round tax\n\n## Goal\n\n- \u{201c}x\u{201d}\n";
        let asked = "Export the invoices as CSV.\n\nOne row for each line.";
        assert_eq!(goal(&with_brief(asked, brief)).1, asked);
    }
}
