//! What a `callboard.toml` can run, loosen or reach: its powers, which it has once a person has approved them.
//!
//! Not among them: `rules.deny`, which only restrains; `limits`, `ports` and the pool's size, which are numbers;
//! `bring`, `clone` and `templates`, whose files are of the checkout and are written into the worktree alone.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Confine, DatabaseKind, Project, SweepRule, Worktrees};

/// One thing that a configuration can run, loosen or reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Power {
    /// Where it stands, such as `rules.allow`.
    pub setting: String,
    /// What stands there.
    pub says: String,
}

impl fmt::Display for Power {
    /// One line that shows all of it: what would hide or reorder text on a terminal is written out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in format!("{} {}", self.setting, self.says).chars() {
            if is_hidden(c) {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

const BASE: &str = "base";
const CHECKS: &str = "checks";
const OF_CHECKS: &str = "checks.";
const CONFINE: &str = "confine.";
const LEAD: &str = "agents.lead";
const DENY: &str = "rules.deny";

/// What a person is asked to approve of a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerSet {
    /// What it can do; their order in the file does not matter.
    pub powers: BTreeSet<Power>,
    /// What it denies: no power, but taking one away is.
    pub deny: BTreeSet<String>,
}

impl PowerSet {
    /// What this configuration can do.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let mut found = Vec::new();
        let mut add = |setting: String, says: &str| {
            found.push(Power { setting, says: says.to_owned() });
        };
        if let Some(base) = &project.base {
            add(BASE.into(), base);
        }
        checks(project, &mut add);
        worktrees(&project.worktrees, &mut add);
        for (name, value) in &project.environment {
            add(format!("environment.{name}"), value);
        }
        database(project, &mut add);
        for (name, resource) in &project.resources {
            for (hook, lines) in [("take", &resource.take), ("give", &resource.give)] {
                for line in lines {
                    add(format!("resources.{name}.{hook}"), line);
                }
            }
        }
        if let Some(mode) = &project.agents.mode {
            add("agents.mode".into(), mode);
        }
        if project.agents.lead {
            add(LEAD.into(), "true");
        }
        for (name, agent) in &project.agents.acp {
            let words: Vec<String> = agent.command.iter().map(|word| quoted(word)).collect();
            add(format!("agents.acp.{name}.command"), &words.join(" "));
            for (variable, value) in &agent.environment {
                add(format!("agents.acp.{name}.environment.{variable}"), value);
            }
        }
        for rule in &project.rules.allow {
            add("rules.allow".into(), rule);
        }
        if project.rules.sweeps != SweepRule::Refuse {
            add("rules.sweeps".into(), project.rules.sweeps.word());
        }
        Self {
            powers: found.into_iter().collect(),
            deny: project.rules.deny.iter().cloned().collect(),
        }
    }

    /// Whether whoever approved `other` has approved this: the same powers, and nothing denied less.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.powers == other.powers && self.deny.is_superset(&other.deny)
    }

    /// A worktree or an agent made without these powers would not be what its team meant. Rules, resources and checks
    /// only wait, and a person answers meanwhile.
    #[must_use]
    pub fn holds_starts_up(&self) -> bool {
        let is_asked_later = |power: &Power| {
            let setting = &power.setting;
            setting == CHECKS
                || setting.starts_with(OF_CHECKS)
                || setting.starts_with(CONFINE)
                || setting == LEAD
                || setting.starts_with("rules.")
                || setting.starts_with("resources.")
        };
        !self.powers.iter().all(is_asked_later)
    }

    /// The lines that came since `before` was approved, and those that went, denials among them.
    #[must_use]
    pub fn changes_since(&self, before: &Self) -> (Vec<String>, Vec<String>) {
        let lines =
            |some: Vec<&Power>| some.into_iter().map(ToString::to_string).collect::<Vec<_>>();
        let added = lines(self.powers.difference(&before.powers).collect());
        let mut removed = lines(before.powers.difference(&self.powers).collect());
        let denied = before.deny.difference(&self.deny).cloned();
        removed.extend(denied.map(|says| Power { setting: DENY.into(), says }.to_string()));
        (added, removed)
    }

    /// Its lines, as they are shown.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.powers.iter().map(ToString::to_string).collect()
    }

    fn base(&self) -> Option<&str> {
        self.powers.iter().find(|power| power.setting == BASE).map(|power| power.says.as_str())
    }
}

fn checks(project: &Project, add: &mut impl FnMut(String, &str)) {
    for check in &project.checks {
        add(CHECKS.into(), &check.run);
        if check.network {
            add(format!("{OF_CHECKS}network"), &check.run);
        }
        for (name, list) in [("services", &check.services), ("writes", &check.writes)] {
            for one in list {
                add(format!("{OF_CHECKS}{name}"), &format!("{one} for {}", check.run));
            }
        }
    }
    let confine = &project.confine;
    for (name, is_set) in [("off", confine.off), ("network", confine.network)] {
        if is_set {
            add(format!("{CONFINE}{name}"), "true");
        }
    }
    for (name, list) in [("services", &confine.services), ("writes", &confine.writes)] {
        for one in list {
            add(format!("{CONFINE}{name}"), one);
        }
    }
}

fn worktrees(worktrees: &Worktrees, add: &mut impl FnMut(String, &str)) {
    if worktrees.folder != Worktrees::default().folder {
        add("worktrees.folder".into(), &worktrees.folder);
    }
    for folder in &worktrees.share {
        add("worktrees.share".into(), folder);
    }
    for (name, lines) in [("setup", &worktrees.setup), ("teardown", &worktrees.teardown)] {
        for line in lines {
            add(format!("worktrees.{name}"), line);
        }
    }
    if let Some(command) = &worktrees.run.command {
        add("worktrees.run.command".into(), command);
    }
}

fn database(project: &Project, add: &mut impl FnMut(String, &str)) {
    let Some(database) = &project.database else { return };
    let kind = match database.kind {
        DatabaseKind::Postgres => "postgres",
        DatabaseKind::Sqlite => "sqlite",
    };
    add("database.kind".into(), kind);
    add("database.variable".into(), &database.variable);
    let texts =
        [("url", &database.url), ("template", &database.template), ("file", &database.file)];
    for (name, text) in texts {
        if let Some(text) = text {
            add(format!("database.{name}"), text);
        }
    }
    for line in &database.migrate {
        add("database.migrate".into(), line);
    }
}

/// A word of a command line, told apart from two.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@+,%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("{word:?}")
    }
}

impl Project {
    /// The configuration without its powers, restrained as the last approved one was.
    #[must_use]
    pub fn without_powers(&self, approved: Option<&PowerSet>) -> Self {
        let mut project = self.clone();
        project.base = approved.and_then(PowerSet::base).map(str::to_owned);
        project.checks.clear();
        // Its limits are numbers.
        let Confine { memory_mb, processes, disk_mb, files, .. } = project.confine;
        project.confine = Confine { memory_mb, processes, disk_mb, files, ..Confine::default() };
        let usual = Worktrees::default();
        project.worktrees.folder = usual.folder;
        project.worktrees.share = usual.share;
        project.worktrees.setup = usual.setup;
        project.worktrees.teardown = usual.teardown;
        project.worktrees.run.command = None;
        project.environment.clear();
        project.database = None;
        // One without its hooks would be taken without being made ready.
        project
            .resources
            .retain(|_, resource| resource.take.is_empty() && resource.give.is_empty());
        project.agents.mode = None;
        project.agents.lead = false;
        project.agents.acp.clear();
        project.rules.allow.clear();
        project.rules.sweeps = SweepRule::Refuse;
        let denied = approved.into_iter().flat_map(|approved| &approved.deny);
        for rule in denied {
            if !project.rules.deny.contains(rule) {
                project.rules.deny.push(rule.clone());
            }
        }
        project
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Project {
        serde_json::from_str(json).unwrap()
    }

    const ALL: &str = r#"{
        "base": "trunk", "checks": ["make test", {"run": "make lint", "network": true, "services": ["localhost:1"], "writes": ["~/x"]}],
        "check_seconds": 60, "confine": {"off": true, "network": true, "services": [":2"], "writes": ["/y"], "processes": 7},
        "worktrees": {"folder": "/elsewhere", "share": ["node_modules"], "clone": ["target"], "setup": ["make", "npm ci"],
            "teardown": "make down", "run": {"command": "npm run dev"}, "pool": 3, "bring": [".env"]},
        "ports": {"names": ["web"]},
        "environment": {"PATH": "/evil"},
        "database": {"url": "postgres://far/app", "migrate": "make migrate"},
        "resources": {"stack": {"take": "up", "give": "down"}, "seat": {"capacity": 2}},
        "agents": {"model": "large", "mode": "bypassPermissions", "lead": true,
            "acp": {"other": {"command": ["other", "a b"], "environment": {"KEY": "1"}}}},
        "limits": {"running": 2},
        "rules": {"allow": ["Bash(make*)"], "deny": ["Bash(git push*)"]}
    }"#;

    #[test]
    fn all_that_runs_loosens_or_reaches_is_a_power() {
        let set = PowerSet::of(&read(ALL));
        assert_eq!(
            set.lines(),
            [
                "agents.acp.other.command other \"a b\"",
                "agents.acp.other.environment.KEY 1",
                "agents.lead true",
                "agents.mode bypassPermissions",
                "base trunk",
                "checks make lint",
                "checks make test",
                "checks.network make lint",
                "checks.services localhost:1 for make lint",
                "checks.writes ~/x for make lint",
                "confine.network true",
                "confine.off true",
                "confine.services :2",
                "confine.writes /y",
                "database.kind postgres",
                "database.migrate make migrate",
                "database.url postgres://far/app",
                "database.variable DATABASE_URL",
                "environment.PATH /evil",
                "resources.stack.give down",
                "resources.stack.take up",
                "rules.allow Bash(make*)",
                "worktrees.folder /elsewhere",
                "worktrees.run.command npm run dev",
                "worktrees.setup make",
                "worktrees.setup npm ci",
                "worktrees.share node_modules",
                "worktrees.teardown make down",
            ]
        );
        assert!(set.holds_starts_up());
        assert!(PowerSet::of(&Project::default()).powers.is_empty());
        let rules = PowerSet::of(&read(r#"{"rules": {"allow": ["Read"]}}"#));
        assert!(!rules.holds_starts_up());
        assert!(!PowerSet::of(&read(r#"{"checks": "make test"}"#)).holds_starts_up());
        let loose = r#"{"checks": [{"run": "a", "network": true}], "confine": {"off": true}}"#;
        assert!(!PowerSet::of(&read(loose)).holds_starts_up());
    }

    #[test]
    fn without_powers_nothing_is_left_but_what_restrains() {
        let approved = PowerSet::of(&read(r#"{"base": "main", "rules": {"deny": ["Bash(rm*)"]}}"#));
        let project = read(ALL).without_powers(Some(&approved));
        assert_eq!(PowerSet::of(&project).lines(), ["base main"]);
        assert_eq!(project.rules.deny, ["Bash(git push*)", "Bash(rm*)"]);
        assert_eq!((project.limits.running, project.worktrees.pool), (2, 3));
        assert_eq!(project.confine.processes, 7);
        assert_eq!(project.resources.keys().collect::<Vec<_>>(), ["seat"]);
        let project = read(ALL).without_powers(None);
        assert!(PowerSet::of(&project).powers.is_empty());
    }

    #[test]
    fn the_order_in_the_file_does_not_matter_and_denying_less_does() {
        let of = |json: &str| PowerSet::of(&read(json));
        let one = of(r#"{"rules": {"allow": ["A", "B"], "deny": ["C"]}}"#);
        let other = of(r#"{"rules": {"deny": ["C"], "allow": ["B", "A", "B"]}}"#);
        assert_eq!(one, other);
        assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
        let more = of(r#"{"rules": {"allow": ["A", "B"], "deny": ["C", "D"]}}"#);
        assert!(more.is_within(&one) && !one.is_within(&more));
        let (added, removed) = of(r#"{"rules": {"allow": ["A", "E"]}}"#).changes_since(&one);
        assert_eq!(added, ["rules.allow E"]);
        assert_eq!(removed, ["rules.allow B", "rules.deny C"]);
    }

    #[test]
    fn a_line_hides_nothing() {
        let power =
            Power { setting: "worktrees.setup".into(), says: "evil\r\x1b[2Kmake \u{202e}x".into() };
        assert_eq!(power.to_string(), "worktrees.setup evil\\u{d}\\u{1b}[2Kmake \\u{202e}x");
    }
}
