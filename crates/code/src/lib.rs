//! What files of code say, what a changeset changes and newly uses, and where two changesets meet: couplings with
//! their reasons; and what became of tables.
//!
//! Nothing here reads a file: texts come in, facts and sentences go out.

pub mod change;
mod couple;
pub mod coverage;
pub mod facts;
mod index;
pub mod integrity;
mod keys;
pub mod language;
mod languages;
pub mod limits;
mod manifest;
mod normal;
mod resolve;
mod split_tests;
pub mod tables;
mod walk;
mod words;

pub use change::{ChangeFacts, ChangesetFacts, FileChange, FileSide};
pub use couple::{Join, Met, couple, needs};
pub use facts::{FileFacts, VERSION, facts, speaks};
pub use index::{CoChange, ContentKey, History, Index, RepositoryIndex, StoredError};
pub use split_tests::{SplitTests, split_tests};
