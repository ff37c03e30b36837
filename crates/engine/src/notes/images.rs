//! Images and other files that notes show or cite, beside the notes.

use std::path::Path;

use callboard_model::WorkspaceId;
use callboard_model::note::version_of;
use callboard_model::view::StoredImage;
use callboard_os::file::{Content, Folder};

use super::place::FOLDERS;
use super::write::io_error;
use crate::readable::FOLDER;
use crate::{Engine, EngineError, limits};

/// The folder of images, in that of notes.
const IMAGES: &str = "images";

/// The folder of other files: a pasted mail, a ticket.
const ATTACHMENTS: &str = "attachments";

/// What images begin with, how their files end, and their types. None of them can hold a script.
const KINDS: [(&[u8], &str, &str); 4] = [
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
    (b"GIF8", "gif", "image/gif"),
    (b"RIFF", "webp", "image/webp"),
];

/// The ending and type of an image, told by its first bytes.
fn kind_of(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let is_webp = |ending: &str| ending != "webp" || bytes.get(8..12) == Some(b"WEBP");
    let kind = KINDS.iter().find(|(begin, ending, _)| bytes.starts_with(begin) && is_webp(ending));
    kind.map(|(_, ending, media_type)| (*ending, *media_type))
}

impl Engine {
    /// Puts an image beside the notes; the same image is there once.
    ///
    /// # Errors
    /// When it is no PNG, JPEG, GIF or WebP, too long, or cannot be written.
    pub fn put_note_image(
        &self,
        workspace: Option<WorkspaceId>,
        bytes: &[u8],
    ) -> Result<StoredImage, EngineError> {
        let (ending, _) = kind_of(bytes).ok_or_else(|| EngineError::Refused {
            text: "it is no PNG, JPEG, GIF or WebP; nothing was written".to_owned(),
            hint: "save it as one of those: other files may hold scripts",
        })?;
        let name = format!("{}.{ending}", &version_of(bytes)[..16]);
        self.put_beside(workspace, IMAGES, &name, bytes)
    }

    /// Puts a text beside the notes, such as a mail that was pasted; the same text is there once.
    ///
    /// # Errors
    /// When it is too long, or cannot be written.
    pub fn put_note_attachment(
        &self,
        workspace: Option<WorkspaceId>,
        ending: &str,
        bytes: &[u8],
    ) -> Result<StoredImage, EngineError> {
        let plain = |c: char| c.is_ascii_alphanumeric();
        let is_plain = !ending.is_empty() && ending.len() <= 8 && ending.chars().all(plain);
        // A Markdown file there would be a note.
        let is_note = ending.eq_ignore_ascii_case("md");
        let ending = if is_plain && !is_note { ending } else { "txt" };
        let name = format!("{}.{}", &version_of(bytes)[..16], ending.to_lowercase());
        self.put_beside(workspace, ATTACHMENTS, &name, bytes)
    }

    fn put_beside(
        &self,
        workspace: Option<WorkspaceId>,
        folder: &str,
        name: &str,
        bytes: &[u8],
    ) -> Result<StoredImage, EngineError> {
        let (_, root) = self.notes_of(workspace)?;
        let path = format!("{folder}/{name}");
        if bytes.len() > limits::NOTE_IMAGE_BYTES {
            return Err(EngineError::Refused {
                text: format!(
                    "it is longer than {} MiB; nothing was written",
                    limits::NOTE_IMAGE_BYTES >> 20
                ),
                hint: "make it smaller, or link to where it is",
            });
        }
        let io = |cause| io_error(&format!("{FOLDER}/{}/{path}", FOLDERS[0]), &cause);
        let below = Folder::below(&root, &[FOLDER, FOLDERS[0], folder]).map_err(io)?;
        match below.create_whole(name, bytes) {
            // Its name is its content's.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => made.map_err(io)?,
        }
        Ok(StoredImage { path })
    }

    /// An image beside the notes, by its path from the folder of notes or from the root, with its type.
    ///
    /// # Errors
    /// When there is none, or it is of a kind that may hold scripts.
    pub fn note_image(
        &self,
        workspace: Option<WorkspaceId>,
        path: &str,
    ) -> Result<(Vec<u8>, &'static str), EngineError> {
        let (_, root) = self.notes_of(workspace)?;
        let not_found = || EngineError::NotFound {
            what: "such image beside the notes".to_owned(),
            hint: "images of notes are PNG, JPEG, GIF or WebP files in `.callboard/notes/images/`",
        };
        let notes = format!("{FOLDER}/{}/", FOLDERS[0]);
        let inside = path.strip_prefix(&notes).unwrap_or(path);
        let mut parts: Vec<&str> = inside.split('/').collect();
        let name = parts.pop().filter(|name| !name.is_empty()).ok_or_else(not_found)?;
        let is_plain =
            |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains('\0');
        let top = Path::new(FOLDER).join(FOLDERS[0]);
        let exists = root.join(&top).join(parts.join("/")).is_dir();
        if !parts.iter().all(is_plain) || !is_plain(&name) || !exists {
            return Err(not_found());
        }
        let folders: Vec<&str> = [FOLDER, FOLDERS[0]].into_iter().chain(parts).collect();
        let folder = Folder::below(&root, &folders).map_err(|cause| io_error(path, &cause))?;
        let most = limits::NOTE_IMAGE_BYTES as u64;
        match folder.read(name, most).map_err(|cause| io_error(path, &cause))? {
            Some(Content::Whole(bytes)) => match kind_of(&bytes) {
                Some((_, media_type)) => Ok((bytes, media_type)),
                None => Err(not_found()),
            },
            _ => Err(not_found()),
        }
    }
}
