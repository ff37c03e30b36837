import { expect, test } from 'vitest'
import {
  cellCounts,
  cellTone,
  cornerSays,
  expectationsOf,
  fewer,
  goesOn,
  lastWords,
  ownName,
  progress,
  said,
  standsOut,
  testGroups,
  totalWords,
  wasRun,
} from './grid'
import { caseOf, checked } from './sample'
import type { TestStanding } from './types'

const testOf = (name: string, more: Partial<TestStanding> = {}): TestStanding => ({
  name,
  standing: 'bent',
  seen: { base_base: 'passed', new_base: 'failed', base_new: 'failed', new_new: 'passed' },
  ...more,
})

test('a failure counts against the work on the new code only', () => {
  expect(cellTone('base_base', { outcome: 'failed' })).toBe('none')
  expect(cellTone('base_new', { outcome: 'failed' })).toBe('none')
  expect(cellTone('new_base', { outcome: 'failed' })).toBe('bad')
  expect(cellTone('new_new', { outcome: 'failed' })).toBe('bad')
  expect(cellTone('new_new', { outcome: 'passed' })).toBe('good')
  expect(cellTone('new_new', { outcome: 'could_not_run' })).toBe('none')
  expect(cornerSays('base_new', { outcome: 'failed' })).toBe('fails without the change')
  expect(cornerSays('base_new', { outcome: 'passed' })).toBe('passes without the change')
  expect(cornerSays('base_new', {})).toBe('without the change')
})

test('tests are counted where they are known by name', () => {
  expect(cellCounts({})).toBe('')
  expect(cellCounts({ passed: 1400, failed: 0 })).toBe('1,400 passed')
  expect(cellCounts({ passed: 0, failed: 2 })).toBe('0 passed, 2 failed')
  expect(lastWords({ passed: 39, failed: 2, words: '2 failed, 39 passed' })).toBeNull()
  expect(lastWords({ words: '2 failed, 39 passed' })).toBe('2 failed, 39 passed')
  expect(lastWords({ passed: 39, words: 'broken off after 10 min' })).toBe('broken off after 10 min')
  expect(totalWords({ holds: 129, proves: 2, vacuous: 1, regressed: 1 }).map(({ words }) => words)).toEqual([
    '1 regressed',
    '1 proves nothing',
    '2 prove the change',
    '129 hold',
  ])
  expect(totalWords(undefined)).toEqual([])
})

test('what a run said is told apart from why it was not run', () => {
  expect(said('it needs `postgres` on port 5432')).toEqual({
    why: 'it needs `postgres` on port 5432',
    output: null,
  })
  expect(said('one\n  two')).toEqual({ why: null, output: 'one\n  two' })
  expect(said('it was killed from outside; it said last:\n  one\ntwo')).toEqual({
    why: 'it was killed from outside; it said last:',
    output: '  one\ntwo',
  })
})

test('runs that are under way are told of those that were asked for', () => {
  const running = checked({ base_base: { outcome: 'passed' }, new_new: { outcome: 'running' } })
  const waiting = checked({ new_new: { outcome: 'waiting' } })
  expect(goesOn(running)).toBe(true)
  expect(goesOn(checked({ new_new: { outcome: 'passed' } }))).toBe(false)
  expect(wasRun(checked({}))).toBe(false)
  expect(progress({ checks: [running, waiting, checked({})] })).toEqual({ done: 1, all: 3 })
})

test('a check that holds is folded, unless something of it is to be said', () => {
  const passed = { new_new: { outcome: 'passed' as const } }
  expect(standsOut(checked(passed))).toBe(false)
  expect(standsOut(checked(passed, { standing: 'flaky' }))).toBe(true)
  expect(standsOut(checked(passed, { tests: [testOf('a')] }))).toBe(true)
  const counts = { base: { collected: 140, ran: 139 }, new: { collected: 138, ran: 138 } }
  expect(fewer(checked(passed, counts))).toBe('140 tests on the base, 138 now')
  expect(standsOut(checked(passed, counts))).toBe(true)
  expect(fewer(checked(passed, { ...counts, new: { collected: 140, ran: 2 } }))).toBeNull()
})

test('tests stand below what they come to, the weightiest first', () => {
  const tests = [
    testOf('c', { standing: 'proves' }),
    testOf('a', { standing: 'regressed' }),
    testOf('b', { standing: 'proves' }),
  ]
  expect(
    testGroups(tests).map(({ standing, tests: all }) => [standing, all.map(({ name }) => name)]),
  ).toEqual([
    ['regressed', ['a']],
    ['proves', ['c', 'b']],
  ])
})

test('a test is called by its last part in its own file', () => {
  expect(ownName('tests/test_a.py::TestA::test_x[1-2]')).toBe('test_x')
  expect(ownName('api::it customers::a_page_ends')).toBe('a_page_ends')
  expect(ownName('example.com/m.TestX')).toBe('TestX')
  expect(ownName('src/a.test.ts > suite > adds up')).toBe('adds up')
  expect(ownName('plain')).toBe('plain')
})

test('what a bent test expected is found by its name, else by its file', () => {
  const named = caseOf('expectation-rewritten', {
    words: 'What `a_page_ends` expects is another value.',
    before: '1',
  })
  const other = caseOf('assertion-weakened', {
    words: '`b` is weaker.',
    before: '2',
    spot: { path: 'web/tests/it.rs', line: 3 },
  })
  const bent = testOf('it customers::a_page_ends', { file: 'tests/it.rs' })
  expect(expectationsOf(bent, [other, named])).toEqual([named])
  expect(expectationsOf(bent, [other])).toEqual([other])
  // Nothing says which of two is this test's.
  expect(expectationsOf(bent, [other, { ...other, key: 'x' }])).toEqual([])
  expect(expectationsOf(bent, [caseOf('secret', { words: '`a_page_ends`', before: '1' })])).toEqual([])
})
