//! Env files: which variables they set.

use std::fs;
use std::path::Path;

use super::{Detected, text_of};

/// The lines of an env file that set a variable: name and value, without the quotes around it.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let line = line.trim_start();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let name = name.trim_end();
        let is_name =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_name.then(|| (name, unquoted(value.trim())))
    })
}

/// A value without the quotes around it, or the remark behind it.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote))
        {
            return inner;
        }
    }
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end())
}

pub(super) fn detect(root: &Path, found: &mut Detected) {
    let Ok(entries) = fs::read_dir(root) else { return };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name == ".env" || name.starts_with(".env.") || name == ".envrc")
        .filter(|name| ![".example", ".sample", ".template"].iter().any(|end| name.ends_with(end)))
        .collect();
    names.sort();
    for name in names {
        let Some(text) = text_of(&root.join(&name)) else { continue };
        for (variable, value) in lines(&text) {
            if let Ok(port) = value.parse::<u16>()
                && (variable == "PORT" || variable.ends_with("_PORT"))
                && port > 0
            {
                let what = variable.strip_suffix("_PORT").unwrap_or("web");
                let port = found.port(what, port);
                found.port_variables.insert(variable.into(), port);
            }
            let is_database = ["postgres://", "postgresql://", "sqlite:", "file:"]
                .iter()
                .any(|scheme| value.starts_with(scheme));
            if is_database && found.database.is_none() && variable.contains("DATABASE") {
                found.database = Some((variable.into(), value.into()));
            }
        }
        found.env_files.push(name);
    }
    if !found.env_files.is_empty() {
        found.note(format!("{}: copied, where git ignores them", found.env_files.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_set_a_variable_are_read() {
        let text =
            "# A=0\nA=1\nexport B=\"two words\"\n C = 'c' # remark\nD=x # y\nnot a line\n=z\n";
        let read: Vec<_> = lines(text).collect();
        assert_eq!(read, [("A", "1"), ("B", "two words"), ("C", "c"), ("D", "x")]);
    }
}
