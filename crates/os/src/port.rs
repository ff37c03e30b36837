//! Ports of this machine: whether something listens there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};

use crate::limits;

/// Whether nothing listens on `port`, on any address of this machine, in IPv4 and IPv6.
///
/// It is asked by taking the port for a moment, which also finds listeners of other users. What has not yet
/// begun to listen cannot be found: who gives ports out has to remember them.
#[must_use]
pub fn is_free(port: u16) -> bool {
    // One after the other: systems differ in whether "every address" stands against a single one.
    let addresses: [IpAddr; 4] = [
        Ipv4Addr::UNSPECIFIED.into(),
        Ipv6Addr::UNSPECIFIED.into(),
        Ipv4Addr::LOCALHOST.into(),
        Ipv6Addr::LOCALHOST.into(),
    ];
    addresses.into_iter().all(|address| match TcpListener::bind(SocketAddr::new(address, port)) {
        Ok(_) => true,
        // A machine without IPv6 has nobody who listens there.
        Err(error) => matches!(
            error.raw_os_error().map(rustix::io::Errno::from_raw_os_error),
            Some(rustix::io::Errno::ADDRNOTAVAIL | rustix::io::Errno::AFNOSUPPORT)
        ),
    })
}

/// Whether something takes connections on `port` of this machine.
#[must_use]
pub fn answers(port: u16) -> bool {
    [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()].into_iter().any(|address| {
        let address = SocketAddr::new(address, port);
        TcpStream::connect_timeout(&address, limits::CONNECT_TIME).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_any_address_is_found() {
        for address in ["127.0.0.1:0", "127.0.0.2:0", "0.0.0.0:0", "[::1]:0", "[::]:0"] {
            // 127.0.0.2 is there on Linux only, and IPv6 not everywhere.
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let port = listener.local_addr().unwrap().port();
            assert!(!is_free(port), "{address}");
            assert_eq!(answers(port), !address.contains(".2:"), "{address}");
            drop(listener);
            assert!(!answers(port), "{address}");
            assert!(is_free(port), "{address}");
        }
    }
}
