//! Commands that are talked to, line by line, until enough was heard.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Instant;

use crate::command::{Command, CommandError};
use crate::limits;

/// What a line leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// These lines are said, and more is expected.
    Say(Vec<String>),
    /// Enough was heard.
    Enough,
}

impl Command {
    /// Says the first lines, then what `hear` says to each line that comes back, until it has heard enough or the
    /// command says no more. The command is ended then.
    ///
    /// # Errors
    /// When it cannot be started or talked to, or its time is over.
    pub fn converse(
        self,
        first: &[String],
        mut hear: impl FnMut(&str) -> Heard,
    ) -> Result<(), CommandError> {
        let program = self.name();
        let deadline = Instant::now() + self.time_limit();
        let mut command = self.prepare();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command
            .spawn()
            .map_err(|cause| CommandError::Start { program: program.clone(), cause })?;
        let (lines, heard) = sync_channel(limits::CONVERSATION_LINES);
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut lines_of = BufReader::new(stdout).lines();
                while let Some(Ok(line)) = lines_of.next()
                    && lines.send(line).is_ok()
                {}
            });
        }
        let mut stdin = child.stdin.take();
        let talked = (|| {
            say(stdin.as_mut(), first)?;
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                match heard.recv_timeout(left) {
                    Ok(line) => match hear(&line) {
                        Heard::Say(answer) => say(stdin.as_mut(), &answer)?,
                        Heard::Enough => return Ok(true),
                    },
                    Err(RecvTimeoutError::Disconnected) => return Ok(true),
                    Err(RecvTimeoutError::Timeout) => return Ok(false),
                }
            }
        })();
        drop(stdin);
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
        match talked {
            Ok(true) => Ok(()),
            Ok(false) => Err(CommandError::TimedOut { program, time: self.time_limit() }),
            Err(cause) => Err(CommandError::Pipe { program, cause }),
        }
    }
}

fn say(stdin: Option<&mut ChildStdin>, lines: &[String]) -> std::io::Result<()> {
    let Some(stdin) = stdin else { return Ok(()) };
    lines.iter().try_for_each(|line| writeln!(stdin, "{line}"))?;
    stdin.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_talked_to_until_enough_was_heard() {
        let command = Command::new("sh", "/").args(["-c", "while read -r l; do echo got $l; done"]);
        let mut told = Vec::new();
        command
            .converse(&["one".into()], |line| {
                told.push(line.to_owned());
                if told.len() == 1 { Heard::Say(vec!["two".into()]) } else { Heard::Enough }
            })
            .unwrap();
        assert_eq!(told, ["got one", "got two"]);
    }
}
