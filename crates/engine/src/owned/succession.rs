//! Sessions whose work went from one to the next: one of them works at a time, and what the others changed is its own.

use callboard_model::SessionId;
use callboard_model::owned::Owned;
use callboard_store::{Result, Snapshot};

/// A session with those whose work it took over, and those that took over from it; the first one first.
pub(crate) fn succession(s: &Snapshot<'_>, session: SessionId) -> Result<Vec<SessionId>> {
    let mut first = vec![session];
    while let Some(before) = predecessor(s, first[first.len() - 1])? {
        // Rows that lead in a circle lead nowhere.
        if first.contains(&before) {
            break;
        }
        first.push(before);
    }
    let mut all = vec![first[first.len() - 1]];
    let mut next = 0;
    while let Some(one) = all.get(next).copied() {
        let more = s.successors(one)?.into_iter().filter(|more| !all.contains(more));
        let more: Vec<SessionId> = more.collect();
        all.extend(more);
        next += 1;
    }
    Ok(all)
}

/// Who goes on with the work of a session now: itself, or the one of its succession that was started last.
pub(crate) fn goes_on_with(s: &Snapshot<'_>, session: SessionId) -> Result<SessionId> {
    let all = succession(s, session)?;
    if all.len() == 1 {
        return Ok(session);
    }
    let mut last: Option<(bool, i64)> = None;
    let mut found = all[0];
    for one in all {
        let Some(owned) = s.owned_of_session(one)? else { continue };
        let rank = (!owned.state.is_over(), owned.id);
        if last < Some(rank) {
            (last, found) = (Some(rank), one);
        }
    }
    Ok(found)
}

/// Another of a session's succession that works now, or is about to.
pub(crate) fn works_instead(s: &Snapshot<'_>, session: SessionId) -> Result<Option<Owned>> {
    let all = succession(s, session)?;
    let is_other = |owned: &Owned| {
        let is_next = owned.follows.is_some_and(|from| all.contains(&from));
        let is_one = owned.session.is_some_and(|one| all.contains(&one));
        (is_next || is_one) && owned.session != Some(session)
    };
    Ok(s.owned_in_progress()?.into_iter().find(is_other))
}

/// The session whose work this one took over.
fn predecessor(s: &Snapshot<'_>, session: SessionId) -> Result<Option<SessionId>> {
    Ok(s.owned_of_session(session)?.and_then(|owned| owned.follows))
}

#[cfg(test)]
mod tests {
    use callboard_model::owned::OwnedState;
    use callboard_model::{AgentName, ThreadKey, Timestamp};
    use callboard_store::{Durability, Store, WorkspaceRow, Write};

    use super::*;

    #[test]
    fn the_last_that_was_started_goes_on_and_the_others_do_not_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let now = Timestamp::from_millisecond(1);
        let mut store = Store::open(home.path()).unwrap();
        let told = |w: &mut Write<'_>| {
            let (root, name) = (home.path().to_owned(), "billing".to_owned());
            let row = WorkspaceRow { common_dir: root.clone(), root, name, is_git: false };
            let (workspace, _) = w.put_workspace(&row)?;
            let agent = AgentName::known("claude");
            let mut ids = Vec::new();
            for name in ["one", "two", "three", "aside"] {
                ids.push(w.session_of(&agent, &ThreadKey::main(name))?.0);
            }
            let [one, two, three, aside] = ids[..] else { return Ok(()) };
            let add = |w: &mut Write<'_>, session, follows, state| {
                let asked = Owned::asked(workspace, agent.clone(), now);
                w.add_owned(Owned { session, follows, state, ..asked })
            };
            use OwnedState::{Ended, Queued, Running};
            add(w, Some(one), None, Ended)?;
            add(w, Some(aside), None, Running)?;
            assert_eq!(goes_on_with(&w.view(), one)?, one);
            add(w, Some(two), Some(one), Ended)?;
            // What takes over next has no conversation yet: until it has, the one before goes on.
            let next = add(w, None, Some(two), Queued)?;
            assert_eq!(goes_on_with(&w.view(), one)?, two);
            assert_eq!(works_instead(&w.view(), one)?.map(|one| one.id), Some(next.id));
            w.put_owned(&Owned { session: Some(three), state: Running, ..next })?;
            for any in [one, two, three] {
                assert_eq!(succession(&w.view(), any)?, [one, two, three]);
                assert_eq!(goes_on_with(&w.view(), any)?, three);
                let instead = works_instead(&w.view(), any)?.and_then(|one| one.session);
                assert_eq!(instead, Some(three).filter(|three| *three != any));
            }
            assert_eq!(works_instead(&w.view(), aside)?, None);
            Ok(())
        };
        store.write(Durability::Normal, now, told).unwrap();
    }
}
