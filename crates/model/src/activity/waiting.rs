//! What a session waits for its user to decide, as far as its events tell, and what led there.

use super::{action, closing};
use crate::Ordinal;
use crate::call::{CallDetail, CallKind};
use crate::event::{FileEdit, QuestionItem};
use crate::fold::{Doing, SessionFold};
use crate::limits;
use crate::text::{clip, one_line};

/// What is asked of the user: its kind, the question in one line, and what it is about.
pub(crate) fn waits_for_user(fold: &SessionFold) -> Option<(CallKind, String, CallDetail)> {
    let spoken = fold.spoken();
    let open = fold.open.waiting(spoken).or_else(|| fold.open.first_acting(spoken))?;
    let (kind, detail) = match &open.doing {
        Doing::Propose { title } => (CallKind::Plan, CallDetail::Plan { text: title.clone() }),
        Doing::Ask { question, .. } => {
            let question = question.clone();
            let asked = QuestionItem { question, options: Vec::new(), multiple: false };
            (CallKind::Question, CallDetail::Questions { questions: vec![asked] })
        }
        Doing::Command { description, .. } => {
            let command = open.command.clone().unwrap_or_default();
            let description = description.clone();
            (CallKind::Permission, CallDetail::Command { command, cwd: None, description })
        }
        Doing::Edit { paths, change } => {
            let edit = |path: &String| FileEdit {
                path: path.clone(),
                change: *change,
                from: None,
                hunks: Vec::new(),
            };
            (CallKind::Permission, CallDetail::Edit { files: paths.iter().map(edit).collect() })
        }
        Doing::Tool { name, subject } => {
            let input = serde_json::Value::String(subject.clone());
            (CallKind::Permission, CallDetail::Tool { tool: name.clone(), input })
        }
        _ => (CallKind::Permission, CallDetail::None),
    };
    let question = match &open.doing {
        Doing::Propose { title } => title.clone(),
        Doing::Ask { question, .. } => question.clone(),
        Doing::Command { .. } => open.command.as_deref().map(one_line).unwrap_or_default(),
        doing => action::phrase(fold, doing),
    };
    Some((kind, clip(&question, limits::LINE_CHARS), detail))
}

/// The last steps, oldest first: what the agent said, did, and what its check came to.
pub(crate) fn steps(fold: &SessionFold) -> Vec<String> {
    let said = fold.said.as_ref().map(|said| (said.ordinal, closing::gist(said)));
    lines(done(fold).into_iter().chain(said).collect())
}

/// The last steps without what the agent said.
pub(crate) fn deeds(fold: &SessionFold) -> Vec<String> {
    lines(done(fold))
}

fn done(fold: &SessionFold) -> Vec<(Ordinal, String)> {
    let check = fold.checks.last();
    let check = check.map(|run| (run.ordinal, format!("`{}` {}", run.command, run.result())));
    let last = fold.done.as_ref().map(|done| {
        let end = if done.failed { ", which failed" } else { "" };
        (done.ordinal, format!("{}{end}", action::phrase(fold, &done.doing)))
    });
    check.into_iter().chain(last).collect()
}

fn lines(mut steps: Vec<(Ordinal, String)>) -> Vec<String> {
    steps.sort_by_key(|(ordinal, _)| *ordinal);
    steps.dedup_by(|one, other| one.1 == other.1);
    steps.into_iter().map(|(_, text)| clip(&text, limits::LINE_CHARS)).collect()
}
