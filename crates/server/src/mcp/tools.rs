//! The tools: few, each with a short description, as agents read all of them at each start.

use callboard_engine::{Caller, Engine, EngineError};
use callboard_model::SessionId;
use callboard_model::view::{DropClaims, NewClaim, NewCommit, PairView};
use rmcp::model::Tool;
use serde_json::{Value, json};

/// All tools, with the schemas of what they take.
pub(super) fn all() -> Vec<Tool> {
    let tool = |name: &'static str, says: &'static str, takes: Value| {
        Tool::new(name, says, takes.as_object().cloned().unwrap_or_default())
    };
    let nothing = || json!({ "type": "object", "properties": {} });
    vec![
        tool(
            "changes",
            "What every session and worktree of this repository changes now: who, how many files and lines.",
            nothing(),
        ),
        tool(
            "conflicts",
            "Whom your changes meet: conflicts that git cannot merge, and couplings with both places.",
            nothing(),
        ),
        tool(
            "claim",
            "Say which paths you are going to change, before you do; told at once whom that meets.",
            json!({ "type": "object", "required": ["paths"], "properties": {
                "paths": { "type": "array", "items": { "type": "string" },
                    "description": "from the repository's root, with *, ? and **; none takes all of yours back" } } }),
        ),
        tool(
            "commit",
            "Commit exactly what you changed in this folder, whatever else is dirty or staged; hooks run.",
            json!({ "type": "object", "required": ["message"], "properties": {
                "message": { "type": "string" },
                "dry_run": { "type": "boolean", "description": "only tell what would be committed" } } }),
        ),
    ]
}

/// What a tool says, with what its caller has not been told yet behind it.
///
/// # Errors
/// In words for the agent, when it cannot be done.
pub(super) fn call(
    engine: &Engine,
    caller: &Caller,
    name: &str,
    wanted: Value,
) -> Result<String, String> {
    let session = engine.session_of_caller(caller).map_err(words)?;
    let said = match name {
        "changes" => changes(engine, caller),
        "conflicts" => conflicts(engine, caller, session),
        "claim" => claim(engine, caller, session, &wanted),
        "commit" => commit(engine, session, wanted),
        _ => return Err(format!("there is no tool {name}; nothing was done")),
    };
    let mut said = said.map_err(words)?;
    let untold = session.map(|session| engine.tell_caller(session)).transpose().map_err(words)?;
    for line in untold.into_iter().flatten() {
        said.push_str(&format!("\n\nCallboard tells you: {line}"));
    }
    Ok(said)
}

fn words(error: EngineError) -> String {
    match error.hint() {
        None | Some("") => error.to_string(),
        Some(hint) => format!("{error}. {hint}"),
    }
}

fn changes(engine: &Engine, caller: &Caller) -> Result<String, EngineError> {
    let workspace = engine.workspace_at(&caller.cwd)?;
    let all = engine.changesets(Some(workspace))?;
    let told = all.iter().map(|one| {
        let (of, files) = (&one.changeset, one.files.len());
        format!("{} {}: {files} files, +{} -{}\n", of.name, of.title, one.added, one.removed)
    });
    let told: String = told.collect();
    Ok(if told.is_empty() { "nothing is changed".to_owned() } else { told })
}

fn conflicts(
    engine: &Engine,
    caller: &Caller,
    session: Option<SessionId>,
) -> Result<String, EngineError> {
    let workspace = engine.workspace_at(&caller.cwd)?;
    let is_own = |pair: &PairView| {
        let has = |of: &callboard_model::view::ChangesetRef| {
            session.is_none_or(|session| of.sessions.contains(&session))
        };
        has(&pair.left) || has(&pair.right)
    };
    let mut told = String::new();
    for pair in engine.pairs(Some(workspace))?.pairs.iter().filter(|pair| is_own(pair)) {
        let (left, right) = (&pair.left.name, &pair.right.name);
        for file in pair.conflict.iter().flat_map(|conflict| &conflict.files) {
            told.push_str(&format!("conflict of {left} and {right} in {}\n", file.path));
        }
        for coupling in &pair.couplings {
            let places = format!("{}, {}", coupling.left_at, coupling.right_at);
            told.push_str(&format!("{} ({places})\n", coupling.told(left, right)));
        }
    }
    Ok(if told.is_empty() { "your changes meet nobody's".to_owned() } else { told })
}

fn claim(
    engine: &Engine,
    caller: &Caller,
    session: Option<SessionId>,
    wanted: &Value,
) -> Result<String, EngineError> {
    let workspace = engine.workspace_at(&caller.cwd)?;
    let session = known(session)?;
    let paths = wanted["paths"].as_array().into_iter().flatten();
    let patterns: Vec<String> = paths.filter_map(|path| path.as_str().map(str::to_owned)).collect();
    if patterns.is_empty() {
        let which = DropClaims { session: Some(session), ..DropClaims::default() };
        let dropped = engine.drop_claims(Some(workspace), which)?;
        return Ok(format!("{dropped} claims taken back"));
    }
    let new = NewClaim { patterns, session: Some(session), ..NewClaim::default() };
    let claims = engine.claim_paths(Some(workspace), new)?;
    let meets: Vec<&str> =
        claims.iter().flat_map(|claim| claim.meets.iter().map(String::as_str)).collect();
    Ok(match meets.as_slice() {
        [] => "claimed; nobody else is there".to_owned(),
        meets => format!("claimed; it meets others:\n{}", meets.join("\n")),
    })
}

fn commit(
    engine: &Engine,
    session: Option<SessionId>,
    wanted: Value,
) -> Result<String, EngineError> {
    let new = NewCommit {
        message: wanted["message"].as_str().unwrap_or_default().to_owned(),
        dry_run: wanted["dry_run"].as_bool().unwrap_or(false),
        ..NewCommit::default()
    };
    let done = engine.commit_session(known(session)?, &new)?;
    let files = done.files.join(", ");
    Ok(match done.commit {
        Some(commit) => format!("committed as {commit}: {files}"),
        None => format!("would be committed: {files}"),
    })
}

/// The caller, where it must be known.
fn known(session: Option<SessionId>) -> Result<SessionId, EngineError> {
    session.ok_or_else(|| EngineError::Refused {
        text: "which session you are is not known; nothing was done".to_owned(),
        hint: "use the command line: `callboard claim --session S41 …`, `callboard commit S41 -m …`",
    })
}
