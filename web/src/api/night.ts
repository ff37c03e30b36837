// Nights: tasks that are worked while nobody is there.

import { get, request, withQuery } from './client'
import type { NewNight, NightView, WorkspaceId } from './types'

/** The night that goes on, else the last one. */
export const fetchNight = (workspace: WorkspaceId): Promise<NightView | null> =>
  get('/api/night', { workspace })

export const beginNight = (workspace: WorkspaceId, night: NewNight): Promise<NightView> =>
  request('POST', withQuery('/api/night', { workspace }), night)

/** Starts nothing more; it is over when what is worked on is, or when this is asked again. */
export const endNight = (id: number): Promise<NightView> => request('DELETE', `/api/night/${id}`)
