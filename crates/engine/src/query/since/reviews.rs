//! What became of reviews, as the log tells it.

use callboard_model::text::short_commit;
use callboard_model::view::{SinceReview, SinceReviewLine};
use callboard_model::{Timestamp, WorkspaceId};
use callboard_store::{LogKind, LogRow, Result, Snapshot};

use crate::limits;

/// The reviews of a workspace of which there is something to tell, the newest first.
pub(super) fn reviews_since(
    s: &Snapshot<'_>,
    workspace: WorkspaceId,
    from: Timestamp,
) -> Result<Vec<SinceReview>> {
    let mut all = s.reviews_open(workspace)?;
    all.extend(s.reviews_over(workspace, limits::REVIEWS_OVER)?);
    let mut told = Vec::new();
    for review in all {
        let rows = s.log_of(&review.id.to_string(), limits::REVIEW_LOG)?;
        let of_span = rows.iter().rev().filter(|row| row.at >= from);
        let lines: Vec<SinceReviewLine> = of_span.filter_map(line).collect();
        if !lines.is_empty() {
            let (review, title, state) = (review.id, review.title, review.state);
            told.push(SinceReview { review, title, state, lines });
        }
    }
    told.sort_by_key(|one| std::cmp::Reverse(one.lines.last().map(|line| line.at)));
    Ok(told)
}

/// A row of the log in words; `None` for what is a step on the way.
fn line(row: &LogRow) -> Option<SinceReviewLine> {
    let word = |name: &str| row.body[name].as_str();
    let text = if row.kind == LogKind::REVIEW_OPENED.word() {
        match row.body["members"].as_array().map_or(0, Vec::len) {
            1 => "opened with 1 changeset".to_owned(),
            several => format!("opened with {several} changesets"),
        }
    } else if row.kind == LogKind::REVIEW_SENT.word() {
        let comments = match row.body["comments"].as_array().map_or(0, Vec::len) {
            1 => "1 comment".to_owned(),
            several => format!("{several} comments"),
        };
        let done = if word("failure").is_some() { "could not send" } else { "sent" };
        match word("session") {
            Some(session) => format!("{done} {comments} to {session}"),
            None => format!("{done} {comments}"),
        }
    } else if row.kind == LogKind::REVIEW_MOVED.word() {
        match (word("to")?, word("on"), word("because")) {
            ("landed", Some(base), _) => match word("commit").map(short_commit) {
                Some(short) => format!("landed on {base} as {short}"),
                None => format!("landed on {base} at its remote"),
            },
            ("dropped", ..) => "given up".to_owned(),
            ("sent", ..) => match (word("failure"), word("remote").unwrap_or("its remote")) {
                (None, remote) => format!("sent to {remote}"),
                (Some(why), _) => format!("not all of it was sent: {why}"),
            },
            ("open", _, Some(why)) if row.body["back"] == true => why.to_owned(),
            ("open", _, Some(why)) => format!("not landed: {why}"),
            ("open", _, None) => "taken up again".to_owned(),
            _ => return None,
        }
    } else {
        return None;
    };
    Some(SinceReviewLine { at: row.at, text })
}
