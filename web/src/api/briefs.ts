// The context that a session or a task hands on, and what bears on it.

import { get, request, withQuery } from './client'
import type { BriefView, ReadingsView, RelatedView, SessionId } from './types'

/** `of` is `S41` or `T12`; `budget` is in tokens. */
export const fetchBrief = (of: string, budget: number, signal?: AbortSignal): Promise<BriefView> =>
  get('/api/brief', { of, budget }, signal)

export const fetchRelated = (session: SessionId, signal?: AbortSignal): Promise<RelatedView> =>
  get('/api/related', { session }, signal)

export const fetchReadings = (of: string, signal?: AbortSignal): Promise<ReadingsView> =>
  get('/api/readings', { of }, signal)

/** Has the user's own agent read what was said; the stream announces when it has. */
export const startReadings = (of: string, agent: string, anew: boolean): Promise<ReadingsView> =>
  request('POST', '/api/readings', { of, with: agent, anew })

export const cancelReadings = (of: string): Promise<ReadingsView> =>
  request('DELETE', withQuery('/api/readings', { of }))
