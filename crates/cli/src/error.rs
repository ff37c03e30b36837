//! Errors as people read them: what happened, what was left untouched, and what to do.

use std::process::ExitCode;

use crate::output;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct CliError {
    text: String,
    hint: Option<String>,
}

impl CliError {
    /// Something that makes no sense, or is refused.
    pub(crate) fn misuse(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { text: text.into(), hint: Some(hint.into()).filter(|hint| !hint.is_empty()) }
    }

    /// An answer of the daemon that is an error.
    pub(crate) fn answered(text: String, hint: Option<String>) -> Self {
        Self { text, hint }
    }

    /// The same error, told of something.
    pub(crate) fn before(self, what: &str) -> Self {
        Self { text: format!("{what}{}", self.text), ..self }
    }

    /// Prints it and gives the exit code for "refused or misused".
    pub(crate) fn report(&self) -> ExitCode {
        self.print();
        ExitCode::from(2)
    }

    /// Prints it, where the command goes on.
    pub(crate) fn print(&self) {
        output::error(&self.text, self.hint.as_deref());
    }
}

impl std::fmt::Display for CliError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error: {}", self.text)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\n\nhint: {hint}"))
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self::misuse(error.to_string(), "")
    }
}
