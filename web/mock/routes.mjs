import * as briefs from './routes/briefs.mjs'
import * as calls from './routes/calls.mjs'
import * as candidates from './routes/candidates.mjs'
import * as events from './routes/events.mjs'
import * as nights from './routes/nights.mjs'
import * as notes from './routes/notes.mjs'
import * as owned from './routes/owned.mjs'
import * as posts from './routes/posts.mjs'
import * as receipts from './routes/receipts.mjs'
import * as reviews from './routes/reviews.mjs'
import * as search from './routes/search.mjs'
import * as sessions from './routes/sessions.mjs'
import * as tasks from './routes/tasks.mjs'
import * as worktrees from './routes/worktrees.mjs'

const ROUTES = [
  ...calls.ROUTES,
  ...worktrees.ROUTES,
  ...nights.ROUTES,
  ...notes.ROUTES,
  ...candidates.ROUTES,
  ...briefs.ROUTES,
  ...owned.ROUTES,
  ...posts.ROUTES,
  ...receipts.ROUTES,
  ...reviews.ROUTES,
  ...tasks.ROUTES,
  ...sessions.ROUTES,
  ...events.ROUTES,
  ...search.ROUTES,
]

const ok = (body) => ({ body })

/** The answer to a request: `{status?, body}`, or `null` where there is nothing. */
export function routes(state, method, url, body, bytes) {
  const { pathname, searchParams: query } = url
  if (pathname === '/api/board') return ok(state.board(query.get('workspace')))
  if (pathname === '/api/workspaces') return ok(state.workspaces())
  if (pathname === '/api/look') return { status: 204 }
  if (pathname === '/api/open') return { status: 204 }
  for (const [verb, pattern, answer] of ROUTES) {
    const match = verb === method && pathname.match(pattern)
    if (match) return answer(state, match.slice(1), { query, body, bytes })
  }
  return null
}
