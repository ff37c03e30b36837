//! Which lines a check executes: what its run is given for that, and what it leaves.
//!
//! Nothing is installed, and what a check says is its own: the tools are those that its runtimes have.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use callboard_code::coverage::{
    Checkout, FILES_ENDING, MARKS_ENDING, SITECUSTOMIZE, is_report, marks_used, read_marks,
    read_report, read_v8, said_by_python,
};
use callboard_model::check::executed::{Executed, NotMeasured};

use super::reported::{From, text_of};
use crate::limits;

/// The folder of what Node writes.
const NODE: &str = "node";

/// The folder of what Python writes.
const PYTHON: &str = "python";

/// The folder that Python finds its first module in.
const LOADED: &str = "loaded";

/// The profile that Go writes, where the check's line says so.
const GO_PROFILE: &str = "go.profile";

/// Folders in which no report of this run lies, or too many files.
const PASSED_BY: [&str; 8] =
    [".git", "node_modules", ".venv", "venv", ".tox", "__pycache__", "debug", "release"];

/// A run that is measured.
pub(super) struct Measured<'a> {
    folder: PathBuf,
    top: &'a Path,
    /// Reports that lay there before it.
    before: BTreeMap<PathBuf, Stamp>,
}

/// What tells a file that was written anew.
type Stamp = (Option<SystemTime>, u64);

impl<'a> Measured<'a> {
    /// Gives a run in the checkout `top` what it needs to be measured: variables, and files in `folder`, which it may write
    /// to.
    ///
    /// # Errors
    /// When the folder cannot be written; the variables are as they were then.
    pub(super) fn begin(
        folder: &Path,
        top: &'a Path,
        variables: &mut BTreeMap<String, String>,
    ) -> io::Result<Self> {
        let folder = folder.join("lines");
        for name in [NODE, PYTHON, LOADED] {
            fs::create_dir_all(folder.join(name))?;
        }
        let loaded = folder.join(LOADED);
        fs::write(loaded.join("sitecustomize.py"), SITECUSTOMIZE)?;
        let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
        // Whoever measures with it already reads it, too.
        variables.entry("NODE_V8_COVERAGE".into()).or_insert_with(|| path(NODE));
        let modules = match variables.get("PYTHONPATH").filter(|own| !own.is_empty()) {
            Some(own) => format!("{}:{own}", loaded.display()),
            None => path(LOADED),
        };
        variables.insert("PYTHONPATH".into(), modules);
        variables.insert("CALLBOARD_LINES".into(), path(PYTHON));
        variables.insert("CALLBOARD_LINES_OF".into(), top.to_string_lossy().into_owned());
        let before = reports(top);
        Ok(Self { folder, top, before })
    }

    /// Where a profile of Go is looked for.
    pub(super) fn go_profile(&self) -> PathBuf {
        self.folder.join(GO_PROFILE)
    }

    /// What it executed; none where nothing was measured.
    pub(super) fn read(&self) -> Option<Executed> {
        let checkout = OnDisk { top: self.top.to_string_lossy().into_owned() };
        let mut room = Room { bytes: limits::COVERAGE_BYTES, is_full: false };
        let mut executed = self.of_python(&mut room);
        let mut looked_at = limits::COVERED_BYTES;
        for path in files(&self.folder.join(NODE)) {
            if let Some(text) = room.text(&path) {
                executed.add(read_v8(&text, &checkout, &mut looked_at));
            }
        }
        let mut of_reports = Executed::default();
        if let Some(text) = room.text(&self.go_profile()) {
            of_reports.add(read_report(&text, "", &checkout));
        }
        for (path, stamp) in reports(self.top) {
            if self.before.get(&path) == Some(&stamp) {
                continue;
            }
            let folder = path.parent().and_then(|folder| folder.strip_prefix(self.top).ok());
            let folder = folder.unwrap_or(Path::new("")).to_string_lossy();
            if let Some(text) = room.text(&path) {
                of_reports.add(read_report(&text, &folder, &checkout));
            }
        }
        if room.is_full || executed.not_measured.contains(&NotMeasured::TooMuch) {
            return Some(Executed::not_measured(NotMeasured::TooMuch));
        }
        // A report tells of the files that somebody wrote, whatever was made of them to run.
        executed.unclear.retain(|path| !of_reports.files.contains_key(path));
        executed.add(of_reports);
        (executed != Executed::default()).then_some(executed)
    }

    fn of_python(&self, room: &mut Room) -> Executed {
        let mut executed = Executed::default();
        let all = files(&self.folder.join(PYTHON));
        let name =
            |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let said: BTreeSet<NotMeasured> =
            all.iter().filter_map(|path| said_by_python(&name(path))).collect();
        // What ran is not all known then, and so it is not known what did not.
        let is_whole = !said.contains(&NotMeasured::MeasuredByCheck);
        let listing = |path: &&PathBuf| name(path).ends_with(FILES_ENDING);
        for path in all.iter().filter(listing).filter(|_| is_whole) {
            let Some(listed) = room.text(path) else { continue };
            let marks = path.with_extension(MARKS_ENDING.trim_start_matches('.'));
            if let Some(marks) = room.bytes(&marks, marks_used(&listed)) {
                executed.add(read_marks(&listed, &marks));
            }
        }
        executed.not_measured.extend(said);
        executed
    }
}

/// How much more is read of what a run left.
struct Room {
    bytes: usize,
    is_full: bool,
}

impl Room {
    fn text(&mut self, path: &Path) -> Option<String> {
        let length = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?.len();
        self.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        Some(text_of(path, usize::try_from(length).unwrap_or(usize::MAX), From::Start))
    }

    fn bytes(&mut self, path: &Path, length: usize) -> Option<Vec<u8>> {
        fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        self.take(length)?;
        let mut bytes = Vec::new();
        let file = callboard_os::file::open(path).ok()?;
        io::Read::read_to_end(&mut io::Read::take(file, length as u64), &mut bytes).ok()?;
        Some(bytes)
    }

    fn take(&mut self, length: usize) -> Option<()> {
        match self.bytes.checked_sub(length) {
            Some(left) => self.bytes = left,
            None => self.is_full = true,
        }
        (!self.is_full).then_some(())
    }
}

struct OnDisk {
    top: String,
}

impl Checkout for OnDisk {
    fn top(&self) -> &str {
        &self.top
    }

    fn has(&self, path: &str) -> bool {
        Path::new(&self.top).join(path).is_file()
    }

    fn text(&self, path: &str) -> Option<String> {
        let path = Path::new(&self.top).join(path);
        let length = path.metadata().ok().filter(fs::Metadata::is_file)?.len();
        let length =
            usize::try_from(length).ok().filter(|length| *length <= limits::MEASURED_BYTES)?;
        Some(text_of(&path, length, From::Start))
    }
}

/// The files of a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Files that may be reports of coverage, where such usually lie.
fn reports(top: &Path) -> BTreeMap<PathBuf, Stamp> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![(top.to_owned(), 0)];
    let mut looks = limits::COVERAGE_LOOKS;
    while let Some((folder, depth)) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            looks -= 1;
            if looks == 0 {
                return found;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir()
                && depth < limits::COVERAGE_DEPTH
                && !PASSED_BY.contains(&name.as_str())
            {
                waiting.push((entry.path(), depth + 1));
            } else if kind.is_file()
                && is_report(&name)
                && let Ok(meta) = entry.metadata()
            {
                found.insert(entry.path(), (meta.modified().ok(), meta.len()));
            }
        }
    }
    found
}
