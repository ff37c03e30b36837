// Sessions that Callboard drives: what is asked of them.

import { get, request, withQuery } from './client'
import type { GoOn, NewStart, OwnedView, SessionId, WorkspaceId } from './types'

export type { GoOn, NewStart, OwnedView } from './types'

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
