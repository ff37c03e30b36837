use callboard_model::attribution::{Attribution, Look, OwnedHunk, PartHunk, with_hunks};
use proptest::prelude::*;

use crate::shared_checkout::{SharedCheckout, USER};

/// What happens in a shared checkout. Places are taken modulo what is there.
#[derive(Debug, Clone)]
enum Step {
    /// An edit, told with or without line numbers.
    Edit {
        who: i64,
        place: Place,
        numbered: bool,
    },
    /// An edit that is told one look late.
    LateEdit {
        who: i64,
        place: Place,
    },
    /// Commands at once, each with what it writes.
    Commands(Vec<(i64, Place)>),
    /// The user writes, and the change is seen by itself.
    User(Place),
    Look,
    Commit(i64),
    CommitAll,
    Stash {
        who: Option<i64>,
    },
    Undo {
        who: i64,
        at: usize,
    },
}

/// Steps, a line each.
#[derive(Clone)]
struct Steps(Vec<Step>);

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|step| writeln!(f, "{step:?}"))
    }
}

#[derive(Debug, Clone)]
struct Place {
    file: usize,
    at: usize,
    gone: usize,
    lines: usize,
}

fn place() -> impl Strategy<Value = Place> {
    (0..3usize, 0..30usize, 0..3usize, 0..4usize)
        .prop_filter("it changes something", |(_, _, gone, lines)| gone + lines > 0)
        .prop_map(|(file, at, gone, lines)| Place { file, at, gone, lines })
}

fn step() -> impl Strategy<Value = Step> {
    let who = 1..4i64;
    prop_oneof![
        6 => (who.clone(), place(), any::<bool>())
            .prop_map(|(who, place, numbered)| Step::Edit { who, place, numbered }),
        2 => (who.clone(), place()).prop_map(|(who, place)| Step::LateEdit { who, place }),
        3 => prop::collection::vec((who.clone(), place()), 1..3).prop_map(Step::Commands),
        2 => place().prop_map(Step::User),
        4 => Just(Step::Look),
        1 => who.clone().prop_map(Step::Commit),
        1 => Just(Step::CommitAll),
        1 => prop::option::of(who.clone()).prop_map(|who| Step::Stash { who }),
        1 => (who, 0..30usize).prop_map(|(who, at)| Step::Undo { who, at }),
    ]
}

/// Plays steps; every line that is written is unlike all others, but for brackets.
struct Play {
    checkout: SharedCheckout,
    lines: usize,
    brackets: bool,
}

impl Play {
    fn new(brackets: bool) -> Self {
        let text = |name: &str| -> String {
            (0..12)
                .map(
                    |n| if brackets && n % 4 == 3 { "}\n".into() } else { format!("{name} {n}\n") },
                )
                .collect()
        };
        let files = ["a", "b"].map(|name| (name, text(name)));
        let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (*n, t.as_str())).collect();
        Self { checkout: SharedCheckout::new(&files), lines: 0, brackets }
    }

    /// The place in a file that is there, and the lines to be put in.
    fn at(&mut self, place: &Place) -> (&'static str, usize, usize, Vec<String>) {
        let path = ["a", "b", "new"][place.file];
        let len = self.checkout.disk.get(path).map_or(0, Vec::len);
        let at = place.at % (len + 1);
        let gone = place.gone.min(len - at);
        let lines = (0..place.lines.max(usize::from(gone == 0)))
            .map(|n| {
                self.lines += 1;
                if self.brackets && n == 2 {
                    "}".to_owned()
                } else {
                    format!("line {}", self.lines)
                }
            })
            .collect();
        (path, at, gone, lines)
    }

    fn write(&mut self, who: i64, place: &Place) {
        let (path, at, gone, lines) = self.at(place);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        self.checkout.write(who, path, at, gone, &lines);
    }

    fn edit(
        &mut self,
        who: i64,
        place: &Place,
        numbered: bool,
    ) -> callboard_model::event::FileEdit {
        let (path, at, gone, lines) = self.at(place);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let told = self.checkout.told(path, at, gone, &lines, numbered);
        self.checkout.write(who, path, at, gone, &lines);
        told
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Edit { who, place, numbered } => {
                let told = self.edit(*who, place, *numbered);
                self.checkout.tell(*who, told);
            }
            Step::LateEdit { who, place } => {
                self.checkout.look();
                let told = self.edit(*who, place, true);
                self.checkout.look();
                self.checkout.tell(*who, told);
                self.checkout.look();
            }
            Step::Commands(all) => {
                for (who, place) in all {
                    self.write(*who, place);
                    self.checkout.run(*who, "./write.sh");
                }
                self.checkout.look();
            }
            Step::User(place) => {
                self.checkout.look();
                self.write(USER, place);
                self.checkout.look();
            }
            Step::Look => self.checkout.look(),
            Step::Commit(who) => {
                self.checkout.look();
                self.checkout.commit(*who);
                self.checkout.look();
            }
            Step::CommitAll => {
                self.checkout.look();
                self.checkout.commit_all();
                self.checkout.look();
            }
            Step::Stash { who } => {
                self.checkout.look();
                let was = self.checkout.stash();
                who.iter().for_each(|who| self.checkout.run(*who, "git stash"));
                self.checkout.look();
                self.checkout.pop(was);
                who.iter().for_each(|who| self.checkout.run(*who, "git stash pop"));
                self.checkout.look();
            }
            Step::Undo { who, at } => self.undo(*who, *at),
        }
    }

    /// Somebody deletes a line that was added.
    fn undo(&mut self, who: i64, at: usize) {
        let added = self.checkout.disk.iter().flat_map(|(path, lines)| {
            let own = lines.iter().enumerate().filter(|(_, line)| !line.1.is_empty());
            own.map(|(n, _)| (path.clone(), n))
        });
        let added: Vec<(String, usize)> = added.collect();
        if let Some((path, line)) = added.get(at % added.len().max(1)) {
            let told = self.checkout.told(path, *line, 1, &[], true);
            self.checkout.write(who, path, *line, 1, &[]);
            self.checkout.tell(who, told);
        }
    }
}

fn rebuilt(looks: &[Look]) -> Attribution {
    let mut state = Attribution::default();
    for look in looks {
        state.look(look);
        // Kept and read between any two looks.
        state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
    }
    state
}

/// Plays the steps, and holds that the state is the same when it is built anew, and its hunks are all that differs.
fn played(steps: &Steps, brackets: bool) -> Result<SharedCheckout, TestCaseError> {
    let mut play = Play::new(brackets);
    for step in &steps.0 {
        play.step(step);
    }
    let mut checkout = play.checkout;
    checkout.look();
    prop_assert_eq!(rebuilt(&checkout.looks), checkout.attribution.clone());
    for file in checkout.files() {
        let base = checkout.base.get(&file.path).cloned().unwrap_or_default();
        let all: Vec<PartHunk> = file.hunks.iter().map(part).collect();
        prop_assert_eq!(with_hunks(&base, &all), checkout.text(&file.path));
    }
    Ok(checkout)
}

fn part(hunk: &OwnedHunk) -> PartHunk {
    PartHunk {
        old_start: hunk.old_start,
        new_start: hunk.new_start,
        removed: hunk.removed.clone(),
        added: hunk.added.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 8_192, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn never_the_wrong_session(steps in prop::collection::vec(step(), 1..24).prop_map(Steps)) {
        let score = played(&steps, false)?.score();
        prop_assert!(score.wrong.is_empty(), "{:#?}", score);
    }

    /// Which of two equal lines is whose cannot be told: but nobody has one who wrote none.
    #[test]
    fn equal_lines_are_of_somebody_who_wrote_such(
        steps in prop::collection::vec(step(), 1..24).prop_map(Steps),
    ) {
        let checkout = played(&steps, true)?;
        let wrote: Vec<i64> = checkout.disk.values().flatten().flat_map(|l| l.1.clone()).collect();
        for file in checkout.files() {
            for session in file.hunks.iter().filter(|h| !h.added.is_empty()).filter_map(|h| h.owners.only()) {
                prop_assert!(wrote.contains(&session.0), "{session} wrote nothing of {file:?}");
            }
        }
    }
}
