//! An owned session in its agent's own program, in a terminal.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use callboard_os::command::{Command, find_program};
use callboard_testkit::{HermeticHome, ModelServer, Repo, Script, Turn, daemon as built, wait};
use serde_json::{Value, json};

use super::owned::{Scene, daemon, json_of};
use super::{Rows, kinds};

/// Looks at the screen between two presses of the same key.
const LOOKS_PER_KEY: u32 = 20;

/// A program in a tmux server of its own; it ends when it is dropped.
struct Terminal<'h> {
    home: &'h HermeticHome,
    socket: PathBuf,
}

impl<'h> Terminal<'h> {
    fn attached(home: &'h HermeticHome, repo: &Repo<'_>, session: &str) -> Self {
        let terminal = Self { home, socket: home.root().join("tmux-attach") };
        let program = built::binary();
        let args = ["new-session", "-d", "-x", "150", "-y", "45", "-c"].map(OsStr::new);
        let what = [repo.path().as_os_str(), OsStr::new("--"), program.as_os_str()];
        let session = ["attach", session].map(OsStr::new);
        terminal.tmux(args.into_iter().chain(what).chain(session));
        terminal.tmux(["set-option", "-g", "remain-on-exit", "on"]);
        terminal
    }

    fn tmux<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let tmux = find_program("tmux", OsStr::new("/usr/local/bin:/usr/bin:/bin")).unwrap();
        let mut command = Command::new(tmux, self.home.root()).env_clear();
        for (name, value) in self.home.variables() {
            command = command.env(name, value);
        }
        let command = command.arg("-S").arg(&self.socket).args(["-f", "/dev/null"]);
        let done =
            command.args(args.into_iter().map(|arg| arg.as_ref().to_owned())).output().unwrap();
        assert!(done.status.success(), "tmux: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn screen(&self) -> String {
        self.tmux(["capture-pane", "-p"])
    }

    fn wait_for_screen(&self, text: &str) {
        let shown = wait::look(|| self.screen().contains(text).then_some(()));
        shown.unwrap_or_else(|| panic!("no {text:?} on the screen, but:\n{}", self.screen()));
    }

    fn prompt(&self, text: &str) {
        self.tmux(["send-keys", "-l", "--", text]);
        self.wait_for_screen(text);
        self.tmux(["send-keys", "Enter"]);
    }

    /// Presses a key until the screen shows `text`: what has just appeared ignores keys for a moment.
    fn press_until(&self, key: &str, text: &str) {
        let mut looks = 0;
        let shown = wait::look(|| {
            if self.screen().contains(text) {
                return Some(());
            }
            if looks % LOOKS_PER_KEY == 0 {
                self.tmux(["send-keys", key]);
            }
            looks += 1;
            None
        });
        shown.unwrap_or_else(|| panic!("no {text:?} on the screen, but:\n{}", self.screen()));
    }

    /// Leaves the program as its users do, again until it has ended.
    fn leave(&self) {
        let left = wait::look(|| {
            if self.tmux(["display-message", "-p", "#{pane_dead}"]).trim() == "1" {
                return Some(());
            }
            self.tmux(["send-keys", "C-c"]);
            None
        });
        left.unwrap_or_else(|| panic!("it stays:\n{}", self.screen()));
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        self.tmux(["kill-server"]);
    }
}

fn said(row: &Value, words: &str) -> bool {
    row["state"] == "ready" && row["activity"].as_str().is_some_and(|a| a.contains(words))
}

fn server() -> ModelServer {
    ModelServer::with([
        Script::new("one").turn(Turn::text("Hello one.")),
        Script::new("two").turn(Turn::text("And two.")),
        Script::new("three").turn(Turn::text("Then three.")),
    ])
}

fn trusted<'s>(scene: &'s Scene) -> Repo<'s> {
    let repo = scene.repo();
    scene.home.trust(Path::new(repo.path()));
    repo
}

#[test]
fn claude_is_parked_shown_in_its_own_program_and_goes_on_here_after_it_is_left() {
    let server = server();
    let scene = Scene::new(&server, 1);
    let repo = trusted(&scene);
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let args = ["run", "Say [[script:one]]", "--agent", "claude", "--in-place", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    let session = started[0]["session"].as_str().unwrap().to_owned();
    rows.wait("its words", |row| said(row, "Hello one"));
    let terminal = Terminal::attached(&scene.home, &repo, &session);
    terminal.wait_for_screen("Hello one.");
    let parked = daemon.get(&format!("/api/owned/{}", started[0]["id"])).json();
    assert_eq!(parked["state"], "ended", "{parked:#}");
    terminal.prompt("More [[script:two]]");
    terminal.wait_for_screen("And two.");
    rows.wait("its words", |row| said(row, "And two"));
    let busy = daemon.callboard().run(["resume", &session]);
    assert_eq!(busy.code, Some(2), "{}", busy.stdout);
    assert!(busy.stderr.contains("runs as process"), "{}", busy.stderr);
    terminal.leave();
    rows.wait_for_state("ended");
    let args = ["resume", session.as_str(), "On [[script:three]]", "--json"];
    let resumed = json_of(&scene.home, &repo, &args);
    assert_eq!(resumed["session"], session.as_str());
    let row = rows.wait("its words", |row| said(row, "Then three"));
    let told = kinds(&daemon, &row["id"]);
    assert_eq!(told, ["prompt", "text", "prompt", "text", "prompt", "text"]);
    json_of(&scene.home, &repo, &["stop", &session, "--json"]);
}

#[test]
fn codex_is_shown_in_its_own_program_while_it_is_driven_here() {
    let server = server();
    let scene = Scene::new(&server, 1);
    let repo = trusted(&scene);
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let args = ["run", "Say [[script:one]]", "--agent", "codex", "--in-place", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    let session = started[0]["session"].as_str().unwrap().to_owned();
    rows.wait("its words", |row| said(row, "Hello one"));
    let terminal = Terminal::attached(&scene.home, &repo, &session);
    // It offers another model first (0.169).
    terminal.wait_for_screen("Use existing model");
    terminal.press_until("Down", "› 2. Use existing model");
    terminal.tmux(["send-keys", "Enter"]);
    terminal.wait_for_screen("Hello one.");
    let driven = daemon.get(&format!("/api/owned/{}", started[0]["id"])).json();
    assert_eq!(driven["state"], "running", "{driven:#}");
    terminal.prompt("More [[script:two]]");
    terminal.wait_for_screen("And two.");
    rows.wait("its words", |row| said(row, "And two"));
    json_of(&scene.home, &repo, &["send", &session, "On [[script:three]]", "--json"]);
    terminal.wait_for_screen("Then three.");
    let row = rows.wait("its words", |row| said(row, "Then three"));
    terminal.leave();
    let told = kinds(&daemon, &row["id"]);
    assert_eq!(told.iter().filter(|kind| *kind == "text").count(), 3, "{told:?}");
    let after = daemon.get(&format!("/api/owned/{}", started[0]["id"])).json();
    assert_eq!((&after["state"], &after["prompts"]), (&json!("running"), &json!([])));
    json_of(&scene.home, &repo, &["stop", &session, "--json"]);
}
