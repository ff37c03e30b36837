//! PostgreSQL, by its own programs: `createdb`, `dropdb`, `psql`, `pg_dump`, `pg_restore`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use callboard_os::command::{Command, find_program};

use super::super::{Equip, EquipError, record};
use super::STEP;
use super::address::Address;

/// Begins the description of a database that was made for a worktree, which is named behind it.
const MARK: &str = "callboard: ";

/// The database that a program connects to that means none of its own.
const MAINTENANCE: &str = "postgres";

/// Separate what `psql` lists: no name or description has them.
const FIELD: &str = "\x1f";
const ROW: &str = "\x1e";

/// A server, and for whom it is asked.
pub(super) struct Server<'a> {
    address: &'a Address,
    top: String,
    folder: PathBuf,
    variables: &'a BTreeMap<String, String>,
    time: Duration,
}

impl<'a> Server<'a> {
    pub(super) fn of(equip: &'a Equip<'_>, address: &'a Address, time: Duration) -> Self {
        Self {
            address,
            top: equip.top.to_string_lossy().into_owned(),
            folder: record::folder(equip.home, equip.top),
            variables: equip.variables,
            time,
        }
    }

    /// Makes the database `name` as a copy of `template`, unless it was made already. Gives a remark on how.
    pub(super) fn create(&self, name: &str, template: &str) -> Result<Option<String>, EquipError> {
        match self.description(name)? {
            Some(description) if description == self.mark() => return Ok(None),
            Some(_) => return Err(self.not_ours(name)),
            None => {}
        }
        let maintenance = format!("--maintenance-db={}", self.address.for_programs(MAINTENANCE));
        let mark = self.mark();
        let by_template = self.run("createdb", &[&maintenance, "-T", template, name, &mark]);
        let Err(why) = by_template else { return Ok(None) };
        if self.description(name)?.is_some() {
            // It was made, and could not be marked as ours.
            return Err(why);
        }
        // Somebody is connected to the template, most likely: what is committed there is copied all the same.
        self.run("createdb", &[&maintenance, name, &mark]).map_err(|_| why)?;
        let copied = self.copy(template, name);
        if let Err(error) = copied {
            self.remove(name)?;
            return Err(error);
        }
        Ok(Some(format!(
            "{template} was in use, so the database was copied by a dump, which takes longer"
        )))
    }

    fn copy(&self, template: &str, name: &str) -> Result<(), EquipError> {
        let dump = self.folder.join("database.dump");
        let file = format!("--file={}", dump.display());
        let copied = self
            .run("pg_dump", &["-Fc", "-Z0", &file, &self.address.for_programs(template)])
            .and_then(|_| {
                let into = format!("--dbname={}", self.address.for_programs(name));
                self.run("pg_restore", &["--no-owner", &into, &dump.to_string_lossy()])
            });
        let _ = std::fs::remove_file(dump);
        copied.map(drop)
    }

    /// Whether the database `name` is there, and was made for this worktree.
    pub(super) fn is_there(&self, name: &str) -> Result<bool, EquipError> {
        match self.description(name)? {
            None => Ok(false),
            Some(description) if description == self.mark() => Ok(true),
            Some(_) => Err(self.not_ours(name)),
        }
    }

    /// Drops the database `name`, if it was made for this worktree and is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), EquipError> {
        if !self.is_there(name)? {
            return Ok(());
        }
        let maintenance = format!("--maintenance-db={}", self.address.for_programs(MAINTENANCE));
        self.run("dropdb", &[&maintenance, "--force", "--if-exists", name]).map(drop)
    }

    fn mark(&self) -> String {
        format!("{MARK}{}", self.top)
    }

    fn not_ours(&self, name: &str) -> EquipError {
        EquipError::new(
            "use the worktree's database",
            format!("{name} was not made for this worktree; it was left as it is"),
            "drop it by hand if nobody needs it, or name another `database.template`",
        )
    }

    /// The description of the database `name`; `None` if there is no such database.
    fn description(&self, name: &str) -> Result<Option<String>, EquipError> {
        let list = format!(r"\l+ {name}");
        let target = self.address.for_programs(MAINTENANCE);
        let args = ["-X", "-A", "-t", "-F", FIELD, "-R", ROW, "-c", &list, &target];
        let listing = self.run("psql", &args)?;
        let rows = listing.split(ROW).map(|row| row.split(FIELD).collect::<Vec<_>>());
        let mut named = rows.filter(|fields| fields.first() == Some(&name));
        Ok(named
            .next()
            .map(|fields| fields.last().copied().unwrap_or_default().trim_end().to_owned()))
    }

    fn run(&self, program: &str, args: &[&str]) -> Result<String, EquipError> {
        let path = self.variables.get("PATH").map(String::as_str).unwrap_or_default();
        let found = find_program(program, OsStr::new(path)).ok_or_else(|| {
            EquipError::new(
                STEP,
                format!("`{program}` is not on the path; nothing was changed"),
                "install PostgreSQL's client programs, or take `[database]` out of callboard.toml",
            )
        })?;
        let mut command = Command::new(found, &self.folder).env_clear().time(self.time).args(args);
        for (name, value) in self.variables {
            command = command.env(name, value);
        }
        if let Some(password) = self.address.password() {
            command = command.env("PGPASSWORD", password);
        }
        let output = command
            .env("LC_ALL", "C")
            .env("PGCONNECT_TIMEOUT", "10")
            .output()
            .map_err(|error| self.failed(program, &error.to_string()))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(self.failed(program, &output.error_text()))
    }

    fn failed(&self, program: &str, said: &str) -> EquipError {
        let text =
            format!("`{program}` says: {said}; no database but the worktree's own was touched");
        EquipError::new(
            STEP,
            text,
            "see that the server runs and lets you make databases, then go on with setup",
        )
    }
}
