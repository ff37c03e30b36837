import type { DiffHunk, FileDiffView, MovedRun } from './shapes'

/** One side of a line. */
export interface Cell {
  sign: ' ' | '+' | '-'
  old: number | null
  new: number | null
  text: string
  /** Those who wrote it, as places in the review's members. */
  owners: readonly number[]
  /** Where it came from or went to, if it only moved. */
  moved: string | null
  /** The line that it replaces or is replaced by: their words are compared when it is seen. */
  mate: Cell | null
  /** Its hunk; none for lines between hunks. */
  hunk: DiffHunk | null
}

export type LineRow =
  | { kind: 'line'; key: string; path: string; cell: Cell }
  | { kind: 'pair'; key: string; path: string; left: Cell | null; right: Cell | null }

/** Lines that nobody changes, between two hunks, before the first or behind the last. */
export interface GapRow {
  kind: 'gap'
  key: string
  path: string
  /** Its first line, shown or not: it is known by it. */
  begins: number
  /** First and last line that is hidden, as they are now. */
  from: number
  to: number
  /** What the hunk below lies in. */
  section: string | null
  /** Which ends can be shown from. */
  ends: 'both' | 'above' | 'below'
}

/** How many lines of a gap are shown at its beginning and its end. */
export interface Shown {
  head: number
  tail: number
}

const NOBODY: readonly number[] = []

/** Those who own each line of a hunk, by its place. */
export function ownersOf(hunk: DiffHunk): (readonly number[])[] {
  const owners: (readonly number[])[] = hunk.lines.map(() => NOBODY)
  for (const { at, lines, members } of hunk.owners) {
    for (let i = at; i < Math.min(at + lines, owners.length); i += 1) owners[i] = members
  }
  return owners
}

function movesOf(moves: readonly MovedRun[], lines: number): (string | null)[] {
  const places: (string | null)[] = new Array<string | null>(lines).fill(null)
  for (const { at, lines: many, other } of moves) places.fill(other, at, at + many)
  return places
}

/** Blocks of more lines are compared one by one. */
const MOST_COMPARED = 60
/** Lines with a smaller share of words in common are not each other's form before and after. */
const ALIKE = 0.4

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? []

/** The share of words that two lines have in common, from 0 to 1. */
function likeness(a: readonly string[], b: readonly string[]): number {
  const left = [...b]
  let common = 0
  for (const word of a) {
    const at = left.indexOf(word)
    if (at < 0) continue
    left.splice(at, 1)
    common += 1
  }
  return (2 * common) / Math.max(1, a.length + b.length)
}

/** Which line that goes became which line that comes, in their order. */
function matesOf(gone: readonly Cell[], come: readonly Cell[]): [Cell, Cell][] {
  const mates: [Cell, Cell][] = []
  if (gone.length === come.length || gone.length * come.length > MOST_COMPARED ** 2) {
    for (let i = 0; i < Math.min(gone.length, come.length); i += 1) {
      const [a, b] = [gone[i], come[i]]
      if (a && b && !a.moved && !b.moved) mates.push([a, b])
    }
    return mates
  }
  const words = come.map(({ text }) => wordsOf(text))
  let from = 0
  for (const a of gone) {
    if (a.moved) continue
    const own = wordsOf(a.text)
    let [best, most] = [-1, ALIKE]
    for (let i = from; i < come.length; i += 1) {
      const b = come[i]
      const alike = b && !b.moved ? likeness(own, words[i] ?? []) : 0
      if (alike > most) [best, most] = [i, alike]
    }
    const b = come[best]
    if (!b) continue
    mates.push([a, b])
    from = best + 1
  }
  return mates
}

/** The lines of a hunk, with numbers; what goes is put together with what comes in its place. */
export function cellsOf(hunk: DiffHunk): Cell[] {
  const owners = ownersOf(hunk)
  const moves = movesOf(hunk.moves, hunk.lines.length)
  const cells: Cell[] = []
  let [before, after] = [hunk.old_start, hunk.new_start]
  let [gone, come]: [Cell[], Cell[]] = [[], []]
  const settle = (): void => {
    for (const [a, b] of matesOf(gone, come)) [a.mate, b.mate] = [b, a]
    ;[gone, come] = [[], []]
  }
  hunk.lines.forEach((line, i) => {
    const sign = line[0]
    if (sign === '\\') return
    const rest = {
      text: line.slice(1),
      owners: owners[i] ?? NOBODY,
      moved: moves[i] ?? null,
      mate: null,
      hunk,
    }
    if (sign === '-') {
      if (come.length > 0) settle()
      const cell: Cell = { sign: '-', old: before++, new: null, ...rest }
      gone.push(cell)
      cells.push(cell)
    } else if (sign === '+') {
      const cell: Cell = { sign: '+', old: null, new: after++, ...rest }
      come.push(cell)
      cells.push(cell)
    } else {
      settle()
      cells.push({ sign: ' ', old: before++, new: after++, ...rest })
    }
  })
  settle()
  return cells
}

const keyOf = (prefix: string, { old, new: now }: Cell): string => `${prefix}${now ?? ''}-${old ?? ''}`

/** Lines one below the other. */
function unified(prefix: string, path: string, cells: readonly Cell[]): LineRow[] {
  return cells.map((cell) => ({ kind: 'line', key: keyOf(prefix, cell), path, cell }))
}

/** What goes to the left, what comes to the right. */
function sideBySide(prefix: string, path: string, cells: readonly Cell[]): LineRow[] {
  const rows: LineRow[] = []
  let at = 0
  while (at < cells.length) {
    const first = cells[at]
    if (!first) break
    if (first.sign === ' ') {
      rows.push({ kind: 'pair', key: keyOf(prefix, first), path, left: first, right: first })
      at += 1
      continue
    }
    const gone: Cell[] = []
    const come: Cell[] = []
    while (cells[at]?.sign === '-') gone.push(cells[at++] as Cell)
    while (cells[at]?.sign === '+') come.push(cells[at++] as Cell)
    for (let i = 0; i < Math.max(gone.length, come.length); i += 1) {
      const [left, right] = [gone[i] ?? null, come[i] ?? null]
      const key = keyOf(prefix, { ...(right ?? (left as Cell)), old: left?.old ?? null })
      rows.push({ kind: 'pair', key, path, left, right })
    }
  }
  return rows
}

/** What the rows of one file are made of. */
export interface FileParts {
  path: string
  /** Tells its rows from those of the same file elsewhere on the page. */
  scope: string
  diff: FileDiffView
  split: boolean
  /** Lines around the hunks that were read, as they are now, by number. */
  around: ReadonlyMap<number, string>
  /** What was asked to be shown of each gap, by its first line. */
  shown: ReadonlyMap<number, Shown>
}

/** The rows of one file: its hunks, and the gaps between them as far as they are not shown. */
export function fileRows({ path, scope, diff, split, around, shown }: FileParts): (LineRow | GapRow)[] {
  const prefix = `${scope}${path}:`
  const lay = split ? sideBySide : unified
  const rows: (LineRow | GapRow)[] = []
  const between = (from: number, to: number, shift: number, section: string | null, last: boolean): void => {
    if (to < from) return
    const wanted = shown.get(from) ?? { head: 0, tail: 0 }
    const cell = (line: number): Cell | null => {
      const text = around.get(line)
      return text === undefined
        ? null
        : {
            sign: ' ',
            old: line + shift,
            new: line,
            text,
            owners: NOBODY,
            moved: null,
            mate: null,
            hunk: null,
          }
    }
    let [first, end] = [from, to]
    const head: Cell[] = []
    const tail: Cell[] = []
    for (; first <= end && head.length < wanted.head; first += 1) {
      const next = cell(first)
      if (!next) break
      head.push(next)
    }
    for (; end >= first && tail.length < wanted.tail; end -= 1) {
      const next = cell(end)
      if (!next) break
      tail.unshift(next)
    }
    rows.push(...lay(prefix, path, head))
    const ends = from === 1 ? 'below' : last ? 'above' : 'both'
    if (first <= end)
      rows.push({
        kind: 'gap',
        key: `${prefix}gap${from}`,
        path,
        begins: from,
        from: first,
        to: end,
        section,
        ends,
      })
    rows.push(...lay(prefix, path, tail))
  }
  let [next, shift] = [1, 0]
  for (const hunk of diff.hunks) {
    between(next, hunk.new_start - 1, hunk.old_start - hunk.new_start, hunk.section, false)
    const cells = cellsOf(hunk)
    for (const row of lay(prefix, path, cells)) rows.push(row)
    const was = cells.filter(({ old }) => old !== null).length
    const is = cells.filter(({ new: now }) => now !== null).length
    next = hunk.new_start + is
    shift = hunk.old_start + was - next
  }
  if (diff.more === 0 && diff.hunks.length > 0) between(next, diff.new_lines, shift, null, true)
  return rows
}

/**
 * Where a line of a member's own version is in the combination: a member has what it added and what others removed.
 * A line that others removed is where what follows it is.
 */
export function inCombination({ hunks }: FileDiffView, member: number, line: number): number {
  // By how much lines are further down than in the file before: in the member's version, and in the combination.
  let [own, all] = [0, 0]
  for (const hunk of hunks) {
    if (line - own < hunk.old_start) return line - own + all
    const owners = ownersOf(hunk)
    // Without a line of the file before, a hunk names the one that it comes after.
    const isNew = hunk.lines.every((text) => text[0] === '+' || text[0] === '\\')
    let [before, now] = [hunk.old_start + (isNew ? 1 : 0), hunk.new_start]
    for (const [i, text] of hunk.lines.entries()) {
      const sign = text[0]
      const mine = owners[i]?.includes(member) ?? false
      const has = sign === ' ' || (sign === '+') === mine
      if (has && sign !== '\\' && before + own === line) return now
      if (sign === '+') {
        if (mine) own += 1
        all += 1
        now += 1
      } else if (sign === '-') {
        if (mine) own -= 1
        all -= 1
        before += 1
      } else if (sign === ' ') {
        before += 1
        now += 1
      }
    }
  }
  return line - own + all
}

/** The line of a file that a row is about, as it is now, else as it was. */
export function lineOf(row: LineRow): { line: number; old: boolean; cell: Cell } | null {
  const cell = row.kind === 'line' ? row.cell : (row.right ?? row.left)
  if (!cell) return null
  return cell.new !== null ? { line: cell.new, old: false, cell } : { line: cell.old ?? 1, old: true, cell }
}

/** Whether a row changes anything. */
export const changes = (row: LineRow): boolean =>
  row.kind === 'line' ? row.cell.sign !== ' ' : row.left !== row.right

const TAB = 4

/** How many lines of so many columns a text takes. */
export function wraps(text: string, columns: number): number {
  let width = text.length
  if (text.includes('\t')) {
    width = 0
    for (const character of text) width += character === '\t' ? TAB - (width % TAB) : 1
  }
  return Math.max(1, Math.ceil(width / Math.max(1, columns)))
}

/** Whether its height cannot be told from the number of its characters alone. */
export const isUneven = (text: string): boolean => /[^\x20-\x7e]/.test(text)
