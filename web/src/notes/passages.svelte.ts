import type { Candidate, NoteKind } from '../api/types'
import type { Origin, Passage } from './compose.svelte'

/** A passage on its way to the form that takes it. */
export interface Handed {
  kind: NoteKind
  session: string
  passage: Passage | null
  origin: Origin
}

class Passages {
  #next = $state.raw<Handed | null>(null)
  #offered = $state.raw<Candidate | null>(null)

  hand(handed: Handed): void {
    this.#next = handed
  }

  /** What is there for the form of that kind and session; it is taken once. */
  take(kind: NoteKind, session: string): Handed | null {
    const next = this.#next
    if (next?.kind !== kind || next.session !== session) return null
    this.#next = null
    return next
  }

  /** A candidate that is to be edited before it is written down. */
  offer(candidate: Candidate): void {
    this.#offered = candidate
  }

  /** The candidate for the form of that kind and session; it is taken once. */
  takeOffered(kind: NoteKind, session: string): Candidate | null {
    const one = this.#offered
    if (one?.kind !== kind || one.session !== session) return null
    this.#offered = null
    return one
  }
}

export const passages = new Passages()
