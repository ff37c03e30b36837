//! Files outside of what the task is about.

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::compared::Change;
use crate::integrity::{Found, Surroundings, whole};

pub(in crate::integrity) fn find(
    change: &Change<'_>,
    around: &Surroundings<'_>,
    found: &mut Found,
) {
    for file in &change.files {
        let paths = || {
            std::iter::once(file.path()).chain(file.file.old_path.filter(|old| *old != file.path()))
        };
        let forbidden = paths().find(|path| around.forbidden.iter().any(|one| one.covers(path)));
        let outside = paths().find(|path| !around.scope.iter().any(|one| one.covers(path)));
        let words = match (forbidden, outside) {
            (Some(path), _) => format!("`{path}` must not be changed."),
            (None, Some(path)) if !around.scope.is_empty() => {
                format!("`{path}` is outside of what the task is about.")
            }
            _ => continue,
        };
        found.findings.push(finding(Rule::OutOfScope, whole(file.path()), words, "", ""));
    }
}
