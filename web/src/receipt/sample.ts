import type { ReceiptView } from '../api/types'
import type { Case, Cell, Checked } from './types'

/** For tests: a receipt with nothing in it, and what is given. */
export const receiptView = (more: Partial<ReceiptView> = {}): ReceiptView => ({
  of: 'T12',
  title: 'Limit requests',
  made_at: '2026-11-22T10:00:00Z',
  criteria: [],
  work: { base: { tree: 'a' }, now: { tree: 'b' }, files: [] },
  checks: [],
  claims: [],
  cases: [],
  unproven: [],
  sessions: [],
  commands: [],
  asked: [],
  artefacts: [],
  outward: [],
  stale: null,
  held_by: null,
  goes_on: false,
  file: null,
  ...more,
})

export const checked = (cells: Partial<Checked['cells']>, more: Partial<Checked> = {}): Checked => {
  const none: Cell = {}
  return {
    command: 'npm test',
    standing: 'holds',
    cells: { base_base: none, new_base: none, base_new: none, new_new: none, ...cells },
    ...more,
  }
}

export const caseOf = (rule: Case['rule'], more: Partial<Case> = {}): Case => ({
  key: `${rule}-1`,
  rule,
  words: '',
  weight: 'blocking',
  risk: 'low',
  ...more,
})
