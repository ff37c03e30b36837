//! A confined command at the daemon's socket.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use callboard_model::receipt::ConfinedBy;
use callboard_os::confine::Confine;
use callboard_os::script::Script;
use callboard_testkit::HermeticHome;
use callboard_testkit::daemon::binary;

use crate::scene::Server;

const ASK: &str = "python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
s.sendall(b\"GET /api/doctor HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n\")
print(s.recv(12).decode() or \"nothing\")' \"$SOCKET\"";

/// Asks the daemon from a command; gives what it says last.
fn ask(
    home: &HermeticHome,
    folder: &Path,
    confine: Option<&Confine>,
) -> (String, Option<ConfinedBy>) {
    let variable = |name: &str, value: String| (name.to_owned(), value);
    let env = [
        variable("PATH", std::env::var("PATH").unwrap()),
        variable("SOCKET", home.callboard_home().join("callboard.sock").display().to_string()),
    ];
    let script = Script::new(ASK, folder, &folder.join("log"))
        .envs(env.iter().map(|(name, value)| (name, value)));
    let mut last = String::new();
    let mut told = |line: &str| line.clone_into(&mut last);
    let by = match confine {
        Some(confine) => script.confined(confine).run(&mut told).confinement.map(|held| held.by),
        None => {
            script.run(&mut told).unwrap();
            None
        }
    };
    (last, by)
}

#[test]
fn a_confined_command_is_refused_at_the_socket() {
    let home = HermeticHome::new();
    let _server = Server::start(&home);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(ask(&home, folder.path(), None).0, "HTTP/1.1 200");
    let mut confine = Confine::new(&binary(), folder.path());
    let (said, _) = ask(&home, folder.path(), Some(&confine));
    assert!(!said.contains("HTTP"), "{said}");
    // Where the system gives no namespaces, which would hide the socket.
    confine.callboard = folder.path().join("callboard");
    let text = format!(
        "#!/bin/sh\n[ \"$2\" = namespaces ] && exit 1\nexec '{}' \"$@\"\n",
        binary().display()
    );
    fs::write(&confine.callboard, text).unwrap();
    fs::set_permissions(&confine.callboard, fs::Permissions::from_mode(0o755)).unwrap();
    let (said, by) = ask(&home, folder.path(), Some(&confine));
    assert_ne!(by, Some(ConfinedBy::Namespaces));
    assert!(!said.contains("HTTP"), "{said}");
}
