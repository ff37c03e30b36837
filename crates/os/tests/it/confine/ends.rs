//! How a command ends, and all that it started with it.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use callboard_os::confine::is_confined;
use callboard_os::script::ScriptError;

use super::scratch::{Scratch, WAYS, Way};

/// How many processes have this word among their arguments.
fn with_word(word: &str) -> usize {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(word)).count()
}

pub(super) fn nobody_has(word: &str) {
    let until = Instant::now() + Duration::from_secs(2);
    while with_word(word) > 0 && Instant::now() < until {
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(with_word(word), 0, "{word} still runs");
}

#[test]
fn exit_codes_are_the_commands_own() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        scratch.run("exit 0").passed();
        for (line, code, signal) in [("exit 3", Some(3), None), ("kill -SEGV $$", None, Some(11))] {
            use std::os::unix::process::ExitStatusExt;
            match scratch.run(line).run.ended {
                Err(ScriptError::Failed { status, .. }) => {
                    assert_eq!((status.code(), status.signal()), (code, signal), "{line}");
                }
                other => panic!("{line}: {other:?}"),
            }
        }
        let ran = scratch.run("echo one; echo two >&2; exit 1");
        let Err(ScriptError::Failed { last, .. }) = &ran.run.ended else { panic!("{ran:?}") };
        assert_eq!(last, "two");
        assert!(ran.log.ends_with("\none\ntwo\n"), "{}", ran.log);
    }
}

#[test]
fn one_that_hangs_and_hears_nothing_ends_with_its_time() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.time = Duration::from_millis(300);
        let began = Instant::now();
        let ran =
            scratch.run("trap '' TERM INT HUP; sleep 86401 & while true; do sleep 86401; done");
        assert!(matches!(ran.run.ended, Err(ScriptError::TimedOut { .. })), "{ran:#?}");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        nobody_has("86401");
    }
}

#[test]
fn what_it_leaves_behind_ends_with_it() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        let ran = scratch.run(
            "setsid sh -c 'setsid sh -c \"trap : TERM; while true; do date >> late; sleep 0.86402; done\" & ' & \
             (trap '' TERM; nohup env -i sleep 86402 > /dev/null 2>&1 &) ; sleep 0.2; echo done",
        );
        ran.passed();
        nobody_has("86402");
        let length = fs::metadata(scratch.path("checkout/late")).unwrap().len();
        thread::sleep(Duration::from_millis(1200));
        assert_eq!(fs::metadata(scratch.path("checkout/late")).unwrap().len(), length);
    }
}

#[test]
fn it_is_known_by_who_is_above_it() {
    let scratch = Scratch::new(Way::WithoutNamespaces);
    let mut found = Vec::new();
    scratch.run_told("(setsid sh -c 'sleep 0.3; echo $$; sleep 0.5' &); sleep 2", &mut |line| {
        found.extend(line.parse().map(is_confined));
    });
    assert_eq!(found, [true]);
    assert!(!is_confined(std::process::id()));
}

#[test]
fn it_has_no_terminal() {
    for way in WAYS {
        let ran =
            Scratch::new(way).run("(: < /dev/tty) 2>&1 || echo none; ps -o sid= -p $$; echo $$");
        assert!(ran.log.contains("\nnone\n"), "{}", ran.log);
    }
}

#[test]
fn nobody_looks_into_other_processes() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        if !scratch.holds(|held| &held.secrets) {
            continue;
        }
        let own = std::process::id();
        for file in ["environ", "mem", "root/etc/hostname", "cwd/.", "fd/0"] {
            let ran =
                scratch.run(&format!("cat /proc/{own}/{file} /proc/$PPID/{file} > /dev/null"));
            assert!(ran.run.ended.is_err(), "{file}: {ran:#?}");
        }
    }
}
