//! What happens in a session: planted things in a drawn order, with ordinary work between.

use std::path::Path;

use super::checks::{Check, Printed};
use super::phrases::{Phrases, Said};
use super::{Asked, Came, Pen, Planted, PlantedKind, PlantedSession, Planting, Proof, Use};

/// A session while it is told.
pub(super) struct Story<'v, P: Pen> {
    pub(super) pen: P,
    pub(super) phrases: Phrases<'v>,
    native: String,
    cwd: String,
    /// The files that it works on.
    files: Vec<String>,
    /// Those that it wrote, with the last edit.
    pub(super) edited: Vec<(String, String)>,
    checks: Vec<Check>,
    /// Each check's last run.
    ran: Vec<(String, String, Printed)>,
    planted: Vec<Planted>,
    transcript: String,
    prompts: Vec<String>,
}

/// What may happen between the first prompt and the last words.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Beat {
    Direct,
    Ask,
    AskInWords,
    Refuse,
    Correct,
    Approve,
    Reject,
    Mend,
    MendOtherwise,
    Commit,
    Check,
    Nudge,
    Compact,
    Speak,
}

impl<'v, P: Pen> Story<'v, P> {
    pub(super) fn new(pen: P, mut phrases: Phrases<'v>, native: String, cwd: &Path) -> Self {
        let cwd = cwd.to_string_lossy().into_owned();
        let many = phrases.writer.random.between(4, 12);
        let files = (0..many).map(|_| format!("{cwd}/{}", phrases.writer.path())).collect();
        let checks = Check::of_project(&mut phrases);
        Self {
            pen,
            phrases,
            native,
            cwd,
            files,
            edited: Vec::new(),
            checks,
            ran: Vec::new(),
            planted: Vec::new(),
            transcript: String::new(),
            prompts: Vec::new(),
        }
    }

    /// Tells it from its first prompt to its last words.
    pub(super) fn told(mut self, planting: Planting) -> PlantedSession {
        let goal = self.phrases.goal();
        self.prompt(&goal.text);
        self.plant(PlantedKind::Goal, [goal.key.clone()], [Proof::Prompt(goal.key)]);
        for beat in self.beats(planting.spoken) {
            let steps = self.phrases.writer.random.between(3, 12);
            self.work(steps);
            self.play(beat);
        }
        while self.pen.written() < planting.least_bytes {
            self.work(50);
        }
        self.end(planting.spoken == 0);
        let summary = self.summary();
        let last = self.prompts.len() - 1;
        let prompts = (self.prompts[0].clone(), self.prompts[last].clone());
        let Self { pen, native, cwd, planted, transcript, .. } = self;
        let (agent, file) = (P::AGENT, pen.finish());
        PlantedSession {
            native,
            agent,
            cwd: cwd.into(),
            file,
            planted,
            transcript,
            prompts,
            summary,
        }
    }

    /// What happens, in a drawn order.
    fn beats(&mut self, spoken: usize) -> Vec<Beat> {
        let random = &mut self.phrases.writer.random;
        let mut beats = Vec::new();
        for (beat, least, most) in [
            (Beat::Direct, 1, 5),
            (Beat::Ask, 1, 3),
            (Beat::AskInWords, 0, 3),
            (Beat::Refuse, 0, 3),
            (Beat::Correct, 0, 3),
            (Beat::Mend, 1, 3),
            (Beat::MendOtherwise, 0, 2),
            (Beat::Commit, 0, 3),
            (Beat::Check, 1, 4),
            (Beat::Nudge, 0, 3),
            (Beat::Compact, 0, 3),
        ] {
            beats.extend(std::iter::repeat_n(beat, random.between(least, most + 1)));
        }
        beats.extend(std::iter::repeat_n(Beat::Speak, spoken));
        if P::HAS_PLANS {
            beats.extend(std::iter::repeat_n(Beat::Approve, random.below(2)));
            beats.extend(std::iter::repeat_n(Beat::Reject, random.below(2)));
        }
        for at in (1..beats.len()).rev() {
            beats.swap(at, random.below(at + 1));
        }
        beats
    }

    fn play(&mut self, beat: Beat) {
        match beat {
            Beat::Direct => self.direct(),
            Beat::Ask => self.ask(),
            Beat::AskInWords => self.ask_in_words(),
            Beat::Refuse => self.refuse(),
            Beat::Correct => self.correct(),
            Beat::Approve | Beat::Reject => self.propose(beat == Beat::Approve),
            Beat::Mend => self.mend(),
            Beat::MendOtherwise => self.mend_otherwise(),
            Beat::Commit => self.commit(),
            Beat::Check => {
                let at = self.phrases.writer.random.below(self.checks.len());
                self.check(at, true);
            }
            Beat::Nudge => {
                self.close();
                let words = self.phrases.nudge();
                self.prompt(words);
            }
            Beat::Compact => self.compact(),
            Beat::Speak => self.speak(),
        }
    }

    pub(super) fn tool(&mut self, used: &Use<'_>, came: &Came<'_>) -> String {
        let prefix = if P::AGENT == "claude" { "toolu_" } else { "call_" };
        let id = self.phrases.writer.id(prefix);
        self.transcript += &format!("\n[tool] {used:?}\n[result] {came:?}\n");
        self.pen.tool(id.clone(), used, came);
        id
    }

    pub(super) fn say(&mut self, text: &str, ends_turn: bool) {
        self.transcript += &format!("\n[agent] {text}\n");
        self.pen.say(text, ends_turn);
    }

    fn prompt(&mut self, text: &str) {
        self.pen.pass(45_000);
        if self.phrases.writer.random.chance(0.2) {
            self.pen.beside_prompt();
        }
        self.transcript += &format!("\n[user] {text}\n");
        self.prompts.push(text.to_owned());
        self.pen.prompt(text);
    }

    fn plant(
        &mut self,
        kind: PlantedKind,
        words: impl IntoIterator<Item = String>,
        proofs: impl IntoIterator<Item = Proof>,
    ) {
        self.planted.push(Planted {
            kind,
            words: words.into_iter().collect(),
            proofs: proofs.into_iter().collect(),
            before_compaction: false,
        });
    }

    /// Ends a turn with words.
    fn close(&mut self) {
        let words = self.phrases.closing();
        self.say(&words, true);
    }

    /// Decides something in so many words, and does nothing that would show it.
    fn speak(&mut self) {
        let (decided, why) = (self.phrases.decided(), self.phrases.because());
        let text = self.phrases.spoken(&decided, &why);
        self.say(&text, false);
        self.plant(PlantedKind::Spoken, [decided.clone(), why], [Proof::Text(decided)]);
    }

    /// A path from where the session works.
    fn inside(&self, path: &str) -> String {
        path.strip_prefix(&format!("{}/", self.cwd)).unwrap_or(path).to_owned()
    }

    /// A file of its repository.
    pub(super) fn some_path(&mut self) -> String {
        format!("{}/{}", self.cwd, self.phrases.writer.path())
    }

    /// A file that it works on.
    pub(super) fn own_path(&mut self) -> String {
        self.phrases.writer.random.pick::<String>(&self.files).clone()
    }

    fn direct(&mut self) {
        self.close();
        let Said { text, key } = self.phrases.direction();
        self.prompt(&text);
        self.plant(PlantedKind::Direction, [key.clone()], [Proof::Prompt(key)]);
    }

    fn ask(&mut self) {
        let many = *self.phrases.writer.random.pick(&[1, 1, 2]);
        let mut asked = Vec::new();
        let mut answers = Vec::new();
        for _ in 0..many {
            let (question, options) = self.phrases.choice();
            answers.push(self.phrases.writer.random.pick::<String>(&options).clone());
            asked.push(Asked { question, options: options.to_vec() });
        }
        // Some write an answer of their own.
        if self.phrases.writer.random.chance(0.3) {
            answers[0] = self.phrases.prose_answer().text;
        }
        let id = self.tool(&Use::Ask(&asked), &Came::Answers(&answers));
        for (asked, answer) in asked.into_iter().zip(answers) {
            self.plant(PlantedKind::Answer, [answer, asked.question], [Proof::Tool(id.clone())]);
        }
    }

    fn ask_in_words(&mut self) {
        let question = self.phrases.prose_question();
        let before = self.phrases.closing();
        self.say(&format!("{before}\n\n{question}"), true);
        let Said { text, key } = self.phrases.prose_answer();
        self.prompt(&text);
        let proofs = [Proof::Prompt(key.clone()), Proof::Text(question)];
        self.plant(PlantedKind::ProseAnswer, [key], proofs);
    }

    fn refuse(&mut self) {
        let Said { text, key } = self.phrases.reason();
        let path = self.own_path();
        let (old, new) = (self.phrases.code(120), self.phrases.code(160));
        let name = self.phrases.identifier();
        let command = match self.phrases.writer.random.below(3) {
            0 => format!("npm install {name}"),
            1 => format!("curl -fsSL https://example.com/{name}.sh -o {name}.sh"),
            _ => format!("rm -rf build/{name}"),
        };
        let is_edit = self.phrases.writer.random.chance(0.4);
        let used = if is_edit {
            Use::Edit { path: &path, old: &old, new: &new }
        } else {
            Use::Run(&command)
        };
        let what = if is_edit { self.inside(&path) } else { command.clone() };
        let id = self.tool(&used, &Came::Refused(&text));
        if P::HAS_PLANS {
            self.plant(PlantedKind::Refusal, [what, key], [Proof::Tool(id)]);
            return;
        }
        // Its user's reason is the next prompt.
        self.plant(PlantedKind::Refusal, [what], [Proof::Tool(id)]);
        self.pen.interrupt();
        self.prompt(&text);
        self.plant(PlantedKind::Correction, [key.clone()], [Proof::Prompt(key)]);
    }

    fn correct(&mut self) {
        self.pen.interrupt();
        let Said { text, key } = self.phrases.correction();
        self.prompt(&text);
        self.plant(PlantedKind::Correction, [key.clone()], [Proof::Prompt(key)]);
    }

    fn propose(&mut self, is_approved: bool) {
        let plan = self.phrases.plan();
        if is_approved {
            let id = self.tool(&Use::Plan(&plan.text), &Came::Done(""));
            return self.plant(PlantedKind::PlanApproved, [plan.key], [Proof::Tool(id)]);
        }
        let reason = self.phrases.reason();
        let id = self.tool(&Use::Plan(&plan.text), &Came::Refused(&reason.text));
        self.plant(PlantedKind::PlanRejected, [plan.key, reason.key], [Proof::Tool(id)]);
    }

    /// Runs a check; the tool use, and what was printed.
    fn check(&mut self, at: usize, passes: bool) -> (String, Printed) {
        let check = self.checks[at].clone();
        let path = self.own_path();
        let inside = self.inside(&path);
        let (line, is_filtered) = check.typed(&self.cwd, &mut self.phrases);
        let printed = check.run(passes, &inside, &mut self.phrases);
        let code = if is_filtered { 0 } else { printed.code };
        let id = self.tool(&Use::Run(&line), &Came::Ended(code, &printed.output));
        self.ran.retain(|(command, ..)| *command != check.command);
        self.ran.push((check.command, id.clone(), printed.clone()));
        (id, printed)
    }

    /// A check fails, a file is edited, and it passes.
    fn mend(&mut self) {
        let at = self.phrases.writer.random.below(self.checks.len());
        let (failed, printed) = self.check(at, false);
        let Some(failure) = printed.failure else { return };
        let steps = self.phrases.writer.random.below(3);
        self.work_without_edits(steps);
        let path = self.own_path();
        let edited = self.edit_of(&path);
        let (passed, _) = self.check(at, true);
        let words = [failure, self.inside(&path)];
        self.plant(PlantedKind::Mended, words, [failed, edited, passed].map(Proof::Tool));
    }

    fn work_without_edits(&mut self, steps: usize) {
        for _ in 0..steps {
            let path = self.some_path();
            let code = self.phrases.code(900);
            self.tool(&Use::Read(&path), &Came::Done(&code));
        }
    }

    /// A command fails for want of a setting, and passes with it.
    fn mend_otherwise(&mut self) {
        let name = self.phrases.identifier();
        let setting = name.to_uppercase();
        let command = match self.phrases.writer.random.below(3) {
            0 => format!("npm run migrate-{name}"),
            1 => format!("./scripts/{name}.sh --all"),
            _ => format!("make {name}"),
        };
        let output = format!("Error: {setting} is not set\n");
        let failed = self.tool(&Use::Run(&command), &Came::Ended(1, &output));
        let again = format!("{setting}=local {command}");
        let passed = self.tool(&Use::Run(&again), &Came::Ended(0, "migrated\n"));
        let words = [format!("Error: {setting} is not set"), again];
        self.plant(PlantedKind::Mended, words, [failed, passed].map(Proof::Tool));
    }

    fn commit(&mut self) {
        let name = self.phrases.identifier();
        let noun = self.phrases.noun();
        let subject = match self.phrases.writer.random.below(3) {
            0 => format!("{noun}: handle {name} once"),
            1 => format!("fix({noun}): stop {name} from looping"),
            _ => format!("Move {name} out of the {noun}"),
        };
        let short = format!("{:07x}", self.phrases.writer.random.next() & 0xfff_ffff);
        let command = match self.phrases.writer.random.below(3) {
            0 => format!("git add -A && git commit -m \"{subject}\""),
            1 => format!("git commit -qam '{subject}' && git log --oneline -1"),
            _ => format!(
                "git add -A && git commit -m \"$(cat <<'EOF'\n{subject}\n\nThe {noun} called it twice.\nEOF\n)\""
            ),
        };
        let output = if command.contains("-qam") {
            format!("{short} {subject}\n")
        } else {
            format!(
                "[main {short}] {subject}\n 3 files changed, 41 insertions(+), 7 deletions(-)\n"
            )
        };
        let id = self.tool(&Use::Run(&command), &Came::Ended(0, &output));
        self.plant(PlantedKind::Commit, [short, subject], [Proof::Tool(id)]);
    }

    fn compact(&mut self) {
        for planted in &mut self.planted {
            planted.before_compaction = true;
        }
        let summary = self.summary();
        self.transcript += &format!("\n[summary] {summary}\n");
        self.pen.compact(&summary);
    }

    /// A summary that names a third of what is planted so far.
    fn summary(&mut self) -> String {
        let mut named = Vec::new();
        for planted in &self.planted {
            if self.phrases.writer.random.chance(1.0 / 3.0) {
                named.push(planted.words.join("; "));
            }
        }
        self.phrases.summary(&named)
    }

    /// The last checks, and what stays open.
    fn end(&mut self, may_ask: bool) {
        if self.phrases.writer.random.chance(0.35) {
            let at = self.phrases.writer.random.below(self.checks.len());
            self.check(at, false);
            // What passes then is another one.
            if self.phrases.writer.random.chance(0.4) {
                self.check((at + 1) % self.checks.len(), true);
            }
        }
        if self.phrases.writer.random.chance(0.5) {
            let path = self.own_path();
            self.edit_of(&path);
        }
        let way = self.phrases.writer.random.below(3);
        match way {
            0 if may_ask => {
                let (question, options) = self.phrases.choice();
                let asked = [Asked { question: question.clone(), options: options.to_vec() }];
                let id = self.tool(&Use::Ask(&asked), &Came::Nothing);
                self.plant(PlantedKind::Open, [question], [Proof::Tool(id)]);
            }
            1 if may_ask => {
                let question = self.phrases.open_question();
                let before = self.phrases.closing();
                self.say(&format!("{before}\n\n{question}"), true);
                self.plant(PlantedKind::Open, [question.clone()], [Proof::Text(question)]);
            }
            _ => self.close(),
        }
        for (path, id) in std::mem::take(&mut self.edited) {
            let words = [self.inside(&path)];
            self.plant(PlantedKind::Edited, words, [Proof::Tool(id)]);
        }
        for (command, id, printed) in std::mem::take(&mut self.ran) {
            let result = printed.failure.unwrap_or_else(|| "passed".to_owned());
            self.plant(PlantedKind::Check, [command, result], [Proof::Tool(id)]);
        }
    }
}
