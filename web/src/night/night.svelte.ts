import { beginNight, endNight, fetchNight } from '../api/night'
import type { NewNight, NightTaskView, NightView, WorkspaceId } from '../api/types'
import { calls } from '../calls/calls.svelte'
import { toasts } from '../state/toasts.svelte'

/** Whether a task was parked with a question that nobody has answered since. */
export const asksStill = ({ outcome, call }: NightTaskView): boolean =>
  outcome === 'parked' && calls.open.some(({ id }) => id === call)

/** Many sessions change at once: the night is read once for them. */
const TOGETHER_MS = 400

/** The night that goes on in a workspace, else the last one. */
export class Night {
  night = $state.raw<NightView | null>(null)
  loaded = $state(false)
  failure = $state<unknown>(null)
  busy = $state(false)
  /** It was told to end, and waits for what is worked on. */
  ending = $state(false)
  goesOn = $derived(this.night !== null && this.night.ended_at === null)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(readonly workspace: WorkspaceId) {}

  async load(): Promise<void> {
    try {
      this.night = await fetchNight(this.workspace)
      this.loaded = true
      this.failure = null
    } catch (error) {
      this.failure = error
    }
  }

  /** What it works on changed. */
  refresh(): void {
    if (!this.goesOn) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.load()
    }, TOGETHER_MS)
  }

  begin = (night: NewNight): Promise<boolean> =>
    this.#do('No night was begun.', async () => {
      this.night = await beginNight(this.workspace, night)
      this.ending = false
    })

  end = (): Promise<boolean> =>
    this.#do('The night goes on.', async () => {
      if (!this.night) return
      this.night = await endNight(this.night.id)
      this.ending = this.night.ended_at === null
    })

  close(): void {
    clearTimeout(this.#timer)
  }

  async #do(undone: string, run: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    try {
      await run()
      return true
    } catch (error) {
      toasts.fail(error, undone)
      return false
    } finally {
      this.busy = false
    }
  }
}
