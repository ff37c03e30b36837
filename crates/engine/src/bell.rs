//! A bell that threads wait for: nothing that rang between two waits is missed.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Tells whoever waits that there may be something new.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bell(Arc<(Mutex<u64>, Condvar)>);

impl Bell {
    pub(crate) fn tell(&self) {
        let (count, told) = &*self.0;
        *count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        told.notify_all();
    }

    /// How often it has rung.
    pub(crate) fn rung(&self) -> u64 {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it rang since `seen`, for at most `time`; gives how often it has rung.
    pub(crate) fn wait(&self, seen: u64, time: Duration) -> u64 {
        let (count, told) = &*self.0;
        let count = count.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = told.wait_timeout_while(count, time, |count| *count == seen);
        let (count, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *count
    }
}
