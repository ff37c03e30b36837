//! The sandbox of macOS (sandbox-exec(1)): a profile in its language, of which the last rule that fits decides.

use std::path::{Path, PathBuf};

use callboard_model::receipt::{ConfinedBy, Confinement, Hold};

use super::{Confine, Network, Service};

const PROGRAM: &str = "/usr/bin/sandbox-exec";

/// What is put before a command's shell so that it runs confined, and what holds it then.
pub(super) fn way(confine: &Confine, temp: &Path) -> (Vec<String>, Confinement) {
    if Path::new(PROGRAM).exists() {
        let before = vec![PROGRAM.to_owned(), "-p".to_owned(), profile(confine, temp)];
        (before, achieved(confine))
    } else {
        (Vec::new(), nothing())
    }
}

/// Where a system has nothing for it that is known here.
fn nothing() -> Confinement {
    let none =
        || Hold::NotHeld("nothing is known that confines a command on this system".to_owned());
    Confinement {
        by: ConfinedBy::Limits,
        refused: None,
        files: none(),
        secrets: none(),
        network: none(),
        sockets: none(),
        processes: Hold::Partly("what leaves its group could outlive it".to_owned()),
        memory: none(),
        disk: none(),
    }
}

/// What holds a command there.
fn achieved(confine: &Confine) -> Confinement {
    let none = |what: &str| Hold::NotHeld(format!("macOS limits {what} for no group of processes"));
    Confinement {
        by: ConfinedBy::Seatbelt,
        refused: None,
        files: if shared(confine).next().is_some() {
            Hold::Partly("what it writes to caches stays there".to_owned())
        } else {
            Hold::Held
        },
        secrets: Hold::Held,
        network: match &confine.network {
            Network::Loopback { .. } => Hold::Held,
            Network::Any => Hold::NotHeld("the check says that it needs the network".to_owned()),
        },
        sockets: Hold::Held,
        processes: Hold::Partly("what leaves its group could outlive it".to_owned()),
        memory: none("memory"),
        disk: none("room"),
    }
}

/// Folders that it would get a copy of elsewhere.
fn shared(confine: &Confine) -> impl Iterator<Item = &PathBuf> {
    confine.copied.iter().filter(|copied| copied.is_else_shared).map(|copied| &copied.folder)
}

fn profile(confine: &Confine, temp: &Path) -> String {
    let mut rules = vec!["(version 1)".to_owned(), "(allow default)".to_owned()];
    rules.push("(deny file-write*)".to_owned());
    rules.push(
        "(allow file-write* (regex #\"^/dev/(null|zero|tty|ttys[0-9]+|ptmx|fd/[0-9]+)$\"))"
            .to_owned(),
    );
    let sub = |path: &PathBuf| format!("(subpath {})", quoted(path));
    rules.extend(confine.hidden.iter().map(|path| format!("(deny file-read* {})", sub(path))));
    rules.extend(confine.readable.iter().map(|path| format!("(allow file-read* {})", sub(path))));
    for path in shared(confine).chain(&confine.writable).chain([&temp.to_owned()]) {
        rules.push(format!("(allow file-read* file-write* {})", sub(path)));
    }
    rules.push("(deny signal (target others))".to_owned());
    rules.push("(deny network-outbound (remote unix-socket))".to_owned());
    for path in confine.writable.iter().chain([&temp.to_owned()]) {
        rules.push(format!("(allow network-outbound (remote unix-socket {}))", sub(path)));
    }
    if let Network::Loopback { services } = &confine.network {
        rules.push("(deny network-outbound (remote ip))".to_owned());
        rules.push("(allow network-outbound (remote ip \"localhost:*\"))".to_owned());
        for service in services {
            if let Service::Socket(path) = service {
                rules.push(format!(
                    "(allow network-outbound (remote unix-socket (path-literal {})))",
                    quoted(path)
                ));
            }
        }
    }
    rules.join("\n")
}

/// A path as the kernel walks it, as a string of the profile's language.
fn quoted(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let path = path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{path}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_comes_after_what_is_refused() {
        let mut confine = Confine::new(Path::new("callboard"), Path::new("/home/a \"b\"/code"));
        confine.hidden.push("/home/a/.ssh".into());
        let profile = profile(&confine, Path::new("/tmp/own"));
        let at = |rule: &str| profile.find(rule).unwrap_or_else(|| panic!("{rule} in {profile}"));
        let given = at(r#"(allow file-read* file-write* (subpath "/home/a \"b\"/code"))"#);
        assert!(at("(deny file-write*)") < given);
        assert!(at(r#"(deny file-read* (subpath "/home/a/.ssh"))"#) < given);
        assert!(at("(deny network-outbound (remote ip))") < at("localhost:*"));
        let (before, found) = way(&confine, Path::new("/tmp/own"));
        assert_eq!(before.is_empty(), found.by == ConfinedBy::Limits);
        assert!(achieved(&confine).memory.gap().is_some());
    }
}
