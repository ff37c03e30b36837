const missing = (id) => ({ status: 404, body: { error: `There is no call ${id}.`, hint: null } })
const conflict = (error) => ({
  status: 409,
  body: { error, hint: 'see what waits with `callboard inbox`' },
})

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)

/** The life of a call as the daemon leads it: one answer wins, and the same given twice is one. */
function answer(state, [id], { body }) {
  const row = state.calls.get(id)
  if (!row) return missing(id)
  const { generation = row.generation, ...given } = body
  if (row.state !== 'open') {
    if (row.generation === generation && same(row.answer, given)) return { body: row }
    if (row.state === 'closed') return conflict(`${id} is over (${row.told}); nothing was sent`)
    return conflict(`${id} was already answered, by ${row.answered_by}; yours was not sent`)
  }
  if (generation !== row.generation) {
    return conflict(`${id} has been asked anew since you saw it; nothing was sent`)
  }
  const option = row.options.find((other) => other.id === given.option)
  const noted = option?.effect === 'acknowledge'
  const answered = { answer: given, answered_by: 'you', answered_at: new Date().toISOString() }
  state.answers.push({ id, generation, ...given })
  return {
    body: state.changeCall(id, {
      ...answered,
      state: noted ? 'closed' : 'answered',
      told: noted ? 'noted' : null,
    }),
  }
}

export const ROUTES = [
  [
    'GET',
    /^\/api\/calls$/,
    (state, _, { query }) => ({ body: { calls: state.openCalls(query.get('workspace')), seq: state.seq } }),
  ],
  [
    'GET',
    /^\/api\/calls\/(C\d+)$/,
    (state, [id]) => (state.calls.has(id) ? { body: state.calls.get(id) } : missing(id)),
  ],
  ['POST', /^\/api\/calls\/(C\d+)\/answer$/, answer],
]
