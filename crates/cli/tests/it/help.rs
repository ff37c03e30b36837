//! What `--help` says.

use callboard_testkit::{Callboard, HermeticHome};
use insta::assert_snapshot;

use crate::scene::told;

#[test]
fn help_of_every_command() {
    let home = HermeticHome::new();
    let callboard = Callboard::built(&home);
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.bind(|| {
        let mut open = vec![String::new()];
        while let Some(path) = open.pop() {
            let words: Vec<&str> = path.split_whitespace().chain(["--help"]).collect();
            let help = callboard.run(words);
            let name = format!("help {path}").trim_end().replace(' ', "_");
            assert_snapshot!(name, told(&help));
            open.extend(commands(&help.stdout).map(|command| format!("{path} {command}")));
        }
    });
    assert!(!home.callboard_home().join("run").exists(), "help starts no daemon");
}

/// The subcommands that a help text lists.
fn commands(help: &str) -> impl Iterator<Item = String> {
    let listed = help.split_once("\nCommands:\n").map_or("", |(_, rest)| rest);
    let listed = listed.split_once("\n\n").map_or(listed, |(listed, _)| listed);
    let names = listed.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?;
        (!name.starts_with(' ')).then(|| name.split(' ').next().unwrap_or_default().to_owned())
    });
    names.collect::<Vec<_>>().into_iter()
}
