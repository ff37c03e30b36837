//! `docs/configuration.md` has every setting, with the default that it has.

use std::collections::BTreeMap;

use callboard_model::project::{AcpAgent, Database, Project, Resource, Template};
use serde_json::{Value, to_value};

/// Settings whose names are their user's, or that are not there by default.
fn examples() -> [(&'static str, Value); 4] {
    [
        ("worktrees.templates", to_value(Template::default()).unwrap()),
        ("database", to_value(Database::default()).unwrap()),
        ("resources.NAME", to_value(Resource::default()).unwrap()),
        ("agents.acp.NAME", to_value(AcpAgent::default()).unwrap()),
    ]
}

fn collect(prefix: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let name =
                    if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                collect(&name, value, into);
            }
        }
        Value::Null => {
            into.insert(prefix.to_owned(), "not set".to_owned());
        }
        value => {
            into.insert(prefix.to_owned(), format!("`{value}`"));
        }
    }
}

#[test]
fn every_setting_is_told_with_its_default() {
    let mut has = BTreeMap::new();
    collect("", &to_value(Project::default()).unwrap(), &mut has);
    for (prefix, example) in examples() {
        collect(prefix, &example, &mut has);
    }
    let text = include_str!("../../../../docs/configuration.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let told: BTreeMap<String, String> = rows
        .filter_map(|row| {
            let (name, rest) = row.split_once("` | ")?;
            Some((name.to_owned(), rest.split_once(" | ")?.0.to_owned()))
        })
        .collect();
    assert_eq!(told, has);
}

#[test]
fn the_example_can_be_read() {
    let text = include_str!("../../../../docs/configuration.md");
    let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("callboard.toml"), example).unwrap();
    let read = callboard_engine::project::read(dir.path()).unwrap();
    assert_eq!(read.worktrees.templates[0].replace.len(), 2);
    assert_eq!(read.resources["device"].take, ["adb connect test-device"]);
}
