//! Who may come in by a port: a browser with the cookie of that door, from our own page.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use crate::error::ApiError;

const COOKIE: &str = "callboard";

/// Time after which a browser must sign in anew.
const COOKIE_SECONDS: u64 = 30 * 24 * 3600;

/// The page's own name on this machine, which browsers resolve by themselves (RFC 6761, 6.3). Cookies know no
/// port: by a name that others have, too, the browser would give ours to every development server.
pub const HOST: &str = "callboard.localhost";

/// What every page may do: nothing but talk to us.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A port that browsers come in by.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    /// The names that it is reached by, with the port: a page elsewhere could point its own name here.
    names: Vec<String>,
    /// What a browser must show.
    token: String,
}

impl Door {
    /// The one on loopback.
    pub(crate) fn own(port: u16, token: String) -> Self {
        Self { names: names(port).to_vec(), token }
    }

    /// The one at an address that other machines reach, with a token of its own.
    pub(crate) fn at(address: SocketAddr, token: String) -> Self {
        Self { names: vec![address.to_string()], token }
    }
}

/// Lets a request in that is meant for us, comes from our own page and carries the cookie.
pub(crate) async fn guard(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    // A page elsewhere can make the browser send requests here, or point its own name at this machine.
    if !is_our_host(headers, &door.names) {
        return refused(StatusCode::MISDIRECTED_REQUEST, "this address is not Callboard's");
    }
    if request.uri().path() == "/login" {
        return with_policy(next.run(request).await);
    }
    if !is_our_origin(headers, &door.names) {
        return refused(StatusCode::FORBIDDEN, "another page may not use Callboard");
    }
    if !has_cookie(headers, &door.token) {
        let is_page = headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        if is_page {
            return with_policy((StatusCode::UNAUTHORIZED, Html(LOGIN)).into_response());
        }
        return refused(StatusCode::UNAUTHORIZED, "this browser is not signed in to Callboard");
    }
    with_policy(next.run(request).await)
}

fn refused(status: StatusCode, text: &str) -> Response {
    with_policy(
        ApiError::new(
            status,
            format!("{text}; nothing was changed"),
            "open it with `callboard up`",
        )
        .into_response(),
    )
}

fn with_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set("content-security-policy", POLICY);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "no-referrer");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn is_our_host(headers: &HeaderMap, names: &[String]) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    names.iter().any(|name| host.eq_ignore_ascii_case(name))
}

fn is_our_origin(headers: &HeaderMap, names: &[String]) -> bool {
    if let Some(site) = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok())
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    match headers.get(header::ORIGIN).map(|origin| origin.to_str()) {
        None => true,
        Some(Ok(origin)) => names.iter().any(|name| {
            origin.strip_prefix("http://").is_some_and(|o| o.eq_ignore_ascii_case(name))
        }),
        Some(Err(_)) => false,
    }
}

fn names(port: u16) -> [String; 4] {
    [
        format!("{HOST}:{port}"),
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
    ]
}

fn has_cookie(headers: &HeaderMap, token: &str) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .any(|(name, value)| name == COOKIE && is_same(value, token))
}

/// Compares in a time that does not tell how much is right.
fn is_same(given: &str, token: &str) -> bool {
    given.len() == token.len()
        && given.bytes().zip(token.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// What signs a browser in.
#[derive(Deserialize)]
pub(crate) struct Login {
    token: String,
}

/// Gives the cookie to who has the token: the file that `callboard up` opens posts it here, so that
/// it stands in no address.
pub(crate) async fn login(
    Extension(door): Extension<Arc<Door>>,
    Form(login): Form<Login>,
) -> Response {
    if !is_same(login.token.trim(), &door.token) {
        return with_policy((StatusCode::UNAUTHORIZED, Html(LOGIN)).into_response());
    }
    let cookie = format!(
        "{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={COOKIE_SECONDS}",
        door.token
    );
    let mut response = Response::new(Body::from(ENTERED));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The browser goes on by itself, from our own page, so that a strict cookie comes along.
const ENTERED: &str = "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=\"0; url=/\">\
    <title>Callboard</title>";

const LOGIN: &str = "<!doctype html><html lang=en><meta charset=utf-8>\
<meta name=viewport content=\"width=device-width\"><title>Callboard</title>\
<style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:26rem;margin:18vh auto;padding:0 1rem}\
input,button{font:inherit;padding:.4rem .6rem}input{width:100%;box-sizing:border-box;margin:.25rem 0 .75rem}code{font-family:ui-monospace,monospace}</style>\
<h1 style=\"font-size:1.1rem\">This browser is not signed in</h1>\
<p>Run <code>callboard up</code> on this machine: it opens the board, signed in.</p>\
<form method=post action=/login><label>Or paste what <code>callboard token</code> prints\
<input name=token type=password autocomplete=off required></label><button>Open the board</button></form>";

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(k, v)| (k.parse::<header::HeaderName>().unwrap(), v.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_our_own_names_are_our_host() {
        assert!(is_our_host(&headers(&[("host", "127.0.0.1:4000")]), &names(4000)));
        assert!(is_our_host(&headers(&[("host", "LOCALHOST:4000")]), &names(4000)));
        assert!(is_our_host(&headers(&[("host", "callboard.localhost:4000")]), &names(4000)));
        assert!(!is_our_host(&headers(&[("host", "t12.localhost:4000")]), &names(4000)));
        assert!(!is_our_host(&headers(&[("host", "evil.example:4000")]), &names(4000)));
        assert!(!is_our_host(&headers(&[("host", "127.0.0.1:4001")]), &names(4000)));
        assert!(!is_our_host(&headers(&[]), &names(4000)));
    }

    #[test]
    fn a_door_for_others_knows_its_own_address_only() {
        let door = Door::at("192.168.1.5:4000".parse().unwrap(), "its own".into());
        assert!(is_our_host(&headers(&[("host", "192.168.1.5:4000")]), &door.names));
        assert!(!is_our_host(&headers(&[("host", "127.0.0.1:4000")]), &door.names));
        assert!(!is_our_host(&headers(&[("host", "evil.example:4000")]), &door.names));
        assert!(is_our_origin(&headers(&[("origin", "http://192.168.1.5:4000")]), &door.names));
    }

    #[test]
    fn another_pages_requests_are_not_ours() {
        assert!(is_our_origin(&headers(&[("origin", "http://localhost:4000")]), &names(4000)));
        assert!(!is_our_origin(&headers(&[("origin", "http://localhost:4001")]), &names(4000)));
        assert!(!is_our_origin(&headers(&[("origin", "null")]), &names(4000)));
        assert!(!is_our_origin(&headers(&[("sec-fetch-site", "cross-site")]), &names(4000)));
        assert!(is_our_origin(&headers(&[]), &names(4000)));
    }

    #[test]
    fn the_cookie_must_be_exact() {
        assert!(has_cookie(&headers(&[("cookie", "a=b; callboard=secret")]), "secret"));
        assert!(!has_cookie(&headers(&[("cookie", "callboard=secre")]), "secret"));
        assert!(!has_cookie(&headers(&[("cookie", "other=secret")]), "secret"));
    }
}
