//! Contents out of the repository, many by one process.

use std::collections::HashMap;

use crate::blobs;
use crate::limits;
use crate::run::{Git, GitError};

/// The ids and sizes of what is at these places (`tree:path`), in their order; `None` for what is not there.
pub(super) fn ids_at(git: &Git, places: &[String]) -> Result<Vec<Option<(String, u64)>>, GitError> {
    let input: Vec<u8> =
        places.iter().flat_map(|place| [place.as_bytes(), b"\0"].concat()).collect();
    if input.is_empty() {
        return Ok(Vec::new());
    }
    let told = git.call(["cat-file", "--batch-check", "-z"]).input(input).text()?;
    let entry = |line: &str| {
        let mut words = line.split(' ');
        let (id, kind, size) = (words.next()?, words.next()?, words.next()?);
        (kind == "blob").then(|| Some((id.to_owned(), size.parse().ok()?))).flatten()
    };
    Ok(told.lines().map(entry).collect())
}

/// The contents of what is at these places (`tree:path`), in their order; `None` for what is not there, or longer than
/// `most` bytes.
///
/// # Errors
/// When git cannot be run.
pub fn contents_at(
    git: &Git,
    places: &[String],
    most: u64,
) -> Result<Vec<Option<Vec<u8>>>, GitError> {
    let ids = ids_at(git, places)?;
    let short = ids.iter().flatten().filter(|(_, size)| *size <= most);
    let wanted: Vec<&str> = short.map(|(id, _)| id.as_str()).collect();
    let mut found: HashMap<String, Vec<u8>> = HashMap::new();
    blobs::read(git, &wanted, |at, content| {
        found.insert(wanted[at].to_owned(), content.to_owned());
    })?;
    Ok(ids.into_iter().map(|id| found.get(&id?.0).cloned()).collect())
}

/// The contents of these ids, as far as they are not too long altogether.
pub(crate) fn contents(
    git: &Git,
    ids: &[(String, u64)],
) -> Result<HashMap<String, Vec<u8>>, GitError> {
    let mut wanted: Vec<&str> = Vec::new();
    let mut room = limits::CONTENT_BYTES;
    for (id, size) in ids.iter().filter(|(_, size)| *size <= limits::CONFLICT_FILE_BYTES) {
        if !wanted.contains(&id.as_str()) && *size <= room {
            room -= size;
            wanted.push(id);
        }
    }
    let mut found = HashMap::new();
    blobs::read(git, &wanted, |at, content| {
        found.insert(wanted[at].to_owned(), content.to_owned());
    })?;
    Ok(found)
}
