//! What Callboard keeps, in one SQLite file: records, events and what is found in them, sessions,
//! tasks, and the log of what changed.
//!
//! One [`Store`] writes; any number of [`Reader`]s read, each seeing one commit at a time. Agents'
//! records are never rewritten, events refer to them by place, and both commit together with the
//! cursor of their source.

mod attribution;
mod belonging;
mod blob;
mod blob_writer;
mod block;
mod call;
mod candidate;
mod changeset;
mod checkpointer;
mod cjk;
mod claim;
mod count;
mod database_copy;
mod error;
mod event;
mod fact;
mod fork;
mod lease;
pub mod limits;
mod log;
mod night;
mod note;
mod notice;
mod owned;
mod page;
mod post;
mod reader;
mod reading;
mod receipt;
mod record;
mod report;
mod review;
mod schema;
mod search;
mod session;
mod source;
mod store;
mod symbol;
mod task;
mod text;
mod trial;
mod trust;
mod workspace;
mod worktree;
mod write;

pub use belonging::UnboundSession;
pub use blob::{BlobStore, StoredBlob};
pub use blob_writer::BlobWriter;
pub use block::{Block, BlockBuilder, Codec, REPEATED, RecordMeta};
pub use call::{Call, CallBody, NewCall};
pub use candidate::SettledCandidate;
pub use checkpointer::Checkpointer;
pub use claim::Claim;
pub use count::{RecordCounts, RecordTypeRow, UnknownRow};
pub use database_copy::copy_database;
pub use error::{Result, StoreError};
pub use event::{Appended, Arrival, EventKey, EventRow, NewEvent, Stored};
pub use fact::StoredFact;
pub use lease::{Lease, NewLease};
pub use log::{LogKind, LogPage, LogRow};
pub use note::{Note, NoteFacts, NoteFile, NoteVersionRow, VersionBy};
pub use notice::Notice;
pub use page::{EventPage, PageFrom};
pub use post::Post;
pub use reader::{Reader, Snapshot};
pub use receipt::{ReceiptKey, ReceiptRow, StoredReceipt};
pub use record::RecordText;
pub use report::{AgentTotals, Totals};
pub use search::{Found, SearchPage, SearchRow};
pub use session::{Session, SessionFilter, SessionListRow, SessionRow};
pub use source::{Cursor, RecordPlace, Source, SourceId, SourceProblem, SourceRow};
pub use store::{DATABASE, Durability, Store};
pub use symbol::ChangedSymbol;
pub use task::Task;
pub use text::IndexText;
pub use trial::TrialKey;
pub use trust::{TrustDecision, fingerprint};
pub use workspace::{Look, StoredWorkspace, WorkspaceRow, WorktreeSeen};
pub use worktree::{SessionDirectory, StoredWorktree, WorktreeRow};
pub use write::{Write, fresh_name};
