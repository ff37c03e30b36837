//! The profiles of `go test -coverprofile` (golang.org/x/tools/cover, `ParseProfiles`):
//! `FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT` for each block.

use super::noted::Noted;

/// Lines of a block above which it is no block of code.
const BLOCK_LINES: u32 = 100_000;

pub(super) fn read(text: &str) -> Noted {
    let mut noted = Noted::default();
    for line in text.lines() {
        if let Some((file, first, last, has_run)) = block(line) {
            // A line in two blocks has run if either did: the one that a bracket ends there, or begins.
            for number in first..=last.min(first.saturating_add(BLOCK_LINES)) {
                noted.line(file, number, has_run);
            }
        }
    }
    noted
}

fn block(line: &str) -> Option<(&str, u32, u32, bool)> {
    let (file, rest) = line.rsplit_once(':')?;
    let mut parts = rest.split_whitespace();
    let (begin, end) = parts.next()?.split_once(',')?;
    let number = |place: &str| place.split('.').next()?.parse::<u32>().ok();
    let count = parts.nth(1)?;
    Some((file, number(begin)?, number(end)?, count != "0"))
}
