import { expect, test } from 'vitest'
import { diffRows, diffSize } from './diff'

const hunk = {
  old_start: 7,
  new_start: 9,
  lines: [' same', '-old', '+new', '+more', '\\ No newline at end of file'],
}

test('lines carry the numbers of their own side', () => {
  expect(diffRows([hunk]).map((row) => [row.kind, row.old, row.new, row.text])).toEqual([
    ['same', 7, 9, 'same'],
    ['removed', 8, null, 'old'],
    ['added', null, 10, 'new'],
    ['added', null, 11, 'more'],
  ])
  expect(diffSize([hunk])).toEqual({ added: 2, removed: 1 })
})

test('lines without known places have no numbers, and hunks are told apart', () => {
  const unknown = { old_start: 0, new_start: 0, lines: ['-a', '+b'] }
  expect(diffRows([unknown, unknown]).map((row) => [row.kind, row.old, row.new])).toEqual([
    ['removed', null, null],
    ['added', null, null],
    ['gap', null, null],
    ['removed', null, null],
    ['added', null, null],
  ])
})
