//! Rust source with its parts told apart: code, texts of literals, comments, tests.

/// A file's text four times, of equal length and with equal lines; what does not belong is blank.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    /// Without comments and without the texts of literals.
    pub(crate) code: String,
    /// Only the texts of string literals.
    pub(crate) literals: String,
    /// Only comments.
    pub(crate) comments: String,
    /// Which lines belong to an item under `#[cfg(test)]`.
    test_lines: Vec<bool>,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Literal,
    Comment,
}

impl Parts {
    /// Tells the parts of `text` apart.
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut part_of = vec![Part::Code; bytes.len()];
        let mut at = 0;
        while at < bytes.len() {
            let (part, end) = token(bytes, at);
            part_of[at..end].fill(part);
            at = end;
        }
        let only = |wanted: Part| -> String {
            let keep = |(byte, part): (&u8, &Part)| match byte {
                b'\n' => b'\n',
                byte if *part == wanted => *byte,
                _ => b' ',
            };
            let kept: Vec<u8> = bytes.iter().zip(&part_of).map(keep).collect();
            String::from_utf8_lossy(&kept).into_owned()
        };
        let code = only(Part::Code);
        let test_lines = test_lines(&code);
        Self { code, literals: only(Part::Literal), comments: only(Part::Comment), test_lines }
    }

    /// Whether the line, counted from 1, belongs to a test module.
    pub(crate) fn is_test(&self, line: usize) -> bool {
        self.test_lines.get(line - 1).copied().unwrap_or(false)
    }
}

/// The token at `at`: what it is and where it ends.
fn token(bytes: &[u8], at: usize) -> (Part, usize) {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        return (Part::Comment, at + length);
    }
    if rest.starts_with(b"/*") {
        return (Part::Comment, at + block_comment(rest));
    }
    if let Some(length) = raw_string(bytes, at) {
        return (Part::Literal, at + length);
    }
    match rest[0] {
        b'"' => (Part::Literal, at + quoted(rest, b'"')),
        b'\'' if is_char_literal(rest) => (Part::Literal, at + quoted(rest, b'\'')),
        _ => (Part::Code, at + 1),
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut i) = (0, 0);
    while i < rest.len() {
        if rest[i..].starts_with(b"/*") {
            depth += 1;
            i += 2;
        } else if rest[i..].starts_with(b"*/") {
            depth -= 1;
            i += 2;
            if depth == 0 {
                return i;
            }
        } else {
            i += 1;
        }
    }
    rest.len()
}

/// The length of a raw string (`r"…"`, `br#"…"#`) that begins at `at`.
fn raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if at > 0 && is_word(bytes[at - 1]) {
        return None;
    }
    let rest = &bytes[at..];
    let prefix = [&b"r"[..], b"br", b"cr"]
        .into_iter()
        .find(|p| rest.starts_with(p) && matches!(rest.get(p.len()), Some(b'"' | b'#')))?;
    let hashes = rest[prefix.len()..].iter().take_while(|b| **b == b'#').count();
    let open = prefix.len() + hashes;
    if rest.get(open) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let inside = &rest[open + 1..];
    let length = inside.windows(close.len()).position(|w| w == close)?;
    Some(open + 1 + length + close.len())
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut i = 1;
    while i < rest.len() {
        match rest[i] {
            b'\\' => i += 2,
            b if b == quote => return i + 1,
            _ => i += 1,
        }
    }
    rest.len()
}

/// Whether a `'` begins a character, not a lifetime.
fn is_char_literal(rest: &[u8]) -> bool {
    match rest.get(1) {
        Some(b'\\') => true,
        Some(b) if b.is_ascii() => rest.get(2) == Some(&b'\''),
        Some(_) => rest.iter().skip(2).take(4).any(|b| *b == b'\''),
        None => false,
    }
}

/// Which lines belong to an item under `#[cfg(test)]`: up to the end of its braces, or its `;`.
fn test_lines(code: &str) -> Vec<bool> {
    let mut is_test = vec![false; code.lines().count()];
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let start = from + found;
        let end = item_end(code, start + "#[cfg(test)]".len());
        let first = code[..start].matches('\n').count();
        let last = code[..end].matches('\n').count().min(is_test.len() - 1);
        is_test[first..=last].fill(true);
        from = end;
    }
    is_test
}

fn item_end(code: &str, from: usize) -> usize {
    let mut depth = 0;
    for (i, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return i + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return i + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_code_literals_and_comments_apart() {
        let text = r####"let a = "in // text"; // in "comment"
let b = r#"raw " text"#; /* a /* nested */ one */ let c = '"'; let d: &'a str = "x\"y";"####;
        let parts = Parts::of(text);
        assert!(parts.literals.contains("in // text"));
        assert!(parts.literals.contains(r#"raw " text"#));
        assert!(parts.literals.contains(r#"x\"y"#));
        assert!(parts.comments.contains(r#"// in "comment""#));
        assert!(parts.comments.contains("/* a /* nested */ one */"));
        assert!(parts.code.contains("let d: &'a str ="));
        assert!(!parts.code.contains("text") && !parts.code.contains("comment"));
        assert_eq!(parts.code.len(), text.len());
    }

    #[test]
    fn knows_the_lines_of_tests() {
        let parts = Parts::of("fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\nfn c() {}\n");
        let tests: Vec<bool> = (1..=6).map(|line| parts.is_test(line)).collect();
        assert_eq!(tests, [false, true, true, true, true, false]);
    }
}
