import { structuredPatch } from 'diff'
import { diffRows, type DiffRow } from '../session/block/diff'

/** Lines around a change. */
const CONTEXT = 3

/** What differs between two texts, as rows with line numbers. */
export function between(older: string, newer: string): DiffRow[] {
  const { hunks } = structuredPatch('a', 'b', older, newer, '', '', { context: CONTEXT })
  return diffRows(
    hunks.map(({ oldStart, newStart, lines }) => ({ old_start: oldStart, new_start: newStart, lines })),
  )
}
