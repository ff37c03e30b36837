//! Moving files into and out of a checkout, each by a rename: none is ever half-written, and none is written over.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::Step;
use super::error::AdvanceError;
use super::journal::{Name, New, Old, Seat, Shift, Stamp};
use super::plan::folders_of;

/// Puts what goes aside, and what comes into its place.
///
/// # Errors
/// When somebody wrote one of these files since they were looked at, or the disk refuses. What was moved is to be put
/// back then.
pub(super) fn forward(seat: &Seat, done: &dyn Fn(Step)) -> Result<(), AdvanceError> {
    let top = seat.top.path();
    let mut folders = Vec::new();
    for (number, shift) in seat.shifts.iter().enumerate() {
        match shift.old {
            Some(Old::File(stamp)) => {
                put_file_aside(&top.join(shift.path.path()), &seat.aside(number), stamp)?;
                done(Step::Aside(number));
            }
            Some(Old::Folder) => folders.push((number, shift)),
            None => {}
        }
    }
    for (number, shift) in folders {
        put_folder_aside(&top.join(shift.path.path()), &seat.aside(number))?;
        done(Step::Aside(number));
    }
    for folder in &seat.made {
        let folder = top.join(folder.path());
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => made.map_err(AdvanceError::io(&folder))?,
        }
    }
    for (number, shift) in seat.shifts.iter().enumerate() {
        let Some(new) = shift.new else { continue };
        put_new(seat, &top, shift, new)?;
        done(Step::Placed(number));
    }
    Ok(())
}

fn put_new(seat: &Seat, top: &Path, shift: &Shift, new: New) -> Result<(), AdvanceError> {
    let path = shift.path.path();
    let file = top.join(&path);
    for folder in folders_of(&path) {
        // A link put here meanwhile would lead the file elsewhere.
        if !fs::symlink_metadata(top.join(folder)).is_ok_and(|meta| meta.is_dir()) {
            return Err(changed_meanwhile(&top.join(folder)));
        }
    }
    let put = match new {
        New::File(_) => put_where_nothing_is(&seat.fresh().join(&path), &file),
        New::Folder => fs::create_dir(&file),
    };
    put.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => changed_meanwhile(&file),
        _ => AdvanceError::io(&file)(error),
    })
}

fn put_file_aside(file: &Path, aside: &Path, stamp: Stamp) -> Result<(), AdvanceError> {
    match fs::rename(file, aside) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(changed_meanwhile(file));
        }
        moved => moved.map_err(AdvanceError::io(file))?,
    }
    // Only what lies aside can be looked at without somebody writing another in its place.
    if Stamp::of(aside) == Some(stamp) { Ok(()) } else { Err(changed_meanwhile(file)) }
}

fn put_folder_aside(folder: &Path, aside: &Path) -> Result<(), AdvanceError> {
    fs::rename(folder, aside).map_err(AdvanceError::io(folder))?;
    if holds_files(aside) { Err(changed_meanwhile(folder)) } else { Ok(()) }
}

fn holds_files(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        !entry.file_type().is_ok_and(|kind| kind.is_dir()) || holds_files(&entry.path())
    })
}

fn changed_meanwhile(path: &Path) -> AdvanceError {
    AdvanceError::refused(format!("{} was changed meanwhile", path.display()), "try again")
}

/// Renames a file, unless something is in its new place.
fn put_where_nothing_is(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => return fs::remove_file(from),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
        // A file system without links, or a file of another user's.
        Err(_) => {}
    }
    if fs::symlink_metadata(to).is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Brings the files back to as they were, however far they were moved. What somebody wrote since is left: those.
///
/// # Errors
/// When the disk refuses; it can be tried again.
pub(super) fn back(seat: &Seat, done: &dyn Fn(Step)) -> Result<Vec<PathBuf>, AdvanceError> {
    let top = seat.top.path();
    let mut left = Vec::new();
    for (number, shift) in seat.shifts.iter().enumerate().rev() {
        take_new_away(&top.join(shift.path.path()), shift)?;
        done(Step::Taken(number));
    }
    for folder in seat.made.iter().rev() {
        // One that holds what somebody put there stays.
        let _ = fs::remove_dir(top.join(folder.path()));
    }
    let (folders, files): (Vec<_>, Vec<_>) =
        seat.shifts.iter().enumerate().partition(|(_, shift)| shift.old == Some(Old::Folder));
    for (number, shift) in folders.into_iter().chain(files) {
        let (path, aside) = (shift.path.path(), seat.aside(number));
        if fs::symlink_metadata(&aside).is_err() {
            continue;
        }
        if put_back(&top, &path, &aside)? {
            done(Step::Back(number));
        } else {
            left.push(path);
        }
    }
    // Their old content is git's, too; what lies there is a person's.
    Ok(left)
}

fn take_new_away(file: &Path, shift: &Shift) -> Result<(), AdvanceError> {
    match shift.new {
        Some(New::File(stamp)) if Stamp::of(file) == Some(stamp) => {
            fs::remove_file(file).map_err(AdvanceError::io(file))
        }
        Some(New::Folder) => {
            // It may never have been made, and one that holds something is somebody's.
            let _ = fs::remove_dir(file);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Puts back what lies aside; whether its place was free.
fn put_back(top: &Path, path: &Path, aside: &Path) -> Result<bool, AdvanceError> {
    let file = top.join(path);
    if let (Some(here), Some(there)) = (Stamp::of(&file), Stamp::of(aside))
        && here.is_same_file(&there)
    {
        // Killed between the two halves of a rename.
        fs::remove_file(aside).map_err(AdvanceError::io(aside))?;
        return Ok(true);
    }
    for folder in folders_of(path) {
        let folder = top.join(folder);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(false),
            made => made.map_err(AdvanceError::io(&folder))?,
        }
        if !fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_dir()) {
            return Ok(false);
        }
    }
    let is_folder = fs::symlink_metadata(aside).is_ok_and(|meta| meta.is_dir());
    let put = match is_folder {
        true if fs::symlink_metadata(&file).is_ok() => Err(ErrorKind::AlreadyExists.into()),
        true => fs::rename(aside, &file),
        false => put_where_nothing_is(aside, &file),
    };
    match put {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(AdvanceError::io(&file)(error)),
    }
}

/// Takes away the folders that the move emptied.
pub(super) fn remove_emptied(seat: &Seat) {
    let top = seat.top.path();
    for left in &seat.left {
        let _ = fs::remove_dir(top.join(left.path()));
    }
    let gone = seat.shifts.iter().filter(|shift| shift.new.is_none()).map(|shift| &shift.path);
    for path in gone.chain(&seat.left).map(Name::path) {
        for folder in folders_of(&path).into_iter().rev() {
            // Those that held nothing else go with the last of their files.
            if fs::remove_dir(top.join(folder)).is_err() {
                break;
            }
        }
    }
}

/// Takes away what lies aside, but for those files.
pub(super) fn remove_aside(seat: &Seat, kept: &[(PathBuf, PathBuf)]) {
    for number in 0..seat.shifts.len() {
        let aside = seat.aside(number);
        if !kept.iter().any(|(_, path)| *path == aside) {
            // A folder that lay there is an empty one, maybe with others in it.
            let _ = fs::remove_file(&aside).or_else(|_| fs::remove_dir_all(&aside));
        }
    }
}

/// Files that somebody wrote on while they lay aside: where they were, and where they are.
pub(super) fn written_aside(seat: &Seat) -> Vec<(PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for (number, shift) in seat.shifts.iter().enumerate() {
        let aside = seat.aside(number);
        let is_written = match shift.old {
            Some(Old::File(stamp)) => Stamp::of(&aside).is_some_and(|now| now != stamp),
            Some(Old::Folder) => holds_files(&aside),
            None => false,
        };
        if is_written {
            found.push((shift.path.path(), aside));
        }
    }
    found
}
