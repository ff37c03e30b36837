//! What Callboard asks of the operating system: commands with limits, processes, file
//! notifications, locks, disk room and the clock.
//!
//! Nothing but this crate starts a process or reads the clock.

pub mod awake;
pub mod clock;
pub mod command;
#[cfg(unix)]
pub mod confine;
pub mod converse;
#[cfg(unix)]
pub mod copy;
pub mod disk;
pub mod file;
#[cfg(unix)]
pub mod host;
pub mod limits;
pub mod lock;
pub mod memory;
pub mod notify_desktop;
pub mod open;
pub mod port;
pub mod process;
pub mod remove;
#[cfg(unix)]
pub mod script;
pub mod stop;
pub mod thread;
pub mod watch;
pub mod window;
