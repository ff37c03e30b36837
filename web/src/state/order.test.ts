import { expect, test } from 'vitest'
import type { SessionView, TaskView } from '../api/types'
import { byUrgency, positionBefore, type Placed } from './order'

const placed = (id: string, state: SessionView['state'], placedAt: string): Placed =>
  ({ view: { id, state }, placedAt }) as Placed
const card = (id: string, position: number) => ({ id, position }) as TaskView

test('what needs a person comes first, then what lives, then the newest', () => {
  const rows = [
    placed('S1', 'ended', '2026-01-03'),
    placed('S2', 'failed', '2026-01-01'),
    placed('S3', 'ready', '2026-01-01'),
    placed('S4', 'working', '2026-01-01'),
    placed('S5', 'needs_you', '2026-01-01'),
    placed('S6', 'ended', '2026-01-02'),
  ]
  expect(rows.sort(byUrgency).map(({ view }) => view.id)).toEqual(['S5', 'S4', 'S3', 'S1', 'S6', 'S2'])
})

test('a card is put between its new neighbours', () => {
  const column = [card('T1', 1), card('T2', 2), card('T3', 4)]
  expect(positionBefore(column, 'T9', 'T3')).toBe(3)
  expect(positionBefore(column, 'T9', 'T1')).toBeLessThan(1)
  expect(positionBefore(column, 'T9', null)).toBeGreaterThan(4)
  expect(positionBefore([], 'T9', null)).toBe(0)
})

test('a card moved within its column does not count itself as a neighbour', () => {
  const column = [card('T1', 1), card('T2', 2), card('T3', 4)]
  expect(positionBefore(column, 'T2', 'T1')).toBeLessThan(1)
  expect(positionBefore(column, 'T1', 'T3')).toBe(3)
})
