//! How much a command takes.

use std::time::Duration;

use super::scratch::{Scratch, WAYS};

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
