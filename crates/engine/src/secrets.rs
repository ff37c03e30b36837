//! Tokens and keys are masked before anything leaves the session that it was said in.

use std::sync::LazyLock;

use regex::Regex;

/// What a secret is replaced by, with the name of its kind between.
const MASK: (&str, &str) = ("‹masked: ", "›");

/// What is looked for beside the rules of `nosecrets-rules`: its name, a pattern, and which group of it is masked.
const FURTHER: &[(&str, &str, usize)] = &[
    (
        "private key",
        r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
        0,
    ),
    ("key of a model's service", r"\bsk-(?:[a-z]{3,8}-)?[A-Za-z0-9_-]{16,}", 0),
    ("Stripe test key", r"\b[rs]k_test_[A-Za-z0-9]{16,}", 0),
    ("GitHub token", r"\bgh[oprsu]_[A-Za-z0-9]{30,}", 0),
    ("GitLab token", r"\bgl[a-z]{2,6}-[A-Za-z0-9_-]{18,}", 0),
    ("Slack token", r"\bxox[a-z]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}", 0),
    ("Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}", 0),
    ("Google token", r"\bya29\.[A-Za-z0-9_-]{20,}", 0),
    ("Linear key", r"\blin_(?:api|oauth)_[A-Za-z0-9]{30,}", 0),
    ("Docker token", r"\bdckr_[a-z]+_[A-Za-z0-9_-]{20,}", 0),
    ("JSON web token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}", 0),
    ("bearer token", r"(?i)\bbearer\s+([A-Za-z0-9_.~+/=-]{16,})", 1),
    ("password in an address", r"(?i)\b[a-z][a-z0-9+.-]*://[^\s:/@]+:([^\s/@]{3,})@", 1),
    (
        "secret",
        r#"(?i)\b[A-Z0-9_-]*(?:passw(?:or)?d|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s*[=:]\s*["']?([^\s"',;‹]{8,})"#,
        1,
    ),
];

struct Rule {
    name: String,
    pattern: Regex,
    group: usize,
    /// Values that are no secret, such as examples.
    allowed: Vec<Regex>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut further = FURTHER.iter().filter_map(|(name, pattern, group)| {
        let pattern = Regex::new(pattern).ok()?;
        Some(Rule { name: (*name).to_owned(), pattern, group: *group, allowed: Vec::new() })
    });
    // Whole, before a rule that knows its first line only.
    let private_key = further.next();
    let known = nosecrets_rules::load_builtin_rules().unwrap_or_default().into_iter();
    let known = known.filter_map(|rule| {
        let allowed = rule.allow.unwrap_or_default().patterns;
        let allowed = allowed.iter().filter_map(|one| Regex::new(&format!("(?i){one}")).ok());
        Some(Rule {
            name: rule.name,
            pattern: Regex::new(&rule.pattern).ok()?,
            group: rule.capture,
            allowed: allowed.collect(),
        })
    });
    // Then the particular: it names what it is.
    private_key.into_iter().chain(known).chain(further).collect()
});

/// Makes the rules ready, which takes a tenth of a second: nobody who is told something waits for it.
pub(crate) fn prepare() {
    LazyLock::force(&RULES);
}

/// `text` with its tokens and keys masked, and how many there were. What is masked says so, and of which kind it was.
#[must_use]
pub fn mask(text: &str) -> (String, u32) {
    let mut text = text.to_owned();
    let mut masked = 0;
    for rule in RULES.iter() {
        let mut from = 0;
        while let Some(found) = rule.pattern.captures_at(&text, from) {
            let Some(secret) = found.get(rule.group).or_else(|| found.get(0)) else { break };
            let (start, end) = (secret.start(), secret.end());
            if start == end || is_harmless(&text, start..end, rule) {
                from = end.max(from + 1);
                if from >= text.len() || !text.is_char_boundary(from) {
                    break;
                }
                continue;
            }
            let mask = format!("{}{}{}", MASK.0, rule.name, MASK.1);
            text.replace_range(start..end, &mask);
            masked += 1;
            from = start + mask.len();
            if from >= text.len() {
                break;
            }
        }
    }
    (text, masked)
}

/// The lines of `text` that tokens and keys stand in, from 1, each with the kind of the first.
pub(crate) fn lines(text: &str) -> Vec<(u32, String)> {
    // Most texts hold none, and are not looked through line by line.
    if !RULES.iter().any(|rule| rule.pattern.is_match(text)) {
        return Vec::new();
    }
    let kind_of = |line: &str| {
        let (masked, count) = mask(line);
        let kind = masked.split_once(MASK.0)?.1.split_once(MASK.1)?.0.to_owned();
        (count > 0).then_some(kind)
    };
    (1..).zip(text.lines()).filter_map(|(at, line)| Some((at, kind_of(line)?))).collect()
}

/// What stands for a value: `$NAME`, `${NAME}`, `$(command)`, `<your-token>`, `{{ token }}`, `%NAME%`.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^(?:\$[A-Za-z_]\w*\W*$|\$\{|\$\(|<[\w .-]*>?\W*$|\{\{|\{[A-Za-z_][\w.]*\}?\W*$|%\w+%?\W*$)";
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("{error}"))
});

/// What is computed: `key(1)`, `config.tokens[0]`, `Vec<u8>`.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^&?[A-Za-z_][A-Za-z_.:]*[(\[<]";
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("{error}"))
});

/// Whether it is an example, a variable, or masked already.
fn is_harmless(text: &str, place: std::ops::Range<usize>, rule: &Rule) -> bool {
    let value = &text[place];
    value.contains(MASK.0.trim_end())
        || VARIABLE.is_match(value)
        || value.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.'))
        || is_word(value) && rule.name == "secret"
        || rule.allowed.iter().any(|allowed| allowed.is_match(value))
}

/// Whether a value reads like code or prose: `token: string`, `password=process.env.PASSWORD`.
fn is_word(value: &str) -> bool {
    let has_digit = value.bytes().any(|b| b.is_ascii_digit());
    let is_call = match has_digit {
        true => CALL.is_match(value),
        false => value.contains(['(', ')', '[', ']', '<', '>', '|', '&']),
    };
    let is_path = value.contains("::") || value.contains("env.") || value.contains("self.");
    is_call
        || is_path
        || !has_digit && value.chars().all(|c| c.is_alphanumeric() || ".-_/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Put together here, so that no scanner takes this file for a leak.
    fn secrets() -> Vec<String> {
        vec![
            format!("export GITHUB_TOKEN={}{}", "ghp_", "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"),
            format!("curl -H 'Authorization: Bearer {}.{}'", "abc123def456", "ghi789jkl012"),
            format!("postgres://app:{}@localhost:5432/db", "hunter2secret"),
            format!("AKIA{}", "IOSFODNN7ABCDEFG"),
            format!("DB_PASSWORD={}", "s3cr3t-Value-9"),
            format!("DB_PASSWORD={}", "aB3&xY9(kk"),
            format!("API_TOKEN={}", "$3cr3t-Val9"),
            format!("key {}{}", "sk-ant-", "api03-0123456789abcdefghij"),
            format!("-----BEGIN RSA {}-----\nMIIEow\nabc\n-----END RSA {0}-----", "PRIVATE KEY"),
            format!("{}.{}.{}", "eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJlMTIz"),
        ]
    }

    #[test]
    fn tokens_and_keys_are_masked_and_say_so() {
        for secret in secrets() {
            let (masked, count) = mask(&format!("before {secret} after"));
            assert!(count > 0 && masked.contains("‹masked: "), "{secret}: {masked}");
            assert!(masked.starts_with("before ") && masked.contains("after"), "{masked}");
        }
        let (masked, _) = mask(&secrets().join("\n"));
        for word in ["aB3dE5fG", "ghi789", "hunter2", "IOSFODNN7", "s3cr3t", "api03", "MIIEow"] {
            assert!(!masked.contains(word), "{word} in {masked}");
        }
    }

    #[test]
    fn lines_with_secrets_are_told_by_their_kind() {
        let text = format!("# Note\n\n{}\nand that is all\n", secrets()[0]);
        assert_eq!(lines(&text), [(3, "GitHub Personal Access Token".to_owned())]);
        assert_eq!(lines("nothing\n"), []);
    }

    #[test]
    fn code_and_prose_are_left_alone() {
        for text in [
            "const token: string = next()",
            "password = process.env.PASSWORD",
            "the secret: never merge on Fridays",
            "let access_key = self.key(id);",
            "let token: Vec<u8> = tokens[0]",
            "API_TOKEN=${API_TOKEN_2}",
            "API_TOKEN=<your-token-1>",
            "git commit 1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d",
            "https://example.com/a/b?c=d",
            "tokens: 2000",
            "src/tokens.rs:12 token_count=12345",
        ] {
            assert_eq!(mask(text), (text.to_owned(), 0));
        }
    }

    #[test]
    fn what_is_masked_stays_as_it_is() {
        let (once, _) = mask(&secrets().join(" "));
        assert_eq!(mask(&once), (once.clone(), 0));
    }
}
