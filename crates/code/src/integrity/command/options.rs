//! Options by which a check lets more through, and the part of the code that it looks at.

/// Options without which a check lets more through.
const STRICT: &[&str] = &[
    "-D warnings",
    "-Dwarnings",
    "-D clippy",
    "--deny warnings",
    "--strict",
    "--strict-markers",
    "--strict-config",
    "-Werror",
    "-W error",
    "--max-warnings",
    "--cov-fail-under",
    "--fail-under",
    "--check",
    "--error-on-warnings",
    "--workspace",
    "--all-features",
    "--all-targets",
    "-race",
    "--all-files",
    "--runInBand --ci",
    "--forbid-only",
    "--coverage",
    "--fail-on-warnings",
    "--error-exitcode",
    "--exit-code 1",
    "--no-allow-dirty",
    "--show-diff-on-failure --all",
    "--diff --check",
    "--verify",
    "--failOnWarnings",
    "--include-ignored",
    "--doc",
    "--warnings-as-errors",
];
/// Options with which it lets more through.
const LOOSE: &[&str] = &[
    "--exit-zero",
    "--passWithNoTests",
    "--pass-with-no-tests",
    "--ignore",
    "--ignore-glob",
    "--deselect",
    "--exclude",
    "--lib",
    "-short",
    "--skip",
    "--testPathIgnorePatterns",
    "--no-cov",
    "--changed",
    "--onlyChanged",
    "--cap-lints",
    "-A",
    "--allow",
    "--ignore-missing-imports",
    "--skipLibCheck",
    "--no-strict",
    "--exit-code 0",
    "--quiet-level",
    "--no-fail",
    "--noEmitOnError false",
    "--audit-level critical",
    "--audit-level=critical",
    "--invert",
    "--ignore-pattern",
    "--no-verify",
    "-k",
    "-run",
    "--grep",
    "-t",
    "--testNamePattern",
    "--last-failed",
    "--lf",
    "--ignore-path",
    "--disable-error-code",
    "--follow-imports=skip",
    "--no-run",
    "--collect-only",
    "--list",
    "--dry-run",
    "--allow-empty",
    "--exclude-dir",
    "--exclude-files",
    "--disable",
    "--disable-all",
    "--extend-ignore",
    "--extend-exclude",
    "--no-doctest",
    "--fail-never",
    "-DskipTests",
    "-Dmaven.test.skip",
    "-x test",
    "--continue-on-collection-errors",
    "--suppress-warnings",
    "--issues-exit-code=0",
    "--no-exit-code",
    "--warn-only",
    "--soft-fail",
    "--no-fail-on-error",
];

/// Whether an option stands in a command as words of its own, or with a value.
fn has_option(text: &str, option: &str) -> bool {
    text.match_indices(option).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + option.len()..].chars().next();
        before.is_none_or(char::is_whitespace)
            && after.is_none_or(|c| c.is_whitespace() || c == '=' || c == ':')
    })
}

/// A number that an option is given.
fn number_of(text: &str, option: &str) -> Option<f64> {
    let (_, rest) = text.split_once(option)?;
    let rest = rest.trim_start_matches(['=', ' ']);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// Which option lets more through in a command than in one that stood in its place; in quotes.
pub(in crate::integrity) fn loosened(old: &str, new: &str) -> Option<String> {
    let is_same = |one: &str, other: &str| {
        let groups = [
            ["--workspace", "--all"],
            ["-D warnings", "-Dwarnings"],
            ["--deny warnings", "-D warnings"],
            ["--cov-fail-under", "--fail-under"],
        ];
        groups
            .iter()
            .any(|group| group.contains(&one) && group.iter().any(|same| has_option(other, same)))
    };
    let lost = STRICT.iter().find(|option| {
        has_option(old, option) && !has_option(new, option) && !is_same(option, new)
    });
    let come = LOOSE.iter().find(|option| has_option(new, option) && !has_option(old, option));
    if let Some(option) = lost {
        return Some(format!("is not told `{option}` any more"));
    }
    if let Some(option) = come {
        return Some(format!("is told `{option}`"));
    }
    for (option, sign) in [
        ("--max-warnings", 1.0),
        ("--cov-fail-under", -1.0),
        ("--fail-under", -1.0),
        ("--max-complexity", 1.0),
    ] {
        if let (Some(was), Some(is)) = (number_of(old, option), number_of(new, option))
            && is * sign > was * sign
        {
            return Some(format!("is told `{option}` {is} instead of {was}"));
        }
    }
    None
}

/// Whether a command looks at a part of what another one looked at.
pub(in crate::integrity) fn is_part(old: &str, new: &str) -> bool {
    let targets = |text: &str| -> Vec<String> {
        let is_path = |word: &&str| {
            !word.starts_with('-')
                && !word.contains(['=', '$', '{'])
                && (word.contains('/')
                    || word.contains('.')
                    || matches!(*word, "src" | "tests" | "test" | "lib"))
        };
        text.split_whitespace()
            .skip(1)
            .filter(is_path)
            .map(|word| word.trim_start_matches("./").trim_end_matches('/').to_owned())
            .collect()
    };
    let (olds, news) = (targets(old), targets(new));
    let is_all = |target: &String| matches!(target.as_str(), "" | "." | "..." | "**/*");
    if news.is_empty() || news.iter().any(is_all) {
        return false;
    }
    if olds.is_empty() || olds.iter().any(is_all) {
        // A folder at the root may be all that there is.
        let is_deep = |target: &String| {
            target.trim_end_matches("/...").contains('/')
                || target.contains("_test.")
                || target.contains("test_")
                || target.ends_with("/...")
        };
        return news.iter().all(is_deep);
    }
    let is_within = |new: &String| {
        olds.iter().any(|old| {
            new == old
                || new
                    .strip_prefix(old.trim_end_matches("/..."))
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    news.iter().all(is_within)
        && (news.len() < olds.len() || news.iter().any(|new| !olds.contains(new)))
}
