//! A database of the worktree's own: a copy of the main checkout's.

mod address;
mod postgres;

use std::fs;
use std::path::Path;
use std::time::Duration;

use callboard_git::{Git, mask};
use callboard_model::project::{Database, DatabaseKind};

use self::address::Address;
use super::{Equip, EquipError, Equipped, environment, record, scripts};
use crate::project::env_lines;

const STEP: &str = "make the worktree's database";

/// Env files of the main checkout, in which a variable is looked for; the first that has it counts.
const ENV_FILES: &[&str] =
    &[".env.local", ".env.development.local", ".env.development", ".env", ".envrc"];

/// The name of the worktree's database; once it has one, it stays.
pub(super) fn name(
    equip: &Equip<'_>,
    present: Option<String>,
) -> Result<Option<String>, EquipError> {
    let Some(database) = &equip.project.database else { return Ok(None) };
    if present.is_some() {
        return Ok(present);
    }
    match database.kind {
        DatabaseKind::Sqlite => Ok(database.file.clone()),
        DatabaseKind::Postgres => {
            let address = address(equip, database)?;
            let base = environment::slug(database.template.as_deref().unwrap_or(&address.database));
            // PostgreSQL keeps 63 bytes of a name; the hash tells worktrees of the same name apart.
            let hash = record::hash(equip.top.as_os_str().as_encoded_bytes());
            let readable: String =
                format!("{base}_{}", environment::slug(equip.name)).chars().take(48).collect();
            Ok(Some(format!("{readable}_{}", &hash[..8])))
        }
    }
}

/// The variable that names the worktree's database, and its address there.
pub(super) fn variable(
    equip: &Equip<'_>,
    equipped: &Equipped,
) -> Result<Option<(String, String)>, EquipError> {
    let Some(database) = &equip.project.database else { return Ok(None) };
    let url = match database.kind {
        DatabaseKind::Postgres => {
            let name = equipped.database.as_deref().unwrap_or_default();
            Some(address(equip, database)?.with_database(name))
        }
        // From the root its file has the same path in every checkout.
        DatabaseKind::Sqlite => source_url(equip, database)
            .map(|url| url.replace(&*equip.root.to_string_lossy(), &equip.top.to_string_lossy())),
    };
    Ok(url.map(|url| (database.variable.clone(), url)))
}

/// The address of the main checkout's database.
fn source_url(equip: &Equip<'_>, database: &Database) -> Option<String> {
    let of_file = |name: &&str| {
        let text = fs::read_to_string(equip.root.join(name)).ok()?;
        let found = env_lines(&text).find(|(variable, _)| *variable == database.variable);
        found.map(|(_, value)| value.to_owned())
    };
    let of_user = || equip.variables.get(&database.variable).cloned();
    database.url.clone().or_else(|| ENV_FILES.iter().find_map(of_file)).or_else(of_user)
}

fn address(equip: &Equip<'_>, database: &Database) -> Result<Address, EquipError> {
    let refused = |text: String| {
        let hint = "set `database.url` in callboard.toml, or the variable in an env file of the main checkout";
        EquipError::new(STEP, text, hint)
    };
    let Some(url) = source_url(equip, database) else {
        let text = format!("no env file of {} sets {}", equip.root.display(), database.variable);
        return Err(refused(text));
    };
    Address::parse(&url).ok_or_else(|| {
        refused(format!(
            "{} is no address such as postgres://user@host:5432/name",
            database.variable
        ))
    })
}

/// Makes the database, if it is not there, and brings it up to date.
pub(super) fn make(
    equip: &Equip<'_>,
    equipped: &mut Equipped,
    told: &mut dyn FnMut(&str),
) -> Result<(), EquipError> {
    let (Some(database), false) = (&equip.project.database, equipped.is_migrated) else {
        return Ok(());
    };
    told("making the database");
    match database.kind {
        DatabaseKind::Sqlite => {
            if !equipped.has_database && is_others(equip, database) {
                let file = database.file.as_deref().unwrap_or_default();
                equipped.remark(format!(
                    "{file} was there already and is left as it is, also by `database.migrate`"
                ));
                (equipped.has_database, equipped.is_migrated) = (true, true);
                return Ok(());
            }
            // Recorded before it is there: from then on it is known to be ours.
            equipped.has_database = true;
            record::save(equip.home, equip.top, equipped)?;
            sqlite(equip, database)?;
        }
        DatabaseKind::Postgres if equipped.has_database => {}
        DatabaseKind::Postgres => {
            let address = address(equip, database)?;
            let name = equipped.database.clone().unwrap_or_default();
            equipped.database_source = source_url(equip, database);
            let template = database.template.as_deref().unwrap_or(&address.database);
            let server =
                postgres::Server::of(equip, &address, Duration::from_secs(database.seconds));
            if let Some(remark) = server.create(&name, template)? {
                equipped.remark(remark);
            }
        }
    }
    equipped.has_database = true;
    // Before anything else can fail: a database is never forgotten.
    record::save(equip.home, equip.top, equipped)?;
    scripts::run_lines(
        equip,
        equipped,
        &database.migrate,
        Duration::from_secs(database.seconds),
        told,
    )
    .map_err(EquipError::script("migrate the worktree's database"))?;
    equipped.is_migrated = true;
    Ok(())
}

/// Whether somebody else's database lies where the worktree's own would: one that is neither ours nor checked out.
fn is_others(equip: &Equip<'_>, database: &Database) -> bool {
    let file = Path::new(database.file.as_deref().unwrap_or_default());
    fs::symlink_metadata(equip.top.join(file)).is_ok()
        && !mask::is_tracked(&Git::at(equip.top), file)
}

fn sqlite(equip: &Equip<'_>, database: &Database) -> Result<(), EquipError> {
    let file = Path::new(database.file.as_deref().unwrap_or_default());
    let (from, to) = (equip.root.join(file), equip.top.join(file));
    // One that is tracked is checked out; one that is nowhere is made by `migrate`.
    if to.exists() || !from.exists() || mask::is_tracked(&Git::at(equip.top), file) {
        return Ok(());
    }
    super::place::make_parent(equip.top, file).map_err(EquipError::io(STEP, &to))?;
    callboard_store::copy_database(&from, &to).map_err(|error| {
        EquipError::new(
            STEP,
            format!("{}: {error}", from.display()),
            "end what locks it, then go on with setup",
        )
    })
}

/// Whether the database that the worktree was given is there, and its own.
///
/// # Errors
/// When it is somebody else's by now, or its server does not answer.
pub(super) fn find_own(equip: &Equip<'_>, equipped: &Equipped) -> Result<bool, EquipError> {
    let Some((name, address)) = own(equipped) else {
        let file = equipped.database.as_deref().filter(|_| equipped.has_database);
        return Ok(file.is_some_and(|file| equip.top.join(file).exists()));
    };
    server(equip, &address).is_there(&name)
}

/// Drops the worktree's database, if it was made for it. A file goes with the worktree.
pub(super) fn drop_own(equip: &Equip<'_>, equipped: &mut Equipped) -> Result<(), EquipError> {
    let Some((name, address)) = own(equipped) else { return Ok(()) };
    server(equip, &address).remove(&name)?;
    (equipped.has_database, equipped.is_migrated) = (false, false);
    record::save(equip.home, equip.top, equipped)
}

/// The name of the database that was made for the worktree on a server, and the address of the one that it is a copy of.
fn own(equipped: &Equipped) -> Option<(String, Address)> {
    let source = equipped.database_source.as_deref().and_then(Address::parse)?;
    let name = equipped.database.clone().filter(|_| equipped.has_database)?;
    Some((name, source))
}

/// What callboard.toml says by now may be another database, or none.
fn server<'a>(equip: &'a Equip<'_>, address: &'a Address) -> postgres::Server<'a> {
    let seconds =
        equip.project.database.as_ref().map_or(Database::default().seconds, |d| d.seconds);
    postgres::Server::of(equip, address, Duration::from_secs(seconds))
}
