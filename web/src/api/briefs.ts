// The context that a session or a task hands on.

import { get } from './client'
import type { BriefView } from './types'

/** `of` is `S41` or `T12`; `budget` is in tokens. */
export const fetchBrief = (of: string, budget: number, signal?: AbortSignal): Promise<BriefView> =>
  get('/api/brief', { of, budget }, signal)
