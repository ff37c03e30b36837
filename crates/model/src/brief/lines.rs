//! The lines that a brief may have, each with its weight.

mod commands;
mod files;
mod git;
mod readings;
mod told;
mod words;

use super::{BriefDecision, BriefSession, BriefTask, Candidate, Material};
use crate::view::BriefPart;
use crate::{Ordinal, limits};
use told::{Decided, before_why, decided, in_sentences, letters_of};

/// All lines that the material proves.
pub(super) fn candidates(material: &Material) -> Vec<Candidate> {
    let mut lines = Lines { decided: decided(material), ..Lines::default() };
    if let Some(task) = &material.task {
        lines.task(task);
    }
    for (at, decision) in material.decisions.iter().enumerate() {
        lines.decision(decision, at);
    }
    for (at, session) in material.sessions.iter().enumerate() {
        lines.session = at + 1;
        words::add(&mut lines, session);
        // What git says of a folder is told once, with the last session there.
        let is_there = |other: &BriefSession| other.git.is_some() && other.root == session.root;
        if !material.sessions[at + 1..].iter().any(is_there) {
            git::add(&mut lines, session, material.made_for.as_ref());
        }
        commands::add(&mut lines, session);
        files::add(&mut lines, session);
        readings::add(&mut lines, session);
    }
    if let Some(task) = &material.made_for {
        lines.prefer(task);
    }
    lines.all
}

/// What it is of, in one line.
pub(super) fn title(material: &Material) -> String {
    let session = || material.sessions.first().map(|session| session.title.clone());
    let task = material.task.as_ref().map(|task| task.title.clone());
    crate::text::clip(&quoted(&task.or_else(session).unwrap_or_default()), limits::LINE_CHARS)
}

/// What it is of, by name.
pub(super) fn about(material: &Material) -> Vec<String> {
    let task = material.task.iter().map(|task| task.id.to_string());
    let own = material.sessions.iter().filter(|session| !session.is_subagent);
    task.chain(own.filter_map(|session| Some(session.id?.to_string()))).collect()
}

/// Lines as they are gathered.
#[derive(Default)]
struct Lines {
    all: Vec<Candidate>,
    decided: Decided,
    /// What the goals say, in letters alone, with the line that does.
    goals: Vec<(String, usize)>,
    /// Which session they are of, from 1; 0 for those of none.
    session: usize,
}

impl Lines {
    /// Adds a line, unless it says nothing or nothing proves it.
    fn add(&mut self, part: BriefPart, weight: u32, text: Text, cites: &[String], at: Ordinal) {
        if text.short.is_empty() || cites.is_empty() {
            return;
        }
        let Text { short, mut longer, no_longer } = text;
        longer.retain(|longer| *longer != short);
        longer.dedup();
        let order = (self.session, at);
        let cites = cites.to_vec();
        let (files, touches) = (Vec::new(), 0);
        let line =
            Candidate { part, weight, short, longer, cites, no_longer, files, touches, order };
        self.all.push(line);
    }

    /// Adds a line of the goal, unless another says the same: then that one cites what proves this one, too.
    fn add_goal(&mut self, weight: u32, text: Text, said: &str, cites: &[String], at: Ordinal) {
        let said = letters_of(said);
        let known = self.goals.iter().find(|(known, _)| {
            !said.is_empty() && (known.starts_with(&said) || said.starts_with(known.as_str()))
        });
        if let Some((_, known)) = known {
            let known = &mut self.all[*known];
            let more: Vec<&String> =
                cites.iter().filter(|cite| !known.cites.contains(cite)).take(1).collect();
            if known.cites.len() < GOAL_CITES {
                known.cites.extend(more.into_iter().cloned());
            }
            return;
        }
        self.goals.push((said, self.all.len()));
        self.add(BriefPart::Goal, weight, text, cites, at);
    }

    fn task(&mut self, task: &BriefTask) {
        let cite = [task.id.to_string()];
        let said = format!("{}\n\n{}", task.title, task.body);
        let text = Text::of(&quoted(&in_sentences(&said)), limits::BRIEF_PROMPT_CHARS * 2);
        self.add_goal(1_000, text, &said, &cite, Ordinal(0));
        for (at, check) in (1..).zip(&task.checks) {
            let text = Text::short(format!("Accepted when `{}` passes", code(check)));
            self.add(BriefPart::Goal, 905, text, &cite, Ordinal(at));
        }
    }

    fn decision(&mut self, decision: &BriefDecision, at: usize) {
        let cite = &decision.cites;
        let order = Ordinal(i64::try_from(at).unwrap_or_default());
        let title = quoted(&decision.title);
        let by = decision.by.map(|session| format!(" ({session}'s word)")).unwrap_or_default();
        let whole = match quoted(&decision.why).as_str() {
            _ if title.is_empty() => title.clone(),
            "" => format!("{title}{by}"),
            why => format!("{}{why}", before_why(&format!("{title}{by}"))),
        };
        let no_longer = decision.is_superseded.then(|| "superseded".to_owned());
        let weight = if decision.is_superseded { 300 } else { 945 };
        let first = self.all.len();
        let text = Text { no_longer, ..Text::of(&whole, limits::BRIEF_PROMPT_CHARS) };
        self.add(BriefPart::Decisions, weight, text, cite, order);
        for (what, why) in &decision.ruled_out {
            let line = match why.as_str() {
                "" => quoted(what),
                why => format!("{}{}", before_why(&quoted(what)), quoted(why)),
            };
            let text = Text::of(&line, limits::BRIEF_PROMPT_CHARS);
            self.add(BriefPart::RuledOut, weight - 10, text, cite, order);
        }
        for open in &decision.open {
            let text = Text::of(&quoted(open), limits::BRIEF_PROMPT_CHARS);
            self.add(BriefPart::Open, weight - 5, text, cite, order);
        }
        for line in &mut self.all[first..] {
            line.files.clone_from(&decision.files);
        }
    }

    /// What touches the scope of the task that the brief is for matters more, and comes first.
    fn prefer(&mut self, task: &BriefTask) {
        let words = task.title.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words: Vec<String> =
            words.filter(|word| word.len() >= 4).map(str::to_lowercase).collect();
        for line in &mut self.all {
            let text = line.longer.last().unwrap_or(&line.short).to_lowercase();
            let in_scope = task.scope.iter().any(|path| {
                let path = path.trim_end_matches(['*', '/']).to_lowercase();
                let names = |file: &String| file.to_lowercase().contains(&path);
                !path.is_empty() && (text.contains(&path) || line.files.iter().any(names))
            });
            let named = words.iter().filter(|word| text.contains(word.as_str())).count();
            let named = u32::try_from(named.min(3)).unwrap_or_default();
            let touches = named * 20 + if in_scope { 60 } else { 0 };
            // What is to be reached, and how far it is, comes in its own order.
            if !matches!(line.part, BriefPart::Goal | BriefPart::State) {
                line.weight += touches;
                line.touches = touches;
            }
        }
    }
}

/// Citations that a line of the goal has at most.
const GOAL_CITES: usize = 3;

/// The words of a line.
struct Text {
    short: String,
    longer: Vec<String>,
    no_longer: Option<String>,
}

impl Text {
    fn short(text: String) -> Self {
        Self { short: text, longer: Vec::new(), no_longer: None }
    }

    /// A text in few characters, in twice as many, and in more.
    fn of(text: &str, chars: usize) -> Self {
        let short = crate::text::clip_words(text, chars);
        let longer = [chars * 2, limits::BRIEF_LONG_CHARS];
        let longer = longer.map(|chars| crate::text::clip_words(text, chars)).to_vec();
        Self { short, longer, no_longer: None }
    }
}

/// What somebody wrote, on one line and with nothing that Markdown or a reader could take for more than words, such as
/// for a citation.
fn quoted(text: &str) -> String {
    let line = crate::quote::bare(text);
    let line = line.trim_start_matches(['#', '>', ' ']);
    let line = uncited(line);
    let mut out = String::with_capacity(line.len());
    let mut rest = line.replace("```", "'''");
    // A tag is no tag any more.
    while let Some(at) = rest.find('<') {
        let is_tag =
            rest[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        out.push_str(&rest[..at]);
        out.push(if is_tag { '‹' } else { '<' });
        rest = rest.split_off(at + 1);
    }
    out + &rest
}

/// A text without what looks like the citation of an event, a task or a decision.
fn uncited(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('[') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        out.push_str(before);
        let mut letters = after.chars();
        let is_name = letters.next().is_some_and(|c| "CDRSTW#".contains(c))
            && letters.next().is_some_and(|c| c.is_ascii_digit());
        match after.split_once(']').filter(|_| is_name) {
            Some((name, behind)) => {
                out.push_str(&format!("({name})"));
                rest = behind;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}

/// A command or a path between backticks.
fn code(text: &str) -> String {
    crate::text::one_line(text).replace('`', "'")
}

/// Paths as they are told from the session's folder.
fn relative(session: &BriefSession, path: &str) -> String {
    let root = session.root.as_deref().unwrap_or_default();
    let inside = path.strip_prefix(root).filter(|_| !root.is_empty());
    inside.and_then(|path| path.strip_prefix('/')).unwrap_or(path).to_owned()
}
