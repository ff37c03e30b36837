import { getContext, setContext } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import { openPath } from '../api/endpoints'
import type { Event, SessionId, SessionView, TurnView } from '../api/types'
import { toasts } from '../state/toasts.svelte'
import { turnOf } from '../owned/turns'

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

  /** The prompts before which it can go back. */
  turns = $state.raw<TurnView[]>([])

  constructor(readonly session: SessionId) {}

  isOpen(key: string, byDefault: boolean): boolean {
    return this.folds.get(key) ?? byDefault
  }

  toggle(key: string, byDefault: boolean): void {
    this.folds.set(key, !this.isOpen(key, byDefault))
  }

  /** The turn that a prompt began, where the session can go back to before it. */
  turnOf(event: Event): TurnView | null {
    return event.kind === 'prompt' && event.author === 'user'
      ? turnOf(this.turns, event.text, event.at)
      : null
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
