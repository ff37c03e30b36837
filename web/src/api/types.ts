// The shapes of the daemon's answers, by their names in its OpenAPI document.

export type Timestamp = string
export type SessionId = string
export type TaskId = string
export type WorkspaceId = string
export type AgentName = string
export type Seq = number
export type Ordinal = number

export type Column = 'backlog' | 'ready' | 'running' | 'needs_you' | 'review' | 'done'
export type Priority = 'urgent' | 'high' | 'normal' | 'low'
export type LinkedBy = 'hand' | 'environment' | 'worktree' | 'branch'
export type StateWord = 'needs_you' | 'failed' | 'working' | 'ready' | 'interrupted' | 'ended' | 'unknown'
export type Alive = 'yes' | 'no' | 'unknown'
export type TurnState = 'working' | 'waiting_permission' | 'waiting_input' | 'idle' | 'unknown'
export type Outcome = 'completed' | 'interrupted' | 'failed' | 'open'
export type FactSource = 'registry' | 'process' | 'events'

export interface Fact<T> {
  is: T
  source: FactSource
  at: Timestamp | null
}

export interface SessionState {
  alive: Fact<Alive>
  turn: Fact<TurnState>
  outcome: Fact<Outcome>
}

export interface Workspace {
  id: WorkspaceId
  name: string
  root: string
  is_git: boolean
  needs_you: number
  working: number
}

export interface TaskSession {
  session: SessionId
  linked_by: LinkedBy
}

export interface TaskView {
  id: TaskId
  workspace: WorkspaceId
  title: string
  body: string
  column: Column
  position: number
  moved_by_hand: boolean
  priority: Priority
  labels: string[]
  checks: string[]
  scope: string[]
  tracker: string | null
  tracker_url: string | null
  branch: string | null
  waits_for: TaskId[]
  blocked_by: TaskId[]
  sessions: TaskSession[]
  created_at: Timestamp
  updated_at: Timestamp
  revision: number
}

export interface TaskDetail {
  task: TaskView
  sessions: SessionView[]
  history: TaskChangeEntry[]
}

export interface TaskChangeEntry {
  seq: Seq
  at: Timestamp
  by: string
  text: string
}

export interface NewTask {
  title: string
  body?: string
  column?: Column | null
  priority?: Priority
  labels?: string[]
  checks?: string[]
  scope?: string[]
  tracker?: string | null
  branch?: string | null
  waits_for?: TaskId[]
  sessions?: SessionId[]
}

export interface TaskChange {
  revision?: number | null
  title?: string | null
  body?: string | null
  priority?: Priority | null
  labels?: string[] | null
  checks?: string[] | null
  scope?: string[] | null
  tracker?: string | null
  branch?: string | null
  waits_for?: TaskId[] | null
}

export interface MoveTask {
  column: Column
  before?: TaskId | null
}

export interface Board {
  workspace: Workspace
  workspaces: Workspace[]
  tasks: TaskView[]
  sessions: SessionView[]
  sessions_total: number
  import: ImportProgress
  last_look: Timestamp | null
  seq: Seq
}

export type StreamMessage =
  | { type: 'session'; session: SessionView }
  | { type: 'task'; task: TaskView }
  | { type: 'task_removed'; id: TaskId }
  | { type: 'import'; import: ImportProgress }
  | { type: 'reset' }

export type LogEntry = { seq: Seq } & StreamMessage

export interface ImportProgress {
  running: boolean
  bytes_done: number
  bytes_total: number
  files_done: number
  files_total: number
  sessions: number
  left_ms: number | null
}

export interface CheckResult {
  command: string
  ok: boolean | null
  passed: number | null
  failed: number | null
  at: Timestamp | null
  ordinal: Ordinal
}

export interface PlanProgress {
  done: number
  total: number
  current: string | null
}

export interface Tokens {
  input: number
  cache_read: number
  cache_write: number
  output: number
}

export interface ContextUse {
  used: number
  window: number | null
}

export interface SessionView {
  id: SessionId
  agent: AgentName
  agent_session_id: string
  subagent_id: string | null
  workspace: WorkspaceId | null
  task: TaskId | null
  parent: SessionId | null
  forked_from: SessionId | null
  title: string | null
  title_by_user: boolean
  cwd: string | null
  branch: string | null
  state: StateWord
  facts: SessionState
  waiting_for: string | null
  activity: string
  activity_since: Timestamp | null
  goal: string | null
  started_at: Timestamp | null
  updated_at: Timestamp | null
  files: string[]
  files_changed: number
  last_check: CheckResult | null
  plan: PlanProgress | null
  tokens: Tokens
  cost_usd: number | null
  context: ContextUse | null
  model: string | null
  agent_version: string | null
  children: number
  events: number
  seq: Seq
}

export interface SessionList {
  sessions: SessionView[]
  total: number
  next: string | null
  seq: Seq
}

export interface SessionDetail {
  session: SessionView
  goal_text: string | null
  plan_steps: PlanStep[]
  files: FileTouch[]
  files_more: number
  checks: CheckResult[]
  milestones: Milestone[]
  children: SessionView[]
  parent: SessionView | null
  forked_from: SessionView | null
  mode: string | null
  entrypoint: string | null
  pull_requests: string[]
  transcripts: string[]
  readable: string | null
  seq: Seq
}

export interface FileTouch {
  path: string
  reads: number
  edits: number
  at: Timestamp | null
}

export type MilestoneKind =
  | 'directed'
  | 'finished'
  | 'interrupted'
  | 'failed'
  | 'check_failed'
  | 'check_fixed'
  | 'committed'
  | 'pushed'
  | 'pull_request'
  | 'asked'
  | 'answered'
  | 'plan_approved'
  | 'refused'
  | 'compacted'

export interface Milestone {
  kind: MilestoneKind
  text: string
  at: Timestamp | null
  ordinal: Ordinal
}

export interface EventPage {
  events: Event[]
  more_before: boolean
  more_after: boolean
  total: number
  seq: Seq
}

export type LandmarkKind = 'prompt' | 'failure' | 'edit' | 'question' | 'compaction'

export interface Landmark {
  seq: Seq
  ordinal: Ordinal
  at: Timestamp | null
  kind: LandmarkKind
  text: string
}

export interface Since {
  from: Timestamp
  to: Timestamp
  groups: SinceGroup[]
  quiet_sessions: number
}

export interface SinceGroup {
  task: TaskId | null
  title: string
  sessions: SessionId[]
  state: StateWord | null
  wanted: string | null
  files: string[]
  lines: SinceLine[]
}

export interface SinceLine {
  at: Timestamp | null
  kind: MilestoneKind
  text: string
  session: SessionId
  ordinal: Ordinal
}

export interface SearchResults {
  hits: SearchHit[]
  truncated: boolean
  notes: string[]
}

export interface SearchHit {
  subject: 'event' | 'task' | 'note'
  session: SessionId | null
  task: TaskId | null
  note: string | null
  workspace: WorkspaceId | null
  agent: AgentName | null
  title: string
  seq: Seq | null
  ordinal: Ordinal | null
  kind: EventKind | null
  at: Timestamp | null
  file: string | null
  text: string
  /** Byte offsets of begin and end in the UTF-8 of `text`. */
  matches: [number, number][]
  more_in_session: number
}

export interface RawRecord {
  record_type: string
  text: string
}

// Events

export interface Image {
  blob: string
  media_type: string
}

interface ToolUse {
  tool_use_id: string
  tool: string
}

export interface FileEdit {
  path: string
  change: 'write' | 'modify' | 'delete' | 'move'
  from?: string
  hunks?: Hunk[]
}

export interface Hunk {
  old_start: number
  new_start: number
  lines: string[]
}

export interface PlanStep {
  id?: string
  text: string
  status: 'pending' | 'in_progress' | 'completed' | 'dropped' | null
}

export interface QuestionItem {
  question: string
  options?: string[]
  multiple?: boolean
}

export interface PromptBody {
  kind: 'prompt'
  text: string
  author: 'user' | 'agent' | 'program' | 'command'
  images?: Image[]
}
export interface TextBody {
  kind: 'text'
  text: string
}
export interface ThinkingBody {
  kind: 'thinking'
  text: string
}
export interface CommandBody extends ToolUse {
  kind: 'command'
  command: string
  description?: string
  cwd?: string
  background?: boolean
  escalation?: string
}
export interface EditBody extends ToolUse {
  kind: 'edit'
  files: FileEdit[]
}
export interface ReadBody extends ToolUse {
  kind: 'read'
  path: string
  from_line?: number
}
export interface SearchBody extends ToolUse {
  kind: 'search'
  place: 'text' | 'files' | 'web' | 'page'
  query: string
  path?: string
}
export interface DelegateBody extends ToolUse {
  kind: 'delegate'
  title: string
  prompt: string
  agent_type?: string
}
export interface PlanBody extends ToolUse {
  kind: 'plan'
  change: 'replace' | 'add' | 'update' | 'propose'
  steps?: PlanStep[]
  proposal?: string
}
export interface QuestionBody extends ToolUse {
  kind: 'question'
  questions: QuestionItem[]
}
export interface ToolBody extends ToolUse {
  kind: 'tool'
  input: unknown
}
export interface ResultBody {
  kind: 'result'
  tool_use_id: string
  text: string
  ok?: boolean
  exit_code?: number
  duration_ms?: number
  stderr?: string
  edits?: FileEdit[]
  refused?: string
  interrupted?: boolean
  background_id?: string
  answers?: [string, string][]
  images?: Image[]
  subagent?: string
}
export interface UsageBody {
  kind: 'usage'
  input: number
  cache_read: number
  cache_write: number
  output: number
  model?: string
  cost_usd?: number
  context_used?: number
  context_window?: number
}
export interface CompactionBody {
  kind: 'compaction'
  trigger?: string
  summary?: string
  tokens_before?: number
}
export interface ErrorBody {
  kind: 'error'
  text: string
  will_retry?: boolean
  status?: number
}
export interface TurnBody {
  kind: 'turn'
  phase: 'started' | 'completed' | 'interrupted' | 'failed'
  duration_ms?: number
}
export interface InfoBody {
  kind: 'info'
  cwd?: string
  branch?: string
  commit?: string
  model?: string
  title?: string
  mode?: string
  agent_version?: string
  pull_request?: string
}
export interface NoticeBody {
  kind: 'notice'
  topic: string
  text: string
}
export interface UnknownBody {
  kind: 'unknown'
  record_type: string
}

export type EventBody =
  | PromptBody
  | TextBody
  | ThinkingBody
  | CommandBody
  | EditBody
  | ReadBody
  | SearchBody
  | DelegateBody
  | PlanBody
  | QuestionBody
  | ToolBody
  | ResultBody
  | UsageBody
  | CompactionBody
  | ErrorBody
  | TurnBody
  | InfoBody
  | NoticeBody
  | UnknownBody

export type EventKind = EventBody['kind']
export type ToolUseBody = Extract<EventBody, ToolUse>

export type EventOf<B extends EventBody> = {
  seq: Seq
  session: SessionId
  ordinal: Ordinal
  at: Timestamp | null
} & B

export type Event = { [K in EventKind]: EventOf<Extract<EventBody, { kind: K }>> }[EventKind]

// Doctor

export type Severity = 'error' | 'warning' | 'note'

export interface Problem {
  severity: Severity
  text: string
  path: string | null
  hint: string | null
}

export interface AgentReport {
  agent: AgentName
  title: string
  program: string | null
  version: string | null
  homes: string[]
  files: number
  sessions: number
  versions_seen: string[]
}

export interface DoctorReport {
  version: string
  daemon_pid: number | null
  agents: AgentReport[]
  import: ImportProgress
  problems: Problem[]
}
