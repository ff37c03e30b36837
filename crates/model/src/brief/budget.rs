//! Which lines a brief has: the most useful that fit, in few words first, and in more where room is left.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Candidate, render, tokens};
use crate::view::{BriefLine, BriefPart, BriefSection};

/// The sections made of the lines that fit into `room` tokens, and how many lines did not.
pub(super) fn choose(candidates: Vec<Candidate>, room: u32) -> (Vec<BriefSection>, u32) {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|at| (Reverse(candidates[*at].weight), candidates[*at].order));
    let mut room = room;
    let mut parts: BTreeSet<BriefPart> = BTreeSet::new();
    let mut chosen: Vec<Option<BriefLine>> = vec![None; candidates.len()];
    for at in &order {
        let candidate = &candidates[*at];
        let line = candidate.line(&candidate.short);
        let heading = if parts.contains(&candidate.part) {
            0
        } else {
            tokens::of(&render::heading(candidate.part))
        };
        let needs = tokens::of(&render::line(&line)) + heading;
        if needs <= room {
            room -= needs;
            parts.insert(candidate.part);
            chosen[*at] = Some(line);
        }
    }
    // All have their second length before the first has its third.
    let lengths = candidates.iter().map(|candidate| candidate.longer.len()).max().unwrap_or(0);
    for length in 0..lengths {
        for at in &order {
            let candidate = &candidates[*at];
            let text = candidate.longer.get(length);
            let (Some(line), Some(text)) = (&chosen[*at], text) else { continue };
            let longer = candidate.line(text);
            let needs = tokens::of(&render::line(&longer));
            let more = needs.saturating_sub(tokens::of(&render::line(line)));
            if more <= room {
                room -= more;
                chosen[*at] = Some(longer);
            }
        }
    }
    let left_out = chosen.iter().filter(|line| line.is_none()).count();
    (sections(&candidates, chosen), u32::try_from(left_out).unwrap_or(u32::MAX))
}

/// A line with its place among the lines of its part.
type Placed = ((Reverse<u32>, (usize, crate::Ordinal)), BriefLine);

fn sections(candidates: &[Candidate], chosen: Vec<Option<BriefLine>>) -> Vec<BriefSection> {
    let mut by_part: BTreeMap<BriefPart, Vec<Placed>> = BTreeMap::new();
    for (candidate, line) in candidates.iter().zip(chosen) {
        if let Some(line) = line {
            let place = (Reverse(candidate.touches), candidate.order);
            by_part.entry(candidate.part).or_default().push((place, line));
        }
    }
    let section = |(part, mut lines): (BriefPart, Vec<Placed>)| {
        lines.sort_by_key(|(order, _)| *order);
        let lines = lines.into_iter().map(|(_, line)| line).collect();
        BriefSection { part, heading: part.heading().to_owned(), lines }
    };
    by_part.into_iter().map(section).collect()
}

impl Candidate {
    fn line(&self, text: &str) -> BriefLine {
        BriefLine {
            text: text.to_owned(),
            cites: self.cites.clone(),
            no_longer: self.no_longer.clone(),
        }
    }
}
