import { byNewest } from '../state.mjs'

function hasWords(row, words) {
  const place = [row.title, row.goal, row.activity, row.branch, row.cwd, row.agent_session_id]
    .join('\n')
    .toLowerCase()
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return wanted.every((word) => word === row.id.toLowerCase() || place.includes(word))
}

function list(state, _, { query }) {
  const rows = [...state.sessions.values()]
    .filter(
      (row) =>
        row.workspace === (query.get('workspace') ?? row.workspace) &&
        (!query.get('agent') || row.agent === query.get('agent')) &&
        (!query.get('state') || row.state === query.get('state')) &&
        (!query.get('task') || row.task === query.get('task')) &&
        (!query.get('parents_only') || row.parent === null) &&
        hasWords(row, query.get('q') ?? ''),
    )
    .sort(byNewest)
  const limit = Number(query.get('limit') ?? 200)
  const before = query.get('before')
  const from = before ? rows.findIndex((row) => row.updated_at < atob(before)) : 0
  const page = from < 0 ? [] : rows.slice(from, from + limit)
  const more = from >= 0 && from + limit < rows.length
  // The page has to send it back as it is, whatever it says.
  const next = more ? btoa(page.at(-1).updated_at) : null
  return { body: { sessions: page, total: rows.length, next, seq: state.seq } }
}

export const ROUTES = [['GET', /^\/api\/sessions$/, list]]
