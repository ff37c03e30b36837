//! How much a command takes.

use std::fs;
use std::time::Duration;

use callboard_os::confine::Limit;
use callboard_os::script::ScriptError;

use super::scratch::{Scratch, Way};

const WAYS: [Way; 2] = [Way::Best, Way::WithoutNamespaces];

#[test]
fn memory_is_limited() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.confine.memory_bytes = 64 << 20;
        let ran = scratch.run("tail /dev/zero");
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
            "cat /dev/zero > big",
            "while true; do head -c 4000000 /dev/zero > $(mktemp); done",
            "truncate -s 100G sparse",
            "fallocate -l 100G real; exit $?",
            "for i in $(seq 100); do fallocate -l 10000000 real$i; sleep 0.02; done; sleep 5",
        ] {
            let scratch = Scratch::new(way);
            let ran = scratch.run(line);
            match ran.run.ended {
                Err(ScriptError::OverLimit { limit: Limit::Disk, .. }) => {}
                // The kernel refused it, and the command said so.
                Err(ScriptError::Failed { last, .. })
                    if line.contains("100G") || last.ends_with("File too large") => {}
                other => panic!("{line}: {other:?}\n{}", ran.log),
            }
        }
    }
}

#[test]
fn files_in_memory_are_limited() {
    let scratch = Scratch::new(Way::Best);
    let ran = scratch.run("cat /dev/zero > /dev/shm/callboard-test-big; s=$?; rm -f /dev/shm/callboard-test-big; exit $s");
    assert!(ran.run.ended.is_err(), "{ran:#?}");
}

#[test]
fn output_without_end_is_kept_by_its_ends() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.confine.output_bytes = 100_000;
        let line = "echo first; head -c 1000000000 /dev/zero | tr '\\0' 'x'; echo; echo last";
        let ran = scratch.run(line);
        ran.passed();
        assert!(ran.run.left_out_bytes > 999_000_000, "{}", ran.run.left_out_bytes);
        let log = fs::read_to_string(scratch.path("log")).unwrap();
        assert!(log.len() < 250_000, "{}", log.len());
        assert!(log.contains("\nfirst\n") && log.ends_with("\nlast\n"));
        assert!(log.contains("bytes are left out here]"));
    }
}

#[test]
fn a_command_within_its_limits_is_left_alone() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.time = Duration::from_secs(20);
        let line = "for i in $(seq 20); do sleep 0.4 & done; head -c 30000000 /dev/zero > big; \
                    head -c 30000000 /dev/zero | tail -c 20000000 | wc -c; wait";
        scratch.run(line).passed();
    }
}
