//! Names for programs, other ones for each seed.

/// The names that stand for the words of a program: `FNA` is a function's, `TYPEA` a type's.
pub(crate) struct Names(Vec<(&'static str, String)>);

const VERBS: &[&str] = &[
    "watch",
    "subscribe",
    "render",
    "collect",
    "resolve",
    "schedule",
    "publish",
    "measure",
    "rotate",
    "inspect",
    "load",
    "merge",
];
const NOUNS: &[&str] = &[
    "path", "token", "session", "frame", "ledger", "window", "branch", "packet", "invoice",
    "cursor", "signal", "bucket",
];
const KINDS: &[&str] =
    &["Store", "Watcher", "Config", "Client", "Record", "Policy", "Handle", "Report"];

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn pick(words: &[&'static str], seed: u64, place: u64) -> &'static str {
    // Steps that share no divisor with the number of words give each place another word.
    let at = seed.wrapping_mul(7).wrapping_add(place.wrapping_mul(5)) % words.len() as u64;
    words[usize::try_from(at).unwrap_or(0)]
}

impl Names {
    /// The names of a seed, in snake or in camel case.
    pub(crate) fn of(seed: u64, snake: bool) -> Self {
        let join = |one: &str, two: &str| {
            if snake { format!("{one}_{two}") } else { one.to_owned() + &capital(two) }
        };
        let mut names = Vec::new();
        for (place, word) in ["FNA", "FNB", "FNC", "FND"].iter().enumerate() {
            let place = place as u64;
            names.push((*word, join(pick(VERBS, seed, place), pick(NOUNS, seed, place + 2))));
        }
        for (place, word) in ["TYPEA", "TYPEB", "TYPEC", "TYPED"].iter().enumerate() {
            let place = place as u64;
            names.push((*word, capital(pick(NOUNS, seed, place + 1)) + pick(KINDS, seed, place)));
        }
        for (place, word) in ["ARGA", "ARGB", "ARGC", "ARGD"].iter().enumerate() {
            let place = place as u64;
            names.push((*word, join(pick(NOUNS, seed, place), "part")));
        }
        for (place, word) in ["MODA", "MODB", "MODC"].iter().enumerate() {
            names.push((*word, pick(NOUNS, seed, place as u64 + 4).to_owned() + "ing"));
        }
        for (place, word) in ["CONSTA", "CONSTB"].iter().enumerate() {
            names.push((
                *word,
                format!("MAX_{}S", pick(NOUNS, seed, place as u64 + 6).to_uppercase()),
            ));
        }
        for (place, word) in ["KEYA", "KEYB"].iter().enumerate() {
            names.push((*word, pick(NOUNS, seed, place as u64 + 3).to_owned() + "s"));
        }
        Self(names)
    }
}

/// A text with its words replaced.
pub(crate) fn filled(text: &str, names: &Names) -> String {
    let mut text = text.to_owned();
    for (word, name) in &names.0 {
        text = text.replace(&format!("KEYS_{word}"), &name.to_uppercase()).replace(word, name);
    }
    text
}
