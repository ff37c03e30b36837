//! Many changesets at once: the same as each pair by itself.

use callboard_code::{
    ChangesetFacts, ContentKey, FileChange, FileSide, Join, RepositoryIndex, couple, facts, needs,
};
use callboard_model::coupling::{Changer, CouplingKind, Strength};

const WATCHER: &str = "pub struct Watcher;\n\nimpl Watcher {\n    pub fn subscribe(&self, path: &str) {}\n}\n\npub fn watch() {}\n";

fn changed(path: &str, old: Option<&str>, new: &str) -> ChangesetFacts {
    let before = old.map(|text| facts(path, text).expect("facts"));
    let after = facts(path, new).expect("facts");
    let old = old.zip(before.as_ref()).map(|(text, facts)| FileSide { path, text, facts });
    let change = FileChange { old, new: Some(FileSide { path, text: new, facts: &after }) };
    ChangesetFacts::of(change.facts().into_iter().collect())
}

fn sets() -> Vec<ChangesetFacts> {
    let caller = "use crate::watcher::Watcher;\n\npub fn ipc(watcher: &Watcher) {\n    watcher.subscribe(\"x\");\n}\n";
    vec![
        changed(
            "src/watcher.rs",
            Some(WATCHER),
            &WATCHER.replace("path: &str", "paths: &[String]"),
        ),
        changed("src/ipc.rs", None, caller),
        changed("src/other.rs", None, "pub fn nothing() {}\n"),
        changed(
            "src/uses.rs",
            None,
            "use crate::watcher::watch;\n\npub fn go() {\n    watch();\n}\n",
        ),
        changed("src/watcher.rs", Some(WATCHER), &WATCHER.replace("pub fn watch() {}\n", "")),
    ]
}

fn index() -> RepositoryIndex {
    let mut index = RepositoryIndex::default();
    let key = ContentKey::of("src/watcher.rs", "1").expect("code");
    index.put("src/watcher.rs", &key, &facts("src/watcher.rs", WATCHER).expect("facts"));
    index
}

#[test]
fn a_join_tells_what_each_pair_tells() {
    let (sets, index) = (sets(), index());
    let mut join = Join::default();
    for (number, set) in (0..).zip(&sets) {
        join.put(number, set.clone());
    }
    let told = join.couplings(&index);
    let mut pairs = Vec::new();
    for (left, one) in (0u32..).zip(&sets) {
        for (right, other) in (0u32..).zip(&sets).filter(|(right, _)| *right > left) {
            let couplings = couple(one, other, &index);
            if !couplings.is_empty() {
                pairs.push((left, right, couplings));
            }
        }
    }
    assert_eq!(told, pairs);
    let met: Vec<(u32, u32)> = told.iter().map(|(left, right, _)| (*left, *right)).collect();
    assert_eq!(met, [(0, 1), (3, 4)]);
    assert!(!join.meets(0).contains(&2));
    let of_one = join.couplings_of(4, &index);
    assert_eq!(of_one.iter().map(|(other, _)| *other).collect::<Vec<_>>(), [3]);
    join.remove(4);
    assert_eq!(join.couplings(&index).len(), 1);
    join.put(0, sets[2].clone());
    assert!(join.couplings(&index).is_empty());
}

#[test]
fn a_coupling_is_one_sentence_with_two_places() {
    let (sets, index) = (sets(), index());
    let couplings = couple(&sets[0], &sets[1], &index);
    let [first] = couplings.as_slice() else { panic!("{couplings:?}") };
    assert_eq!((first.kind, first.strength), (CouplingKind::Signature, Strength::Warn));
    assert_eq!(
        first.told("`S41`", "`S43`"),
        "`S43` newly calls `Watcher::subscribe` (src/ipc.rs:4), whose signature `S41` changed (src/watcher.rs:4: `path` → `paths`)"
    );
    assert_eq!(first.left_at.to_string(), "src/watcher.rs:4");
    assert_eq!(first.right_at.to_string(), "src/ipc.rs:4");
}

#[test]
fn who_makes_what_the_other_uses_already_is_told_and_who_makes_it_itself_is_not() {
    let index = index();
    let first = |maker: &str, user: &str| {
        let maker = changed("src/watcher.rs", Some(WATCHER), maker);
        let user = changed("src/ipc.rs", None, user);
        assert!(couple(&maker, &user, &index).iter().all(|one| one.strength < Strength::Review));
        let told = needs(&maker, &user, &index).into_iter().next();
        let turned = needs(&user, &maker, &index).into_iter().next();
        assert_eq!(
            turned.as_ref().and_then(|one| one.changer),
            told.as_ref().map(|_| Changer::Right)
        );
        told
    };
    let added = WATCHER.to_owned() + "\npub fn settle_all(ms: u64) {}\n";
    let caller = "use crate::watcher::settle_all;\n\npub fn ipc() {\n    settle_all(1);\n}\n";
    let told = first(&added, caller).expect("a need");
    assert_eq!((told.kind, told.changer), (CouplingKind::Needed, Some(Changer::Left)));
    let sentence = told.told("T1", "T2");
    assert!(sentence.contains("which T1 adds (src/watcher.rs:9)"), "{sentence}");
    let renamed = WATCHER.replace("pub fn watch()", "pub fn watch_folder()");
    let caller = "use crate::watcher::watch_folder;\n\npub fn ipc() {\n    watch_folder();\n}\n";
    assert!(first(&renamed, caller).is_some());
    let called = WATCHER.replace("path: &str", "paths: &[String], depth: u32");
    let caller = "use crate::watcher::Watcher;\n\npub fn ipc(watcher: &Watcher) {\n    watcher.subscribe(&[], 2);\n}\n";
    assert!(first(&called, caller).is_some());
    let own = "fn settle_all(ms: u64) {}\n\npub fn ipc() {\n    settle_all(1);\n}\n";
    let both = needs(
        &changed("src/watcher.rs", Some(WATCHER), &added),
        &changed("src/ipc.rs", None, own),
        &index,
    );
    assert!(both.is_empty(), "{both:?}");
}
