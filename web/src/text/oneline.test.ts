import { expect, test } from 'vitest'
import { codePieces, oneLine, plainLine } from './oneline'

test('a line is told without its marks', () => {
  expect(oneLine('**Preparing commit** and push\n\nmore')).toBe('Preparing commit and push')
  expect(oneLine('## Plan')).toBe('Plan')
  expect(oneLine('a * b ** c')).toBe('a * b ** c')
})

test('a line of a note is told in plain words', () => {
  expect(plainLine('**Bold** of [[Gaps in numbers]], [[D9|that one]] and [how](a.md "x")')).toBe(
    'Bold of Gaps in numbers, that one and how',
  )
  expect(plainLine('- [x](javascript:a(1)) 3. y')).toBe('x 3. y')
  expect(plainLine('![a client](images/a.png) *so* ~~gone~~ _it_')).toBe('a client so gone it')
  expect(plainLine('a * b ** c, snake_case_name, `**kept** [[x]]`')).toBe(
    'a * b ** c, snake_case_name, `**kept** [[x]]`',
  )
})

test('code in a line is told apart', () => {
  expect(codePieces('Allow `psql -f x.sql`?')).toEqual([
    { text: 'Allow ', code: false },
    { text: 'psql -f x.sql', code: true },
    { text: '?', code: false },
  ])
  expect(codePieces('an odd ` stays')).toEqual([{ text: 'an odd ` stays', code: false }])
})
