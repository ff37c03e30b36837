//! Tolerances, time limits and numbers of tries of tests that grew.

use std::sync::LazyLock;

use callboard_model::receipt::Rule;
use regex::Regex;

use super::assertions::skeleton;
use super::finding;
use crate::integrity::compared::{Change, Compared};
use crate::integrity::tests_of::Tests;
use crate::integrity::{Found, spot};

/// A number with the word that says what it is for. The second group of alternatives counts places: fewer allow more.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?P<more>[a-z_.]*(?:atol|rtol|abs_tol|rel_tol|tol|tolerance|epsilon|eps|delta|timeout|time_limit|deadline|retries|retrytimes|reruns|max_relative|max_ulps|max_diff|retry|indelta|inepsilon)\s*(?:[:=(]|:\s*\w+\s*=|=>)|\b(?:rel|abs)\s*[:=])[^\d\n,]{0,40}?(?P<number>-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)|\b(?P<fewer>places|decimal|significant|digits|precision)\s*[=:]\s*(?P<count>\d+)",
    )
    .ok()
});

/// A time that something may take.
static SPAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?P<number>\d+)\s*\*\s*time\.(?P<unit>Millisecond|Second|Minute|Hour)|Duration::from_(?P<of>secs|millis|micros|nanos)\((?P<amount>\d[\d_]*)\)").ok()
});

/// The last number of a line, for assertions whose last argument says how near.
static LAST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?P<call>tobecloseto|closeto|approximately|indelta|inepsilon|withinduration|assert_approx_eq|assert_array_almost_equal|assert_almost_equal|abs\(|norm\(|^\s*\}).*?[,<>]\s*=?\s*(?P<number>-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)\s*[);:{]*\s*$").ok()
});

/// What lets more or less through, of one line.
#[derive(Debug, PartialEq)]
struct Allowed {
    name: String,
    /// How much it lets through: the number, or its opposite where it counts places.
    value: f64,
}

fn number(text: &str) -> Option<f64> {
    text.replace('_', "").parse().ok()
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
            found.push(Allowed { name: name.to_ascii_lowercase(), value: value * sign });
        }
    }
    let spans = SPAN
        .iter()
        .flat_map(|regex| regex.captures_iter(line))
        .filter(|_| !line.contains("Sleep") && !line.contains("sleep"));
    for captured in spans {
        let span = captured.name("number").zip(captured.name("unit"));
        let span = span.or_else(|| captured.name("amount").zip(captured.name("of")));
        if let Some((value, unit)) = span
            && let Some(value) = number(value.as_str())
        {
            found.push(Allowed { name: unit.as_str().to_ascii_lowercase(), value });
        }
    }
    if found.is_empty()
        && let Some(captured) = LAST.as_ref().and_then(|regex| regex.captures(line))
        && let Some(value) = number(&captured["number"])
    {
        let name = captured["call"].to_ascii_lowercase();
        let counts_places = name == "tobecloseto" || name.contains("almost_equal");
        found.push(Allowed { name, value: if counts_places { -value } else { value } });
    }
    found
}

pub(in crate::integrity) fn find(change: &Change<'_>, found: &mut Found) {
    for file in change
        .files
        .iter()
        .filter(|file| (file.is_test || runs_tests(file.name())) && !file.is_foreign)
    {
        lines(file, found);
    }
    introduced(change, found);
}

/// Whether a file says how tests are run.
fn runs_tests(name: &str) -> bool {
    let begins = [
        "playwright.config.",
        "jest.config.",
        "vitest.config.",
        ".mocharc",
        "cypress.config.",
        "karma.conf",
    ];
    begins.iter().any(|begin| name.starts_with(begin))
        || matches!(name, "pytest.ini" | "nextest.toml")
}

fn lines(file: &Compared<'_>, found: &mut Found) {
    let (Some(old), Some(new)) = (&file.old, &file.new) else { return };
    for hunk in &file.hunks {
        let mut before: Vec<u32> = hunk.old.clone().collect();
        for after in hunk.new.clone() {
            let is = new.line(after);
            let now = allowed(is);
            if now.is_empty() {
                continue;
            }
            let Some(at) = before.iter().position(|line| skeleton(old.line(*line)) == skeleton(is))
            else {
                continue;
            };
            let was = old.line(before.remove(at));
            let then = allowed(was);
            let grown = now
                .iter()
                .zip(&then)
                .find(|(now, then)| now.name == then.name && now.value > then.value);
            if let Some((now, then)) = grown {
                let words = format!(
                    "A test lets more through: `{}` went from {} to {}.",
                    now.name.trim_end_matches('('),
                    then.value.abs(),
                    now.value.abs()
                );
                found.findings.push(finding(
                    Rule::ToleranceWidened,
                    spot(file.path(), after),
                    words,
                    was,
                    is,
                ));
            }
        }
    }
}

/// Tolerances that an assertion of the same values had not.
fn introduced(change: &Change<'_>, found: &mut Found) {
    let tests = Tests::of(change);
    for (old, new) in &tests.kept {
        let file = &change.files[new.file];
        for now in new.test.assertions.iter().filter(|one| file.is_come(one.line)) {
            let same = |one: &&crate::integrity::assertion::Assertion| {
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
            ("const TIMEOUT: Duration = Duration::from_secs(120);", "timeout", 120.0),
            ("assert.InDelta(t, 1.5, F(2), 0.001)", "indelta", 0.001),
            ("}, 30000);", "}", 30000.0),
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
