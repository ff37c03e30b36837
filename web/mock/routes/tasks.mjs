import { reportOf } from '../fixtures/talk.mjs'

const missing = (id) => ({
  status: 404,
  body: { error: `There is no task ${id}.`, hint: 'It may have been removed.' },
})

function create(state, _, { body }) {
  const id = `T${state.nextTask++}`
  const now = new Date().toISOString()
  const column = body.column ?? 'backlog'
  const blank = {
    body: '',
    priority: 'normal',
    labels: [],
    checks: [],
    scope: [],
    tracker: null,
    branch: null,
    waits_for: [],
  }
  const positions = [...state.tasks.values()]
    .filter((row) => row.column === column)
    .map((row) => row.position)
  return {
    body: state.changeTask(
      id,
      {
        ...blank,
        ...body,
        id,
        workspace: 'W1',
        column,
        position: Math.min(0, ...positions) - 1,
        moved_by_hand: false,
        tracker_url: null,
        blocked_by: [],
        sessions: (body.sessions ?? []).map((session) => ({ session, linked_by: 'hand' })),
        created_at: now,
      },
      'Created',
    ),
  }
}

function change(state, [id], { body }) {
  const row = state.tasks.get(id)
  if (!row) return missing(id)
  const { revision, ...fields } = body
  if (revision != null && revision < row.revision) {
    return {
      status: 409,
      body: {
        error: `${id} has been changed since. It was left as it is.`,
        hint: 'Compare the two, and save again.',
      },
    }
  }
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null))
  if (given.waits_for)
    given.blocked_by = given.waits_for.filter((other) => state.tasks.get(other)?.column !== 'done')
  return { body: state.changeTask(id, given, `Changed ${Object.keys(given).join(', ')}`) }
}

function move(state, [id], { body }) {
  const row = state.tasks.get(id)
  if (!row) return missing(id)
  const others = [...state.tasks.values()]
    .filter((other) => other.column === body.column && other.id !== id)
    .sort((a, b) => a.position - b.position)
  const at = body.before ? others.findIndex((other) => other.id === body.before) : others.length
  const previous = others[at - 1]?.position ?? (others[at]?.position ?? 0) - 2
  const next = others[at]?.position ?? previous + 2
  return {
    body: state.changeTask(
      id,
      {
        column: body.column,
        position: (previous + next) / 2,
        moved_by_hand: row.moved_by_hand || row.column !== body.column,
      },
      `Moved to ${body.column.replace('_', ' ')}`,
    ),
  }
}

function remove(state, [id]) {
  const row = state.tasks.get(id)
  if (!row) return missing(id)
  state.tasks.delete(id)
  state.removed.set(id, row)
  state.announce({ type: 'task_removed', id })
  return { status: 204 }
}

function restore(state, [id]) {
  const row = state.removed.get(id)
  return row ? { body: state.changeTask(id, row, 'Restored') } : missing(id)
}

function link(state, [id, session]) {
  const row = state.tasks.get(id)
  if (!row) return missing(id)
  const kept = row.sessions.filter((other) => other.session !== session)
  state.changeSession(session, { task: id })
  return {
    body: state.changeTask(id, { sessions: [...kept, { session, linked_by: 'hand' }] }, `Linked ${session}`),
  }
}

function unlink(state, [id, session]) {
  const row = state.tasks.get(id)
  if (!row) return missing(id)
  state.changeSession(session, { task: null })
  return {
    body: state.changeTask(
      id,
      { sessions: row.sessions.filter((other) => other.session !== session) },
      `Unlinked ${session}`,
    ),
  }
}

const COLUMN_OF = { needs_you: 'needs_you', failed: 'needs_you', working: 'running' }

function fromSession(state, [id]) {
  const row = state.sessions.get(id)
  const { body: task } = create(state, [], {
    body: { title: row.title ?? row.goal, column: COLUMN_OF[row.state] ?? 'review', sessions: [id] },
  })
  state.changeSession(id, { task: task.id })
  return { body: task }
}

function detail(state, [id]) {
  const task = state.tasks.get(id)
  if (!task) return missing(id)
  const created = { seq: 1, at: task.created_at, by: 'you', text: 'Created' }
  const moved = task.sessions[0]
    ? [
        {
          seq: 2,
          at: task.updated_at,
          by: task.sessions[0].session,
          text: `Moved to ${task.column.replace('_', ' ')}`,
        },
      ]
    : []
  return {
    body: {
      task,
      sessions: task.sessions.map(({ session }) => state.sessions.get(session)).filter(Boolean),
      reports: task.sessions.map(({ session }) => reportOf(session)).filter(Boolean),
      history: [...(state.history.get(id) ?? []), ...moved, created],
    },
  }
}

export const ROUTES = [
  ['POST', /^\/api\/tasks$/, create],
  ['GET', /^\/api\/tasks\/(T\d+)$/, detail],
  ['PATCH', /^\/api\/tasks\/(T\d+)$/, change],
  ['DELETE', /^\/api\/tasks\/(T\d+)$/, remove],
  ['POST', /^\/api\/tasks\/(T\d+)\/move$/, move],
  ['POST', /^\/api\/tasks\/(T\d+)\/restore$/, restore],
  ['PUT', /^\/api\/tasks\/(T\d+)\/sessions\/(S\d+)$/, link],
  ['DELETE', /^\/api\/tasks\/(T\d+)\/sessions\/(S\d+)$/, unlink],
  ['POST', /^\/api\/sessions\/(S\d+)\/task$/, fromSession],
]
