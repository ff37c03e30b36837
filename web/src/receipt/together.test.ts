import { expect, test } from 'vitest'
import { caseOf, checked } from './sample'
import { isTest, toldTogether } from './together'
import type { Case, TestStanding } from './types'

const NAME = 'tests/test_pages.py::TestPages::test_last_page'
const tested: TestStanding = {
  name: NAME,
  standing: 'regressed',
  seen: { base_base: 'passed', new_base: 'failed', base_new: 'passed', new_new: 'failed' },
}
const checks = [
  checked({}, { command: 'pytest -q', tests: [tested] }),
  checked({}, { command: 'pytest slow', tests: [{ ...tested, name: 'slow/test_pages.py::test_other' }] }),
]
const contradicted = (words: string): Case => caseOf('contradicted', { key: words, words })
const regressed = (words: string): Case => caseOf('regressed', { key: words, words })
const told = (...cases: Case[]): string[][] =>
  toldTogether(cases, checks).map(({ one, also }) => [one, ...also].map(({ rule }) => rule))

const CLAIM = contradicted(
  `\`pytest -q\`, run again, fails in \`${NAME}\` and 2 more; on the base it does not.`,
)
const TEST = regressed('`test_last_page` passes on the base and fails now: assert 51 == 50')

test('a claim and the test that contradicts it are told as one, whichever comes first', () => {
  expect(told(CLAIM, TEST)).toEqual([['contradicted', 'regressed']])
  expect(told(TEST, CLAIM)).toEqual([['contradicted', 'regressed']])
})

test('where no test is known by name, the check is what both name', () => {
  const claim = contradicted('`pytest -q` fails when it is run again; on the base it does not.')
  expect(told(claim, regressed('`pytest -q` passes on the base and fails now.'))).toEqual([
    ['contradicted', 'regressed'],
  ])
  expect(told(claim, regressed('`pytest slow` passes on the base and fails now.'))).toEqual([
    ['contradicted'],
    ['regressed'],
  ])
  // It names the check only: another test of it may be meant.
  expect(told(claim, TEST)).toEqual([['contradicted'], ['regressed']])
})

test('what names another test, another check or another rule stands by itself', () => {
  const alone = [['contradicted'], ['regressed']]
  expect(told(CLAIM, regressed('`test_first_page` passes on the base and fails now.'))).toEqual(alone)
  expect(told(CLAIM, regressed('`page` passes on the base and fails now.'))).toEqual(alone)
  const slow = contradicted(
    '`pytest slow`, run again, fails in `x::test_last_page`; on the base it does not.',
  )
  expect(told(slow, TEST)).toEqual(alone)
  expect(told(CLAIM, caseOf('test-deleted', { words: '`test_last_page` is gone.' }))).toEqual([
    ['contradicted'],
    ['test-deleted'],
  ])
})

test('a case is told once, beside the first claim that it speaks against', () => {
  const second = contradicted(`\`${NAME}\` fails, and passes on the base.`)
  expect(told(CLAIM, second, TEST)).toEqual([['contradicted', 'regressed'], ['contradicted']])
})

test('a test is known by its last part', () => {
  expect(isTest('src/a.test.ts > suite > adds up', 'adds up')).toBe(true)
  expect(isTest('api::it customers::a_page_ends', 'a_page_ends')).toBe(true)
  expect(isTest('example.com/m.TestX/with_y', 'TestX')).toBe(true)
  expect(isTest('tests/a.py::test_x[1-2]', 'test_x')).toBe(true)
  expect(isTest('tests/a.py::test_xy', 'test_x')).toBe(false)
  expect(isTest('tests/a.py::my_test_x', 'test_x')).toBe(false)
})
