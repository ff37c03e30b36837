import { fetchEvents } from '../api/endpoints'
import type { Event, EventKind, EventPage, Ordinal, Seq, SessionId, SharedBeginning } from '../api/types'
import { blocks, firstOwn, keepSame, touches, type Block } from './blocks'

const PAGE = 200
/** More than this is dropped at the far end: a page of 100,000 events would not be light any more. */
const MOST_EVENTS = 3000

type Side = 'before' | 'after'

export interface EventFilter {
  kinds: EventKind[]
  file: string | null
}

const picks = ({ kinds, file }: EventFilter): boolean => kinds.length > 0 || file !== null

const TOOL_KINDS: ReadonlySet<EventKind> = new Set<EventKind>([
  ...(['command', 'edit', 'read', 'search', 'delegate', 'plan', 'question', 'tool'] as const),
])

/** Results come with the uses they belong to. */
export const kindsParameter = (kinds: EventKind[]): string | undefined =>
  kinds.length === 0
    ? undefined
    : [...kinds, ...(kinds.some((kind) => TOOL_KINDS.has(kind)) ? ['result'] : [])].join(',')

/** `events` with `more`, in display order, each once. */
export function merged(events: readonly Event[], more: readonly Event[]): Event[] {
  const bySeq = new Map<Seq, Event>()
  for (const event of [...events, ...more]) bySeq.set(event.seq, event)
  return [...bySeq.values()].sort((a, b) => a.ordinal - b.ordinal || a.seq - b.seq)
}

/** The loaded part of a session's transcript: one run of events without a gap, grown at either end. */
export class EventWindow {
  blocks = $state.raw<Block[]>([])
  moreBefore = $state(false)
  moreAfter = $state(false)
  total = $state(0)
  /** The beginning that the session shares with the one it was forked from. */
  shared = $state.raw<SharedBeginning | null>(null)
  /** The block before which that beginning ends. */
  firstOwn = $state<string | null>(null)
  opened = $state(false)
  failure = $state<unknown>(null)
  /** The last change was something new at the session's end, not more of its history. */
  grew = $state(false)
  #events: Event[] = []
  #seams = new Set<Ordinal>()
  /** What is shown was picked by the one; the other was last asked for, and differs until it is read. */
  #filter: EventFilter = { kinds: [], file: null }
  #wanted = this.#filter
  #busy: Partial<Record<Side, Promise<void>>> = {}
  /** Something was added that is not read yet: it was told while the end was being read, or another part. */
  #again = false
  /** Another part, while it is read: this one stays as it is until then, and for good if that fails. */
  #opening: Promise<boolean> | null = null
  #asked = 0
  /** Answers to what was asked before the window was opened elsewhere are dropped. */
  #generation = 0

  constructor(readonly session: SessionId) {}

  get events(): readonly Event[] {
    return this.#events
  }

  get filtered(): boolean {
    return picks(this.#wanted)
  }

  /** Shows another part: `start`, `end`, `around:SEQ`, `after:SEQ`, `before:SEQ` or `at:ORDINAL`. */
  open(from: string, filter: EventFilter = this.#wanted): Promise<boolean> {
    this.#wanted = filter
    this.#opening = this.#open(from, filter, ++this.#asked)
    return this.#opening
  }

  async #open(from: string, filter: EventFilter, asked: number): Promise<boolean> {
    try {
      const page = await this.#fetch(from, filter)
      if (asked !== this.#asked) return false
      this.#generation = asked
      this.#busy = {}
      this.#filter = filter
      this.#events = merged([], page.events)
      this.#seams.clear()
      this.moreBefore = page.more_before
      this.moreAfter = page.more_after
      this.total = page.total
      this.shared = page.shared ?? null
      this.failure = null
      this.grew = false
      this.#show()
      this.opened = true
      return true
    } catch (error) {
      if (asked === this.#asked) this.failure = error
      return false
    } finally {
      if (asked === this.#asked) {
        this.#opening = null
        void this.#catchUp()
      }
    }
  }

  /** Waits for what is being opened, and says whether another part is shown since. */
  async #moved(): Promise<boolean> {
    const generation = this.#generation
    while (this.#opening) await this.#opening
    return generation !== this.#generation
  }

  /** Whether an event is in the loaded part. */
  has(seq: Seq): boolean {
    return this.#events.some((event) => event.seq === seq)
  }

  async before(): Promise<void> {
    if (this.#opening && (await this.#moved())) return
    const first = this.#events[0]
    if (!this.moreBefore || !first) return
    await this.#extend('before', `before:${first.seq}`)
  }

  async after(): Promise<void> {
    if (this.#opening && (await this.#moved())) return
    const last = this.#events[this.#events.length - 1]
    if (!this.moreAfter || !last) return
    await this.#extend('after', `after:${last.seq}`)
    await this.#catchUp()
  }

  /** Reads what was added at the end, if the end is loaded. */
  async grow(): Promise<void> {
    if (this.#opening || this.#busy.after) {
      this.#again = true
      return
    }
    if (!this.opened || this.moreAfter) return
    const last = this.#events[this.#events.length - 1]
    if (last) await this.#extend('after', `after:${last.seq}`, true)
    else await this.open('end')
    await this.#catchUp()
  }

  async #catchUp(): Promise<void> {
    if (!this.#again) return
    this.#again = false
    await this.grow()
  }

  #fetch(from: string, { kinds, file }: EventFilter): Promise<EventPage> {
    const query = { from, kinds: kindsParameter(kinds), file: file ?? undefined, limit: PAGE }
    return fetchEvents(this.session, query)
  }

  /** Whoever asks for what is being read already waits for it too: a loop over the pages must not spin. */
  #extend(side: Side, from: string, live = false): Promise<void> {
    return (this.#busy[side] ??= this.#read(side, from, live))
  }

  async #read(side: Side, from: string, live: boolean): Promise<void> {
    const generation = this.#generation
    try {
      const page = await this.#fetch(from, this.#filter)
      if (generation !== this.#generation) return
      const first = this.#events[0]
      if (side === 'before' && first) this.#seams.add(first.ordinal)
      this.#events = merged(this.#events, page.events)
      this.total = page.total
      this.shared = page.shared ?? null
      if (side === 'before') this.moreBefore = page.more_before
      else this.moreAfter = page.more_after
      this.#trim(side)
      this.grew = live
      if (page.events.length > 0) this.#show()
      this.failure = null
    } catch (error) {
      if (generation === this.#generation) this.failure = error
    } finally {
      if (generation === this.#generation) delete this.#busy[side]
    }
  }

  #trim(grownAt: Side): void {
    const extra = this.#events.length - MOST_EVENTS
    if (extra <= 0) return
    if (grownAt === 'before') {
      this.#events = this.#events.slice(0, MOST_EVENTS)
      this.moreAfter = true
    } else {
      this.#events = this.#events.slice(extra)
      this.moreBefore = true
    }
  }

  #show(): void {
    let made = blocks(this.#events, { moreBefore: this.moreBefore, seams: this.#seams })
    // Results of other tools come with those asked for.
    if (picks(this.#filter)) made = made.filter((block) => block.type !== 'result')
    const { file } = this.#filter
    if (file !== null) made = made.filter((block) => touches(block, file))
    this.blocks = keepSame(this.blocks, made)
    this.firstOwn = firstOwn(this.blocks, this.shared)
  }
}
