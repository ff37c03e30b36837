//! Packages that manifests require, read line by line: a manifest is often half-written.

use crate::facts::{FileFacts, Requirement};
use crate::language::Manifest;

/// The requirements of a manifest.
pub(crate) fn facts(manifest: Manifest, text: &str) -> FileFacts {
    let mut requirements = Vec::new();
    let mut section = String::new();
    for (line, number) in text.lines().zip(1u32..) {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        let found = match manifest {
            Manifest::Cargo => cargo(line, &mut section),
            Manifest::Npm => npm(line, &mut section),
            Manifest::PyProject => pyproject(line, &mut section),
            Manifest::Pip => pip(line),
            Manifest::GoMod => go(line, &mut section),
        };
        requirements.extend(found.map(|(package, version)| Requirement {
            package: package.into(),
            version: version.trim().into(),
            line: number,
        }));
    }
    FileFacts { requirements, ..FileFacts::default() }
}

type Found<'t> = Option<(&'t str, &'t str)>;

fn header<'t>(line: &'t str, section: &mut String) -> Option<&'t str> {
    let name = line.strip_prefix('[')?.trim_end_matches(']').trim_start_matches('[');
    name.clone_into(section);
    Some(name)
}

fn cargo<'t>(line: &'t str, section: &mut String) -> Found<'t> {
    if header(line, section).is_some() || !section.ends_with("dependencies") {
        return None;
    }
    let (name, value) = line.split_once('=')?;
    let name = name.trim().split('.').next()?;
    let version = value.split_once("version").map_or(value, |(_, rest)| rest);
    Some((name, quoted(version).unwrap_or_default()))
}

fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let rest = &text[start + 1..];
    Some(&rest[..rest.find(['"', '\''])?])
}

fn npm<'t>(line: &'t str, section: &mut String) -> Found<'t> {
    let (name, value) = line.split_once(':')?;
    let name = quoted(name)?;
    if value.trim().starts_with('{') {
        name.clone_into(section);
        return None;
    }
    section.to_ascii_lowercase().ends_with("dependencies").then_some(())?;
    Some((name, quoted(value)?))
}

fn pyproject<'t>(line: &'t str, section: &mut String) -> Found<'t> {
    if header(line, section).is_some() {
        return None;
    }
    if section.ends_with("dependencies") && section.contains("poetry") {
        let (name, value) = line.split_once('=')?;
        return Some((name.trim(), quoted(value)?));
    }
    if line.starts_with("dependencies") || line.starts_with("requires") {
        return None;
    }
    let is_item = line.starts_with(['"', '\'']) && !line.contains(" = ");
    is_item.then(|| quoted(line)).flatten().and_then(pip)
}

fn pip(line: &str) -> Found<'_> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let end = line.find(|c| !part(c)).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let version = if rest.starts_with('[') {
        rest.split_once(']').map_or("", |(_, rest)| rest)
    } else {
        rest
    };
    name.starts_with(char::is_alphanumeric).then_some((name, version))
}

fn go<'t>(line: &'t str, section: &mut String) -> Found<'t> {
    let opens = line.strip_suffix('(');
    if let Some(name) = opens {
        name.trim().clone_into(section);
        return None;
    }
    if line == ")" {
        section.clear();
        return None;
    }
    let line = match line.strip_prefix("require ") {
        Some(rest) => rest,
        None if section == "require" => line,
        None => return None,
    };
    let mut words = line.split_whitespace();
    Some((words.next()?, words.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(manifest: Manifest, text: &str) -> Vec<String> {
        let facts = facts(manifest, text);
        facts
            .requirements
            .iter()
            .map(|r| format!("{} {} :{}", r.package, r.version, r.line))
            .collect()
    }

    #[test]
    fn each_manifest_gives_its_packages() {
        let cargo = "[package]\nname = \"x\"\n[dependencies]\nserde = { version = \"1\", features = [] }\ntoml = \"2\"\n";
        assert_eq!(told(Manifest::Cargo, cargo), ["serde 1 :4", "toml 2 :5"]);
        let npm = "{\n\"name\": \"x\",\n\"devDependencies\": {\n\"vite\": \"^8\"\n}\n}";
        assert_eq!(told(Manifest::Npm, npm), ["vite ^8 :4"]);
        let python = "[project]\ndependencies = [\n  \"httpx[http2]>=0.2\",\n]\n";
        assert_eq!(told(Manifest::PyProject, python), ["httpx >=0.2 :3"]);
        assert_eq!(told(Manifest::Pip, "# a\nflask==3\n-r other.txt\n"), ["flask ==3 :2"]);
        let go = "module x\nrequire (\n\tgithub.com/a/b v1.2.3\n)\nrequire c v1\n";
        assert_eq!(told(Manifest::GoMod, go), ["github.com/a/b v1.2.3 :3", "c v1 :5"]);
    }
}
