//! Files that whoever started a step had open, and that it was handed by oversight: through one, a command could write
//! where it may open nothing.

use std::fs;
use std::io;
use std::os::fd::BorrowedFd;

use rustix::io::{FdFlags, fcntl_setfd};

/// Standard input, output and error, which are meant.
const MEANT: i32 = 3;

/// Has all but those that are meant closed as the next program takes this one's place.
pub(super) fn close_at_next_step() -> io::Result<()> {
    for entry in fs::read_dir("/proc/self/fd")? {
        let number = entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
        if let Some(number) = number.filter(|number| *number >= MEANT) {
            // Safe: it is open by the system's own list, and this process has no thread that closes it meanwhile.
            #[allow(
                unsafe_code,
                reason = "a descriptor that nobody here opened has no owner to borrow it from"
            )]
            let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
            fcntl_setfd(descriptor, FdFlags::CLOEXEC)?;
        }
    }
    Ok(())
}
