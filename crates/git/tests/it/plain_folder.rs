//! Folders that are no repository.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_git::changeset::changed_files;
use callboard_git::plain_folder::PlainFolder;
use callboard_model::changeset::FileStatus;
use callboard_testkit::HermeticHome;

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn is_read(_: &Path, bytes: u64) -> bool {
    bytes < 1_000
}

fn folder(home: &HermeticHome) -> (PathBuf, PlainFolder) {
    let folder = home.user_home().join("Papers");
    write(&folder, "invoice 1.txt", "one\r\n");
    write(&folder, "scan.txt", "two\n");
    write(&folder, ".gitignore", "*.txt\n");
    write(&folder, ".gitattributes", "* text=auto\n");
    let plain = PlainFolder::at(&home.root().join("store"), &folder).unwrap();
    (folder, plain)
}

#[test]
fn what_was_moved_changed_and_deleted_is_told_and_nothing_is_written_there() {
    let home = HermeticHome::new();
    let (folder, plain) = folder(&home);
    write(&folder, "old.txt", "to be deleted, and long enough to be no other\n");
    let before = plain.look(is_read).unwrap();
    assert_eq!(plain.look(is_read).unwrap(), before);
    plain.remember("S1", &before.commit).unwrap();
    fs::create_dir(folder.join("2026")).unwrap();
    fs::rename(folder.join("invoice 1.txt"), folder.join("2026/invoice 1.txt")).unwrap();
    fs::remove_file(folder.join("old.txt")).unwrap();
    write(&folder, ".callboard/receipts/S1.md", "not theirs");
    let after = plain.look(is_read).unwrap();
    let begun = plain.remembered("S1").unwrap();
    let files = changed_files(&plain.git(), &begun, &after.commit).unwrap();
    let told: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.status)).collect();
    let moved = ("2026/invoice 1.txt", FileStatus::Renamed);
    assert_eq!(told, [moved, ("old.txt", FileStatus::Deleted)]);
    assert!(!folder.join(".git").exists());
    assert_eq!(plain.remembered("S2"), None);
}

#[test]
fn what_is_large_is_told_by_size_and_time_and_repositories_are_left_out() {
    let home = HermeticHome::new();
    let (folder, plain) = folder(&home);
    write(&folder, "film.bin", &"x".repeat(2_000));
    write(&folder, "photo.bin", &"y".repeat(2_000));
    let before = plain.look(is_read).unwrap();
    fs::create_dir(folder.join("films")).unwrap();
    fs::rename(folder.join("film.bin"), folder.join("films/film.bin")).unwrap();
    write(&folder, "scan.txt", &"grown\n".repeat(1_000));
    write(&folder, "project/.git/HEAD", "ref: refs/heads/main\n");
    write(&folder, "project/a.txt", "1");
    let after = plain.look(is_read).unwrap();
    assert_eq!(after.left_out, [PathBuf::from("project")]);
    assert_eq!(plain.look(is_read).unwrap(), after);
    let files = changed_files(&plain.git(), &before.commit, &after.commit).unwrap();
    let told: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.status)).collect();
    let moved = ("films/film.bin", FileStatus::Renamed);
    assert_eq!(told, [moved, ("scan.txt", FileStatus::Modified)]);
    assert!(files.iter().all(|file| file.binary), "{files:#?}");
}
