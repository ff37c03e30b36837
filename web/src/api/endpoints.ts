import { get, request, withQuery } from './client'
import type {
  AnswerCall,
  Board,
  CallId,
  CallView,
  Collected,
  DoctorReport,
  Event,
  EventPage,
  Landmark,
  MoveTask,
  NewTask,
  RawRecord,
  SearchResults,
  SessionDetail,
  SessionId,
  SessionList,
  Seq,
  SetupStep,
  Since,
  TaskChange,
  TaskDetail,
  TaskId,
  TaskView,
  Workspace,
  WorkspaceId,
  WorktreeRemoved,
  WorktreeServed,
  WorktreeSetUp,
  WorktreeView,
} from './types'

/** The board that came with the page, once: a later read would be stale. */
export function inlinedBoard(): Board | null {
  const element = document.getElementById('board')
  const text = element?.textContent
  element?.remove()
  if (!text) return null
  try {
    return JSON.parse(text) as Board
  } catch {
    return null
  }
}

export const fetchBoard = (workspace?: WorkspaceId): Promise<Board> => get('/api/board', { workspace })

export const fetchWorkspaces = (): Promise<Workspace[]> => get('/api/workspaces')

export interface SessionQuery {
  workspace?: WorkspaceId
  agent?: string
  state?: string
  task?: TaskId
  q?: string
  parents_only?: boolean
  /** `next` of the list before, as it was told. */
  before?: string
  limit?: number
}

export const fetchSessions = (query: SessionQuery, signal?: AbortSignal): Promise<SessionList> =>
  get('/api/sessions', { ...query }, signal)

export const fetchSession = (id: SessionId, signal?: AbortSignal): Promise<SessionDetail> =>
  get(`/api/sessions/${id}`, {}, signal)

export interface EventQuery {
  /** `start`, `end`, `around:SEQ`, `after:SEQ`, `before:SEQ` or `at:ORDINAL`. */
  from: string
  kinds?: string
  file?: string
  limit?: number
}

export const fetchEvents = (id: SessionId, query: EventQuery, signal?: AbortSignal): Promise<EventPage> =>
  get(`/api/sessions/${id}/events`, { ...query }, signal)

export const fetchLandmarks = (id: SessionId, signal?: AbortSignal): Promise<Landmark[]> =>
  get(`/api/sessions/${id}/landmarks`, {}, signal)

export const fetchEvent = (seq: Seq): Promise<Event> => get(`/api/events/${seq}`)
export const fetchRecord = (seq: Seq): Promise<RawRecord> => get(`/api/events/${seq}/record`)

export interface SearchQuery {
  q: string
  workspace?: WorkspaceId
  limit?: number
}

/** Searches while the last word is still being typed: its beginning is enough. */
export const fetchSearch = (query: SearchQuery, signal?: AbortSignal): Promise<SearchResults> =>
  get('/api/search', { ...query, typing: 'true' }, signal)

export const fetchSince = (from: string, workspace?: WorkspaceId): Promise<Since> =>
  get('/api/since', { from, workspace })

export const postLook = (workspace: WorkspaceId): Promise<void> => request('POST', '/api/look', { workspace })

export const fetchDoctor = (): Promise<DoctorReport> => get('/api/doctor')

export const fetchTask = (id: TaskId, signal?: AbortSignal): Promise<TaskDetail> =>
  get(`/api/tasks/${id}`, {}, signal)

export const createTask = (workspace: WorkspaceId, task: NewTask): Promise<TaskView> =>
  request('POST', withQuery('/api/tasks', { workspace }), task)

export const changeTask = (id: TaskId, change: TaskChange): Promise<TaskView> =>
  request('PATCH', `/api/tasks/${id}`, change)

export const moveTask = (id: TaskId, move: MoveTask): Promise<TaskView> =>
  request('POST', `/api/tasks/${id}/move`, move)

export const removeTask = (id: TaskId): Promise<void> => request('DELETE', `/api/tasks/${id}`)
export const restoreTask = (id: TaskId): Promise<TaskView> => request('POST', `/api/tasks/${id}/restore`)

export const linkSession = (task: TaskId, session: SessionId): Promise<TaskView> =>
  request('PUT', `/api/tasks/${task}/sessions/${session}`)

export const unlinkSession = (task: TaskId, session: SessionId): Promise<TaskView> =>
  request('DELETE', `/api/tasks/${task}/sessions/${session}`)

export const taskFromSession = (session: SessionId): Promise<TaskView> =>
  request('POST', `/api/sessions/${session}/task`)

export const openPath = (path: string, session?: SessionId, line?: number): Promise<void> =>
  request('POST', '/api/open', { path, session, line })

export const blobUrl = (hash: string): string => `/api/blobs/${hash}`

export const fetchCall = (id: CallId): Promise<CallView> => get(`/api/calls/${id}`)

/** Answers a call; refused with 409 where somebody was faster, or where it was asked anew. */
export const answerCall = (id: CallId, answer: AnswerCall): Promise<CallView> =>
  request('POST', `/api/calls/${id}/answer`, answer)

/** Without what git takes a while to tell. */
export const fetchKnownWorktrees = (workspace: WorkspaceId): Promise<WorktreeView[]> =>
  get('/api/worktrees', { workspace })

/** With what is not committed and not pushed: git takes a while to tell. */
export const fetchWorktrees = (workspace: WorkspaceId, removed: boolean): Promise<WorktreeView[]> =>
  get('/api/worktrees', { workspace, removed: String(removed), status: 'true' })

const ofWorktree = ({ workspace, name, id }: WorktreeView, act: string): string =>
  withQuery(`/api/worktrees/${encodeURIComponent(id === null ? name : String(id))}/${act}`, { workspace })

export const adoptWorktree = (worktree: WorktreeView): Promise<WorktreeView> =>
  request('POST', withQuery('/api/worktrees/adopt', { workspace: worktree.workspace }), {
    worktree: worktree.path,
  })

/** Keeps all that it holds, and removes it; `yes`: although some ignored files are too large to be kept. */
export const removeWorktree = (worktree: WorktreeView, yes: boolean): Promise<WorktreeRemoved> =>
  request('POST', ofWorktree(worktree, 'remove'), { yes })

export const restoreWorktree = (worktree: WorktreeView): Promise<WorktreeView> =>
  request('POST', ofWorktree(worktree, 'restore'), {})

/** Starts its development server, unless it runs; or stops it. */
export const serveWorktree = (worktree: WorktreeView, stop: boolean): Promise<WorktreeServed> =>
  request('POST', ofWorktree(worktree, 'serve'), { stop })

/** Runs its setup again, or reverts or ignores what that changed in tracked files. */
export const setUpWorktree = (worktree: WorktreeView, step: SetupStep): Promise<WorktreeSetUp> =>
  request('POST', ofWorktree(worktree, 'setup'), { step })

/** What may go, and why; removes those of `names` unless it is only asked. */
export const collectWorktrees = (
  workspace: WorkspaceId,
  how: { dry_run: boolean; names?: string[] },
): Promise<Collected> => request('POST', withQuery('/api/worktrees/collect', { workspace }), how)
