import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element'
import type { Attachment } from 'svelte/attachments'
import type { Column } from '../api/types'
import { linkSession, moveCard, taskFromSession } from '../state/tasks'

type Data = Record<string | symbol, unknown>

const text = (data: Data, name: string): string | null => {
  const value = data[name]
  return typeof value === 'string' ? value : null
}

const upperHalf = (element: Element, y: number): boolean => {
  const box = element.getBoundingClientRect()
  return y < box.top + box.height / 2
}

/** A card that can be dragged, and that shows where another one, or a session, would go. */
export function cardDrag(id: string): Attachment<HTMLElement> {
  return (element) => {
    const clear = () => delete element.dataset.drop
    return combine(
      draggable({
        element,
        getInitialData: () => ({ task: id }),
        onDragStart: () => (element.dataset.dragging = ''),
        onDrop: () => delete element.dataset.dragging,
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => text(source.data, 'task') !== id,
        getData: ({ input }) => ({ card: id, upper: upperHalf(element, input.clientY) }),
        onDrag: ({ source, location }) => {
          const { clientY } = location.current.input
          element.dataset.drop = text(source.data, 'session')
            ? 'link'
            : upperHalf(element, clientY)
              ? 'before'
              : 'after'
        },
        onDragLeave: clear,
        onDrop: clear,
      }),
    )
  }
}

/** A session's row that can be dragged onto a card or a column. */
export function sessionDrag(id: string): Attachment<HTMLElement> {
  return (element) =>
    draggable({
      element,
      getInitialData: () => ({ session: id }),
      onDragStart: () => (element.dataset.dragging = ''),
      onDrop: () => delete element.dataset.dragging,
    })
}

/** A column's list: it takes cards and sessions, and scrolls while something is held at its edge. */
export function columnDrop(column: Column): Attachment<HTMLElement> {
  return (element) => {
    const clear = () => delete element.dataset.drop
    return combine(
      autoScrollForElements({ element }),
      dropTargetForElements({
        element,
        getData: () => ({ column }),
        onDragEnter: () => (element.dataset.drop = ''),
        onDragLeave: clear,
        onDrop: clear,
      }),
    )
  }
}

/** Where a dropped card goes: before the card under the pointer, or before the one after it. */
function beforeWhich(card: Data | undefined, moving: string, order: string[]): string | null {
  const over = card && text(card, 'card')
  if (!over) return null
  if (card.upper === true) return over
  const others = order.filter((id) => id !== moving)
  return others[others.indexOf(over) + 1] ?? null
}

/** Carries out what is dropped; `order` tells a column's cards from top to bottom. */
export function watchDrops(order: (column: Column) => string[]): () => void {
  return monitorForElements({
    onDrop: ({ source, location }) => {
      const targets = location.current.dropTargets.map((target) => target.data)
      const card = targets.find((data) => 'card' in data)
      const column = targets.find((data) => 'column' in data)?.column as Column | undefined
      const task = text(source.data, 'task')
      const session = text(source.data, 'session')
      if (task && column) void moveCard(task, column, beforeWhich(card, task, order(column)))
      if (session && card) void linkSession(String(card.card), session)
      else if (session && column) void taskFromSession(session, { column, before: null })
    },
  })
}
