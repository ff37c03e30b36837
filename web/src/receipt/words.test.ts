import { expect, test } from 'vitest'
import { contentWords, hasContent, outlineOf } from './outline'
import { caseOf, checked, receiptView } from './sample'
import type { ClaimLine, SessionLine, Verdict } from './types'
import {
  blocks,
  caseGroups,
  claimsInOrder,
  criterionTone,
  ended,
  glanceTone,
  lasted,
  STANDINGS,
  standingTone,
  used,
} from './words'

const claim = (verdict: Verdict): ClaimLine => ({
  session: 'S1',
  start: 0,
  end: 0,
  quote: '',
  kind: 'passes',
  scope: { of: 'all' },
  verdict,
  why: '',
})
const accepted = { by: 'lea', reason: 'known', at: '2026-11-22T10:00:00Z' }

test('what speaks against the work comes first', () => {
  const all = (['supported', 'not_checked', 'contradicted', 'stale', 'unsupported'] as const).map(claim)
  expect(claimsInOrder(all).map(({ verdict }) => verdict)).toEqual([
    'contradicted',
    'stale',
    'unsupported',
    'not_checked',
    'supported',
  ])
})

test('a case that somebody accepted blocks nothing', () => {
  const open = caseOf('test-deleted')
  const settled = caseOf('test-skipped', { accepted })
  expect(blocks(open)).toBe(true)
  expect(blocks(settled)).toBe(false)
  const groups = caseGroups([
    caseOf('dependency', { weight: 'note' }),
    settled,
    caseOf('stub', { weight: 'warning' }),
    open,
  ])
  expect(groups.map(({ key, cases }) => [key, cases.map(({ rule }) => rule)])).toEqual([
    ['blocking', ['test-deleted']],
    ['warning', ['stub']],
    ['accepted', ['test-skipped']],
    ['note', ['dependency']],
  ])
})

test('a sentence is shown, is not, or something speaks against it', () => {
  const proof = { words: 'passes' }
  expect(criterionTone({ words: '', proofs: [] })).toBe('none')
  expect(criterionTone({ words: '', proofs: [proof] })).toBe('good')
  expect(criterionTone({ words: '', proofs: [proof, { ...proof, is_against: true }] })).toBe('bad')
})

test('a mark is good only where checks pass and nothing is held against it', () => {
  const glance = {
    of: 'T12',
    made_at: '2026-11-22T10:00:00Z',
    title: '',
    words: 'checks pass',
    blocking: 0,
    held: false,
    contradicted: 0,
    goes_on: false,
    stale: false,
  }
  expect(glanceTone(glance)).toBe('good')
  expect(glanceTone({ ...glance, goes_on: true })).toBe('none')
  expect(glanceTone({ ...glance, words: 'not checked' })).toBe('none')
  expect(glanceTone({ ...glance, words: 'checks pass · 1 warning' })).toBe('good')
  expect(glanceTone({ ...glance, words: '3 of 4 checks pass' })).toBe('none')
  expect(glanceTone({ ...glance, words: 'a check fails' })).toBe('bad')
  expect(glanceTone({ ...glance, words: '1 contradicted', contradicted: 1 })).toBe('bad')
})

test('a sentence ends once', () => {
  expect(ended('the work has changed since')).toBe('the work has changed since.')
  expect(ended('It expects another value.')).toBe('It expects another value.')
})

test('every standing has its tone', () => {
  expect(STANDINGS).toHaveLength(14)
  expect(standingTone('regressed')).toBe('bad')
  expect(standingTone('vacuous')).toBe('warn')
  expect(standingTone('proves')).toBe('good')
  expect(standingTone('broken_before')).toBe('none')
})

test('tokens and costs are added up; a cost that nobody reports is none', () => {
  const tokens = { input: 1, cache_read: 2, cache_write: 3, output: 4 }
  const session: SessionLine = { id: 'S1', agent: 'claude', tokens }
  expect(used([session, session])).toEqual({ tokens: 20, cost: null })
  expect(used([{ ...session, cost_usd: 0.5 }, session]).cost).toBe(0.5)
  expect(lasted(session)).toBeNull()
  expect(lasted({ ...session, began_at: '2026-11-22T10:00:00Z', last_at: '2026-11-22T10:01:00Z' })).toBe(
    60_000,
  )
})

test('the outline tells each section in a few words', () => {
  const told = (view: ReturnType<typeof receiptView>): string[] =>
    outlineOf(view).map(({ title, told: words, look }) => `${title}: ${words} ${look?.shape ?? ''}`.trim())
  expect(told(receiptView())).toEqual([
    'Asked for:',
    'Checks: none',
    'Claims: none',
    'Integrity: nothing',
    'Not proven: nothing',
  ])
  const view = receiptView({
    criteria: [{ words: '', proofs: [{ words: '' }] }],
    look_first: { words: '', why: '' },
    checks: [checked({}), checked({}, { standing: 'flaky' })],
    claims: [claim('supported'), claim('contradicted')],
    omissions: [{ child: 'S2', what: 'failure', quote: '', why: '' }],
    cases: [caseOf('secret'), caseOf('stub', { weight: 'warning' })],
  })
  expect(told(view)).toEqual([
    'Look first:',
    'Asked for: 1 of 1 shown check',
    'Checks: 2 wave',
    'Claims: 1 contradicted cross',
    'Subagents: 1 left out triangle',
    'Integrity: 1 blocks, 1 warning stop',
    'Not proven: nothing',
  ])
})

test('work that is not code is told by what it changed', () => {
  const folder = {
    ...{ before: 3, after: 2, renamed: [], merged: [], added: [], changed: [], left_alone: 0, left: [] },
    moved: [{ from: 'a', to: 'b/a' }],
    deleted: ['c'],
  }
  const view = receiptView({ content: { folder, sources: { cited: [], opened_only: [] } } })
  expect(hasContent(view)).toBe(true)
  expect(contentWords(view)).toBe('1 file moved or renamed, 1 deleted, 0 sources')
  expect(hasContent(receiptView({ content: { tables: [] } }))).toBe(false)
  expect(outlineOf(view).some(({ id }) => id === 'checks')).toBe(false)
})
