//! The variables of a worktree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::template::{Names, render};
use super::{Equip, EquipError, Equipped, database};

/// The variables of everything that runs in the worktree.
pub(super) fn of(
    equip: &Equip<'_>,
    equipped: &Equipped,
) -> Result<BTreeMap<String, String>, EquipError> {
    let mut variables = BTreeMap::new();
    let mut set = |name: &str, value: String| variables.insert(name.to_owned(), value);
    set("CALLBOARD_WORKTREE", equip.name.to_owned());
    set("CALLBOARD_ROOT", equip.root.to_string_lossy().into_owned());
    if let Some(task) = equip.task {
        set("CALLBOARD_TASK", task.to_owned());
    }
    set("COMPOSE_PROJECT_NAME", compose_name(equip));
    for (name, port) in &equipped.ports {
        set(&format!("CALLBOARD_PORT_{}", upper(name)), port.to_string());
    }
    if let Some(port) = first_port(equip, equipped) {
        set("PORT", port.to_string());
    }
    if let Some((variable, url)) = database::variable(equip, equipped)? {
        set(&variable, url);
    }
    let names = Names::of(equip, equipped);
    for (name, value) in &equip.project.environment {
        let value = render(value, |name| names.value(name)).map_err(|unknown| {
            EquipError::new(
                "set a variable",
                format!("`environment.{name}` has {unknown}; nothing was written"),
                "docs/configuration.md lists what can stand in a template",
            )
        })?;
        set(name, value);
    }
    Ok(variables)
}

/// Where the development server answers.
pub(super) fn url(equip: &Equip<'_>, equipped: &Equipped) -> Result<Option<String>, EquipError> {
    let Some(url) = &equip.project.worktrees.run.url else {
        return Ok(first_port(equip, equipped).map(|port| format!("http://localhost:{port}")));
    };
    let names = Names::of(equip, equipped);
    render(url, |name| names.value(name)).map(Some).map_err(|unknown| {
        EquipError::new(
            "tell the server's address",
            format!("`worktrees.run.url` has {unknown}"),
            "docs/configuration.md lists what can stand in a template",
        )
    })
}

/// The port that is named first.
fn first_port(equip: &Equip<'_>, equipped: &Equipped) -> Option<u16> {
    equipped.ports.get(equip.project.ports.names.first()?).copied()
}

fn upper(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}

/// A name of lower-case letters, digits and `_` that tells the worktree.
pub(super) fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = name.chars().map(plain).collect();
    name.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

/// Repository and worktree: containers, networks and volumes of two are never the same.
fn compose_name(equip: &Equip<'_>) -> String {
    let repository = equip.root.file_name().unwrap_or_default().to_string_lossy();
    slug(&format!("{repository}_{}", equip.name))
}

/// Whether a file sets variables, by its name.
pub(super) fn is_env_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == ".env" || name.starts_with(".env.") || name == ".envrc" || name.ends_with(".env")
}

/// An env file in which the variables that the worktree sets have its values; all else is as it was.
pub(super) fn set_variables(content: &[u8], variables: &BTreeMap<String, String>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(content) else { return content.to_owned() };
    let set = |line: &str| {
        let (before, value) = line.split_once('=')?;
        let own = variables.get(name_in(before))?;
        let end = if value.ends_with("\r\n") {
            "\r\n"
        } else if value.ends_with('\n') {
            "\n"
        } else {
            ""
        };
        let is_plain =
            own.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@%+,?&=".contains(&b));
        let own = if is_plain { own.clone() } else { format!("\"{}\"", own.replace('"', "\\\"")) };
        Some(format!("{before}={own}{end}"))
    };
    text.split_inclusive('\n')
        .map(|line| set(line).unwrap_or_else(|| line.to_owned()))
        .collect::<String>()
        .into()
}

/// The variables to which an env file gives other values than the worktree has for them.
pub(super) fn set_otherwise(content: &[u8], variables: &BTreeMap<String, String>) -> Vec<String> {
    let wanted = set_variables(content, variables);
    let lines = |content: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(content).lines().map(str::to_owned).collect()
    };
    let pairs = lines(content).into_iter().zip(lines(&wanted));
    let other = pairs.filter(|(present, own)| present != own);
    let mut names: Vec<String> = other
        .filter_map(|(present, _)| Some(name_in(present.split_once('=')?.0).to_owned()))
        .collect();
    names.dedup();
    names
}

/// The name of the variable that a line of an env file sets, by what stands before its `=`.
fn name_in(before: &str) -> &str {
    before.trim().trim_start_matches("export ").trim()
}

/// The variables as a shell reads them: `export NAME='value'`, a line each.
#[must_use]
pub fn shell_text(variables: &BTreeMap<String, String>) -> String {
    variables.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "export {name}='{}'", value.replace('\'', r"'\''"));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_env_file_gets_the_worktrees_values() {
        let variables = [("PORT", "20001"), ("URL", "a b")];
        let variables = variables.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        let text = "# PORT=1\nPORT=3000 # web\nexport URL='x'\r\nAPI_PORT=4000\nSECRET=a=b";
        let set = set_variables(text.as_bytes(), &variables);
        assert_eq!(
            String::from_utf8(set).unwrap(),
            "# PORT=1\nPORT=20001\nexport URL=\"a b\"\r\nAPI_PORT=4000\nSECRET=a=b"
        );
        assert_eq!(set_otherwise(text.as_bytes(), &variables), ["PORT", "URL"]);
        assert_eq!(set_otherwise(b"PORT=20001\nA=1\n\xff", &variables), [""; 0]);
        assert_eq!(shell_text(&variables), "export PORT='20001'\nexport URL='a b'\n");
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("T12-Refactor Écran--x"), "t12_refactor_cran_x");
    }
}
