//! How an agent is asked once, by its own program, and says what it makes of a text.

/// The name of the folder in which an agent runs that is asked so: what runs there is no session of the user's.
pub const READING_FOLDER: &str = "callboard-reading";

/// Asks an agent once: the prompt is its standard input.
pub trait Reads: Send + Sync {
    /// The arguments of a run that answers, keeps no session, and changes nothing. Pure.
    fn arguments(&self) -> Vec<String>;

    /// What it says, of what its program printed. Pure.
    ///
    /// # Errors
    /// Says why there is no answer.
    fn answer(&self, printed: &str) -> Result<String, String>;
}
