import type {
  CallKind,
  Column,
  EventKind,
  FactSource,
  MilestoneKind,
  NightOutcome,
  Priority,
  StateWord,
  WorktreeState,
} from '../api/types'

export const STATE_WORD: Record<StateWord, string> = {
  needs_you: 'needs you',
  failed: 'failed',
  working: 'working',
  ready: 'ready',
  interrupted: 'interrupted',
  ended: 'ended',
  unknown: 'not known',
}

export const STATE_MEANING: Record<StateWord, string> = {
  needs_you: 'A person must allow or answer something.',
  failed: 'The last turn failed.',
  working: 'The agent works.',
  ready: 'The last turn ended; the agent waits for the next prompt.',
  interrupted: 'The last turn was broken off.',
  ended: 'The last turn ended, and nothing tells that its process still runs.',
  unknown: 'A turn was open when last heard of; nothing tells whether it still is.',
}

export const COLUMNS: Column[] = ['backlog', 'ready', 'running', 'needs_you', 'review', 'done']

export const COLUMN_TITLE: Record<Column, string> = {
  backlog: 'Backlog',
  ready: 'Ready',
  running: 'Running',
  needs_you: 'Needs you',
  review: 'Review',
  done: 'Done',
}

/** What a column is for; an empty one says so. */
export const COLUMN_MEANING: Record<Column, string> = {
  backlog: 'Work for later',
  ready: 'To be done next',
  running: 'An agent works on it',
  needs_you: 'A session waits for you, or failed',
  review: 'Finished work, to be looked at',
  done: 'Finished',
}

export const PRIORITIES: Priority[] = ['urgent', 'high', 'normal', 'low']

export const PRIORITY_WORD: Record<Priority, string> = {
  urgent: 'Urgent',
  high: 'High',
  normal: 'Normal',
  low: 'Low',
}

export const SOURCE_WORD: Record<FactSource, string> = {
  registry: 'the agent itself',
  process: 'the process table',
  events: 'its transcript',
}

export const MILESTONE_WORD: Record<MilestoneKind, string> = {
  directed: 'you asked',
  finished: 'finished',
  interrupted: 'interrupted',
  failed: 'failed',
  check_failed: 'check failed',
  check_fixed: 'check passes',
  committed: 'committed',
  pushed: 'pushed',
  pull_request: 'pull request',
  asked: 'asked',
  answered: 'answered',
  plan_approved: 'plan approved',
  refused: 'refused',
  compacted: 'compacted',
}

export const CALL_WORD: Record<CallKind, string> = {
  permission: 'permission',
  question: 'question',
  plan: 'plan to approve',
  trust: 'callboard.toml to approve',
  pushed_to_base: 'pushed to the base branch',
  wrong_checkout: 'wrong checkout',
  sweep: 'would sweep',
  conflict: 'conflict',
  failed: 'failed',
  stuck: 'may be stuck',
  limit: 'waits for a limit',
  finished: 'finished',
}

export const WORKTREE_WORD: Record<WorktreeState, string> = {
  preparing: 'being made',
  ready: 'ready',
  pooled: 'in the pool',
  parked: 'parked',
  missing: 'folder is gone',
  removed: 'removed, kept',
  external: 'not ours',
}

export const WORKTREE_MEANING: Record<WorktreeState, string> = {
  preparing: 'It is being made; nothing works in it yet.',
  ready: 'It can be worked in.',
  pooled: 'It is made in advance, and becomes the next one that is asked for.',
  parked: 'Its work has landed; it waits to be removed.',
  missing: 'Its folder is gone, and Callboard did not remove it.',
  removed: 'It was removed; what was in it is kept.',
  external: 'An agent or a person made it; Callboard only looks.',
}

export const NIGHT_WORD: Record<NightOutcome, string> = {
  waiting: 'waits for its turn',
  working: 'works',
  limited: 'waits for a limit',
  parked: 'parked',
  finished: 'finished',
  failed: 'failed',
  interrupted: 'interrupted',
  not_started: 'not started',
}

export const KINDS: EventKind[] = [
  'prompt',
  'text',
  'thinking',
  'command',
  'edit',
  'read',
  'search',
  'delegate',
  'plan',
  'question',
  'tool',
  'error',
  'compaction',
  'notice',
]

const AGENT_TITLE: Record<string, string> = {
  claude: 'Claude Code',
  codex: 'Codex',
  gemini: 'Gemini CLI',
  opencode: 'OpenCode',
  cursor: 'Cursor',
  copilot: 'Copilot CLI',
}

export const agentTitle = (name: string): string => AGENT_TITLE[name] ?? name
