import type { CheckResult, SessionView } from '../api/types'
import { counted } from '../text/numbers'

/** What a session is about, in one line. */
/** The title that its user chose, else what it was last directed to, else its agent's own title. */
export const sessionTitle = (session: SessionView): string =>
  (session.title_by_user ? session.title : null) ??
  session.goal ??
  session.title ??
  (session.subagent_id ? 'Subagent' : 'No prompt yet')

/** Since when it has been working or blocked; otherwise since when it has been left. */
export function sinceWhen(session: SessionView): string | null {
  const { turn } = session.facts
  if (session.state === 'working' || session.state === 'needs_you') return turn.at ?? session.updated_at
  return session.updated_at
}

/** How much of its context is left, in percent; `null` where its agent does not say. */
export function contextLeft(session: SessionView): number | null {
  const { context } = session
  if (!context?.window) return null
  return Math.max(0, Math.round(100 * (1 - context.used / context.window)))
}

/** A check in words, for a hover and for readers of the screen. */
export function checkWords(check: CheckResult): string {
  const outcome = check.ok === null ? 'nothing proves it' : check.ok ? 'passed' : 'failed'
  const counts = [
    check.passed === null ? null : `${check.passed} passed`,
    check.failed ? `${check.failed} failed` : null,
  ].filter(Boolean)
  return `${check.command}: ${outcome}${counts.length ? ` (${counts.join(', ')})` : ''}`
}

export const filesWords = (session: SessionView): string => {
  const shown = session.files.slice(0, 12).join('\n')
  const more = session.files_changed - Math.min(12, session.files.length)
  const rest = more > 0 ? `\nand ${more} more` : ''
  return `${counted(session.files_changed, 'file')} changed${shown ? `:\n${shown}${rest}` : ''}`
}
