import { byNewest } from '../state.mjs'

function list(state, _, { query }) {
  const text = query.get('q')?.toLowerCase()
  const rows = [...state.sessions.values()]
    .filter(
      (row) =>
        row.workspace === (query.get('workspace') ?? row.workspace) &&
        (!query.get('agent') || row.agent === query.get('agent')) &&
        (!query.get('state') || row.state === query.get('state')) &&
        (!query.get('task') || row.task === query.get('task')) &&
        (!query.get('parents_only') || row.parent === null) &&
        (!text ||
          `${row.id} ${row.title ?? ''} ${row.goal ?? ''} ${row.activity}`.toLowerCase().includes(text)),
    )
    .sort(byNewest)
  const limit = Number(query.get('limit') ?? 200)
  const from = query.get('before') ? rows.findIndex((row) => row.updated_at < query.get('before')) : 0
  const page = from < 0 ? [] : rows.slice(from, from + limit)
  const more = from >= 0 && from + limit < rows.length
  return {
    body: { sessions: page, total: rows.length, next: more ? page.at(-1).updated_at : null, seq: state.seq },
  }
}

export const ROUTES = [['GET', /^\/api\/sessions$/, list]]
