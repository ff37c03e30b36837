use callboard_model::check::results::TestResults;
use callboard_model::check::results::compare::Run;
use callboard_model::review::CheckOutcome;
use callboard_model::trial::TrialResult;
use callboard_store::{TrialKey, WorkspaceRow};

use crate::scene::Scene;

#[test]
fn the_last_result_of_a_command_on_a_tree_is_kept() {
    let mut scene = Scene::new();
    let row = WorkspaceRow {
        root: "/r".into(),
        common_dir: "/r/.git".into(),
        name: "r".into(),
        is_git: true,
    };
    let (workspace, _) = scene.write(|w| w.put_workspace(&row));
    let key = TrialKey { workspace, tree: "4b825d", given: "g", command: "make test" };
    let result = |outcome, code| TrialResult {
        exit_code: Some(code),
        duration_ms: Some(12),
        ..TrialResult::without_beginning(outcome, Some("last words".into()))
    };
    let run = |output| Run { succeeded: false, results: TestResults::read(&[], output, "/w") };
    let (mut failed, passed) = (result(CheckOutcome::Failed, 2), result(CheckOutcome::Passed, 0));
    failed.runs = vec![run("TAP version 13\nnot ok 1 - adds\n1..1\n"), run("nothing")];
    assert!(failed.runs[0].results.is_some());
    scene.write(|w| w.put_trial_result(&key, &failed));
    assert_eq!(scene.read(|s| s.trial_result(&key)), Some(failed));
    scene.write(|w| w.put_trial_result(&key, &passed));
    assert_eq!(scene.read(|s| s.trial_result(&key)), Some(passed));
    for other in [
        TrialKey { tree: "other", ..key },
        TrialKey { given: "other", ..key },
        TrialKey { command: "other", ..key },
    ] {
        assert_eq!(scene.read(|s| s.trial_result(&other)), None);
    }
}
