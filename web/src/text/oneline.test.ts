import { expect, test } from 'vitest'
import { codePieces, oneLine } from './oneline'

test('a line is told without its marks', () => {
  expect(oneLine('**Preparing commit** and push\n\nmore')).toBe('Preparing commit and push')
  expect(oneLine('## Plan')).toBe('Plan')
  expect(oneLine('a * b ** c')).toBe('a * b ** c')
})

test('code in a line is told apart', () => {
  expect(codePieces('Allow `psql -f x.sql`?')).toEqual([
    { text: 'Allow ', code: false },
    { text: 'psql -f x.sql', code: true },
    { text: '?', code: false },
  ])
  expect(codePieces('an odd ` stays')).toEqual([{ text: 'an odd ` stays', code: false }])
})
