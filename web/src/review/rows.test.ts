import { expect, test } from 'vitest'
import {
  cellsOf,
  fileRows,
  inCombination,
  isUneven,
  ownersOf,
  wraps,
  type GapRow,
  type LineRow,
} from './rows'
import { diff, hunk } from './sample'

const NONE = { scope: '', around: new Map<number, string>(), shown: new Map() }
const text = (row: LineRow | GapRow): string =>
  row.kind === 'gap'
    ? `${row.from}…${row.to}`
    : row.kind === 'line'
      ? `${row.cell.sign}${row.cell.text}`
      : `${row.left?.text ?? ''}|${row.right?.text ?? ''}`

test('each line belongs to those whose run it lies in, and to nobody outside of all', () => {
  const owners = [
    { at: 1, lines: 2, members: [0] },
    { at: 3, lines: 9, members: [0, 1] },
  ]
  const of = ownersOf(hunk(1, 1, [' a', '-b', '+c', '+d'], { owners }))
  expect(of).toEqual([[], [0], [0], [0, 1]])
})

test('lines have the numbers of both sides', () => {
  const cells = cellsOf(hunk(10, 20, [' a', '-b', '+c', '+d', '\\ No newline at end of file', ' e']))
  expect(cells.map(({ old, new: now }) => [old, now])).toEqual([
    [10, 20],
    [11, null],
    [null, 21],
    [null, 22],
    [12, 23],
  ])
})

test('blocks of one length are compared line by line, others by what is alike; what moved is not', () => {
  const even = cellsOf(hunk(1, 1, ['-let a = 1;', '-let b = 2;', '+let a = 3;', '+call(b);']))
  expect(even[0]?.mate?.text).toBe('let a = 3;')
  expect(even[3]?.mate?.text).toBe('let b = 2;')
  const uneven = cellsOf(
    hunk(1, 1, ['-fn take(cost: u32) {', '+// Another line.', '+fn take(id: Id, cost: u32) {']),
  )
  expect(uneven[0]?.mate?.text).toBe('fn take(id: Id, cost: u32) {')
  expect(uneven[1]?.mate).toBeNull()
  const moves = [{ at: 0, lines: 1, other: 'src/b.rs:4' }]
  const moved = cellsOf(hunk(1, 1, ['-let a = 1;', '+let a = 3;'], { moves }))
  expect(moved[0]).toMatchObject({ moved: 'src/b.rs:4', mate: null })
})

test('gaps stand before, between and behind hunks, with what they hide', () => {
  const two = diff([hunk(10, 10, [' a', '+b', ' c']), hunk(40, 41, ['-d', ' e'])], { new_lines: 60 })
  const rows = fileRows({ ...NONE, path: 'src/a.rs', diff: two, split: false })
  expect(rows.map(text)).toEqual(['1…9', ' a', '+b', ' c', '13…40', '-d', ' e', '42…60'])
  expect(rows.flatMap((row) => (row.kind === 'gap' ? [row.ends] : []))).toEqual(['below', 'both', 'above'])
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
})

test('the last gap is not told before all hunks were read', () => {
  const rows = fileRows({ ...NONE, path: 'a', diff: diff([hunk(1, 1, ['+a'])], { more: 3 }), split: false })
  expect(rows.map(text)).toEqual(['+a'])
})

test('a gap is shown from both ends, with the numbers of both sides', () => {
  const around = new Map(Array.from({ length: 30 }, (_, i) => [i + 1, `line ${i + 1}`]))
  const parts = {
    ...NONE,
    path: 'a',
    split: false,
    around,
    diff: diff([hunk(1, 1, ['+a']), hunk(20, 21, ['+b'])], { new_lines: 21 }),
  }
  const some = fileRows({ ...parts, shown: new Map([[2, { head: 1, tail: 2 }]]) })
  expect(some.map(text)).toEqual(['+a', ' line 2', '3…18', ' line 19', ' line 20', '+b'])
  expect(some[1]).toMatchObject({ cell: { old: 1, new: 2, hunk: null } })
  const all = fileRows({ ...parts, shown: new Map([[2, { head: 99, tail: 0 }]]) })
  expect(all.some(({ kind }) => kind === 'gap')).toBe(false)
})

test('side by side, what goes stands beside what comes', () => {
  const rows = fileRows({
    ...NONE,
    path: 'a',
    split: true,
    diff: diff([hunk(1, 1, [' a', '-b', '-c', '+d', ' e', '+f'])], { new_lines: 4 }),
  })
  expect(rows.map(text)).toEqual(['a|a', 'b|d', 'c|', 'e|e', '|f'])
})

test('a line of a member is found in the combination, with what others added and removed above it', () => {
  // A adds two lines at 5, B removes line 8 and adds one at 20.
  const both = diff([
    hunk(4, 4, [' four', '+a1', '+a2', ' five', ' six', ' seven', '-eight', ' nine'], {
      owners: [
        { at: 1, lines: 2, members: [0] },
        { at: 6, lines: 1, members: [1] },
      ],
    }),
    hunk(19, 20, [' nineteen', '+b1', ' twenty'], { owners: [{ at: 1, lines: 1, members: [1] }] }),
  ])
  const added = diff([hunk(0, 1, ['+a', '+b', '+c'], { owners: [{ at: 0, lines: 3, members: [1] }] })])
  expect([1, 2, 3].map((line) => inCombination(added, 1, line))).toEqual([1, 2, 3])
  expect(inCombination(both, 0, 2)).toBe(2)
  expect(inCombination(both, 0, 5)).toBe(5)
  expect(inCombination(both, 0, 7)).toBe(7)
  // A still has line eight; where it was, line nine is now.
  expect(inCombination(both, 0, 10)).toBe(10)
  expect(inCombination(both, 0, 11)).toBe(10)
  // B knows nothing of A's two lines: its line five is the seventh.
  expect(inCombination(both, 1, 5)).toBe(7)
  expect(inCombination(both, 1, 19)).toBe(21)
  expect(inCombination(both, 1, 40)).toBe(42)
})

test('the height of a line is told from its characters', () => {
  expect(wraps('', 10)).toBe(1)
  expect(wraps('0123456789', 10)).toBe(1)
  expect(wraps('0123456789a', 10)).toBe(2)
  expect(wraps('\t\tab', 10)).toBe(1)
  expect(wraps('a\tb\tcde', 10)).toBe(2)
  expect(isUneven('plain')).toBe(false)
  expect(isUneven('a — b')).toBe(true)
})
