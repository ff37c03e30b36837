import type { Hunk } from '../../api/types'

export interface DiffRow {
  kind: 'same' | 'added' | 'removed' | 'gap'
  old: number | null
  new: number | null
  text: string
}

/** The rows of a diff, with line numbers where the agent gives them and a gap between hunks. */
export function diffRows(hunks: readonly Hunk[]): DiffRow[] {
  const rows: DiffRow[] = []
  for (const hunk of hunks) {
    if (rows.length > 0) rows.push({ kind: 'gap', old: null, new: null, text: '' })
    let before = hunk.old_start
    let after = hunk.new_start
    for (const line of hunk.lines) {
      const text = line.slice(1)
      if (line.startsWith('+')) rows.push({ kind: 'added', old: null, new: after ? after++ : null, text })
      else if (line.startsWith('-'))
        rows.push({ kind: 'removed', old: before ? before++ : null, new: null, text })
      else if (line.startsWith('\\')) continue
      else rows.push({ kind: 'same', old: before ? before++ : null, new: after ? after++ : null, text })
    }
  }
  return rows
}

/** How many lines a diff adds and removes. */
export function diffSize(hunks: readonly Hunk[]): { added: number; removed: number } {
  const lines = hunks.flatMap((hunk) => hunk.lines)
  return {
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  }
}
