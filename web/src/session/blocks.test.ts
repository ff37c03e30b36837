import { expect, test } from 'vitest'
import type { Event, EventBody } from '../api/types'
import { blocks, failed, firstOwn, indexOf, keepSame } from './blocks'

const events = (...bodies: EventBody[]): Event[] =>
  bodies.map((body, i) => ({ seq: i + 1, session: 'S1', ordinal: i + 1, at: null, ...body }) as Event)
const read = (id: string): EventBody => ({ kind: 'read', tool_use_id: id, tool: 'Read', path: `${id}.rs` })
const result = (id: string, ok = true): EventBody => ({ kind: 'result', tool_use_id: id, text: id, ok })
const command = (id: string): EventBody => ({ kind: 'command', tool_use_id: id, tool: 'Bash', command: id })

test('a tool use and its result are one block, wherever the result is', () => {
  const made = blocks(events(command('a'), { kind: 'text', text: 'meanwhile' }, result('a', false)))
  expect(made.map((block) => block.key)).toEqual(['e1', 'e2'])
  expect(made[0]).toMatchObject({ type: 'use', use: { result: { text: 'a' } } })
  expect(made.map(failed)).toEqual([true, false])
})

test('neighbouring reads are one block, through their results', () => {
  const made = blocks(events(read('a'), result('a'), read('b'), result('b'), command('c'), read('d')))
  expect(made.map((block) => block.type)).toEqual(['looks', 'use', 'looks'])
})

test('a result whose use is not loaded is shown by itself', () => {
  expect(blocks(events(result('x')))).toMatchObject([{ type: 'result', key: 'e1' }])
})

test('what says nothing is not shown', () => {
  const usage: EventBody = { kind: 'usage', input: 1, cache_read: 0, cache_write: 0, output: 1 }
  expect(blocks(events(usage, { kind: 'turn', phase: 'started' }, { kind: 'thinking', text: '' }))).toEqual(
    [],
  )
})

test('an end of a turn that is told twice is one line, with its duration', () => {
  const ended = (duration_ms: number | null): EventBody =>
    ({ kind: 'turn', phase: 'completed', duration_ms }) as EventBody
  const told = events(ended(null), ended(1200), { kind: 'prompt', text: 'on' } as EventBody, ended(900))
  expect(blocks(told)).toMatchObject([
    { key: 'e1', event: { duration_ms: 1200 } },
    { event: { kind: 'prompt' } },
    { event: { duration_ms: 900 } },
  ])
})

test('a plan is shown as it stands after each statement of it', () => {
  const plan = (change: 'replace' | 'update', steps: object[]): EventBody =>
    ({ kind: 'plan', tool_use_id: change, tool: 'T', change, steps }) as EventBody
  const made = blocks(
    events(
      plan('replace', [
        { id: '1', text: 'Look', status: 'in_progress' },
        { id: '2', text: 'Act', status: 'pending' },
      ]),
      plan('update', [{ id: '1', text: '', status: 'completed' }]),
    ),
  )
  expect(made[1]).toMatchObject({
    steps: [
      { text: 'Look', status: 'completed' },
      { text: 'Act', status: 'pending' },
    ],
  })
})

test('blocks that did not change are kept as they were', () => {
  const all = events(command('a'), { kind: 'text', text: 'x' }, result('a'))
  const before = blocks(all.slice(0, 2))
  const after = keepSame(before, blocks(all))
  expect(after[0]).not.toBe(before[0])
  expect(after[1]).toBe(before[1])
})

test('a link to an event that is not shown leads to the next one', () => {
  const all = events(
    { kind: 'turn', phase: 'started' },
    { kind: 'text', text: 'x' },
    command('a'),
    result('a'),
  )
  const made = blocks(all)
  expect(indexOf(made, (event) => event.seq === 1, 1)).toBe(0)
  expect(indexOf(made, (event) => event.seq === 4, 4)).toBe(1)
})

test('no block that was shown is lost when earlier events are loaded', () => {
  const all = events(command('a'), read('b'), result('b'), read('c'), result('a'), result('c'), read('d'))
  const later = all.slice(3)
  const before = blocks(later, { moreBefore: true, seams: new Set() })
  const after = blocks(all, { moreBefore: false, seams: new Set([later[0]?.ordinal ?? 0]) })
  expect(before.map((block) => block.key)).toEqual(['e4'])
  expect(after.map((block) => block.key)).toEqual(['e1', 'e2', 'e4'])
})

test('what a fork shares ends before its first own block', () => {
  const made = blocks(events(command('a'), result('a'), command('b'), result('b')))
  const shared = (ordinal: number, seq: number) => firstOwn(made, { session: 'S1', ordinal, seq })
  expect([firstOwn(made, null), shared(2, 2), shared(2, 3)]).toEqual([null, 'e3', 'e3'])
  // In a part that is not loaded; or nothing is its own yet.
  expect([shared(0, 0), shared(9, 9)]).toEqual([null, null])
})
