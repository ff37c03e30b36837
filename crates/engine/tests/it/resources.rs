use callboard_engine::{Engine, EngineError};
use callboard_model::WorkspaceId;
use callboard_model::resource::LeaseState;
use callboard_model::view::{LeaseView, TakeResource};
use callboard_testkit::{HermeticHome, Repo};

use crate::scene::Running;

const SETTINGS: &str = "[resources.stack]\n\
    take = \"echo take $CALLBOARD_WORKTREE >> \\\"$HOME/turns\\\"\"\n\
    give = \"echo give $CALLBOARD_WORKTREE >> \\\"$HOME/turns\\\"\"\n\
    [resources.broken]\ntake = \"echo no licence; exit 4\"\n";

fn by(holder: &str, queue: bool) -> TakeResource {
    TakeResource { holder: Some(holder.into()), queue, ..TakeResource::default() }
}

fn wait(running: &Running, id: i64, state: LeaseState) -> LeaseView {
    running
        .wait(state.word(), |engine| Some(engine.lease(id).unwrap()).filter(|l| l.state == state))
}

fn holders(engine: &Engine, of: WorkspaceId) -> (Vec<String>, Vec<String>) {
    let resources = engine.resources(Some(of)).unwrap();
    let stack = resources.into_iter().find(|resource| resource.name == "stack").unwrap();
    let names = |some: Vec<LeaseView>| some.into_iter().map(|l| l.holder).collect();
    (names(stack.held), names(stack.queue))
}

#[test]
fn a_resource_goes_from_one_to_the_next_in_order() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write("callboard.toml", SETTINGS);
    let gone = home.work().join("gone");
    std::fs::create_dir(&gone).unwrap();
    let (first, third) = {
        let running = Running::start(&home);
        let of = running.register(&repo);
        let engine = &running.engine;
        let take = |holder: &str| engine.take_resource(of, "stack", &by(holder, true)).unwrap();
        let first = take("a");
        wait(&running, first.id, LeaseState::Held);
        let refused = engine.take_resource(of, "stack", &by("b", false)).unwrap_err();
        assert!(matches!(refused, EngineError::Conflict { .. }), "{refused}");
        assert_eq!(refused.to_string(), "stack is with a; nothing was changed");
        let (second, third) = (take("b"), take("c"));
        assert_eq!((second.position, third.position, take("b").id), (0, 1, second.id));
        assert_eq!(engine.take_resource(of, "stack", &by("a", false)).unwrap().id, first.id);
        assert_eq!(holders(engine, of), (vec!["a".into()], vec!["b".into(), "c".into()]));
        engine.give_resource(of, "stack", Some("b")).unwrap();
        assert_eq!(engine.lease(third.id).unwrap().position, 0);
        let wrong = engine.take_resource(of, "stak", &by("a", true)).unwrap_err();
        assert_eq!(wrong.to_string(), "there is no resource `stak` in callboard.toml");
        (first, third)
    };
    // The next daemon knows who has it, and who waits.
    let running = Running::start(&home);
    let of = running.register(&repo);
    assert_eq!(holders(&running.engine, of), (vec!["a".into()], vec!["c".into()]));
    assert_eq!(running.engine.give_back_all(of, "a").unwrap(), 1);
    wait(&running, first.id, LeaseState::Given);
    wait(&running, third.id, LeaseState::Held);
    let turns = std::fs::read_to_string(home.user_home().join("turns")).unwrap();
    assert_eq!(turns, "take a\ngive a\ntake c\n");
    let last = running.engine.take_resource(
        of,
        "stack",
        &TakeResource { folder: gone.to_str().map(str::to_owned), ..by("d", true) },
    );
    std::fs::remove_dir(&gone).unwrap();
    // Any ring has the abandoned looked for.
    running.engine.give_resource(of, "stack", Some("c")).unwrap();
    wait(&running, last.unwrap().id, LeaseState::Given);
}

#[test]
fn a_resource_that_cannot_be_taken_is_free_again_and_says_why() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.write("callboard.toml", SETTINGS);
    let running = Running::start(&home);
    let of = running.register(&repo);
    for _ in 0..2 {
        let lease = running.engine.take_resource(of, "broken", &by("a", false)).unwrap();
        let failed = wait(&running, lease.id, LeaseState::Failed);
        assert!(failed.note.is_some_and(|note| note.contains("no licence")));
    }
}
