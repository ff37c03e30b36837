//! What other sessions did and wrote that bears on one.

use callboard_engine::{BriefOf, BriefQuery};
use callboard_model::note::NoteKind;
use callboard_model::view::{BriefPart, NewNote};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::json;

use crate::scene::Running;
use crate::transcripts::{Claude, append};

/// A session that is told something, edits a file and has the last word.
fn work(home: &HermeticHome, claude: &Claude, prompt: &str, path: &str, last: &str) {
    let input = json!({"file_path": path, "old_string": "a", "new_string": "b"});
    let text = claude.prompt(1, prompt)
        + &claude.uses(2, "Edit", input)
        + &claude.ran(3, 2, "The file has been updated.")
        + &claude.says(4, last);
    append(&claude.path(home, "p"), &text);
}

#[test]
fn few_and_right_is_told_and_what_everybody_touches_is_not() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let root = repo.path().to_string_lossy().into_owned();
    let file = |name: &str| format!("{root}/{name}");
    let session = |id: &str| Claude::new(id, repo.path());
    let (first, second) = (session("tuesday"), session("thursday"));
    let why = "The three fixtures disagree on ordering; keep `watch-3.json` as it is.";
    work(&home, &first, "Split the fixtures", &file("src/watch.rs"), why);
    work(&home, &second, "Mend the watcher", &file("src/watch.rs"), "Mended.");
    work(&home, &session("other"), "Write the manual", &file("docs/manual.md"), "Written.");
    for n in 0..3 {
        let one = session(&format!("common-{n}"));
        work(&home, &one, "Raise a version", &file("package.json"), "Raised.");
    }
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    running.wait_for_words("common-2", "Raised.");
    running.wait_for_words("thursday", "Mended.");
    let (tuesday, thursday) = (running.session("tuesday").id, running.session("thursday").id);
    let related = running.engine.related(thursday).unwrap();
    let [item] = &related.items[..] else { panic!("{related:#?}") };
    assert_eq!(item.session, Some(tuesday));
    assert_eq!(item.why, ["about `src/watch.rs`"]);
    assert!(item.lines[0].text.contains("disagree on ordering"), "{item:#?}");
    assert!(item.lines[0].cites[0].starts_with(&format!("{tuesday}#")));
    let alone = running.session("other").id;
    assert!(running.engine.related(alone).unwrap().items.is_empty());
    let common = running.session("common-1").id;
    assert!(running.engine.related(common).unwrap().items.is_empty());

    // What somebody wrote down is told instead of the session that it came from.
    let decision = NewNote {
        workspace: Some(workspace),
        kind: NoteKind::Decision,
        title: "Keep three fixtures apart".to_owned(),
        why: Some("Their orderings differ on purpose.".to_owned()),
        session: Some(tuesday),
        files: vec!["src/watch.rs".to_owned()],
        ..NewNote::default()
    };
    running.engine.new_note(decision).unwrap();
    let items = running.wait("the decision", |engine| {
        let items = engine.related(thursday).unwrap().items;
        items[0].note.is_some().then_some(items)
    });
    assert_eq!((items.len(), items[0].note.as_deref()), (1, Some("D1")), "{items:#?}");
}

#[test]
fn a_brief_tells_each_line_with_its_event() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let path = repo.path().join("src/watch.rs").to_string_lossy().into_owned();
    let claude = Claude::new("one", repo.path());
    work(&home, &claude, "Mend the watcher, never poll", &path, "Mended it.");
    let running = Running::start(&home);
    running.register(&repo);
    running.wait_for_words("one", "Mended it.");
    let id = running.session("one").id;
    let query = BriefQuery { of: BriefOf::Session(id), for_task: None, budget: 2_000 };
    let brief = running.engine.brief(query).unwrap();
    let lines: Vec<_> = brief.sections.iter().flat_map(|section| &section.lines).collect();
    assert!(lines.iter().all(|line| !line.cites.is_empty()), "{brief:#?}");
    let goal = brief.sections.iter().find(|section| section.part == BriefPart::Goal).unwrap();
    assert!(goal.lines[0].text.contains("never poll"));
    assert!(brief.markdown.contains("`src/watch.rs`: 1 edit"), "{}", brief.markdown);
    // The file that it wrote was never there.
    assert!(brief.markdown.contains("the file is gone"), "{}", brief.markdown);
    assert!(brief.tokens <= 2_000 && brief.left_out == 0);
    assert_eq!(running.engine.brief(query).unwrap().markdown, brief.markdown);
    let long: String = (0..40).map(|n| format!("Mind rule {n} of the watcher. ")).collect();
    append(&claude.path(&home, "p"), &(claude.prompt(5, &long) + &claude.says(6, "I do.")));
    running.wait_for_words("one", "I do.");
    let short = running.engine.brief(BriefQuery { budget: 200, ..query }).unwrap();
    assert!(short.tokens <= 200 && short.left_out > 0, "{short:#?}");
}

#[test]
fn an_unreadable_configuration_hinders_nothing_else_that_is_told() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let path = repo.path().join("src/watch.rs").to_string_lossy().into_owned();
    work(&home, &Claude::new("one", repo.path()), "Mend the watcher", &path, "Mended it.");
    let running = Running::start(&home);
    running.register(&repo);
    running.wait_for_words("one", "Mended it.");
    repo.write("callboard.toml", "[");
    let id = running.session("one").id;
    assert_eq!(running.engine.tell_caller(id).unwrap(), Vec::<String>::new());
}

/// A file of code with a method that is as this version has it.
fn watcher(version: usize) -> String {
    format!(
        "pub struct Watcher;\n\nimpl Watcher {{\n    pub fn poll(&self) -> usize {{\n        {version}\n    }}\n}}\n"
    )
}

#[test]
fn a_file_is_the_same_under_another_name_and_in_another_worktree() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("src/watch.rs", &watcher(1))]);
    let before = repo.path().join("src/watch.rs").to_string_lossy().into_owned();
    work(&home, &Claude::new("tuesday", repo.path()), "Split it", &before, "I split it.");
    repo.git(&["mv", "src/watch.rs", "src/watcher.rs"]);
    repo.commit("Move", &[]);
    let other = repo.worktree("other");
    let now = other.path().join("src/watcher.rs").to_string_lossy().into_owned();
    work(&home, &Claude::new("thursday", other.path()), "Mend it", &now, "Mended.");
    let running = Running::start(&home);
    running.register(&repo);
    running.wait_for_words("thursday", "Mended.");
    running.wait_for_words("tuesday", "I split it.");
    let (tuesday, thursday) = (running.session("tuesday").id, running.session("thursday").id);
    let related = running.engine.related(thursday).unwrap();
    assert_eq!(related.items.len(), 1, "{related:#?}");
    assert_eq!(related.items[0].session, Some(tuesday));
    assert_eq!(related.items[0].why, ["about `src/watch.rs`"]);
}

#[test]
fn what_changes_a_symbol_is_told_of_the_decision_about_it() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("src/watch.rs", &watcher(1)), (".gitignore", ".callboard\n")]);
    repo.write(
        ".callboard/decisions/D9-no-polling.md",
        "---\nid: D9\nstatus: decided\nsymbols: [Watcher.poll()]\n---\n\n# Poll once\n\n## Why\nIt is slow.\n",
    );
    let other = repo.worktree("other");
    other.write("src/watch.rs", watcher(2));
    let path = other.path().join("src/watch.rs").to_string_lossy().into_owned();
    work(&home, &Claude::new("one", other.path()), "Speed it up", &path, "It is fast.");
    let running = Running::start(&home);
    running.register(&repo);
    let id = running.wait_for_words("one", "It is fast.");
    let items = running.wait("the decision", |engine| {
        let items = engine.related(id).unwrap().items;
        (!items.is_empty()).then_some(items)
    });
    assert_eq!(items[0].note.as_deref(), Some("D9"));
    assert_eq!(items[0].why, ["changes `Watcher::poll`, which D9 is about"]);
    // Another one, later, of which the first one's change is known.
    let main = repo.path().join("a.txt").to_string_lossy().into_owned();
    let prompt = "Why does `Watcher::poll` wait?";
    work(&home, &Claude::new("two", repo.path()), prompt, &main, "Because.");
    let later = running.wait_for_words("two", "Because.");
    let items = running.wait("both", |engine| {
        let items = engine.related(later).unwrap().items;
        (items.len() == 2).then_some(items)
    });
    let of_session = items.iter().find(|item| item.note.is_none()).unwrap();
    assert_eq!(of_session.why, ["names `Watcher::poll`, which it changed"]);
}

#[test]
fn failing_tests_are_related_by_their_fixtures() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[(".gitignore", ".callboard\n")]);
    let fails = |id: &str, fixture: &str, last: &str| {
        let claude = Claude::new(id, repo.path());
        let text = claude.prompt(1, "Run the tests")
            + &claude.uses(2, "Bash", json!({"command": "make check"}))
            + &claude.failed(3, 2, &format!("FAIL {id}: tests/fixtures/{fixture} has rows {id}\n"))
            + &claude.says(4, last);
        append(&claude.path(&home, "p"), &text);
    };
    let why = "watch-1.json, watch-2.json and watch-3.json disagree on ordering.";
    fails("tuesday", "watch-3.json", why);
    fails("thursday", "watch-2.json", "It fails.");
    let running = Running::start(&home);
    let workspace = running.register(&repo);
    let tuesday = running.wait_for_words("tuesday", why);
    let thursday = running.wait_for_words("thursday", "It fails.");
    let items = running.engine.related(thursday).unwrap().items;
    assert_eq!((items.len(), items[0].session), (1, Some(tuesday)), "{items:#?}");
    assert!(items[0].lines[0].text.contains("disagree on ordering"), "{items:#?}");
    let decision = NewNote {
        workspace: Some(workspace),
        kind: NoteKind::Decision,
        title: "Keep three fixtures apart".to_owned(),
        why: Some("Their orderings differ on purpose.".to_owned()),
        session: Some(tuesday),
        files: vec!["tests/fixtures/watch-*.json".to_owned()],
        ..NewNote::default()
    };
    running.engine.new_note(decision).unwrap();
    let items = running.wait("the decision", |engine| {
        let items = engine.related(thursday).unwrap().items;
        items[0].note.is_some().then_some(items)
    });
    assert_eq!((items.len(), items[0].note.as_deref()), (1, Some("D1")), "{items:#?}");
    assert!(items[0].why[0].contains("`tests/fixtures/watch-2.json`"), "{items:#?}");
}
