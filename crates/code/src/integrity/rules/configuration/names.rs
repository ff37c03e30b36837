//! What settings of checkers mean, by their names: which way lets more through.

use super::known::{BEGINS, BESIDE, LEAST, LEAST_OF_COVERAGE, LENIENT, MOST, NAMES, STRICT};
use super::lists::listed;
use crate::integrity::settings::{LIST, Setting};

/// What a setting says of what is let through.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Gate {
    /// A number below which something fails.
    Least(f64),
    /// A number above which something fails.
    Most(f64),
    /// How a rule counts: off, told, an error, one that cannot be silenced.
    Level(u8),
    /// A switch that makes a checker strict.
    Strict(bool),
    /// A switch that makes it lenient.
    Lenient(bool),
    /// An item of a list of what is checked: the list and the item.
    Checked(String, String),
    /// An item of a list of what is left out.
    Unchecked(String, String),
    /// A set of rules that is taken over.
    Preset(String),
    /// Options of a runner.
    Options,
    /// What a warning counts for.
    Warning,
}

impl Gate {
    /// How little it lets through; none of items of lists.
    pub(super) fn rank(&self) -> Option<f64> {
        Some(match self {
            Self::Least(number) => *number,
            Self::Most(number) => -number,
            Self::Level(level) => f64::from(*level),
            Self::Strict(is_on) => f64::from(u8::from(*is_on)),
            Self::Lenient(is_on) => f64::from(u8::from(!is_on)),
            _ => return None,
        })
    }

    /// Whether two say how much is let through in the same way.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// Whether more is let through where it is not said any more.
    pub(super) fn is_gone_weaker(&self) -> bool {
        match self {
            Self::Least(_) | Self::Most(_) => true,
            Self::Level(level) => *level > 1,
            Self::Strict(is_on) => *is_on,
            _ => false,
        }
    }

    /// Whether more is let through where it is newly said.
    pub(super) fn is_come_weaker(&self) -> bool {
        matches!(self, Self::Level(0) | Self::Strict(false) | Self::Lenient(true))
    }
}

/// A name in lower case without `-` and `_`.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).collect::<String>().to_ascii_lowercase()
}

pub(super) fn is_configuration(name: &str) -> bool {
    NAMES.contains(&name) || BEGINS.iter().any(|begin| name.starts_with(begin))
}

/// Whether a path names nothing of the program's own code.
pub(super) fn is_beside(path: &str) -> bool {
    let lower = path.to_ascii_lowercase().replace("\\.", ".");
    let padded = format!("{lower}/");
    BESIDE.iter().any(|word| padded.contains(word))
}

/// The levels of linters, by how they are written.
fn level(text: &str) -> Option<u8> {
    Some(match text.trim() {
        "off" | "allow" | "none" | "0" | "null" | "ignore" => 0,
        "info" | "hint" | "information" => 1,
        "warn" | "warning" | "1" => 2,
        "error" | "deny" | "2" => 3,
        "forbid" => 4,
        _ => return None,
    })
}

pub(super) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text
        .trim()
        .trim_end_matches('%')
        .trim_end_matches(|c: char| c.is_ascii_alphabetic())
        .trim();
    text.replace('_', "").parse().ok()
}

/// The rule that a level is of: `rules/x/[]` and `lints/x/level` are of `x`.
pub(super) fn rule_of(setting: &Setting) -> &str {
    let mut names = setting
        .path
        .iter()
        .rev()
        .filter(|part| *part != LIST && *part != "level" && *part != "severity");
    names.next().map_or("", String::as_str)
}

/// What a setting of a file means; several where it is a list in one text.
pub(super) fn gate(file: &str, setting: &Setting) -> Vec<Gate> {
    if setting.is_under("exclude_lines")
        || setting.is_under("exclude_also")
        || setting.is_under("excludelines")
    {
        return Vec::new();
    }
    let name = plain(setting.name());
    let is_linter = ["eslint", "oxlint", "biome", "stylelint", "tslint", "markdownlint", "xo."]
        .iter()
        .any(|word| file.contains(word));
    if let Some(gate) = leveled(file, setting, is_linter) {
        return vec![gate];
    }
    if let Some(gate) = switched(file, setting, &name) {
        return vec![gate];
    }
    if let Some(gate) = counted(file, setting, &name) {
        return vec![gate];
    }
    match name.as_str() {
        "addopts" => return vec![Gate::Options],
        "filterwarnings" => return vec![Gate::Warning],
        "extends" if is_linter || file == "package.json" => {
            return vec![Gate::Preset(setting.value.clone())];
        }
        _ => {}
    }
    let is_flat = file.starts_with("eslint.config.")
        && setting.is_item()
        && setting.path.iter().all(|part| part == LIST);
    if is_flat && !setting.value.contains("gnore") {
        return vec![Gate::Preset(setting.value.clone())];
    }
    listed(file, setting, is_linter)
}

fn leveled(file: &str, setting: &Setting, is_linter: bool) -> Option<Gate> {
    let rule = rule_of(setting);
    let is_report = rule.starts_with("report") && rule.len() > 8;
    let is_modes = plain(rule) == "typecheckingmode";
    if is_modes {
        let rank = ["off", "basic", "standard", "strict"]
            .iter()
            .position(|mode| *mode == setting.value)?;
        return Some(Gate::Level(u8::try_from(rank).unwrap_or(0)));
    }
    if plain(rule) == "followimports" {
        let rank = ["skip", "silent", "normal"].iter().position(|mode| *mode == setting.value)?;
        return Some(Gate::Level(u8::try_from(rank + 1).unwrap_or(0)));
    }
    let in_rules = setting
        .path
        .iter()
        .any(|part| part == "rules" || part.contains("lints") || part == "severity")
        && (is_linter
            || file.contains("Cargo")
            || file == "package.json"
            || file == "vite.config.ts")
        || (file == "deny.toml" && !setting.is_item())
        || is_report;
    // Options of a rule stand deeper, or later in its list.
    let at = setting.path.iter().position(|part| part == rule)?;
    let deeper = setting.path[at + 1..]
        .iter()
        .any(|part| part != LIST && part != "level" && part != "severity");
    if !in_rules || deeper {
        return None;
    }
    let by_truth = || {
        truth(&setting.value)
            .filter(|_| is_report || file.contains("stylelint") || file.contains("tslint"))
            .map(|is_on| if is_on { 3 } else { 0 })
    };
    Some(Gate::Level(level(&setting.value).or_else(by_truth)?))
}

fn switched(file: &str, setting: &Setting, name: &str) -> Option<Gate> {
    let state = truth(&setting.value)
        .or_else(|| setting.value.contains("process.env.CI").then_some(true))?;
    let is_of_linter = setting.is_under("linter")
        || setting.is_under("lint")
        || (file.contains("biome") && !setting.is_under("formatter") && !setting.is_under("vcs"));
    let is_strict = STRICT.contains(&name)
        || (matches!(name, "enabled" | "enable")
            && (is_of_linter || setting.is_under("status") || setting.is_under("typecheck")))
        || (matches!(name, "branch" | "all")
            && setting.path.iter().any(|part| {
                let part = part.to_ascii_lowercase();
                part == "run"
                    || part.contains("coverage")
                    || part.contains("nyc")
                    || part.contains("c8")
            }))
        || (name == "all" && (file.contains("nyc") || file.contains("c8")))
        || (name == "tests" && file.contains("golangci") && setting.is_under("run"))
        || (matches!(name, "project" | "patch") && file.contains("codecov"))
        || (name == "default" && setting.is_under("status") && file.contains("codecov"));
    if is_strict {
        return Some(Gate::Strict(state));
    }
    if file == "tox.ini"
        && setting.path.first().is_some_and(|section| section.starts_with("testenv"))
    {
        return None;
    }
    let is_global = !setting.is_under("overrides")
        && !setting.path.iter().any(|part| part.starts_with("mypy-"));
    let is_lenient = LENIENT.contains(&name) || (name == "ignoremissingimports" && is_global);
    is_lenient.then_some(Gate::Lenient(state))
}

fn counted(file: &str, setting: &Setting, name: &str) -> Option<Gate> {
    let value = number(&setting.value)?;
    if setting.is_under("formatter")
        || setting.is_under("black")
        || setting.is_under("isort")
        || (name == "linelength" && (file.contains("ruff") || file == "pyproject.toml"))
    {
        return None;
    }
    let of_coverage =
        ["threshold", "coverage", "status", "nyc", "c8"].iter().any(|word| setting.is_under(word))
            || ["nyc", "c8", "codecov", "testcoverage", "octocov"]
                .iter()
                .any(|word| file.contains(word));
    if setting.is_under("funlen") {
        return Some(Gate::Most(value));
    }
    if LEAST.contains(&name) || (of_coverage && LEAST_OF_COVERAGE.contains(&name)) {
        return Some(Gate::Least(value));
    }
    let in_rules = setting.is_under("rules");
    let is_rule_number = in_rules
        && setting.path.iter().any(|part| {
            let part = part.rsplit('/').next().unwrap_or(part);
            part == "complexity" || part.starts_with("max-") || part.contains("complexity")
        })
        && !setting.path.iter().any(|part| part.contains("max-len"));
    let is_most = MOST.contains(&name)
        || is_rule_number
        || (file.contains("clippy") && name.contains("threshold"))
        || (name == "threshold" && file.contains("codecov"))
        || (name == "limit" && file.contains("size-limit"));
    is_most.then_some(Gate::Most(value))
}
