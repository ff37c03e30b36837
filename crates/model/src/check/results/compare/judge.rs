//! What the four combinations make of a test: exactly one standing for all that can be seen.

use super::Seen::{Absent, Broken, Failed, Mixed, Passed, Skipped, Unknown};
use super::{Grid, Seen, Standing};

/// The standing of a test; `is_changed` says whether the work changed it, where that is known.
pub(super) fn standing(seen: &Grid<Seen>, is_changed: Option<bool>) -> Standing {
    if seen.each().contains(&&Mixed) {
        return Standing::Flaky;
    }
    match seen.new_new {
        Passed => passes(seen, is_changed),
        Failed | Broken => fails(seen, is_changed),
        Skipped => match others(seen).iter().any(|seen| ran(*seen)) {
            true => Standing::SkippedNow,
            false => Standing::Skipped,
        },
        Absent => match others(seen).iter().any(|seen| ran(*seen) || *seen == Skipped) {
            true => Standing::Removed,
            false => Standing::NotChecked,
        },
        Unknown | Mixed => with_base_tests(seen),
    }
}

fn others(seen: &Grid<Seen>) -> [Seen; 3] {
    [seen.base_base, seen.new_base, seen.base_new]
}

fn ran(seen: Seen) -> bool {
    matches!(seen, Passed | Failed)
}

/// Whether the base's tests have it, as far as they were run.
fn is_old(seen: &Grid<Seen>) -> bool {
    [seen.base_base, seen.new_base].iter().any(|seen| ran(*seen) || *seen == Skipped)
}

fn is_new(seen: &Grid<Seen>) -> bool {
    !is_old(seen) && (seen.base_base == Absent || seen.new_base == Absent)
}

/// It passes in the end: what is that worth?
fn passes(seen: &Grid<Seen>, is_changed: Option<bool>) -> Standing {
    match (seen.base_base, seen.new_base, seen.base_new) {
        (Passed, Failed, _) => return Standing::Bent,
        (Failed, Passed, _) => return Standing::Fixed,
        (Failed, _, Passed) => return Standing::Vacuous,
        (Failed, Failed, Failed) => return Standing::Proves,
        (Failed, Failed, Broken) => return Standing::WeakProof,
        // It was rewritten, and nobody tried it on the base's code.
        (Failed, Failed, _) => return Standing::NotChecked,
        (Failed, _, Failed) if is_changed == Some(true) => return Standing::Proves,
        (Failed, ..) if is_changed == Some(true) => return Standing::NotChecked,
        (Failed, ..) => return Standing::Fixed,
        _ => {}
    }
    // As it was it fails, as it is it passes: whoever says that it did not change is wrong.
    let is_other = is_new(seen) || is_changed == Some(true) || seen.new_base == Failed;
    let holds = seen.base_base == Passed || seen.new_base == Passed;
    match seen.base_new {
        Failed => Standing::Proves,
        Passed if is_other || seen.base_base == Skipped => Standing::Vacuous,
        Passed => Standing::Holds,
        Broken if is_other => Standing::WeakProof,
        _ if is_other || !holds => Standing::NotChecked,
        _ => Standing::Holds,
    }
}

/// It fails in the end, or does not come to run: since when?
fn fails(seen: &Grid<Seen>, is_changed: Option<bool>) -> Standing {
    match (seen.base_base, seen.new_base, seen.base_new) {
        (Passed, Failed, _) => Standing::Regressed,
        // On the base's code it passes in its new form.
        (Failed, Passed, _) => Standing::Failing,
        (_, _, Passed) => Standing::Regressed,
        (Failed, ..) => Standing::BrokenBefore,
        (Passed, Passed, _) => Standing::Failing,
        (Passed, _, Failed) if is_changed != Some(false) => Standing::Failing,
        (Passed, ..) if is_changed != Some(true) => Standing::Regressed,
        _ if seen.new_new == Broken && !others(seen).iter().any(|seen| ran(*seen)) => {
            Standing::NotChecked
        }
        _ => Standing::Failing,
    }
}

/// The work as it is was not run, or does not name it: what the base's tests say.
fn with_base_tests(seen: &Grid<Seen>) -> Standing {
    match (seen.base_base, seen.new_base) {
        (Passed, Failed) => Standing::Regressed,
        (Failed, Passed) => Standing::Fixed,
        (Failed, Failed) => Standing::BrokenBefore,
        (Passed, Passed) => Standing::Holds,
        (Passed | Failed, Skipped) => Standing::SkippedNow,
        (Skipped, Skipped) => Standing::Skipped,
        _ => Standing::NotChecked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Seen; 7] = [Unknown, Absent, Broken, Skipped, Passed, Failed, Mixed];

    /// Every combination of what can be seen and of what is known of changes.
    fn each(mut check: impl FnMut(&Grid<Seen>, Option<bool>, Standing)) {
        for base_base in ALL {
            for new_base in ALL {
                for base_new in ALL {
                    for new_new in ALL {
                        for is_changed in [None, Some(false), Some(true)] {
                            let seen = Grid { base_base, new_base, base_new, new_new };
                            check(&seen, is_changed, standing(&seen, is_changed));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_standing_says_what_was_seen() {
        use Standing::*;
        each(|seen, is_changed, standing| {
            let case = format!("{seen:?} {is_changed:?} {standing:?}");
            let bb = seen.base_base;
            let (nb, bn, nn) = (seen.new_base, seen.base_new, seen.new_new);
            let is_flaky = seen.each().contains(&&Mixed);
            assert_eq!(standing == Flaky, is_flaky, "{case}");
            match standing {
                Bent => assert_eq!((bb, nb, nn), (Passed, Failed, Passed), "{case}"),
                Proves => assert_eq!((bn, nn), (Failed, Passed), "{case}"),
                Vacuous => assert!(bn == Passed && nn == Passed, "{case}"),
                WeakProof => assert!(bn == Broken && nn == Passed, "{case}"),
                Fixed => assert!(bb == Failed && (nn == Passed || nb == Passed), "{case}"),
                Holds => {
                    assert!(![bb, nb, nn].contains(&Failed), "{case}");
                    assert!(bn != Failed || nn == Unknown, "{case}");
                    assert!(nn == Passed || nb == Passed, "{case}");
                }
                BrokenBefore => {
                    assert!(
                        bb == Failed && nn != Passed && bn != Passed || nn == Unknown,
                        "{case}"
                    );
                }
                Failing => assert!(nn == Failed || nn == Broken, "{case}"),
                Regressed => {
                    assert!(bb == Passed || bn == Passed, "{case}");
                    assert!([nn, nb].contains(&Failed) || nn == Broken, "{case}");
                }
                Removed => assert_eq!(nn, Absent, "{case}"),
                SkippedNow => assert!([nn, nb].contains(&Seen::Skipped), "{case}"),
                Skipped => assert!(![bb, nb, bn, nn].contains(&Passed) || nn == Unknown, "{case}"),
                Flaky | NotChecked => {}
            }
        });
    }

    #[test]
    fn what_was_run_in_full_is_never_left_open() {
        let full = [Absent, Skipped, Passed, Failed];
        each(|seen, is_changed, standing| {
            let is_full = seen.each().iter().all(|seen| full.contains(seen));
            let was_run = seen.each().iter().any(|seen| ran(**seen));
            // A rewritten test that is not there, or skipped, on the base's code leaves open what it is worth.
            let is_tried = ran(seen.base_new) && ran(seen.new_new);
            if is_full && was_run && is_tried {
                assert_ne!(standing, Standing::NotChecked, "{seen:?} {is_changed:?}");
            }
        });
    }

    #[test]
    fn a_test_that_nobody_touched_proves_nothing_wrong() {
        each(|seen, _, standing| {
            // The same test on the same code is the same, with whatever tests around it.
            let is_untouched = seen.base_base == seen.base_new && seen.new_base == seen.new_new;
            let is_known = [seen.base_base, seen.new_new].iter().all(|seen| ran(*seen));
            if is_untouched && is_known {
                let expected = match (seen.base_base, seen.new_new) {
                    (Passed, Passed) => [Standing::Holds, Standing::Vacuous],
                    (Passed, _) => [Standing::Regressed; 2],
                    (_, Passed) => [Standing::Fixed; 2],
                    _ => [Standing::BrokenBefore; 2],
                };
                assert!(expected.contains(&standing), "{seen:?} {standing:?}");
            }
        });
    }
}
