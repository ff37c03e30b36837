//! Keeping the machine awake, where the system has a command for it.

use std::io;
use std::process::{Child, Command, Stdio};

use crate::limits;

/// What the command runs until its input ends: also when we are killed.
const UNTIL_WE_END: &str = "cat";

/// The machine does not fall asleep until this is dropped, or this process ends.
#[derive(Debug)]
pub struct Awake {
    child: Child,
    program: &'static str,
}

impl Awake {
    /// Keeps it awake from now on.
    ///
    /// # Errors
    /// Says why it may fall asleep.
    pub fn begin() -> Result<Self, String> {
        let (program, args): (_, &[&str]) = if cfg!(target_os = "macos") {
            ("caffeinate", &["-i", "-s", UNTIL_WE_END])
        } else {
            let what = ["--what=sleep:idle", "--mode=block", "--who=Callboard"];
            let [what, mode, who] = what;
            ("systemd-inhibit", &[what, mode, who, "--why=agents work", UNTIL_WE_END])
        };
        Self::by(program, args)
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "this crate starts processes; this one lives as long as its input is open"
    )]
    fn by(program: &'static str, args: &[&str]) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.args(args).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!("there is no {program} here"),
            _ => format!("{program} cannot be started: {error}"),
        })?;
        let mut awake = Self { child, program };
        // One that is refused ends at once.
        for _ in 0..limits::AWAKE_LOOKS {
            std::thread::sleep(limits::AWAKE_LOOK_EVERY);
            if let Ok(Some(status)) = awake.child.try_wait() {
                return Err(format!("{program} was refused ({status})"));
            }
        }
        Ok(awake)
    }

    /// The command that does it.
    #[must_use]
    pub fn program(&self) -> &'static str {
        self.program
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_ends_at_once_or_is_not_there_keeps_nothing_awake() {
        assert!(Awake::by("false", &[]).unwrap_err().contains("was refused"));
        assert!(Awake::by("callboard-no-such-program", &[]).unwrap_err().contains("there is no"));
        let awake = Awake::by("cat", &[]).unwrap();
        assert_eq!(awake.program(), "cat");
    }
}
