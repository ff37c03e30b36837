const find = (state, name) =>
  state.worktrees.find((row) => String(row.id) === name || row.name === decodeURIComponent(name))

function list(state, _, { query }) {
  const of = query.get('workspace')
  const rows = state.worktrees.filter((row) => !of || row.workspace === of)
  return { body: query.get('removed') === 'true' ? rows : rows.filter((row) => row.state !== 'removed') }
}

function removed(state, row) {
  const freed = row.disk.bytes
  return {
    worktree: state.changeWorktree(row, { state: 'removed', kept: row.name, freed, running: [] }),
    kept: row.name,
    kept_beside: [],
    branch_deleted: false,
    left_out: [],
    freed,
  }
}

function remove(state, [name], { body }) {
  const row = find(state, name)
  if (row.running.length > 0) {
    return {
      status: 409,
      body: {
        error: `${row.running[0]} works in ${row.name}; nothing was removed`,
        hint: `end it with \`callboard stop ${row.running[0]}\`, then remove it`,
      },
    }
  }
  if (row.too_large && !body.yes) {
    return {
      status: 422,
      body: {
        error: `ignored by git and too large to be kept: ${row.too_large}; nothing was removed`,
        hint: 'move away what you need of them, then remove it with `--yes`',
      },
    }
  }
  return { body: removed(state, row) }
}

function serve(state, [name], { body }) {
  const server = body.stop ? null : { running: true, log: '/tmp/server.log' }
  return { body: { worktree: state.changeWorktree(find(state, name), { server }), answers: !body.stop } }
}

function setUp(state, [name], { body }) {
  const row = find(state, name)
  const done = body.step === 'again' ? [] : row.changed_tracked
  const change = body.step === 'again' ? { setup: 'running' } : { changed_tracked: [] }
  const kept = body.step === 'revert' ? `refs/callboard/kept/${row.name}-setup` : null
  return { body: { worktree: state.changeWorktree(row, change), done, left: [], kept } }
}

function collect(state, _, { body }) {
  const parked = state.worktrees.filter((row) => row.state === 'parked')
  const gone = body.dry_run ? [] : parked.filter((row) => body.names.includes(row.name))
  const worktrees = parked.map((row) => ({
    worktree: { ...row },
    why: 'its branch is merged into main',
    stays: null,
    removed: gone.includes(row) ? removed(state, row) : null,
  }))
  return { body: { worktrees, freed: gone.reduce((sum, row) => sum + row.disk.bytes, 0) } }
}

export const ROUTES = [
  ['GET', /^\/api\/worktrees$/, list],
  [
    'POST',
    /^\/api\/worktrees\/adopt$/,
    (state, _, { body }) => {
      const row = state.worktrees.find((other) => other.path === body.worktree)
      return { body: state.changeWorktree(row, { id: 90, state: 'ready', guarded: true }) }
    },
  ],
  ['POST', /^\/api\/worktrees\/collect$/, collect],
  ['POST', /^\/api\/worktrees\/([^/]+)\/serve$/, serve],
  ['POST', /^\/api\/worktrees\/([^/]+)\/setup$/, setUp],
  ['POST', /^\/api\/worktrees\/([^/]+)\/remove$/, remove],
  [
    'POST',
    /^\/api\/worktrees\/([^/]+)\/restore$/,
    (state, [name]) => ({
      body: state.changeWorktree(find(state, name), { state: 'ready', kept: null, freed: null }),
    }),
  ],
]
