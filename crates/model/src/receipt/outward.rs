//! What leaves the machine, as far as commands and tools show it.

use super::OutwardKind;
use crate::check::command::{base, program};
use crate::shell::{CommandLine, Simple};

/// Programs with a subcommand that sends something out: program, words that follow it, what it is.
const COMMANDS: [(&str, &[&str], OutwardKind); 34] = [
    ("git", &["push"], OutwardKind::Push),
    ("jj", &["git", "push"], OutwardKind::Push),
    ("gh", &["pr", "create"], OutwardKind::Publish),
    ("gh", &["pr", "merge"], OutwardKind::Publish),
    ("gh", &["release", "create"], OutwardKind::Publish),
    ("gh", &["issue", "create"], OutwardKind::Message),
    ("gh", &["issue", "comment"], OutwardKind::Message),
    ("gh", &["pr", "comment"], OutwardKind::Message),
    ("gh", &["pr", "review"], OutwardKind::Message),
    ("glab", &["mr", "create"], OutwardKind::Publish),
    ("glab", &["issue", "create"], OutwardKind::Message),
    ("npm", &["publish"], OutwardKind::Publish),
    ("pnpm", &["publish"], OutwardKind::Publish),
    ("yarn", &["npm", "publish"], OutwardKind::Publish),
    ("yarn", &["publish"], OutwardKind::Publish),
    ("cargo", &["publish"], OutwardKind::Publish),
    ("twine", &["upload"], OutwardKind::Publish),
    ("uv", &["publish"], OutwardKind::Publish),
    ("poetry", &["publish"], OutwardKind::Publish),
    ("gem", &["push"], OutwardKind::Publish),
    ("docker", &["push"], OutwardKind::Publish),
    ("podman", &["push"], OutwardKind::Publish),
    ("kubectl", &["apply"], OutwardKind::Deploy),
    ("helm", &["upgrade"], OutwardKind::Deploy),
    ("helm", &["install"], OutwardKind::Deploy),
    ("terraform", &["apply"], OutwardKind::Deploy),
    ("pulumi", &["up"], OutwardKind::Deploy),
    ("vercel", &["deploy"], OutwardKind::Deploy),
    ("netlify", &["deploy"], OutwardKind::Deploy),
    ("fly", &["deploy"], OutwardKind::Deploy),
    ("flyctl", &["deploy"], OutwardKind::Deploy),
    ("wrangler", &["deploy"], OutwardKind::Deploy),
    ("firebase", &["deploy"], OutwardKind::Deploy),
    ("gcloud", &["app", "deploy"], OutwardKind::Deploy),
];

/// Programs that send messages whatever they are given.
const MAILERS: [&str; 5] = ["mail", "mailx", "sendmail", "msmtp", "mutt"];

/// Options of `curl` that send something.
const SENDS: [&str; 7] =
    ["-d", "--data", "--data-raw", "--data-binary", "--json", "-F", "--upload-file"];

/// What a command line sends out, if anything.
#[must_use]
pub(super) fn of_command(text: &str) -> Option<OutwardKind> {
    let line = crate::purpose::unwrap_shell(CommandLine::parse(text));
    line.commands.iter().find_map(of_simple)
}

fn of_simple(command: &Simple) -> Option<OutwardKind> {
    let words = program(&command.words);
    let (first, rest) = words.split_first()?;
    let name = base(first);
    if rest.iter().any(|word| word == "--dry-run") {
        return None;
    }
    if MAILERS.contains(&name) {
        return Some(OutwardKind::Message);
    }
    if name == "curl" {
        return sends(rest).then_some(OutwardKind::Message);
    }
    let plain: Vec<&str> = match name {
        "git" => crate::purpose::git_arguments(rest).iter().map(String::as_str).collect(),
        _ => rest.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect(),
    };
    let is_it = |(program, sub, _): &&(&str, &[&str], OutwardKind)| {
        *program == name && plain.starts_with(sub)
    };
    COMMANDS.iter().find(is_it).map(|(_, _, kind)| *kind)
}

/// Whether `curl` sends something beyond this machine.
fn sends(words: &[String]) -> bool {
    let is_local = |word: &String| {
        ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"].iter().any(|host| word.contains(host))
    };
    let method = words.windows(2).any(|two| {
        matches!(two[0].as_str(), "-X" | "--request")
            && matches!(two[1].as_str(), "POST" | "PUT" | "PATCH" | "DELETE")
    });
    let has_body = words.iter().any(|word| SENDS.contains(&word.as_str()));
    (method || has_body) && !words.iter().any(is_local)
}

/// What a tool sends out, by the words of its name; Callboard's own tools stay on the machine.
#[must_use]
pub(super) fn of_tool(name: &str) -> Option<OutwardKind> {
    let name = name.to_lowercase();
    if name.contains("callboard") {
        return None;
    }
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    if has(&["deploy", "deployment"]) && !has(&["get", "list", "read"]) {
        return Some(OutwardKind::Deploy);
    }
    if has(&["publish", "release", "merge"]) && !has(&["get", "list", "read"]) {
        return Some(OutwardKind::Publish);
    }
    let speaks = has(&["send", "post", "reply", "comment"])
        || (has(&["create", "add"]) && has(&["issue", "message", "event", "email", "ticket"]));
    (speaks && !has(&["get", "list", "read", "search"])).then_some(OutwardKind::Message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_machine_is_told_from_what_stays() {
        for (line, kind) in [
            ("cd app && git push origin HEAD", Some(OutwardKind::Push)),
            ("git -C app push", Some(OutwardKind::Push)),
            ("git push --dry-run", None),
            ("git stash push", None),
            ("npm publish --access public", Some(OutwardKind::Publish)),
            ("npm test", None),
            ("gh pr view 3", None),
            ("gh pr create --fill", Some(OutwardKind::Publish)),
            ("curl -d x=1 https://hooks.example.com/a", Some(OutwardKind::Message)),
            ("curl -d x=1 http://localhost:3000/a", None),
            ("curl https://example.com", None),
            ("terraform plan", None),
            ("npx wrangler deploy", Some(OutwardKind::Deploy)),
        ] {
            assert_eq!(of_command(line), kind, "{line}");
        }
        for (tool, kind) in [
            ("mcp__slack__send_message", Some(OutwardKind::Message)),
            ("mcp__linear__create_issue", Some(OutwardKind::Message)),
            ("mcp__linear__list_issues", None),
            ("mcp__callboard__tell", None),
            ("mcp__vercel__deploy_to_vercel", Some(OutwardKind::Deploy)),
            ("Bash", None),
        ] {
            assert_eq!(of_tool(tool), kind, "{tool}");
        }
    }
}
