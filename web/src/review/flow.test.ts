import { expect, test } from 'vitest'
import type { ReviewComment, ReviewView } from '../api/types'
import { tiesOf } from './between'
import type { Held, Want } from './diffs.svelte'
import { assemble, findRow, heightOf, LINE, RowCache, rowOfLine, type Layout, type Row } from './flow'
import { groupsOf } from './groups'
import { diff, file, hunk } from './sample'

const view = (more: Partial<ReviewView>): ReviewView =>
  ({ members: [], pairs: [], comments: [], files: [], tree: 't', ...more }) as unknown as ReviewView

const layout = (of: ReviewView, more: Partial<Layout> = {}): Layout => ({
  view: of,
  groups: groupsOf(of.files, null),
  ties: tiesOf(of.pairs),
  clashes: [],
  forms: [],
  member: null,
  split: false,
  ignoreSpace: false,
  foldedGroups: new Set(),
  foldedFiles: new Set(),
  instead: new Map(),
  ...more,
})
const held = (lines: string[]): Held => ({
  diff: diff([hunk(1, 1, lines)], { new_lines: lines.filter((line) => line[0] !== '-').length }),
  digest: '1',
  failure: null,
  around: new Map(),
  shown: new Map(),
})
const kinds = (rows: Row[]): string[] => rows.map(({ kind }) => kind)

test('contracts are read first, what programs made last', () => {
  const files = [
    file('t.rs', { place: 'test' }),
    file('Cargo.lock', { place: 'contract', kind: 'lock' }),
    file('u.rs'),
    file('c.rs', { place: 'contract' }),
    file('n.md', { place: 'something new' }),
  ]
  expect(groupsOf(files, null).map(({ key }) => key)).toEqual(['contract', 'uses', 'test', 'rest', 'made'])
  expect(groupsOf(files, 1)).toEqual([])
})

test('a file that was not read has the room that it is likely to take', () => {
  const rows = assemble(
    layout(view({ files: [file('a.rs', { added: 300, removed: 94 })] })),
    () => undefined,
    new RowCache(),
  )
  expect(kinds(rows)).toEqual(['group', 'file', 'wait'])
  expect(heightOf(rows[2], 80)).toBe(400 * LINE)
})

test('folded files and groups are their headers alone', () => {
  const files = [file('a.rs'), file('b.rs', { place: 'test' })]
  const of = layout(view({ files }), { foldedFiles: new Set(['a.rs']), foldedGroups: new Set(['test']) })
  expect(kinds(assemble(of, () => undefined, new RowCache()))).toEqual(['group', 'file', 'group'])
})

test('comments stand below their line, those whose line is gone above all', () => {
  const comment = (id: number, line: number, old = false): ReviewComment =>
    ({
      id,
      state: 'sent',
      on: { type: 'lines', path: 'a.rs', old, from: line, to: line, text: '' },
    }) as ReviewComment
  const of = view({ files: [file('a.rs')], comments: [comment(1, 2), comment(2, 90), comment(3, 2, true)] })
  const rows = assemble(layout(of), () => held([' a', '-b', '+c']), new RowCache())
  expect(rows.map(({ key }) => key).slice(2)).toEqual([
    'comment 2',
    'a.rs:1-1',
    'a.rs:-2',
    'comment 3',
    'a.rs:2-',
    'comment 1',
  ])
})

test('a coupling stands at both of its places', () => {
  const ref = (name: string) => ({ key: name, name, title: name, task: null, sessions: [] })
  const of = view({
    files: [file('a.rs'), file('b.rs')],
    members: [ref('T1'), ref('T2')] as unknown as ReviewView['members'],
    pairs: [
      {
        left: ref('T1'),
        right: ref('T2'),
        since: null,
        conflict: null,
        couplings: [
          { kind: 'vanished', strength: 'block', reason: 'x', left_at: 'a.rs:1', right_at: 'b.rs:2' },
        ],
      },
    ],
  })
  const rows = assemble(layout(of), () => held([' a', ' b']), new RowCache())
  expect(rows.flatMap((row) => (row.kind === 'tie' ? [[row.path, row.end]] : []))).toEqual([
    ['a.rs', 'left'],
    ['b.rs', 'right'],
  ])
})

test('of a file that git cannot merge each side is read by itself', () => {
  const asked: Want[] = []
  const of = view({ files: [file('a.rs', { conflict: true, members: [0, 1] })] })
  const rows = assemble(
    layout(of),
    (want) => {
      asked.push(want)
      return want.member === null ? undefined : held(['+a'])
    },
    new RowCache(),
  )
  expect(kinds(rows)).toEqual(['group', 'file', 'part', 'line', 'part', 'line'])
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
})

test('what did not change keeps its rows, so that nothing is drawn anew', () => {
  const cache = new RowCache()
  const one = held(['+a'])
  const of = view({ files: [file('a.rs')] })
  const before = assemble(layout(of), () => one, cache)
  const after = assemble(layout({ ...of, revision: 2 }), () => one, cache)
  expect(after[2]).toBe(before[2])
})

test('rows are found again from where they were, and lines by their number', () => {
  const of = view({ files: [file('a.rs'), file('b.rs')] })
  const rows = assemble(layout(of), () => held([' a', '-b', '+c', ' d']), new RowCache())
  expect(findRow(rows, 'b.rs:2-', 0)).toBe(rows.findIndex(({ key }) => key === 'b.rs:2-'))
  expect(findRow(rows, 'a.rs:1-1', rows.length - 1)).toBe(2)
  expect(findRow(rows, 'nowhere', 3)).toBe(-1)
  expect(rows[rowOfLine(rows, 'b.rs', 2)]?.key).toBe('b.rs:2-')
  expect(rowOfLine(rows, 'c.rs', 2)).toBe(-1)
})

test('a hundred thousand lines are laid out at once', () => {
  const files = Array.from({ length: 200 }, (_, i) => file(`f${i}.rs`))
  const lines = Array.from({ length: 500 }, (_, i) => (i % 3 ? `+line ${i}` : ` line ${i}`))
  const one = held(lines)
  const rows = assemble(layout(view({ files })), () => one, new RowCache())
  expect(rows.length).toBe(1 + 200 * 501)
})
