//! What holds a command, in the words of a receipt.

use std::path::PathBuf;

use callboard_model::receipt::{ConfinedBy, Confinement, Hold};

use super::Network;
use super::landlock::FIRST_FREE_PORT;

/// What each version of Landlock came to hold (landlock(7), "Versions").
mod since {
    pub(super) const FILES: i32 = 1;
    pub(super) const EMPTIED_FILES: i32 = 3;
    pub(super) const TCP: i32 = 4;
    pub(super) const SIGNALS: i32 = 6;
    pub(super) const SOCKETS: i32 = 9;
    pub(super) const UDP: i32 = 10;
}

/// What holds a command that runs in namespaces of its own or not, with this version of Landlock.
pub(super) fn achieved(
    in_namespaces: bool,
    landlock: Option<i32>,
    network: &Network,
    shared: &[PathBuf],
) -> Confinement {
    let version = landlock.unwrap_or(0);
    if in_namespaces {
        return Confinement {
            by: ConfinedBy::Namespaces,
            refused: None,
            files: sharing(shared).map_or(Hold::Held, Hold::Partly),
            secrets: Hold::Held,
            network: asked(network).unwrap_or(Hold::Held),
            // Those without a path belong to the network, which it shares if it may use it.
            sockets: match network {
                Network::Any if version < since::SIGNALS => {
                    Hold::Partly("sockets without a path could be reached".to_owned())
                }
                _ => Hold::Held,
            },
            processes: Hold::Held,
            memory: Hold::Held,
            disk: Hold::Held,
        };
    }
    Confinement {
        by: if version > 0 { ConfinedBy::Landlock } else { ConfinedBy::Limits },
        refused: None,
        files: files(version, shared),
        secrets: if version >= since::FILES { Hold::Held } else { no_landlock() },
        network: asked(network).unwrap_or_else(|| ports(version)),
        sockets: sockets(version),
        processes: if version >= since::SIGNALS {
            Hold::Held
        } else {
            Hold::Partly("it could signal the user's other processes one by one".to_owned())
        },
        memory: Hold::Held,
        disk: Hold::Held,
    }
}

fn no_landlock() -> Hold {
    Hold::NotHeld("the system gives neither namespaces nor Landlock".to_owned())
}

fn asked(network: &Network) -> Option<Hold> {
    matches!(network, Network::Any)
        .then(|| Hold::NotHeld("the check says that it needs the network".to_owned()))
}

/// What is said of folders that it would have had a copy of.
fn sharing(shared: &[PathBuf]) -> Option<String> {
    let first = shared.first()?.display();
    Some(match shared.len() - 1 {
        0 => format!("what it writes to {first} stays there"),
        others => format!("what it writes to {first} and {others} more caches stays there"),
    })
}

fn files(version: i32, shared: &[PathBuf]) -> Hold {
    if version < since::FILES {
        return no_landlock();
    }
    let mut gap =
        "rights and times of the user's other files could be changed, and files in /dev/shm"
            .to_owned();
    if version < since::EMPTIED_FILES {
        gap.push_str(", and any file emptied");
    }
    if let Some(stays) = sharing(shared) {
        gap = format!("{gap}; {stays}");
    }
    Hold::Partly(gap)
}

fn ports(version: i32) -> Hold {
    if version < since::TCP {
        return Hold::NotHeld("the system cannot keep a command from the network".to_owned());
    }
    let udp = if version < since::UDP { ", and any by UDP" } else { "" };
    Hold::Partly(format!("ports from {FIRST_FREE_PORT} on could be reached{udp}"))
}

fn sockets(version: i32) -> Hold {
    if version >= since::SOCKETS {
        Hold::Held
    } else if version >= since::SIGNALS {
        Hold::Partly("sockets with a path could be reached".to_owned())
    } else {
        Hold::NotHeld("the system cannot keep a command from Unix sockets".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_held_is_said() {
        let loopback = Network::Loopback { services: Vec::new() };
        assert_eq!(achieved(true, None, &loopback, &[]).gaps(), []);
        let names =
            |found: Confinement| found.gaps().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(achieved(true, Some(7), &Network::Any, &[])), ["network"]);
        assert_eq!(names(achieved(true, None, &Network::Any, &[])), ["network", "sockets"]);
        assert_eq!(
            names(achieved(false, Some(7), &loopback, &[])),
            ["files", "network", "sockets"]
        );
        let none = achieved(false, None, &loopback, &[]);
        assert_eq!(none.by, ConfinedBy::Limits);
        assert_eq!(names(none), ["files", "secrets", "network", "sockets", "processes"]);
        let old = achieved(false, Some(2), &loopback, &[]);
        assert!(old.files.gap().unwrap().ends_with("and any file emptied"));
        let shared = [PathBuf::from("/home/x/.cache"), PathBuf::from("/home/x/.npm")];
        let found = achieved(true, Some(7), &loopback, &shared);
        let gap = "what it writes to /home/x/.cache and 1 more caches stays there";
        assert_eq!(found.gaps(), [("files", gap)]);
    }
}
