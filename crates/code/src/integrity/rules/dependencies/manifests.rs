//! Which packages a manifest asks for, in the manifests of the usual package managers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::integrity::settings::{self, LIST, Setting};
use crate::language::file_name;

/// Packages with what is asked for of each, and the line.
pub(super) type Packages = BTreeMap<String, (String, u32)>;

/// `implementation("group:artifact:1.0")`, `gem "name", "1.0"`, `{:name, "1.0"}`, `<PackageReference Include="…" Version="…"`.
static GRADLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^\s*\w*(?:mplementation|[aA]pi|ompileOnly|untimeOnly|classpath|kapt|ksp|annotationProcessor)\s*\(?\s*(?:\w*[pP]latform\()?["'](?P<name>[\w.-]+:[\w.-]+)(?::(?P<version>[^"']+))?["']"#).ok()
});
static GEM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"^\s*(?:gem|\w+\.add_(?:\w+_)?dependency)[ (]\s*["'](?P<name>[\w-]+)["']\s*,?\s*(?P<version>.*)$"#).ok()
});
static MIX: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*\{:(?P<name>\w+),\s*(?P<version>.*?)\},?\s*$").ok());
static NUGET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"<Package(?:Reference|Version)\s+Include="(?P<name>[^"]+)"(?:\s+Version="(?P<version>[^"]*)")?"#).ok()
});
static SWIFT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\.package\(\s*(?:name:[^,]+,\s*)?(?:url|path):\s*"(?P<name>[^"]+)"(?P<version>[^)]*)\)"#,
    )
    .ok()
});

/// The packages that a manifest asks for; none if the file is no manifest that is read here.
pub(super) fn packages(path: &str, text: &str) -> Option<Packages> {
    let name = file_name(path);
    let all = || settings::read(path, text).map(|value| value.settings()).unwrap_or_default();
    Some(match name {
        "package.json" => of_settings(all(), npm),
        "Cargo.toml" => of_settings(all(), cargo),
        "pyproject.toml" | "pixi.toml" => of_settings(all(), python),
        "Pipfile" => {
            let all = settings::read("Pipfile.toml", text).map(|value| value.settings());
            of_settings(all.unwrap_or_default(), |one| {
                one.path.first()?.contains("packages").then(|| keyed(one, 1))?
            })
        }
        "setup.cfg" => setup(all()),
        "setup.py" => called(text),
        "go.mod" => go(text),
        "composer.json" => of_settings(all(), |one| {
            let section = one.path.first()?;
            let is_package = one.path.get(1).is_some_and(|name| name.contains('/'));
            (section.starts_with("require") && is_package).then(|| keyed(one, 1))?
        }),
        "pnpm-workspace.yaml" => of_settings(all(), |one| {
            let section = one.path.first()?;
            (section.starts_with("catalog") || section == "overrides").then(|| keyed(one, 1))?
        }),
        "pubspec.yaml" => of_settings(all(), |one| {
            one.path.first()?.contains("dependenc").then(|| keyed(one, 1))?
        }),
        "environment.yml" | "environment.yaml" => of_settings(all(), |one| {
            (one.path.first()? == "dependencies").then(|| required(&one.value))?
        }),
        "deno.json" | "deno.jsonc" => of_settings(all(), |one| {
            (one.path.first()? == "imports" && one.value.contains(':')).then(|| keyed(one, 1))?
        }),
        "libs.versions.toml" => of_settings(all(), |one| keyed(one, 1)),
        "pom.xml" => maven(text),
        "Gemfile" => by_lines(text, &GEM),
        "mix.exs" => by_lines(text, &MIX),
        "Package.swift" => by_lines(text, &SWIFT),
        _ if is_pip(path) => pip(text),
        _ if name.ends_with(".gradle") || name.ends_with(".gradle.kts") => by_lines(text, &GRADLE),
        _ if name.ends_with(".gemspec") => by_lines(text, &GEM),
        _ if name.ends_with("proj") || name == "Directory.Packages.props" => by_lines(text, &NUGET),
        _ => return None,
    })
}

fn of_settings(
    all: Vec<Setting>,
    package: impl Fn(&Setting) -> Option<(String, String)>,
) -> Packages {
    let mut found = Packages::new();
    for setting in all {
        let Some((name, asked)) = package(&setting) else { continue };
        let entry = found.entry(name).or_insert_with(|| (String::new(), setting.line));
        if !entry.0.is_empty() && !asked.is_empty() {
            entry.0.push(' ');
        }
        entry.0.push_str(&asked);
    }
    found
}

/// A package whose name is the part of a path at a place, with the value and the names that follow.
fn keyed(setting: &Setting, at: usize) -> Option<(String, String)> {
    let name = setting.path.get(at)?;
    let rest: Vec<&str> =
        setting.path[at + 1..].iter().map(String::as_str).filter(|part| *part != LIST).collect();
    let asked = match rest[..] {
        [] | ["version"] => setting.value.clone(),
        _ => format!("{} {}", rest.join("."), setting.value),
    };
    Some((name.clone(), asked))
}

fn npm(setting: &Setting) -> Option<(String, String)> {
    let first = setting.path.first()?;
    if first.ends_with("ependencies") {
        return keyed(setting, 1);
    }
    let at = setting.path.iter().position(|part| {
        matches!(part.as_str(), "overrides" | "resolutions" | "patchedDependencies")
    })?;
    if at > usize::from(first == "pnpm") {
        return None;
    }
    let name = setting.path[at + 1..].join(" ");
    Some((format!("{name} (everywhere)"), setting.value.clone()))
}

/// What of a dependency of Cargo says which code it is.
const SOURCES: &[&str] =
    &["version", "git", "path", "rev", "branch", "tag", "registry", "package", "workspace"];

fn cargo(setting: &Setting) -> Option<(String, String)> {
    let section = setting.path.first()?;
    let is_patch = section.starts_with("patch.") || section == "replace";
    let (name, rest) = match section.rsplit_once("dependencies.") {
        Some((_, name)) => (name.to_owned(), &setting.path[1..]),
        None if section.ends_with("dependencies") || is_patch => {
            let name = setting.path.get(1)?;
            // `serde.workspace = true` is a table, too.
            let (name, inner) = name.split_once('.').unwrap_or((name, ""));
            if !inner.is_empty() {
                let asked = SOURCES.contains(&inner).then(|| format!("{inner} {}", setting.value));
                return Some((name.to_owned(), asked?));
            }
            (name.to_owned(), &setting.path[2..])
        }
        None => return None,
    };
    let name = if is_patch { format!("{name} (everywhere)") } else { name };
    match rest {
        [] => Some((name, setting.value.clone())),
        [field, ..] if SOURCES.contains(&field.as_str()) => {
            let asked = if field == "version" {
                setting.value.clone()
            } else {
                format!("{field} {}", setting.value)
            };
            Some((name, asked))
        }
        _ => Some((name, String::new())),
    }
}

/// A requirement as PEP 508 and Conda write it: the name, and what is asked for.
fn required(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let is_name = text.starts_with(char::is_alphabetic);
    is_name.then(|| (text[..end].to_owned(), text[end..].trim().to_owned()))
}

fn python(setting: &Setting) -> Option<(String, String)> {
    let joined = setting
        .path
        .iter()
        .filter(|part| *part != LIST)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(".");
    let section = setting.path.first().map_or("", String::as_str);
    let is_named = setting.path.get(1).is_some_and(|name| name != LIST);
    let is_extra = setting.is_item() && section.contains("optional");
    let is_table = section.ends_with("dependencies") && is_named && !is_extra;
    if is_table {
        let name = setting.path.get(1)?;
        let is_source = setting
            .path
            .get(2)
            .is_none_or(|field| SOURCES.contains(&field.as_str()) || field == "url");
        let of = keyed(setting, 1)?;
        return (name != "python").then(|| if is_source { of } else { (of.0, String::new()) });
    }
    if joined.contains("uv.sources") {
        let (name, asked) = keyed(setting, 1)?;
        return Some((format!("{name} (its source)"), asked));
    }
    let is_list =
        ["project.dependencies", "build-system.requires"].iter().any(|list| joined == *list)
            || [
                "optional-dependencies",
                "dependency-groups",
                "dev-dependencies",
                "override-dependencies",
                "constraint-dependencies",
            ]
            .iter()
            .any(|table| joined.contains(table))
            || (joined.contains("hatch.envs") && joined.ends_with("dependencies"));
    if !is_list || !setting.is_item() {
        return None;
    }
    required(&setting.value)
}

fn setup(all: Vec<Setting>) -> Packages {
    of_settings(all, |one| {
        let section = one.path.first()?;
        let list = one.path.get(1)?;
        let is_list = (section == "options" && list.ends_with("_requires"))
            || list.ends_with("_require")
            || section.ends_with("extras_require");
        if !is_list { None } else { required(&one.value) }
    })
}

/// Texts in the lists that a call of `setup` is given.
fn called(text: &str) -> Packages {
    let mut found = Packages::new();
    let mut in_list = false;
    for (line, number) in text.lines().zip(1u32..) {
        let line = line.split(" #").next().unwrap_or(line);
        in_list |= ["install_requires", "extras_require", "tests_require", "setup_requires"]
            .iter()
            .any(|list| line.contains(list));
        let head = line.find("_require").or_else(|| line.find("install_requires"));
        let after = head.map_or(line, |at| &line[at..]);
        let after = head.and_then(|_| after.split_once(['=', ':'])).map_or(after, |(_, rest)| rest);
        let texts = after.split(['"', '\'']).skip(1).step_by(2).filter(|_| in_list);
        for (name, asked) in texts.filter_map(required) {
            found.insert(name, (asked, number));
        }
        if line.trim_end().ends_with("],")
            || line.trim_end().ends_with(']')
            || line.trim_end().ends_with("},")
        {
            in_list = false;
        }
    }
    found
}

fn go(text: &str) -> Packages {
    let mut found = Packages::new();
    let mut block = String::new();
    for (line, number) in text.lines().zip(1u32..) {
        let is_indirect = line.contains("// indirect");
        let line = line.split("//").next().unwrap_or(line).trim();
        if let Some(name) = line.strip_suffix('(') {
            name.trim().clone_into(&mut block);
            continue;
        }
        if line == ")" {
            block.clear();
            continue;
        }
        let (verb, rest) = match block.as_str() {
            "" => line.split_once(' ').unwrap_or((line, "")),
            block => (block, line),
        };
        let Some((name, asked)) = rest.trim().split_once(' ') else { continue };
        match verb {
            "require" if !is_indirect => {
                found.insert(name.to_owned(), (asked.trim().to_owned(), number));
            }
            "replace" | "exclude" => {
                found.insert(format!("{name} ({verb})"), (asked.trim().to_owned(), number));
            }
            _ => {}
        }
    }
    found
}

fn by_lines(text: &str, regex: &LazyLock<Option<Regex>>) -> Packages {
    let mut found = Packages::new();
    for (line, number) in text.lines().zip(1u32..) {
        let Some(captured) = regex.as_ref().and_then(|regex| regex.captures(line)) else {
            continue;
        };
        let version = captured.name("version").map_or("", |version| version.as_str());
        found.insert(captured["name"].to_owned(), (version.to_owned(), number));
    }
    found
}

fn maven(text: &str) -> Packages {
    let mut found = Packages::new();
    let value = |line: &str, tag: &str| {
        let (_, rest) = line.split_once(&format!("<{tag}>"))?;
        Some(rest.split('<').next().unwrap_or(rest).trim().to_owned())
    };
    let (mut group, mut artifact, mut in_block) = (String::new(), (String::new(), 0), false);
    for (line, number) in text.lines().zip(1u32..) {
        in_block |= ["<dependency>", "<plugin>", "<parent>"].iter().any(|tag| line.contains(tag));
        if !in_block {
            continue;
        }
        if let Some(of) = value(line, "groupId") {
            group = of;
        }
        if let Some(of) = value(line, "artifactId") {
            artifact = (of, number);
            found.insert(format!("{group}:{}", artifact.0), (String::new(), number));
        }
        if let Some(version) = value(line, "version")
            && let Some(known) = found.get_mut(&format!("{group}:{}", artifact.0))
        {
            *known = (version, number);
        }
        in_block &=
            !["</dependency>", "</plugin>", "</parent>"].iter().any(|tag| line.contains(tag));
    }
    found
}

/// Whether a file lists packages for pip.
fn is_pip(path: &str) -> bool {
    let name = file_name(path);
    let is_list = name.ends_with(".txt") || name.ends_with(".in");
    let in_folder = path.split('/').rev().nth(1) == Some("requirements");
    let is_named = ["requirements", "constraints", "dev-requirements", "test-requirements"]
        .iter()
        .any(|begin| name.starts_with(begin))
        || name.contains("requirements.");
    is_list && (in_folder || is_named)
}

fn pip(text: &str) -> Packages {
    let mut found = Packages::new();
    for (line, number) in text.lines().zip(1u32..) {
        let line = line.split(" #").next().unwrap_or(line).trim().trim_end_matches('\\').trim();
        let is_source = line.starts_with("-e ")
            || line.starts_with("git+")
            || line.starts_with("http")
            || line.starts_with("--index-url")
            || line.starts_with("--extra-index-url")
            || line.starts_with("-i ");
        if is_source {
            found.insert(line.to_owned(), (String::new(), number));
        } else if !line.starts_with(['#', '-'])
            && let Some((name, asked)) = required(line)
        {
            found.insert(name, (asked, number));
        }
    }
    found
}
