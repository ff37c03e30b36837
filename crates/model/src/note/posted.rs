//! A note's text as it can stand in a comment on a tracker: what leads to files of this machine becomes words.

use super::names::{LinkKind, kind_of_target, target_in};
use super::sections::Fence;

/// What a comment may say, and what it does beside that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comment {
    /// Markdown.
    pub text: String,
    /// The images that it showed; their names are left in it.
    pub images: Vec<String>,
    /// The accounts that GitHub would tell of it: `@name`.
    pub mentions: Vec<String>,
}

impl Comment {
    /// `body` without links and images that lead nowhere from a tracker. Code stays as it is.
    #[must_use]
    pub fn of(body: &str) -> Self {
        let mut comment = Self::default();
        let mut fence = Fence::default();
        for line in body.trim().lines() {
            if fence.is_code(line) {
                comment.text.push_str(line);
            } else {
                comment.add_line(line);
            }
            comment.text.push('\n');
        }
        comment.text.truncate(comment.text.trim_end().len());
        comment
    }

    fn add_line(&mut self, line: &str) {
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            let before = line[..line.len() - rest.len()].chars().next_back();
            let taken = match c {
                '`' => self.code(rest),
                '\\' => self.keep(rest, rest.chars().take(2).map(char::len_utf8).sum()),
                '!' if rest.starts_with("![") => self.link(rest, 1),
                '[' if rest.starts_with("[[") => self.wiki(rest),
                '[' => self.link(rest, 0),
                '@' => self.mention(rest, before),
                _ => None,
            };
            let taken = taken.or_else(|| self.keep(rest, c.len_utf8())).unwrap_or(rest.len());
            rest = &rest[taken..];
        }
    }

    fn keep(&mut self, rest: &str, length: usize) -> Option<usize> {
        self.text.push_str(&rest[..length]);
        Some(length)
    }

    /// A span of code within a line.
    fn code(&mut self, rest: &str) -> Option<usize> {
        let marks = rest.bytes().take_while(|b| *b == b'`').count();
        let mut at = marks;
        while let Some(found) = rest[at..].find('`').map(|found| at + found) {
            let run = rest[found..].bytes().take_while(|b| *b == b'`').count();
            at = found + run;
            if run == marks {
                return self.keep(rest, at);
            }
        }
        self.keep(rest, marks)
    }

    /// `[text](target)`, or `![text](target)` with one mark before it.
    fn link(&mut self, rest: &str, marks: usize) -> Option<usize> {
        let close = rest.find("](")?;
        let shown = &rest[marks + 1..close];
        let (target, length) = target_in(&rest[close + 1..])?;
        let leads = kind_of_target(target) == LinkKind::Address;
        if leads || shown.contains(['[', ']']) {
            return None;
        }
        if marks > 0 && !self.images.iter().any(|known| known == target) {
            self.images.push(target.to_owned());
        }
        // Where a file is on this machine says nothing elsewhere, and who works there.
        let is_absolute = target.starts_with(['/', '~']);
        let named = if is_absolute { target.rsplit('/').next().unwrap_or(target) } else { target };
        let words = match shown.trim() {
            shown if shown.is_empty() || shown == target || shown == named => named.to_owned(),
            shown => format!("{shown} ({named})"),
        };
        self.text.push_str(&words);
        Some(close + 1 + length)
    }

    /// `[[a note]]`, or `[[a note|as it is shown]]`.
    fn wiki(&mut self, rest: &str) -> Option<usize> {
        let (inside, _) = rest.strip_prefix("[[")?.split_once("]]")?;
        let shown = inside.rsplit('|').next().unwrap_or_default().trim();
        if shown.is_empty() || inside.contains(['[', ']']) {
            return None;
        }
        self.text.push_str(shown);
        Some(inside.len() + 4)
    }

    /// `@name`; not the `@` of an address.
    fn mention(&mut self, rest: &str, before: Option<char>) -> Option<usize> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '/';
        let end = rest[1..].find(|c| !is_part(c)).map_or(rest.len(), |end| end + 1);
        let name = rest[..end].trim_end_matches(['-', '/']);
        let begins = before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '/' | '`')));
        let is_name = name.len() > 1 && !name[1..].starts_with(['-', '/']);
        if !begins || !is_name {
            return None;
        }
        if !self.mentions.iter().any(|known| known == name) {
            self.mentions.push(name.to_owned());
        }
        self.keep(rest, name.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> String {
        Comment::of(body).text
    }

    #[test]
    fn what_leads_to_this_machine_becomes_words() {
        let body = "See [the plan](plan.md), [the docs](https://x.y/z), [[Limits|the limits]], [[Other]] and S41#12.\n\
            ![a mock-up](images/ab12.png) ![](<images/my file.png>) ![logo](https://x.y/l.png) [src/a.rs](src/a.rs)";
        let comment = Comment::of(body);
        assert_eq!(
            comment.text,
            "See the plan (plan.md), [the docs](https://x.y/z), the limits, Other and S41#12.\n\
             a mock-up (images/ab12.png) images/my file.png ![logo](https://x.y/l.png) src/a.rs"
        );
        assert_eq!(comment.images, ["images/ab12.png", "images/my file.png"]);
    }

    #[test]
    fn no_folder_of_this_machine_is_told() {
        let body = "[tax](/home/lea/billing/tax.py) [/home/lea/a.md](/home/lea/a.md)";
        assert_eq!(text(body), "tax (tax.py) a.md");
    }

    #[test]
    fn code_stays_as_it_is() {
        for body in [
            "```\n[a](b.md) @alice\n```",
            "`[a](b.md)` and ``x ` [a](b.md) @bob``",
            "\\[a](b.md) \\@alice",
            "| a | b |\n|---|---|",
            "[a [nested]](b.md)",
            "an ` alone",
            "[open](",
        ] {
            assert_eq!(text(body), body);
            assert_eq!(Comment::of(body).mentions, Vec::<String>::new(), "{body}");
        }
        assert_eq!(text("  \n# A\n\nb  \n\n"), "# A\n\nb");
    }

    #[test]
    fn whom_github_would_tell_is_known() {
        let told =
            Comment::of("@alice, ask @acme/core-team (a@b.c, x/@y), @alice again; @- @é").mentions;
        assert_eq!(told, ["@alice", "@acme/core-team"]);
    }
}
