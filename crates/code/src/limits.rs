//! The limits of this crate, each with its reason.

/// Bytes of a file above which it is data, and gives no facts.
pub const FILE_BYTES: usize = 2 << 20;

/// Bytes of an average line above which a file is minified, or made by a program.
pub const MINIFIED_LINE_BYTES: usize = 400;

/// Bytes below which a file is never taken for minified: a short file may be one long line.
pub const MINIFIED_FROM_BYTES: usize = 20_000;

/// Depth of a syntax tree down to which it is looked at: beyond stand long chains of operators, and a thread's stack ends.
pub const DEPTH: usize = 200;

/// Bytes of a signature that are kept as text; all of it is hashed.
pub const SIGNATURE_BYTES: usize = 200;

/// Bytes of a string literal that can be a key.
pub const KEY_BYTES: usize = 120;

/// Bytes of a string literal that is read as SQL.
pub const SQL_BYTES: usize = 64 << 10;

/// Uses of what the other makes that one pair is told: one for each side says which lands first.
pub const NEEDS: usize = 8;

/// Couplings that one pair of changesets is told: more are not read.
pub const COUPLINGS: usize = 50;

/// Couplings about one symbol: the first places show what is meant.
pub const PER_SYMBOL: usize = 3;

/// References that are kept of one file: a file of 2 MB has fewer, unless it is a table.
pub const REFERENCES: usize = 200_000;

/// Files of a commit above which it says nothing of any two of them (Code Maat leaves out commits of more than 30).
pub const COMMIT_FILES: usize = 30;

/// Commits that tell which files belong together: older ones speak of another program. At most twice as many are kept.
pub const HISTORY_COMMITS: u32 = 3_000;

/// Texts of string literals that are kept of one change of a file: more are a table.
pub const TEXTS: usize = 200;

/// Bytes of a text that is compared: shorter ones are said by chance, longer ones by nobody else.
pub const TEXT_BYTES: (usize, usize) = (10, 160);

/// Words that are kept of the lines that change in one file: more are a rewrite.
pub const TOUCHED_WORDS: usize = 400;

/// Findings of one rule in one change: more are a rewrite, and the first show what is meant.
pub const FINDINGS_OF_A_RULE: usize = 50;

/// Lines that are shown with a finding, and characters of each: a page shows them whole.
pub const EXCERPT_LINES: usize = 6;

/// See [`EXCERPT_LINES`].
pub const EXCERPT_CHARACTERS: usize = 160;

/// Tests that are compared with those of other names by their bodies: of more, only names count.
pub const RENAMED_TESTS: usize = 400;

/// Bytes of a table's file: what people keep in one, and as much as is read within a second.
pub const TABLE_BYTES: usize = 16 << 20;

/// Bytes that a workbook may hold once it is unpacked: a file of a few kilobytes can be made to hold gigabytes.
pub const WORKBOOK_BYTES: u64 = 128 << 20;

/// Different texts that a workbook may say that it has: room is made for all of them at once.
pub const WORKBOOK_TEXTS: u64 = 2_000_000;

/// Rows of a table that are compared.
pub const TABLE_ROWS: usize = 100_000;

/// Columns of a table: a workbook may name 16,384 and fill one.
pub const TABLE_COLUMNS: usize = 1_000;

/// Cells of a table: with its rows, what fits in some hundred megabytes.
pub const TABLE_CELLS: usize = 1_000_000;

/// Sheets of one workbook that are told.
pub const TABLE_SHEETS: usize = 50;

/// Records by which it is told what parts the fields of a table: the first ones say it.
pub const SNIFFED_RECORDS: usize = 50;

/// Columns that are tried as what names a row: identifiers come first.
pub const KEY_COLUMNS: usize = 4;

/// Rows after a changed one among which its like is looked for.
pub const ROW_WINDOW: usize = 40;

/// Cells that are told of one table, and of one column of it: enough to see what kind of change it is.
pub const CELLS_TOLD: usize = 50;

/// See [`CELLS_TOLD`].
pub const CELLS_OF_A_COLUMN: usize = 10;

/// Rows without a value that are named of one column.
pub const EMPTY_ROWS_TOLD: usize = 20;

/// Characters of a cell that are told.
pub const CELL_CHARACTERS: usize = 120;

/// Rows that are gone of which is told what stood in them.
pub const GONE_ROWS: usize = 20;

/// Files of a change of which it is told by name that no check ran lines of them: more are counted.
pub const NOT_RUN_FILES: usize = 10;

/// Places in one file that no check ran, told one by one: nobody reads more.
pub const NOT_RUN_RANGES: usize = 12;

/// Times that one report of coverage may tell of a line: some million lines of code, each by some tests.
pub const REPORTED_LINES: usize = 10_000_000;
