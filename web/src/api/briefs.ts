// The context that a session or a task hands on, and what bears on it.

import { get } from './client'
import type { BriefView, RelatedView, SessionId } from './types'

/** `of` is `S41` or `T12`; `budget` is in tokens. */
export const fetchBrief = (of: string, budget: number, signal?: AbortSignal): Promise<BriefView> =>
  get('/api/brief', { of, budget }, signal)

export const fetchRelated = (session: SessionId, signal?: AbortSignal): Promise<RelatedView> =>
  get('/api/related', { session }, signal)
