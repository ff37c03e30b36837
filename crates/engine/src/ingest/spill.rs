//! Content of giant records, on its way to the disk.

use std::io;

use callboard_agents::BlobSink;
use callboard_store::{BlobStore, BlobWriter, StoredBlob};

/// Takes blobs piece by piece.
pub(crate) struct Spill {
    store: BlobStore,
    open: Option<(BlobWriter, String)>,
    /// Those that are complete, with what they are.
    pub(crate) blobs: Vec<(StoredBlob, String)>,
}

impl Spill {
    pub(crate) fn new(store: BlobStore) -> Self {
        Self { store, open: None, blobs: Vec::new() }
    }
}

impl BlobSink for Spill {
    fn begin(&mut self, media_type: &str) -> io::Result<()> {
        self.open = Some((self.store.begin()?, media_type.to_owned()));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.open {
            Some((writer, _)) => writer.write(bytes),
            None => Err(io::Error::other("a piece of a blob that was not begun")),
        }
    }

    fn end(&mut self) -> io::Result<String> {
        let (writer, media_type) = self
            .open
            .take()
            .ok_or_else(|| io::Error::other("the end of a blob that was not begun"))?;
        let stored = writer.finish()?;
        let hash = stored.hash.clone();
        self.blobs.push((stored, media_type));
        Ok(hash)
    }
}
