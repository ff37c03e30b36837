//! One transcript by several paths.

use std::fs;
use std::os::unix::fs::symlink;

use callboard_testkit::HermeticHome;

use crate::scene::{Running, sessions};
use crate::transcripts::{Claude, append};

#[test]
fn a_project_folder_that_two_homes_share_is_read_once() {
    let mut home = HermeticHome::new();
    let (one, two) = (home.root().join("claude"), home.root().join("second"));
    home.set("CLAUDE_CONFIG_DIR", format!("{},{}", one.display(), two.display()));
    let claude = Claude::new("shared", &home.work());
    let path = one.join("projects/p/shared.jsonl");
    append(&path, &(claude.prompt(1, "one") + &claude.says(2, "two")));
    fs::create_dir_all(&two).unwrap();
    symlink(one.join("projects"), two.join("projects")).unwrap();
    symlink(one.join("projects/p"), one.join("projects/q")).unwrap();

    let running = Running::start(&home);
    running.wait_for_words("shared", "two");
    assert_eq!(running.engine.work().records, 2);
    for n in 3..9 {
        append(&path, &claude.says(n, &format!("words {n}")));
        running.wait_for_words("shared", &format!("words {n}"));
    }
    assert_eq!(running.engine.work().records, 8);
    let id = running.session("shared").id;
    assert_eq!(running.engine.session_detail(id).unwrap().transcripts.len(), 1);
    assert_eq!(sessions(&running.engine).len(), 1);
    drop(running);

    append(&path, &claude.says(9, "words 9"));
    let running = Running::start(&home);
    running.wait_for_words("shared", "words 9");
    assert_eq!(running.engine.work().records, 1);
    assert_eq!(running.engine.doctor().unwrap().agents[0].files, 1);
}

#[test]
fn a_file_by_two_names_stays_while_one_is_left_and_a_copy_is_another() {
    let home = HermeticHome::new();
    let claude = Claude::new("linked", &home.work());
    let paths = ["p", "q"].map(|project| claude.path(&home, project));
    fs::create_dir_all(paths[1].parent().unwrap()).unwrap();
    append(&paths[0], &claude.prompt(1, "one"));
    fs::hard_link(&paths[0], &paths[1]).unwrap();

    let running = Running::start(&home);
    let id = running.wait_for_words("linked", "one");
    let transcripts = || running.engine.session_detail(id).unwrap().transcripts;
    assert_eq!((running.engine.work().records, transcripts().len()), (1, 1));
    let first = transcripts()[0].clone();
    let (gone, left) = match paths[0].to_str() == Some(&first) {
        true => (&paths[0], &paths[1]),
        false => (&paths[1], &paths[0]),
    };
    fs::remove_file(gone).unwrap();
    let wanted = [left.to_str().unwrap()];
    running.wait("the other name", |_| (transcripts() == wanted).then_some(()));
    append(left, &claude.says(2, "two"));
    running.wait_for_words("linked", "two");
    assert_eq!(running.engine.work().records, 2);
    assert_eq!(running.engine.doctor().unwrap().storage.sessions_without_files, 0);

    // A link in its place that is replaced by a copy is another file.
    fs::hard_link(left, gone).unwrap();
    append(left, &claude.says(3, "three"));
    running.wait_for_words("linked", "three");
    let copy = home.root().join("copy");
    fs::copy(left, &copy).unwrap();
    append(&copy, &claude.says(4, "four"));
    fs::rename(&copy, gone).unwrap();
    running.wait_for_words("linked", "four");
    assert_eq!(transcripts().len(), 2);
    assert_eq!(running.words("linked"), ["one", "two", "three", "four"]);
}
