//! Reads what `git diff-tree -z --raw --numstat` lists (git-diff-tree(1), "Raw output format" and "Other formats").

use std::collections::HashMap;

use callboard_model::changeset::{ChangedFile, FileKind, FileStatus};

/// The files of a listing, in git's order.
pub(super) fn files(listing: &[u8]) -> Vec<ChangedFile> {
    let mut fields = listing.split(|byte| *byte == 0);
    let mut files: Vec<ChangedFile> = Vec::new();
    let mut counts: HashMap<String, Lines> = HashMap::new();
    while let Some(field) = fields.next() {
        if let Some(entry) = field.strip_prefix(b":") {
            files.extend(file(&text(entry), || fields.next().map(text)));
        } else if let Some((lines, path)) = counted(&text(field)) {
            // Of a rename the paths stand behind it, and the second is where it is now.
            let path = path.or_else(|| fields.by_ref().take(2).last().map(text));
            counts.insert(path.unwrap_or_default(), lines);
        }
    }
    for file in &mut files {
        match counts.get(&file.path) {
            Some(Lines::Text(added, removed)) => (file.added, file.removed) = (*added, *removed),
            Some(Lines::Binary) => file.binary = true,
            None => {}
        }
    }
    files
}

enum Lines {
    Text(u32, u32),
    Binary,
}

/// `old-mode new-mode old-id new-id status`, and the one or two paths behind it.
fn file(entry: &str, mut next: impl FnMut() -> Option<String>) -> Option<ChangedFile> {
    let mut words = entry.split(' ');
    let (old_mode, new_mode) = (words.next()?, words.next()?);
    let (old, new) = (words.next()?, words.next()?);
    let letter = words.next()?.chars().next()?;
    let first = next()?;
    let (path, from) = match letter {
        'R' | 'C' => (next()?, Some(first)),
        _ => (first, None),
    };
    let status = match letter {
        'A' | 'C' => FileStatus::Added,
        'D' => FileStatus::Deleted,
        'R' => FileStatus::Renamed,
        'T' => FileStatus::Type,
        _ if old == new && old_mode != new_mode => FileStatus::Mode,
        _ => FileStatus::Modified,
    };
    let there = |id: &str| (!id.bytes().all(|b| b == b'0')).then(|| id.to_owned());
    Some(ChangedFile {
        kind: FileKind::of(&path),
        path,
        from: from.filter(|_| letter == 'R'),
        status,
        added: 0,
        removed: 0,
        binary: false,
        old: there(old),
        new: there(new),
    })
}

/// `added TAB removed TAB path`; both are `-` where it is not text, and the path is empty for a rename.
fn counted(entry: &str) -> Option<(Lines, Option<String>)> {
    let mut parts = entry.splitn(3, '\t');
    let (added, removed, path) = (parts.next()?, parts.next()?, parts.next()?);
    let lines = match (added.parse(), removed.parse()) {
        (Ok(added), Ok(removed)) => Lines::Text(added, removed),
        _ => Lines::Binary,
    };
    Some((lines, Some(path.to_owned()).filter(|path| !path.is_empty())))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read() {
        let listing = [
            &b":100644 100644 aa bb M\0b c.rs\0:100644 000000 aa 00 D\0gone\0"[..],
            b":100644 100644 aa cc R090\0old.rs\0new.rs\0:000000 100644 00 dd A\0a.png\0",
            b":100644 100755 ee ee M\0run.sh\0:100644 120000 aa ff T\0link\0",
            b"3\t1\tb c.rs\x000\t2\tgone\x001\t1\t\0old.rs\0new.rs\0-\t-\ta.png\0",
        ];
        let found = files(&listing.concat());
        let brief: Vec<_> = found
            .iter()
            .map(|f| (f.path.as_str(), f.status, f.from.as_deref(), f.added, f.removed, f.binary))
            .collect();
        assert_eq!(
            brief,
            [
                ("b c.rs", FileStatus::Modified, None, 3, 1, false),
                ("gone", FileStatus::Deleted, None, 0, 2, false),
                ("new.rs", FileStatus::Renamed, Some("old.rs"), 1, 1, false),
                ("a.png", FileStatus::Added, None, 0, 0, true),
                ("run.sh", FileStatus::Mode, None, 0, 0, false),
                ("link", FileStatus::Type, None, 0, 0, false),
            ]
        );
        assert_eq!((found[1].old.as_deref(), found[1].new.as_deref()), (Some("aa"), None));
    }
}
