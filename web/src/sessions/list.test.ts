import { afterEach, expect, test, vi } from 'vitest'
import type { SessionView } from '../api/types'
import { fits, SessionList } from './list.svelte'

const session = (more: Partial<SessionView>): SessionView =>
  ({
    id: 'S41',
    title: null,
    goal: 'Fix the flaky test',
    activity: 'Running cargo test',
    branch: 'retry-upload',
    cwd: '/home/ann/Größe',
    agent_session_id: '0f3c9a1e-77',
    state: 'working',
    agent: 'claude',
    task: null,
    parent: null,
    updated_at: '2026-01-01T00:00:00Z',
    started_at: null,
    ...more,
  }) as SessionView

const ALL = { state: '', agent: '', task: '', q: '' }

interface Asked {
  before: string | null
  q: string | null
  answer: (ids: string[], next?: string | null) => Promise<void>
}

/** Keeps what is asked for until it is answered. */
function serve(): Asked[] {
  const asked: Asked[] = []
  vi.stubGlobal('fetch', (path: string) => {
    const query = new URL(path, 'http://x').searchParams
    return new Promise((resolve) => {
      const answer = async (ids: string[], next: string | null = null) => {
        const sessions = ids.map((id) => session({ id, state: 'ended' }))
        resolve(new Response(JSON.stringify({ sessions, total: 9, next, seq: 1 })))
        await new Promise((done) => setTimeout(done))
      }
      asked.push({ before: query.get('before'), q: query.get('q'), answer })
    })
  })
  return asked
}

const shown = (list: SessionList) => list.sorted.map(({ view }) => view.id)

afterEach(() => vi.unstubAllGlobals())

test('a row is found by the words that the daemon finds it by', () => {
  const has = (q: string) => fits(session({}), { state: '', agent: '', task: '', q })
  for (const q of ['', 'FLAKY', 'retry-up', 'ann/größe', '0f3c9a', 's41', ' cargo  retry\tS41 ']) {
    expect([q, has(q)]).toEqual([q, true])
  }
  // Of the short id only the whole is a word: `S4` would find ten others.
  for (const q of ['s4', 'null', 'cargo absent', 'claude']) expect([q, has(q)]).toEqual([q, false])
})

test('the list goes on where the daemon says, and shows what is told twice once', async () => {
  const asked = serve()
  const list = new SessionList()
  void list.open('W1', ALL)
  // Neither a time nor in the order of the rows.
  await asked[0]?.answer(['S9', 'S8', 'S7'], 'zz|S7 +/=')
  void list.extend()
  void list.extend()
  expect(asked.map(({ before }) => before)).toEqual([null, 'zz|S7 +/='])
  await asked[1]?.answer(['S8', 'S7', 'S6'], 'aa')
  expect([shown(list), list.more]).toEqual([['S9', 'S8', 'S7', 'S6'], true])
  void list.extend()
  await asked[2]?.answer([], null)
  expect([asked[2]?.before, shown(list), list.more]).toEqual(['aa', ['S9', 'S8', 'S7', 'S6'], false])
})

test('the list before is not gone on with while another one is opened', async () => {
  const asked = serve()
  const list = new SessionList()
  void list.open('W1', ALL)
  await asked[0]?.answer(['S9', 'S8'], 'all after S8')
  void list.open('W1', { ...ALL, q: 'flaky' })
  void list.extend()
  await asked[1]?.answer(['S5'], 'flaky after S5')
  await asked[2]?.answer(['S7', 'S6'])
  expect(shown(list)).toEqual(['S5'])
  void list.extend()
  expect(asked.map(({ before }) => before)).toEqual([null, null, 'flaky after S5'])
})
