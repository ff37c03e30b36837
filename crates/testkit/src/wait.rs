//! Waiting for what announces itself to nobody: files of another process, a terminal's screen.

use std::time::Instant;

use crate::limits;

/// Looks until `look` finds something.
///
/// # Panics
/// When it finds nothing within [`limits::WAIT`].
pub fn until<T>(what: &str, look_once: impl FnMut() -> Option<T>) -> T {
    look(look_once).unwrap_or_else(|| panic!("no {what} after {:?}", limits::WAIT))
}

/// Looks until `look` finds something; `None` if it finds nothing within [`limits::WAIT`].
pub fn look<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limits::WAIT;
    loop {
        let found = look();
        if found.is_some() {
            return found;
        }
        if Instant::now() > end {
            return None;
        }
        std::thread::sleep(limits::LOOK_AGAIN);
    }
}
