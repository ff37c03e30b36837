//! `worktree`: make, list, show, adopt, remove, restore, collect.

mod serve;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use callboard_model::view::{
    AdoptWorktree, CollectProposal, CollectWorktrees, Collected, NewWorktree, RemoveWorktree,
    RestoreWorktree, WorktreeRemoved, WorktreeView,
};
use callboard_model::worktree::WorktreeState;
use callboard_model::{SessionId, TaskId};
use hyper::Method;

use super::task::task_id;
use super::{client, in_workspace, workspace_here, workspace_needed};
use crate::args::worktree::Worktree;
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

pub(super) fn worktree(command: Worktree, settings: &Settings) -> Result<ExitCode, CliError> {
    let client = client(settings)?.patient();
    let done = |result: Result<(), CliError>| result.map(|()| ExitCode::SUCCESS);
    match command {
        Worktree::New { what, name, branch, base, from, json } => {
            let workspace = workspace_needed(&client)?;
            let mut new = NewWorktree { name, branch, base, from, ..NewWorktree::default() };
            match what.as_deref().map(|what| (what, task_named(what))) {
                Some((_, Some(task))) => new.task = Some(task),
                Some((what, None)) => new.name = new.name.or_else(|| Some(what.to_owned())),
                None => {}
            }
            let path = format!("/api/worktrees?workspace={workspace}");
            done(told(&client.send(Method::POST, &path, &new)?, json.json))
        }
        Worktree::List { all, removed, fast, json } => {
            let workspace = if all { None } else { workspace_here(&client)? };
            let path = format!(
                "/api/worktrees?removed={removed}&status={}{}",
                !fast,
                in_workspace(workspace)
            );
            done(list(&client.get::<Vec<WorktreeView>>(&path)?, json.json))
        }
        Worktree::Show { worktree, json } => {
            let view: WorktreeView = client.get(&at(&client, &named(worktree)?, "")?)?;
            done(if json.json { output::json(&view) } else { output::print(&detail(&view)) })
        }
        running @ (Worktree::Env { .. } | Worktree::Serve { .. } | Worktree::Setup { .. }) => {
            done(serve::run(running, &client))
        }
        Worktree::Adopt { worktree, name, branch, task, equip, json } => {
            let task = task.as_deref().map(task_id).transpose()?;
            let adopt = AdoptWorktree { worktree: named(worktree)?, task, name, branch, equip };
            let path = format!("/api/worktrees/adopt?{}", here(&client)?);
            done(serve::adopted(&client.send(Method::POST, &path, &adopt)?, json.json))
        }
        Worktree::Remove { worktree, yes, delete_branch, no_wait, json } => {
            let how = RemoveWorktree { yes, delete_branch, wait: !no_wait };
            let path = at(&client, &named(Some(worktree))?, "/remove")?;
            let removed: WorktreeRemoved = client.send(Method::POST, &path, &how)?;
            done(if json.json { output::json(&removed) } else { output::print(&gone(&removed)) })
        }
        Worktree::Restore { worktree, path, json } => {
            let path = path.map(std::path::absolute).transpose()?;
            let to = RestoreWorktree { path: path.map(|p| p.to_string_lossy().into_owned()) };
            let path = at(&client, &named(Some(worktree))?, "/restore")?;
            done(told(&client.send(Method::POST, &path, &to)?, json.json))
        }
        Worktree::Gc { worktrees, yes, idle, all, json } => {
            let how = CollectWorktrees { dry_run: !yes, names: worktrees, idle_days: idle };
            let of = if all { String::new() } else { here(&client)? };
            let path = format!("/api/worktrees/collect?{of}");
            let collected: Collected = client.send(Method::POST, &path, &how)?;
            if json.json {
                return done(output::json(&collected));
            }
            output::print(&collected_text(&collected, yes))?;
            let is_whole =
                !yes || collected.worktrees.iter().all(|p| p.why.is_none() || p.removed.is_some());
            Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
    }
}

/// The task that a word names as `T12`; any other word is a name.
fn task_named(what: &str) -> Option<TaskId> {
    what.strip_prefix(['T', 't']).and_then(|number| number.parse::<u32>().ok())?;
    what.parse().ok()
}

/// A worktree's name, or the whole path of its folder; the checkout that this directory lies in if nothing
/// was named.
fn named(worktree: Option<String>) -> Result<String, CliError> {
    let Some(name) = worktree else {
        let here = std::env::current_dir()?;
        let top = here.ancestors().find(|folder| folder.join(".git").exists());
        return Ok(top.unwrap_or(&here).to_string_lossy().into_owned());
    };
    if name.contains('/') || name == "." || name == ".." {
        let path = Path::new(&name);
        let path = path.canonicalize().or_else(|_| std::path::absolute(path))?;
        return Ok(path.to_string_lossy().into_owned());
    }
    Ok(name)
}

fn here(client: &Client) -> Result<String, CliError> {
    Ok(in_workspace(workspace_here(client)?).trim_start_matches('&').to_owned())
}

fn at(client: &Client, name: &str, what: &str) -> Result<String, CliError> {
    Ok(format!("/api/worktrees/{}{what}?{}", encoded(name), here(client)?))
}

/// Tells what a worktree is now.
fn told(view: &WorktreeView, json: bool) -> Result<(), CliError> {
    if json {
        return output::json(view);
    }
    let branch = view.branch.as_deref().unwrap_or("no branch");
    let from = view.from.as_ref().map(|from| format!(", from {from}")).unwrap_or_default();
    output::line(&output::plain(&format!("{}  {branch}{from}", view.name)))?;
    if let Some(note) = &view.note {
        output::remark(&format!("note: {note}"));
    }
    output::line(&output::plain(&view.path))
}

fn list(views: &[WorktreeView], json: bool) -> Result<(), CliError> {
    if json {
        return output::json(&views);
    }
    if views.is_empty() {
        return output::line("no worktrees\n\nhint: make one with `callboard worktree new NAME`");
    }
    let now = callboard_os::clock::now();
    let header = ["name", "branch", "task", "state", "by", "changes", "unpushed", "disk", "used"];
    let mut table = output::table(&header, output::width());
    for view in views {
        table.add_row([
            output::short(&view.name, 50),
            output::short(view.branch.as_deref().unwrap_or("(no branch)"), 50),
            view.task.map(|task| task.to_string()).unwrap_or_default(),
            state(view),
            output::short(&view.made_by, 20),
            number(view.dirty),
            number(view.unpushed),
            view.disk.map(|disk| output::bytes(disk.bytes)).unwrap_or_default(),
            output::ago(view.used_at, now),
        ]);
    }
    output::print(&output::table_text(&table))?;
    for view in views {
        let is_serving = view.server.as_ref().is_some_and(|server| server.running);
        if let (true, Some(url)) = (is_serving, &view.url) {
            output::line(&output::plain(&format!("{} answers at {url}", view.name)))?;
        }
    }
    for view in views {
        if let Some(note) = &view.note {
            output::remark(&format!("note: {}: {note}", view.name));
        }
        let setup = view.setup.as_deref().filter(|setup| !matches!(*setup, "running" | "done"));
        if let Some(failed) = setup {
            output::remark(&format!("note: {}: its setup failed: {failed}", view.name));
        }
    }
    Ok(())
}

fn state(view: &WorktreeView) -> String {
    let word = view.state.word();
    match view.state {
        WorktreeState::Missing => output::styled(word, Style::Accent),
        _ if !view.running.is_empty() => {
            output::styled(&format!("used by {}", sessions(&view.running)), Style::Bold)
        }
        _ => output::styled(word, Style::Dim),
    }
}

fn number(of: Option<u64>) -> String {
    of.filter(|n| *n > 0).map(|n| n.to_string()).unwrap_or_default()
}

fn sessions(ids: &[SessionId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn detail(view: &WorktreeView) -> String {
    let now = callboard_os::clock::now();
    let mut text = format!(
        "{}  {}\n",
        output::styled(&output::plain(&view.name), Style::Bold),
        view.state.word()
    );
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            let name = output::styled(&format!("{name:<11}"), Style::Dim);
            let _ = writeln!(text, "{name} {}", output::plain(&value));
        }
    };
    row("folder", view.path.clone());
    row("branch", view.branch.clone().unwrap_or_else(|| "none: a commit is checked out".into()));
    let from = view.from.as_ref().map(|from| format!(", from {from}")).unwrap_or_default();
    row("base", view.base.as_ref().map(|base| format!("{base}{from}")).unwrap_or_default());
    row("task", view.task.map(|task| task.to_string()).unwrap_or_default());
    row("made by", view.made_by.clone());
    row("sessions", sessions(&view.sessions));
    row("running", sessions(&view.running));
    row("changes", view.dirty.map(|n| output::count(n, "file")).unwrap_or_default());
    row("unpushed", view.unpushed.map(|n| output::count(n, "commit")).unwrap_or_default());
    row("disk", view.disk.map(|disk| output::bytes(disk.bytes)).unwrap_or_default());
    row("pushes", (if view.guarded { "guarded" } else { "" }).to_owned());
    row("locked", view.locked.clone().unwrap_or_default());
    let used = view.used_at.map(|at| format!("{} ago", output::ago(Some(at), now)));
    row("used", used.unwrap_or_default());
    let ports: Vec<String> =
        view.ports.iter().map(|(name, port)| format!("{name} {port}")).collect();
    row("ports", ports.join(", "));
    row("url", view.url.clone().unwrap_or_default());
    let server = view.server.as_ref().map(|server| {
        format!("{}, log {}", if server.running { "runs" } else { "ended" }, server.log)
    });
    row("server", server.unwrap_or_default());
    row("setup", view.setup.clone().unwrap_or_default());
    for remark in &view.remarks {
        row("", remark.clone());
    }
    if !view.changed_tracked.is_empty() {
        let names = output::short(&view.changed_tracked.join(", "), 200);
        row("", format!("it changed {names}: `callboard worktree setup` reverts or ignores that"));
    }
    row("log", view.log.clone().unwrap_or_default());
    row("kept as", view.kept.clone().unwrap_or_default());
    row("freed", view.freed.map(output::bytes).unwrap_or_default());
    row("note", view.note.clone().unwrap_or_default());
    text
}

/// What became of a worktree that was removed.
fn gone(removed: &WorktreeRemoved) -> String {
    let name = output::plain(&removed.worktree.name);
    let freed = removed.freed.map_or_else(
        || "its bytes are being freed".to_owned(),
        |bytes| format!("{} freed", output::bytes(bytes)),
    );
    let mut text = format!("{name} is removed; {freed}\n");
    if removed.branch_deleted {
        let _ = writeln!(text, "its branch {} went with it", branch_of(&removed.worktree));
    } else if removed.worktree.branch.is_some() {
        let _ = writeln!(text, "its branch {} stays", branch_of(&removed.worktree));
    }
    for beside in &removed.kept_beside {
        let _ = writeln!(text, "kept, too: {}", output::plain(beside));
    }
    for remark in &removed.remarks {
        let _ = writeln!(text, "note: {}", output::plain(remark));
    }
    if !removed.left_out.is_empty() {
        let names = removed.left_out.join(", ");
        let _ = writeln!(text, "not kept, as git ignores it: {}", output::short(&names, 200));
    }
    if !removed.kept.is_empty() {
        let _ = writeln!(text, "`callboard worktree restore {}` brings it back", removed.kept);
    }
    text
}

fn branch_of(view: &WorktreeView) -> String {
    output::plain(view.branch.as_deref().unwrap_or_default())
}

fn collected_text(collected: &Collected, is_done: bool) -> String {
    if collected.worktrees.is_empty() {
        return "no worktrees to look at\n".to_owned();
    }
    let mut table = output::table(&["name", "disk", "", "why"], output::width());
    for proposal in &collected.worktrees {
        let (word, why) = outcome(proposal, is_done);
        table.add_row([
            output::short(&proposal.worktree.name, 50),
            proposal.worktree.disk.map(|disk| output::bytes(disk.bytes)).unwrap_or_default(),
            word.to_owned(),
            output::short(&why, 200),
        ]);
    }
    let mut text = output::table_text(&table);
    let may_go = collected.worktrees.iter().filter(|proposal| proposal.why.is_some());
    let (count, bytes) = may_go.fold((0, 0), |(count, bytes), proposal| {
        (count + 1, bytes + proposal.worktree.disk.map_or(0, |disk| disk.bytes))
    });
    text.push('\n');
    if is_done {
        let _ = writeln!(text, "{} freed", output::bytes(collected.freed));
    } else if count > 0 {
        let what = output::count(count, "worktree");
        let _ = writeln!(
            text,
            "{what} may go, {}: `callboard worktree gc --yes` removes them",
            output::bytes(bytes)
        );
    } else {
        text.push_str("nothing may go\n");
    }
    text
}

fn outcome(proposal: &CollectProposal, is_done: bool) -> (&'static str, String) {
    match (&proposal.removed, &proposal.stays, &proposal.why) {
        (Some(_), _, Some(why)) => ("removed", why.clone()),
        (_, Some(stays), _) => ("stays", stays.clone()),
        (_, _, Some(why)) => (if is_done { "stays" } else { "may go" }, why.clone()),
        _ => ("stays", String::new()),
    }
}
