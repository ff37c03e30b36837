import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Board, LogEntry, SessionView, TaskView } from '../api/types'
import { BoardStore } from './board.svelte'

class Source {
  static OPEN = 1
  static all: Source[] = []
  readyState = 0
  closed = false
  onopen: (() => void) | null = null
  onmessage: ((message: { data: string }) => void) | null = null
  onerror: (() => void) | null = null
  constructor(readonly url: string) {
    Source.all.push(this)
  }
  close(): void {
    this.closed = true
  }
  send(entry: object): void {
    this.onmessage?.({ data: JSON.stringify(entry) })
  }
}

const last = (): Source => Source.all[Source.all.length - 1] as Source
const task = (more: Partial<TaskView>): TaskView =>
  ({ id: 'T1', column: 'backlog', position: 1, revision: 1, title: 'One', sessions: [], ...more }) as TaskView
const session = (more: Partial<SessionView>): SessionView =>
  ({
    id: 'S1',
    state: 'working',
    task: null,
    parent: null,
    updated_at: '2026-01-01',
    activity: 'a',
    ...more,
  }) as SessionView
const snapshot = (more: Partial<Board>): Board =>
  ({
    workspace: { id: 'W1' },
    workspaces: [],
    tasks: [task({})],
    sessions: [session({})],
    sessions_total: 1,
    import: { running: false, sessions: 1 },
    last_look: null,
    seq: 10,
    ...more,
  }) as Board

let store: BoardStore
beforeEach(() => {
  Source.all = []
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame'] })
  vi.stubGlobal('EventSource', Source)
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(snapshot({ seq: 50 })))))
  store = new BoardStore()
  store.take(snapshot({}))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function receive(...entries: LogEntry[]): void {
  for (const entry of entries) last().send(entry)
  vi.advanceTimersByTime(200)
}

test('the stream is read from the snapshot on, and from the last entry after a break', () => {
  expect(last().url).toContain('after=10')
  receive({ seq: 12, type: 'task', task: task({ title: 'Two', revision: 2 }) })
  expect(store.tasks.get('T1')?.title).toBe('Two')
  last().onerror?.()
  expect(store.connected).toBe(false)
  vi.advanceTimersByTime(1000)
  expect(last().url).toContain('after=12')
})

test('many announcements within a frame are one change', () => {
  const seen: string[] = []
  store.onSession((row) => seen.push(row.activity))
  receive(
    ...['b', 'c', 'd'].map((activity, i): LogEntry => ({
      seq: 20 + i,
      type: 'session',
      session: session({ activity }),
    })),
  )
  expect(seen).toEqual(['d'])
})

test('a row keeps its place until its state changes', () => {
  receive({ seq: 20, type: 'session', session: session({ updated_at: '2026-01-02' }) })
  expect(store.sessions.get('S1')?.placedAt).toBe('2026-01-01')
  receive({ seq: 21, type: 'session', session: session({ updated_at: '2026-01-03', state: 'ready' }) })
  expect(store.sessions.get('S1')?.placedAt).toBe('2026-01-03')
})

test('an announcement that was on its way does not undo what was just done', () => {
  const takeBack = store.optimistic('T1', { column: 'review' })
  receive({ seq: 20, type: 'task', task: task({ title: 'Late', revision: 1 }) })
  expect(store.tasks.get('T1')?.column).toBe('review')
  takeBack()
  expect(store.tasks.get('T1')?.column).toBe('backlog')
})

test('what is refused is not taken back over something newer', () => {
  const takeBack = store.optimistic('T1', { column: 'review' })
  receive({ seq: 20, type: 'task', task: task({ column: 'done', revision: 2 }) })
  takeBack()
  expect(store.tasks.get('T1')?.column).toBe('done')
})

test('a reset reads the board anew', async () => {
  receive({ seq: 30, type: 'reset' })
  await vi.advanceTimersByTimeAsync(0)
  expect(last().url).toContain('after=50')
  expect(Source.all[0]?.closed).toBe(true)
})

test('an older revision is not shown over a newer one', () => {
  receive({ seq: 20, type: 'task', task: task({ title: 'New', revision: 5 }) })
  receive({ seq: 21, type: 'task', task: task({ title: 'Old', revision: 4 }) })
  expect(store.tasks.get('T1')?.title).toBe('New')
})

test('a failed session counts while its task is open, without one for half a day', () => {
  const failed = (more: Partial<SessionView>): SessionView => session({ state: 'failed', ...more })
  const now = new Date().toISOString()
  const sessions = [
    failed({ id: 'S2', task: 'T1' }),
    failed({ id: 'S3', task: 'T2' }),
    failed({ id: 'S4', updated_at: now }),
    failed({ id: 'S5' }),
    failed({ id: 'S6', updated_at: now, parent: 'S4' }),
  ]
  store.take(snapshot({ tasks: [task({}), task({ id: 'T2', column: 'done' })], sessions }))
  expect(store.counts.failed).toBe(2)
})

test('sessions without a task wait first', () => {
  const waits = (more: Partial<SessionView>): SessionView => session({ state: 'needs_you', ...more })
  const sessions = [waits({ id: 'S2', task: 'T1', updated_at: '2026-01-09' }), waits({ id: 'S3' })]
  store.take(snapshot({ sessions }))
  expect(store.waiting.map(({ id }) => id)).toEqual(['S3', 'S2'])
})
