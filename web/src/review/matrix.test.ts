import { expect, test } from 'vitest'
import type { CheckOutcome, ReviewCheck, ReviewView } from '../api/types'
import { checksWords, landingWords, matrixOf, provenWords } from './matrix'

const check = (id: number, member: number | null, outcome: CheckOutcome): ReviewCheck => ({
  id,
  command: 'cargo test',
  member,
  outcome,
  exit_code: null,
  words: null,
  started_at: null,
  duration_ms: null,
  tree: 't',
  stale: false,
  has_log: true,
})
const members = [
  { name: 'T1', base: 'main' },
  { name: 'T2', base: 'main' },
] as ReviewView['members']

test('green alone and red together is seen; what could not run proves nothing', () => {
  const of = (...checks: ReviewCheck[]) => matrixOf({ checks, members, proven: [] })[0]
  expect(of(check(1, null, 'failed'), check(2, 0, 'passed'), check(3, 1, 'passed'))?.onlyTogether).toBe(true)
  expect(
    of(check(1, null, 'failed'), check(2, 0, 'passed'), check(3, 1, 'could_not_run'))?.onlyTogether,
  ).toBe(true)
  expect(of(check(1, null, 'failed'), check(2, 0, 'could_not_run'))?.onlyTogether).toBe(false)
  expect(of(check(1, null, 'failed'), check(2, 0, 'failed'), check(3, 1, 'passed'))?.onlyTogether).toBe(false)
})

test('who it takes is named, or that it takes all', () => {
  const of = [...members, { name: 'T3' }]
  expect(provenWords({ members: [0, 2], narrowed: 'found' }, of)).toBe(
    'T1 and T3 pass alone and fail together.',
  )
  expect(provenWords({ members: [0, 1, 2], narrowed: 'all' }, of)).toBe(
    'T1 and T2 and T3 pass alone and fail only all together.',
  )
})

test('the last run of a command counts', () => {
  const checks = [check(1, null, 'failed'), check(2, null, 'passed')]
  expect(matrixOf({ checks, members, proven: [] })[0]?.together?.id).toBe(2)
})

test('checks of a pull request are told by a shape and a word', () => {
  expect(checksWords('failed')).toBe('CI ✗ failed')
  expect(checksWords('queued')).toBe('CI queued')
  expect(checksWords(null)).toBe(null)
})

test('landing says in words what will be done', () => {
  const words = landingWords({
    members,
    order: { order: ['T2', 'T1'], breaks: [], reasons: [] },
    land_by: 'squash',
  })
  expect(words).toMatch(/^T2, then T1 land on main, as one commit each: all of them, or none\./)
})
