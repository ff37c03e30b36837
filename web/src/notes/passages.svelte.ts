import type { NoteKind } from '../api/types'
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
}

export const passages = new Passages()
