//! A receipt of everything: as Markdown, as a page and as a statement.

mod statement;

use callboard_model::receipt::render::{Shown, headline, html, markdown};
use callboard_model::receipt::{Case, Receipt};

/// What the page's mock daemon shows: it has something in every section.
const SAMPLE: &str = include_str!("../../../../web/mock/receipt.json");

fn sample() -> Receipt {
    serde_json::from_str(SAMPLE).unwrap()
}

#[test]
fn the_sample_is_a_receipt_as_it_is_written() {
    let receipt = sample();
    let told: serde_json::Value = serde_json::from_str(SAMPLE).unwrap();
    assert_eq!(serde_json::to_value(&receipt).unwrap(), told);
    let made = |case: &Case| Case::new(&receipt.of, case.finding.clone(), case.weight);
    let names = |case: Case| (case.key, case.risk);
    let shown: Vec<_> = receipt.cases.iter().cloned().map(names).collect();
    assert_eq!(shown, receipt.cases.iter().map(made).map(names).collect::<Vec<_>>());
    assert_eq!(headline(&receipt), "2 block, 1 contradicted, 1 check fails");
}

#[test]
fn a_receipt_is_markdown() {
    let shown = Shown {
        stale: Some("`src/watcher.ts` changed since."),
        held_by: Some("2 cases block, and nobody accepted them."),
        base_moved: 3,
    };
    insta::assert_snapshot!(markdown(&sample(), &shown));
}

#[test]
fn a_receipt_is_a_page() {
    insta::assert_snapshot!(html(&sample(), &Shown::default()));
}

/// Ends whatever may surround it, and begins what must not come about.
const HOSTILE: &str = "`</code></pre></summary></details>\n\n```\n# x\n| <img src=x onerror=y> | [a](javascript:b) \
    <https://evil.test> https://evil.test @lea #12 &lt;img&gt; \\";

/// The sample with hostile words wherever words come from outside.
fn hostile(value: &mut serde_json::Value) {
    const WORDS: [&str; 30] = [
        "title", "words", "why", "quote", "command", "name", "file", "failure", "before", "after",
        "line", "question", "answer", "by", "source", "url", "path", "from", "to", "folder",
        "branch", "onto", "child", "result", "reason", "sheet", "column", "checks", "unread",
        "closing",
    ];
    match value {
        serde_json::Value::Array(items) => items.iter_mut().for_each(hostile),
        serde_json::Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    serde_json::Value::String(text) if WORDS.contains(&key.as_str()) => {
                        text.push_str(HOSTILE);
                    }
                    other => hostile(other),
                }
            }
        }
        _ => {}
    }
}

fn hostile_receipt() -> Receipt {
    let mut value: serde_json::Value = serde_json::from_str(SAMPLE).unwrap();
    hostile(&mut value);
    // What a confinement is held by is a word of ours.
    for check in value["checks"].as_array_mut().unwrap() {
        if let Some(confinement) = check.get_mut("confinement") {
            confinement["by"] = "limits".into();
        }
    }
    serde_json::from_value(value).unwrap()
}

#[test]
fn nothing_from_outside_becomes_html() {
    const OURS: [&str; 31] = [
        "!doctype",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "h1",
        "h2",
        "h3",
        "p",
        "section",
        "footer",
        "blockquote",
        "pre",
        "ul",
        "li",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "figure",
        "figcaption",
        "details",
        "summary",
        "code",
        "span",
    ];
    let shown = Shown { stale: Some(HOSTILE), held_by: Some(HOSTILE), base_moved: 2 };
    let page = html(&hostile_receipt(), &shown);
    for tag in page.split('<').skip(1) {
        let name = tag.trim_start_matches('/');
        let name = name.split(|c: char| c.is_whitespace() || c == '>').next().unwrap();
        assert!(OURS.contains(&name) || name == "b", "<{tag}");
        let inside = tag.split('>').next().unwrap();
        let attributes =
            ["class=", "scope=", "charset=", "name=", "http-equiv=", "content=", "lang="];
        let odd = inside.split_whitespace().skip(1).find(|word| {
            word.contains('=') && !attributes.iter().any(|known| word.starts_with(known))
        });
        assert!(odd.is_none_or(|_| name == "meta"), "<{tag}");
    }
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let shown = Shown { stale: Some(HOSTILE), held_by: Some(HOSTILE), base_moved: 2 };
    let text = markdown(&hostile_receipt(), &shown);
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let words = line.trim_start();
        let marks: String = words.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if *open == words => fence = None,
            Some(_) => {}
            None if marks.len() >= 3 && !words[marks.len()..].contains('`') => fence = Some(marks),
            None => assert_is_plain(line),
        }
    }
    assert_eq!(fence, None);
}

/// Outside of its spans of code, a line has none of what the hostile words would begin.
fn assert_is_plain(line: &str) {
    let mut rest = line;
    let mut plain = String::new();
    while let Some(at) = rest.find('`') {
        let escaped = rest[..at].bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
        let run = rest[at..].bytes().take_while(|b| *b == b'`').count();
        let run = if escaped { 1 } else { run };
        plain.push_str(&rest[..at]);
        let after = &rest[at + run..];
        let mark = "`".repeat(run);
        let end = after
            .match_indices(&mark)
            .map(|(end, _)| end)
            .find(|end| !after[..*end].ends_with('`') && !after[end + run..].starts_with('`'));
        rest = match end {
            Some(end) if !escaped => &after[end + run..],
            _ => after,
        };
    }
    plain.push_str(rest);
    for begun in ["<img", "](javascript", "<https", "//evil", "@lea", "#12", "&lt;", "</pre"] {
        let is_escaped = |at: usize| {
            plain[..at].ends_with('\\')
                || plain[at..].starts_with("//") && plain[..at].ends_with("\\:")
        };
        let found = plain.match_indices(begun).find(|(at, _)| !is_escaped(*at));
        assert_eq!(found, None, "{line}\n{plain}");
    }
}
