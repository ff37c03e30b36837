//! What others said on the pull requests of a review: it becomes drafts, each once, in their words and under their name.

use callboard_git::merge::contents_at;
use callboard_model::WorkspaceId;
use callboard_model::pull_request::PullRequestComment;
use callboard_model::review::{Comment, Review, ReviewState};
use callboard_model::view::{CommentFrom, CommentOn, CommentState};

use crate::core::{numbers_over, over_setting};
use crate::github::Gh;
use crate::pull_requests::PullRequests;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// Asks for what was said on the pull requests of the reviews that are open.
    ///
    /// # Errors
    /// When `gh` fails: drafts are as they were.
    pub(crate) fn ask_for_comments(
        &self,
        workspace: WorkspaceId,
        gh: &Gh,
        pulls: &PullRequests,
    ) -> Result<(), EngineError> {
        let reviews = self.read(|s| Ok(s.reviews_open(workspace)?))?;
        for review in reviews.iter().filter(|review| review.state == ReviewState::Open) {
            let over = self.comments_over(review)?;
            let mut drafts = Vec::new();
            for number in pulls.numbers_of(review) {
                let told = gh.comments(number).map_err(|text| EngineError::Refused {
                    text: format!("{text}; comments are as they were"),
                    hint: "see that `gh auth status` is well here, and refresh the review",
                })?;
                for said in told.into_iter().filter(|said| !over.contains(&said.id)) {
                    drafts.push(self.draft_of(review, number, said)?);
                }
            }
            if !drafts.is_empty() {
                let id = review.id;
                self.ask(move |core| core.take_comments_of_others(id, drafts))?;
            }
        }
        Ok(())
    }

    /// The numbers of comments that are no drafts of this review any more.
    fn comments_over(&self, review: &Review) -> Result<Vec<u64>, EngineError> {
        self.read(|s| {
            let mut over = numbers_over(s.setting(&over_setting(review.workspace))?);
            let known = s.review_comments(review.id)?.into_iter();
            let gone = known.filter(|one| one.state != CommentState::Draft || !one.told.is_empty());
            over.extend(gone.filter_map(|one| Some(one.from?.id)));
            Ok(over)
        })
    }

    /// What somebody said, as a draft: on its lines where they still stand, else on the file, with the lines quoted.
    fn draft_of(
        &self,
        review: &Review,
        number: u64,
        said: PullRequestComment,
    ) -> Result<Comment, EngineError> {
        let (on, is_quoted) = self.place_now(review, &said)?;
        let text = if is_quoted { with_lines(&said) } else { said.text };
        let (to, keys) = self.writers(review, &on)?;
        Ok(Comment {
            id: 0,
            on,
            text,
            to,
            state: CommentState::Draft,
            failure: None,
            at: self.now(),
            told: Vec::new(),
            members: keys.into_iter().map(|key| (key, None)).collect(),
            sent_tree: None,
            answer: None,
            from: Some(CommentFrom {
                id: said.id,
                by: said.by,
                pull_request: format!("#{number}"),
                url: said.url,
            }),
        })
    }

    /// What of the review a comment is on, and whether what it was on has to be quoted.
    fn place_now(
        &self,
        review: &Review,
        said: &PullRequestComment,
    ) -> Result<(CommentOn, bool), EngineError> {
        let combination = review.combination.as_ref();
        let file =
            combination.and_then(|all| all.files.iter().find(|one| one.file.path == said.path));
        let (Some(combination), Some(file)) = (combination, file) else {
            return Ok((CommentOn::Review, true));
        };
        let whole = CommentOn::WholeFile { path: said.path.clone() };
        if said.lines.is_empty() {
            return Ok((whole, false));
        }
        let place = match said.old {
            true => {
                let before = file.file.from.as_ref().unwrap_or(&said.path);
                format!("{}:{before}", combination.base)
            }
            false => format!("{}:{}", combination.shown(), said.path),
        };
        let git = self.trees_of(review.workspace)?;
        let text = contents_at(&git, &[place], limits::BLAMED_BYTES)
            .map_err(|error| EngineError::Refused { text: error.to_string(), hint: "" })?;
        let text = text.into_iter().next().flatten().unwrap_or_default();
        let Some(from) = line_now(&String::from_utf8_lossy(&text), said) else {
            return Ok((whole, true));
        };
        let to = from + u32::try_from(said.lines.len()).unwrap_or(1) - 1;
        let (path, old, text) = (said.path.clone(), said.old, said.lines.join("\n"));
        Ok((CommentOn::Lines { path, old, from, to, text }, false))
    }
}

/// Where the lines that a comment is on stand now: where they were, or else at the only place that has them.
fn line_now(text: &str, said: &PullRequestComment) -> Option<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let stands = |at: &usize| {
        let here = lines.get(*at..at + said.lines.len());
        here.is_some_and(|here| here.iter().zip(&said.lines).all(|(line, was)| line == was))
    };
    let was = (said.line as usize).saturating_sub(1);
    let mut places = (0..lines.len()).filter(stands);
    let at = match stands(&was) {
        true => was,
        // Of several it is not known which was meant.
        false => places.next().filter(|_| places.next().is_none())?,
    };
    u32::try_from(at + 1).ok()
}

/// Somebody's words below the lines that they are about.
fn with_lines(said: &PullRequestComment) -> String {
    let line = if said.line > 0 { format!(":{}", said.line) } else { String::new() };
    let mut text = format!("> {}{line}\n", said.path);
    for (at, line) in said.lines.iter().enumerate() {
        // Indented, it is code to Markdown, whatever is in it.
        text.push_str(if at == 0 { ">\n" } else { "" });
        text.push_str(&format!(">     {line}\n"));
    }
    format!("{text}\n{}", said.text)
}
