//! Random histories: two sides that each edit, rename, delete, add, change modes and kinds of files.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_testkit::{HermeticHome, Repo};

/// Numbers that follow from a seed (SplitMix64).
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % count as u64) as usize
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        (!all.is_empty()).then(|| &all[self.below(all.len())])
    }
}

/// A repository whose branches `left` and `right` begin at `main`.
pub(crate) fn history<'a>(home: &'a HermeticHome, name: &str, seed: u64) -> Repo<'a> {
    let mut random = Random::new(seed);
    let repo = Repo::named(home, name);
    for number in 0..6 + random.below(6) {
        let folder = ["", "src/", "src/deep/", "lib/", "old/"][random.below(5)];
        repo.write(&format!("{folder}f{number}.txt"), text(number, 12));
    }
    repo.commit("Base", &[]);
    for side in ["left", "right"] {
        repo.git(&["switch", "-q", "-c", side, "main"]);
        for _ in 0..1 + random.below(3) {
            for _ in 0..1 + random.below(3) {
                step(&repo, &mut random, side);
            }
            repo.commit(side, &[]);
        }
    }
    repo.switch("main");
    repo
}

fn text(number: usize, lines: usize) -> String {
    (0..lines).map(|line| format!("line {line} of {number}\n")).collect()
}

/// The files of a checkout, from its root.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if entry.file_name() == ".git" {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        files(root).iter().filter_map(|file| Some(file.parent()?.to_owned())).collect();
    all.retain(|folder| folder != root);
    all.sort();
    all.dedup();
    all
}

/// One change of the checkout.
fn step(repo: &Repo<'_>, random: &mut Random, side: &str) {
    let root = repo.path();
    let all = files(root);
    let Some(file) = random.pick(&all).cloned() else { return };
    let fresh = format!("{side}{}", random.below(3));
    match random.below(14) {
        0..=3 => edit(&file, random, side),
        4 => fs::write(&file, [b"\0binary ", side.as_bytes()].concat()).unwrap(),
        5 => fs::remove_file(&file).unwrap(),
        6 | 7 => {
            let name = ["moved.txt", "f1.txt", &fresh][random.below(3)].to_owned();
            let folder = random.pick(&folders(root)).cloned().unwrap_or_else(|| root.to_owned());
            let _ = fs::rename(&file, folder.join(name));
            if random.below(2) == 0 {
                random.pick(&files(root)).cloned().iter().for_each(|file| edit(file, random, side));
            }
        }
        8 => {
            let Some(folder) = random.pick(&folders(root)).cloned() else { return };
            let to = root.join(["new", "lib", &fresh][random.below(3)]);
            let _ = fs::rename(folder, to);
        }
        9 | 10 => {
            let folder = random.pick(&folders(root)).cloned().unwrap_or_else(|| root.to_owned());
            let name = ["added.txt", "f2.txt", &fresh][random.below(3)].to_owned();
            if !folder.join(&name).is_dir() {
                fs::write(folder.join(name), text(90 + random.below(2), 6)).unwrap();
            }
        }
        11 => make_executable(&file),
        12 => {
            fs::remove_file(&file).unwrap();
            fs::create_dir(&file).unwrap();
            fs::write(file.join("inside.txt"), text(7, 5)).unwrap();
        }
        _ => {
            let Some(folder) = random.pick(&folders(root)).cloned() else { return };
            fs::remove_dir_all(&folder).unwrap();
            fs::write(&folder, text(8, 5)).unwrap();
        }
    }
}

fn edit(file: &Path, random: &mut Random, side: &str) {
    let Ok(text) = fs::read_to_string(file) else { return };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = random.below(lines.len() + 1);
    match random.below(3) {
        0 if at < lines.len() => drop(lines.remove(at)),
        // Both sides may come to the same line.
        1 if at < lines.len() => lines[at] = format!("changed {}", random.below(2)),
        _ => lines.insert(at, format!("{side} {}", random.below(2))),
    }
    fs::write(file, lines.join("\n") + "\n").unwrap();
}

#[cfg(unix)]
fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if !file.is_symlink() {
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
