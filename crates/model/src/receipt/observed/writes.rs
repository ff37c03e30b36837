//! Which files a command line writes, as far as its words tell.

use crate::check::command::{base, program};
use crate::purpose::unwrap_shell;
use crate::shell::{CommandLine, Simple};

/// Programs that write the files that they are given.
const WRITERS: [&str; 7] = ["tee", "patch", "mv", "cp", "rm", "touch", "truncate"];

/// Programs that write the files that they are given where an option says so.
const IN_PLACE: [(&str, &[&str]); 9] = [
    ("sed", &["-i", "--in-place"]),
    ("perl", &["-i", "-pi"]),
    ("prettier", &["--write", "-w"]),
    ("ruff", &["--fix"]),
    ("eslint", &["--fix"]),
    ("gofmt", &["-w"]),
    ("goimports", &["-w"]),
    ("isort", &[]),
    ("rustfmt", &[]),
];

/// Interpreters that are fed programs which may write anything.
const INTERPRETERS: [&str; 6] = ["python", "python3", "node", "ruby", "perl", "bash"];

/// The files that `text` writes: paths of its words, and those of `files` that a program which it feeds to an
/// interpreter names beside a call that writes.
#[must_use]
pub fn writes_of(text: &str, files: &[&str]) -> Vec<String> {
    let line = unwrap_shell(CommandLine::parse(text));
    let mut paths: Vec<String> = Vec::new();
    for command in &line.commands {
        paths.extend(command.writes.iter().filter(|path| !path.starts_with("/dev/")).cloned());
        paths.extend(written(command));
        if feeds(command) && writes_something(text) {
            paths
                .extend(files.iter().filter(|file| text.contains(**file)).map(|f| (*f).to_owned()));
        }
    }
    paths
}

fn written(command: &Simple) -> Vec<String> {
    let words = program(&command.words);
    let Some((name, rest)) = words.split_first() else { return Vec::new() };
    let name = base(name);
    let is_in_place = IN_PLACE.iter().any(|(program, options)| {
        let asks = |option: &str| rest.iter().any(|word| word.starts_with(option));
        *program == name && (options.is_empty() || options.iter().any(|one| asks(one)))
    });
    if !is_in_place && !WRITERS.contains(&name) {
        return Vec::new();
    }
    rest.iter().filter(|word| !word.starts_with('-')).cloned().collect()
}

/// Whether a program is given to an interpreter on its line or below it.
fn feeds(command: &Simple) -> bool {
    let words = program(&command.words);
    let Some((name, rest)) = words.split_first() else { return false };
    let inline = rest.iter().any(|word| matches!(word.as_str(), "-c" | "-e" | "-"));
    INTERPRETERS.contains(&base(name)) && (command.here_document || inline)
}

fn writes_something(text: &str) -> bool {
    ["write", "'w'", "\"w\"", "rename(", "unlink(", "replace("]
        .iter()
        .any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_writes_what_its_words_say() {
        let files = ["src/a.py"];
        let of = |line: &str| writes_of(line, &files);
        assert_eq!(of("cat > src/a.py <<'E'\nx\nE"), ["src/a.py"]);
        assert!(of("sed -i 's/a/b/' src/a.py").contains(&"src/a.py".to_owned()));
        assert!(of("sed -n 1,3p src/a.py").is_empty());
        assert!(of("cat src/a.py | grep x > /dev/null").is_empty());
        let fed = "python3 - <<'E'\nopen('src/a.py', 'w').write('')\nE";
        assert_eq!(of(fed), ["src/a.py"]);
        assert!(of("python3 -c \"print(open('src/a.py').read())\"").is_empty());
        assert!(of("pytest src/a.py").is_empty());
    }
}
