//! Notices that a hook was given and has not said that it printed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use callboard_model::Timestamp;
use callboard_store::Notice;

use crate::limits;

/// Until when nobody else is given each, by its number, told or not: who read it before it was told comes later. Forgotten with the daemon: one is told twice then rather than
/// never.
#[derive(Default)]
pub(crate) struct OnTheirWay(Mutex<BTreeMap<i64, Timestamp>>);

impl OnTheirWay {
    /// Of these notices, those that no other hook of the same step has; they are the caller's now.
    pub(crate) fn take(&self, notices: Vec<Notice>, now: Timestamp) -> Vec<Notice> {
        if notices.is_empty() {
            return notices;
        }
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|_, until| *until > now);
        let until = now.plus_ms(limits::NOTICE_IS_PRINTED_WITHIN_MS);
        let is_free = |one: &Notice| match given.contains_key(&one.id) {
            true => false,
            false => given.insert(one.id, until).is_none(),
        };
        notices.into_iter().filter(is_free).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_given_to_one_hook_and_again_once_that_one_did_not_print_it() {
        let on_their_way = OnTheirWay::default();
        let at = Timestamp::from_millisecond;
        let notice =
            |id| Notice { id, subject: String::new(), text: String::new(), made_at: at(0) };
        let ids = |notices: Vec<Notice>| notices.iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(ids(on_their_way.take(vec![notice(1)], at(0))), [1]);
        assert_eq!(ids(on_their_way.take(vec![notice(1), notice(2)], at(1))), [2]);
        let later = at(limits::NOTICE_IS_PRINTED_WITHIN_MS);
        assert_eq!(ids(on_their_way.take(vec![notice(1), notice(2)], later)), [1]);
        assert!(on_their_way.take(vec![notice(1)], later).is_empty());
    }
}
