import { glanceOf } from './fixtures/talk.mjs'
import { owned } from './fixtures/owned.mjs'
import { calls } from './fixtures/calls.mjs'
import { candidates } from './fixtures/candidates.mjs'
import { night, resources } from './fixtures/night.mjs'
import { MOCKUP, notes } from './fixtures/notes.mjs'
import { glanceOfReceipt, receipts } from './fixtures/receipts.mjs'
import { changesets, others, proposals, reviews } from './fixtures/reviews.mjs'
import { sessions } from './fixtures/sessions.mjs'
import { tasks } from './fixtures/tasks.mjs'
import { worktrees } from './fixtures/worktrees.mjs'

/** What the daemon would hold: rows by id, and the log that the stream reads from. */
export class State {
  constructor({ bare = false, importing = false, history = 5000, lines = 0 } = {}) {
    this.seq = 20_000
    this.log = []
    this.readers = new Set()
    this.receipts = new Map((bare ? [] : receipts()).map((row) => [row.of, row]))
    /** The checks of receipts that were asked for. */
    this.checked = []
    this.tasks = new Map(
      (bare ? [] : tasks()).map((row) => [row.id, { ...row, receipt: this.glance(row.id) }]),
    )
    this.sessions = new Map(
      sessions(history).map((row) => [
        row.id,
        { ...row, report: glanceOf(row.id), ...(bare ? { task: null } : {}) },
      ]),
    )
    this.removed = new Map()
    this.worktrees = bare ? [] : worktrees()
    this.owned = new Map((bare ? [] : owned()).map((row) => [row.id, row]))
    for (const row of this.owned.values()) this.tellOwned(row)
    this.night = bare ? null : night()
    /** What nights were asked for. */
    this.nights = []
    this.changesets = bare ? [] : changesets()
    this.reviews = new Map(
      (bare ? [] : reviews(lines)).map((row) => [row.id, { ...row, receipt: this.glance(row.id) }]),
    )
    this.proposals = bare ? [] : proposals()
    this.unreviewed = bare ? [] : others()
    this.nextReview = 20
    this.nextComment = 10
    /** The comments that were sent, and the checks whose logs were read. */
    this.sent = []
    this.logsRead = []
    /** Files of reviews that were changed since. */
    this.edited = new Map()
    this.notes = bare ? [] : notes()
    this.candidates = bare ? [] : candidates()
    this.images = new Map([['images/mock-up.png', MOCKUP]])
    this.texts = new Map()
    /** What git has of the notes, and what was shared since. */
    this.committed = new Map(this.notes.slice(0, -2).map((note) => [note.path, note.versions.at(-1).version]))
    this.shared = []
    this.nextDecision = 10
    /** What was asked to be written down. */
    this.written = []
    this.resources = bare ? [] : resources()
    /** What was asked to be started. */
    this.starts = []
    /** The answers that won, in their order. */
    this.answers = []
    this.calls = new Map((bare ? [] : calls()).map((row) => [row.id, row]))
    this.history = new Map()
    this.extra = new Map()
    this.nextTask = 30
    this.import = {
      running: importing,
      bytes_done: importing ? 1.2e9 : 3.4e9,
      bytes_total: 3.4e9,
      files_done: 2100,
      files_total: 5114,
      sessions: this.sessions.size,
      left_ms: importing ? 41_000 : null,
    }
    this.lastLook = new Date(Date.now() - 3 * 3600_000).toISOString()
  }

  workspaces() {
    const roots = [...this.sessions.values()].filter((row) => row.parent === null)
    const many = (workspace, state) =>
      roots.filter((row) => row.workspace === workspace && row.state === state).length
    return [
      ['W1', 'ledger', '/home/lea/src/ledger'],
      ['W2', 'web-shop', '/home/lea/src/web-shop'],
      ['W3', 'dotfiles', '/home/lea/dotfiles'],
    ].map(([id, name, root]) => ({
      ...{ id, name, root, is_git: true },
      needs_you: many(id, 'needs_you'),
      working: many(id, 'working'),
    }))
  }

  board(workspace) {
    const workspaces = this.workspaces()
    const chosen = workspaces.find((row) => row.id === workspace) ?? workspaces[0]
    const here = (row) => row.workspace === chosen.id
    const rows = [...this.sessions.values()].filter(here)
    const newest = rows
      .filter((row) => row.parent === null)
      .sort(byNewest)
      .slice(0, 60)
    const kept = new Set([...newest, ...rows.filter((row) => row.task || isLive(row))])
    return {
      workspace: chosen,
      workspaces,
      tasks: [...this.tasks.values()].filter(here),
      sessions: [...kept].sort(byNewest),
      sessions_total: rows.filter((row) => row.parent === null).length,
      calls: this.openCalls(chosen.id),
      owned: [...this.owned.values()].filter((row) => here(row) && !row.ended_at && row.state !== 'failed'),
      import: this.import,
      last_look: this.lastLook,
      seq: this.seq,
    }
  }

  openCalls(workspace) {
    return [...this.calls.values()]
      .filter((row) => row.state !== 'closed' && (!workspace || row.workspace === workspace))
      .sort((a, b) => Number(a.state !== 'open') - Number(b.state !== 'open') || rank(a) - rank(b))
  }

  /** Raises a call, or changes one; a change of what is asked counts its generation up. */
  changeCall(id, change) {
    const row = { ...this.calls.get(id), ...change }
    row.can_answer = row.state === 'open' && !row.only_window
    this.calls.set(id, row)
    const { only_window: _, ...told } = row
    this.announce({ type: 'call', call: told })
    return told
  }

  /** A change of how a session is driven is announced, and its row tells it, too. */
  tellOwned(row) {
    this.announce({ type: 'owned', owned: row })
    const session = this.sessions.get(row.session)
    if (session) this.changeSession(session.id, { owned: row })
    return row
  }

  changeOwned(id, change) {
    const row = { ...this.owned.get(id), ...change }
    this.owned.set(id, row)
    return this.tellOwned(row)
  }

  /** A review that changed is announced by its id alone. */
  changeReview(id, change) {
    const old = this.reviews.get(id)
    const row = { ...old, ...change, revision: (old?.revision ?? 0) + 1 }
    this.reviews.set(id, row)
    this.announce({ type: 'review', id, revision: row.revision })
    return row
  }

  glance(of) {
    return glanceOfReceipt(this.receipts.get(of)) ?? null
  }

  /** A receipt that changed is announced by what it is of; its task and review tell it in a few words. */
  changeReceipt(of, change) {
    const row = { ...this.receipts.get(of), ...change }
    this.receipts.set(of, row)
    for (const rows of [this.tasks, this.reviews])
      if (rows.has(of)) rows.set(of, { ...rows.get(of), receipt: this.glance(of) })
    this.announce({ type: 'receipt', of })
    return row
  }

  changeWorktree(row, change) {
    Object.assign(row, change)
    this.announce({ type: 'worktree', worktree: { ...row, dirty: null, unpushed: null } })
    return row
  }

  announce(message) {
    const entry = { seq: ++this.seq, ...message }
    this.log.push(entry)
    if (this.log.length > 2000) this.log.shift()
    for (const send of this.readers) send(entry)
    return entry
  }

  after(seq) {
    const first = this.log[0]?.seq ?? this.seq + 1
    if (seq < first - 1 && seq < this.seq) return null
    return this.log.filter((entry) => entry.seq > seq)
  }

  changeSession(id, change) {
    const row = { ...this.sessions.get(id), ...change }
    row.seq = this.seq + 1
    this.sessions.set(id, row)
    this.announce({ type: 'session', session: row })
    return row
  }

  /** Adds events to the end of a session. */
  append(id, ...bodies) {
    const row = this.sessions.get(id)
    this.extra.set(id, [...(this.extra.get(id) ?? []), ...bodies])
    const now = new Date().toISOString()
    return this.changeSession(id, { events: row.events + bodies.length, updated_at: now })
  }

  changeTask(id, change, text, by = 'you') {
    const old = this.tasks.get(id)
    const row = {
      ...old,
      ...change,
      revision: (old?.revision ?? 0) + 1,
      updated_at: new Date().toISOString(),
    }
    this.tasks.set(id, row)
    const entry = this.announce({ type: 'task', task: row })
    const lines = this.history.get(id) ?? []
    lines.unshift({ seq: entry.seq, at: row.updated_at, by, text })
    this.history.set(id, lines)
    return row
  }
}

const RANKS = ['irreversible', 'question', 'permission', 'failure', 'stuck', 'finished', 'idle']
const rank = (row) => RANKS.indexOf(row.urgency)

export const isLive = (row) => ['working', 'needs_you', 'ready'].includes(row.state)
export const byNewest = (a, b) => (b.updated_at ?? '').localeCompare(a.updated_at ?? '')
