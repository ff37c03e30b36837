import { untrack } from 'svelte'
import type { CallId } from '../api/types'
import { calls } from './calls.svelte'
import { holdStill, type Place } from './entries'

/** The list as it is shown: it moves only while nobody is about to press something in it. Made while a component is set up. */
export class HeldList {
  held = $state(false)
  #shown = $state.raw<Place[]>([])

  #still = $derived.by(() => {
    if (!this.held) return { shown: calls.places, announced: [] }
    return holdStill(
      this.#shown.filter((place) => calls.all.has(place.id)),
      calls.places,
    )
  })
  places: Place[] = $derived(this.#still.shown)
  /** What came while the list was held. */
  announced: Place[] = $derived(this.#still.announced)

  constructor() {
    $effect.pre(() => {
      const { places } = calls
      // A list without rows has nothing that could move.
      if (!this.held || untrack(() => this.places.length === 0)) this.#shown = places
    })
  }

  /** Takes in what was announced. */
  renew(): void {
    this.#shown = untrack(() => calls.places)
  }

  /** The call to go to after `from`: the next that waits, from the top again at the end. */
  next(from: CallId | null): CallId | null {
    const waiting = calls.places.filter((place) => place.section === 'waits')
    const order = this.places.filter((place) => waiting.some(({ id }) => id === place.id))
    const all = [...order, ...waiting.filter((place) => !order.includes(place))]
    const index = this.places.findIndex(({ id }) => id === from)
    const after = this.places.slice(index + 1).find(({ id }) => all.some((place) => place.id === id))
    const next = after ?? all.find(({ id }) => id !== from)
    return next?.id ?? null
  }
}
