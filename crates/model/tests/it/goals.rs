//! Which prompts set a goal, and how it reads.

use crate::session::Session;

fn goal_after(prompts: &[&str]) -> String {
    let session = prompts
        .iter()
        .fold(Session::new(), |s, p| s.prompt(p).edits("src/a.rs").ok().says("Edited it."));
    session.goal().to_owned()
}

#[test]
fn a_goal_is_what_was_asked_without_its_politeness_and_paste() {
    for (prompt, goal) in [
        (
            "Hey Kit, can you please add a dark theme to the tide chart?",
            "add a dark theme to the tide chart",
        ),
        (
            "the importer still fails: {\"level\":\"error\",\"msg\":\"x\"}\n{\"level\":\"info\"}",
            "the importer still fails",
        ),
        (
            "Implement the following plan:\n\n# Move alerts to a queue\n\n## Context\nlong",
            "implement the following plan: Move alerts to a queue",
        ),
        (
            "<ide_opened_file>The user opened a.ts</ide_opened_file>\nRename Station to Gauge everywhere.",
            "rename Station to Gauge everywhere",
        ),
        (
            "# Context from my IDE setup:\n\n## Open tabs:\n- a.ts: src/a.ts\n\n## My request:\nWhy is the chart empty?\n",
            "why is the chart empty?",
        ),
        ("[Image #1] Could you center the legend?", "center the legend"),
        (
            "CI is red: https://example.org/acme/tide/actions/runs/21662191208/job/62449194626",
            "CI is red: example.org/…/62449194626",
        ),
        (
            "2026-01-02T10:00:00 ERROR boom\nTraceback (most recent call last):\n  File \"a.py\"\nPlease make the parser accept empty lines",
            "make the parser accept empty lines",
        ),
    ] {
        assert_eq!(goal_after(&[prompt]), goal);
    }
}

#[test]
fn nudges_errands_questions_and_steering_leave_the_goal() {
    let first = "Add a dark theme to the tide chart and its legend";
    for nudge in [
        "yes",
        "ok, go on",
        "continue",
        "LGTM 👍",
        "commit please, then push and open a PR",
        "does it work on Safari?",
        "put it in theme.ts",
        "don't touch the legend",
        "2",
        "run the tests",
        "no, not like that",
        "A review of your changes (R7: Quotas) has one comment. Change what is asked; whoever reviews sees it.\n",
    ] {
        assert_eq!(
            goal_after(&[first, nudge]),
            "add a dark theme to the tide chart and its legend",
            "{nudge}"
        );
    }
}

#[test]
fn a_new_direction_is_the_goal() {
    let first = "Add a dark theme to the tide chart and its legend";
    for (second, goal) in [
        (
            "great! now please write the release notes for version 2.1 of the chart",
            "write the release notes for version 2.1 of the chart",
        ),
        (
            "can you add a test for this?",
            "add a test for this (for: add a dark theme to the tide chart and its legend)",
        ),
        (
            "No readings are loading in the station list any more, only the header shows",
            "no readings are loading in the station list any more, only the header shows",
        ),
    ] {
        assert_eq!(goal_after(&[first, second]), goal);
    }
}
