//! Pictures and other large content, each once, in files named by their hash.
//!
//! A blob's file is complete and on the disk before any row refers to it.

use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use crate::{Result, Snapshot, StoreError, Write, block, limits};

/// The folder of blobs; needs no database, and may be used from any thread.
#[derive(Debug, Clone)]
pub struct BlobStore {
    dir: PathBuf,
}

/// A blob whose file is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    /// Hex of its SHA-256.
    pub hash: String,
    /// Its size.
    pub bytes: u64,
    /// Its size on the disk.
    pub stored: u64,
}

impl BlobStore {
    /// The blobs in `home`, Callboard's folder.
    #[must_use]
    pub fn new(home: &Path) -> Self {
        Self { dir: home.join("blobs") }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a blob's file is; `None` if that is not the hash of one.
    #[must_use]
    pub fn path(&self, hash: &str) -> Option<PathBuf> {
        let is_hash = hash.len() == 64
            && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let (folder, name) = hash.split_at_checked(2)?;
        is_hash.then(|| self.dir.join(folder).join(format!("{name}.zst")))
    }

    /// Keeps `bytes`; returns when they are on the disk.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if they are too many; if the disk fails.
    pub fn put(&self, bytes: &[u8]) -> Result<StoredBlob> {
        if bytes.len() > limits::BLOB_BYTES {
            return Err(StoreError::Refused {
                text: format!(
                    "a blob of {} bytes is larger than the {} allowed",
                    bytes.len(),
                    limits::BLOB_BYTES
                ),
                hint: "it stays in the agent's own file",
            });
        }
        let hash = hex(&Sha256::digest(bytes));
        let path = self.dir.join(&hash[..2]).join(format!("{}.zst", &hash[2..]));
        let size = bytes.len() as u64;
        if let Ok(there) = path.metadata() {
            return Ok(StoredBlob { hash, bytes: size, stored: there.len() });
        }
        let packed = block::packer()
            .and_then(|mut packer| packer.compress(bytes))
            .map_err(StoreError::io("compress", &path))?;
        write_whole(&path, &packed)?;
        Ok(StoredBlob { hash, bytes: size, stored: packed.len() as u64 })
    }

    /// The content of a blob; `None` if there is no such file.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if it is not what its name says; if the disk fails.
    pub fn get(&self, hash: &str) -> Result<Option<Vec<u8>>> {
        let Some(path) = self.path(hash) else { return Ok(None) };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(StoreError::io("open", &path)(e)),
        };
        let mut bytes = Vec::new();
        let limit = limits::BLOB_BYTES as u64;
        let damaged = |detail: String| StoreError::Unreadable { what: "blob", detail };
        zstd::Decoder::new(file)
            .and_then(|decoder| decoder.take(limit).read_to_end(&mut bytes))
            .map_err(|e| damaged(e.to_string()))?;
        if hex(&Sha256::digest(&bytes)) != hash {
            return Err(damaged(format!("{} is not what it was", path.display())));
        }
        Ok(Some(bytes))
    }
}

/// Writes a file so that it is there whole or not at all, even when power fails.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(StoreError::io("make", folder))?;
    let draft =
        path.with_extension(format!("{}-{:?}", std::process::id(), std::thread::current().id()));
    let mut file = File::create(&draft).map_err(StoreError::io("make", &draft))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&draft, path))
        .map_err(StoreError::io("write", path))?;
    File::open(folder).and_then(|f| f.sync_all()).map_err(StoreError::io("write", folder))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Write<'_> {
    /// Notes a blob whose file is on the disk.
    ///
    /// # Errors
    /// If the database fails.
    pub fn put_blob(&mut self, blob: &StoredBlob, media_type: &str) -> Result<()> {
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO blob (hash, media_type, bytes, stored)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((
                &blob.hash,
                media_type,
                blob.bytes.cast_signed(),
                blob.stored.cast_signed(),
            ))?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// The media type of a blob, if it is known.
    ///
    /// # Errors
    /// If the database fails.
    pub fn blob_media_type(&self, hash: &str) -> Result<Option<String>> {
        Ok(self
            .conn
            .prepare_cached("SELECT media_type FROM blob WHERE hash = ?1")?
            .query_row([hash], |row| row.get(0))
            .optional()?)
    }
}
