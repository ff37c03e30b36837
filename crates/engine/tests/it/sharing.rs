//! Several sessions in one checkout: whose line it is, and the commit of one session's lines.

use std::cell::Cell;
use std::path::PathBuf;

use callboard_engine::AskedBy;
use callboard_model::attribution::{FileAttribution, Owners, SharedCheckout};
use callboard_model::call::{Ask, CallAnswer, CallDetail, CallKind, CallOption, CallVia, Effect};
use callboard_model::owned::{Owned, OwnedState};
use callboard_model::view::{AnswerCall, NewCommit};
use callboard_model::{AgentName, SessionId, ThreadKey};
use callboard_store::{Durability, Store, Write};
use callboard_testkit::{HermeticHome, Repo};
use serde_json::json;

use crate::scene::Running;
use crate::transcripts::{Claude, append, moment, seconds_to_now};

pub(crate) const TEN: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

/// A session that does what it tells, when it tells it.
pub(crate) struct Worker {
    claude: Claude,
    path: PathBuf,
    line: Cell<u64>,
}

impl Worker {
    pub(crate) fn new(home: &HermeticHome, name: &str, repo: &Repo<'_>) -> Self {
        let claude = Claude::new(name, repo.path());
        let path = claude.path(home, "p");
        let worker = Self { claude, path, line: Cell::new(seconds_to_now()) };
        worker.tell(|claude, n| claude.prompt(n, "Work"));
        worker
    }

    /// Appends a line, with the moment at which it is.
    fn tell(&self, line: impl FnOnce(&Claude, u64) -> String) -> u64 {
        let n = self.line.get() + 1;
        self.line.set(n);
        let now = callboard_os::clock::now().to_string();
        append(&self.path, &line(&self.claude, n).replace(&moment(n), &now));
        n
    }

    /// Runs a command that does this.
    pub(crate) fn runs(&self, command: &str, does: impl FnOnce()) {
        let n = self.tell(|claude, n| claude.runs(n, command));
        does();
        self.tell(|claude, m| claude.ran(m, n, ""));
    }

    /// Writes a whole file with its tool.
    pub(crate) fn writes(&self, repo: &Repo<'_>, path: &str, content: &str) {
        let file = repo.path().join(path);
        let input = json!({"file_path": file, "content": content});
        let n = self.tell(|claude, n| claude.uses(n, "Write", input));
        repo.write(path, content);
        self.tell(|claude, m| claude.ran(m, n, "written"));
    }

    pub(crate) fn id(&self, running: &Running, name: &str) -> SessionId {
        running.session(name).id
    }
}

pub(crate) fn told(running: &Running) -> Option<SharedCheckout> {
    running.engine.shared_checkouts(None).unwrap().pop()
}

fn owners(file: &FileAttribution) -> Vec<Owners> {
    file.owners().cloned().collect()
}

/// Waits until this is whose the lines of a file are.
pub(crate) fn wait_for_owners(running: &Running, path: &str, wanted: &[Owners]) {
    running.wait(&format!("{wanted:?} of {path}"), |_| {
        let told = told(running)?;
        let file = told.files.iter().find(|file| file.path == path)?;
        (owners(file) == wanted).then_some(())
    });
}

fn message(text: &str) -> NewCommit {
    NewCommit { message: text.to_owned(), ..NewCommit::default() }
}

#[test]
fn each_of_two_has_its_own_changeset_and_commits_it() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a.txt", TEN), ("b.txt", TEN), ("mine.txt", TEN)]);
    let running = Running::start(&home);
    running.register(&repo);
    let (one, two) = (Worker::new(&home, "one", &repo), Worker::new(&home, "two", &repo));
    let (first, second) = (one.id(&running, "one"), two.id(&running, "two"));
    running.wait("both", |_| told(&running).filter(|told| told.is_shared));
    // Each writes its own file, and both the same file in different places.
    one.writes(&repo, "a.txt", &TEN.replace('2', "two"));
    wait_for_owners(&running, "a.txt", &[Owners::of(first)]);
    two.runs("make generated", || {
        repo.write("a.txt", TEN.replace('2', "two").replace('9', "nine"));
        repo.write("made/by.txt", "made\n");
    });
    wait_for_owners(&running, "a.txt", &[Owners::of(first), Owners::of(second)]);
    wait_for_owners(&running, "made/by.txt", &[Owners::of(second)]);
    // The user writes, too, while nobody runs anything.
    repo.write("mine.txt", TEN.replace('5', "five"));
    wait_for_owners(&running, "mine.txt", &[Owners::unattributed()]);

    let changesets = running.wait("three changesets", |engine| {
        let all = engine.changesets(None).unwrap();
        (all.len() == 3).then_some(all)
    });
    let files = |name: &str| -> Vec<&str> {
        let of = changesets.iter().find(|one| one.changeset.name == name).unwrap();
        of.files.iter().map(|file| file.path.as_str()).collect()
    };
    assert_eq!(files(&first.to_string()), ["a.txt"]);
    assert_eq!(files(&second.to_string()), ["a.txt", "made/by.txt"]);
    assert_eq!(files("main"), ["mine.txt"]);
    let own = running.engine.changeset_named(None, &first.to_string()).unwrap();
    assert_eq!((own.added, own.removed), (1, 1));

    // What is staged by whomever stays staged; what is dirty stays dirty.
    repo.git(&["add", "mine.txt"]);
    let dry = NewCommit { dry_run: true, ..NewCommit::default() };
    let would = running.engine.commit_session(first, &dry).unwrap();
    assert_eq!((would.commit, would.files), (None, vec!["a.txt".to_owned()]));
    assert_eq!((would.unattributed, would.others.len()), (vec!["mine.txt".to_owned()], 2));
    let done = running.engine.commit_session(second, &message("By two")).unwrap();
    assert_eq!(done.files, ["a.txt", "made/by.txt"]);
    assert_eq!(repo.git(&["show", "HEAD:a.txt"]) + "\n", TEN.replace('9', "nine"));
    assert_eq!(repo.read("a.txt"), TEN.replace('2', "two").replace('9', "nine"));
    assert_eq!(repo.status(), " M a.txt\nM  mine.txt");
    let done = running.engine.commit_session(first, &message("By one")).unwrap();
    assert_eq!(done.files, ["a.txt"]);
    assert_eq!(repo.status(), "M  mine.txt");
    let none = running.engine.commit_session(first, &message("Again")).unwrap_err();
    assert!(none.to_string().contains("mine.txt"), "{none}");
    running.wait("the rest", |engine| {
        let all = engine.changesets(None).unwrap();
        matches!(all.as_slice(), [one] if one.files.len() == 1).then_some(())
    });
}

#[test]
fn commands_that_run_at_once_share_what_nothing_explains_and_are_told() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a.txt", TEN), ("b.txt", TEN)]);
    let running = Running::start(&home);
    running.register(&repo);
    let (one, two) = (Worker::new(&home, "one", &repo), Worker::new(&home, "two", &repo));
    let (first, second) = (one.id(&running, "one"), two.id(&running, "two"));
    running.wait("both", |_| told(&running).filter(|told| told.is_shared));
    one.runs("npm run format", || {
        two.runs("npm install", || {
            repo.write("a.txt", TEN.replace('4', "four"));
        });
    });
    // What an edit tells is the edit's, though a command runs.
    one.runs("npm test", || two.writes(&repo, "c.txt", "by two\n"));
    let mut sessions = vec![first, second];
    sessions.sort();
    let question = format!("{} and {} wrote the same lines of a.txt", sessions[0], sessions[1]);
    let both = Owners { sessions, unknown: false };
    wait_for_owners(&running, "a.txt", &[both]);
    wait_for_owners(&running, "c.txt", &[Owners::of(second)]);
    let call = running.wait("the call", |engine| engine.inbox(None).unwrap().calls.pop());
    assert_eq!(call.kind, CallKind::Conflict);
    assert_eq!(call.question, question);
    let refused = running.engine.commit_session(first, &message("Mine")).unwrap_err();
    assert!(refused.to_string().contains(&format!("a.txt:4, with {second}")), "{refused}");
    let head = repo.head();
    let taken = NewCommit { overlaps: true, ..message("Both") };
    let done = running.engine.commit_session(first, &taken).unwrap();
    assert_eq!(done.files, ["a.txt"]);
    assert_ne!(repo.head(), head);
    running.wait("its end", |engine| engine.inbox(None).unwrap().calls.is_empty().then_some(()));
    assert_eq!(repo.status(), "?? c.txt");
}

/// A request to run a command, as an agent makes it.
fn asks_to_run(command: &str, key: &str) -> Ask {
    let option =
        |id: &str, effect| CallOption { id: id.into(), label: id.into(), effect, writes: None };
    Ask {
        key: key.into(),
        kind: CallKind::Permission,
        question: format!("run {command}"),
        detail: CallDetail::Command { command: command.into(), cwd: None, description: None },
        options: vec![option("yes", Effect::Allow), option("no", Effect::Deny)],
        tool_use_id: None,
        subagent: None,
        reason: None,
        reply: serde_json::Value::Null,
    }
}

#[test]
fn a_command_that_would_sweep_what_another_wrote_is_refused_and_one_that_would_not_is_not() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a.txt", TEN), ("src/b.txt", TEN)]);
    let running = Running::start(&home);
    running.register(&repo);
    let (one, two) = (Worker::new(&home, "one", &repo), Worker::new(&home, "two", &repo));
    let (first, second) = (one.id(&running, "one"), two.id(&running, "two"));
    running.wait("both", |_| told(&running).filter(|told| told.is_shared));
    let ask = |command: &str| {
        let by = AskedBy {
            agent: AgentName::known("claude"),
            thread: ThreadKey::main("one"),
            // By its hook: of an agent that nobody drives, an answer would be asked anew.
            via: CallVia::Hook,
            ask: asks_to_run(command, command),
            expires_at: None,
            window: None,
        };
        let (call, _) = running.engine.asked(by).unwrap();
        running.engine.call(call).unwrap()
    };
    one.writes(&repo, "a.txt", "by one\n");
    wait_for_owners(&running, "a.txt", &[Owners::of(first)]);
    assert_eq!(ask("git add --all && git commit -m x").answer, None, "it is all its own");
    two.writes(&repo, "src/b.txt", "by two\n");
    wait_for_owners(&running, "src/b.txt", &[Owners::of(second)]);
    for command in ["git add -A", "git commit -am x", "git stash", "git checkout .", "git add src"]
    {
        let refused = ask(command);
        assert_eq!(refused.answered_by.as_deref(), Some("callboard"), "{command}");
        let why = refused.answer.unwrap().text.unwrap();
        assert!(why.contains(&format!("src/b.txt ({second})")), "{why}");
    }
    for command in ["git add a.txt", "git commit -m x", "git status", "git restore a.txt"] {
        assert_eq!(ask(command).answer, None, "{command}");
    }
    let is_sweep = |engine: &callboard_engine::Engine| {
        let calls = engine.inbox(None).unwrap().calls;
        calls.into_iter().find(|call| call.kind == CallKind::Sweep)
    };
    let call = running.wait("the call", is_sweep);
    assert_eq!(call.question, "was kept from running `git add -A`");
    let noted = AnswerCall { answer: CallAnswer::option("ok"), generation: None };
    running.engine.answer(call.id, noted).unwrap();
    // One that nobody asked about is told when it has run.
    one.runs("git commit -qam Swept", || {
        repo.git(&["commit", "-qam", "Swept"]);
    });
    let call = running.wait("what was swept", is_sweep);
    assert_eq!(call.question, "swept what others changed, by `git commit -qam Swept`");
}

#[test]
fn what_was_known_is_known_to_the_next_daemon_and_what_came_between_is_nobodys() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a.txt", TEN), ("b.txt", TEN), ("c.txt", TEN)]);
    let running = Running::start(&home);
    running.register(&repo);
    let (one, two) = (Worker::new(&home, "one", &repo), Worker::new(&home, "two", &repo));
    let (first, second) = (one.id(&running, "one"), two.id(&running, "two"));
    running.wait("both", |_| told(&running).filter(|told| told.is_shared));
    one.runs("make a", || repo.write("a.txt", TEN.replace('3', "three")));
    wait_for_owners(&running, "a.txt", &[Owners::of(first)]);
    drop(running);
    one.runs("make b", || repo.write("b.txt", TEN.replace('3', "three")));
    two.writes(&repo, "c.txt", "by two\n");
    let running = Running::start(&home);
    wait_for_owners(&running, "a.txt", &[Owners::of(first)]);
    wait_for_owners(&running, "b.txt", &[Owners::unattributed()]);
    wait_for_owners(&running, "c.txt", &[Owners::of(second)]);
    let done = running.engine.commit_session(first, &message("Mine")).unwrap();
    assert_eq!(done.files, ["a.txt"]);
}

/// Has one session go on with the work of another, as a hand-off writes it down.
fn hand_on(home: &HermeticHome, running: Running, from: SessionId, to: SessionId) -> Running {
    let workspace = running.engine.session(from).unwrap().workspace.unwrap();
    drop(running);
    let mut store = Store::open(&home.callboard_home()).unwrap();
    let claude = AgentName::known("claude");
    let asked = Owned::asked(workspace, claude, callboard_os::clock::now());
    let state = OwnedState::Ended;
    let owned = Owned { session: Some(to), follows: Some(from), state, ..asked };
    let now = callboard_os::clock::now();
    store.write(Durability::Full, now, |w: &mut Write<'_>| w.add_owned(owned)).unwrap();
    drop(store);
    Running::start(home)
}

#[test]
fn what_was_handed_off_belongs_to_whoever_goes_on_with_it() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("begin", &[("a.txt", TEN), ("b.txt", TEN), ("c.txt", TEN)]);
    let running = Running::start(&home);
    running.register(&repo);
    let [one, two, three] = ["one", "two", "three"].map(|name| Worker::new(&home, name, &repo));
    let (first, second, third) =
        (one.id(&running, "one"), two.id(&running, "two"), three.id(&running, "three"));
    running.wait("all", |_| told(&running).filter(|told| told.sessions.len() == 3));
    one.writes(&repo, "a.txt", &TEN.replace('2', "two"));
    wait_for_owners(&running, "a.txt", &[Owners::of(first)]);
    three.writes(&repo, "c.txt", &TEN.replace('2', "two"));
    wait_for_owners(&running, "c.txt", &[Owners::of(third)]);
    let running = hand_on(&home, running, first, second);
    // It writes over what it was handed, and beside it.
    two.writes(&repo, "a.txt", &TEN.replace('2', "deux"));
    wait_for_owners(&running, "a.txt", &[Owners::of(second)]);
    two.writes(&repo, "b.txt", &TEN.replace('9', "nine"));
    wait_for_owners(&running, "b.txt", &[Owners::of(second)]);
    let own = running.engine.own_changes(second).unwrap().unwrap();
    assert_eq!((own.files.len(), own.others), (2, vec![third]));
    assert_eq!(running.engine.own_changes(first).unwrap().unwrap().session, second);
    let unsent = running.engine.send(first, "More".to_owned()).unwrap_err();
    assert!(unsent.to_string().contains(&format!("was handed off to {second}")), "{unsent}");
    let ask = |thread: &str, command: &str| {
        let by = AskedBy {
            agent: AgentName::known("claude"),
            thread: ThreadKey::main(thread),
            via: CallVia::Hook,
            ask: asks_to_run(command, &format!("{thread} {command}")),
            expires_at: None,
            window: None,
        };
        let (call, _) = running.engine.asked(by).unwrap();
        running.engine.call(call).unwrap().answer
    };
    assert_eq!(ask("two", "git add a.txt b.txt && git commit -m x"), None);
    assert!(ask("two", "git add -A").is_some(), "the third one's");
    assert!(ask("one", "git add a.txt").is_some(), "handed off");
    let done = running.engine.commit_session(first, &message("Go on")).unwrap();
    assert_eq!((done.session, done.files), (second, vec!["a.txt".into(), "b.txt".into()]));
    assert_eq!(repo.status(), " M c.txt");
}
