//! Services of this machine that a check uses: those that it names, and those that its variables and the machine itself
//! lead to.

use std::path::{Path, PathBuf};

use callboard_os::confine::Service;

/// How this machine is called from itself.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Ports of schemes of addresses that name none, and of databases, queues and caches that run on developers' machines.
const USUAL_PORTS: &[(&str, u16)] = &[
    ("postgres", 5432),
    ("postgresql", 5432),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("redis", 6379),
    ("mongodb", 27017),
    ("amqp", 5672),
    ("memcached", 11211),
    ("elasticsearch", 9200),
    ("kafka", 9092),
    ("nats", 4222),
    ("clickhouse", 8123),
    ("mssql", 1433),
];

/// Sockets of databases where their packages put them.
const USUAL_SOCKETS: &[&str] =
    &["/run/postgresql/.s.PGSQL.5432", "/run/mysqld/mysqld.sock", "/tmp/.s.PGSQL.5432"];

/// The services of this machine that run now and that these values lead to, or that databases usually are.
pub(super) fn running<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Service> {
    let (mut ports, mut sockets) = (Vec::new(), Vec::new());
    for (name, value) in values {
        ports.extend(port_of(name, value));
        ports.extend(ports_in(value));
        sockets.extend(sockets_in(name, value));
    }
    ports.extend(USUAL_PORTS.iter().map(|(_, port)| *port));
    sockets.extend(USUAL_SOCKETS.iter().map(PathBuf::from));
    let mut found: Vec<Service> = Vec::new();
    let ports = ports.into_iter().map(Service::Port);
    for service in ports.chain(sockets.into_iter().map(Service::Socket)) {
        if !found.contains(&service) && runs(&service) {
            found.push(service);
        }
    }
    found
}

fn runs(service: &Service) -> bool {
    match service {
        // Where nobody listens, a check may do so itself.
        Service::Port(port) => callboard_os::port::answers(*port),
        Service::Socket(path) => path.exists(),
    }
}

/// The port that a variable such as `PGPORT` is.
fn port_of(name: &str, value: &str) -> Option<u16> {
    name.to_ascii_uppercase().ends_with("PORT").then(|| value.trim().parse().ok()).flatten()
}

/// The ports of this machine that are named in a text.
fn ports_in(value: &str) -> Vec<u16> {
    let mut found = Vec::new();
    for host in HERE {
        for (at, _) in value.match_indices(host) {
            let behind = &value[at + host.len()..];
            let digits: String = behind
                .strip_prefix(':')
                .map(|port| port.chars().take_while(char::is_ascii_digit).collect())
                .unwrap_or_default();
            let scheme = value[..at].rsplit_once("://").map(|(before, _)| before);
            let named = digits.parse().ok();
            found.extend(named.or_else(|| scheme.and_then(usual_port)));
        }
    }
    found
}

fn usual_port(scheme: &str) -> Option<u16> {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    // Such as `jdbc:postgresql` and `mongodb+srv`.
    let found = |word: &str| USUAL_PORTS.iter().find(|(name, _)| *name == word);
    scheme.split(|c| !is_part(c)).find_map(found).map(|(_, port)| *port)
}

/// The sockets of PostgreSQL in the folder that an address or `PGHOST` names (libpq, 34.1.2).
fn sockets_in(name: &str, value: &str) -> Vec<PathBuf> {
    let folder = if name == "PGHOST" {
        value.to_owned()
    } else {
        let Some((_, rest)) = value.split_once("host=") else { return Vec::new() };
        let rest = rest.split(['&', ' ', '\'', '"']).next().unwrap_or_default();
        rest.replace("%2F", "/").replace("%2f", "/")
    };
    if !Path::new(&folder).is_absolute() {
        return Vec::new();
    }
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
    let is_socket = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name.starts_with(".s.PGSQL.") && !name.ends_with(".lock"))
    };
    entries.map(|entry| entry.path()).filter(is_socket).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_this_machine_are_found_in_values() {
        for (value, ports) in [
            ("postgres://a:b@localhost/app", vec![5432]),
            ("postgres://a:b@localhost:6000/app?sslmode=disable", vec![6000]),
            ("jdbc:postgresql://127.0.0.1:5433/app", vec![5433]),
            ("jdbc:mysql://localhost/app", vec![3306]),
            ("mongodb+srv://[::1]/x", vec![27017]),
            ("localhost:9092,localhost:9093", vec![9092, 9093]),
            ("http://localhost/", vec![]),
            ("https://db.example.com:5432", vec![]),
            ("localhost:99999", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(ports_in(value), ports, "{value}");
        }
        assert_eq!(port_of("PGPORT", "5433"), Some(5433));
        assert_eq!((port_of("PORT", "x"), port_of("LEVEL", "3")), (None, None));
    }

    #[test]
    fn only_what_runs_is_a_service() {
        let dir = tempfile::tempdir().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::fs::write(dir.path().join(".s.PGSQL.5432"), "").unwrap();
        std::fs::write(dir.path().join(".s.PGSQL.5432.lock"), "").unwrap();
        let values = [
            ("API".to_owned(), format!("http://localhost:{port}/")),
            ("DB".to_owned(), format!("postgres://u@/app?host={}&x=1", dir.path().display())),
        ];
        let pairs = || values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let found = running(pairs());
        assert!(found.contains(&Service::Port(port)));
        assert!(found.contains(&Service::Socket(dir.path().join(".s.PGSQL.5432"))));
        assert_eq!(
            found
                .iter()
                .filter(|s| matches!(s, Service::Socket(p) if p.starts_with(dir.path())))
                .count(),
            1
        );
        drop(listener);
        assert!(!running(pairs()).contains(&Service::Port(port)));
    }
}
