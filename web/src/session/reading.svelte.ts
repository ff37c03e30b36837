import { getContext, setContext } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import { openPath } from '../api/endpoints'
import type { SessionId, SessionView } from '../api/types'
import { toasts } from '../state/toasts.svelte'

/** What every part of one open transcript shares. */
export class Reading {
  /** What was folded out or in by hand; rows out of sight are not on the page to remember it. */
  readonly folds = new SvelteMap<string, boolean>()
  children = $state.raw<SessionView[]>([])
  cwd = $state<string | null>(null)
  /** The session may still answer: what has no result yet may get one. */
  live = $state(false)
  /** The session waits for its user now. */
  waiting = $state(false)
  /** What it asks can be answered here. */
  answerable = $state(false)

  constructor(readonly session: SessionId) {}

  isOpen(key: string, byDefault: boolean): boolean {
    return this.folds.get(key) ?? byDefault
  }

  toggle(key: string, byDefault: boolean): void {
    this.folds.set(key, !this.isOpen(key, byDefault))
  }

  /** Opens a path in the user's editor, as the session names it. */
  async openPath(path: string, line?: number | null): Promise<void> {
    try {
      await openPath(path, this.session, line ?? undefined)
      toasts.say(`Opened ${path}${line ? `:${line}` : ''}.`)
    } catch (error) {
      toasts.fail(error, `${path} was not opened.`)
    }
  }
}

const KEY = Symbol('reading')
export const provideReading = (reading: () => Reading): void => void setContext(KEY, reading)
export const useReading = (): Reading => getContext<() => Reading>(KEY)()
