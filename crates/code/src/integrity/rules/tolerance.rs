//! Tolerances, time limits and numbers of tries of tests that grew, or are newly there.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::finding;
use crate::integrity::assertion::Assertion;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::settings::{self, Setting};
use crate::integrity::source::Source;
use crate::integrity::tests_of::Tests;
use crate::integrity::{Found, spot};

/// A number with the word that says what it is for. The second group of alternatives counts places: fewer allow more.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?P<more>[a-z_.]*(?:atol|rtol|abs_tol|rel_tol|tol|tolerance|epsilon|eps|delta|timeout|timeout_ms|time_limit|deadline|retries|retrytimes|reruns|max_relative|max_ulps|max_diff|maxdiffpixels|maxdiffpixelratio|failurethreshold|retry|attempts|max_runs|max_tries|indelta|inepsilon|equateapprox)(?:_?(?:s|ms|sec|secs|seconds|millis|ns))?\s*(?:\.after)?(?::\s*\w+\s*=|=>|[:=(])|\b(?:rel|abs)\s*[:=])[^\d\n,]{0,40}?(?P<number>-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)|\b(?P<fewer>places|decimal|significant|digits|precision)\s*[=:]\s*(?P<count>\d+)",
    )
    .ok()
});

/// A time that something may take.
static SPAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:(?P<number>\d[\d_.]*)\s*\*\s*)?\btime\.(?P<unit>Nanosecond|Microsecond|Millisecond|Second|Minute|Hour)\b(?:\s*\*\s*(?P<times>\d+))?|Duration::from_(?P<of>secs_f64|secs_f32|secs|millis|micros|nanos|mins)\((?P<amount>\d[\d_.]*)\)|timedelta\(\s*(?P<delta>\w+)=(?P<count>[\d.]+)").ok()
});

/// The last number of a line, for assertions whose last argument says how near.
static LAST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?P<call>tobecloseto|closeto|approximately|indelta|inepsilon|withinduration|assert_approx_eq|assert_array_almost_equal|assert_almost_equal|abs\(|norm\(|^\s*\}).*?(?:[,<>]|toBeLessThan(?:OrEqual)?\(|below\()\s*=?\s*(?:[a-z_]+=)?(?P<number>-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?|f(?:32|64)::EPSILON|Number\.EPSILON|sys\.float_info\.epsilon)\s*[);:{,]*\s*(?:'[^']*'\s*\);?)?\s*$").ok()
});

/// How long something took at most.
static TOOK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:elapsed|duration|took|perf_counter|monotonic|time\.time|latency|\bms\b|millis|seconds|Date\.now|performance\.now|time\.Since)[^<>\n]*?(?:<=?|>=?|toBeLessThan(?:OrEqual)?\(|below\(|assertLess(?:Equal)?\(|,)\s*(?P<number>\d[\d_]*(?:\.\d+)?)\b").ok()
});

/// What lets tests run longer, or again, by being there.
static COMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"@(?:pytest\.mark\.)?flaky\b|\breruns\s*=|@(?:tenacity\.)?retry\b|\bjest\.retryTimes\(\s*[1-9]|\bthis\.retries\(\s*[1-9]|\b(?:this\.timeout|jest\.setTimeout|test\.setTimeout|vi\.setConfig)\(\s*(?:0\)|\d{4,}|\d+_\d+|\{)|\btest\.slow\(\)|\bretr(?:y|ies)\s*:\s*[1-9]|@RetryingTest|@RepeatedIfExceptions|#\[flaky|@flaky_test|cmpopts\.EquateApprox(?:Time)?\(").ok()
});

/// What lets more or less through, of one line.
#[derive(Debug, Clone, PartialEq)]
struct Allowed {
    name: String,
    /// How much it lets through: the number, or its opposite where it counts places.
    value: f64,
}

fn number(text: &str) -> Option<f64> {
    if text.to_ascii_lowercase().contains("epsilon") {
        return Some(f64::EPSILON);
    }
    text.replace('_', "").parse().ok()
}

/// Seconds in a unit of time.
fn seconds(unit: &str) -> f64 {
    match unit.to_ascii_lowercase().trim_end_matches('s') {
        "nano" | "nanosecond" => 1e-9,
        "micro" | "microsecond" => 1e-6,
        "milli" | "millisecond" => 1e-3,
        "minute" | "min" => 60.0,
        "hour" => 3600.0,
        "day" => 86400.0,
        _ => 1.0,
    }
}

fn spans(line: &str) -> Vec<Allowed> {
    if line.contains("Sleep") || line.contains("sleep") {
        return Vec::new();
    }
    let span = |captured: regex::Captures<'_>| {
        let text = |name: &str| captured.name(name).map(|found| found.as_str().to_owned());
        let value = if let Some(unit) = text("unit") {
            let times = text("number").or_else(|| text("times"));
            times.map_or(Some(1.0), |times| number(&times))? * seconds(&unit)
        } else if let Some(of) = text("of") {
            number(&text("amount")?)? * seconds(of.split('_').next().unwrap_or(&of))
        } else {
            number(&text("count")?)? * seconds(&text("delta")?)
        };
        Some(Allowed { name: "a time".to_owned(), value })
    };
    SPAN.iter().flat_map(|regex| regex.captures_iter(line)).filter_map(span).collect()
}

fn allowed(line: &str) -> Vec<Allowed> {
    let mut found = Vec::new();
    for captured in NAMED.iter().flat_map(|regex| regex.captures_iter(line)) {
        let more = captured.name("more").zip(captured.name("number"));
        let fewer = captured.name("fewer").zip(captured.name("count"));
        let (pair, sign) = if more.is_some() { (more, 1.0) } else { (fewer, -1.0) };
        if let Some((name, value)) = pair
            && let Some(value) = number(value.as_str())
        {
            let name = name.as_str().trim_end_matches(|c: char| !c.is_alphanumeric());
            // Where a time is written with its unit, the unit counts.
            if SPAN.as_ref().is_none_or(|regex| !regex.is_match(line)) {
                found.push(Allowed { name: name.to_ascii_lowercase(), value: value * sign });
            }
        }
    }
    found.extend(spans(line));
    if found.is_empty()
        && let Some(captured) = LAST.as_ref().and_then(|regex| regex.captures(line))
        && let Some(value) = number(&captured["number"])
    {
        let name = captured["call"].to_ascii_lowercase();
        let counts_places = name == "tobecloseto" || name.contains("almost");
        found.push(Allowed { name, value: if counts_places { -value } else { value } });
    }
    if found.is_empty()
        && let Some(captured) = TOOK.as_ref().and_then(|regex| regex.captures(line))
        && let Some(value) = number(&captured["number"])
    {
        found.push(Allowed { name: "how long it takes".to_owned(), value });
    }
    found
}

/// Whether an assertion says how near something is, or how long it may take: how far it goes is this rule's.
pub(super) fn is_limit(text: &str) -> bool {
    !allowed(text).is_empty()
}

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in change.files.iter().filter(|file| !file.is_foreign) {
        if runs_tests(file.name()) {
            configured(file, found);
        } else {
            lines(file, found);
        }
    }
    introduced(change, found);
}

/// Whether a file says how tests are run.
fn runs_tests(name: &str) -> bool {
    let begins = [
        "playwright.config.",
        "jest.config.",
        "vitest.config.",
        "vite.config.",
        "vitest.workspace.",
        ".mocharc",
        "cypress.config.",
        "karma.conf",
        "wdio.conf",
        "ava.config",
    ];
    begins.iter().any(|begin| name.starts_with(begin))
        || matches!(
            name,
            "pytest.ini"
                | "nextest.toml"
                | "pyproject.toml"
                | "setup.cfg"
                | "tox.ini"
                | "package.json"
        )
}

/// Settings by which tests may take longer or run again, each with how much.
fn limits(file: &Compared<'_>, side: &Source<'_>) -> Vec<(Setting, f64)> {
    let all =
        settings::read(file.path(), side.text).map(|value| value.settings()).unwrap_or_default();
    let is_shared =
        matches!(file.name(), "pyproject.toml" | "setup.cfg" | "tox.ini" | "package.json")
            || file.name().starts_with("vite.config.");
    let wanted = all.into_iter().filter(|one| {
        let name = one.name().to_ascii_lowercase();
        let is_limit = [
            "timeout",
            "retries",
            "retry",
            "reruns",
            "tolerance",
            "maxdiffpixels",
            "maxdiffpixelratio",
            "threshold",
            "slow-timeout",
            "period",
            "terminate-after",
            "maxfailures",
        ]
        .iter()
        .any(|end| name.ends_with(end));
        let is_of_gate = one.is_under("coverage") || one.is_under("webserver");
        let is_of_tests = !is_shared
            || ["pytest", "test", "jest", "mocha", "ava", "vitest"]
                .iter()
                .any(|tool| one.is_under(tool));
        is_limit && is_of_tests && !is_of_gate
    });
    // Of `process.env.CI ? 2 : 0`, the most counts.
    let most = |text: &str| {
        let parts = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_')));
        let product = text.contains('*') && !text.contains('?');
        let numbers: Vec<f64> = parts
            .filter(|part| part.starts_with(|c: char| c.is_ascii_digit()))
            .filter_map(number)
            .collect();
        if product { Some(numbers.iter().product()) } else { numbers.into_iter().reduce(f64::max) }
    };
    wanted
        .filter_map(|one| {
            let value = most(&one.value)?;
            Some((one, value))
        })
        .collect()
}

/// Milliseconds that runners of JavaScript give a test where nothing is said, at most.
const USUAL: f64 = 30_000.0;

fn configured(file: &Compared<'_>, found: &mut Found) {
    let (Some(old), Some(new)) = (&file.old, &file.new) else { return };
    let mut before = limits(file, old);
    for (setting, value) in limits(file, new) {
        let at = before.iter().position(|(other, _)| other.path == setting.path);
        let was = at.map(|at| before.remove(at));
        let name = setting.name().to_ascii_lowercase();
        let repeats = ["retries", "retry", "reruns"].iter().any(|end| name.ends_with(end));
        let grew = match &was {
            Some((_, was)) => value > *was,
            None => {
                (repeats && value > 0.0)
                    || (value > USUAL
                        && file.name().contains("config.")
                        && name.ends_with("timeout"))
            }
        };
        if grew && file.is_come(setting.line) {
            let words = format!("Tests are let through more easily: `{}` grew.", setting.name());
            let line = was.map_or("", |(was, _)| old.line(was.line));
            let place = spot(file.path(), setting.line);
            found.findings.push(finding(
                Rule::ToleranceWidened,
                place,
                words,
                line,
                new.line(setting.line),
            ));
        }
    }
}

/// Whether a word that also names ordinary values is a tolerance here.
fn is_tolerance(side: &Source<'_>, name: &str, line: &str) -> bool {
    let last = name.rsplit(['.', ' ']).next().unwrap_or(name);
    if !matches!(last, "delta" | "eps" | "attempts" | "precision" | "digits" | "decimal") {
        return true;
    }
    let asserts = |line: &str| {
        let lower = line.to_ascii_lowercase();
        ["assert", "expect", "approx", "close", "abs(", "almost", "indelta"]
            .iter()
            .any(|word| lower.contains(word))
    };
    let is_used = |other: &&str| {
        asserts(other)
            && [
                format!("< {last}"),
                format!("<= {last}"),
                format!("> {last}"),
                format!("delta={last}"),
                format!("={last})"),
            ]
            .iter()
            .any(|sign| other.to_ascii_lowercase().contains(sign))
    };
    asserts(line) || side.lines.iter().any(is_used)
}

/// Whether a line of a file of code stands in a test, or where tests of it begin: after the mark of their module.
fn stands_among_tests(side: &Source<'_>, line: u32) -> bool {
    side.is_tested(line)
        || (!side.tests.is_empty()
            && (1..line).any(|one| side.code(one).trim_start().starts_with("#[cfg(test)]")))
}

fn lines(file: &Compared<'_>, found: &mut Found) {
    let (Some(old), Some(new)) = (&file.old, &file.new) else { return };
    for hunk in &file.hunks {
        let all = |side: &Source<'_>, lines: std::ops::Range<u32>| -> Vec<(Allowed, u32)> {
            let of = |line: u32| {
                let text = side.line(line);
                let is_code = !side.code(line).trim().is_empty();
                let every = if is_code { allowed(text) } else { Vec::new() };
                every.into_iter().map(move |one| (one, line))
            };
            lines
                .filter(|line| file.is_test || stands_among_tests(side, *line))
                .flat_map(of)
                .filter(|(one, line)| is_tolerance(side, &one.name, side.line(*line)))
                .collect()
        };
        let mut before = all(old, hunk.old.clone());
        let mut told = false;
        for (now, line) in all(new, hunk.new.clone()) {
            let head = |text: &str| text.trim().chars().take(HEAD).collect::<String>();
            let is_same = |one: &(Allowed, u32)| one.0.name == now.name;
            // Two times on different lines are two things, unless the lines begin alike.
            let at = before
                .iter()
                .position(|one| is_same(one) && head(old.line(one.1)) == head(new.line(line)));
            let at =
                at.or_else(|| before.iter().position(|one| is_same(one) && now.name != "a time"));
            let Some(at) = at else { continue };
            let (then, was) = before.remove(at);
            if now.value > then.value && !told {
                told = true;
                let words = format!(
                    "A test lets more through: `{}` went from {} to {}.",
                    now.name.trim_end_matches('('),
                    then.value.abs(),
                    now.value.abs()
                );
                let place = spot(file.path(), line);
                found.findings.push(finding(
                    Rule::ToleranceWidened,
                    place,
                    words,
                    old.line(was),
                    new.line(line),
                ));
            }
        }
    }
}

/// Characters by which two lines begin alike.
const HEAD: usize = 10;

/// Tolerances, tries and time limits that tests had not.
fn introduced(change: &Change<'_>, found: &mut Found) {
    let tests = Tests::of(change);
    for (old, new) in &tests.kept {
        let file = &change.files[new.file];
        for now in new.test.assertions.iter().filter(|one| file.is_come(one.line)) {
            let same = |one: &&Assertion| {
                one.subject == now.subject
                    && one.expected == now.expected
                    && one.strength == now.strength
            };
            let Some(then) = old.test.assertions.iter().find(same) else { continue };
            let names = |text: &str| -> Vec<String> {
                allowed(text).into_iter().map(|one| one.name).collect()
            };
            let had = names(&then.text);
            if let Some(name) = names(&now.text).into_iter().find(|_| had.is_empty()) {
                let words =
                    format!("`{}` lets more through: it newly has `{name}`.", new.test.name);
                found.findings.push(finding(
                    Rule::ToleranceWidened,
                    spot(file.path(), now.line),
                    words,
                    &then.text,
                    &now.text,
                ));
            }
        }
    }
    for file in change.files.iter().filter(|file| file.is_test && !file.is_foreign) {
        let (Some(old), Some(new)) = (&file.old, &file.new) else { continue };
        let is_kept = |line: u32| {
            let around = |(_, new): &(_, super::super::tests_of::Placed<'_>)| {
                change.files[new.file].path() == file.path()
                    && new.test.line <= line
                    && line <= new.test.end
            };
            tests.kept.iter().any(around) || (!new.is_tested(line) && !old.tests.is_empty())
        };
        for (line, text) in file.come_lines().filter(|(_, text)| !change.is_moved(text)) {
            let code = new.code(line);
            let has = COMES.as_ref().and_then(|regex| regex.find(code));
            let had = |name: &str| file.gone_lines().any(|(_, text)| text.contains(name));
            let is_limit = has.is_some_and(|found| {
                !had(found.as_str().split(['(', ':', '=']).next().unwrap_or_default())
            });
            // `});` that became `}, 60000);`.
            let is_end = code.trim_start().starts_with("},")
                && LAST.as_ref().is_some_and(|regex| regex.is_match(text))
                && file.gone_lines().any(|(_, text)| text.trim().starts_with("})"));
            // What a test hands to the code under test is no limit of the test.
            let is_given =
                code.contains("expect(") || code.contains("assert") && !code.contains("cmp.");
            if (is_limit || is_end) && is_kept(line) && !is_given {
                let words =
                    "A test may take longer, run again, or differ, where it might not.".to_owned();
                found.comes(Rule::ToleranceWidened, (file.path(), line), words, text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_let_through_is_read() {
        for (line, name, value) in [
            ("assert_allclose(a, b, rtol=1e-7)", "rtol", 1e-7),
            ("self.assertAlmostEqual(a, b, places=7)", "places", -7.0),
            ("assert abs(f(2.0) - 1.5) < 1e-9", "abs(", 1e-9),
            ("@pytest.mark.timeout(5)", "timeout", 5.0),
            ("jest.setTimeout(60000);", "settimeout", 60000.0),
            ("const TIMEOUT: Duration = Duration::from_secs(120);", "a time", 120.0),
            ("require.Eventually(t, ok, time.Minute, x)", "a time", 60.0),
            ("assert.InDelta(t, 1.5, F(2), 0.001)", "indelta", 0.001),
            ("}, 30000);", "}", 30000.0),
            ("assert time.monotonic() - start < 0.5", "how long it takes", 0.5),
        ] {
            let found = allowed(line);
            assert!(
                found
                    .iter()
                    .any(|one| one.name.ends_with(name) && (one.value - value).abs() < 1e-12),
                "{line}: {found:?}"
            );
        }
    }
}
