//! Steps of CI, scripts and hooks that check less, or may fail.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::bypass::{passes_anyhow, passes_by};
use super::files::is_workflow;
use super::finding;
use crate::integrity::command::{self, Aim, Check, checks_in, is_part, loosened};
use crate::integrity::compared::{Change, Compared};
use crate::integrity::settings::{self, Kind, Value};
use crate::integrity::source::Source;
use crate::integrity::{Found, gone, spot};

/// A condition by which a check does not run for what is proposed: never, by hand, or only for what has landed.
static NARROWS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)^\s*(?:\$\{\{\s*)?(?:false|0|never\(\))(?:\s*\}\})?\s*$|&&\s*false\b|github\.event_name\s*==\s*.(?:workflow_dispatch|schedule|push|release|repository_dispatch)|github\.ref(?:_name)?\s*==|startsWith\(\s*github\.ref|eq\(variables\[.Build\.(?:Reason|SourceBranch)|\binputs\.|\bvars\.|\bsecrets\.|github\.event\.label|labels\.|head_commit\.message|github\.actor\b|\benv\.(?:RUN|ENABLE|SKIP)|workflow_dispatch|==\s*.(?:schedule|manual|web|scheduled)\b"#).ok()
});

/// A variable by which hooks are left out, as a setting of an environment.
static PAST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^\s*(?:-\s+)?(?:SKIP\s*:\s*["']?[a-z][\w,. -]*|(?:HUSKY|LEFTHOOK)\s*:\s*["']?(?:0|false)\b|(?:HUSKY_SKIP_HOOKS|PRE_COMMIT_ALLOW_NO_CONFIG|OVERCOMMIT_DISABLE)\s*:\s*["']?(?:1|true)\b|LEFTHOOK_EXCLUDE\s*:\s*\S)"#).ok()
});

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in change.files.iter().filter(|file| is_pipeline(file)) {
        let Some(new) = &file.new else { continue };
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            let code = new.code(line);
            if PAST.as_ref().is_some_and(|regex| regex.is_match(code)) {
                let words = "Hooks are passed by where CI runs them.".to_owned();
                found.comes(Rule::Bypass, (file.path(), line), words, text);
            } else if passes_anyhow(code) || passes_by(code) {
                let words = "A command of CI cannot fail any more.".to_owned();
                found.comes(Rule::GateWeakened, (file.path(), line), words, text);
            }
        }
        let (Some(old), Some(is)) = (values(file, file.old.as_ref()), values(file, Some(new)))
        else {
            continue;
        };
        uncounted(change, file, &old, &is, found);
        triggers(file, &old, &is, found);
        needs(file, &old, &is, found);
    }
    lost(change, found);
}

/// Hooks of git are scripts: what passes them by is another rule's.
fn is_hook(file: &Compared<'_>) -> bool {
    [".husky/", ".githooks/"].iter().any(|folder| file.path().starts_with(folder))
}

fn is_pipeline(file: &Compared<'_>) -> bool {
    let is_local = is_hook(file)
        || file.name().starts_with("lefthook")
        || file.name().starts_with(".lefthook");
    (is_workflow(file) && !is_local) || matches!(file.name(), "action.yml" | "action.yaml")
}

fn values(file: &Compared<'_>, side: Option<&Source<'_>>) -> Option<Value> {
    settings::read(file.path(), side?.text)
}

/// What makes a step or a job not count: the name of a setting, and whether its value does.
fn is_uncounted(name: &str, value: &Value) -> bool {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let text = value.text().map(|text| text.trim().to_ascii_lowercase());
    let text = text.as_deref();
    match lower.as_str() {
        "continue-on-error" | "continueonerror" | "allow-failure" | "allow-failures"
        | "ignore-failure" | "soft-fail" | "ignore-error" | "ignore-errors" => match text {
            Some(text) => {
                matches!(text, "true" | "yes" | "on" | "1" | "always" | "${{ true }}")
                    || text.contains("|| true")
                    || is_hanging(text)
            }
            None => true,
        },
        "failure" => text == Some("ignore"),
        "except" => value
            .settings()
            .iter()
            .any(|one| matches!(one.value.as_str(), "merge_requests" | "branches" | "pushes")),
        "only" => {
            let when = ["main", "master", "tags", "schedules", "web", "triggers"];
            let all = value.settings();
            !all.is_empty() && all.iter().all(|one| when.contains(&one.value.as_str()))
        }
        "stages" => {
            let stages = value.items();
            !stages.is_empty() && stages.iter().all(|stage| stage.text() == Some("manual"))
        }
        "when" => matches!(text, Some("manual" | "never")),
        "fail-ci-if-error"
        | "enabled"
        | "fail-build"
        | "fail-on-error"
        | "failtaskonfailedtests"
        | "failonstandarderror" => text == Some("false"),
        "exit-code" => text == Some("0"),
        "if" | "condition" => {
            text.is_some_and(|text| NARROWS.as_ref().is_some_and(|regex| regex.is_match(text)))
        }
        _ => false,
    }
}

/// Whether an expression lets a check fail for all but what it names, or whatever is proposed.
fn is_hanging(text: &str) -> bool {
    text.starts_with("${{")
        && ["!=", "github.", "!(", "!contains", "!startswith", "inputs.", "vars.", "env."]
            .iter()
            .any(|sign| text.contains(sign))
}

/// Whether a job stands in a stage of checks.
fn is_staged(value: &Value) -> bool {
    let stage = value.get("stage").or_else(|| value.get("stageName")).and_then(Value::text);
    stage.is_some_and(|stage| command::named(stage).is_some()) && value.get("script").is_some()
}

/// Settings that make a check not count, each with its name, its value and its line, of what has a check in it.
fn uncounted_in(value: &Value, in_check: bool, found: &mut Vec<(String, String, u32)>) {
    match &value.kind {
        Kind::Map(pairs) => {
            // What an action is given belongs to the step that names it.
            let is_step = value.get("uses").or_else(|| value.get("task")).is_some();
            for (name, inner) in pairs {
                let has_check = || {
                    in_check || !checks_in(value).is_empty() || is_rule(pairs) || is_staged(value)
                };
                if is_uncounted(name, inner) && has_check() {
                    let text = inner.text().unwrap_or_default().to_owned();
                    found.push((name.clone(), text, inner.line));
                }
                uncounted_in(inner, is_step && has_check(), found);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| uncounted_in(item, false, found)),
        Kind::Text(_) => {}
    }
}

/// Whether a map says when a job of GitLab runs: the job's commands stand around it.
fn is_rule(pairs: &[(String, Value)]) -> bool {
    pairs.iter().all(|(name, _)| {
        matches!(name.as_str(), "when" | "if" | "changes" | "allow_failure" | "exists")
    }) && pairs
        .iter()
        .any(|(name, value)| name == "when" && is_uncounted(name, value) || name == "allow_failure")
}

fn uncounted(
    change: &Change<'_>,
    file: &Compared<'_>,
    old: &Value,
    new: &Value,
    found: &mut Found,
) {
    let (mut had, mut has) = (Vec::new(), Vec::new());
    uncounted_in(old, false, &mut had);
    uncounted_in(new, false, &mut has);
    for (name, value, line) in has {
        if let Some(at) = had.iter().position(|(other, was, _)| *other == name && *was == value) {
            had.remove(at);
            continue;
        }
        let text = file.new.as_ref().map_or("", |side| side.line(line));
        if change.is_moved(text) {
            continue;
        }
        let words =
            "A check of CI does not count or does not run any more where it did.".to_owned();
        found.comes(Rule::GateWeakened, (file.path(), line), words, text);
    }
}

/// What starts a workflow of GitHub: the names of the events, each with what it is narrowed by.
fn events(value: &Value) -> Vec<(String, Vec<settings::Setting>)> {
    let on = value.get("on").or_else(|| value.get("true"));
    let Some(on) = on else { return Vec::new() };
    match &on.kind {
        Kind::Text(text) => vec![(text.clone(), Vec::new())],
        Kind::List(items) => {
            items.iter().filter_map(|item| Some((item.text()?.to_owned(), Vec::new()))).collect()
        }
        Kind::Map(pairs) => {
            pairs.iter().map(|(name, value)| (name.clone(), value.settings())).collect()
        }
    }
}

/// Changes of which a workflow that checks hears no more.
fn triggers(file: &Compared<'_>, old: &Value, new: &Value, found: &mut Found) {
    let checks = checks_in(new);
    let (had, has) = (events(old), events(new));
    if checks.is_empty() || has.is_empty() {
        return;
    }
    let proposes =
        |name: &str| matches!(name, "pull_request" | "pull_request_target" | "merge_group");
    let is_open = has.iter().any(|(name, by)| {
        name == "push" && by.iter().all(|one| one.value.is_empty() || one.value == "**")
    });
    for event in ["pull_request", "push"] {
        let hears = |events: &[(String, Vec<settings::Setting>)]| {
            events
                .iter()
                .any(|(name, _)| name == event || (event == "pull_request" && proposes(name)))
        };
        let still =
            has.iter().any(|(name, _)| proposes(name)) || (event == "pull_request" && is_open);
        if hears(&had) && !hears(&has) && !still {
            let line = file.gone_lines().find(|(_, text)| text.contains(event));
            let (line, text) = line.unwrap_or((1, ""));
            let words = format!("A workflow that checks is not started by `{event}` any more.");
            found.goes(Rule::GateWeakened, (file.path(), line), words, text);
            return;
        }
    }
    let prose = [
        "md",
        "docs",
        "txt",
        "LICENSE",
        "rst",
        ".github",
        "png",
        "svg",
        "CODEOWNERS",
        "gitignore",
        "adoc",
    ];
    for (name, by) in &has {
        let Some((_, before)) = had.iter().find(|(other, _)| other == name) else { continue };
        let is_told = |one: &&settings::Setting| {
            let list = one.name();
            let is_less = list == "paths-ignore"
                && !prose.iter().any(|word| one.value.contains(word))
                || list == "branches-ignore"
                || list == "paths" && !before.iter().any(|was| was.name() == "paths");
            is_less && !before.iter().any(|was| was.name() == list && was.value == one.value)
        };
        if let Some(one) = by.iter().find(is_told) {
            let words = format!(
                "A workflow that checks does not look at all changes any more (`{}`).",
                one.name()
            );
            let text = file.new.as_ref().map_or("", |side| side.line(one.line));
            found.comes(Rule::GateWeakened, (file.path(), one.line), words, text);
            return;
        }
    }
}

/// Jobs that waited for a check, and do not any more: each with what it waits for.
fn needs(file: &Compared<'_>, old: &Value, new: &Value, found: &mut Found) {
    let waits = |value: &Value| -> Vec<(String, Vec<String>)> {
        let mut jobs: Vec<(String, &Value)> = Vec::new();
        jobs_of(value, &mut jobs);
        jobs.into_iter()
            .map(|(name, job)| {
                let of = ["needs", "requires", "dependsOn"].iter().find_map(|name| job.get(name));
                let texts = of.map(Value::settings).unwrap_or_default();
                (name, texts.into_iter().map(|one| one.value).collect())
            })
            .collect()
    };
    let (had, has) = (waits(old), waits(new));
    for (job, before) in &had {
        let Some((_, after)) = has.iter().find(|(name, _)| name == job) else { continue };
        let come = after.iter().any(|one| !before.contains(one) && command::named(one).is_some());
        let checks = |name: &String| {
            let of =
                old.get("jobs").and_then(|jobs| jobs.get(name)).map(checks_in).unwrap_or_default();
            command::named(name).is_some() || !of.is_empty()
        };
        let is_lost = |one: &&String| !after.contains(one) && checks(one);
        if let Some(one) = before.iter().find(is_lost).filter(|_| !come) {
            let line = file.gone_lines().find(|(_, text)| text.contains(&**one));
            let (line, text) = line.unwrap_or((1, ""));
            let words = format!("`{job}` does not wait for `{one}` any more.");
            found.goes(Rule::GateWeakened, (file.path(), line), words, text);
            return;
        }
    }
}

fn jobs_of<'v>(value: &'v Value, found: &mut Vec<(String, &'v Value)>) {
    for (name, inner) in value.pairs() {
        if ["needs", "requires", "dependsOn"].iter().any(|key| inner.get(key).is_some())
            || inner.get("steps").is_some()
            || inner.get("script").is_some()
        {
            found.push((name.clone(), inner));
        }
        jobs_of(inner, found);
    }
    for item in value.items() {
        jobs_of(item, found);
    }
}

/// The checks that a file runs.
fn checks_of(file: &Compared<'_>, side: Option<&Source<'_>>) -> Vec<Check> {
    let Some(side) = side else { return Vec::new() };
    let name = file.name();
    let of_names = |names: &[&str]| -> Vec<Check> {
        let all = settings::read(file.path(), side.text)
            .map(|value| value.settings())
            .unwrap_or_default();
        let wanted = all
            .into_iter()
            .filter(|one| names.iter().any(|name| one.path.iter().any(|part| part.contains(name))));
        wanted.flat_map(|one| command::checks(&one.value, one.line)).collect()
    };
    if name.starts_with("Jenkinsfile") || name.ends_with(".jenkinsfile") {
        return steps(side);
    }
    if is_pipeline(file) || name.ends_with(".yml") || name.ends_with(".yaml") {
        let is_ours = is_workflow(file)
            || is_pipeline(file)
            || name.to_ascii_lowercase().starts_with("taskfile");
        return is_ours
            .then(|| values(file, Some(side)))
            .flatten()
            .map(|value| checks_in(&value))
            .unwrap_or_default();
    }
    match name {
        "package.json" | "composer.json" => {
            of_names(&["scripts", "lint-staged", "husky", "pre-commit"])
        }
        "tox.ini" | "setup.cfg" => of_names(&["commands"]),
        "pyproject.toml" | "pixi.toml" => of_names(&["scripts", "tasks", "commands"]),
        "lefthook.toml" | "lefthook.json" | "deno.json" | "deno.jsonc" => {
            of_names(&["run", "tasks"])
        }
        "noxfile.py" => sessions(side),
        _ if super::bypass::is_script(file) || name.eq_ignore_ascii_case("makefile") => shell(side),
        _ => Vec::new(),
    }
}

/// The checks of a script, and of the targets that another target of a Makefile asks for.
fn shell(side: &Source<'_>) -> Vec<Check> {
    let mut found = Vec::new();
    for (line, number) in (0u32..).map_while(|at| Some((*side.lines.get(at as usize)?, at + 1))) {
        let target = line.split_once(':').filter(|(name, _)| {
            !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        });
        if let Some((_, asked)) = target.filter(|(_, asked)| !asked.starts_with('=')) {
            let asked = asked.split_whitespace().filter(|word| !word.starts_with('#'));
            found.extend(asked.filter_map(|word| command::check(&format!("make {word}"), number)));
        } else {
            let line = line.trim().trim_start_matches(['@', '-']).trim_start_matches("RUN ");
            found.extend(command::checks(line, number));
        }
    }
    found
}

/// `sh 'npm test'`, and the lines of a text of several.
fn steps(side: &Source<'_>) -> Vec<Check> {
    let of = |line: &str, number: u32| {
        let line = line.trim();
        let line = line.strip_prefix("sh").or_else(|| line.strip_prefix("bat")).unwrap_or(line);
        command::checks(line.trim_matches([' ', '(', ')', '"', '\'']), number)
    };
    (1u32..).zip(&side.lines).flat_map(|(number, line)| of(line, number)).collect()
}

/// `session.run("pytest", "-q")`.
fn sessions(side: &Source<'_>) -> Vec<Check> {
    let run = |line: &str, number: u32| {
        let (_, given) = line.split_once("session.run(")?;
        let given = given.split("success_codes").next().unwrap_or(given);
        let words: String = given.replace(['"', '\'', ','], " ").replace(')', " ");
        command::check(&words, number)
    };
    (1u32..).zip(&side.lines).filter_map(|(number, line)| run(line, number)).collect()
}

/// Checks that are not run any more, or look at less than they did.
fn lost(change: &Change<'_>, found: &mut Found) {
    let sides: Vec<(&Compared<'_>, Vec<Check>, Vec<Check>)> = change
        .files
        .iter()
        .filter(|file| !file.is_foreign)
        .map(|file| {
            let mut old = checks_of(file, file.old.as_ref());
            let mut new = checks_of(file, file.new.as_ref());
            old.retain(|one| match new.iter().position(|other| other.text == one.text) {
                Some(at) => {
                    new.remove(at);
                    false
                }
                None => true,
            });
            (file, old, new)
        })
        .collect();
    for (file, olds, news) in &sides {
        let others = sides
            .iter()
            .filter(|(other, ..)| other.path() != file.path())
            .flat_map(|(.., news)| news);
        let come: Vec<&Check> = news.iter().chain(others).collect();
        let mut told = 0;
        for old in olds {
            let of_tool: Vec<&&Check> = come.iter().filter(|new| new.tool == old.tool).collect();
            if let Some(new) = of_tool.first() {
                let is_less = of_tool.len() == 1
                    && is_part(&old.text, &new.text)
                    && is_part_of_whole(old.aim);
                let words = loosened(&old.text, &new.text)
                    .or_else(|| is_less.then(|| "looks at less than it did".to_owned()));
                if let Some(words) =
                    words.filter(|_| file.is_come(new.line) && !passes_anyhow(&new.text))
                {
                    let words = format!("A check {words}: `{}`.", new.tool);
                    let place = spot(file.path(), new.line);
                    let lines = (file.old.as_ref(), file.new.as_ref());
                    let before = lines.0.map_or("", |side| side.line(old.line));
                    let after = lines.1.map_or("", |side| side.line(new.line));
                    found.findings.push(finding(Rule::GateWeakened, place, words, before, after));
                }
                continue;
            }
            if come.iter().any(|new| replaces(new, old)) || is_still_run(file, old) || told > 2 {
                continue;
            }
            told += 1;
            let words = format!("`{}` is not run any more.", old.tool);
            let text = file.old.as_ref().map_or("", |side| side.line(old.line));
            let path = file.file.old_path.unwrap_or(file.path());
            found.findings.push(finding(Rule::GateWeakened, gone(path, old.line), words, text, ""));
        }
    }
}

fn is_part_of_whole(aim: Aim) -> bool {
    matches!(aim, Aim::Test | Aim::Lint | Aim::Types)
}

/// Whether a check that came does what another did.
fn replaces(new: &Check, old: &Check) -> bool {
    new.aim == old.aim || new.aim == Aim::All || old.aim == Aim::All
}

/// Whether the file still runs what a check ran, as it did elsewhere in it.
fn is_still_run(file: &Compared<'_>, old: &Check) -> bool {
    let still = checks_of(file, file.new.as_ref());
    still.iter().any(|one| {
        one.tool == old.tool
            && loosened(&old.text, &one.text).is_none()
            && !is_part(&old.text, &one.text)
    })
}
