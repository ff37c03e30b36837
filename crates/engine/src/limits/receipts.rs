//! Limits of receipts.

use std::time::Duration;

/// Sessions of one piece of work, subagents included: a lead starts a dozen.
pub const RECEIPT_SESSIONS: usize = 60;

/// Bytes of all changed texts that the rules look at: a hundred thousand lines.
pub const RECEIPT_TEXT_BYTES: usize = 8 << 20;

/// Changed files that the rules look at; of the others only names are told.
pub const RECEIPT_FILES: usize = 2_000;

/// Bytes of what is known of sessions that were read for receipts: those of the pieces of work that go on at a time.
pub const SESSIONS_SEEN_BYTES: usize = 32 << 20;

/// Changed files of which is known what they change in code: some kilobytes each.
pub const RECEIPT_FILES_KNOWN: usize = 4_000;

/// Files with tests of what was changed that are read for the values that they expect.
pub const RECEIPT_TEST_FILES: usize = 40;

/// Secrets told of one receipt.
pub const RECEIPT_SECRETS: usize = 20;

/// Changed symbols whose users are looked for: of a rewrite, nobody reads more.
pub const RECEIPT_SYMBOLS: usize = 40;

/// Users of one changed symbol that are told.
pub const RECEIPT_USES: usize = 8;

/// Letters of a name below which it is anybody's.
pub const SYMBOL_LETTERS: usize = 4;

/// Words of changed lines kept of one file.
pub const CHANGED_WORDS: usize = 20_000;

/// Pictures and files told as made by the work.
pub const ARTEFACTS: usize = 60;

/// Questions and answers told.
pub const ASKED: usize = 100;

/// Time for which work lies still before its receipt is made: agents end a turn and begin the next at once.
pub const RECEIPT_AFTER: Duration = Duration::from_millis(700);

/// Time for which it lies still before its checks run: a person reads what was said, and answers.
pub const RECEIPT_CHECKS_AFTER_MS: i64 = 15_000;

/// Receipts that are made in one go: more wait for the next.
pub const RECEIPTS_AT_ONCE: usize = 8;

/// Time after which what failed is tried again.
pub const RECEIPT_AGAIN_AFTER_MS: i64 = 30_000;

/// Tables of one piece of work that are compared.
pub const RECEIPT_TABLES: usize = 40;

/// Receipts in a list: of older work, the receipt is asked for by name.
pub const RECEIPTS_LISTED: usize = 500;

/// Time after which work that landed or is gone is looked for again: a branch may come back.
pub const RECEIPT_OVER_AGAIN_AFTER_MS: i64 = 60_000;

/// Bytes of a text or a table in a folder that is no repository whose content is compared.
pub const FOLDER_TEXT_BYTES: u64 = 16 << 20;

/// Bytes of any other file there whose content is kept: of larger ones size and time tell whether they changed.
pub const FOLDER_FILE_BYTES: u64 = 256 << 10;
