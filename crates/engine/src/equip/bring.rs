//! Ignored files that a worktree gets copies of: never links, as who writes to one must not write to all.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::place::{Places, make_parent};
use super::record::hash;
use super::{Equip, EquipError, Equipped, environment};
use crate::limits;

const STEP: &str = "bring a file";

/// Copies the files. One that is there is replaced only if it is still what was brought before.
pub(super) fn bring(
    equip: &Equip<'_>,
    equipped: &mut Equipped,
    places: &Places,
) -> Result<(), EquipError> {
    for path in &places.bring {
        one(equip, equipped, path).map_err(EquipError::io(STEP, path))?;
    }
    if places.is_cut {
        let count = limits::BROUGHT_FILES;
        equipped.remark(format!(
            "more than {count} ignored files match `bring`; the first {count} were copied"
        ));
    }
    Ok(())
}

fn one(equip: &Equip<'_>, equipped: &mut Equipped, path: &Path) -> io::Result<()> {
    let (from, to) = (equip.root.join(path), equip.top.join(path));
    let meta = fs::metadata(&from)?;
    if !meta.is_file() {
        return Ok(());
    }
    if meta.len() > limits::BROUGHT_IN_MEMORY_BYTES {
        // Too large to be an env file, and to be looked at each time.
        if fs::symlink_metadata(&to).is_err() {
            make_parent(equip.top, path)?;
            callboard_os::copy::file(&from, &to)?;
        }
        return Ok(());
    }
    let mut content = fs::read(&from)?;
    if environment::is_env_file(path) {
        content = environment::set_variables(&content, &equipped.environment);
    }
    if replace(equip.top, path, &content, meta.permissions().mode(), equipped)? {
        return Ok(());
    }
    equipped.remark(left_text(equip.top, path, equipped));
    Ok(())
}

/// Tells of a file of somebody else's that it is left, and what it sets otherwise than this worktree does.
fn left_text(top: &Path, path: &Path, equipped: &Equipped) -> String {
    let path_text = path.display();
    if equipped.written.contains_key(path) {
        return format!("{path_text} was changed in the worktree and is left as it is");
    }
    let left = format!("{path_text} was there already and is left as it is");
    let present = fs::read(top.join(path)).unwrap_or_default();
    let others = environment::set_otherwise(&present, &equipped.environment);
    if !environment::is_env_file(path) || others.is_empty() {
        return left;
    }
    format!("{left}; it has values of its own for {}", others.join(", "))
}

/// Writes a file of ours; gives `false`, and leaves it, where somebody else has written to it since.
pub(super) fn replace(
    top: &Path,
    path: &Path,
    content: &[u8],
    mode: u32,
    equipped: &mut Equipped,
) -> io::Result<bool> {
    let to = top.join(path);
    match fs::symlink_metadata(&to) {
        Ok(meta) => {
            let present = if meta.is_file() { hash(&fs::read(&to)?) } else { String::new() };
            if present == hash(content) {
                return Ok(true);
            }
            if equipped.written.get(path) != Some(&present) {
                return Ok(false);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_parent(top, path)?,
        // On this branch a file lies where the folder would be.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(false),
        Err(error) => return Err(error),
    }
    write_whole(&to, content, mode)?;
    equipped.written.insert(path.to_owned(), hash(content));
    Ok(true)
}

/// Writes a file that is there whole or as it was before.
pub(super) fn write_whole(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let permissions = fs::Permissions::from_mode(mode & 0o7777);
    callboard_os::file::write_whole(path, content, Some(permissions))
}
