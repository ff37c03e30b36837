import type { FileDiffView, ReviewComment, ReviewFile, ReviewView } from '../api/types'
import { spotOf, type Clash, type Tie } from './between'
import { keyOf as wantKey, type Held, type Want } from './diffs.svelte'
import { formKey, type Form } from './forms.svelte'
import type { Group } from './groups'
import { placeOf } from './members.svelte'
import { fileRows, inCombination, isUneven, lineOf, wraps, type GapRow, type LineRow } from './rows'

/** A row of the diff, from the first file to the last. */
export type Row =
  | LineRow
  | GapRow
  | { kind: 'group'; key: string; group: Group; folded: boolean }
  | { kind: 'file'; key: string; path: string; file: ReviewFile; folded: boolean }
  | { kind: 'note'; key: string; path: string; text: string }
  | { kind: 'part'; key: string; path: string; member: number }
  | { kind: 'wait'; key: string; path: string; lines: number; want: Want }
  | { kind: 'failed'; key: string; path: string; want: Want; failure: unknown }
  | { kind: 'more'; key: string; path: string; more: number; want: Want }
  | { kind: 'clash'; key: string; path: string; clash: Clash }
  | { kind: 'tie'; key: string; path: string; tie: Tie; end: 'left' | 'right' }
  | { kind: 'comment'; key: string; path: string; comment: ReviewComment }
  | { kind: 'form'; key: string; path: string; form: Form }

/** What is shown of a file instead of its difference from the base. */
export interface Instead {
  trees: readonly [string, string]
  why: string
}

export interface Layout {
  view: ReviewView
  groups: readonly Group[]
  ties: readonly Tie[]
  clashes: readonly Clash[]
  forms: readonly Form[]
  /** Only this member's part. */
  member: number | null
  split: boolean
  ignoreSpace: boolean
  foldedGroups: ReadonlySet<string>
  foldedFiles: ReadonlySet<string>
  instead: ReadonlyMap<string, Instead>
}

/** Rows of files as they were last made: the same parts give the very same rows. */
export class RowCache {
  #made = new Map<string, { held: Held; split: boolean; rows: (LineRow | GapRow)[] }>()

  rows(scope: string, want: Want, held: Held, split: boolean): (LineRow | GapRow)[] {
    const key = `${scope}${wantKey(want)}`
    const before = this.#made.get(key)
    if (before && before.held === held && before.split === split) return before.rows
    const { diff, around, shown } = held
    const rows = diff ? fileRows({ path: want.path, scope, diff, split, around, shown }) : []
    this.#made.set(key, { held, split, rows })
    return rows
  }
}

/** The difference of a file that is wanted, as the page is set. */
export const wantOf = (layout: Layout, file: ReviewFile, member = layout.member): Want => ({
  path: file.path,
  member,
  digest: file.digest,
  ignoreSpace: layout.ignoreSpace,
  trees: layout.instead.get(file.path)?.trees ?? null,
})

/** The member whose part a row of a conflicted file is of: their rows say so in their keys. */
export function partOf(row: Row, file: ReviewFile, layout: Layout): number | null {
  const part = file.conflict && layout.member === null ? /^(\d+) /.exec(row.key)?.[1] : undefined
  return part === undefined ? layout.member : Number(part)
}

/** Lines around changes that a file is likely to have, while it is not read. */
const LIKELY_AROUND = 6

type Note = Extract<Row, { kind: 'tie' | 'comment' | 'form' }>

/** What stands at lines of a file, by line: `n12` as it is now, `o12` as it was. */
interface Notes {
  atTop: Note[]
  atLine: Map<string, Note[]>
}

function notesOf(layout: Layout, path: string, diff: FileDiffView | null): Notes {
  const notes: Notes = { atTop: [], atLine: new Map() }
  const put = (at: string | null, note: Note): void => {
    if (at === null) notes.atTop.push(note)
    else notes.atLine.set(at, [...(notes.atLine.get(at) ?? []), note])
  }
  for (const tie of layout.ties) {
    for (const end of ['left', 'right'] as const) {
      const spot = spotOf(tie.coupling[`${end}_at`])
      if (spot.path !== path) continue
      // Couplings name lines of the member's own version.
      const member = placeOf(layout.view, tie.pair[end])
      const line = diff && layout.member === null ? inCombination(diff, member, spot.line) : spot.line
      put(`n${line}`, { kind: 'tie', key: `tie ${tie.key} ${end}`, path, tie, end })
    }
  }
  for (const comment of layout.view.comments) {
    if (layout.forms.some((form) => form.of === comment.id)) continue
    const { on } = comment
    if ((on.type !== 'lines' && on.type !== 'whole_file') || on.path !== path) continue
    const at = on.type === 'lines' ? `${on.old ? 'o' : 'n'}${on.to}` : null
    put(at, { kind: 'comment', key: `comment ${comment.id}`, path, comment })
  }
  for (const form of layout.forms) {
    const { on } = form
    if ((on.type !== 'lines' && on.type !== 'whole_file') || on.path !== path) continue
    const at = on.type === 'lines' ? `${on.old ? 'o' : 'n'}${on.to}` : null
    put(at, { kind: 'form', key: `form ${formKey(form)}`, path, form })
  }
  return notes
}

/** Puts notes below their lines; those whose line is not shown come first. */
function withNotes(rows: readonly (LineRow | GapRow)[], notes: Notes): Row[] {
  if (notes.atLine.size === 0) return [...notes.atTop, ...rows]
  const left = new Map(notes.atLine)
  const made: Row[] = []
  const take = (at: string): void => {
    const own = left.get(at)
    if (!own) return
    made.push(...own)
    left.delete(at)
  }
  for (const row of rows) {
    made.push(row)
    if (row.kind === 'gap') continue
    for (const cell of row.kind === 'line' ? [row.cell] : [row.left, row.right]) {
      if (cell && cell.old !== null) take(`o${cell.old}`)
      if (cell && cell.new !== null) take(`n${cell.new}`)
    }
  }
  return [...notes.atTop, ...[...left.values()].flat(), ...made]
}

/** The rows of one difference: what was read of it, or its place while it is not. */
function partRows(
  want: Want,
  scope: string,
  file: ReviewFile,
  layout: Layout,
  held: Held | undefined,
  cache: RowCache,
  notes: Notes,
): Row[] {
  const { path } = file
  const key = `${scope}${path}`
  const failed: Row[] = held?.failure
    ? [{ kind: 'failed', key: `failed ${key}`, path, want, failure: held.failure }]
    : []
  if (!held?.diff) {
    if (held?.failure) return [...failed, ...notes.atTop]
    const lines = file.added + file.removed + LIKELY_AROUND
    return [...notes.atTop, { kind: 'wait', key: `wait ${key}`, path, lines, want }]
  }
  // What was read before stays, below why it could not be read anew.
  const rows = [...failed, ...withNotes(cache.rows(scope, want, held, layout.split), notes)]
  if (held.diff.hunks.length === 0) {
    const text = layout.ignoreSpace ? 'Only white space changes.' : 'No line changes.'
    rows.push({ kind: 'note', key: `empty ${key}`, path, text })
  }
  if (held.diff.more > 0) rows.push({ kind: 'more', key: `more ${key}`, path, more: held.diff.more, want })
  return rows
}

function insideOf(
  file: ReviewFile,
  layout: Layout,
  of: (want: Want) => Held | undefined,
  cache: RowCache,
): Row[] {
  const { path } = file
  const want = wantOf(layout, file)
  const held = of(want)
  const notes = notesOf(layout, path, held?.diff ?? null)
  const rows: Row[] = []
  const instead = layout.instead.get(path)
  if (instead) rows.push({ kind: 'note', key: `instead ${path}`, path, text: instead.why })
  if (file.binary) {
    return [...rows, ...notes.atTop, { kind: 'note', key: `binary ${path}`, path, text: 'It is not text.' }]
  }
  if (file.conflict && layout.member === null && !instead) {
    for (const clash of layout.clashes) {
      if (clash.file.path === path) rows.push({ kind: 'clash', key: `clash ${clash.key}`, path, clash })
    }
    // Git has no one file here: each side's own change is read.
    for (const member of file.members) {
      rows.push({ kind: 'part', key: `part ${member} ${path}`, path, member })
      const part = wantOf(layout, file, member)
      const own = member === file.members[0] ? notes : { atTop: [], atLine: new Map<string, Note[]>() }
      for (const row of partRows(part, `${member} `, file, layout, of(part), cache, own)) rows.push(row)
    }
    return rows
  }
  return [...rows, ...partRows(want, '', file, layout, held, cache, notes)]
}

/** All rows, in reading order. */
export function assemble(layout: Layout, of: (want: Want) => Held | undefined, cache: RowCache): Row[] {
  const rows: Row[] = []
  for (const group of layout.groups) {
    const folded = layout.foldedGroups.has(group.key)
    rows.push({ kind: 'group', key: `group ${group.key}`, group, folded })
    if (folded) continue
    for (const file of group.files) {
      const closed = layout.foldedFiles.has(file.path)
      rows.push({ kind: 'file', key: `file ${file.path}`, path: file.path, file, folded: closed })
      if (closed) continue
      for (const row of insideOf(file, layout, of, cache)) rows.push(row)
    }
  }
  return rows
}

export const LINE = 20
const HEIGHTS: Partial<Record<Row['kind'], number>> = {
  group: 36,
  file: 44,
  gap: 28,
  note: 32,
  part: 32,
  more: 36,
  tie: 26,
}

/** A row's height in pixels, before it was seen; lines are exact unless they are uneven. */
export function heightOf(row: Row | undefined, columns: number): number {
  if (!row) return LINE
  if (row.kind === 'line') return LINE * wraps(row.cell.text, columns)
  if (row.kind === 'pair') {
    return LINE * Math.max(wraps(row.left?.text ?? '', columns), wraps(row.right?.text ?? '', columns))
  }
  if (row.kind === 'wait') return LINE * row.lines
  if (row.kind === 'clash') {
    const lines = row.clash.file.hunks.reduce(
      (sum, { left, right }) => sum + Math.max(left.length, right.length) + 2,
      4,
    )
    return LINE * lines
  }
  return HEIGHTS[row.kind] ?? 72
}

/** Whether a row is to be measured once it is seen. */
export function isMeasured(row: Row): boolean {
  if (row.kind === 'line') return isUneven(row.cell.text)
  if (row.kind === 'pair') return isUneven(row.left?.text ?? '') || isUneven(row.right?.text ?? '')
  return row.kind !== 'wait'
}

/** Where the row with a key is, looked for from where it was. */
export function findRow(rows: readonly Row[], key: string, near = 0): number {
  for (let step = 0; step < rows.length; step += 1) {
    if (rows[near + step]?.key === key) return near + step
    if (step > 0 && rows[near - step]?.key === key) return near - step
    if (near + step >= rows.length && near - step < 0) break
  }
  return -1
}

/** The row that shows a line of a file as it is now; -1 where it is not shown. */
export function rowOfLine(rows: readonly Row[], path: string, line: number): number {
  let best = -1
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i]
    if (!row || !('path' in row) || row.path !== path) {
      if (best >= 0) break
      continue
    }
    if (row.kind === 'file') best = i
    else if (row.kind === 'line' || row.kind === 'pair') {
      const at = lineOf(row)
      if (at && !at.old && at.line <= line) best = i
      if (at && !at.old && at.line >= line) break
    }
  }
  return best
}
