//! A turn whose end nothing tells.

use std::sync::atomic::{AtomicI64, Ordering};

use callboard_model::Timestamp;
use callboard_model::session::StateWord;
use callboard_testkit::HermeticHome;

use crate::scene::Running;
use crate::transcripts::{Claude, append, moment};

static NOW_MS: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::from_millisecond(NOW_MS.load(Ordering::SeqCst))
}

fn set(second: u64) {
    let at = Timestamp::parse(&moment(second)).unwrap();
    NOW_MS.store(at.as_millisecond(), Ordering::SeqCst);
}

#[test]
fn a_long_silence_after_the_agents_words_ends_the_turn_by_itself() {
    let home = HermeticHome::new();
    let claude = Claude::new("quiet", &home.work());
    // It runs, and does not say what it does.
    claude.register(&home, "");
    append(&claude.path(&home, "p"), &(claude.prompt(1, "Mend it") + &claude.adds(2, "Mended.")));
    set(10);
    let running = Running::start_at(&home, clock);
    let works = |running: &Running| {
        // Whether its process lives is found out beside its history.
        running.wait("it at work", |_| {
            (running.session("quiet").state == StateWord::Working).then_some(())
        });
    };
    works(&running);
    set(2 + 15 * 60 + 1);
    let wait = |running: &Running| {
        running.wait("the end of the turn", |engine| {
            let id = running.session("quiet").id;
            (engine.session(id).unwrap().state != StateWord::Working).then_some(())
        });
    };
    wait(&running);

    // One that fell silent while no daemon ran.
    append(&claude.path(&home, "p"), &(claude.prompt(2000, "Again") + &claude.adds(2001, "Done.")));
    set(2010);
    running.wait_for_words("quiet", "Done.");
    works(&running);
    drop(running);
    set(2001 + 3600);
    wait(&Running::start_at(&home, clock));
}
