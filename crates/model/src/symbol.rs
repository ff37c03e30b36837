//! Symbols of code as people, agents and compilers write them.

/// A symbol by its parts: `Watcher::poll`, `Watcher.poll()` and `Watcher#poll` are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol<'t> {
    parts: Vec<&'t str>,
}

impl<'t> Symbol<'t> {
    /// What a text names.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        let text = text.trim();
        let end = text.find(['(', '<', '!', ' ']).unwrap_or(text.len());
        let parts = text[..end].split([':', '.', '#', '/']).filter(|part| !part.is_empty());
        Self { parts: parts.collect() }
    }

    /// Its own name, without what it stands in.
    #[must_use]
    pub fn name(&self) -> &'t str {
        self.parts.last().copied().unwrap_or_default()
    }

    /// Whether it says what it stands in.
    #[must_use]
    pub fn is_qualified(&self) -> bool {
        self.parts.len() > 1
    }

    /// Whether both may mean the same: one may say less of what it stands in.
    #[must_use]
    pub fn may_be(&self, other: &Symbol<'_>) -> bool {
        let pairs = self.parts.iter().rev().zip(other.parts.iter().rev());
        !self.parts.is_empty() && !other.parts.is_empty() && pairs.into_iter().all(|(a, b)| a == b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_symbol_is_written_in_many_ways() {
        let may_be = |one: &str, other: &str| Symbol::of(one).may_be(&Symbol::of(other));
        for other in
            ["Watcher.poll()", "Watcher#poll", "watch::Watcher::poll", "poll", "poll<T>(a)"]
        {
            assert!(may_be("Watcher::poll", other), "{other}");
        }
        assert!(!may_be("Watcher::poll", "Reader::poll"));
        assert!(!may_be("Watcher::poll", "Watcher"));
        assert!(!may_be("", "Watcher"));
        assert_eq!(Symbol::of("Watcher::poll").name(), "poll");
    }
}
