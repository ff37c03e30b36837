//! Whom a command reaches.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::thread;

use callboard_model::receipt::{ConfinedBy, Hold};
use callboard_os::command::find_program;
use callboard_os::confine::{Network, Service};

use super::scratch::{Scratch, WAYS, Way};

/// A service of the machine that says a word; gives its port.
fn service() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 3];
            stream.read_exact(&mut asked).unwrap();
            stream.write_all(b"the service heard ").unwrap();
            stream.write_all(&asked).unwrap();
        }
    });
    port
}

fn has(program: &str) -> bool {
    let found = find_program(program, &std::env::var_os("PATH").unwrap()).is_some();
    if !found {
        eprintln!("skipped: there is no {program} here");
    }
    found
}

fn ask(port: u16) -> String {
    format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port} && printf abc >&3 && cat <&3'")
}

#[test]
fn loopback_is_its_own() {
    let scratch = Scratch::new(Way::Best);
    if !has("bash") || scratch.run("true").confinement().by != ConfinedBy::Namespaces {
        return eprintln!("skipped: no network of its own");
    }
    let ran = scratch.run(&ask(service()));
    assert!(ran.run.ended.is_err() && !ran.log.contains("the service"), "{ran:#?}");
    let ran = scratch.run("cat /proc/net/route | wc -l; tail -n +3 /proc/net/dev | wc -l");
    assert!(ran.log.ends_with("\n1\n1\n"), "{}", ran.log);
    if has("python3") {
        let serve = "import socket,threading; s=socket.create_server(('127.0.0.1',0)); \
                     c=socket.create_connection(s.getsockname()); a,_=s.accept(); a.send(b'own'); print(c.recv(3))";
        let ran = scratch.run(&format!("python3 -c \"{serve}\""));
        assert!(ran.passed().log.contains("b'own'"), "{}", ran.log);
    }
}

#[test]
fn a_named_service_is_reached() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        let port = service();
        scratch.confine.network = Network::Loopback { services: vec![Service::Port(port)] };
        if !has("bash") {
            return;
        }
        for _ in 0..3 {
            let ran = scratch.run(&ask(port));
            assert!(ran.passed().log.contains("the service heard abc"), "{ran:#?}");
        }
    }
}

#[test]
fn everybody_is_reached_by_one_that_says_so() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.confine.network = Network::Any;
        if !has("bash") {
            return;
        }
        let ran = scratch.run(&ask(service()));
        assert!(ran.passed().log.contains("the service heard abc"), "{ran:#?}");
        assert!(matches!(ran.confinement().network, Hold::NotHeld(_)));
    }
}

#[test]
fn well_known_ports_are_not_reached() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        if !has("bash") || !scratch.holds(|held| &held.network) {
            continue;
        }
        // An address for documentation: nobody has it (RFC 5737).
        let ran = scratch.run("timeout 5 bash -c 'exec 3<>/dev/tcp/192.0.2.1/443'; code=$?; [ $code = 124 ] && exit 0; exit $code");
        assert!(ran.run.ended.is_err(), "it waited for an answer: {ran:#?}");
    }
}

#[test]
fn sockets_of_others_are_not_reached() {
    if !has("python3") {
        return;
    }
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        let (path, named) = (scratch.path("daemon.sock"), scratch.path("named.sock"));
        let _listeners = [UnixListener::bind(&path).unwrap(), UnixListener::bind(&named).unwrap()];
        let name = format!("callboard-test-{}-{way:?}", std::process::id());
        let address = SocketAddr::from_abstract_name(name.as_bytes()).unwrap();
        let _abstract = UnixListener::bind_addr(&address).unwrap();
        let services = vec![Service::Socket(named.clone())];
        scratch.confine.network = Network::Loopback { services };
        let connect = |to: String| {
            let code = format!("import socket; socket.socket(socket.AF_UNIX).connect({to})");
            scratch.run(&format!("python3 -c \"{code}\"")).run.ended
        };
        assert!(connect(format!("'{}'", named.display())).is_ok());
        let sockets = scratch.run("true").confinement().sockets.clone();
        if !matches!(sockets, Hold::NotHeld(_)) {
            assert!(connect(format!("b'\\\\0{name}'")).is_err(), "{way:?}");
        }
        if sockets == Hold::Held {
            assert!(connect(format!("'{}'", path.display())).is_err(), "{way:?}");
        } else {
            eprintln!("skipped: {sockets:?}");
        }
        let own = "import socket; s=socket.socket(socket.AF_UNIX); s.bind('own'); s.listen(); \
                   socket.socket(socket.AF_UNIX).connect('own')";
        scratch.run(&format!("python3 -c \"{own}\"")).passed();
    }
}

#[test]
fn other_networks_are_refused() {
    if !has("python3") {
        return;
    }
    for way in WAYS {
        let scratch = Scratch::new(way);
        for (family, kind) in
            [("AF_VSOCK", "SOCK_STREAM"), ("AF_PACKET", "SOCK_RAW"), ("AF_ALG", "SOCK_SEQPACKET")]
        {
            let ran = scratch
                .run(&format!("python3 -c 'import socket as s; s.socket(s.{family}, s.{kind})'"));
            assert!(ran.log.contains("PermissionError"), "{ran:#?}");
        }
        scratch
            .run(
                "python3 -c 'import socket as s; s.socketpair(); s.socket(); s.socket(s.AF_INET6)'",
            )
            .passed();
    }
}
