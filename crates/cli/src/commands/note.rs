//! `decide`, `decisions`, `decision` and `note`: what is worth keeping, and what was decided.

pub(super) mod candidates;
mod sources;
mod told;

use std::path::{Path, PathBuf};

use callboard_model::note::{DecisionStatus, NoteKind, RuledOut};
use callboard_model::view::{
    NewNote, NoteHistory, NoteList, NoteRestore, NoteText, NoteVersion, NoteView, PostOf,
    PostWanted, TaskDetail, Workspace,
};
use callboard_model::{SessionId, WorkspaceId};
use hyper::Method;

use super::{client, post, session, task, workspace_needed};
use crate::args::Json;
use crate::args::note::{
    About, Decide, Decision, Listed, Named, NewNote as Typed, Note, What, WhatDecision,
};
use crate::args::post::Posting;
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

const NOTHING_WRITTEN: &str = "nothing was written";

pub(super) fn decide(args: Decide, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let supersedes = args.supersedes.iter().map(|id| id.parse()).collect::<Result<_, _>>();
    let new = NewNote {
        kind: NoteKind::Decision,
        title: args.title,
        why: task::body_of(args.why)?,
        ruled_out: args.ruled_out.iter().map(|text| ruled_out(text)).collect(),
        open: args.open,
        status: args.undecided.then_some(DecisionStatus::Open),
        supersedes: supersedes.map_err(|error| {
            CliError::misuse(format!("{error}; {NOTHING_WRITTEN}"), "see `callboard decisions`")
        })?,
        ..about(&client, settings, args.about)?
    };
    written(&client.send(Method::POST, "/api/notes", &new)?, args.json.json)
}

pub(super) fn decisions(args: &Listed, settings: &Settings) -> Result<(), CliError> {
    list(&client(settings)?, Some(NoteKind::Decision), args)
}

pub(super) fn decision(command: Decision, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let Decision { what, decision, post, json } = command;
    match (what, decision) {
        (Some(WhatDecision::List(args)), _) => list(&client, Some(NoteKind::Decision), &args),
        (Some(WhatDecision::Show(args)), _) => show(&client, &args),
        (Some(WhatDecision::Edit { decision }), _) => edit(&client, &decision, settings),
        (None, Some(note)) if post.to.is_some() => post_note(client, note, &post, &json),
        (None, Some(note)) => show(&client, &Named { note, json }),
        (None, None) if post.to.is_some() => Err(nothing_to_post("decision")),
        (None, None) => list(&client, Some(NoteKind::Decision), &Listed { about: None, json }),
    }
}

/// Posts a note or decision.
fn post_note(client: Client, note: String, how: &Posting, json: &Json) -> Result<(), CliError> {
    post::refuse_agents()?;
    let wanted = PostWanted {
        workspace: Some(workspace_needed(&client)?),
        of: PostOf::Note(note),
        to: how.to.clone().unwrap_or_default(),
        for_task: None,
        budget: None,
    };
    post::post(client, wanted, how, json)
}

fn nothing_to_post(what: &str) -> CliError {
    CliError::misuse(
        format!("no {what} is named; nothing was posted"),
        format!("name it: `callboard {what} D9 --to '#432'`"),
    )
}

pub(super) fn note(args: Note, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    if args.what.is_none() && args.post.to.is_some() {
        let Typed { title, body, into, json, .. } = args.new;
        if body.is_some() || into.is_some() {
            return Err(CliError::misuse(
                "`--to` posts a note that is there; nothing was written or posted",
                "write it first, then post it",
            ));
        }
        let note = title.ok_or_else(|| nothing_to_post("note"))?;
        return post_note(client, note, &args.post, &json);
    }
    match args.what {
        None => match args.new.title {
            Some(_) => new(&client, settings, args.new),
            None => list(&client, None, &Listed { about: None, json: args.new.json }),
        },
        Some(What::New(typed)) => new(&client, settings, typed),
        Some(What::List(args)) => list(&client, None, &args),
        Some(What::Show(args)) => show(&client, &args),
        Some(What::Edit { note }) => edit(&client, &note, settings),
        Some(What::History { note, version, json }) => {
            let (workspace, path) = place(&client, &note)?;
            let history = history_of(&client, workspace, &path)?;
            let Some(version) = version else {
                return match json.json {
                    true => output::json(&history),
                    false => output::print(&told::history(&history)),
                };
            };
            let version = &named_version(&history, &version)?.version;
            let address = format!(
                "/api/notes/version?workspace={workspace}&path={}&version={version}",
                encoded(&path)
            );
            let text: NoteText = client.get(&address)?;
            if json.json { output::json(&text) } else { output::print(&output::plain(&text.text)) }
        }
        Some(What::Restore { note, version, json }) => {
            let (workspace, path) = place(&client, &note)?;
            let history = history_of(&client, workspace, &path)?;
            let version = match &version {
                Some(version) => named_version(&history, version)?.version.clone(),
                None => earlier(&client, workspace, &path, &history)?,
            };
            let which = NoteRestore { workspace: Some(workspace), path, version };
            written(&client.send(Method::POST, "/api/notes/restore", &which)?, json.json)
        }
        Some(What::Remove { note }) => {
            let (workspace, path) = place(&client, &note)?;
            let address = format!("/api/notes?workspace={workspace}&path={}", encoded(&path));
            client.send::<_, ()>(Method::DELETE, &address, &())?;
            output::line(&format!(
                "{path} is gone\n\nhint: `callboard note restore {path}` brings it back"
            ))
        }
    }
}

fn new(client: &Client, settings: &Settings, typed: Typed) -> Result<(), CliError> {
    let title = typed.title.ok_or_else(|| {
        CliError::misuse(format!("a note needs a title; {NOTHING_WRITTEN}"), "say what it is about")
    })?;
    let new = NewNote {
        title,
        body: task::body_of(typed.body)?,
        into: typed.into,
        ..about(client, settings, typed.about)?
    };
    written(&client.send(Method::POST, "/api/notes", &new)?, typed.json.json)
}

/// What is common to all new ones: where, by whom, about what.
fn about(client: &Client, settings: &Settings, about: About) -> Result<NewNote, CliError> {
    let workspace = workspace_needed(client)?;
    let by = own_session(client, settings);
    let given = about.session.as_deref();
    let session = given.map(|name| session::find(client, name).map(|found| found.session.id));
    let of_shell = || settings.task.as_deref().and_then(|task| task.parse().ok());
    let task = match about.task.as_deref() {
        Some(task) => Some(task::task_id(task)?),
        None => of_shell(),
    };
    let root = root_of(client, workspace)?;
    let files = about.files.iter().map(|path| sources::from_root(&root, path)).collect();
    let mut sources = Vec::new();
    for source in &about.sources {
        sources.push(sources::kept(client, workspace, &root, source)?);
    }
    Ok(NewNote {
        workspace: Some(workspace),
        task,
        session: session.transpose()?.or(by),
        files,
        symbols: about.symbols,
        sources,
        by,
        ..NewNote::default()
    })
}

/// The session whose agent runs this command; none where a person does.
pub(super) fn own_session(client: &Client, settings: &Settings) -> Option<SessionId> {
    let variables =
        callboard_agents::known().into_iter().filter_map(|agent| agent.session_variable());
    let native = variables.filter_map(|name| std::env::var(name).ok()).find(|id| !id.is_empty());
    let known = native.and_then(|id| session::find(client, &id).ok());
    known.map(|found| found.session.id).or_else(|| {
        // An agent that Callboard started and that does not say which session it is.
        std::env::var_os(callboard_os::host::MARKER)?;
        let detail: TaskDetail =
            client.get(&format!("/api/tasks/{}", settings.task.as_deref()?)).ok()?;
        detail.sessions.last().map(|session| session.id)
    })
}

fn root_of(client: &Client, workspace: WorkspaceId) -> Result<PathBuf, CliError> {
    let all: Vec<Workspace> = client.get("/api/workspaces")?;
    let found = all.into_iter().find(|known| known.id == workspace);
    found.map(|known| PathBuf::from(known.root)).ok_or_else(|| {
        CliError::misuse(format!("there is no workspace {workspace}"), "run `callboard up` here")
    })
}

/// `what: why`.
fn ruled_out(text: &str) -> RuledOut {
    let (what, why) = text.split_once(": ").unwrap_or((text.trim_end_matches(':'), ""));
    RuledOut { what: what.trim().to_owned(), why: why.trim().to_owned() }
}

fn list(client: &Client, kind: Option<NoteKind>, args: &Listed) -> Result<(), CliError> {
    let workspace = workspace_needed(client)?;
    let mut address = format!("/api/notes?workspace={workspace}");
    if let Some(kind) = kind {
        address += &format!("&kind={}", kind.word());
    }
    if let Some(about) = &args.about {
        let root = root_of(client, workspace)?;
        address += &format!("&about={}", encoded(&sources::from_root(&root, about)));
    }
    let found: NoteList = client.get(&address)?;
    if args.json.json {
        return output::json(&found);
    }
    output::print(&told::list(&found, kind, args.about.as_deref()))
}

fn one(client: &Client, note: &str) -> Result<NoteView, CliError> {
    let workspace = workspace_needed(client)?;
    client.get(&format!("/api/notes/one?workspace={workspace}&note={}", encoded(note)))
}

/// Where a note's file is; one that is gone is named by its path.
fn place(client: &Client, note: &str) -> Result<(WorkspaceId, String), CliError> {
    let workspace = workspace_needed(client)?;
    match one(client, note) {
        Ok(view) => Ok((workspace, view.row.path)),
        Err(_) if note.starts_with(".callboard/") => Ok((workspace, note.to_owned())),
        Err(error) => Err(error),
    }
}

fn show(client: &Client, args: &Named) -> Result<(), CliError> {
    let view = one(client, &args.note)?;
    if args.json.json { output::json(&view) } else { output::print(&told::view(&view)) }
}

/// Opens the file itself: what is saved there is what counts.
fn edit(client: &Client, note: &str, settings: &Settings) -> Result<(), CliError> {
    let view = one(client, note)?;
    let root = root_of(client, view.row.workspace)?;
    let path = root.join(&view.row.path);
    let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor =
        variable("VISUAL").or_else(|| variable("EDITOR")).or_else(|| settings.editor.clone());
    let editor = editor.ok_or_else(|| {
        CliError::misuse(
            "neither VISUAL nor EDITOR names an editor",
            format!("set one of them, or edit {} as you like", path.display()),
        )
    })?;
    let mut words: Vec<String> = editor.split_whitespace().map(str::to_owned).collect();
    let program = words.remove(0);
    words.push(path.to_string_lossy().into_owned());
    let error = callboard_os::command::become_program(Path::new(&program), &words, &root);
    Err(CliError::misuse(
        format!("cannot run {program}: {error}"),
        format!("edit {} as you like", path.display()),
    ))
}

fn history_of(
    client: &Client,
    workspace: WorkspaceId,
    path: &str,
) -> Result<NoteHistory, CliError> {
    client.get(&format!("/api/notes/history?workspace={workspace}&path={}", encoded(path)))
}

fn named_version<'a>(history: &'a NoteHistory, version: &str) -> Result<&'a NoteVersion, CliError> {
    let is_it = |known: &&NoteVersion| known.version.starts_with(version);
    let mut found = history.versions.iter().filter(is_it);
    let first = found.next().ok_or_else(|| {
        CliError::misuse(
            format!("there is no version `{version}` of it; {NOTHING_WRITTEN}"),
            "`callboard note history` lists them",
        )
    })?;
    match found.find(|other| other.version != first.version) {
        None => Ok(first),
        Some(_) => Err(CliError::misuse(
            format!("`{version}` begins several versions; {NOTHING_WRITTEN}"),
            "give more of it",
        )),
    }
}

/// The last text that is not the one that is there.
fn earlier(
    client: &Client,
    workspace: WorkspaceId,
    path: &str,
    history: &NoteHistory,
) -> Result<String, CliError> {
    let address = format!("/api/notes/one?workspace={workspace}&note={}", encoded(path));
    let now = client.get::<NoteView>(&address).ok().map(|view| view.version);
    let found = history.versions.iter().find(|known| Some(&known.version) != now.as_ref());
    found
        .map(|known| known.version.clone())
        .ok_or_else(|| CliError::misuse(format!("it has no other text; {NOTHING_WRITTEN}"), ""))
}

fn written(view: &NoteView, json: bool) -> Result<(), CliError> {
    if json {
        return output::json(view);
    }
    output::print(&told::written(view))
}
