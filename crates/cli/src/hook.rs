//! `callboard hook AGENT SOCKET`, which agents run: tells the daemon what the agent said on standard input, and
//! gives the agent the answer if one is waited for.
//!
//! It must never slow or break an agent: whatever fails, it prints nothing and succeeds. It does without the
//! argument parser and without a runtime, which would cost more than all the rest.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use callboard_agents::{Hook, HookReport};
use callboard_os::{host, process, window};
use serde_json::value::RawValue;

use crate::settings;

/// Time until the daemon has said whether the answer is to be waited for: with the start and end of this process,
/// an agent waits 50 ms at most for us while the daemon is not well.
const PATIENCE: Duration = Duration::from_millis(35);

/// What an agent may tell: a file's content, with room for escapes.
const INPUT_BYTES: u64 = 16 << 20;

/// What the daemon may say.
const ANSWER_BYTES: u64 = 32 << 20;

/// Time between two tries to find a daemon that went away while it was waited for.
const RETRY: Duration = Duration::from_millis(200);

/// Runs the hook if that is what was typed.
pub(crate) fn run(args: &mut dyn Iterator<Item = OsString>) -> Option<ExitCode> {
    if args.next()? != "hook" {
        return None;
    }
    // What was typed means nothing: an agent does not care.
    let agent = args.next().and_then(|agent| agent.into_string().ok());
    let socket = args.next().map_or_else(settings::default_socket, |path| Some(path.into()));
    if let (Some(agent), Some(socket)) = (agent, socket) {
        // Nothing to be done about it, and nobody to be told.
        let _ = tell(&agent, &socket);
    }
    Some(ExitCode::SUCCESS)
}

fn tell(agent: &str, socket: &Path) -> Option<()> {
    let mut input = Vec::new();
    let read = io::stdin().take(INPUT_BYTES + 1).read_to_end(&mut input).ok()?;
    if read as u64 > INPUT_BYTES {
        return None;
    }
    let watchdog = Watchdog::start();
    let parent = std::os::unix::process::parent_id();
    let hook = callboard_agents::named(agent)?.hook()?;
    let report = report(hook, parent, input)?;
    if let Some(output) = hook.at_once(&report) {
        return io::stdout().lock().write_all(output.as_bytes()).ok();
    }
    let body = serde_json::to_vec(&report).ok()?;
    let request = post(&format!("/api/hook/{agent}"), &body);
    let Reply::Waits(answer) = exchange(socket, &request)? else { return None };
    watchdog.stop();
    end_with(parent);
    give(socket, wait(socket, &request, answer)?)
}

/// Waits for the answer, also over an end of the daemon; `None` when there will be none.
fn wait(socket: &Path, request: &[u8], first: UnixStream) -> Option<Answer> {
    let mut connection = Some(first);
    loop {
        if let Some(open) = connection.take() {
            let mut said = String::new();
            // What breaks off before its last line was cut by an end of the daemon.
            let _ = open.take(ANSWER_BYTES).read_to_string(&mut said);
            if let Some(line) = said.lines().find(|line| !line.is_empty())
                && let Ok(last) = serde_json::from_str::<Answer>(line)
            {
                return Some(last);
            }
        }
        // Only who comes back finds the daemon that comes back: nothing announces it to this process.
        std::thread::sleep(RETRY);
        connection = match exchange(socket, request) {
            Some(Reply::Waits(again)) => Some(again),
            Some(Reply::Done) => return None,
            None => None,
        };
    }
}

/// The last line of a reply that was waited for.
#[derive(serde::Deserialize)]
struct Answer {
    /// What the agent is given.
    output: Option<String>,
    /// What confirms that it was.
    delivered: Option<String>,
}

fn give(socket: &Path, answer: Answer) -> Option<()> {
    let output = answer.output?;
    let mut stdout = io::stdout().lock();
    stdout.write_all(output.as_bytes()).and_then(|()| stdout.flush()).ok()?;
    let _watchdog = Watchdog::start();
    let body = answer.delivered?;
    exchange(socket, &post("/api/hook/delivered", body.as_bytes()))?;
    Some(())
}

fn report(hook: &dyn Hook, parent: u32, input: Vec<u8>) -> Option<HookReport> {
    let wanted = hook.variables().iter().chain(window::VARIABLES);
    let environment: BTreeMap<String, String> =
        wanted.filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect();
    let now = callboard_os::clock::now();
    Some(HookReport {
        run: format!("{}-{}", std::process::id(), now.as_millisecond()),
        pid: parent,
        environment,
        is_owned: std::env::var_os(host::MARKER).is_some(),
        input: RawValue::from_string(String::from_utf8(input).ok()?).ok()?,
    })
}

/// HTTP/1.0, so that the reply ends with its connection and nothing of it is in chunks.
fn post(path: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

enum Reply {
    /// It was taken, or it is not wanted.
    Done,
    /// The answer comes on this connection.
    Waits(UnixStream),
}

fn exchange(socket: &Path, request: &[u8]) -> Option<Reply> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.write_all(request).ok()?;
    // Byte by byte: what comes behind the head belongs to who waits for it.
    let mut head = Vec::with_capacity(256);
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        let is_over = stream.read(&mut byte).ok()? == 0;
        if is_over || head.len() > 8 << 10 {
            return None;
        }
        head.push(byte[0]);
    }
    match head.get(b"HTTP/1.0".len()..)?.get(1..4)? {
        b"200" => Some(Reply::Waits(stream)),
        // A daemon that is about to end, or has too much to do.
        [b'5', ..] => None,
        _ => Some(Reply::Done),
    }
}

/// Ends the process when its time is over, whatever it does, unless stopped.
struct Watchdog(Arc<AtomicBool>);

impl Watchdog {
    fn start() -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = stopped.clone();
        std::thread::spawn(move || {
            std::thread::sleep(PATIENCE);
            if !seen.load(Ordering::Acquire) {
                std::process::exit(0);
            }
        });
        Self(stopped)
    }

    fn stop(self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Ends this process with the one that waits for it.
fn end_with(parent: u32) {
    std::thread::spawn(move || {
        let is_gone = || std::os::unix::process::parent_id() != parent;
        while !is_gone() && !process::wait_for_end(parent) {
            // The system does not tell the end of a process.
            std::thread::sleep(Duration::from_secs(1));
        }
        std::process::exit(0);
    });
}
