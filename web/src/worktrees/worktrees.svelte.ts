import { ApiError } from '../api/client'
import {
  adoptWorktree,
  collectWorktrees,
  fetchWorktrees,
  removeWorktree,
  restoreWorktree,
  serveWorktree,
  setUpWorktree,
} from '../api/endpoints'
import type { CollectProposal, SetupStep, WorkspaceId, WorktreeState, WorktreeView } from '../api/types'
import { toasts } from '../state/toasts.svelte'
import { bytes, counted } from '../text/numbers'

export interface Trouble {
  text: string
  hint: string | null
  /** It can be removed all the same, without what is too large to be kept. */
  anyway: boolean
}

const SETUP_DOES: Record<SetupStep, string> = {
  again: 'Setting it up again…',
  revert: 'Keeping and reverting…',
  ignore: 'Ignoring…',
}
const SETUP_DID = { revert: 'reverted', ignore: 'left out of status and commits' }

/** What is worked in comes first, what is gone last. */
const ORDER: WorktreeState[] = ['missing', 'preparing', 'ready', 'parked', 'external', 'pooled', 'removed']

export const keyOf = ({ id, path }: WorktreeView): string => (id === null ? path : String(id))

export function inOrder(all: readonly WorktreeView[]): WorktreeView[] {
  const rank = ({ state }: WorktreeView): number => ORDER.indexOf(state)
  return [...all].sort(
    (a, b) =>
      Number(b.running.length > 0) - Number(a.running.length > 0) ||
      rank(a) - rank(b) ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  )
}

/** The worktrees of a workspace. */
export class Worktrees {
  all = $state.raw<WorktreeView[]>([])
  loaded = $state(false)
  failure = $state<unknown>(null)
  removed = $state(false)
  /** What is being done, by worktree. */
  busy = $state<Record<string, string>>({})
  troubles = $state<Record<string, Trouble>>({})
  /** What may go; `null` if it was not asked. */
  proposals = $state.raw<CollectProposal[] | null>(null)
  rows: WorktreeView[] = $derived(
    inOrder(this.all.filter(({ state }) => this.removed || state !== 'removed')),
  )
  total = $derived(
    this.rows.reduce((sum, { disk, state }) => sum + (state === 'removed' ? 0 : (disk?.bytes ?? 0)), 0),
  )

  constructor(readonly workspace: WorkspaceId) {}

  async load(): Promise<void> {
    try {
      this.all = await fetchWorktrees(this.workspace, this.removed)
      this.loaded = true
      this.failure = null
    } catch (error) {
      this.failure = error
    }
  }

  /** What the stream tells leaves out what git takes a while to tell: that stays as it was last known. */
  hear(next: WorktreeView): void {
    const known = this.all.find((other) => keyOf(other) === keyOf(next) || other.path === next.path)
    const whole = known
      ? {
          ...next,
          dirty: next.dirty ?? known.dirty,
          unpushed: next.unpushed ?? known.unpushed,
          disk: next.disk ?? known.disk,
        }
      : next
    this.all = [...this.all.filter((other) => other !== known), whole]
  }

  adopt = (worktree: WorktreeView): Promise<void> =>
    this.#do(worktree, 'Adopting…', async () => {
      this.hear(await adoptWorktree(worktree))
      toasts.say(`${worktree.name} is looked after from now on.`)
    })

  remove = (worktree: WorktreeView, anyway = false): Promise<void> =>
    this.#do(worktree, 'Keeping what it holds, and removing it…', async () => {
      const { worktree: left, kept, left_out } = await removeWorktree(worktree, anyway)
      this.hear(left)
      const without = left_out.length > 0 ? ` Not kept: ${left_out.slice(0, 3).join(', ')}.` : ''
      toasts.say(`${worktree.name} removed; what it held is kept as \`${kept}\`.${without}`, {
        label: 'Restore',
        run: () => void this.restore(left),
      })
    })

  restore = (worktree: WorktreeView): Promise<void> =>
    this.#do(worktree, 'Bringing it back…', async () => {
      this.hear(await restoreWorktree(worktree))
      toasts.say(`${worktree.name} is back, as it was.`)
    })

  serve = (worktree: WorktreeView, stop: boolean): Promise<void> =>
    this.#do(worktree, stop ? 'Stopping its server…' : 'Starting its server…', async () => {
      const { worktree: served, answers } = await serveWorktree(worktree, stop)
      this.hear(served)
      const running = answers ? `answers at ${served.url}` : 'is started; nothing answers at its address yet'
      toasts.say(`The server of ${served.name} ${stop ? 'is stopped' : running}.`)
    })

  setUp = (worktree: WorktreeView, step: SetupStep): Promise<void> =>
    this.#do(worktree, SETUP_DOES[step], async () => {
      const { worktree: set, done, left, kept } = await setUpWorktree(worktree, step)
      this.hear(set)
      const more =
        left.length > 0 ? ` ${counted(left.length, 'file')} changed since then stayed as they are.` : ''
      const safe = kept ? ` What they were is kept as \`${kept}\`.` : ''
      if (step === 'again') toasts.say(`The setup of ${set.name} runs again.`)
      else toasts.say(`${counted(done.length, 'file')} ${SETUP_DID[step]}.${safe}${more}`)
      // What is not committed changed with it.
      void this.load()
    })

  async propose(): Promise<void> {
    try {
      const { worktrees } = await collectWorktrees(this.workspace, { dry_run: true })
      this.proposals = worktrees
    } catch (error) {
      toasts.fail(error)
    }
  }

  async collect(names: string[]): Promise<void> {
    try {
      const { worktrees, freed } = await collectWorktrees(this.workspace, { dry_run: false, names })
      const gone = worktrees.filter(({ removed }) => removed !== null)
      toasts.say(`${gone.length} removed and kept${freed > 0 ? `, ${bytes(freed)} freed` : ''}.`)
      this.proposals = null
      await this.load()
    } catch (error) {
      toasts.fail(error, 'Nothing more was removed.')
    }
  }

  async #do(worktree: WorktreeView, what: string, run: () => Promise<void>): Promise<void> {
    const key = keyOf(worktree)
    if (this.busy[key]) return
    this.busy[key] = what
    delete this.troubles[key]
    try {
      await run()
    } catch (error) {
      const hint = error instanceof ApiError ? error.hint : null
      this.troubles[key] = {
        text: error instanceof Error ? error.message : String(error),
        hint,
        anyway: hint?.includes('--yes') ?? false,
      }
    } finally {
      delete this.busy[key]
    }
  }
}
