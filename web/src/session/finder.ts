import type { Event, EventPage, Ordinal, Seq } from '../api/types'
import { blocks, firstEvent, readable, usesIn, type Block } from './blocks'

/** An event that has the words, or whose result has. */
export interface Hit {
  seq: Seq
  ordinal: Ordinal
}

export type Side = 'before' | 'after'

/** A run of events without a gap. */
export interface Part {
  events: readonly Event[]
  moreBefore: boolean
  moreAfter: boolean
}

const order = (a: Hit, b: Hit): number => a.ordinal - b.ordinal || a.seq - b.seq

/** Finds words in a session: at once in a part of it, and page by page in what is beside that, without showing it. */
export class Finder {
  readonly #found = new Map<Seq, Hit>()
  /** The events at which what was looked through begins and ends. */
  #edge: Record<Side, Event | undefined>
  #more: Record<Side, boolean>
  /** Uses and results whose other half is on the next page. */
  #halves: Record<Side, Event[]>

  constructor(
    readonly words: string,
    part: Part,
    readonly read: (from: string) => Promise<EventPage>,
    readonly shown: (block: Block) => boolean,
  ) {
    const { events } = part
    this.#edge = { before: events[0], after: events[events.length - 1] }
    this.#more = { before: part.moreBefore, after: part.moreAfter }
    const halves = this.#look(events, part.moreBefore)
    this.#halves = { before: halves, after: halves }
  }

  get hits(): Hit[] {
    return [...this.#found.values()].sort(order)
  }

  /** Whether the whole session was looked through. */
  get complete(): boolean {
    return !this.#more.before && !this.#more.after
  }

  /** Whether a place lies within what was looked through. */
  covers(place: Hit): boolean {
    const { before, after } = this.#edge
    const first = before === undefined || order(before, place) <= 0
    const last = after === undefined || order(place, after) <= 0
    return first && last
  }

  /** The hit next to a place, read for as long as `alive` says; with `here`, one at the place itself is it. */
  async next(place: Hit, step: 1 | -1, here: boolean, alive: () => boolean): Promise<Hit | null> {
    const side: Side = step > 0 ? 'after' : 'before'
    const beyond = (hit: Hit): boolean => order(hit, place) * step > (here ? -1 : 0)
    for (;;) {
      const hits = this.hits
      const hit = step > 0 ? hits.find(beyond) : hits.findLast(beyond)
      if (hit || !this.#more[side] || !alive()) return hit ?? null
      await this.#extend(side)
    }
  }

  /** Looks through at most `pages` more, and tells after each. */
  async rest(pages: number, alive: () => boolean, tell: () => void): Promise<void> {
    for (let page = 0; page < pages && !this.complete && alive(); page += 1) {
      await this.#extend(this.#more.before ? 'before' : 'after')
      tell()
    }
  }

  async #extend(side: Side): Promise<void> {
    const edge = this.#edge[side]
    if (!edge) return void (this.#more[side] = false)
    const page = await this.read(`${side}:${edge.seq}`)
    const more = side === 'before' ? page.more_before : page.more_after
    const { events } = page
    const joined =
      side === 'before' ? [...events, ...this.#halves.before] : [...this.#halves.after, ...events]
    this.#halves[side] = this.#look(joined, side === 'after' || more)
    this.#edge[side] = (side === 'before' ? events[0] : events[events.length - 1]) ?? edge
    this.#more[side] = more && events.length > 0
  }

  /** Notes the hits among `events`, and gives the halves of what was not whole there. */
  #look(events: readonly Event[], moreBefore: boolean): Event[] {
    for (const block of blocks(events, { moreBefore, seams: new Set() })) {
      if (!this.shown(block)) continue
      for (const use of usesIn(block)) {
        if (!readable(use).toLowerCase().includes(this.words)) continue
        const { seq, ordinal } = firstEvent(use)
        this.#found.set(seq, { seq, ordinal })
      }
    }
    const halves = new Map<string, Event>()
    for (const event of events) {
      if (!('tool_use_id' in event)) continue
      if (!halves.delete(event.tool_use_id)) halves.set(event.tool_use_id, event)
    }
    return [...halves.values()]
  }
}
