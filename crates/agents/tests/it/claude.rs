//! Claude Code's transcripts, a sample of each form.

use std::fmt::Write as _;

use callboard_model::event::EventBody;

use crate::{agent, pipeline};

/// One line for each event: thread, key, content.
fn events(lines: &str) -> String {
    crate::lines_of(&pipeline::read(agent("claude"), lines))
}

/// A record with what every record of a conversation carries.
fn record(uuid: &str, kind: &str, rest: &str) -> String {
    format!(
        r#"{{"parentUuid":null,"isSidechain":false,"cwd":"/r","sessionId":"s1","version":"2.1.0","gitBranch":"main","type":"{kind}","uuid":"{uuid}","timestamp":"2026-01-02T03:04:05.000Z",{rest}}}"#
    ) + "\n"
}

fn user(uuid: &str, content: &str) -> String {
    record(uuid, "user", &format!(r#""message":{{"role":"user","content":{content}}}"#))
}

fn assistant(uuid: &str, content: &str, stop: &str) -> String {
    let usage = r#""usage":{"input_tokens":3,"cache_read_input_tokens":10,"cache_creation_input_tokens":5,"output_tokens":2}"#;
    let message = format!(
        r#""message":{{"id":"m1","type":"message","role":"assistant","model":"claude-x","content":{content},"stop_reason":{stop},{usage}}}"#
    );
    record(uuid, "assistant", &message)
}

fn tool(uuid: &str, name: &str, input: &str) -> String {
    assistant(
        uuid,
        &format!(r#"[{{"type":"tool_use","id":"t-{uuid}","name":"{name}","input":{input}}}]"#),
        r#""tool_use""#,
    )
}

fn result(uuid: &str, of: &str, block: &str, rest: &str) -> String {
    let content = format!(r#"[{{"type":"tool_result","tool_use_id":"t-{of}",{block}}}]"#);
    record(uuid, "user", &format!(r#""message":{{"role":"user","content":{content}}}{rest}"#))
}

#[test]
fn a_turn_from_prompt_to_end() {
    let lines = [
        user("u1", r#""fix the bug""#),
        assistant(
            "a1",
            r#"[{"type":"thinking","thinking":"hm","signature":"c2VhbGVkIHNlYWxlZCBzZWFsZWQ="}]"#,
            "null",
        ),
        tool("a2", "Bash", r#"{"command":"make test","description":"Test"}"#),
        result(
            "r1",
            "a2",
            r#""content":"Exit code 2\nboom","is_error":true"#,
            r#","toolUseResult":"Error: Exit code 2\nboom""#,
        ),
        tool(
            "a3",
            "Edit",
            r#"{"file_path":"/r/a.rs","old_string":"one\ntwo","new_string":"one\n2"}"#,
        ),
        result(
            "r2",
            "a3",
            r#""content":"The file has been updated""#,
            r#","toolUseResult":{"filePath":"/r/a.rs","originalFile":"one\ntwo\nthree","structuredPatch":[{"oldStart":1,"oldLines":2,"newStart":1,"newLines":2,"lines":[" one","-two","+2"]}]}"#,
        ),
        tool("a4", "Bash", r#"{"command":"make test","run_in_background":true}"#),
        result(
            "r3",
            "a4",
            r#""content":"ok""#,
            r#","toolUseResult":{"stdout":"ok","stderr":"warned","interrupted":false,"isImage":false}"#,
        ),
        assistant("a5", r#"[{"type":"text","text":"Fixed."}]"#, r#""end_turn""#),
        record("d1", "system", r#""subtype":"turn_duration","durationMs":1234"#),
    ];
    insta::assert_snapshot!(events(&lines.concat()));
}

#[test]
fn who_wrote_a_prompt() {
    let lines = [
        user("u1", r#""words""#),
        user(
            "u2",
            r#"[{"type":"text","text":"<system-reminder>\nread\n</system-reminder>"},{"type":"text","text":"and words"}]"#,
        ),
        user(
            "u3",
            r#""<command-name>/compact</command-name>\n<command-message>compact</command-message>\n<command-args>keep it short</command-args>""#,
        ),
        user("u4", r#""<bash-input>ls</bash-input>""#),
        user("u5", r#""<local-command-stdout>out</local-command-stdout>""#),
        user("u6", r#""<teammate-message teammate_id=\"lead\">\nAdd tests.\n</teammate-message>""#),
        user("u7", r#""[Request interrupted by user]""#),
        record(
            "u8",
            "user",
            r#""isMeta":true,"message":{"role":"user","content":"Base directory for this skill: /s"}"#,
        ),
        record(
            "u9",
            "user",
            r#""isCompactSummary":true,"message":{"role":"user","content":"It was about tests."}"#,
        ),
        record(
            "q1",
            "attachment",
            r#""attachment":{"type":"queued_command","prompt":"and docs","commandMode":"prompt"}"#,
        ),
        record(
            "q2",
            "attachment",
            r#""attachment":{"type":"queued_command","prompt":"<task-notification>done</task-notification>","commandMode":"task-notification"}"#,
        ),
    ];
    insta::assert_snapshot!(events(&lines.concat()));
}

#[test]
fn every_tool_in_the_common_vocabulary() {
    let tools = [
        ("Read", r#"{"file_path":"/r/a","offset":10,"limit":5}"#),
        ("Write", r#"{"file_path":"/r/a","content":"x\ny\n"}"#),
        (
            "MultiEdit",
            r#"{"file_path":"/r/a","edits":[{"old_string":"a","new_string":"b"},{"old_string":"c","new_string":""}]}"#,
        ),
        ("NotebookEdit", r#"{"notebook_path":"/r/n.ipynb","new_source":"z"}"#),
        ("Grep", r#"{"pattern":"fn","path":"src"}"#),
        ("Glob", r#"{"pattern":"*.rs"}"#),
        ("LS", r#"{"path":"/r"}"#),
        ("WebFetch", r#"{"url":"http://x","prompt":"p"}"#),
        ("WebSearch", r#"{"query":"rust"}"#),
        ("Task", r#"{"description":"Look","prompt":"Look around","subagent_type":"Explore"}"#),
        (
            "TodoWrite",
            r#"{"todos":[{"content":"a","status":"completed","activeForm":"b"},{"content":"c","status":"in_progress"}]}"#,
        ),
        ("TaskCreate", r#"{"subject":"s","description":"d"}"#),
        ("TaskUpdate", r#"{"taskId":"1","status":"completed"}"#),
        (
            "AskUserQuestion",
            r#"{"questions":[{"question":"Which?","options":[{"label":"A"},{"label":"B"}],"multiSelect":true}]}"#,
        ),
        ("ExitPlanMode", r##"{"plan":"# Plan"}"##),
        ("BashOutput", r#"{"bash_id":"1"}"#),
        ("Skill", r#"{"skill":"pdf"}"#),
        ("mcp__srv__do", r#"{"x":[1]}"#),
        ("Bash", r#"{"cmd":"not what it takes"}"#),
    ];
    let lines: String = tools
        .iter()
        .enumerate()
        .map(|(n, (name, input))| tool(&format!("a{n}"), name, input))
        .collect();
    let all = events(&lines);
    let uses: String =
        all.lines().filter(|line| line.contains("use:")).map(|l| format!("{l}\n")).collect();
    insta::assert_snapshot!(uses);
}

#[test]
fn refusals_answers_and_interruptions() {
    let lines = [
        result(
            "r1",
            "1",
            r#""is_error":true,"content":"The user doesn't want to proceed with this tool use. The tool use was rejected. To tell you how to proceed, the user said:\nuse pnpm\n\nNote: The user's next message may contain a correction.""#,
            r#","toolDenialKind":"user-rejected""#,
        ),
        result(
            "r2",
            "2",
            r#""is_error":true,"content":"use make""#,
            r#","permissionDecision":{"decision":"reject","source":"user_reject"}"#,
        ),
        result(
            "r3",
            "3",
            r#""is_error":true,"content":"Permission to use Bash has been denied.""#,
            r#","toolDenialKind":"permission-rule""#,
        ),
        result(
            "r4",
            "4",
            r#""content":"Your questions have been answered""#,
            r#","toolUseResult":{"questions":[],"answers":{"Which?":"A"}}"#,
        ),
        result(
            "r5",
            "5",
            r#""is_error":true,"content":"[Request interrupted by user for tool use]\npartial""#,
            "",
        ),
        result(
            "r6",
            "6",
            r#""content":"Command running in background with ID: b1""#,
            r#","toolUseResult":{"stdout":"","stderr":"","interrupted":false,"backgroundTaskId":"b1"}"#,
        ),
        result(
            "r7",
            "7",
            r#""content":[{"type":"text","text":"done"}]"#,
            r#","toolUseResult":{"status":"completed","agentId":"a9","totalDurationMs":50}"#,
        ),
        result(
            "r8",
            "8",
            r#""is_error":true,"content":"The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). STOP what you are doing and wait for the user to tell you how to proceed.""#,
            r#","toolUseResult":"User rejected tool use","toolDenialKind":"user-rejected","entrypoint":"sdk-cli""#,
        ),
    ];
    insta::assert_snapshot!(events(&lines.concat()));
}

#[test]
fn subagents_sidechains_and_several_sessions_in_one_file() {
    let lines = [
        record("u1", "user", r#""message":{"role":"user","content":"main"}"#),
        r#"{"parentUuid":null,"isSidechain":true,"sessionId":"s1","type":"user","uuid":"c1","message":{"role":"user","content":"Look around"}}"#.to_owned() + "\n",
        r#"{"parentUuid":"c1","isSidechain":true,"sessionId":"s1","type":"assistant","uuid":"c2","message":{"id":"m","content":[{"type":"text","text":"I see"}]}}"#.to_owned() + "\n",
        r#"{"parentUuid":null,"isSidechain":true,"agentId":"a7","sessionId":"s1","cwd":"/r","type":"user","uuid":"g1","message":{"role":"user","content":"Count"}}"#.to_owned() + "\n",
        r#"{"parentUuid":null,"sessionId":"s2","type":"user","uuid":"o1","message":{"role":"user","content":"other"}}"#.to_owned() + "\n",
    ];
    insta::assert_snapshot!(events(&lines.concat()));
}

#[test]
fn facts_are_told_when_they_change() {
    let lines = [
        user("u1", r#""one""#),
        user("u2", r#""two""#),
        record("u3", "user", r#""permissionMode":"plan","message":{"role":"user","content":"three"}"#),
        record("f1", "user", r#""forkedFrom":{"sessionId":"s0","messageUuid":"x1"},"message":{"role":"user","content":"from before"}"#),
        r#"{"type":"summary","summary":"Fixing things","leafUuid":"u3"}"#.to_owned() + "\n",
        r#"{"type":"custom-title","customTitle":"Mine","sessionId":"s1"}"#.to_owned() + "\n",
        r#"{"type":"permission-mode","permissionMode":"plan","sessionId":"s1"}"#.to_owned() + "\n",
        r#"{"type":"permission-mode","permissionMode":"plan","sessionId":"s1"}"#.to_owned() + "\n",
        r#"{"type":"pr-link","prUrl":"http://h/1","sessionId":"s1"}"#.to_owned() + "\n",
        r#"{"type":"worktree-state","worktreeSession":{"worktreePath":"/w","worktreeBranch":"side"},"sessionId":"s1"}"#.to_owned() + "\n",
        r#"{"type":"cost-state","sessionId":"s1","totalCostUSD":0.5,"modelUsage":{"m":{"inputTokens":1,"outputTokens":2}}}"#.to_owned() + "\n",
        record("e1", "system", r#""subtype":"api_error","error":{"status":529,"error":{"error":{"message":"Overloaded"}}},"retryInMs":500,"retryAttempt":1,"maxRetries":10"#),
        record("b1", "system", r#""subtype":"compact_boundary","content":"Compacted","compactMetadata":{"trigger":"auto","preTokens":155000}"#),
    ];
    insta::assert_snapshot!(events(&lines.concat()));
}

#[test]
fn what_repeats_is_cut_and_what_is_new_stays() {
    let long = "line of output ".repeat(30);
    let file = (1..40).map(|n| format!("text of line {n}")).collect::<Vec<_>>();
    let numbered: String =
        file.iter().enumerate().map(|(n, line)| format!("     {}→{line}\\n", n + 1)).collect();
    let plain = file.join("\\n");
    let lines = [
        tool("w1", "Write", &format!(r#"{{"file_path":"/r/a","content":"{long}"}}"#)),
        result(
            "x1",
            "w1",
            r#""content":"created""#,
            &format!(
                r#","toolUseResult":{{"type":"create","filePath":"/r/a","content":"{long}","structuredPatch":[],"originalFile":"{long}"}}"#
            ),
        ),
        result(
            "x2",
            "2",
            &format!(r#""content":"{long}""#),
            &format!(r#","toolUseResult":{{"stdout":"{long}\n","stderr":"","interrupted":false}}"#),
        ),
        result(
            "x3",
            "3",
            &format!(r#""content":"{numbered}""#),
            &format!(
                r#","toolUseResult":{{"type":"text","file":{{"filePath":"/r/a","content":"{plain}\n","numLines":39}}}}"#
            ),
        ),
        record(
            "p1",
            "progress",
            &format!(
                r#""toolUseID":"b","data":{{"type":"bash_progress","output":"{long}","fullOutput":"{long}"}}"#
            ),
        ),
        record(
            "p2",
            "progress",
            &format!(
                r#""toolUseID":"b","data":{{"type":"bash_progress","output":"new","fullOutput":"{long}new"}}"#
            ),
        ),
        record(
            "p3",
            "progress",
            &format!(
                r#""toolUseID":"b","data":{{"type":"agent_progress","message":{{"text":"{long}"}}}}"#
            ),
        ),
    ];
    let mut reader = agent("claude").reader(&pipeline::file(), None);
    let mut told = String::new();
    for line in &lines {
        let slim = reader.slim(line.trim_end());
        let kept = slim
            .kept
            .replace(&long, "<long>")
            .replace(&numbered, "<numbered>")
            .replace(&plain, "<plain>");
        let start = kept.find(",\"message\"").or_else(|| kept.find(",\"toolUseID\"")).unwrap();
        writeln!(told, "{}\n  {:?}", &kept[start..], slim.dropped).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn pictures_become_blobs() {
    let picture = "iVBORw0KGgoAAAANSUhEUgAAAHgAAAB4CAIAAAC2BqGFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let source = format!(r#"{{"type":"base64","media_type":"image/png","data":"{picture}"}}"#);
    let line = user(
        "u1",
        &format!(r#"[{{"type":"text","text":"see"}},{{"type":"image","source":{source}}}]"#),
    );
    let mut reader = agent("claude").reader(&pipeline::file(), None);
    let hash = reader.slim(line.trim_end()).blobs[0].hash.clone();
    let parsed = pipeline::read(agent("claude"), &line);
    let EventBody::Prompt(prompt) = &parsed[0].drafts[1].body else { panic!("{parsed:?}") };
    assert_eq!((prompt.text.as_str(), &prompt.images[0].blob), ("see", &hash));
}

#[test]
fn unknown_fields_and_blocks_are_counted() {
    let line = record(
        "u1",
        "user",
        r#""newField":1,"message":{"role":"user","content":[{"type":"hologram"}],"extra":2}"#,
    );
    let parsed = pipeline::read(agent("claude"), &line);
    assert_eq!(
        parsed[0].unknown,
        ["user.content.type=hologram", "user.newField", "user.message.extra"]
    );
    let odd =
        pipeline::read(agent("claude"), "{\"type\":\"user\",\"uuid\":5,\"message\":\"text\"}\n");
    assert_eq!(odd[0].unknown, ["user.uuid=number", "user.message=string"]);
    let beyond = r#"{"type":"user","timestamp":"99999-01-01T00:00:00Z"}"#;
    let beyond = pipeline::read(agent("claude"), &format!("{beyond}\n"));
    assert_eq!(beyond[0].unknown, ["user.timestamp=(no time)"]);
}
