// Changesets, what is between them, and reviews.

import { get, readText, request, withQuery, type Query } from './client'
import type {
  ChangeComment,
  ChangeReview,
  ChangesetView,
  FileDiffView,
  MarkViewed,
  NewComment,
  NewReview,
  OwnedView,
  PairsView,
  ReviewId,
  ReviewList,
  ReviewView,
  SendAs,
  SendPlan,
  WorkspaceId,
} from './types'

export const fetchChangesets = (workspace: WorkspaceId): Promise<ChangesetView[]> =>
  get('/api/changesets', { workspace })

export const fetchPairs = (workspace: WorkspaceId): Promise<PairsView> => get('/api/conflicts', { workspace })

export const fetchReviews = (workspace: WorkspaceId): Promise<ReviewList> =>
  get('/api/reviews', { workspace })

export const openReview = (workspace: WorkspaceId, review: NewReview): Promise<ReviewView> =>
  request('POST', withQuery('/api/reviews', { workspace }), review)

export const fetchReview = (id: ReviewId): Promise<ReviewView> => get(`/api/reviews/${id}`)

const act = (method: string, id: ReviewId, what: string, body?: unknown): Promise<ReviewView> =>
  request(method, `/api/reviews/${id}${what}`, body)

export const changeReview = (id: ReviewId, change: ChangeReview): Promise<ReviewView> =>
  act('PATCH', id, '', change)
export const markViewed = (id: ReviewId, mark: MarkViewed): Promise<ReviewView> =>
  act('PUT', id, '/viewed', mark)
export const addComment = (id: ReviewId, comment: NewComment): Promise<ReviewView> =>
  act('POST', id, '/comments', comment)
export const changeComment = (id: ReviewId, n: number, change: ChangeComment): Promise<ReviewView> =>
  act('PATCH', id, `/comments/${n}`, change)
export const dropComment = (id: ReviewId, n: number): Promise<ReviewView> =>
  act('DELETE', id, `/comments/${n}`)
/** Sends one draft, or every own one, as one message for each session. */
export const sendComments = (id: ReviewId, comment?: number): Promise<ReviewView> =>
  request('POST', withQuery(`/api/reviews/${id}/send`, { comment }))
export const runChecks = (id: ReviewId): Promise<ReviewView> => act('POST', id, '/check')
/** Lands what was seen: a review whose tree is another one by now is refused. */
export const landReview = (id: ReviewId, tree: string | null, anyway: boolean): Promise<ReviewView> =>
  request('POST', withQuery(`/api/reviews/${id}/land`, { tree: tree ?? undefined, anyway }))
/** What would be pushed where; nothing leaves the machine. */
export const fetchSendPlan = (id: ReviewId, as: SendAs, anyway: boolean): Promise<SendPlan> =>
  get(`/api/reviews/${id}/pull-requests`, { as, anyway })
/** Sends what was seen to its remote, as pull requests. */
export const sendToRemote = (
  id: ReviewId,
  as: SendAs,
  seen: SendPlan | null,
  anyway: boolean,
): Promise<ReviewView> =>
  request(
    'POST',
    withQuery(`/api/reviews/${id}/pull-requests`, {
      as,
      tree: seen?.tree ?? undefined,
      address: seen?.address,
      anyway,
    }),
  )
/** Asks GitHub what has become of the pull requests. */
export const refreshReview = (id: ReviewId): Promise<ReviewView> => act('POST', id, '/refresh')
/** Has an agent merge what git cannot, in a worktree of its own. */
export const helpReview = (id: ReviewId): Promise<OwnedView[]> => request('POST', `/api/reviews/${id}/help`)
export const dropReview = (id: ReviewId): Promise<ReviewView> => act('POST', id, '/drop')
/** Takes a landing back, or a review that was dropped. */
export const undoReview = (id: ReviewId): Promise<ReviewView> => act('POST', id, '/undo')

export interface DiffQuery {
  path: string
  /** Only this member's part. */
  member?: number
  whitespace?: 'ignore'
  /** The last hunk that is known already. */
  after?: number
  /** Lines around each change. */
  context?: number
  /** What differs between two trees, and not from the base. */
  from_tree?: string
  to_tree?: string
}

export const fetchDiff = (id: ReviewId, query: DiffQuery, signal?: AbortSignal): Promise<FileDiffView> =>
  get(`/api/reviews/${id}/diff`, { ...query } as Query, signal)

/** Reads a check's log from its beginning, piece by piece, until it ends. */
export const readLog = (
  id: ReviewId,
  check: number,
  tell: (piece: string) => void,
  signal: AbortSignal,
): Promise<void> => readText(`/api/reviews/${id}/checks/${check}/log?from=0`, tell, signal)
