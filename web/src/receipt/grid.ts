// The four runs of a check: base code and new code, each with the base's tests and the new ones.

import type { ReceiptView } from '../api/types'
import { OUTCOME_WORD } from '../review/matrix'
import { count } from '../text/numbers'
import type { Case, Cell, Checked, Corner, Grid, Seen, Standing, TestStanding } from './types'
import { STANDING_PLURAL, STANDING_WORD, STANDINGS, type Tone } from './words'

/** As they are read: the base's code above, the base's tests to the left. */
export const CORNERS: Corner[] = ['base_base', 'base_new', 'new_base', 'new_new']

/** Something made for each of the four. */
export const gridOf = <T>(make: (corner: Corner) => T): Grid<T> => ({
  base_base: make('base_base'),
  new_base: make('new_base'),
  base_new: make('base_new'),
  new_new: make('new_new'),
})

export const CORNER_WORD: Record<Corner, string> = {
  base_base: 'base code, base tests',
  base_new: 'base code, new tests',
  new_base: 'new code, base tests',
  new_new: 'new code, new tests',
}

/** `✓`, `✗`: the shape of an outcome or of what was seen of a test. */
export const OUTCOME_SIGN = {
  waiting: '·',
  running: '…',
  passed: '✓',
  failed: '✗',
  could_not_run: '–',
  stopped: '–',
} as const

export const SEEN_SIGN: Record<Seen, string> = {
  unknown: '·',
  absent: '',
  broken: '!',
  skipped: '–',
  passed: '✓',
  failed: '✗',
  mixed: '~',
}

export const SEEN_WORD: Record<Seen, string> = {
  unknown: 'not known',
  absent: 'not there',
  broken: 'did not compile',
  skipped: 'skipped',
  passed: 'passed',
  failed: 'failed',
  mixed: 'passed and failed',
}

/** A cell's word; "not run" where nothing was. */
export const cellWord = ({ outcome }: Cell): string => (outcome ? OUTCOME_WORD[outcome] : 'not run')

/** A failure of the new code is one; without the change a new test is to fail. */
export function cellTone(corner: Corner, { outcome }: Cell): Tone {
  if (corner === 'base_base' || corner === 'base_new') return 'none'
  return outcome === 'passed' ? 'good' : outcome === 'failed' ? 'bad' : 'none'
}

/** What a run in this corner tells, in a few words. */
export function cornerSays(corner: Corner, { outcome }: Cell): string {
  const ended = outcome === 'passed' || outcome === 'failed'
  switch (corner) {
    case 'base_base':
      return outcome === 'failed' ? 'failed before the work' : 'before the work'
    case 'base_new':
      return ended
        ? outcome === 'failed'
          ? 'fails without the change'
          : 'passes without the change'
        : 'without the change'
    case 'new_base':
      return outcome === 'failed' ? 'the old tests fail' : 'the old tests'
    case 'new_new':
      return 'the work as it is'
  }
}

/** `141 passed, 1 failed`; nothing where no test is known by name. */
export function cellCounts({ passed, failed }: Cell): string {
  const parts: string[] = []
  if (typeof passed === 'number') parts.push(`${count(passed)} passed`)
  if (failed) parts.push(`${count(failed)} failed`)
  return parts.join(', ')
}

/** What a run said last, or why it was not run; nothing where that only counts what is counted already. */
export function lastWords(cell: Cell): string | null {
  const words = cell.words ?? null
  const isCount = words !== null && /^(?:[\d,]+ [a-z]+(?:, )?)+$/.test(words)
  return isCount && cellCounts(cell) !== '' ? null : words
}

/** The daemon's own words before what a run said. */
const SAID_LAST = /^([^\n]*; it said last:)\n/

/** Why a run was not or did not end well, where that is known, and its last lines as it wrote them. */
export function said(words: string): { why: string | null; output: string | null } {
  const why = SAID_LAST.exec(words)
  if (why) return { why: why[1] ?? null, output: words.slice(why[0].length) }
  return words.includes('\n') ? { why: null, output: words } : { why: words, output: null }
}

/** Whether any of the four was started, or waits for its turn. */
export const wasRun = ({ cells }: Checked): boolean => CORNERS.some((corner) => cells[corner].outcome)

const isUnderWay = ({ outcome }: Cell): boolean => outcome === 'waiting' || outcome === 'running'

export const goesOn = ({ cells }: Checked): boolean => CORNERS.some((corner) => isUnderWay(cells[corner]))

/** How many runs of all checks have ended, and of how many. */
export function progress({ checks }: Pick<ReceiptView, 'checks'>): { done: number; all: number } {
  const cells = checks.flatMap(({ cells }) => CORNERS.map((corner) => cells[corner]))
  const all = cells.filter(({ outcome }) => outcome)
  return { done: all.filter((cell) => !isUnderWay(cell)).length, all: all.length }
}

/** `1 regressed, 139 hold`: the weightiest first, with those that hold. */
export function totalWords(totals: Checked['totals']): { standing: Standing; words: string }[] {
  return STANDINGS.flatMap((standing) => {
    const n = totals?.[standing] ?? 0
    if (n === 0) return []
    const word = (n === 1 ? null : STANDING_PLURAL[standing]) ?? STANDING_WORD[standing]
    return [{ standing, words: `${count(n)} ${word}` }]
  })
}

/** Tests below what they come to. */
export function testGroups(tests: readonly TestStanding[]): { standing: Standing; tests: TestStanding[] }[] {
  return STANDINGS.map((standing) => ({
    standing,
    tests: tests.filter((test) => test.standing === standing),
  })).filter((group) => group.tests.length > 0)
}

/** How many tests the base has, and how many the work; nothing where that is the same or not known. */
export function fewer({ base, new: now }: Checked): string | null {
  if (!base || !now || base.collected <= now.collected) return null
  return `${count(base.collected)} tests on the base, ${count(now.collected)} now`
}

const EXPECTING = ['expectation-rewritten', 'assertion-weakened', 'tolerance-widened', 'snapshot-rewritten']

/** The last part of a test's name, by which its own file calls it. */
export function ownName(name: string): string {
  // What suites in JavaScript are called has spaces and dots of its own.
  if (name.includes(' > ')) return name.split(' > ').at(-1)?.trim() ?? name
  return (
    name
      .replace(/\[[^\]]*\]$/, '')
      .split(/::|\s|\.(?=\w+$)/)
      .at(-1) ?? name
  )
}

/** The cases that show what a bent test expected before, and expects now. */
export function expectationsOf(test: TestStanding, cases: readonly Case[]): Case[] {
  const name = ownName(test.name)
  const named = cases.filter(
    ({ rule, words, before, after }) =>
      EXPECTING.includes(rule) && (before || after) && words.includes(`\`${name}\``),
  )
  if (named.length > 0 || !test.file) return named
  const beside = cases.filter(
    ({ rule, spot }) => EXPECTING.includes(rule) && spot && sameFile(spot.path, test.file ?? ''),
  )
  // With several in one file, nothing says which is this test's.
  return beside.length === 1 ? beside : []
}

/** A runner tells files from where it ran, which may be below the root. */
const sameFile = (a: string, b: string): boolean => a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`)

/** Whether a check needs to be looked at: something regressed, failed, could not run, or goes on. */
export const standsOut = (check: Checked): boolean =>
  !['holds', 'proves', 'fixed', 'skipped'].includes(check.standing) ||
  (check.tests?.length ?? 0) > 0 ||
  goesOn(check) ||
  fewer(check) !== null
