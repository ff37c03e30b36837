//! Files that moved between two looks, found by what they hold.

use std::borrow::Cow;

use super::lines::{distance, lines};
use super::{Attribution, Content, FileLook};
use crate::limits;

/// The files of a look, with those that are gone in one place and came in another as one.
pub(super) fn found<'a>(state: &Attribution, files: &'a [FileLook]) -> Cow<'a, [FileLook]> {
    let text =
        |content: &Content| matches!(content, Content::Text { text, .. } if !text.is_empty());
    let gone = |file: &FileLook| text(&file.old) && file.new == Content::Absent;
    let came = |file: &FileLook| {
        let is_new = file.old == Content::Absent && file.base == Content::Absent;
        is_new && text(&file.new) && file.from.is_none() && file.new_base.is_none()
    };
    let mut left: Vec<usize> = indexes(files, gone);
    let mut moves: Vec<(usize, usize)> = Vec::new();
    let mut new: Vec<usize> = indexes(files, came);
    new.retain(|at| {
        let same = left.iter().position(|old| files[*old].old.text() == files[*at].new.text());
        same.map(|old| moves.push((left.remove(old), *at))).is_none()
    });
    if left.len() * new.len() <= limits::MOVES_COMPARED {
        for at in new {
            let near = |old: &usize| far(&files[*old].old, &files[at].new);
            let nearest = left.iter().enumerate().filter_map(|(i, old)| Some((near(old)?, i)));
            if let Some((_, place)) = nearest.min() {
                moves.push((left.remove(place), at));
            }
        }
    }
    if moves.is_empty() {
        return Cow::Borrowed(files);
    }
    let mut all: Vec<FileLook> = Vec::with_capacity(files.len());
    for (at, file) in files.iter().enumerate() {
        if let Some((old, _)) = moves.iter().find(|(_, new)| *new == at) {
            let old = &files[*old];
            let origin = state.base_path(&old.path).to_owned();
            let in_base = old.base != Content::Absent;
            all.push(FileLook {
                path: file.path.clone(),
                from: Some(old.path.clone()),
                base_from: Some(origin).filter(|origin| in_base && *origin != file.path),
                base: old.base.clone(),
                old: old.old.clone(),
                new: file.new.clone(),
                new_base: old.new_base.clone(),
            });
        } else if !moves.iter().any(|(old, _)| *old == at) {
            all.push(file.clone());
        }
    }
    Cow::Owned(all)
}

fn indexes(files: &[FileLook], holds: impl Fn(&FileLook) -> bool) -> Vec<usize> {
    (0..files.len()).filter(|at| holds(&files[*at])).collect()
}

/// How far two texts are apart, if half of their lines are the same.
fn far(old: &Content, new: &Content) -> Option<usize> {
    let (old, new) = (lines(old.text()?), lines(new.text()?));
    let far = distance(&old, &new);
    (far * 2 <= old.len() + new.len()).then_some(far)
}
