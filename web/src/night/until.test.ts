import { expect, test } from 'vitest'
import { nextAt } from './until'

const LATE = new Date(2026, 2, 4, 22, 30).getTime()

test('a time of day is the next one', () => {
  expect(nextAt('8:00', LATE)).toBe(new Date(2026, 2, 5, 8, 0).toISOString())
  expect(nextAt('23:15', LATE)).toBe(new Date(2026, 2, 4, 23, 15).toISOString())
})

test('what is no time of day is none', () => {
  for (const text of ['', 'soon', '25:00', '7:99']) expect(nextAt(text, LATE)).toBeNull()
})
