use std::io::{Read, Write};
use std::net::TcpStream;

use callboard_testkit::model_server::Format;
use callboard_testkit::{ModelServer, Script, Turn};
use serde_json::{Value, json};

/// Sends one request and reads the whole answer.
fn post(server: &ModelServer, path: &str, body: &Value) -> String {
    let mut stream = TcpStream::connect(server.url().strip_prefix("http://").unwrap()).unwrap();
    let body = body.to_string();
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.1\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn messages(prompt: &str) -> Value {
    json!({
        "model": "m", "tools": [{"name": "Bash"}],
        "messages": [{"role": "user", "content": prompt}],
    })
}

#[test]
fn a_turn_fails_first_and_then_plays() {
    let flaky = Turn::text("recovered").fail_first(2, 529, "overloaded_error", "Overloaded");
    let server = ModelServer::with([Script::new("flaky").turn(flaky)]);
    let request = messages("[[script:flaky]]");
    for expected in ["529", "529", "200"] {
        let answer = post(&server, "/v1/messages?beta=true", &request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{answer}");
    }
    let statuses: Vec<u16> = server.played("flaky").iter().map(|r| r.status).collect();
    assert_eq!(statuses, [529, 529, 200]);
}

#[test]
fn an_unknown_script_is_refused_by_name() {
    let server = ModelServer::with([Script::new("known")]);
    let answer = post(&server, "/v1/messages", &messages("[[script:unknown]]"));
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains(r#"no script named \"unknown\""#), "{answer}");
}

#[test]
fn a_held_reply_waits_for_its_release() {
    let server = ModelServer::with([Script::new("held").turn(Turn::text("now").gate("door"))]);
    std::thread::scope(|scope| {
        let reply = scope.spawn(|| {
            let body = json!({"model": "m", "stream": true, "input": "[[script:held]]"});
            post(&server, "/v1/responses", &body)
        });
        server.wait_until_held("door");
        assert!(!reply.is_finished());
        server.release("door");
        assert!(reply.join().unwrap().contains("response.completed"));
    });
    assert_eq!(server.requests()[0].format, Some(Format::Responses));
}

#[test]
fn other_paths_are_answered_as_probes() {
    let server = ModelServer::start();
    let answer = post(&server, "/v1/messages/count_tokens?beta=true", &messages("hello"));
    assert!(answer.contains("input_tokens"), "{answer}");
    assert!(post(&server, "/elsewhere", &json!({})).starts_with("HTTP/1.1 404 "));
}
