// Sessions that Callboard drives: what is asked of them.

import { get, request, withQuery } from './client'
import type {
  GoOn,
  HandedOff,
  HandOff,
  NewStart,
  OwnedView,
  Rewound,
  SessionId,
  TurnView,
  WorkspaceId,
} from './types'

export type { GoOn, NewStart, OwnedView } from './types'

export const fetchAllOwned = (): Promise<OwnedView[]> => get('/api/owned')

export const startSessions = (workspace: WorkspaceId, start: NewStart): Promise<OwnedView[]> =>
  request('POST', withQuery('/api/owned', { workspace }), start)

/** Ends it, or takes it out of the queue. */
export const cancelOwned = (id: number): Promise<OwnedView> => request('DELETE', `/api/owned/${id}`)
/** Starts what waits for room, whatever else runs or waits for a review. */
export const startAtOnce = (id: number): Promise<OwnedView> => request('POST', `/api/owned/${id}/start`)

const act = (id: SessionId, what: string, body?: unknown): Promise<OwnedView> =>
  request('POST', `/api/sessions/${id}/${what}`, body)

/** Into the turn that goes on, or behind it, as its agent can. */
export const sendPrompt = (id: SessionId, text: string): Promise<OwnedView> => act(id, 'send', { text })
export const interruptSession = (id: SessionId): Promise<OwnedView> => act(id, 'interrupt')
export const stopSession = (id: SessionId): Promise<OwnedView> => act(id, 'stop')
export const resumeSession = (id: SessionId, on: GoOn): Promise<OwnedView> => act(id, 'resume', on)
export const forkSession = (id: SessionId, on: GoOn): Promise<OwnedView> => act(id, 'fork', on)

/** The prompts before which a session can go back, oldest first. */
export const fetchTurns = (id: SessionId, signal?: AbortSignal): Promise<TurnView[]> =>
  get(`/api/sessions/${id}/turns`, {}, signal)

/** Restores the files to what they were before a prompt; what is replaced is kept. */
export const rewindSession = (id: SessionId, prompt: string, filesOnly: boolean): Promise<Rewound> =>
  request('POST', `/api/sessions/${id}/rewind`, { prompt, files_only: filesOnly })

/** Parks it, and has another session go on with its work in the same folder, told by its brief. */
export const handOff = (id: SessionId, to: HandOff): Promise<HandedOff> =>
  request('POST', `/api/sessions/${id}/handoff`, to)
