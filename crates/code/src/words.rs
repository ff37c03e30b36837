//! Files of other languages: identifiers, variables and options; and files of settings.

use std::collections::HashMap;

use crate::facts::{FileFacts, Key, KeyKind, KeyRole, Reference, Role};
use crate::keys;
use crate::language::file_name;

/// The identifiers of a text, line by line; comments of the usual kinds are left out.
pub(crate) fn facts(text: &str) -> FileFacts {
    let mut facts = FileFacts::default();
    let mut known: HashMap<&str, u32> = HashMap::new();
    for (line, number) in text.lines().zip(1u32..) {
        let trimmed = line.trim_start();
        if ["#", "//", "*", "/*", "<!--", ";"].iter().any(|mark| trimmed.starts_with(mark)) {
            continue;
        }
        for (at, word) in identifiers(line) {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            let name = *known.entry(word).or_insert_with(|| {
                facts.names.push(word.into());
                next
            });
            let called = line[at + word.len()..].starts_with('(');
            let role = if called { Role::Call } else { Role::Read };
            let (qualifier, arguments) = (None, None);
            let reference =
                Reference { name, qualifier, line: number, role, arguments, open: false };
            facts.references.push(reference);
            let before = &line[..at];
            let is_variable = before.ends_with('$') || before.ends_with("${");
            if is_variable && keys::is_variable(word) {
                facts.keys.push(key(KeyKind::Variable, word, KeyRole::Use, number));
            }
        }
        for word in
            line.split([' ', '"', '\'', '`', '(', ')', ',']).filter(|word| word.starts_with("--"))
        {
            let flag = keys::flag(word);
            facts.keys.extend(flag.map(|flag| key(KeyKind::Flag, &flag, KeyRole::Use, number)));
        }
    }
    facts
}

fn key(kind: KeyKind, name: &str, role: KeyRole, line: u32) -> Key {
    Key { kind, name: name.into(), role, line, columns: Vec::new() }
}

/// The identifiers of a line of more than two characters, each with its place.
fn identifiers(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.split(move |c: char| !part(c)).filter_map(move |word| {
        let is_name = word.len() > 2 && !word.starts_with(|c: char| c.is_ascii_digit());
        is_name.then(|| (word.as_ptr() as usize - line.as_ptr() as usize, word))
    })
}

/// The variables and settings that a file of settings gives.
pub(crate) fn settings(path: &str, text: &str) -> FileFacts {
    let is_env = file_name(path).starts_with(".env") || path.ends_with(".env");
    let mut facts = FileFacts::default();
    let mut around: Vec<(usize, String)> = Vec::new();
    let mut section = String::new();
    for (line, number) in text.lines().zip(1u32..) {
        let trimmed = line.trim_start().trim_start_matches("- ").trim_start_matches("export ");
        if trimmed.starts_with(['#', ';']) || trimmed.starts_with("//") {
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.trim_matches(['[', ']']).clone_into(&mut section);
            continue;
        }
        let Some((name, sign)) = name_of(trimmed) else { continue };
        if keys::is_variable(name) && (is_env || sign == '=' || sign == ':') {
            facts.keys.push(key(KeyKind::Variable, name, KeyRole::Define, number));
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        around.retain(|(deeper, _)| *deeper < indent);
        let outer = around.last().map_or(section.as_str(), |(_, outer)| outer);
        let full = if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") };
        if full != name && name.len() > 3 {
            facts.keys.push(key(KeyKind::Setting, name, KeyRole::Define, number));
        }
        facts.keys.push(key(KeyKind::Setting, &full, KeyRole::Define, number));
        around.push((indent, full));
    }
    facts
}

/// The name that a line gives a value to, and by which sign.
fn name_of(line: &str) -> Option<(&str, char)> {
    let at = line.find([':', '='])?;
    let name = line[..at].trim_end().trim_matches(['"', '\'']);
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_name =
        name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(part);
    is_name.then(|| (name, char::from(line.as_bytes()[at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_their_paths() {
        let told = |path, text| -> Vec<String> {
            settings(path, text)
                .keys
                .iter()
                .map(|key| format!("{:?} {}", key.kind, key.name))
                .collect()
        };
        assert_eq!(told(".env", "# a\nexport PORT=1\n"), ["Variable PORT"]);
        let yaml = told("a.yml", "server:\n  port: 1\n  host: x\n");
        assert_eq!(
            yaml,
            [
                "Setting server",
                "Setting port",
                "Setting server.port",
                "Setting host",
                "Setting server.host"
            ]
        );
        assert_eq!(told("a.toml", "[ui]\ntheme = 1\n"), ["Setting theme", "Setting ui.theme"]);
    }

    #[test]
    fn a_script_uses_variables_and_options() {
        let found = facts("# no $HOME1\nrun --dry-run $PORT frob(1)\n");
        let keys: Vec<&str> = found.keys.iter().map(|key| &*key.name).collect();
        assert_eq!(keys, ["PORT", "--dry-run"]);
        assert!(found.references.iter().any(|r| r.role == Role::Call && found.name(r) == "frob"));
    }
}
