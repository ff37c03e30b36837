import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { CommentOn, ReviewFile } from '../api/types'
import { clashesOf, tiesOf, type Tie } from './between'
import { assemble, findRow, RowCache, type Instead, type Layout, type Row } from './flow'
import { foldedAtFirst, groupsOf } from './groups'
import type { Review } from './review.svelte'
import { changes, lineOf, type LineRow } from './rows'

/** Lines that are chosen, to say something of them. */
export interface Chosen {
  path: string
  old: boolean
  from: number
  to: number
}

const SPLIT = 'callboard.diff.split'

const isLine = (row: Row | undefined): row is LineRow => row?.kind === 'line' || row?.kind === 'pair'

/** How a review is read: what is shown of it, what is folded, and where its reader is. */
export class Reader {
  split = $state(localStorage.getItem(SPLIT) === 'yes')
  ignoreSpace = $state(false)
  /** Only this member's part. */
  member = $state<number | null>(null)
  /** Only this file. */
  only = $state<string | null>(null)
  /** There is room for two sides. */
  wide = $state(true)
  cursor = $state<string | null>(null)
  chosen = $state.raw<Chosen | null>(null)
  /** The coupling whose two places are shown side by side. */
  tie = $state<string | null>(null)
  #instead = new SvelteMap<string, Instead>()
  /** What its reader folded or opened; the rest is as it comes. */
  #files = new SvelteMap<string, boolean>()
  #groups = new SvelteSet<string>(['made'])
  #cache = new RowCache()

  readonly ties: Tie[] = $derived.by(() => tiesOf(this.review.view?.pairs ?? []))
  readonly clashes = $derived.by(() => clashesOf(this.review.view?.pairs ?? []))

  readonly groups = $derived.by(() => {
    const files = this.review.view?.files ?? []
    return groupsOf(this.only ? files.filter(({ path }) => path === this.only) : files, this.member)
  })

  readonly foldedFiles: ReadonlySet<string> = $derived.by(
    () =>
      new Set((this.review.view?.files ?? []).filter((file) => this.isFolded(file)).map(({ path }) => path)),
  )

  readonly layout: Layout | null = $derived.by(() => {
    const { view, forms } = this.review
    if (!view) return null
    return {
      view,
      groups: this.groups,
      ties: this.ties,
      clashes: this.clashes,
      forms: forms.list,
      member: this.member,
      split: this.split && this.wide,
      ignoreSpace: this.ignoreSpace,
      foldedGroups: new Set(this.only ? [] : this.#groups),
      foldedFiles: this.foldedFiles,
      instead: new Map(this.#instead),
    }
  })

  readonly rows: Row[] = $derived.by(() =>
    this.layout ? assemble(this.layout, (want) => this.review.diffs.of(want), this.#cache) : [],
  )

  /** Whether a place in the list of rows has its reader. */
  readonly at = $derived.by(() => (this.cursor === null ? -1 : findRow(this.rows, this.cursor)))

  constructor(readonly review: Review) {}

  isFolded(file: ReviewFile): boolean {
    if (this.only === file.path) return false
    return (
      this.#files.get(file.path) ?? (foldedAtFirst(file) && file.kind !== 'lock' && file.kind !== 'generated')
    )
  }

  fold(path: string, folded: boolean): void {
    this.#files.set(path, folded)
  }

  toggleGroup(key: string): void {
    if (!this.#groups.delete(key)) this.#groups.add(key)
  }

  /** Opens what hides a file. */
  reveal(path: string): void {
    if (this.only !== null && this.only !== path) this.only = null
    const file = this.review.view?.files.find((other) => other.path === path)
    if (!file) return
    if (this.member !== null && !file.members.includes(this.member)) this.member = null
    const group = groupsOf([file], null)[0]
    if (group) this.#groups.delete(group.key)
    if (this.isFolded(file)) this.fold(path, false)
  }

  setSplit(split: boolean): void {
    this.split = split
    localStorage.setItem(SPLIT, split ? 'yes' : 'no')
  }

  insteadOf(path: string): Instead | undefined {
    return this.#instead.get(path)
  }

  /** Shows only what changed between two trees, or all again. */
  setInstead(path: string, instead: Instead | null): void {
    if (instead) this.#instead.set(path, instead)
    else this.#instead.delete(path)
  }

  viewed(file: ReviewFile): void {
    const viewed = file.viewed !== 'yes'
    this.fold(file.path, viewed)
    if (viewed) this.setInstead(file.path, null)
    void this.review.viewed(file, viewed)
  }

  /** The file that its reader is in. */
  get file(): ReviewFile | null {
    const row = this.rows[this.at]
    const path = row && 'path' in row ? row.path : null
    return this.review.view?.files.find((file) => file.path === path) ?? null
  }

  /** The row to go to by `step` files, changes or lines; -1 where there is none. */
  next(what: 'file' | 'change' | 'line', step: 1 | -1, from = this.at): number {
    const { rows } = this
    for (let i = from + step; i >= 0 && i < rows.length; i += step) {
      const row = rows[i]
      if (!row) break
      if (what === 'file' && row.kind === 'file') return i
      if (what === 'line' && (isLine(row) || row.kind === 'file' || row.kind === 'tie')) return i
      if (what === 'change') {
        if (row.kind === 'wait' || row.kind === 'clash') return i
        const before = rows[i - 1]
        if (isLine(row) && changes(row) && !(isLine(before) && changes(before))) return i
      }
    }
    return -1
  }

  /** Extends what is chosen to a line, or begins with it. */
  choose(row: LineRow, extend: boolean): void {
    const at = lineOf(row)
    if (!at) return
    const { chosen } = this
    if (extend && chosen && chosen.path === row.path && chosen.old === at.old) {
      this.chosen = { ...chosen, from: Math.min(chosen.from, at.line), to: Math.max(chosen.to, at.line) }
    } else this.chosen = { path: row.path, old: at.old, from: at.line, to: at.line }
  }

  isChosen(row: LineRow): boolean {
    const { chosen } = this
    if (!chosen || chosen.path !== row.path) return false
    const at = lineOf(row)
    return at !== null && at.old === chosen.old && at.line >= chosen.from && at.line <= chosen.to
  }

  /** What a comment would be on: the chosen lines, else what the cursor is on. */
  get subject(): CommentOn | null {
    const { chosen } = this
    if (chosen) return { type: 'lines', ...chosen, text: this.#textOf(chosen) }
    const row = this.rows[this.at]
    if (!row) return null
    if (isLine(row)) {
      const at = lineOf(row)
      if (!at) return null
      return { type: 'lines', path: row.path, old: at.old, from: at.line, to: at.line, text: at.cell.text }
    }
    if (row.kind === 'tie') return couplingOf(row.tie)
    return 'path' in row ? { type: 'whole_file', path: row.path } : null
  }

  #textOf({ path, old, from, to }: Chosen): string {
    const lines: string[] = []
    for (const row of this.rows) {
      if (!isLine(row) || row.path !== path) continue
      const at = lineOf(row)
      if (at && at.old === old && at.line >= from && at.line <= to) lines.push(at.cell.text)
    }
    return lines.join('\n')
  }
}

export const couplingOf = ({ coupling, words }: Tie): CommentOn => ({
  type: 'coupling',
  reason: words,
  left_at: coupling.left_at,
  right_at: coupling.right_at,
})
