import * as api from '../api/review'
import type { ReviewList, ReviewProposal, ReviewView, WorkspaceId } from '../api/types'
import { toasts } from '../state/toasts.svelte'

const NOTHING: ReviewList = { reviews: [], proposals: [], others: [] }

/** The reviews of a workspace, and what could be one. */
export class Reviews {
  list = $state.raw<ReviewList>(NOTHING)
  loaded = $state(false)
  failure = $state<unknown>(null)
  busy = $state<string | null>(null)
  /** Members that were taken out of a proposal, by the proposal's key. */
  #split = $state.raw<ReadonlyMap<string, ReadonlySet<string>>>(new Map())
  #again: ReturnType<typeof setTimeout> | undefined

  readonly open = $derived.by(() =>
    this.list.reviews.filter(({ state }) => state === 'open' || state === 'landing'),
  )
  readonly over = $derived.by(() =>
    this.list.reviews.filter(({ state }) => state === 'landed' || state === 'dropped'),
  )

  constructor(readonly workspace: WorkspaceId) {}

  async load(): Promise<void> {
    try {
      this.list = await api.fetchReviews(this.workspace)
      this.loaded = true
      this.failure = null
    } catch (error) {
      if (!this.loaded) this.failure = error
    }
  }

  /** Many changes are one reading. */
  loadSoon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined
      void this.load()
    }, 100)
  }

  /** A proposal's members without those that were split off. */
  membersOf(proposal: ReviewProposal): ReviewProposal['members'] {
    const off = this.#split.get(keyOf(proposal))
    return proposal.members.filter(({ key }) => !off?.has(key))
  }

  /** Takes a member out of a proposal, or puts it back. */
  split(proposal: ReviewProposal, member: string): void {
    const key = keyOf(proposal)
    const off = new Set(this.#split.get(key))
    if (!off.delete(member)) off.add(member)
    this.#split = new Map(this.#split).set(key, off)
  }

  async openReview(members: string[], title: string | null): Promise<ReviewView | null> {
    if (this.busy) return null
    this.busy = 'Opening…'
    try {
      return await api.openReview(this.workspace, { members, title })
    } catch (error) {
      toasts.fail(error, 'No review was opened.')
      return null
    } finally {
      this.busy = null
    }
  }
}

export const keyOf = ({ members }: ReviewProposal): string => members.map(({ key }) => key).join('\n')
