// What a receipt has, section by section, in the order in which it is read.

import type { ReceiptView } from '../api/types'
import { count, counted } from '../text/numbers'
import { standingLook, VERDICT_LOOK, type Look } from './shapes'
import { blocks, criterionTone, STANDINGS } from './words'

export interface Section {
  id: string
  title: string
  told: string
  look: Look | null
}

export const hasContent = ({ content }: ReceiptView): boolean =>
  Boolean(content?.folder || content?.sources || content?.tables?.length)

export function contentWords({ content }: ReceiptView): string {
  const { folder, tables = [], sources } = content ?? {}
  const moved = folder ? folder.moved.length + folder.renamed.length : 0
  return [
    moved > 0 && `${counted(moved, 'file')} moved or renamed`,
    folder && folder.deleted.length > 0 && `${count(folder.deleted.length)} deleted`,
    tables.length > 0 && counted(tables.length, 'table'),
    sources && counted(sources.cited.length, 'source'),
  ]
    .filter(Boolean)
    .join(', ')
}

function asked({ criteria }: ReceiptView): Section {
  const shown = criteria.filter((one) => criterionTone(one) === 'good').length
  const against = criteria.some((one) => criterionTone(one) === 'bad')
  return {
    id: 'asked-for',
    title: 'Asked for',
    told: criteria.length > 0 ? `${count(shown)} of ${count(criteria.length)} shown` : '',
    look: against
      ? { shape: 'cross', tone: 'bad' }
      : criteria.length > 0 && shown === criteria.length
        ? { shape: 'check', tone: 'good' }
        : null,
  }
}

function checks({ checks: all, goes_on }: ReceiptView): Section {
  const worst = all.toSorted((a, b) => STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing))[0]
  const look = goes_on
    ? ({ shape: 'dots', tone: 'none' } as const)
    : worst
      ? standingLook(worst.standing)
      : null
  return { id: 'checks', title: 'Checks', told: all.length > 0 ? count(all.length) : 'none', look }
}

function claims({ claims: all }: ReceiptView): Section {
  const of = (verdict: 'contradicted' | 'supported'): number =>
    all.filter((claim) => claim.verdict === verdict).length
  const told =
    of('contradicted') > 0
      ? `${count(of('contradicted'))} contradicted`
      : all.length > 0
        ? `${count(of('supported'))} of ${count(all.length)} supported`
        : 'none'
  const look =
    of('contradicted') > 0
      ? VERDICT_LOOK.contradicted
      : all.length > 0 && of('supported') === all.length
        ? VERDICT_LOOK.supported
        : null
  return { id: 'claims', title: 'Claims', told, look }
}

function integrity({ cases }: ReceiptView): Section {
  const blocking = cases.filter(blocks).length
  const warnings = cases.filter(({ weight, accepted }) => weight === 'warning' && !accepted).length
  const told = [
    blocking > 0 && `${count(blocking)} ${blocking === 1 ? 'blocks' : 'block'}`,
    warnings > 0 && counted(warnings, 'warning'),
  ]
    .filter(Boolean)
    .join(', ')
  const look: Look | null =
    blocking > 0 ? { shape: 'stop', tone: 'bad' } : warnings > 0 ? { shape: 'triangle', tone: 'warn' } : null
  return {
    id: 'integrity',
    title: 'Integrity',
    told: told || (cases.length > 0 ? 'settled' : 'nothing'),
    look,
  }
}

/** The sections of a receipt that are not folded away. */
export function outlineOf(view: ReceiptView): Section[] {
  const left = view.omissions?.length ?? 0
  const plain = (id: string, title: string, told: string): Section => ({ id, title, told, look: null })
  return [
    ...(view.look_first ? [plain('first', 'Look first', '')] : []),
    asked(view),
    ...(view.checks.length > 0 || !hasContent(view) ? [checks(view)] : []),
    ...(hasContent(view) ? [plain('content', 'Not code', '')] : []),
    claims(view),
    ...((view.children?.length ?? 0) + left > 0
      ? [
          {
            ...plain('children', 'Subagents', left > 0 ? `${count(left)} left out` : ''),
            look: left > 0 ? ({ shape: 'triangle', tone: 'warn' } as const) : null,
          },
        ]
      : []),
    integrity(view),
    plain('unproven', 'Not proven', view.unproven.length > 0 ? count(view.unproven.length) : 'nothing'),
  ]
}
