import { expect, test } from 'vitest'
import type { SessionView } from '../api/types'
import { fits } from './list.svelte'

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

test('a row is found by the words that the daemon finds it by', () => {
  const has = (q: string) => fits(session({}), { state: '', agent: '', task: '', q })
  for (const q of ['', 'FLAKY', 'retry-up', 'ann/größe', '0f3c9a', 's41', ' cargo  retry\tS41 ']) {
    expect([q, has(q)]).toEqual([q, true])
  }
  // Of the short id only the whole is a word: `S4` would find ten others.
  for (const q of ['s4', 'null', 'cargo absent', 'claude']) expect([q, has(q)]).toEqual([q, false])
})
