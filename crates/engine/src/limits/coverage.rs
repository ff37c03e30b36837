//! Limits of what is read to know which lines a check executed.

/// Bytes that are read of what a measured run leaves: a megabyte for each of some hundred processes.
pub const COVERAGE_BYTES: usize = 512 << 20;

/// Bytes of files that are looked at for all processes of a measured run: some hundred of them with a thousand files each.
pub const COVERED_BYTES: u64 = 4 << 30;

/// Bytes of a file above which nobody wrote it, and its lines are not looked for.
pub const MEASURED_BYTES: usize = 2 << 20;

/// Files and folders that are looked at for reports of coverage: those lie near the root.
pub const COVERAGE_LOOKS: usize = 20_000;

/// Folders below one another in which reports of coverage are looked for: `packages/x/build/reports/jacoco/test`.
pub const COVERAGE_DEPTH: usize = 6;
