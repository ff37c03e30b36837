use std::path::PathBuf;

use callboard_git::{Git, ignored, mask, status};
use callboard_testkit::{HermeticHome, Repo};

#[test]
fn a_hidden_change_is_in_no_status_and_no_commit() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Add", &[("config/ports.json", "3000\n"), ("b", "b\n")]);
    let git = Git::at(repo.path());
    let hidden = [PathBuf::from("config/ports.json")];
    repo.write("config/ports.json", "20000\n");
    assert_eq!(status::tracked(&git).unwrap()[0].path, hidden[0]);
    assert!(
        mask::differs(&git, &hidden[0]).unwrap() && !mask::differs(&git, "b".as_ref()).unwrap()
    );
    assert!(mask::is_tracked(&git, &hidden[0]) && !mask::is_tracked(&git, "config/*".as_ref()));
    mask::hide(&git, &hidden).unwrap();
    assert_eq!(mask::hidden(&git).unwrap(), hidden);
    assert_eq!(repo.status(), "");
    repo.write("b", "c\n");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-am", "Change b"]);
    assert_eq!(repo.git(&["show", "HEAD:config/ports.json"]), "3000");
    assert_eq!(repo.read("config/ports.json"), "20000\n");
    mask::show(&git, &hidden).unwrap();
    assert_eq!(status::tracked(&git).unwrap()[0].path, hidden[0]);
    mask::revert(&git, &hidden).unwrap();
    assert_eq!((repo.status().as_str(), repo.read("config/ports.json").as_str()), ("", "3000\n"));
}

#[test]
fn a_hidden_change_stays_hidden_in_a_sparse_checkout() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Add", &[("a/x", "1\n"), ("b/y", "1\n")]);
    repo.git(&["sparse-checkout", "set", "a"]);
    repo.write("a/x", "2\n");
    mask::hide(&Git::at(repo.path()), &["a/x".into()]).unwrap();
    repo.git(&["commit", "-q", "--allow-empty", "-am", "Nothing"]);
    assert_eq!((repo.status().as_str(), repo.git(&["show", "HEAD:a/x"]).as_str()), ("", "1"));
}

#[test]
fn what_is_ignored_is_listed_by_folder() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Add", &[(".gitignore", ".env\nnode_modules/\n"), ("packages/a/x", "")]);
    for path in [".env", "packages/a/.env", "packages/a/node_modules/x/.env", "new/.env"] {
        repo.write(path, "");
    }
    let git = Git::at(repo.path());
    let found = ignored::ignored(&git).unwrap();
    let expected = [".env", "new/.env", "packages/a/.env", "packages/a/node_modules/"];
    assert_eq!(found, expected.map(PathBuf::from));
    assert!(
        ignored::is_ignored(&git, "x/.env".as_ref()) && !ignored::is_ignored(&git, "x".as_ref())
    );
}
