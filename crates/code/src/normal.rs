//! Text without what does not matter: comments, white space, trailing commas.

use xxhash_rust::xxh3::xxh3_64;

/// How a language writes comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comments {
    /// `//` and `/* */`.
    Slashes,
    /// The same, where an apostrophe may begin a lifetime.
    Lifetimes,
    /// `#`.
    Hash,
}

/// The text without comments, without white space except between two words, and without commas before a closing bracket.
pub(crate) fn normal(text: &str, comments: Comments) -> String {
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let mut gap = false;
    while at < bytes.len() {
        let end = comment_end(bytes, at, comments);
        if end > at {
            at = end;
            gap = true;
            continue;
        }
        let byte = bytes[at];
        if byte.is_ascii_whitespace() {
            gap = true;
            at += 1;
            continue;
        }
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        if gap && word(byte) && out.last().is_some_and(|last| word(*last)) {
            out.push(b' ');
        }
        gap = false;
        let closes = matches!(byte, b')' | b']' | b'}' | b'>');
        if closes && out.last().is_some_and(|last| matches!(last, b',' | b';')) {
            out.pop();
        }
        let end = if is_quote(bytes, at, comments) { string_end(bytes, at) } else { at + 1 };
        out.extend_from_slice(&bytes[at..end]);
        at = end;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// Where the comment ends that begins at `at`; `at` if none does.
fn comment_end(bytes: &[u8], at: usize, comments: Comments) -> usize {
    let rest = &bytes[at..];
    let line = match comments {
        Comments::Slashes | Comments::Lifetimes => rest.starts_with(b"//"),
        Comments::Hash => rest.starts_with(b"#"),
    };
    if line {
        return at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }
    if comments != Comments::Hash && rest.starts_with(b"/*") {
        return at + memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
    }
    at
}

/// Whether a string begins; a lifetime or a lone apostrophe is none.
fn is_quote(bytes: &[u8], at: usize, comments: Comments) -> bool {
    match bytes[at] {
        b'"' => true,
        b'\'' if comments == Comments::Lifetimes => {
            bytes.get(at + 1) == Some(&b'\\') || bytes.get(at + 2) == Some(&b'\'')
        }
        b'\'' => {
            let line = bytes[at + 1..].iter().take(80).take_while(|byte| **byte != b'\n');
            line.into_iter().any(|byte| *byte == b'\'')
        }
        _ => false,
    }
}

/// Where the string ends that begins at `at`: at its quote or at the end of the line.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 1,
            b'\n' => return end,
            byte if byte == quote => return end + 1,
            _ => {}
        }
        end += 1;
    }
    bytes.len()
}

/// The hash of a text.
pub(crate) fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// The beginning of a text, whole characters of at most `bytes` bytes.
pub(crate) fn shortened(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_and_comments_do_not_matter() {
        let one = "fn watch( path: &str, // where\n  depth: u32,\n) -> Watcher";
        let two = "fn watch(path: &str, depth: u32) /* the watcher */ -> Watcher";
        assert_eq!(normal(one, Comments::Slashes), normal(two, Comments::Slashes));
        assert_ne!(normal("return x", Comments::Hash), normal("returnx", Comments::Hash));
        assert_eq!(normal("a = \"# no\"  # yes\n", Comments::Hash), "a=\"# no\"");
        assert_eq!(normal("&'a str // 'x", Comments::Lifetimes), "&'a str");
    }
}
