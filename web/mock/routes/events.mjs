import { eventsOf } from '../fixtures/events.mjs'
import { messagesOf, reportOf } from '../fixtures/talk.mjs'

const events = (state, id) => eventsOf(state.sessions.get(id), state.extra.get(id))

function page(state, [id], { query }) {
  const row = state.sessions.get(id)
  if (!row) return { status: 404, body: { error: `There is no session ${id}.`, hint: null } }
  const all = events(state, id)
  const kinds = query.get('kinds')?.split(',')
  const file = query.get('file')
  const wanted = (event) =>
    (!kinds || kinds.includes(event.kind)) &&
    (!file ||
      [...(event.files ?? []), ...(event.edits ?? [])].some((edit) => edit.path === file) ||
      event.path === file)
  const limit = Number(query.get('limit') ?? 200)
  const [where, value] = query.get('from').split(':')
  let up = 0
  let down = -1
  if (where === 'start') up = 0
  if (where === 'end') [up, down] = [all.total, all.total - 1]
  if (where === 'after') up = all.indexOfSeq(Number(value)) + 1
  if (where === 'before') [up, down] = [all.total, all.indexOfSeq(Number(value)) - 1]
  if (where === 'at') up = all.indexOfOrdinal(Number(value))
  if (where === 'around') [up, down] = [all.indexOfSeq(Number(value)), all.indexOfSeq(Number(value)) - 1]
  const above = []
  const below = []
  const half = where === 'around' ? limit / 2 : limit
  if (!['start', 'after', 'at'].includes(where))
    while (down >= 0 && above.length < half) {
      const e = all.at(down--)
      if (wanted(e)) above.unshift(e)
    }
  if (where !== 'end' && where !== 'before')
    while (up < all.total && below.length < half) {
      const e = all.at(up++)
      if (wanted(e)) below.push(e)
    }
  return {
    body: {
      events: [...above, ...below],
      more_before: where === 'after' || where === 'at' ? true : where !== 'start' && down >= 0,
      more_after: where === 'before' ? true : where !== 'end' && up < all.total,
      total: all.total,
      shared: null,
      seq: state.seq,
    },
  }
}

function landmarks(state, [id]) {
  const all = events(state, id)
  const found = []
  for (let i = Math.max(0, all.total - 20_000); i < all.total; i += 1) {
    const event = all.at(i)
    const mark = (kind, text) =>
      found.push({ seq: event.seq, ordinal: event.ordinal, at: event.at, kind, text })
    if (event.kind === 'prompt' && event.author === 'user') mark('prompt', event.text.split('\n')[0])
    if (event.kind === 'result' && event.ok === false)
      mark(
        'failure',
        event.refused ??
          event.text
            .split('\n')
            .find((line) => /error|FAIL/.test(line))
            ?.replaceAll(/\u001b\[\d+m/g, '')
            .trim() ??
          'failed',
      )
    if (event.kind === 'edit') for (const file of event.files) mark('edit', file.path)
    if (event.kind === 'question') mark('question', event.questions[0].question)
    if (event.kind === 'compaction') mark('compaction', 'History was compacted')
  }
  return { body: found }
}

function detail(state, [id]) {
  const session = state.sessions.get(id)
  if (!session)
    return {
      status: 404,
      body: { error: `There is no session ${id}.`, hint: 'list them with `callboard session list`' },
    }
  const rich = id === 'S41'
  const all = events(state, id)
  const mark = (kind, text, minutes) => ({
    kind,
    text,
    at: new Date(Date.now() - minutes * 60_000).toISOString(),
    ordinal: all.at(Math.max(0, all.total - minutes - 1)).ordinal,
  })
  return {
    body: {
      session,
      goal_text: rich
        ? 'Clients that send a burst get 429 without Retry-After, and retry at once. Limit requests per account, and tell them when to come back. Keep the health endpoints out of it. See #432.'
        : session.goal,
      plan_steps: rich
        ? [
            { text: 'Move the layer behind authentication', status: 'completed' },
            { text: 'Count per account', status: 'completed' },
            { text: 'Give the bucket a clock that tests can step', status: 'completed' },
            { text: 'Answer with Retry-After', status: 'in_progress' },
            { text: 'Leave the health endpoints alone', status: 'pending' },
            { text: 'Write it down in docs/api/limits.md', status: 'pending' },
          ]
        : [],
      files: session.files.map((path, i) => ({
        path,
        reads: 3 + i,
        edits: Math.max(0, 6 - i),
        at: new Date(Date.now() - i * 120_000).toISOString(),
      })),
      files_more: 0,
      checks: session.last_check
        ? [
            session.last_check,
            ...(rich
              ? [
                  {
                    ...session.last_check,
                    command: 'cargo clippy --all-targets -- -D warnings',
                    ok: false,
                    passed: null,
                    failed: 2,
                  },
                ]
              : []),
          ]
        : [],
      milestones: rich
        ? [
            mark('directed', 'Limit requests per account and answer with Retry-After', 40),
            mark('asked', 'What should an account without a plan be allowed?', 28),
            mark('answered', '2 requests per second', 27),
            mark('check_failed', 'cargo nextest run -p api', 22),
            mark('check_fixed', 'cargo nextest run -p api, 142 passed', 14),
            mark('refused', 'git push origin limits-per-account', 11),
          ]
        : [mark('directed', session.goal ?? 'No prompt yet', 12)],
      children: [...state.sessions.values()].filter((row) => row.parent === id),
      parent: session.parent ? state.sessions.get(session.parent) : null,
      forked_from: null,
      follows: state.sessions.get(session.follows) ?? null,
      followed_by: [...state.sessions.values()].filter((row) => row.follows === id),
      mode: 'default',
      entrypoint: 'cli',
      pull_requests: rich ? ['https://example.com/ledger/pull/440'] : [],
      transcripts: [`/home/lea/.claude/projects/-home-lea-src-ledger/${session.agent_session_id}.jsonl`],
      readable: rich ? '.callboard/sessions/S41.md' : null,
      report: reportOf(id),
      messages: messagesOf(id, state.sessions),
      seq: state.seq,
    },
  }
}

function one(state, [seq]) {
  const id = `S${Math.floor(Number(seq) / 1_000_000)}`
  if (!state.sessions.has(id))
    return { status: 404, body: { error: `There is no event ${seq}.`, hint: null } }
  const all = events(state, id)
  return { body: all.at(all.indexOfSeq(Number(seq))) }
}

const record = (state, [seq]) => ({
  body: {
    record_type: 'queue-operation',
    text: JSON.stringify({ type: 'queue-operation', operation: 'enqueue', seq: Number(seq) }, null, 2),
  },
})

export const ROUTES = [
  ['GET', /^\/api\/sessions\/(S\d+)$/, detail],
  ['GET', /^\/api\/sessions\/(S\d+)\/events$/, page],
  ['GET', /^\/api\/sessions\/(S\d+)\/landmarks$/, landmarks],
  ['GET', /^\/api\/events\/(\d+)$/, one],
  ['GET', /^\/api\/events\/(\d+)\/record$/, record],
]
