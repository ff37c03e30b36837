//! Reports in the XML that JUnit's Ant task wrote first, in the dialects of pytest, Vitest, node:test, Mocha, nextest
//! and Go's converters, and of any other that keeps to `testsuite` and `testcase`.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::lines::below;
use super::told::{Runner, Told};
use super::{TestState, TestState::*, mocha, nextest, node};
use crate::limits;

/// Whose report it is, by which its names are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Pytest,
    Vitest,
    Node,
    Mocha,
    Nextest,
    Go,
    Any,
}

/// A test case while it is read.
#[derive(Default)]
struct Case {
    class: String,
    name: String,
    file: String,
    state: Option<TestState>,
    failure: String,
}

struct Report<'a> {
    root: &'a str,
    dialect: Dialect,
    suites: Vec<String>,
    case: Option<Case>,
    /// The element whose text is a failure's.
    in_failure: bool,
    told: Told,
}

pub(super) fn read(report: &str, root: &str) -> Option<Told> {
    let mut reader = Reader::from_str(report);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut report = Report {
        root,
        dialect: Dialect::Any,
        suites: Vec::new(),
        case: None,
        in_failure: false,
        told: Told::by(Runner::Junit),
    };
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => report.start(&element),
            Ok(Event::Empty(element)) => {
                report.start(&element);
                report.end(element.local_name().as_ref());
            }
            Ok(Event::End(element)) => report.end(element.local_name().as_ref()),
            Ok(Event::Text(text)) => report.text(&text),
            Ok(Event::CData(text)) => report.text(&text),
            Ok(Event::GeneralRef(name)) => report.text(&entity(&name)),
            // What is broken or cut off ends here; what was told before stays.
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    report.told.some()
}

/// What `&name;` stands for.
fn entity(name: &str) -> String {
    let escaped = format!("&{name};");
    quick_xml::escape::unescape(&escaped).map_or_else(|_| escaped.clone(), |text| text.into_owned())
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let mut attributes = element.attributes();
    let mut found = attributes.with_checks(false).flatten();
    let is_it = |key: &str| key.rsplit(':').next() == Some(name);
    let Some(attribute) = found.find(|attribute| is_it(attribute.key.as_ref())) else {
        return String::new();
    };
    let raw = &attribute.value;
    quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_string(), |text| text.into_owned())
}

impl Report<'_> {
    fn start(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "testsuites" => {
                self.dialect = match attribute(element, "name").as_str() {
                    "vitest tests" => Dialect::Vitest,
                    "nextest-run" => Dialect::Nextest,
                    // node:test gives the root no attribute at all.
                    _ if element.attributes().next().is_none() => Dialect::Node,
                    _ => self.dialect,
                };
            }
            "testsuite" => {
                let name = attribute(element, "name");
                match name.as_str() {
                    "pytest" => self.dialect = Dialect::Pytest,
                    "Mocha Tests" => self.dialect = Dialect::Mocha,
                    // Its suites name no host elsewhere.
                    _ if self.dialect == Dialect::Node
                        && attribute(element, "disabled").is_empty() =>
                    {
                        self.dialect = Dialect::Any;
                    }
                    _ => {}
                }
                if self.suites.len() < limits::TEST_GROUP_DEPTH {
                    self.suites.push(name);
                }
            }
            "property" if attribute(element, "name") == "go.version" => self.dialect = Dialect::Go,
            "testcase" => self.case = Some(Case::of(element)),
            "failure" | "error" => self.fails(element),
            "skipped" => self.ends_as(Skipped),
            _ => {}
        }
    }

    fn ends_as(&mut self, state: TestState) {
        if let Some(case) = &mut self.case {
            case.state = case.state.max(Some(state));
        }
    }

    fn fails(&mut self, element: &BytesStart<'_>) {
        self.ends_as(Failed);
        if let Some(case) = &mut self.case {
            self.in_failure = case.failure.is_empty();
            let message = attribute(element, "message");
            if self.in_failure && !message.is_empty() {
                case.failure = message + "\n";
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(case) = self.case.as_mut().filter(|_| self.in_failure)
            && case.failure.len() < limits::TEST_FAILURE_BYTES * 4
        {
            case.failure.push_str(text);
        }
    }

    fn end(&mut self, element: &str) {
        match element {
            "testsuite" => {
                self.suites.pop();
            }
            "failure" | "error" => self.in_failure = false,
            "testcase" => {
                self.in_failure = false;
                if let Some(case) = self.case.take() {
                    self.tell(&case);
                }
            }
            _ => {}
        }
    }

    fn tell(&mut self, case: &Case) {
        let state = case.state.unwrap_or(Passed);
        let file = below(&case.file, self.root);
        let words = case.failure.lines().map(str::trim).find(|line| !line.is_empty());
        let words = words.unwrap_or("it failed outside of its tests");
        let name = match self.dialect {
            Dialect::Pytest if case.class.is_empty() && state == Failed => {
                let cause = case.failure.lines().find_map(|line| line.strip_prefix("E   "));
                let within = if file.is_empty() {
                    case.name.replace('.', "/") + ".py"
                } else {
                    file.to_owned()
                };
                return self.told.error(Some(&within), cause.unwrap_or(words));
            }
            Dialect::Vitest if case.class == case.name && state == Failed => {
                return self.told.error(Some(below(&case.class, self.root)), words);
            }
            Dialect::Node if state == Failed && node::is_file(&case.name) => {
                return self.told.error(Some(below(&case.name, self.root)), words);
            }
            Dialect::Mocha if mocha::is_hook(&case.name) => {
                return self.told.error(None, &format!("{} {}: {words}", case.class, case.name));
            }
            dialect => self.name(dialect, case, file),
        };
        if self.dialect == Dialect::Pytest {
            self.told.runner = Runner::Pytest;
        }
        let file =
            if file.is_empty() && self.dialect == Dialect::Vitest { &case.class } else { file };
        let file = match (file, self.dialect) {
            ("", Dialect::Pytest) => name.split("::").next().unwrap_or_default(),
            (file, _) => below(file, self.root),
        };
        self.told.test(&name, state).in_file(file).failing_with(failure_of(self.dialect, case));
    }

    fn name(&self, dialect: Dialect, case: &Case, file: &str) -> String {
        let (class, name) = (case.class.as_str(), case.name.as_str());
        let suite = self.suites.last().map_or("", String::as_str);
        match dialect {
            Dialect::Pytest => node_id(class, name, file),
            Dialect::Vitest => format!("{} > {name}", below(class, self.root)),
            Dialect::Mocha => format!("{class} {name}").trim_start().to_owned(),
            Dialect::Nextest => nextest::full_name(&format!("{class} {name}")),
            Dialect::Go => format!("{}.{name}", if class.contains('/') { class } else { suite }),
            Dialect::Node => {
                let path = self.suites.iter().map(String::as_str).chain([name]);
                path.collect::<Vec<_>>().join(" > ")
            }
            Dialect::Any => {
                let group = if class.is_empty() || class == name { suite } else { class };
                if group.is_empty() {
                    name.to_owned()
                } else {
                    format!("{} > {name}", below(group, self.root))
                }
            }
        }
    }
}

impl Case {
    fn of(element: &BytesStart<'_>) -> Self {
        Self {
            class: attribute(element, "classname"),
            name: attribute(element, "name"),
            file: attribute(element, "file"),
            ..Self::default()
        }
    }
}

/// pytest's text is the source and what came of it, whose lines with `E` say what failed.
fn failure_of(dialect: Dialect, case: &Case) -> &str {
    match dialect {
        Dialect::Pytest => case.failure.split("\ndef ").next().unwrap_or(&case.failure),
        _ => &case.failure,
    }
}

/// The node id of a class and a name: `tests.test_a.TestX`, `test_y` and `tests/test_a.py`. Without the file, the first
/// part that begins with a capital is taken for a class.
fn node_id(class: &str, name: &str, file: &str) -> String {
    let module = file.strip_suffix(".py").unwrap_or(file).replace('/', ".");
    let rest = class.strip_prefix(&module).filter(|_| !module.is_empty());
    if let Some(rest) = rest {
        let classes = rest.trim_start_matches('.').split('.').filter(|part| !part.is_empty());
        let parts: Vec<&str> = [file].into_iter().chain(classes).chain([name]).collect();
        return parts.join("::");
    }
    let parts: Vec<&str> = class.split('.').filter(|part| !part.is_empty()).collect();
    let is_class = |part: &&str| part.starts_with(char::is_uppercase);
    let modules = parts.iter().position(is_class).unwrap_or(parts.len());
    let path = parts[..modules].join("/") + ".py";
    let parts: Vec<&str> =
        [path.as_str()].into_iter().chain(parts[modules..].iter().copied()).chain([name]).collect();
    parts.join("::")
}
