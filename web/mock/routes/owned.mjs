import { facts } from '../fixtures/sessions.mjs'
import { ownedView } from '../fixtures/owned.mjs'

const ofSession = (state, session) =>
  [...state.owned.values()].filter((row) => row.session === session).at(-1)

function start(state, _, { body }) {
  state.starts.push(body)
  if (body.agent === 'gemini')
    return {
      status: 422,
      body: {
        error: 'Gemini CLI cannot be driven; nothing was started',
        hint: 'name it in `callboard.toml`',
      },
    }
  const made = Array.from({ length: body.count ?? 1 }, () => {
    const id = Math.max(0, ...state.owned.keys()) + 1
    const row = ownedView(id, {
      task: body.task,
      agent: body.agent ?? 'claude',
      state: 'preparing',
      started_at: null,
    })
    state.owned.set(id, row)
    return state.tellOwned(row)
  })
  return { body: made }
}

/** A queued prompt is begun by and by; the tests say when. */
function send(state, [session], { body }) {
  const row = ofSession(state, session)
  if (!row)
    return {
      status: 409,
      body: { error: `${session} is not driven from here; nothing was sent`, hint: null },
    }
  const prompt = {
    id: `p${row.prompts.length + 1}`,
    text: body.text,
    at: new Date().toISOString(),
    refused: null,
  }
  return { body: state.changeOwned(row.id, { prompts: [...row.prompts, prompt] }) }
}

const act =
  (change, turn) =>
  (state, [session]) => {
    const row = ofSession(state, session)
    if (turn) state.changeSession(session, turn)
    return { body: state.changeOwned(row.id, change) }
  }

function goOn(state, [session], { body }) {
  state.starts.push({ session, ...body })
  const id = Math.max(...state.owned.keys()) + 1
  const row = ownedView(id, { session, agent: state.sessions.get(session).agent, state: 'starting' })
  state.owned.set(id, row)
  return { body: state.tellOwned(row) }
}

function handOff(state, [id], { body }) {
  state.starts.push({ session: id, handoff: body })
  const from = state.sessions.get(id)
  const agent = body.agent ?? (from.agent === 'claude' ? 'codex' : 'claude')
  const next = Math.max(0, ...state.owned.keys()) + 1
  const row = ownedView(next, { task: from.task, agent, state: 'preparing', follows: id })
  state.owned.set(next, row)
  state.changeSession(id, { state: 'ended', facts: facts('ended', 0) })
  return { body: { owned: state.tellOwned(row), brief: null, stays_open: false } }
}

const TURNS = [
  ['u1', 'Limit how many requests an account may send in a minute', 95],
  ['u2', 'Answer 429 with Retry-After, in seconds', 40],
]

const turns = () => ({
  body: TURNS.map(([prompt, text, minutes], i) => ({
    ...{ number: i + 1, prompt, text },
    at: new Date(Date.now() - minutes * 60_000).toISOString(),
  })),
})

function rewind(state, [session], { body }) {
  state.starts.push({ session, rewind: body })
  return {
    body: {
      session,
      to: turns().body.find(({ prompt }) => prompt === body.prompt),
      kept: `${session}-rewind-1`,
      written: ['src/limits/bucket.ts'],
      removed: ['src/limits/bucket.test.ts'],
      conversation: body.files_only ? 'untouched' : 'rewound',
      owned: null,
    },
  }
}

export const ROUTES = [
  ['GET', /^\/api\/sessions\/(S\d+)\/turns$/, turns],
  ['POST', /^\/api\/sessions\/(S\d+)\/rewind$/, rewind],
  ['GET', /^\/api\/owned$/, (state) => ({ body: [...state.owned.values()] })],
  ['GET', /^\/api\/owned\/(\d+)$/, (state, [id]) => ({ body: state.owned.get(Number(id)) })],
  ['POST', /^\/api\/owned$/, start],
  ['POST', /^\/api\/sessions\/(S\d+)\/handoff$/, handOff],
  [
    'DELETE',
    /^\/api\/owned\/(\d+)$/,
    (state, [id]) => ({ body: state.changeOwned(Number(id), { state: 'ended' }) }),
  ],
  ['POST', /^\/api\/sessions\/(S\d+)\/send$/, send],
  ['POST', /^\/api\/sessions\/(S\d+)\/interrupt$/, act({}, { state: 'ready', activity: 'Broken off' })],
  [
    'POST',
    /^\/api\/sessions\/(S\d+)\/stop$/,
    act({ state: 'ended' }, { state: 'ended', facts: facts('ended', 0) }),
  ],
  ['POST', /^\/api\/sessions\/(S\d+)\/(?:resume|fork)$/, goOn],
  [
    'GET',
    /^\/api\/doctor$/,
    () => ({
      body: {
        agents: ['claude', 'codex'].map((agent) => ({ agent, title: agent, program: `/usr/bin/${agent}` })),
        problems: [],
      },
    }),
  ],
]
