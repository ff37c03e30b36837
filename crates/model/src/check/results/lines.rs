//! Lines of output, as runners write them.

/// `output` without ANSI sequences; what overwrites a line is a line of its own.
pub(super) fn clean(output: &str) -> String {
    if output.contains('\r') {
        crate::text::plain(&output.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        crate::text::plain(output)
    }
}

/// How many spaces a line begins with.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// `path` from `root` if it lies below it, without `./` and `file://` before it.
pub(super) fn below<'a>(path: &'a str, root: &str) -> &'a str {
    let path = path.strip_prefix("file://").unwrap_or(path);
    let root = root.trim_end_matches('/');
    let inner = if root.is_empty() { None } else { path.strip_prefix(root) };
    let path = inner.and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
    path.strip_prefix("./").unwrap_or(path)
}

/// The number that `text` begins with.
pub(super) fn leading_number(text: &str) -> Option<u32> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    text[..digits].parse().ok()
}

/// `name` without a duration at its end: ` (3 ms)`, ` (0.12s)`, ` 3ms`.
pub(super) fn without_duration(name: &str) -> &str {
    let name = name.trim_end();
    let Some((before, last)) = name.rsplit_once(' ') else { return name };
    let is_duration = |word: &str| {
        let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = &word[number.len()..];
        ["ms", "s", "m", "h"].contains(&unit)
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    if let Some(inner) = last.strip_suffix(')') {
        if let Some(word) = inner.strip_prefix('(') {
            return if is_duration(word) { before } else { name };
        }
        // `(3 ms)` is two words.
        if let Some((head, number)) = before.rsplit_once(" (")
            && is_duration(&format!("{number}{inner}"))
        {
            return head;
        }
        return name;
    }
    if is_duration(last) { before } else { name }
}

/// Whether a path names a file of JavaScript or TypeScript.
pub(super) fn is_script(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known = ["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte"];
    known.contains(&extension)
}

/// What a test told as it failed, with paths from `root` and without what the runner's own insides say of it.
pub(super) fn own(failure: &str, root: &str) -> String {
    let is_inside = |line: &str| {
        let line = line.trim_start_matches("at ").trim();
        line.starts_with("node:") || line.contains("(node:")
    };
    let lines: Vec<&str> = failure.lines().filter(|line| !is_inside(line.trim_start())).collect();
    let text = lines.join("\n");
    match root.trim_end_matches('/') {
        "" => text,
        root => text.replace(&format!("file://{root}/"), "").replace(&format!("{root}/"), ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_no_part_of_a_name() {
        for (line, name) in [
            ("adds (3 ms)", "adds"),
            ("adds (0.87s)", "adds"),
            ("adds 12ms", "adds"),
            ("adds (102ms)", "adds"),
            ("adds (twice)", "adds (twice)"),
            ("waits 3 s", "waits 3 s"),
            ("adds", "adds"),
            ("each 1 and 2", "each 1 and 2"),
        ] {
            assert_eq!(without_duration(line), name);
        }
    }

    #[test]
    fn paths_are_told_from_where_the_check_ran() {
        assert_eq!(below("/w/a/src/x.js", "/w/a"), "src/x.js");
        assert_eq!(below("/w/ab/x.js", "/w/a/"), "/w/ab/x.js");
        assert_eq!(below("./x.js", ""), "x.js");
        assert_eq!(below("file:///w/x.js", "/w"), "x.js");
    }
}
