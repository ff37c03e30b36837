import { eventsOf } from '../fixtures/events.mjs'
import { messagesOf } from '../fixtures/talk.mjs'

const encoder = new TextEncoder()
const bytes = (text) => encoder.encode(text).length

/** Where `words` are in `text`, as offsets into its UTF-8. */
function matches(text, words) {
  const lower = text.toLowerCase()
  const found = []
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
      found.push([bytes(text.slice(0, at)), bytes(text.slice(0, at + word.length))])
    }
  }
  return found
}

const readable = (event) =>
  event.text ?? event.command ?? event.query ?? event.files?.map((file) => file.path).join('\n') ?? ''

/** The lines around the first match. */
function excerpt(text, word) {
  const lines = text.replaceAll(/\u001b\[[\d;]*m/g, '').split('\n')
  const at = Math.max(
    0,
    lines.findIndex((line) => line.toLowerCase().includes(word)),
  )
  return lines
    .slice(Math.max(0, at - 1), at + 2)
    .join('\n')
    .slice(0, 300)
}

function search(state, _, { query }) {
  const all = (query.get('q') ?? '').split(/\s+/).filter(Boolean)
  const filters = Object.fromEntries(
    all.filter((word) => /^\w+:./.test(word)).map((word) => word.split(/:(.*)/s)),
  )
  const words = all
    .filter((word) => !/^\w+:./.test(word))
    .map((word) => word.toLowerCase().replaceAll('"', ''))
  const first = words[0] ?? ''
  const hits = []
  for (const task of state.tasks.values()) {
    if (!words.length || !words.every((word) => `${task.title} ${task.body}`.toLowerCase().includes(word)))
      continue
    if (filters.kind || filters.agent || filters.file) continue
    hits.push({
      subject: 'task',
      session: null,
      task: task.id,
      note: null,
      workspace: 'W1',
      agent: null,
      title: task.title,
      seq: null,
      ordinal: null,
      kind: null,
      at: task.updated_at,
      file: null,
      text: excerpt(task.body || task.title, first),
      matches: matches(excerpt(task.body || task.title, first), words),
      more_in_session: 0,
    })
  }
  for (const row of [...state.sessions.values()].slice(0, 40)) {
    if (filters.agent && row.agent !== filters.agent) continue
    const events = eventsOf(row, state.extra.get(row.id))
    let hit = null
    let more = 0
    for (let i = events.total - 1; i >= Math.max(0, events.total - 400); i -= 1) {
      const event = events.at(i)
      if (filters.kind && event.kind !== filters.kind) continue
      const text = readable(event)
      if (!words.every((word) => text.toLowerCase().includes(word)) || !text) continue
      if (hit) more += 1
      else hit = { event, text: excerpt(text, first) }
    }
    if (hit) {
      hits.push({
        subject: 'event',
        session: row.id,
        task: row.task,
        note: null,
        workspace: 'W1',
        agent: row.agent,
        title: row.title ?? row.goal,
        seq: hit.event.seq,
        ordinal: hit.event.ordinal,
        kind: hit.event.kind,
        at: hit.event.at,
        file: hit.event.files?.[0]?.path ?? null,
        text: hit.text,
        matches: matches(hit.text, words),
        more_in_session: more,
      })
    }
  }
  const unknown = Object.keys(filters).filter(
    (name) => !['agent', 'kind', 'file', 'session', 'task', 'since'].includes(name),
  )
  return {
    body: {
      hits: hits.slice(0, Number(query.get('limit') ?? 20)),
      truncated: hits.length > 20,
      notes: unknown.map((name) => `\`${name}:\` is no filter and was taken as words.`),
    },
  }
}

const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString()

function since(state, _, { query }) {
  const from = query.get('from')
  const ordinal = 600 * 1024
  const line = (minutes, kind, text, session) => ({
    at: ago(minutes),
    kind,
    text,
    session,
    ordinal,
    folded: false,
  })
  const groups = [
    {
      task: 'T13',
      title: 'Refund only what was captured',
      sessions: ['S43'],
      state: 'needs_you',
      wanted: 'Allow `psql ledger_dev -f fix_captured.sql`?',
      wants: [{ session: 'S43', state: 'needs_you', text: 'Allow `psql ledger_dev -f fix_captured.sql`?' }],
      folded: [],
      files: ['crates/payments/src/refund.rs', 'crates/payments/src/capture.rs'],
      lines: [
        line(70, 'directed', 'Refund only what was captured', 'S43'),
        line(22, 'check_fixed', 'cargo nextest run -p payments, 61 passed', 'S43'),
        line(9, 'asked', 'Allow `psql ledger_dev -f fix_captured.sql`?', 'S43'),
      ],
    },
    {
      task: 'T16',
      title: 'Choose a retention rule for audit entries',
      sessions: ['S45', 'S39'],
      state: 'needs_you',
      wanted: 'Keep audit entries for 7 years, or 10?; The model’s service answered 529',
      wants: [
        { session: 'S45', state: 'needs_you', text: 'Keep audit entries for 7 years, or 10?' },
        { session: 'S39', state: 'failed', text: 'The model’s service answered 529' },
      ],
      folded: [],
      files: [],
      lines: [
        line(47, 'failed', 'The model’s service answered 529', 'S39'),
        line(32, 'asked', 'Keep audit entries for 7 years, or 10?', 'S45'),
      ],
    },
    {
      task: 'T10',
      title: 'Paginate the customers list by cursor',
      sessions: ['S38'],
      state: 'ready',
      wanted: null,
      wants: [],
      folded: [{ session: 'S38', lines: 1, text: '1 finished turn', complete: true }],
      files: ['crates/api/src/customers/0.rs', 'crates/api/src/customers/1.rs'],
      lines: [
        { ...line(95, 'finished', 'The query is there, the page next', 'S38'), folded: true },
        line(90, 'check_failed', 'cargo nextest run -p api, 4 failed', 'S38'),
        line(40, 'check_fixed', 'cargo nextest run -p api, 139 passed', 'S38'),
        line(20, 'committed', 'api: page through customers by cursor', 'S38'),
        line(18, 'finished', 'Cursor pagination, with tests for ties', 'S38'),
      ],
    },
    {
      task: 'T12',
      title: 'Limit requests per account, with Retry-After',
      sessions: ['S41', 'S44'],
      state: 'working',
      wanted: null,
      wants: [],
      folded: [],
      files: ['crates/api/src/limits/bucket.rs'],
      lines: [
        line(28, 'answered', '2 requests per second', 'S41'),
        line(11, 'refused', 'git push origin limits-per-account', 'S41'),
      ],
    },
    {
      task: null,
      title: 'Review the diff of the payments branch for races',
      sessions: ['S48'],
      state: 'ready',
      wanted: null,
      wants: [],
      folded: [],
      files: [],
      lines: [line(26, 'finished', 'Two races, both in capture.rs', 'S48')],
    },
  ]
  const reviews = [
    {
      review: 'R4',
      title: 'Round half to even in every ledger total',
      state: 'landed',
      lines: [
        { at: ago(70), text: 'opened with 2 changesets' },
        { at: ago(61), text: 'sent 2 comments to S40' },
        { at: ago(44), text: 'landed on main as 9be01d2' },
      ],
    },
  ]
  return {
    body: {
      nights: state.night ? [state.night] : [],
      from: { '2h': ago(120), last: state.lastLook, today: ago(600), yesterday: ago(2040) }[from] ?? from,
      to: ago(0),
      groups: state.tasks.size && query.get('workspace') === 'W1' ? groups : [],
      quiet_sessions: 3,
      reviews: state.tasks.size && query.get('workspace') === 'W1' ? reviews : [],
      messages: messagesOf('S41', state.sessions).reverse(),
      by_rules: [
        {
          call: 'C79',
          session: 'S41',
          question: 'Run `cargo nextest run -p api`?',
          rule: 'Bash(cargo nextest*)',
          allowed: true,
          at: new Date(Date.now() - 40 * 60_000).toISOString(),
        },
        {
          call: 'C78',
          session: 'S42',
          question: 'Run `git push`?',
          rule: 'Bash(git push*)',
          allowed: false,
          at: new Date(Date.now() - 55 * 60_000).toISOString(),
        },
      ],
    },
  }
}

export const ROUTES = [
  ['GET', /^\/api\/search$/, search],
  ['GET', /^\/api\/since$/, since],
]
