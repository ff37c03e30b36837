//! Dependencies and build output copied from the main checkout.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use callboard_agents::StopFlag;
use callboard_git::{Git, ignored, locate};
use callboard_os::copy::{self, Copied};
use callboard_os::disk;

use super::place::{Places, make_parent};
use super::{Equip, EquipError, Equipped, record, venv};
use crate::limits;

const STEP: &str = "copy a folder";

/// Copies the folders that are not there. Each appears whole, once it is.
pub(super) fn clone_folders(
    equip: &Equip<'_>,
    equipped: &mut Equipped,
    places: &Places,
    told: &mut dyn FnMut(&str),
) -> Result<(), EquipError> {
    let mut all = Copied::default();
    for path in &places.clone {
        if fs::symlink_metadata(equip.top.join(path)).is_ok() {
            continue;
        }
        if equip.stop.is_some_and(StopFlag::stopped) {
            return Err(EquipError::new(STEP, "it was stopped", "set the worktree up again"));
        }
        told(&format!("copying {}", path.display()));
        let copied = one(equip, path).map_err(EquipError::io(STEP, path))?;
        all.files += copied.files;
        all.bytes += copied.bytes;
        all.shared_bytes += copied.shared_bytes;
        equipped.cloned.push(path.clone());
        if copied.turned_links > 0 {
            equipped.linked.push(path.clone());
        }
        record::save(equip.home, equip.top, equipped)?;
        if locate(equip.top).is_some() && !ignored::is_ignored(&Git::at(equip.top), path) {
            equipped.remark(format!(
                "{} was copied, and git does not ignore it on this branch",
                path.display()
            ));
        }
    }
    if all.files > 0 {
        let own = all.bytes - all.shared_bytes;
        let how = if own == 0 { "sharing all blocks" } else { "the disk cannot share blocks" };
        let text =
            format!("copied {} files, {} MB of their own ({how})", all.files, own / 1_000_000);
        told(&text);
        equipped.remark(text);
    }
    Ok(())
}

fn one(equip: &Equip<'_>, path: &Path) -> io::Result<Copied> {
    let (from, to) = (equip.root.join(path), equip.top.join(path));
    if disk::free_bytes(equip.top).is_some_and(|free| free < limits::FREE_BYTES) {
        return Err(io::ErrorKind::StorageFull.into());
    }
    make_parent(equip.top, path)?;
    let draft = draft_of(equip, path);
    let _ = fs::remove_dir_all(&draft);
    let copied = (|| {
        fs::create_dir_all(draft.parent().unwrap_or(&draft))?;
        let copied = copy::folder(&from, &draft, (equip.root, equip.top))?;
        if venv::is_one(&draft) {
            venv::turn(&draft, equip.root, equip.top)?;
        }
        fs::rename(&draft, &to)?;
        Ok(copied)
    })();
    if copied.is_err() {
        let _ = fs::remove_dir_all(&draft);
    }
    copied
}

/// Where a copy is made until it is whole: where git does not look, on the same disk.
fn draft_of(equip: &Equip<'_>, path: &Path) -> PathBuf {
    use std::os::unix::fs::MetadataExt;
    let name = record::hash(path.as_os_str().as_encoded_bytes());
    let disk = |path: &Path| fs::metadata(path).map(|meta| meta.dev()).ok();
    match locate(equip.top) {
        Some(checkout) if checkout.is_linked() && disk(&checkout.git_dir) == disk(equip.top) => {
            checkout.git_dir.join("callboard-copies").join(name)
        }
        _ => equip.top.join(format!(".callboard-copy-{name}")),
    }
}
