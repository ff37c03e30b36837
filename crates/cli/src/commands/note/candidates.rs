//! `candidates` and `candidate`: what may be a decision, and what becomes of it.

use std::fmt::Write as _;

use callboard_model::candidate::{Candidate, CandidateState};
use callboard_model::note::NoteKind;
use callboard_model::view::{AcceptCandidate, CandidateList, NoteView, SettleCandidate};
use callboard_model::{Cite, SessionId};
use hyper::Method;

use super::super::{client, task, workspace_needed};
use super::{NOTHING_WRITTEN, own_session, root_of, ruled_out, sources, written};
use crate::args::candidate::{Accept, Candidate as Command, Listed, Settled};
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output::{self, Style};
use crate::settings::Settings;

pub(crate) fn candidates(args: &Listed, settings: &Settings) -> Result<(), CliError> {
    list(&client(settings)?, args)
}

pub(crate) fn candidate(command: Command, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    match command {
        Command::List(args) => list(&client, &args),
        Command::Show { candidate, json } => {
            let found = find(&client, &candidate)?;
            if json.json { output::json(&found) } else { output::print(&shown(&found)) }
        }
        Command::Accept(args) => accept(&client, args, settings),
        Command::Dismiss(args) => settle(&client, "dismiss", &args, settings),
        Command::Reopen(args) => settle(&client, "reopen", &args, settings),
    }
}

fn list(client: &Client, args: &Listed) -> Result<(), CliError> {
    let of = match args.of.as_deref() {
        None => format!("workspace={}", workspace_needed(client)?),
        Some(name) => match name.starts_with(['T', 't']).then(|| task::task_id(name)) {
            Some(Ok(task)) => format!("task={task}"),
            _ => format!("session={}", encoded(name)),
        },
    };
    let all = if args.all { "&all=true" } else { "" };
    let found: CandidateList = client.get(&format!("/api/candidates?{of}{all}"))?;
    if args.json.json {
        return output::json(&found);
    }
    if found.candidates.is_empty() {
        output::remark(
            "nothing that was answered, approved, refused or corrected waits to be kept",
        );
        return Ok(());
    }
    output::print(&listed(&found, args.all))
}

fn listed(found: &CandidateList, with_state: bool) -> String {
    let now = callboard_os::clock::now();
    let header: &[&str] = match with_state {
        true => &["", "from", "what", "became", "age"],
        false => &["", "from", "what", "age"],
    };
    let mut table = output::table(header, output::width());
    for one in &found.candidates {
        let mut row =
            vec![one.handle.clone(), one.from.word().to_owned(), output::short(&one.title, 90)];
        if with_state {
            row.push(became(one));
        }
        row.push(output::ago(one.at, now));
        table.add_row(row.iter().map(|cell| output::plain(cell)));
    }
    let mut text = output::table_text(&table);
    if found.more {
        text.push_str("and older ones\n");
    }
    text
}

fn became(one: &Candidate) -> String {
    match (&one.note, one.state) {
        (Some(note), _) => note.clone(),
        (None, CandidateState::Open) => String::new(),
        (None, state) => state.word().to_owned(),
    }
}

/// As it would be written, and where it comes from.
fn shown(one: &Candidate) -> String {
    let title = output::styled(&output::plain(&one.title), Style::Bold);
    let whose =
        if one.by_agent { format!("{}\u{2019}s words", one.session) } else { "yours".into() };
    let mut text = format!("{}  {title}\n", one.handle);
    let cites: Vec<String> = one.cites.iter().map(ToString::to_string).collect();
    let kind = one.kind.word();
    // Writing to a string does not fail.
    let _ = writeln!(text, "{kind}, {}, {whose} [{}]", one.from.word(), cites.join(" "));
    if one.state != CandidateState::Open {
        let _ = writeln!(text, "became: {}", became(one));
    }
    for part in [&one.body, &one.why] {
        if !part.trim().is_empty() {
            let _ = write!(text, "\n{}\n", output::plain(part.trim_end()));
        }
    }
    for ruled_out in &one.ruled_out {
        let what = output::plain(&ruled_out.what);
        let _ = write!(text, "\nruled out: {what}: {}\n", output::plain(&ruled_out.why));
    }
    text
}

/// The session of a candidate as it is listed.
fn session_of(handle: &str) -> Result<SessionId, CliError> {
    let cite = handle.split_once('.').map_or(handle, |(cite, _)| cite);
    let cite: Result<Cite, _> = cite.parse();
    cite.map(|cite| cite.session).map_err(|_| {
        CliError::misuse(
            format!("`{handle}` names no candidate; nothing was changed"),
            "name one as `callboard candidates` lists it: `S41#123`",
        )
    })
}

fn find(client: &Client, handle: &str) -> Result<Candidate, CliError> {
    let session = session_of(handle)?;
    let all: CandidateList = client.get(&format!("/api/candidates?session={session}&all=true"))?;
    let found = all.candidates.into_iter().find(|one| one.handle.eq_ignore_ascii_case(handle));
    found.ok_or_else(|| {
        CliError::misuse(
            format!("there is no candidate `{handle}`"),
            format!("`callboard candidates {session} --all` lists them"),
        )
    })
}

/// A candidate becomes what its user says: an agent keeps what it decides under its own name.
fn by_a_person(client: &Client, settings: &Settings) -> Result<(), CliError> {
    match own_session(client, settings) {
        None => Ok(()),
        Some(session) => Err(CliError::misuse(
            format!(
                "candidates are settled by a person, and {session} runs this; {NOTHING_WRITTEN}"
            ),
            "an agent records what was decided with `callboard decide`",
        )),
    }
}

fn accept(client: &Client, args: Accept, settings: &Settings) -> Result<(), CliError> {
    by_a_person(client, settings)?;
    let found = find(client, &args.candidate)?;
    let files = match args.files.as_slice() {
        [] => Vec::new(),
        files => {
            let root = root_of(client, workspace_needed(client)?)?;
            files.iter().map(|path| sources::from_root(&root, path)).collect()
        }
    };
    let kind = match (args.note, args.decision) {
        (true, _) => Some(NoteKind::Note),
        (_, true) => Some(NoteKind::Decision),
        _ => None,
    };
    let ruled: Vec<_> = args.ruled_out.iter().map(|text| ruled_out(text)).collect();
    let wanted = AcceptCandidate {
        session: found.session,
        key: found.key,
        kind,
        title: args.title,
        body: None,
        why: task::body_of(args.why)?,
        ruled_out: (!ruled.is_empty()).then_some(ruled),
        files,
        note: None,
    };
    let view: NoteView = client.send(Method::POST, "/api/candidates/accept", &wanted)?;
    written(&view, args.json.json)
}

fn settle(
    client: &Client,
    verb: &str,
    args: &Settled,
    settings: &Settings,
) -> Result<(), CliError> {
    by_a_person(client, settings)?;
    let mut settled: Vec<Candidate> = Vec::new();
    for handle in &args.candidates {
        let found = find(client, handle)?;
        let which = SettleCandidate { session: found.session, key: found.key };
        settled.push(client.send(Method::POST, &format!("/api/candidates/{verb}"), &which)?);
    }
    if args.json.json {
        return output::json(&settled);
    }
    let text = settled.iter().fold(String::new(), |mut text, one| {
        let title = output::plain(&output::short(&one.title, 90));
        let _ = writeln!(text, "{}  {}  {title}", one.handle, one.state.word());
        text
    });
    output::print(&text)
}
