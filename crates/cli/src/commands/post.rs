//! `--to`: a note, a decision or a brief, posted to a tracker after it was shown.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use callboard_model::view::{NewPost, PostPreview, PostState, PostView, PostWanted};
use hyper::Method;

use crate::args::Json;
use crate::args::post::Posting;
use crate::client::Client;
use crate::error::CliError;
use crate::output::{self, Style};

const NOTHING_POSTED: &str = "nothing was posted";

/// Whether this is the shell of an agent.
pub(super) fn is_agents_shell() -> bool {
    let variables =
        callboard_agents::known().into_iter().filter_map(|agent| agent.session_variable());
    variables
        .chain([callboard_os::host::MARKER])
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Refuses an agent: what leaves the machine is a person's to send.
pub(super) fn refuse_agents() -> Result<(), CliError> {
    match is_agents_shell() {
        true => Err(CliError::misuse(
            format!("this is an agent's shell, and only people post; {NOTHING_POSTED}"),
            "tell the user what is worth posting: they do it with the same command, or on the page",
        )),
        false => Ok(()),
    }
}

/// Shows what would be posted, asks, and posts exactly that.
pub(super) fn post(
    client: Client,
    wanted: PostWanted,
    how: &Posting,
    json: &Json,
) -> Result<(), CliError> {
    let client = client.patient();
    let preview: PostPreview = client.send(Method::POST, "/api/posts/preview", &wanted)?;
    let to = preview.to.name.clone();
    match json.json {
        // With `--yes`, what was posted is the answer.
        true if how.yes => {}
        true => output::json(&preview)?,
        false => output::print(&told(&preview))?,
    }
    if how.print {
        return Ok(());
    }
    if let Some(why) = &preview.hindered {
        return Err(CliError::misuse(
            format!("{why}; {NOTHING_POSTED}"),
            "the text can be copied: `--print` shows it",
        ));
    }
    if let Some(known) = preview.already.as_ref().filter(|_| !how.again) {
        return Err(match known.state {
            PostState::Posted => CliError::misuse(
                format!("it was posted to {to} as it is: {}; {NOTHING_POSTED}", known.address),
                "`--again` posts it once more",
            ),
            PostState::Unknown => CliError::misuse(
                format!("it may have been posted to {to} already; {NOTHING_POSTED}"),
                format!("look there: {}; `--again` posts it all the same", known.address),
            ),
        });
    }
    if !how.yes && (json.json || !io::stdin().is_terminal()) {
        return Err(CliError::misuse(
            format!("nobody is there to be asked; {NOTHING_POSTED}"),
            "add --yes to post it, or --print to see it only",
        ));
    }
    if !how.yes && !output::agreed(&format!("Post it to {to}?"))? {
        return output::line(NOTHING_POSTED);
    }
    let new = NewPost { wanted, seen: preview.seen, again: how.again };
    let posted: PostView = client.send(Method::POST, "/api/posts", &new)?;
    match json.json {
        true => output::json(&posted),
        false => output::line(&format!("posted to {}: {}", posted.to, posted.address)),
    }
}

/// The text as it would be posted, and all that is to be known before.
fn told(preview: &PostPreview) -> String {
    let to = &preview.to;
    let mut text = String::new();
    let title = to.title.as_deref().map(|title| format!("  {}", output::short(title, 80)));
    let place = format!("{}{}", output::plain(&to.name), title.unwrap_or_default());
    let _ = writeln!(text, "to   {}", output::styled(&place, Style::Bold));
    let known = [&to.state, &to.visibility, &to.kind].into_iter().flatten();
    let known: Vec<String> = known.map(|word| output::plain(word)).collect();
    let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(" ")) };
    let _ = writeln!(text, "     {}{known}", output::plain(&to.address));
    let account =
        preview.account.as_deref().map_or("whoever `gh` is signed in as".into(), output::plain);
    let _ = writeln!(text, "as   {account}\n");
    for line in output::plain(&preview.text).lines() {
        let _ = writeln!(text, "{}", format!("  {line}").trim_end());
    }
    text.push('\n');
    let mut remark = |words: String| {
        let _ = writeln!(text, "note: {}", output::plain(&words));
    };
    if preview.masked > 0 {
        remark(format!("{} masked", output::count(u64::from(preview.masked), "secret")));
    }
    if !preview.images.is_empty() {
        remark(format!("images cannot be posted, only their names: {}", preview.images.join(", ")));
    }
    if !preview.mentions.is_empty() {
        remark(format!("GitHub tells {} of it", preview.mentions.join(", ")));
    }
    preview.remarks.iter().cloned().for_each(&mut remark);
    let now = callboard_os::clock::now();
    for known in &preview.posts {
        remark(posted(known, now));
    }
    text
}

/// Where something was posted, in a line.
pub(super) fn posted(post: &PostView, now: callboard_model::Timestamp) -> String {
    let verb = match post.state {
        PostState::Posted => "posted",
        PostState::Unknown => "may have been posted",
    };
    let other = if post.is_current == Some(false) { ", as it was then" } else { "" };
    let ago = output::ago(Some(post.at), now);
    format!("{verb} to {} {ago} ago{other}: {}", post.to, post.address)
}
