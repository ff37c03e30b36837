import { fetchChangesets, fetchPairs } from '../api/review'
import type {
  ChangesetRef,
  ChangesetView,
  PairView,
  PullRequestView,
  ReviewId,
  SessionId,
  TaskId,
  WorkspaceId,
} from '../api/types'
import { gist } from './between'

/** Changes come in bursts while agents write: they are read at most so often. */
const READ_MS = 1000

/** What a task or a session meets: another changeset, with what is between them. */
export interface Meeting {
  /** The other one: `T14`. */
  name: string
  conflict: boolean
  /** In words. */
  reason: string
  pair: PairView
}

/** The live changesets of the workspace that is shown, and what is between them. */
class Changes {
  changesets = $state.raw<ChangesetView[]>([])
  pairs = $state.raw<PairView[]>([])
  #workspace: WorkspaceId | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  #pulls = $derived.by(() => {
    const all = new Map<TaskId, PullRequestView[]>()
    for (const { task, pull_request: pull } of this.changesets) {
      if (!task || !pull) continue
      const known = all.get(task) ?? []
      // Several changesets may have gone out as one.
      if (!known.some(({ url }) => url === pull.url)) all.set(task, [...known, pull])
    }
    return all
  })
  #byTask = $derived.by(() => this.#meetings((of) => (of.task ? [of.task] : [])))
  #bySession = $derived.by(() => this.#meetings((of) => of.sessions))

  ofTask = (id: TaskId): Meeting[] => this.#byTask.get(id) ?? []
  ofSession = (id: SessionId): Meeting[] => this.#bySession.get(id) ?? []
  /** The pull requests of what is changed for a task. */
  pullsOf = (id: TaskId): PullRequestView[] => this.#pulls.get(id) ?? []
  /** The open reviews that what is changed for a task is in. */
  reviewsOf = (id: TaskId): ReviewId[] => [
    ...new Set(this.changesets.flatMap(({ task, review }) => (task === id && review ? [review] : []))),
  ]
  /** What a session changes; the changeset is its worktree's where it has one of its own. */
  bySession = (id: SessionId): ChangesetView | null =>
    this.changesets.find(({ sessions }) => sessions.includes(id)) ?? null

  async load(workspace: WorkspaceId): Promise<void> {
    if (this.#workspace !== workspace) {
      this.changesets = []
      this.pairs = []
    }
    this.#workspace = workspace
    try {
      const [changesets, { pairs }] = await Promise.all([fetchChangesets(workspace), fetchPairs(workspace)])
      if (this.#workspace !== workspace) return
      this.changesets = changesets
      this.pairs = pairs
    } catch {
      // The board stands without it; the stream tells when to read again.
    }
  }

  readSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      if (this.#workspace) void this.load(this.#workspace)
    }, READ_MS)
  }

  #meetings(idsOf: (of: ChangesetRef) => readonly string[]): Map<string, Meeting[]> {
    const all = new Map<string, Meeting[]>()
    for (const pair of this.pairs) {
      // What is only worth to know is no mark on a card.
      const conflict = (pair.conflict?.files.length ?? 0) > 0
      if (!conflict && !pair.couplings.some(({ strength }) => strength === 'block' || strength === 'warn'))
        continue
      const reason = gist(pair)
      for (const [own, other] of [
        [pair.left, pair.right],
        [pair.right, pair.left],
      ] as const) {
        for (const id of idsOf(own)) {
          const meeting: Meeting = { name: other.name, conflict, reason, pair }
          all.set(id, [...(all.get(id) ?? []), meeting])
        }
      }
    }
    for (const meetings of all.values()) meetings.sort((a, b) => Number(b.conflict) - Number(a.conflict))
    return all
  }
}

export const changes = new Changes()
