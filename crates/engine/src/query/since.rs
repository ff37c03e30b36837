//! What happened since a moment, told per task.

mod glance;
mod reviews;

use std::collections::{BTreeMap, HashSet};

use callboard_model::fold::MilestoneKind;
use callboard_model::session::StateWord;
use callboard_model::view::{SessionView, Since, SinceFolded, SinceGroup, SinceLine, SinceWant};
use callboard_model::{SessionId, TaskId, Timestamp, WorkspaceId};
use callboard_store::{SessionFilter, Snapshot};

use super::board::views;
use crate::core::messages_since;
use crate::row::relative;
use crate::{Engine, EngineError, limits};

/// Begin of the span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinceFrom {
    /// When the user last looked; where they never did, a day ago.
    LastLook,
    /// This moment.
    At(Timestamp),
}

impl Engine {
    /// What happened in a workspace since a moment.
    ///
    /// # Errors
    /// When the store fails.
    pub fn since(
        &self,
        workspace: WorkspaceId,
        from: SinceFrom,
        now: Timestamp,
    ) -> Result<Since, EngineError> {
        self.read(|s| {
            let from = match from {
                SinceFrom::At(moment) => moment,
                SinceFrom::LastLook => {
                    s.last_look(workspace, now)?.map_or_else(|| day_before(now), |look| look.at)
                }
            };
            let mut groups: BTreeMap<Key, SinceGroup> = BTreeMap::new();
            let mut quiet_sessions = 0;
            let concerned = concerned(s, workspace, from)?;
            let ids: Vec<SessionId> = concerned.iter().map(|view| view.id).collect();
            let messages = messages_since(s, &ids, from)?;
            for view in concerned {
                let told = tell(s, &view, from)?;
                if told.lines.is_empty() && told.files.is_empty() && wanted(&view).is_none() {
                    quiet_sessions += u32::from(view.parent.is_none());
                    continue;
                }
                let key = view.task.map_or(Key::Session(told.root), Key::Task);
                let group = match groups.entry(key) {
                    std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                    std::collections::btree_map::Entry::Vacant(place) => {
                        place.insert(group_of(s, &view)?)
                    }
                };
                add(group, &view, told);
            }
            let mut groups: Vec<_> = groups.into_values().collect();
            for group in &mut groups {
                group.lines.sort_by_key(|line| (line.at, line.ordinal));
                group.wants.sort_by_key(|want| want.state);
                group.wanted = in_one_line(&group.wants);
            }
            groups.sort_by_key(|group| {
                let last = group.lines.last().and_then(|line| line.at);
                (group.wanted.is_none(), group.state, std::cmp::Reverse(last))
            });
            let by_rules = super::calls::ruled_since(s, workspace, from)?;
            let nights = s.nights_since(workspace, from)?;
            let nights = nights.iter().map(|night| crate::nights::view(s, night));
            let nights = nights.collect::<Result<_, _>>()?;
            let reviews = reviews::reviews_since(s, workspace, from)?;
            Ok(Since { from, to: now, groups, nights, reviews, by_rules, messages, quiet_sessions })
        })
    }
}

/// The sessions that did something since, and those that wait for their user since before; each before
/// those that it started.
fn concerned(
    s: &Snapshot<'_>,
    workspace: WorkspaceId,
    from: Timestamp,
) -> Result<Vec<SessionView>, EngineError> {
    let filter = SessionFilter { workspace: Some(workspace), ..SessionFilter::default() };
    let mut found = views(s, &SessionFilter { since: Some(from), ..filter.clone() })?;
    let known: HashSet<SessionId> = found.iter().map(|view| view.id).collect();
    let live = views(s, &SessionFilter { live_only: true, ..filter })?;
    found.extend(
        live.into_iter().filter(|v| v.state == StateWord::NeedsYou && !known.contains(&v.id)),
    );
    found.sort_by_key(|view| view.parent.is_some());
    Ok(found)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Task(TaskId),
    Session(SessionId),
}

/// What one session has to tell of the span.
struct Told {
    root: SessionId,
    lines: Vec<SinceLine>,
    folded: Option<SinceFolded>,
    files: Vec<String>,
}

fn tell(s: &Snapshot<'_>, view: &SessionView, from: Timestamp) -> Result<Told, EngineError> {
    let fold = crate::row::fold_of(s, view.id)?;
    let root = s.line_of_parents(view.id)?.last().copied().unwrap_or(view.id);
    let Some(fold) = fold else {
        return Ok(Told { root, lines: Vec::new(), folded: None, files: Vec::new() });
    };
    let is_child = view.parent.is_some();
    let (milestones, complete) = fold.milestones.since(from);
    let mut lines: Vec<SinceLine> = milestones
        .into_iter()
        // A subagent's ends and orders are its parent's affair.
        .filter(|m| {
            !is_child || !matches!(m.kind, MilestoneKind::Finished | MilestoneKind::Directed)
        })
        .map(|milestone| SinceLine {
            at: milestone.at,
            kind: milestone.kind,
            text: milestone.text.clone(),
            session: view.id,
            ordinal: milestone.ordinal,
            folded: false,
        })
        .collect();
    let folded = glance::fold(&mut lines, complete);
    let files = fold
        .files
        .files
        .iter()
        .filter(|(_, touch)| touch.edits > 0 && touch.at.is_some_and(|at| at >= from))
        .map(|(path, _)| relative(path, fold.facts.cwd.as_deref()))
        .collect();
    Ok(Told { root, lines, folded, files })
}

fn group_of(s: &Snapshot<'_>, view: &SessionView) -> Result<SinceGroup, EngineError> {
    let title = match view.task {
        Some(task) => s.task(task)?.map(|task| task.title),
        None => None,
    };
    Ok(SinceGroup {
        task: view.task,
        title: title
            .or_else(|| view.heading().map(str::to_owned))
            .unwrap_or_else(|| view.id.to_string()),
        sessions: Vec::new(),
        state: None,
        wanted: None,
        wants: Vec::new(),
        files: Vec::new(),
        lines: Vec::new(),
        folded: Vec::new(),
    })
}

fn add(group: &mut SinceGroup, view: &SessionView, told: Told) {
    group.sessions.push(view.id);
    if view.parent.is_none() {
        // The words are ordered by urgency.
        group.state = Some(group.state.map_or(view.state, |state| state.min(view.state)));
    }
    let want = |text| SinceWant { session: view.id, state: view.state, text };
    group.wants.extend(wanted(view).map(want));
    for file in told.files {
        if group.files.len() < limits::SINCE_FILES && !group.files.contains(&file) {
            group.files.push(file);
        }
    }
    group.lines.extend(told.lines);
    group.folded.extend(told.folded);
}

/// What a session wants of its user now.
fn wanted(view: &SessionView) -> Option<String> {
    match view.state {
        StateWord::NeedsYou => Some(view.activity.clone()),
        StateWord::Failed if view.parent.is_none() => {
            let said = view.activity.starts_with("failed");
            Some(if said { view.activity.clone() } else { format!("failed: {}", view.activity) })
        }
        _ => None,
    }
}

/// Wants in one line, each with its session where there are several.
fn in_one_line(wants: &[SinceWant]) -> Option<String> {
    match wants {
        [] => None,
        [only] => Some(only.text.clone()),
        several => {
            let each = several.iter().map(|want| format!("{} {}", want.session, want.text));
            Some(each.collect::<Vec<_>>().join(" · "))
        }
    }
}

fn day_before(now: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(now.as_millisecond() - 24 * 3600 * 1000)
}
