//! Tokens, cost and context, as the agent reports them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::Usage;
use crate::limits;

/// Numbers of tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// Read, not from the cache.
    pub input: u64,
    /// Read from the cache.
    pub cache_read: u64,
    /// Written to the cache.
    pub cache_write: u64,
    /// Written by the model.
    pub output: u64,
}

impl Tokens {
    fn of(usage: &Usage) -> Self {
        let Usage { input, cache_read, cache_write, output, .. } = *usage;
        Self { input, cache_read, cache_write, output }
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        [self.input, self.cache_read, self.cache_write, self.output]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    fn each(self, other: Self, f: fn(u64, u64) -> u64) -> Self {
        Self {
            input: f(self.input, other.input),
            cache_read: f(self.cache_read, other.cache_read),
            cache_write: f(self.cache_write, other.cache_write),
            output: f(self.output, other.output),
        }
    }
}

/// A session's use of its models so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UsageTotals {
    /// Tokens in all.
    pub tokens: Tokens,
    /// The agent reported these totals, which in a fork go on from those of its beginning.
    #[serde(default)]
    pub is_reported: bool,
    /// US dollars, where the agent reports them; never computed from a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Tokens now in the model's context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_used: Option<u64>,
    /// Size of the model's context, where the agent says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// The model that replied last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Replies that may be reported again, with what they counted.
    #[serde(default)]
    recent: VecDeque<Reply>,
}

/// A reply, with what it counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Reply {
    id: String,
    tokens: Tokens,
    cost_usd: f64,
}

impl UsageTotals {
    /// The part of the context that is left, from 0 to 1, where the agent says how large it is.
    #[must_use]
    pub fn context_left(&self) -> Option<f64> {
        let (used, window) = (self.context_used?, self.context_window.filter(|w| *w > 0)?);
        Some(1.0 - (used.min(window) as f64 / window as f64))
    }

    /// What was used since the agent reported `before`; all of it if its counts began anew since.
    #[must_use]
    pub fn since(&self, before: &Usage) -> Self {
        let (tokens, cost) = (Tokens::of(before), before.cost_usd.unwrap_or(0.0));
        let mut own = self.clone();
        if self.tokens.total() >= tokens.total() {
            own.tokens = self.tokens.each(tokens, u64::saturating_sub);
        }
        own.cost_usd = self.cost_usd.map(|all| if all < cost { all } else { all - cost });
        own
    }

    pub(super) fn apply(&mut self, usage: &Usage) {
        if usage.context_used.is_some() {
            self.context_used = usage.context_used;
        }
        self.context_window = usage.context_window.or(self.context_window);
        if let Some(model) = usage.model.as_deref().filter(|m| !m.starts_with('<')) {
            self.model = Some(crate::text::clip(model, 80));
        }
        let tokens = Tokens::of(usage);
        let cost = usage.cost_usd.filter(|c| c.is_finite() && *c >= 0.0);
        if usage.cumulative {
            self.is_reported = true;
            if tokens.total() > 0 {
                self.tokens = tokens;
            }
            self.cost_usd = cost.or(self.cost_usd);
            return;
        }
        let before = self.replace(usage.message_id.as_deref(), tokens, cost.unwrap_or(0.0));
        self.tokens =
            self.tokens.each(before.0, u64::saturating_sub).each(tokens, u64::saturating_add);
        if let Some(cost) = cost {
            self.cost_usd = Some((self.cost_usd.unwrap_or(0.0) + cost - before.1).max(0.0));
        }
    }

    /// Remembers what a reply counts; returns what it counted before.
    fn replace(&mut self, id: Option<&str>, tokens: Tokens, cost: f64) -> (Tokens, f64) {
        let Some(id) = id.map(|id| crate::text::clip(id, 80)) else { return Default::default() };
        if let Some(reply) = self.recent.iter_mut().rev().find(|reply| reply.id == id) {
            let before = (reply.tokens, reply.cost_usd);
            (reply.tokens, reply.cost_usd) = (tokens, cost);
            return before;
        }
        if self.recent.len() >= limits::USAGE_REPLIES {
            self.recent.pop_front();
        }
        self.recent.push_back(Reply { id, tokens, cost_usd: cost });
        Default::default()
    }
}
