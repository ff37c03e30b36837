//! Reviews in words.

use std::fmt::Write as _;

use callboard_model::review::{CheckOutcome, LandBy, ReviewState};
use callboard_model::view::{
    CommentOn, CommentState, Narrowed, OwnedView, PairView, PullRequestView, ReviewCheck,
    ReviewComment, ReviewFile, ReviewList, ReviewMember, ReviewView, SendPlan, Viewed,
};

use crate::output::{self, Style, plain};

/// The width that a title takes in a table.
const TITLE: usize = 48;

pub(super) fn list(found: &ReviewList) -> String {
    let mut text = String::new();
    for proposal in &found.proposals {
        let names: Vec<&str> = names(&proposal.members);
        let title = output::styled("could be one review", Style::Accent);
        let _ = writeln!(text, "{title}: {}", plain(&proposal.title));
        for member in &proposal.members {
            let _ = writeln!(text, "  {:<9} {}", name(member), plain(&member.reason));
        }
        let _ = writeln!(text, "  callboard review open {}\n", names.join(" "));
    }
    if !found.reviews.is_empty() {
        let header = ["review", "what", "changesets", "state", "opened"];
        let mut table = output::table(&header, output::width());
        let now = callboard_os::clock::now();
        for review in &found.reviews {
            table.add_row([
                review.id.to_string(),
                output::short(&review.title, TITLE),
                names(&review.members).join(", "),
                state_word(review).to_owned(),
                output::ago(Some(review.created_at), now),
            ]);
        }
        let _ = write!(text, "{}", output::table_text(&table));
    }
    if !found.others.is_empty() {
        let others: Vec<String> =
            found.others.iter().map(|one| one.changeset.name.clone()).collect();
        let _ = writeln!(text, "in no review: {}", others.join(", "));
    }
    if text.is_empty() {
        text.push_str(
            "there is nothing to review\n\nhint: what a session or a worktree changes shows in `callboard changes`\n",
        );
    }
    text
}

pub(super) fn review(view: &ReviewView) -> String {
    let title = output::styled(&view.id.to_string(), Style::Bold);
    let mut text = format!("{title} {} ({})\n", plain(&view.title), state_word(view));
    if let Some(landing) = &view.landing {
        let _ = writeln!(text, "{}", plain(landing));
    }
    if view.sent.is_some() {
        text.push_str(&sent(view));
    }
    text.push('\n');
    for member in &view.members {
        let letter = letter(member);
        let of = &member.changeset;
        let _ = writeln!(
            text,
            "{letter} {:<9} {} (+{} -{}, {})",
            name(member),
            output::short(&of.changeset.title, TITLE),
            of.added,
            of.removed,
            output::count(of.files.len() as u64, "file"),
        );
        if !is_between(view, &member.reason) {
            let _ = writeln!(text, "  {}", plain(&member.reason));
        }
        if let Some(pull) = &of.pull_request {
            let _ = writeln!(text, "  {}", pull_request(pull));
        }
    }
    text.push_str(&between(&view.pairs));
    text.push_str(&order(view));
    if !view.files.is_empty() {
        text.push('\n');
        for file in &view.files {
            text.push_str(&told_file(file, &view.members));
        }
    }
    if !view.checks.is_empty() {
        let _ = write!(text, "\n{}", checks(view));
    }
    if !view.comments.is_empty() {
        let _ = write!(text, "\n{}", comments(view));
    }
    text
}

fn name(member: &ReviewMember) -> &str {
    &member.changeset.changeset.name
}

fn names(members: &[ReviewMember]) -> Vec<&str> {
    members.iter().map(name).collect()
}

fn state_word(view: &ReviewView) -> &'static str {
    match view.state {
        ReviewState::Open => "open",
        ReviewState::Landing => "landing",
        ReviewState::Landed => "landed",
        ReviewState::Dropped => "given up",
    }
}

/// What became of a review, in one line.
pub(super) fn state(view: &ReviewView) -> String {
    match view.landing.as_deref() {
        Some(landing) => format!("{}: {}\n", view.id, plain(landing)),
        None => format!("{} is {}\n", view.id, state_word(view)),
    }
}

/// What would be pushed where, if a review were sent.
pub(super) fn plan(review: &str, plan: &SendPlan) -> String {
    let mut text =
        format!("{review} would be pushed to {} ({})\n", plan.remote, plain(&plan.address));
    for branch in &plan.branches {
        let again = if branch.pushed { ", again" } else { "" };
        let (name, onto) = (&branch.branch, &branch.onto);
        let _ = writeln!(text, "  {name} onto {onto}{again}: {}", plain(&branch.title));
        let opens = plan.opens && branch.pull_request.is_none();
        for line in branch.body.lines().filter(|_| opens) {
            let _ = writeln!(text, "    {}", plain(line));
        }
    }
    let is_new = plan.branches.iter().any(|branch| branch.pull_request.is_none());
    text.push_str(match (plan.opens, is_new) {
        (true, true) => "pull requests are opened by `gh`, with these titles and texts\n",
        (true, false) => "their pull requests keep their titles and texts\n",
        (false, _) => {
            "only branches are pushed: `gh` is not installed or turned off, or the remote is not on GitHub\n"
        }
    });
    text
}

/// A pull request in words: its number, what became of it, what its checks came to.
fn pull_request(pull: &PullRequestView) -> String {
    let mut words = vec![pull.name.clone()];
    words.extend(pull.state.clone().filter(|state| state != "open"));
    words.extend(pull.checks.as_ref().map(|checks| match pull.failing.as_slice() {
        [] => format!("CI {checks}"),
        failing => format!("CI {checks}: {}", plain(&failing.join(", "))),
    }));
    words.extend(pull.preview.as_ref().map(|preview| format!("preview {}", plain(preview))));
    words.join(" · ")
}

/// What of a review is at its remote.
pub(super) fn sent(view: &ReviewView) -> String {
    let Some(sent) = &view.sent else { return String::new() };
    let state = match (sent.under_way, sent.current) {
        (true, _) => "is being sent to",
        (false, true) => "is at",
        (false, false) if sent.branches.iter().all(|one| !one.pushed) => "could not be sent to",
        (false, false) => "has changed here since it was sent to",
    };
    let mut text = format!("{} {state} {}\n", view.id, sent.remote);
    for branch in &sent.branches {
        let place = match (&branch.pull_request, &branch.open_at) {
            (Some(pull), _) => format!("{} {}", pull_request(pull), pull.url),
            (None, Some(page)) => format!("open it at {page}"),
            (None, None) => "pushed".to_owned(),
        };
        let place = if branch.pushed { place } else { "not pushed".to_owned() };
        let (name, onto) = (&branch.branch, &branch.onto);
        let _ = writeln!(text, "  {name} onto {onto}: {}", plain(&place));
    }
    if let Some(failure) = &sent.failure {
        let _ = writeln!(text, "{} {}", output::styled("failed:", Style::Accent), plain(failure));
        text.push_str("hint: mend it, and send it again: it goes on where it stopped\n");
    }
    text
}

/// What is between the members: conflicts, and couplings with both places.
fn between(pairs: &[PairView]) -> String {
    let mut text = String::new();
    for pair in pairs {
        let (left, right) = (&pair.left.name, &pair.right.name);
        for file in pair.conflict.iter().flat_map(|conflict| &conflict.files) {
            let word = output::styled("conflict", Style::Accent);
            let _ = writeln!(text, "{word} {left} and {right}: {}", plain(&file.path));
        }
        for coupling in &pair.couplings {
            let strength = format!("{:?}", coupling.strength).to_lowercase();
            let _ = writeln!(
                text,
                "{strength:<8} {} ({}, {})",
                plain(&coupling.told(left, right)),
                coupling.left_at,
                coupling.right_at
            );
        }
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// Whether a sentence stands among what is between the members.
fn is_between(view: &ReviewView, sentence: &str) -> bool {
    let told = |pair: &PairView| {
        let (left, right) = (&pair.left.name, &pair.right.name);
        pair.couplings.iter().any(|coupling| coupling.told(left, right) == sentence)
    };
    view.pairs.iter().any(told)
}

fn order(view: &ReviewView) -> String {
    let by = match view.land_by {
        LandBy::Squash => "one commit each",
        LandBy::Merge => "a merge each",
        LandBy::Rebase => "their commits, one after another",
    };
    let mut text = format!("\nlands as {} ({by})\n", view.order.order.join(" → "));
    for one in &view.order.reasons {
        let why = match is_between(view, &one.reason) {
            true => String::new(),
            false => format!(": {}", plain(&one.reason)),
        };
        let _ = writeln!(text, "  {} before {}{why}", one.first, one.then);
    }
    if let Some(hinders) = view.hinders.as_deref().filter(|_| view.state == ReviewState::Open) {
        let _ = writeln!(
            text,
            "{} {}",
            output::styled("not to be landed:", Style::Accent),
            plain(hinders)
        );
    }
    text
}

pub(super) fn letter(member: &ReviewMember) -> char {
    char::from_u32(65 + member.letter).unwrap_or('?')
}

fn told_file(file: &ReviewFile, members: &[ReviewMember]) -> String {
    let writers = file.members.iter().filter_map(|at| members.get(*at as usize));
    let letters: String = writers.map(letter).collect();
    let mut notes = Vec::new();
    if file.conflict {
        notes.push("conflict");
    }
    match file.viewed {
        Viewed::No => {}
        Viewed::Yes => notes.push("viewed"),
        Viewed::ChangedSince => notes.push("changed since it was viewed"),
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let lines = match file.binary {
        true => "binary".to_owned(),
        false => format!("+{} -{}", file.added, file.removed),
    };
    format!("{letters:<4}{:<9} {} {lines}{notes}\n", file.place, plain(&file.path))
}

/// The checks as a table: a command on all together, and on each alone.
pub(super) fn checks(view: &ReviewView) -> String {
    let mut header = vec!["check", "together"];
    let several = view.members.len() > 1;
    if several {
        header.extend(names(&view.members));
    }
    let mut table = output::table(&header, output::width());
    let mut commands: Vec<&str> = Vec::new();
    for check in &view.checks {
        if !commands.contains(&check.command.as_str()) {
            commands.push(&check.command);
        }
    }
    for command in commands {
        let of = |member: Option<u32>| {
            let check =
                view.checks.iter().find(|one| one.command == command && one.member == member);
            check.map(outcome).unwrap_or_default()
        };
        let mut row = vec![plain(command), of(None)];
        if several {
            row.extend((0..).take(view.members.len()).map(|at| of(Some(at))));
        }
        table.add_row(row);
    }
    let mut text = output::table_text(&table);
    for proven in &view.proven {
        let named = proven.members.iter().filter_map(|at| view.members.get(*at as usize).map(name));
        let together: Vec<&str> = named.collect();
        let together = match (proven.narrowed, together.len() == view.members.len()) {
            (Narrowed::All, _) => "only on all of them together".to_owned(),
            (_, true) => "on them together".to_owned(),
            (_, false) => format!("on {} together", together.join(" and ")),
        };
        let word = output::styled("proven conflict", Style::Accent);
        let _ = write!(
            text,
            "{word}: `{}` passes on each of {} alone, and fails {together}",
            plain(&proven.command),
            names(&view.members).join(", ")
        );
        text.push_str(match proven.narrowed {
            Narrowed::Searching => "; which of them it takes is being found out\n",
            Narrowed::Unknown => "; which of them it takes is not known\n",
            Narrowed::Found | Narrowed::All => "\n",
        });
    }
    let failed = view
        .checks
        .iter()
        .filter(|check| matches!(check.outcome, CheckOutcome::Failed | CheckOutcome::CouldNotRun));
    for check in failed {
        let on = check.member.and_then(|at| view.members.get(at as usize)).map(name);
        let on = on.map_or("together".to_owned(), |name| format!("on {name} alone"));
        if let Some(words) = &check.words {
            let stale = if check.stale { ", before the last change" } else { "" };
            let _ = writeln!(text, "\n`{}`, {on}{stale}:\n{}", plain(&check.command), plain(words));
        }
    }
    text
}

/// What has ended between two looks, each in one line.
pub(super) fn ended(before: &ReviewView, now: &ReviewView) -> Vec<String> {
    let is_over = |check: &ReviewCheck| check.outcome.is_over();
    let was_over = |id: i64| before.checks.iter().any(|check| check.id == id && is_over(check));
    let ended = now.checks.iter().filter(|check| is_over(check) && !was_over(check.id));
    let told = ended.map(|check| {
        let on = check.member.and_then(|at| now.members.get(at as usize)).map_or("together", name);
        let took = check.duration_ms.and_then(|ms| i64::try_from(ms).ok()).map(output::span);
        let took = took.map(|took| format!(", {took}")).unwrap_or_default();
        format!("{} {on}: {}{took}", check.command, outcome(check))
    });
    told.collect()
}

fn outcome(check: &ReviewCheck) -> String {
    let word = match check.outcome {
        CheckOutcome::Waiting => "waits",
        CheckOutcome::Running => "runs",
        CheckOutcome::Passed => "passed",
        CheckOutcome::Failed => "failed",
        CheckOutcome::CouldNotRun => "could not run",
        CheckOutcome::Stopped => "stopped",
    };
    if check.stale { format!("{word} (before the last change)") } else { word.to_owned() }
}

pub(super) fn comments(view: &ReviewView) -> String {
    let mut text = String::new();
    for comment in &view.comments {
        text.push_str(&told_comment(comment));
    }
    if text.is_empty() {
        text.push_str("nothing was said\n");
    }
    text
}

fn told_comment(comment: &ReviewComment) -> String {
    let place = match &comment.on {
        CommentOn::Review => "all of it".to_owned(),
        CommentOn::WholeFile { path } => path.clone(),
        CommentOn::Lines { path, from, to, .. } if from == to => format!("{path}:{from}"),
        CommentOn::Lines { path, from, to, .. } => format!("{path}:{from}-{to}"),
        CommentOn::Coupling { left_at, right_at, .. } => format!("{left_at} and {right_at}"),
    };
    let to: Vec<String> = comment.to.iter().map(ToString::to_string).collect();
    let to = if to.is_empty() { "no session".to_owned() } else { to.join(", ") };
    let state = match comment.state {
        CommentState::Draft => "draft",
        CommentState::Sent => "sent",
        CommentState::Answered => "answered",
        CommentState::Resolved => "resolved",
    };
    let by = comment.from.as_ref().map(|from| {
        let (pull, by) = (plain(&from.pull_request), plain(&from.by));
        format!(", from GitHub, by {by} ({pull}),")
    });
    let by = by.unwrap_or_default();
    let mut text = format!("{} on {}{by} to {to} ({state})\n", comment.id, plain(&place));
    for line in comment.text.lines() {
        let _ = writeln!(text, "  {}", plain(line));
    }
    if let Some(failure) = &comment.failure {
        let _ = writeln!(text, "  not sent: {}", plain(failure));
    }
    if let Some(answer) = &comment.answer {
        let _ = writeln!(text, "  changed since: {}", plain(&answer.files.join(", ")));
    }
    text
}

/// Who was started to merge what git cannot merge.
pub(super) fn helpers(started: &[OwnedView]) -> String {
    let told = started.iter().map(|one| {
        let task = one.task.map(|task| task.to_string()).unwrap_or_default();
        format!("{task} is worked on by {}: review it when it is done\n", one.agent)
    });
    told.collect()
}
