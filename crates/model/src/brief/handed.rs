//! What a session is told at its start of the work before it, around the words of its user.

/// The beginning of a prompt that hands work over.
const HANDED_OVER: &str = "Go on with the work of ";

/// Stands before the brief in a prompt.
const BRIEF: &str = "\n\n---\n\n# Brief of ";

/// Stands around what the work is about, behind the name of who did it before.
const ABOUT: (&str, &str) = (" (\u{201c}", "\u{201d})");

/// The prompt by which a session takes over the work of another, which is `about` that: what its user adds, then the
/// brief.
#[must_use]
pub fn take_over(from: &str, about: &str, words: &str, brief: &str) -> String {
    let words = match words.trim() {
        "" => String::new(),
        words => format!("\n\n{words}"),
    };
    let about = match crate::text::one_line(about).replace(['\u{201c}', '\u{201d}'], "\"") {
        about if about.is_empty() => String::new(),
        about => format!("{}{about}{}", ABOUT.0, ABOUT.1),
    };
    let beginning = format!(
        "{HANDED_OVER}{from}{about}, in the folder where it stopped; what it left uncommitted is there."
    );
    with_brief(&format!("{beginning}{words}"), brief)
}

/// A prompt with a brief behind it.
#[must_use]
pub fn with_brief(prompt: &str, brief: &str) -> String {
    let brief = brief.trim_start_matches("# Brief of ");
    format!("{}{BRIEF}{brief}", prompt.trim_end())
}

/// What the work is about that a prompt hands over; `None` in any other.
#[must_use]
pub fn work_handed_over(prompt: &str) -> Option<&str> {
    let line = prompt.strip_prefix(HANDED_OVER)?.lines().next()?;
    let about = line.split_once(ABOUT.0)?.1.split_once(ABOUT.1)?.0;
    (!about.is_empty()).then_some(about)
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
        let prompt = take_over("S41", "split the fixtures", "Mind the tests.", brief);
        assert!(prompt.contains("\n\n# Brief of S41: x\n\n## Goal"));
        assert_eq!(own_words(&prompt), "Mind the tests.");
        assert_eq!(work_handed_over(&prompt), Some("split the fixtures"));
        assert_eq!(own_words(&take_over("S41", "", "", brief)), "");
        assert_eq!(work_handed_over(&take_over("S41", "", "", brief)), None);
        assert_eq!(own_words(&with_brief("Write the migration", brief)), "Write the migration");
        assert_eq!(own_words("as it is\n\n---\n"), "as it is\n\n---\n");
    }
}
