import type { SessionView, StateWord, TaskView } from '../api/types'

/** What a list of sessions puts first; the others follow by time. */
const URGENCY: Partial<Record<StateWord, number>> = { needs_you: 0, working: 1, ready: 2 }
const NOT_LIVE = 3

const urgency = (state: StateWord): number => URGENCY[state] ?? NOT_LIVE

export const isLive = (state: StateWord): boolean => urgency(state) < NOT_LIVE

/** A session's place is fixed by its state and by when it came into that state: it does not move with every event. */
export interface Placed {
  view: SessionView
  placedAt: string
}

/** RFC 3339 times of one zone are in the order of their characters. */
export const newer = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0)

export function byUrgency(a: Placed, b: Placed): number {
  return (
    urgency(a.view.state) - urgency(b.view.state) ||
    newer(a.placedAt, b.placedAt) ||
    b.view.id.localeCompare(a.view.id, 'en', { numeric: true })
  )
}

export const byPosition = (a: TaskView, b: TaskView): number =>
  a.position - b.position || a.id.localeCompare(b.id, 'en', { numeric: true })

/** The position of a card put before `before` (at the end if `null`) among `column`, sorted by position. */
export function positionBefore(column: TaskView[], moving: string, before: string | null): number {
  const others = column.filter((task) => task.id !== moving)
  const index = before === null ? others.length : others.findIndex((task) => task.id === before)
  const at = index < 0 ? others.length : index
  const previous = others[at - 1]?.position
  const next = others[at]?.position
  if (previous === undefined && next === undefined) return 0
  if (previous === undefined) return (next ?? 0) - 1
  if (next === undefined) return previous + 1
  return (previous + next) / 2
}
