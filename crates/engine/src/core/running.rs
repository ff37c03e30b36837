//! Which sessions run: what agents list, home by home, and what their notifications tell.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use callboard_agents::{LiveSession, LiveUpdate};
use callboard_model::session::{Alive, TurnState};
use callboard_model::{AgentName, ThreadKey};

use crate::live::Home;
use crate::row::Running;

/// The sessions that run, of every agent.
#[derive(Debug, Default)]
pub(crate) struct RunningSessions {
    agents: HashMap<AgentName, OfAgent>,
}

#[derive(Debug, Default)]
struct OfAgent {
    /// Every home, with what was listed there last.
    homes: BTreeMap<PathBuf, Option<Listing>>,
    told: HashMap<ThreadKey, LiveSession>,
    /// What our own drivers tell.
    driven: HashMap<ThreadKey, LiveSession>,
    /// Both together.
    now: HashMap<ThreadKey, LiveSession>,
}

#[derive(Debug)]
struct Listing {
    is_complete: bool,
    sessions: HashMap<ThreadKey, LiveSession>,
}

/// What a list changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// Conversations whose rows are to be made anew.
    pub(crate) changed: Vec<ThreadKey>,
    /// Those that just appeared, with their process.
    pub(crate) begun: Vec<(ThreadKey, u32)>,
    /// From now on every session that runs is listed.
    pub(crate) is_now_complete: bool,
}

impl RunningSessions {
    /// Nothing is known yet of these homes.
    pub(crate) fn new(homes: &[Home]) -> Self {
        let mut agents: HashMap<AgentName, OfAgent> = HashMap::new();
        for home in homes {
            let of_agent = agents.entry(home.agent.name()).or_default();
            of_agent.homes.insert(home.path.clone(), None);
        }
        Self { agents }
    }

    /// Whether a conversation runs.
    pub(crate) fn of(&self, agent: &AgentName, thread: &ThreadKey) -> Running<'_> {
        let Some(known) = self.agents.get(agent) else { return Running::Unknown };
        match known.now.get(thread) {
            Some(session) => Running::Listed(session),
            // Subagents live in their parent's process, which tells nothing of them.
            None if thread.sub.is_some() => Running::Unknown,
            None if known.is_complete() => Running::NotListed,
            None => Running::Unknown,
        }
    }

    /// The conversations of the first of these processes that runs any.
    pub(crate) fn of_nearest(&self, processes: &[u32]) -> Vec<(AgentName, ThreadKey)> {
        let run_by = |pid: &u32| {
            let all = self
                .agents
                .iter()
                .flat_map(|(agent, known)| known.now.values().map(move |session| (agent, session)));
            let runs = all.filter(|(_, session)| session.pid == Some(*pid));
            runs.map(|(agent, session)| (agent.clone(), session.thread.clone())).collect()
        };
        processes.iter().map(run_by).find(|runs: &Vec<_>| !runs.is_empty()).unwrap_or_default()
    }

    /// All sessions that run from one home; `is_complete` if none can run there unlisted.
    pub(crate) fn take_list(
        &mut self,
        agent: &AgentName,
        home: &Path,
        is_complete: bool,
        sessions: Vec<LiveSession>,
    ) -> News {
        let known = self.agents.entry(agent.clone()).or_default();
        let was_complete = known.is_complete();
        let sessions: HashMap<ThreadKey, LiveSession> =
            sessions.into_iter().map(|session| (session.thread.clone(), session)).collect();
        let mut concerned: HashSet<ThreadKey> = sessions.keys().cloned().collect();
        let begun = sessions
            .values()
            .filter(|session| !known.now.contains_key(&session.thread))
            .filter_map(|session| Some((session.thread.clone(), session.pid?)))
            .collect();
        let before = known.homes.insert(home.to_owned(), Some(Listing { is_complete, sessions }));
        concerned.extend(before.flatten().into_iter().flat_map(|list| list.sessions.into_keys()));
        let changed = concerned.into_iter().filter(|thread| known.settle(thread)).collect();
        News { changed, begun, is_now_complete: known.is_complete() && !was_complete }
    }

    /// What an agent's notifications tell; gives the conversations whose rows are to be made anew.
    pub(crate) fn take_told(&mut self, agent: &AgentName, update: LiveUpdate) -> Vec<ThreadKey> {
        let known = self.agents.entry(agent.clone()).or_default();
        let concerned = match update {
            LiveUpdate::Session(session) => {
                let thread = session.thread.clone();
                known.told.insert(thread.clone(), session);
                vec![thread]
            }
            LiveUpdate::Gone(thread) => {
                known.told.remove(&thread);
                vec![thread]
            }
            LiveUpdate::Connected => Vec::new(),
            LiveUpdate::Disconnected => known.told.drain().map(|(thread, _)| thread).collect(),
        };
        concerned.into_iter().filter(|thread| known.settle(thread)).collect()
    }
}

impl RunningSessions {
    /// What a driver tells of its session; gives whether the row is to be made anew.
    pub(crate) fn take_driven(&mut self, agent: &AgentName, session: LiveSession) -> bool {
        let known = self.agents.entry(agent.clone()).or_default();
        let thread = session.thread.clone();
        known.driven.insert(thread.clone(), session);
        known.settle(&thread)
    }
}

impl OfAgent {
    fn is_complete(&self) -> bool {
        let mut homes = self.homes.values();
        homes.all(|list| list.as_ref().is_some_and(|list| list.is_complete))
    }

    /// Decides anew what is known of a conversation; gives whether it changed.
    fn settle(&mut self, thread: &ThreadKey) -> bool {
        let driven = self.driven.get(thread);
        // A list that still has the process whose end its driver saw is of the past.
        let is_past = |listed: &LiveSession| {
            driven.is_some_and(|driven| {
                let started = driven.start_ticks.zip(listed.start_ticks);
                driven.alive == Alive::No
                    && driven.pid.is_some()
                    && driven.pid == listed.pid
                    && started.is_none_or(|(driven, listed)| driven == listed)
            })
        };
        let listed = self.homes.values().flatten().find_map(|list| list.sessions.get(thread));
        let listed = listed.filter(|listed| !is_past(listed));
        // Whoever drives it knows best; once that is over, somebody else may run it.
        let ours = driven.filter(|session| session.alive == Alive::Yes);
        let others = match (self.told.get(thread), listed) {
            // Who holds a file open does not tell what it waits for, its notifications do.
            (Some(told), Some(listed)) if listed.turn == TurnState::Unknown => {
                Some(LiveSession { pid: told.pid.or(listed.pid), ..told.clone() })
            }
            (told, listed) => listed.or(told).cloned(),
        };
        let now = ours.cloned().or(others).or_else(|| driven.cloned());
        match now {
            Some(now) => self.now.insert(thread.clone(), now.clone()) != Some(now),
            None => self.now.remove(thread).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(name: &str, turn: TurnState) -> LiveSession {
        LiveSession {
            thread: ThreadKey::main(name),
            pid: None,
            start_ticks: None,
            cwd: None,
            alive: Alive::Yes,
            turn,
            waiting_for: None,
            at: None,
        }
    }

    fn homes(count: usize) -> (AgentName, RunningSessions) {
        let agent = callboard_agents::all()[0];
        let home = |n: usize| Home { agent, path: format!("/home{n}").into() };
        (agent.name(), RunningSessions::new(&(0..count).map(home).collect::<Vec<_>>()))
    }

    fn turn_of(running: &RunningSessions, agent: &AgentName, name: &str) -> Option<TurnState> {
        match running.of(agent, &ThreadKey::main(name)) {
            Running::Listed(session) => Some(session.turn),
            _ => None,
        }
    }

    #[test]
    fn what_notifications_tell_is_not_forgotten_for_a_list_that_tells_less() {
        let (agent, mut running) = homes(1);
        let waits = session("a", TurnState::WaitingPermission);
        assert_eq!(running.take_told(&agent, LiveUpdate::Session(waits)).len(), 1);
        let listed = LiveSession { pid: Some(7), ..session("a", TurnState::Unknown) };
        let home = PathBuf::from("/home0");
        running.take_list(&agent, &home, false, vec![listed.clone()]);
        assert_eq!(turn_of(&running, &agent, "a"), Some(TurnState::WaitingPermission));
        let again = running.take_list(&agent, &home, false, vec![listed]);
        assert_eq!(again, News::default(), "nothing changed");
        running.take_told(&agent, LiveUpdate::Disconnected);
        assert_eq!(turn_of(&running, &agent, "a"), Some(TurnState::Unknown));
        running.take_list(&agent, &home, false, Vec::new());
        assert_eq!(turn_of(&running, &agent, "a"), None);
    }

    #[test]
    fn a_list_that_still_has_what_its_driver_saw_end_is_of_the_past() {
        let (agent, mut running) = homes(1);
        let of = |alive, pid| LiveSession {
            alive,
            pid: Some(pid),
            start_ticks: Some(3),
            ..session("a", TurnState::Working)
        };
        let home = PathBuf::from("/home0");
        let alive = |running: &RunningSessions| match running.of(&agent, &ThreadKey::main("a")) {
            Running::Listed(session) => Some(session.alive),
            _ => None,
        };
        running.take_list(&agent, &home, true, vec![of(Alive::Yes, 7)]);
        running.take_driven(&agent, of(Alive::Yes, 7));
        running.take_driven(&agent, of(Alive::No, 7));
        assert_eq!(alive(&running), Some(Alive::No));
        // Its user goes on with it elsewhere.
        running.take_list(&agent, &home, true, vec![of(Alive::Yes, 8)]);
        assert_eq!(alive(&running), Some(Alive::Yes));
    }

    #[test]
    fn only_when_every_home_lists_all_is_a_session_known_not_to_run() {
        let (agent, mut running) = homes(2);
        let thread = ThreadKey::main("b");
        let is_known =
            |running: &RunningSessions| matches!(running.of(&agent, &thread), Running::NotListed);
        let first = running.take_list(&agent, Path::new("/home0"), true, Vec::new());
        assert!(!first.is_now_complete && !is_known(&running));
        let second = running.take_list(&agent, Path::new("/home1"), true, Vec::new());
        assert!(second.is_now_complete && is_known(&running));
        running.take_list(&agent, Path::new("/home1"), false, Vec::new());
        assert!(!is_known(&running));
    }
}
