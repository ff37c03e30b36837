//! What one makes and the other uses already: nothing to warn of, but who makes it lands first.

use callboard_model::coupling::{CouplingKind, Strength};

use super::Found;
use super::link::{fits, link};
use super::rules::{at, is_called_as_made, sentence};
use super::side::{Side, used_name};
use crate::change::{Change, ChangeFacts, DefinitionChange, UseRole};
use crate::index::Index;

/// Score from which a use is taken for one of what the other makes.
const SURE: f32 = 0.6;

/// All that `user` newly uses as `maker` makes it: what is new, has a new name, or is called in a new form.
pub(super) fn made_and_used(maker: &Side<'_>, user: &Side<'_>, index: &dyn Index) -> Vec<Found> {
    let mut found = Vec::new();
    for file in &maker.facts.files {
        for change in &file.definitions {
            match &change.change {
                Change::Added => found.extend(uses_of((file, change), user, index, "adds")),
                Change::Renamed(to) => {
                    let made = renamed(change, to);
                    found.extend(uses_of((file, &made), user, index, "names so"));
                }
                Change::Signature(_) => {
                    found.extend(uses_of((file, change), user, index, "changes so"))
                }
                _ => {}
            }
        }
    }
    found
}

/// A definition under its new name.
fn renamed(change: &DefinitionChange, to: &str) -> DefinitionChange {
    let mut made = change.clone();
    let name = to.rsplit(['.', ':']).next().unwrap_or(to);
    let path = change.definition.path.strip_suffix(&*change.definition.name);
    made.definition.path = match path {
        Some(before) if name == to => format!("{before}{name}").into(),
        _ => to.into(),
    };
    made.definition.name = name.into();
    made
}

/// The surest use of a definition by the other side, if that defines none such itself.
fn uses_of(
    made: (&ChangeFacts, &DefinitionChange),
    user: &Side<'_>,
    index: &dyn Index,
    verb: &str,
) -> Option<Found> {
    let (name, is_new) = (used_name(made.1), !matches!(made.1.change, Change::Signature(_)));
    // Both make it, or a part of it that stands in another's own file: it is the user's own.
    if is_new && user.added.contains_key(name) {
        return None;
    }
    let uses = user.uses.get(name)?;
    let scored = uses.iter().filter_map(|used| {
        let is_called = matches!(used.1.role, UseRole::Call | UseRole::Construct);
        let is_made_so = is_new || (is_called && is_called_as_made(made, *used));
        if !is_made_so {
            return None;
        }
        let link = link(made, *used, index);
        // The repository has another of this name: only what leads here is meant.
        let is_known = is_new && index.definitions(name) > 0;
        if link.resolved <= 0.0 || (is_known && link.resolved < 0.9) {
            return None;
        }
        let score = fits(made.1, used.1) * link.weight();
        (score >= SURE).then_some((score, *used))
    });
    let (score, used) = scored.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    let told = format!("which {{changer}} {verb} ({})", at(made));
    Some(sentence(CouplingKind::Needed, score, made, used, &told, Strength::Review))
}
