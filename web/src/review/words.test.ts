import { expect, test } from 'vitest'
import { changedWords } from './words'

const cut = (text: string, ranges: readonly (readonly [number, number])[]): string[] =>
  ranges.map(([from, to]) => text.slice(from, to))

test('only the words that changed are marked', () => {
  const [a, b] = ['pub fn take(cost: u32) {', 'pub fn take(id: Id, cost: u32) {']
  const words = changedWords(a, b)
  expect(cut(a, words?.before ?? [])).toEqual([])
  expect(cut(b, words?.after ?? []).join('')).toBe('id: Id, ')
})

test('lines that have little in common are not compared', () => {
  expect(changedWords('if self.tokens < cost {', 'tracing::debug!("read");')).toBeNull()
  expect(changedWords('', '')).toBeNull()
})

test('words of every script are words, and very long lines are left as they are', () => {
  const words = changedWords('let größe = 1;', 'let größen = 1;')
  expect(cut('let größen = 1;', words?.after ?? [])).toEqual(['größen'])
  expect(changedWords('a '.repeat(2000), 'a '.repeat(2001))).toBeNull()
})
