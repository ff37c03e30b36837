//! What settings of checkers mean, by their names: which way lets more through.

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

const NAMES: &[&str] = &[
    "pyproject.toml",
    "setup.cfg",
    ".coveragerc",
    "tox.ini",
    "pytest.ini",
    "mypy.ini",
    ".mypy.ini",
    "ruff.toml",
    ".ruff.toml",
    ".flake8",
    ".pylintrc",
    "pylintrc",
    "pylintrc.toml",
    "package.json",
    ".nycrc",
    ".nycrc.json",
    ".c8rc.json",
    ".c8rc",
    "codecov.yml",
    ".codecov.yml",
    "codecov.yaml",
    ".codecov.yaml",
    ".coveralls.yml",
    "Cargo.toml",
    "clippy.toml",
    ".clippy.toml",
    "deny.toml",
    "tarpaulin.toml",
    "biome.json",
    "biome.jsonc",
    ".oxlintrc.json",
    "sonar-project.properties",
    "pyrightconfig.json",
    ".pre-commit-config.yaml",
    ".bandit",
    "bandit.yaml",
    ".rubocop.yml",
    ".yamllint",
    ".yamllint.yml",
    ".yamllint.yaml",
    ".swiftlint.yml",
    "detekt.yml",
    "phpstan.neon",
    "angular.json",
    "revive.toml",
    ".testcoverage.yml",
    "octocov.yml",
    ".octocov.yml",
    "lerna.json",
    "nextest.toml",
    ".size-limit.json",
    "knip.json",
    "tslint.json",
    "jsconfig.json",
    ".eslintignore",
    ".stylelintignore",
    ".semgrepignore",
    ".trivyignore",
    ".gitleaksignore",
    ".markdownlintignore",
];
const BEGINS: &[&str] = &[
    "jest.config.",
    "vitest.config.",
    "vite.config.",
    "vitest.workspace.",
    "tsconfig",
    ".eslintrc",
    "eslint.config.",
    ".golangci.",
    "nyc.config.",
    ".mocharc",
    "karma.conf",
    "playwright.config.",
    "next.config.",
    ".stylelintrc",
    "stylelint.config.",
    "stryker.conf",
    "stryker.config",
    ".oxlintrc",
    ".markdownlint",
    "cypress.config.",
    "xo.config",
];

pub(super) fn is_configuration(name: &str) -> bool {
    NAMES.contains(&name) || BEGINS.iter().any(|begin| name.starts_with(begin))
}

/// Paths of what is no code of the program: tests, what programs write, what others wrote.
const BESIDE: &[&str] = &[
    "test",
    "spec",
    "conftest",
    "__init__",
    "migrations",
    "docs",
    "doc/",
    "examples",
    "example",
    "scripts",
    "dist",
    "build",
    "node_modules",
    ".venv",
    "venv",
    "coverage",
    "generated",
    "gen/",
    "_pb2",
    ".pb.",
    ".next",
    "vendor",
    "third_party",
    "thirdparty",
    "__pycache__",
    ".git",
    ".tox",
    ".nox",
    ".d.ts",
    "out/",
    "target",
    ".min.",
    "fixtures",
    "__mocks__",
    "mocks",
    "stories",
    "storybook",
    ".cache",
    ".mypy_cache",
    ".pytest_cache",
    ".eggs",
    "snapshots",
    "public/",
    "config.",
    "setup.py",
    "benches",
    "bench",
    "proto",
    "*.md",
    ".json",
    "e2e",
    "lock",
    "tmp",
];

/// Whether a path names nothing of the program's own code.
pub(super) fn is_beside(path: &str) -> bool {
    let lower = path.to_ascii_lowercase().replace("\\.", ".");
    let padded = format!("{lower}/");
    BESIDE.iter().any(|word| padded.contains(word))
}

/// Rules that say what a formatter contradicts: the tools' own documents say to switch them off.
const OF_FORMATTERS: &[&str] = &[
    "E203", "W503", "W504", "COM812", "ISC001", "D203", "D211", "D212", "D213", "E111", "E114",
    "E117", "Q000", "Q003", "W191", "prettier",
];

const LEAST: &[&str] = &[
    "failunder",
    "covfailunder",
    "mincoverage",
    "minimumcoverage",
    "coverageminimum",
    "thresholdmin",
    "score",
    "minscore",
    "break",
    "failunderline",
    "totalcoverage",
    "coveragethreshold",
    "minimum",
];
const LEAST_OF_COVERAGE: &[&str] = &[
    "branches",
    "functions",
    "lines",
    "statements",
    "target",
    "global",
    "total",
    "file",
    "package",
    "acceptable",
];
const MOST: &[&str] = &[
    "maxwarnings",
    "maxcomplexity",
    "complexity",
    "maxlines",
    "maxlinesperfunction",
    "maxdepth",
    "maxargs",
    "maxparams",
    "maxbranches",
    "maxreturns",
    "maxstatements",
    "maxlocals",
    "maxattributes",
    "maxmodulelines",
    "maxpublicmethods",
    "maxnestedcallbacks",
    "mincomplexity",
    "maxlinelength",
    "linelength",
    "maxsize",
    "maximumerror",
    "maximumwarning",
    "cognitivecomplexity",
    "cyclomaticcomplexity",
    "maxclasses",
    "maxnestedblocks",
    "maxboolexpr",
    "minsimilaritylines",
    "maxpositionalarguments",
    "maxdoclength",
    "minconfidence",
];
const STRICT: &[&str] = &[
    "strict",
    "noimplicitany",
    "strictnullchecks",
    "strictfunctiontypes",
    "noimplicitthis",
    "alwaysstrict",
    "nounusedlocals",
    "nounusedparameters",
    "noimplicitreturns",
    "nofallthroughcasesinswitch",
    "nouncheckedindexedaccess",
    "strictpropertyinitialization",
    "useunknownincatchvariables",
    "exactoptionalpropertytypes",
    "strictbindcallapply",
    "noimplicitoverride",
    "nopropertyaccessfromindexsignature",
    "forceconsistentcasinginfilenames",
    "checkjs",
    "noemitonerror",
    "nouncheckedsideeffectimports",
    "disallowuntypeddefs",
    "disallowincompletedefs",
    "disallowuntypedcalls",
    "disallowuntypeddecorators",
    "disallowsubclassingany",
    "disallowanygenerics",
    "disallowanyexpr",
    "disallowanyunimported",
    "checkuntypeddefs",
    "noimplicitoptional",
    "warnreturnany",
    "warnunusedignores",
    "warnunreachable",
    "warnredundantcasts",
    "warnunusedconfigs",
    "noimplicitreexport",
    "strictequality",
    "strictoptional",
    "extrachecks",
    "xfailstrict",
    "checkcoverage",
    "typechecked",
    "failonflakytests",
    "forbidonly",
    "denywarnings",
    "failonwarning",
    "failonwarnings",
    "requirecitopass",
    "perfile",
    "recommended",
    "reportunuseddisabledirectives",
    "allowerrorsinsrc",
    "strictlistinference",
    "strictdictionaryinference",
    "strictsetinference",
    "strictparameternoneifdefault",
    "stricttemplates",
    "strictinjectionparameters",
    "fullTemplateTypeCheck",
    "strictmarkers",
    "strictconfig",
    "failonerror",
    "waitforquality",
    "100",
];
const LENIENT: &[&str] = &[
    "ignoreerrors",
    "skiplibcheck",
    "ignorebuilderrors",
    "ignoreduringbuilds",
    "allowunreachablecode",
    "allowunusedlabels",
    "suppressimplicitanyindexerrors",
    "passwithnotests",
    "allowuntypeddefs",
    "allowuntypedcalls",
    "allowuntypedglobals",
    "allowredefinition",
    "exitzero",
    "informational",
    "dangerouslyignoreunhandlederrors",
    "allowonly",
    "disableall",
    "suppressexcessPropertyErrors",
    "nocheck",
    "allowfailures",
    "implicitreexport",
    "ignoredeprecations",
];
const CHECKED: &[&str] = &[
    "select",
    "extendselect",
    "enable",
    "enabled",
    "include",
    "testpaths",
    "testmatch",
    "source",
    "sourcepkgs",
    "packages",
    "collectcoveragefrom",
    "contexts",
    "files",
    "linters",
    "checks",
    "fixable",
    "sonar.sources",
    "sonar.tests",
];
const UNCHECKED: &[&str] = &[
    "ignore",
    "extendignore",
    "disable",
    "disabled",
    "exclude",
    "extendexclude",
    "omit",
    "testpathignorepatterns",
    "ignorepatterns",
    "coveragepathignorepatterns",
    "perfileignores",
    "extendperfileignores",
    "collectignore",
    "norecursedirs",
    "disableerrorcode",
    "skip",
    "skips",
    "ignores",
    "excludedirs",
    "excludefiles",
    "skipdirs",
    "skipfiles",
    "exclusions",
    "excluderules",
    "modulepathignorepatterns",
    "ignorefiles",
    "ignorepaths",
    "excludepaths",
    "testignore",
    "excludelinters",
    "sonar.exclusions",
    "sonar.coverage.exclusions",
    "excludedfiles",
    "ignorepackages",
    "unfixable",
    "watchpathignorepatterns",
    "deselect",
];

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

fn truth(text: &str) -> Option<bool> {
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

/// Files in which lists say what is checked.
const LISTS: &[&str] = &[
    "ruff",
    "golangci",
    "pyproject",
    "setup.cfg",
    "flake8",
    "pylintrc",
    "eslint",
    "jest",
    "vitest",
    "vite.config",
    "coveragerc",
    "tox.ini",
    "mypy",
    "biome",
    "tsconfig",
    "pytest.ini",
    "bandit",
    "nyc",
    "c8",
    "package.json",
    "codecov",
    "pyright",
    "stylelint",
    "sonar",
    "deny.toml",
    "pre-commit",
    "oxlint",
    "mocharc",
    "rubocop",
    "playwright",
    "yamllint",
    "knip",
    "tarpaulin",
    "testcoverage",
    "clippy",
];

fn listed(file: &str, setting: &Setting, is_linter: bool) -> Vec<Gate> {
    if !LISTS.iter().any(|word| file.contains(word)) {
        return Vec::new();
    }
    let is_of_checker = match file {
        "pyproject.toml" => setting.path.first().is_some_and(|section| {
            [
                "ruff",
                "coverage",
                "mypy",
                "pytest",
                "pylint",
                "pyright",
                "bandit",
                "flake8",
                "black",
                "isort",
                "vulture",
                "ty",
                "interrogate",
                "pydocstyle",
            ]
            .iter()
            .any(|tool| section.contains(tool))
        }),
        "package.json" => {
            ["jest", "nyc", "c8", "eslintConfig", "xo", "ava", "vitest", "mocha", "stylelint"]
                .iter()
                .any(|tool| setting.path.first().is_some_and(|first| first == tool))
        }
        "setup.cfg" | "tox.ini" => setting.path.first().is_some_and(|section| {
            ["flake8", "coverage", "mypy", "pytest", "pylint", "pycodestyle", "pydocstyle"]
                .iter()
                .any(|tool| section.contains(tool))
        }),
        "vite.config.ts" | "vite.config.js" => setting.is_under("test"),
        _ => true,
    };
    let place = setting.path.iter().rposition(|part| {
        let part = plain(part);
        UNCHECKED.contains(&part.as_str()) || CHECKED.contains(&part.as_str())
    });
    let Some(at) = place.filter(|_| is_of_checker) else { return Vec::new() };
    let list = setting.path[at].clone();
    let inner: Vec<&str> =
        setting.path[at + 1..].iter().map(String::as_str).filter(|part| *part != LIST).collect();
    let is_unchecked = UNCHECKED.contains(&plain(&list).as_str());
    // Of an exclusion that is a map, the place says what is left out.
    if plain(&list).starts_with("exclu")
        && inner.last().is_some_and(|last| {
            !matches!(
                *last,
                "path" | "text" | "source" | "paths" | "rules" | "generated" | "presets"
            )
        })
        && file.contains("golangci")
    {
        return Vec::new();
    }
    if inner.last().is_some_and(|last| matches!(*last, "generated" | "presets")) {
        return Vec::new();
    }
    // In a flat configuration, `files` says where a block counts.
    if is_linter
        && matches!(plain(&list).as_str(), "files" | "include" | "enabled" | "enable" | "linters")
        || matches!(plain(&list).as_str(), "files" | "linters")
            && !file.contains("tsconfig")
            && !file.contains("mypy")
            && !file.contains("golangci")
            && file != "pyproject.toml"
    {
        return Vec::new();
    }
    let is_text_list =
        [".cfg", ".ini", ".flake8", ".coveragerc", "pylintrc", ".bandit", ".properties"]
            .iter()
            .any(|end| file.ends_with(end));
    let values: Vec<&str> = match is_text_list {
        true => setting
            .value
            .split([',', ' ', '\t'])
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect(),
        false => vec![setting.value.trim()],
    };
    let values = values.into_iter().map(|value| value.trim_end_matches(','));
    let gate = |value: &str| {
        if value.is_empty() || truth(value).is_some() {
            return None;
        }
        let item = inner.iter().copied().chain([value]).collect::<Vec<_>>().join(" ");
        if is_unchecked {
            let is_fine =
                is_beside(&item) || OF_FORMATTERS.contains(&value) || value.starts_with('!');
            return (!is_fine).then(|| Gate::Unchecked(list.clone(), item));
        }
        Some(match value.strip_prefix('!') {
            Some(left_out) if !is_beside(left_out) => {
                Gate::Unchecked(list.clone(), left_out.to_owned())
            }
            Some(_) => return None,
            None => Gate::Checked(list.clone(), item),
        })
    };
    values.filter_map(gate).collect()
}
