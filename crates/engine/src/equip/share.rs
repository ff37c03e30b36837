//! Folders that all worktrees share with the main checkout, by a link.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use callboard_git::{Git, exclude, ignored, locate};

use super::place::{Places, make_parent};
use super::{Equip, EquipError, Equipped};

const STEP: &str = "share a folder";

/// The folder of a workspace's own files: every worktree sees it at the same relative path.
const OWN: &str = ".callboard";

/// Links the folders, and keeps the links out of git: a pattern that ends in `/` names no link.
pub(super) fn share(
    equip: &Equip<'_>,
    equipped: &mut Equipped,
    places: &Places,
) -> Result<(), EquipError> {
    let own = equip.root.join(OWN).is_dir().then(|| Path::new(OWN).to_owned());
    for path in own.iter().chain(&places.share) {
        let is_linked =
            fs::read_link(equip.top.join(path)).is_ok_and(|to| to == equip.root.join(path));
        if is_linked && !equipped.shared.contains(path) {
            // It came back with a worktree that was restored.
            equipped.shared.push(path.clone());
        }
        match fs::symlink_metadata(equip.top.join(path)) {
            Ok(_) if equipped.shared.contains(path) || path == Path::new(OWN) => continue,
            Ok(_) => {
                equipped.remark(format!("{} is there already and is not shared", path.display()));
                continue;
            }
            Err(_) => {}
        }
        let link = || {
            make_parent(equip.top, path)?;
            symlink(equip.root.join(path), equip.top.join(path))?;
            keep_out(equip.top, path)
        };
        link().map_err(EquipError::io(STEP, path))?;
        equipped.shared.push(path.clone());
    }
    Ok(())
}

fn keep_out(top: &Path, path: &Path) -> io::Result<()> {
    let Some(checkout) = locate(top) else { return Ok(()) };
    if !ignored::is_ignored(&Git::at(top), path) {
        exclude::add(&checkout.common_dir, &format!("/{}", path.display()))?;
    }
    Ok(())
}

/// Takes the links away, so that nothing that removes the worktree follows them.
pub(super) fn unlink(equip: &Equip<'_>, equipped: &Equipped) {
    for path in &equipped.shared {
        let link = equip.top.join(path);
        if fs::read_link(&link).is_ok_and(|target| target == equip.root.join(path)) {
            // One that stays is a link, which no removal follows.
            let _ = fs::remove_file(link);
        }
    }
}
