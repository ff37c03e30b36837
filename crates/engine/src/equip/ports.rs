//! Blocks of ports: one for each worktree, of which no other worktree and no listener has a part.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_model::project::Ports;
use callboard_os::lock::FileLock;
use callboard_os::port;
use serde::{Deserialize, Serialize};

use super::EquipError;
use super::record::folder_of_all;
use crate::limits;

const STEP: &str = "give a worktree its ports";

/// A block that a worktree has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Block {
    top: PathBuf,
    from: u16,
    count: u16,
}

/// The ports of the worktree at `top`, by name: those that it has, or a block that nobody has.
pub(super) fn lease(
    home: &Path,
    top: &Path,
    settings: &Ports,
) -> Result<BTreeMap<String, u16>, EquipError> {
    if settings.names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let from = change(home, |blocks| {
        if let Some(own) = blocks.iter().find(|block| block.top == top) {
            if own.count == settings.block && own.from >= settings.from {
                return Some(own.from);
            }
            blocks.retain(|block| block.top != top);
        }
        // Who has no folder any more runs nothing; its ports are given to who needs them.
        blocks.retain(|block| block.top.is_dir());
        let from = free_block(settings, blocks)?;
        blocks.push(Block { top: top.to_owned(), from, count: settings.block });
        Some(from)
    })?;
    let from = from.ok_or_else(|| {
        EquipError::new(
            STEP,
            format!(
                "no {} ports in a row are free from {} to {}",
                settings.block, settings.from, settings.to
            ),
            "widen `ports.from` to `ports.to`, or remove worktrees that are not needed",
        )
    })?;
    Ok(settings.names.iter().cloned().zip(from..).collect())
}

/// Takes a worktree's ports back.
pub(super) fn give_back(home: &Path, top: &Path) -> Result<(), EquipError> {
    change(home, |blocks| blocks.retain(|block| block.top != top))
}

/// Notes that a worktree is elsewhere now.
pub(super) fn moved(home: &Path, from: &Path, to: &Path) -> Result<(), EquipError> {
    change(home, |blocks| {
        for block in blocks.iter_mut().filter(|block| block.top == from) {
            block.top = to.to_owned();
        }
    })
}

fn free_block(settings: &Ports, blocks: &[Block]) -> Option<u16> {
    let count = u32::from(settings.block);
    let mut from = u32::from(settings.from);
    while from + count - 1 <= u32::from(settings.to) {
        let taken = blocks.iter().find(|block| {
            let start = u32::from(block.from);
            start < from + count && from < start + u32::from(block.count)
        });
        from = match taken {
            Some(block) => u32::from(block.from) + u32::from(block.count),
            None => {
                let ports = (from..from + count).filter_map(|port| u16::try_from(port).ok());
                match ports.rev().find(|port| !port::is_free(*port)) {
                    Some(busy) => u32::from(busy) + 1,
                    None => return u16::try_from(from).ok(),
                }
            }
        };
    }
    None
}

/// Changes the list of blocks, which every process of this home shares.
fn change<T>(home: &Path, f: impl FnOnce(&mut Vec<Block>) -> T) -> Result<T, EquipError> {
    let folder = folder_of_all(home);
    let path = folder.join("ports.json");
    let work = || {
        fs::create_dir_all(&folder)?;
        let _lock = lock(&folder.join("ports.lock"))?;
        let mut blocks: Vec<Block> = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let before = blocks.clone();
        let value = f(&mut blocks);
        if blocks != before {
            super::bring::write_whole(&path, &serde_json::to_vec_pretty(&blocks)?, 0o600)?;
        }
        Ok(value)
    };
    work().map_err(EquipError::io(STEP, &path))
}

fn lock(path: &Path) -> io::Result<FileLock> {
    for _ in 0..limits::PORT_LOCK_TRIES {
        if let Some(lock) = FileLock::try_take(path)? {
            return Ok(lock);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err(io::Error::other("another process holds the list of ports"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_worktrees_and_no_listener_share_a_port() {
        let dir = tempfile::tempdir().unwrap();
        let top = |name: &str| {
            let top = dir.path().join(name);
            fs::create_dir_all(&top).unwrap();
            top
        };
        // Whichever the system gives: other tests take ports too.
        let listener = std::net::TcpListener::bind("[::1]:0")
            .or_else(|_| std::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let busy = listener.local_addr().unwrap().port();
        let (from, to) = (busy.saturating_sub(3), busy.saturating_add(200));
        let names = vec!["web".to_owned(), "api".to_owned()];
        let settings = Ports { names, block: 2, from, to };
        let a = lease(dir.path(), &top("a"), &settings).unwrap();
        let b = lease(dir.path(), &top("b"), &settings).unwrap();
        let mut all: Vec<u16> = a.values().chain(b.values()).copied().collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4);
        assert!(!all.contains(&busy) && a["api"] == a["web"] + 1);
        assert_eq!(lease(dir.path(), &top("a"), &settings).unwrap(), a);
        moved(dir.path(), &top("a"), &top("c")).unwrap();
        assert_eq!(lease(dir.path(), &top("c"), &settings).unwrap(), a);
        give_back(dir.path(), &top("c")).unwrap();
        let small = Ports { to: from + 1, ..settings };
        let _held = std::net::TcpListener::bind(("127.0.0.1", from));
        let refused = lease(dir.path(), &top("d"), &small).unwrap_err();
        assert!(refused.text.starts_with("no 2 ports in a row are free"), "{refused}");
    }
}
