//! Looks that are held back until the sessions that share a checkout can have told what they did there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use callboard_model::Timestamp;

use super::touched::{Part, Taken};
use crate::{Engine, limits};

/// What was touched in checkouts that several sessions share, and when it is looked at by itself.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeMap<PathBuf, (Part, Timestamp)>);

impl Held {
    /// What is to be looked at now.
    pub(super) fn ready(&mut self, engine: &Engine, mut taken: Taken) -> Taken {
        let now = engine.now();
        for (top, part) in std::mem::take(&mut taken.parts) {
            let is_shared = engine.changes.shared_at(&top).is_some_and(|told| told.is_shared);
            let is_due = taken.told_by.contains_key(&top) || taken.asked.contains(&top);
            let due = if is_shared && !is_due { now.plus_ms(limits::TOLD_WITHIN_MS) } else { now };
            let (held, at) = self.0.entry(top).or_insert((Part::default(), due));
            held.join(part);
            *at = due.min(*at);
        }
        let due = |(_, at): &(Part, Timestamp)| *at <= now;
        let tops: Vec<PathBuf> =
            self.0.iter().filter(|(_, held)| due(held)).map(|(top, _)| top.clone()).collect();
        for top in tops {
            if let Some((part, _)) = self.0.remove(&top) {
                taken.parts.insert(top, part);
            }
        }
        taken
    }

    /// When the first of what is held back is looked at.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.0.values().map(|(_, at)| *at).min()
    }
}
