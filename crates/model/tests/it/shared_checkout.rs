//! A checkout that several sessions share, in memory, which knows who wrote each line.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::SessionId;
use callboard_model::attribution::lines::differences;
use callboard_model::attribution::{
    Act, Attribution, Content, FileAttribution, FileLook, Look, Owners, Use, parts, with_hunks,
};
use callboard_model::event::{Change, FileEdit, Hunk};

/// Who wrote a line: sessions, and 0 for the user.
pub(crate) type Authors = BTreeSet<i64>;

/// The user.
pub(crate) const USER: i64 = 0;

/// A line, and who wrote it; nobody where the base has it.
pub(crate) type Line = (String, Authors);

/// What attribution came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Score {
    pub right: usize,
    pub both: usize,
    pub unattributed: usize,
    pub wrong: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct SharedCheckout {
    pub base: BTreeMap<String, String>,
    pub disk: BTreeMap<String, Vec<Line>>,
    removed: BTreeMap<String, Vec<Line>>,
    seen: (BTreeMap<String, String>, BTreeMap<String, String>),
    uses: Vec<Use>,
    pub attribution: Attribution,
    pub looks: Vec<Look>,
    /// Lines that were committed and are not the session's.
    swept: Vec<String>,
}

impl SharedCheckout {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let base: BTreeMap<String, String> =
            files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
        let line = |l: &str| (l.to_owned(), Authors::new());
        let disk = base.iter().map(|(p, t)| (p.clone(), t.lines().map(line).collect())).collect();
        let seen = (base.clone(), base.clone());
        Self { base, disk, seen, ..Self::default() }
    }

    /// Puts lines in place of `gone` lines from `at` on. A line that was there and is there again is not written.
    pub(crate) fn write(&mut self, who: i64, path: &str, at: usize, gone: usize, new: &[&str]) {
        let file = self.disk.entry(path.to_owned()).or_default();
        let at = at.min(file.len());
        let old: Vec<Line> = file.splice(at..(at + gone).min(file.len()), []).collect();
        let texts: Vec<&str> = old.iter().map(|l| l.0.as_str()).collect();
        let mut written: Vec<Line> = Vec::new();
        let mut done = 0;
        let removed = self.removed.entry(path.to_owned()).or_default();
        for change in differences(&texts, new) {
            written.extend(old[done..change.old.start].iter().cloned());
            let was = &old[change.old.clone()];
            for (place, text) in new[change.new.clone()].iter().enumerate() {
                let mut authors = Authors::from([who]);
                if was.len() == change.new.len() {
                    authors.extend(&was[place].1);
                } else {
                    authors.extend(was.iter().flat_map(|line| &line.1));
                }
                written.push(((*text).to_owned(), authors));
            }
            let of_base = was.iter().filter(|l| l.1.is_empty());
            removed.extend(of_base.map(|l| (l.0.clone(), Authors::from([who]))));
            done = change.old.end;
        }
        written.extend(old[done..].iter().cloned());
        file.splice(at..at, written);
    }

    /// An edit, told with a line of context on each side.
    pub(crate) fn edit(&mut self, who: i64, path: &str, at: usize, gone: usize, new: &[&str]) {
        let told = self.told(path, at, gone, new, true);
        self.write(who, path, at, gone, new);
        self.tell(who, told);
    }

    /// What an agent tells of an edit that is not made yet.
    pub(crate) fn told(
        &self,
        path: &str,
        at: usize,
        gone: usize,
        new: &[&str],
        numbered: bool,
    ) -> FileEdit {
        let empty = Vec::new();
        let file = self.disk.get(path).unwrap_or(&empty);
        let at = at.min(file.len());
        let from = at.saturating_sub(1);
        let end = (at + gone).min(file.len());
        let line = |sign: &str, text: &str| format!("{sign}{text}");
        let mut lines: Vec<String> = file[from..at].iter().map(|l| line(" ", &l.0)).collect();
        lines.extend(file[at..end].iter().map(|l| line("-", &l.0)));
        lines.extend(new.iter().map(|l| line("+", l)));
        lines.extend(file[end..].iter().take(1).map(|l| line(" ", &l.0)));
        let start = if numbered { u32::try_from(from + 1).unwrap() } else { 0 };
        let change = if file.is_empty() { Change::Write } else { Change::Modify };
        let hunk = Hunk { old_start: start, new_start: start, lines };
        FileEdit { path: path.to_owned(), change, from: None, hunks: vec![hunk] }
    }

    pub(crate) fn tell(&mut self, who: i64, edit: FileEdit) {
        let act = Act::Edit(vec![edit]);
        self.uses.push(Use { session: SessionId(who), act, ended: true });
    }

    /// An edit that is begun.
    pub(crate) fn begin(&mut self, who: i64, edit: FileEdit) {
        let act = Act::Edit(vec![edit]);
        self.uses.push(Use { session: SessionId(who), act, ended: false });
    }

    /// A command that was open or ended since the last look.
    pub(crate) fn run(&mut self, who: i64, command: &str) {
        let act = Act::Command(command.to_owned());
        self.uses.push(Use { session: SessionId(who), act, ended: true });
    }

    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let lines = self.disk.get(path)?;
        Some(lines.iter().map(|l| format!("{}\n", l.0)).collect())
    }

    fn texts(&self) -> BTreeMap<String, String> {
        self.disk.keys().filter_map(|p| Some((p.clone(), self.text(p)?))).collect()
    }

    /// Looks at the checkout, as the engine would.
    pub(crate) fn look(&mut self) {
        let now = (self.base.clone(), self.texts());
        let uses = std::mem::take(&mut self.uses);
        let named = uses.iter().flat_map(|u| match &u.act {
            Act::Edit(files) => files.iter().map(|f| f.path.clone()).collect(),
            _ => Vec::new(),
        });
        let mut paths: BTreeSet<String> = named.collect();
        for texts in [&self.seen.0, &self.seen.1, &now.0, &now.1] {
            paths.extend(texts.keys().cloned());
        }
        let content = |texts: &BTreeMap<String, String>, path: &str| {
            texts.get(path).map_or(Content::Absent, |text| Content::of_text(text.as_str()))
        };
        let is_named = |path: &str| {
            uses.iter()
                .any(|u| matches!(&u.act, Act::Edit(files) if files.iter().any(|f| f.path == path)))
        };
        let mut files = Vec::new();
        for path in paths {
            let origin = self.attribution.base_path(&path).to_owned();
            let file = FileLook {
                path: path.clone(),
                from: None,
                base_from: Some(origin.clone()).filter(|origin| *origin != path),
                base: content(&self.seen.0, &origin),
                old: content(&self.seen.1, &path),
                new: content(&now.1, &path),
                new_base: Some(content(&now.0, &origin)),
            };
            let new_base = file.new_base.clone().filter(|new| *new != file.base);
            let file = FileLook { new_base, ..file };
            if file.old != file.new || file.new_base.is_some() || is_named(&path) {
                files.push(file);
            }
        }
        let look = Look { files, uses };
        self.attribution.look(&look);
        self.looks.push(look);
        self.seen = now;
    }

    /// What differs from the base, and whose attribution says that it is.
    pub(crate) fn files(&self) -> Vec<FileAttribution> {
        let content = |text: Option<String>| text.map_or(Content::Absent, Content::of_text);
        self.attribution
            .paths()
            .map(|path| {
                let base = self.base.get(self.attribution.base_path(path)).cloned();
                let (base, now) = (content(base), content(self.text(path)));
                FileAttribution::of(&self.attribution, path, &base, &now).expect("a look was taken")
            })
            .collect()
    }

    /// Commits what is the session's; whether it could.
    pub(crate) fn commit(&mut self, who: i64) -> bool {
        let Ok(parts) = parts(&self.files(), SessionId(who)) else { return false };
        for part in parts {
            let path = part.path;
            let callboard_model::attribution::Extent::Hunks { hunks, .. } = part.extent else {
                self.base.remove(&path);
                self.removed.remove(&path);
                continue;
            };
            let base = self.base.get(&path).cloned().unwrap_or_default();
            let base = with_hunks(&base, &hunks).expect("hunks fit their base");
            self.base.insert(path.clone(), base);
            for hunk in &hunks {
                for text in &hunk.added {
                    let text = text.trim_end();
                    let own = Authors::from([who]);
                    let file = self.disk.get_mut(&path).unwrap();
                    match file.iter_mut().find(|l| l.0 == text && l.1 == own) {
                        Some(line) => line.1.clear(),
                        None => self.swept.push(format!("{path}: {text} is not S{who}'s")),
                    }
                }
                for text in &hunk.removed {
                    let gone = self.removed.entry(path.clone()).or_default();
                    let own = |l: &Line| l.0 == text.trim_end() && l.1.contains(&who);
                    match gone.iter().position(own) {
                        Some(place) => drop(gone.remove(place)),
                        None => self.swept.push(format!("{path}: {text} was not S{who}'s")),
                    }
                }
            }
        }
        true
    }

    /// Commits all.
    pub(crate) fn commit_all(&mut self) {
        self.base = self.texts();
        self.disk.values_mut().flatten().for_each(|line| line.1.clear());
        self.removed.clear();
    }

    /// Takes all that is not committed away; what it was.
    pub(crate) fn stash(&mut self) -> (BTreeMap<String, Vec<Line>>, BTreeMap<String, Vec<Line>>) {
        let fresh = self
            .base
            .iter()
            .map(|(p, t)| (p.clone(), t.lines().map(|l| (l.to_owned(), Authors::new())).collect()))
            .collect();
        (std::mem::replace(&mut self.disk, fresh), std::mem::take(&mut self.removed))
    }

    pub(crate) fn pop(&mut self, was: (BTreeMap<String, Vec<Line>>, BTreeMap<String, Vec<Line>>)) {
        (self.disk, self.removed) = was;
    }

    /// Moves a file.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let lines = self.disk.remove(from).unwrap();
        self.disk.insert(to.to_owned(), lines);
        if let Some(gone) = self.removed.remove(from) {
            self.removed.insert(to.to_owned(), gone);
        }
    }

    /// Holds what attribution says against what is known. Equal lines are the same line: which of them is whose is no
    /// question.
    pub(crate) fn score(&self) -> Score {
        let mut score = Score { wrong: self.swept.clone(), ..Score::default() };
        for file in self.files() {
            let empty = Vec::new();
            let disk = self.disk.get(&file.path).unwrap_or(&empty);
            let removed = self.removed.get(&file.path).unwrap_or(&empty);
            for (sign, known) in [("+", disk), ("-", removed)] {
                let mut known: Vec<&Line> = known.iter().filter(|l| !l.1.is_empty()).collect();
                let mut said: Vec<(&str, &Owners)> = Vec::new();
                for hunk in &file.hunks {
                    let lines = if sign == "+" { &hunk.added } else { &hunk.removed };
                    said.extend(lines.iter().map(|l| (l.trim_end(), &hunk.owners)));
                }
                // What matches best is matched first.
                for grade in [Grade::Right, Grade::Both, Grade::Unattributed] {
                    said.retain(|(text, owners)| {
                        let fits = |l: &&Line| l.0 == *text && graded(&l.1, owners) == grade;
                        let Some(place) = known.iter().position(fits) else { return true };
                        known.remove(place);
                        match grade {
                            Grade::Right => score.right += 1,
                            Grade::Both => score.both += 1,
                            _ => score.unattributed += 1,
                        }
                        false
                    });
                }
                // A line of the base that counts as new belongs to nobody, or to several.
                for (text, owners) in said {
                    if owners.is_unattributed() || owners.is_overlap() {
                        score.both += 1;
                    } else {
                        let left: Vec<_> = known.iter().filter(|l| l.0 == text).collect();
                        let wrong =
                            format!("{}: {sign}{text}: {owners:?}, not {left:?}", file.path);
                        score.wrong.push(wrong);
                    }
                }
            }
        }
        score
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Right,
    Both,
    Unattributed,
    Wrong,
}

fn graded(authors: &Authors, owners: &Owners) -> Grade {
    let mut said: Authors = owners.sessions.iter().map(|s| s.0).collect();
    if owners.unknown {
        said.insert(USER);
    }
    if said == *authors {
        Grade::Right
    } else if owners.is_unattributed() {
        Grade::Unattributed
    } else if owners.is_overlap() && authors.is_subset(&said) {
        Grade::Both
    } else if owners.is_overlap() && owners.unknown {
        // It says that it does not know all.
        Grade::Both
    } else {
        Grade::Wrong
    }
}
