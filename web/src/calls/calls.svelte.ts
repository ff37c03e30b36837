import { SvelteMap } from 'svelte/reactivity'
import { ApiError } from '../api/client'
import { answerCall, fetchCall } from '../api/endpoints'
import type { AnswerCall, CallId, CallView, SessionId, TaskId } from '../api/types'
import { reconcile } from '../state/reconcile'
import { arrange, byUrgency, entriesOf, isOlder, waits, type Entry, type Place } from './entries'

/** Why an answer was not taken. */
export interface Refusal {
  text: string
  hint: string | null
}

/** A value whose every field is watched by itself. */
function watched<T extends object>(value: T): T {
  const proxy = $state(value)
  return proxy
}

/** So many calls that are over stay on the page, for those who still look at them. */
const MOST_OVER = 30

/** The calls of one workspace: a snapshot, kept up to date by the stream. */
export class CallStore {
  all = new SvelteMap<CallId, CallView>()
  /** What is being sent, by call: the daemon has not said yet that it took it. */
  sending = new SvelteMap<CallId, string>()
  refused = new SvelteMap<CallId, Refusal>()
  /** Calls that were answered as one, with the one that they stand under. */
  #together = new SvelteMap<CallId, CallId>()

  entries: Entry[] = $derived(entriesOf(this.all.values(), this.#together))

  places: Place[] = $derived(arrange(this.entries, Date.now()))

  open: CallView[] = $derived.by(() => {
    const now = Date.now()
    return [...this.all.values()].filter((call) => call.state === 'open').sort((a, b) => byUrgency(a, b, now))
  })

  /** Those that a person must answer, most urgent first. */
  waiting: CallView[] = $derived(this.open.filter(waits))

  /** Those that are not over, by session and by task. */
  #ofSession = $derived(groupBy(this.all.values(), (call) => call.session))
  #ofTask = $derived(groupBy(this.all.values(), (call) => call.task))

  ofSession = (id: SessionId): CallView[] => this.#ofSession.get(id) ?? []
  ofTask = (id: TaskId): CallView[] => this.#ofTask.get(id) ?? []

  /** Whether it was answered and its agent is not seen to go on yet. */
  isAnswering = (call: CallView): boolean =>
    call.answer !== null && (call.state === 'answered' || call.state === 'accepted')

  /** The entry that a call is shown in. */
  entryOf = (id: CallId | null): Entry | null =>
    this.entries.find((entry) => entry.calls.some((call) => call.id === id)) ?? null

  /** Takes a snapshot; `other` where it is of another workspace. */
  take(calls: readonly CallView[], other: boolean): void {
    const ids = new Set(calls.map((call) => call.id))
    for (const [id, call] of [...this.all]) {
      if (ids.has(id)) continue
      if (other) this.#forget(id)
      else if (call.state !== 'closed') void this.read(id)
    }
    for (const call of calls) this.put(call)
  }

  put(next: CallView): void {
    const known = this.all.get(next.id)
    if (!known) {
      this.all.set(next.id, watched(next))
    } else if (!isOlder(next, known)) {
      if (next.state !== known.state || next.generation !== known.generation) this.refused.delete(next.id)
      reconcile(known, next)
    }
    if (next.state === 'closed') this.#dropOldest()
  }

  /** What the stream tells: a call that was over before this page knew of it is nothing to show. */
  hear(next: CallView): void {
    if (next.state !== 'closed' || this.all.has(next.id)) this.put(next)
  }

  /** Reads one call anew; `false` if there is none. */
  async read(id: CallId): Promise<boolean> {
    try {
      this.put(await fetchCall(id))
      return true
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) return false
      this.#forget(id)
      return false
    }
  }

  /** Sends the answer to each call, under the generation that was seen of it; `label` says what is being sent. */
  async answer(
    calls: readonly CallView[],
    label: string,
    make: (call: CallView) => AnswerCall,
  ): Promise<void> {
    const open = calls.filter((call) => call.can_answer && !this.sending.has(call.id))
    const first = open[0]
    if (first && open.length > 1) for (const { id } of open) this.#together.set(id, first.id)
    await Promise.all(open.map((call) => this.#send(call.id, label, make(call))))
  }

  async #send(id: CallId, label: string, answer: AnswerCall): Promise<void> {
    this.sending.set(id, label)
    this.refused.delete(id)
    try {
      this.put(await answerCall(id, answer))
    } catch (error) {
      // What became of it meanwhile is told with the refusal.
      await this.read(id)
      this.refused.set(id, refusalOf(error))
    } finally {
      this.sending.delete(id)
    }
  }

  #forget(id: CallId): void {
    for (const map of [this.all, this.sending, this.refused, this.#together]) map.delete(id)
  }

  #dropOldest(): void {
    const over = [...this.all.values()].filter((call) => call.state === 'closed')
    for (const call of over.slice(0, Math.max(0, over.length - MOST_OVER))) this.#forget(call.id)
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof ApiError && error.offline) {
    return {
      text: `${error.message} Nothing tells whether the answer arrived.`,
      hint: 'Answer again: the same answer given twice counts once.',
    }
  }
  const text = error instanceof Error ? error.message : String(error)
  return { text, hint: error instanceof ApiError ? error.hint : null }
}

function groupBy(calls: Iterable<CallView>, key: (call: CallView) => string | null): Map<string, CallView[]> {
  const now = Date.now()
  const found = new Map<string, CallView[]>()
  for (const call of calls) {
    const id = key(call)
    if (id === null || call.state === 'closed') continue
    found.set(id, [...(found.get(id) ?? []), call])
  }
  for (const list of found.values()) list.sort((a, b) => byUrgency(a, b, now))
  return found
}

export const calls = new CallStore()
