// What cannot be doubled, and who has it.

import { get, request, withQuery } from './client'
import type { LeaseView, ResourceView, WorkspaceId } from './types'

export const fetchResources = (workspace: WorkspaceId): Promise<ResourceView[]> =>
  get('/api/resources', { workspace })

/** Gives it back for its holder, or gives the holder's place in the queue up. */
export const giveResource = (workspace: WorkspaceId, { resource, holder }: LeaseView): Promise<LeaseView> =>
  request('POST', withQuery(`/api/resources/${encodeURIComponent(resource)}/give`, { workspace }), { holder })
