//! `callboard mcp AGENT [SOCKET]`, which agents run: forwards what they say by the Model Context Protocol on standard
//! input, a message in each line, to the daemon's socket, and its answers to standard output.
//!
//! It outlives the daemon: each message is a request of its own, and an agent never starts this process anew. It does
//! without the argument parser and without a runtime, as one runs beside each session.

use std::ffi::OsString;
use std::io::{self, BufRead, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use callboard_os::process;
use serde_json::{Value, json};

use crate::settings;

/// Time for which a message waits for a daemon that is started or replaced just now, from when it was gone.
const PATIENCE: Duration = Duration::from_secs(8);

/// Time for which what can be answered without it waits for the daemon: an agent waits for it at its start.
const PATIENCE_AT_START: Duration = Duration::from_millis(500);

/// Processes above this one that are told: an agent's own, and the shells between.
const PROCESSES: usize = 8;

/// Time between two tries to reach it.
const RETRY: Duration = Duration::from_millis(200);

/// What the daemon may answer.
const ANSWER_BYTES: u64 = 16 << 20;

/// Who calls, as far as this process knows.
struct Caller {
    agent: String,
    session: Option<String>,
    processes: String,
    cwd: PathBuf,
    socket: PathBuf,
}

/// Forwards until the agent ends, if that is what was typed.
pub(crate) fn run(args: &mut dyn Iterator<Item = OsString>) -> Option<ExitCode> {
    if args.next()? != "mcp" {
        return None;
    }
    let agent = args.next().and_then(|agent| agent.into_string().ok()).unwrap_or_default();
    let variable = callboard_agents::named(&agent).and_then(|agent| agent.session_variable());
    let session = variable.and_then(|name| std::env::var(name).ok()).filter(|id| !id.is_empty());
    let socket = args.next().map_or_else(settings::default_socket, |path| Some(path.into()))?;
    let cwd = std::env::current_dir().unwrap_or_default();
    // Read once: whoever ends leaves this process to another parent.
    let parent = std::os::unix::process::parent_id();
    let processes = process::line_of_parents(parent, PROCESSES);
    let processes = processes.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let caller = Arc::new(Caller { agent, session, processes, cwd, socket });
    let mut running = Vec::new();
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        if line.trim().is_empty() {
            continue;
        }
        let caller = Arc::clone(&caller);
        // A commit may run hooks for minutes, and others are not to wait for it.
        running.push(std::thread::spawn(move || {
            if let Some(answer) = answer(&caller, &line) {
                let mut stdout = io::stdout().lock();
                // An agent that has ended reads no more.
                let _ = writeln!(stdout, "{answer}").and_then(|()| stdout.flush());
            }
        }));
        running.retain(|thread| !thread.is_finished());
    }
    running.into_iter().for_each(|thread| drop(thread.join()));
    Some(ExitCode::SUCCESS)
}

/// What the daemon says to a message; `None` for what wants no answer.
fn answer(caller: &Caller, line: &str) -> Option<String> {
    let message: Value = serde_json::from_str(line).unwrap_or_default();
    let alone = callboard_server::without_daemon(&message);
    let patience = if alone.is_some() { PATIENCE_AT_START } else { PATIENCE };
    let mut gone_since = None;
    let mut was_sent = false;
    loop {
        let error = match exchange(caller, line, was_sent) {
            Ok(said) => return said,
            Err(Failed::Unsent(error)) => error,
            Err(Failed::Sent(error)) => {
                // It was there until now.
                (was_sent, gone_since) = (true, None);
                error
            }
        };
        if gone_since.get_or_insert_with(Instant::now).elapsed() < patience {
            std::thread::sleep(RETRY);
            continue;
        }
        if let Some(alone) = alone {
            return Some(alone.to_string());
        }
        let text = format!(
            "Callboard's daemon cannot be reached ({error}): it is started with `callboard up`"
        );
        let error = json!({ "code": -32000, "message": text });
        let id = message.get("id")?;
        return Some(json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string());
    }
}

/// Why there is no answer.
enum Failed {
    /// The daemon does not know of the message.
    Unsent(io::Error),
    /// It may have done what the message asks for.
    Sent(io::Error),
}

fn exchange(caller: &Caller, line: &str, is_again: bool) -> Result<Option<String>, Failed> {
    let mut stream = UnixStream::connect(&caller.socket).map_err(Failed::Unsent)?;
    stream.write_all(&request(caller, line, is_again)).map_err(Failed::Sent)?;
    let mut said = String::new();
    stream.take(ANSWER_BYTES).read_to_string(&mut said).map_err(Failed::Sent)?;
    let cut = || Failed::Sent(io::ErrorKind::UnexpectedEof.into());
    let (head, body) = said.split_once("\r\n\r\n").ok_or_else(cut)?;
    // A daemon that is about to end.
    if head.split(' ').nth(1).is_none_or(|status| status.starts_with('5')) {
        return Err(Failed::Sent(io::Error::other("it is about to end")));
    }
    // One line for each message, whether it comes as it is or as events.
    let events: Vec<&str> =
        body.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim).collect();
    let text = if events.is_empty() { body.replace('\n', " ") } else { events.join("\n") };
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// HTTP/1.0, so that the reply ends with its connection and nothing of it is in chunks.
fn request(caller: &Caller, line: &str, is_again: bool) -> Vec<u8> {
    let Caller { agent, session, processes, cwd, .. } = caller;
    let header = |name: &str, value: &str| {
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        format!("{name}: {value}\r\n")
    };
    let mut head = "POST /mcp HTTP/1.0\r\nhost: localhost\r\ncontent-type: application/json\r\n\
        accept: application/json, text/event-stream\r\n"
        .to_owned();
    head += &header("callboard-agent", agent);
    head += &header("callboard-session", session.as_deref().unwrap_or_default());
    head += &header("callboard-processes", processes);
    head += &header("callboard-cwd", &encoded(cwd));
    if is_again {
        head += &header("callboard-again", "1");
    }
    format!("{head}content-length: {}\r\n\r\n{line}", line.len()).into_bytes()
}

/// A path as a header can hold it: bytes beyond ASCII as `%41`.
fn encoded(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt;
    let mut text = String::new();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'%' | 0..=0x1f | 0x7f.. => drop(write!(text, "%{byte:02X}")),
            byte => text.push(char::from(*byte)),
        }
    }
    text
}
