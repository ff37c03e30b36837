//! A session that is followed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc;

use callboard_testkit::{Callboard, Daemon, Repo, limits};

use crate::scene::{CLAUDE, home, wait_for};
use crate::transcripts::{Claude, append};

/// A command that runs until it is dropped.
struct Following(Child);

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_change_of_more_than_a_page_is_told_to_its_end() {
    const PROMPTS: u64 = 1_200;
    let home = home();
    let repo = Repo::new(&home);
    let daemon = Daemon::of(Callboard::built(&home).cwd(repo.path()), &[]);
    let claude = Claude::new(CLAUDE, repo.path());
    append(&claude.path(&home), claude.prompt(0, "prompt 0").as_bytes());
    wait_for(&daemon, CLAUDE, "prompt 0");
    let mut command = daemon.callboard().command();
    command.args(["session", "tail", "S1"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut following = Following(command.spawn().unwrap());
    let output = BufReader::new(following.0.stdout.take().unwrap());
    let (tell, told) = mpsc::sync_channel(0);
    std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|l| tell.send(l)));
    let next_prompt = || loop {
        let line = told.recv_timeout(limits::WAIT).expect("a line that is not told");
        if let Some((_, n)) = line.split_once("prompt ") {
            return n.parse::<u64>().unwrap();
        }
    };
    assert_eq!(next_prompt(), 0);
    let all: String = (1..=PROMPTS).map(|n| claude.prompt(n, &format!("prompt {n}"))).collect();
    append(&claude.path(&home), all.as_bytes());
    for n in 1..=PROMPTS {
        assert_eq!(next_prompt(), n);
    }
}
