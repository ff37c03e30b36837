import { expect, test } from 'vitest'
import type { SessionView } from '../api/types'
import { stateWords } from './facts'

const now = Date.parse('2026-01-01T12:00:00Z')
const at = (minutes: number): string => new Date(now - minutes * 60_000).toISOString()
const session = (state: string, facts: object): SessionView => ({ state, facts }) as unknown as SessionView

test('a state’s hover tells each fact with its source and age', () => {
  const words = stateWords(
    session('needs_you', {
      alive: { is: 'yes', source: 'process', at: at(2) },
      turn: { is: 'waiting_permission', source: 'registry', at: at(9) },
      outcome: { is: 'open', source: 'events', at: null },
    }),
    now,
  )
  expect(words.split('\n')).toEqual([
    'Needs you. A person must allow or answer something.',
    'Process: runs, says the process table, 2 min',
    'Turn: waits for permission, says the agent itself, 9 min',
    'Last turn: not ended, says its transcript',
  ])
})

test('a process that is not known is not said to have ended', () => {
  const words = stateWords(
    session('ended', {
      alive: { is: 'unknown', source: 'events', at: null },
      turn: { is: 'idle', source: 'events', at: at(90) },
      outcome: { is: 'completed', source: 'events', at: at(90) },
    }),
    now,
  )
  expect(words).toContain('\nProcess: not known\n')
  expect(words).not.toMatch(/process ended/i)
})
