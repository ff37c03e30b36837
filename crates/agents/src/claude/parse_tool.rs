//! Uses of tools, each in the vocabulary that all agents share.

use callboard_model::EventBody;
use callboard_model::event::{
    Change, Command, Delegate, Edit, FileEdit, Hunk, Plan, PlanChange, PlanStep, Question,
    QuestionItem, Read, Search, SearchPlace, StepStatus, Tool, ToolUse,
};

use super::parse::Record;
use crate::fields::{Fields, Raw};

pub(super) fn tool_use(record: &mut Record<'_>, block: &Fields<'_>) {
    let id = block.text("id").unwrap_or_else(|| record.key.clone());
    let key = format!("use:{id}");
    let tool_use = ToolUse { tool_use_id: id, tool: block.text("name").unwrap_or_default() };
    let input = block.fields("input");
    let body = known_tool(&tool_use, &input).unwrap_or_else(|| {
        let input = block.get("input").map(Raw::value).unwrap_or_default();
        EventBody::Tool(Tool { tool_use, input })
    });
    record.say_as(key, body);
}

/// `None` for tools of no common kind, and where a known tool lacks what makes it one.
pub(super) fn known_tool(tool_use: &ToolUse, input: &Fields<'_>) -> Option<EventBody> {
    let tool_use = tool_use.clone();
    Some(match tool_use.tool.as_str() {
        "Bash" | "bash" | "PowerShell" => EventBody::Command(command(tool_use, input)?),
        "Edit" | "MultiEdit" | "Write" | "NotebookEdit" => {
            EventBody::Edit(Edit { files: vec![edit(&tool_use.tool, input)?], tool_use })
        }
        "Read" | "NotebookRead" => EventBody::Read(Read {
            path: input.text("file_path").or_else(|| input.text("notebook_path"))?,
            from_line: input.u32("offset"),
            tool_use,
        }),
        "Grep" => search(tool_use, input, SearchPlace::Text, "pattern")?,
        "Glob" => search(tool_use, input, SearchPlace::Files, "pattern")?,
        "LS" => search(tool_use, input, SearchPlace::Files, "path")?,
        "WebSearch" | "web_search" => search(tool_use, input, SearchPlace::Web, "query")?,
        "WebFetch" | "web_fetch" => search(tool_use, input, SearchPlace::Page, "url")?,
        "Task" | "Agent" => EventBody::Delegate(Delegate {
            title: input.text("description").unwrap_or_default(),
            prompt: input.text("prompt")?,
            agent_type: input.text("subagent_type"),
            tool_use,
        }),
        "SendMessage" => EventBody::Delegate(Delegate {
            title: input.text("summary").or_else(|| input.text("to")).unwrap_or_default(),
            prompt: input.text("message").or_else(|| input.text("content"))?,
            agent_type: None,
            tool_use,
        }),
        "TodoWrite" | "TaskCreate" | "TaskUpdate" | "ExitPlanMode" | "exit_plan_mode" => {
            EventBody::Plan(plan(tool_use, input)?)
        }
        "AskUserQuestion" => {
            EventBody::Question(Question { questions: questions(input)?, tool_use })
        }
        _ => return None,
    })
}

fn command(tool_use: ToolUse, input: &Fields<'_>) -> Option<Command> {
    let unconfined = input.is_true("dangerouslyDisableSandbox");
    Some(Command {
        tool_use,
        command: input.text("command")?,
        description: input.text("description"),
        cwd: None,
        background: input.is_true("run_in_background"),
        escalation: unconfined.then(|| input.text("description").unwrap_or_default()),
    })
}

fn search(
    tool_use: ToolUse,
    input: &Fields<'_>,
    place: SearchPlace,
    query: &str,
) -> Option<EventBody> {
    let path = input.text("path").filter(|_| query != "path");
    Some(EventBody::Search(Search { place, query: input.text(query)?, path, tool_use }))
}

fn edit(tool: &str, input: &Fields<'_>) -> Option<FileEdit> {
    let path = input.text("file_path").or_else(|| input.text("notebook_path"))?;
    let (change, hunks) = match tool {
        "Write" => (Change::Write, vec![hunk("", &input.str("content").unwrap_or_default())]),
        "NotebookEdit" => {
            (Change::Modify, vec![hunk("", &input.str("new_source").unwrap_or_default())])
        }
        "MultiEdit" => {
            let edits = input.items("edits").into_iter().filter_map(Raw::fields);
            (Change::Modify, edits.map(|e| replacement(&e)).collect())
        }
        _ => (Change::Modify, vec![replacement(input)]),
    };
    let hunks = hunks.into_iter().filter(|h: &Hunk| !h.lines.is_empty()).collect();
    Some(FileEdit { path, change, from: None, hunks })
}

fn replacement(edit: &Fields<'_>) -> Hunk {
    hunk(&edit.str("old_string").unwrap_or_default(), &edit.str("new_string").unwrap_or_default())
}

/// One text in place of another, without line numbers. Lines that both begin and end with are context.
fn hunk(old: &str, new: &str) -> Hunk {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let before = old.iter().zip(&new).take_while(|(o, n)| o == n).count();
    let most = old.len().min(new.len()) - before;
    let after =
        old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(o, n)| o == n).count();
    let context = |line: &&str| format!(" {line}");
    let mut lines: Vec<String> = old[..before].iter().map(context).collect();
    lines.extend(old[before..old.len() - after].iter().map(|l| format!("-{l}")));
    lines.extend(new[before..new.len() - after].iter().map(|l| format!("+{l}")));
    lines.extend(old[old.len() - after..].iter().map(context));
    Hunk { old_start: 0, new_start: 0, lines }
}

fn plan(tool_use: ToolUse, input: &Fields<'_>) -> Option<Plan> {
    let step = |id: Option<String>, text: Option<String>, status: Option<StepStatus>| {
        vec![PlanStep { id, text: text.unwrap_or_default(), status }]
    };
    let (change, steps, proposal) = match tool_use.tool.as_str() {
        "TodoWrite" => {
            let todos = input.get("todos")?.items()?;
            (PlanChange::Replace, todos.into_iter().filter_map(todo).collect(), None)
        }
        "TaskCreate" => {
            (PlanChange::Add, step(None, input.text("subject"), Some(StepStatus::Pending)), None)
        }
        "TaskUpdate" => {
            let steps = step(
                input.text("taskId"),
                input.text("subject"),
                input.str("status").and_then(|s| status(&s)),
            );
            (PlanChange::Update, steps, None)
        }
        _ => (PlanChange::Propose, Vec::new(), Some(input.text("plan").unwrap_or_default())),
    };
    Some(Plan { tool_use, change, steps, proposal })
}

fn todo(item: Raw<'_>) -> Option<PlanStep> {
    if let Some(text) = item.str() {
        return Some(PlanStep { id: None, text: text.into_owned(), status: None });
    }
    let fields = item.fields()?;
    Some(PlanStep {
        id: fields.text("id"),
        text: fields.text("content").unwrap_or_default(),
        status: fields.str("status").and_then(|s| status(&s)),
    })
}

fn status(word: &str) -> Option<StepStatus> {
    Some(match word {
        "pending" => StepStatus::Pending,
        "in_progress" => StepStatus::InProgress,
        "completed" => StepStatus::Completed,
        "cancelled" | "deleted" => StepStatus::Dropped,
        _ => return None,
    })
}

fn questions(input: &Fields<'_>) -> Option<Vec<QuestionItem>> {
    let items = input.items("questions");
    if items.is_empty() {
        // The first versions asked one question.
        let question = input.text("question")?;
        return Some(vec![QuestionItem { question, options: options(input), multiple: false }]);
    }
    let items = items.into_iter().filter_map(Raw::fields);
    Some(
        items
            .map(|item| QuestionItem {
                question: item.text("question").unwrap_or_default(),
                options: options(&item),
                multiple: item.is_true("multiSelect"),
            })
            .collect(),
    )
}

fn options(item: &Fields<'_>) -> Vec<String> {
    let options = item.items("options").into_iter();
    options.filter_map(|o| o.str().map(Into::into).or_else(|| o.fields()?.text("label"))).collect()
}
