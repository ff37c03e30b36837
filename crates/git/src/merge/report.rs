//! Reads what `git merge-tree --write-tree -z` tells (git-merge-tree(1), "Output").

/// What git tells of one merge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) is_clean: bool,
    pub(super) tree: String,
    /// What the index would hold of the paths in conflict.
    pub(super) entries: Vec<Entry>,
    pub(super) messages: Vec<Message>,
}

/// One side of a path in conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) mode: String,
    pub(super) id: String,
    /// 1 for the base, 2 for the left one, 3 for the right one.
    pub(super) stage: u8,
    pub(super) path: String,
}

/// What git says of some paths, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) paths: Vec<String>,
    /// Such as `CONFLICT (contents)`; meant for programs, and stable.
    pub(super) kind: String,
}

/// All complete reports of `--stdin`.
pub(super) fn all(output: &[u8]) -> Vec<Report> {
    let mut fields = Fields(output);
    let mut found = Vec::new();
    while let Some(report) = one(&mut fields) {
        found.push(report);
    }
    found
}

/// The report of a single merge, whose verdict is the exit code.
pub(super) fn single(is_clean: bool, output: &[u8]) -> Option<Report> {
    let mut fields = Fields(output);
    let mut report = Report { is_clean, tree: fields.next()?, ..Report::default() };
    if !is_clean {
        conflict(&mut fields, &mut report)?;
    }
    Some(report)
}

fn one(fields: &mut Fields<'_>) -> Option<Report> {
    let is_clean = match fields.next()?.as_str() {
        "1" => true,
        "0" => false,
        _ => return None,
    };
    let mut report = Report { is_clean, tree: fields.next()?, ..Report::default() };
    if is_clean {
        // Only with messages, which are not asked for, would more stand before the end.
        fields.next().filter(String::is_empty)?;
    } else {
        conflict(fields, &mut report)?;
    }
    Some(report)
}

fn conflict(fields: &mut Fields<'_>, report: &mut Report) -> Option<()> {
    loop {
        let field = fields.next()?;
        if field.is_empty() {
            break;
        }
        report.entries.extend(entry(&field));
    }
    // The end of the messages is an empty field, or that of the output.
    while let Some(count) = fields.next().filter(|field| !field.is_empty()) {
        let count: usize = count.parse().ok()?;
        let paths = (0..count).map(|_| fields.next()).collect::<Option<_>>()?;
        let kind = fields.next()?;
        fields.next()?;
        report.messages.push(Message { paths, kind });
    }
    Some(())
}

/// `mode id stage TAB path`
fn entry(field: &str) -> Option<Entry> {
    let (facts, path) = field.split_once('\t')?;
    let mut facts = facts.split(' ');
    let (mode, id) = (facts.next()?.to_owned(), facts.next()?.to_owned());
    Some(Entry { mode, id, stage: facts.next()?.parse().ok()?, path: path.to_owned() })
}

/// Fields that each end in a null byte.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn next(&mut self) -> Option<String> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let (field, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        Some(String::from_utf8_lossy(field).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "0\0aa\x00100644 b1 1\ta.rs\x00100644 b2 2\ta.rs\x00100644 b3 3\ta.rs\0\0\
        1\0a.rs\0Auto-merging\0Auto-merging a.rs\n\x002\0a.rs\0new.rs\0CONFLICT (never seen)\0so it is\n\0\0\
        1\0cc\0\0";

    #[test]
    fn reports_are_read_and_a_broken_off_one_is_none() {
        let found = all(OUTPUT.as_bytes());
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].is_clean, found[0].tree.as_str()), (false, "aa"));
        let sides: Vec<_> = found[0].entries.iter().map(|e| (e.stage, e.path.as_str())).collect();
        assert_eq!(sides, [(1, "a.rs"), (2, "a.rs"), (3, "a.rs")]);
        assert_eq!(found[0].messages[1].kind, "CONFLICT (never seen)");
        assert_eq!(found[0].messages[1].paths, ["a.rs", "new.rs"]);
        assert!(found[1].is_clean && found[1].tree == "cc");
        assert_eq!(all(&OUTPUT.as_bytes()[..OUTPUT.len() - 2]).len(), 1);
        assert_eq!(all(&OUTPUT.as_bytes()[..60]).len(), 0);
    }

    #[test]
    fn a_single_report_ends_with_the_output() {
        let output = "aa\x00100644 b1 2\tf\0\x001\0f\0CONFLICT (contents)\0text\0";
        let found = single(false, output.as_bytes()).unwrap();
        assert_eq!((found.entries.len(), found.messages.len()), (1, 1));
        assert!(single(true, b"aa\0").unwrap().is_clean);
    }
}
