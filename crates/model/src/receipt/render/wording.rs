//! Short words for what a receipt holds.

use super::outline::Tone;
use crate::Timestamp;
use crate::changeset::FileStatus;
use crate::check::results::compare::Standing;
use crate::claim::{Omitted, Verdict};
use crate::receipt::{ConfinedBy, OutwardKind, Risk, Weight};
use crate::review::CheckOutcome;

/// A standing in a word or two, with how it is meant.
pub(super) fn standing(standing: Standing) -> (Tone, &'static str) {
    match standing {
        Standing::Regressed => (Tone::Bad, "regressed"),
        Standing::Bent => (Tone::Bad, "bent"),
        Standing::SkippedNow => (Tone::Bad, "skipped now"),
        Standing::Removed => (Tone::Bad, "removed"),
        Standing::Flaky => (Tone::Doubtful, "flaky"),
        Standing::Failing => (Tone::Bad, "fails"),
        Standing::Vacuous => (Tone::Doubtful, "proves nothing"),
        Standing::WeakProof => (Tone::Doubtful, "weak proof"),
        Standing::Proves => (Tone::Good, "proves"),
        Standing::Fixed => (Tone::Good, "fixed"),
        Standing::BrokenBefore => (Tone::Neutral, "broken before"),
        Standing::Holds => (Tone::Good, "holds"),
        Standing::Skipped => (Tone::Neutral, "skipped"),
        Standing::NotChecked => (Tone::Neutral, "not checked"),
    }
}

/// A standing as it is said of some tests: "39 hold".
pub(super) fn standings(standing: Standing, number: u32) -> &'static str {
    match standing {
        Standing::Failing if number != 1 => "fail",
        Standing::Vacuous if number != 1 => "prove nothing",
        Standing::WeakProof if number != 1 => "weak proofs",
        Standing::Proves if number != 1 => "prove",
        Standing::Holds if number != 1 => "hold",
        other => self::standing(other).1,
    }
}

/// What a standing means, of a test and of a check as a whole.
pub(super) fn meaning(standing: Standing) -> &'static str {
    match standing {
        Standing::Regressed => "passes on the base, fails on the new code",
        Standing::Bent => {
            "as it was it passes on the base and fails on the new code; rewritten, it passes"
        }
        Standing::SkippedNow => "ran before, is skipped now",
        Standing::Removed => "was there before, is gone",
        Standing::Flaky => "passes in one run and fails in another of the same code",
        Standing::Failing => "fails, and never passed",
        Standing::Vacuous => "new or changed, and passes without the change, too",
        Standing::WeakProof => "passes; with the base's code it does not even compile",
        Standing::Proves => "fails without the change, passes with it",
        Standing::Fixed => "as it was it fails on the base and passes on the new code",
        Standing::BrokenBefore => "failed on the base, still fails",
        Standing::Holds => "passes, before and after",
        Standing::Skipped => "is skipped, before and after",
        Standing::NotChecked => "nothing that ran can tell",
    }
}

pub(super) fn verdict(verdict: Verdict) -> (Tone, &'static str) {
    let tone = match verdict {
        Verdict::Supported => Tone::Good,
        Verdict::Contradicted => Tone::Bad,
        Verdict::Stale | Verdict::Unsupported => Tone::Doubtful,
        Verdict::NotChecked => Tone::Neutral,
    };
    (tone, verdict.words())
}

pub(super) fn weight(weight: Weight) -> (Tone, &'static str) {
    match weight {
        Weight::Blocking => (Tone::Bad, "blocks"),
        Weight::Warning => (Tone::Doubtful, "warning"),
        Weight::Note => (Tone::Neutral, "note"),
    }
}

/// How far a rule can be trusted, where it is not simply right.
pub(super) fn risk(risk: Risk) -> Option<&'static str> {
    match risk {
        Risk::Low => None,
        Risk::Medium => Some("this rule is sometimes wrong"),
        Risk::High => Some("this rule is often wrong"),
    }
}

pub(super) fn outcome(outcome: CheckOutcome) -> (Tone, &'static str) {
    match outcome {
        CheckOutcome::Waiting => (Tone::Neutral, "waits"),
        CheckOutcome::Running => (Tone::Neutral, "runs"),
        CheckOutcome::Passed => (Tone::Good, "passed"),
        CheckOutcome::Failed => (Tone::Bad, "failed"),
        CheckOutcome::CouldNotRun => (Tone::Neutral, "could not run"),
        CheckOutcome::Stopped => (Tone::Neutral, "stopped"),
    }
}

pub(super) fn omitted(what: Omitted) -> &'static str {
    match what {
        Omitted::Contradicted => "contradicted claim",
        Omitted::Failure => "failure",
        Omitted::Admission => "open point",
        Omitted::Question => "question",
        Omitted::Disagreement => "disagreement",
    }
}

pub(super) fn outward(kind: OutwardKind) -> &'static str {
    match kind {
        OutwardKind::Message => "message",
        OutwardKind::Push => "push",
        OutwardKind::Publish => "published",
        OutwardKind::Deploy => "deployed",
    }
}

pub(super) fn confined_by(by: ConfinedBy) -> &'static str {
    match by {
        ConfinedBy::Namespaces => "namespaces of Linux",
        ConfinedBy::Landlock => "Landlock",
        ConfinedBy::Seatbelt => "the sandbox of macOS",
        ConfinedBy::Limits => "limits alone",
    }
}

pub(super) fn file_status(status: FileStatus) -> &'static str {
    match status {
        FileStatus::Added => "new",
        FileStatus::Modified => "changed",
        FileStatus::Deleted => "deleted",
        FileStatus::Renamed => "moved",
        FileStatus::Mode => "mode changed",
        FileStatus::Type => "kind changed",
    }
}

/// A number of things: "1 file", "2 files".
pub(super) fn count(number: impl Into<u64>, one: &str) -> String {
    let number = number.into();
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// How many there are of something.
pub(super) fn len<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}

/// A number with its thousands apart: 2,140,377.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A length of time in two units at most: "412 ms", "9.4 s", "2 min 5 s", "1 h 7 min".
pub(super) fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0 => format!("{ms} ms"),
        1..60 => format!("{seconds}.{} s", ms % 1000 / 100),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A moment, to the minute: "2026-10-14 16:42 UTC".
pub(super) fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) if text.as_bytes().get(10) == Some(&b'T') => {
            format!("{day} {time} UTC")
        }
        _ => text,
    }
}

/// A git id as it is told to people.
pub(super) fn short(id: &str) -> &str {
    crate::text::head(id, 12)
}
