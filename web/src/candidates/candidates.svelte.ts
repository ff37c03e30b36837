import {
  acceptCandidate,
  dismissCandidate,
  fetchCandidates,
  reopenCandidate,
  type CandidatesOf,
} from '../api/candidates'
import { removeNote } from '../api/notes'
import type { Candidate, CandidateFrom } from '../api/types'
import { toasts } from '../state/toasts.svelte'

/** A session that works tells much at once. */
const AGAIN_MS = 250

/** What a candidate is taken from, as it is told. */
export const FROM_WORD: Record<CandidateFrom, string> = {
  answered: 'you answered',
  approved: 'you approved',
  rejected: 'you rejected',
  refused: 'you refused',
  corrected: 'you corrected',
  summarised: 'its summary',
  said: 'it was said',
}

/** What is left of a text where only its words count: no marks of code, no mark of what was ruled out. */
const bare = (text: string): string =>
  text
    .replace(/^not: /i, '')
    .replaceAll('`', '')
    .trim()

/** What a candidate says, and what it rules out besides; one that only rules something out says that once. */
export function saysOf(one: Candidate): { title: string; not: string | null } {
  const what = one.ruled_out[0]?.what ?? null
  if (what === null) return { title: one.title, not: null }
  if (bare(what) === bare(one.title)) return { title: `Ruled out: ${what}`, not: null }
  return { title: one.title, not: what }
}

/** The candidates of a session, or of a workspace, newest first. */
export class Candidates {
  list = $state.raw<Candidate[]>([])
  more = $state(false)
  loaded = $state(false)
  failure = $state<unknown>(null)
  #asked = 0
  #again: ReturnType<typeof setTimeout> | undefined
  /** Settled here, each with the last question that was asked before that was known; `null` until it is. */
  #settled = new Map<string, number | null>()

  constructor(readonly of: CandidatesOf) {}

  async load(): Promise<void> {
    const asked = ++this.#asked
    try {
      const { candidates, more } = await fetchCandidates(this.of)
      if (asked !== this.#asked) return
      // An answer from before it was settled has it still.
      this.list = candidates.filter(({ handle }) => {
        const before = this.#settled.get(handle)
        return before === undefined || (before !== null && before < asked)
      })
      this.more = more
      this.loaded = true
      this.failure = null
    } catch (error) {
      if (asked === this.#asked && !this.loaded) this.failure = error
    }
  }

  loadSoon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined
      void this.load()
    }, AGAIN_MS)
  }

  close(): void {
    clearTimeout(this.#again)
    this.#asked += 1
  }

  /** Writes it down as it is. */
  async accept(one: Candidate): Promise<void> {
    this.#take(one)
    try {
      const made = await acceptCandidate({ session: one.session, key: one.key })
      this.#settled.set(one.handle, this.#asked)
      toasts.say(`${made.id ?? made.title} is written down.`, {
        label: 'Undo',
        run: () => void this.#takeBack(one, () => removeNote(made.workspace, made.path)),
      })
    } catch (error) {
      this.#give(one)
      toasts.fail(error, 'It was not written down.')
    }
  }

  async dismiss(one: Candidate): Promise<void> {
    this.#take(one)
    try {
      await dismissCandidate(one)
      this.#settled.set(one.handle, this.#asked)
      toasts.say('Dismissed.', { label: 'Undo', run: () => void this.#takeBack(one) })
    } catch (error) {
      this.#give(one)
      toasts.fail(error, 'It was not dismissed.')
    }
  }

  async #takeBack(one: Candidate, before?: () => Promise<void>): Promise<void> {
    try {
      await before?.()
      await reopenCandidate(one)
      this.#give(one)
    } catch (error) {
      toasts.fail(error, 'It was not taken back.')
    }
  }

  /** It goes at once. */
  #take(one: Candidate): void {
    this.#settled.set(one.handle, null)
    this.list = this.list.filter(({ handle }) => handle !== one.handle)
  }

  #give(one: Candidate): void {
    this.#settled.delete(one.handle)
    void this.load()
  }
}
