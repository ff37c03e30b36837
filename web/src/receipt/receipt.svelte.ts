import { getContext, setContext } from 'svelte'
import { ApiError } from '../api/client'
import { fetchSession, fetchTask, openPath } from '../api/endpoints'
import {
  acceptCase,
  checkReceipt,
  fetchReceipt,
  fetchReceiptFile,
  takeBackAccept,
  type FileFormat,
} from '../api/receipts'
import { fetchReview } from '../api/review'
import type { ReceiptOf, ReceiptView } from '../api/types'
import { changes } from '../review/changes.svelte'
import { board } from '../state/board.svelte'
import { diffHref } from '../state/router.svelte'
import { toasts } from '../state/toasts.svelte'
import { wasRun } from './grid'
import type { Spot } from './types'

/** One receipt: read again when the stream says that it changed; what is shown stays meanwhile. */
export class OpenReceipt {
  view = $state.raw<ReceiptView | null>(null)
  failure = $state<unknown>(null)
  /** What is being done. */
  busy = $state<string | null>(null)
  /** The case that somebody is about to accept, and why. */
  accepting = $state<string | null>(null)
  reason = $state('')
  #reading = false
  #again = false

  constructor(readonly of: ReceiptOf) {}

  async load(): Promise<void> {
    if (this.#reading) {
      this.#again = true
      return
    }
    this.#reading = true
    try {
      do {
        this.#again = false
        this.view = await fetchReceipt(this.of)
      } while (this.#again)
      this.failure = null
    } catch (error) {
      // What is shown stays: the stream says when the daemon is back.
      if (!this.view || (error instanceof ApiError && error.status === 404)) this.failure = error
    } finally {
      this.#reading = false
    }
  }

  /** The open review that the work is in: its diff has the lines. */
  get review(): string | null {
    if (this.of.startsWith('R')) return this.of
    if (this.of.startsWith('T')) return changes.reviewsOf(this.of)[0] ?? null
    return changes.bySession(this.of)?.review ?? null
  }

  /** Where a place is in the review's diff; `null` where no review shows it. */
  diffOf({ path, line, is_gone }: Spot): string | null {
    const isIn = this.view?.work.files.some((file) => file.path === path || file.from === path)
    return this.review && isIn ? diffHref(this.review, path, is_gone ? null : (line ?? null)) : null
  }

  /** Opens a place in the user's editor. */
  async openSpot({ path, line, is_gone }: Spot): Promise<void> {
    const folder = this.view?.work.folder
    const session = this.view?.sessions[0]?.id
    try {
      await openPath(
        folder && !path.startsWith('/') ? `${folder}/${path}` : path,
        session,
        (is_gone ? null : line) ?? undefined,
      )
      toasts.say(`Opened ${path}${line && !is_gone ? `:${line}` : ''}.`)
    } catch (error) {
      toasts.fail(error, `${path} was not opened.`)
    }
  }

  /** Every check ran on what is there now: only running it again tells more. */
  get isWhole(): boolean {
    const { view } = this
    return view !== null && view.checks.length > 0 && view.stale === null && view.checks.every(wasRun)
  }

  /** Makes it anew and runs the checks of which nothing is known yet; all of them where it is whole. */
  async check(): Promise<void> {
    if (this.view?.goes_on) return
    const fresh = this.isWhole
    await this.#do('Starting…', 'The receipt is as it was.', () => checkReceipt(this.of, fresh))
  }

  /** Accepts the case whose form is open; what is typed stays where that fails. */
  async accept(): Promise<void> {
    const [key, reason] = [this.accepting, this.reason.trim()]
    if (!key || !reason) return
    const done = await this.#do('Accepting…', 'It is not accepted.', () =>
      acceptCase(this.of, { key, reason }),
    )
    if (done && this.accepting === key) this.ask(null)
  }

  /** Opens the form of a case, or closes it with `null`. */
  ask(key: string | null): void {
    if (this.accepting !== key) this.reason = ''
    this.accepting = key
  }

  takeBack = (key: string): Promise<boolean> =>
    this.#do('Taking back…', 'It is still accepted.', () => takeBackAccept(this.of, key))

  async copy(as: FileFormat): Promise<void> {
    const word = { md: 'Markdown', html: 'HTML', json: 'JSON' }[as]
    try {
      const text = await fetchReceiptFile(this.of, as)
      await navigator.clipboard.writeText(text)
      toasts.say(`The receipt is copied, as ${word}.`)
    } catch (error) {
      if (error instanceof ApiError) toasts.fail(error, 'Nothing was copied.')
      else toasts.say(`Copy it by hand: \`callboard receipt ${this.of} --${as}\``)
    }
  }

  async #do(what: string, undone: string, run: () => Promise<ReceiptView>): Promise<boolean> {
    if (this.busy) return false
    this.busy = what
    try {
      this.view = await run()
      this.failure = null
      return true
    } catch (error) {
      toasts.fail(error, undone)
      return false
    } finally {
      this.busy = null
    }
  }
}

/** Shows the workspace of what a receipt is of: its stream tells of changes. */
export async function showWorkspaceOf(of: ReceiptOf): Promise<void> {
  if (board.tasks.has(of) || board.sessions.has(of)) return
  try {
    const workspace = of.startsWith('T')
      ? (await fetchTask(of)).task.workspace
      : of.startsWith('R')
        ? (await fetchReview(of)).workspace
        : (await fetchSession(of)).session.workspace
    if (workspace && workspace !== board.workspace?.id) await board.show(workspace)
  } catch {
    // The receipt itself says what is wrong.
  }
}

const KEY = Symbol('receipt')
export const provideReceipt = (receipt: () => OpenReceipt): void => void setContext(KEY, receipt)
export const useReceipt = (): OpenReceipt => getContext<() => OpenReceipt>(KEY)()
