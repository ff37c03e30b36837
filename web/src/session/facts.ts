import type { CheckResult, FactSource, SessionView, Timestamp } from '../api/types'
import { counted } from '../text/numbers'
import { ago } from '../text/time'
import { SOURCE_WORD, STATE_MEANING, STATE_WORD } from '../text/words'

export interface Fact {
  name: string
  word: string
  known: boolean
  source: FactSource
  at: Timestamp | null
}

/** The three facts behind a session's state, in words. */
export function facts({ facts: { alive, turn, outcome } }: SessionView): Fact[] {
  const process = { yes: 'runs', no: 'ended', unknown: 'not known' }[alive.is]
  const waits = {
    working: 'working',
    waiting_permission: 'waits for permission',
    waiting_input: 'waits for an answer',
    idle: 'waits for a prompt',
    unknown: 'not known',
  }[turn.is]
  const last = { completed: 'finished', interrupted: 'broken off', failed: 'failed', open: 'not ended' }[
    outcome.is
  ]
  return [
    { name: 'Process', word: process, known: alive.is !== 'unknown', ...place(alive) },
    { name: 'Turn', word: waits, known: turn.is !== 'unknown', ...place(turn) },
    { name: 'Last turn', word: last, known: true, ...place(outcome) },
  ]
}

const place = ({ source, at }: { source: FactSource; at: Timestamp | null }) => ({ source, at })

/** A session's state for a hover: what the word means, and each fact with its source and age. */
export function stateWords(session: SessionView, now: number): string {
  const lines = facts(session).map(({ name, word, known, source, at }) =>
    [`${name}: ${word}`, known && `says ${SOURCE_WORD[source]}`, at && ago(at, now)]
      .filter(Boolean)
      .join(', '),
  )
  return [`${capital(STATE_WORD[session.state])}. ${STATE_MEANING[session.state]}`, ...lines].join('\n')
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

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
