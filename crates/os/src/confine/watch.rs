//! The step above the shell: it puts the disk together, sees that no limit is passed, adopts whoever loses a parent,
//! and ends all of them with the shell, or when the daemon lets go of the socket.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    DumpableBehavior, Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, set_dumpable_behavior,
    set_parent_process_death_signal,
};

use super::mounts::Copies;
use super::namespaces::THIS_PROGRAM;
use super::order::{self, BECOME_SHELL, IN_NAMESPACES, Order, Report};
use super::overlay::Written;
use super::room::Room;
use super::{Limit, capabilities, mounts, tree};
use crate::{limits, process};

/// What a shell's caller is told of a file longer than allowed: 128 and the signal (setrlimit(2)).
const TOO_LONG_A_FILE: i32 = 128 + Signal::XFSZ.as_raw();

/// Runs the order on its standard input to its end, with all that it starts.
pub(super) fn watch(within: Option<&str>) -> ExitCode {
    let in_namespaces = within == Some(IN_NAMESPACES);
    let told = match run(in_namespaces) {
        Ok(told) => told,
        Err(why) => Report::Cannot(why),
    };
    // Nobody is left to be told where the daemon is gone.
    let _ = order::report(&told);
    ExitCode::SUCCESS
}

fn run(in_namespaces: bool) -> Result<Report, String> {
    let told = |what: &'static str| move |error: io::Error| format!("{what}: {error}");
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| told("it cannot end with the daemon")(error.into()))?;
    let control = order::control().map_err(told("there is no socket"))?;
    let mut order: Order = order::receive(&control)
        .map_err(told("the order cannot be read"))?
        .ok_or_else(|| "there is no order".to_owned())?;
    let mut folders = vec![if in_namespaces { "/tmp".into() } else { order.temp.clone() }];
    folders.extend(order.confine.writable.iter().cloned());
    let copies = if in_namespaces {
        let copies = mounts::arrange(&order).map_err(told("the disk cannot be put together"))?;
        capabilities::give_up().map_err(told("rights cannot be given up"))?;
        copies
    } else {
        process::adopt_orphans();
        let shared = order.confine.copied.iter().filter(|copied| copied.is_else_shared);
        let shared = shared.map(|copied| copied.folder.clone()).filter(|path| path.exists());
        Copies { shared: shared.collect(), ..Copies::default() }
    };
    order.shared = copies.shared;
    folders.extend(copies.written.iter().map(Written::path));
    folders.extend(order.shared.iter().cloned());
    let room = Room::of(folders, &order.confine);
    // What it watches has the same user, and must not reach into it.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| told("it cannot be guarded")(error.into()))?;
    let (shell, answers) =
        start(&order, in_namespaces).map_err(told("the shell cannot be started"))?;
    match order::receive(&answers).map_err(told("the shell does not answer"))? {
        Some(Report::Confined(confinement)) => {
            let _ = order::send(&control, &Report::Confined(confinement));
        }
        Some(Report::Cannot(why)) => return Err(why),
        _ => return Err("the shell ended before it began".to_owned()),
    }
    drop(answers);
    let mut watched = Watched { order: &order, control, shell, room, in_namespaces };
    watched.follow().map_err(told("it cannot be watched"))
}

/// Starts the last step with its order; gives it with the socket on which it answers.
#[allow(
    clippy::disallowed_methods,
    reason = "this crate starts processes; this one is itself again"
)]
fn start(order: &Order, in_namespaces: bool) -> io::Result<(Pid, UnixStream)> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut step = std::process::Command::new(THIS_PROGRAM);
    step.args(["confined", BECOME_SHELL]).stdin(Stdio::from(OwnedFd::from(theirs)));
    if in_namespaces {
        step.arg(IN_NAMESPACES);
    }
    let shell = step.current_dir("/").spawn()?;
    // The command still holds the other end, and the answer would have no end.
    drop(step);
    order::send(&ours, order)?;
    Ok((Pid::from_child(&shell), ours))
}

struct Watched<'a> {
    order: &'a Order,
    control: UnixStream,
    shell: Pid,
    room: Room,
    in_namespaces: bool,
}

impl Watched<'_> {
    fn follow(&mut self) -> io::Result<Report> {
        let own = rustix::process::getpid().as_raw_nonzero().get();
        let ended = pidfd_open(self.shell, PidfdFlags::empty())?;
        let mut rest = limits::CONFINED_LOOK_EVERY;
        loop {
            let is_let_go = self.wait(&ended, rest)?;
            let began = Instant::now();
            // Before any are collected: those of a bomb end as fast as they begin.
            if let Some((limit, most)) = self.passed(own) {
                self.kill_all(own);
                return Ok(Report::Over { limit, most });
            }
            if let Some(status) = self.collect() {
                self.end_rest(own);
                return Ok(self.report(status));
            }
            if is_let_go {
                self.end_rest(own);
                return Ok(Report::Ended(Signal::TERM.as_raw()));
            }
            rest = (began.elapsed() * limits::CONFINED_LOOK_REST)
                .clamp(limits::CONFINED_LOOK_EVERY, limits::CONFINED_LOOK_AT_LEAST_EVERY);
        }
    }

    /// Waits for the shell's end, for the daemon to let go, or for this long. Gives whether it has let go.
    fn wait(&self, ended: &OwnedFd, most: Duration) -> io::Result<bool> {
        let mut watched =
            [PollFd::new(ended, PollFlags::IN), PollFd::new(&self.control, PollFlags::IN)];
        let most = Timespec::try_from(most).map_err(io::Error::other)?;
        match poll(&mut watched, Some(&most)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(!watched[1].revents().is_empty()),
            Err(error) => Err(error.into()),
        }
    }

    /// Collects those that ended; gives the status of the shell once it is among them.
    fn collect(&self) -> Option<i32> {
        let mut status = None;
        while let Ok(Some((pid, ended))) = rustix::process::wait(WaitOptions::NOHANG) {
            if pid == self.shell {
                status = Some(ended.as_raw());
            }
        }
        status
    }

    fn passed(&mut self, own: i32) -> Option<(Limit, u64)> {
        let confine = &self.order.confine;
        let processes = tree::below(own);
        if processes.len() > confine.processes as usize {
            return Some((Limit::Processes, confine.processes.into()));
        }
        if tree::memory(&processes, confine.memory_bytes) > confine.memory_bytes {
            return Some((Limit::Memory, confine.memory_bytes));
        }
        self.room.passed(&processes)
    }

    /// Ends what the shell leaves behind.
    fn end_rest(&self, own: i32) {
        tree::ask_to_end(own, limits::END_GRACE);
        self.kill_all(own);
    }

    fn kill_all(&self, own: i32) {
        // The first process of a namespace takes all others with it as it ends, and faster than any of them goes on.
        if !self.in_namespaces {
            // A shell's children are of its group: most are gone before they are counted.
            let _ = rustix::process::kill_process_group(self.shell, Signal::KILL);
            tree::kill(own);
        }
    }

    fn report(&self, status: i32) -> Report {
        let ended = ExitStatus::from_raw(status);
        let is_too_long =
            ended.code() == Some(TOO_LONG_A_FILE) || ended.signal() == Some(Signal::XFSZ.as_raw());
        if is_too_long {
            return Report::Over { limit: Limit::Disk, most: self.order.confine.disk_bytes };
        }
        Report::Ended(status)
    }
}
