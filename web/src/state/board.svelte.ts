import { SvelteMap } from 'svelte/reactivity'
import { ApiError } from '../api/client'
import { fetchBoard, fetchTask, fetchWorkspaces } from '../api/endpoints'
import { BoardStream } from '../api/stream'
import type {
  Board,
  Column,
  ImportProgress,
  LogEntry,
  ReceiptOf,
  ResourceView,
  ReviewId,
  SessionId,
  SessionView,
  TaskId,
  TaskView,
  Workspace,
  WorkspaceId,
  WorktreeView,
} from '../api/types'
import { calls } from '../calls/calls.svelte'
import { owned } from '../owned/owned.svelte'
import { changes } from '../review/changes.svelte'
import { MINUTE } from '../text/time'
import { COLUMNS } from '../text/words'
import { servers } from '../worktrees/servers.svelte'
import { clock } from './clock.svelte'
import { byPosition, byUrgency, type Placed } from './order'
import { reconcile } from './reconcile'

/** A value whose every field is watched by itself. */
function watched<T extends object>(value: T): T {
  const proxy = $state(value)
  return proxy
}

const IDLE_IMPORT: ImportProgress = {
  running: false,
  bytes_done: 0,
  bytes_total: 0,
  files_done: 0,
  files_total: 0,
  sessions: 0,
  left_ms: null,
}

/** A board that fills while history is read is read anew at most so often. */
const RECOUNT_MS = 4000

/** So long `callboard status` shows what ended, too. */
const RECENT_MS = 12 * 60 * MINUTE

/** One workspace's board: a snapshot, kept up to date by the stream. */
export class BoardStore {
  workspace = $state<Workspace | null>(null)
  workspaces = $state<Workspace[]>([])
  tasks = new SvelteMap<TaskId, TaskView>()
  sessions = new SvelteMap<SessionId, Placed>()
  sessionsTotal = $state(0)
  import = $state<ImportProgress>(IDLE_IMPORT)
  lastLook = $state<string | null>(null)
  /** The stream's connection: `null` before it first opened. */
  connected = $state<boolean | null>(null)
  lastSeen = $state<string | null>(null)
  failure = $state<unknown>(null)

  columns: Record<Column, TaskView[]> = $derived.by(() => {
    const columns = Object.fromEntries(COLUMNS.map((column) => [column, []])) as unknown as Record<
      Column,
      TaskView[]
    >
    for (const task of this.tasks.values()) columns[task.column].push(task)
    for (const column of COLUMNS) columns[column].sort(byPosition)
    return columns
  })

  /** Sessions that belong to no task, live ones first. */
  withoutTask: Placed[] = $derived(
    [...this.sessions.values()]
      .filter(({ view }) => view.task === null && view.parent === null)
      .sort(byUrgency),
  )

  /** Sessions that wait for their user, those without a task first. */
  waiting: SessionView[] = $derived(
    [...this.sessions.values()]
      .filter(({ view }) => view.state === 'needs_you' && view.parent === null)
      .sort((a, b) => Number(a.view.task !== null) - Number(b.view.task !== null) || byUrgency(a, b))
      .map(({ view }) => view),
  )

  counts = $derived.by(() => {
    const counts = { needs_you: 0, working: 0, ready: 0, failed: 0 }
    for (const { view } of this.sessions.values()) {
      if (view.parent !== null) continue
      const { state } = view
      if (state === 'needs_you' || state === 'working' || state === 'ready') counts[state] += 1
      else if (state === 'failed' && this.#calls(view)) counts.failed += 1
    }
    return counts
  })

  #stream: BoardStream | null = null
  #wanted: WorkspaceId | undefined
  #pending = new Map<TaskId, number>()
  #buffer = new Map<string, LogEntry>()
  #recount: ReturnType<typeof setTimeout> | undefined
  #scheduled = false
  #listeners = new Set<(session: SessionView) => void>()
  #worktreeListeners = new Set<(worktree: WorktreeView) => void>()
  #resourceListeners = new Set<(resource: ResourceView) => void>()
  #ownedListeners = new Set<() => void>()
  #reviewListeners = new Set<(review: ReviewId, revision: number) => void>()
  #noteListeners = new Set<(path: string) => void>()
  #readingListeners = new Set<(session: SessionId) => void>()
  #receiptListeners = new Set<(of: ReceiptOf) => void>()
  #changesListeners = new Set<() => void>()
  #candidateListeners = new Set<() => void>()

  /** Shows `workspace`, or the one last viewed; the present one is left as it is. */
  async show(workspace?: WorkspaceId): Promise<void> {
    if (workspace && workspace === this.workspace?.id) {
      this.#wanted = workspace
      return
    }
    this.#wanted = workspace
    try {
      const board = await fetchBoard(workspace)
      // Another one may have been asked for meanwhile.
      if (this.#wanted !== workspace) return
      this.take(board)
      this.failure = null
    } catch (error) {
      if (this.#wanted === workspace) this.failure = error
    }
  }

  /** Takes a snapshot and reads the stream from it on. */
  take(board: Board): void {
    const other = this.workspace?.id !== board.workspace.id
    this.workspace = board.workspace
    this.workspaces = board.workspaces
    this.sessionsTotal = board.sessions_total
    this.import = board.import
    if (other) this.lastLook = board.last_look
    this.lastSeen = new Date().toISOString()
    this.#keepOnly(this.tasks, new Set(board.tasks.map((task) => task.id)))
    this.#keepOnly(this.sessions, new Set(board.sessions.map((session) => session.id)))
    for (const task of board.tasks) this.putTask(task)
    for (const session of board.sessions) this.#putSession(session)
    calls.take(board.calls ?? [], other)
    for (const one of board.owned ?? []) owned.put(one)
    void owned.load()
    void servers.load(board.workspace.id)
    void changes.load(board.workspace.id)
    this.#buffer.clear()
    this.#stream?.close()
    this.#stream = new BoardStream(board.workspace.id, board.seq, {
      entry: (entry) => this.#receive(entry),
      connected: (up) => {
        this.connected = up
        if (up) this.lastSeen = new Date().toISOString()
        else void this.#askWhy()
      },
    })
  }

  /** A stream does not say why it broke: a page that is no longer signed in must not wait for ever. */
  async #askWhy(): Promise<void> {
    try {
      await fetchWorkspaces()
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.failure = error
    }
  }

  /** Reads the board anew, as after a gap that the stream cannot fill. */
  async reload(): Promise<void> {
    const id = this.workspace?.id
    try {
      const board = await fetchBoard(id)
      if (this.workspace?.id === id) this.take(board)
      this.failure = null
    } catch (error) {
      this.connected = false
      this.failure = this.workspace ? null : error
      setTimeout(() => void this.reload(), 2000)
    }
  }

  retry(): void {
    this.#stream?.retry()
  }

  /** Calls back with every session that the stream tells of, until the returned function is called. */
  onSession(listener: (session: SessionView) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls back with every worktree that the stream tells of, until the returned function is called. */
  onWorktree(listener: (worktree: WorktreeView) => void): () => void {
    this.#worktreeListeners.add(listener)
    return () => this.#worktreeListeners.delete(listener)
  }

  /** Calls back with every resource that the stream tells of, until the returned function is called. */
  onResource(listener: (resource: ResourceView) => void): () => void {
    this.#resourceListeners.add(listener)
    return () => this.#resourceListeners.delete(listener)
  }

  /** Calls back with every review that the stream says has changed, until the returned function is called. */
  onReview(listener: (review: ReviewId, revision: number) => void): () => void {
    this.#reviewListeners.add(listener)
    return () => this.#reviewListeners.delete(listener)
  }

  /** Calls back with the path of every note that the stream says has changed, until the returned function is called. */
  onNote(listener: (path: string) => void): () => void {
    this.#noteListeners.add(listener)
    return () => this.#noteListeners.delete(listener)
  }

  /** Calls back with every session that an agent begins or ends to read, until the returned function is called. */
  onReading(listener: (session: SessionId) => void): () => void {
    this.#readingListeners.add(listener)
    return () => this.#readingListeners.delete(listener)
  }

  /** Calls back with what every receipt is of that the stream says has changed, until the returned function is called. */
  onReceipt(listener: (of: ReceiptOf) => void): () => void {
    this.#receiptListeners.add(listener)
    return () => this.#receiptListeners.delete(listener)
  }

  /** Calls back when what may be a decision was settled, or is open again, until the returned function is called. */
  onCandidates(listener: () => void): () => void {
    this.#candidateListeners.add(listener)
    return () => this.#candidateListeners.delete(listener)
  }

  /** Calls back when changesets, or what is between them, changed, until the returned function is called. */
  onChanges(listener: () => void): () => void {
    this.#changesListeners.add(listener)
    return () => this.#changesListeners.delete(listener)
  }

  /** Calls back when a session that Callboard drives changed, until the returned function is called. */
  onOwned(listener: () => void): () => void {
    this.#ownedListeners.add(listener)
    return () => this.#ownedListeners.delete(listener)
  }

  putTask(next: TaskView): void {
    const task = this.tasks.get(next.id)
    if (!task) this.tasks.set(next.id, watched(next))
    else if (next.revision >= task.revision && !this.#isStale(next)) reconcile(task, next)
  }

  /** Applies `change` at once; the returned function takes it back unless something newer arrived. */
  optimistic(id: TaskId, change: Partial<TaskView>): () => void {
    const task = this.tasks.get(id)
    if (!task) return () => {}
    const before = $state.snapshot(task) as TaskView
    Object.assign(task, change)
    this.#pending.set(id, task.revision)
    return () => {
      this.#pending.delete(id)
      if (task.revision !== before.revision) return
      for (const key of Object.keys(change) as (keyof TaskView)[]) Object.assign(task, { [key]: before[key] })
    }
  }

  settled(task: TaskView): void {
    this.#pending.delete(task.id)
    this.putTask(task)
  }

  /** An announcement that was on its way before a change made here would undo it on the page. */
  #isStale(next: TaskView): boolean {
    const base = this.#pending.get(next.id)
    return base !== undefined && next.revision <= base
  }

  #putSession(next: SessionView): void {
    const placed = this.sessions.get(next.id)
    const at = next.updated_at ?? next.started_at ?? ''
    if (!placed) {
      this.sessions.set(next.id, watched({ view: next, placedAt: at }))
      return
    }
    if (placed.view.state !== next.state) placed.placedAt = at
    reconcile(placed.view, next)
  }

  #keepOnly<V>(map: SvelteMap<string, V>, ids: Set<string>): void {
    for (const id of [...map.keys()]) if (!ids.has(id)) map.delete(id)
  }

  /** Whether a failed session still calls for its user: its task is not done, or it has none and failed of late. */
  #calls({ task, updated_at }: SessionView): boolean {
    if (task !== null) return this.tasks.get(task)?.column !== 'done'
    return updated_at !== null && clock.now - Date.parse(updated_at) < RECENT_MS
  }

  /** History that is being read announces how far it is, not every session: the board is read anew now and then. */
  #recountSoon(): void {
    this.#recount ??= setTimeout(() => {
      this.#recount = undefined
      void this.reload()
    }, RECOUNT_MS)
  }

  /** A card tells its receipt in a few words, which come with the task. */
  async #readGlance(of: ReceiptOf): Promise<void> {
    if (!this.tasks.has(of)) return
    try {
      this.putTask((await fetchTask(of)).task)
    } catch {
      // The card keeps what it told; the next announcement tries again.
    }
  }

  /** Many announcements of one thing within a frame are one change: the last wins, and the buffer is bounded by what exists. */
  #receive(entry: LogEntry): void {
    const key =
      entry.type === 'session'
        ? entry.session.id
        : entry.type === 'task'
          ? entry.task.id
          : entry.type === 'call'
            ? entry.call.id
            : entry.type === 'worktree'
              ? `worktree ${entry.worktree.id ?? entry.worktree.path}`
              : entry.type === 'owned'
                ? `owned ${entry.owned.id}`
                : entry.type === 'resource'
                  ? `resource ${entry.resource.name}`
                  : entry.type === 'note'
                    ? `note ${entry.path}`
                    : entry.type === 'reading'
                      ? `reading ${entry.session}`
                      : entry.type === 'receipt'
                        ? `receipt ${entry.of}`
                        : entry.type === 'task_removed' || entry.type === 'review'
                          ? entry.id
                          : entry.type
    this.#buffer.delete(key)
    this.#buffer.set(key, entry)
    if (this.#scheduled) return
    this.#scheduled = true
    const apply = () => {
      this.#scheduled = false
      this.#apply()
    }
    if (document.hidden) setTimeout(apply, 100)
    else requestAnimationFrame(apply)
  }

  #apply(): void {
    const entries = [...this.#buffer.values()]
    this.#buffer.clear()
    this.lastSeen = new Date().toISOString()
    for (const entry of entries) {
      switch (entry.type) {
        case 'session':
          if (!this.sessions.has(entry.session.id) && entry.session.parent === null) this.#recountSoon()
          this.#putSession(entry.session)
          for (const listener of this.#listeners) listener(entry.session)
          break
        case 'task':
          this.putTask(entry.task)
          break
        case 'call':
          calls.hear(entry.call)
          break
        case 'worktree':
          servers.hear(entry.worktree)
          for (const listener of this.#worktreeListeners) listener(entry.worktree)
          break
        case 'owned':
          owned.put(entry.owned)
          for (const listener of this.#ownedListeners) listener()
          break
        case 'resource':
          for (const listener of this.#resourceListeners) listener(entry.resource)
          break
        case 'review':
          for (const listener of this.#reviewListeners) listener(entry.id, entry.revision)
          break
        case 'note':
          if (entry.workspace !== this.workspace?.id) break
          for (const listener of this.#noteListeners) listener(entry.path)
          break
        case 'reading':
          for (const listener of this.#readingListeners) listener(entry.session)
          break
        case 'receipt':
          void this.#readGlance(entry.of)
          for (const listener of this.#receiptListeners) listener(entry.of)
          break
        case 'candidates':
          for (const listener of this.#candidateListeners) listener()
          break
        case 'changes':
          changes.readSoon()
          for (const listener of this.#changesListeners) listener()
          break
        case 'task_removed':
          this.tasks.delete(entry.id)
          break
        case 'import':
          if (entry.import.sessions !== this.import.sessions || !entry.import.running) this.#recountSoon()
          reconcile(this.import, entry.import)
          break
        case 'reset':
          void this.reload()
          return
      }
    }
  }
}

export const board = new BoardStore()
