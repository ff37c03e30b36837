//! Work that is no code: a folder that was tidied, a table, and a brief with sources.

use std::fs;

use callboard_testkit::{Callboard, Daemon, ModelServer, Script, Turn, wait};
use insta::assert_snapshot;
use serde_json::json;

use super::super::owned::Scene;
use super::{CLAUDE, CODEX, Job, allow_commands, redacted};

const SALES: &str =
    "region,month,sum\nnorth,March,30\nsouth,March,41\neast,March,12\nwest,March,\n";

#[test]
fn a_table_that_was_cleaned() {
    let cleans = "sed -i -e '/^west/d' -e 's/east,March,12/east,March,21/' -e 's/^\\(.*\\)$/\\1,EUR/' -e '1s/EUR/currency/' sales.csv";
    let script = Script::new("work")
        .turn((CODEX.runs)(Turn::text("I look."), "cat sales.csv"))
        .turn((CODEX.runs)(Turn::text("I clean it."), cleans))
        .turn(Turn::text("The table has a currency now. Nothing else was changed."));
    let body = "Every row needs a currency. [[script:work]]\n\n## Acceptance\n- No region is lost from sales.csv.\n";
    let files = [("sales.csv", SALES), ("callboard.toml", "[worktrees]\npool = 0\n")];
    let job = Job { title: "Clean the sales", body, files: &files, turns: 3, is_checked: false };
    let (markdown, receipt) = job.played("table", &CODEX, vec![script]);
    let table = &receipt["content"]["tables"][0];
    assert_eq!(table["path"], "sales.csv", "{receipt:#}");
    assert!(markdown.contains("currency") && markdown.contains("21"), "{markdown}");
}

#[test]
fn a_brief_that_cites_what_nobody_opened() {
    // What is opened is answered here: nothing leaves the machine.
    let server = ModelServer::start();
    let here = server.url().replace("http://", "");
    let looks = format!("curl -s --connect-to ::{here} http://banks.eu/rounding");
    let writes = "printf '# Rounding\\n\\nBanks round half to even ([one](http://banks.eu/rounding)), and customs round up ([two](https://customs.eu/rules)).\\n' > brief.md";
    let script = Script::new("work")
        .turn((CLAUDE.runs)(Turn::text("I read."), &looks))
        .turn((CLAUDE.runs)(Turn::text("I write."), writes))
        .turn(Turn::text("The brief is written; both sources were read."));
    let body = "A brief on rounding, with sources. [[script:work]]\n";
    let files = [("callboard.toml", "[worktrees]\npool = 0\n")];
    let job = Job { title: "Brief on rounding", body, files: &files, turns: 3, is_checked: false };
    let (_, receipt) = job.played("brief", &CLAUDE, vec![script]);
    let cited = receipt["content"]["sources"]["cited"].as_array().unwrap();
    let opened: Vec<bool> = cited.iter().map(|one| one["opened"].is_string()).collect();
    assert_eq!(opened, [true, false], "{receipt:#}");
    let first = receipt["look_first"]["words"].as_str().unwrap();
    assert_eq!(first, "https://customs.eu/rules is cited, and nobody opened it");
}

#[test]
fn a_folder_that_was_tidied() {
    let tidies =
        "mkdir 2026 && mv invoice-*.txt 2026/ && mv 'notes (copy).txt' notes.txt && rm draft.txt";
    let script = Script::new("work")
        .turn((CLAUDE.runs)(Turn::text("I look."), "ls"))
        .turn((CLAUDE.runs)(Turn::text("I tidy."), tidies))
        .turn(Turn::text("Your papers are sorted by year. Nothing was deleted."));
    let server = ModelServer::with([script]);
    let scene = Scene::new(&server, 1);
    allow_commands(&scene);
    let folder = scene.home.user_home().join("Papers");
    fs::create_dir_all(&folder).unwrap();
    for name in ["invoice-1.txt", "invoice-2.txt", "notes (copy).txt", "draft.txt", "keep.txt"] {
        fs::write(folder.join(name), format!("This is {name}, and nothing else is like it.\n"))
            .unwrap();
    }
    let daemon = Daemon::of(Callboard::built(&scene.home).cwd(&folder), &[]);
    let up = Callboard::built(&scene.home).cwd(&folder).run(["up", "--no-open"]);
    assert_eq!(up.code, Some(0), "{}{}", up.stdout, up.stderr);
    let claude = scene.agents.claude(&scene.home);
    let session = claude.cwd(&folder).session();
    session.prompt("Sort my papers by year. [[script:work]]");
    session.wait_idle();
    drop(session);
    let receipt = wait::until("a receipt of what was tidied", || {
        let receipt = daemon.get("/api/receipts/S1");
        let told = receipt.json();
        told["content"]["folder"]["deleted"].is_array().then_some(told)
    });
    let told = &receipt["content"]["folder"];
    assert_eq!(told["deleted"], json!(["draft.txt"]), "{receipt:#}");
    assert_eq!(told["moved"].as_array().unwrap().len(), 2, "{receipt:#}");
    let markdown = Callboard::built(&scene.home).cwd(&folder).run(["receipt", "S1", "--md"]);
    redacted(&scene).bind(|| assert_snapshot!("folder", markdown.stdout));
}
