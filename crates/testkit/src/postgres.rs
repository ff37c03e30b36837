//! A real PostgreSQL server, where it is installed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::wait;

/// A server of the test's own, which listens on a socket only; ended when dropped.
#[derive(Debug)]
pub struct Postgres {
    folder: tempfile::TempDir,
}

impl Postgres {
    /// Starts one, with the user `tester`.
    ///
    /// # Panics
    /// When PostgreSQL is not installed, or does not start.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("cb-pg-").tempdir().unwrap();
        let server = Self { folder };
        if is_root() {
            // The server refuses to run as root.
            let own = Command::new("chown").arg("nobody").arg(server.folder.path()).status();
            assert!(own.unwrap().success());
        }
        let data = server.data();
        let data = data.to_str().unwrap();
        server.done("initdb", &["-D", data, "-U", "tester", "-A", "trust", "-N", "--no-sync"]);
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c fsync=off",
            server.socket().display()
        );
        let log = server.socket().join("log");
        server.done(
            "pg_ctl",
            &["-D", data, "-o", &options, "-l", log.to_str().unwrap(), "-w", "start"],
        );
        server
    }

    fn socket(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The address of a database, by the server's socket.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://tester:p%40ss@/{database}?host={}", self.socket().display())
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        let program = program_of(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(args).env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C");
        command.current_dir(self.socket()).stdin(Stdio::null());
        command.output().unwrap()
    }

    fn done(&self, program: &str, args: &[&str]) -> String {
        let output = self.run(program, args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {args:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a statement gives in a database.
    ///
    /// # Panics
    /// When it is refused.
    pub fn ask(&self, database: &str, statement: &str) -> String {
        let host = self.socket().to_str().unwrap();
        self.done(
            "psql",
            &["-X", "-A", "-t", "-h", host, "-U", "tester", "-d", database, "-c", statement],
        )
        .trim_end()
        .to_owned()
    }

    /// Connects to a database, and stays.
    ///
    /// # Panics
    /// When nobody can.
    #[must_use]
    pub fn connect(&self, database: &str) -> Connected {
        let host = self.socket().to_str().unwrap();
        let connected = Command::new(program_of("psql"))
            .args(["-X", "-h", host, "-U", "tester", "-d", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let count = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'");
        wait::until("connection", || (self.ask("postgres", &count) != "0").then_some(()));
        Connected(connected)
    }
}

/// Somebody who is connected to a database until dropped.
#[derive(Debug)]
pub struct Connected(Child);

impl Drop for Connected {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.data();
        self.run("pg_ctl", &["-D", data.to_str().unwrap(), "-m", "immediate", "stop"]);
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// A program of PostgreSQL's: on the path, or where distributions keep them.
fn program_of(program: &str) -> PathBuf {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.extend(std::env::split_paths(&on_path));
    let mut programs = folders.into_iter().map(|folder| folder.join(program));
    programs.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("{program} is missing: install PostgreSQL (its server and client programs)")
    })
}
