use callboard_model::note::{
    Author, DecisionStatus, FrontMatter, LinkKind, Note, NoteDraft, RuledOut, Setting,
    append_section, set_key, slug, summary,
};
use callboard_model::{DecisionId, SessionId, TaskId, Timestamp};
use proptest::prelude::*;

const DECISION: &str = "---
id: D9
by: you                    # or S41
at: 2026-11-17T10:03:00Z
status: decided            # decided | open | superseded
supersedes: [D3]
task: T12
session: S41
files: [src/watch.rs]
symbols: [Watcher::poll]
sources: [S41#10234, https://example.com/mail, images/mock-up.png]
team: parsers
---

# Keep three fixtures apart

## Why
The orderings differ on purpose.

## Ruled out
- **One fixture with flags**: hides which watcher it tests.
- sorting them: then the bug is gone

## Open
- Does Windows need a fourth?

## Bemerkung
See [[Watching files]], S41#12, T13 and #432; `D3` is older.
";

fn targets(note: &Note, kind: LinkKind) -> Vec<&str> {
    note.named.iter().filter(|n| n.kind == kind).map(|n| n.target.as_str()).collect()
}

#[test]
fn a_decision_is_read_as_it_is_written() {
    let note = Note::parse(DECISION);
    assert_eq!(note.problems, Vec::<String>::new());
    assert_eq!(note.title.as_deref(), Some("Keep three fixtures apart"));
    let front = &note.front;
    assert_eq!((front.id, front.task), (Some(DecisionId(9)), Some(TaskId(12))));
    assert_eq!((&front.by, front.session), (&Some(Author::Person), Some(SessionId(41))));
    assert_eq!(front.status, Some(DecisionStatus::Decided));
    assert_eq!(front.supersedes, [DecisionId(3)]);
    assert_eq!(front.other.len(), 1);
    assert_eq!(note.sections.why, "The orderings differ on purpose.");
    assert_eq!(note.sections.ruled_out[0].what, "One fixture with flags");
    assert_eq!(note.sections.ruled_out[0].why, "hides which watcher it tests.");
    assert_eq!(note.sections.ruled_out[1].what, "sorting them");
    assert_eq!(note.sections.open, ["Does Windows need a fourth?"]);
    assert_eq!(targets(&note, LinkKind::Event), ["S41#10234", "S41#12"]);
    assert_eq!(targets(&note, LinkKind::Task), ["T12", "T13"]);
    assert_eq!(targets(&note, LinkKind::Note), ["D3", "Watching files"]);
    assert_eq!(targets(&note, LinkKind::Image), ["images/mock-up.png"]);
    assert_eq!(targets(&note, LinkKind::Issue), ["#432"]);
    assert_eq!(summary(&DECISION[note.body_at..]), "The orderings differ on purpose.");
}

#[test]
fn front_matter_that_is_wrong_is_told_and_kept() {
    for (text, problem) in [
        ("---\nid: nine\n---\n# A", "`id: nine`"),
        ("---\nstatus: maybe\n---\n# A", "`status: maybe`"),
        ("---\nid: [D1\n---\n# A", "could not be read"),
        ("---\n- a\n- b\n---\n# A", "a list"),
        ("---\ntask: T1\ntask: T2\n---\n# A", "twice"),
    ] {
        let note = Note::parse(text);
        assert!(note.problems.iter().any(|p| p.contains(problem)), "{text}: {:?}", note.problems);
        assert_eq!(note.title.as_deref(), Some("A"), "{text}");
    }
    // No front matter at all: nothing is wrong.
    for text in ["", "# A\n", "---\nno end\n", "text\n---\nid: D1\n---\n"] {
        assert_eq!(Note::parse(text).problems, Vec::<String>::new(), "{text}");
        assert_eq!(Note::parse(text).front, FrontMatter::default(), "{text}");
    }
}

#[test]
fn a_key_is_set_and_nothing_else() {
    let superseded = set_key(DECISION, "status", &Setting::Text("superseded".into())).unwrap();
    let wanted = DECISION.replace("status: decided  ", "status: superseded  ");
    assert_eq!(superseded, wanted);
    let files = Setting::List(vec!["a b.rs".into(), "#1".into()]);
    let set = set_key(DECISION, "files", &files).unwrap();
    assert_eq!(set, DECISION.replace("[src/watch.rs]", "[a b.rs, \"#1\"]"));
    let added = set_key(DECISION, "superseded_by", &Setting::Text("D12".into())).unwrap();
    assert_eq!(added, DECISION.replace("team: parsers\n", "team: parsers\nsuperseded_by: D12\n"));
    let list = "---\r\nfiles: # all of them\r\n- a\r\n- b\r\n\r\n# the next\r\nid: D1\r\n---\r\nx";
    let set = set_key(list, "files", &Setting::List(vec!["c".into()])).unwrap();
    assert_eq!(set, "---\r\nfiles: [c] # all of them\r\n\r\n# the next\r\nid: D1\r\n---\r\nx");
    let empty = set_key("---\nid:\ntask: T1\n---\n", "id", &Setting::Text("D2".into())).unwrap();
    assert_eq!(empty, "---\nid: D2\ntask: T1\n---\n");
    let plain = set_key("# A\n", "id", &Setting::Text("D2".into())).unwrap();
    assert_eq!(plain, "---\nid: D2\n---\n\n# A\n");
    assert!(set_key("---\nid: [\n---\n", "id", &Setting::Text("D2".into())).is_err());
    assert!(set_key("---\n{id: D1}\n---\n", "task", &Setting::Text("T2".into())).is_err());
}

#[test]
fn a_section_is_appended_outside_of_code() {
    assert_eq!(append_section("a", "## B\n"), "a\n\n## B\n");
    assert_eq!(append_section("a\n\n", "## B\n"), "a\n\n## B\n");
    assert_eq!(append_section("```\na\n", "## B"), "```\na\n```\n\n## B\n");
    assert_eq!(append_section("a\r\n", "## B"), "a\r\n\r\n## B\r\n");
    assert_eq!(append_section("", "## B"), "## B\n");
}

#[test]
fn what_a_text_names() {
    let named = |text: &str| {
        let note = Note::parse(text);
        note.named.iter().map(|n| format!("{} {}", n.kind.word(), n.target)).collect::<Vec<_>>()
    };
    assert_eq!(
        named("See https://x.org/T12/a_(b), (https://y.org). <http://z.org>"),
        ["address https://x.org/T12/a_(b)", "address https://y.org", "address http://z.org"]
    );
    assert_eq!(named("S41.md T12-fix UTF8 R2/D2 a#12 C#3 T01 &#432; x_T1"), Vec::<String>::new());
    assert_eq!(
        named("[a](src/a.rs#L3) ![b](images/b.png \"B\") [c](<my file.md>) [d](#there)"),
        ["file src/a.rs#L3", "image images/b.png", "note my file.md"]
    );
    assert_eq!(named("[[D4]] [[a|b]] R7. (T1)"), ["note D4", "note a", "review R7", "task T1"]);
    assert_eq!(named("```\nT1\n```\n~~~sh\nT2\n~~~\nT3 ``` T4"), ["task T3", "task T4"]);
    assert_eq!(named("# Übergröße T5\nÄT6"), ["task T5"]);
}

#[test]
fn a_title_names_a_file() {
    assert_eq!(slug("Keep three fixtures apart!"), "keep-three-fixtures-apart");
    assert_eq!(slug("../../etc/passwd"), "etc-passwd");
    assert_eq!(slug("Größe ändern"), "größe-ändern");
    assert_eq!(slug("…"), "");
    assert!(slug(&"x".repeat(500)).len() < 100);
}

fn words() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9:#*\\\\,.'\"\\[\\]{}&!|>%@`äß -]{0,24}[a-zA-Z0-9.]".prop_map(|text| {
        let words: Vec<_> = text.split_whitespace().collect();
        words.join(" ")
    })
}

fn front() -> impl Strategy<Value = FrontMatter> {
    let list = || prop::collection::vec(words(), 0..3);
    let author = prop_oneof![
        Just(None),
        Just(Some(Author::Person)),
        (1..99_i64).prop_map(|n| Some(Author::Session(SessionId(n)))),
    ];
    let id = prop::option::of((1..9_999_i64).prop_map(DecisionId));
    let at = prop::option::of((0..4_000_000_000_000_i64).prop_map(Timestamp::from_millisecond));
    (author, id, at, list(), list(), list(), prop::option::of(1..99_i64)).prop_map(
        |(by, id, at, files, symbols, sources, task)| FrontMatter {
            id,
            by,
            at,
            status: id.map(|_| DecisionStatus::Open),
            supersedes: id.into_iter().collect(),
            task: task.map(TaskId),
            session: task.map(SessionId),
            files,
            symbols,
            sources,
            other: Vec::new(),
        },
    )
}

/// A line that is neither heading nor list nor fence.
fn prose() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9:#*,. äß_-]{0,30}[a-z.]"
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        front in front(),
        title in "[a-zA-Z][a-zA-Z0-9 :*.-]{0,20}[a-z]",
        why in prop::collection::vec(prose(), 0..4),
        ruled_out in prop::collection::vec((prose(), prop::option::of(prose())), 0..3),
        open in prop::collection::vec(prose(), 0..3),
    ) {
        let line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let ruled_out: Vec<RuledOut> = ruled_out
            .into_iter()
            .map(|(what, why)| RuledOut { what: line(what), why: why.unwrap_or_default() })
            .collect();
        let is_section = ["why", "open", "ruled out"].contains(&title.to_lowercase().as_str());
        prop_assume!(!is_section);
        let draft = NoteDraft {
            front: front.clone(), title: title.clone(), body: String::new(), why: why.join("\n"), ruled_out, open,
        };
        let text = draft.text();
        let note = Note::parse(&text);
        prop_assert_eq!(&note.problems, &Vec::<String>::new(), "{}", text);
        prop_assert_eq!(&note.front, &front, "{}", text);
        let title = line(title);
        prop_assert_eq!(note.title.as_deref(), Some(title.as_str()));
        prop_assert_eq!(&note.sections.why, &draft.why, "{}", text);
        prop_assert_eq!(&note.sections.ruled_out, &draft.ruled_out, "{}", text);
        prop_assert_eq!(&note.sections.open, &draft.open, "{}", text);
    }

    #[test]
    fn setting_a_key_leaves_the_rest(
        front in front(),
        body in "(\\PC{0,12}\n){0,4}",
        value in words(),
        key in prop::sample::select(vec!["status", "files", "sources", "team", "id", "symbols"]),
        is_list: bool,
    ) {
        let text = format!("{}{body}", front.text());
        let setting = if is_list { Setting::List(vec![value.clone(), "S1#2".into()]) } else { Setting::Text(value) };
        let before = Note::parse(&text);
        prop_assume!(before.problems.is_empty());
        if let Ok(set) = set_key(&text, key, &setting) {
            let after = Note::parse(&set);
            prop_assert!(set.ends_with(&text[before.body_at..]));
            if key != "files" { prop_assert_eq!(&after.front.files, &before.front.files); }
            if key != "sources" { prop_assert_eq!(&after.front.sources, &before.front.sources); }
            prop_assert_eq!(&after.front.by, &before.front.by);
            prop_assert_eq!(set_key(&set, key, &setting), Ok(set.clone()));
        } else {
            prop_assert!(false, "{} could not be set in {}", key, text);
        }
    }

    #[test]
    fn any_text_is_a_note(text in "(---\n)?(\\PC|[\n\r\t:#\\-\\[\\]{}\"'|>&*!%@`])*(\n---\n)?(\\PC|\n)*") {
        let note = Note::parse(&text);
        prop_assert!(note.body_at <= text.len());
        let _ = set_key(&text, "status", &Setting::Text("open".into()));
        let appended = append_section(&text, "## A\n\nb");
        prop_assert!(appended.starts_with(&text));
    }

    #[test]
    fn any_bytes_are_a_front_matter(bytes in prop::collection::vec(any::<u8>(), 0..200), marks in "[-:?,\\[\\]{}#&*!|>'\"%@` \n\ta1]{0,60}") {
        let text = format!("---\n{marks}{}\n---\n# x\n", String::from_utf8_lossy(&bytes));
        let note = Note::parse(&text);
        prop_assert!(note.body_at <= text.len());
        let _ = set_key(&text, "id", &Setting::Text("D1".into()));
    }
}
