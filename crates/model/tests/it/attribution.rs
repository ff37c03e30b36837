use std::fmt::Write;

use callboard_model::attribution::{FileAttribution, Owners};
use callboard_model::{SessionId, event::FileEdit};

use crate::shared_checkout::{Score, SharedCheckout, USER};

const CODE: &str = "use a;\nuse b;\n\nfn one() {\n    a();\n}\n\nfn two() {\n    b();\n}\n\nfn three() {\n    c();\n}\n";

fn checkout() -> SharedCheckout {
    SharedCheckout::new(&[("a.rs", CODE), ("b.rs", "fn b() {\n    x\n}\n"), ("lock", "1\n2\n3\n")])
}

type Script = (&'static str, fn() -> SharedCheckout);

fn edits_near_each_other() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    a(1);"]);
    c.edit(2, "a.rs", 5, 0, &["    log();", "    done();"]);
    c.look();
    c.edit(1, "a.rs", 0, 0, &["use z;"]);
    c.look();
    c.edit(2, "a.rs", 1, 1, &["use a2;"]);
    c.edit(1, "a.rs", 2, 1, &["use b1;"]);
    c.look();
    c
}

fn the_same_block_appended_by_both() -> SharedCheckout {
    let mut c = checkout();
    let end = c.disk["a.rs"].len();
    c.edit(1, "a.rs", end, 0, &["", "fn four() {", "    d();", "}"]);
    c.look();
    c.edit(2, "a.rs", end + 4, 0, &["", "fn five() {", "    e();", "}"]);
    c.look();
    c
}

fn a_line_rewritten() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    a(1);", "    a(2);"]);
    c.look();
    c.edit(2, "a.rs", 5, 1, &["    a(3);"]);
    c.look();
    c
}

fn rewritten_within_one_look() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    a(1);"]);
    c.edit(2, "a.rs", 4, 1, &["    a(2);"]);
    c.look();
    c
}

fn a_formatter_over_all() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["a( 1 );"]);
    c.edit(1, "b.rs", 1, 1, &["x+y"]);
    c.look();
    c.write(2, "a.rs", 4, 1, &["    a(1);"]);
    c.write(2, "a.rs", 8, 1, &["    b( );"]);
    c.write(2, "b.rs", 1, 1, &["    x + y"]);
    c.run(2, "cargo fmt");
    c.look();
    c
}

fn a_formatter_on_save() -> SharedCheckout {
    let mut c = checkout();
    let told = c.told("a.rs", 4, 1, &["a( 1 );"], true);
    c.tell(1, told);
    c.write(1, "a.rs", 4, 1, &["    a(1);"]);
    c.look();
    c
}

fn a_code_generator() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 0, 0, &["use gen;"]);
    c.look();
    c.write(2, "gen.rs", 0, 0, &["// made", "fn g() {}"]);
    c.write(2, "a.rs", 1, 0, &["mod gen;"]);
    c.run(2, "npm run codegen");
    c.run(1, "git status");
    c.look();
    c
}

fn an_install_and_an_edit_at_once() -> SharedCheckout {
    let mut c = checkout();
    c.write(2, "lock", 1, 1, &["2.1", "2.2"]);
    c.run(2, "npm install left-pad");
    c.edit(1, "a.rs", 4, 1, &["    a(1);"]);
    c.look();
    c
}

fn an_edit_within_a_command() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    a(1);"]);
    c.write(2, "a.rs", 8, 1, &["    b(2);"]);
    c.run(2, "./fix.sh");
    c.look();
    c
}

fn both_commands_at_once() -> SharedCheckout {
    let mut c = checkout();
    c.write(1, "a.rs", 4, 1, &["    a(1);"]);
    c.write(2, "b.rs", 1, 1, &["    y"]);
    c.run(1, "./one.sh");
    c.run(2, "./two.sh");
    c.look();
    c
}

fn the_user_in_between() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    a(1);"]);
    c.look();
    c.write(USER, "a.rs", 8, 1, &["    mine();"]);
    c.write(USER, "a.rs", 4, 1, &["    a(1, mine);"]);
    c.look();
    c.edit(2, "a.rs", 9, 0, &["    b2();"]);
    c.look();
    c
}

fn the_user_beside_an_edit() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    a(1);"]);
    c.write(USER, "a.rs", 8, 1, &["    mine();"]);
    c.look();
    c
}

fn told_but_not_written() -> SharedCheckout {
    let mut c = checkout();
    let told = c.told("a.rs", 4, 1, &["    a(1);"], false);
    c.begin(1, told.clone());
    c.write(USER, "a.rs", 8, 1, &["    mine();"]);
    c.look();
    c.tell(1, told);
    c.write(1, "a.rs", 4, 1, &["    a(1);"]);
    c.look();
    c
}

fn seen_before_told() -> SharedCheckout {
    let mut c = checkout();
    let told = c.told("a.rs", 4, 2, &["    a(1);", "    a(2);", "}"], true);
    c.write(1, "a.rs", 4, 2, &["    a(1);", "    a(2);", "}"]);
    c.look();
    c.tell(1, told);
    c.look();
    c
}

fn an_undo_and_a_redo() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    first();"]);
    c.edit(2, "b.rs", 1, 1, &["    second();"]);
    c.look();
    let was = c.stash();
    c.look();
    c.pop(was);
    c.look();
    c
}

fn a_stash_by_another() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    first();"]);
    c.edit(2, "a.rs", 8, 1, &["    second();"]);
    c.look();
    let was = c.stash();
    c.run(2, "git stash");
    c.look();
    c.pop(was);
    c.run(2, "git stash pop");
    c.look();
    c
}

fn a_commit_taken_back() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    first();"]);
    c.edit(2, "a.rs", 8, 1, &["    second();"]);
    c.look();
    let before = c.clone();
    assert!(c.commit(1));
    c.look();
    assert!(!c.files()[0].hunks.iter().any(|h| h.owners.has(SessionId(1))));
    (c.base, c.disk) = (before.base.clone(), before.disk.clone());
    c.run(2, "git reset --soft HEAD~1");
    let mut back = before;
    back.attribution = c.attribution.clone();
    c.look();
    back.attribution = c.attribution;
    back
}

fn a_file_moved_by_another() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    first();"]);
    c.look();
    c.rename("a.rs", "src/a.rs");
    c.run(2, "git mv a.rs src/a.rs");
    c.look();
    c.edit(2, "src/a.rs", 8, 1, &["    second();"]);
    c.look();
    c
}

fn the_base_moves_below() -> SharedCheckout {
    let mut c = checkout();
    c.edit(1, "a.rs", 4, 1, &["    first();"]);
    c.look();
    // Somebody pulls: other lines of the file and of the base change.
    let base = CODE.replace("use b;", "use b;\nuse pulled;").replace("c();", "c(pulled);");
    let file = c.disk.get_mut("a.rs").unwrap();
    file.insert(2, ("use pulled;".into(), Default::default()));
    let place = file.iter().position(|l| l.0 == "    c();").unwrap();
    file[place].0 = "    c(pulled);".into();
    c.base.insert("a.rs".into(), base);
    c.run(2, "git pull --autostash");
    c.look();
    c
}

const SCRIPTS: &[Script] = &[
    ("edits near each other", edits_near_each_other),
    ("both append the same form of block", the_same_block_appended_by_both),
    ("one rewrites the other's line", a_line_rewritten),
    ("… within one look", rewritten_within_one_look),
    ("a formatter over all", a_formatter_over_all),
    ("a formatter on save", a_formatter_on_save),
    ("a code generator", a_code_generator),
    ("an install and an edit at once", an_install_and_an_edit_at_once),
    ("an edit within a command", an_edit_within_a_command),
    ("both commands at once", both_commands_at_once),
    ("the user in between", the_user_in_between),
    ("the user beside an edit", the_user_beside_an_edit),
    ("told, but not written yet", told_but_not_written),
    ("seen before it is told", seen_before_told),
    ("an undo and a redo", an_undo_and_a_redo),
    ("a stash by the other", a_stash_by_another),
    ("a commit taken back", a_commit_taken_back),
    ("a file moved by the other", a_file_moved_by_another),
    ("the base moves below", the_base_moves_below),
];

#[test]
fn no_line_is_given_to_the_wrong_session() {
    let mut table = format!("{:36} right both none wrong\n", "pairs of sessions");
    let mut wrong = Vec::new();
    for (name, script) in SCRIPTS {
        let Score { right, both, unattributed, wrong: bad } = script().score();
        let count = bad.len();
        writeln!(table, "{name:36} {right:5} {both:4} {unattributed:4} {count:5}").unwrap();
        wrong.extend(bad.into_iter().map(|w| format!("{name}: {w}")));
    }
    assert!(wrong.is_empty(), "{table}\n{wrong:#?}");
    insta::assert_snapshot!(table);
}

#[test]
fn what_is_rewritten_is_an_overlap_and_is_not_committed() {
    let mut c = a_line_rewritten();
    assert!(!c.commit(1) && !c.commit(2));
    let mut c = edits_near_each_other();
    assert!(c.commit(1));
    c.look();
    assert!(c.files().iter().flat_map(|f| &f.hunks).all(|h| h.owners == Owners::of(SessionId(2))));
    assert!(c.commit(2));
    c.look();
    assert!(c.files().is_empty());
    assert_eq!(c.base["a.rs"], c.text("a.rs").unwrap());
}

#[test]
fn files_that_come_and_go_are_whole() {
    let mut c = checkout();
    c.write(1, "new.rs", 0, 0, &["one", "two"]);
    c.run(1, "./make.sh");
    c.look();
    c.edit(2, "new.rs", 2, 0, &["three"]);
    c.look();
    c.disk.remove("lock");
    c.run(2, "rm lock");
    c.look();
    let files = c.files();
    let of =
        |path: &str| -> FileAttribution { files.iter().find(|f| f.path == path).unwrap().clone() };
    assert!(of("new.rs").added && of("new.rs").whole.is_none());
    assert_eq!(of("lock").whole, Some(Owners::of(SessionId(2))));
    assert!(c.commit(2));
    c.look();
    assert_eq!(c.base["new.rs"], "three\n");
    assert!(!c.base.contains_key("lock"));
    assert_eq!(c.files().len(), 1);
    assert!(c.files()[0].hunks.iter().all(|h| h.owners == Owners::of(SessionId(1))));
}

#[test]
fn a_command_that_is_told_late_has_what_it_wrote() {
    let mut c = checkout();
    c.write(1, "a.rs", 4, 1, &["    a(1);"]);
    c.look();
    assert_eq!(c.score().unattributed, 2);
    let seen = c.attribution.last_look();
    c.edit(2, "a.rs", 8, 1, &["    b(2);"]);
    c.look();
    c.attribution.was_running(SessionId(1), "cat a.rs", seen..=seen);
    assert_eq!(c.score().unattributed, 2);
    c.attribution.was_running(SessionId(1), "sed -i s/a/b/ a.rs", seen..=seen + 1);
    assert_eq!((c.score().right, c.score().wrong.len()), (4, 0));
    c.attribution.was_running(SessionId(2), "./other.sh", seen..=seen);
    assert_eq!((c.score().right, c.score().both), (2, 2));
}

#[test]
fn an_edit_with_nothing_told_is_the_session_s_where_nobody_else_wrote() {
    let mut c = checkout();
    let bare = FileEdit { hunks: Vec::new(), ..c.told("a.rs", 4, 1, &[], true) };
    c.write(1, "a.rs", 4, 1, &["    a(1);"]);
    c.tell(1, bare.clone());
    c.look();
    assert_eq!(c.score().right, 2);
    c.write(2, "a.rs", 8, 1, &["    b(2);"]);
    c.tell(1, bare);
    c.run(2, "sed -i s/b/b2/ a.rs");
    c.look();
    assert_eq!((c.score().right, c.score().both), (2, 2));
}

#[test]
fn a_file_of_too_many_changes_is_attributed_as_a_whole() {
    let text: String = (0..20_000).map(|n| format!("line {n}\n")).collect();
    let mut c = SharedCheckout::new(&[("made.rs", &text)]);
    c.edit(1, "made.rs", 7, 1, &["mine"]);
    c.look();
    for line in c.disk.get_mut("made.rs").unwrap().iter_mut().step_by(2) {
        line.0.push('!');
    }
    c.run(2, "npm run codegen");
    c.look();
    let both = Owners { sessions: vec![SessionId(1), SessionId(2)], unknown: false };
    let files = c.files();
    assert!(files[0].opaque && files[0].hunks.is_empty());
    assert_eq!(files[0].whole, Some(both));
    assert!(!c.commit(1));
    c.commit_all();
    c.look();
    assert!(c.files().is_empty());
}
