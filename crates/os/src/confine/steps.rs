//! The daemon's side of the steps: starts the first one that the system allows, keeps the output, and tells how it
//! ended.

use std::fs;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::thread;
use std::time::Instant;

use callboard_model::receipt::Confinement;
use rustix::io::retry_on_intr;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};

use super::Network;
use super::forward::Forwards;
use super::order::{self, Order, Report};
use super::run::{ConfinedRun, ConfinedScript};
use crate::limits;
use crate::script::{BrokenOff, Output, ScriptError, has_ended};

/// A command that has begun.
struct Begun {
    step: Child,
    control: UnixStream,
    confinement: Confinement,
    output: Output,
    _forwards: Option<Forwards>,
}

impl ConfinedScript {
    pub(super) fn run_with(&self, temp: &Path, told: &mut dyn FnMut(&str)) -> ConfinedRun {
        match self.begin(temp) {
            Ok(begun) => self.follow(begun, told),
            Err(cause) => self.not_begun(cause),
        }
    }

    /// Starts it by the first way that the system allows.
    fn begin(&self, temp: &Path) -> io::Result<Begun> {
        let order = Order {
            line: self.script.line.clone(),
            cwd: self.script.cwd.clone(),
            env: self.script.env.clone(),
            temp: temp.to_owned(),
            sockets: sockets(&fs::read_to_string("/proc/net/unix").unwrap_or_default()),
            confine: self.confine.clone(),
            shared: Vec::new(),
        };
        let mut refused = None;
        for args in ways(&self.confine.network) {
            match self.begin_by(&args, &order)? {
                Ok(mut begun) => {
                    begun.confinement.refused = refused;
                    return Ok(begun);
                }
                Err(why) => refused = Some(why),
            }
        }
        Err(io::Error::other(refused.unwrap_or_default()))
    }

    /// Starts it by one way; gives why that is not possible.
    #[allow(
        clippy::disallowed_methods,
        reason = "this crate starts processes; this one has a socket for its input"
    )]
    fn begin_by(&self, args: &[String], order: &Order) -> io::Result<Result<Begun, String>> {
        let (control, theirs) = UnixStream::pair()?;
        let (reader, writer) = io::pipe()?;
        let mut command = std::process::Command::new(&self.confine.callboard);
        command.arg("confined").args(args).current_dir("/").env_clear().process_group(0);
        command.stdin(Stdio::from(OwnedFd::from(theirs)));
        command.stdout(writer.try_clone()?).stderr(writer);
        let mut step = command.spawn()?;
        // The command holds the other ends; without them there is no end of output, and of answers.
        drop(command);
        control.set_read_timeout(Some(limits::CONFINED_BEGIN_TIME))?;
        control.set_write_timeout(Some(limits::CONFINED_BEGIN_TIME))?;
        // One that is gone says so by the end of its answers.
        let _ = order::send(&control, order);
        match first_report(&control) {
            Ok((Some(Report::Confined(confinement)), forwards)) => {
                let room = usize::try_from(self.confine.output_bytes).unwrap_or(usize::MAX);
                let output = Output::kept(reader, self.script.begin_log()?, room);
                Ok(Ok(Begun {
                    step,
                    control,
                    confinement: *confinement,
                    output,
                    _forwards: forwards,
                }))
            }
            told => {
                drop(control);
                let _ = step.kill();
                step.wait()?;
                Ok(Err(match told {
                    Ok((Some(Report::Cannot(why)), _)) => why,
                    Ok(_) => "the step before the command ended without a word".to_owned(),
                    Err(error) => format!("the step before the command is not understood: {error}"),
                }))
            }
        }
    }

    fn follow(&self, begun: Begun, told: &mut dyn FnMut(&str)) -> ConfinedRun {
        let Begun { mut step, control, confinement, mut output, _forwards } = begun;
        let broken_off = self.script.follow(&step, &mut output, told);
        let report = if broken_off.is_some() { None } else { last_report(&control) };
        // Without us, the step ends all that it watches.
        drop(control);
        let collected = end(&mut step);
        output.drain(told);
        let last = std::mem::take(&mut output.last);
        let left_out_bytes = output.left_out();
        let ended = match collected {
            Ok(status) => self.ended(broken_off, report, status, last),
            Err(cause) => Err(self.script.no_start(cause)),
        };
        ConfinedRun { ended, confinement: Some(confinement), left_out_bytes }
    }

    fn ended(
        &self,
        broken_off: Option<BrokenOff>,
        report: Option<Report>,
        status: ExitStatus,
        last: String,
    ) -> Result<(), ScriptError> {
        let script = &self.script;
        let status = match (broken_off, report) {
            (Some(broken_off), _) => return Err(script.broken_off(broken_off)),
            (None, Some(Report::Over { limit, most })) => {
                let (line, log) = (script.line.clone(), script.log.clone());
                return Err(ScriptError::OverLimit { line, limit, most, log });
            }
            (None, Some(Report::Ended(status))) => ExitStatus::from_raw(status),
            // The step itself was ended from outside, or failed.
            (None, _) if status.success() => {
                ExitStatus::from_raw(rustix::process::Signal::KILL.as_raw())
            }
            (None, _) => status,
        };
        script.by_status(status, last)
    }
}

/// The ways to confine a command, the best one first, as the arguments of their first steps.
fn ways(network: &Network) -> Vec<Vec<String>> {
    vec![super::namespaces::args(network), vec![order::WATCH.to_owned()]]
}

/// Receives the first report of a step, with the services that it wants forwarded.
fn first_report(control: &UnixStream) -> io::Result<(Option<Report>, Option<Forwards>)> {
    let mut space =
        [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(limits::CONFINED_SERVICES))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut length = [0; 4];
    let flags = RecvFlags::CMSG_CLOEXEC;
    let got = retry_on_intr(|| {
        rustix::net::recvmsg(control, &mut [IoSliceMut::new(&mut length)], &mut ancillary, flags)
    })?;
    if got.bytes < length.len() {
        return Ok((None, None));
    }
    let mut listeners = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            listeners.extend(descriptors.map(TcpListener::from));
        }
    }
    match order::receive_text(length, control)? {
        Report::Listening => Ok((order::receive(control)?, Some(Forwards::of(listeners)?))),
        report => Ok((Some(report), None)),
    }
}

fn last_report(control: &UnixStream) -> Option<Report> {
    order::receive(control).ok().flatten()
}

/// Waits for a step that has been let go, and collects it; one that does not come to an end is killed, and all that it
/// started with it.
fn end(step: &mut Child) -> io::Result<ExitStatus> {
    let until = Instant::now() + limits::END_GRACE + limits::CONFINED_END_TIME;
    while !has_ended(step) && Instant::now() < until {
        thread::sleep(limits::SCRIPT_PAUSE / 5);
    }
    if !has_ended(step) {
        step.kill()?;
    }
    step.wait()
}

/// The Unix sockets of /proc/net/unix that have a path (proc_net(5)): the path stands last, behind numbers.
fn sockets(text: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let (_, path) = line.split_once('/')?;
        Some(PathBuf::from(format!("/{path}")))
    };
    let mut found: Vec<PathBuf> = text.lines().skip(1).filter_map(path).collect();
    found.sort();
    found.dedup();
    found.truncate(limits::CONFINED_SOCKETS);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_with_a_path_are_found() {
        let text = "Num       RefCount Protocol Flags    Type St Inode Path\n\
            0000000000000000: 00000002 00000000 00010000 0001 01 16581 /run/a b.sock\n\
            0000000000000000: 00000002 00000000 00010000 0001 01    81 /run/a b.sock\n\
            0000000000000000: 00000002 00000000 00010000 0001 01 16582 @abstract\n\
            0000000000000000: 00000003 00000000 00000000 0001 03 17000\n";
        assert_eq!(sockets(text), [PathBuf::from("/run/a b.sock")]);
    }
}
