//! The simple commands of a shell command line, as far as they can be told without running it.
//!
//! Follows the grammar of POSIX.1-2024 XCU 2 for words, quotes, lists and here-documents; expansions
//! are kept as they are written.

use crate::limits;

/// How a simple command is joined to the one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// `&&`: the next runs if this succeeds.
    And,
    /// `||`: the next runs if this fails.
    Or,
    /// `;` or a line break: the next runs in any case.
    Then,
    /// `|`: this one's output goes to the next, and its exit code is lost.
    Pipe,
    /// `&`: this one goes on in the background.
    Background,
    /// Nothing comes after.
    End,
}

/// One simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simple {
    /// The words, without quotes, assignments before them and redirections after them.
    pub words: Vec<String>,
    /// A file that its output is written to.
    pub writes: Option<String>,
    /// Its input is a here-document.
    pub here_document: bool,
    /// How the next is joined to it.
    pub join: Join,
}

/// A parsed command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// The simple commands in order, with the shell's own words (`do`, `then`, `{`) taken off.
    pub commands: Vec<Simple>,
    /// It holds a loop, a condition or a function: the order of exit codes cannot be told.
    pub compound: bool,
}

/// Words that open or close a compound command and may stand before a simple one.
const KEYWORDS: [&str; 17] = [
    "do", "done", "then", "else", "elif", "fi", "if", "while", "until", "for", "case", "esac", "{",
    "}", "!", "function", "select",
];

impl CommandLine {
    /// The command line that `text` writes. What cannot be told is left out; there are no errors.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = crate::text::head(text, limits::COMMAND_SCAN_BYTES);
        Scanner { text, at: 0, line: Self::default(), words: Vec::new(), word: None, pending: None }
            .scan()
    }

    /// Whether exit code 0 of the whole proves that the command at `index` succeeded.
    #[must_use]
    pub fn success_proves(&self, index: usize) -> bool {
        !self.compound
            && self.commands[index..].iter().all(|c| matches!(c.join, Join::And | Join::End))
            && index.checked_sub(1).is_none_or(|before| self.commands[before].join != Join::Or)
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: CommandLine,
    words: Vec<String>,
    word: Option<String>,
    /// The delimiter of a here-document whose lines begin after the next line break.
    pending: Option<String>,
}

impl Scanner<'_> {
    fn scan(mut self) -> CommandLine {
        let mut redirect: Option<usize> = None;
        let mut writes: Option<String> = None;
        let mut here = false;
        while let Some(c) = self.peek() {
            if self.line.commands.len() >= limits::COMMAND_PARTS {
                break;
            }
            match c {
                '\'' | '"' | '\\' | '$' | '`' => self.quoted(c),
                '#' if self.word.is_none() => self.skip_to_line_end(),
                '<' if self.rest().starts_with("<<") => here |= self.here_document(),
                '<' | '>' => {
                    if self.word.as_deref().is_some_and(|w| w.bytes().all(|b| b.is_ascii_digit())) {
                        self.word = None;
                    }
                    self.end_word();
                    redirect = self.redirection(c == '>');
                    continue;
                }
                '&' if self.rest().starts_with("&>") => self.at += 1,
                // `src/(group)/x.ts`: no shell takes it, but agents write it.
                '(' | ')' if self.in_name(c) => {
                    self.word.get_or_insert_default().push(c);
                    self.at += 1;
                }
                '&' | '|' | ';' | '\n' | '(' | ')' => {
                    self.end_word();
                    let join = self.operator(c);
                    take_redirect(&mut self.words, &mut redirect, &mut writes);
                    self.end_command(join, writes.take(), std::mem::take(&mut here));
                    continue;
                }
                c if c.is_whitespace() => {
                    self.end_word();
                    take_redirect(&mut self.words, &mut redirect, &mut writes);
                    self.at += c.len_utf8();
                }
                c => {
                    self.word.get_or_insert_default().push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        self.end_word();
        take_redirect(&mut self.words, &mut redirect, &mut writes);
        self.end_command(Join::End, writes, here);
        if let Some(last) = self.line.commands.last_mut()
            && last.join != Join::Background
        {
            last.join = Join::End;
        }
        self.line
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether a parenthesis stands within a path.
    fn in_name(&self, c: char) -> bool {
        match (&self.word, c) {
            (Some(word), '(') => word.ends_with('/'),
            (Some(word), _) => word.contains("/("),
            (None, _) => false,
        }
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            self.words.push(word);
        }
    }

    fn end_command(&mut self, join: Join, writes: Option<String>, here_document: bool) {
        let mut words = std::mem::take(&mut self.words);
        let mut lead = 0;
        while let Some(word) = words.get(lead) {
            if KEYWORDS.contains(&word.as_str()) {
                self.line.compound |= !matches!(word.as_str(), "{" | "}" | "!");
                // A loop's own words (`for x in a b`) are no command.
                if matches!(word.as_str(), "for" | "case" | "function" | "select") {
                    lead = words.len();
                    break;
                }
            } else if !is_assignment(word) {
                break;
            }
            lead += 1;
        }
        words.drain(..lead);
        if words.is_empty() {
            // `a && (b)`: what joined the one before still holds for the group.
            return;
        }
        self.line.commands.push(Simple { words, writes, here_document, join });
    }

    fn operator(&mut self, c: char) -> Join {
        let rest = self.rest();
        let (len, join) = if rest.starts_with("&&") {
            (2, Join::And)
        } else if rest.starts_with("||") {
            (2, Join::Or)
        } else if rest.starts_with("|&") {
            (2, Join::Pipe)
        } else {
            (
                1,
                match c {
                    '&' => Join::Background,
                    '|' => Join::Pipe,
                    ')' => self.join_after_group(),
                    _ => Join::Then,
                },
            )
        };
        self.at += len;
        if c == '\n' {
            self.skip_here_document();
        }
        join
    }

    /// How what follows `)` is joined to the last command within.
    fn join_after_group(&self) -> Join {
        let rest = self.rest()[1..].trim_start();
        if rest.starts_with("&&") {
            Join::And
        } else if rest.starts_with("||") {
            Join::Or
        } else if rest.starts_with('|') {
            Join::Pipe
        } else {
            Join::Then
        }
    }

    fn skip_to_line_end(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    /// A quoted piece or an expansion at the cursor becomes part of the word.
    fn quoted(&mut self, c: char) {
        let start = self.at;
        let piece = match c {
            '\'' => {
                let end = self.rest()[1..].find('\'').map_or(self.text.len(), |i| start + 1 + i);
                self.at = (end + 1).min(self.text.len());
                self.text[start + 1..end].to_owned()
            }
            '"' => {
                let end = skip_double_quotes(self.text, start);
                self.at = end;
                let inner = &self.text[start + 1..end];
                inner.strip_suffix('"').unwrap_or(inner).replace("\\\"", "\"").replace("\\`", "`")
            }
            '\\' => {
                let next = self.rest()[1..].chars().next();
                self.at += 1 + next.map_or(0, char::len_utf8);
                next.filter(|c| *c != '\n').map(String::from).unwrap_or_default()
            }
            '`' => {
                let end = self.rest()[1..].find('`').map_or(self.text.len(), |i| start + i + 2);
                self.at = end;
                self.text[start..end].to_owned()
            }
            _ => {
                self.at = skip_expansion(self.text, start);
                self.text[start..self.at].to_owned()
            }
        };
        self.word.get_or_insert_default().push_str(&piece);
    }

    /// Steps over `>`, `>>`, `<`, `>&1`; returns where the word that names the file will stand.
    fn redirection(&mut self, output: bool) -> Option<usize> {
        let rest = self.rest();
        let len = rest.find(|c| !matches!(c, '<' | '>' | '|' | '&')).unwrap_or(rest.len());
        let duplicates = rest[..len].contains('&');
        self.at += len;
        if duplicates && self.peek().is_some_and(|c| c.is_ascii_digit() || c == '-') {
            self.at += 1;
            return None;
        }
        let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.at += blank;
        // An input's name is dropped as well; only an output's is told.
        Some(if output { self.words.len() } else { self.words.len() | INPUT })
    }

    fn here_document(&mut self) -> bool {
        self.end_word();
        let text = self.text;
        let rest = &text[self.at + 2..];
        if let Some(string) = rest.strip_prefix('<') {
            // `<<<`: a here-string is one word.
            self.at = text.len() - string.len();
            return false;
        }
        let rest = rest.trim_start_matches(['-', ' ']);
        let (delimiter, len) = delimiter_of(rest);
        self.at = text.len() - rest.len() + len;
        self.pending = Some(delimiter.to_owned());
        true
    }

    fn skip_here_document(&mut self) {
        if let Some(delimiter) = self.pending.take() {
            self.at = end_of_here_document(self.text, self.at, &delimiter);
        }
    }
}

/// Marks the place of a word that names an input.
const INPUT: usize = 1 << (usize::BITS - 1);

fn take_redirect(words: &mut Vec<String>, at: &mut Option<usize>, writes: &mut Option<String>) {
    if let Some(place) = *at
        && words.len() > place & !INPUT
    {
        let name = words.remove(place & !INPUT);
        if place & INPUT == 0 && name != "/dev/null" {
            *writes = Some(name);
        }
        *at = None;
    }
}

fn delimiter_of(rest: &str) -> (&str, usize) {
    match rest.chars().next() {
        Some(quote @ ('\'' | '"')) => {
            let end = rest[1..].find(quote).map_or(rest.len(), |i| i + 1);
            (&rest[1..end], (end + 1).min(rest.len()))
        }
        _ => {
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | ')' | '>' | '<'))
                .unwrap_or(rest.len());
            (&rest[..end], end)
        }
    }
}

fn end_of_here_document(text: &str, from: usize, delimiter: &str) -> usize {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        at += line.len();
        if line.trim() == delimiter {
            return at;
        }
    }
    text.len()
}

/// The place after the `"` that closes the one at `start`.
fn skip_double_quotes(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            b'$' => at = skip_expansion(text, at),
            _ => at += 1,
        }
    }
    // A multi-byte character after a backslash may leave the cursor within it.
    text.ceil_char_boundary(at.min(text.len()))
}

/// The place after the expansion at `start` (`$x`, `${x}`, `$(…)`, `$'…'`).
fn skip_expansion(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(start + 1) {
        Some(b'(') => skip_parentheses(text, start + 2),
        Some(b'{') => text[start..].find('}').map_or(text.len(), |i| start + i + 1),
        Some(b'\'') => {
            let mut at = start + 2;
            while at < bytes.len() && bytes[at] != b'\'' {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            text.ceil_char_boundary((at + 1).min(text.len()))
        }
        _ => start + 1,
    }
}

/// The place after the `)` that closes what begins at `at`, past quotes and here-documents within.
fn skip_parentheses(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 1usize;
    while at < bytes.len() {
        match bytes[at] {
            b'(' => depth += 1,
            b')' if depth == 1 => return at + 1,
            b')' => depth -= 1,
            b'\'' => {
                at = text[at + 1..].find('\'').map_or(text.len(), |i| at + i + 2);
                continue;
            }
            b'"' => {
                at = skip_double_quotes_flat(text, at);
                continue;
            }
            b'<' if text[at..].starts_with("<<") && !text[at..].starts_with("<<<") => {
                let rest = text[at + 2..].trim_start_matches(['-', ' ']);
                let (delimiter, _) = delimiter_of(rest);
                let body = text[at..].find('\n').map_or(text.len(), |i| at + i + 1);
                at = end_of_here_document(text, body, delimiter);
                continue;
            }
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// As [`skip_double_quotes`], without expansions: keeps the recursion one deep.
fn skip_double_quotes_flat(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    text.ceil_char_boundary((at + 1).min(text.len()))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        CommandLine::parse(text).commands.iter().map(|c| c.words.join(" ")).collect()
    }

    #[test]
    fn lists_and_pipes_are_told_apart() {
        assert_eq!(
            words("cd web && RUST_LOG=info npm run build 2>&1 | tail -5; echo done"),
            ["cd web", "npm run build", "tail -5", "echo done"]
        );
        let line = CommandLine::parse("cargo test || true");
        assert!(!line.success_proves(0));
        let line = CommandLine::parse("cd x && cargo test > out.txt");
        assert!(line.success_proves(1));
        assert_eq!(line.commands[1].writes.as_deref(), Some("out.txt"));
        assert!(!CommandLine::parse("cargo test | tail").success_proves(0));
        assert!(!CommandLine::parse("for p in a b; do cargo test -p $p; done").success_proves(0));
    }

    #[test]
    fn quotes_and_here_documents_stay_in_their_word() {
        assert_eq!(words("rg \"a && b\" 'src/(x)'"), ["rg a && b src/(x)"]);
        let commit = "git add . && git commit -m \"$(cat <<'EOF'\nDon't (ever)\n\nbody\nEOF\n)\" && git push";
        let line = CommandLine::parse(commit);
        assert_eq!(line.commands.len(), 3);
        assert!(line.commands[1].words[3].contains("Don't"));
        assert_eq!(line.commands[2].words, ["git", "push"]);
        assert_eq!(words("cat <<EOF > a.txt\nrm -rf x\nEOF\nls"), ["cat", "ls"]);
        assert_eq!(words("(cd a; make) && ls"), ["cd a", "make", "ls"]);
        assert_eq!(words("echo a # comment\nls"), ["echo a", "ls"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC*|[ a'\"\\\\$(){}<>|&;\n`é#E]{0,60}") {
            let line = CommandLine::parse(&text);
            proptest::prop_assert!(line.commands.iter().all(|c| !c.words.is_empty()));
            for index in 0..line.commands.len() {
                let _ = line.success_proves(index);
            }
        }
    }
}
