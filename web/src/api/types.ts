// The page's names for what the daemon answers. Every shape comes from its OpenAPI document, by
// `npm run types`.

import type * as schema from './schema'

/** An answer as it comes: the daemon writes every field, and `null` where it has no value. */
type Told<T> = T extends (infer Item)[]
  ? Told<Item>[]
  : T extends object
    ? { [Field in keyof T]-?: Told<T[Field]> }
    : T

export type {
  AcceptCandidate,
  AcceptCase,
  AgentName,
  AnswerCall,
  CallAnswer,
  CallDetail,
  CallId,
  CallKind,
  CallOption,
  CallState,
  CandidateFrom,
  ChangeComment,
  ChangeReview,
  CheckOutcome,
  Column,
  CommentOn,
  CommentState,
  ConflictKind,
  CouplingKind,
  DecisionStatus,
  Effect,
  EventBody,
  EventKind,
  FactSource,
  FileEdit,
  FileKind,
  FileStatus,
  GoOn,
  HandOff,
  Hunk,
  Image,
  LandBy,
  LandmarkKind,
  LinkedBy,
  LinkKind,
  MarkViewed,
  MilestoneKind,
  MoveTask,
  NewComment,
  NewNight,
  NewNote,
  NewPost,
  NewReview,
  NightOutcome,
  NoteEdit,
  NoteKind,
  NoteText,
  NewStart,
  NewTask,
  Ordinal,
  PostWanted,
  Priority,
  QuestionItem,
  ReceiptGlance,
  ReceiptList,
  ReceiptOf,
  ReceiptView,
  ReviewId,
  ReviewState,
  RuledOut,
  Seq,
  SessionId,
  SetupStep,
  ShareNotes,
  Severity,
  StateWord,
  StoredImage,
  Strength,
  TaskChange,
  TaskId,
  Timestamp,
  Urgency,
  Viewed,
  WorkspaceId,
  WorktreeState,
} from './schema'

export type AgentReport = Told<schema.AgentReport>
/** Its lines leave out what has no value. */
export type BriefView = Omit<Told<schema.BriefView>, 'sections' | 'unproven' | 'readings'> &
  Pick<schema.BriefView, 'sections' | 'unproven' | 'readings'>
export type Board = Omit<Told<schema.Board>, 'calls' | 'tasks'> & { calls: CallView[]; tasks: TaskView[] }
/** What is asked and what may be answered leave out what has no value. */
export type CallView = Omit<Told<schema.CallView>, 'detail' | 'options' | 'answer'> & {
  detail: schema.CallDetail
  options: schema.CallOption[]
  answer: schema.CallAnswer | null
}
export type ChangesetRef = Told<schema.ChangesetRef>
export type ChangesetView = Omit<Told<schema.ChangesetView>, 'files'> & { files: schema.ChangedFile[] }
export type Candidate = Told<schema.Candidate>
export type CandidateList = Told<schema.CandidateList>
export type CheckResult = Told<schema.CheckResult>
export type Conflict = Told<schema.Conflict>
export type ConflictFile = Told<schema.ConflictFile>
export type ConflictHunk = Told<schema.ConflictHunk>
/** Its symbol is left out where it has none. */
export type Coupling = schema.Coupling
export type ContextUse = Told<schema.ContextUse>
export type DoctorReport = Told<schema.DoctorReport>
export type DiffHunk = Told<schema.DiffHunk>
export type FileDiffView = Told<schema.FileDiffView>
export type FileTouch = Told<schema.FileTouch>
export type RelatedItem = Told<schema.RelatedItem>
export type SessionReading = Omit<Told<schema.SessionReading>, 'reading' | 'now'> & {
  reading: Told<schema.Reading> | null
  now: schema.ReadingNow | null
}
export type ReadingsView = Omit<Told<schema.ReadingsView>, 'sessions'> & { sessions: SessionReading[] }
export type RelatedView = Told<schema.RelatedView>
export type HandedOff = Omit<Told<schema.HandedOff>, 'brief'> & { brief: BriefView }
export type ImportProgress = Told<schema.ImportProgress>
export type Landmark = Told<schema.Landmark>
export type LogEntry =
  | Exclude<Told<schema.LogEntry>, { type: 'call' | 'task' }>
  | { seq: schema.Seq; type: 'call'; call: CallView }
  | { seq: schema.Seq; type: 'task'; task: TaskView }
export type MessageView = Told<schema.MessageView>
export type Milestone = Told<schema.Milestone>
export type LeaseView = Told<schema.LeaseView>
export type NoteBy = Told<schema.NoteBy>
export type NoteHistory = Told<schema.NoteHistory>
export type NoteLink = Told<schema.NoteLink>
export type NoteList = Told<schema.NoteList>
export type NoteRow = Told<schema.NoteRow>
export type NoteShare = Told<schema.NoteShare>
export type NoteVersion = Told<schema.NoteVersion>
export type NoteView = Told<schema.NoteView>
export type NightView = Told<schema.NightView>
export type NightTaskView = Told<schema.NightTaskView>
export type OwnedView = Told<schema.OwnedView>
export type PairView = Omit<Told<schema.PairView>, 'couplings'> & { couplings: Coupling[] }
export type PairsView = Omit<Told<schema.PairsView>, 'pairs'> & { pairs: PairView[] }
export type PostPreview = Told<schema.PostPreview>
export type PostView = Told<schema.PostView>
export type PlanProgress = Told<schema.PlanProgress>
export type PlanStep = schema.PlanStep
export type Problem = Told<schema.Problem>
/** What a refusal tells, where it is the daemon's own. */
export type Refusal = Partial<schema.ApiError>
export type RawRecord = Told<schema.RecordBehind>
export type ResourceView = Told<schema.ResourceView>
export type ReportView = Told<schema.ReportView>
export type ReviewCheck = Told<schema.ReviewCheck>
export type ProvenConflict = Told<schema.ProvenConflict>
export type ReviewComment = Omit<Told<schema.ReviewComment>, 'on' | 'from'> & {
  on: schema.CommentOn
  from: Told<schema.CommentFrom> | null
}
export type ReviewFile = Told<schema.ReviewFile>
export type ReviewMember = ChangesetView & Told<Omit<schema.ReviewMember, keyof schema.ChangesetView>>
export type ReviewProposal = Omit<Told<schema.ReviewProposal>, 'members' | 'pairs'> & {
  members: ReviewMember[]
  pairs: PairView[]
}
export type ReviewView = Omit<
  Told<schema.ReviewView>,
  'members' | 'pairs' | 'comments' | 'sent' | 'receipt'
> & {
  members: ReviewMember[]
  pairs: PairView[]
  comments: ReviewComment[]
  sent: SentView | null
} & Pick<schema.ReviewView, 'receipt'>
export type PullRequestView = Told<schema.PullRequestView>
export type SendAs = schema.SendAs
export type SendPlan = Omit<Told<schema.SendPlan>, 'branches'> & { branches: SentBranchView[] }
export type SentBranchView = Omit<Told<schema.SentBranchView>, 'pull_request'> & {
  pull_request: PullRequestView | null
}
export type SentView = Omit<Told<schema.SentView>, 'branches'> & { branches: SentBranchView[] }
export type ReviewList = Omit<Told<schema.ReviewList>, 'reviews' | 'proposals' | 'others'> & {
  reviews: ReviewView[]
  proposals: ReviewProposal[]
  others: ChangesetView[]
}
export type Rewound = Told<schema.Rewound>
export type SearchHit = Omit<Told<schema.SearchHit>, 'matches'> & {
  /** Byte offsets of begin and end in the UTF-8 of `text`. */
  matches: [number, number][]
}
export type SearchResults = Omit<Told<schema.SearchResults>, 'hits'> & { hits: SearchHit[] }
export type SessionDetail = Told<schema.SessionDetail>
export type SessionList = Told<schema.SessionList>
export type SessionState = Told<schema.SessionState>
export type SessionView = Told<schema.SessionView>
export type SharedBeginning = Told<schema.SharedBeginning>
export type Since = Told<schema.Since>
export type SinceGroup = Told<schema.SinceGroup>
export type SinceLine = Told<schema.SinceLine>
export type TaskChangeEntry = Told<schema.TaskChangeEntry>
export type TaskDetail = Omit<Told<schema.TaskDetail>, 'task'> & { task: TaskView }
export type TaskSession = Told<schema.TaskSession>
export type TaskView = Omit<Told<schema.TaskView>, 'receipt'> & Pick<schema.TaskView, 'receipt'>
export type Tokens = Told<schema.Tokens>
export type TurnView = Told<schema.TurnView>
export type Workspace = Told<schema.Workspace>
export type WorktreeView = Told<schema.WorktreeView>
export type WorktreeServed = Told<schema.WorktreeServed>
export type WorktreeSetUp = Told<schema.WorktreeSetUp>
export type WorktreeRemoved = Told<schema.WorktreeRemoved>
export type Collected = Told<schema.Collected>
export type CollectProposal = Told<schema.CollectProposal>

// Events leave out what has no value.

/** What happened, of one kind. */
export type BodyOf<Kind extends schema.EventKind> = Extract<schema.EventBody, { kind: Kind }>

export type CommandBody = BodyOf<'command'>
export type DelegateBody = BodyOf<'delegate'>
export type EditBody = BodyOf<'edit'>
export type PlanBody = BodyOf<'plan'>
export type PromptBody = BodyOf<'prompt'>
export type QuestionBody = BodyOf<'question'>
export type ResultBody = BodyOf<'result'>
export type ToolBody = BodyOf<'tool'>
export type UnknownBody = BodyOf<'unknown'>

type Place = Pick<schema.Event, 'seq' | 'session' | 'ordinal'> & { at: schema.Timestamp | null }

export type EventOf<Body extends schema.EventBody> = Place & Body

export type Event = { [Kind in schema.EventKind]: EventOf<BodyOf<Kind>> }[schema.EventKind]
export type EventPage = Omit<schema.EventPage, 'events'> & { events: Event[] }
export type ToolUseBody = Extract<schema.EventBody, schema.ToolUse>
