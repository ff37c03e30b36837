//! Related work: how much of what was planted is told first, how much of what is told is wrong, and what a look costs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use callboard_testkit::history::{
    Related, RelatedHistory, RelatedSession, Relating, Relation, RelationKind, plant_related,
};
use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo};
use serde_json::Value;

use super::figure::{Figure, quantile};
use super::ground::wait_until_read;

/// What generated histories follow from that the ranking was looked at with.
const SEEDS: [u64; 3] = [1, 2, 3];

/// And those that it is only measured with.
const UNSEEN: [u64; 3] = [101, 102, 103];

/// Relations of each kind in one history.
const OF_EACH: usize = 6;

/// Sessions of one history that nothing relates.
const OTHERS: usize = 60;

/// Items that are told at most.
const SHOWN: usize = 3;

/// Time for the looks at changed worktrees.
const LOOKS: Duration = Duration::from_secs(60);

/// Scores what is related over generated histories. With `verbose`, tells what was missed and what was wrong.
pub(super) fn measure(binary: &Path, verbose: bool) -> Vec<Figure> {
    let of = |seeds: [u64; 3], verbose| {
        let mut told = Told::default();
        for seed in seeds {
            one(binary, seed, verbose, &mut told);
        }
        told
    };
    let (told, unseen) = (of(SEEDS, verbose), of(UNSEEN, false));
    let mut figures = told.figures();
    figures.extend(unseen.of_unseen());
    figures
}

fn one(binary: &Path, seed: u64, verbose: bool, told: &mut Told) {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let until = std::time::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_millis());
    let until = u64::try_from(until).unwrap_or(u64::MAX);
    let plan = Relating { seed, of_each: OF_EACH, others: OTHERS, until };
    let history = plant_related(&home.claude_config_dir(), &home.codex_home(), &repo, plan);
    let daemon = Daemon::of(Callboard::new(&home, binary).cwd(repo.path()), &[]);
    wait_until_read(&daemon);
    wait_for_changes(&daemon, history.changed);
    let known = daemon.get("/api/sessions?limit=500").json();
    let natives: BTreeMap<String, String> = known["sessions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let native = one["agent_session_id"].as_str()?.to_owned();
            Some((one["id"].as_str()?.to_owned(), native))
        })
        .collect();
    let ground = Ground { daemon: &daemon, history: &history, natives: &natives };
    // The first look reads what was moved.
    for (id, native) in &natives {
        let begun = Instant::now();
        let related = daemon.get(&format!("/api/related?session={id}")).json();
        told.times.push(begun.elapsed().as_secs_f64() * 1e3);
        let own = ground.related(&related);
        told.callboard.add(&history, native, &own);
        told.search.add(&history, native, &ground.by_search(native));
        told.same_file.add(&history, native, &ground.by_files(native));
        if verbose {
            tell(&history, native, &own, &related);
        }
    }
}

/// Waits until the changes of worktrees are known, and whose they are.
fn wait_for_changes(daemon: &Daemon<'_>, changed: usize) {
    let end = Instant::now() + LOOKS;
    loop {
        let changesets = daemon.get("/api/changesets").json();
        if changesets.as_array().is_some_and(|all| all.len() >= changed) || Instant::now() > end {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    // What is changed in them is kept behind the changesets.
    std::thread::sleep(Duration::from_secs(3));
}

/// What answers are read with.
struct Ground<'a> {
    daemon: &'a Daemon<'a>,
    history: &'a RelatedHistory,
    natives: &'a BTreeMap<String, String>,
}

impl Ground<'_> {
    fn related(&self, told: &Value) -> Vec<Related> {
        let items = told["items"].as_array().into_iter().flatten();
        items.filter_map(|item| self.item(item)).collect()
    }

    fn item(&self, item: &Value) -> Option<Related> {
        if let Some(note) = item["note"].as_str() {
            let is_decision = note.starts_with('D');
            let of = self.history.relations.iter().find_map(|one| match &one.of {
                Related::Note(path) if is_decision && path.contains(&format!("/{note}-")) => {
                    Some(path.clone())
                }
                _ => None,
            });
            return Some(Related::Note(of.unwrap_or_else(|| note.to_owned())));
        }
        let native = self.natives.get(item["session"].as_str()?)?;
        Some(Related::Session(native.clone()))
    }

    fn session(&self, native: &str) -> Option<&RelatedSession> {
        self.history.sessions.iter().find(|one| one.native == native)
    }

    /// The sessions and notes that a search for the longest words of the first prompt finds first.
    fn by_search(&self, native: &str) -> Vec<Related> {
        let Some(own) = self.session(native) else { return Vec::new() };
        let words = own.prompt.split(|c: char| !c.is_alphanumeric() && c != '_');
        let mut words: Vec<&str> = words.filter(|word| word.len() >= 5).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        let mut found: Vec<Related> = Vec::new();
        for word in words.into_iter().take(SHOWN) {
            let hits = self.daemon.get(&format!("/api/search?q={word}&limit=20")).json();
            for hit in hits["hits"].as_array().into_iter().flatten() {
                let one = match hit["note"].as_str() {
                    Some(note) => Related::Note(note.to_owned()),
                    None => match hit["session"].as_str().and_then(|id| self.natives.get(id)) {
                        Some(other) if other != native => Related::Session(other.clone()),
                        _ => continue,
                    },
                };
                if !found.contains(&one) {
                    found.push(one);
                }
            }
        }
        found.truncate(SHOWN);
        found
    }

    /// The latest sessions that changed any file that this one changes.
    fn by_files(&self, native: &str) -> Vec<Related> {
        let Some(own) = self.session(native) else { return Vec::new() };
        let others = self.history.sessions.iter().filter(|other| {
            other.native != native && other.files.iter().any(|file| own.files.contains(file))
        });
        let mut others: Vec<&RelatedSession> = others.collect();
        others.sort_by(|one, other| other.position.total_cmp(&one.position));
        let first = others.into_iter().take(SHOWN);
        first.map(|other| Related::Session(other.native.clone())).collect()
    }
}

/// How one way to relate scores.
#[derive(Default)]
struct Score {
    kinds: BTreeMap<RelationKind, (u32, u32)>,
    right: u32,
    wrong: u32,
}

impl Score {
    fn add(&mut self, history: &RelatedHistory, native: &str, shown: &[Related]) {
        let own = history.relations.iter().filter(|one| one.session == native);
        for relation in own {
            let counts = self.kinds.entry(relation.kind).or_default();
            counts.0 += u32::from(shown.contains(&relation.of));
            counts.1 += 1;
        }
        let right = right(history, native);
        for one in shown {
            match right.contains(one) {
                true => self.right += 1,
                false => self.wrong += 1,
            }
        }
    }

    fn found(&self, kind: Option<RelationKind>) -> f64 {
        let of_kind =
            self.kinds.iter().filter(|(known, _)| kind.is_none_or(|kind| kind == **known));
        let sum = of_kind.fold((0, 0), |sum, (_, n)| (sum.0 + n.0, sum.1 + n.1));
        f64::from(sum.0) / f64::from(sum.1.max(1)) * 100.0
    }

    fn wrong(&self) -> f64 {
        f64::from(self.wrong) / f64::from((self.right + self.wrong).max(1)) * 100.0
    }
}

/// What is related to a session, from either side.
fn right(history: &RelatedHistory, native: &str) -> BTreeSet<Related> {
    let mut right = BTreeSet::new();
    for Relation { session, of, .. } in &history.relations {
        if session == native {
            right.insert(of.clone());
        }
        if *of == Related::Session(native.to_owned()) {
            right.insert(Related::Session(session.clone()));
        }
    }
    right
}

fn tell(history: &RelatedHistory, native: &str, shown: &[Related], told: &Value) {
    let right = right(history, native);
    for relation in history.relations.iter().filter(|one| one.session == native) {
        if !shown.contains(&relation.of) {
            eprintln!("missed {:?}: {native} of {:?}", relation.kind, relation.of);
        }
    }
    let items = told["items"].as_array().map_or(&[][..], Vec::as_slice);
    for (one, item) in shown.iter().zip(items).filter(|(one, _)| !right.contains(one)) {
        eprintln!("wrong: {native} of {one:?}: {} ({})", item["why"], item["weight"]);
    }
}

/// What was found over all histories.
#[derive(Default)]
struct Told {
    callboard: Score,
    search: Score,
    same_file: Score,
    times: Vec<f64>,
}

impl Told {
    fn figures(mut self) -> Vec<Figure> {
        let planted = self.callboard.kinds.values().map(|(_, all)| f64::from(*all)).sum();
        let found = |score: &Score, kind| Some(score.found(kind));
        let mut figures = vec![
            Figure::new("planted relations", planted, ""),
            Figure::new("told in the first three", self.callboard.found(None), "%")
                .beside("a search for the goal", found(&self.search, None)),
            Figure::new("told in the first three, too", self.callboard.found(None), "%")
                .beside("any same file", found(&self.same_file, None)),
            Figure::new("wrong of what is told", self.callboard.wrong(), "%")
                .beside("a search for the goal", Some(self.search.wrong())),
            Figure::new("wrong of what is told, too", self.callboard.wrong(), "%")
                .beside("any same file", Some(self.same_file.wrong())),
        ];
        for (kind, name) in KINDS {
            let own = self.callboard.found(Some(kind));
            figures.push(
                Figure::new(name, own, "%")
                    .beside("a search for the goal", found(&self.search, Some(kind))),
            );
        }
        let all = self.callboard.right + self.callboard.wrong;
        figures.push(Figure::new("told in all", f64::from(all), ""));
        figures.push(Figure::new("a look, p50", quantile(&mut self.times, 0.5), "ms"));
        figures.push(Figure::new("a look, p99", quantile(&mut self.times, 0.99), "ms"));
        figures
    }

    /// Of histories that the ranking was never looked at with.
    fn of_unseen(&self) -> [Figure; 2] {
        let found = |score: &Score| Some(score.found(None));
        [
            Figure::new("unseen histories, in the first three", self.callboard.found(None), "%")
                .beside("a search for the goal", found(&self.search)),
            Figure::new("unseen histories, wrong of what is told", self.callboard.wrong(), "%")
                .beside("a search for the goal", Some(self.search.wrong())),
        ]
    }
}

const KINDS: [(RelationKind, &str); 8] = [
    (RelationKind::File, "… the same file"),
    (RelationKind::Worktree, "… the same file in another worktree"),
    (RelationKind::Moved, "… the same file under another name"),
    (RelationKind::Error, "… the same error"),
    (RelationKind::Changed, "… a decision about a symbol that is changed"),
    (RelationKind::Named, "… a decision about a symbol that is named"),
    (RelationKind::Fixture, "… the same fixture"),
    (RelationKind::Note, "… a note about a file"),
];
