import { hunksOf } from '../fixtures/diffs.mjs'
import { linesOf, pairs } from '../fixtures/reviews.mjs'
import { at } from '../fixtures/sessions.mjs'

/** So many hunks come at once. */
const PAGE = 200

const found = (state, id, answer) => {
  const row = state.reviews.get(id)
  if (row) return answer(row)
  return { status: 404, body: { error: `There is no review ${id}.`, hint: 'See `callboard review`.' } }
}

const refused = (error, hint = null) => ({ status: 409, body: { error, hint } })

function list(state, _, { query }) {
  const here = (row) => row.workspace === (query.get('workspace') ?? row.workspace)
  const reviews = [...state.reviews.values()]
    .filter(here)
    .map((row) => ({ ...row, files: [], checks: [], comments: [] }))
  return {
    body: {
      reviews,
      proposals: state.proposals.filter(() => here(state.changesets[0])),
      others: state.unreviewed,
    },
  }
}

function create(state, _, { body }) {
  const named = body.members.map((name) =>
    state.changesets.find((row) => row.name === name || row.key === name),
  )
  if (named.some((row) => !row)) {
    return { status: 422, body: { error: 'One of them changes nothing; no review was opened.', hint: null } }
  }
  const proposal = state.proposals.find(({ members }) =>
    members.every(({ key }) => named.some((row) => row.key === key)),
  )
  const id = `R${state.nextReview++}`
  const members = named.map(
    (row) =>
      proposal?.members.find(({ key }) => key === row.key) ?? { ...row, reason: 'you named it', goal: null },
  )
  const keys = new Set(members.map(({ key }) => key))
  const row = {
    ...state.reviews.get('R7'),
    id,
    title: body.title ?? proposal?.title ?? members.map(({ name }) => name).join(', '),
    members: members.map((one, letter) => ({ ...one, letter })),
    pairs: pairs().pairs.filter(({ left, right }) => keys.has(left.key) && keys.has(right.key)),
    order: { order: members.map(({ name }) => name), breaks: [] },
    files: members.flatMap(({ files }, i) =>
      files.map((file) => ({
        ...{ from: null, binary: false, conflict: false, viewed: 'no', viewed_tree: null, place: 'uses' },
        ...file,
        members: [i],
        digest: `${file.path}-1`,
      })),
    ),
    checks: [],
    proven: [],
    comments: [],
    hinders: null,
    sent: null,
    created_at: new Date().toISOString(),
    revision: 0,
  }
  state.reviews = new Map([[id, row], ...state.reviews])
  state.proposals = state.proposals.filter((other) => other !== proposal)
  state.unreviewed = state.unreviewed.filter(({ key }) => !keys.has(key))
  return { body: state.changeReview(id, {}) }
}

const change = (state, [id], { body }) =>
  found(state, id, (row) => {
    const joined = (body.join ?? []).map((name) => state.changesets.find((other) => other.name === name))
    const members = [
      ...row.members.filter(({ name }) => !body.split?.includes(name)),
      ...joined.map((other) => ({ ...other, reason: 'you named it', goal: null, letter: 20 })),
    ]
    if (members.length === 0) return refused('A review has at least one changeset; nothing was changed.')
    const names = new Set(members.map(({ name }) => name))
    return {
      body: state.changeReview(id, {
        members,
        title: body.title ?? row.title,
        land_by: body.land_by ?? row.land_by,
        pairs: row.pairs.filter(({ left, right }) => names.has(left.name) && names.has(right.name)),
        order: { ...row.order, order: row.order.order.filter((name) => names.has(name)) },
        proven: row.proven.filter((one) => one.members.every((i) => i < members.length)),
        files: row.files
          .filter((file) => file.members.some((i) => names.has(row.members[i]?.name)))
          .map((file) => ({
            ...file,
            members: file.members.flatMap((i) => {
              const to = members.findIndex(({ name }) => name === row.members[i]?.name)
              return to < 0 ? [] : [to]
            }),
          })),
      }),
    }
  })

const diff = (state, [id], { query }) =>
  found(state, id, (row) => {
    const path = query.get('path')
    const file = row.files.find((other) => other.path === path)
    const member = query.has('member') ? Number(query.get('member')) : null
    let lines = state.edited.get(path) ?? linesOf(path)
    if (query.has('from_tree'))
      lines = lines.map((line, i) =>
        i % 9 < 6 && line.sign !== ' ' ? { ...line, sign: line.sign === '-' ? ' ' : ' ', owners: [] } : line,
      )
    const ignore = query.get('whitespace') === 'ignore'
    const made = hunksOf(lines, { context: Number(query.get('context') ?? 3), member, ignore })
    const from = query.has('after') ? Number(query.get('after')) + 1 : 0
    const hunks = made.hunks.slice(from, from + PAGE)
    if (path?.endsWith('cursor.rs') && hunks.length > 1 && !query.has('from_tree')) {
      hunks[0].moves = [{ at: 3, lines: 6, other: `${path}:14` }]
      hunks[1].moves = [{ at: 3, lines: 6, other: `${path}:4` }]
    }
    const more = Math.max(0, made.hunks.length - from - PAGE)
    return { body: { path, digest: file?.digest ?? '', ...made, hunks, more } }
  })

const viewed = (state, [id], { body }) =>
  found(state, id, (row) => {
    const file = row.files.find(({ path }) => path === body.path)
    if (file?.digest !== body.digest) {
      return refused(`${body.path} has changed since; it is not marked.`, 'Look at it again.')
    }
    const files = row.files.map((other) =>
      other.path === body.path
        ? { ...other, viewed: body.viewed ? 'yes' : 'no', viewed_tree: body.viewed ? row.tree : null }
        : other,
    )
    return { body: state.changeReview(id, { files }) }
  })

/** Who wrote what a comment is on: the newest session of each member. */
function writers(row, on) {
  const of = (member) => row.members[member]?.sessions.slice(0, 1) ?? []
  if (on.type === 'review') return row.members.flatMap(({ sessions }) => sessions.slice(0, 1))
  if (on.type === 'coupling') {
    const pair = row.pairs.find(({ couplings }) => couplings.some(({ left_at }) => left_at === on.left_at))
    return [...(pair?.left.sessions.slice(0, 1) ?? []), ...(pair?.right.sessions.slice(0, 1) ?? [])]
  }
  return row.files.find(({ path }) => path === on.path)?.members.flatMap(of) ?? []
}

const comment = (state, [id], { body }) =>
  found(state, id, (row) => {
    const made = {
      id: state.nextComment++,
      ...body,
      to: writers(row, body.on),
      state: 'draft',
      failure: null,
      at: new Date().toISOString(),
      answer: null,
      from: null,
    }
    return { body: state.changeReview(id, { comments: [...row.comments, made] }) }
  })

const changeComment = (state, [id, n], { body }) =>
  found(state, id, (row) => {
    const comments = row.comments.map((other) =>
      other.id === Number(n)
        ? {
            ...other,
            text: body.text ?? other.text,
            state: body.resolved === true ? 'resolved' : body.resolved === false ? 'sent' : other.state,
          }
        : other,
    )
    return { body: state.changeReview(id, { comments }) }
  })

const dropComment = (state, [id, n]) =>
  found(state, id, (row) => ({
    body: state.changeReview(id, { comments: row.comments.filter((other) => other.id !== Number(n)) }),
  }))

const send = (state, [id], { query }) =>
  found(state, id, (row) => {
    const only = query.get('comment')
    const isMeant = (one) => one.state === 'draft' && (only ? one.id === Number(only) : !one.from)
    state.sent.push(...row.comments.filter(isMeant))
    const comments = row.comments.map((other) => (isMeant(other) ? { ...other, state: 'sent' } : other))
    return { body: state.changeReview(id, { comments }) }
  })

const runChecks = (state, [id]) =>
  found(state, id, (row) => ({
    body: state.changeReview(id, {
      checks: row.checks.map((check) => ({ ...check, outcome: 'running', stale: false, started_at: at(0) })),
      proven: [],
    }),
  }))

const LOG = `    Finished \`test\` profile [unoptimized + debuginfo] target(s) in 0.31s
        PASS [   0.004s] api limits::a_bucket_refills
        \u001b[31mFAIL\u001b[0m [   0.021s] api customers::a_page_is_limited
  error[E0061]: this method takes 2 arguments but 1 argument was supplied
   --> crates/api/src/customers/list.rs:12:34
`
const log = (state, [id, n], { query }) => {
  state.logsRead.push(Number(n))
  return { text: LOG.slice(Number(query.get('from') ?? 0)) }
}

const land = (state, [id]) =>
  found(state, id, (row) => {
    if (row.hinders) return refused(`${row.hinders}; nothing was landed.`)
    const landing = `Landed on main as 81c0f7e, ${row.members.length} commits`
    return { body: state.changeReview(id, { state: 'landed', landing, can_undo: true }) }
  })

const refresh = (state, [id]) =>
  found(state, id, (row) => {
    const passed = (branch) => ({ ...branch, pull_request: { ...branch.pull_request, checks: 'passed' } })
    const sent = row.sent && { ...row.sent, branches: row.sent.branches.map(passed) }
    return { body: state.changeReview(id, { sent, pull_requests_at: new Date().toISOString() }) }
  })

const branchesOf = (row, as) => {
  const names = as === 'stack' ? row.order.order : [row.title]
  return names.map((name, i) => ({
    branch: `callboard/${row.id}-${name.toLowerCase().replace(/\W+/g, '-')}`,
    onto: i === 0 ? 'main' : `callboard/${row.id}-${names[i - 1].toLowerCase().replace(/\W+/g, '-')}`,
    title: as === 'stack' ? row.members.find((member) => member.name === name).title : row.title,
    body:
      as === 'stack'
        ? `${i + 1} of ${names.length}, on top of the one before.\n`
        : row.members.map((member) => `- ${member.title}\n`).join(''),
    pushed: row.sent !== null,
    pull_request: null,
    open_at: null,
  }))
}

const sendPlan = (state, [id], { query }) =>
  found(state, id, (row) => {
    if (row.hinders) return refused(`${row.hinders}; nothing was landed.`)
    const branches = branchesOf(row, query.get('as'))
    const to = { remote: 'origin', address: 'https://github.com/acme/ledger', base: 'main' }
    return { body: { ...to, sent_as: query.get('as'), opens: true, tree: row.tree, branches } }
  })

const sendToRemote = (state, [id], { query }) =>
  found(state, id, (row) => {
    const branches = branchesOf(row, query.get('as')).map((branch, i) => ({
      ...branch,
      pushed: true,
      pull_request: {
        name: `#${440 + i}`,
        url: `https://example.com/ledger/pull/${440 + i}`,
        preview: null,
        checks: 'running',
      },
    }))
    const sent = {
      sent_as: query.get('as'),
      remote: 'origin',
      base: 'main',
      branches,
      under_way: false,
      current: true,
      failure: null,
    }
    return { body: state.changeReview(id, { sent }) }
  })

const set =
  (change) =>
  (state, [id]) =>
    found(state, id, () => ({ body: state.changeReview(id, change) }))

export const ROUTES = [
  [
    'GET',
    /^\/api\/changesets$/,
    (state) => ({
      body: state.changesets.map((row) => {
        const isIn = ({ state: word, members }) =>
          word === 'open' && members.some(({ key }) => key === row.key)
        return { ...row, review: [...state.reviews.values()].find(isIn)?.id ?? null }
      }),
    }),
  ],
  [
    'GET',
    /^\/api\/conflicts$/,
    (state) => ({
      body: state.changesets.length > 0 ? pairs() : { pairs: [], order: { order: [], breaks: [] } },
    }),
  ],
  ['GET', /^\/api\/reviews$/, list],
  ['POST', /^\/api\/reviews$/, create],
  ['GET', /^\/api\/reviews\/(R\d+)$/, (state, [id]) => found(state, id, (body) => ({ body }))],
  ['PATCH', /^\/api\/reviews\/(R\d+)$/, change],
  ['GET', /^\/api\/reviews\/(R\d+)\/diff$/, diff],
  ['PUT', /^\/api\/reviews\/(R\d+)\/viewed$/, viewed],
  ['POST', /^\/api\/reviews\/(R\d+)\/comments$/, comment],
  ['PATCH', /^\/api\/reviews\/(R\d+)\/comments\/(\d+)$/, changeComment],
  ['DELETE', /^\/api\/reviews\/(R\d+)\/comments\/(\d+)$/, dropComment],
  ['POST', /^\/api\/reviews\/(R\d+)\/send$/, send],
  ['POST', /^\/api\/reviews\/(R\d+)\/check$/, runChecks],
  ['GET', /^\/api\/reviews\/(R\d+)\/checks\/(\d+)\/log$/, log],
  ['POST', /^\/api\/reviews\/(R\d+)\/land$/, land],
  ['GET', /^\/api\/reviews\/(R\d+)\/pull-requests$/, sendPlan],
  ['POST', /^\/api\/reviews\/(R\d+)\/pull-requests$/, sendToRemote],
  ['POST', /^\/api\/reviews\/(R\d+)\/refresh$/, refresh],
  [
    'POST',
    /^\/api\/reviews\/(R\d+)\/help$/,
    (state, [id]) => found(state, id, () => ({ body: [{ task: 'T20', agent: 'claude' }] })),
  ],
  ['POST', /^\/api\/reviews\/(R\d+)\/drop$/, set({ state: 'dropped', can_undo: true })],
  ['POST', /^\/api\/reviews\/(R\d+)\/undo$/, set({ state: 'open', landing: null, can_undo: false })],
]
