import { postLook } from '../api/endpoints'
import { board } from '../state/board.svelte'

/** Away for less than this, nothing has to be told. */
const AWAY_MS = 20 * 60_000

/** When the user was away, so that what happened meanwhile can be told. */
class Look {
  /** Since when what happened is news; `null` when nothing has to be told. */
  since = $state<string | null>(null)
  #hiddenAt: number | null = null
  #started = ''

  /** Takes the board's own memory of the last look, and watches the page from now on. */
  watch(): () => void {
    const workspace = board.workspace?.id
    if (workspace && workspace !== this.#started) {
      this.#started = workspace
      const last = board.lastLook
      this.since = last && Date.now() - Date.parse(last) >= AWAY_MS ? last : null
    }
    const change = () => {
      if (document.hidden) this.#leave()
      else this.#return()
    }
    document.addEventListener('visibilitychange', change)
    return () => document.removeEventListener('visibilitychange', change)
  }

  /** The user has seen what happened. */
  seen(): void {
    this.since = null
    if (board.workspace) postLook(board.workspace.id).catch(() => {})
  }

  #leave(): void {
    this.#hiddenAt = Date.now()
    // What has not been looked at yet is still news after the next return.
    if (board.workspace && this.since === null) postLook(board.workspace.id).catch(() => {})
  }

  #return(): void {
    const left = this.#hiddenAt
    this.#hiddenAt = null
    if (left !== null && this.since === null && Date.now() - left >= AWAY_MS) {
      this.since = new Date(left).toISOString()
    }
  }
}

export const look = new Look()
