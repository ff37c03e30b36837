//! Forms of changes, as they are written down.
//!
//! `@@ RULE yes|no [held] [also=RULE,…]` begins one: a case of the rule, or something that looks like one. `++ PATH old|new`
//! begins a side of a file. Words in `«»` stand for names and values.

use callboard_model::receipt::Rule;

/// Forms that were written when the rules stood, and the rules mended on.
pub(super) const OTHER: &str = "other wordings";
/// Forms that were written after that.
pub(super) const LAST: &str = "last wordings";

/// Forms in wordings of the usual tools of each language, by which the rules were made wider.
pub(super) const WIDER: &str = "wider wordings";

/// Forms over the tools of many kinds of projects, that were first held back and by which the rules were then made wider.
pub(super) const TOOLS: &str = "wider tools";

/// Forms by others than those who made the rules, who have not seen them; none where all have been seen.
pub(super) const FRESH: &str = "fresh wordings";

/// The files of forms, each with its language.
pub(super) const FORMS: &[(&str, &str)] = &[
    ("python", include_str!("cases/python.txt")),
    ("javascript", include_str!("cases/javascript.txt")),
    ("rust", include_str!("cases/rust.txt")),
    ("go", include_str!("cases/go.txt")),
    ("files", include_str!("cases/files.txt")),
    (WIDER, include_str!("cases/wider_checks.txt")),
    (WIDER, include_str!("cases/wider_tests.txt")),
    (WIDER, include_str!("cases/wider_manifests.txt")),
    (OTHER, include_str!("cases/other.txt")),
    (LAST, include_str!("cases/last.txt")),
    (TOOLS, include_str!("cases/wider_tools.txt")),
    (TOOLS, include_str!("cases/wider_strength.txt")),
    (FRESH, include_str!("cases/fresh.txt")),
];

/// A change with what it is a case of.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) language: String,
    pub(super) rule: Rule,
    /// It is a case; else it only looks like one.
    pub(super) is_case: bool,
    pub(super) is_held: bool,
    /// Rules that may speak, too.
    pub(super) also: Vec<Rule>,
    pub(super) files: Vec<Sides>,
}

/// A file of a form.
#[derive(Debug, Clone, Default)]
pub(super) struct Sides {
    pub(super) path: String,
    pub(super) old: Option<String>,
    pub(super) new: Option<String>,
}

fn rule(name: &str) -> Result<Rule, String> {
    Rule::ALL
        .into_iter()
        .find(|rule| rule.name() == name)
        .ok_or_else(|| format!("no rule is called {name}"))
}

/// The forms of a text.
pub(super) fn forms(language: &str, text: &str) -> Result<Vec<Form>, String> {
    let mut forms: Vec<Form> = Vec::new();
    let mut is_new = false;
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("@@ ") {
            let mut words = head.split(' ');
            let mut form = Form {
                language: language.to_owned(),
                rule: rule(words.next().unwrap_or_default())?,
                is_case: words.next() == Some("yes"),
                is_held: false,
                also: Vec::new(),
                files: Vec::new(),
            };
            for word in words {
                form.is_held |= word == "held";
                for name in
                    word.strip_prefix("also=").into_iter().flat_map(|names| names.split(','))
                {
                    form.also.push(rule(name)?);
                }
            }
            forms.push(form);
        } else if let Some(head) = line.strip_prefix("++ ") {
            let (path, side) = head.rsplit_once(' ').ok_or_else(|| format!("no side: {line}"))?;
            let form = forms.last_mut().ok_or("a file before the first form")?;
            is_new = side == "new";
            if form.files.last().is_none_or(|last| last.path != path) {
                form.files.push(Sides { path: path.to_owned(), ..Sides::default() });
            }
            let file = form.files.last_mut().ok_or("no file")?;
            *(if is_new { &mut file.new } else { &mut file.old }) = Some(String::new());
        } else if let Some(file) = forms.last_mut().and_then(|form| form.files.last_mut())
            && let Some(text) = if is_new { &mut file.new } else { &mut file.old }
        {
            text.push_str(line);
            text.push('\n');
        }
    }
    Ok(forms)
}
