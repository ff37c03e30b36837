//! What is related, kind by kind.

use std::path::Path;

use super::{Ground, Related, Relation, RelationKind, Sketch, camel, code, snake};

/// An error as two sessions meet it, with other numbers, paths and ids: `{f}` is a file, `{i}` a name, `{n}` a noun.
const ERRORS: [(&str, &str); 8] = [
    (
        "lease 4711 of the {n} {i} expired before its journal was flushed",
        "lease 92 of the {n} {i} expired before its journal was flushed",
    ),
    (
        "Error: {i} rejected 17 rows of /tmp/import-8ab1/{f}",
        "Error: {i} rejected 3 rows of /tmp/import-77c2d/{f}",
    ),
    (
        "thread 'it::{i}' panicked at crates/{n}/src/{f}:88:13: orderings of 12 rows differ",
        "thread 'it::{i}' panicked at crates/{n}/src/{f}:91:5: orderings of 40 rows differ",
    ),
    (
        "ERROR deadlock detected: process 2231 waits for {i} on relation 16402",
        "ERROR deadlock detected: process 977 waits for {i} on relation 20011",
    ),
    (
        "FAIL src/{n}/{f}.test.ts > keeps {i} in order 120ms",
        "FAIL src/{n}/{f}.test.ts > keeps {i} in order 98ms",
    ),
    (
        "the {n} refuses a heartbeat that is 3500 ms older than the {n} before",
        "the {n} refuses a heartbeat that is 12 ms older than the {n} before",
    ),
    (
        "undefined: {i} (main.go:14:2, build 0x7ffe12ab34)",
        "undefined: {i} (main.go:20:9, build 0x7ffe99cd10)",
    ),
    (
        "/home/ana/app/src/{n}/{f}.py:31: {i}: snapshot 5 does not follow snapshot 3",
        "/work/app-2/src/{n}/{f}.py:40: {i}: snapshot 9 does not follow snapshot 7",
    ),
];

/// Plants so many relations of each kind; gives them with how many worktrees were changed on the disk.
pub(super) fn plant(ground: &mut Ground<'_>, of_each: usize) -> (Vec<Relation>, usize) {
    let mut relations = Vec::new();
    let mut moves: Vec<(String, String)> = Vec::new();
    let (mut changed, mut worktrees) = (Vec::new(), Vec::new());
    ground.repo.write(".gitignore", ".callboard\n");
    for round in 0..of_each {
        for kind in RelationKind::ALL {
            let (session, of) = match kind {
                RelationKind::File => same_file(ground),
                RelationKind::Worktree => other_worktree(ground, round, &mut worktrees),
                RelationKind::Moved => moved(ground, &mut moves),
                RelationKind::Error => same_error(ground, round),
                RelationKind::Changed => changed_symbol(ground, round, &mut changed),
                RelationKind::Named => named_symbol(ground, round),
                RelationKind::Fixture => same_fixture(ground, round),
                RelationKind::Note => noted(ground, round),
            };
            relations.push(Relation { kind, session, of });
        }
    }
    ground.repo.commit("Begin", &[]);
    for (from, to) in moves {
        if let Some((folder, _)) = to.rsplit_once('/') {
            std::fs::create_dir_all(ground.repo.path().join(folder)).unwrap();
        }
        ground.repo.git(&["mv", &from, &to]);
    }
    ground.repo.commit("Move", &[]);
    worktrees.iter().for_each(|branch| drop(ground.repo.worktree(branch)));
    for (branch, path, text) in &changed {
        let worktree = ground.repo.worktree(branch);
        worktree.write(path, text);
    }
    (relations, changed.len())
}

/// A session of the first half of the time, and one of the second.
fn pair(ground: &mut Ground<'_>) -> (Sketch, Sketch) {
    let early = ground.phrases.writer.random.fraction() * 0.5;
    let late = 0.5 + ground.phrases.writer.random.fraction() * 0.5;
    let path = ground.repo.path().to_owned();
    (ground.sketch(&path, early), ground.sketch(&path, late))
}

fn put(ground: &mut Ground<'_>, early: Sketch, late: Sketch) -> (String, Related) {
    let told = (late.native.clone(), Related::Session(early.native.clone()));
    ground.sketches.extend([early, late]);
    told
}

fn same_file(ground: &mut Ground<'_>) -> (String, Related) {
    let (mut early, mut late) = pair(ground);
    let file = ground.file();
    early.edits(&file, 3);
    late.edits(&file, 2);
    put(ground, early, late)
}

fn other_worktree(
    ground: &mut Ground<'_>,
    round: usize,
    worktrees: &mut Vec<String>,
) -> (String, Related) {
    let (mut early, mut late) = pair(ground);
    let file = ground.file();
    early.edits(&file, 2);
    late.edits(&file, 3);
    let branch = format!("beside-{round}");
    late.cwd = worktree_at(ground.repo.path(), &branch);
    worktrees.push(branch);
    put(ground, early, late)
}

fn moved(ground: &mut Ground<'_>, moves: &mut Vec<(String, String)>) -> (String, Related) {
    let (mut early, mut late) = pair(ground);
    let file = ground.file();
    let (folder, name) = (ground.phrases.noun(), snake(&ground.name()));
    let to = format!("lib/{folder}/{name}.rs");
    early.edits(&file, 3);
    late.edits(&to, 2);
    moves.push((file, to));
    put(ground, early, late)
}

fn same_error(ground: &mut Ground<'_>, round: usize) -> (String, Related) {
    let (mut early, mut late) = pair(ground);
    let (one, other) = ERRORS[round % ERRORS.len()];
    let (name, file) = (ground.name(), snake(&ground.name()));
    let noun = ground.phrases.noun();
    let fill = |text: &str| {
        let text = text.replace("{n}", noun).replace("{i}", &name);
        format!("running\n{}\n", text.replace("{f}", &file))
    };
    early.fails("make check", &fill(one));
    late.fails("make check && make report", &fill(other));
    put(ground, early, late)
}

/// A decision about a symbol; the type, the method and the file that it stands in.
fn decided(ground: &mut Ground<'_>, number: usize) -> (String, String, String, String) {
    let (of, method) = (camel(&snake(&ground.name())), snake(&ground.name()));
    let folder = ground.phrases.noun();
    let path = format!("src/{folder}/{}.rs", snake(&of).trim_start_matches('_'));
    ground.repo.write(&path, code(&of, &method, 1));
    let note = format!(".callboard/decisions/D{number}-keep-{}.md", ground.phrases.noun());
    let why = ground.phrases.fill("The {n} would be lost otherwise.");
    let text = format!(
        "---\nid: D{number}\nby: you\nstatus: decided\nsymbols: [{of}::{method}]\n---\n\n# Keep the {folder} as it is\n\n## Why\n{why}\n"
    );
    ground.repo.write(&note, text);
    (note, of, method, path)
}

fn changed_symbol(
    ground: &mut Ground<'_>,
    round: usize,
    changed: &mut Vec<(String, String, String)>,
) -> (String, Related) {
    let (note, of, method, path) = decided(ground, 2 * round + 1);
    let branch = format!("change-{round}");
    let cwd = ground.repo.path().to_owned();
    let late = 0.5 + ground.phrases.writer.random.fraction() * 0.5;
    let mut sketch = ground.sketch(&cwd, late);
    sketch.edits(&path, 2);
    sketch.cwd = worktree_at(ground.repo.path(), &branch);
    changed.push((branch, path, code(&of, &method, 2)));
    let native = sketch.native.clone();
    ground.sketches.push(sketch);
    (native, Related::Note(note))
}

/// Where the worktree of a branch is made.
fn worktree_at(repo: &Path, branch: &str) -> std::path::PathBuf {
    let name = repo.file_name().unwrap_or_default().to_string_lossy().into_owned();
    repo.with_file_name(format!("{name}-{branch}"))
}

fn named_symbol(ground: &mut Ground<'_>, round: usize) -> (String, Related) {
    let (note, of, method, _) = decided(ground, 2 * round + 2);
    let cwd = ground.repo.path().to_owned();
    let late = 0.5 + ground.phrases.writer.random.fraction() * 0.5;
    let mut sketch = ground.sketch(&cwd, late);
    let name = match round % 3 {
        0 => format!("`{of}::{method}`"),
        1 => format!("{of}.{method}()"),
        _ => format!("`{method}`"),
    };
    sketch.prompt += &format!(" It all begins in {name}.");
    let native = sketch.native.clone();
    ground.sketches.push(sketch);
    (native, Related::Note(note))
}

fn same_fixture(ground: &mut Ground<'_>, round: usize) -> (String, Related) {
    let (mut early, mut late) = pair(ground);
    let fixture = format!("{}-{}.json", snake(&ground.name()), round + 3);
    let (one, other) = (ground.name(), ground.name());
    early.fails(
        "make check",
        &format!("FAIL {one}: tests/fixtures/{fixture} has rows out of order\n"),
    );
    let noun = ground.phrases.noun();
    early.says(format!("{fixture} disagrees with the {noun} on the ordering; I keep both."));
    late.fails(
        "make test",
        &format!("assertion of {other} failed: tests/fixtures/{fixture} line 40 differs\n"),
    );
    put(ground, early, late)
}

fn noted(ground: &mut Ground<'_>, round: usize) -> (String, Related) {
    let file = ground.file();
    let target = match round % 2 {
        0 => file.clone(),
        _ => {
            let (folder, name) = file.rsplit_once('/').unwrap_or(("", &file));
            format!("{folder}/{}*.rs", &name[..name.len().min(6)])
        }
    };
    let noun = ground.phrases.noun();
    let note = format!(".callboard/notes/{noun}-{round}.md");
    let text =
        format!("---\nfiles: [\"{target}\"]\n---\n\n# What the {noun} needs\n\nIt reads twice.\n");
    ground.repo.write(&note, text);
    let cwd = ground.repo.path().to_owned();
    let late = 0.5 + ground.phrases.writer.random.fraction() * 0.5;
    let mut sketch = ground.sketch(&cwd, late);
    sketch.edits(&file, 3);
    let native = sketch.native.clone();
    ground.sketches.push(sketch);
    (native, Related::Note(note))
}
