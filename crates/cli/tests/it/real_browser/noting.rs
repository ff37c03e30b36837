//! Notes on the page and as files: written in one and read in the other, at once in both, and shared.

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo};

use super::page_of;

#[test]
fn a_note_of_the_page_is_a_file_that_an_editor_changes_meanwhile_and_is_shared() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.git(&["config", "user.name", "Test User"]);
    repo.git(&["config", "user.email", "test@example.invalid"]);
    repo.commit("Begin", &[("a.txt", "1\n")]);
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let mut node = page_of(&home, &daemon, "e2e/noting.test.mjs");
    node.env("REPOSITORY", repo.path());
    let output = node.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let text = repo.read(".callboard/notes/plan-of-the-import.md");
    for line in ["Written on the page.", "By hand, above.", "Typed meanwhile, below."] {
        assert_eq!(text.matches(line).count(), 1, "{line} in {text}");
    }
    // What was shared is exactly the notes with what they cite, and nothing is left.
    let shared = repo.git(&["show", "--name-only", "--format=%s", "HEAD"]);
    assert!(shared.starts_with("Notes of the import\n"), "{shared}");
    assert!(shared.contains(".callboard/notes/plan-of-the-import.md"), "{shared}");
    assert!(shared.contains(".callboard/notes/attachments/"), "{shared}");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}
