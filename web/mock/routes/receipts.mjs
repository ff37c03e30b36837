import { receipt } from '../fixtures/receipts/parts.mjs'

/** The receipt; it is made where there is none. */
function found(state, of, answer) {
  const row = state.receipts.get(of)
  if (row) return answer(row)
  const named =
    state.tasks.get(of)?.title ?? state.sessions.get(of)?.goal ?? state.reviews.get(of)?.title ?? null
  if (named === null)
    return {
      status: 404,
      body: {
        error: `There is nothing called ${of}; no receipt was made.`,
        hint: 'See `callboard task list`.',
      },
    }
  return answer(state.changeReceipt(of, receipt(of, named)))
}

const CORNERS = ['base_base', 'base_new', 'new_base', 'new_new']

/** Whatever was run is run again. */
const waits = (check) => ({
  ...check,
  cells: Object.fromEntries(
    CORNERS.map((corner) => [
      corner,
      check.cells[corner].outcome ? { ...check.cells[corner], outcome: 'waiting' } : check.cells[corner],
    ]),
  ),
})

const check = (state, [of], { query }) =>
  found(state, of, (row) => {
    const fresh = query.get('fresh') === 'true'
    state.checked.push({ of, fresh })
    const checks = fresh ? row.checks.map(waits) : row.checks
    return { body: state.changeReceipt(of, { checks, stale: null, goes_on: fresh }) }
  })

const held = (cases) => {
  const left = cases.filter(({ weight, accepted }) => weight === 'blocking' && !accepted).length
  return left > 0 ? `${left} ${left === 1 ? 'case blocks' : 'cases block'}` : null
}

const settle = (state, of, key, accepted) =>
  found(state, of, (row) => {
    if (!row.cases.some((one) => one.key === key))
      return { status: 409, body: { error: `No case is called ${key}; nothing was accepted.`, hint: null } }
    const cases = row.cases.map((one) => (one.key === key ? { ...one, accepted } : one))
    return { body: state.changeReceipt(of, { cases, held_by: held(cases) }) }
  })

const accept = (state, [of], { body }) =>
  settle(state, of, body.key, { by: 'lea', reason: body.reason, at: new Date().toISOString() })

const takeBack = (state, [of, key]) => settle(state, of, decodeURIComponent(key), null)

const LOG = `    Finished \`test\` profile [unoptimized + debuginfo] target(s) in 0.31s
        PASS [   0.004s] api limits::a_bucket_refills
        \u001b[31mFAIL\u001b[0m [   0.021s] api::it customers::a_page_ends_after_its_limit
  left: 51
 right: 50
     Summary [   9.300s] 138 tests run: 136 passed, \u001b[31m2 failed\u001b[0m
`

const log = (state, [of, name], { query }) => {
  state.logsRead.push(`${of} ${decodeURIComponent(name)}`)
  return { text: LOG.slice(Number(query.get('from') ?? 0)) }
}

const file = (state, [of], { query }) =>
  found(state, of, (row) => ({
    text:
      query.get('as') === 'json'
        ? JSON.stringify(row, null, 2)
        : query.get('as') === 'html'
          ? `<!doctype html><title>${row.title}</title>`
          : `# Receipt of ${of}\n\n${row.title}\n`,
  }))

const OF = '([TSR]\\d+)'
export const ROUTES = [
  [
    'GET',
    /^\/api\/receipts$/,
    (state) => ({ body: { receipts: [...state.receipts.keys()].map((of) => state.glance(of)) } }),
  ],
  ['GET', new RegExp(`^/api/receipts/${OF}$`), (state, [of]) => found(state, of, (body) => ({ body }))],
  ['POST', new RegExp(`^/api/receipts/${OF}/check$`), check],
  ['POST', new RegExp(`^/api/receipts/${OF}/accept$`), accept],
  ['DELETE', new RegExp(`^/api/receipts/${OF}/accept/([^/]+)$`), takeBack],
  ['GET', new RegExp(`^/api/receipts/${OF}/log/([^/]+)$`), log],
  ['GET', new RegExp(`^/api/receipts/${OF}/file$`), file],
]
