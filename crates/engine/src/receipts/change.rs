//! What a change does, read from git: the rules of integrity, secrets, and what claims are held against.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use callboard_code::change::Change;
use callboard_code::coverage::ChangedLines;
use callboard_code::integrity::{self, Candidate, ChangedFile, Surroundings, integrity};
use callboard_git::{Git, blobs};
use callboard_model::attribution::lines::{differences, lines};
use callboard_model::changeset::{self, FileKind};
use callboard_model::claim::{Touched, TouchedFile, Verb};
use callboard_model::receipt::{Finding, Rule, Spot};
use callboard_model::scope::Pattern;

use crate::code::ChangedCode;
use crate::{EngineError, limits, secrets};

/// The texts of a changed file.
#[derive(Debug, Default)]
struct Texts {
    old: Option<String>,
    new: Option<String>,
    /// It is beyond what is looked at: neither side was read.
    is_unread: bool,
}

/// What a change does.
#[derive(Debug, Default)]
pub(super) struct ReadChange {
    /// Cases of rules.
    pub(super) findings: Vec<Finding>,
    /// Expectations that changed.
    pub(super) candidates: Vec<Candidate>,
    /// Paths and texts, as the work leaves them, of files that may hold tests, whether or not it changes them.
    pub(super) texts: Vec<(String, String)>,
    /// What is new in its files of code.
    pub(super) code: Vec<ChangedLines>,
    /// Its files, as claims are held against them.
    pub(super) files: Vec<TouchedFile>,
    /// Functions and types that were there before and are others, or gone: by name, with their file.
    pub(super) symbols: BTreeSet<(String, String)>,
    /// Files that were not looked at: there is too much of the change.
    pub(super) unread: Vec<String>,
}

/// Reads what `files` change; `scope` are the paths that the work is about, `work` the commit that holds it, `code` what
/// is known of changed files already.
///
/// # Errors
/// When git cannot be run.
pub(super) fn read(
    git: &Git,
    files: &[changeset::ChangedFile],
    scope: &[String],
    work: Option<&str>,
    code: &Mutex<ChangedCode>,
) -> Result<ReadChange, EngineError> {
    let texts = texts_of(git, files)?;
    // What is not read would look deleted.
    let read = files.iter().zip(&texts).filter(|(_, texts)| !texts.is_unread);
    let changed: Vec<ChangedFile<'_>> = read.map(|(file, texts)| changed(file, texts)).collect();
    let unread = files.iter().zip(&texts).filter(|(_, texts)| texts.is_unread);
    let unread = unread.map(|(file, _)| file.path.clone()).collect();
    let patterns = |of: &mut dyn Iterator<Item = &str>| of.map(Pattern::of).collect::<Vec<_>>();
    let scope = patterns(&mut scope.iter().map(String::as_str));
    let agent_files = callboard_agents::known().into_iter().flat_map(|one| one.project_files());
    let agent_files = patterns(&mut agent_files.copied());
    let tests = tests_beside(git, files, work)?;
    let texts_of_tests: Vec<&str> = tests.iter().map(|(_, text)| text.as_str()).collect();
    let around = Surroundings {
        scope: &scope,
        forbidden: &[],
        agent_files: &agent_files,
        tests: &texts_of_tests,
    };
    let integrity::Found { mut findings, candidates } = integrity(&changed, &around);
    findings.extend(secrets_of(files, &texts));
    let symbols = symbols_of(git, files, code)?;
    let may_hold_tests =
        |file: &changeset::ChangedFile| matches!(file.kind, FileKind::Test | FileKind::Code);
    let texts_with_tests = files
        .iter()
        .zip(&texts)
        .filter(|(file, _)| may_hold_tests(file))
        .filter_map(|(file, texts)| Some((file.path.clone(), texts.new.clone()?)))
        .chain(tests)
        .collect();
    let code =
        files.iter().zip(&texts).filter_map(|(file, texts)| new_lines(file, texts)).collect();
    let files: Vec<TouchedFile> = files
        .iter()
        .zip(&texts)
        .map(|(file, texts)| touched(file, texts, symbols.get(&file.path)))
        .collect();
    let before = symbols.into_iter().flat_map(|(path, changed)| {
        let was_there = changed.into_iter().filter(|one| one.verb != Verb::Added);
        was_there.map(move |one| (path.clone(), one.name))
    });
    let symbols = before.collect();
    Ok(ReadChange { findings, candidates, texts: texts_with_tests, code, files, symbols, unread })
}

/// The lines of a file of code that were added or edited.
fn new_lines(file: &changeset::ChangedFile, texts: &Texts) -> Option<ChangedLines> {
    let new = texts.new.as_ref().filter(|_| file.kind == FileKind::Code)?;
    let old = lines(texts.old.as_deref().unwrap_or_default());
    let replaced = differences(&old, &lines(new));
    let added = replaced.into_iter().flat_map(|one| one.new);
    let added = added.filter_map(|at| u32::try_from(at + 1).ok()).collect();
    Some(ChangedLines { path: file.path.clone(), text: new.clone(), lines: added })
}

fn changed<'t>(file: &'t changeset::ChangedFile, texts: &'t Texts) -> ChangedFile<'t> {
    let old_path = file.old.is_some().then(|| file.from.as_deref().unwrap_or(&file.path));
    ChangedFile {
        old_path,
        path: &file.path,
        old: texts.old.as_deref(),
        new: texts.new.as_deref(),
        is_binary: file.binary,
        is_partial: false,
    }
}

/// The texts of files before and after, as many as are looked at.
fn texts_of(git: &Git, files: &[changeset::ChangedFile]) -> Result<Vec<Texts>, EngineError> {
    let mut texts: Vec<Texts> = files.iter().map(|_| Texts::default()).collect();
    let wanted = files.iter().enumerate().filter(|(_, file)| !file.binary);
    let places = wanted.take(limits::RECEIPT_FILES).flat_map(|(at, file)| {
        let old = file.old.as_deref().map(|id| (at, false, id));
        old.into_iter().chain(file.new.as_deref().map(|id| (at, true, id)))
    });
    let places: Vec<(usize, bool, &str)> = places.collect();
    let ids: Vec<&str> = places.iter().map(|(.., id)| *id).collect();
    let mut room = limits::RECEIPT_TEXT_BYTES;
    blobs::read(git, &ids, |at, bytes| {
        let Some((file, is_new, _)) = places.get(at) else { return };
        let Some(left) = room.checked_sub(bytes.len()) else { return };
        room = left;
        let text = Some(String::from_utf8_lossy(bytes).into_owned());
        let texts = &mut texts[*file];
        if *is_new { texts.new = text } else { texts.old = text }
    })?;
    for (file, texts) in files.iter().zip(&mut texts).filter(|(file, _)| !file.binary) {
        let lacks = |id: &Option<String>, text: &Option<String>| id.is_some() && text.is_none();
        if lacks(&file.old, &texts.old) || lacks(&file.new, &texts.new) {
            *texts = Texts { is_unread: true, ..Texts::default() };
        }
    }
    Ok(texts)
}

/// Paths and texts of tests that the change leaves as they are, in files that are named for what it changes.
fn tests_beside(
    git: &Git,
    files: &[changeset::ChangedFile],
    work: Option<&str>,
) -> Result<Vec<(String, String)>, EngineError> {
    let stem = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.split('.').next().unwrap_or(name).to_lowercase()
    };
    let code = files.iter().filter(|file| file.kind == FileKind::Code);
    let stems: BTreeSet<String> =
        code.map(|file| stem(&file.path)).filter(|stem| stem.len() > 2).collect();
    let (Some(work), false) = (work, stems.is_empty()) else { return Ok(Vec::new()) };
    let known: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let is_test = |path: &str| {
        let name = stem(path);
        FileKind::of(path) == FileKind::Test && stems.iter().any(|stem| name.contains(stem))
    };
    let found = blobs::files(git, work)?;
    let found = found.iter().filter(|file| !known.contains(file.path.as_str()));
    let found: Vec<&blobs::TreeFile> =
        found.filter(|file| is_test(&file.path)).take(limits::RECEIPT_TEST_FILES).collect();
    let ids: Vec<&str> = found.iter().map(|file| file.id.as_str()).collect();
    let mut texts = Vec::new();
    blobs::read(git, &ids, |at, bytes| {
        if let Some(file) = found.get(at) {
            texts.push((file.path.clone(), String::from_utf8_lossy(bytes).into_owned()));
        }
    })?;
    Ok(texts)
}

/// Keys and tokens in lines that are new. What they are is told, and never shown.
fn secrets_of(files: &[changeset::ChangedFile], texts: &[Texts]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, texts) in files.iter().zip(texts) {
        let Some(new) = &texts.new else { continue };
        // What is accepted of one content says nothing about another line that looks alike once it is masked.
        let content = file.new.as_deref().map_or("unknown", |id| &id[..id.len().min(10)]);
        let known: BTreeSet<&str> = texts.old.as_deref().unwrap_or_default().lines().collect();
        for (line, kind) in secrets::lines(new) {
            let text = new.lines().nth(line as usize - 1).unwrap_or_default();
            if known.contains(text) || found.len() >= limits::RECEIPT_SECRETS {
                continue;
            }
            found.push(Finding {
                rule: Rule::Secret,
                spot: Some(Spot { path: file.path.clone(), line: Some(line), is_gone: false }),
                words: format!("a {kind} stands in the change (content {content})"),
                before: String::new(),
                after: secrets::mask(text).0,
                sources: Vec::new(),
            });
        }
    }
    found
}

/// Symbols that changed, by file.
fn symbols_of(
    git: &Git,
    files: &[changeset::ChangedFile],
    code: &Mutex<ChangedCode>,
) -> Result<BTreeMap<String, Vec<Touched>>, EngineError> {
    let mut code = code.lock().unwrap_or_else(PoisonError::into_inner);
    code.keep_below(limits::RECEIPT_FILES_KNOWN, files.iter());
    let facts = code.facts_of(git, files)?;
    drop(code);
    let mut out: BTreeMap<String, Vec<Touched>> = BTreeMap::new();
    for file in &facts.files {
        let touched =
            file.definitions.iter().filter(|one| !one.definition.test).map(|one| Touched {
                name: one.definition.path.to_string(),
                verb: match &one.change {
                    Change::Added => Verb::Added,
                    Change::Removed => Verb::Removed,
                    Change::Renamed(_) | Change::Moved(_) => Verb::Renamed,
                    _ => Verb::Changed,
                },
            });
        out.entry(file.path.to_string()).or_default().extend(touched);
    }
    Ok(out)
}

fn touched(
    file: &changeset::ChangedFile,
    texts: &Texts,
    symbols: Option<&Vec<Touched>>,
) -> TouchedFile {
    TouchedFile {
        path: file.path.clone(),
        from: file.from.clone(),
        status: file.status,
        symbols: symbols.cloned().unwrap_or_default(),
        words: words_of(texts),
    }
}

/// The words of changed lines, identifiers whole.
fn words_of(texts: &Texts) -> Option<Vec<String>> {
    let (old, new) = (texts.old.as_deref(), texts.new.as_deref());
    if old.is_none() && new.is_none() {
        return None;
    }
    let (old, new) = (lines(old.unwrap_or_default()), lines(new.unwrap_or_default()));
    let mut words: BTreeSet<String> = BTreeSet::new();
    for change in differences(&old, &new) {
        let changed = old[change.old].iter().chain(&new[change.new]);
        for word in
            changed.flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        {
            if word.len() > 1 && words.len() < limits::CHANGED_WORDS {
                words.insert(word.to_lowercase());
            }
        }
    }
    Some(words.into_iter().collect())
}
