import { SvelteMap } from 'svelte/reactivity'
import * as api from '../api/owned'
import type { NewStart, OwnedView } from '../api/owned'
import type { SessionId, SessionView, TaskId, WorkspaceId } from '../api/types'
import { toasts } from '../state/toasts.svelte'

export const isOver = ({ state }: OwnedView): boolean =>
  state === 'ended' || state === 'interrupted' || state === 'failed'

/** Sessions that Callboard starts, from the moment that they are asked for. */
export class OwnedStore {
  all = new SvelteMap<number, OwnedView>()
  #awaited = new Map<number, (session: SessionId | null) => void>()
  /** Failures that were seen, and are not shown again. */
  #dismissed = new SvelteMap<number, true>()

  /** What was told while the list was on its way: it is newer. */
  #heard: Set<number> | null = null

  /** Reads the list, with the failures of late that a board leaves out. */
  async load(): Promise<void> {
    const heard = new Set<number>()
    this.#heard = heard
    try {
      const all = await api.fetchAllOwned()
      if (!Array.isArray(all)) return
      const told = new Set(all.map(({ id }) => id))
      for (const id of [...this.all.keys()]) if (!told.has(id) && !heard.has(id)) this.all.delete(id)
      for (const owned of all) if (!heard.has(owned.id)) this.all.set(owned.id, owned)
    } catch {
      // What is missing then is read with the next board, or told by the stream.
    } finally {
      if (this.#heard === heard) this.#heard = null
    }
  }

  /** Takes what an answer or the stream tells. */
  put(owned: OwnedView): void {
    this.#heard?.add(owned.id)
    this.all.set(owned.id, owned)
    if (owned.session === null && !isOver(owned)) return
    this.#awaited.get(owned.id)?.(owned.session)
    this.#awaited.delete(owned.id)
  }

  /** The session of one that was asked for, once it has one; `null` where it never gets one. */
  sessionOf(id: number): Promise<SessionId | null> {
    const known = this.all.get(id)
    if (known && (known.session !== null || isOver(known))) return Promise.resolve(known.session)
    return new Promise((tell) => this.#awaited.set(id, tell))
  }

  /** How a session is driven, by whichever was told last; `null` where it is not. */
  of(session: SessionView): OwnedView | null {
    const told = session.owned ?? null
    const all = [...this.all.values()].filter((owned) => owned.session === session.id)
    const own = all.sort((a, b) => b.id - a.id)[0] ?? null
    if (!told || !own) return told ?? own
    return told.id >= own.id ? told : own
  }

  /** What was asked for on a task and has no session to show it. */
  ofTask(task: TaskId): OwnedView[] {
    return [...this.all.values()].filter(
      (owned) =>
        owned.task === task &&
        owned.session === null &&
        (!isOver(owned) || (owned.state === 'failed' && !this.#dismissed.has(owned.id))),
    )
  }

  async start(workspace: WorkspaceId, start: NewStart): Promise<OwnedView[] | null> {
    try {
      const all = await api.startSessions(workspace, start)
      for (const owned of all) this.put(owned)
      return all
    } catch (error) {
      toasts.fail(error, 'Nothing was started.')
      return null
    }
  }

  /** Does something with a session, and says why it was not done. */
  async act(undone: string, send: () => Promise<OwnedView>): Promise<OwnedView | null> {
    try {
      const owned = await send()
      this.put(owned)
      return owned
    } catch (error) {
      toasts.fail(error, undone)
      return null
    }
  }

  dismiss(id: number): void {
    this.#dismissed.set(id, true)
  }
}

export const owned = new OwnedStore()
