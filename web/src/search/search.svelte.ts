import { fetchSearch } from '../api/endpoints'
import type { SearchResults, WorkspaceId } from '../api/types'

/** Long enough not to search for every letter, short enough not to be felt. */
const DEBOUNCE_MS = 60

/** A search as it is typed: only the answer to what was typed last is shown. */
export class Search {
  query = $state('')
  results = $state.raw<SearchResults | null>(null)
  /** The query that the results are for. */
  answered = $state('')
  failure = $state<unknown>(null)
  everywhere = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort: AbortController | null = null

  constructor(readonly workspace: () => WorkspaceId | undefined) {}

  type(query: string): void {
    this.query = query
    clearTimeout(this.#timer)
    this.#abort?.abort()
    if (query.trim() === '') {
      this.results = null
      this.answered = ''
      this.failure = null
      return
    }
    this.#timer = setTimeout(() => void this.#ask(), DEBOUNCE_MS)
  }

  setEverywhere(everywhere: boolean): void {
    this.everywhere = everywhere
    this.type(this.query)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#abort?.abort()
  }

  async #ask(): Promise<void> {
    const abort = new AbortController()
    this.#abort = abort
    const q = this.query.trim()
    try {
      const workspace = this.everywhere ? undefined : this.workspace()
      const results = await fetchSearch({ q, workspace, limit: 20 }, abort.signal)
      if (abort.signal.aborted) return
      this.results = results
      this.answered = q
      this.failure = null
    } catch (error) {
      if (!abort.signal.aborted) this.failure = error
    }
  }
}
