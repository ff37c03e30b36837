//! What of a session's lines is told at a glance.

use callboard_model::fold::MilestoneKind as Kind;
use callboard_model::view::{SinceFolded, SinceLine};

use crate::limits;

/// Marks those of a session's lines, oldest first, that are left out at a glance; returns what they come to.
/// `complete` where no older ones had to make room.
pub(super) fn fold(lines: &mut [SinceLine], complete: bool) -> Option<SinceFolded> {
    let session = lines.first()?.session;
    let last = |lines: &[SinceLine], class| lines.iter().rposition(|l| class_of(l.kind) == class);
    let last_finish = last(lines, Some(Class::Finish));
    for (at, line) in lines.iter_mut().enumerate() {
        // Most turns end with their next step announced: only the last one tells how it stands.
        line.folded = line.kind == Kind::Finished && Some(at) != last_finish;
    }
    if lines.iter().filter(|line| !line.folded).count() > limits::SINCE_LINES {
        let kept = Class::ALL.map(|class| last(lines, Some(class)));
        let mut newest = limits::SINCE_NEWEST_LINES;
        for (at, line) in lines.iter_mut().enumerate().rev().filter(|(_, line)| !line.folded) {
            line.folded = newest == 0 && !kept.contains(&Some(at));
            newest = newest.saturating_sub(1);
        }
    }
    let folded: Vec<Kind> = lines.iter().filter(|l| l.folded).map(|l| l.kind).collect();
    (!folded.is_empty()).then(|| SinceFolded {
        session,
        lines: u32::try_from(folded.len()).unwrap_or(u32::MAX),
        text: counted(&folded),
        complete,
    })
}

/// Kinds whose last line says how a session stands, however much was done since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Order,
    Finish,
    Check,
    Commit,
    PullRequest,
}

impl Class {
    const ALL: [Self; 5] =
        [Self::Order, Self::Finish, Self::Check, Self::Commit, Self::PullRequest];
}

fn class_of(kind: Kind) -> Option<Class> {
    match kind {
        Kind::Directed => Some(Class::Order),
        Kind::Finished => Some(Class::Finish),
        Kind::CheckFailed | Kind::CheckFixed => Some(Class::Check),
        Kind::Committed => Some(Class::Commit),
        Kind::PullRequest => Some(Class::PullRequest),
        _ => None,
    }
}

/// What one and several of each kind are called, the weightiest first.
const NAMES: [(Kind, &str, &str); 14] = [
    (Kind::PullRequest, "pull request", "pull requests"),
    (Kind::Committed, "commit", "commits"),
    (Kind::Pushed, "push", "pushes"),
    (Kind::Failed, "failure", "failures"),
    (Kind::CheckFailed, "failed check", "failed checks"),
    (Kind::CheckFixed, "mended check", "mended checks"),
    (Kind::Asked, "question", "questions"),
    (Kind::Answered, "answer", "answers"),
    (Kind::PlanApproved, "approved plan", "approved plans"),
    (Kind::Refused, "refusal", "refusals"),
    (Kind::Interrupted, "interruption", "interruptions"),
    (Kind::Directed, "prompt", "prompts"),
    (Kind::Finished, "finished turn", "finished turns"),
    (Kind::Compacted, "compaction", "compactions"),
];

fn counted(kinds: &[Kind]) -> String {
    let counts = NAMES.iter().filter_map(|(kind, one, many)| {
        let n = kinds.iter().filter(|k| *k == kind).count();
        (n > 0).then(|| format!("{n} {}", if n == 1 { one } else { many }))
    });
    counts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use callboard_model::{Ordinal, SessionId};

    use super::*;

    /// Lines of these kinds, and those of them that are told at a glance.
    fn told(kinds: &[Kind]) -> (Vec<usize>, String) {
        let line = |kind: &Kind| SinceLine {
            at: None,
            kind: *kind,
            text: String::new(),
            session: SessionId(1),
            ordinal: Ordinal::default(),
            folded: false,
        };
        let mut lines: Vec<SinceLine> = kinds.iter().map(line).collect();
        let folded = fold(&mut lines, true);
        let told = (0..lines.len()).filter(|i| !lines[*i].folded).collect();
        (told, folded.map(|f| f.text).unwrap_or_default())
    }

    #[test]
    fn only_the_last_finish_is_told() {
        use Kind::{Directed, Finished};
        assert_eq!(told(&[]), (vec![], String::new()));
        assert_eq!(told(&[Directed, Finished]), (vec![0, 1], String::new()));
        let turns = [Directed, Finished, Directed, Finished, Directed];
        assert_eq!(told(&turns), (vec![0, 2, 3, 4], "1 finished turn".into()));
    }

    #[test]
    fn of_many_lines_the_newest_are_told_and_the_last_that_say_how_it_stands() {
        use Kind::{CheckFailed, Committed, Directed, Finished, PullRequest, Pushed};
        let mut kinds = vec![Directed, CheckFailed, PullRequest, Directed, CheckFailed];
        kinds.extend([Committed, Pushed].repeat(6));
        kinds.push(Finished);
        assert_eq!(
            told(&kinds),
            (
                vec![2, 3, 4, 13, 14, 15, 16, 17],
                "4 commits, 4 pushes, 1 failed check, 1 prompt".into()
            )
        );
    }

    #[test]
    fn every_kind_has_a_name() {
        let all = NAMES.map(|(kind, ..)| kind);
        let (told, text) = told(&all.repeat(2));
        assert_eq!(told.len() + text.split(", ").map(count_of).sum::<usize>(), all.len() * 2);
    }

    fn count_of(part: &str) -> usize {
        part.split(' ').next().unwrap().parse().unwrap()
    }
}
