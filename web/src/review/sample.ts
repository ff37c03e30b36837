// What tests of the review are made of.
import type { DiffHunk, FileDiffView, ReviewFile } from '../api/types'

export const hunk = (
  old_start: number,
  new_start: number,
  lines: string[],
  more: Partial<DiffHunk> = {},
): DiffHunk => ({
  old_start,
  new_start,
  section: null,
  lines,
  owners: [],
  moves: [],
  ...more,
})

export const diff = (hunks: DiffHunk[], more: Partial<FileDiffView> = {}): FileDiffView => ({
  path: 'src/a.rs',
  digest: '1',
  hunks,
  old_lines: 100,
  new_lines: 100,
  more: 0,
  ...more,
})

export const file = (path: string, more: Partial<ReviewFile> = {}): ReviewFile => ({
  path,
  from: null,
  status: 'modified',
  kind: 'code',
  place: 'uses',
  added: 1,
  removed: 1,
  binary: false,
  members: [0],
  conflict: false,
  viewed: 'no',
  viewed_tree: null,
  digest: '1',
  ...more,
})
