//! Addresses that a command line opens.

use crate::check::command::{base, program};
use crate::shell::CommandLine;

/// Programs that fetch what stands at an address.
const FETCH: [&str; 8] = ["curl", "wget", "http", "https", "xh", "lynx", "w3m", "links"];

/// The addresses that the commands of a line fetch.
#[must_use]
pub(super) fn fetched(line: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for command in &crate::purpose::unwrap_shell(CommandLine::parse(line)).commands {
        let words = program(&command.words);
        let Some((first, rest)) = words.split_first() else { continue };
        if !FETCH.contains(&base(first)) {
            continue;
        }
        let is_address =
            |word: &&String| word.starts_with("http://") || word.starts_with("https://");
        found.extend(rest.iter().filter(is_address).cloned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_is_told_from_what_is_only_written() {
        let one = ["https://a.dev/x"];
        assert_eq!(fetched("curl -sL https://a.dev/x | head -50"), one);
        assert_eq!(fetched("cd /tmp && wget -q 'https://a.dev/x'"), one);
        assert!(fetched("echo https://a.dev/x >> brief.md").is_empty());
        assert!(fetched("git clone https://a.dev/x").is_empty());
    }
}
