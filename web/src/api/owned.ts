// Sessions that Callboard drives: the shapes of `/api/owned` and of what is asked of such a session.

import { get, request, withQuery } from './client'
import type { AgentName, SessionId, TaskId, Timestamp, WorkspaceId } from './schema'

export type OwnedState = 'queued' | 'preparing' | 'starting' | 'running' | 'ended' | 'interrupted' | 'failed'

/** A prompt that its agent has not begun. */
export interface QueuedPrompt {
  id: string
  text: string
  at: Timestamp
  /** Why its agent did not take it. */
  refused: string | null
}

/** What can be done with it, as its agent can. */
export interface OwnedCan {
  steer: boolean
  interrupt: boolean
  resume: boolean
  fork: boolean
  attach_while_driven: boolean
}

export interface OwnedView {
  id: number
  workspace: WorkspaceId
  task: TaskId | null
  /** The session, once its conversation has an id. */
  session: SessionId | null
  agent: AgentName
  state: OwnedState
  /** Why it is not started yet, or what it waits for. */
  waits: string | null
  waits_until: Timestamp | null
  /** Oldest first. */
  prompts: QueuedPrompt[]
  model: string | null
  mode: string | null
  cwd: string | null
  failure: string | null
  asked_at: Timestamp
  started_at: Timestamp | null
  ended_at: Timestamp | null
  can: OwnedCan
}

export interface NewStart {
  task?: TaskId | null
  prompt?: string | null
  agent?: string | null
  model?: string | null
  mode?: string | null
  in_place?: boolean
  at_once?: boolean
  count?: number | null
}

export interface GoOn {
  prompt?: string | null
  model?: string | null
  mode?: string | null
}

export const fetchAllOwned = (): Promise<OwnedView[]> => get('/api/owned')
export const fetchOwned = (id: number): Promise<OwnedView> => get(`/api/owned/${id}`)

export const startSessions = (workspace: WorkspaceId, start: NewStart): Promise<OwnedView[]> =>
  request('POST', withQuery('/api/owned', { workspace }), start)

/** Ends it, or takes it out of the queue. */
export const cancelOwned = (id: number): Promise<OwnedView> => request('DELETE', `/api/owned/${id}`)

const act = (id: SessionId, what: string, body?: unknown): Promise<OwnedView> =>
  request('POST', `/api/sessions/${id}/${what}`, body)

/** Into the turn that goes on, or behind it, as its agent can. */
export const sendPrompt = (id: SessionId, text: string): Promise<OwnedView> => act(id, 'send', { text })
export const interruptSession = (id: SessionId): Promise<OwnedView> => act(id, 'interrupt')
export const stopSession = (id: SessionId): Promise<OwnedView> => act(id, 'stop')
export const resumeSession = (id: SessionId, on: GoOn): Promise<OwnedView> => act(id, 'resume', on)
export const forkSession = (id: SessionId, on: GoOn): Promise<OwnedView> => act(id, 'fork', on)
