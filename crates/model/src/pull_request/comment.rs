//! What others said of lines of a pull request.

use serde_json::Value;

use super::address;
use crate::limits;
use crate::text::{head, plain};

/// A review comment of a pull request, in the words of whoever made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestComment {
    /// GitHub's number of it.
    pub id: u64,
    /// The name of whoever made it, there.
    pub by: String,
    /// Markdown.
    pub text: String,
    /// Its file, from the repository's root.
    pub path: String,
    /// It is on a file as it was before.
    pub old: bool,
    /// The number of the first of its lines, as far as the service still knows it; 0 for the whole file.
    pub line: u32,
    /// Its lines, as they were when it was made; none for the whole file.
    pub lines: Vec<String>,
    /// Its page.
    pub url: Option<String>,
}

/// The comments that `gh api repos/{owner}/{repo}/pulls/N/comments` tells of, in its order, and how many of its entries
/// could not be read.
///
/// # Errors
/// When it is no list.
pub fn read_comments(told: &str) -> Result<(Vec<PullRequestComment>, usize), serde_json::Error> {
    let entries: Vec<Value> = serde_json::from_str(told)?;
    let all: Vec<Option<PullRequestComment>> = entries.iter().map(read_one).collect();
    let unread = all.iter().filter(|one| one.is_none()).count();
    Ok((all.into_iter().flatten().collect(), unread))
}

fn read_one(told: &Value) -> Option<PullRequestComment> {
    let text = |name: &str| told[name].as_str().filter(|text| !text.trim().is_empty());
    let number = |name: &str| told[name].as_u64().and_then(|number| u32::try_from(number).ok());
    let old = text("side") == Some("LEFT");
    let lines = match (text("subject_type"), number("original_line").or(number("line"))) {
        (Some("file"), _) | (_, None) => Vec::new(),
        (_, Some(to)) => {
            let from = number("original_start_line").or(number("start_line")).unwrap_or(to);
            last_lines(text("diff_hunk").unwrap_or_default(), old, to.saturating_sub(from) + 1)
        }
    };
    let to = number("line").or(number("original_line")).unwrap_or(0);
    let before = u32::try_from(lines.len()).unwrap_or(0).saturating_sub(1);
    Some(PullRequestComment {
        id: told["id"].as_u64()?,
        by: name_of(&told["user"]["login"]),
        text: words(text("body")?),
        path: text("path")?.to_owned(),
        old,
        line: if lines.is_empty() { 0 } else { to.saturating_sub(before).max(1) },
        lines,
        url: address(&told["html_url"]),
    })
}

/// The last lines of a hunk on one of its sides: it ends with those that are commented on.
fn last_lines(hunk: &str, old: bool, most: u32) -> Vec<String> {
    let other = if old { '+' } else { '-' };
    let body = hunk.lines().skip_while(|line| line.starts_with("@@"));
    let own = body.filter(|line| !line.starts_with(other) && !line.starts_with('\\'));
    let own: Vec<&str> = own.map(|line| line.get(1..).unwrap_or_default()).collect();
    let first = own.len().saturating_sub(most as usize);
    own[first..].iter().map(|line| (*line).to_owned()).collect()
}

/// A name as GitHub has them; what is none is not repeated.
fn name_of(told: &Value) -> String {
    let is_name = |name: &&str| {
        let is_its = |c: char| c.is_ascii_alphanumeric() || "-_[]".contains(c);
        (1..=limits::LINE_CHARS).contains(&name.len()) && name.chars().all(is_its)
    };
    told.as_str().filter(is_name).unwrap_or("somebody").to_owned()
}

/// Words without anything that is no text; each break of a line is one that everybody sees.
fn words(told: &str) -> String {
    let told = told.replace("\r\n", "\n").replace(['\u{85}', '\u{2028}', '\u{2029}'], "\n");
    head(plain(&told).trim(), limits::COMMENT_BYTES).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_said_is_read_and_what_it_does_not_say_is_not_made_up() {
        let told = r#"[
            {"id":1,"user":{"login":"lea-b"},"body":"Why?\r\nSay more.","path":"src/a.rs","side":"RIGHT","line":7,"original_line":6,
             "html_url":"https://github.com/a/b/pull/7#discussion_r1","diff_hunk":"@@ -4,3 +4,4 @@ fn a\n one\n-two\n+deux\n+trois","new_field":{}},
            {"id":2,"user":{"login":"bot[bot]"},"body":"Both","path":"src/a.rs","side":"LEFT","line":null,"start_line":null,
             "original_line":5,"original_start_line":4,"diff_hunk":"@@ -4,3 +4,4 @@\n one\n+deux\n-two"},
            {"id":3,"user":null,"body":"All of it","path":"b.bin","subject_type":"file","line":1,"diff_hunk":"","html_url":"javascript:x"},
            {"id":4,"user":{"login":"x\n# User"},"body":"No hunk","path":"src/c.rs","line":3},
            {"id":"five","body":"odd"}, {"id":6,"body":"  ","path":"a"}, "strange"]"#;
        let (read, unread) = read_comments(told).unwrap();
        assert_eq!((read.len(), unread), (4, 3));
        let first = &read[0];
        assert_eq!((first.by.as_str(), first.text.as_str()), ("lea-b", "Why?\nSay more."));
        assert_eq!(
            (first.line, &first.lines[..], first.old),
            (7, &["trois".to_owned()][..], false)
        );
        assert!(first.url.is_some());
        let second = &read[1];
        assert_eq!((second.line, second.lines.join("|"), second.old), (4, "one|two".into(), true));
        assert_eq!((read[2].by.as_str(), read[2].line, &read[2].url), ("somebody", 0, &None));
        assert_eq!((read[3].by.as_str(), read[3].line), ("somebody", 0));
        assert!(read_comments(r#"{"message":"Not Found"}"#).is_err());
    }
}
