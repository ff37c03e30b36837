import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { fetchSession, fetchSessions } from '../api/endpoints'
import type { SessionId, SessionView, WorkspaceId } from '../api/types'
import { board } from '../state/board.svelte'
import { byUrgency, isLive, type Placed } from '../state/order'
import { dayGroup } from '../text/time'
import { STATE_WORD } from '../text/words'

export interface Filter {
  state: string
  agent: string
  task: string
  q: string
}

export type ListRow =
  | { type: 'group'; key: string; label: string }
  | { type: 'session'; key: string; view: SessionView; child: boolean }

const PAGE = 200

/** The daemon's own rule: each word stands somewhere in these fields, or is the session's short id. */
function hasWords(view: SessionView, words: string): boolean {
  const { title, goal, activity, branch, cwd, agent_session_id } = view
  const place = [title, goal, activity, branch, cwd, agent_session_id].join('\n').toLowerCase()
  const id = view.id.toLowerCase()
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return wanted.every((word) => word === id || place.includes(word))
}

/** Whether a row that the stream told of belongs to what is asked for; the daemon decides for the others. */
export function fits(view: SessionView, filter: Filter): boolean {
  return (
    (!filter.state || view.state === filter.state) &&
    (!filter.agent || view.agent === filter.agent) &&
    (!filter.task || view.task === filter.task) &&
    hasWords(view, filter.q)
  )
}

/** A workspace's sessions as far as they are loaded, joined with what the stream tells. */
export class SessionList {
  total = $state(0)
  loaded = $state(false)
  failure = $state<unknown>(null)
  unfolded = new SvelteSet<SessionId>()
  children = new SvelteMap<SessionId, SessionView[]>()
  filter = $state.raw<Filter>({ state: '', agent: '', task: '', q: '' })
  #workspace: WorkspaceId = ''
  #pages = $state.raw<Placed[]>([])
  /** Where the daemon goes on, in words of its own. */
  #next = $state<string | null>(null)
  #busy = false
  #abort = new AbortController()

  /** The oldest time up to which the list is complete. */
  #until: string = $derived(this.#next === null ? '' : (this.#pages[this.#pages.length - 1]?.placedAt ?? '~'))

  sorted: Placed[] = $derived.by(() => {
    const rows = new Map<SessionId, Placed>()
    for (const row of this.#pages) rows.set(row.view.id, row)
    for (const [id, row] of board.sessions) {
      const known = rows.has(id)
      const recent = row.placedAt >= this.#until || isLive(row.view.state)
      if (known || (row.view.parent === null && recent && fits(row.view, this.filter))) rows.set(id, row)
    }
    return [...rows.values()].filter(({ view }) => fits(view, { ...this.filter, q: '' })).sort(byUrgency)
  })

  get more(): boolean {
    return this.#next !== null
  }

  /** Begins anew with other filters. */
  async open(workspace: WorkspaceId, filter: Filter): Promise<void> {
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#workspace = workspace
    // The list as it is ends here: its rest would be put behind the other one.
    this.#busy = true
    const { signal } = this.#abort
    try {
      const page = await this.#fetch(filter, undefined, signal)
      this.filter = filter
      this.#pages = page.sessions.map(placed)
      this.#next = page.next
      this.total = page.total
      this.failure = null
      this.loaded = true
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (!signal.aborted) this.#busy = false
    }
  }

  async extend(): Promise<void> {
    if (this.#next === null || this.#busy) return
    this.#busy = true
    const { signal } = this.#abort
    try {
      const page = await this.#fetch(this.filter, this.#next, signal)
      this.#pages = [...this.#pages, ...page.sessions.map(placed)]
      this.#next = page.next
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (!signal.aborted) this.#busy = false
    }
  }

  async toggle(id: SessionId): Promise<void> {
    if (this.unfolded.delete(id)) return
    this.unfolded.add(id)
    if (!this.children.has(id)) {
      const detail = await fetchSession(id).catch(() => null)
      this.children.set(id, detail?.children ?? [])
    }
  }

  /** The list with its headings and with the children of what is unfolded. */
  rows(now: number): ListRow[] {
    const made: ListRow[] = []
    let group = ''
    for (const { view, placedAt } of this.sorted) {
      const label = isLive(view.state) ? capital(STATE_WORD[view.state]) : dayGroup(placedAt || null, now)
      if (label !== group) made.push({ type: 'group', key: `group ${label}`, label })
      group = label
      made.push({ type: 'session', key: view.id, view, child: false })
      if (!this.unfolded.has(view.id)) continue
      for (const child of this.children.get(view.id) ?? []) {
        const fresh = board.sessions.get(child.id)?.view ?? child
        made.push({ type: 'session', key: child.id, view: fresh, child: true })
      }
    }
    return made
  }

  #fetch(filter: Filter, before: string | undefined, signal: AbortSignal) {
    return fetchSessions(
      { ...filter, workspace: this.#workspace, parents_only: true, before, limit: PAGE },
      signal,
    )
  }
}

const placed = (view: SessionView): Placed => ({ view, placedAt: view.updated_at ?? view.started_at ?? '' })
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
