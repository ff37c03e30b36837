//! Replies as frames: what is sent, where the server pauses, where it waits at a gate.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::script::Turn;

/// A step of a streamed reply.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Frame {
    /// A server-sent event, named after its `type`.
    Event(Value),
    /// The turn's pace.
    Pause,
    /// Wait until the gate is open.
    Gate(String),
}

/// Bytes of text in one streamed piece: small, so that streaming is real.
const PIECE: usize = 24;

/// The frames that stream the turn's text, each piece made an event by `delta`.
pub(crate) fn text_frames(turn: &Turn, text: &str, delta: impl Fn(&str) -> Value) -> Vec<Frame> {
    let pieces = pieces(text, PIECE);
    let mut frames = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        if let Some(gate) = turn.gate_mid_text.as_ref().filter(|_| i == pieces.len().div_ceil(2)) {
            frames.push(Frame::Gate(gate.clone()));
        }
        if !turn.pace.is_zero() {
            frames.push(Frame::Pause);
        }
        frames.push(Frame::Event(delta(piece)));
    }
    if let Some(gate) = turn.gate_mid_text.as_ref().filter(|_| pieces.len() < 2) {
        frames.push(Frame::Gate(gate.clone()));
    }
    frames
}

/// `text` in pieces of about `size` bytes, cut between characters.
pub(crate) fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut at = size.min(rest.len());
        while !rest.is_char_boundary(at) {
            at += 1;
        }
        let (piece, after) = rest.split_at(at);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// An id that no other reply of any server has.
pub(crate) fn fresh_id(prefix: &str) -> String {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let (a, b) = (SEED.hash_one(n), SEED.hash_one((n, "second half")));
    format!("{prefix}{:.24}", format!("{a:016x}{b:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_stands_in_the_middle_of_the_text() {
        let gated = Turn::text("x").gate_mid_text("g");
        let at = |text: &str| {
            text_frames(&gated, text, |p| p.into()).iter().position(|f| matches!(f, Frame::Gate(_)))
        };
        assert_eq!(at(&"x".repeat(96)), Some(2));
        assert_eq!(at("short"), Some(1));
    }

    #[test]
    fn pieces_keep_characters_whole() {
        assert_eq!(pieces("aäöü", 2).concat(), "aäöü");
        assert_ne!(fresh_id("msg_"), fresh_id("msg_"));
        assert_eq!(fresh_id("msg_").len(), 28);
    }
}
