use callboard_git::{Git, blobs};
use callboard_testkit::{HermeticHome, Repo};

#[test]
fn trees_are_told_apart_and_their_contents_read() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let long = "a line of it\n".repeat(20);
    let base =
        repo.commit("Begin", &[("a é.rs", long.as_str()), ("gone.rs", "x\n"), ("same.rs", "1")]);
    repo.git(&["mv", "a é.rs", "dir.rs"]);
    repo.remove("gone.rs");
    let next = repo.commit("Next", &[("new.rs", "")]);
    let git = Git::at(repo.path());
    let files = blobs::files(&git, &base).unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    for wanted in ["a é.rs", "gone.rs", "same.rs"] {
        assert!(paths.contains(&wanted), "{wanted} in {paths:?}");
    }
    let changes = blobs::changes(&git, &base, &next).unwrap();
    let mut told: Vec<(Option<&str>, Option<&str>)> = changes
        .iter()
        .map(|change| {
            (
                change.old.as_ref().map(|f| f.path.as_str()),
                change.new.as_ref().map(|f| f.path.as_str()),
            )
        })
        .collect();
    told.sort_unstable();
    let wanted =
        [(None, Some("new.rs")), (Some("a é.rs"), Some("dir.rs")), (Some("gone.rs"), None)];
    assert_eq!(told, wanted);

    let missing = "0123456789012345678901234567890123456789";
    let id = |path: &str| files.iter().find(|file| file.path == path).unwrap().id.clone();
    let (whole, last) = (id("a é.rs"), id("same.rs"));
    let mut read = Vec::new();
    blobs::read(&git, &[&whole, missing, &last], |at, content| {
        read.push((at, String::from_utf8_lossy(content).into_owned()));
    })
    .unwrap();
    assert_eq!(read, [(0, long), (2, "1".to_owned())]);
}
