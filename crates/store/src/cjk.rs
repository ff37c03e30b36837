//! Chinese and Japanese, which are written without spaces: the full-text index takes a whole clause
//! for one word. Pairs of neighbouring characters are indexed beside it, and searched for as a
//! phrase.

/// Han characters and kana.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(
        u32::from(c),
        0x3041..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3134f
    )
}

/// The runs of such characters in a text.
pub(crate) fn runs(text: &str) -> impl Iterator<Item = &str> {
    let text = if text.is_ascii() { "" } else { text };
    text.split(|c| !is_cjk(c)).filter(|run| !run.is_empty())
}

/// Every two neighbours of a run, with spaces between; a single character stays single.
pub(crate) fn pairs(run: &str) -> String {
    let mut pairs = String::with_capacity(run.len() * 3);
    for (first, second) in run.chars().zip(run.chars().skip(1)) {
        pairs.extend([first, second, ' ']);
    }
    if pairs.is_empty() { run.to_owned() } else { pairs.trim_end().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_become_pairs() {
        assert_eq!(runs("修复 watcher的竞争!").collect::<Vec<_>>(), ["修复", "的竞争"]);
        assert_eq!(pairs("的竞争"), "的竞 竞争");
        assert_eq!(pairs("争"), "争");
        assert_eq!(runs("naïve").count(), 0);
    }
}
