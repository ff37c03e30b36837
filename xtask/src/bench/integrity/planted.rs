//! A form with names and values, among neighbours, with harmless edits beside it.

use callboard_code::integrity::ChangedFile;

use super::form::{FRESH, Form, LAST, OTHER, Sides, TOOLS, WIDER};

/// A change that the rules look at.
pub(super) struct Planted {
    /// What the form is written in; of JavaScript's, the one that was chosen.
    pub(super) language: String,
    pub(super) files: Vec<Sides>,
}

impl Planted {
    pub(super) fn changed(&self) -> Vec<ChangedFile<'_>> {
        self.files.iter().map(Sides::changed).collect()
    }
}

impl Sides {
    fn changed(&self) -> ChangedFile<'_> {
        ChangedFile {
            old_path: self.old.as_ref().map(|_| self.path.as_str()),
            path: &self.path,
            old: self.old.as_deref(),
            new: self.new.as_deref(),
            is_binary: false,
            is_partial: false,
        }
    }
}

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // SplitMix64 (Steele, Lea and Flood 2014).
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len() as u64) as usize]
    }
}

const VERBS: &[&str] = &[
    "price", "total", "parse", "render", "load", "merge", "slug", "quote", "rank", "fold", "span",
    "split", "route", "wrap",
];
const NOUNS: &[&str] = &[
    "basket",
    "invoice",
    "order",
    "ledger",
    "parcel",
    "vendor_list",
    "coupon",
    "route_map",
    "stock",
    "refund",
    "shelf",
    "letter",
];
const TEXTS: &[&str] = &[
    "amber", "quartz", "willow", "harbor", "saffron", "meadow", "copper", "lantern", "orchid",
    "pebble", "juniper", "cobalt",
];

fn capital(word: &str) -> String {
    word.split('_').map(|part| part[..1].to_ascii_uppercase() + &part[1..]).collect()
}

/// What words in `«»` stand for.
fn meanings(random: &mut Random, script: &str) -> Vec<(&'static str, String)> {
    let mut two = |words: &[&str]| -> (String, String) {
        let one = random.of(words).to_owned();
        let mut other = random.of(words).to_owned();
        while other == one {
            other = random.of(words).to_owned();
        }
        (one, other)
    };
    let (verb, verb2) = two(VERBS);
    let (noun, noun2) = two(NOUNS);
    let (text, text2) = two(TEXTS);
    let number = 11 + random.below(80);
    let other = number + 1 + random.below(9);
    vec![
        ("«fn»", format!("{verb}_of")),
        ("«fn2»", format!("{verb2}_for")),
        ("«cls»", capital(&verb)),
        ("«cls2»", capital(&verb2)),
        ("«noun»", noun),
        ("«noun2»", noun2),
        ("«s»", text),
        ("«s2»", text2),
        ("«n»", number.to_string()),
        ("«n2»", other.to_string()),
        ("«f»", format!("{}.{}", 1 + random.below(90), 1 + random.below(900))),
        ("«js»", script.to_owned()),
    ]
}

/// Plants a form.
pub(super) fn plant(form: &Form, seed: u64) -> Planted {
    let mut random = Random(seed.wrapping_mul(0x1_0001) ^ form.rule.name().len() as u64);
    let script = random.of(&["js", "ts"]);
    let meanings = meanings(&mut random, script);
    let fill = |text: &str| {
        meanings.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    };
    let mut files: Vec<Sides> = form
        .files
        .iter()
        .map(|file| Sides {
            path: fill(&file.path),
            old: file.old.as_deref().map(fill),
            new: file.new.as_deref().map(fill),
        })
        .collect();
    for file in &mut files {
        among_neighbours(file, &mut random);
        indented(file, &mut random);
    }
    if random.below(2) == 0 {
        files.push(harmless(&mut random));
    }
    let is_of = |ends: &[&str]| {
        form.files.iter().any(|file| ends.iter().any(|end| file.path.ends_with(end)))
    };
    let language = match form.language.as_str() {
        "javascript" if files.iter().any(|file| file.path.ends_with(".ts")) => "typescript",
        OTHER | LAST | WIDER | TOOLS | FRESH if is_of(&[".ts", ".tsx"]) => "typescript",
        OTHER | LAST | WIDER | TOOLS | FRESH if is_of(&[".py"]) => "python",
        OTHER | LAST | WIDER | TOOLS | FRESH if is_of(&[".rs"]) => "rust",
        OTHER | LAST | WIDER | TOOLS | FRESH if is_of(&[".go"]) => "go",
        other => other,
    };
    let language = language.to_owned();
    Planted { language, files }
}

/// Something that stands beside, in a language: before, and with a harmless edit. None where nothing may stand.
fn neighbour(path: &str, random: &mut Random) -> Option<(String, String)> {
    let end = path.rsplit_once('.')?.1;
    let is_test = path.contains("test") || path.contains("spec");
    let number = random.below(90) + 100;
    let plain = |before: &str, after: &str| {
        Some((before.replace('#', &number.to_string()), after.replace('#', &number.to_string())))
    };
    match (end, is_test) {
        ("py", true) => plain(
            "\n\ndef test_neighbour_#():\n    row = {\"id\": #}\n    assert row[\"id\"] == #\n",
            "\n\ndef test_neighbour_#():\n    # The id is what rows are found by.\n    row = {\"id\": #}\n    assert row[\"id\"] == #\n",
        ),
        ("py", false) => plain(
            "\n\ndef neighbour_#(rows):\n    return [row for row in rows if row]\n",
            "\n\ndef neighbour_#(rows):\n    kept = [row for row in rows if row]\n    return kept\n",
        ),
        ("js" | "ts", true) => plain(
            "\nit('is a neighbour #', () => {\n  const row = { id: # };\n  expect(row.id).toBe(#);\n});\n",
            "\nit('is a neighbour #', () => {\n  const row = { id: #, name: 'x' };\n  expect(row.id).toBe(#);\n});\n",
        ),
        ("js" | "ts", false) if !path.contains("config") && !path.contains("setup") => plain(
            "\nexport function neighbour#(rows) {\n  return rows.filter(Boolean);\n}\n",
            "\nexport function neighbour#(rows) {\n  const kept = rows.filter(Boolean);\n  return kept;\n}\n",
        ),
        ("rs", true) => plain(
            "\n#[test]\nfn neighbour_NN() {\n    assert_eq!(row(), NN);\n}\n",
            "\n#[test]\nfn neighbour_NN() {\n    let row = row();\n    assert_eq!(row, NN);\n}\n",
        )
        .map(|(before, after)| {
            let fix = |text: String| {
                text.replace(&format!("{number}[test]"), "#[test]")
                    .replace("NN", &number.to_string())
            };
            (fix(before), fix(after))
        }),
        ("rs", false) => plain(
            "\npub fn neighbour_#(rows: &[u32]) -> usize {\n    rows.len()\n}\n",
            "\npub fn neighbour_#(rows: &[u32]) -> usize {\n    let count = rows.len();\n    count\n}\n",
        ),
        ("go", true) => plain(
            "\nfunc TestNeighbour#(t *testing.T) {\n\tif row() != # {\n\t\tt.Error(\"wrong\")\n\t}\n}\n",
            "\nfunc TestNeighbour#(t *testing.T) {\n\trow := row()\n\tif row != # {\n\t\tt.Error(\"wrong\")\n\t}\n}\n",
        ),
        ("go", false) => plain(
            "\nfunc neighbour#(rows []int) int {\n\treturn len(rows)\n}\n",
            "\nfunc neighbour#(rows []int) int {\n\tcount := len(rows)\n\treturn count\n}\n",
        ),
        _ => None,
    }
}

fn among_neighbours(file: &mut Sides, random: &mut Random) {
    if random.below(4) == 0 || (file.old.is_none() && !file.path.contains('/')) {
        return;
    }
    let Some((before, after)) = neighbour(&file.path, random) else { return };
    // What becomes a file without tests may not have one beside.
    if file.new.is_none() || file.old.is_none() {
        return;
    }
    let is_edited = random.below(2) == 0;
    let is_first = random.below(2) == 0;
    let put = |text: &mut String, beside: &str| match text.find("\n\n").filter(|_| is_first) {
        Some(at) => text.insert_str(at + 1, &format!("{beside}\n")),
        None => text.push_str(beside),
    };
    if let Some(old) = &mut file.old {
        put(old, &before);
    }
    if let Some(new) = &mut file.new {
        put(new, if is_edited { &after } else { &before });
    }
}

/// JavaScript is indented by two or four, and Rust and Python by four.
fn indented(file: &mut Sides, random: &mut Random) {
    let is_script = [".js", ".ts"].iter().any(|end| file.path.ends_with(end));
    if !is_script || random.below(2) == 0 {
        return;
    }
    let wide = |text: &String| -> String {
        text.split_inclusive('\n')
            .map(|line| {
                let depth = line.len() - line.trim_start_matches(' ').len();
                format!("{}{line}", " ".repeat(depth))
            })
            .collect()
    };
    file.old = file.old.as_ref().map(wide);
    file.new = file.new.as_ref().map(wide);
}

/// A change of another file that no rule has to do with.
fn harmless(random: &mut Random) -> Sides {
    let number = random.below(90);
    let sides = |path: &str, old: &str, new: &str| Sides {
        path: path.to_owned(),
        old: Some(old.replace('#', &number.to_string())),
        new: Some(new.replace('#', &number.to_string())),
    };
    match random.below(4) {
        0 => sides(
            "README.md",
            "Shop\n====\n\nVersion #.\n",
            "Shop\n====\n\nVersion #. Run `pytest || true` never.\n",
        ),
        1 => sides("shop/labels.py", "LABELS = [\"a\"]\n", "LABELS = [\"a\", \"b#\"]\n"),
        2 => sides(
            "src/labels.js",
            "export const labels = ['a'];\n",
            "export const labels = ['a', 'b#'];\n",
        ),
        _ => sides(
            "src/labels.rs",
            "pub const LABELS: [&str; 1] = [\"a\"];\n",
            "pub const LABELS: [&str; 2] = [\"a\", \"b#\"];\n",
        ),
    }
}
