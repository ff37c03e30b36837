//! How much of the processor a thread is given.

use crate::limits;

/// The calling thread's work gives way to that of others, for as long as it lives: for what nobody waits
/// for. Without effect where the system knows no priority of a single thread.
pub fn give_way() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let this = rustix::thread::gettid();
        if let Err(error) = rustix::process::setpriority_process(Some(this), limits::GIVE_WAY_NICE)
        {
            tracing::debug!(%error, "a thread in the background runs as all others do");
        }
    }
}
