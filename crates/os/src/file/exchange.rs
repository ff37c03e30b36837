//! Writing a file that others write, too: what was in its place is never gone, it stands aside.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::Folder;

/// How the name of a file ends that is only being written.
pub const DRAFT: &str = ".callboard-draft";

/// What was read of a file, up to a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// It is longer than that.
    TooLong,
}

impl Folder {
    /// The content of a file of at most `most` bytes; `None` if there is none.
    ///
    /// # Errors
    /// When it is a link or no regular file, or cannot be read.
    pub fn read(&self, name: &str, most: u64) -> io::Result<Option<Content>> {
        let Some(file) = self.open_to_read(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes)?;
        let is_whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= most);
        Ok(Some(if is_whole { Content::Whole(bytes) } else { Content::TooLong }))
    }

    /// Makes a file that is there whole or not at all.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when there is something by that name, which is left as it is; or when it
    /// cannot be written.
    pub fn create_whole(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let draft = draft_of(name);
        self.write_draft(&draft, content, None)?;
        self.rename(&draft, name).inspect_err(|_| drop(self.remove(&draft)))
    }

    /// Puts a new content in a file's place and what was there aside, in one step: whatever was written to the file
    /// until then, or is still written by who has it open, is in `aside`. Where the file system knows no such step,
    /// what is aside is a second name of what was there.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such file, or when it cannot be written; then it is as it was.
    pub fn exchange(&self, name: &str, content: &[u8], aside: &str) -> io::Result<()> {
        let Some(before) = self.open_to_read(name)? else { return Err(Errno::NOENT.into()) };
        let mode = before.metadata()?.permissions().mode() & 0o777;
        let draft = draft_of(name);
        self.write_draft(&draft, content, Some(mode))?;
        self.rename(&draft, aside).inspect_err(|_| drop(self.remove(&draft)))?;
        let exchanged = match self.rename_with(aside, name, RenameFlags::EXCHANGE) {
            Err(Errno::INVAL | Errno::NOSYS) => self.replace_keeping(name, &draft, aside),
            exchanged => exchanged,
        };
        exchanged.inspect_err(|_| drop(self.remove(aside)))?;
        self.sync()
    }

    /// What an exchange does, in more than one step.
    fn replace_keeping(&self, name: &str, draft: &str, aside: &str) -> Result<(), Errno> {
        rustix::fs::renameat(&self.handle, aside, &self.handle, draft)?;
        rustix::fs::linkat(&self.handle, name, &self.handle, aside, AtFlags::empty())?;
        rustix::fs::renameat(&self.handle, draft, &self.handle, name)
    }

    /// Gives a file another name, under which there is nothing yet.
    ///
    /// # Errors
    /// When there is no such file, or something by that name.
    pub fn rename(&self, name: &str, to: &str) -> io::Result<()> {
        match self.rename_with(name, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS) => {
                rustix::fs::linkat(&self.handle, name, &self.handle, to, AtFlags::empty())?;
                self.remove(name)?;
            }
            renamed => renamed?,
        }
        self.sync()
    }

    /// Takes a file away.
    ///
    /// # Errors
    /// When there is none, or it cannot be taken away.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.handle, name, AtFlags::empty())?)
    }

    fn rename_with(&self, from: &str, to: &str, flags: RenameFlags) -> Result<(), Errno> {
        rustix::fs::renameat_with(&self.handle, from, &self.handle, to, flags)
    }

    fn open_to_read(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err(io::Error::other("it is a link")),
            Err(error) => return Err(error.into()),
        };
        match file.metadata()?.is_file() {
            true => Ok(Some(file)),
            false => Err(io::Error::other("it is no regular file")),
        }
    }

    fn write_draft(&self, draft: &str, content: &[u8], mode: Option<u32>) -> io::Result<()> {
        match self.remove(draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = self.create(draft)?;
        let written = (|| {
            file.write_all(content)?;
            if let Some(mode) = mode {
                file.set_permissions(std::fs::Permissions::from_mode(mode))?;
            }
            file.sync_all()
        })();
        written.inspect_err(|_| drop(self.remove(draft)))
    }

    /// Brings the names of its files to the disk.
    fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(&self.handle)?)
    }
}

/// The name of a file that is being written: hidden, and taken away by whoever finds it left behind.
fn draft_of(name: &str) -> String {
    format!(".{name}{DRAFT}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::below(dir.path(), &["f"]).unwrap();
        (dir, folder)
    }

    #[test]
    fn what_was_there_stands_aside() {
        let (dir, folder) = folder();
        let at = |name: &str| dir.path().join("f").join(name);
        folder.create_whole("a", b"one").unwrap();
        let refused = folder.create_whole("a", b"two").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        fs::set_permissions(at("a"), fs::Permissions::from_mode(0o640)).unwrap();
        let mut open = fs::OpenOptions::new().append(true).open(at("a")).unwrap();
        folder.exchange("a", b"two", "b").unwrap();
        open.write_all(b" and more").unwrap();
        assert_eq!(fs::read(at("a")).unwrap(), b"two");
        assert_eq!(fs::read(at("b")).unwrap(), b"one and more");
        assert_eq!(fs::metadata(at("a")).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(folder.exchange("c", b"x", "d").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(fs::read_dir(dir.path().join("f")).unwrap().count(), 2);
        assert_eq!(folder.read("a", 3).unwrap(), Some(Content::Whole(b"two".to_vec())));
        assert_eq!(folder.read("a", 2).unwrap(), Some(Content::TooLong));
        assert_eq!(folder.read("c", 2).unwrap(), None);
    }

    #[test]
    fn without_an_exchange_what_was_there_has_a_second_name() {
        let (dir, folder) = folder();
        let at = |name: &str| dir.path().join("f").join(name);
        folder.create_whole("a", b"one").unwrap();
        fs::write(at("aside"), "two").unwrap();
        folder.replace_keeping("a", "draft", "aside").unwrap();
        assert_eq!(fs::read(at("a")).unwrap(), b"two");
        assert_eq!(fs::read(at("aside")).unwrap(), b"one");
        assert_eq!(fs::read_dir(dir.path().join("f")).unwrap().count(), 2);
    }

    #[test]
    fn a_link_is_not_written_through() {
        let (dir, folder) = folder();
        fs::write(dir.path().join("theirs"), "kept").unwrap();
        std::os::unix::fs::symlink("../theirs", dir.path().join("f/a")).unwrap();
        assert!(folder.exchange("a", b"x", "b").is_err());
        assert!(folder.read("a", 9).is_err());
        assert!(folder.create_whole("a", b"x").is_err());
        assert_eq!(fs::read(dir.path().join("theirs")).unwrap(), b"kept");
    }
}
