//! Versions of programs, in the order they came out.

/// Sorts versions, the lowest first: `2.1.9` before `2.1.30`, `0.140.0-alpha.2` before `0.140.0`.
pub(super) fn sort(versions: &mut [String]) {
    versions.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.cmp(b)));
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    Number(u64),
    Word(&'a str),
}

/// The parts of the release, whether it is one, and the parts of what came before it.
fn key(version: &str) -> (Vec<Part<'_>>, bool, Vec<Part<'_>>) {
    let version = version.split('+').next().unwrap_or(version);
    match version.split_once('-') {
        Some((release, before)) => (parts(release), false, parts(before)),
        None => (parts(version), true, Vec::new()),
    }
}

fn parts(text: &str) -> Vec<Part<'_>> {
    text.split('.').map(|part| part.parse().map_or(Part::Word(part), Part::Number)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_follow_their_numbers() {
        let sorted =
            ["0.9", "0.140.0-alpha.2", "0.140.0-alpha.10", "0.140.0", "2.1.9", "2.1.30", "2.1.329"];
        for turn in 0..sorted.len() {
            let mut versions = sorted.map(str::to_owned).to_vec();
            versions.rotate_left(turn);
            super::sort(&mut versions);
            assert_eq!(versions, sorted);
        }
    }
}
