//! Verbs as agents state their intents with them, and their present participles.

/// Verbs that double their last letter.
const DOUBLED: &str = "\
    pin run get set put cut begin stop plan drop split swap strip trim wrap map grep dig skip debug \
    submit commit permit step log";

/// Verbs that agents state intents with; another word in their place is left as it was said.
const KNOWN: &str = "\
    be cast bind ship sanitize escape quote pin lint reword shorten tweak polish hook register mention note clarify stub mock seed sample spawn dispatch monitor \
    tail guard cache batch queue lock emit delegate discuss recommend suggest rethink iterate expect demonstrate outline pinpoint tighten relax loosen unblock \
    add address adjust align amend analyse analyze answer apply ask assess attach audit begin \
    benchmark bring build bump call change check clean clear close collapse collect combine \
    commit compare compile complete compute configure confirm consider consolidate continue \
    convert copy correct count cover create cross-check cut debug decide define delete deploy \
    design determine diff dig disable discover display do document double-check download draft \
    drop dump edit enable ensure evaluate examine execute expand experiment explain explore \
    export expose extend extract fetch figure fill filter finalize find finish fix focus follow \
    format gather generate get give go grep group handle help hide identify implement import \
    improve include increase initialize inline insert inspect install integrate introduce \
    investigate invoke keep kill launch learn list load locate log look make map mark measure \
    merge migrate modify move narrow open optimize organize parse pass patch pick plan poll \
    prepare present print proceed profile propose provide publish pull push put query re-read \
    re-run read rebase rebuild reconcile record reduce refactor reformat regenerate reload \
    remove rename reorganize replace reproduce rerun research reset resolve respond restart \
    restore restructure retry return revert review rewrite run save scan search see send set \
    setup share show simplify skip sort split squash stage start stash step stop store \
    streamline strip study submit summarize swap switch sync tackle take tell test think tidy \
    trace track trigger trim try turn understand undo unify update upgrade upload use validate \
    verify view visit wait walk watch wire work wrap write";

/// Whether `word` is a verb that intents are stated with.
pub(super) fn is_verb(word: &str) -> bool {
    KNOWN.split(' ').any(|verb| verb == word)
}

/// The present participle of a verb of the lists above.
pub(super) fn participle(verb: &str) -> String {
    let last = verb.rsplit('-').next().unwrap_or(verb);
    if DOUBLED.split(' ').any(|verb| verb == last) || matches!(last, "rerun" | "reset") {
        let doubled = verb.chars().next_back().unwrap_or_default();
        return format!("{verb}{doubled}ing");
    }
    if let Some(stem) = verb.strip_suffix("ie") {
        return format!("{stem}ying");
    }
    match verb.strip_suffix('e') {
        Some(stem) if verb.len() > 2 && !verb.ends_with("ee") && !verb.ends_with("oe") => {
            format!("{stem}ing")
        }
        _ => format!("{verb}ing"),
    }
}

/// `clause` with its leading verb as a participle, also after "and"; `None` if it begins with no verb.
pub(super) fn doing(clause: &str) -> Option<String> {
    let (adverb, clause) = split_adverb(clause);
    let end = clause.find([' ', ',', ':', '.']).unwrap_or(clause.len());
    let verb = clause[..end].to_ascii_lowercase();
    if !is_verb(&verb) {
        return None;
    }
    let rest = &clause[end..];
    let mut out = format!("{adverb}{}", participle(&verb));
    let mut words = rest.split_inclusive(' ').peekable();
    while let Some(word) = words.next() {
        out.push_str(word);
        let joins = matches!(word.trim_end(), "and" | "then");
        if joins
            && let Some(next) = words.peek()
            && is_verb(next.trim_end())
            && next.ends_with(' ')
        {
            let verb = next.trim_end();
            out.push_str(&participle(verb));
            out.push(' ');
            words.next();
        }
    }
    Some(out)
}

/// An adverb before the verb ("quickly check").
fn split_adverb(clause: &str) -> (&str, &str) {
    match clause.split_once(' ') {
        Some(("also" | "now" | "just" | "quickly" | "first" | "then" | "actually", rest)) => {
            ("", rest)
        }
        Some((first, rest)) if first.ends_with("ly") && first.len() > 4 => {
            (&clause[..=first.len()], rest)
        }
        _ => ("", clause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intents_are_told_in_the_present() {
        for (clause, told) in [
            ("fix the race in the watcher", "fixing the race in the watcher"),
            ("run the tests and commit the fix", "running the tests and committing the fix"),
            ("also update both", "updating both"),
            ("carefully re-run it", "carefully re-running it"),
            ("see what is there", "seeing what is there"),
        ] {
            assert_eq!(doing(clause).as_deref(), Some(told));
        }
        assert_eq!(doing("tests are green"), None);
    }
}
