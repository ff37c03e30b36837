//! What the process table tells.

use callboard_model::session::Alive;

/// Whether the process with that pid, and that start in clock ticks since boot, runs.
///
/// `Unknown` where the system does not tell (`/proc` is Linux's).
pub(crate) fn alive(pid: u32, start_ticks: Option<u64>) -> Alive {
    if !std::path::Path::new("/proc/self/stat").exists() {
        return Alive::Unknown;
    }
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return Alive::No };
    match (start_of(&stat), start_ticks) {
        (Some(start), Some(expected)) if start != expected => Alive::No,
        (Some(_), _) => Alive::Yes,
        (None, _) => Alive::Unknown,
    }
}

/// When a running process began, in clock ticks since boot.
pub(crate) fn start_ticks(pid: u32) -> Option<u64> {
    start_of(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Field 22, counted after the program's name, which may hold anything.
fn start_of(stat: &str) -> Option<u64> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_that_was_given_anew_is_another_process() {
        let pid = std::process::id();
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        if let Ok(start) = stat.map(|s| start_of(&s).unwrap()) {
            assert_eq!(alive(pid, Some(start)), Alive::Yes);
            assert_eq!(alive(pid, Some(start + 1)), Alive::No);
        }
    }
}
