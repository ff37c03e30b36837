//! What a session is told at its start of the work before it, around the words of its user.

/// The beginning of a prompt that hands work over.
const HANDED_OVER: &str = "Go on with the work of ";

/// Stands before the brief in a prompt.
const BRIEF: &str = "\n\n---\n\n# Brief of ";

/// The prompt by which a session takes over the work of another: what its user adds, then the brief.
#[must_use]
pub fn take_over(from: &str, words: &str, brief: &str) -> String {
    let words = match words.trim() {
        "" => String::new(),
        words => format!("\n\n{words}"),
    };
    let beginning = format!(
        "{HANDED_OVER}{from}, in the folder where it stopped; what it left uncommitted is there."
    );
    with_brief(&format!("{beginning}{words}"), brief)
}

/// A prompt with a brief behind it.
#[must_use]
pub fn with_brief(prompt: &str, brief: &str) -> String {
    let brief = brief.trim_start_matches("# Brief of ");
    format!("{}{BRIEF}{brief}", prompt.trim_end())
}

/// The words of its user in a prompt that may carry a brief.
#[must_use]
pub fn own_words(prompt: &str) -> &str {
    let prompt = prompt.split_once(BRIEF).map_or(prompt, |(before, _)| before);
    match prompt.strip_prefix(HANDED_OVER) {
        Some(rest) => rest.split_once("\n\n").map_or("", |(_, words)| words),
        None => prompt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_users_words_are_taken_for_theirs() {
        let brief = "# Brief of S41: x\n\n## Goal\n\n- \u{201c}y\u{201d} [S41#1]\n";
        let prompt = take_over("S41", "Mind the tests.", brief);
        assert!(prompt.contains("\n\n# Brief of S41: x\n\n## Goal"));
        assert_eq!(own_words(&prompt), "Mind the tests.");
        assert_eq!(own_words(&take_over("S41", "", brief)), "");
        assert_eq!(own_words(&with_brief("Write the migration", brief)), "Write the migration");
        assert_eq!(own_words("as it is\n\n---\n"), "as it is\n\n---\n");
    }
}
