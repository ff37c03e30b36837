//! How command lines of checks are run so that they name their tests.

use callboard_model::check::results::reporter::{Reporting, Setup};

const PACKAGE: &str = r#"{
  "scripts": {
    "test": "jest --ci",
    "test:unit": "cross-env TZ=UTC vitest run",
    "test:old": "mocha --reporter dot",
    "test:all": "npm run lint && jest",
    "test:py": "pytest -q",
    "lint": "eslint ."
  }
}"#;

fn setup() -> Setup<'static> {
    Setup { package: Some(PACKAGE), reports: "/r", ..Setup::default() }
}

fn line_of(line: &str, setup: &Setup<'_>) -> String {
    Reporting::of(line, setup).line
}

#[test]
fn simple_lines_are_given_what_makes_the_runner_name_its_tests() {
    const VITEST: &str = "--reporter=default --reporter=json --outputFile.json=/r/vitest.json";
    const JEST: &str = "--json --outputFile=/r/jest.json";
    for (line, rewritten) in [
        ("npx jest", format!("npx jest {JEST}")),
        ("npx jest src/a.test.js -t 'adds | x'", "npx jest src/a.test.js -t 'adds | x'".into()),
        (
            "CI=1 ./node_modules/.bin/vitest run",
            format!("CI=1 ./node_modules/.bin/vitest run {VITEST}"),
        ),
        (
            "node node_modules/jest/bin/jest.js -i",
            format!("node node_modules/jest/bin/jest.js -i {JEST}"),
        ),
        ("npm test", format!("npm test -- {JEST}")),
        ("npm test -- src", format!("npm test -- src {JEST}")),
        ("npm run test:unit", format!("npm run test:unit -- {VITEST}")),
        ("pnpm test", format!("pnpm run test {JEST}")),
        ("pnpm run test:unit", format!("pnpm run test:unit {VITEST}")),
        ("yarn run test:unit", format!("yarn run test:unit {VITEST}")),
        ("npm run test:old", "npm run test:old -- --reporter spec".into()),
        ("npx mocha -R dot", "npx mocha -R dot --reporter spec".into()),
        ("go test ./...", "go test -v ./...".into()),
        ("cargo test -p x -- --nocapture", "cargo test --no-fail-fast -p x -- --nocapture".into()),
        ("cargo +nightly test", "cargo +nightly test --no-fail-fast".into()),
        ("cargo nextest run -p x", "cargo nextest run --no-fail-fast -p x".into()),
        (
            "python3 -m unittest discover -s tests",
            "python3 -m unittest discover -s tests -v".into(),
        ),
        ("python manage.py test app", "python manage.py test app -v 2".into()),
    ] {
        assert_eq!(line_of(line, &setup()), rewritten);
    }
}

#[test]
fn what_is_not_sure_stays_as_it_is() {
    for line in [
        "npm run lint && npx jest",
        "npx jest | tail -5",
        "npx jest $ARGS",
        "npx jest -- src",
        "npx jest --json",
        "npx jest --watch",
        "npx vitest run --reporter=dot",
        "npx vitest bench",
        "npx mocha",
        "npx mocha --reporter xunit --reporter-option output=x.xml",
        "npm run test:all",
        "npm --prefix web test",
        "npm test -w web",
        "npm run missing",
        "bun test",
        "bun run test",
        "pnpm test -- src",
        "pnpm t",
        "yarn workspaces run test",
        "node --test",
        "go test -json ./...",
        "go test -v ./...",
        "go build ./...",
        "cargo test test",
        "cargo test --no-run",
        "cargo nextest run --max-fail 3",
        "cargo nextest list",
        "cargo build",
        "make test",
        "(cargo test)",
        "cargo test; true",
        "python -m unittest -v",
        "",
    ] {
        assert_eq!(line_of(line, &setup()), line);
    }
    let configured = [("vite.config.ts", "test: { reporters: ['./ours.ts'] }")];
    let setup = Setup { configuration: &configured, ..setup() };
    assert_eq!(line_of("npx vitest run", &setup), "npx vitest run");
}

#[test]
fn pytest_listens_to_its_environment() {
    let options = |line: &str, setup: &Setup<'_>| {
        let reporting = Reporting::of(line, setup);
        assert_eq!(reporting.line, line);
        reporting
            .env
            .iter()
            .find(|(name, _)| name == "PYTEST_ADDOPTS")
            .map(|(_, value)| value.clone())
    };
    let ours = "-v -o junit_family=xunit1 --junitxml=/r/pytest.xml";
    for line in ["pytest -q", "cd a && uv run pytest", "make test", "npm run test:py", "tox | cat"]
    {
        assert_eq!(options(line, &setup()).as_deref(), Some(ours), "{line}");
    }
    for line in ["cargo test -p x", "npx vitest run", "PYTEST_ADDOPTS=-x pytest", "ls"] {
        let line_options = Reporting::of(line, &setup()).env;
        assert!(!line_options.iter().any(|(name, _)| name == "PYTEST_ADDOPTS"), "{line}");
    }
    let theirs = [("pyproject.toml", "addopts = \"--junitxml=report.xml\"")];
    let configured = Setup { configuration: &theirs, ..setup() };
    assert_eq!(options("pytest", &configured).as_deref(), Some("-v -rfExXp"));
    let environment = [("PYTEST_ADDOPTS", "-x")];
    let with = Setup { environment: &environment, reports: "/a b", ..setup() };
    let joined = "-x -v -o junit_family=xunit1 --junitxml='/a b/pytest.xml'";
    assert_eq!(options("pytest", &with).as_deref(), Some(joined));
}

#[test]
fn flags_of_go_are_added_to_and_never_hide_those_of_its_own_file() {
    let env = |setup: &Setup<'_>| Reporting::of("cd a && go test ./...", setup).env;
    assert_eq!(env(&setup()), []);
    let environment = [("GOFLAGS", "-mod=mod")];
    let with = Setup { environment: &environment, ..setup() };
    assert_eq!(env(&with), [("GOFLAGS".to_owned(), "-mod=mod -v".to_owned())]);
}

#[test]
fn reports_are_told_where_they_are_written() {
    let reporting = Reporting::of("npm test", &setup());
    assert_eq!(reporting.reports, ["/r/jest.json"]);
    assert_eq!(Reporting::of("pytest", &setup()).reports, ["/r/pytest.xml"]);
    assert_eq!(Reporting::of("go test ./...", &setup()).reports, Vec::<String>::new());
}
