import type { CheckOutcome, ProvenConflict, ReviewCheck, ReviewView } from '../api/types'

export const OUTCOME_WORD: Record<CheckOutcome, string> = {
  waiting: 'waits',
  running: 'runs',
  passed: 'passed',
  failed: 'failed',
  could_not_run: 'could not run',
  stopped: 'stopped',
}

/** A command, with what it came to on the combination and on each member alone. */
export interface CheckRow {
  command: string
  together: ReviewCheck | null
  alone: (ReviewCheck | null)[]
  /** All that ran alone passed, and together it failed. */
  onlyTogether: boolean
  /** Members that pass alone and fail together, where that was proven. */
  proven: ProvenConflict | null
}

/** The checks of a review as a table, in the order in which commands come. */
export function matrixOf({
  checks,
  members,
  proven,
}: Pick<ReviewView, 'checks' | 'members' | 'proven'>): CheckRow[] {
  const commands = [...new Set(checks.map(({ command }) => command))]
  return commands.map((command) => {
    // The last one that was asked for counts.
    const of = (member: number | null): ReviewCheck | null =>
      checks.findLast((check) => check.command === command && check.member === member) ?? null
    const together = of(null)
    const alone = members.map((_, i) => of(i))
    const ran = alone.filter((check) => check?.outcome === 'passed' || check?.outcome === 'failed')
    return {
      command,
      together,
      alone,
      onlyTogether:
        together?.outcome === 'failed' && ran.length > 0 && ran.every((check) => check?.outcome === 'passed'),
      proven: proven.find((one) => one.command === command) ?? null,
    }
  })
}

/** Which members it takes for a check to fail that each passes alone, in words. */
export function provenWords(
  { members, narrowed }: Pick<ProvenConflict, 'members' | 'narrowed'>,
  all: readonly { name: string }[],
): string {
  const names = members.map((place) => all[place]?.name ?? '').join(' and ')
  if (narrowed === 'all') return `${names} pass alone and fail only all together.`
  if (narrowed === 'searching')
    return `${names} pass alone and fail together; which of them it takes is being found out.`
  if (narrowed === 'unknown')
    return `${names} pass alone and fail together; which of them it takes is not known.`
  return `${names} pass alone and fail together.`
}

/** What the checks of a pull request came to, by a shape and a word; nothing where none is known. */
export function checksWords(checks: string | null): string | null {
  const shape = { passed: '✓', failed: '✗', running: '…' }[checks ?? '']
  return checks ? `CI ${shape ? `${shape} ` : ''}${checks}` : null
}

/** What will be done by landing, in words. */
export function landingWords({
  members,
  order,
  land_by: by,
}: Pick<ReviewView, 'members' | 'order' | 'land_by'>): string {
  const base = members[0]?.base ?? 'the base'
  const names = order.order.length > 0 ? order.order : members.map(({ name }) => name)
  const steps = {
    squash: `as one commit each`,
    merge: `with a merge commit each`,
    rebase: `their commits one after another`,
  }[by]
  const list =
    names.length > 1 ? `${names.slice(0, -1).join(', ')}, then ${names.at(-1) ?? ''}` : (names[0] ?? '')
  return `${list} land on ${base}, ${steps}: all of them, or none. Afterwards worktrees are parked and tasks done.`
}
