import { create } from './notes.mjs'

const NONE = {
  status: 404,
  body: { error: 'there is no such candidate', hint: 'list them with `callboard candidates`' },
}

const find = (state, { session, key }) =>
  state.candidates.find((one) => one.session === session && (one.key === key || one.handle === key))

function all(state, _, { query }) {
  const session = query.get('session')
  const workspace = query.get('workspace')
  const found = state.candidates.filter(
    (one) =>
      (!session || one.session === session) &&
      (!workspace || state.sessions.get(one.session)?.workspace === workspace) &&
      (query.get('all') === 'true' || one.state === 'open'),
  )
  return { body: { candidates: found, more: false } }
}

function settle(state, one, to, note = null) {
  Object.assign(one, { state: to, note })
  state.announce({ type: 'candidates', session: one.session })
}

function accept(state, path, { body }) {
  const one = find(state, body)
  if (!one) return NONE
  if (body.note) {
    settle(state, one, 'accepted', body.note)
    return { body: {} }
  }
  const made = create(state, path, {
    body: {
      kind: one.kind,
      title: body.title ?? one.title,
      body: one.body,
      why: one.why,
      ruled_out: one.ruled_out,
      session: one.session,
      sources: one.cites,
    },
  })
  settle(state, one, 'accepted', made.body.id ?? made.body.path)
  return made
}

const settling =
  (to) =>
  (state, _, { body }) => {
    const one = find(state, body)
    if (!one) return NONE
    settle(state, one, to)
    return { body: one }
  }

export const ROUTES = [
  ['GET', /^\/api\/candidates$/, all],
  ['POST', /^\/api\/candidates\/accept$/, accept],
  ['POST', /^\/api\/candidates\/dismiss$/, settling('dismissed')],
  ['POST', /^\/api\/candidates\/reopen$/, settling('open')],
]
