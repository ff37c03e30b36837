//! Errors of rustc, where they kept tests from being built.

use super::told::{Runner, Told};

pub(super) fn read(output: &str, _root: &str) -> Option<Told> {
    if !output.contains("error: could not compile") {
        return None;
    }
    let mut told = Told::by(Runner::Compiler);
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        let is_error = line.starts_with("error[E") || line.starts_with("error: ");
        if !is_error {
            continue;
        }
        let words = line.split_once(": ").map_or(line, |(_, words)| words);
        let place = lines.peek().and_then(|next| next.trim_start().strip_prefix("--> "));
        match place {
            Some(place) => told.error(None, &format!("{place}: {words}")),
            None if words.starts_with("could not compile") => told.error(None, words),
            None => {}
        }
    }
    told.some()
}
