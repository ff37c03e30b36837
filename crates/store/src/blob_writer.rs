//! A blob that comes piece by piece, larger than memory should hold.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::blob::{BlobStore, StoredBlob, hex};

const ZSTD_LEVEL: i32 = 3;

/// Writes one blob; what is not finished leaves nothing behind.
pub struct BlobWriter {
    store: BlobStore,
    draft: PathBuf,
    packed: Option<zstd::Encoder<'static, File>>,
    hash: Sha256,
    bytes: u64,
}

impl BlobStore {
    /// Begins a blob.
    ///
    /// # Errors
    /// When its file cannot be made.
    pub fn begin(&self) -> io::Result<BlobWriter> {
        fs::create_dir_all(self.dir())?;
        let thread = std::thread::current().id();
        let draft = self.dir().join(format!("draft-{}-{thread:?}", std::process::id()));
        let mut packed = zstd::Encoder::new(File::create(&draft)?, ZSTD_LEVEL)?;
        packed.include_checksum(true)?;
        Ok(BlobWriter {
            store: self.clone(),
            draft,
            packed: Some(packed),
            hash: Sha256::new(),
            bytes: 0,
        })
    }
}

impl BlobWriter {
    /// Adds a piece.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        match &mut self.packed {
            Some(packed) => packed.write_all(bytes),
            None => Ok(()),
        }
    }

    /// Finishes it; returns when it is on the disk.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn finish(mut self) -> io::Result<StoredBlob> {
        if let Some(packed) = self.packed.take() {
            packed.finish()?.sync_all()?;
        }
        let hash = hex(&std::mem::take(&mut self.hash).finalize());
        let path = self.store.path(&hash).ok_or(io::ErrorKind::InvalidData)?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
            fs::rename(&self.draft, &path)?;
            File::open(folder)?.sync_all()?;
        }
        let stored = fs::metadata(&path)?.len();
        Ok(StoredBlob { hash, bytes: self.bytes, stored })
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        // Once finished, the draft has its blob's name and is not found here.
        let _ = fs::remove_file(&self.draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_in_pieces_is_the_blob_in_one() {
        let dir = tempfile::tempdir().unwrap();
        let store = BlobStore::new(dir.path());
        let whole = store.put(b"one two").unwrap();
        let mut writer = store.begin().unwrap();
        writer.write(b"one ").unwrap();
        writer.write(b"two").unwrap();
        assert_eq!(writer.finish().unwrap().hash, whole.hash);
        assert_eq!(store.get(&whole.hash).unwrap().as_deref(), Some(b"one two".as_slice()));
        drop(store.begin().unwrap());
        let drafts =
            fs::read_dir(store.dir()).unwrap().filter(|e| e.as_ref().unwrap().path().is_file());
        assert_eq!(drafts.count(), 0);
    }
}
