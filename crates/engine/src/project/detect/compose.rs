//! Compose files: which ports of this machine their services take.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Detected, text_of};

const FILES: &[&str] =
    &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// A published port.
#[derive(Debug, PartialEq, Eq)]
struct Published<'a> {
    service: &'a str,
    /// As it is written, such as `"5432:5432"`.
    written: &'a str,
    /// The variable that decides it.
    variable: Option<&'a str>,
    /// The port of this machine.
    port: u16,
}

pub(super) fn detect(root: &Path, found: &mut Detected) {
    let Some((file, text)) =
        FILES.iter().find_map(|file| Some((*file, text_of(&root.join(file))?)))
    else {
        return;
    };
    found.note(format!("{file}: containers; COMPOSE_PROJECT_NAME keeps worktrees' apart"));
    let mut replace = BTreeMap::new();
    for published in published(&text) {
        let name = found.port(published.service, published.port);
        match published.variable {
            Some(variable) => {
                found.port_variables.insert(variable.into(), name);
            }
            None => {
                let port = published.port.to_string();
                let template = format!("{{{{port.{name}}}}}");
                replace.insert(
                    published.written.to_owned(),
                    published.written.replacen(&port, &template, 1),
                );
            }
        }
    }
    if !replace.is_empty() {
        found.templates.insert(file.into(), replace);
    }
}

/// The published ports of a Compose file in its usual layout: items of `ports:` of the services, in the
/// short syntax (docs.docker.com/reference/compose-file/services/#ports).
fn published(text: &str) -> Vec<Published<'_>> {
    let mut found = Vec::new();
    let (mut section, mut service, mut service_at, mut ports_at) = ("", "", None, None);
    for line in text.lines() {
        let word = line.trim();
        if word.is_empty() || word.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let key = word.strip_suffix(':').unwrap_or_default();
        if indent == 0 {
            (section, service_at, ports_at) = (key, None, None);
        } else if section == "services" && *service_at.get_or_insert(indent) == indent {
            (service, ports_at) = (key, None);
        }
        if key == "ports" {
            ports_at = Some(indent);
        } else if let Some(at) = ports_at
            && let Some(item) = word.strip_prefix("- ").filter(|_| indent >= at)
        {
            found.extend(published_by(service, item));
        } else if ports_at.is_some_and(|at| indent <= at) {
            ports_at = None;
        }
    }
    found
}

/// `"5432:5432"`, `127.0.0.1:5432:5432`, `${DB_PORT:-5432}:5432`.
fn published_by<'a>(service: &'a str, item: &'a str) -> Option<Published<'a>> {
    let written = item.split(" #").next()?.trim().trim_matches(['"', '\'']);
    if let Some((inside, _)) = written.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
        let (variable, port) = inside.split_once(":-").or_else(|| inside.split_once('-'))?;
        return Some(Published {
            service,
            written,
            variable: Some(variable),
            port: port.parse().ok()?,
        });
    }
    let mut parts = written.rsplit(':');
    parts.next()?;
    let port = parts.next()?.parse().ok()?;
    Some(Published { service, written, variable: None, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_ports_are_found() {
        let text = "version: \"3\"\nservices:\n  db:\n    image: postgres\n    ports:\n      - \"5432:5432\"\n    environment:\n      - A=1:2\n  \
            web:\n    ports:\n    - ${WEB_PORT:-3000}:3000\n    - 127.0.0.1:9229:9229 # debug\nvolumes:\n  db:\n";
        let found = published(text);
        let brief: Vec<_> =
            found.iter().map(|p| (p.service, p.written, p.variable, p.port)).collect();
        assert_eq!(
            brief,
            [
                ("db", "5432:5432", None, 5432),
                ("web", "${WEB_PORT:-3000}:3000", Some("WEB_PORT"), 3000),
                ("web", "127.0.0.1:9229:9229", None, 9229),
            ]
        );
    }
}
