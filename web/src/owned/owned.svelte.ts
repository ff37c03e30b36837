import { SvelteMap } from 'svelte/reactivity'
import * as api from '../api/owned'
import type { NewStart, OwnedView } from '../api/owned'
import type { SessionView, TaskId, WorkspaceId } from '../api/types'
import { toasts } from '../state/toasts.svelte'

/** One that has no session yet is announced nowhere: it is asked for, only while there is one. */
const LOOK_MS = 1500

export const isOver = ({ state }: OwnedView): boolean =>
  state === 'ended' || state === 'interrupted' || state === 'failed'

/** Sessions that Callboard starts, from the moment that they are asked for. */
export class OwnedStore {
  all = new SvelteMap<number, OwnedView>()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Failures that were seen, and are not shown again. */
  #dismissed = new SvelteMap<number, true>()

  async load(): Promise<void> {
    try {
      const all = await api.fetchAllOwned()
      if (!Array.isArray(all)) return
      // What was asked for while this was on its way is newer than all that it tells.
      const newest = Math.max(0, ...all.map(({ id }) => id))
      const told = new Set(all.map(({ id }) => id))
      for (const id of [...this.all.keys()]) if (id <= newest && !told.has(id)) this.all.delete(id)
      for (const owned of all) this.put(owned)
    } catch {
      // What is missing then is read with the next board, or with its session's row.
    }
  }

  put(owned: OwnedView): void {
    this.all.set(owned.id, owned)
    this.#lookSoon()
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

  #lookSoon(): void {
    const waits = [...this.all.values()].some((owned) => owned.session === null && !isOver(owned))
    if (!waits) return
    this.#timer ??= setTimeout(() => void this.#look(), LOOK_MS)
  }

  async #look(): Promise<void> {
    const open = [...this.all.values()].filter((owned) => owned.session === null && !isOver(owned))
    const read = await Promise.allSettled(open.map(({ id }) => api.fetchOwned(id)))
    this.#timer = undefined
    for (const one of read) if (one.status === 'fulfilled') this.put(one.value)
    this.#lookSoon()
  }
}

export const owned = new OwnedStore()
