//! The files that were written, with their last edit.

use super::{Lines, Text, code, relative};
use crate::brief::BriefSession;
use crate::event::Change;
use crate::fact::FactBody;
use crate::view::BriefPart;

pub(super) fn add(lines: &mut Lines, session: &BriefSession) {
    for fact in &session.facts {
        let FactBody::Edited { path, change } = &fact.body else { continue };
        let name = code(&relative(session, path));
        let did = match (change, fact.times) {
            (Change::Delete, _) => "deleted".to_owned(),
            (Change::Move, _) => "moved".to_owned(),
            (Change::Write, 1) => "written".to_owned(),
            (_, 1) => "1 edit".to_owned(),
            (_, times) => format!("{times} edits"),
        };
        let git = session.git.as_ref();
        let no_longer = match git {
            Some(git) if git.gone.contains(path) && *change != Change::Delete => {
                Some("the file is gone".to_owned())
            }
            Some(git) if git.changed_since.contains(path) => Some("changed since".to_owned()),
            _ => None,
        };
        let is_inside = session.root.is_none() || name != code(path);
        // What lies outside of the repository is seldom part of the work.
        let weight = if is_inside { 775 } else { 330 } + fact.times.min(20);
        let text = Text { no_longer, ..Text::short(format!("`{name}`: {did}")) };
        lines.add(BriefPart::Files, weight, text, &fact.cites, fact.last);
    }
}
