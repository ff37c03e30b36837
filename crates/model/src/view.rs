//! What every surface shows: the shapes of `--json`, of the HTTP API and of the page.
//!
//! Ids are strings, times RFC 3339, names snake_case; fields are added, never renamed.

mod board;
mod brief;
mod call;
mod candidate;
mod changes;
mod commit;
mod conflict;
mod doctor;
mod message;
mod night;
mod note;
mod owned;
mod post;
mod reading;
mod receipt;
mod related;
mod resource;
mod review;
mod search;
mod session;
mod since;
mod trust;
mod worktree;

pub use board::{
    Board, LogEntry, MoveTask, NewTask, StreamMessage, TaskChange, TaskChangeEntry, TaskDetail,
    TaskSession, TaskView, Workspace,
};
pub use brief::{BriefLine, BriefPart, BriefReading, BriefSection, BriefView};
pub use call::{AnswerCall, CallView, Inbox};
pub use candidate::{AcceptCandidate, CandidateList, SettleCandidate};
pub use changes::{
    BreakView, ChangesetRef, ChangesetView, ClaimView, DropClaims, LandOrderView, LandReason,
    NewClaim, PairView, PairsView, PatchView, PullRequestView,
};
pub use commit::{CommitView, NewCommit, OwnChangesView};
pub use conflict::{ConflictPair, ConflictsView};
pub use doctor::{AgentReport, DoctorReport, Problem, RecordTypeCount, Severity, StorageReport};
pub use message::{MessageView, ReportGlance, ReportView};
pub use night::{NewNight, NightTaskView, NightView};
pub use note::{
    DecisionView, NewNote, NoteBy, NoteEdit, NoteHistory, NoteLink, NoteList, NoteRestore, NoteRow,
    NoteShare, NoteText, NoteVersion, NoteView, SecretLine, ShareNotes, StoredImage,
};
pub use owned::{
    Attached, GoOn, HandOff, HandedOff, NewPrompt, NewStart, OwnedCan, OwnedView, QueuedPrompt,
    RewindTo, Rewound, RewoundConversation, TurnView,
};
pub use post::{NewPost, PostOf, PostPreview, PostState, PostTo, PostView, PostWanted};
pub use reading::{ReadingNow, ReadingsView, SessionReading, StartReadings};
pub use receipt::{AcceptCase, ReceiptGlance, ReceiptList, ReceiptView};
pub use related::{RelatedItem, RelatedLine, RelatedView};
pub use resource::{GiveResource, LeaseView, ResourceView, TakeResource};
pub use review::{
    ChangeComment, ChangeReview, CommentAnswer, CommentFrom, CommentOn, CommentState, DiffHunk,
    FileDiffView, MarkViewed, MovedRun, Narrowed, NewComment, NewReview, OwnedRun, ProvenConflict,
    ReviewCheck, ReviewComment, ReviewFile, ReviewList, ReviewMember, ReviewProposal, ReviewView,
    SendPlan, SentBranchView, SentView, Viewed,
};
pub use search::{SearchHit, SearchResults, SearchSubject};
pub use session::{
    CheckResult, ContextUse, EventPage, FileTouch, ImportProgress, Landmark, LandmarkKind,
    PlanProgress, SessionDetail, SessionView, SharedBeginning,
};
pub use since::{
    RuledCall, Since, SinceFolded, SinceGroup, SinceLine, SinceReview, SinceReviewLine, SinceWant,
};
pub use trust::{ApproveTrust, TrustState, TrustView};
pub use worktree::{
    AdoptWorktree, CollectProposal, CollectWorktrees, Collected, NewWorktree, RemoveWorktree,
    RestoreWorktree, ServeWorktree, ServerView, SetUpWorktree, SetupStep, WorktreeRemoved,
    WorktreeServed, WorktreeSetUp, WorktreeView,
};
