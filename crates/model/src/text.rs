//! Readable lines from what agents and people write.

/// `text` on one line: no ANSI sequences, no control characters, runs of white space as one space.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(256));
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c if is_unseen(c) => {}
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// `text` in its lines, without ANSI sequences and control characters: nothing in it can move a terminal's
/// cursor or be taken for more than text.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Control characters, and marks that reorder or hide what stands beside them.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Skips the rest of an ANSI sequence (ECMA-48: CSI until its final byte, OSC until BEL or ST).
fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.next() {
        Some('[') => {
            for c in chars.by_ref() {
                if ('\u{40}'..='\u{7e}').contains(&c) {
                    break;
                }
            }
        }
        Some(']') => {
            while let Some(c) = chars.next() {
                if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                    break;
                }
            }
        }
        _ => {}
    }
}

/// At most `max` characters of `text`, cut between words where one is near, with `…` if cut.
#[must_use]
pub fn clip(text: &str, max: usize) -> String {
    if text.len() <= max || text.char_indices().nth(max).is_none() {
        return text.to_owned();
    }
    let end = text.char_indices().nth(max.saturating_sub(2)).map_or(0, |(at, _)| at);
    let head = &text[..end];
    let cut = match head.rfind(' ') {
        Some(space) if space * 3 > end * 2 => &head[..space],
        _ => head,
    };
    ended(cut)
}

/// What is left of a text that was cut.
fn ended(cut: &str) -> String {
    let mut out = cut.trim_end_matches([' ', ',', ';', ':', '(', '-', '–', '—']).to_owned();
    if out.matches('`').count() % 2 == 1 {
        out.push_str("…`");
    } else {
        out.push('…');
    }
    out
}

/// At most `max` characters of `text`, never a part of a word: half a key is recognised by nobody, and is a key.
#[must_use]
pub fn clip_words(text: &str, max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(max) else { return text.to_owned() };
    let kept = match text[..end].rfind(char::is_whitespace) {
        Some(space) => &text[..space],
        None => &text[..text.char_indices().nth(LONE_WORD.min(max)).map_or(0, |(at, _)| at)],
    };
    ended(kept)
}

/// Characters that are kept of a text that is one word, and too long.
const LONE_WORD: usize = 12;

/// A commit's id as it is told to people: as short as git tells it.
#[must_use]
pub fn short_commit(id: &str) -> &str {
    head(id, 7)
}

/// The longest beginning of `text` of at most `max` bytes.
#[must_use]
pub fn head(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// The longest end of `text` of at most `max` bytes.
#[must_use]
pub fn tail(text: &str, max: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(max))..]
}

/// The last `max` characters of `text`, with `…` before if cut.
#[must_use]
pub fn clip_start(text: &str, max: usize) -> String {
    let count = text.chars().count();
    if count <= max {
        return text.to_owned();
    }
    let skip = count - max.saturating_sub(1);
    std::iter::once('…').chain(text.chars().skip(skip)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_and_colours_go() {
        assert_eq!(plain("a\u{1b}[31mred\u{1b}[0m\r\n\tb\u{7}"), "ared\n\tb");
    }

    #[test]
    fn control_characters_and_escapes_never_reach_a_line() {
        assert_eq!(one_line("\u{1b}[31mred\u{1b}[0m\n\tnext \u{7}end"), "red next end");
        assert_eq!(one_line("\u{1b}]0;title\u{7}shown"), "shown");
        assert_eq!(one_line("a\u{202e}b"), "ab");
    }

    #[test]
    fn a_cut_falls_between_words_and_closes_code() {
        assert_eq!(clip("keep the old signature", 40), "keep the old signature");
        assert_eq!(clip("keep the old signature", 15), "keep the old…");
        assert_eq!(clip("run `cargo test --workspace`", 19), "run `cargo test…`");
        assert_eq!(clip("", 0), "");
        assert_eq!(clip_words("keep the old signature", 40), "keep the old signature");
        assert_eq!(clip_words("the key is postgres://app:hunter2secret@db", 38), "the key is…");
        assert_eq!(clip_words("run `cargo test --workspace`", 19), "run `cargo test…`");
        assert_eq!(clip_words(&"k".repeat(90), 40), format!("{}…", "k".repeat(12)));
        assert_eq!(clip_start("src/deep/file.rs", 8), "…file.rs");
    }
}
