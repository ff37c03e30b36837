//! Cobertura's XML (its `coverage-04.dtd`), as coverage.py, gcovr, Istanbul, Coverlet and PHPUnit write it: `class` names a
//! file, `line` a line of it; names begin in a `source`.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::noted::Noted;

pub(super) fn read(text: &str) -> Noted {
    let mut noted = Noted::default();
    let mut file = String::new();
    let mut is_source = false;
    walk(text, |event| match event {
        Event::Start(element) | Event::Empty(element) => {
            match element.local_name().as_ref() {
                "class" => file = attribute(element, "filename").unwrap_or_default(),
                "line" if !file.is_empty() => {
                    let number = attribute(element, "number").and_then(|text| text.parse().ok());
                    let hits = attribute(element, "hits");
                    if let (Some(number), Some(hits)) = (number, hits) {
                        noted.line(&file, number, hits != "0");
                    }
                }
                _ => {}
            }
            is_source = element.local_name().as_ref() == "source";
        }
        Event::Text(text) if is_source => {
            let root = text.trim().trim_end_matches('/').to_owned();
            if !root.is_empty() && root != "." {
                noted.roots.push(root);
            }
        }
        Event::End(_) => is_source = false,
        _ => {}
    });
    noted
}

/// Each event of a document, up to where it is broken.
pub(super) fn walk(text: &str, mut seen: impl FnMut(&Event<'_>)) {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) | Err(_) => return,
            Ok(event) => seen(&event),
        }
    }
}

pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).ok().flatten()?;
    let text = &found.value;
    let unescaped = quick_xml::escape::unescape(text);
    Some(unescaped.map_or_else(|_| text.to_string(), std::borrow::Cow::into_owned))
}
