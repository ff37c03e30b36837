//! What is changed by whom, what meets, claims and scoped commits.

use callboard_engine::EngineError;
use callboard_model::SessionId;
use callboard_model::view::{DropClaims, NewClaim, NewCommit, PairView};
use rmcp::model::Tool;
use serde_json::json;

use super::{Call, Said, boolean, does, reads, string, words};

pub(super) fn tools() -> [Tool; 4] {
    let paths = json!({ "type": "array", "items": { "type": "string" },
        "description": "from the repository's root, with *, ? and **; none takes yours back" });
    [
        reads("changes", "What every session and worktree here changes now.", &[], &[]),
        reads(
            "conflicts",
            "Whom your changes meet: conflicts and couplings, with both places.",
            &[("session", string())],
            &[],
        ),
        does(
            "claim",
            "Say which paths you are going to change, before you do; told at once whom that meets.",
            &[("paths", paths), ("session", string())],
            &["paths"],
        ),
        does(
            "commit",
            "Commit exactly what you changed in this folder, whatever else is dirty or staged.",
            &[("message", string()), ("dry_run", boolean()), ("session", string())],
            &["message"],
        ),
    ]
}

pub(super) fn changes(call: &Call<'_>) -> Said {
    let all = call.engine.changesets(Some(call.workspace()?))?;
    let told = all.iter().map(|one| {
        let (of, files) = (&one.changeset, one.files.len());
        format!("{} {}: {files} files, +{} -{}\n", of.name, of.title, one.added, one.removed)
    });
    let told: String = told.collect();
    Ok(if told.is_empty() { "nothing is changed".to_owned() } else { told })
}

pub(super) fn conflicts(call: &Call<'_>) -> Said {
    let told: String = meetings(call)?.into_iter().map(|line| format!("{line}\n")).collect();
    Ok(if told.is_empty() { "your changes meet nobody's".to_owned() } else { told })
}

/// Conflicts and couplings of the caller's changes, each in a line; of all, where the caller is not known.
pub(super) fn meetings(call: &Call<'_>) -> Result<Vec<String>, EngineError> {
    let mut told = Vec::new();
    let pairs = call.engine.pairs(Some(call.workspace()?))?.pairs;
    for pair in pairs.iter().filter(|pair| is_of(pair, call.session)) {
        let (left, right) = (&pair.left.name, &pair.right.name);
        for file in pair.conflict.iter().flat_map(|conflict| &conflict.files) {
            told.push(format!("conflict of {left} and {right} in {}", words::name(&file.path)));
        }
        for coupling in &pair.couplings {
            let reason = coupling.told(left, right);
            let mut places = vec![coupling.left_at.to_string(), coupling.right_at.to_string()];
            places.dedup();
            // Most sentences name their places.
            places.retain(|place| !reason.contains(&format!("({place})")));
            let places = places.join(", ");
            told.push(if places.is_empty() { reason } else { format!("{reason} ({places})") });
        }
    }
    Ok(told)
}

fn is_of(pair: &PairView, session: Option<SessionId>) -> bool {
    let Some(session) = session else { return true };
    pair.left.sessions.contains(&session) || pair.right.sessions.contains(&session)
}

pub(super) fn claim(call: &Call<'_>) -> Said {
    let session = call.session()?;
    let workspace = call.workspace()?;
    let patterns = call.texts("paths");
    if patterns.is_empty() {
        let which = DropClaims { session: Some(session), ..DropClaims::default() };
        let dropped = call.engine.drop_claims(Some(workspace), which)?;
        return Ok(format!("{dropped} claims taken back"));
    }
    let new = NewClaim { patterns, session: Some(session), ..NewClaim::default() };
    let claims = call.engine.claim_paths(Some(workspace), new)?;
    let meets: Vec<&str> =
        claims.iter().flat_map(|claim| claim.meets.iter().map(String::as_str)).collect();
    Ok(match meets.as_slice() {
        [] => "claimed; nobody else is there".to_owned(),
        meets => format!("claimed; it meets others:\n{}", meets.join("\n")),
    })
}

pub(super) fn commit(call: &Call<'_>) -> Said {
    let new = NewCommit {
        message: call.text("message").unwrap_or_default().to_owned(),
        dry_run: call.is_true("dry_run"),
        ..NewCommit::default()
    };
    let done = call.engine.commit_session(call.session()?, &new)?;
    let files: Vec<String> = done.files.iter().map(|file| words::name(file)).collect();
    let files = files.join(", ");
    Ok(match done.commit {
        Some(commit) => format!("committed as {commit}: {files}"),
        None => format!("would be committed: {files}"),
    })
}
