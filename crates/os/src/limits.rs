//! The limits of this crate, each with its reason.

use std::time::Duration;

/// Output kept of one command: more than any listing we ask for, far less than memory.
pub const COMMAND_OUTPUT_BYTES: usize = 64 << 20;

/// Time a command gets unless its caller says otherwise: longer than git takes on a large repository,
/// short enough that a hanging network file system does not hang us for good.
pub const COMMAND_TIME: Duration = Duration::from_secs(60);

/// File notifications waiting to be looked at; beyond it they are folded into one "look everywhere".
pub const FILE_NOTIFICATIONS: usize = 8192;

/// Time between two looks at folders that the system does not notify of: what an agent says shows within it.
pub const POLL_EVERY: Duration = Duration::from_secs(1);

/// Times as long as a look took until the next one: looking takes a twentieth of a core at most.
pub const POLL_REST: u32 = 20;

/// Looks in a row, until one finds nothing new: beyond, somebody writes without end.
pub const POLL_PASSES: usize = 4;

/// Files and folders that are looked at at most: some 100 bytes of memory each.
pub const POLLED_ENTRIES: usize = 200_000;

/// Niceness of threads that give way (0 is usual, 19 the most): such a thread gets a tenth of a core that
/// another one wants.
pub const GIVE_WAY_NICE: i32 = 10;

/// Lines of a conversation that wait to be heard: the command waits then.
pub const CONVERSATION_LINES: usize = 64;

/// Bytes read from an agent's pipe at once.
pub const PIPE_BYTES: usize = 64 << 10;

/// What is kept of an agent's standard error: its last words explain a failure.
pub const HOST_ERROR_BYTES: usize = 256 << 10;

/// Ids of lines sent to an agent by which a repeated one is recognised: a daemon repeats only what it did
/// not see done before it ended.
pub const SENT_IDS: usize = 10_000;

/// Bytes of an agent's output after which its host begins another file: what is read and kept goes by files.
pub const OUTPUT_PART_BYTES: u64 = 4 << 20;

/// Bytes of an agent's output that its host keeps unread: a night of the most talkative agent without a daemon. Beyond,
/// the agent waits until somebody reads, and nothing is lost.
pub const OUTPUT_BYTES: u64 = 2 << 30;

/// Bytes that wait for an agent that does not read: the longest request, and the answers behind it.
pub const UNREAD_BYTES: usize = 80 << 20;

/// Bytes of the file of what an agent was sent, after which the one before is dropped.
pub const SENT_BYTES: u64 = 8 << 20;

/// Longest request to a host: a prompt with pictures in it.
pub const REQUEST_BYTES: u64 = 64 << 20;

/// Time a host has to answer: it waits for nothing but the disk.
pub const HOST_ANSWER_TIME: Duration = Duration::from_secs(10);

/// Time between two tries to write what an agent said while the disk is full.
pub const DISK_FULL_PAUSE: Duration = Duration::from_secs(1);

/// Time that processes have to end by themselves before they are killed.
pub const END_GRACE: Duration = Duration::from_secs(3);

/// How often it is looked whether a process that is no child of ours has ended.
pub const END_LOOK_EVERY: Duration = Duration::from_millis(20);

/// Output kept of one configured script in its log from its beginning on: the middle of an endless one is not.
pub const SCRIPT_LOG_BYTES: usize = 16 << 20;

/// Output kept of one that says more than that from its end: there it says why it failed.
pub const SCRIPT_LOG_END_BYTES: usize = 256 << 10;

/// Longest line of a script that is told as one.
pub const SCRIPT_LINE_BYTES: u64 = 64 << 10;

/// Lines of a script that wait to be told; who is slower misses some, which the log has.
pub const SCRIPT_LINES: usize = 1024;

/// Lines that wait for who is slow to hear them: what a runner says last.
pub const SCRIPT_LAST_LINES: usize = 40;

/// Time between two looks at whether a script has ended.
pub const SCRIPT_PAUSE: Duration = Duration::from_millis(10);

/// Looks whether the command that keeps the machine awake was refused: it ends within some milliseconds then.
pub const AWAKE_LOOKS: u32 = 20;

/// Time between two such looks.
pub const AWAKE_LOOK_EVERY: Duration = Duration::from_millis(10);

/// Time for a connection to this machine itself: a refusal comes at once.
pub const CONNECT_TIME: Duration = Duration::from_millis(200);

/// Memory of a confined command unless its caller says otherwise: the link of a large program, or a browser's tests.
pub const CONFINED_MEMORY_BYTES: u64 = 8 << 30;

/// Processes of one at one time: a build on many cores, and what its tests start.
pub const CONFINED_PROCESSES: u32 = 512;

/// Threads for each of them, at which the kernel refuses more: before it could see a process more than allowed.
pub const CONFINED_THREADS: u64 = 32;

/// Room that one takes on disks: the build folder of a large project.
pub const CONFINED_DISK_BYTES: u64 = 20 << 30;

/// Files that one makes or changes: ten installations of a large web project's packages.
pub const CONFINED_FILES: u64 = 1_000_000;

/// The part of a confined command's memory that it may use as files in memory.
pub const CONFINED_SHARED_MEMORY_PART: u64 = 4;

/// Services of the machine that one confined command is given: more would be the machine.
pub const CONFINED_SERVICES: usize = 16;

/// Connections to them at one time, each with two threads.
pub const FORWARDED_CONNECTIONS: usize = 128;

/// Longest message between the steps of a confined command: its environment is in it.
pub const CONFINED_ORDER_BYTES: u32 = 16 << 20;

/// Unix sockets of the machine that are covered: a desktop has some hundred.
pub const CONFINED_SOCKETS: usize = 2000;

/// Time between two looks at what a confined command takes: a program that fills memory gets some hundred megabytes
/// further.
pub const CONFINED_LOOK_EVERY: Duration = Duration::from_millis(25);

/// Times as long as a look took until the next one: looking takes a fiftieth of a core at most. Where all processes of
/// the machine must be looked through, that is less often.
pub const CONFINED_LOOK_REST: u32 = 50;

/// The longest time between two looks: what slows them down may be the command itself.
pub const CONFINED_LOOK_AT_LEAST_EVERY: Duration = Duration::from_millis(250);

/// Rounds in which the rest of a confined command is killed: whatever a round misses was begun during it.
pub const CONFINED_KILL_ROUNDS: usize = 200;

/// Time from the command's end, or from being told to end, until the step that watches it must be over, besides the
/// time that its processes have.
pub const CONFINED_END_TIME: Duration = Duration::from_secs(5);

/// Time until a confined command has begun: it takes some milliseconds, or a disk hangs.
pub const CONFINED_BEGIN_TIME: Duration = Duration::from_secs(30);
