//! What would harm a machine that does not hold it. Each is bounded by itself, too, and these run alone
//! (`.config/nextest.toml`).

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use callboard_model::receipt::ConfinedBy;
use callboard_os::confine::Limit;
use callboard_os::process;
use callboard_os::script::ScriptError;

use super::ends::nobody_has;
use super::scratch::{Ran, Scratch, WAYS, Way};

/// One that would end by itself at 255 processes, so that a machine on which nothing holds it gets over it.
const STAYING_BOMB: &str =
    "b() { [ $1 = 0 ] || { b $(($1 - 1)) & b $(($1 - 1)) & }; exec sleep 8.6403; }; b 7; wait";

/// One whose processes end as fast as they begin, and which would be over after some thousand.
const FLEETING_BOMB: &str =
    "b() { [ $1 = 0 ] || { b $(($1 - 1)) | b $(($1 - 1)) & }; }; b 11; sleep 8.6404";

#[test]
fn fork_bombs_end() {
    for way in WAYS {
        for (bomb, word) in [(STAYING_BOMB, "8.6403"), (FLEETING_BOMB, "8.6404")] {
            let scratch = Scratch::new(way);
            let began = Instant::now();
            bombed(scratch.run(bomb));
            assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
            nobody_has(word);
        }
    }
}

fn bombed(ran: Ran) {
    let Err(ScriptError::OverLimit { limit, most, .. }) = ran.run.ended else { panic!("{ran:#?}") };
    assert_eq!((limit, most), (Limit::Processes, 40));
}

#[test]
fn killing_everybody_kills_itself() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        if !scratch.holds(|held| &held.processes)
            || scratch.run("true").confinement().processes.gap().is_some()
        {
            eprintln!("skipped: it could reach other processes");
            continue;
        }
        for line in [
            "kill -9 $PPID; echo lived; exit 1",
            "kill -9 0",
            "kill -9 -- -$$",
            "kill -9 -1; exit 1",
        ] {
            let ran = scratch.run(line);
            assert!(ran.run.ended.is_err(), "{line}: {ran:#?}");
        }
        let own = std::process::id();
        let ran = scratch.run(&format!("kill -9 {own} && echo killed"));
        assert!(ran.run.ended.is_err() && !ran.log.contains("\nkilled"), "{ran:#?}");
        assert_eq!(process::is_running(own, None), Some(true));
    }
}

#[test]
fn deleting_everything_deletes_what_is_its_own() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        if !scratch.holds(|held| &held.files) {
            continue;
        }
        // It goes on only with what was seen to be held.
        let seen =
            scratch.run("rm $OUTSIDE/kept || rm -r $HOME/kept || touch $HOME/new || touch /new");
        assert!(seen.run.ended.is_err() && !PathBuf::from("/new").exists(), "{seen:#?}");
        let sentinel = tempfile::NamedTempFile::new().unwrap();
        fs::write(scratch.path("checkout/own"), "").unwrap();
        scratch.run("rm -rf \"$HOME\" \"$OUTSIDE\"");
        scratch.run("rm -rf ../*; true");
        // Landlock leaves other programs their files in /dev/shm only if nobody deletes them: with mounts, there are none.
        if seen.confinement().by == ConfinedBy::Namespaces {
            // The whole disk is long: most of it is refused like the rest.
            scratch.time = Duration::from_secs(1);
            scratch.run("rm -rf --one-file-system / --no-preserve-root; true");
        }
        assert!(sentinel.path().exists() && PathBuf::from("/bin/sh").exists());
        assert!(!scratch.path("checkout/own").exists());
        assert!(scratch.path("").join("home").exists());
    }
}

#[test]
fn too_many_files_end() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.confine.files = 800;
        scratch.run("mkdir few && cd few && seq 500 | xargs touch").passed();
        let ran = scratch.run("mkdir many && cd many && seq 3000 | xargs touch; sleep 3");
        let Err(ScriptError::OverLimit { limit, most, .. }) = ran.run.ended else {
            panic!("{ran:#?}")
        };
        assert_eq!((limit, most), (Limit::Files, 800));
    }
}

#[test]
fn memory_is_limited() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.confine.memory_bytes = 64 << 20;
        // The shell's own limit holds it on a machine on which ours does not.
        let ran = scratch.run("ulimit -v 1000000; tail /dev/zero");
        let Err(ScriptError::OverLimit { limit, most, .. }) = ran.run.ended else {
            panic!("{ran:#?}")
        };
        assert_eq!((limit, most), (Limit::Memory, 64 << 20));
    }
}

#[test]
fn the_disk_is_not_filled() {
    for way in WAYS {
        for line in [
            "head -c 300000000 /dev/zero > big",
            "for i in $(seq 60); do head -c 4000000 /dev/zero > $(mktemp); done; sleep 5",
            "truncate -s 100G sparse",
            "fallocate -l 1G real; exit $?",
            "for i in $(seq 30); do fallocate -l 10000000 real$i; sleep 0.02; done; sleep 5",
        ] {
            let scratch = Scratch::new(way);
            let ran = scratch.run(line);
            match ran.run.ended {
                Err(ScriptError::OverLimit { limit: Limit::Disk, .. }) => {}
                // The kernel refused it, and the command said so.
                Err(ScriptError::Failed { last, .. })
                    if line.contains("G ") || last.ends_with("File too large") => {}
                other => panic!("{line}: {other:?}\n{}", ran.log),
            }
        }
    }
}

#[test]
fn files_in_memory_are_limited() {
    let scratch = Scratch::new(Way::Best);
    let ran = scratch.run("head -c 400000000 /dev/zero > /dev/shm/callboard-test-big; s=$?; rm -f /dev/shm/callboard-test-big; exit $s");
    assert!(ran.run.ended.is_err(), "{ran:#?}");
}

#[test]
fn output_without_end_is_kept_by_its_ends() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.confine.output_bytes = 100_000;
        let line = "echo first; head -c 200000000 /dev/zero | tr '\\0' 'x'; echo; echo last";
        let ran = scratch.run(line);
        ran.passed();
        assert!(ran.run.left_out_bytes > 199_000_000, "{}", ran.run.left_out_bytes);
        let log = fs::read_to_string(scratch.path("log")).unwrap();
        assert!(log.len() < 250_000, "{}", log.len());
        assert!(log.contains("\nfirst\n") && log.ends_with("\nlast\n"));
        assert!(log.contains("bytes are left out here]"));
    }
}
