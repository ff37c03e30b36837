//! Git's own commands that sweep.

use super::{Reach, SweepAct, SweptFiles, Told};

/// Options of git itself: the folders that it is sent to, and what comes behind them.
pub(super) fn globals<'a, 'b>(words: &'b [&'a str]) -> (Vec<&'a str>, &'b [&'a str]) {
    let mut folders = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        if *word == "-C" {
            folders.extend(words.get(at + 1));
        }
        let valued = matches!(*word, "-C" | "-c" | "--git-dir" | "--work-tree" | "--namespace");
        at += if valued { 2 } else { 1 };
    }
    (folders, words.get(at..).unwrap_or_default())
}

/// Options and other words of a subcommand.
struct Words<'a> {
    /// Letters of short options, and long options without their values.
    options: Vec<&'a str>,
    letters: String,
    /// What is no option.
    others: Vec<&'a str>,
    /// Which of those stand behind `--`.
    paths_from: Option<usize>,
}

impl<'a> Words<'a> {
    /// `valued`: letters whose value follows, in the same word or the next; `long`: long options with a value.
    fn read(words: &[&'a str], valued: &str, long: &[&str]) -> Self {
        let mut read =
            Self { options: Vec::new(), letters: String::new(), others: vec![], paths_from: None };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if read.paths_from.is_some() || *word == "-" || !word.starts_with('-') {
                read.others.push(word);
            } else if *word == "--" {
                read.paths_from = Some(read.others.len());
            } else if word.starts_with("--") {
                let name = word.split('=').next().unwrap_or(word);
                if long.contains(word) {
                    rest.next();
                }
                read.options.push(name);
            } else {
                let letters = &word[1..];
                let value = letters.find(|letter| valued.contains(letter));
                let end = value.map_or(letters.len(), |at| at + 1);
                read.letters.push_str(&letters[..end]);
                if end == letters.len() && value.is_some() {
                    rest.next();
                }
            }
        }
        read
    }

    fn has(&self, letter: char, long: &str) -> bool {
        (letter != '\0' && self.letters.contains(letter)) || self.options.contains(&long)
    }

    fn reach(&self, otherwise: Reach) -> Reach {
        // `:/` is the root, whatever the folder; other magic may mean anything.
        if self.others.iter().any(|path| path.starts_with(':')) {
            Reach::All
        } else if self.others.is_empty() {
            otherwise
        } else {
            Reach::Paths(self.others.iter().map(|path| (*path).to_owned()).collect())
        }
    }

    /// The words behind `--`, or all.
    fn paths(mut self) -> Self {
        if let Some(from) = self.paths_from {
            self.others.drain(..from);
        }
        self
    }
}

/// What a subcommand sweeps. `fed`: it is given paths that the line does not name.
pub(super) fn told(words: &[&str], fed: bool) -> Vec<Told> {
    let Some((sub, rest)) = words.split_first() else { return Vec::new() };
    let found = match *sub {
        "add" | "stage" => add(rest, fed),
        "commit" => return commit(rest),
        "stash" => stash(rest),
        "checkout" => checkout(rest),
        "switch" => switch(rest),
        "restore" => restore(rest, fed),
        "reset" => reset(rest),
        "clean" => clean(rest),
        "rm" => rm(rest, fed),
        "pull" | "rebase" | "merge" if rest.contains(&"--autostash") => {
            Some(Told::new(SweepAct::Stash, Reach::All, SweptFiles::Tracked))
        }
        "absorb" => Some(Told::commit(Reach::Staged)),
        _ => None,
    };
    found.into_iter().collect()
}

fn add(words: &[&str], fed: bool) -> Option<Told> {
    let words = Words::read(words, "", &["--pathspec-from-file", "--chmod"]);
    let asks = words.has('p', "--patch") || words.has('i', "--interactive");
    if asks || words.has('e', "--edit") || words.has('n', "--dry-run") {
        return None;
    }
    if words.has('N', "--intent-to-add") || words.options.contains(&"--refresh") {
        return None;
    }
    let updates = words.has('u', "--update");
    let fed = fed || words.options.contains(&"--pathspec-from-file");
    let files = if updates { SweptFiles::Tracked } else { SweptFiles::All };
    let all = updates || words.has('A', "--all") || words.options.contains(&"--no-ignore-removal");
    if words.others.is_empty() && !all && !fed {
        return None;
    }
    Some(Told::new(SweepAct::Stage, words.reach(Reach::All), files))
}

fn commit(words: &[&str]) -> Vec<Told> {
    const VALUED: [&str; 12] = [
        "--message",
        "--file",
        "--author",
        "--date",
        "--template",
        "--reuse-message",
        "--reedit-message",
        "--cleanup",
        "--trailer",
        "--fixup",
        "--squash",
        "--pathspec-from-file",
    ];
    let words = Words::read(words, "mFCct", &VALUED);
    if words.options.contains(&"--dry-run") {
        return Vec::new();
    }
    let includes = words.has('i', "--include");
    let reach = if words.has('a', "--all") || words.options.contains(&"--pathspec-from-file") {
        Reach::All
    } else {
        words.reach(Reach::Staged)
    };
    let staged = (includes && reach != Reach::Staged).then(|| Told::commit(Reach::Staged));
    staged.into_iter().chain([Told::commit(reach)]).collect()
}

fn stash(words: &[&str]) -> Option<Told> {
    let (sub, rest) = match words.split_first() {
        Some((sub, rest)) if !sub.starts_with('-') => (*sub, rest),
        _ => ("push", words),
    };
    let words = Words::read(rest, "m", &["--message", "--pathspec-from-file"]);
    if !matches!(sub, "push" | "save") || words.has('p', "--patch") {
        return None;
    }
    let untracked = words.has('u', "--include-untracked") || words.has('a', "--all");
    let files = if untracked { SweptFiles::All } else { SweptFiles::Tracked };
    let reach = if words.has('S', "--staged") {
        Reach::Staged
    } else if sub == "save" {
        // Its other words are the message.
        Reach::All
    } else {
        words.reach(Reach::All)
    };
    Some(Told::new(SweepAct::Stash, reach, files))
}

fn checkout(words: &[&str]) -> Option<Told> {
    let words = Words::read(words, "bB", &["--orphan", "--conflict", "--pathspec-from-file"]);
    let discards = |reach| Some(Told::new(SweepAct::Discard, reach, SweptFiles::Tracked));
    if words.has('p', "--patch") {
        return None;
    }
    let makes_branch = words.letters.contains(['b', 'B']) || words.options.contains(&"--orphan");
    let is_branch = makes_branch || words.has('d', "--detach") || words.has('t', "--track");
    if words.has('f', "--force") && words.paths_from.is_none() {
        return discards(Reach::All);
    }
    let words = words.paths();
    let named = !words.others.is_empty() || words.options.contains(&"--pathspec-from-file");
    if is_branch || !named {
        return None;
    }
    discards(words.reach(Reach::All))
}

fn switch(words: &[&str]) -> Option<Told> {
    let words = Words::read(words, "cC", &["--create", "--force-create", "--orphan"]);
    let forced = words.has('f', "--force") || words.options.contains(&"--discard-changes");
    forced.then(|| Told::new(SweepAct::Discard, Reach::All, SweptFiles::Tracked))
}

fn restore(words: &[&str], fed: bool) -> Option<Told> {
    let words = Words::read(words, "s", &["--source", "--pathspec-from-file", "--conflict"]);
    let fed = fed || words.options.contains(&"--pathspec-from-file");
    if words.has('p', "--patch") || (words.others.is_empty() && !fed) {
        return None;
    }
    let only_index = words.has('S', "--staged") && !words.has('W', "--worktree");
    let act = if only_index { SweepAct::Unstage } else { SweepAct::Discard };
    Some(Told::new(act, words.reach(Reach::All), SweptFiles::Tracked))
}

fn reset(words: &[&str]) -> Option<Told> {
    let words = Words::read(words, "", &["--pathspec-from-file"]);
    if words.options.contains(&"--hard") {
        return Some(Told::new(SweepAct::Discard, Reach::All, SweptFiles::Tracked));
    }
    if words.options.contains(&"--merge") {
        return Some(Told::new(SweepAct::Discard, Reach::Staged, SweptFiles::Tracked));
    }
    let moves = ["--soft", "--keep"].iter().any(|option| words.options.contains(option));
    if moves || words.has('p', "--patch") {
        return None;
    }
    // Without `--`, a word may be a commit: then all is unstaged.
    let reach = match words.paths_from {
        Some(_) => words.paths().reach(Reach::All),
        None => Reach::All,
    };
    Some(Told::new(SweepAct::Unstage, reach, SweptFiles::Tracked))
}

fn clean(words: &[&str]) -> Option<Told> {
    let words = Words::read(words, "e", &["--exclude"]);
    let asks = words.has('n', "--dry-run") || words.has('i', "--interactive");
    if asks || !words.has('f', "--force") {
        return None;
    }
    let here = Reach::Paths(vec![".".to_owned()]);
    Some(Told::new(SweepAct::Discard, words.reach(here), SweptFiles::Untracked))
}

fn rm(words: &[&str], fed: bool) -> Option<Told> {
    let words = Words::read(words, "", &["--pathspec-from-file"]);
    if words.has('n', "--dry-run") || (words.others.is_empty() && !fed) {
        return None;
    }
    let act = if words.options.contains(&"--cached") { SweepAct::Stage } else { SweepAct::Discard };
    Some(Told::new(act, words.reach(Reach::All), SweptFiles::Tracked))
}
