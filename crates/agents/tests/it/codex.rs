//! Codex's transcripts, a sample of each form.

use callboard_model::event::EventBody;

use crate::{agent, pipeline};

fn events(lines: &[String]) -> String {
    crate::lines_of(&pipeline::read(agent("codex"), &lines.concat()))
}

/// A line of 0.40 to 0.144.
fn line(kind: &str, payload: &str) -> String {
    format!(
        "{{\"timestamp\":\"2026-01-02T03:04:05.000Z\",\"type\":\"{kind}\",\"payload\":{payload}}}\n"
    )
}

/// A line since 0.145.
fn numbered(ordinal: u32, kind: &str, payload: &str) -> String {
    format!(
        "{{\"timestamp\":\"2026-01-02T03:04:05.000Z\",\"ordinal\":{ordinal},\"type\":\"{kind}\",\"payload\":{payload}}}\n"
    )
}

#[test]
fn bare_items_of_the_first_versions() {
    let bare = |text: &str| format!("{text}\n");
    insta::assert_snapshot!(events(&[
        bare(
            r#"{"id":"s1","timestamp":"2025-05-01T00:00:00Z","instructions":null,"git":{"branch":"main","commit_hash":"abc"}}"#
        ),
        bare(r#"{"record_type":"state"}"#),
        bare(
            r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"<environment_context>\n<cwd>/r</cwd>"}]}"#
        ),
        bare(
            r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"fix it"}]}"#
        ),
        bare(
            r#"{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"thinking"}],"encrypted_content":"gAAA"}"#
        ),
        bare(
            r#"{"type":"function_call","name":"shell","arguments":"{\"command\":[\"bash\",\"-lc\",\"ls -la\"],\"workdir\":\"/r\"}","call_id":"c1"}"#
        ),
        bare(
            r#"{"type":"function_call_output","call_id":"c1","output":"{\"output\":\"a\\nb\\n\",\"metadata\":{\"exit_code\":1,\"duration_seconds\":0.5}}"}"#
        ),
        bare(
            r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"done"}]}"#
        ),
    ]));
}

#[test]
fn lines_with_payloads() {
    insta::assert_snapshot!(events(&[
        line(
            "session_meta",
            r#"{"id":"s1","cwd":"/r","originator":"codex_cli_rs","cli_version":"0.50.0","source":"cli","git":{"branch":"b","commit_hash":"c","repository_url":"u"}}"#
        ),
        line(
            "turn_context",
            r#"{"cwd":"/r","approval_policy":"on-request","model":"gpt-5","summary":"auto"}"#
        ),
        line(
            "turn_context",
            r#"{"cwd":"/r","approval_policy":"on-request","model":"gpt-5","summary":"auto"}"#
        ),
        line(
            "response_item",
            r##"{"type":"message","role":"user","content":[{"type":"input_text","text":"# Context from my IDE setup:\n\n## My request for Codex:\nyes, do it"}]}"##
        ),
        line("event_msg", r#"{"type":"user_message","message":"yes, do it","images":[]}"#),
        line("event_msg", r#"{"type":"agent_reasoning","text":"hm"}"#),
        line(
            "response_item",
            r#"{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAAAABo"}"#
        ),
        line(
            "response_item",
            r#"{"type":"function_call","name":"shell","arguments":"{\"command\":[\"apply_patch\",\"*** Begin Patch\\n*** Update File: a.rs\\n@@\\n-x\\n+y\\n*** End Patch\"]}","call_id":"c2"}"#
        ),
        line(
            "response_item",
            r#"{"type":"function_call_output","call_id":"c2","output":"patch rejected by user"}"#
        ),
        line(
            "response_item",
            r#"{"type":"function_call","name":"update_plan","arguments":"{\"plan\":[{\"step\":\"a\",\"status\":\"completed\"},{\"step\":\"b\",\"status\":\"pending\"}]}","call_id":"c3"}"#
        ),
        line(
            "response_item",
            r#"{"type":"web_search_call","status":"completed","action":{"type":"search","query":"docs"}}"#
        ),
        line(
            "event_msg",
            r#"{"type":"token_count","info":{"total_token_usage":{"input_tokens":100,"cached_input_tokens":60,"output_tokens":9,"total_tokens":109},"last_token_usage":{"total_tokens":50},"model_context_window":1000}}"#
        ),
        line("event_msg", r#"{"type":"turn_aborted","reason":"interrupted"}"#),
        line(
            "event_msg",
            r#"{"type":"error","message":"stream failed","codex_error_info":{"response_too_many_failed_attempts":{"http_status_code":429}}}"#
        ),
        line(
            "compacted",
            r#"{"message":"Summary of it all","replacement_history":[{"type":"message","role":"user","content":"replayed"}]}"#
        ),
    ]));
}

#[test]
fn numbered_lines_report_edits_as_completed() {
    insta::assert_snapshot!(events(&[
        numbered(
            0,
            "session_meta",
            r#"{"id":"s1","cwd":"/r","cli_version":"0.169.0","source":"vscode","history_mode":"paginated","history_base":{"thread_id":"p1","end_ordinal_exclusive":82,"end_byte_offset":9}}"#
        ),
        numbered(1, "event_msg", r#"{"type":"task_started","turn_id":"t"}"#),
        numbered(
            2,
            "event_msg",
            r#"{"type":"item_completed","item":{"type":"AgentMessage","id":"m","content":[{"type":"Text","text":"Looking."}]}}"#
        ),
        numbered(
            3,
            "response_item",
            r#"{"type":"message","id":"m","role":"assistant","content":[{"type":"output_text","text":"Looking."}]}"#
        ),
        numbered(
            4,
            "response_item",
            r#"{"type":"function_call","name":"exec_command","arguments":"{\"cmd\":\"ls\",\"sandbox_permissions\":\"require_escalated\",\"justification\":\"May I?\"}","call_id":"c1"}"#
        ),
        numbered(
            5,
            "event_msg",
            r#"{"type":"item_completed","item":{"type":"CommandExecution","id":"c1","command":["/bin/bash","-lc","ls"],"status":"completed","aggregated_output":"a\n","exit_code":0}}"#
        ),
        numbered(
            6,
            "response_item",
            r#"{"type":"function_call_output","call_id":"c1","output":"Chunk ID: 1\nWall time: 0.5 seconds\nProcess exited with code 0\nOriginal token count: 1\nOutput:\na\n"}"#
        ),
        numbered(
            7,
            "response_item",
            r#"{"type":"custom_tool_call","name":"apply_patch","input":"*** Begin Patch\n*** Update File: a.rs\n@@\n-x\n+y\n*** End Patch\n","call_id":"c2"}"#
        ),
        numbered(
            8,
            "event_msg",
            r#"{"type":"item_completed","item":{"type":"FileChange","id":"c2","changes":{"/r/a.rs":{"type":"update","unified_diff":"@@ -3 +3 @@\n-x\n+y\n","move_path":null}},"status":"completed","stdout":"Success. Updated the following files:\nM a.rs\n","stderr":""}}"#
        ),
        numbered(
            9,
            "response_item",
            r#"{"type":"custom_tool_call_output","call_id":"c2","output":"Exit code: 0\nWall time: 0.2 seconds\nOutput:\nSuccess. Updated the following files:\nM a.rs\n"}"#
        ),
    ]));
}

#[test]
fn numbered_lines_report_nested_calls_and_answers() {
    insta::assert_snapshot!(events(&[
        numbered(
            10,
            "response_item",
            r#"{"type":"custom_tool_call","name":"exec","input":"await tools.exec_command({cmd:'false'})","call_id":"c3"}"#
        ),
        numbered(
            11,
            "event_msg",
            r#"{"type":"item_completed","item":{"type":"CommandExecution","id":"exec-9","command":["/bin/bash","-lc","false"],"cwd":"file:///r","status":"failed","aggregated_output":"","exit_code":1,"duration":{"secs":1,"nanos":5000000}}}"#
        ),
        numbered(
            12,
            "response_item",
            r#"{"type":"custom_tool_call_output","call_id":"c3","output":[{"type":"input_text","text":"Script failed\nWall time 0.3 seconds\nOutput:\n"},{"type":"input_text","text":"oh"}]}"#
        ),
        numbered(
            13,
            "response_item",
            r#"{"type":"function_call_output","call_id":"c4","output":"{\"answers\":{\"colour\":{\"answers\":[\"Blue\"]}}}"}"#
        ),
        numbered(
            14,
            "response_item",
            r#"{"type":"function_call_output","call_id":"c5","output":"Chunk ID: 2\nWall time: 1.0 seconds\nProcess running with session ID 77\nOutput:\nstarted"}"#
        ),
        numbered(15, "event_msg", r#"{"type":"task_complete","duration_ms":1774}"#),
    ]));
}

#[test]
fn a_subagents_thread_names_its_parent() {
    let parsed = pipeline::read(
        agent("codex"),
        &numbered(
            0,
            "session_meta",
            r#"{"id":"s1","parent_thread_id":"p1","agent_role":"explorer","source":{"subagent":{"thread_spawn":{"parent_thread_id":"p1","depth":1}}}}"#,
        ),
    );
    let EventBody::Info(info) = &parsed[0].drafts[0].body else { panic!("{parsed:?}") };
    assert_eq!(info.parent.as_deref(), Some("p1"));
    assert_eq!(info.agent_type.as_deref(), Some("explorer"));
}

#[test]
fn a_notification_is_cut_where_the_conversation_said_the_same_before() {
    let text = "words ".repeat(60);
    let item = format!(
        r#"{{"type":"message","role":"user","content":[{{"type":"input_text","text":"{text}"}}]}}"#
    );
    let notification = format!(r#"{{"type":"user_message","message":"{text}"}}"#);
    let mut reader = agent("codex").reader(&pipeline::file(), None);
    let first = line("event_msg", &notification);
    assert!(reader.slim(first.trim_end()).dropped.is_empty(), "nothing has said it yet");
    reader.slim(line("response_item", &item).trim_end());
    let second = line("event_msg", &notification);
    let slim = reader.slim(second.trim_end());
    assert!(slim.kept.contains(r#""message":null"#), "{}", slim.kept);
    assert_eq!(slim.dropped[0].bytes, text.len() + 2);
}

#[test]
fn pictures_become_blobs() {
    let picture = "iVBORw0KGgoAAAANSUhEUgAAAHgAAAB4CAIAAAC2BqGFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let image =
        format!(r#"{{"type":"input_image","image_url":"data:image/png;base64,{picture}"}}"#);
    let content = format!(
        r#"[{{"type":"input_text","text":"<image name=[Image #1]>"}},{image},{{"type":"input_text","text":"</image>"}},{{"type":"input_text","text":"see"}}]"#
    );
    let parsed = pipeline::read(
        agent("codex"),
        &line(
            "response_item",
            &format!(r#"{{"type":"message","role":"user","content":{content}}}"#),
        ),
    );
    let EventBody::Prompt(prompt) = &parsed[0].drafts[0].body else { panic!("{parsed:?}") };
    assert_eq!(prompt.text, "see");
    assert_eq!(prompt.images[0].media_type, "image/png");
}
