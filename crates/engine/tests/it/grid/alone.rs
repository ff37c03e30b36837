//! A branch that nobody knows: git and checks, without a daemon.

use std::collections::BTreeMap;

use callboard_engine::StopFlag;
use callboard_engine::branch_receipt::{BranchWanted, receipt_of_branch};
use callboard_model::check::results::compare::Standing;
use callboard_model::receipt::{Receipt, Rule, UnprovenKind};
use callboard_testkit::{HermeticHome, Repo};

use super::{IGNORED, assert_standings, python};

pub(super) fn receipt(
    home: &HermeticHome,
    repo: &Repo<'_>,
    checks: &[&str],
) -> (Receipt, Vec<String>) {
    let checks: Vec<String> = checks.iter().map(|&line| line.to_owned()).collect();
    let variables: BTreeMap<String, String> = home
        .variables()
        .into_iter()
        .map(|(name, value)| (name.into_string().unwrap(), value.into_string().unwrap()))
        .collect();
    let mut told = Vec::new();
    let wanted = BranchWanted {
        folder: repo.path(),
        scratch: &home.callboard_home().join("passing"),
        branch: "feature",
        base: Some("main"),
        checks: &checks,
        variables: &variables,
        clock: callboard_os::clock::now,
        stop: &StopFlag::default(),
        confine_by: None,
    };
    let view = receipt_of_branch(&wanted, &mut |words| told.push(words.to_owned())).unwrap();
    (view.receipt, told)
}

#[test]
fn a_branch_is_tried_in_checkouts_of_which_nothing_is_left() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let code = "def add(a, b):\n    return a + b\n\ndef rate():\n    return 3\n";
    let tests = |rate: &str, more: &[(&str, &str)]| {
        let rates = format!("self.assertEqual(calc.rate(), {rate})");
        python(
            &[
                &[
                    ("test_add", "self.assertEqual(calc.add(1, 2), 3)"),
                    ("test_rate", rates.as_str()),
                ],
                more,
            ]
            .concat(),
        )
    };
    // What git ignores is brought where callboard.toml says so; what it would start is not started.
    let settings =
        "checks = ['touch started']\n[worktrees]\nbring = ['local.txt']\nsetup = 'touch started'\n";
    repo.commit(
        "Base",
        &[
            (".gitignore", &format!("{IGNORED}local.txt\n")),
            ("calc.py", code),
            ("test_calc.py", &tests("3", &[])),
        ],
    );
    repo.write("callboard.toml", settings);
    repo.write("local.txt", "mine\n");
    repo.git(&["switch", "-q", "-c", "feature"]);
    let vain = [
        ("test_vain", "self.assertEqual(calc.add(0, 0), 0)"),
        ("test_mine", "open('local.txt').close()"),
    ];
    repo.commit(
        "Another rate",
        &[("calc.py", &code.replace('3', "4")), ("test_calc.py", &tests("4", &vain))],
    );
    let (config, refs) = (repo.read(".git/config"), repo.git(&["for-each-ref"]));
    let objects = repo.git(&["count-objects", "-v"]);
    let (receipt, told) = receipt(&home, &repo, &["python3 -m unittest", "test ! -e started"]);

    let [checked, not_started] = receipt.checks.as_slice() else { panic!("{receipt:#?}") };
    assert_standings(
        checked,
        &[
            ("test_rate", Standing::Bent),
            ("test_vain", Standing::Vacuous),
            ("test_mine", Standing::Vacuous),
        ],
    );
    assert_eq!(not_started.standing, Standing::Holds, "{not_started:#?}");
    let case = |rule: Rule| receipt.cases.iter().find(|case| case.finding.rule == rule);
    let bent = &case(Rule::ExpectationRewritten).unwrap().finding;
    assert_eq!(bent.before, "self.assertEqual(calc.rate(), 3)");
    assert_eq!(bent.after, "self.assertEqual(calc.rate(), 4)");
    let spot = case(Rule::VacuousTest).unwrap().finding.spot.clone().unwrap();
    assert_eq!(spot.path, "test_calc.py");
    assert!(spot.line.is_some());
    assert_eq!(told.first().unwrap(), "runs `python3 -m unittest` on the work");
    let not_run = receipt.unproven.iter().find(|one| one.kind == UnprovenKind::CheckNotRun);
    assert!(not_run.is_some_and(|one| one.words.contains("`touch started` of callboard.toml")));

    assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 1);
    assert_eq!((repo.read(".git/config"), repo.git(&["for-each-ref"])), (config, refs));
    assert_eq!(repo.git(&["count-objects", "-v"]), objects);
    let left = std::fs::read_dir(home.callboard_home().join("passing")).unwrap();
    assert_eq!(left.count(), 0);
    assert_eq!(repo.status(), "");
}
