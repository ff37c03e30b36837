//! `review`: changesets that are looked at, checked and landed as one.

mod diff;
mod send;
mod told;

use std::process::ExitCode;

use callboard_model::review::{CheckOutcome, LandBy, ReviewState, SendAs};
use callboard_model::view::{
    ChangeReview, CommentOn, CommentState, LogEntry, Narrowed, NewComment, NewReview, OwnedView,
    ReviewCheck, ReviewComment, ReviewList, ReviewView, StreamMessage,
};
use hyper::Method;

use super::{client, workspace_needed};
use crate::args::Json;
use crate::args::review::{As, Members, Review, What, Which};
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn review(args: Review, settings: &Settings) -> Result<ExitCode, CliError> {
    let client = client(settings)?.patient();
    let done = |result: Result<(), CliError>| result.map(|()| ExitCode::SUCCESS);
    let Some(what) = args.what else { return done(list(&client, &args.json)) };
    match what {
        What::Open { members, title, json } => {
            let workspace = workspace_needed(&client)?;
            let new = NewReview { members, title };
            let path = format!("/api/reviews?workspace={workspace}");
            done(show(&client.send(Method::POST, &path, &new)?, &json))
        }
        What::Show { review, json } => {
            let review = review.map_or_else(|| newest(&client), Ok)?;
            done(show(&get(&client, &review)?, &json))
        }
        What::Diff { review, paths, of, ignore_space, json } => {
            let wanted = diff::Wanted { paths, of, ignore_space };
            done(diff::diff(&client, &get(&client, &review)?, &wanted, &json))
        }
        What::Join(members) => {
            done(change(&client, members, |join| ChangeReview { join, ..ChangeReview::default() }))
        }
        What::Split(members) => done(change(&client, members, |split| ChangeReview {
            split,
            ..ChangeReview::default()
        })),
        What::Comment { review, on, text, send, json } => {
            let view = comment(&client, &review, (on.as_deref(), text), send)?;
            told_of_comments(&view, (send, None), &json)
        }
        What::Send { review, comment, json } => {
            let what = comment.map_or("send".into(), |number| format!("send?comment={number}"));
            told_of_comments(&act(&client, &review, &what)?, (true, comment), &json)
        }
        What::Check { review, fresh, no_wait, json } => {
            let how = if fresh { "check?fresh=true" } else { "check" };
            let begun = act(&client, &review, how)?;
            let view = if no_wait { begun } else { await_checks(&client, begun)? };
            if json.json {
                output::json(&view)?;
            } else {
                output::print(&told::checks(&view))?;
            }
            let is_bad = |check: &&ReviewCheck| {
                let is_over = check.outcome.is_over();
                check.member.is_none() && is_over && check.outcome != CheckOutcome::Passed
            };
            let is_bad = view.checks.iter().any(|check| is_bad(&check));
            Ok(if is_bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
        }
        What::Land { review, land_as, yes, by, anyway, json } => {
            let sent_as = match land_as {
                As::Here => None,
                As::Pr => Some(SendAs::Pr),
                As::Stack => Some(SendAs::Stack),
            };
            if let Some(sent_as) = sent_as {
                let how = send::How { sent_as, by: by.map(Into::into), anyway, yes };
                return send::send(&client, &review, &how, &json);
            }
            let by = by.map(|by| format!("&by={}", word_of(by.into()))).unwrap_or_default();
            let view = act(&client, &review, &format!("land?anyway={anyway}{by}"))?;
            done(if json.json { output::json(&view) } else { output::print(&told::state(&view)) })
        }
        What::Help { review, agent, json } => done(help(&client, &review, agent.as_deref(), &json)),
        What::Refresh(which) => done(show(&act(&client, &which.review, "refresh")?, &which.json)),
        What::Drop(which) => done(acted(&client, &which, "drop")),
        What::Undo(which) => done(acted(&client, &which, "undo")),
    }
}

/// Has an agent merge what git cannot merge.
fn help(client: &Client, review: &str, agent: Option<&str>, json: &Json) -> Result<(), CliError> {
    let agent = agent.map(|agent| format!("?agent={}", encoded(agent))).unwrap_or_default();
    let path = format!("/api/reviews/{}/help{agent}", encoded(review));
    let started: Vec<OwnedView> = client.send(Method::POST, &path, &())?;
    if json.json { output::json(&started) } else { output::print(&told::helpers(&started)) }
}

fn word_of(by: LandBy) -> &'static str {
    match by {
        LandBy::Squash => "squash",
        LandBy::Merge => "merge",
        LandBy::Rebase => "rebase",
    }
}

fn get(client: &Client, review: &str) -> Result<ReviewView, CliError> {
    client.get(&format!("/api/reviews/{}", encoded(review)))
}

/// The newest review that is open, else the newest.
fn newest(client: &Client) -> Result<String, CliError> {
    let workspace = workspace_needed(client)?;
    let found: ReviewList = client.get(&format!("/api/reviews?workspace={workspace}"))?;
    let open = found.reviews.iter().find(|one| one.state == ReviewState::Open);
    let newest = open.or(found.reviews.first()).map(|one| one.id.to_string());
    newest.ok_or_else(|| {
        CliError::misuse(
            "there is no review yet",
            "open one with `callboard review open`; `callboard review` proposes some",
        )
    })
}

fn act(client: &Client, review: &str, what: &str) -> Result<ReviewView, CliError> {
    client.send(Method::POST, &format!("/api/reviews/{}/{what}", encoded(review)), &())
}

/// Waits until no check of a review goes on, and tells of each that ends.
fn await_checks(client: &Client, mut view: ReviewView) -> Result<ReviewView, CliError> {
    let goes_on = |view: &ReviewView| {
        let is_searched = view.proven.iter().any(|one| one.narrowed == Narrowed::Searching);
        is_searched || view.checks.iter().any(|check| !check.outcome.is_over())
    };
    if !goes_on(&view) {
        return Ok(view);
    }
    output::remark(&format!("{} runs its checks; Ctrl-C leaves them running", view.id));
    let (id, seq) = (view.id, view.seq.0);
    client.follow(&format!("/api/stream?after={seq}"), |data| {
        let Ok(entry) = serde_json::from_str::<LogEntry>(data) else { return Ok(true) };
        match entry.message {
            StreamMessage::Review { id: of, .. } if of == id => {}
            StreamMessage::Reset => {}
            _ => return Ok(true),
        }
        let now = get(client, &id.to_string())?;
        for remark in told::ended(&view, &now) {
            output::remark(&remark);
        }
        view = now;
        Ok(goes_on(&view))
    })?;
    Ok(view)
}

fn acted(client: &Client, which: &Which, what: &str) -> Result<(), CliError> {
    let view = act(client, &which.review, what)?;
    if which.json.json { output::json(&view) } else { output::print(&told::state(&view)) }
}

fn change(
    client: &Client,
    Members { review, members, json }: Members,
    change: impl FnOnce(Vec<String>) -> ChangeReview,
) -> Result<(), CliError> {
    let path = format!("/api/reviews/{}", encoded(&review));
    show(&client.send(Method::PATCH, &path, &change(members))?, &json)
}

fn list(client: &Client, json: &Json) -> Result<(), CliError> {
    let workspace = workspace_needed(client)?;
    let found: ReviewList = client.get(&format!("/api/reviews?workspace={workspace}"))?;
    if json.json { output::json(&found) } else { output::print(&told::list(&found)) }
}

fn show(view: &ReviewView, json: &Json) -> Result<(), CliError> {
    if json.json { output::json(view) } else { output::print(&told::review(view)) }
}

/// Tells what was said; 1 if something that was to be sent reached nobody.
fn told_of_comments(
    view: &ReviewView,
    (sent, only): (bool, Option<i64>),
    json: &Json,
) -> Result<ExitCode, CliError> {
    if json.json {
        output::json(view)?;
    } else {
        output::print(&told::comments(view))?;
    }
    let is_meant = |one: &ReviewComment| only.map_or(one.from.is_none(), |number| one.id == number);
    let is_draft = |one: &ReviewComment| one.state == CommentState::Draft && is_meant(one);
    let is_left = view.comments.iter().any(is_draft);
    Ok(if sent && is_left { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn comment(
    client: &Client,
    review: &str,
    (on, text): (Option<&str>, String),
    send: bool,
) -> Result<ReviewView, CliError> {
    let on = place_of(client, review, on)?;
    let path = format!("/api/reviews/{}/comments", encoded(review));
    let kept = client.send(Method::POST, &path, &NewComment { on, text })?;
    if send { act(client, review, "send") } else { Ok(kept) }
}

/// What `src/a.rs:12-14` means in a review.
fn place_of(client: &Client, review: &str, on: Option<&str>) -> Result<CommentOn, CliError> {
    let Some(on) = on else { return Ok(CommentOn::Review) };
    let lines = |text: &str| -> Option<(u32, u32)> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        Some((from.parse().ok().filter(|from| *from > 0)?, to.parse().ok()?))
    };
    let split = on.rsplit_once(':').and_then(|(path, text)| Some((path, lines(text)?)));
    let Some((path, (from, to))) = split else {
        return Ok(CommentOn::WholeFile { path: on.to_owned() });
    };
    if to < from {
        return Err(CliError::misuse(
            format!("{on} ends before it begins; nothing was kept"),
            "name lines as `src/a.rs:12-14`",
        ));
    }
    let around = diff::whole_file(client, review, path)?;
    if to > around.new_lines {
        return Err(CliError::misuse(
            format!("{path} has {} lines there; nothing was kept", around.new_lines),
            format!("see them with `callboard review diff {review} {path}`"),
        ));
    }
    let text = diff::lines_now(&around, from, to);
    Ok(CommentOn::Lines { path: path.to_owned(), old: false, from, to, text })
}
