import { expect, test } from 'vitest'
import type { CallView } from '../api/types'
import { arrange, entriesOf, holdStill, isOlder } from './entries'
import { sampleCall as call } from './sample'

const NOW = Date.parse('2026-01-01T10:10:00Z')
const NONE = new Map<string, string>()
const order = (calls: CallView[]): string[] =>
  arrange(entriesOf(calls, NONE), NOW).map(({ id, section }) => `${id} ${section}`)

test('the most urgent comes first, and what was answered last', () => {
  const calls = [
    call({ id: 'C1', kind: 'finished', urgency: 'finished' }),
    call({ id: 'C2' }),
    call({ id: 'C3', kind: 'question', urgency: 'question' }),
    call({ id: 'C4', urgency: 'irreversible', state: 'answered' }),
    call({ id: 'C5', urgency: 'irreversible' }),
  ]
  expect(order(calls)).toEqual(['C5 waits', 'C3 waits', 'C2 waits', 'C1 told', 'C4 answered'])
})

test('within a rank, minutes count, times the agents that wait', () => {
  const calls = [
    call({ id: 'C1', asked_at: '2026-01-01T10:08:00Z' }),
    call({ id: 'C2', asked_at: '2026-01-01T10:04:00Z' }),
    call({ id: 'C3', asked_at: '2026-01-01T10:07:00Z', blocks: ['T1', 'T2'] }),
  ]
  expect(order(calls)).toEqual(['C3 waits', 'C2 waits', 'C1 waits'])
})

test('sessions that ask the same are one entry, also where an answer would write elsewhere', () => {
  const writing = (path: string) => [
    { id: 'rule', label: 'Always', effect: 'allow_always' as const, writes: path },
  ]
  const calls = [
    call({ id: 'C10', group: 'g', options: writing('/a') }),
    call({ id: 'C9', group: 'g', options: writing('/b') }),
    call({ id: 'C11', group: 'g', options: writing('/b'), can_answer: false }),
    call({ id: 'C12' }),
  ]
  const entries = entriesOf(calls, NONE).map((entry) => [entry.id, entry.calls.map(({ id }) => id)])
  expect(entries).toEqual([
    ['C9', ['C9', 'C10']],
    ['C11', ['C11']],
    ['C12', ['C12']],
  ])
})

test('what was answered as one stays one; an earlier answer to the same question does not join it', () => {
  const calls = [
    call({ id: 'C1', group: 'g', state: 'closed' }),
    call({ id: 'C2', group: 'g', state: 'answered' }),
    call({ id: 'C3', group: 'g', state: 'closed' }),
    call({ id: 'C4', group: 'g' }),
  ]
  const together = new Map([
    ['C2', 'C2'],
    ['C3', 'C2'],
  ])
  const entries = entriesOf(calls, together).map((entry) => entry.calls.map(({ id }) => id))
  expect(entries).toEqual([['C1'], ['C2', 'C3'], ['C4']])
})

test('a list that is held neither moves nor loses a row; what comes is announced', () => {
  const before = arrange(entriesOf([call({ id: 'C1' }), call({ id: 'C2' })], NONE), NOW)
  const urgent = call({ id: 'C3', urgency: 'irreversible' })
  const after = arrange(
    entriesOf([call({ id: 'C1', state: 'closed' }), call({ id: 'C2' }), urgent], NONE),
    NOW,
  )
  const held = holdStill(before, after)
  expect(held.shown.map(({ id }) => id)).toEqual(['C1', 'C2'])
  expect(held.announced.map(({ id }) => id)).toEqual(['C3'])
})

test('a call that leaves a group does not announce those that stay', () => {
  const [a, b] = [call({ id: 'C1', group: 'g' }), call({ id: 'C2', group: 'g' })]
  const before = arrange(entriesOf([a, b], NONE), NOW)
  const after = arrange(entriesOf([{ ...a, state: 'closed' }, b], NONE), NOW)
  expect(holdStill(before, after).announced).toEqual([])
})

test('a call only goes on, unless it is asked anew', () => {
  expect(isOlder(call({}), call({ state: 'answered' }))).toBe(true)
  expect(isOlder(call({ generation: 2 }), call({ state: 'answered' }))).toBe(false)
  expect(isOlder(call({ state: 'closed' }), call({ state: 'accepted' }))).toBe(false)
  expect(isOlder(call({ state: 'closed' }), call({ generation: 2 }))).toBe(true)
})
