import { SvelteMap } from 'svelte/reactivity'
import { fetchDiff } from '../api/review'
import type { FileDiffView, ReviewId } from '../api/types'
import type { GapRow, Shown } from './rows'

/** What part of a file's difference is wanted. */
export interface Want {
  path: string
  /** Only this member's part. */
  member: number | null
  /** What the file held when it was asked for. */
  digest: string
  ignoreSpace: boolean
  /** What differs between two trees, and not from the base. */
  trees: readonly [string, string] | null
}

/** A difference, as far as it was read. */
export interface Held {
  diff: FileDiffView | null
  digest: string
  failure: unknown
  /** Lines around its hunks that were read, as they are now, by number. */
  around: ReadonlyMap<number, string>
  shown: ReadonlyMap<number, Shown>
}

/** So many are read at once. */
const AT_ONCE = 4
/** Lines that are shown at once of those between two hunks. */
export const STEP = 20
/** Lines around a hunk that a reader may ask for; more is what an editor is for. */
const MOST_AROUND = 5000
/** Pages of hunks that are read to find the lines around one. */
const MOST_PAGES = 50

const NO_LINES: ReadonlyMap<number, string> = new Map()
const NO_GAPS: ReadonlyMap<number, Shown> = new Map()

export const keyOf = ({ path, member, ignoreSpace, trees }: Want): string =>
  [path, member ?? '', ignoreSpace ? 'w' : '', trees?.join('..') ?? ''].join('\n')

/** The differences of one review, read as their files come near. */
export class Diffs {
  #held = new SvelteMap<string, Held>()
  #queue = new Map<string, Want>()
  #busy = new Set<string>()

  constructor(readonly review: ReviewId) {}

  of(want: Want): Held | undefined {
    return this.#held.get(keyOf(want))
  }

  /**
   * Reads it, unless it was read as it is now; those that were asked for last are read first. One that could not be
   * read is tried again only when it changes, or by `retry`.
   */
  ask(want: Want): void {
    const key = keyOf(want)
    const held = this.#held.get(key)
    if (held?.digest === want.digest) return
    if (this.#busy.has(key)) return
    this.#queue.delete(key)
    this.#queue.set(key, want)
    this.#pump()
  }

  /** Tries one again that could not be read. */
  retry(want: Want): void {
    this.#held.delete(keyOf(want))
    this.ask(want)
  }

  /** Reads the hunks that follow. */
  async more(want: Want): Promise<void> {
    const key = keyOf(want)
    const held = this.#held.get(key)
    if (!held?.diff || held.failure || held.diff.more === 0 || this.#busy.has(key)) return
    this.#busy.add(key)
    try {
      const next = await this.#fetch(want, { after: held.diff.hunks.length - 1 })
      const hunks = [...held.diff.hunks, ...next.hunks]
      const same = this.#held.get(key) === held
      if (same) this.#held.set(key, { ...held, diff: { ...held.diff, hunks, more: next.more } })
    } catch (failure) {
      this.#held.set(key, { ...held, failure })
    } finally {
      this.#busy.delete(key)
    }
  }

  /** Shows more of a gap, from its beginning, its end, or all of it. */
  async show(
    want: Want,
    gap: Pick<GapRow, 'begins' | 'from' | 'to'>,
    which: 'head' | 'tail' | 'all',
  ): Promise<void> {
    const key = keyOf(want)
    const held = this.#held.get(key)
    if (!held?.diff) return
    const before = held.shown.get(gap.begins) ?? { head: 0, tail: 0 }
    const hidden = gap.to - gap.from + 1
    const wanted = {
      head: before.head + (which === 'head' ? STEP : which === 'all' ? hidden : 0),
      tail: before.tail + (which === 'tail' ? STEP : 0),
    }
    const reach = Math.min(MOST_AROUND, Math.max(wanted.head, wanted.tail) + STEP)
    const around = new Map(held.around)
    const asked =
      which === 'head'
        ? { from: gap.from, to: Math.min(gap.to, gap.from + STEP - 1) }
        : which === 'tail'
          ? { from: Math.max(gap.from, gap.to - STEP + 1), to: gap.to }
          : gap
    if (!hasAll(around, asked)) await this.#readAround(want, reach, around, gap.to)
    const now = this.#held.get(key)
    if (now?.diff) this.#held.set(key, { ...now, around, shown: new Map(now.shown).set(gap.begins, wanted) })
  }

  async #readAround(want: Want, context: number, around: Map<number, string>, until: number): Promise<void> {
    let after: number | undefined
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { hunks, more } = await this.#fetch(want, { context, after })
      for (const hunk of hunks) {
        let line = hunk.new_start
        for (const text of hunk.lines) {
          if (text[0] === ' ') around.set(line, text.slice(1))
          if (text[0] === ' ' || text[0] === '+') line += 1
        }
        if (line > until) return
      }
      if (more === 0) return
      after = (after ?? -1) + hunks.length
    }
  }

  #fetch(want: Want, how: { after?: number; context?: number }): Promise<FileDiffView> {
    const { path, member, ignoreSpace, trees } = want
    return fetchDiff(this.review, {
      path,
      member: member ?? undefined,
      whitespace: ignoreSpace ? 'ignore' : undefined,
      from_tree: trees?.[0],
      to_tree: trees?.[1],
      ...how,
    })
  }

  #pump(): void {
    while (this.#busy.size < AT_ONCE && this.#queue.size > 0) {
      const last = [...this.#queue].at(-1)
      if (!last) return
      this.#queue.delete(last[0])
      void this.#load(...last)
    }
  }

  async #load(key: string, want: Want): Promise<void> {
    this.#busy.add(key)
    const before = this.#held.get(key)
    try {
      const diff = await this.#fetch(want, {})
      // What was shown of the gaps is of the file as it was.
      this.#held.set(key, { diff, digest: want.digest, failure: null, around: NO_LINES, shown: NO_GAPS })
    } catch (failure) {
      const diff = before?.diff ?? null
      this.#held.set(key, { diff, digest: want.digest, failure, around: NO_LINES, shown: NO_GAPS })
    } finally {
      this.#busy.delete(key)
      this.#pump()
    }
  }
}

function hasAll(around: ReadonlyMap<number, string>, { from, to }: { from: number; to: number }): boolean {
  for (let line = from; line <= to; line += 1) if (!around.has(line)) return false
  return true
}
