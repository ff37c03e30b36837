//! Services of the machine for a command whose loopback is its own: what it connects to there is joined, out here,
//! with the machine's.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::limits;

/// Forwards until it is dropped.
#[derive(Debug)]
pub(super) struct Forwards {
    listeners: Vec<TcpListener>,
    is_over: Arc<AtomicBool>,
}

impl Forwards {
    /// Joins what comes in at each listener with the machine's port of the same number.
    pub(super) fn of(listeners: Vec<TcpListener>) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let open = Arc::new(AtomicUsize::new(0));
        for listener in &listeners {
            let port = listener.local_addr()?.port();
            let (listener, is_over, open) = (listener.try_clone()?, is_over.clone(), open.clone());
            thread::spawn(move || accept(&listener, port, &is_over, &open));
        }
        Ok(Self { listeners, is_over })
    }
}

impl Drop for Forwards {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        for listener in &self.listeners {
            // It wakes who accepts there.
            let _ = rustix::net::shutdown(listener, rustix::net::Shutdown::Both);
        }
    }
}

fn accept(listener: &TcpListener, port: u16, is_over: &AtomicBool, open: &Arc<AtomicUsize>) {
    for inner in listener.incoming() {
        if is_over.load(Ordering::Acquire) {
            return;
        }
        let Ok(inner) = inner else { return };
        if open.fetch_add(1, Ordering::AcqRel) >= limits::FORWARDED_CONNECTIONS {
            open.fetch_sub(1, Ordering::AcqRel);
            continue;
        }
        let open = open.clone();
        thread::spawn(move || {
            // A service that is not there is one whose connection ends at once.
            let _ = join(inner, port);
            open.fetch_sub(1, Ordering::AcqRel);
        });
    }
}

/// Passes on what either side says until both have ended.
fn join(inner: TcpStream, port: u16) -> io::Result<()> {
    let outer = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .or_else(|_| TcpStream::connect((Ipv6Addr::LOCALHOST, port)))?;
    let (from, to) = (outer.try_clone()?, inner.try_clone()?);
    let back = thread::spawn(move || pass(from, to));
    pass(inner, outer);
    let _ = back.join();
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}
