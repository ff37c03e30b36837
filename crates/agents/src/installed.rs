//! Agents' programs.

use std::ffi::OsStr;

use callboard_os::command::{Command, find_program};

use crate::{Environment, Installed, limits};

/// The program on the environment's `PATH`, and the version that it prints first when asked for it.
pub(crate) fn program(name: &str, environment: &Environment) -> Option<Installed> {
    let program = find_program(name, OsStr::new(environment.var("PATH")?))?;
    let asked = Command::new(&program, &environment.home)
        .arg("--version")
        .env_clear()
        .time(limits::VERSION_TIME);
    let asked =
        environment.vars.iter().fold(asked, |command, (name, value)| command.env(name, value));
    let version = asked.output().ok().and_then(|output| version(&output.text()));
    Some(Installed { program, version })
}

/// `1.2.3` of `1.2.3 (Some Agent)` and of `some-cli 1.2.3`: the first word with a digit first.
fn version(text: &str) -> Option<String> {
    let words = text.split_ascii_whitespace();
    words
        .map(|word| word.trim_start_matches('v'))
        .find(|w| w.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_first_number() {
        assert_eq!(version("1.2.3 (Some Agent)\n").as_deref(), Some("1.2.3"));
        assert_eq!(version("some-cli v1.2.3\n").as_deref(), Some("1.2.3"));
        assert_eq!(version("no version"), None);
    }
}
