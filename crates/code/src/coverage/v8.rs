//! What Node writes where `NODE_V8_COVERAGE` names a folder: for each process, how often each part of each script ran
//! (nodejs.org/api/cli.html#node_v8_coveragedir; Chrome DevTools Protocol, `Profiler.ScriptCoverage`).

use callboard_model::check::executed::{Executed, ExecutedLines, Lines, NotMeasured};
use serde::Deserialize;

use super::{Checkout, of_absolute};
use crate::limits;

#[derive(Deserialize)]
struct Process {
    #[serde(default)]
    result: Vec<Script>,
}

#[derive(Deserialize)]
struct Script {
    url: String,
    #[serde(default)]
    functions: Vec<Function>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default)]
    ranges: Vec<Range>,
}

/// A part of a script, in UTF-16 units of its source.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
struct Range {
    start_offset: u32,
    end_offset: u32,
    count: i64,
}

/// What one process ran of the checkout. Each line of a file that was loaded with a letter or digit in it counts as one
/// that can run. A script that is not, unit for unit, as long as its file was made of it, and is only named.
///
/// `room` is how many bytes of files are looked at, and is less by those that were; where it ends, [`NotMeasured::TooMuch`] is
/// told.
#[must_use]
pub fn read_v8(report: &str, checkout: &dyn Checkout, room: &mut u64) -> Executed {
    let mut executed = Executed::default();
    let Ok(process) = serde_json::from_str::<Process>(report) else { return executed };
    for script in process.result {
        let Some(path) = path_of(&script.url).and_then(|path| of_absolute(checkout, &path)) else {
            continue;
        };
        let Some(text) = checkout.text(&path).filter(|text| text.len() <= limits::FILE_BYTES)
        else {
            continue;
        };
        let Some(left) = room.checked_sub(text.len() as u64) else {
            executed.not_measured.insert(NotMeasured::TooMuch);
            return executed;
        };
        *room = left;
        // The first function is the script as a whole.
        let whole = script.functions.first().and_then(|function| function.ranges.first());
        let units: usize = text.chars().map(char::len_utf16).sum();
        // Node takes the mark of byte order away.
        let skipped = usize::from(text.starts_with('\u{feff}'));
        if whole.is_none_or(|whole| {
            whole.start_offset != 0 || whole.end_offset as usize != units - skipped
        }) {
            executed.unclear.insert(path);
            executed.not_measured.insert(NotMeasured::Transformed);
            continue;
        }
        let ranges: Vec<Range> =
            script.functions.into_iter().flat_map(|function| function.ranges).collect();
        let lines = lines_of(text.trim_start_matches('\u{feff}'), ranges);
        let one = Executed { files: [(path, lines)].into(), ..Executed::default() };
        executed.add(one);
    }
    executed
}

/// The path of a `file:` address (RFC 8089).
fn path_of(url: &str) -> Option<String> {
    let path = url.strip_prefix("file://")?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// A line has run if any letter or digit of it stands in a part that did: of the parts around it, the innermost tells.
fn lines_of(text: &str, mut ranges: Vec<Range>) -> ExecutedLines {
    ranges.sort_by_key(|range| (range.start_offset, std::cmp::Reverse(range.end_offset)));
    let mut coming = ranges.into_iter().peekable();
    let mut around: Vec<Range> = Vec::new();
    let (mut line, mut at) = (1u32, 0u32);
    let (mut executable, mut executed): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    for c in text.chars() {
        if c.is_alphanumeric() {
            while let Some(range) = coming.next_if(|range| range.start_offset <= at) {
                while around.last().is_some_and(|inner| inner.end_offset <= range.start_offset) {
                    around.pop();
                }
                around.push(range);
            }
            while around.last().is_some_and(|inner| inner.end_offset <= at) {
                around.pop();
            }
            if executable.last() != Some(&line) {
                executable.push(line);
            }
            if around.last().is_some_and(|inner| inner.count > 0) && executed.last() != Some(&line)
            {
                executed.push(line);
            }
        }
        if c == '\n' {
            line += 1;
        }
        at += u32::from(c.len_utf16() == 2) + 1;
    }
    ExecutedLines { executable: Lines::from_iter(executable), executed: Lines::from_iter(executed) }
}

#[cfg(test)]
mod tests {
    use super::super::made::Made;
    use super::*;

    // What Node 20 writes of this file, of which `used` is called with 2.
    const TEXT: &str = "// héllo comment ü\nexport function used(x) {\n  if (x > 1) {\n    return 'big'\n  } else {\n    return 'small'\n  }\n}\n\nexport function unused(a,\n  b) {\n  return a + b\n}\n";
    const REPORT: &str = r#"{"result":[{"scriptId":"1","url":"node:internal/url","functions":[]},
        {"scriptId":"154","url":"file:///w/my%20a.mjs","functions":[
        {"functionName":"","ranges":[{"startOffset":0,"endOffset":164,"count":1}],"isBlockCoverage":true},
        {"functionName":"used","ranges":[{"startOffset":26,"endOffset":112,"count":1},{"startOffset":80,"endOffset":110,"count":0}],"isBlockCoverage":true},
        {"functionName":"unused","ranges":[{"startOffset":121,"endOffset":163,"count":0}],"isBlockCoverage":false}]},
        {"scriptId":"155","url":"file:///w/node_modules/x.js","functions":[]}],"timestamp":1.5}"#;

    #[test]
    fn the_innermost_part_around_a_line_tells_whether_it_ran() {
        let made = Made::of(&[("my a.mjs", TEXT), ("node_modules/x.js", "")]);
        let executed = read_v8(REPORT, &made, &mut 1000);
        assert_eq!(executed.files.len(), 1);
        let lines = &executed.files["my a.mjs"];
        assert_eq!(lines.executable.ranges(), [(1, 6), (10, 12)]);
        // The line that begins a function that nobody called says `export`, and that ran.
        assert_eq!(lines.executed.ranges(), [(1, 4), (10, 10)]);
    }

    #[test]
    fn scripts_made_of_a_file_are_named_and_nothing_else() {
        let made = Made::of(&[("my a.mjs", "let x: number = 1\n")]);
        let executed = read_v8(REPORT, &made, &mut 1000);
        assert!(executed.files.is_empty() && executed.unclear.contains("my a.mjs"));
        assert!(executed.not_measured.contains(&NotMeasured::Transformed));
        let executed = read_v8(REPORT, &made, &mut 3);
        assert_eq!(executed, Executed::not_measured(NotMeasured::TooMuch));
        for broken in ["", "{", "[]", r#"{"result":[{"url":"file:///w/my%2","functions":[]}]}"#] {
            assert_eq!(read_v8(broken, &made, &mut 1000), Executed::default(), "{broken}");
        }
    }
}
