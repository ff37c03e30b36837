//! Back to before a prompt: files, and the conversation where the agent can.

use callboard_testkit::{Callboard, ModelServer, Script, Turn};
use serde_json::json;

use super::Rows;
use super::owned::{Scene, daemon, json_of};

#[test]
fn claude_goes_back_before_a_prompt_with_its_files_and_what_was_replaced_is_kept() {
    let write = |name: &str, content: &str| json!({"file_path": format!("{{{{cwd}}}}/{name}"), "content": content});
    let server = ModelServer::with([
        Script::new("one")
            .turn(Turn::text("First.").tool("Write", write("a.txt", "1\n")))
            .turn(Turn::text("One.")),
        Script::new("two")
            .turn(Turn::text("Second.").tool("Write", write("b.txt", "2\n")))
            .turn(Turn::text("Two.")),
        Script::new("three").turn(Turn::text("Three.")),
        Script::new("slow").turn(Turn::text("One two three four.").gate_mid_text("slow")),
    ]);
    let scene = Scene::new(&server, 1);
    let repo = scene.repo();
    let daemon = daemon(&scene.home, &repo);
    let mut rows = Rows::of(&daemon);
    let args =
        ["run", "First [[script:one]]", "--agent", "claude", "--mode", "acceptEdits", "--json"];
    let started = json_of(&scene.home, &repo, &args);
    let session = started[0]["session"].as_str().unwrap().to_owned();
    let cwd = std::path::PathBuf::from(started[0]["cwd"].as_str().unwrap());
    let said = |rows: &mut Rows, words: &str| {
        rows.wait(words, |row| {
            row["state"] == "ready" && row["activity"] == format!("finished: {words}")
        });
    };
    said(&mut rows, "One");
    json_of(&scene.home, &repo, &["send", &session, "Second [[script:two]]", "--json"]);
    said(&mut rows, "Two");
    assert_eq!(std::fs::read_to_string(cwd.join("b.txt")).unwrap(), "2\n");
    std::fs::write(cwd.join("a.txt"), "changed by hand\n").unwrap();

    let turns = json_of(&scene.home, &repo, &["rewind", &session, "--json"]);
    assert_eq!(turns[1]["text"], "Second [[script:two]]", "{turns:#}");
    let rewound = json_of(&scene.home, &repo, &["rewind", &session, "--to", "2", "--json"]);
    assert_eq!(rewound["removed"], json!(["b.txt"]), "{rewound:#}");
    assert_eq!(rewound["written"], json!(["a.txt"]), "{rewound:#}");
    assert_eq!(rewound["conversation"], "rewound", "{rewound:#}");
    assert_eq!(std::fs::read_to_string(cwd.join("a.txt")).unwrap(), "1\n");
    assert!(!cwd.join("b.txt").exists());
    let kept = format!("refs/callboard/kept/{}", rewound["kept"].as_str().unwrap());
    assert_eq!(repo.git(&["show", &format!("{kept}:b.txt")]), "2");
    assert_eq!(repo.git(&["show", &format!("{kept}:a.txt")]), "changed by hand");

    rows.wait("it runs again", |row| row["owned"]["state"] == "running");
    json_of(&scene.home, &repo, &["send", &session, "Third [[script:three]]", "--json"]);
    said(&mut rows, "Three");
    let asked = server.played("three").last().unwrap().body.to_string();
    assert!(
        asked.contains("First [[script:one]]") && !asked.contains("Second [[script:two]]"),
        "{asked}"
    );

    json_of(&scene.home, &repo, &["send", &session, "Slow [[script:slow]]", "--json"]);
    server.wait_until_held("slow");
    rows.wait_for_state("working");
    let busy =
        Callboard::built(&scene.home).cwd(repo.path()).run(["rewind", &session, "--to", "1"]);
    assert_eq!(busy.code, Some(2), "{}", busy.stdout);
    assert!(busy.stderr.contains("goes on; nothing was changed"), "{}", busy.stderr);
    server.release("slow");
    json_of(&scene.home, &repo, &["stop", &session, "--json"]);
}
