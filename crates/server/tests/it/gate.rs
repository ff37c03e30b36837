//! Who may come in, and what a page may do.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use callboard_testkit::HermeticHome;
use callboard_testkit::daemon::Client;

use crate::scene::{Server, TOKEN};

#[test]
fn only_our_own_page_with_the_cookie_comes_in() {
    let home = HermeticHome::new();
    let server = Server::start(&home);
    let client = server.client();
    let stranger = client.stranger();
    assert_eq!(client.get("/api/workspaces").status, 200);
    assert_eq!(stranger.get("/api/workspaces").status, 401);
    let status =
        |header: (&str, &str)| client.request("GET", "/api/workspaces", &[header], b"").status;
    let port = server.port;
    assert_eq!(status(("host", &format!("localhost:{port}"))), 200);
    assert_eq!(status(("host", "evil.example")), 421);
    assert_eq!(status(("host", &format!("evil.example:{port}"))), 421);
    assert_eq!(status(("origin", "http://evil.example")), 403);
    assert_eq!(status(("origin", "null")), 403);
    assert_eq!(status(("sec-fetch-site", "cross-site")), 403);
    assert_eq!(status(("sec-fetch-site", "same-site")), 403);
    assert_eq!(status(("sec-fetch-site", "same-origin")), 200);
    assert_eq!(status(("cookie", "callboard=0123456789abcdef0123456789abcdeF")), 401);
    // The stream and the page stand behind the same door.
    assert_eq!(stranger.get("/api/stream").status, 401);
    assert_eq!(stranger.get("/").status, 401);
    assert_eq!(client.send("POST", "/api/shutdown", &serde_json::Value::Null).status, 404);
}

#[test]
fn a_wrong_token_gives_no_cookie() {
    let home = HermeticHome::new();
    let server = Server::start(&home);
    let stranger = server.client().stranger();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let sign_in = |token: &str| {
        stranger.request("POST", "/login", &form, format!("token={token}").as_bytes())
    };
    let refused = sign_in("nonsense");
    assert_eq!((refused.status, refused.header("set-cookie")), (401, None));
    let cookie = sign_in(TOKEN).header("set-cookie").unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}

#[test]
fn a_door_for_other_machines_opens_to_a_token_of_its_own() {
    let home = HermeticHome::new();
    let own = "fedcba9876543210fedcba9876543210";
    let server = Server::start_at(&home, Some(([127, 0, 0, 2].into(), own.to_owned())));
    let far = format!("http://127.0.0.2:{}/", server.port);
    let guest = Client::sign_in(&far, own);
    assert_eq!(guest.get("/api/workspaces").status, 200);
    let here = server.client();
    assert_eq!(here.get("/api/workspaces").status, 200);
    let with = |client: &Client, header: (&str, &str)| {
        client.request("GET", "/api/workspaces", &[header], b"").status
    };
    let cookie = |token: &str| format!("callboard={token}");
    assert_eq!(with(&guest, ("cookie", &cookie(TOKEN))), 401, "each door has its own token");
    assert_eq!(with(&here, ("cookie", &cookie(own))), 401);
    assert_eq!(with(&guest, ("host", &format!("127.0.0.1:{}", server.port))), 421);
    assert_eq!(with(&guest, ("host", &format!("evil.example:{}", server.port))), 421);
}

#[test]
fn every_answer_says_what_a_page_may_do() {
    let home = HermeticHome::new();
    let server = Server::start(&home);
    let client = server.client();
    let answers = [
        client.get("/"),
        client.get("/api/workspaces"),
        client.get("/api/nothing"),
        client.stranger().get("/"),
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy").unwrap();
        for part in ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("script-src 'self' 'unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert!(answer.header("access-control-allow-origin").is_none());
        assert!(!answer.text().contains(TOKEN));
    }
}

#[test]
fn the_socket_is_for_its_user_alone() {
    let home = HermeticHome::new();
    let _server = Server::start(&home);
    let path = home.callboard_home().join("callboard.sock");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut socket = UnixStream::connect(&path).unwrap();
    let request = "GET /api/workspaces HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    let home = HermeticHome::new();
    let server = Server::start(&home);
    let body = serde_json::json!({"path": "x".repeat(callboard_server::limits::BODY_BYTES + 1)});
    assert_eq!(server.client().send("POST", "/api/workspaces", &body).status, 413);
}
