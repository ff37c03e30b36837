//! The last step: takes on what holds the command, tells what does, and becomes its shell.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, Signal, geteuid, setrlimit};

use super::achieved::achieved;
use super::order::{self, IN_NAMESPACES, Order, Report};
use super::{capabilities, landlock, refused_calls};
use crate::limits;

/// What a shell's caller is told when there is none (POSIX, 2.8.2).
const NOT_FOUND: u8 = 127;

/// Becomes the shell of the order on its standard input; does not come back unless that fails.
pub(super) fn become_shell(within: Option<&str>) -> ExitCode {
    let in_namespaces = within == Some(IN_NAMESPACES);
    match prepare(in_namespaces) {
        Ok(order) => {
            let error = exec(&order, in_namespaces);
            // It is the command's own output by now.
            let _ = rustix::io::write(rustix::stdio::stderr(), format!("sh: {error}\n").as_bytes());
            ExitCode::from(NOT_FOUND)
        }
        Err(why) => {
            let _ = order::report(&Report::Cannot(why));
            ExitCode::FAILURE
        }
    }
}

fn prepare(in_namespaces: bool) -> Result<Order, String> {
    let told = |error: io::Error| format!("the shell cannot be confined: {error}");
    let control = order::control().map_err(told)?;
    let order: Order =
        order::receive(&control).map_err(told)?.ok_or_else(|| "there is no order".to_owned())?;
    // Without namespaces nothing else ends it when the step that watches it is killed.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| told(error.into()))?;
    // Away from the terminal, into which it could type, and from the group of the step that watches it.
    rustix::process::setsid().map_err(|error| told(error.into()))?;
    // Where memory runs out for all, it goes first; a system that does not let it say so ends somebody else.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    capabilities::give_up().map_err(told)?;
    let version = landlock::restrict(&order, in_namespaces)?;
    refused_calls::refuse(in_namespaces)?;
    set_limits(&order, in_namespaces).map_err(told)?;
    let confinement = achieved(in_namespaces, version, &order.confine.network, &order.shared);
    order::send(&control, &Report::Confined(Box::new(confinement))).map_err(told)?;
    Ok(order)
}

fn set_limits(order: &Order, in_namespaces: bool) -> io::Result<()> {
    let at_most = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::Fsize, at_most(order.confine.disk_bytes))?;
    setrlimit(Resource::Core, at_most(0))?;
    // Elsewhere all processes of the user would count.
    if in_namespaces && !geteuid().is_root() {
        let most = u64::from(order.confine.processes) * limits::CONFINED_THREADS;
        let now = rustix::process::getrlimit(Resource::Nproc);
        setrlimit(Resource::Nproc, at_most(now.maximum.unwrap_or(most).min(most)))?;
    }
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "this crate starts processes; this one takes our place"
)]
fn exec(order: &Order, in_namespaces: bool) -> io::Error {
    let nothing = match std::fs::File::open("/dev/null") {
        Ok(nothing) => nothing,
        Err(error) => return error,
    };
    // With it goes the socket: the shell hears nothing of us.
    if let Err(error) = rustix::stdio::dup2_stdin(nothing) {
        return error.into();
    }
    let temp = if in_namespaces { Path::new("/tmp") } else { &order.temp };
    std::process::Command::new("sh")
        .arg("-c")
        .arg(&order.line)
        .current_dir(&order.cwd)
        .env_clear()
        .envs(order.env.iter().map(|(name, value)| (name, value)))
        .envs(cache_for_want_of_one(order, temp))
        .env("TMPDIR", temp)
        .exec()
}

/// The variable of a cache of its own where the home has none and could not be given one (XDG Base Directory
/// Specification).
fn cache_for_want_of_one(order: &Order, temp: &Path) -> Option<(&'static str, PathBuf)> {
    const CACHE: &str = "XDG_CACHE_HOME";
    let value = |wanted: &str| order.env.iter().find(|(name, _)| name == wanted);
    let is_there = value("HOME").is_some_and(|(_, home)| Path::new(home).join(".cache").is_dir());
    (value(CACHE).is_none() && !is_there).then(|| (CACHE, temp.join("cache")))
}
