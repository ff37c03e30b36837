//! What a session's agent is asked as it stops: once what only its words hold, and what its work does not show.

/// Begins the question: by it, the agent's records tell it from its user's words.
const BEGINS: &str = "Callboard asks once, before you stop";

/// What the agent is asked.
pub const QUESTION: &str = "Callboard asks once, before you stop (this is not your user speaking): \
    what was decided here, what was ruled out and why, what is open? Keep what the code does not show, each by \
    Callboard's tool `remember`, with the words it rests on in `quotes`: [{\"text\": \"…\", \"source\": \"S41#12\"}], \
    `source` where you know it. Without that tool: `callboard decide \"…\" --why … --ruled-out …`. \
    If there is nothing, just stop. Do not go on with the work.";

/// Begins what is told of missing proof.
const PROOF_BEGINS: &str = "Callboard looked at what this work can show";

/// What the agent is told of what its work does not show.
#[must_use]
pub fn asks_for_proof(missing: &[String]) -> String {
    let lines: String = missing.iter().map(|line| format!("\n- {line}")).collect();
    format!(
        "{PROOF_BEGINS} (this is not your user speaking):{lines}\n\
         Mend what is yours to mend and run what is missing. What you could not do, say plainly: that is a good end, too. \
         Do not weaken a check to get through."
    )
}

/// Whether what the agent's program put in asks for proof.
#[must_use]
pub fn is_about_proof(text: &str) -> bool {
    text.contains(PROOF_BEGINS)
}

/// Whether what the agent's program put in is that question.
#[must_use]
pub fn is_question(text: &str) -> bool {
    text.contains(BEGINS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_is_known_again_in_what_an_agent_puts_around_it() {
        assert!(is_question(&format!("Stop hook feedback:\n{QUESTION}")));
        assert!(!is_question("Stop hook feedback:\nRun the linter"));
    }
}
