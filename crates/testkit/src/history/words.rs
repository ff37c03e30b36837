//! Words, code and paths, as varied as what people and agents write: few words are frequent, most rare.
//!
//! Everything is written as it stands between the quotes of a JSON string.

use super::random::Random;

const COMMON: &str = "the a to of and in is it that this for on with as be are was by not or from an we can \
    should if then when so but at have has will all any into out up only now new one two also more than \
    there which what why how use used using make makes need needs run runs add added change changed fix \
    fixed please let me check look at before after still does do did done same other because first last \
    next where they their you your our its no yes just like keep try work works working see here about \
    already without both each every while between under over again right wrong maybe instead want wants";

const TECHNICAL: &str = "test tests function error file files code build branch commit merge request response \
    server client handler parser token session cache index query schema table column row migration config \
    module crate package import export type struct trait enum field method argument return value string \
    number bool array map list queue stack thread lock async await future stream channel buffer byte \
    offset cursor line path directory folder process signal exit status stdout stderr pipe socket port \
    host header body cookie route endpoint middleware template component state store event listener \
    callback promise timeout retry backoff limit quota latency throughput benchmark profile trace log \
    metric dashboard alert deploy release version patch diff hunk conflict rebase stash worktree checkout \
    remote origin upstream fixture snapshot mock stub assert expect panic unwrap clippy lint format \
    compile link binary symbol register memory heap allocation leak overflow underflow race deadlock \
    login password permission role user account email invoice payment currency discount order cart \
    product inventory shipment address customer tenant webhook payload signature certificate";

const SYLLABLES: &[&str] = &[
    "ba", "cor", "del", "fen", "gri", "hol", "jun", "kra", "lim", "mor", "nex", "op", "pra", "qua",
    "rin", "sol", "tem", "ul", "vor", "wex", "yar", "zem", "tri", "sta", "plo", "min", "der",
    "car", "bel", "ost",
];

const ENDINGS: &[&str] = &["", "er", "ing", "ed", "ion", "able", "ix", "on", "ate", "us"];

const EXTENSIONS: &[&str] = &["rs", "ts", "py", "go", "tsx", "md", "sql", "toml"];

const SLOTS: usize = 1 << 16;

/// All words, and how often each is used.
#[derive(Debug)]
pub(super) struct Vocabulary {
    words: Vec<String>,
    /// Words in proportion to their frequency.
    slots: Vec<u32>,
    rare: Vec<String>,
    identifiers: Vec<String>,
    /// Paths of files, relative to a repository's root.
    pub(super) paths: Vec<String>,
    noise: Vec<u8>,
}

impl Vocabulary {
    /// The vocabulary of a plan, with `files` paths.
    pub(super) fn new(seed: u64, files: usize) -> Self {
        let mut random = Random::new(seed, u64::MAX);
        let rare: Vec<String> = (0..24_000).map(|_| coined(&mut random)).collect();
        let technical: Vec<&str> = TECHNICAL.split_whitespace().collect();
        let identifiers = (0..6_000).map(|_| identifier(&mut random, &technical, &rare)).collect();
        let paths = (0..files).map(|n| path(&mut random, &technical, n)).collect();
        let common: Vec<&str> = COMMON.split_whitespace().collect();
        let words: Vec<String> =
            common.iter().chain(&technical).map(|word| (*word).to_owned()).collect();
        let slots =
            (0..SLOTS).map(|_| frequent(&mut random, common.len(), technical.len())).collect();
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let noise = (0..1 << 20).map(|_| *random.pick(letters)).collect();
        Self { words, slots, rare, identifiers, paths, noise }
    }

    /// Text that means nothing and does not compress: signatures, images.
    pub(super) fn noise(&self, random: &mut Random, bytes: usize, out: &mut Vec<u8>) {
        let mut left = bytes;
        while left > 0 {
            let from = random.below(self.noise.len() / 2);
            let length = left.min(self.noise.len() / 2);
            out.extend_from_slice(&self.noise[from..from + length]);
            left -= length;
        }
    }
}

fn coined(random: &mut Random) -> String {
    let syllables = random.between(2, 4);
    let mut word: String = (0..syllables).map(|_| *random.pick(SYLLABLES)).collect();
    word += *random.pick::<&str>(ENDINGS);
    word
}

fn identifier(random: &mut Random, technical: &[&str], rare: &[String]) -> String {
    let mut parts: Vec<&str> = (0..random.between(1, 3)).map(|_| *random.pick(technical)).collect();
    parts.push(random.pick::<String>(rare));
    if random.chance(0.5) {
        return parts.join("_");
    }
    let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
    parts[0].to_owned() + &parts[1..].iter().map(|part| capital(part)).collect::<String>()
}

fn path(random: &mut Random, technical: &[&str], number: usize) -> String {
    let folders: Vec<&str> = (0..random.between(1, 4)).map(|_| *random.pick(technical)).collect();
    let (name, extension) = (random.pick(technical), random.pick(EXTENSIONS));
    format!("src/{}/{name}_{number}.{extension}", folders.join("/"))
}

/// A word by Zipf's law: the word of rank n about 1/n as often as the first.
fn frequent(random: &mut Random, common: usize, technical: usize) -> u32 {
    let rank =
        |random: &mut Random, n: usize| ((n as f64).powf(random.fraction()) as usize).min(n) - 1;
    let word =
        if random.chance(0.65) { rank(random, common) } else { common + rank(random, technical) };
    u32::try_from(word).unwrap_or(0)
}

/// Writes text in the words of a vocabulary, on one topic.
#[derive(Debug)]
pub(super) struct Writer<'v> {
    pub(super) vocabulary: &'v Vocabulary,
    pub(super) random: Random,
    topic: usize,
}

impl<'v> Writer<'v> {
    pub(super) fn new(vocabulary: &'v Vocabulary, mut random: Random) -> Self {
        let topic = random.below(vocabulary.rare.len());
        Self { vocabulary, random, topic }
    }

    fn word(&mut self, out: &mut Vec<u8>) {
        let r = self.random.next();
        let at = (r >> 16) as usize;
        let vocabulary = self.vocabulary;
        let word = match r & 0xff {
            // A topic uses three hundred of the rare words again and again.
            0..14 => &vocabulary.rare[(self.topic + at % 300) % vocabulary.rare.len()],
            14..18 => &vocabulary.rare[at % vocabulary.rare.len()],
            18..36 => {
                &vocabulary.identifiers[(self.topic + at % 200) % vocabulary.identifiers.len()]
            }
            36..40 => &vocabulary.paths[at % vocabulary.paths.len()],
            40 => return hex(out, r, 7),
            _ => &vocabulary.words[vocabulary.slots[at % SLOTS] as usize],
        };
        out.extend_from_slice(word.as_bytes());
    }

    /// Sentences, `bytes` long or a little longer.
    pub(super) fn prose(&mut self, bytes: usize, out: &mut Vec<u8>) {
        let end = out.len() + bytes;
        while out.len() < end {
            for _ in 0..self.random.between(4, 14) {
                self.word(out);
                out.push(b' ');
            }
            out.pop();
            let stop = match self.random.below(12) {
                0 => ".\\n\\n",
                1 => ":\\n- ",
                2 => "? ",
                _ => ". ",
            };
            out.extend_from_slice(stop.as_bytes());
        }
    }

    /// Lines of code, `bytes` long or a little longer, each line ended by `\n`.
    pub(super) fn code(&mut self, bytes: usize, out: &mut Vec<u8>) {
        let end = out.len() + bytes;
        let mut depth = 0;
        while out.len() < end {
            for _ in 0..depth {
                out.extend_from_slice(b"    ");
            }
            match self.random.below(8) {
                0 => {
                    out.extend_from_slice(b"fn ");
                    self.identifier(out);
                    out.extend_from_slice(b"(input: &str) -> Result<(), Error> {");
                    depth = (depth + 1).min(4);
                }
                1 if depth > 0 => {
                    out.push(b'}');
                    depth -= 1;
                }
                2 => {
                    out.extend_from_slice(b"// ");
                    for _ in 0..6 {
                        self.word(out);
                        out.push(b' ');
                    }
                }
                3 => {
                    out.extend_from_slice(b"log(\\\"");
                    self.word(out);
                    out.push(b' ');
                    self.word(out);
                    out.extend_from_slice(b"\\\");");
                }
                _ => {
                    out.extend_from_slice(b"let ");
                    self.identifier(out);
                    out.extend_from_slice(b" = ");
                    self.identifier(out);
                    out.push(b'.');
                    self.word(out);
                    out.extend_from_slice(b"()?;");
                }
            }
            out.extend_from_slice(b"\\n");
        }
    }

    /// What a command prints, `bytes` long or a little longer.
    pub(super) fn output(&mut self, bytes: usize, out: &mut Vec<u8>) {
        let end = out.len() + bytes;
        while out.len() < end {
            match self.random.below(4) {
                0 => {
                    let path = self.path();
                    out.extend_from_slice(path.as_bytes());
                    out.extend_from_slice(format!(":{}: ", self.random.below(900)).as_bytes());
                    self.word(out);
                }
                1 => {
                    out.extend_from_slice(b"test ");
                    self.identifier(out);
                    out.extend_from_slice(b" ... ok");
                }
                _ => {
                    for _ in 0..8 {
                        self.word(out);
                        out.push(b' ');
                    }
                }
            }
            out.extend_from_slice(b"\\n");
        }
    }

    pub(super) fn identifier(&mut self, out: &mut Vec<u8>) {
        let n = self.vocabulary.identifiers.len();
        let identifier = &self.vocabulary.identifiers[(self.topic + self.random.below(200)) % n];
        out.extend_from_slice(identifier.as_bytes());
    }

    /// A file of the repository.
    pub(super) fn path(&mut self) -> &'v str {
        let n = self.vocabulary.paths.len();
        // A session works on a part of the repository.
        &self.vocabulary.paths[(self.topic + self.random.below(40.min(n))) % n]
    }

    /// A UUID, as text.
    pub(super) fn uuid(&mut self) -> String {
        let (a, b) = (self.random.next(), self.random.next());
        let variant = (b >> 48 & 0x3fff) | 0x8000;
        let (low, mid) = (a >> 32, a >> 16 & 0xffff);
        format!(
            "{low:08x}-{mid:04x}-4{:03x}-{variant:04x}-{:012x}",
            a & 0xfff,
            b & 0xffff_ffff_ffff
        )
    }

    /// An id: a prefix and 24 letters and digits.
    pub(super) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}01{:016x}{:06x}", self.random.next(), self.random.next() & 0xff_ffff)
    }
}

fn hex(out: &mut Vec<u8>, bits: u64, digits: usize) {
    let digit = |n: usize| b"0123456789abcdef"[(bits >> (8 + 4 * n) & 15) as usize];
    out.extend((0..digits).map(digit));
}

/// Appends `code` with its lines numbered, as an agent's tool shows a file.
pub(super) fn number_lines(code: &[u8], out: &mut Vec<u8>) {
    let mut rest = code;
    let mut number = 1;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|w| w == b"\\n").map_or(rest.len(), |at| at + 2);
        out.extend_from_slice(format!("{number:>6}→").as_bytes());
        out.extend_from_slice(&rest[..end]);
        rest = &rest[end..];
        number += 1;
    }
}
