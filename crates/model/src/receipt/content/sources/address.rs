//! Addresses that are the same however they are written.

use std::collections::BTreeSet;

/// A page or a file, as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Address {
    /// A page: host, path and query.
    Page(String),
    /// A file: its path without `.` and `..`.
    File(String),
}

/// Parameters that say where a reader came from, not what is read.
const TRACKING: [&str; 9] =
    ["fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "yclid", "ref_src"];

/// Hosts of this machine, and names that stand for any (RFC 2606, RFC 6761).
const NOWHERE: [&str; 4] = ["localhost", "0.0.0.0", "[::1]", "::1"];
const NOWHERE_ENDS: [&str; 8] = [
    ".localhost",
    ".local",
    ".test",
    ".invalid",
    ".example",
    "example.com",
    "example.org",
    "example.net",
];

impl Address {
    /// The page that an address of the web names; none for this machine's own, and for those that stand for any.
    pub(super) fn of_page(text: &str) -> Option<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://")?;
        let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
        let rest = rest.split('#').next().unwrap_or_default();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.rsplit('@').next().unwrap_or(host).to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let host = host.strip_suffix(":443").or_else(|| host.strip_suffix(":80")).unwrap_or(host);
        if !is_web || !is_somewhere(host) {
            return None;
        }
        let path = decoded(path);
        let page = match path.trim_end_matches('/') {
            "" => host.to_owned(),
            path => format!("{host}/{path}"),
        };
        let page = other_form(&page).unwrap_or(page);
        Some(Self::Page(with_query(page, query)))
    }

    /// The file that a path names.
    pub(super) fn of_file(path: &str) -> Option<Self> {
        let path = path.trim().replace('\\', "/");
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "." => {}
                "" if !parts.is_empty() => {}
                ".." if parts.last().is_some_and(|last| *last != ".." && !last.is_empty()) => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        let path = parts.join("/");
        (!path.is_empty()).then_some(Self::File(path))
    }

    pub(super) fn is_page(&self) -> bool {
        matches!(self, Self::Page(_))
    }

    pub(super) fn is_file_of(&self, paths: &BTreeSet<&str>) -> bool {
        matches!(self, Self::File(path) if paths.contains(path.as_str()))
    }

    /// Whether this file's whole path ends in `other`.
    pub(super) fn ends_in(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(whole), Self::File(end)) => {
                whole.strip_suffix(end.as_str()).is_some_and(|folder| folder.ends_with('/'))
            }
            _ => false,
        }
    }
}

fn is_somewhere(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host }
    });
    let is_number = name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_private =
        is_number && ["127.", "192.168.", "10."].iter().any(|net| name.starts_with(net));
    let stands_for_any = NOWHERE_ENDS.iter().any(|end| {
        name.strip_suffix(end)
            .is_some_and(|front| end.starts_with('.') || front.is_empty() || front.ends_with('.'))
    });
    name.contains('.') && !is_private && !NOWHERE.contains(&name) && !stands_for_any
}

/// Bytes that are written as `%7E` though they need not be, as they are; others in capitals (RFC 3986, 6.2.2).
fn decoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3);
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        let Some((code, byte)) = code.zip(byte) else {
            out.push('%');
            rest = &rest[at + 1..];
            continue;
        };
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&code.to_uppercase());
        }
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
    out
}

fn with_query(page: String, query: &str) -> String {
    let is_told = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or_default();
        !name.is_empty() && !name.starts_with("utm_") && !TRACKING.contains(&name)
    };
    let mut parameters: Vec<&str> = query.split('&').filter(is_told).collect();
    parameters.sort_unstable();
    if parameters.is_empty() { page } else { format!("{page}?{}", parameters.join("&")) }
}

/// The page of what is also served in another form: a file of GitHub as it is, a paper of arXiv as a PDF.
fn other_form(page: &str) -> Option<String> {
    if let Some(rest) = page.strip_prefix("raw.githubusercontent.com/") {
        let mut parts = rest.splitn(3, '/');
        let (owner, name, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let rest = rest.strip_prefix("refs/heads/").unwrap_or(rest);
        return Some(format!("github.com/{owner}/{name}/blob/{rest}"));
    }
    let paper = page.strip_prefix("arxiv.org/")?;
    let paper = ["abs/", "pdf/", "html/"].iter().find_map(|form| paper.strip_prefix(form))?;
    let paper = paper.strip_suffix(".pdf").unwrap_or(paper);
    let version = paper.rfind('v').filter(|at| {
        let digits = &paper[at + 1..];
        *at > 0 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    Some(format!("arxiv.org/abs/{}", version.map_or(paper, |at| &paper[..at])))
}
