import { expect, test } from 'vitest'
import { turnOf } from './turns'

const turn = (number: number, text: string, at: string) => ({ number, prompt: `p${number}`, text, at })
const TURNS = [
  turn(1, 'Go on', '2026-03-01T10:00:00Z'),
  turn(2, 'Write the tests for the lock, and…', '2026-03-01T10:10:00Z'),
  turn(3, 'Go on', '2026-03-01T11:00:00Z'),
]

test('a prompt said twice is the turn nearest in time', () => {
  expect(turnOf(TURNS, 'Go on\n', '2026-03-01T10:00:02Z')?.number).toBe(1)
  expect(turnOf(TURNS, 'Go on', '2026-03-01T10:59:58Z')?.number).toBe(3)
})

test('a long prompt is known by its beginning, and another one by nothing', () => {
  expect(turnOf(TURNS, 'Write the tests for the lock,\nand run them', null)?.number).toBe(2)
  expect(turnOf(TURNS, 'Go on, then', '2026-03-01T10:00:00Z')).toBeNull()
})
