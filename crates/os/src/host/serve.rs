//! The host process itself. It is small: no runtime, a thread for each pipe.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::{
    Answer, ENDED, ERRORS, Ended, HostRequest, HostSpec, LOCK, MARKER, OUTPUT, ProcessId, SENT,
    SOCKET, SPEC, STARTED, Started, read_whole, write_whole,
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
    let readers = [
        agent.stdout.take().map(|pipe| journal(pipe, dir.join(OUTPUT))),
        agent.stderr.take().map(|pipe| keep_last(pipe, dir.join(ERRORS))),
    ];
    let hosted = Arc::new(Hosted::of(&mut agent, dir)?);
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

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

/// Writes what comes out of a pipe down as it comes. While the disk is full the agent waits, and nothing
/// is lost.
fn journal(mut pipe: impl Read + Send + 'static, path: PathBuf) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut buffer = vec![0; limits::PIPE_BYTES];
        let mut file = None;
        while let Ok(read) = pipe.read(&mut buffer) {
            if read == 0 {
                return;
            }
            let mut rest = &buffer[..read];
            while !rest.is_empty() {
                let written = match &mut file {
                    None => append_to(&path).map(|opened| {
                        file = Some(opened);
                        0
                    }),
                    Some(file) => file.write(rest),
                };
                match written {
                    Ok(written) => rest = &rest[written..],
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => thread::sleep(limits::DISK_FULL_PAUSE),
                }
            }
        }
    })
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
    input: Mutex<Input>,
}

struct Input {
    pipe: Option<ChildStdin>,
    sent: File,
    /// Ids of the last lines that were sent.
    ids: VecDeque<String>,
}

impl Hosted {
    fn of(agent: &mut Child, dir: &Path) -> io::Result<Self> {
        let sent = append_to(&dir.join(SENT))?;
        let input = Input { pipe: agent.stdin.take(), sent, ids: VecDeque::new() };
        Ok(Self { agent: ProcessId::of(agent.id()), input: Mutex::new(input) })
    }

    fn take(&self, request: HostRequest) -> Result<(), String> {
        let signalled = |done: bool| if done { Ok(()) } else { Err("it has ended".to_owned()) };
        match request {
            HostRequest::Send { id, line } => {
                self.input.lock().unwrap_or_else(PoisonError::into_inner).send(id, &line)
            }
            HostRequest::CloseInput => {
                self.input.lock().unwrap_or_else(PoisonError::into_inner).pipe = None;
                Ok(())
            }
            HostRequest::Interrupt => {
                signalled(process::interrupt(self.agent.pid, self.agent.start_ticks))
            }
            HostRequest::End => {
                signalled(process::ask_to_end(self.agent.pid, self.agent.start_ticks))
            }
        }
    }
}

impl Input {
    fn send(&mut self, id: String, line: &str) -> Result<(), String> {
        if self.ids.contains(&id) {
            return Ok(());
        }
        if line.contains('\n') {
            return Err("a line has no line feed in it".to_owned());
        }
        let Some(pipe) = &mut self.pipe else { return Err("its input is closed".to_owned()) };
        let note = serde_json::json!({"id": id, "line": line});
        writeln!(self.sent, "{note}")
            .map_err(|error| format!("cannot note what is sent: {error}"))?;
        pipe.write_all(format!("{line}\n").as_bytes())
            .and_then(|()| pipe.flush())
            .map_err(|error| format!("it reads no more: {error}"))?;
        if self.ids.len() >= limits::SENT_IDS {
            self.ids.pop_front();
        }
        self.ids.push_back(id);
        Ok(())
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
            // One at a time: there is one daemon, and each answer is short.
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
    let error = match serde_json::from_str::<HostRequest>(&line) {
        Ok(request) => hosted.take(request).err(),
        Err(error) => Some(format!("not understood: {error}")),
    };
    let mut stream = stream;
    writeln!(stream, "{}", serde_json::to_string(&Answer { error })?)
}
