import * as api from '../api/endpoints'
import type { Column, NewTask, SessionId, TaskChange, TaskId, TaskView } from '../api/types'
import { COLUMN_TITLE } from '../text/words'
import { board } from './board.svelte'
import { positionBefore } from './order'
import { toasts } from './toasts.svelte'

/** Writes `change` at once and takes it back if the daemon refuses. */
async function write(
  id: TaskId,
  change: Partial<TaskView>,
  undone: string,
  send: () => Promise<TaskView>,
): Promise<TaskView | null> {
  const takeBack = board.optimistic(id, change)
  try {
    const task = await send()
    board.settled(task)
    return task
  } catch (error) {
    takeBack()
    toasts.fail(error, undone)
    return null
  }
}

export function moveCard(id: TaskId, column: Column, before: TaskId | null): Promise<TaskView | null> {
  const position = positionBefore(board.columns[column], id, before)
  const task = board.tasks.get(id)
  const moved_by_hand = task?.column === column ? task.moved_by_hand : true
  return write(id, { column, position, moved_by_hand }, `${id} was not moved.`, () =>
    api.moveTask(id, { column, before }),
  )
}

export async function createTask(task: NewTask): Promise<TaskView | null> {
  const workspace = board.workspace?.id
  if (!workspace) return null
  try {
    const made = await api.createTask(workspace, task)
    board.putTask(made)
    return made
  } catch (error) {
    toasts.fail(error, 'The task was not created.')
    return null
  }
}

/** Changes a field that is not a text being edited: what is seen is what is sent. */
export function changeField(id: TaskId, change: TaskChange & Partial<TaskView>): Promise<TaskView | null> {
  return write(id, change, `${id} was not changed.`, () => api.changeTask(id, change))
}

export async function removeTask(id: TaskId): Promise<boolean> {
  const task = board.tasks.get(id)
  try {
    await api.removeTask(id)
    board.tasks.delete(id)
    toasts.say(`${id} removed.`, { label: 'Restore', run: () => void restore(id) })
    return true
  } catch (error) {
    toasts.fail(error, task ? `${id} was not removed.` : undefined)
    return false
  }
}

async function restore(id: TaskId): Promise<void> {
  try {
    board.putTask(await api.restoreTask(id))
  } catch (error) {
    toasts.fail(error, `${id} was not restored.`)
  }
}

/** Makes a task of a session; in `column` before `before` if a place is given. */
export async function taskFromSession(
  session: SessionId,
  place?: { column: Column; before: TaskId | null },
): Promise<TaskView | null> {
  try {
    const task = await api.taskFromSession(session)
    board.putTask(task)
    markTask(session, task.id)
    const moved = place && (await moveCard(task.id, place.column, place.before))
    const column = COLUMN_TITLE[(moved ?? task).column]
    toasts.say(`${session} is now ${task.id}, in ${column}.`)
    return moved ?? task
  } catch (error) {
    toasts.fail(error, `${session} was not made a task.`)
    return null
  }
}

export async function linkSession(task: TaskId, session: SessionId): Promise<void> {
  try {
    board.putTask(await api.linkSession(task, session))
    markTask(session, task)
    toasts.say(`${session} now belongs to ${task}.`)
  } catch (error) {
    toasts.fail(error, `${session} was not linked to ${task}.`)
  }
}

export async function unlinkSession(task: TaskId, session: SessionId): Promise<void> {
  try {
    board.putTask(await api.unlinkSession(task, session))
    markTask(session, null)
  } catch (error) {
    toasts.fail(error, `${session} was not unlinked from ${task}.`)
  }
}

/** The row follows its task at once; the stream will say the same. */
function markTask(session: SessionId, task: TaskId | null): void {
  const placed = board.sessions.get(session)
  if (placed) placed.view.task = task
}
