//! Reports in JSON: Istanbul's `coverage-final.json` (for each file, `statementMap` and how often each ran in `s`), and
//! that of `coverage json` (`files`, each with `executed_lines` and `missing_lines`).

use serde_json::Value;

use super::noted::Noted;

pub(super) fn read(text: &str) -> Noted {
    let mut noted = Noted::default();
    let Ok(Value::Object(report)) = serde_json::from_str::<Value>(text) else { return noted };
    if let Some(Value::Object(files)) = report.get("files") {
        for (path, file) in files {
            for (key, has_run) in [("executed_lines", true), ("missing_lines", false)] {
                let lines = file.get(key).and_then(Value::as_array).into_iter().flatten();
                for line in lines.filter_map(number) {
                    noted.line(path, line, has_run);
                }
            }
        }
        return noted;
    }
    for (key, file) in &report {
        let path = file.get("path").and_then(Value::as_str).unwrap_or(key);
        let Some(Value::Object(statements)) = file.get("statementMap") else { continue };
        for (id, place) in statements {
            let count = file.get("s").and_then(|counts| counts.get(id)).and_then(Value::as_f64);
            let line = place.pointer("/start/line").and_then(number);
            if let (Some(line), Some(count)) = (line, count) {
                noted.line(path, line, count > 0.0);
            }
        }
    }
    noted
}

fn number(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}
