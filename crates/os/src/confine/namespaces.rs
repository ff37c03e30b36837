//! The first step: namespaces of its own, for users, mounts, processes, shared memory and, unless it may reach
//! everybody, the network (namespaces(7)). No privilege is needed where the system lets users have them.

use std::fs;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::AsFd;
use std::process::{Child, ExitCode, Stdio};

use rustix::io::retry_on_intr;
use rustix::net::{
    AddressFamily, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags,
    SocketType, netlink,
};
use rustix::process::{Signal, getegid, geteuid, set_parent_process_death_signal};
use rustix::thread::UnshareFlags;

use super::order::{self, IN_NAMESPACES, MAP, Report, WATCH};
use super::{Network, capabilities};
use crate::limits;

/// The argument for a network of its own; the ports that it is to have of the machine's follow.
const OWN_NETWORK: &str = "own-network";

/// The program of this process, wherever its path leads meanwhile.
pub(super) const THIS_PROGRAM: &str = "/proc/self/exe";

/// The arguments of this step for a command that may reach `network`.
pub(super) fn args(network: &Network) -> Vec<String> {
    let mut args = vec![IN_NAMESPACES.to_owned()];
    if matches!(network, Network::Loopback { .. }) {
        args.push(OWN_NETWORK.to_owned());
        args.extend(network.ports().iter().map(u16::to_string));
    }
    args
}

/// Enters them and goes on to the next step in them; what is not possible is told on the socket.
pub(super) fn enter(mut args: impl Iterator<Item = String>) -> ExitCode {
    let own_network = args.next().is_some_and(|word| word == OWN_NETWORK);
    let ports: Vec<u16> = args.filter_map(|port| port.parse().ok()).collect();
    match try_enter(own_network, &ports) {
        Ok(code) => ExitCode::from(code),
        Err(why) => {
            // Nobody is left to be told where the daemon is gone.
            let _ = order::report(&Report::Cannot(why));
            ExitCode::FAILURE
        }
    }
}

fn try_enter(own_network: bool, ports: &[u16]) -> Result<u8, String> {
    let told = |what: &'static str| move |error: io::Error| format!("{what}: {error}");
    // Killed, the daemon takes with it what it waits for.
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| told("it cannot end with the daemon")(e.into()))?;
    let mapped = Mapped::begin().map_err(told("the next step cannot be started"))?;
    let mut flags =
        UnshareFlags::NEWUSER | UnshareFlags::NEWNS | UnshareFlags::NEWPID | UnshareFlags::NEWIPC;
    if own_network {
        flags |= UnshareFlags::NEWNET;
    }
    // Safe: no flag of these takes open files or the working directory away from another thread, and there is none.
    #[allow(
        unsafe_code,
        reason = "rustix marks all of unshare for the one flag that parts open files"
    )]
    unsafe { rustix::thread::unshare_unsafe(flags) }
        .map_err(|e| told("the system gives no namespaces")(e.into()))?;
    mapped.end().map_err(told("the system gives namespaces without their rights"))?;
    if own_network {
        bring_loopback_up().map_err(told("the network of its own has no loopback"))?;
        send_ports(ports).map_err(told("a service cannot be forwarded"))?;
    }
    capabilities::keep_over_exec()
        .map_err(told("the system gives namespaces without their rights"))?;
    go_on().map_err(told("the next step cannot be started"))
}

/// Runs the next step, which is the first process of the new namespace, to its end; gives its exit code.
#[allow(
    clippy::disallowed_methods,
    reason = "this crate starts processes; this one is itself again"
)]
fn go_on() -> io::Result<u8> {
    let mut next = std::process::Command::new(THIS_PROGRAM);
    let status = next.args(["confined", WATCH, IN_NAMESPACES]).spawn()?.wait()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Who is who in a new namespace of users: all keep their numbers. Root brings everybody along that it may speak for,
/// and has that written from outside; anybody else is alone there, and writes it from within (user_namespaces(7)).
struct Mapped {
    user: u32,
    group: u32,
    writer: Option<Child>,
}

impl Mapped {
    #[allow(
        clippy::disallowed_methods,
        reason = "this crate starts processes; this one is itself again"
    )]
    fn begin() -> io::Result<Self> {
        let (user, group) = (geteuid(), getegid());
        let writer = if user.is_root() {
            let mut command = std::process::Command::new(THIS_PROGRAM);
            command.args(["confined", MAP]).stdin(Stdio::piped()).stdout(Stdio::null());
            Some(command.spawn()?)
        } else {
            None
        };
        Ok(Self { user: user.as_raw(), group: group.as_raw(), writer })
    }

    /// Has the maps written for this process, which is in its namespace by now.
    fn end(self) -> io::Result<()> {
        if let Some(mut writer) = self.writer {
            drop(writer.stdin.take());
            if writer.wait()?.success() {
                return Ok(());
            }
        }
        // Without it, groups could be left, and with them what is forbidden to a group.
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("{0} {0} 1\n", self.user))?;
        fs::write("/proc/self/gid_map", format!("{0} {0} 1\n", self.group))
    }
}

/// The step beside the first one: once its standard input ends, it brings everybody into the namespace of its parent.
pub(super) fn map_everybody() -> ExitCode {
    let mapped = io::copy(&mut io::stdin(), &mut io::sink()).and_then(|_| {
        let parent = rustix::process::getppid().ok_or(io::ErrorKind::NotFound)?.as_raw_nonzero();
        for map in ["uid_map", "gid_map"] {
            let all = identity(&fs::read_to_string(format!("/proc/self/{map}"))?);
            fs::write(format!("/proc/{parent}/{map}"), all)?;
        }
        Ok(())
    });
    if mapped.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The map that gives each number of `map` to itself.
fn identity(map: &str) -> String {
    let mut lines = String::new();
    for line in map.lines() {
        let mut words = line.split_whitespace();
        if let (Some(inside), _, Some(count)) = (words.next(), words.next(), words.next()) {
            lines.push_str(&format!("{inside} {inside} {count}\n"));
        }
    }
    lines
}

/// Sets the first interface of a new network, its loopback, up (rtnetlink(7): RTM_NEWLINK with an ifinfomsg).
fn bring_loopback_up() -> io::Result<()> {
    const NEW_LINK: u16 = 16;
    const REQUEST_WITH_ANSWER: u16 = 1 | 4;
    const UP: u32 = 1;
    const LOOPBACK: i32 = 1;
    let mut message = Vec::with_capacity(32);
    message.extend(32_u32.to_ne_bytes());
    message.extend(NEW_LINK.to_ne_bytes());
    message.extend(REQUEST_WITH_ANSWER.to_ne_bytes());
    message.extend([0; 8]);
    message.extend([0; 4]);
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    let kind = SocketType::RAW;
    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        kind,
        SocketFlags::CLOEXEC,
        // Routing is protocol 0.
        None,
    )?;
    rustix::net::sendto(
        &socket,
        &message,
        SendFlags::empty(),
        &netlink::SocketAddrNetlink::new(0, 0),
    )?;
    let mut answer = [0_u8; 256];
    let (read, _) =
        retry_on_intr(|| rustix::net::recv(&socket, &mut answer[..], RecvFlags::empty()))?;
    // Behind the header of 16 bytes stands the error's number, negative, or zero.
    let error = answer[..read].get(16..20).and_then(|bytes| bytes.try_into().ok());
    match error.map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(error) => Err(io::Error::from_raw_os_error(-error)),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Listens on ports of the new loopback and gives the listeners to the daemon, which is outside and forwards them.
fn send_ports(ports: &[u16]) -> io::Result<()> {
    if ports.is_empty() {
        return Ok(());
    }
    let listen = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port));
    let listeners = ports.iter().map(listen).collect::<io::Result<Vec<_>>>()?;
    let descriptors: Vec<_> = listeners.iter().map(AsFd::as_fd).collect();
    let mut space =
        [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(limits::CONFINED_SERVICES))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::Error::other("there are too many"));
    }
    let control = order::control()?;
    let told = order::framed(&Report::Listening)?;
    retry_on_intr(|| {
        rustix::net::sendmsg(&control, &[IoSlice::new(&told)], &mut ancillary, SendFlags::empty())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_keeps_their_number() {
        assert_eq!(identity("         0          0 4294967295\n"), "0 0 4294967295\n");
        assert_eq!(identity("0 100000 65536\n65536 1000 1\n"), "0 0 65536\n65536 65536 1\n");
        assert_eq!(identity("what\n"), "");
    }
}
