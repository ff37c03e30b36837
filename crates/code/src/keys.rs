//! Keys that tie code across languages: routes, events, variables, settings, tables and columns, options.

pub(crate) mod sql;

use crate::facts::{Key, KeyKind, KeyRole};

/// Where a string stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place<'t> {
    /// What is called with it.
    pub(crate) callee: Option<&'t str>,
    /// On what that is called.
    pub(crate) receiver: Option<&'t str>,
}

/// What reads the environment, as `callee` or `receiver.callee`.
const ENVIRONMENT: &[&str] = &[
    "getenv",
    "Getenv",
    "LookupEnv",
    "env::var",
    "env::var_os",
    "environ.get",
    "environ",
    "System.getenv",
    "env.get",
    "setenv",
    "Setenv",
    "env::set_var",
    "env",
    "env!",
    "option_env!",
    "var_os",
    "unsetenv",
    "set_var",
    "remove_var",
];

/// What says that something happened, or listens for it.
const EVENTS_TOLD: &[&str] = &[
    "emit",
    "dispatch",
    "publish",
    "send",
    "invoke",
    "trigger",
    "broadcast",
    "sendSync",
    "postMessage",
    "notify",
];
const EVENTS_HEARD: &[&str] = &[
    "on",
    "once",
    "off",
    "addEventListener",
    "removeEventListener",
    "addListener",
    "removeListener",
    "subscribe",
    "handle",
    "listen",
    "unsubscribe",
];

/// What answers a route, or asks for it.
const ROUTES_ANSWERED: &[&str] = &[
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "all",
    "use",
    "route",
    "HandleFunc",
    "Handle",
    "Get",
    "Post",
    "Put",
    "Patch",
    "Delete",
    "GetMapping",
    "PostMapping",
    "PutMapping",
    "DeleteMapping",
    "PatchMapping",
    "RequestMapping",
    "Path",
    "nest",
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "api_route",
    "add_url_rule",
    "path",
];
const ROUTES_ASKED: &[&str] =
    &["fetch", "request", "axios", "ajax", "open", "url", "NewRequest", "create"];
const ROUTERS: &[&str] =
    &["app", "router", "server", "api", "mux", "blueprint", "bp", "r", "routes", "web", "Router"];

/// What holds settings.
const SETTINGS: &[&str] =
    &["config", "settings", "options", "conf", "cfg", "viper", "preferences", "configuration"];

/// What declares an option of the command line.
const FLAGS: &[&str] = &[
    "add_argument",
    "option",
    "StringVar",
    "BoolVar",
    "IntVar",
    "StringVarP",
    "BoolVarP",
    "IntVarP",
    "Bool",
    "String",
    "Int",
    "Duration",
    "StringP",
    "BoolP",
    "IntP",
    "addOption",
    "requiredOption",
    "StringSliceVarP",
    "arg",
];
const FLAG_SETS: &[&str] = &["flag", "Flags", "flags", "pflag", "PersistentFlags", "fs", "fl"];

/// The text of a literal without its quotes.
pub(crate) fn unquoted(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches('#');
    let text = text.trim_end_matches('#');
    for quote in ["\"\"\"", "'''", "\"", "'", "`"] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.strip_suffix(quote).unwrap_or(inner);
        }
    }
    text
}

/// Whether an expression is the environment: `process.env`.
pub(crate) fn is_environment(object: &str) -> bool {
    matches!(object, "process.env" | "import.meta.env" | "os.environ" | "Deno.env" | "Bun.env")
}

/// The key that a string is, by where it stands.
pub(crate) fn of_string(text: &str, place: Place<'_>, line: u32) -> Option<Key> {
    let key = |kind, name: &str, role| {
        Some(Key { kind, name: name.into(), role, line, columns: Vec::new() })
    };
    if let Some(flag) = flag(text) {
        let declares = place.callee.is_some_and(|callee| FLAGS.contains(&callee));
        let role = if declares { KeyRole::Define } else { KeyRole::Use };
        return key(KeyKind::Flag, &flag, role);
    }
    let callee = place.callee?;
    let receiver = place.receiver.unwrap_or_default();
    let is_one_of = |list: &[&str]| list.contains(&callee);
    if is_variable(text) && (is_one_of(ENVIRONMENT) || is_variable_read(receiver, callee)) {
        return key(KeyKind::Variable, text, KeyRole::Use);
    }
    if let Some(route) = route(text) {
        let is_router = ROUTERS.contains(&receiver) || receiver.ends_with("outer");
        if is_one_of(ROUTES_ASKED) {
            return key(KeyKind::Route, &route, KeyRole::Use);
        }
        if is_one_of(ROUTES_ANSWERED) {
            let is_annotation = callee.ends_with("Mapping") || receiver.is_empty();
            let role = if is_router || is_annotation { KeyRole::Define } else { KeyRole::Use };
            return key(KeyKind::Route, &route, role);
        }
        return None;
    }
    if !is_name(text) {
        return None;
    }
    if FLAG_SETS.contains(&receiver) && is_one_of(FLAGS) {
        return key(KeyKind::Flag, &format!("--{text}"), KeyRole::Define);
    }
    if !receiver.is_empty() && is_one_of(EVENTS_TOLD) && text.len() > 2 {
        return key(KeyKind::Event, text, KeyRole::Use);
    }
    if !receiver.is_empty() && is_one_of(EVENTS_HEARD) && text.len() > 2 {
        return key(KeyKind::Event, text, KeyRole::Define);
    }
    let holds = |name: &str| {
        let is_value = name.starts_with(char::is_lowercase);
        let name = name.to_ascii_lowercase();
        is_value && SETTINGS.iter().any(|settings| name.ends_with(settings))
    };
    if holds(receiver) || (receiver.is_empty() && holds(callee)) {
        return key(KeyKind::Setting, text, KeyRole::Use);
    }
    None
}

fn is_variable_read(receiver: &str, callee: &str) -> bool {
    matches!((receiver, callee), ("env", "var" | "get") | ("environ", "get" | "pop" | "setdefault"))
}

/// A name as variables of the environment have it.
pub(crate) fn is_variable(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_uppercase() || first == b'_')
        && text.len() > 2
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A name with parts: `settings.theme`, `watcher:changed`.
fn is_name(text: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/');
    text.starts_with(char::is_alphabetic) && text.chars().all(part)
}

/// An option's name, without its value: `--dry-run` of `--dry-run <mode>`.
pub(crate) fn flag(text: &str) -> Option<String> {
    let start = text.find("--")?;
    let before = text[..start].trim();
    let is_short = before.is_empty() || (before.starts_with('-') && before.len() <= 3);
    let name = text[start + 2..].split([' ', '=', '<', '[', ',']).next()?;
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_word = name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_short && is_word && name.chars().all(part)).then(|| format!("--{name}"))
}

/// A route with what differs between its places taken out: `/users/:id` and `/users/${id}` are `/users/{}`.
pub(crate) fn route(text: &str) -> Option<String> {
    let text = text
        .split_once("://")
        .map_or(text, |(_, rest)| rest.find('/').map_or("", |slash| &rest[slash..]));
    // A template may begin with the host: `${base}/users`.
    let text = text
        .strip_prefix("${")
        .and_then(|rest| rest.split_once('}'))
        .map_or(text, |(_, rest)| rest);
    let text = text.split(['?', '#']).next()?;
    let has_word = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !text.starts_with('/')
        || text.starts_with("//")
        || !has_word
        || text.contains([' ', '\\', '\n', '*'])
    {
        return None;
    }
    let parts = text.trim_end_matches('/').split('/').map(|part| {
        let differs = part.starts_with([':', '{', '<', '$']) || part.contains("${");
        if differs { "{}" } else { part }
    });
    Some(parts.collect::<Vec<_>>().join("/")).filter(|route| route.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_one_whatever_their_parameters_are_called() {
        for text in [
            "/users/:id",
            "/users/{user}/",
            "/users/<int:id>",
            "/users/${id}?full=1",
            "${base}/users/${x}",
        ] {
            assert_eq!(route(text).as_deref(), Some("/users/{}"), "{text}");
        }
        assert_eq!(route("/ not a route"), None);
        assert_eq!(route("/"), None);
    }

    #[test]
    fn a_string_is_a_key_by_its_place() {
        let kind = |text, callee, receiver| {
            of_string(text, Place { callee, receiver }, 1).map(|key| (key.kind, key.role))
        };
        assert_eq!(
            kind("PORT", Some("getenv"), Some("os")),
            Some((KeyKind::Variable, KeyRole::Use))
        );
        assert_eq!(kind("PORT", Some("print"), None), None);
        assert_eq!(
            kind("changed", Some("emit"), Some("bus")),
            Some((KeyKind::Event, KeyRole::Use))
        );
        assert_eq!(
            kind("changed", Some("on"), Some("bus")),
            Some((KeyKind::Event, KeyRole::Define))
        );
        assert_eq!(kind("-n, --dry-run", None, None), Some((KeyKind::Flag, KeyRole::Use)));
        assert_eq!(
            kind("/users", Some("get"), Some("app")),
            Some((KeyKind::Route, KeyRole::Define))
        );
        assert_eq!(
            kind("/users", Some("get"), Some("client")),
            Some((KeyKind::Route, KeyRole::Use))
        );
    }
}
