import { expect, test } from 'vitest'
import { queryFilters, withoutFilter } from './query'

test('filters are found among the words', () => {
  expect(
    queryFilters('retry kind:edit after file:"my file.rs"').map(({ name, value }) => [name, value]),
  ).toEqual([
    ['kind', 'edit'],
    ['file', 'my file.rs'],
  ])
})

test('what looks like a filter but is none stays a word', () => {
  expect(queryFilters('std::fs http://x.y kind:')).toEqual([])
})

test('a filter can be taken away', () => {
  const [filter] = queryFilters('retry kind:edit after')
  expect(filter && withoutFilter('retry kind:edit after', filter)).toBe('retry after')
})
