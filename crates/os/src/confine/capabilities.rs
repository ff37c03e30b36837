//! What a step may do as the owner of its namespace, and what the command keeps of it (capabilities(7)).

use std::io;

use rustix::process::geteuid;
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set,
    configure_capability_in_ambient_set, set_capabilities,
};

/// What root needs to be root of files; all of it is held by mounts and Landlock.
const OF_FILES: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID);

/// Hands the right to mount on to the program that is started next, whoever its user is.
pub(super) fn keep_over_exec() -> io::Result<()> {
    let mut sets = capabilities(None)?;
    sets.inheritable |= CapabilitySet::SYS_ADMIN;
    set_capabilities(None, sets)?;
    Ok(configure_capability_in_ambient_set(CapabilitySet::SYS_ADMIN, true)?)
}

/// Gives all of them up but those that root needs for its files. What is given up does not come back.
pub(super) fn give_up() -> io::Result<()> {
    clear_ambient_capability_set()?;
    let kept = if geteuid().is_root() { OF_FILES } else { CapabilitySet::empty() };
    let kept = capabilities(None)?.permitted & kept;
    let sets =
        CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets)?;
    Ok(rustix::thread::set_no_new_privs(true)?)
}
