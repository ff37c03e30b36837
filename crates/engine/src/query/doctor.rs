//! What `doctor` reports: agents, what is kept, and what is wrong.

use std::sync::PoisonError;

use callboard_agents::{Agent, Connected};
use callboard_model::view::{
    AgentReport, DoctorReport, Problem, RecordTypeCount, Severity, StorageReport,
};
use callboard_store::{SessionFilter, Snapshot};

use super::board::views;
use super::versions;
use crate::{Engine, EngineError, limits};

impl Engine {
    /// The state of Callboard and of what it reads.
    ///
    /// # Errors
    /// When the store fails.
    pub fn doctor(&self) -> Result<DoctorReport, EngineError> {
        let import = self.import();
        let configured = self.configured_programs()?;
        let found: Vec<_> = callboard_agents::known()
            .into_iter()
            .map(|agent| (agent, agent.installed(&self.config.environment)))
            .collect();
        let untrusted = self.untrusted();
        self.read(|s| {
            let mut problems = self.noted_problems();
            problems.extend(unread(s)?);
            problems.extend(untrusted);
            problems.extend(self.stray_processes());
            problems.extend(configured.missing.values().cloned());
            let mut agents = Vec::new();
            for (agent, installed) in found {
                let mut report = self.agent_report(s, agent, installed)?;
                let name = agent.name();
                let program = configured.found.get(name.as_str());
                let is_told = configured.missing.contains_key(name.as_str());
                report.program =
                    report.program.or(program.map(|p| p.to_string_lossy().into_owned()));
                if report.program.is_none() && report.files == 0 && !is_told {
                    problems.push(Problem {
                        severity: Severity::Note,
                        text: format!("{} is not installed and has no history here", report.title),
                        path: None,
                        hint: None,
                    });
                }
                problems.extend(self.connections(agent).filter_map(|c| stale_hooks(agent, &c)));
                agents.push(report);
            }
            let storage = self.storage(s)?;
            problems.extend(low_room(&storage));
            problems.extend(self.unusable_configurations(s)?);
            problems.sort_by_key(|problem| problem.severity);
            Ok(DoctorReport {
                version: env!("CARGO_PKG_VERSION").into(),
                daemon_pid: Some(std::process::id()),
                agents,
                storage,
                import,
                problems,
            })
        })
    }

    fn agent_report(
        &self,
        s: &Snapshot<'_>,
        agent: &'static dyn Agent,
        installed: Option<callboard_agents::Installed>,
    ) -> Result<AgentReport, EngineError> {
        let name = agent.name();
        let totals = s.agent_totals(&name)?;
        let types = s.record_types(&name)?;
        let unknown = s.unknown(&name)?;
        let mut versions_seen = s.agent_versions(&name)?;
        versions::sort(&mut versions_seen);
        Ok(AgentReport {
            title: agent.title().into(),
            version: installed.as_ref().and_then(|found| found.version.clone()),
            program: installed.map(|found| found.program.to_string_lossy().into_owned()),
            homes: self
                .homes
                .iter()
                .filter(|home| home.agent.name() == name)
                .map(|home| home.path.to_string_lossy().into_owned())
                .collect(),
            connected: self
                .connections(agent)
                .map(|connected| connected.program.to_string_lossy().into_owned())
                .collect(),
            files: totals.files,
            sessions: totals.sessions,
            versions_seen,
            record_types: types
                .into_iter()
                .map(|t| RecordTypeCount {
                    record_type: t.record_type,
                    known: t.known,
                    records: t.records,
                    bytes: t.bytes,
                    kept_bytes: t.kept_bytes,
                })
                .collect(),
            unknown: unknown
                .into_iter()
                .map(|u| RecordTypeCount {
                    record_type: u.what,
                    known: false,
                    records: u.n,
                    bytes: 0,
                    kept_bytes: 0,
                })
                .collect(),
            agent: name,
        })
    }

    /// The connections of an agent's homes.
    fn connections(&self, agent: &'static dyn Agent) -> impl Iterator<Item = Connected> {
        let homes = self.homes.iter().filter(move |home| home.agent.name() == agent.name());
        homes.filter_map(move |home| agent.connection()?.connected(&home.path))
    }

    fn storage(&self, s: &Snapshot<'_>) -> Result<StorageReport, EngineError> {
        let totals = s.totals()?;
        Ok(StorageReport {
            home: self.home().to_string_lossy().into_owned(),
            database_bytes: totals.database_bytes,
            blob_bytes: totals.blob_bytes,
            free_bytes: callboard_os::disk::free_bytes(self.home()),
            read_bytes: totals.read_bytes,
            kept_bytes: totals.kept_bytes,
            events: totals.events,
            sessions_without_files: totals.sessions_without_files,
        })
    }

    /// Repositories whose `callboard.toml` cannot be used.
    fn unusable_configurations(&self, s: &Snapshot<'_>) -> Result<Vec<Problem>, EngineError> {
        let mut problems = Vec::new();
        for known in s.workspaces()? {
            if let Err(error) = self.project(&known.row.root) {
                problems.push(Problem {
                    severity: Severity::Error,
                    text: error.to_string(),
                    path: None,
                    hint: error.hint().map(str::to_owned),
                });
            }
        }
        Ok(problems)
    }

    fn noted_problems(&self) -> Vec<Problem> {
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = problems.iter().map(|(path, text)| Problem {
            severity: Severity::Warning,
            text: text.clone(),
            path: Some(path.to_string_lossy().into_owned()).filter(|path| !path.is_empty()),
            hint: None,
        });
        noted.collect()
    }
}

/// Transcripts that cannot be read.
fn unread(s: &Snapshot<'_>) -> Result<Vec<Problem>, EngineError> {
    let mut problems = Vec::new();
    for source in s.sources()?.into_iter().filter(|source| source.gone_at.is_none()) {
        if let Some(problem) = source.problem {
            problems.push(Problem {
                severity: Severity::Warning,
                text: format!("cannot read a transcript: {}", problem.text),
                path: Some(source.row.path.to_string_lossy().into_owned()),
                hint: Some(
                    "check that you may read it; it is tried again by itself, and what was read before is kept".into(),
                ),
            });
        }
    }
    let untold = views(s, &SessionFilter { live_only: true, ..SessionFilter::default() })?
        .into_iter()
        .filter(|view| view.workspace.is_none())
        .count();
    if untold > 0 {
        problems.push(Problem {
            severity: Severity::Note,
            text: format!("{untold} running sessions belong to no registered workspace"),
            path: None,
            hint: Some("run `callboard up` in their repositories to see them on a board".into()),
        });
    }
    Ok(problems)
}

/// Hooks that do not run this program, since it was moved or another one took its place, or that are fewer than this
/// version makes.
fn stale_hooks(agent: &dyn Agent, connected: &Connected) -> Option<Problem> {
    let Connected { program, lacks } = connected;
    let title = agent.title();
    let ours = std::env::current_exe().and_then(|ours| ours.canonicalize()).ok();
    let text = if !program.is_file() {
        format!("the hooks of {title} run a program that is not there")
    } else if ours.is_some() && program.canonicalize().ok() != ours {
        format!("the hooks of {title} run another Callboard than this one")
    } else if !lacks.is_empty() {
        let lacks = lacks.join(", ");
        format!("{title} was connected by an older Callboard: it lacks {lacks}")
    } else {
        return None;
    };
    Some(Problem {
        severity: Severity::Warning,
        text,
        path: Some(program.to_string_lossy().into_owned()),
        hint: Some(format!("run `callboard connect {}`", agent.name().as_str())),
    })
}

fn low_room(storage: &StorageReport) -> Option<Problem> {
    let free = storage.free_bytes?;
    (free < limits::LOW_ROOM_BYTES).then(|| Problem {
        severity: Severity::Error,
        text: format!("only {} MB are left on the disk that Callboard writes to", free >> 20),
        path: Some(storage.home.clone()),
        hint: Some(
            "make room; until then new events may not be kept, and are read again later".into(),
        ),
    })
}
