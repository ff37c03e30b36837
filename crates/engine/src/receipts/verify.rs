//! A written receipt, held against the repository that it speaks of. Nothing has to run for it.

use std::path::Path;

use callboard_git::{Git, GitError};
use callboard_model::receipt::statement::{Answer, GitAnswers, Statement, VerifiedPoint, verify};
use callboard_model::receipt::{ReceiptOf, Revision};

use crate::EngineError;

/// What became of each point of a statement, as the repository at `folder` says now.
///
/// # Errors
/// When `text` is no statement of a receipt.
pub fn verify_statement(
    folder: &Path,
    text: &str,
) -> Result<(ReceiptOf, Vec<VerifiedPoint>), EngineError> {
    let statement = Statement::from_json(text).map_err(|error| EngineError::Refused {
        text: error.to_string(),
        hint: "write one with `callboard receipt T12 --json > receipt.json`",
    })?;
    let answers = ask_git(folder, &statement);
    let points = verify(&statement, &answers);
    Ok((statement.receipt.of, points))
}

fn ask_git(folder: &Path, statement: &Statement) -> GitAnswers {
    let git = Git::at(folder);
    let work = &statement.receipt.work;
    let is_repository = git.text(&["rev-parse", "--git-dir"]);
    if is_repository.is_err() {
        let why = format!("{} lies in no git repository", folder.display());
        return GitAnswers {
            tree: Answer::Unknown(why.clone()),
            commit: Answer::Unknown(why.clone()),
            base: Answer::Unknown(why.clone()),
            branch: Answer::Unknown(why),
        };
    }
    let tree_of =
        |id: &str| git.text(&["rev-parse", "--verify", "--quiet", &format!("{id}^{{tree}}")]);
    let answer = |found: Result<String, GitError>| match found {
        Ok(tree) if !tree.is_empty() => Answer::Found(tree),
        _ => Answer::Missing,
    };
    let of = |id: Option<&String>| id.map_or(Answer::Missing, |id| answer(tree_of(id)));
    let branch = work.branch.as_deref().map_or(Answer::Missing, |name| {
        let commit = git.text(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
        match (commit, tree_of(name)) {
            (Ok(commit), Ok(tree)) if !commit.is_empty() => {
                Answer::Found(Revision { commit: Some(commit), tree })
            }
            _ => Answer::Missing,
        }
    });
    GitAnswers {
        tree: match tree_of(&work.now.tree) {
            Ok(tree) if !tree.is_empty() => Answer::Found(()),
            _ => Answer::Missing,
        },
        commit: of(work.now.commit.as_ref()),
        base: of(work.base.commit.as_ref()),
        branch,
    }
}
