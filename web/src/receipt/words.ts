// What a receipt tells, in words and shapes.

import type { ReceiptGlance } from '../api/types'
import { count, counted } from '../text/numbers'
import type {
  Case,
  CheckKind,
  ClaimLine,
  Criterion,
  Omitted,
  OutwardKind,
  Risk,
  SessionLine,
  Standing,
  UnprovenKind,
  Verdict,
  Weight,
} from './types'

/** How something stands: it speaks for the work, against it, to be looked at, or tells nothing. */
export type Tone = 'good' | 'bad' | 'warn' | 'none'

export const KIND_WORD: Record<CheckKind, string> = {
  test: 'tests',
  build: 'build',
  types: 'type check',
  lint: 'lint',
  format: 'format check',
}

export const STANDING_WORD: Record<Standing, string> = {
  regressed: 'regressed',
  bent: 'bent test',
  skipped_now: 'skipped now',
  removed: 'removed',
  flaky: 'flaky',
  failing: 'fails',
  vacuous: 'proves nothing',
  weak_proof: 'weak proof',
  proves: 'proves the change',
  fixed: 'fixed',
  broken_before: 'broken before',
  holds: 'holds',
  skipped: 'skipped',
  not_checked: 'not checked',
}

export const STANDING_MEANING: Record<Standing, string> = {
  regressed: 'Passes on the base and fails on the new code.',
  bent: 'As it was it passes on the base and fails on the new code; rewritten, it passes.',
  skipped_now: 'Ran before, and is skipped now.',
  removed: 'Was there before, and is not any more.',
  flaky: 'Passes in one run and fails in another of the same code.',
  failing: 'Fails, and never passed: a new test, or one rewritten.',
  vacuous: 'New or changed, it passes without the change, too.',
  weak_proof: 'Passes; without the change it does not even compile, which proves little.',
  proves: 'Fails without the change and passes with it.',
  fixed: 'As it was it fails on the base and passes on the new code.',
  broken_before: 'Failed on the base, and still does.',
  holds: 'Passes, before and after.',
  skipped: 'Is skipped, and nothing shows that it ran before.',
  not_checked: 'What ran does not tell.',
}

/** As several of them are told: "2 prove the change". */
export const STANDING_PLURAL: Partial<Record<Standing, string>> = {
  bent: 'bent tests',
  failing: 'fail',
  vacuous: 'prove nothing',
  weak_proof: 'weak proofs',
  proves: 'prove the change',
  holds: 'hold',
}

/** The weightiest first. */
export const STANDINGS = Object.keys(STANDING_WORD) as Standing[]

const BAD: Standing[] = ['regressed', 'bent', 'failing']
const WARN: Standing[] = ['skipped_now', 'removed', 'flaky', 'vacuous']
const GOOD: Standing[] = ['proves', 'fixed', 'holds']

export const standingTone = (standing: Standing): Tone =>
  BAD.includes(standing)
    ? 'bad'
    : WARN.includes(standing)
      ? 'warn'
      : GOOD.includes(standing)
        ? 'good'
        : 'none'

export const VERDICT_WORD: Record<Verdict, string> = {
  supported: 'supported',
  contradicted: 'contradicted',
  stale: 'stale',
  unsupported: 'unsupported',
  not_checked: 'not checked',
}

export const VERDICT_MEANING: Record<Verdict, string> = {
  supported: 'The record shows it, after the last edit.',
  contradicted: 'The record shows the opposite.',
  stale: 'The record showed it, before the last edit.',
  unsupported: 'It could have been seen, and was not.',
  not_checked: 'Nothing on record can tell.',
}

/** What speaks against the work comes first. */
const VERDICTS: Verdict[] = ['contradicted', 'stale', 'unsupported', 'not_checked', 'supported']

export const claimsInOrder = (claims: readonly ClaimLine[]): ClaimLine[] =>
  claims.toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict))

/** `1 contradicted, 2 supported`. */
export function verdictCounts(claims: readonly ClaimLine[]): string {
  const of = (verdict: Verdict): number => claims.filter((claim) => claim.verdict === verdict).length
  return VERDICTS.filter((verdict) => of(verdict) > 0)
    .map((verdict) => `${count(of(verdict))} ${VERDICT_WORD[verdict]}`)
    .join(', ')
}

export const OMITTED_WORD: Record<Omitted, string> = {
  contradicted: 'contradicted claim',
  failure: 'failure',
  admission: 'not done or seen',
  question: 'open question',
  disagreement: 'disagreement',
}

export const WEIGHT_WORD: Record<Weight, string> = { blocking: 'blocks', warning: 'warning', note: 'note' }

export const WEIGHT_MEANING: Record<Weight, string> = {
  blocking: 'Keeps the work from being done by itself and from landing, until somebody accepts it.',
  warning: 'To be looked at.',
  note: 'Told for information.',
}

export const RISK_MEANING: Record<Risk, string> = {
  low: 'This rule is seldom wrong.',
  medium: 'This rule is right often enough to be looked at.',
  high: 'This rule is often wrong: it is listed, and never more.',
}

/** `test-deleted` as people read it: "test deleted". */
export const ruleWords = (rule: string): string => rule.replaceAll('-', ' ')

export const blocks = ({ weight, accepted }: Case): boolean => weight === 'blocking' && !accepted

/** Cases as they are listed: what blocks, what is to be looked at, what is accepted, what is only told. */
export function caseGroups(cases: readonly Case[]): { key: string; title: string; cases: Case[] }[] {
  const open = (weight: Weight): Case[] => cases.filter((one) => one.weight === weight && !one.accepted)
  return [
    { key: 'blocking', title: 'Blocking', cases: open('blocking') },
    { key: 'warning', title: 'Warnings', cases: open('warning') },
    { key: 'accepted', title: 'Accepted', cases: cases.filter(({ accepted }) => accepted) },
    { key: 'note', title: 'Notes', cases: open('note') },
  ].filter((group) => group.cases.length > 0)
}

/** What shows a sentence of the task: something, nothing, or the opposite. */
export const criterionTone = ({ proofs }: Criterion): Tone =>
  proofs.some(({ is_against }) => is_against) ? 'bad' : proofs.length > 0 ? 'good' : 'none'

export const UNPROVEN_WORD: Record<UnprovenKind, string> = {
  check_not_run: 'not run',
  admitted: 'its own word',
  not_executed: 'no test runs it',
  not_measured: 'not measured',
  not_opened: 'never opened',
  not_in_receipt: 'not in here',
}

export const UNPROVEN_MEANING: Record<UnprovenKind, string> = {
  check_not_run: 'A check was not run, or could not be.',
  admitted: 'The agent says itself that it did not do or see it.',
  not_executed: 'Lines that changed, and that no test executes.',
  not_measured: 'Lines that changed, of which it is not known whether a test executes them.',
  not_opened: 'Code that uses what changed, and that the session never opened.',
  not_in_receipt: 'Part of the work is not in this receipt.',
}

export const OUTWARD_WORD: Record<OutwardKind, string> = {
  message: 'message',
  push: 'push',
  publish: 'published',
  deploy: 'deployed',
}

/** A sentence that ends as one, whoever wrote it. */
export const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)

/** How a card shows a receipt: its words are the daemon's. */
export function glanceTone({ blocking, contradicted, goes_on, words }: ReceiptGlance): Tone {
  if (blocking > 0 || contradicted > 0 || /\bfails?\b/.test(words)) return 'bad'
  return !goes_on && words.startsWith('checks pass') ? 'good' : 'none'
}

const total = ({ tokens }: SessionLine): number =>
  tokens.input + tokens.cache_read + tokens.cache_write + tokens.output

/** What sessions used together: tokens, and US dollars where some agent reports them. */
export const used = (sessions: readonly SessionLine[]): { tokens: number; cost: number | null } => ({
  tokens: sessions.reduce((sum, session) => sum + total(session), 0),
  cost: sessions.reduce<number | null>(
    (sum, { cost_usd: cost }) => (cost === null || cost === undefined ? sum : (sum ?? 0) + cost),
    null,
  ),
})

/** How long a session was at it, in milliseconds; `null` where nothing tells. */
export const lasted = ({ began_at, last_at }: SessionLine): number | null =>
  began_at && last_at ? Math.max(0, Date.parse(last_at) - Date.parse(began_at)) : null

/** `3 files, 1 of them new`: rows and columns of a list that has more than is shown. */
export const shownOf = (shown: number, all: number, one: string): string =>
  shown < all ? `${count(shown)} of ${counted(all, one)}` : counted(all, one)

/** The beginning of a digest, as people name it. */
export const shortDigest = (digest: string): string => digest.slice(0, 8)
