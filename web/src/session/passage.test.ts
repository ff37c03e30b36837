import { expect, test } from 'vitest'
import type { Event } from '../api/types'
import type { Block } from './blocks'
import { meant, type Seen } from './passage'

const row = (kind: string, whole: boolean, here = false): Seen => {
  const event = { kind, seq: 1, ordinal: 1, text: kind } as unknown as Event
  return { block: { type: 'event', key: kind, event } as Block, whole, here }
}
const kindOf = (seen: Seen[]): string | undefined => meant(seen)?.key

test('without a selection the row that was gone to is meant, else the first words wholly in sight', () => {
  expect(kindOf([row('text', false), row('command', true), row('prompt', true)])).toBe('prompt')
  expect(kindOf([row('text', true), row('command', true, true)])).toBe('command')
  expect(kindOf([row('command', true), row('text', false)])).toBe('text')
  expect(kindOf([row('command', false)])).toBe('command')
  expect(kindOf([])).toBeUndefined()
})
