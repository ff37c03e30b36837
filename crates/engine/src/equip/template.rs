//! Files and settings in which places such as `{{port.web}}` are filled in.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use callboard_git::{Git, mask};
use callboard_model::project::Template;

use super::bring::write_whole;
use super::record::hash;
use super::{Equip, EquipError, Equipped, place};
use crate::limits;

const STEP: &str = "fill in a template";

/// A place in a template that nothing is known for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{{{{{0}}}}}`, which is not known")]
pub struct Unknown(pub String);

/// The text with the value of each `{{name}}`.
///
/// # Errors
/// When a name has no value.
pub fn render(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, Unknown> {
    let mut unknown = None;
    let rendered = filled(text, |name| {
        let value = value(name);
        if value.is_none() {
            unknown.get_or_insert_with(|| Unknown(name.to_owned()));
        }
        value
    });
    unknown.map_or(Ok(rendered), Err)
}

/// The text with the value of each `{{name}}` that has one; the others are another program's.
fn filled(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        done.push_str(before);
        let inside = behind.split_once("}}").filter(|(name, _)| !name.contains(['{', '\n']));
        match inside.and_then(|(name, after)| Some((value(name.trim())?, after))) {
            Some((value, after)) => {
                done.push_str(&value);
                rest = after;
            }
            None => {
                done.push_str("{{");
                rest = behind;
            }
        }
    }
    done + rest
}

/// What can stand in a worktree's templates.
pub(super) struct Names<'a> {
    equip: &'a Equip<'a>,
    equipped: &'a Equipped,
}

impl<'a> Names<'a> {
    pub(super) fn of(equip: &'a Equip<'a>, equipped: &'a Equipped) -> Self {
        Self { equip, equipped }
    }

    /// The value of a name.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        if let Some(port) = name.strip_prefix("port.") {
            return self.equipped.ports.get(port).map(u16::to_string);
        }
        match name {
            "worktree" => Some(self.equip.name.to_owned()),
            "task" => Some(self.equip.task.unwrap_or_default().to_owned()),
            "branch" => Some(self.equip.branch.unwrap_or_default().to_owned()),
            "db" => Some(self.equipped.database.clone().unwrap_or_default()),
            "path" => Some(self.equip.top.to_string_lossy().into_owned()),
            "root" => Some(self.equip.root.to_string_lossy().into_owned()),
            _ => None,
        }
    }
}

/// Writes the files that the project names as templates.
pub(super) fn fill_in(equip: &Equip<'_>, equipped: &mut Equipped) -> Result<(), EquipError> {
    for template in &equip.project.worktrees.templates {
        one(equip, equipped, template)?;
    }
    Ok(())
}

fn one(equip: &Equip<'_>, equipped: &mut Equipped, template: &Template) -> Result<(), EquipError> {
    let path = PathBuf::from(&template.path);
    let to = equip.top.join(&path);
    let git = Git::at(equip.top);
    let is_tracked = mask::is_tracked(&git, &path);
    let was_ours = is_as_written(&to, equipped.written.get(&path));
    let is_others = match (was_ours, is_tracked) {
        (true, _) => false,
        (false, _) if equipped.written.contains_key(&path) => true,
        (false, true) => mask::differs(&git, &path).map_err(EquipError::git(STEP))?,
        (false, false) => fs::symlink_metadata(&to).is_ok(),
    };
    if is_others {
        equipped
            .remark(format!("{} was changed in the worktree and is left as it is", path.display()));
        return Ok(());
    }
    if is_tracked && was_ours && template.from.is_none() {
        // Its places were filled in before, with other values: begin with what is committed.
        mask::revert(&git, std::slice::from_ref(&path)).map_err(EquipError::git(STEP))?;
    }
    let Some((text, mode)) = source(equip, template)? else {
        let missing = template.from.as_ref().unwrap_or(&template.path);
        equipped.remark(format!("the template {missing} is not there"));
        return Ok(());
    };
    let filled = filled_text(equip, equipped, template, &text)?;
    if is_tracked {
        // First: no moment in which the change could be committed.
        mask::hide(&git, std::slice::from_ref(&path)).map_err(EquipError::git(STEP))?;
        if !equipped.hidden.contains(&path) {
            equipped.hidden.push(path.clone());
        }
    }
    place::make_parent(equip.top, &path).map_err(EquipError::io(STEP, &to))?;
    write_whole(&to, filled.as_bytes(), mode).map_err(EquipError::io(STEP, &to))?;
    equipped.written.insert(path, hash(filled.as_bytes()));
    Ok(())
}

fn filled_text(
    equip: &Equip<'_>,
    equipped: &mut Equipped,
    template: &Template,
    text: &str,
) -> Result<String, EquipError> {
    let names = Names::of(equip, equipped);
    let mut replace = Vec::new();
    for (from, to) in &template.replace {
        let to = render(to, |name| names.value(name)).map_err(|unknown| {
            EquipError::new(
                STEP,
                format!("`replace` of {} has {unknown}; the file is as it was", template.path),
                "docs/configuration.md lists what can stand in a template",
            )
        })?;
        replace.push((from.as_str(), to));
    }
    let filled = replaced(&filled(text, |name| names.value(name)), &replace);
    for from in template.replace.keys().filter(|from| !text.contains(from.as_str())) {
        equipped.remark(format!("{} does not contain `{from}` any more", template.path));
    }
    Ok(filled)
}

/// The text with each of these in another's place, the longest first; what was put in is not looked at.
fn replaced(text: &str, replace: &[(&str, String)]) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let here = replace.iter().filter(|(from, _)| rest.starts_with(from));
        if let Some((from, to)) = here.max_by_key(|(from, _)| from.len()) {
            done.push_str(to);
            rest = &rest[from.len()..];
        } else {
            done.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    done
}

/// The template's text and mode: of the worktree, or where git ignores it, of the main checkout.
fn source(equip: &Equip<'_>, template: &Template) -> Result<Option<(String, u32)>, EquipError> {
    let name = template.from.as_ref().unwrap_or(&template.path);
    let found = [equip.top, equip.root].map(|folder| folder.join(name));
    let Some(path) = found.iter().find(|path| path.is_file()) else { return Ok(None) };
    let read = || {
        let meta = fs::metadata(path)?;
        if meta.len() > limits::TEMPLATE_BYTES {
            return Err(std::io::Error::other("it is too long to be a template"));
        }
        Ok((fs::read_to_string(path)?, meta.permissions().mode()))
    };
    read().map(Some).map_err(EquipError::io(STEP, path))
}

fn is_as_written(path: &Path, written: Option<&String>) -> bool {
    written.is_some_and(|written| fs::read(path).is_ok_and(|content| hash(&content) == *written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_in() {
        let value = |name: &str| (name == "port.web").then(|| "20000".to_owned());
        assert_eq!(render("a {{port.web}}:{{ port.web }}}", value).unwrap(), "a 20000:20000}");
        let unknown = render("{{port.web}} {{other}}", value).unwrap_err();
        assert_eq!(unknown.to_string(), "`{{other}}`, which is not known");
        let replace = [("port = 1", "port = 2".to_owned()), ("a_port = 1", "port = 1".to_owned())];
        assert_eq!(replaced("port = 1, a_port = 1é", &replace), "port = 2, port = 1é");
        // Of files, other programs have places of their own.
        let text = "${{ matrix.os }} {{port.web}} {{#if}} {{{port.web}}} {{";
        assert_eq!(
            filled(text, value),
            "${{ matrix.os }} 20000 {{#if}} {20000} {{".replace("{20000}", "{{{port.web}}}")
        );
    }
}
