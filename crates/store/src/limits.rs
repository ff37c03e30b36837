//! Every limit of this crate, with its reason.

/// Kept bytes of a block at which it is closed: a block opens in 0.05 ms and compresses as well as
/// larger ones do.
pub const BLOCK_BYTES: usize = 64 * 1024;

/// Records of a block at which it is closed: finding one of them reads the whole list.
pub const BLOCK_RECORDS: usize = 1_024;

/// Loose neighbours that are merged before they reach [`BLOCK_BYTES`]: each byte is rewritten only
/// when sixteen new blocks came, so that merging costs a live session little.
pub const LOOSE_RUN: usize = 16;

/// Blocks closed by one call of `merge_blocks`, so that the writer is never away for long.
pub const MERGES_PER_CALL: usize = 64;

/// Indexed bytes of what a tool gave back: what people remember of an output stands at its
/// beginning, and whole outputs would triple the index.
pub const OUTPUT_INDEX_BYTES: usize = 32 * 1024;

/// Indexed bytes of a file that a tool read: agents read the same files over and over, and whoever
/// looks for their text looks into the repository.
pub const FILE_INDEX_BYTES: usize = 4 * 1024;

/// Indexed bytes of anything else: more than any prompt or reply has, less than a pasted disk image.
pub const TEXT_INDEX_BYTES: usize = 4 * 1024 * 1024;

/// Longest word that is indexed. Longer runs of letters and digits are encoded data, which nobody
/// searches for and which would fill the vocabulary.
pub const WORD_BYTES: usize = 64;

/// Split identifiers per indexed text; each different one is split once.
pub const SPLIT_WORDS: usize = 4_096;

/// Matches that are ranked, newest first: keeps a search for a common word within some
/// milliseconds.
pub const RANKED_MATCHES: usize = 5_000;

/// Matches of a phrase that are ranked: each costs a look at where its words stand.
pub const RANKED_PHRASES: usize = 2_000;

/// Matches that are looked at to find those: bounds a search whose filters leave out nearly all.
pub const SCANNED_MATCHES: usize = 60_000;

/// Words and phrases of one query that are searched for.
pub const QUERY_TERMS: usize = 24;

/// Events of files that a `file:` filter takes into account, newest first.
pub const FILE_EVENTS: usize = 200_000;

/// Hits of one page.
pub const SEARCH_HITS: usize = 500;

/// Events of one page.
pub const EVENTS_PER_PAGE: usize = 2_000;

/// Forks of forks that are followed: more than anybody keeps apart, and an end for a circle.
pub const FORKS_DEEP: u32 = 32;

/// Log rows of one page.
pub const LOG_PER_PAGE: usize = 1_000;

/// Looks kept per workspace.
pub const LOOKS: i64 = 100;

/// Numbers reserved for the texts that one backfill transaction indexes.
pub const DOCS_PER_RESERVATION: i64 = 1 << 20;

/// Page cache of the writer, in KiB: full-text merges touch a few thousand pages.
pub const WRITER_CACHE_KIB: i64 = 16 * 1024;

/// Page cache of each reader, in KiB; the operating system's cache stands behind it.
pub const READER_CACHE_KIB: i64 = 4 * 1024;

/// Words that the full-text index gathers in memory before it writes them, in bytes.
pub const FTS_GATHER_BYTES: i64 = 12 * 1024 * 1024;

/// Parts of the full-text index on one level that are merged at a time: fewer would rewrite each
/// word more often, more would slow searches down.
pub const FTS_MERGE_PARTS: i64 = 12;

/// Pages of the full-text index that are merged after each transaction of history and in idle times:
/// more than such a transaction adds, and some 30 ms of work. No live line merges any.
pub const FTS_MERGE_PAGES: i64 = 1_000;

/// Shortest beginning of a word that is searched for as one: shorter ones match most of the texts
/// and take longer than the pause between two keys.
pub const PREFIX_CHARS: usize = 3;

/// Pages of write-ahead log (512 MiB) after which a commit checkpoints by itself, and waits for it:
/// only when the checkpointer cannot keep up.
pub const AUTOCHECKPOINT_PAGES: i64 = 128 * 1024;

/// Bytes of write-ahead log that are checkpointed even while the writer is busy.
pub const CHECKPOINT_BYTES_BUSY: u64 = 128 * 1024 * 1024;

/// Bytes of write-ahead log that are worth a checkpoint in a quiet moment.
pub const CHECKPOINT_BYTES: u64 = 8 * 1024 * 1024;

/// What is left of the write-ahead log's file after a checkpoint, in bytes.
pub const WAL_BYTES_KEPT: i64 = 16 * 1024 * 1024;

/// How long a connection waits for another one's lock, in milliseconds. There is one writer, so
/// that only recovery after a crash is ever waited for.
pub const BUSY_MS: u64 = 5_000;

/// Prepared statements kept per connection.
pub const STATEMENTS: usize = 128;

/// Largest blob: agents' pictures are a few megabytes.
pub const BLOB_BYTES: usize = 64 * 1024 * 1024;

/// Longest run of what encoded data consists of (letters, digits, `+/=_-`) that is indexed: longer
/// than paths are, shorter than keys and pictures.
pub const ENCODED_BYTES: usize = 160;

/// Looks closer to each other than this are one visit: a coffee is not a time away.
pub const VISIT_GAP_MS: i64 = 10 * 60 * 1000;

/// Closed calls that one answer lists: a week of a busy user.
pub const CALLS: usize = 500;

/// Characters of a random name: 48 bits, and a socket's path has about a hundred characters.
pub const NAME_CHARS: usize = 12;
/// Time that copying waits for another program's transaction on its database to end.
pub const BUSY_TIME: std::time::Duration = std::time::Duration::from_secs(10);

/// Pages copied at once from another program's database: all, as a change between two parts begins anew.
pub const PAGES_AT_ONCE: std::ffi::c_int = std::ffi::c_int::MAX;

/// Time between two tries to copy a database that is locked.
pub const COPY_PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// Results of trials that are kept: years of reviews, at some kilobytes each.
pub const TRIAL_RESULTS: i64 = 5_000;

/// Tries to take the lock of the one writer: longer, with the pauses between them, than a program takes to start.
pub const LOCK_TRIES: u32 = 25;

/// Time between two such tries.
pub const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// Versions of one note that agents and editors wrote, beside all those that people wrote: a day of saving every minute.
pub const NOTE_VERSIONS: i64 = 500;
