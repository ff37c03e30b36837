//! Briefs: what the next session needs of this one, each line with the events that prove it.

mod budget;
mod handed;
mod lines;
mod render;
#[cfg(test)]
mod tests;
pub mod tokens;

pub use handed::{own_words, take_over, with_brief, work_handed_over};
pub use render::for_tracker;

use crate::fact::FactBody;
use crate::fold::PlanTrack;
use crate::reading::Reading;
use crate::view::{BriefPart, BriefReading, BriefSection, BriefView};
use crate::{Ordinal, SessionId, TaskId, Timestamp};

/// The beginning of the line that tells a session's last words.
pub const SAID_LAST: &str = "It said last:";

/// All that a brief is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Material {
    /// The task it is of.
    pub task: Option<BriefTask>,
    /// The sessions it is of, in the order in which they began.
    pub sessions: Vec<BriefSession>,
    /// Decisions that belong to them.
    pub decisions: Vec<BriefDecision>,
    /// The task that it is made for: what touches its scope and title comes first in its section.
    pub made_for: Option<BriefTask>,
}

/// A task, as a brief tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BriefTask {
    /// The task.
    pub id: TaskId,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Its acceptance checks.
    pub checks: Vec<String>,
    /// Paths it is about.
    pub scope: Vec<String>,
}

/// A session, as a brief tells of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BriefSession {
    /// The session; `None` only in a default.
    pub id: Option<SessionId>,
    /// Its title or goal, in one line.
    pub title: String,
    /// The directory that its paths are told from.
    pub root: Option<String>,
    /// The commit that was checked out when it began.
    pub commit: Option<String>,
    /// It works for another session: what it was told is not a person's word.
    pub is_subagent: bool,
    /// What its events prove, in order.
    pub facts: Vec<BriefFact>,
    /// The plan that it keeps, and where it was last stated.
    pub plan: Option<(PlanTrack, String)>,
    /// What it reported that it could not verify.
    pub not_verified: Vec<String>,
    /// The event by which it did, as it is cited.
    pub reported_by: Option<String>,
    /// Whether checks ran before its own first event is not known.
    pub may_have_checked: bool,
    /// What git says of its work now.
    pub git: Option<GitNow>,
    /// What an agent read in its words.
    pub reading: Option<Reading>,
}

/// A fact with its citations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BriefFact {
    /// What is proven.
    pub body: FactBody,
    /// The events that prove it, as they are cited; never empty.
    pub cites: Vec<String>,
    /// The last event's place.
    pub last: Ordinal,
    /// When that happened.
    pub at: Option<Timestamp>,
    /// How often the same was told.
    pub times: u32,
}

/// A decision, as a brief tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BriefDecision {
    /// How it is cited (`D9`, or a note's path), and the events that are its sources.
    pub cites: Vec<String>,
    /// The session whose agent wrote it; `None` for a person's.
    pub by: Option<SessionId>,
    /// What was decided.
    pub title: String,
    /// Why.
    pub why: String,
    /// What was ruled out, each with its reason.
    pub ruled_out: Vec<(String, String)>,
    /// What is open.
    pub open: Vec<String>,
    /// The files that it is about.
    pub files: Vec<String>,
    /// It was taken back, or a later one takes its place.
    pub is_superseded: bool,
}

/// What git says now of where a session worked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitNow {
    /// The commit that is checked out there.
    pub head: String,
    /// The branch.
    pub branch: Option<String>,
    /// Commits that came since the session's last, and that no command of its own made.
    pub commits_since: u32,
    /// The newest of those, each with its subject.
    pub commits: Vec<(String, String)>,
    /// Where the reader's folder is another one: how it has what is here.
    pub elsewhere: Option<Elsewhere>,
    /// Files that differ from the commit.
    pub dirty: u32,
    /// Files, as the facts name them, that changed since the session wrote them last.
    pub changed_since: Vec<String>,
    /// Files that are gone.
    pub gone: Vec<String>,
}

/// Work that its reader has not in the folder it works in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// The base branch, from which the reader has what is there.
    pub base: Option<String>,
    /// Commits of this work that the base has not.
    pub missing: u32,
}

/// A line that may become part of a brief.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    part: BriefPart,
    /// How much it matters: the higher come first where room is short.
    weight: u32,
    /// In few words.
    short: String,
    /// In more words, and in still more, where there is room.
    longer: Vec<String>,
    cites: Vec<String>,
    no_longer: Option<String>,
    /// Files that it is about, beside those that it names.
    files: Vec<String>,
    /// How much it touches what the brief is made for.
    touches: u32,
    /// Its place among the lines of its part.
    order: (usize, Ordinal),
}

fn told_of(reading: &Reading) -> BriefReading {
    BriefReading {
        session: reading.session,
        by: reading.by.clone(),
        at: reading.at,
        statements: u32::try_from(reading.statements.len()).unwrap_or(u32::MAX),
        unproven: reading.unproven,
        wrong_quotes: reading.wrong_quotes,
        problem: reading.problem.clone(),
    }
}

/// The brief of this material within a budget of tokens.
///
/// The same material gives the same brief. Every line has a source; what has none is not written.
#[must_use]
pub fn assemble(material: &Material, budget: u32, at: Timestamp) -> BriefView {
    let candidates = lines::candidates(material);
    let title = lines::title(material);
    let about = lines::about(material);
    let made_for = material.made_for.as_ref().map(|task| task.id);
    let room = budget.saturating_sub(tokens::of(&render::beginning(&title, &about, made_for)));
    let readings = material.sessions.iter().filter_map(|session| session.reading.as_ref());
    let readings: Vec<BriefReading> = readings.map(told_of).collect();
    let (sections, left_out) = budget::choose(candidates, room);
    let mut brief = BriefView {
        about,
        for_task: made_for,
        title,
        at,
        sections,
        budget,
        tokens: 0,
        left_out,
        masked: 0,
        unproven: readings.iter().map(|reading| reading.unproven).sum(),
        readings,
        markdown: String::new(),
    };
    finish(&mut brief);
    brief
}

/// Writes the brief's Markdown anew, and counts its tokens.
pub fn finish(brief: &mut BriefView) {
    brief.sections.retain(|section: &BriefSection| !section.lines.is_empty());
    brief.markdown = render::markdown(brief);
    brief.tokens = tokens::of(&brief.markdown);
}
