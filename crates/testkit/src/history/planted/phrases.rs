//! What people and agents say, in varied words and at varied length.

use crate::history::words::Writer;

/// Fills templates: `{i}` is an identifier, `{n}` a noun, `{d}` a number.
pub(super) struct Phrases<'v> {
    pub(super) writer: Writer<'v>,
}

/// A text, and the words in it that tell what matters.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) key: String,
}

const NOUNS: &[&str] = &[
    "watcher",
    "cursor",
    "cache",
    "index",
    "parser",
    "migration",
    "webhook",
    "token",
    "session",
    "queue",
    "scheduler",
    "renderer",
    "importer",
    "exporter",
    "ledger",
    "invoice",
    "cart",
    "tenant",
    "upload",
    "thumbnail",
    "digest",
    "snapshot",
    "journal",
    "lease",
    "heartbeat",
    "router",
    "middleware",
    "serializer",
    "planner",
    "allocator",
    "registry",
    "gateway",
    "worker",
    "mailbox",
    "timeline",
];

const DIRECTED: &[&str] = &[
    "keep {i} out of the {n} path",
    "the {n} has to survive a restart of the {n}",
    "{i} must never block the {n} for more than {d} ms",
    "do not touch the public signature of {i}",
    "store the {n} per tenant and not per {n}",
    "use {i} instead of the old {n} everywhere",
    "write the {n} atomically and fsync the folder of {i}",
    "the {n} must accept at most {d} entries from {i}",
    "old {n} files of version {d} still have to load through {i}",
    "rename the {n} table to {i} without losing rows",
    "only {i} may open the {n} for writing",
    "log one line per {n} with the id from {i}",
];

const LEADS: &[&str] = &[
    "I looked at this with the team yesterday.",
    "Thanks, that reads well so far.",
    "One more thing before you go on.",
    "We had an incident on Monday because of exactly this.",
    "The customer in Rotterdam complained again about slow pages.",
    "I know the code there is messy, sorry about that.",
    "Have a look at the tests first, they tell most of the story.",
    "That part was written in a hurry two years ago.",
    "This is the last thing that blocks the release.",
    "The logs of last night are attached to the ticket.",
];

const TAILS: &[&str] = &[
    "Take your time, correctness matters more than speed here.",
    "Small commits please.",
    "Ask me if something is unclear.",
    "You can ignore the deprecated module for now.",
    "Nothing else has to change in this step.",
    "Run everything once before you tell me that it is done.",
    "The documentation can wait until next week.",
    "Somebody else looks after the deployment.",
];

const GOALS: &[&str] = &[
    "Please {verb} the {n}: {c}.",
    "We need to {verb} the {n} handling. Most of all, {c}.",
    "{verb} {i} so that the {n} stops dropping entries; {c}.",
    "Ticket 4{d}: {verb} the {n}. Requirement: {c}.",
    "I want you to {verb} how the {n} talks to the {n}. Important: {c}.",
];

const VERBS: &[&str] =
    &["rework", "fix", "extend", "simplify", "speed up", "split", "replace", "harden"];

const DIRECTIONS: &[&str] = &[
    "Now the second half: {c}.",
    "Next, {c}.",
    "Good. From here on {c}, also in the {n}.",
    "Please also see to it that {c}.",
    "Then go on with the {n}, and {c}.",
    "{c} - that is what the {n} needs.",
];

const CORRECTIONS: &[&str] = &[
    "No, wait: {c}.",
    "Stop, that is the wrong file. {c}.",
    "Not like this. I said {c}.",
    "That goes too far, {c}.",
    "Undo that last change. Instead {c}.",
];

const REASONS: &[&str] = &[
    "{c}, so use the {n} for that",
    "not now, {c}",
    "that would break the {n} in production: {c}",
    "no. {c}",
    "do it without network access, {c}",
];

const QUESTIONS: &[(&str, &str, &str)] = &[
    ("Where should {i} keep its state?", "In the {n} of {i}", "In memory, beside {i}"),
    ("Which store backs the {n} that {i} reads?", "SQLite through {i}", "Plain files below {i}"),
    (
        "How should {i} treat a {n} that is older than {d} days?",
        "Drop it and tell {i}",
        "Keep it as {i}",
    ),
    ("What happens when {i} and the {n} disagree?", "The {n} wins over {i}", "Fail loudly in {i}"),
    ("Should {i} retry a failed {n}?", "Retry {d} times within {i}", "Never, report it from {i}"),
];

const PROSE_QUESTIONS: &[&str] = &[
    "Should {i} keep the {n} open between calls or reopen it?",
    "Do you want the {n} of {i} versioned, or is a single copy enough?",
    "Shall I remove {i} together with the {n}?",
    "Which of the two {n} formats should {i} write from now on?",
    "Is it fine if {i} reads the {n} twice at the start?",
];

const PROSE_ANSWERS: &[&str] =
    &["{c}.", "the second one, {c}", "Yes, but {c}.", "neither: {c}", "keep it as it is, {c}"];

const OPEN: &[&str] = &[
    "Does the {n} of {i} need its own lock?",
    "Who owns {i} once the {n} is split?",
    "Should the {n} be migrated before {i} is released?",
    "Can {i} drop support for the {n} of version {d}?",
];

const CHATTER: &[&str] = &[
    "Let me look at how the {n} is built.",
    "The {n} goes through {i}, so I read that first.",
    "Now I check who calls {i}.",
    "That explains the {n}. Next the {n}.",
    "{i} is only used by the {n}.",
    "I adapt the {n} accordingly.",
    "The {n} looks fine; moving on to {i}.",
];

const THOUGHTS: &[&str] = &[
    "The user wants the {n} changed. I should read {i} before I change anything.",
    "{i} returns early when the {n} is empty. Perhaps the {n} is the cause.",
    "Two places build a {n}. The one in {i} matters.",
    "If I move {i}, the {n} has to move too.",
];

const CLOSINGS: &[&str] = &[
    "The {n} now goes through {i}, and the {n} is adapted.",
    "Done with this step: {i} is in place and the {n} uses it.",
    "I moved {i} next to the {n} and left the {n} alone.",
    "The {n} is split. {i} holds the shared part.",
];

const NUDGES: &[&str] = &["continue", "go on", "ok, go ahead", "Continue please", "next"];

const DECIDED: &[&str] = &[
    "the {n} lives beside {i} and not in the {n}",
    "{i} is asked once for each {n}",
    "the {n} keeps {d} entries and forgets the oldest",
    "a {n} belongs to one {n} only",
    "{i} reads the {n} lazily",
    "the {n} is versioned apart from {i}",
    "errors of the {n} end in {i}",
    "the {n} id of {i} is text",
];

const BECAUSE: &[&str] = &[
    "the {n} would lose rows over a restart",
    "{i} takes {d} ms for each {n}",
    "nobody could tell a {n} from a {n} any more",
    "the old {n} of {i} cannot be migrated in one step",
    "two {n} writers would wait for each other",
    "the {n} is rebuilt by {i} every {d} minutes",
];

const SPOKEN: &[&str] = &[
    "I settle on this: {c}, as {w}.",
    "Having looked at both ways, {c}. The reason is that {w}.",
    "Since {w}, {c}.",
    "Let me be clear about the design here: {c} ({w}).",
];

impl<'v> Phrases<'v> {
    pub(super) fn new(writer: Writer<'v>) -> Self {
        Self { writer }
    }

    pub(super) fn identifier(&mut self) -> String {
        let mut out = Vec::new();
        self.writer.identifier(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    pub(super) fn noun(&mut self) -> &'static str {
        self.writer.random.pick::<&str>(NOUNS)
    }

    pub(super) fn fill(&mut self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find('{') {
            out += &rest[..at];
            let end = at + rest[at..].find('}').unwrap_or(0);
            match &rest[at + 1..end] {
                "i" => out += &self.identifier(),
                "n" => out += self.noun(),
                "d" => out += &self.writer.random.between(11, 90).to_string(),
                "verb" => out += self.writer.random.pick::<&str>(VERBS),
                other => out += &format!("{{{other}}}"),
            }
            rest = &rest[end + 1..];
        }
        out + rest
    }

    fn picked(&mut self, from: &[&str]) -> String {
        let template = *self.writer.random.pick(from);
        self.fill(template)
    }

    /// One of the templates, around words that tell what is wanted.
    fn around(&mut self, from: &[&str]) -> Said {
        let key = self.picked(DIRECTED);
        Said { text: self.picked(from).replace("{c}", &key), key }
    }

    /// A prompt: the sentence that matters may stand at its beginning, within it, or at its end; some bring a log.
    fn prompt(&mut self, from: &[&str]) -> Said {
        let Said { text, key } = self.around(from);
        let mut sentences = Vec::new();
        for _ in 0..*self.writer.random.pick(&[0, 0, 0, 1, 1, 2, 3]) {
            sentences.push(self.picked(LEADS));
        }
        sentences.push(text);
        for _ in 0..*self.writer.random.pick(&[0, 0, 1, 1, 2, 3]) {
            sentences.push(self.picked(TAILS));
        }
        let mut text = sentences.join(" ");
        if self.writer.random.chance(0.15) {
            let log = self.output(600);
            text += &format!("\n\n```\n{log}```\n");
        }
        Said { text, key }
    }

    pub(super) fn goal(&mut self) -> Said {
        self.prompt(GOALS)
    }

    pub(super) fn direction(&mut self) -> Said {
        self.prompt(DIRECTIONS)
    }

    pub(super) fn correction(&mut self) -> Said {
        self.around(CORRECTIONS)
    }

    pub(super) fn reason(&mut self) -> Said {
        self.around(REASONS)
    }

    /// A question with two options.
    pub(super) fn choice(&mut self) -> (String, [String; 2]) {
        let (question, one, other) = *self.writer.random.pick(QUESTIONS);
        (self.fill(question), [self.fill(one), self.fill(other)])
    }

    pub(super) fn prose_question(&mut self) -> String {
        self.picked(PROSE_QUESTIONS)
    }

    pub(super) fn prose_answer(&mut self) -> Said {
        self.around(PROSE_ANSWERS)
    }

    pub(super) fn open_question(&mut self) -> String {
        self.picked(OPEN)
    }

    pub(super) fn chatter(&mut self) -> String {
        self.picked(CHATTER)
    }

    pub(super) fn thought(&mut self) -> String {
        self.picked(THOUGHTS)
    }

    /// The agent's words at the end of a turn, of one sentence or many.
    pub(super) fn closing(&mut self) -> String {
        let many = *self.writer.random.pick(&[1, 1, 2, 3, 5]);
        let sentences: Vec<String> = (0..many).map(|_| self.picked(CLOSINGS)).collect();
        sentences.join(if many > 2 { "\n- " } else { " " })
    }

    /// Something that an agent decides.
    pub(super) fn decided(&mut self) -> String {
        self.picked(DECIDED)
    }

    /// Why it does.
    pub(super) fn because(&mut self) -> String {
        self.picked(BECAUSE)
    }

    /// What it says of it, between other words.
    pub(super) fn spoken(&mut self, decided: &str, why: &str) -> String {
        let said = self.picked(SPOKEN).replace("{c}", decided).replace("{w}", why);
        match self.writer.random.below(3) {
            0 => said,
            1 => format!("{} {said}", self.chatter()),
            _ => format!("{}\n\n{said} {}", self.chatter(), self.picked(CLOSINGS)),
        }
    }

    pub(super) fn nudge(&mut self) -> &'static str {
        self.writer.random.pick::<&str>(NUDGES)
    }

    /// A plan in Markdown: what it is about stands in its heading or its first paragraph.
    pub(super) fn plan(&mut self) -> Said {
        let key = self.picked(DIRECTED);
        let heading = self.fill("{verb} the {n}");
        let mut steps: Vec<String> = Vec::new();
        for number in 1..self.writer.random.between(4, 9) {
            steps.push(format!("{number}. {}", self.picked(CHATTER)));
        }
        let steps = steps.join("\n");
        let text = if self.writer.random.chance(0.5) {
            format!("# {key}\n\n## Steps\n{steps}\n")
        } else {
            format!("# Plan: {heading}\n\nThe aim: {key}.\n\n## Steps\n{steps}\n")
        };
        Said { text, key }
    }

    /// A summary around what it names.
    pub(super) fn summary(&mut self, named: &[String]) -> String {
        let mut text = String::from("Summary:\n1. Primary request and intent:\n");
        for line in named {
            text += &format!("   - {line}\n");
        }
        text += "2. Key technical concepts:\n";
        for _ in 0..6 {
            text += &format!("   - {}\n", self.picked(CHATTER));
        }
        text += "3. Current work:\n";
        for _ in 0..4 {
            text += &format!("   {}\n", self.picked(CLOSINGS));
        }
        text
    }

    /// Lines of code, about so many bytes.
    pub(super) fn code(&mut self, bytes: usize) -> String {
        let mut out = Vec::new();
        let length = self.writer.random.spread(bytes);
        self.writer.code(length, &mut out);
        plain(&out)
    }

    /// What a command prints, about so many bytes.
    pub(super) fn output(&mut self, bytes: usize) -> String {
        let mut out = Vec::new();
        let length = self.writer.random.spread(bytes);
        self.writer.output(length, &mut out);
        plain(&out)
    }
}

/// What the vocabulary escapes for JSON, as it is read.
fn plain(escaped: &[u8]) -> String {
    String::from_utf8_lossy(escaped).replace("\\n", "\n").replace("\\\"", "\"")
}
