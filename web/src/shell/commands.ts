import { calls } from '../calls/calls.svelte'
import { glances } from '../receipt/glances.svelte'
import { board } from '../state/board.svelte'
import { isLive } from '../state/order'
import { idHref, noteHref, pageHref, receiptHref, router } from '../state/router.svelte'
import { moveCard, taskFromSession } from '../state/tasks'
import { theme } from '../state/theme.svelte'
import { CALL_WORD, COLUMN_TITLE, COLUMNS, STATE_WORD } from '../text/words'
import { sessionTitle } from '../session/facts'
import { copyLinkTo } from '../session/copy'
import type { CallView, NoteRow } from '../api/types'
import { pageCommands } from './here.svelte'
import { overlays } from './overlays.svelte'

export interface Command {
  key: string
  group: string
  title: string
  hint?: string
  /** Words that find it beside its title. */
  also?: string
  run: () => void
}

/** A call that waits, by what it asks. */
function openCall(call: CallView, group: string): Command {
  return {
    key: call.id,
    group,
    title: call.question,
    also: `call inbox answer ${call.id} ${CALL_WORD[call.kind]} ${call.session ?? ''} ${call.task ?? ''} ${call.task_title ?? ''}`,
    hint: call.id,
    run: () => router.go(idHref(call.id)),
  }
}

/** What can be done to the task or session that was selected when the palette was opened. */
function onSelected(id: string): Command[] {
  const task = board.tasks.get(id)
  const session = board.sessions.get(id)?.view
  const made: Command[] = [
    ...[...calls.ofTask(id), ...calls.ofSession(id)]
      .filter((call) => call.state === 'open')
      .map((call) => openCall(call, id)),
    { key: 'open', group: id, title: `Open ${id}`, hint: 'enter', run: () => router.go(idHref(id)) },
    {
      key: 'copy',
      group: id,
      title: `Copy link to ${id}`,
      hint: '.',
      run: () => void copyLinkTo(idHref(id)),
    },
  ]
  if (task) {
    made.push({
      key: 'start',
      group: id,
      title: `Start a session on ${id}`,
      also: 'run agent',
      hint: 's',
      run: () => overlays.open({ kind: 'start', task: id }),
    })
    made.push({
      key: 'night',
      group: id,
      title: `Work on ${id} in the night`,
      also: 'unattended queue tonight',
      run: () => router.go(`${pageHref(task.workspace, 'night')}?task=${id}`),
    })
    for (const column of COLUMNS) {
      if (column === task.column) continue
      const title = `Move ${id} to ${COLUMN_TITLE[column]}`
      made.push({ key: `move ${column}`, group: id, title, run: () => void moveCard(id, column, null) })
    }
  }
  if (task || session) {
    made.push({
      key: 'brief',
      group: id,
      title: `Brief of ${id}`,
      also: 'context hand on',
      run: () => router.go(`${idHref(id)}?open=brief-${id}`),
    })
  }
  if (task || session) {
    made.push({
      key: 'receipt',
      group: id,
      title: `Open receipt of ${id}`,
      also: 'proof evidence checks claims',
      hint: 'R',
      run: () => router.go(receiptHref(id)),
    })
  }
  if (session && !session.parent) {
    made.push({
      key: 'handoff',
      group: id,
      title: `Hand off ${id}`,
      also: 'successor another agent',
      run: () => router.go(`${idHref(id)}?open=handoff-${id}`),
    })
  }
  if (session && !session.task) {
    made.push({
      key: 'task',
      group: id,
      title: `Make ${id} a task`,
      hint: 't',
      run: () => void taskFromSession(id),
    })
  }
  return made
}

function goTo(): Command[] {
  const workspace = board.workspace?.id
  if (!workspace) return []
  const page = (name: Parameters<typeof pageHref>[1], title: string, hint: string): Command => ({
    key: name,
    group: 'Go to',
    title,
    hint,
    run: () => router.go(pageHref(workspace, name)),
  })
  return [
    page('board', 'Board', 'g b'),
    page('calls', 'Calls', 'g c'),
    page('sessions', 'Sessions', 'g s'),
    page('review', 'Reviews', 'g r'),
    page('notes', 'Notes and decisions', 'g n'),
    page('worktrees', 'Worktrees', 'g w'),
    page('night', 'Night', 'g t'),
    page('search', 'Search', 'g /'),
    page('since', 'Since you left', 'g l'),
    ...board.workspaces
      .filter((other) => other.id !== workspace)
      .map((other) => ({
        key: other.id,
        group: 'Go to',
        title: other.name,
        also: `workspace ${other.root}`,
        hint: 'workspace',
        run: () => router.go(pageHref(other.id, 'board')),
      })),
  ]
}

/** Opens the form of a new note beside the list of notes. */
function newNote(kind: 'note' | 'decision'): void {
  const workspace = board.workspace?.id
  if (workspace) router.go(`${pageHref(workspace, 'notes')}?open=${kind}`)
}

const actions = (): Command[] => [
  {
    key: 'create',
    group: 'Do',
    title: 'Create a task',
    also: 'new card',
    // A key of the page is not this one's.
    ...(pageCommands.list.some(({ hint }) => hint === 'c') ? {} : { hint: 'c' }),
    run: () => {
      const workspace = board.workspace?.id
      if (workspace) router.go(`${pageHref(workspace, 'board')}?new=backlog`)
    },
  },
  {
    key: 'decide',
    group: 'Do',
    title: 'Write down a decision',
    also: 'new decide why',
    run: () => newNote('decision'),
  },
  {
    key: 'note',
    group: 'Do',
    title: 'Write a note',
    also: 'new markdown diagram',
    run: () => newNote('note'),
  },
  {
    key: 'find',
    group: 'Do',
    title: 'Search sessions and tasks',
    hint: '/',
    run: () => overlays.open({ kind: 'search' }),
  },
  {
    key: 'keys',
    group: 'Do',
    title: 'Show all keys',
    also: 'help shortcuts',
    hint: '?',
    run: () => overlays.open({ kind: 'help' }),
  },
  { key: 'light', group: 'Do', title: 'Light theme', run: () => theme.set('light') },
  { key: 'dark', group: 'Do', title: 'Dark theme', run: () => theme.set('dark') },
  { key: 'system', group: 'Do', title: 'Theme as the system', run: () => theme.set('system') },
]

/** Notes and decisions, by what they are called and where they lie. */
export function noteCommands(notes: readonly NoteRow[]): Command[] {
  return notes.map(({ workspace, kind, id, path, title, status }) => ({
    key: path,
    group: 'Notes and decisions',
    title,
    also: `${id ?? ''} ${kind} ${status ?? ''} ${path}`,
    hint: id ?? kind,
    run: () => router.go(noteHref(workspace, id ?? path)),
  }))
}

function objects(): Command[] {
  const tasks = [...board.tasks.values()].map((task) => ({
    key: task.id,
    group: 'Tasks',
    title: task.title,
    also: `${task.id} ${task.tracker ?? ''} ${task.labels.join(' ')}`,
    hint: task.id,
    run: () => router.go(idHref(task.id)),
  }))
  const receipts = glances.list.map(({ of, title, words }) => ({
    key: `receipt ${of}`,
    group: 'Receipts',
    title: `Open receipt of ${of}`,
    also: `${of} ${title} ${words}`,
    hint: of,
    run: () => router.go(receiptHref(of)),
  }))
  const sessions = [...board.sessions.values()].map(({ view }) => ({
    key: view.id,
    group: 'Sessions',
    title: sessionTitle(view),
    also: `${view.id} ${view.agent} ${isLive(view.state) ? 'live' : ''} ${STATE_WORD[view.state]}`,
    hint: view.id,
    run: () => router.go(idHref(view.id)),
  }))
  return [...tasks, ...sessions, ...receipts]
}

const MOST_CALLS = 4

/** Everything that the palette offers; objects and notes only once something is typed. */
export function commands(selected: string | null, typed: boolean, notes: readonly NoteRow[] = []): Command[] {
  // The few that are most urgent are offered before anything is typed.
  const waiting = (typed ? calls.open : calls.waiting.slice(0, MOST_CALLS)).map((call) =>
    openCall(call, 'Wait for you'),
  )
  return [
    ...(selected && !selected.startsWith('C') ? onSelected(selected) : []),
    ...waiting,
    ...pageCommands.list,
    ...goTo(),
    ...actions(),
    ...(typed ? [...objects(), ...noteCommands(notes)] : []),
  ]
}

const ID = /^[a-z]\d+$/

/** How well words fit a command: 0 is not at all. An id counts most, then beginnings of words. */
export function fit(command: Pick<Command, 'title' | 'also' | 'hint'>, typed: string): number {
  const title = command.title.toLowerCase()
  const all = `${title} ${command.also?.toLowerCase() ?? ''}`
  let sum = 0
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = all.indexOf(word)
    if (at < 0) return 0
    const begins = at === 0 || /[\s/_-]/.test(all[at - 1] ?? '')
    if (ID.test(word) && command.hint?.toLowerCase() === word) sum += 8
    sum += (at === 0 ? 4 : begins ? 3 : 1) + (at < title.length ? 1 : 0)
  }
  return sum || 1
}
