//! The tracefiles of LCOV (geninfo(1), "FILES"): `SF` names a file, `DA` a line and how often it ran.

use super::noted::Noted;

pub(super) fn read(text: &str) -> Noted {
    let mut noted = Noted::default();
    let mut file = "";
    for line in text.lines() {
        let line = line.trim();
        if let Some(path) = line.strip_prefix("SF:") {
            file = path;
        } else if line == "end_of_record" {
            file = "";
        } else if let (Some(data), false) = (line.strip_prefix("DA:"), file.is_empty()) {
            let mut parts = data.split(',').map(str::trim);
            let number = parts.next().and_then(|number| number.parse().ok());
            // A count may be beyond any number, or negative where threads got in each other's way.
            let count = parts.next().filter(|count| !count.is_empty());
            if let (Some(number), Some(count)) = (number, count) {
                noted.line(file, number, count != "0" && !count.starts_with('-'));
            }
        }
    }
    noted
}
