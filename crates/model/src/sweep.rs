//! Commands that sweep: that stage, commit, stash or throw away more than the lines of whoever runs them.
//!
//! Told from the command line alone (git-add(1), git-commit(1), git-stash(1), git-checkout(1), git-restore(1),
//! git-reset(1), git-clean(1), npm-version(1)); whose lines they would sweep is asked of
//! [`attribution`](crate::attribution). What a line only may do is told as well: `git checkout x` names a file where
//! there is such a file, and a branch elsewhere.

mod git;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::purpose::unwrap_shell;
use crate::shell::{CommandLine, Join, Simple};

/// What becomes of what is swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SweepAct {
    /// It is staged: the next commit has it.
    Stage,
    /// It is committed.
    Commit,
    /// It is put away, and the files are as HEAD has them.
    Stash,
    /// It is lost.
    Discard,
    /// It is staged no longer; the files stay.
    Unstage,
}

/// How far it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// All of the checkout.
    All,
    /// All that is staged, by whomever.
    Staged,
    /// These files, folders with all below them, or patterns; as seen from [`Sweep::folder`].
    Paths(Vec<String>),
}

/// Which files of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SweptFiles {
    /// All that are not ignored.
    All,
    /// Only those that git tracks.
    Tracked,
    /// Only those that it does not track.
    Untracked,
}

/// One sweep of a command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sweep {
    /// What it does.
    pub act: SweepAct,
    /// To what.
    pub reach: Reach,
    /// To which files of that.
    pub files: SweptFiles,
    /// The folder that it runs in, from where the line does; empty where it is the same.
    pub folder: String,
    /// The simple command.
    pub command: String,
}

impl Sweep {
    /// Whether it reaches the file at `path`, from the checkout's root; the line runs in `cwd`, and both folders are
    /// absolute. Of what is staged, it reaches any: ask git what that is.
    #[must_use]
    pub fn reaches(&self, path: &str, root: &str, cwd: &str) -> bool {
        let Reach::Paths(paths) = &self.reach else { return true };
        let file = joined(root, path);
        let folder = joined(cwd, &self.folder);
        paths.iter().any(|one| {
            let one = joined(&folder, one);
            // A pattern reaches what it may: all behind its plain beginning.
            match one.find(['*', '?', '[']) {
                Some(plain) => file.starts_with(&one[..plain]),
                None => file
                    .strip_prefix(&one)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || one == "/"),
            }
        })
    }
}

/// A path as seen from a folder, without `.` and `..`.
fn joined(folder: &str, path: &str) -> String {
    let both = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in both.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// How deep a command within a command is looked for.
const DEPTH: usize = 3;

/// Programs that run what is named behind them.
const RUNNERS: [&str; 12] = [
    "sudo", "doas", "env", "command", "exec", "nohup", "time", "nice", "stdbuf", "npx", "pnpx",
    "bunx",
];

/// The sweeps of a command line, in order; none where it names only what it touches.
#[must_use]
pub fn sweeps(text: &str) -> Vec<Sweep> {
    let mut found = Vec::new();
    line(text, "", DEPTH, &mut found);
    found
}

fn line(text: &str, folder: &str, depth: usize, found: &mut Vec<Sweep>) {
    let parsed = unwrap_shell(CommandLine::parse(text));
    let mut folder = folder.to_owned();
    for command in &parsed.commands {
        let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
        if let ["cd" | "pushd", to, ..] = words.as_slice()
            && matches!(command.join, Join::And | Join::Then)
        {
            folder = within(&folder, to);
        }
        simple(command, &folder, depth, found);
        if depth > 0 {
            let inner = command.words.iter().flat_map(|word| substituted(word));
            inner.for_each(|inner| line(inner, &folder, depth - 1, found));
        }
    }
}

/// A folder as seen from another; `?` where it cannot be told.
fn within(folder: &str, to: &str) -> String {
    let unknown = to.starts_with(['~', '-', '$']) || to.contains('$') || folder == "?";
    match (unknown, folder, to) {
        (true, ..) => "?".to_owned(),
        (_, _, to) if to.starts_with('/') => to.to_owned(),
        (_, "", to) => to.to_owned(),
        (_, folder, to) => format!("{}/{to}", folder.trim_end_matches('/')),
    }
}

/// The command lines that a word has put in: `$(…)` and `` `…` ``.
fn substituted(word: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = word;
    while let Some(start) = rest.find("$(") {
        rest = &rest[start + 2..];
        let mut open = 1;
        let end = rest.char_indices().find_map(|(at, c)| {
            open += i32::from(c == '(') - i32::from(c == ')');
            (open == 0).then_some(at)
        });
        found.push(&rest[..end.unwrap_or(rest.len())]);
    }
    found.extend(word.split('`').skip(1).step_by(2));
    found
}

fn simple(command: &Simple, folder: &str, depth: usize, found: &mut Vec<Sweep>) {
    let mut words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let mut fed = false;
    loop {
        let Some((program, rest)) = words.split_first() else { return };
        let name = program.rsplit('/').next().unwrap_or(program);
        if name == "eval" && depth > 0 {
            return line(&rest.join(" "), folder, depth - 1, found);
        }
        if matches!(name, "sh" | "bash" | "zsh" | "dash") && depth > 0 {
            let script = rest.iter().position(|w| w.starts_with('-') && w.ends_with('c'));
            if let Some(script) = script.and_then(|at| rest.get(at + 1)) {
                line(script, folder, depth - 1, found);
            }
            return;
        }
        fed |= name == "xargs";
        if !RUNNERS.contains(&name) && name != "xargs" {
            break;
        }
        let skipped = rest.iter().take_while(|w| w.starts_with('-') || w.contains('=')).count();
        // `xargs -n 1 git add`: a number belongs to the option before it.
        let numbers = rest[skipped..].iter().take_while(|w| w.parse::<u32>().is_ok()).count();
        words = rest[skipped + numbers..].to_vec();
    }
    let shown = command.words.join(" ");
    let (program, rest) = (words[0].rsplit('/').next().unwrap_or(words[0]), &words[1..]);
    let told: Vec<Told> = match program {
        "git" => {
            let (folders, rest) = git::globals(rest);
            let folder = folders.iter().fold(folder.to_owned(), |at, to| within(&at, to));
            let told = git::told(rest, fed);
            return found.extend(told.into_iter().map(|told| told.sweep(&folder, &shown)));
        }
        "npm" | "pnpm" | "yarn" if rest.first() == Some(&"version") => version(rest),
        "gt" => graphite(rest),
        "lerna" if rest.first() == Some(&"version") => vec![Told::commit(Reach::All)],
        "standard-version" | "release-it" | "commit-and-tag-version" => {
            vec![Told::commit(Reach::Staged)]
        }
        _ => Vec::new(),
    };
    found.extend(told.into_iter().map(|told| told.sweep(folder, &shown)));
}

/// A sweep, before it is known where.
struct Told {
    act: SweepAct,
    reach: Reach,
    files: SweptFiles,
}

impl Told {
    fn new(act: SweepAct, reach: Reach, files: SweptFiles) -> Self {
        Self { act, reach, files }
    }

    fn commit(reach: Reach) -> Self {
        Self::new(SweepAct::Commit, reach, SweptFiles::Tracked)
    }

    fn sweep(self, folder: &str, command: &str) -> Sweep {
        // Where the folder cannot be told, it may be any.
        let reach = match self.reach {
            Reach::Paths(_) if folder == "?" => Reach::All,
            reach => reach,
        };
        let folder = if folder == "?" { String::new() } else { folder.to_owned() };
        Sweep { act: self.act, reach, files: self.files, folder, command: command.to_owned() }
    }
}

/// `npm version` commits its manifest and lock file, and whatever is staged.
fn version(words: &[&str]) -> Vec<Told> {
    let off = ["--no-git-tag-version", "--git-tag-version=false", "--help"];
    if words.len() < 2 || words.iter().any(|word| off.contains(word)) {
        return Vec::new();
    }
    let files = ["package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock"];
    let files = Reach::Paths(files.map(str::to_owned).to_vec());
    vec![Told::commit(files), Told::commit(Reach::Staged)]
}

/// Graphite's `gt create -am …`, `gt modify -a`.
fn graphite(words: &[&str]) -> Vec<Told> {
    let Some((sub, rest)) = words.split_first() else { return Vec::new() };
    if !matches!(*sub, "create" | "c" | "modify" | "m" | "commit" | "squash") {
        return Vec::new();
    }
    let cluster = |w: &&str| w.starts_with('-') && !w.starts_with("--") && w.contains('a');
    if rest.contains(&"--all") || rest.iter().any(cluster) {
        return vec![Told::new(SweepAct::Commit, Reach::All, SweptFiles::All)];
    }
    vec![Told::commit(Reach::Staged)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let one = |sweep: Sweep| {
            let reach = match sweep.reach {
                Reach::All => "all".to_owned(),
                Reach::Staged => "staged".to_owned(),
                Reach::Paths(paths) => paths.join(","),
            };
            let folder = if sweep.folder.is_empty() { "" } else { " in " };
            format!("{:?} {:?} {reach}{folder}{}", sweep.act, sweep.files, sweep.folder)
        };
        sweeps(text).into_iter().map(one).collect()
    }

    #[test]
    fn what_is_swept_is_told() {
        for (text, told) in [
            ("git add -A", "Stage All all"),
            ("git add .", "Stage All ."),
            ("git add --all src", "Stage All src"),
            ("git add -u", "Stage Tracked all"),
            ("git add src/ 'a b.rs'", "Stage All src/,a b.rs"),
            ("git add :/", "Stage All all"),
            ("git -C sub add .", "Stage All . in sub"),
            ("cd crates && git -C model add -A .", "Stage All . in crates/model"),
            ("cd $X && git add .", "Stage All all"),
            ("git ls-files -m | xargs git add", "Stage All all"),
            ("bash -lc 'cd x; git add .'", "Stage All . in x"),
            ("FOO=1 sudo git add -A", "Stage All all"),
            ("git commit -am 'all of it'", "Commit Tracked all"),
            ("git commit -m 'a -a b'", "Commit Tracked staged"),
            ("git commit --amend --no-edit", "Commit Tracked staged"),
            ("git commit -m x -- a.rs b.rs", "Commit Tracked a.rs,b.rs"),
            ("git commit -qam x", "Commit Tracked all"),
            ("git commit -F msg --all", "Commit Tracked all"),
            ("git stash", "Stash Tracked all"),
            ("git stash -u", "Stash All all"),
            ("git stash push -m msg -- a.rs", "Stash Tracked a.rs"),
            ("git stash push --staged", "Stash Tracked staged"),
            ("git checkout .", "Discard Tracked ."),
            ("git checkout HEAD~1 -- a.rs", "Discard Tracked a.rs"),
            ("git checkout a.rs", "Discard Tracked a.rs"),
            ("git checkout -f main", "Discard Tracked all"),
            ("git switch --discard-changes main", "Discard Tracked all"),
            ("git restore a.rs", "Discard Tracked a.rs"),
            ("git restore --staged .", "Unstage Tracked ."),
            ("git restore -SW -s HEAD .", "Discard Tracked ."),
            ("git reset --hard origin/main", "Discard Tracked all"),
            ("git reset", "Unstage Tracked all"),
            ("git reset HEAD -- a.rs", "Unstage Tracked a.rs"),
            ("git clean -fdx", "Discard Untracked ."),
            ("git clean -fd build", "Discard Untracked build"),
            ("git rm -r old", "Discard Tracked old"),
            ("git pull --rebase --autostash", "Stash Tracked all"),
            ("echo $(git add -A)", "Stage All all"),
            ("eval \"git add -A\"", "Stage All all"),
            ("gt create -am x", "Commit All all"),
        ] {
            assert_eq!(shown(text), [told], "{text}");
        }
        assert_eq!(shown("git add -A && git commit -m x").len(), 2);
        assert_eq!(shown("npm version patch").len(), 2);
        assert_eq!(
            shown("git commit -i a.rs -m x"),
            ["Commit Tracked staged", "Commit Tracked a.rs"]
        );
    }

    #[test]
    fn a_sweep_reaches_what_it_names() {
        let reaches = |text: &str, path: &str| {
            let found = sweeps(text);
            found[0].reaches(path, "/work/app", "/work/app/web")
        };
        assert!(reaches("git add -A", "src/a.rs"));
        assert!(reaches("git add .", "web/a.ts") && !reaches("git add .", "src/a.rs"));
        assert!(reaches("git add ../src/", "src/a.rs") && !reaches("git add ../sr", "src/a.rs"));
        assert!(reaches("cd .. && git add src/a.rs", "src/a.rs"));
        assert!(reaches("git add *.ts", "web/x/a.ts") && !reaches("git add *.ts", "a.ts"));
        assert!(reaches("git -C /work/app checkout .", "src/a.rs"));
        assert!(reaches("git commit -m x", "src/a.rs"));
    }

    #[test]
    fn what_sweeps_nothing_is_silent() {
        for text in [
            "git status",
            "git add -p",
            "git add -n .",
            "git add",
            "git commit --dry-run",
            "git checkout -b new",
            "git switch main",
            "git stash pop",
            "git stash list",
            "git reset --soft HEAD~1",
            "git clean -n",
            "git clean -fdn",
            "git diff -- .",
            "npm version",
            "npm version patch --no-git-tag-version",
            "echo git add -A",
            "git log --all",
        ] {
            assert_eq!(shown(text), [""; 0], "{text}");
        }
    }
}
