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
