import type { CallId, CallState, CallView, Urgency } from '../api/types'
import { MINUTE } from '../text/time'

/** What the list shows as one: a call, or several that ask the same. */
export interface Entry {
  /** The call that was asked first. */
  id: CallId
  calls: CallView[]
}

export type Section = 'waits' | 'told' | 'answered'

/** A place in the list. */
export interface Place {
  id: CallId
  section: Section
  calls: CallId[]
}

const URGENCIES: Urgency[] = [
  'irreversible',
  'question',
  'permission',
  'failure',
  'conflict',
  'stuck',
  'finished',
  'idle',
]
const STATES: CallState[] = ['open', 'answered', 'accepted', 'gone_on', 'closed']
const SECTIONS: Section[] = ['waits', 'told', 'answered']

const rank = (call: CallView): number => URGENCIES.indexOf(call.urgency)

/** Whether it waits for a person, and not only tells one something. */
export const waits = (call: CallView): boolean =>
  call.state === 'open' && rank(call) <= URGENCIES.indexOf('permission')

export const sectionOf = (call: CallView): Section =>
  call.state !== 'open' ? 'answered' : waits(call) ? 'waits' : 'told'

/** Whether `next` was told before `known`: announcements and answers to requests may overtake each other. */
export const isOlder = (next: CallView, known: CallView): boolean =>
  next.generation < known.generation ||
  (next.generation === known.generation && STATES.indexOf(next.state) < STATES.indexOf(known.state))

/** Minutes that it blocks, times the agents that it blocks. */
const weight = (call: CallView, now: number): number =>
  (Math.floor(Math.max(0, now - Date.parse(call.asked_at)) / MINUTE) + 1) * (call.blocks.length + 1)

const byId = (a: CallView, b: CallView): number => a.id.localeCompare(b.id, 'en', { numeric: true })

/** Most urgent first; within a rank, what has blocked the most for the longest. What was answered comes last, newest first. */
export function byUrgency(a: CallView, b: CallView, now: number): number {
  const section = SECTIONS.indexOf(sectionOf(a)) - SECTIONS.indexOf(sectionOf(b))
  if (section !== 0) return section
  if (a.state !== 'open') return byId(b, a)
  return rank(a) - rank(b) || weight(b, now) - weight(a, now) || byId(a, b)
}

/** Only calls that ask the same and take the same answers can be answered as one; what an answer writes is each session's own. */
const sameness = ({ group, kind, can_answer, takes_text, options }: CallView): string =>
  JSON.stringify([
    ...[group, kind, can_answer, takes_text],
    ...options.map(({ id, label, effect }) => [id, label, effect]),
  ])

/** The calls as they are shown; `together` names those that were answered as one. */
export function entriesOf(calls: Iterable<CallView>, together: ReadonlyMap<CallId, CallId>): Entry[] {
  const entries = new Map<string, CallView[]>()
  for (const call of calls) {
    const joint = together.get(call.id)
    const key =
      call.state === 'open' && waits(call)
        ? `open ${sameness(call)}`
        : joint !== undefined && call.state !== 'open'
          ? `joint ${joint}`
          : call.id
    entries.set(key, [...(entries.get(key) ?? []), call])
  }
  return [...entries.values()].map((all) => {
    const sorted = all.sort(byId)
    return { id: sorted[0]?.id ?? '', calls: sorted }
  })
}

/** The entries' places in the list; an entry stands where the most urgent of its calls does. */
export function arrange(entries: readonly Entry[], now: number): Place[] {
  const first = ({ calls }: Entry): CallView[] => [...calls].sort((a, b) => byUrgency(a, b, now)).slice(0, 1)
  return entries
    .flatMap((entry) => first(entry).map((call) => ({ entry, call })))
    .sort((a, b) => byUrgency(a.call, b.call, now))
    .map(({ entry, call }) => ({
      id: entry.id,
      section: sectionOf(call),
      calls: entry.calls.map(({ id }) => id),
    }))
}

/**
 * The list while somebody is about to press something in it: every entry stays where it is, also one that is over,
 * and new ones are only announced.
 */
export function holdStill(
  shown: readonly Place[],
  wanted: readonly Place[],
): { shown: Place[]; announced: Place[] } {
  const known = new Set(shown.flatMap((place) => place.calls))
  return {
    shown: [...shown],
    announced: wanted.filter(
      (place) => place.section !== 'answered' && !place.calls.some((id) => known.has(id)),
    ),
  }
}
