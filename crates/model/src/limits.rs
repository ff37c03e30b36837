//! How much a fold keeps. It is rewritten as events come, so the whole stays near 32 KiB of JSON.

/// Characters of a line that people read (a goal, an activity, a milestone): what fits one row.
pub const LINE_CHARS: usize = 120;
/// Bytes of what somebody said on a pull request: GitHub takes no more.
pub const COMMENT_BYTES: usize = 256 * 1024;
/// Characters kept of the prompt that set the goal: enough to reread it, whatever was pasted.
pub const GOAL_FULL_CHARS: usize = 2_000;
/// Bytes of a prompt that are looked at for its goal: beyond them stand pasted logs.
pub const GOAL_SCAN_BYTES: usize = 16 * 1024;
/// Bytes of prose in which a prompt's first sentences are looked for: a dozen long ones.
pub const GOAL_PROSE_BYTES: usize = 6 * 1024;
/// Characters kept of the beginning and of the end of the agent's last words.
pub const SAID_CHARS: usize = 500;
/// Characters kept of a command line, query or other object of a tool use.
pub const OBJECT_CHARS: usize = 160;
/// Bytes of a command line that are parsed: beyond them stand scripts fed to an interpreter.
pub const COMMAND_SCAN_BYTES: usize = 4 * 1024;
/// Simple commands kept of one command line.
pub const COMMAND_PARTS: usize = 24;
/// Paths kept of one tool use: a patch may write hundreds.
pub const PATHS_PER_USE: usize = 16;
/// Characters kept of a path; longer ones keep their end, which names the file.
pub const PATH_CHARS: usize = 240;
/// Tool uses without a result: agents run about ten at once, and crashed ones leave some behind.
pub const OPEN_USES: usize = 24;
/// Commands and subagents that run on in the background.
pub const BACKGROUND_WORK: usize = 12;
/// Distinct objects of the current stretch of work.
pub const STRETCH_STEPS: usize = 20;
/// Files kept with their reads and edits; the least recent, unedited first, make room.
pub const FILES: usize = 80;
/// Steps kept of a plan.
pub const PLAN_STEPS: usize = 40;
/// Different checks kept with their last result.
pub const CHECKS: usize = 8;
/// Bytes at the end of a command's output in which a runner's summary is looked for.
pub const CHECK_OUTPUT_BYTES: usize = 64 * 1024;
/// Commits kept.
pub const COMMITS: usize = 16;
/// Milestones kept; the oldest make room and are counted.
pub const MILESTONES: usize = 48;
/// Replies whose usage may still be reported again: agents repeat a reply's usage within the reply.
pub const USAGE_REPLIES: usize = 8;
/// Silence after an agent's words that makes them its last: no model thinks for so long unseen.
pub const LAST_WORD_MS: i64 = 15 * 60 * 1000;
/// Time after a turn is broken off in which agents still write down what was under way.
pub const LATE_MS: i64 = 2_000;
/// Failed commands that are remembered, to tell whether one fails again the same way.
pub const FAILED_COMMANDS: usize = 6;
/// Files whose last change is remembered, to tell whether the next takes it back.
pub const LAST_EDITS: usize = 6;
/// Failures of one command in the same way that tell of a session that is stuck.
pub const SAME_FAILURES: u32 = 3;
/// Commands that fail one after another and tell of a session that is stuck.
pub const FAILURES_IN_ROW: u32 = 4;
/// Changes of one file that each take the one before back.
pub const SWINGS: u32 = 2;
/// Silence with no tool running after which a session may be stuck: 99.9 of 100 steps come sooner.
pub const QUIET_MS: i64 = 120_000;
/// Bytes at the end of an output that tell how a command failed.
pub const SIGNATURE_BYTES: usize = 2_000;
/// Sessions that one line may belong to: more have never worked in one checkout.
pub const OWNERS: usize = 16;
/// Bytes of a text whose lines are attributed: sources are smaller, and what is longer is made by programs.
pub const ATTRIBUTED_BYTES: u64 = 1 << 20;
/// Files of one checkout whose lines are attributed: what differs beyond them is unattributed.
pub const ATTRIBUTED_FILES: usize = 5_000;
/// Runs of lines kept of one file, which is attributed as a whole beyond them: they come about by nobody's hand.
pub const ATTRIBUTED_RUNS: usize = 10_000;
/// Edits of one file between two looks that are held against what differs: agents make one at a time.
pub const TOLD_EDITS: usize = 12;
/// Changes that went and may come back: a stash of a day's work.
pub const GONE_CHANGES: usize = 1_000;
/// Lines of such changes, of each of which some bytes are kept.
pub const GONE_LINES: usize = 20_000;
/// Places of a new base that the same steps may lead to: more are lines that repeat.
pub const BASE_WAYS: usize = 64;
/// Pairs of files that are compared to find which moved.
pub const MOVES_COMPARED: usize = 64;

/// Milliseconds for which a conflict or coupling is there before it is told, and gone before it is taken back: longer than
/// an agent takes to write a file and the one that goes with it.
pub const STANDS_MS: i64 = 2_500;

/// Lines that make a block which moved: one alone is there by chance.
pub const MOVED_LINES: usize = 2;

/// Letters and digits of such a block.
pub const MOVED_LETTERS: usize = 20;

/// Places where a line was taken away that are tried as the beginning of a move: a line that is everywhere begins none.
pub const MOVED_FROM: usize = 20;

/// Characters kept of what somebody said, planned or summarised as a fact: what a brief may quote of it.
pub const FACT_CHARS: usize = 6_000;
/// Characters of a question or an answer: longer ones are prompts.
pub const ANSWER_CHARS: usize = 400;
/// Characters kept of a command line as it was typed: beyond them stand scripts.
pub const FACT_LINE_CHARS: usize = 400;
/// Commands whose passes and failures are counted while a session goes on.
pub const FACT_COMMANDS: usize = 80;
/// Lines kept of what a failed command told.
pub const FAILURE_LINES: usize = 3;
/// Characters kept of such a line.
pub const FAILURE_CHARS: usize = 240;
/// Files and commands between a failure and its end that are kept.
pub const MENDING_STEPS: usize = 6;

/// Characters that a brief gives to what somebody said, where room is short.
pub const BRIEF_PROMPT_CHARS: usize = 240;
/// Characters that it gives where there is room.
pub const BRIEF_LONG_CHARS: usize = 1_200;
/// Characters that it gives to a command line.
pub const BRIEF_COMMAND_CHARS: usize = 120;
/// Characters of an answer that says no more than yes or no.
pub const BRIEF_YES_CHARS: usize = 12;
/// Characters of an answer that says without its question what was decided.
pub const CANDIDATE_ANSWER_CHARS: usize = 40;
/// Characters of a question that is understood without the words before it.
pub const QUESTION_CHARS: usize = 70;
/// Tokens of a brief, unless others are asked for: what a session reads at its start without noticing.
pub const BRIEF_TOKENS: u32 = 2_000;

/// Bytes of a note's front matter: a few lines, not a document.
pub const FRONT_BYTES: usize = 64 * 1024;

/// Values of a front matter: a list of files, not of all files.
pub const FRONT_VALUES: usize = 2_000;

/// Lists within lists of a front matter.
pub const FRONT_DEPTH: usize = 16;

/// Things that one note names: more are an index made by a program.
pub const NOTE_LINKS: usize = 500;

/// Characters of a title in a file's name.
pub const SLUG_CHARS: usize = 48;

/// Statements that are taken of an agent's reading: more is a retelling.
pub const READING_STATEMENTS: usize = 60;

/// Places in an answer at which JSON is looked for: agents put a few words before it.
pub const READING_BEGINNINGS: usize = 20;

/// Characters of a statement, and of its reason.
pub const READING_TEXT_CHARS: usize = 600;

/// Quotes of a statement or note that are looked up.
pub const READING_QUOTES: usize = 20;

/// Letters and digits that a quote needs to say something: shorter ones occur anywhere.
pub const QUOTE_LETTERS: usize = 6;

/// Bytes of a check's output in which tests are looked for: a verbose run of 50,000 tests.
pub const RESULTS_OUTPUT_BYTES: usize = 16 << 20;

/// Bytes of a report file that are read: JUnit of 50,000 tests with the output of those that fail.
pub const REPORT_BYTES: usize = 32 << 20;

/// Tests kept of one run: the largest suites of one check have fewer.
pub const TESTS: usize = 50_000;

/// Bytes of a test's name; a longer one is told apart by its hash.
pub const TEST_NAME_BYTES: usize = 400;

/// Lines kept of what a failed test told: what was expected, and what came.
pub const TEST_FAILURE_LINES: usize = 12;

/// Bytes of them.
pub const TEST_FAILURE_BYTES: usize = 1_200;

/// Failures that are looked up among all tests of a run by what is told of them at its end.
pub const TEST_FAILURES: usize = 500;

/// Errors outside of tests that are kept of one run: one wrong import brings a hundred.
pub const RUN_ERRORS: usize = 40;

/// Groups within groups that a report may nest.
pub const TEST_GROUP_DEPTH: usize = 32;

/// Bytes of an agent's closing words in which claims are looked for: a long report.
pub const CLAIM_TEXT_BYTES: usize = 64 * 1024;

/// Claims kept of one text: more is a retelling of the change.
pub const CLAIMS: usize = 200;

/// Words of a sentence that are read: what is longer is pasted.
pub const SENTENCE_WORDS: usize = 160;

/// Names kept of one claim.
pub const CLAIM_NAMES: usize = 24;

/// Names kept of a whole text of claims.
pub const CLAIM_TEXT_NAMES: usize = 1_000;

/// Commands of a session that are read for what its checks came to; the latest.
pub const EVIDENCE_COMMANDS: usize = 20_000;

/// Runs of checks that claims are held against, the latest: each is compared with those after it.
pub const EVIDENCE_RUNS: usize = 1_000;

/// Cases of one rule of conduct that are told: more are the same habit.
pub const CONDUCT_CASES: usize = 12;

/// Points of children that a lead leaves out, and that are told.
pub const OMISSIONS: usize = 60;

/// Characters of closing words that are enough; shorter ones take the words before with them.
pub const CLOSING_CHARS: usize = 160;

/// Replies that make the closing words at most.
pub const CLOSING_REPLIES: usize = 3;

/// Bytes at the end of a command's output that are kept as evidence: what a runner tells last, with the failures.
pub const EVIDENCE_OUTPUT_BYTES: usize = 24 * 1024;

/// Bytes of what a search of the web told in which addresses are looked for.
pub const FOUND_BYTES: usize = 32 * 1024;

/// Sentences of a task that are asked for, one by one: more is a specification.
pub const CRITERIA: usize = 24;

/// Characters of such a sentence.
pub const CRITERION_CHARS: usize = 300;

/// Proofs told of one sentence.
pub const PROOFS: usize = 6;

/// Commands listed in a receipt, the latest.
pub const RECEIPT_COMMANDS: usize = 400;

/// Characters of a session's last words in a receipt.
pub const RECEIPT_CLOSING_CHARS: usize = 4_000;

/// Items of a list in a receipt that are shown at once; a longer list is folded: a screen holds no more.
pub const RECEIPT_OPEN: usize = 12;

/// Items of a list in a receipt's text; JSON has them all.
pub const RECEIPT_LISTED: usize = 500;

/// Lines of what an agent is told at its stop that its work does not show: what it mends in one go.
pub const MISSING_LINES: usize = 8;
/// Tests of one check of which a receipt says something: more are one cause.
pub const RECEIPT_TESTS: usize = 200;

/// Errors outside of tests that are told of one run.
pub const RECEIPT_RUN_ERRORS: usize = 5;

/// Findings of one rule that runs of one check give: more are the same cause.
pub const RUN_FINDINGS: usize = 20;

/// Tests that are named one by one where several are told as one.
pub const NAMED_TESTS: usize = 3;
/// Files of each list of a folder that was tidied: more are read by nobody, and each is a line of JSON.
pub const FOLDER_LISTED: usize = 2_000;

/// Files named of those that a tidied folder still has as they were: enough to see that they were not forgotten.
pub const FOLDER_LEFT: usize = 20;

/// Bytes of a text in which sources are looked for: a long report.
pub const SOURCES_TEXT_BYTES: usize = 2 << 20;

/// Sources kept of a piece of work, cited and opened: a long bibliography.
pub const SOURCES: usize = 1_000;
