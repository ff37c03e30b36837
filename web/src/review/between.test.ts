import { expect, test } from 'vitest'
import type { PairView } from '../api/types'
import { gist, spotOf, tiesOf } from './between'
import { lettersOf } from './members.svelte'

const ref = (name: string) => ({ key: `branch:${name}`, name, title: name, task: null, sessions: [] })
const coupling = (strength: 'block' | 'warn' | 'info', reason: string) => ({
  kind: 'signature' as const,
  strength,
  reason,
  left_at: 'a.rs:1',
  right_at: 'b.rs:2',
})
const pair = (more: Partial<PairView>): PairView => ({
  left: ref('T1'),
  right: ref('T2'),
  since: null,
  conflict: null,
  couplings: [],
  ...more,
})

test('the coupling that must be seen first comes first, with both named', () => {
  const ties = tiesOf([
    pair({ couplings: [coupling('info', 'both'), coupling('warn', '{left} and {right}')] }),
    pair({ right: ref('$&'), couplings: [coupling('block', '{right} calls what {left} removed')] }),
  ])
  expect(ties.map(({ words }) => words)).toEqual(['$& calls what T1 removed', 'T1 and T2', 'both'])
})

test('a conflict is told before any coupling', () => {
  const files = ['a.rs', 'b.rs'].map((path) => ({
    path,
    kind: 'content' as const,
    file: 'code' as const,
    hunks: [],
  }))
  const both = pair({ conflict: { files }, couplings: [coupling('block', 'x')] })
  expect(gist(both)).toBe('git cannot merge T1 and T2 in `a.rs` and 1 more')
})

test('a place is a path and a line', () => {
  expect(spotOf('a:b/c.rs:42')).toEqual({ path: 'a:b/c.rs', line: 42 })
  expect(spotOf('README')).toEqual({ path: 'README', line: 1 })
})

test('who wrote a line is told in two letters at most', () => {
  expect([[0], [0, 1], [0, 1, 2]].map(lettersOf)).toEqual(['A', 'AB', 'A+2'])
})
