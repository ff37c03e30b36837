//! Help with a conflict: an agent gets both changesets, both goals and the parts that cannot be merged, as a task.

use callboard_git::carry::let_go;
use callboard_model::ReviewId;
use callboard_model::changeset::FileKind;
use callboard_model::conflict::{ConflictFile, ConflictHunk};
use callboard_model::review::Review;
use callboard_model::view::{NewStart, NewTask, OwnedView, ReviewMember};

use super::open::refuse_unless_open;
use crate::{Engine, EngineError, limits};

/// Where the changesets that an agent is to merge are kept for it.
const HELP: &str = "refs/callboard/help/";

impl Engine {
    /// Has an agent merge the members of a review that git cannot merge: a task with a worktree of its own. The
    /// members' worktrees are left as they are.
    ///
    /// # Errors
    /// When git can merge them, or no session can be started: a task that was made stays, and can be started later.
    pub fn help_review(
        &self,
        id: ReviewId,
        agent: Option<String>,
    ) -> Result<Vec<OwnedView>, EngineError> {
        let review = self.review_row(id)?;
        refuse_unless_open(&review)?;
        let steps = review.combination.iter().flat_map(|combination| &combination.steps);
        let conflicts = steps.filter_map(|step| step.conflict.as_ref());
        let files: Vec<&ConflictFile> = conflicts.flat_map(|conflict| &conflict.files).collect();
        if files.is_empty() {
            return Err(EngineError::Refused {
                text: format!("git can merge all of {id}; nothing was started"),
                hint: "see it with `callboard review show`",
            });
        }
        // Nothing is made for an agent that is not there.
        self.agent_for(Some(review.workspace), agent.as_deref())?;
        let members = self.review(id)?.members;
        let references = self.keep_for_help(&review, &members)?;
        let names: Vec<&str> =
            members.iter().map(|one| one.changeset.changeset.name.as_str()).collect();
        let task = self.create_task(
            review.workspace,
            NewTask {
                title: format!("Merge {}", names.join(" and ")),
                body: told(&members, &references, &files),
                ..NewTask::default()
            },
        )?;
        let new = NewStart { task: Some(task), agent, ..NewStart::default() };
        self.start_sessions(Some(review.workspace), new)
    }

    /// Lets go of what was kept for an agent that helped with a review.
    pub(super) fn let_go_of_help(&self, review: &Review) {
        let git = self.trees_of(review.workspace);
        let forgotten = git.and_then(|git| Ok(let_go(&git, &format!("{HELP}{}/", review.id))?));
        if let Err(error) = forgotten {
            tracing::warn!(%error, review = %review.id, "what was kept for help is held on to");
        }
    }

    /// Keeps all that the members hold, committed or not, where the agent's git finds it.
    fn keep_for_help(
        &self,
        review: &Review,
        members: &[ReviewMember],
    ) -> Result<Vec<String>, EngineError> {
        let mut references = Vec::new();
        for (number, (member, view)) in (1..).zip(review.members.iter().zip(members)) {
            let name = view.changeset.changeset.name.replace(|c: char| !c.is_alphanumeric(), "-");
            let reference = format!("{HELP}{}/{number}-{name}", review.id);
            self.bring(review, &member.changeset.commit, &reference)?;
            references.push(reference);
        }
        Ok(references)
    }
}

/// What the agent is told.
fn told(members: &[ReviewMember], references: &[String], files: &[&ConflictFile]) -> String {
    let mut text = String::from(
        "Git cannot merge these changes. Merge all of them here, in this order, so that what each was asked for is done:\n",
    );
    for (member, reference) in members.iter().zip(references) {
        let name = &member.changeset.changeset.name;
        let goal = member.goal.as_deref().unwrap_or(&member.changeset.changeset.title);
        text.push_str(&format!("\n- {name}, `git merge {reference}`"));
        if !goal.is_empty() {
            text.push_str(&format!(": {goal}"));
        }
    }
    text.push_str("\n\nThey meet here:\n");
    for file in files {
        text.push_str(&format!("\n### {}\n", file.path));
        match file.file {
            FileKind::Lock => text.push_str("\nMake it anew from its manifest.\n"),
            FileKind::ChangeLog => text.push_str("\nKeep the lines of both.\n"),
            _ => {}
        }
        for hunk in file.hunks.iter().take(limits::HELP_HUNKS) {
            text.push_str(&both(hunk));
        }
    }
    text.push_str("\nCommit the result, and run the checks. The other worktrees are not yours: leave them as they are.\n");
    text
}

fn both(hunk: &ConflictHunk) -> String {
    let lines = |lines: &[String]| lines.join("\n");
    format!(
        "\nOne has, from line {}:\n\n```\n{}\n```\n\nThe other has, from line {}:\n\n```\n{}\n```\n",
        hunk.left_line,
        lines(&hunk.left),
        hunk.right_line,
        lines(&hunk.right)
    )
}
