// What the daemon tells of receipts. What has no value is left out, or is `null`.

import type {
  AgentName,
  CheckOutcome,
  FileKind,
  FileStatus,
  SessionId,
  TaskId,
  Timestamp,
  Tokens,
} from '../api/types'

/** An event that something was taken from: `S41#10234`. */
export type Cite = string
/** `T12`, `S41`, `R7`, `branch:feature/x`. */
export type ReceiptOf = string

export type CheckKind = 'test' | 'build' | 'types' | 'lint' | 'format'

/** Something for each combination: the first word is the code, the second the tests. */
export interface Grid<T> {
  base_base: T
  new_base: T
  base_new: T
  new_new: T
}

export interface Cell {
  outcome?: CheckOutcome | null
  exit_code?: number | null
  words?: string | null
  duration_ms?: number | null
  log?: string | null
  passed?: number | null
  failed?: number | null
  times?: number
}

export type Seen = 'unknown' | 'absent' | 'broken' | 'skipped' | 'passed' | 'failed' | 'mixed'

export type Standing =
  | 'regressed'
  | 'bent'
  | 'skipped_now'
  | 'removed'
  | 'flaky'
  | 'failing'
  | 'vacuous'
  | 'weak_proof'
  | 'proves'
  | 'fixed'
  | 'broken_before'
  | 'holds'
  | 'skipped'
  | 'not_checked'

export interface TestStanding {
  name: string
  standing: Standing
  seen: Grid<Seen>
  file?: string | null
  failure?: string | null
}

export interface Denominator {
  collected: number
  ran: number
}

export type Hold = { is: 'held' } | { is: 'partly'; why: string } | { is: 'not_held'; why: string }

export type ConfinedBy = 'namespaces' | 'landlock' | 'seatbelt' | 'limits'

export interface Confinement {
  by: ConfinedBy
  refused?: string | null
  files: Hold
  secrets: Hold
  network: Hold
  sockets: Hold
  processes: Hold
  memory: Hold
  disk: Hold
}

export interface Checked {
  command: string
  kind?: CheckKind | null
  cells: Grid<Cell>
  standing: Standing
  totals?: Partial<Record<Standing, number>>
  tests?: TestStanding[]
  left_out?: number
  base?: Denominator | null
  new?: Denominator | null
  confinement?: Confinement | null
}

/** A line of a file; without a line it speaks of the whole file. */
export interface Spot {
  path: string
  line?: number | null
  /** The line is gone: it is counted in the file as it was. */
  is_gone?: boolean
}

export interface Request {
  words: string
  cite?: Cite | null
}

export interface Proof {
  words: string
  is_against?: boolean
  spot?: Spot | null
  cite?: Cite | null
}

export interface Criterion {
  words: string
  proofs: Proof[]
}

export interface LookFirst {
  words: string
  why: string
  spot?: Spot | null
  before?: string
  after?: string
}

export type Verdict = 'supported' | 'contradicted' | 'stale' | 'unsupported' | 'not_checked'

export interface ClaimLine {
  session: SessionId
  said_at?: Cite | null
  quote: string
  /** What sort of claim it is: `passes`, `changed`. */
  kind: string
  verdict: Verdict
  why: string
  sources?: Cite[]
}

export interface ChildLine {
  session: SessionId
  task?: TaskId | null
  title?: string | null
  result?: string | null
  supported: number
  contradicted: number
  others: number
}

export type Omitted = 'contradicted' | 'failure' | 'admission' | 'question' | 'disagreement'

export interface Omission {
  child: string
  what: Omitted
  quote: string
  why: string
}

export type Weight = 'note' | 'warning' | 'blocking'
export type Risk = 'low' | 'medium' | 'high'

export interface Accepted {
  by: string
  reason: string
  at: Timestamp
}

export interface Case {
  key: string
  rule: string
  spot?: Spot | null
  words: string
  before?: string
  after?: string
  sources?: Cite[]
  weight: Weight
  risk: Risk
  accepted?: Accepted | null
}

export type UnprovenKind =
  'check_not_run' | 'admitted' | 'not_executed' | 'not_measured' | 'not_opened' | 'not_in_receipt'

export interface Unproven {
  kind: UnprovenKind
  words: string
  spots?: Spot[]
  cite?: Cite | null
}

export interface SessionLine {
  id: SessionId
  agent: AgentName
  title?: string | null
  began_at?: Timestamp | null
  last_at?: Timestamp | null
  tokens: Tokens
  cost_usd?: number | null
  closing?: string | null
}

export interface CommandLine {
  line: string
  check?: CheckKind | null
  exit_code?: number | null
  duration_ms?: number | null
  at?: Timestamp | null
  is_before_last_edit?: boolean
  cite: Cite
}

export interface Asked {
  session: SessionId
  question: string
  answer?: string | null
  by?: string | null
  at?: Timestamp | null
  source?: string | null
}

export interface Artefact {
  words: string
  blob?: string | null
  path?: string | null
  cite?: Cite | null
}

export type OutwardKind = 'message' | 'push' | 'publish' | 'deploy'

export interface Outward {
  kind: OutwardKind
  words: string
  succeeded?: boolean | null
  cite: Cite
}

export interface Ci {
  name: string
  url: string
  checks?: string | null
  failing?: string[]
  is_of_other_commit?: boolean
}

export interface Moved {
  from: string
  to: string
  is_changed?: boolean
}

export interface FolderChange {
  before: number
  after: number
  moved: Moved[]
  renamed: Moved[]
  deleted: string[]
  merged: Moved[]
  added: string[]
  changed: string[]
  left_alone: number
  left: string[]
}

export interface CellChange {
  row: number
  column: string
  before: string
  after: string
}

export interface ColumnChange {
  name: string
  changed: number
  empty: number
  empty_rows: number[]
}

export interface TableChange {
  path: string
  sheet?: string | null
  rows_before: number
  rows_after: number
  rows_added: number
  rows_removed: number
  rows_changed: number
  columns_added: string[]
  columns_removed: string[]
  columns: ColumnChange[]
  cells: CellChange[]
  unread?: string | null
}

export interface CitedSource {
  source: string
  spot: Spot
  opened?: Cite | null
  failed?: boolean
  only_found?: boolean
}

export interface SourcesUsed {
  cited: CitedSource[]
  opened_only: string[]
}

export interface Content {
  folder?: FolderChange | null
  tables?: TableChange[]
  sources?: SourcesUsed | null
}

export interface Revision {
  commit?: string | null
  tree: string
}

export interface WorkFile {
  path: string
  from?: string | null
  status: FileStatus
  kind: FileKind
  added: number
  removed: number
  binary?: boolean
}

export interface Work {
  folder?: string | null
  branch?: string | null
  onto?: string | null
  base: Revision
  now: Revision
  is_uncommitted?: boolean
  files: WorkFile[]
  left_out?: string[]
}

export interface Receipt {
  of: ReceiptOf
  title: string
  made_at: Timestamp
  request?: Request | null
  criteria: Criterion[]
  work: Work
  look_first?: LookFirst | null
  checks: Checked[]
  claims: ClaimLine[]
  children?: ChildLine[]
  omissions?: Omission[]
  cases: Case[]
  unproven: Unproven[]
  sessions: SessionLine[]
  commands: CommandLine[]
  commands_left_out?: number
  asked: Asked[]
  artefacts: Artefact[]
  outward: Outward[]
  ci?: Ci | null
  content?: Content
}

/** A receipt, with what has become of it since it was made. */
export interface ReceiptView extends Receipt {
  /** Why it does not speak of what is there now. */
  stale: string | null
  /** Why the work is not done by itself and does not land. */
  held_by: string | null
  /** Commits of the branch that it is to land on, which came since. */
  base_moved?: number
  /** Checks of it wait or run. */
  goes_on: boolean
  /** Its Markdown file. */
  file: string | null
}

/** A receipt in a few words, as a card has it. */
export interface ReceiptGlance {
  of: ReceiptOf
  title: string
  made_at: Timestamp
  words: string
  blocking: number
  /** They keep the work from being done by itself, and from landing. */
  held: boolean
  contradicted: number
  goes_on: boolean
  stale: boolean
}

/** Accepts a case, with a reason. */
export interface AcceptCase {
  key: string
  reason: string
}
