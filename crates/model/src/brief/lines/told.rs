//! What is told already, and how sentences that were written apart are told together.

use crate::brief::Material;

/// What decisions say, with the events that they cite.
#[derive(Default)]
pub(super) struct Decided(Vec<(Vec<String>, Option<String>)>);

/// What the decisions that stand say: whatever they cite where a person wrote them, and of an agent's what it says.
pub(super) fn decided(material: &Material) -> Decided {
    let standing = material.decisions.iter().filter(|decision| !decision.is_superseded);
    let told = standing.map(|decision| {
        let ruled_out = decision.ruled_out.iter().flat_map(|(what, why)| [what, why]);
        let words = [&decision.title, &decision.why].into_iter().chain(ruled_out);
        let words: Vec<&str> = words.chain(&decision.open).map(String::as_str).collect();
        // An agent's sources may be the last that was said, whatever it is.
        let words = decision.by.map(|_| letters_of(&words.join(" ")));
        (decision.cites.clone(), words)
    });
    Decided(told.collect())
}

impl Decided {
    /// Whether a decision tells these words, which `cites` prove.
    pub(super) fn tells(&self, words: &str, cites: &[String]) -> bool {
        let said = letters_of(words);
        self.0.iter().any(|(sources, own)| {
            let is_cited = !cites.is_empty() && cites.iter().all(|cite| sources.contains(cite));
            let says = |own: &String| said.len() >= SAYING_LETTERS && own.contains(&said);
            is_cited && own.as_ref().is_none_or(says)
        })
    }
}

/// Letters from which words say more than yes or no.
const SAYING_LETTERS: usize = 12;

/// A text by its letters and digits alone.
pub(super) fn letters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What stands before a reason: after a colon of its own, a sentence ends.
pub(super) fn before_why(what: &str) -> String {
    let is_ended = what.ends_with(['.', '!', '?']);
    match (is_ended, what.contains(": ")) {
        (true, _) => format!("{what} "),
        (false, true) => format!("{what}. "),
        (false, false) => format!("{what}: "),
    }
}

/// A text in which a paragraph without an end mark ends before the next begins, as on one line nothing else tells them
/// apart.
pub(super) fn in_sentences(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for paragraph in text.split("\n\n").map(str::trim).filter(|one| !one.is_empty()) {
        let is_open = out.ends_with(|c: char| c.is_alphanumeric() || "`)\"'\u{201d}".contains(c));
        let begins = paragraph.starts_with(|c: char| c.is_alphanumeric() || "`\"'(".contains(c));
        if !out.is_empty() {
            out.push_str(if is_open && begins { ". " } else { " " });
        }
        out.push_str(paragraph);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_apart_is_told_apart() {
        assert_eq!(
            in_sentences("Totals are wrong\n\nThey are negative"),
            "Totals are wrong. They are negative"
        );
        assert_eq!(in_sentences("Do this:\n\n- a"), "Do this: - a");
        assert_eq!(
            before_why("No new dependencies: the standard library is enough"),
            "No new dependencies: the standard library is enough. "
        );
        assert_eq!(before_why("Ids are text"), "Ids are text: ");
    }
}
