//! A client of the daemon's HTTP API, as a browser is one: with its cookie and its origin.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use serde_json::Value;

use crate::http::{self, Chunks, Head};
use crate::limits;

/// Reaches one server, with the cookies that it set.
#[derive(Debug, Clone)]
pub struct Client {
    authority: String,
    cookies: Vec<String>,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        http::header(&self.headers, name)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none, or when the status is not a success.
    #[must_use]
    pub fn json(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }
}

impl Client {
    /// Signs in at the server of a URL with the user's token, and keeps the cookie.
    ///
    /// # Panics
    /// When nothing answers there, or the token is refused.
    #[must_use]
    pub fn sign_in(url: &str, token: &str) -> Self {
        let rest = url.strip_prefix("http://").unwrap_or_else(|| panic!("no http URL: {url}"));
        let authority = rest.split('/').next().unwrap_or(rest).to_owned();
        let mut client = Self { authority, cookies: Vec::new() };
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let body = format!("token={token}");
        let response = client.request("POST", "/login", &form, body.as_bytes());
        let set = response.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie"));
        client.cookies =
            set.filter_map(|(_, cookie)| cookie.split(';').next().map(str::to_owned)).collect();
        assert!(!client.cookies.is_empty(), "no cookie: {} {}", response.status, response.text());
        client
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// The same server for somebody who has no cookie.
    #[must_use]
    pub fn stranger(&self) -> Self {
        Self { authority: self.authority.clone(), cookies: Vec::new() }
    }

    /// Asks for a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path, &[], b"")
    }

    /// Sends JSON to a path.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Response {
        let origin = self.origin();
        let headers = [("content-type", "application/json"), ("origin", origin.as_str())];
        self.request(method, path, &headers, body.to_string().as_bytes())
    }

    /// Sends any request. A header that is given replaces the client's own of the same name.
    ///
    /// # Panics
    /// When the connection breaks, or no answer comes in time.
    #[must_use]
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let answer = self.exchange(method, path, headers, body);
        let (head, mut from) = answer.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        let mut response = Vec::new();
        let read = if head.is_chunked() {
            Chunks::new(&mut from).read_to_end(&mut response)
        } else {
            let length = head.content_length().unwrap_or(u64::MAX);
            from.take(length).read_to_end(&mut response)
        };
        read.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
        Response { status: status(&head), headers: head.headers, body: response }
    }

    /// Follows the events of a path.
    ///
    /// # Panics
    /// When the answer is no event stream.
    #[must_use]
    pub fn events(&self, path: &str) -> EventStream {
        self.events_with(path, &[])
    }

    /// Follows the events of a path, with header fields such as `last-event-id`.
    ///
    /// # Panics
    /// When the answer is no event stream.
    #[must_use]
    pub fn events_with(&self, path: &str, headers: &[(&str, &str)]) -> EventStream {
        let mut all = vec![("accept", "text/event-stream")];
        all.extend(headers);
        let answer = self.exchange("GET", path, &all, b"");
        let (head, from) = answer.unwrap_or_else(|e| panic!("{path}: {e}"));
        let kind = head.header("content-type").unwrap_or_default();
        assert!(status(&head) == 200 && kind.starts_with("text/event-stream"), "{path}: {head:?}");
        let lines: Box<dyn BufRead + Send> = if head.is_chunked() {
            Box::new(BufReader::new(Chunks::new(from)))
        } else {
            Box::new(from)
        };
        EventStream { lines }
    }

    fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<(Head, BufReader<TcpStream>)> {
        let mut stream = TcpStream::connect(&self.authority)?;
        stream.set_read_timeout(Some(limits::WAIT))?;
        let mut all = vec![("host", self.authority.clone()), ("connection", "close".to_owned())];
        if !self.cookies.is_empty() {
            all.push(("cookie", self.cookies.join("; ")));
        }
        if !body.is_empty() {
            all.push(("content-length", body.len().to_string()));
        }
        all.retain(|(name, _)| !headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)));
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        let given = headers.iter().map(|(name, value)| (*name, *value));
        for (name, value) in all.iter().map(|(name, value)| (*name, value.as_str())).chain(given) {
            head += &format!("{name}: {value}\r\n");
        }
        // In one piece: a server that answers and closes before it has read a body resets the connection.
        stream.write_all(&[(head + "\r\n").as_bytes(), body].concat())?;
        let mut from = BufReader::new(stream);
        let head = http::read_head(&mut from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok((head, from))
    }
}

fn status(head: &Head) -> u16 {
    head.start.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// A server-sent event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its id: where a reader resumes.
    pub id: String,
    /// Its type; `message` without one.
    pub name: String,
    /// Its data.
    pub data: String,
}

impl Event {
    /// The data as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|e| panic!("{e}: {}", self.data))
    }
}

/// Events of the server, one after the other.
pub struct EventStream {
    lines: Box<dyn BufRead + Send>,
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventStream")
    }
}

impl EventStream {
    /// Waits for the next event that `wanted` accepts; those in front of it are passed over.
    ///
    /// # Panics
    /// When the stream ends or nothing comes in time.
    pub fn wait_for(&mut self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        self.find(|event| wanted(event))
            .unwrap_or_else(|| panic!("the stream ended without {what}"))
    }
}

impl Iterator for EventStream {
    type Item = Event;

    /// Waits for the next event; `None` when the server has ended the stream.
    fn next(&mut self) -> Option<Event> {
        let mut event = Event { name: "message".to_owned(), ..Event::default() };
        let mut has_data = false;
        let end = Instant::now() + limits::WAIT;
        loop {
            // Comments keep the connection alive, and are no event.
            assert!(Instant::now() < end, "no event in time");
            let mut line = String::new();
            match self.lines.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => panic!("no event in time"),
                Err(_) => return None,
            }
            let line = line.trim_end_matches(['\n', '\r']);
            if line.is_empty() && has_data {
                return Some(event);
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => value.clone_into(&mut event.id),
                "event" => value.clone_into(&mut event.name),
                "data" => {
                    if has_data {
                        event.data.push('\n');
                    }
                    has_data = true;
                    event.data.push_str(value);
                }
                // A comment keeps the connection alive; `retry` is for browsers.
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers connections with these texts, one each; what was asked.
    fn serve(answers: &'static [&str]) -> (String, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/w/1/board", listener.local_addr().unwrap());
        let asked = std::thread::spawn(move || {
            let answer = |answer: &&str| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut from = BufReader::new(&stream);
                let head = http::read_head(&mut from).unwrap().unwrap();
                let body = http::read_request_body(&mut from, &head).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
                let cookie = head.header("cookie").unwrap_or_default();
                format!("{} {cookie}{}", head.start, String::from_utf8(body).unwrap())
            };
            answers.iter().map(answer).collect()
        });
        (url, asked)
    }

    const SIGNED_IN: &str =
        "HTTP/1.1 200 OK\r\nset-cookie: a=1; HttpOnly\r\ncontent-length: 0\r\n\r\n";

    #[test]
    fn signs_in_and_keeps_the_cookie() {
        let (url, asked) = serve(&[
            SIGNED_IN,
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        ]);
        let client = Client::sign_in(&url, "secret");
        assert_eq!(client.get("/api").json(), serde_json::json!({}));
        let asked = asked.join().unwrap();
        assert_eq!(asked, ["POST /login HTTP/1.1 token=secret", "GET /api HTTP/1.1 a=1"]);
    }

    #[test]
    fn reads_events() {
        let (url, asked) = serve(&[
            SIGNED_IN,
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\
             : hello\n\nid: 7\nevent: seq\ndata: {\"a\":\ndata: 1}\n\ndata: x\n\n",
        ]);
        let mut events = Client::sign_in(&url, "secret").events("/events");
        let first = events.next().unwrap();
        assert_eq!((first.id.as_str(), first.name.as_str()), ("7", "seq"));
        assert_eq!(first.json(), serde_json::json!({"a": 1}));
        assert_eq!(events.wait_for("x", |e| e.data == "x").name, "message");
        assert_eq!(events.next(), None);
        asked.join().unwrap();
    }
}
