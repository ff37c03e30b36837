//! What git says of the folder where a session worked.

use super::words::failed_commit;
use super::{Lines, Text, code, quoted};
use crate::brief::{BriefSession, BriefTask, Elsewhere};
use crate::fact::FactBody;
use crate::text::short_commit;
use crate::view::BriefPart;

pub(super) fn add(lines: &mut Lines, session: &BriefSession, made_for: Option<&BriefTask>) {
    let last = session.facts.last().map(|fact| fact.last).unwrap_or_default();
    if let Some(failed) = failed_commit(session)
        && let FactBody::Ran(ran) = &failed.body
    {
        let why = ran.failure.first().map(|line| format!(": {}", quoted(line)));
        let text = Text::short(format!("Its last `git commit` failed{}", why.unwrap_or_default()));
        lines.add(BriefPart::State, 955, text, &failed.cites, failed.last);
    }
    let Some(git) = &session.git else { return };
    let cite = [format!("git {}", short_commit(&git.head))];
    let branch = git.branch.as_deref().map_or("no branch".to_owned(), |name| format!("`{name}`"));
    let dirty = match git.dirty {
        0 => "nothing uncommitted".to_owned(),
        1 => "1 file uncommitted".to_owned(),
        more => format!("{more} files uncommitted"),
    };
    let since = match git.commits_since {
        0 => String::new(),
        1 => "; 1 commit that no command of this session made came since".to_owned(),
        more => format!("; {more} commits that no command of this session made came since"),
    };
    let place = match (&git.elsewhere, made_for) {
        (Some(elsewhere), Some(task)) => {
            let root = code(session.root.as_deref().unwrap_or_default());
            let had = had(elsewhere, git.dirty);
            format!(" in `{root}`, which is not the folder of {}{had}: ", task.id)
        }
        _ => ", ".to_owned(),
    };
    let text = Text::short(format!("On {branch}{place}{dirty}{since}"));
    lines.add(BriefPart::State, 960, text, &cite, last);
    for (id, subject) in &git.commits {
        let id = short_commit(id);
        let text = Text::short(format!("Came since: commit {id} {}", quoted(subject)));
        lines.add(BriefPart::State, 735, text, &[format!("git {id}")], last);
    }
}

/// What the base has of the work in another folder.
fn had(elsewhere: &Elsewhere, dirty: u32) -> String {
    let Some(base) = elsewhere.base.as_deref().map(code) else { return String::new() };
    match (elsewhere.missing, dirty) {
        (0, 0) => format!("; `{base}` has all of it"),
        (0, _) => format!("; `{base}` has its commits, and not what is uncommitted"),
        (1, _) => format!("; `{base}` has not its last commit"),
        (more, _) => format!("; `{base}` has not its last {more} commits"),
    }
}
