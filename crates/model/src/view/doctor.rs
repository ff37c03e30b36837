//! What `callboard doctor` reports.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::session::ImportProgress;
use crate::AgentName;

/// The state of Callboard and of what it reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DoctorReport {
    /// Version of Callboard.
    pub version: String,
    /// Pid of the daemon, if it runs.
    pub daemon_pid: Option<u32>,
    /// The agents, found or not.
    pub agents: Vec<AgentReport>,
    /// What Callboard keeps.
    pub storage: StorageReport,
    /// How far reading history is.
    pub import: ImportProgress,
    /// What is wrong, worst first.
    pub problems: Vec<Problem>,
}

/// One agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AgentReport {
    /// Its short name.
    pub agent: AgentName,
    /// Its full name.
    pub title: String,
    /// Its program, if it is on the path.
    pub program: Option<String>,
    /// Its version, if the program tells.
    pub version: Option<String>,
    /// Folders it keeps its history in.
    pub homes: Vec<String>,
    /// The program that its hooks run, for each home that is connected.
    #[serde(default)]
    pub connected: Vec<String>,
    /// Transcript files known.
    pub files: u64,
    /// Sessions known.
    pub sessions: u64,
    /// Versions that wrote them, oldest to newest.
    pub versions_seen: Vec<String>,
    /// Records read, by type.
    pub record_types: Vec<RecordTypeCount>,
    /// Fields and values that this version does not know, with how often they were seen.
    pub unknown: Vec<RecordTypeCount>,
}

/// How often something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordTypeCount {
    /// The agent's name for it.
    pub record_type: String,
    /// Whether this version of Callboard knows it.
    pub known: bool,
    /// How often.
    pub records: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// Bytes of it that are kept; the rest is repeated elsewhere.
    pub kept_bytes: u64,
}

/// What Callboard keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StorageReport {
    /// Its home.
    pub home: String,
    /// Size of the database.
    pub database_bytes: u64,
    /// Size of pictures and other large content.
    pub blob_bytes: u64,
    /// Room left on that disk.
    pub free_bytes: Option<u64>,
    /// Bytes of transcripts read.
    pub read_bytes: u64,
    /// Bytes of them that are unique and kept, before compression.
    pub kept_bytes: u64,
    /// Events kept.
    pub events: u64,
    /// Sessions whose own files are gone; what was read of them is kept.
    pub sessions_without_files: u64,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something does not work.
    Error,
    /// Something is not read or not watched.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something that is wrong, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub text: String,
    /// The file or folder it is about.
    pub path: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}
