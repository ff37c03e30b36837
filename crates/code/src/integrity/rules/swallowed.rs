//! Errors that are caught, with nothing done about them. A comment that says why in some words keeps the rule silent.

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::compared::Change;
use crate::integrity::{Found, spot};

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for (file, side) in change.code() {
        let before: Vec<&str> =
            file.old.iter().flat_map(|old| &old.swallows).map(|one| one.text.trim()).collect();
        for one in &side.swallows {
            // What stood in a handler may have gone, with nothing in its place.
            let is_emptied = file.hunks.iter().any(|hunk| {
                hunk.new.is_empty() && one.line < hunk.new.start && hunk.new.start <= one.end
            });
            let is_new = is_emptied || (one.line..=one.end).any(|line| file.is_come(line));
            let moved = before.contains(&one.text.trim())
                || (one.line..=one.end).all(|line| change.is_moved(side.line(line)));
            // More of the same stand in the file than did.
            let count =
                |text: &str| side.swallows.iter().filter(|other| other.text.trim() == text).count();
            let had = before.iter().filter(|text| **text == one.text.trim()).count();
            if is_new && (!moved || count(one.text.trim()) > had) {
                let words = "An error is caught here, and nothing follows: nobody will hear of it."
                    .to_owned();
                let after = side.excerpt(one.line, one.end);
                found.findings.push(finding(
                    Rule::SwallowedError,
                    spot(file.path(), one.line),
                    words,
                    "",
                    &after,
                ));
            }
        }
    }
}
