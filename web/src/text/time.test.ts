import { expect, test } from 'vitest'
import { ago, agoInWords, dayGroup, duration, span } from './time'

const NOW = Date.parse('2026-11-20T12:00:00')
const before = (ms: number) => new Date(NOW - ms).toISOString()
const MIN = 60_000
const HOUR = 60 * MIN

test('times are told in the largest unit that matters', () => {
  expect(ago(before(20_000), NOW)).toBe('now')
  expect(ago(before(3 * MIN), NOW)).toBe('3 min')
  expect(ago(before(26 * HOUR), NOW)).toBe('26 h')
  expect(ago(before(72 * HOUR), NOW)).toBe('3 d')
  expect(ago(before(30 * 24 * HOUR), NOW)).toBe('21 Oct')
  expect(ago(null, NOW)).toBe('')
})

test('within a sentence, a time says that it is past', () => {
  expect(agoInWords(before(20_000), NOW)).toBe('just now')
  expect(agoInWords(before(-5 * MIN), NOW)).toBe('just now')
  expect(agoInWords(before(9 * MIN), NOW)).toBe('9 min ago')
  expect(agoInWords(before(30 * 24 * HOUR), NOW)).toBe('on 21 Oct')
  expect(agoInWords(null, NOW)).toBe('')
})

test('a clock that runs ahead does not make the future', () => {
  expect(ago(before(-5 * MIN), NOW)).toBe('now')
})

test('spans and durations', () => {
  expect(span(130 * MIN)).toBe('2 h 10 min')
  expect(span(30_000)).toBe('<1 min')
  expect(duration(420)).toBe('420 ms')
  expect(duration(2340)).toBe('2.3 s')
  expect(duration(185_000)).toBe('3 min 5 s')
})

test('lists are grouped by day', () => {
  expect(dayGroup(before(HOUR), NOW)).toBe('Today')
  expect(dayGroup(before(20 * HOUR), NOW)).toBe('Yesterday')
  expect(dayGroup(before(80 * HOUR), NOW)).toBe('Earlier this week')
  expect(dayGroup(before(400 * 24 * HOUR), NOW)).toBe('Older')
})
