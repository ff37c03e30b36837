//! Connections of agents: requests in, replies out.

use std::io::{self, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::conversation::{self, Format, Purpose};
use super::reply::Frame;
use super::script::{Cue, Failure, Turn};
use super::{Request, Shared, messages, responses};
use crate::http::{self, Head};
use crate::limits;

/// Serves connections until the server stops.
pub(super) fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for (number, stream) in listener.incoming().enumerate() {
        if shared.is_stopping() {
            return;
        }
        let Ok(stream) = stream else { continue };
        let Ok(closer) = stream.try_clone() else { continue };
        {
            let mut state = shared.lock();
            if state.connections.len() == limits::CONNECTIONS {
                continue;
            }
            state.connections.insert(number, closer);
        }
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            // A broken connection is the agent's business: it reports what it missed.
            let _ = serve(&stream, &shared);
            let _ = stream.shutdown(std::net::Shutdown::Both);
            shared.lock().connections.remove(&number);
        });
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut from = BufReader::new(stream);
    while let Some(head) = http::read_head(&mut from)? {
        if head.header("expect").is_some_and(|v| v.eq_ignore_ascii_case("100-continue")) {
            (&mut &*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let body = http::read_request_body(&mut from, &head)?;
        answer(&mut &*stream, shared, &head, &body)?;
        if head.header("connection").is_some_and(|v| v.eq_ignore_ascii_case("close")) {
            break;
        }
    }
    Ok(())
}

fn answer(to: &mut impl Write, shared: &Shared, head: &Head, body: &[u8]) -> io::Result<()> {
    let mut words = head.start.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default().to_owned();
    let path = target.split('?').next().unwrap_or_default();
    let format = match method.as_str() {
        "POST" if path.ends_with("/v1/messages") => Some(Format::Messages),
        "POST" if path.ends_with("/responses") => Some(Format::Responses),
        _ => None,
    };
    let count_tokens = path.ends_with("/count_tokens");
    let is_models = path.ends_with("/models");
    let raw = String::from_utf8_lossy(body);
    let mut request = Request {
        method,
        target,
        headers: head.headers.clone(),
        body: serde_json::from_slice(body).unwrap_or(Value::Null),
        format,
        script: None,
        turn: 0,
        status: 200,
        abandoned: false,
        bytes: body.len(),
    };
    if let Some(format) = format {
        return reply(to, shared, request, format, &raw);
    }
    let reply = match request.method.as_str() {
        "HEAD" => Value::Null,
        "POST" if count_tokens => json!({"input_tokens": (body.len() / 4).max(1)}),
        "GET" if is_models => {
            json!({"data": [], "models": [], "object": "list", "has_more": false})
        }
        _ => {
            request.status = 404;
            json!({"type": "error", "error": {"type": "not_found_error", "message": request.target}})
        }
    };
    let (status, is_head) = (request.status, request.method == "HEAD");
    shared.note(request);
    if is_head {
        return to.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    }
    send_json(to, status, &reply)
}

fn reply(
    to: &mut impl Write,
    shared: &Shared,
    mut request: Request,
    format: Format,
    raw: &str,
) -> io::Result<()> {
    let purpose = conversation::purpose(format, &request.body);
    if let Purpose::Play(cue) = &purpose {
        request.script = Some(cue.script.clone());
        request.turn = cue.turn;
    }
    let session = request.session().unwrap_or_default().to_owned();
    let turn = turn_for(shared, &purpose, &request.body, format, raw);
    let failure = failure_now(shared, &turn, &purpose, session);
    request.status = failure.as_ref().map_or(200, |f| f.status);
    let model = request.body["model"].clone();
    let streams = request.body["stream"].as_bool().unwrap_or(false);
    let number = shared.note(request);
    let sent = match failure {
        Some(failure) => send_failure(to, &failure, format),
        None => play(to, shared, &turn, format, &model, streams),
    };
    if sent.is_err() {
        shared.lock().requests[number].abandoned = true;
        shared.changed.notify_all();
    }
    sent
}

fn turn_for(shared: &Shared, purpose: &Purpose, body: &Value, format: Format, raw: &str) -> Turn {
    let cue = match purpose {
        Purpose::Play(cue) => cue,
        Purpose::Unscripted => return Turn::text("ok"),
        Purpose::Aside => {
            return Turn::text(r#"{"title": "Scripted title", "branch": "scripted"}"#);
        }
        Purpose::Compact(cue) => {
            let marker = cue.as_ref().map(Cue::marker).unwrap_or_default();
            let summary =
                format!("<analysis>short</analysis><summary>Scripted summary. {marker}</summary>");
            return Turn::text(&summary);
        }
    };
    let script = shared.lock().scripts.get(&cue.script).cloned();
    let Some(script) = script else {
        let known: Vec<String> = shared.lock().scripts.keys().cloned().collect();
        let message = format!("no script named {:?}; there are {known:?}", cue.script);
        return Turn::error(400, "invalid_request_error", &message);
    };
    script.turn_at(cue.turn).filled(&|name| match name {
        "cwd" => conversation::cwd(raw),
        "last_result" => Some(conversation::last_result(format, body)),
        "n" => Some(cue.turn.to_string()),
        "model" => body["model"].as_str().map(ToOwned::to_owned),
        "plan_file" => conversation::plan_file(raw),
        _ => None,
    })
}

fn failure_now(
    shared: &Shared,
    turn: &Turn,
    purpose: &Purpose,
    session: String,
) -> Option<Failure> {
    let failure = turn.failure.as_ref()?;
    let Purpose::Play(cue) = purpose else { return Some(failure.clone()) };
    let mut state = shared.lock();
    let failed = state.failed.entry((cue.script.clone(), cue.turn, session)).or_default();
    *failed = failed.saturating_add(1);
    (*failed <= failure.times).then(|| failure.clone())
}

fn send_failure(to: &mut impl Write, failure: &Failure, format: Format) -> io::Result<()> {
    let mut error = json!({"type": failure.kind, "message": failure.message, "code": failure.kind});
    if failure.resets_in.is_some() && format == Format::Responses {
        // Any other kind is tried again by Codex itself.
        error["type"] = "usage_limit_reached".into();
    }
    let headers = failure.resets_in.map(limit_headers).unwrap_or_default();
    send_json_with(to, failure.status, &headers, &json!({"type": "error", "error": error}))
}

/// As the API tells subscribers of their limits; Codex reads those that begin with `x-codex`.
fn limit_headers(resets_in: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let at = now + resets_in;
    format!(
        "anthropic-ratelimit-unified-status: rejected\r\n\
         anthropic-ratelimit-unified-representative-claim: five_hour\r\n\
         anthropic-ratelimit-unified-reset: {at}\r\n\
         x-codex-primary-used-percent: 100\r\n\
         x-codex-primary-window-minutes: 300\r\n\
         x-codex-primary-reset-at: {at}\r\n\
         x-codex-primary-reset-after-seconds: {resets_in}\r\n\
         retry-after: {resets_in}\r\n"
    )
}

fn play(
    to: &mut impl Write,
    shared: &Shared,
    turn: &Turn,
    format: Format,
    model: &Value,
    streams: bool,
) -> io::Result<()> {
    std::thread::sleep(turn.delay);
    if let Some(gate) = &turn.gate {
        pass(shared, gate)?;
    }
    if !streams {
        let whole = match format {
            Format::Messages => messages::message(model, turn),
            Format::Responses => responses::response(model, turn),
        };
        return send_json(to, 200, &whole);
    }
    to.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
          transfer-encoding: chunked\r\n\r\n",
    )?;
    let frames = match format {
        Format::Messages => messages::frames(model, turn),
        Format::Responses => responses::frames(model, turn),
    };
    for frame in frames {
        match frame {
            Frame::Event(event) => send_event(to, &event)?,
            Frame::Pause => std::thread::sleep(turn.pace),
            Frame::Gate(gate) => pass(shared, &gate)?,
        }
    }
    to.write_all(b"0\r\n\r\n")
}

fn pass(shared: &Shared, gate: &str) -> io::Result<()> {
    if shared.pass(gate) { Ok(()) } else { Err(io::ErrorKind::ConnectionAborted.into()) }
}

fn send_event(to: &mut impl Write, event: &Value) -> io::Result<()> {
    let name = event["type"].as_str().unwrap_or("message");
    let text = format!("event: {name}\ndata: {event}\n\n");
    to.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())
}

fn send_json(to: &mut impl Write, status: u16, value: &Value) -> io::Result<()> {
    send_json_with(to, status, "", value)
}

fn send_json_with(
    to: &mut impl Write,
    status: u16,
    headers: &str,
    value: &Value,
) -> io::Result<()> {
    let body = value.to_string();
    let head = format!(
        "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    to.write_all((head + &body).as_bytes())
}
