//! The host process itself. It is small: no runtime, a thread for each pipe.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::input::{Input, NotSent};
use super::output::{self, Parts};
use super::{
    Answer, ENDED, ERRORS, Ended, HostRequest, HostSpec, LOCK, MARKER, ProcessId, SOCKET, SPEC,
    STARTED, Started, read_whole, write_whole,
};
use crate::lock::FileLock;
use crate::{limits, process};

/// Runs the agent that the folder's specification names, until it and all that it started have ended.
///
/// # Errors
/// When the folder cannot be used, or has a host already.
pub fn serve(dir: &Path) -> io::Result<()> {
    process::leave_terminal();
    let Some(_lock) = FileLock::try_take(&dir.join(LOCK))? else {
        return Err(io::Error::other("this folder has a host"));
    };
    let spec: HostSpec = read_whole(&dir.join(SPEC))?
        .ok_or_else(|| io::Error::other("the folder does not say what to run"))?;
    process::adopt_orphans();
    let mut agent = match start(dir, &spec) {
        Ok(agent) => agent,
        Err(error) => {
            let failure = Some(format!("cannot start {}: {error}", spec.program.display()));
            return write_whole(&dir.join(ENDED), &Ended { code: None, signal: None, failure });
        }
    };
    let output = Parts::of(dir);
    let readers = [
        agent.stdout.take().map(|pipe| output::write_down(pipe, dir, output.clone())),
        agent.stderr.take().map(|pipe| keep_last(pipe, dir.join(ERRORS))),
    ];
    let input = Input::of(agent.stdin.take(), dir)?;
    let hosted = Arc::new(Hosted { agent: ProcessId::of(agent.id()), input, output });
    listen(dir, &hosted)?;
    let started =
        Started { host: ProcessId::of(std::process::id()), agent: ProcessId::of(agent.id()) };
    write_whole(&dir.join(STARTED), &started)?;
    let status = agent.wait()?;
    // What it started ends with it; its pipes close then, and the readers come to their end.
    process::end_children(limits::END_GRACE);
    for reader in readers.into_iter().flatten() {
        let _ = reader.join();
    }
    let ended = Ended { code: status.code(), signal: status.signal(), failure: None };
    write_whole(&dir.join(ENDED), &ended)?;
    let _ = fs::remove_file(dir.join(SOCKET));
    Ok(())
}

#[allow(
    clippy::disallowed_methods,
    reason = "this crate starts processes; this one keeps its pipes"
)]
fn start(dir: &Path, spec: &HostSpec) -> io::Result<Child> {
    std::process::Command::new(&spec.program)
        .args(&spec.args)
        .current_dir(&spec.cwd)
        .env_clear()
        .envs(spec.env.iter().map(|(key, value)| (key, value)))
        .env(MARKER, dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that it can be interrupted with all that it runs.
        .process_group(0)
        .spawn()
}

pub(super) fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

/// Keeps the last of what comes out of a pipe.
fn keep_last(mut pipe: impl Read + Send + 'static, path: PathBuf) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut last: VecDeque<u8> = VecDeque::new();
        let mut buffer = vec![0; limits::PIPE_BYTES];
        while let Ok(read) = pipe.read(&mut buffer) {
            if read == 0 {
                return;
            }
            last.extend(&buffer[..read]);
            let over = last.len().saturating_sub(limits::HOST_ERROR_BYTES);
            last.drain(..over);
            // It explains a failure at best; without room for it the agent goes on.
            let _ = fs::write(&path, last.make_contiguous());
        }
    })
}

/// The agent, as requests reach it.
struct Hosted {
    agent: ProcessId,
    input: Input,
    output: Parts,
}

impl Hosted {
    fn take(&self, request: HostRequest) -> Result<(), NotSent> {
        if let HostRequest::Send { id, line } = request {
            return self.input.send(id, &line);
        }
        self.follow(request).map_err(NotSent::Refused)
    }

    fn follow(&self, request: HostRequest) -> Result<(), String> {
        let ProcessId { pid, start_ticks } = self.agent;
        let signalled = |done: bool| if done { Ok(()) } else { Err("it has ended".to_owned()) };
        match request {
            HostRequest::Send { .. } => Ok(()),
            HostRequest::CloseInput => {
                self.input.close();
                Ok(())
            }
            HostRequest::Forget { until } => {
                self.output.forget(until);
                Ok(())
            }
            HostRequest::Interrupt => signalled(process::interrupt(pid, start_ticks)),
            HostRequest::End => {
                signalled(process::ask_to_end(pid, start_ticks))?;
                self.output.end();
                thread::spawn(move || {
                    thread::sleep(limits::END_GRACE);
                    if process::kill(pid, start_ticks) {
                        tracing::debug!(pid, "an agent did not end and was killed");
                    }
                });
                Ok(())
            }
        }
    }
}

fn listen(dir: &Path, hosted: &Arc<Hosted>) -> io::Result<()> {
    let path = dir.join(SOCKET);
    let _ = fs::remove_file(&path);
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    let hosted = hosted.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // One at a time: there is one daemon, and nothing that is asked waits for the agent.
            if let Err(error) = answer(&stream, &hosted) {
                tracing::debug!(%error, "who asked is gone");
            }
        }
    });
    Ok(())
}

fn answer(stream: &UnixStream, hosted: &Hosted) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut line = String::new();
    BufReader::new(stream.take(limits::REQUEST_BYTES)).read_line(&mut line)?;
    let done = match serde_json::from_str::<HostRequest>(&line) {
        Ok(request) => hosted.take(request),
        Err(error) => Err(NotSent::Refused(format!("not understood: {error}"))),
    };
    let answer = match done {
        Ok(()) => Answer::default(),
        Err(NotSent::Otherwise) => Answer { is_sent_otherwise: true, ..Answer::default() },
        Err(NotSent::Refused(error)) => Answer { error: Some(error), ..Answer::default() },
    };
    let mut stream = stream;
    writeln!(stream, "{}", serde_json::to_string(&answer)?)
}
