//! Connecting an agent and taking it back; the hook that it then runs.

use std::fs;
use std::io::Write;
use std::os::unix::net::UnixListener;
use std::process::Stdio;

use callboard_testkit::{Callboard, Daemon, HermeticHome, Repo};
use serde_json::Value;

#[test]
fn what_is_shown_is_written_and_taken_back_also_beside_the_users_own() {
    let home = HermeticHome::new();
    let callboard = Callboard::built(&home);
    let plugin = home.claude_config_dir().join("skills/callboard");
    let shown = callboard.run(["connect", "claude", "--print"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("+            \"command\": "), "{}", shown.stdout);
    assert!(!plugin.exists());
    let unasked = callboard.run(["connect", "claude"]);
    assert_eq!(unasked.code, Some(2), "{}", unasked.stdout);
    assert!(!plugin.exists());

    let connected = callboard.run(["connect", "claude", "--yes"]);
    assert_eq!(connected.code, Some(0), "{}", connected.stderr);
    let again = callboard.run(["connect", "claude", "--yes"]);
    assert_eq!(again.stdout, "Claude Code is connected already; nothing was changed\n");
    let servers: Value =
        serde_json::from_str(&fs::read_to_string(plugin.join(".mcp.json")).unwrap()).unwrap();
    let server = &servers["mcpServers"]["callboard"];
    assert_eq!(server["args"], serde_json::json!(["mcp", "claude"]));
    assert_eq!(server["env"]["CALLBOARD_HOME"], home.callboard_home().to_str().unwrap());
    let hooks = plugin.join("hooks/hooks.json");
    let edited = fs::read_to_string(&hooks).unwrap().replace("604800", "60");
    fs::write(&hooks, edited).unwrap();
    fs::write(plugin.join("mine.md"), "kept").unwrap();
    let gone = callboard.run(["disconnect", "claude", "--yes"]);
    assert_eq!(gone.code, Some(0), "{}", gone.stderr);
    let left: Vec<_> = fs::read_dir(&plugin).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["mine.md"]);
    let nothing = callboard.run(["disconnect", "claude", "--yes"]);
    assert_eq!(nothing.stdout, "Claude Code is not connected; nothing was changed\n");
}

#[test]
fn what_is_in_the_way_or_not_known_is_left_alone() {
    let home = HermeticHome::new();
    let callboard = Callboard::built(&home);
    let own = home.codex_home().join("hooks.json");
    fs::write(&own, "not json").unwrap();
    let refused = callboard.run(["connect", "codex", "--yes"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("nothing was changed"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&own).unwrap(), "not json");
    let unknown = callboard.run(["connect", "nobody"]);
    assert!(unknown.stderr.contains("choose one of claude, codex"), "{}", unknown.stderr);
}

#[test]
fn the_server_stands_behind_the_users_own_configuration_and_goes_without_a_trace() {
    let home = HermeticHome::new();
    let callboard = Callboard::built(&home);
    let config = home.codex_home().join("config.toml");
    let own = "# mine\nmodel = \"m\"   # as is\n\n[mcp_servers.other]\ncommand = \"x\"\n";
    fs::write(&config, own).unwrap();
    assert_eq!(callboard.run(["connect", "codex", "--yes"]).code, Some(0));
    let connected = fs::read_to_string(&config).unwrap();
    assert!(connected.starts_with(own), "{connected}");
    assert!(connected.contains("[mcp_servers.callboard]\ncommand = "), "{connected}");
    // Also where it was edited since, and what was added is not known to the byte.
    fs::write(&config, connected.replace("# mine", "# still mine")).unwrap();
    assert_eq!(callboard.run(["disconnect", "codex", "--yes"]).code, Some(0));
    assert_eq!(fs::read_to_string(&config).unwrap(), own.replace("# mine", "# still mine"));

    let theirs = "[mcp_servers.callboard]\ncommand = \"callboard\"\nargs = [\"mcp\", \"codex\"]\n";
    fs::write(&config, theirs).unwrap();
    let connected = callboard.run(["connect", "codex", "--yes"]);
    assert!(connected.stdout.contains("of its own, which stays as it is"), "{}", connected.stdout);
    assert!(fs::read_to_string(&config).unwrap().starts_with(theirs));
    assert_eq!(callboard.run(["disconnect", "codex", "--yes"]).code, Some(0));
    assert_eq!(fs::read_to_string(&config).unwrap(), theirs);
}

#[test]
fn a_connection_of_an_older_callboard_is_told_and_renewed_and_leaves_nothing_behind() {
    let home = HermeticHome::new();
    let daemon = Daemon::of(Callboard::built(&home), &[]);
    let callboard = daemon.callboard();
    let hooks = home.codex_home().join("hooks.json");
    let own = r#"{"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "own"}]}]}}"#;
    fs::write(&hooks, own).unwrap();
    let connected = callboard.run(["connect", "codex", "--yes"]);
    assert_eq!(connected.code, Some(0), "{}", connected.stderr);
    let text = fs::read_to_string(&hooks).unwrap();
    // As before there were hooks for steps.
    let mut older: Value = serde_json::from_str(&text).unwrap();
    let events = older["hooks"].as_object_mut().unwrap();
    events.retain(|event, _| event == "PermissionRequest" || event == "PreToolUse");
    events["PreToolUse"].as_array_mut().unwrap().pop();
    fs::write(&hooks, older.to_string()).unwrap();
    let told = callboard.run(["doctor"]).stdout;
    let lacks = "Codex was connected by an older Callboard: it lacks PreToolUse, PostToolUse, UserPromptSubmit, Stop";
    assert!(told.contains(lacks) && told.contains("callboard connect codex"), "{told}");
    let renewed = callboard.run(["connect", "codex", "--yes"]);
    assert_eq!(renewed.code, Some(0), "{}", renewed.stderr);
    assert!(!callboard.run(["doctor"]).stdout.contains("older Callboard"));
    let gone = callboard.run(["disconnect", "codex", "--yes"]);
    assert_eq!(gone.code, Some(0), "{}", gone.stderr);
    let left: Value = serde_json::from_str(&fs::read_to_string(&hooks).unwrap()).unwrap();
    assert_eq!(left, serde_json::from_str::<Value>(own).unwrap());

    fs::write(&hooks, own).unwrap();
    assert_eq!(callboard.run(["connect", "codex", "--yes"]).code, Some(0));
    assert_eq!(callboard.run(["disconnect", "codex", "--yes"]).code, Some(0));
    assert_eq!(fs::read_to_string(&hooks).unwrap(), own);
}

#[test]
fn a_hook_says_nothing_and_succeeds_whatever_is_wrong() {
    let home = HermeticHome::new();
    let silent = home.root().join("silent.sock");
    // It takes connections and never answers.
    let _listener = UnixListener::bind(&silent).unwrap();
    let nowhere = home.root().join("nowhere.sock");
    let asked = r#"{"session_id":"s","hook_event_name":"PermissionRequest","tool_name":"Bash","tool_input":{"command":"ls"}}"#;
    for socket in [&silent, &nowhere] {
        for (agent, input) in
            [("claude", asked), ("claude", "not json"), ("nobody", "{}"), ("codex", "")]
        {
            let mut command = Callboard::built(&home).command();
            command.args(["hook", agent]).arg(socket).env("CLAUDE_CODE_ENTRYPOINT", "cli");
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{agent} {input}");
            assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{agent} {input}");
        }
    }
    assert!(!home.callboard_home().join("run").exists(), "a hook starts no daemon");
}

#[test]
fn three_lines_of_instructions_come_only_when_asked_and_go_without_a_trace() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    let callboard = Callboard::built(&home).cwd(repo.path());
    let own = "# Ours\r\n\r\nBe kind.";
    repo.write("AGENTS.md", own);
    std::os::unix::fs::symlink("AGENTS.md", repo.path().join("CLAUDE.md")).unwrap();
    let text = || fs::read_to_string(repo.path().join("AGENTS.md")).unwrap();
    assert_eq!(callboard.run(["connect", "codex", "--yes"]).code, Some(0));
    assert_eq!(text(), own);
    let shown = callboard.run(["connect", "--instructions", "--print"]);
    assert_eq!(shown.stdout.matches("\n+- ").count(), 3, "{}", shown.stdout);
    assert!(shown.stdout.contains("yours to commit"), "{}", shown.stdout);
    assert_eq!(callboard.run(["connect", "--instructions"]).code, Some(2));
    assert_eq!(text(), own);
    let added = callboard.run(["connect", "--instructions", "--yes"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let with = text();
    assert!(with.starts_with(own) && with.matches("callboard: end").count() == 1, "{with}");
    assert!(fs::symlink_metadata(repo.path().join("CLAUDE.md")).unwrap().is_symlink());
    for again in [
        &["connect", "--instructions", "--yes"][..],
        &["connect", "claude", "--instructions", "--yes"],
    ] {
        let again = callboard.run(again);
        assert_eq!(again.stdout, "the lines are there already; nothing was changed\n");
    }
    // Edited within: left, and said.
    fs::write(repo.path().join("AGENTS.md"), with.replace("Others work", "Nobody works")).unwrap();
    let left = callboard.run(["disconnect", "--instructions", "--yes"]);
    assert_eq!(left.code, Some(2), "{}", left.stdout);
    assert!(left.stderr.contains("were edited: they are left where they are"), "{}", left.stderr);
    fs::write(repo.path().join("AGENTS.md"), &with).unwrap();
    assert_eq!(callboard.run(["disconnect", "codex", "--yes"]).code, Some(0));
    assert_eq!(text(), with);
    assert_eq!(callboard.run(["disconnect", "--instructions", "--yes"]).code, Some(0));
    assert_eq!(text(), own);
    let nothing = callboard.run(["disconnect", "--instructions", "--yes"]);
    assert_eq!(nothing.stdout, "the lines are not there; nothing was changed\n");
}

#[test]
fn a_worktrees_own_file_is_meant_and_one_that_was_made_is_gone_again() {
    let home = HermeticHome::new();
    let repo = Repo::new(&home);
    repo.commit("Begin", &[("src/a.rs", "")]);
    let worktree = repo.worktree("one");
    let callboard = Callboard::built(&home).cwd(&worktree.path().join("src"));
    let added = callboard.run(["connect", "claude", "--instructions", "--yes"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(worktree.path().join("CLAUDE.md").exists());
    assert!(!repo.path().join("CLAUDE.md").exists() && !worktree.path().join("AGENTS.md").exists());
    assert_eq!(callboard.run(["disconnect", "--instructions", "--yes"]).code, Some(0));
    assert!(!worktree.path().join("CLAUDE.md").exists());
    let outside = Callboard::built(&home).cwd(&home.work());
    let refused = outside.run(["connect", "--instructions", "--yes"]);
    assert!(refused.stderr.contains("is in no git repository"), "{}", refused.stderr);
}
