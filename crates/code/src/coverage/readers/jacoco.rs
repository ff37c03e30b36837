//! JaCoCo's XML (its `report.dtd`): `package` and `sourcefile` name a file, `line` a line with the instructions of it that
//! ran (`ci`) and that did not (`mi`).

use quick_xml::events::Event;

use super::cobertura::{attribute, walk};
use super::noted::Noted;

/// Folders in which Maven and Gradle have sources.
const ROOTS: [&str; 4] = ["src/main/java", "src/main/kotlin", "src/main/scala", "src"];

pub(super) fn read(text: &str) -> Noted {
    let mut noted = Noted::default();
    noted.roots.extend(ROOTS.iter().map(ToString::to_string));
    let (mut package, mut file) = (String::new(), String::new());
    walk(text, |event| {
        let (Event::Start(element) | Event::Empty(element)) = event else { return };
        let told = |name: &str| attribute(element, name);
        match element.local_name().as_ref() {
            "package" => package = told("name").unwrap_or_default(),
            "sourcefile" => {
                let name = told("name").unwrap_or_default();
                file = if package.is_empty() { name } else { format!("{package}/{name}") };
            }
            "line" => {
                let number = told("nr").and_then(|text| text.parse().ok());
                if let (Some(number), false) = (number, file.is_empty()) {
                    noted.line(&file, number, told("ci").is_some_and(|count| count != "0"));
                }
            }
            _ => {}
        }
    });
    noted
}
