import { expect, test } from 'vitest'
import { pieces } from './matches'

test('matches are offsets into UTF-8', () => {
  expect(
    pieces('für den Rand', [
      [0, 4],
      [9, 13],
    ]),
  ).toEqual([
    { text: 'für', match: true },
    { text: ' den ', match: false },
    { text: 'Rand', match: true },
  ])
})

test('overlapping and overlong matches are taken as far as they go', () => {
  expect(
    pieces('abc', [
      [0, 2],
      [1, 3],
      [2, 9],
    ]),
  ).toEqual([
    { text: 'ab', match: true },
    { text: 'c', match: true },
  ])
  expect(pieces('', [])).toEqual([])
})
