import { expect, test } from 'vitest'
import { sideBySide, wordPieces } from './lines'

const told = (lines: { text: string; isOther: boolean }[]): string[] =>
  lines.map(({ text, isOther }) => `${isOther ? '*' : ' '}${text}`)

test('what is in both stands in both, what differs is marked', () => {
  const { before, after } = sideBySide('  a\n  b(1)\n  c\n', '  a\n  b(2)\n  c\n  d')
  expect(told(before)).toEqual([' a', '*b(1)', ' c'])
  expect(told(after)).toEqual([' a', '*b(2)', ' c', '*d'])
  expect(wordPieces(after[1]!)).toEqual([
    { text: 'b(', isOther: false },
    { text: '2', isOther: true },
    { text: ')', isOther: false },
  ])
})

test('where one side is empty, all of the other is new or gone', () => {
  expect(sideBySide('', 'x\ny')).toEqual({
    before: [],
    after: [
      { text: 'x', isOther: true, ranges: [] },
      { text: 'y', isOther: true, ranges: [] },
    ],
  })
  expect(told(sideBySide('\tx\n\n\t\ty', '').before)).toEqual(['*x', '*', '*\ty'])
})
