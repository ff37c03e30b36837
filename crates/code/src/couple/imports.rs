//! Imports that one takes out of a file in which the other newly uses what they brought.

use callboard_model::coupling::{CouplingKind, Strength};

use super::side::Side;
use super::{Found, place};
use crate::change::{ChangeFacts, Use, UseRole};
use crate::facts::Import;
use crate::language::{Language, file_name};

/// Names that `changer` imports no more into a file, for nothing in it used them any more, and that `user` newly uses
/// there.
pub(super) fn lost_and_used(changer: &Side<'_>, user: &Side<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for file in changer.facts.files.iter().filter(|file| !file.gone) {
        let Some(other) = user.at(&file.path).filter(|other| !other.gone) else { continue };
        for import in &file.lost_imports {
            for name in bound(file, import) {
                found.extend(used_without(name, (file, import), other));
            }
        }
    }
    found
}

/// The names under which a file knows what it imports, as far as the import tells them.
fn bound<'a>(file: &ChangeFacts, import: &'a Import) -> Vec<&'a str> {
    match Language::of(&file.path) {
        // A header brings all that it declares, and others bring it too.
        None | Some(Language::C) => Vec::new(),
        Some(Language::Go) => vec![package_name(&import.module)],
        Some(Language::Python) if import.names.is_empty() => {
            vec![import.module.split('.').next().unwrap_or_default()]
        }
        Some(_) => {
            let names = import.names.iter().map(|name| &**name);
            names.filter(|name| !matches!(*name, "*" | "default" | "self")).collect()
        }
    }
}

/// The name of a Go package by its path: a last part that is a version names none.
fn package_name(module: &str) -> &str {
    let last = file_name(module);
    let digits = last.strip_prefix('v').unwrap_or_default();
    let is_version = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let before = || module.strip_suffix(last).map(|rest| file_name(rest.trim_end_matches('/')));
    if is_version { before().unwrap_or(last) } else { last }
}

fn used_without(
    name: &str,
    (file, import): (&ChangeFacts, &Import),
    other: &ChangeFacts,
) -> Option<Found> {
    let has = |names: &[Box<str>]| names.binary_search_by(|known| (**known).cmp(name)).is_ok();
    // Where it is still spoken of, something else brings it now.
    let is_known = has(&file.names)
        || has(&file.defines)
        || file.imports.iter().any(|import| import.names.iter().any(|known| **known == *"*"));
    let stays = other.imports.iter().any(|kept| kept.module == import.module);
    if is_known || !stays || has(&other.defines) {
        return None;
    }
    let is_go = Language::of(&file.path) == Some(Language::Go);
    let means = |used: &&Use| {
        let is_name = !is_go && *used.name == *name && used.qualifier.is_none();
        let is_used = !matches!(used.role, UseRole::Import | UseRole::Label | UseRole::Member);
        (is_name && is_used) || used.qualifier.as_deref() == Some(name)
    };
    let used = other.uses.iter().find(means)?;
    let (at, used_at) = (place(&file.path, import.line), place(&other.path, used.line));
    Some(Found {
        kind: CouplingKind::Vanished,
        score: 0.8,
        most: Strength::Warn,
        symbol: name.to_owned(),
        reason: format!(
            "{{user}} newly uses `{name}` ({used_at}), whose import {{changer}} took out of this file ({at})"
        ),
        changed_at: at,
        used_at,
        test: used.test,
    })
}

#[cfg(test)]
mod tests {
    use super::package_name;

    #[test]
    fn a_package_is_called_by_its_last_part() {
        assert_eq!(package_name("net/url"), "url");
        assert_eq!(package_name("example.org/survey/v2"), "survey");
        assert_eq!(package_name("vet"), "vet");
    }
}
