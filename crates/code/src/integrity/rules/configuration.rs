//! Thresholds, lints and lists of what is checked, that let more through.

mod known;
mod lists;
mod names;

use std::collections::BTreeSet;

use callboard_model::receipt::Rule;

use super::finding;
use crate::integrity::command::loosened;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::settings::{self, Kind, LIST, Setting, Value};
use crate::integrity::source::Source;
use crate::integrity::{Found, gone, spot};
use names::{Gate, gate, is_beside, is_configuration};

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in change.files.iter().filter(|file| !file.is_foreign) {
        attributes(change, file, found);
        if !is_configuration(file.name()) {
            continue;
        }
        let (Some(old), Some(new)) = (&file.old, &file.new) else { continue };
        if file.name().ends_with("ignore") {
            ignored(file, new, found);
            continue;
        }
        let (Some(olds), Some(news)) = (gates(file, old), gates(file, new)) else { continue };
        let sides = Sides { file, old, new, olds: &olds, news: &news };
        sides.values(found);
        sides.lists(found);
        sides.options(found);
    }
}

/// A setting that is a gate.
struct Gated {
    setting: Setting,
    gate: Gate,
}

/// The gates of a side of a file; none if it cannot be read.
fn gates(file: &Compared<'_>, side: &Source<'_>) -> Option<Vec<Gated>> {
    let value = settings::read(file.path(), side.text)?;
    let value = without_tests(value)?;
    let gated = value.settings().into_iter().flat_map(|setting| {
        let gates = gate(file.name(), &setting);
        gates.into_iter().map(move |gate| Gated { setting: setting.clone(), gate })
    });
    Some(gated.collect())
}

/// A configuration without the parts that speak of tests, generated code and the like alone.
fn without_tests(value: Value) -> Option<Value> {
    let Value { line, kind } = value;
    let kind = match kind {
        Kind::Map(pairs) => {
            let scope = pairs.iter().find(|(name, value)| {
                matches!(name.as_str(), "files" | "includes" | "include" | "module" | "path")
                    && !matches!(value.kind, Kind::Map(_))
            });
            let has_rules = pairs.iter().any(|(name, _)| {
                matches!(name.as_str(), "rules" | "linter" | "linters" | "overrides" | "extends")
                    || name.starts_with("ignore_")
                    || name.starts_with("disallow")
                    || name.starts_with("disable_")
            });
            let texts = scope.map(|(_, value)| value.settings()).unwrap_or_default();
            if has_rules && !texts.is_empty() && texts.iter().all(|one| is_beside(&one.value)) {
                return None;
            }
            let is_section_of_tests = |name: &str| name.starts_with("mypy-") && is_beside(name);
            let kept = pairs.into_iter().filter(|(name, _)| !is_section_of_tests(name));
            Kind::Map(
                kept.filter_map(|(name, value)| Some((name, without_tests(value)?))).collect(),
            )
        }
        Kind::List(items) => Kind::List(items.into_iter().filter_map(without_tests).collect()),
        text @ Kind::Text(_) => text,
    };
    Some(Value { line, kind })
}

/// Both sides of a configuration.
struct Sides<'c, 't> {
    file: &'c Compared<'t>,
    old: &'c Source<'t>,
    new: &'c Source<'t>,
    olds: &'c [Gated],
    news: &'c [Gated],
}

impl Sides<'_, '_> {
    fn came(&self, line: u32, was: Option<u32>, words: String, found: &mut Found) {
        let before = was.map_or("", |line| self.old.line(line));
        let place = spot(self.file.path(), line);
        found.findings.push(finding(Rule::GateWeakened, place, words, before, self.new.line(line)));
    }

    fn went(&self, line: u32, words: String, found: &mut Found) {
        let path = self.file.file.old_path.unwrap_or(self.file.path());
        let place = gone(path, line);
        found.findings.push(finding(Rule::GateWeakened, place, words, self.old.line(line), ""));
    }

    /// Numbers, levels and switches.
    fn values(&self, found: &mut Found) {
        let mut left: Vec<&Gated> =
            self.news.iter().filter(|one| one.gate.rank().is_some()).collect();
        for old in self.olds {
            let Some(was) = old.gate.rank() else { continue };
            let key = key(old);
            // The same place first, then the same name elsewhere.
            let at = left
                .iter()
                .position(|new| place(new) == place(old) && new.gate.is_like(&old.gate))
                .or_else(|| {
                    left.iter().position(|new| self::key(new) == key && new.gate.is_like(&old.gate))
                });
            let Some(at) = at else {
                let is_left_out = old.gate.is_gone_weaker()
                    && self.file.is_gone(old.setting.line)
                    && !self.is_implied(old);
                if is_left_out {
                    let words = format!("A gate is gone: `{}`.", old.setting.name());
                    self.went(old.setting.line, words, found);
                }
                continue;
            };
            let new = left.remove(at);
            let Some(is) = new.gate.rank() else { continue };
            if is < was {
                let words = format!(
                    "A gate lets more through: `{}` went from {} to {}.",
                    new.setting.name(),
                    old.setting.value,
                    new.setting.value
                );
                self.came(new.setting.line, Some(old.setting.line), words, found);
            }
        }
        for new in left {
            if new.gate.is_come_weaker() && self.file.is_come(new.setting.line) {
                let words =
                    format!("A checker is told to let more through: `{}`.", new.setting.name());
                self.came(new.setting.line, None, words, found);
            }
        }
    }

    /// Whether something that is told now says what was told before: `strict`, a preset, all rules.
    fn is_implied(&self, old: &Gated) -> bool {
        let is_all = |one: &Gated| {
            let name = one.setting.name().to_ascii_lowercase();
            let is_new = self.file.is_come(one.setting.line);
            let says = matches!(
                name.as_str(),
                "strict" | "all" | "recommended" | "pedantic" | "nursery" | "100"
            );
            is_new
                && says
                && one.gate.rank().is_some_and(|rank| rank > 0.0)
                && matches!(old.gate, Gate::Strict(_) | Gate::Level(_) | Gate::Least(_))
        };
        let preset = |one: &Gated| {
            matches!(&one.gate, Gate::Preset(_)) && self.file.is_come(one.setting.line)
        };
        self.news
            .iter()
            .any(|one| is_all(one) || (matches!(old.gate, Gate::Level(_)) && preset(one)))
    }

    /// What is checked, and what is left out of it.
    fn lists(&self, found: &mut Found) {
        let checked = |gated: &[Gated]| -> Vec<(String, String, u32)> {
            let item = |one: &Gated| match &one.gate {
                Gate::Checked(list, item) => Some((list.clone(), item.clone(), one.setting.line)),
                _ => None,
            };
            gated.iter().filter_map(item).collect()
        };
        let unchecked = |gated: &[Gated]| -> Vec<(String, String, u32)> {
            let item = |one: &Gated| match &one.gate {
                Gate::Unchecked(list, item) => Some((list.clone(), item.clone(), one.setting.line)),
                _ => None,
            };
            gated.iter().filter_map(item).collect()
        };
        let (had, has) = (checked(self.olds), checked(self.news));
        let is_in = |all: &[(String, String, u32)], list: &str, item: &str| {
            all.iter().any(|(_, other, _)| covers(other, item) || other == item) && !list.is_empty()
        };
        let come = |list: &str| {
            has.iter().filter(|one| one.0 == list && !is_in(&had, list, &one.1)).count()
        };
        let lost: Vec<_> = had
            .iter()
            .filter(|(list, item, line)| !is_in(&has, list, item) && self.file.is_gone(*line))
            .collect();
        for (list, item, line) in &lost {
            // A path that went for another has moved.
            let is_moved =
                item.contains(['/', '.']) || item.chars().all(|c| c.is_ascii_lowercase());
            let same = lost.iter().filter(|one| one.0 == *list).count();
            if is_moved && come(list) >= same {
                continue;
            }
            self.went(*line, format!("`{item}` is not checked any more (`{list}`)."), found);
        }
        let (was_out, is_out) = (unchecked(self.olds), unchecked(self.news));
        for (list, item, line) in &is_out {
            let had = was_out.iter().any(|(other, was, _)| {
                let is_alike = other == list
                    || is_narrow(list) != is_narrow(other)
                    || other.contains(&**list)
                    || list.contains(&**other);
                (is_alike && covers(was, item))
                    || (is_narrow(list) && covers(was, item.rsplit(' ').next().unwrap_or(item)))
            });
            if !had && self.file.is_come(*line) {
                self.came(
                    *line,
                    None,
                    format!("`{item}` is left out of a check (`{list}`)."),
                    found,
                );
            }
        }
        self.presets(found);
    }

    /// Sets of rules that are taken over: one that went, or a weaker one in its place.
    fn presets(&self, found: &mut Found) {
        let of = |gated: &[Gated]| -> Vec<(String, u32)> {
            let item = |one: &Gated| match &one.gate {
                Gate::Preset(name) => Some((name.clone(), one.setting.line)),
                _ => None,
            };
            gated.iter().filter_map(item).collect()
        };
        let (had, has) = (of(self.olds), of(self.news));
        let lost: Vec<_> =
            had.iter().filter(|(name, _)| !has.iter().any(|(other, _)| other == name)).collect();
        let come: Vec<_> =
            has.iter().filter(|(name, _)| !had.iter().any(|(other, _)| other == name)).collect();
        for (at, (name, line)) in lost.iter().enumerate() {
            let words = format!("A set of rules is not taken over any more: `{name}`.");
            match come.get(at) {
                None => self.went(*line, words, found),
                Some((other, now)) if strictness(other) < strictness(name) => {
                    self.came(
                        *now,
                        Some(*line),
                        format!(
                            "A weaker set of rules is taken over: `{other}` instead of `{name}`."
                        ),
                        found,
                    );
                }
                Some(_) => {}
            }
        }
    }

    /// Options that a runner is always given, and how warnings count.
    fn options(&self, found: &mut Found) {
        let text = |gated: &[Gated]| -> (String, u32) {
            let all: Vec<&Gated> =
                gated.iter().filter(|one| matches!(one.gate, Gate::Options)).collect();
            let joined =
                all.iter().map(|one| one.setting.value.as_str()).collect::<Vec<_>>().join(" ");
            (joined, all.first().map_or(1, |one| one.setting.line))
        };
        let ((was, at), (is, now)) = (text(self.olds), text(self.news));
        if let Some(words) = loosened(&was, &is).filter(|_| was != is) {
            let words = format!("What runs the tests {words}.");
            if is.is_empty() {
                self.went(at, words, found)
            } else {
                self.came(now, Some(at), words, found)
            }
        }
        let errors = |gated: &[Gated]| -> Vec<u32> {
            gated
                .iter()
                .filter(|one| one.gate == Gate::Warning && one.setting.value.starts_with("error"))
                .map(|one| one.setting.line)
                .collect()
        };
        let (was, is) = (errors(self.olds), errors(self.news));
        if let Some(line) = was.first().filter(|_| is.is_empty()) {
            self.went(*line, "Warnings are no errors any more where tests run.".to_owned(), found);
        }
    }
}

/// Where a gate stands; items of lists in whatever place.
fn place(one: &Gated) -> String {
    one.setting
        .path
        .iter()
        .filter(|part| *part != LIST)
        .map(|part| names::plain(part))
        .collect::<Vec<_>>()
        .join("/")
}

fn key(one: &Gated) -> String {
    names::rule_of(&one.setting).to_owned()
}

/// Whether an item of a list holds another: `E` does `E501`, `src` does `src/app`, all does each.
fn covers(one: &str, other: &str) -> bool {
    let bare = |text: &str| {
        text.trim_end_matches(['*', '/'])
            .trim_start_matches("./")
            .trim_start_matches("**/")
            .to_owned()
    };
    let (one_bare, other_bare) = (bare(one), bare(other));
    one == other
        || one_bare.is_empty()
        || matches!(one_bare.to_ascii_lowercase().as_str(), "all" | ".")
        || (other_bare.starts_with(&one_bare) && {
            let rest = &other_bare[one_bare.len()..];
            rest.is_empty()
                || rest.starts_with(['/', '.'])
                || rest.chars().all(|c| c.is_ascii_digit())
        })
}

/// Whether a list leaves something out for some files alone.
fn is_narrow(list: &str) -> bool {
    list.contains("per-file") || list.contains("per_file")
}

fn strictness(preset: &str) -> u8 {
    let lower = preset.to_ascii_lowercase();
    let mut rank = 1;
    for (word, value) in [
        ("recommended", 2),
        ("standard", 2),
        ("airbnb", 3),
        ("typechecked", 3),
        ("type-checked", 3),
        ("requiring-type-checking", 3),
        ("strict", 4),
        ("all", 5),
    ] {
        if lower.contains(word) {
            rank = rank.max(value);
        }
    }
    if lower.contains("strict") && lower.contains("type") { rank + 1 } else { rank }
}

/// Files that name what a checker leaves out, a line each.
fn ignored(file: &Compared<'_>, new: &Source<'_>, found: &mut Found) {
    for (line, text) in file.come_lines() {
        let item = new.code(line).trim();
        if !item.is_empty() && !item.starts_with('!') && !is_beside(item) {
            let words = format!("`{item}` is left out of a check.");
            found.comes(Rule::GateWeakened, (file.path(), line), words, text);
        }
    }
}

/// `#![deny(…)]` of a crate, and what switches a type checker on for a file.
fn attributes(change: &Change<'_>, file: &Compared<'_>, found: &mut Found) {
    let is_rust = file.name().ends_with(".rs");
    let begins = ["#![deny(", "#![forbid(", "#![cfg_attr("];
    let switches = ["// @ts-check", "# mypy: strict", "# pyright: strict", "//@ts-check"];
    for (line, text) in file.gone_lines() {
        let trimmed = text.trim();
        let is_denied = is_rust
            && begins.iter().any(|begin| trimmed.starts_with(begin))
            && (trimmed.contains("deny(") || trimmed.contains("forbid("));
        let is_switch = switches.iter().any(|switch| trimmed.eq_ignore_ascii_case(switch));
        if !(is_denied || is_switch) || file.new.is_none() {
            continue;
        }
        let inner = trimmed
            .rsplit_once("deny(")
            .or_else(|| trimmed.rsplit_once("forbid("))
            .map_or(trimmed, |(_, rest)| rest);
        let lints: BTreeSet<&str> =
            inner.split([',', ')', ']', ' ']).filter(|lint| lint.len() > 2).collect();
        let is_kept = |lint: &&str| {
            let short = lint.rsplit("::").next().unwrap_or(lint);
            change.files.iter().any(|other| {
                other.new.as_ref().is_some_and(|side| {
                    side.lines.iter().any(|line| {
                        line.contains(short)
                            && ["deny", "forbid"].iter().any(|word| line.contains(word))
                            || (is_switch && line.trim() == trimmed)
                    })
                })
            })
        };
        if let Some(lint) = lints.iter().find(|lint| !is_kept(lint)) {
            let words = format!("A lint is gone: `{lint}`.");
            found.goes(Rule::GateWeakened, (file.path(), line), words, text);
        }
    }
}
