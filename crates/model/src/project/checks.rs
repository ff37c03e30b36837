//! The checks of a repository, and what they may do beyond reading it.

use std::path::Path;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A command whose exit code proves something, by `sh`, and what it needs beyond its worktree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Check {
    /// The command line.
    pub run: String,
    /// It reaches the network.
    pub network: bool,
    /// Services of this machine that it uses: `localhost:5432`, or the path of a Unix socket.
    pub services: Vec<String>,
    /// Folders outside of its worktree that it writes to; `~/` is the home.
    pub writes: Vec<String>,
}

impl Check {
    /// One that needs nothing beyond its worktree.
    #[must_use]
    pub fn new(run: impl Into<String>) -> Self {
        Self { run: run.into(), ..Self::default() }
    }
}

/// The section `[confine]`: what all checks may do, and how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Confine {
    /// Checks run as any other command.
    pub off: bool,
    /// They reach the network.
    pub network: bool,
    /// Services of this machine that they use.
    pub services: Vec<String>,
    /// Folders outside of their worktree that they write to.
    pub writes: Vec<String>,
    /// Memory that each may take, in MB; by the machine's if not set.
    pub memory_mb: Option<u64>,
    /// Processes that each may have at one time.
    pub processes: u32,
    /// Room on disks that each may take, in MB.
    pub disk_mb: u64,
    /// Files that each may make or change.
    pub files: u64,
}

impl Default for Confine {
    fn default() -> Self {
        Self {
            off: false,
            network: false,
            services: Vec::new(),
            writes: Vec::new(),
            memory_mb: None,
            processes: 512,
            disk_mb: 20_000,
            files: 1_000_000,
        }
    }
}

/// A service of this machine, as a check names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalService {
    /// A TCP port of loopback.
    Port(u16),
    /// A Unix socket: a path from the root, or from the home.
    Socket(String),
}

impl LocalService {
    /// What `localhost:5432`, `127.0.0.1:5432`, `[::1]:5432`, `:5432`, `5432`, `/run/x.sock` or `~/x.sock` names; none for
    /// anything else, other machines among it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with("~/") || Path::new(text).is_absolute() {
            return Some(Self::Socket(text.to_owned()));
        }
        let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
        let is_here = matches!(host, "" | "localhost" | "127.0.0.1" | "[::1]");
        let port = port.parse().ok().filter(|port| *port > 0)?;
        is_here.then_some(Self::Port(port))
    }
}

/// A check as a table.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Table {
    run: String,
    network: bool,
    services: Vec<String>,
    writes: Vec<String>,
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if *self == Self::new(self.run.as_str()) {
            return serializer.serialize_str(&self.run);
        }
        let Self { run, network, services, writes } = self.clone();
        Table { run, network, services, writes }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;

        impl<'de> Visitor<'de> for One {
            type Value = Check;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a command line, or a table with `run`")
            }

            fn visit_str<E: de::Error>(self, line: &str) -> Result<Check, E> {
                Ok(Check::new(line))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Check, A::Error> {
                let Table { run, network, services, writes } =
                    Table::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Check { run, network, services, writes })
            }
        }

        deserializer.deserialize_any(One)
    }
}

/// Checks: one, or a list of them.
pub(super) fn checks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Check>, D::Error> {
    struct Some;

    impl<'de> Visitor<'de> for Some {
        type Value = Vec<Check>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a command line, or a list of command lines and tables")
        }

        fn visit_str<E: de::Error>(self, line: &str) -> Result<Vec<Check>, E> {
            Ok(vec![Check::new(line)])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Check>, A::Error> {
            let mut checks = Vec::new();
            while let Option::Some(check) = list.next_element()? {
                checks.push(check);
            }
            Ok(checks)
        }
    }

    deserializer.deserialize_any(Some)
}

#[cfg(test)]
mod tests {
    use super::super::Project;
    use super::*;

    #[test]
    fn a_check_is_a_line_or_a_table() {
        let read = |text: &str| serde_json::from_str::<Project>(text).map(|read| read.checks);
        assert_eq!(read(r#"{"checks": "make"}"#).unwrap(), [Check::new("make")]);
        let both = read(
            r#"{"checks": ["make", {"run": "npm run e2e", "network": true, "services": ["localhost:5432"]}]}"#,
        )
        .unwrap();
        let e2e = Check {
            network: true,
            services: vec!["localhost:5432".into()],
            ..Check::new("npm run e2e")
        };
        assert_eq!(both, [Check::new("make"), e2e]);
        assert!(read(r#"{"checks": [{"run": "a", "net": true}]}"#).is_err());
        let written = serde_json::to_string(&both).unwrap();
        assert!(written.starts_with(r#"["make",{"run":"npm run e2e","#), "{written}");
        assert_eq!(serde_json::from_str::<Vec<Check>>(&written).unwrap(), both);
    }

    #[test]
    fn a_service_is_of_this_machine() {
        use LocalService::{Port, Socket};
        for (text, service) in [
            ("localhost:5432", Some(Port(5432))),
            ("127.0.0.1:1", Some(Port(1))),
            ("[::1]:80", Some(Port(80))),
            ("6379", Some(Port(6379))),
            (":6379", Some(Port(6379))),
            ("/run/docker.sock", Some(Socket("/run/docker.sock".into()))),
            ("~/x.sock", Some(Socket("~/x.sock".into()))),
            ("db.example.com:5432", None),
            ("localhost", None),
            ("localhost:0", None),
            ("", None),
        ] {
            assert_eq!(LocalService::parse(text), service, "{text}");
        }
    }
}
