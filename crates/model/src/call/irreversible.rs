//! Commands whose effect cannot be taken back, or reaches beyond the machine.

use super::CallDetail;
use crate::shell::{CommandLine, Simple};

/// Why what is asked cannot be taken back, in a few words; `None` where nothing says so.
#[must_use]
pub fn irreversible(detail: &CallDetail) -> Option<&'static str> {
    let CallDetail::Command { command, .. } = detail else { return None };
    CommandLine::parse(command).commands.iter().find_map(of_command)
}

fn of_command(command: &Simple) -> Option<&'static str> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let (program, rest) = words.split_first()?;
    if rest.contains(&"--dry-run") {
        return None;
    }
    let has = |wanted: &[&str]| rest.iter().any(|word| wanted.contains(word));
    // `-rf` and `-f` alike.
    let has_flag = |flag: char| {
        rest.iter().any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains(flag))
    };
    let sub = rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or_default();
    match program.rsplit('/').next().unwrap_or(program) {
        "sudo" | "doas" | "su" => Some("runs with another user's rights"),
        "rm" if has_flag('r') || has_flag('R') || has(&["--recursive"]) => Some("deletes a folder"),
        "rm" | "unlink" | "shred" if !rest.is_empty() => Some("deletes files"),
        "dd" | "mkfs" | "fdisk" | "parted" => Some("writes to a device"),
        "git" => of_git(sub, rest),
        "dropdb" => Some("drops a database"),
        "psql" | "mysql" | "sqlite3" if drops(rest) => Some("deletes from a database"),
        "npm" | "pnpm" | "yarn" | "cargo" | "twine" | "gem"
            if has(&["publish", "yank", "upload"]) =>
        {
            Some("publishes a package")
        }
        "terraform" | "tofu" | "pulumi" if has(&["apply", "destroy", "up"]) => {
            Some("changes infrastructure")
        }
        "kubectl" | "helm" if has(&["apply", "delete", "upgrade", "uninstall", "rollout"]) => {
            Some("changes a cluster")
        }
        "docker" | "podman" if has(&["prune", "down", "rm", "rmi"]) => Some("removes containers"),
        "gh" if has(&["merge", "delete", "close"]) => Some("changes the repository's service"),
        "kill" | "pkill" | "killall" => Some("ends processes"),
        "chmod" | "chown" if has_flag('R') => Some("changes the rights of a whole folder"),
        "find" if has(&["-delete"]) => Some("deletes files"),
        "prisma" | "supabase" | "rails" | "alembic" if has(&["reset", "db:drop", "db:reset"]) => {
            Some("resets a database")
        }
        "npx" | "pnpx" | "bunx" | "env" | "time" | "nohup" | "xargs" | "exec" | "command" => {
            let words = rest.iter().skip_while(|w| w.starts_with('-') || w.contains('='));
            let words: Vec<String> = words.map(|w| (*w).to_owned()).collect();
            of_command(&Simple { words, ..command.clone() })
        }
        _ => None,
    }
}

fn of_git(sub: &str, rest: &[&str]) -> Option<&'static str> {
    let has = |wanted: &[&str]| rest.iter().any(|word| wanted.contains(word));
    let forced = rest.iter().any(|w| *w == "-f" || w.starts_with("--force") || w.starts_with('+'));
    match sub {
        "push" if forced => Some("rewrites a branch on the remote"),
        "push" => Some("pushes to the remote"),
        "reset" if has(&["--hard"]) => Some("throws away changes"),
        "clean" if rest.iter().any(|w| w.starts_with('-') && w.contains('f')) => {
            Some("deletes untracked files")
        }
        "checkout" | "restore" if has(&[".", "--"]) || sub == "restore" => {
            Some("throws away changes")
        }
        "branch" if has(&["-D"]) => Some("deletes a branch"),
        "stash" if has(&["drop", "clear"]) => Some("throws away a stash"),
        "filter-branch" | "filter-repo" => Some("rewrites history"),
        _ => None,
    }
}

fn drops(words: &[&str]) -> bool {
    let text = words.join(" ").to_uppercase();
    ["DROP ", "TRUNCATE ", "DELETE FROM"].iter().any(|verb| text.contains(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harm_is_told_from_daily_work() {
        let why = |command: &str| {
            irreversible(&CallDetail::Command {
                command: command.into(),
                cwd: None,
                description: None,
            })
        };
        for harm in [
            "rm -rf target && cargo build",
            "cd x; git push --force-with-lease",
            "git push origin HEAD:main",
            "sudo apt install x",
            "env A=1 rm -r x",
            "psql -c 'drop table users'",
            "npm publish",
            "git reset --hard origin/main",
            "npx prisma migrate reset",
        ] {
            assert!(why(harm).is_some(), "{harm}");
        }
        for daily in [
            "cargo test",
            "git commit -m 'rm -rf'",
            "git checkout -b x",
            "ls -r",
            "npm publish --dry-run",
        ] {
            assert_eq!(why(daily), None, "{daily}");
        }
    }
}
