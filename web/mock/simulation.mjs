const STEPS = {
  S41: [
    'Running cargo nextest run -p api, after changing limits/bucket.rs',
    'Editing crates/api/src/limits/bucket.rs',
    'Reading crates/api/src/middleware.rs',
    'Running cargo clippy --all-targets',
    'Editing docs/api/limits.md',
  ],
  S44: ['Reading crates/api/tests/it/limits.rs', 'Writing bench/limits.js', 'Running node bench/limits.js'],
  S42: [
    'Rewriting migrations/0041_invoice_numbers.sql',
    'Running cargo test -p invoices',
    'Editing number/backfill.rs',
  ],
  S46: [
    'Searching for `select_for_update` in crates/ledger',
    'Reading crates/ledger/src/close.rs',
    'Thinking',
  ],
  S47: ['Running kubectl describe job migrate', 'Reading deploy/migrate.yaml'],
}

function step(round) {
  const tool_use_id = `live-${round}`
  return [
    { kind: 'text', text: `Step ${round}: the bucket is refilled by the moment it is given.` },
    { kind: 'command', tool_use_id, tool: 'Bash', command: `cargo test -p api case_${round}` },
    {
      kind: 'result',
      tool_use_id,
      text: 'test result: ok. 1 passed',
      ok: true,
      exit_code: 0,
      duration_ms: 900,
    },
  ]
}

/** Lets the working sessions go on, one step at a time. */
export function simulate(state, periodMs) {
  let round = 0
  const timer = setInterval(() => {
    round += 1
    const ids = Object.keys(STEPS)
    const id = ids[round % ids.length]
    const row = state.sessions.get(id)
    if (row?.state === 'working') {
      const steps = STEPS[id]
      const now = new Date().toISOString()
      state.changeSession(id, {
        activity: steps[round % steps.length],
        activity_since: now,
        updated_at: now,
        context: row.context && {
          ...row.context,
          used: Math.min(row.context.window, row.context.used + 400),
        },
      })
      if (id === 'S41') state.append(id, ...step(round))
    }
    if (state.import.running) {
      const done = Math.min(state.import.bytes_total, state.import.bytes_done + 4e7)
      const running = done < state.import.bytes_total
      state.import = {
        ...state.import,
        bytes_done: done,
        running,
        left_ms: running ? (state.import.bytes_total - done) / 5e4 : null,
      }
      state.announce({ type: 'import', import: state.import })
    }
  }, periodMs)
  return () => clearInterval(timer)
}
