import { at } from '../fixtures/sessions.mjs'

/** What still holds says nothing of it. */
const line = (text, cites, no_longer) => ({ text, cites, ...(no_longer ? { no_longer } : {}) })

const SECTIONS = [
  [
    'goal',
    'Goal',
    [line('Limit requests per account, and answer with `Retry-After`', ['S41#41000222', 'T12'])],
  ],
  [
    'state',
    'State of the work',
    [
      line('On `limits-per-account`, 3 commits ahead of `main`; 2 files not committed', ['git 1a2b3c4']),
      line(
        '`cargo nextest run -p api` passed: 142 tests',
        ['S41#41000210'],
        'src/limits/bucket.rs changed since',
      ),
    ],
  ],
  ['open', 'Open', [line('What is an account without a plan allowed?', ['D9'])]],
  [
    'decisions',
    'Decisions',
    [
      line(
        'Count requests per account, and not per connection: a limit per connection is no limit for whoever opens another one',
        ['D9', 'S41#41000100'],
      ),
    ],
  ],
  ['ruled_out', 'Ruled out', [line('Per address: offices share one', ['D9'])]],
  [
    'said',
    'What you said',
    [
      line('“Leave the health endpoints alone”', ['S41#41000054']),
      line('“Good. Write the property tests before the docs”', ['S41#41000230']),
    ],
  ],
  ['unverified', 'Not verified', [line('The admin tool’s own limits', ['S41#41000236'])]],
  ['commands', 'Commands that work here', [line('`cargo nextest run -p api` in 9 s', ['S41#41000210'])]],
  [
    'mended',
    'Failures and what mended them',
    [
      line('`error[E0308]` in `middleware.rs:42`: rounded up to whole seconds', [
        'S41#41000228',
        'S41#41000232',
      ]),
    ],
  ],
  [
    'files',
    'Files',
    [
      line('`crates/api/src/limits/bucket.rs`: a token bucket that is told the time', ['S41#41000224']),
      line('`crates/api/src/middleware.rs`: the layer stands behind authentication', ['S41#41000226']),
    ],
  ],
]

function brief(state, _, { query }) {
  const of = query.get('of')
  const budget = Number(query.get('budget') ?? 2000)
  if (!state.sessions.has(of) && !state.tasks.has(of))
    return { status: 404, body: { error: `There is no ${of}.`, hint: null } }
  const shown = SECTIONS.slice(0, budget < 2000 ? 6 : SECTIONS.length)
  const markdown = shown
    .map(
      ([, heading, lines]) =>
        `## ${heading}\n${lines.map(({ text, cites }) => `- ${text} [${cites.join(', ')}]`).join('\n')}`,
    )
    .join('\n\n')
  return {
    body: {
      about: of.startsWith('T') ? [of, 'S41'] : [of],
      title: 'Limit requests per account, with Retry-After',
      at: at(0),
      for_task: null,
      sections: shown.map(([part, heading, lines]) => ({ part, heading, lines })),
      budget,
      tokens: budget < 2000 ? 612 : 934,
      left_out: budget < 2000 ? 7 : 0,
      masked: 1,
      unproven: 0,
      readings: [],
      markdown: `# Brief of ${of}\n\n${markdown}\n`,
    },
  }
}

/** What Claude found of S41, once it read it; of others there is nothing yet. */
const found = {
  by: 'claude',
  upto: 41000240,
  statements: [
    {
      kind: 'decision',
      text: 'Counters live in memory: a restart may let a few requests more through',
      why: 'a store of their own would be asked with every request',
      quotes: [{ source: 'S41#41000230', text: 'a restart may let a few through, that is fine' }],
    },
  ],
  unproven: 3,
  wrong_quotes: 4,
  unknown: 0,
  problem: null,
}
const readings = new Map()

const sessionsOf = (of) => (of.startsWith('T') ? ['S41'] : [of])

const readingsOf = (of) => ({
  body: {
    sessions: sessionsOf(of).map((session) => ({
      session,
      reading: null,
      now: null,
      has_new_words: false,
      ...readings.get(session),
    })),
  },
})

function startReading(state, _, { body }) {
  for (const session of sessionsOf(body.of)) {
    readings.set(session, { now: { by: body.with, since: at(0) } })
    state.announce({ type: 'reading', session })
    setTimeout(() => {
      if (!readings.get(session)?.now) return
      readings.set(session, { reading: { ...found, session, by: body.with, at: at(0) } })
      state.announce({ type: 'reading', session })
    }, 4000)
  }
  return readingsOf(body.of)
}

function endReading(_state, _, { query }) {
  for (const session of sessionsOf(query.get('of'))) readings.delete(session)
  return readingsOf(query.get('of'))
}

/** Only S41 has work beside it. */
function related(_state, _, { query }) {
  if (query.get('session') !== 'S41') return { body: { items: [] } }
  return {
    body: {
      items: [
        {
          session: 'S44',
          note: null,
          agent: 'codex',
          title: 'Move invoice numbers into their own sequence',
          at: at(3 * 24 * 60),
          why: ['about `crates/api/src/middleware.rs`', 'met the same error: 429 without Retry-After'],
          lines: [
            line('“Answer with seconds, never with a date”, to: which form of Retry-After?', [
              'S44#44000012',
            ]),
          ],
          weight: 2.4,
        },
        {
          session: 'S41',
          note: 'D9',
          agent: 'claude',
          title: 'Count requests per account, and not per connection',
          at: at(26 * 60),
          why: ['about `crates/api/src/limits/bucket.rs`'],
          lines: [line('A limit per connection is no limit for whoever opens another one.', ['D9'])],
          weight: 1.6,
        },
        {
          session: null,
          note: '.callboard/notes/data-model.md',
          agent: null,
          title: 'Data model of invoices',
          at: at(30 * 60),
          why: ['about `crates/api/src/limits/bucket.rs`'],
          lines: [line('An invoice has lines; a credit note has one.', ['.callboard/notes/data-model.md'])],
          weight: 1.2,
        },
      ],
    },
  }
}

export const ROUTES = [
  ['GET', /^\/api\/brief$/, brief],
  ['GET', /^\/api\/related$/, related],
  ['GET', /^\/api\/readings$/, (_state, _, { query }) => readingsOf(query.get('of'))],
  ['POST', /^\/api\/readings$/, startReading],
  ['DELETE', /^\/api\/readings$/, endReading],
]
